"""A card whose fields are seen, required and read-only by formula: the server holds it whoever writes, on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from svyaz.access.actor import SYSTEM
from svyaz.configurator.apply import apply_wanted
from svyaz.configurator.edits import DropField, PutForm
from svyaz.configurator.plan import Wanted
from svyaz.kernel.problem import Problem, Problems
from svyaz.records import write
from svyaz.records.copying import copy_record
from svyaz.records.write_rows import FEWEST
from tests.cast import Cast

PLACED = [
    "title",
    "amount",
    "counterparty",
    {"key": "close_on", "required_if": "amount > 100000 and counterparty.city = 'Казань'"},
    {"key": "description", "visible_if": "priority = 'high'", "required_if": "amount > 500", "wide": True},
    {"key": "external_number", "read_only_if": "not is_empty(external_number)"},
    {"key": "priority", "read_only_if": "stage = 'contract'"},
]


@pytest.fixture
def card(romashka: Cast) -> Cast:
    put_form(romashka, PLACED)
    return romashka


def put_form(cast: Cast, placed: list[Any], **section: Any) -> None:
    part = {"title": "О сделке", "columns": 3, "fields": placed, **section}
    form = {"tab": [{"title": "Основное", "section": [part]}]}
    apply_wanted(cast.company, SYSTEM, Wanted(cast.snapshot.revision, [PutForm("deal", form)]))


def told(act: Any) -> list[tuple[str, str]]:
    with pytest.raises(Problem) as caught:
        act()
    problem = caught.value
    found = problem.problems if isinstance(problem, Problems) else [problem]
    return sorted((one.place, one.code) for one in found)


def test_field_is_required_while_the_formula_over_the_record_and_its_links_is_true(card: Cast) -> None:
    olga = card.person("Ольга")
    kazan = olga.create("counterparty", title="Лютик", city="Казань").id
    other = olga.create("counterparty", title="Ромашка", city="Уфа").id
    asked = {"title": "Насосы", "amount": "200000"}
    with card.nothing_changes():
        assert told(lambda: olga.create("deal", **asked, counterparty=kazan)) == [("values.close_on", "field_required")]
    assert olga.create("deal", **asked, counterparty=other).values["close_on"] is None
    made = olga.create("deal", **asked, counterparty=kazan, close_on="2026-05-01")
    assert told(lambda: olga.change("deal", made.id, close_on=None)) == [("values.close_on", "field_required")]


def test_change_that_makes_the_condition_true_asks_for_the_field_and_another_change_does_not(card: Cast) -> None:
    olga = card.person("Ольга")
    kazan = olga.create("counterparty", title="Лютик", city="Казань").id
    made = olga.create("deal", title="Насосы", amount="100", counterparty=kazan).id
    assert told(lambda: olga.change("deal", made, amount="200000")) == [("values.close_on", "field_required")]
    put_form(card, ["title"])
    olga.change("deal", made, amount="200000")
    put_form(card, PLACED)
    assert olga.change("deal", made, title="Насосы и муфты").values["title"] == "Насосы и муфты"
    assert olga.open("deal", made).form["required"] == ["close_on"]


def test_what_is_hidden_keeps_its_value_and_is_not_asked_for(card: Cast) -> None:
    olga = card.person("Ольга")
    made = olga.create("deal", title="Насосы", amount="1000", priority="high", description="Договорились")
    assert made.form["hidden"] == [] and made.form["required"] == ["description"]
    low = olga.change("deal", made.id, priority="low")
    assert low.form["hidden"] == ["description"] and low.form["required"] == []
    assert low.values["description"] == "Договорились"
    assert olga.create("deal", title="Другая", amount="1000", priority="low").form["hidden"] == ["description"]


def test_field_locked_by_formula_is_refused_in_words_until_the_record_is_another(card: Cast) -> None:
    olga = card.person("Ольга")
    kazan = olga.create("counterparty", title="Лютик").id
    made = olga.create("deal", title="Насосы", amount="5", counterparty=kazan, priority="low").id
    olga.change("deal", made, stage="contract")
    with card.nothing_changes(), pytest.raises(Problem) as caught:
        olga.change("deal", made, priority="high")
    refusal = caught.value
    assert (refusal.code, refusal.place) == ("field_locked", "values.priority")
    assert "Приоритет" in refusal.facts["field"] and refusal.facts["rule"] == 'Этап = "Договор"'
    assert olga.change("deal", made, priority="low", title="Краны").version == 3, "the same value is no change"
    olga.change("deal", made, stage="talks")
    assert olga.change("deal", made, priority="high").values["priority"] == "high"


def test_condition_that_speaks_of_a_hidden_field_is_not_told_to_whom_it_is_hidden(card: Cast) -> None:
    put_form(card, ["title", "amount", {"key": "priority", "read_only_if": "amount > 100000"}])
    grant = card.snapshot.roles["manager"].grants["deal"]
    olga = card.person("Ольга")
    made = olga.create("deal", title="Насосы", amount="200000").id
    assert told(lambda: olga.change("deal", made, priority="high")) == [("values.priority", "field_locked")]
    card.give_role("Ольга", "blind", replace(grant, fields={"amount": "hidden"}))
    olga = card.person("Ольга")
    with pytest.raises(Problem) as caught:
        olga.change("deal", made, priority="high")
    assert caught.value.code == "field_locked_now" and set(caught.value.facts) == {"field"}


def test_field_that_may_be_filled_once_is_filled_at_creation_and_never_again(card: Cast) -> None:
    olga = card.person("Ольга")
    made = olga.create("deal", title="Насосы", external_number="А-7")
    assert told(lambda: olga.change("deal", made.id, external_number="А-8")) == [
        ("values.external_number", "field_locked")
    ]
    later = olga.create("deal", title="Краны").id
    assert olga.change("deal", later, external_number="Б-1").form["read_only"] == ["external_number"]


def test_many_rows_at_once_and_undo_go_by_the_same_rules(card: Cast) -> None:
    olga = card.person("Ольга")
    rows = [{"title": f"№ {at}", "priority": "high", "amount": str(at * 100)} for at in range(FEWEST + 4)]

    def load(session: Any, actor: Any) -> Any:
        return write.create_many(session, actor, "deal", rows, each=True)

    done = olga.write(load)
    wrong = {at for at in range(len(rows)) if at * 100 > 500}
    assert {at for at, problems in done.problems.items()} == wrong
    assert {one.code for problems in done.problems.values() for one in problems} == {"field_required"}
    made = olga.create("deal", title="Муфты", external_number="Ю-1")
    copied = olga.write(copy_record, "deal", made.id, {})
    assert copied.values["title"] == "Муфты"


def test_while_a_form_is_filled_in_the_server_says_what_it_would_hide_require_and_lock(card: Cast) -> None:
    olga = card.person("Ольга")
    state = olga.read(write.state_while_filling, "deal", {"title": "Н", "amount": "50", "close_on": "31.02"}, None)
    assert state == {"hidden": ["description"], "required": [], "read_only": [], "buttons": []}
    state = olga.read(write.state_while_filling, "deal", {"priority": "high", "amount": "900"}, None)
    assert state == {"hidden": [], "required": ["description"], "read_only": [], "buttons": []}
    made = olga.create("deal", title="Муфты", external_number="Ю-1").id
    state = olga.read(write.state_while_filling, "deal", {"priority": "high"}, made)
    assert state == {"hidden": [], "required": [], "read_only": ["external_number"], "buttons": []}


WRONG = [
    # what stands in the section                                          what is told
    ({"key": "title", "visible_if": "city = 'Казань'"}, "required_unseen"),
    ({"key": "created_at", "required_if": "amount > 5"}, "computed_held"),
    ({"key": "amount", "visible_if": "amount"}, "formula_wants_yes_no"),
    ({"key": "amount", "visible_if": "no_such > 1"}, "formula_unknown_field"),
    ({"key": "amount", "shown_if": "amount > 5"}, "setting_unknown"),
    ({"visible_if": "amount > 5"}, "setting_missing"),
    ({"key": "no_such"}, "schema_field_unknown"),
    (5, "setting_not_list"),
]


@pytest.mark.parametrize(("placed", "code"), WRONG)
def test_wrong_condition_is_refused_with_its_place_and_nothing_changes(romashka: Cast, placed: Any, code: str) -> None:
    form = {"tab": [{"title": "Основное", "section": [{"title": "О нём", "fields": [placed]}]}]}
    entity = "counterparty" if code == "required_unseen" else "deal"
    with romashka.nothing_changes(), pytest.raises(Problem) as caught:
        apply_wanted(romashka.company, SYSTEM, Wanted(romashka.snapshot.revision, [PutForm(entity, form)]))
    problem = caught.value
    found = problem.problems if isinstance(problem, Problems) else [problem]
    assert all("form: tab 1: section 1" in one.place for one in found), found
    assert [one.code for one in found] == [code]


def test_two_sets_of_conditions_of_one_field_are_refused_and_five_columns_too(romashka: Cast) -> None:
    twice = {"key": "amount", "visible_if": "priority = 'high'"}
    assert told(lambda: put_form(romashka, [twice, dict(twice)])) == [
        ("solutions/sales/entities/deal.toml: form: tab 1: section 1", "condition_twice")
    ]
    assert told(lambda: put_form(romashka, ["title"], columns=5)) == [
        ("solutions/sales/entities/deal.toml: form: tab 1: section 1", "setting_not_allowed")
    ]


def test_dropped_field_leaves_the_card_though_it_stood_there_with_a_condition(romashka: Cast) -> None:
    put_form(romashka, ["title", {"key": "description", "visible_if": "priority = 'high'"}])
    wanted = Wanted(romashka.snapshot.revision, [DropField("deal", "description")])
    with pytest.raises(Problem) as caught:
        apply_wanted(romashka.company, SYSTEM, wanted)
    assert caught.value.code in ("plan_not_confirmed", "field_of_trait")
