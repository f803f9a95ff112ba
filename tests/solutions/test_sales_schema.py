"""«Продажи»: what the shipped configuration promises to a salesperson, to a head and to an import."""

from __future__ import annotations

import pytest

from svyaz.kernel.russian import plural
from svyaz.schema.snapshot import VERBS
from tests.snapshots import ROOT, org_snapshot, sales_snapshot

SALES = sales_snapshot()
DEAL = SALES.entities["deal"]


def test_solution_is_words_and_tables_and_no_python() -> None:
    assert not list((ROOT / "solutions").rglob("*.py"))


def test_base_beneath_every_solution_stands_alone() -> None:
    assert set(org_snapshot().entities) == {
        *("employee", "department", "group", "absence", "vacancy", "currency_rate", "activity", "comment")
    }


@pytest.mark.parametrize("entity", sorted(SALES.entities))
def test_everything_has_a_title_in_russian_and_in_english(entity: str) -> None:
    shape = SALES.entities[entity]
    titles = [shape.title, *(one.title for one in shape.fields), *(one.title for one in shape.views)]
    titles += [stage.title for stage in shape.stages.values()] + [one.title for one in shape.pipelines]
    titles += [tab.title for tab in shape.form.tabs]
    titles += [one.title for tab in shape.form.tabs for one in (*tab.sections, *tab.details)]
    options = [one["title"] for field in shape.fields for one in field.options.get("options", ())]
    assert [one for one in titles if not one.ru or not one.en] == []
    assert [one for one in options if not one["ru"] or not one["en"]] == []
    assert {"plural", "genitive", "accusative", "genitive_plural", "plural_en"} <= set(shape.title.forms)


def test_forms_of_a_title_serve_counting() -> None:
    forms = DEAL.title.forms
    said = [f"{n} {plural(n, DEAL.title.ru.lower(), forms['genitive'], forms['genitive_plural'])}" for n in (1, 3, 12)]
    assert said == ["1 сделка", "3 сделки", "12 сделок"]


def test_deal_has_two_pipelines_and_only_one_asks_why_it_was_lost() -> None:
    sales, products = DEAL.pipelines
    assert [one.key for one in sales.stages] == [
        "new", "qualified", "needs", "offer", "talks", "contract", "payment", "success", "failed",
    ]  # fmt: skip
    assert [one.key for one in products.stages] == ["prospecting", "engaging", "won", "lost"]
    assert {key: stage.ends for key, stage in DEAL.stages.items() if stage.ends} == {
        "success": "won",
        "failed": "lost",
        "won": "won",
        "lost": "lost",
    }
    assert DEAL.stages["failed"].requires == ("loss_reason",)
    assert DEAL.stages["lost"].requires == ()
    for pipeline in DEAL.pipelines:
        chances = [one.probability_percent for one in pipeline.stages if not one.ends]
        assert chances == sorted(chances)


def test_contacts_and_deals_are_many_to_many() -> None:
    assert DEAL.by_key["contacts"].type == "links"
    assert ("deal", "contacts") in SALES.children["contact"]


def test_lines_live_in_the_card_of_their_deal() -> None:
    line = SALES.entities["deal_line"]
    assert (line.kind, line.parent) == ("line", "deal")
    assert line.by_key["deal"].options["on_delete"] == "delete"
    assert DEAL.traits["positions"]["lines"] == "deal_line"
    assert [one.role for one in line.fields if one.role] == [
        "parent", "product", "quantity", "price", "discount_percent", "vat_percent", "vat_sum", "line_sum",
    ]  # fmt: skip


SPREADSHEETS = [
    # column of a spreadsheet      where it goes
    ("account", "counterparty", "title", "text"),
    ("sector", "counterparty", "sector", "link"),
    ("year_established", "counterparty", "founded_year", "integer"),
    ("revenue", "counterparty", "revenue", "decimal"),
    ("employees", "counterparty", "employees_count", "integer"),
    ("office_location", "counterparty", "country", "link"),
    ("subsidiary_of", "counterparty", "parent", "link"),
    ("product", "product", "title", "text"),
    ("series", "product", "series", "link"),
    ("sales_price", "product", "price", "money"),
    ("sales_agent", "employee", "surname", "text"),
    ("manager", "employee", "head", "employee"),
    ("regional_office", "employee", "department", "department"),
    ("opportunity_id", "deal", "external_number", "text"),
    ("sales_agent", "deal", "responsible", "employee"),
    ("product", "deal", "product", "link"),
    ("account", "deal", "counterparty", "link"),
    ("deal_stage", "deal", "stage", "stage"),
    ("engage_date", "deal", "engaged_on", "date"),
    ("close_date", "deal", "closed_on", "date"),
    ("close_value", "deal", "amount", "money"),
]


@pytest.mark.parametrize(("column", "entity", "field", "kind"), SPREADSHEETS)
def test_column_of_a_sales_spreadsheet_has_its_field(column: str, entity: str, field: str, kind: str) -> None:
    assert SALES.entities[entity].by_key[field].type == kind


def test_import_may_tell_a_deal_by_its_external_number() -> None:
    assert DEAL.by_key["external_number"].unique
    assert not DEAL.by_key["counterparty"].required
    assert not DEAL.by_key["title"].required


def test_every_field_of_a_card_can_be_found_on_it() -> None:
    """A field nobody can reach is a field nobody fills; the description and the system's own are on the card too."""
    for key in ("deal", "counterparty", "contact", "product"):
        shape = SALES.entities[key]
        shown = {one for tab in shape.form.tabs for section in tab.sections for one in section.fields}
        missing = {one.key for one in shape.fields if not one.system} - shown
        assert missing <= {"stage"}, key  # the stage is the bar above the card


ROLES = [
    # role       entity         verb       scope
    ("manager", "deal", "see", "taking_part"),
    ("manager", "deal", "delete", None),
    ("manager", "counterparty", "see", "department"),
    ("manager", "counterparty", "change", "own"),
    ("manager", "source", "change", None),
    ("manager", "product", "change", None),
    ("manager", "employee", "see", "all"),
    ("manager", "employee", "change", None),
    ("head", "deal", "see", "department_below"),
    ("head", "deal", "delete", "department_below"),
    ("head", "loss_reason", "add", "all"),
    ("director", "deal", "delete", "all"),
    ("admin", "employee", "add", "all"),
]


@pytest.mark.parametrize(("role", "entity", "verb", "scope"), ROLES)
def test_role_is_granted_what_it_needs_and_no_more(role: str, entity: str, verb: str, scope: str | None) -> None:
    assert SALES.roles[role].grants[entity].verbs.get(verb) == scope


def test_only_the_administrator_changes_the_configuration_and_lets_people_in() -> None:
    able = {key: role.abilities for key, role in SALES.roles.items()}
    assert able["admin"] == {"configure", "bulk", "import", "people", "views"}
    assert able["director"] == able["head"] == {"bulk", "import", "views"}
    assert able["manager"] == frozenset()
    everything = {key: set(grant.verbs) for key, grant in SALES.roles["admin"].grants.items()}
    assert all(verbs == set(VERBS) for verbs in everything.values())
    assert set(SALES.entities) - set(everything) == {"deal_line"}  # rows have the rights of their card
