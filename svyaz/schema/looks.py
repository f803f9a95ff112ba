"""Views and the card of an entity: paths checked, and sensible ones made where nobody drew any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from svyaz.expression.tree import YES_NO
from svyaz.fields.registry import TYPES
from svyaz.kernel.problem import Problem
from svyaz.schema.formulas import Bench
from svyaz.schema.problems import (
    BoardWithoutGroup,
    DetailNotLinked,
    EntityUnknown,
    FieldUnknown,
    KeyTaken,
    SettingNotAllowed,
    SortImpossible,
    ViewNeedsField,
)
from svyaz.schema.reading import Reading, duplicates
from svyaz.schema.scope import walk
from svyaz.schema.shapes import COMMON
from svyaz.schema.snapshot import DetailSet, Entity, Field, Form, Section, Tab, Title, View
from svyaz.schema.view_kinds import GRAINS, KINDS, evident, fits, may_count

WIDE = ("long_text", "file", "image")  # not in a list that nobody drew
MOST_COLUMNS = 8
DATES = KINDS["calendar"]["date"]
WORDS = {key: Title(words["ru"], words["en"]) for key, words in COMMON["words"].items()}


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


def form(reading: Reading, entity: Entity, entities: Mapping[str, Entity], children: Sequence[tuple[str, str]]) -> Form:
    problems, place = reading.problems, f"{reading.place}: form"
    if "form" not in reading:
        return _default_form(entity, entities, children)
    inside = Reading(reading.table["form"], place, problems)
    quick = inside.texts("quick")
    check_fields(entity, quick, place, problems)
    tabs = []
    for at, table in enumerate(inside.tables("tab"), start=1):
        one = Reading(table, f"{place}: tab {at}", problems)
        title = one.title()
        sections = []
        for number, part in enumerate(one.tables("section"), start=1):
            section = Reading(part, f"{one.place}: section {number}", problems)
            fields = section.texts("fields")
            check_fields(entity, fields, section.place, problems)
            sections.append(Section(section.title(), fields))
            section.finish()
        details = tuple(
            _details(Reading(part, f"{one.place}: detail {number}", problems), entity, entities)
            for number, part in enumerate(one.tables("detail"), start=1)
        )
        one.finish()
        tabs.append(Tab(title, tuple(sections), tuple(found for found in details if found)))
    inside.finish()
    return Form(tuple(tabs), quick) if tabs else _default_form(entity, entities, children, quick)


def check_fields(entity: Entity, keys: Sequence[str], place: str, problems: list[Problem]) -> None:
    problems.extend(FieldUnknown(place, field=key, entity=entity.key) for key in keys if key not in entity.by_key)


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
    return View(key, title, kind, columns or _columns(entity), condition, sort, group, total, pipeline, options)


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


def _details(reading: Reading, entity: Entity, entities: Mapping[str, Entity]) -> DetailSet | None:
    child, by = reading.text("entity", needed=True), reading.text("by", needed=True)
    title = reading.title()
    columns = reading.texts("columns")
    reading.finish()
    place, problems = reading.place, reading.problems
    if child not in entities:
        problems.append(EntityUnknown(place, entity=child))
        return None
    far = entities[child]
    link = far.by_key.get(by)
    anything = link is not None and link.type == "any_link" and not link.targets
    if link is None or not (anything or entity.key in link.targets):
        problems.append(DetailNotLinked(place, entity=child, by=by, target=entity.key))
    for path in columns:
        if walk(entities, far, tuple(path.split("."))) is None:
            problems.append(FieldUnknown(place, field=path, entity=child))
    return DetailSet(child, by, title, columns or _columns(far, 4))


def _columns(entity: Entity, most: int = MOST_COLUMNS) -> tuple[str, ...]:
    plain = [one.key for one in entity.fields if not one.system and not one.hidden and one.type not in WIDE]
    return tuple(plain[:most]) or ("label",)


def _default_views(entity: Entity) -> tuple[View, ...]:
    if entity.kind == "dictionary":
        return (View("all", WORDS["view"], "list", _columns(entity), sort=("order", "title")),)
    total = next((one.key for one in entity.fields if one.role == "amount"), "")
    boards = tuple(
        View(
            f"board_{at}",
            pipeline.title,
            "board",
            _columns(entity, 4),
            group=field.key,
            total=total,
            pipeline=pipeline.key,
        )
        for at, pipeline in enumerate(entity.pipelines, start=1)
        for field in entity.fields
        if field.type == "stage"
    )
    return (View("all", WORDS["view"], "list", _columns(entity), sort=("-created_at",)), *boards)


def _default_form(
    entity: Entity, entities: Mapping[str, Entity], children: Sequence[tuple[str, str]], quick: tuple[str, ...] = ()
) -> Form:
    shown = tuple(one.key for one in entity.fields if not one.system and not one.hidden)
    needed = tuple(one.key for one in entity.fields if one.required and not one.system and not one.hidden)
    details = tuple(
        DetailSet(child, by, entities[child].title, _columns(entities[child], 4))
        for child, by in children
        if entities[child].kind != "dictionary" and not entities[child].hidden
    )
    tabs: tuple[Tab, ...] = (Tab(WORDS["tab"], (Section(WORDS["section"], shown),)),)
    if details:
        tabs += (Tab(WORDS["details"], (), details),)
    return Form(tabs, quick or needed or shown[:4])
