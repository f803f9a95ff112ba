"""First pass of resolve: an entity with its fields, before anything may speak of another entity.

Formulas, links, views and forms wait for the second pass (bind.py): they need all entities to be here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from svyaz.expression.tree import NEVER
from svyaz.fields.registry import TYPES
from svyaz.kernel.problem import Problem
from svyaz.schema.pipelines import read_pipelines, stage_options
from svyaz.schema.problems import (
    ColumnTaken,
    FieldTypeUnknown,
    FieldWithoutStages,
    KeyTaken,
    NumberMissing,
    NumberTaken,
    RoleTwice,
    SettingNotAllowed,
    StagesWithoutField,
    TooMany,
    TraitUnknown,
    UniqueImpossible,
)
from svyaz.schema.reading import Reading, duplicates
from svyaz.schema.shapes import COMMON, field_tables, trait_options
from svyaz.schema.snapshot import Entity, Field, Pipeline, Title, TraitShape
from svyaz.schema.source import Part

MOST_FIELDS = 300  # a field may take four columns; PostgreSQL has room for 1,600
KINDS = ("record", "line")


@dataclass(slots=True)
class Draft:
    """An entity between the passes.

    readings   field key -> its table, for the formulas in it
    broken     keys of fields that could not be read: what speaks of them is not checked, one cause is one problem
    """

    place: str
    reading: Reading
    entity: Entity
    readings: dict[str, Reading] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)


def draft(part: Part, kind: str, traits: Sequence[TraitShape], problems: list[Problem]) -> Draft | None:
    """None when it has no lawful key: nothing else can be said of it."""
    reading = Reading(part.table, part.place, problems)
    key = reading.key()
    title = reading.title()
    if not key:
        return None
    made = Draft(part.place, reading, _blank(key, title))
    pipelines = read_pipelines(reading)
    fields = _fields(made, part.table, kind, traits, pipelines)
    made.entity = Entity(
        number=_number(reading, key),
        key=key,
        title=title,
        kind="dictionary" if kind == "dictionary" else reading.text("kind", "record", allowed=KINDS),
        icon=reading.text("icon"),
        hue=reading.whole("hue", 250, 0, 359) or 0,
        label=NEVER,
        fields=fields,
        traits=_traits(reading, traits),
        pipelines=pipelines,
        parent=reading.text("parent"),
        origin=part.origin,
        hidden=reading.yes_no("hidden"),
        module=reading.text("module"),
        by_key={one.key: one for one in reversed(fields)},
        by_number={one.number: one for one in fields},
    )
    return made


def system_fields() -> tuple[Field, ...]:
    return SYSTEM


def _blank(key: str, title: Title) -> Entity:
    return Entity(0, key, title, "record", "", 0, NEVER, (), {})


def _number(reading: Reading, key: str) -> int:
    number = reading.whole("number", 0, 1, 2**31)
    if not number:
        reading.problems.append(NumberMissing(reading.place, key=key))
    return number or 0


def _traits(reading: Reading, shapes: Sequence[TraitShape]) -> dict[str, Mapping[str, Any]]:
    known = {shape.key: shape for shape in shapes}
    if not isinstance(reading.table.get("traits", []), Mapping):
        reading.texts("traits")
    reading.asked.add("traits")
    chosen: dict[str, Mapping[str, Any]] = {}
    for key, written in trait_options(reading.table).items():
        place = f"{reading.place}: trait {key}"
        if key not in known:
            reading.problems.append(TraitUnknown(place, trait=key, known=", ".join(sorted(known))))
            continue
        inside = Reading(written, place, reading.problems)
        options = dict(known[key].options)
        for name, default in options.items():
            if name in inside and type(inside.table[name]) is type(default):
                options[name] = inside.table[name]
            elif name in inside:
                allowed = type(default).__name__
                inside.problems.append(
                    SettingNotAllowed(place, setting=name, value=str(inside.table[name])[:40], allowed=allowed)
                )
        inside.finish()
        chosen[key] = options
    return chosen


def _fields(
    made: Draft, table: Mapping[str, Any], kind: str, traits: Sequence[TraitShape], pipelines: tuple[Pipeline, ...]
) -> tuple[Field, ...]:
    reading, problems = made.reading, made.reading.problems
    reading.tables("field")
    numbers, columns = reading.mapping("numbers"), reading.mapping("columns")
    reading.mapping("gone")
    tables = field_tables(table, kind, traits)
    if len(tables) > MOST_FIELDS:
        problems.append(TooMany(made.place, what="field", limit=MOST_FIELDS))
        tables = tables[:MOST_FIELDS]
    places = [f"{made.place}: {place}" for _, place in tables]
    repeated = duplicates([str(one.get("key", "")) for one, _ in tables])
    found: list[Field] = []
    for position, ((one, _), place) in enumerate(zip(tables, places, strict=True)):
        inside = Reading(one, place, problems)
        if position in repeated:
            problems.append(KeyTaken(place, key=one["key"], first=places[repeated[position]]))
            continue
        before = len(problems)
        read = _field(inside, numbers, columns, pipelines)
        if read is not None:
            found.append(read)
            made.readings[read.key] = inside
        if read is None or len(problems) > before:
            made.broken.add(str(one.get("key")))
    _check_apart(made, found)
    if pipelines and not any(one.type == "stage" for one in found):
        problems.append(StagesWithoutField(made.place, entity=made.entity.key))
    return (*found, *SYSTEM)


def _field(
    reading: Reading, numbers: Mapping[str, Any], columns: Mapping[str, Any], pipelines: tuple[Pipeline, ...]
) -> Field | None:
    problems, place = reading.problems, reading.place
    key, title, kind = reading.key(), reading.title(), reading.text("type", needed=True)
    required, unique, indexed, hidden = (reading.yes_no(name) for name in ("required", "unique", "indexed", "hidden"))
    role = reading.text("role")
    hint = reading.title("hint", Title(""))
    check_title = reading.title("check_title", Title(""))
    reading.asked |= {"default", "check"}
    if kind and kind not in TYPES:
        problems.append(FieldTypeUnknown(place, type=kind, known=", ".join(TYPES)))
    if not key or kind not in TYPES:
        return None
    written = reading.rest()
    if isinstance(written.get("to"), str):
        written["to"] = [written["to"]]
    options, wrong = TYPES[kind].check_options(written, place)
    problems.extend(wrong)
    if kind == "stage":
        options = {**options, **stage_options(pipelines)}
        if not pipelines:
            problems.append(FieldWithoutStages(place, field=key))
    number = numbers.get(key)
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        problems.append(NumberMissing(place, key=key))
        number = 0
    if unique and not wrong and not TYPES[kind].compare(options).unique:
        problems.append(UniqueImpossible(place, type=kind))
    column = columns.get(key, key)
    return Field(
        number=number,
        key=key,
        column=column if isinstance(column, str) and column else key,
        title=title,
        type=kind,
        options=options,
        required=required,
        unique=unique,
        indexed=indexed,
        role=role,
        hint=hint if hint.ru else None,
        check_title=check_title if check_title.ru else None,
        hidden=hidden,
    )


def _check_apart(made: Draft, fields: Sequence[Field]) -> None:
    """Roles, numbers and columns are each given once in an entity."""
    numbers: dict[int, str] = {}
    roles: dict[str, str] = {}
    columns: dict[str, str] = {}
    problems = made.reading.problems
    for one in fields:
        place = made.readings[one.key].place
        if one.number and numbers.setdefault(one.number, one.key) != one.key:
            problems.append(NumberTaken(place, number=one.number, first=numbers[one.number]))
        if one.role and roles.setdefault(one.role, one.key) != one.key:
            problems.append(RoleTwice(place, role=one.role, first=roles[one.role]))
        if columns.setdefault(one.column, one.key) != one.key:
            problems.append(ColumnTaken(place, column=one.column, first=columns[one.column]))


def _system(table: Mapping[str, Any]) -> Field:
    options, _ = TYPES[table["type"]].check_options({}, "")
    return Field(
        number=table["number"],
        key=table["key"],
        column=table["column"],
        title=Title(table["title"]["ru"], table["title"]["en"]),
        type=table["type"],
        options=options,
        system=True,
    )


SYSTEM = tuple(_system(table) for table in COMMON["system"])
