"""Views of an entity: paths checked, and sensible ones made where nobody drew any.  The card is in forms.py."""

from __future__ import annotations

from collections.abc import Mapping

from svyaz.expression.tree import YES_NO
from svyaz.fields.registry import TYPES
from svyaz.schema.forms import WORDS, check_fields, usual_columns
from svyaz.schema.formulas import Bench
from svyaz.schema.problems import (
    BoardWithoutGroup,
    FieldUnknown,
    KeyTaken,
    SettingNotAllowed,
    SortImpossible,
    ViewNeedsField,
)
from svyaz.schema.reading import Reading, duplicates
from svyaz.schema.scope import walk
from svyaz.schema.snapshot import Entity, Field, View
from svyaz.schema.view_kinds import GRAINS, KINDS, evident, fits, may_count

MOST_COLUMNS = 8
DATES = KINDS["calendar"]["date"]


def views(reading: Reading, entity: Entity, entities: Mapping[str, Entity], bench: Bench) -> tuple[View, ...]:
    tables = reading.tables("view")
    repeated = duplicates([str(one.get("key", "")) for one in tables])
    found: list[View] = []
    for position, table in enumerate(tables):
        place = f"{reading.place}: view {position + 1}"
        inside = Reading(table, place, reading.problems)
        view = _view(inside, entity, entities, bench)
        inside.finish()
        if position in repeated:
            inside.problems.append(KeyTaken(place, key=view.key, first=f"view {repeated[position] + 1}"))
        found.append(view)
    return tuple(found) or _default_views(entity)


def check_path(entities: Mapping[str, Entity], entity: Entity, path: str, place: str, bench: Bench) -> Field | None:
    """The field at the end of "company.city", or a problem that names the whole path."""
    keys = tuple(path.split("."))
    walked = walk(entities, entity, keys)
    if walked is not None and all(one.key == key for one, key in zip(walked, keys, strict=True)):
        return walked[-1]
    if not bench.broken & set(keys):
        bench.problems.append(FieldUnknown(place, field=path, entity=entity.key))
    return None


def _view(reading: Reading, entity: Entity, entities: Mapping[str, Entity], bench: Bench) -> View:
    place, problems = reading.place, reading.problems
    kind = reading.text("kind", "list", allowed=tuple(KINDS))
    key, title = reading.key(), reading.title()
    columns, sort = reading.texts("columns"), reading.texts("sort")
    group, total = reading.text("group"), reading.text("total")
    pipeline = reading.text("pipeline", allowed=[one.key for one in entity.pipelines])
    condition = reading.text("filter")
    for path in columns:
        check_path(entities, entity, path, place, bench)
    for path in sort:
        field = check_path(entities, entity, path.removeprefix("-"), place, bench)
        if field is not None and TYPES[field.type].compare(field.options).sort is None:
            problems.append(SortImpossible(place, field=path.removeprefix("-")))
    if not group and kind == "board":
        group = next((one.key for one in entity.fields if one.type == "stage"), "")
    if not group and kind == "board":
        problems.append(BoardWithoutGroup(place, view=key))
    if kind == "chart":
        group = _counted_by(reading, entity, key, group)
    elif group:
        check_fields(entity, [group], place, problems)
    if total:
        check_fields(entity, [total], place, problems)
        summed = entity.by_key.get(total)
        if summed is not None and "sum" not in TYPES[summed.type].compare(summed.options).aggregates:
            problems.append(SettingNotAllowed(place, setting="total", value=total, allowed="sum"))
    if condition:
        bench.typed(condition, f"{place}: filter", YES_NO)
    options = _options(reading, entity, key, kind)
    return View(
        key,
        title,
        kind,
        columns or usual_columns(entity, MOST_COLUMNS),
        condition,
        sort,
        group,
        total,
        pipeline,
        options,
    )


def _options(reading: Reading, entity: Entity, view: str, kind: str) -> dict[str, str]:
    """What the kind asks besides, complete: a field that was named, or the evident one."""
    found: dict[str, str] = {}
    for name, ask in KINDS[kind].items():
        if ask.allowed:
            found[name] = reading.text(name, ask.allowed[0], allowed=ask.allowed)
            continue
        told = reading.text(name)
        field = entity.by_key.get(told)
        if told and field is None:
            reading.problems.append(FieldUnknown(reading.place, field=told, entity=entity.key))
        elif field is not None and not fits(entity, field, ask):
            reading.problems.append(
                SettingNotAllowed(reading.place, setting=name, value=told, allowed=", ".join(ask.types))
            )
        elif not told and ask.needed:
            told = evident(entity, ask)
            if not told:
                reading.problems.append(ViewNeedsField(reading.place, view=view, setting=name))
        if told:
            found[name] = told
    return found


def _counted_by(reading: Reading, entity: Entity, view: str, group: str) -> str:
    """What a chart counts by: as told, "close_on:month", else the stage or the first choice."""
    told = group or next((one.key for kind in ("stage", "choice") for one in entity.fields if one.type == kind), "")
    path, _, grain = told.partition(":")
    field = entity.by_key.get(path)
    if not told:
        reading.problems.append(ViewNeedsField(reading.place, view=view, setting="group"))
    elif field is None:
        reading.problems.append(FieldUnknown(reading.place, field=path, entity=entity.key))
    elif not may_count(field) or (grain and (grain not in GRAINS or not fits(entity, field, DATES))):
        reading.problems.append(
            SettingNotAllowed(reading.place, setting="group", value=told, allowed=", ".join(GRAINS))
        )
    return told


def _default_views(entity: Entity) -> tuple[View, ...]:
    if entity.kind == "dictionary":
        return (View("all", WORDS["view"], "list", usual_columns(entity, MOST_COLUMNS), sort=("order", "title")),)
    total = next((one.key for one in entity.fields if one.role == "amount"), "")
    boards = tuple(
        View(
            f"board_{at}",
            pipeline.title,
            "board",
            usual_columns(entity, 4),
            group=field.key,
            total=total,
            pipeline=pipeline.key,
        )
        for at, pipeline in enumerate(entity.pipelines, start=1)
        for field in entity.fields
        if field.type == "stage"
    )
    return (View("all", WORDS["view"], "list", usual_columns(entity, MOST_COLUMNS), sort=("-created_at",)), *boards)
