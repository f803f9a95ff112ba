"""What a formula over an entity may speak of."""

from __future__ import annotations

import pytest

from svyaz.expression.tree import TEXT
from svyaz.schema.scope import EntityScope
from tests.snapshots import entity, field, sales_snapshot, small_snapshot

OPTIONS = [{"key": "new", "title": {"ru": "Новая", "en": "New"}}, {"key": "old", "title": {"ru": "Старая", "en": ""}}]
SHOP = small_snapshot(
    entity("city", field("title"), field("people", "integer")),
    entity(
        "shop",
        field("title"),
        field("city", "link", to="city"),
        field("cities", "links", to="city"),
        field("state", "choice", options=OPTIONS),
        field("about", "any_link", to=["city", "street"]),
        field("anything", "any_link", to=[]),
        {**field("note"), "title": {"ru": "Заметка", "en": "Note"}},
        {**field("gone"), "title": "Заметка", "hidden": True},
    ),
    entity("street", field("title"), field("people", "text")),
)
SCOPE = EntityScope(SHOP.entities, "shop")

PATHS = [
    # written                        keys                        kind      many
    (("title",), ("title",), "text", False),
    (("Заметка",), ("note",), "text", False),
    (("ЗАМЕТКА",), ("note",), "text", False),
    (("gone",), ("gone",), "text", False),
    (("city",), ("city",), "link", False),
    (("city", "people"), ("city", "people"), "number", False),
    (("City", "People"), ("city", "people"), "number", False),
    (("cities",), ("cities",), "link", True),
    (("cities", "people"), ("cities", "people"), "number", True),
    (("city", "label"), ("city", "label"), "text", False),
    (("city", "created_by"), ("city", "created_by"), "link", False),
    (("about", "entity"), ("about", "entity"), "text", False),
    (("about", "title"), ("about", "title"), "text", False),
    (("anything", "label"), ("anything", "label"), "text", False),
    (("anything", "changed_at"), ("anything", "changed_at"), "datetime", False),
]


@pytest.mark.parametrize(("written", "keys", "kind", "many"), PATHS)
def test_path_leads_to_a_field(written: tuple[str, ...], keys: tuple[str, ...], kind: str, many: bool) -> None:
    slot = SCOPE.slot(written)
    assert slot is not None
    assert (slot.keys, slot.type.kind, slot.type.many) == (keys, kind, many)


NOWHERE = [
    (),
    ("colour",),
    ("title", "label"),
    ("city", "colour"),
    ("entity",),
    ("city", "entity"),
    ("about", "people"),  # a number in a city, a text in a street
    ("anything", "state"),  # a city has no state
    ("city", "created_by", "surname"),  # there are no employees in this configuration
    ("city",) * 9,
]


@pytest.mark.parametrize("keys", NOWHERE)
def test_path_to_nowhere_is_none(keys: tuple[str, ...]) -> None:
    assert SCOPE.slot(keys) is None


def test_title_of_two_fields_stands_for_neither() -> None:
    twins = small_snapshot(entity("shop", {**field("a"), "title": "Имя"}, {**field("b"), "title": "Имя"}))
    assert EntityScope(twins.entities, "shop").slot(("Имя",)) is None


def test_options_are_known_by_key_and_by_title_of_either_language() -> None:
    slot = SCOPE.slot(("state",))
    assert slot is not None
    assert slot.choices == {"new": "new", "новая": "new", "old": "old", "старая": "old"}
    assert slot.choice_titles == {"new": "Новая", "old": "Старая"}
    english = EntityScope(SHOP.entities, "shop", "en").slot(("state",))
    assert english is not None
    assert english.choice_titles == {"new": "New", "old": "Старая"}


def test_misspelt_field_is_suggested_by_key_and_by_title() -> None:
    assert SCOPE.suggest("titel")[0] == "title"
    assert SCOPE.suggest("заметко")[0] == "note"
    assert SCOPE.suggest("qwerty") == []


def test_stage_is_compared_with_stages_of_every_pipeline() -> None:
    slot = EntityScope(sales_snapshot().entities, "deal").slot(("stage",))
    assert slot is not None
    assert slot.choices["договор"] == "contract"
    assert slot.choices["выиграна"] == "won"
    assert slot.type.options[:2] == ("new", "qualified")
    assert slot.type.options[-1] == "lost"


def test_path_goes_through_people_to_their_department() -> None:
    slot = EntityScope(sales_snapshot().entities, "deal").slot(("responsible", "department", "title"))
    assert slot is not None
    assert slot.type == TEXT
    assert slot.titles == ("Ответственный", "Отдел", "Название")


@pytest.mark.parametrize(("currency", "digits"), [("RUB", 2), ("JPY", 0), ("KWD", 3)])
def test_sum_in_a_formula_has_the_digits_of_the_companys_currency(currency: str, digits: int) -> None:
    shop = entity("shop", field("title"), field("amount", "money"))
    snapshot = small_snapshot(shop, settings={"currency": currency})
    slot = EntityScope(snapshot.entities, "shop").slot(("amount",))
    assert slot is not None
    assert (slot.type.kind, slot.type.scale) == ("number", digits)
