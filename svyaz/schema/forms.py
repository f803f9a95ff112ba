"""The card of an entity: its tabs, sections and sets of details, and what the look of a field depends on.

In a section a field is named by its key, or by a table that says more of it:

    fields = ["title", { key = "guarantor", visible_if = "amount > 100000", required_if = "stage = 'contract'" }]

visible_if    the field is on the card while it is true; hidden, it keeps its value
required_if   it must be filled while it is true and the field is seen: asked by whoever writes, not by the card alone
read_only_if  it may not be changed while it is true of the record as it stands
wide          the whole width of a section of several columns

The conditions read the record's own fields and, through links, those of others.

A section may hold a block in place of fields (card_blocks.py).  The card may have variants: tabs of their own for some roles,
for some values of a choice, a stage or a yes-or-no, for a phone.  A variant is a look and no right: what it leaves out
can still be read and written by every other way, and what must be filled must be filled whatever the variant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from svyaz.expression.tree import YES_NO, Node, both
from svyaz.fields.registry import TYPES
from svyaz.kernel.problem import Problem
from svyaz.schema import card_blocks, formulas
from svyaz.schema.computed import ComputedHeld, inlined
from svyaz.schema.formulas import Bench
from svyaz.schema.problems import (
    ConditionOfLater,
    ConditionTwice,
    DetailNotLinked,
    EntityUnknown,
    FieldUnknown,
    KeyTaken,
    RequiredUnseen,
    SettingMissing,
    SettingNotAllowed,
    SortImpossible,
)
from svyaz.schema.reading import Reading, duplicates
from svyaz.schema.scope import EntityScope, walk
from svyaz.schema.shapes import COMMON
from svyaz.schema.snapshot import Button, Conditions, DetailSet, Entity, Form, Section, Tab, Title, Variant

MOST_COLUMNS = 4
CONDITIONS = ("visible_if", "required_if", "read_only_if")
WORDS = {key: Title(words["ru"], words["en"]) for key, words in COMMON["words"].items()}
DECIDING = ("choice", "choices", "stage", "yes_no")  # what a variant of the card may depend on
WIDE = ("long_text", "file", "image")  # not among the columns that nobody chose


@dataclass(slots=True)
class Drawing:
    """A card being read.  conditions and buttons: what its tabs, those of variants too, have brought so far."""

    entity: Entity
    entities: Mapping[str, Entity]
    bench: Bench
    conditions: dict[str, Conditions] = field(default_factory=dict)
    buttons: dict[str, Button] = field(default_factory=dict)
    pressed_if: dict[str, Node] = field(default_factory=dict)

    def condition_of_button(self, key: str, text: str, place: str) -> None:
        node = _condition(self.entity, text, place, self.bench)
        if node is not None:
            self.pressed_if[key] = node


def form(
    reading: Reading,
    entity: Entity,
    entities: Mapping[str, Entity],
    children: Sequence[tuple[str, str]],
    bench: Bench,
) -> Form:
    if "form" not in reading:
        return _default_form(entity, entities, children)
    place, problems = f"{reading.place}: form", reading.problems
    inside = Reading(reading.table["form"], place, problems)
    drawing = Drawing(entity, entities, bench)
    quick = inside.texts("quick")
    check_fields(entity, quick, place, problems)
    tabs = _tabs(inside, drawing)
    variants = _variants(inside, drawing)
    inside.finish()
    usual = None if tabs else _default_form(entity, entities, children, quick)
    tabs, quick = (usual.tabs, usual.quick) if usual else (tabs, quick)
    return Form(tabs, quick, drawing.conditions, variants, drawing.pressed_if)


def _tabs(inside: Reading, drawing: Drawing) -> tuple[Tab, ...]:
    tabs = []
    for at, table in enumerate(inside.tables("tab"), start=1):
        one = Reading(table, f"{inside.place}: tab {at}", inside.problems)
        title = one.title()
        sections = tuple(
            _section(Reading(part, f"{one.place}: section {number}", inside.problems), drawing)
            for number, part in enumerate(one.tables("section"), start=1)
        )
        details = tuple(
            _details(Reading(part, f"{one.place}: detail {number}", inside.problems), drawing)
            for number, part in enumerate(one.tables("detail"), start=1)
        )
        one.finish()
        tabs.append(Tab(title, sections, tuple(found for found in details if found)))
    return tuple(tabs)


def _variants(inside: Reading, drawing: Drawing) -> tuple[Variant, ...]:
    tables = inside.tables("variant")
    repeated = duplicates([str(one.get("key", "")) for one in tables])
    found = []
    for at, table in enumerate(tables):
        one = Reading(table, f"{inside.place}: variant {at + 1}", inside.problems)
        key, title = one.key(), one.title()
        roles, phone = one.texts("roles"), one.yes_no("phone")
        by, values = _decided_by(one, drawing.entity)
        tabs = _tabs(one, drawing)
        one.finish()
        if not tabs:
            inside.problems.append(SettingMissing(one.place, setting="tab"))
        if at in repeated:
            inside.problems.append(KeyTaken(one.place, key=key, first=f"variant {repeated[at] + 1}"))
        found.append(Variant(key, title, tabs, roles, by, values, phone))
    return tuple(found)


def _decided_by(one: Reading, entity: Entity) -> tuple[str, tuple[str, ...]]:
    by, values = one.text("by"), one.texts("values")
    if not by:
        if values:
            one.problems.append(SettingMissing(one.place, setting="by"))
        return "", ()
    if by not in entity.by_key:
        one.problems.append(FieldUnknown(one.place, field=by, entity=entity.key))
        return "", ()
    known = values_of(entity, by)
    if not known:
        one.problems.append(SettingNotAllowed(one.place, setting="by", value=by, allowed=", ".join(DECIDING)))
    elif not values:
        one.problems.append(SettingMissing(one.place, setting="values"))
    for value in values if known else ():
        if value not in known:
            allowed = ", ".join(known[:20])
            one.problems.append(SettingNotAllowed(one.place, setting="values", value=value, allowed=allowed))
    return by, values


def values_of(entity: Entity, key: str) -> tuple[str, ...]:
    """Values of a field that a variant of the card may be for; () when it cannot depend on such a field."""
    one = entity.by_key[key]
    if one.type not in DECIDING or one.system:
        return ()
    if one.type == "stage":
        return tuple(entity.stages)
    return ("yes", "no") if one.type == "yes_no" else tuple(option["key"] for option in one.options["options"])


def check_fields(entity: Entity, keys: Sequence[str], place: str, problems: list[Problem]) -> None:
    problems.extend(FieldUnknown(place, field=key, entity=entity.key) for key in keys if key not in entity.by_key)


def _section(reading: Reading, drawing: Drawing) -> Section:
    entity = drawing.entity
    if "kind" in reading:
        title = reading.title(default=Title(""))
        block = card_blocks.block(
            reading, entity, drawing.entities, drawing.bench, drawing.buttons, drawing.condition_of_button
        )
        reading.finish()
        return Section(title, (), block=block)
    title = reading.title()
    columns = reading.whole("columns", 1, 1, MOST_COLUMNS) or 1
    keys: list[str] = []
    wide: list[str] = []
    for placed in reading.texts_or_tables("fields"):
        if isinstance(placed, str):
            keys.append(placed)
            continue
        one = Reading(placed, reading.place, reading.problems)
        key = one.text("key", needed=True)
        keys += [key] if key else []
        if one.yes_no("wide"):
            wide.append(key)
        texts = {name: one.text(name) for name in CONDITIONS}
        one.finish()
        if any(texts.values()) and key in entity.by_key:
            _add_conditions(entity, key, texts, reading.place, drawing.bench, drawing.conditions)
    check_fields(entity, keys, reading.place, reading.problems)
    reading.finish()
    return Section(title, tuple(keys), columns, tuple(wide))


def _add_conditions(
    entity: Entity,
    key: str,
    texts: Mapping[str, str],
    place: str,
    bench: Bench,
    conditions: dict[str, Conditions],
) -> None:
    field, problems = entity.by_key[key], bench.problems
    if key in conditions:
        problems.append(ConditionTwice(place, field=key))
        return
    if field.required and texts["visible_if"]:
        problems.append(RequiredUnseen(place, field=key))
    for name in CONDITIONS[1:]:
        if texts[name] and (field.system or field.computed is not None):
            problems.append(ComputedHeld(place, field=key, setting=name))
    visible, required, read_only = (
        _condition(entity, texts[name], f"{place}: {key}: {name}", bench) if texts[name] else None
        for name in CONDITIONS
    )
    conditions[key] = Conditions(visible, both(visible, required) if required is not None else None, read_only)


def _condition(entity: Entity, text: str, place: str, bench: Bench) -> Node | None:
    """Formulas of the record stand written out in it: it is asked before anything is kept."""
    node = bench.typed(text, place, YES_NO)
    if node is None:
        return None
    whole = inlined(entity, node)
    for path in formulas.paths(whole):
        if late := _known_later(path.keys, entity, bench):
            bench.problems.append(ConditionOfLater(place, path=late))
            return None
    return whole


def _known_later(keys: Sequence[str], entity: Entity, bench: Bench) -> str:
    """The path, when it leads to a roll-up of the record itself or to what is computed at reading; else ""."""
    scope: Any = bench.scope
    own = entity.by_key.get(keys[0])
    walked = walk(scope.entities, entity, tuple(keys)) if isinstance(scope, EntityScope) else None
    if own is not None and own.computed is not None:
        return ".".join(keys)
    beyond = walked[1:] if walked else ()
    return ".".join(keys) if any(one.computed is not None and one.computed.volatile for one in beyond) else ""


def _details(reading: Reading, drawing: Drawing) -> DetailSet | None:
    entity, entities, bench = drawing.entity, drawing.entities, drawing.bench
    child, by = reading.text("entity", needed=True), reading.text("by", needed=True)
    title = reading.title()
    columns, sort, condition = reading.texts("columns"), reading.texts("sort"), reading.text("filter")
    reading.finish()
    place, problems = reading.place, reading.problems
    if child not in entities:
        problems.append(EntityUnknown(place, entity=child))
        return None
    far = entities[child]
    if not card_blocks.points_here(far, by, entity):
        problems.append(DetailNotLinked(place, entity=child, by=by, target=entity.key))
    for path in (*columns, *(one.removeprefix("-") for one in sort)):
        walked = walk(entities, far, tuple(path.split(".")))
        if walked is None:
            problems.append(FieldUnknown(place, field=path, entity=child))
        elif path not in columns and TYPES[walked[-1].type].compare(walked[-1].options).sort is None:
            problems.append(SortImpossible(place, field=path))
    if condition:
        Bench(EntityScope(entities, child), bench.broken, problems).typed(condition, f"{place}: filter", YES_NO)
    return DetailSet(child, by, title, columns or usual_columns(far, 4), sort, condition)


def usual_columns(entity: Entity, most: int) -> tuple[str, ...]:
    plain = [one.key for one in entity.fields if not one.system and not one.hidden and one.type not in WIDE]
    return tuple(plain[:most]) or ("label",)


def _default_form(
    entity: Entity, entities: Mapping[str, Entity], children: Sequence[tuple[str, str]], quick: tuple[str, ...] = ()
) -> Form:
    shown = tuple(one.key for one in entity.fields if not one.system and not one.hidden)
    needed = tuple(one.key for one in entity.fields if one.required and not one.system and not one.hidden)
    details = tuple(
        DetailSet(child, by, entities[child].title, usual_columns(entities[child], 4))
        for child, by in children
        if entities[child].kind != "dictionary" and not entities[child].hidden
    )
    tabs: tuple[Tab, ...] = (Tab(WORDS["tab"], (Section(WORDS["section"], shown),)),)
    if details:
        tabs += (Tab(WORDS["details"], (), details),)
    return Form(tabs, quick or needed or shown[:4])
