"""Edits of a configuration and the difference between two: what is edited is what differs, and undo restores all."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from svyaz.kernel.problem import Problem
from svyaz.schema import diff as changes, edits
from svyaz.schema.diff import diff
from svyaz.schema.resolve import resolve
from svyaz.schema.snapshot import Snapshot
from svyaz.schema.source import Source, assign_numbers
from svyaz.traits.registry import SHAPES
from tests.snapshots import entity, field, small_source

STAGES = [{"key": "new", "title": "Новая"}, {"key": "done", "title": "Готова", "ends": "won"}]
START = small_source(
    entity("author", field("title", required=True), field("born", "date")),
    entity(
        "book",
        field("title"),
        field("pages", "integer"),
        field("author", "link", to="author"),
        traits=["staged", "positions"],
        pipeline=[{"key": "print", "title": "Печать", "stages": STAGES}],
    ),
    dictionaries=[{"key": "genre", "title": "Жанр"}],
    roles=[{"key": "reader", "title": "Читатель", "grants": {"*": "all"}}],
)
FIRST_FREE = 100


def settle(source: Source, first_free: int = FIRST_FREE) -> tuple[Source, Snapshot]:
    numbered, _ = assign_numbers(source, first_free, SHAPES)
    return numbered, resolve(numbered, SHAPES, 1)


def kinds(before: Snapshot, after: Snapshot) -> list[str]:
    return [type(one).__name__ for one in diff(before, after)]


EDITS: list[tuple[str, Callable[[Source], Source], list[str]]] = [
    ("a new object", lambda s: edits.add_entity(s, entity("shelf", field("title"))), ["EntityAdded", "RoleChanged", "MenuChanged"]),
    ("a new dictionary", lambda s: edits.add_dictionary(s, {"key": "city", "title": "Город"}), ["EntityAdded", "RoleChanged"]),
    ("another title", lambda s: edits.change_entity(s, "book", title="Том"), ["EntityChanged"]),
    ("a hidden object", lambda s: edits.hide_entity(s, "book"), ["EntityChanged", "EntityHidden", "MenuChanged"]),
    ("a new field", lambda s: edits.add_field(s, "book", field("isbn")), ["EntityChanged", "FieldAdded"]),
    ("a renamed field", lambda s: edits.change_field(s, "book", "pages", title="Страниц"), ["FieldChanged"]),
    ("a renamed trait field", lambda s: edits.change_field(s, "book", "amount", title="Бюджет"), ["FieldChanged", "FieldsReordered"]),
    ("a hidden field", lambda s: edits.hide_field(s, "book", "pages"), ["EntityChanged", "FieldHidden"]),
    ("another type", lambda s: edits.retype_field(s, "book", "pages", "text"), ["EntityChanged", "FieldRetyped", "FieldChanged"]),
    ("a field less", lambda s: edits.drop_field(s, "book", "pages"), ["EntityChanged", "FieldDropped"]),
    ("another role", lambda s: edits.put_role(s, {"key": "guest", "title": "Гость"}), ["RoleChanged"]),
    ("a role less", lambda s: edits.drop_role(s, "reader"), ["RoleChanged"]),
    ("another zone", lambda s: edits.change_settings(s, zone="Asia/Omsk"), ["SettingsChanged"]),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "told"), [one[1:] for one in EDITS], ids=[one[0] for one in EDITS])
def test_edit_is_told_by_what_differs(edit: Callable[[Source], Source], told: list[str]) -> None:
    source, before = settle(START)
    _, after = settle(edit(source))
    found = kinds(before, after)
    assert [one for one in found if one != "EntityChanged"] == [one for one in told if one != "EntityChanged"]
    assert after.digest != before.digest
    assert diff(before, before) == []


def test_changed_attributes_are_named() -> None:
    source, before = settle(START)
    _, after = settle(edits.change_field(source, "book", "pages", title="Страниц", required=True))
    (change,) = [one for one in diff(before, after) if isinstance(one, changes.FieldChanged)]
    assert (change.entity, change.after.key, change.what) == ("book", "pages", ("title", "required"))


def test_new_object_is_told_as_itself_and_not_by_every_link_to_any_object() -> None:
    source, before = settle(small_source(entity("book", field("title"), field("about", "any_link", to=[]))))
    _, after = settle(edits.add_entity(source, entity("shelf", field("title"))))
    assert kinds(before, after) == ["EntityAdded", "MenuChanged"]
    _, abroad = settle(edits.change_settings(source, currency="JPY"))
    assert kinds(before, abroad) == ["SettingsChanged"]


def test_field_made_anew_under_its_old_key_is_another_field_in_another_column() -> None:
    source, before = settle(START)
    gone, _ = settle(edits.drop_field(source, "book", "pages"))
    _, after = settle(edits.add_field(gone, "book", field("pages", "integer")), FIRST_FREE)
    found = after.entities["book"].by_key["pages"]
    assert (found.number, found.column) == (FIRST_FREE, "pages__2")
    assert {"FieldAdded", "FieldDropped"} <= set(kinds(before, after))


def test_retyped_field_keeps_its_number_and_moves_to_a_new_column() -> None:
    source, before = settle(START)
    once, _ = settle(edits.retype_field(source, "book", "pages", "decimal", scale=3))
    _, after = settle(edits.retype_field(once, "book", "pages", "text"))
    was, found = before.entities["book"].by_key["pages"], after.entities["book"].by_key["pages"]
    assert found.number == was.number
    assert (found.type, found.column) == ("text", "pages__3")


def test_key_and_numbers_cannot_be_changed_by_hand() -> None:
    source, before = settle(START)
    _, after = settle(edits.change_field(source, "book", "pages", key="sheets", number=7))
    assert diff(before, after) == []


@pytest.mark.parametrize(
    "edit",
    [
        lambda: edits.change_entity(START, "shelf", title="Полка"),
        lambda: edits.change_field(START, "book", "isbn", title="ISBN"),
        lambda: edits.drop_field(START, "book", "isbn"),
    ],
)
def test_edit_of_what_is_not_there_is_a_problem(edit: Callable[[], Source]) -> None:
    with pytest.raises(Problem):
        edit()


KEYS = st.sampled_from(["title", "pages", "author", "stage", "amount", "isbn", "note", "born"])
OBJECTS = st.sampled_from(["book", "author", "genre"])
TYPES = st.sampled_from(["text", "integer", "decimal", "date", "yes_no", "money", "phone", "long_text"])
WORDS = st.sampled_from(["Название", "Страниц", "Имя", "Прочее"])


@st.composite
def random_edit(draw: st.DrawFn) -> Callable[[Source], Source]:
    name, key, kind, word = draw(OBJECTS), draw(KEYS), draw(TYPES), draw(WORDS)
    choices: list[Callable[[Source], Source]] = [
        lambda s: edits.add_field(s, name, field(key, kind)),
        lambda s: edits.change_field(s, name, key, title=word),
        lambda s: edits.change_field(s, name, key, required=True, hint=word),
        lambda s: edits.hide_field(s, name, key),
        lambda s: edits.show_field(s, name, key),
        lambda s: edits.retype_field(s, name, key, kind),
        lambda s: edits.drop_field(s, name, key),
        lambda s: edits.change_entity(s, name, title=word, hue=len(word)),
        lambda s: edits.hide_entity(s, name),
        lambda s: edits.add_entity(s, entity(key, field("title"), field("book", "link", to="book"))),
        lambda s: edits.put_role(s, {"key": key, "title": word, "grants": {name: "own"}}),
        lambda s: edits.drop_role(s, key),
        lambda s: edits.change_settings(s, title=word),
    ]
    return draw(st.sampled_from(choices))


@settings(max_examples=150, deadline=None)
@given(st.lists(random_edit(), min_size=1, max_size=8))
def test_random_edits_agree_with_their_difference_and_undo_restores_the_digest(
    steps: list[Callable[[Source], Source]],
) -> None:
    history: list[tuple[Source, Snapshot]] = [settle(START)]
    free = FIRST_FREE
    for step in steps:
        source, before = history[-1]
        try:
            edited, following = assign_numbers(step(source), free, SHAPES)
            after = resolve(edited, SHAPES, len(history) + 1)
        except Problem:
            continue  # refused whole: the configuration stays as it was
        free = following
        assert (diff(before, after) == []) == (before.digest == after.digest)
        assert diff(after, resolve(edited, SHAPES, 99)) == []
        numbers = [one.number for each in after.entities.values() for one in each.fields if not one.system]
        assert len(numbers) == len(set(numbers))
        history.append((edited, after))
    for source, snapshot in reversed(history):
        assert resolve(source, SHAPES, 1).digest == snapshot.digest


def test_hiding_and_showing_again_changes_nothing() -> None:
    steps: list[Any] = [
        lambda s: edits.hide_field(s, "book", "pages"),
        lambda s: edits.hide_entity(s, "author"),
        lambda s: edits.show_entity(s, "author"),
        lambda s: edits.show_field(s, "book", "pages"),
    ]
    source, before = settle(START)
    _, after = settle(reduce(lambda whole, step: step(whole), steps, source))
    assert diff(before, after) == []
