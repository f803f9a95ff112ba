"""The home page «Главная»: blocks in a grid of one to three columns, for the company or for a role.

    [home]                                       in solution.toml, or in the file of a role
    columns = 3
    [[home.block]]
    key = "hot"
    kind = "list"                                one of KINDS, with what that kind asks
    entity = "order"

Where nobody drew a page, a sensible one is made of the menu.  What a reader may not see is left out when it is told
to him (api/schema_api.py), so one page serves everybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from svyaz.expression.tree import YES_NO
from svyaz.fields.registry import TYPES
from svyaz.kernel.problem import Problem
from svyaz.schema.formulas import Bench
from svyaz.schema.looks import check_path
from svyaz.schema.problems import EntityUnknown, FieldUnknown, KeyTaken, SettingNotAllowed, SortImpossible, TooMany
from svyaz.schema.reading import Reading, duplicates
from svyaz.schema.snapshot import Block, Entity, Home, MenuItem, Title
from svyaz.schema.view_kinds import DATED, GRAINS, LOOKS, Ask, fits, may_count

KINDS: Mapping[str, tuple[str, ...]] = {
    "list": ("entity", "view", "filter", "columns", "sort", "limit"),
    "figure": ("entity", "filter", "measure", "date", "period"),
    "chart": ("entity", "filter", "measure", "group", "look"),
    "plan": ("entity",),
    "recent": (),
    "pinned": (),
    "text": ("text",),
    "buttons": ("entities",),
}
NEEDS_ENTITY = ("list", "figure", "chart")
MOST_BLOCKS = 30
MOST_ROWS = 30
USUAL_ROWS = 6
LONGEST_TEXT = 4_000
DAY = Ask(DATED)


def home(
    written: Any, place: str, entities: Mapping[str, Entity], benches: Mapping[str, Bench], problems: list[Problem]
) -> Home | None:
    """None where nothing is drawn.  Every problem is told with its block."""
    if not written:
        return None
    reading = Reading(written, place, problems)
    columns = reading.whole("columns", 3, 1, 3) or 3
    tables = reading.tables("block")
    reading.finish()
    if len(tables) > MOST_BLOCKS:
        problems.append(TooMany(place, what="block", limit=MOST_BLOCKS))
    repeated = duplicates([str(one.get("key", "")) for one in tables])
    blocks: list[Block] = []
    for at, table in enumerate(tables[:MOST_BLOCKS]):
        inside = Reading(table, f"{place}: block {at + 1}", problems)
        blocks.append(_block(inside, entities, benches))
        if at in repeated:
            problems.append(KeyTaken(inside.place, key=blocks[-1].key, first=f"block {repeated[at] + 1}"))
    return Home(columns, tuple(blocks))


def _block(reading: Reading, entities: Mapping[str, Entity], benches: Mapping[str, Bench]) -> Block:
    kind = reading.text("kind", "list", allowed=tuple(KINDS))
    asked = KINDS[kind]
    key, title, width = reading.key(), reading.title(default=Title("")), reading.whole("width", 1, 1, 3) or 1
    told: dict[str, Any] = {}
    entity = _entity(reading, kind, entities) if "entity" in asked else None
    if entity is not None:
        told = _of_entity(reading, asked, entity, entities, benches[entity.key])
    if "entities" in asked:
        told["entities"] = reading.texts("entities")
        unknown = [one for one in told["entities"] if one not in entities]
        reading.problems.extend(EntityUnknown(reading.place, entity=one) for one in unknown)
    if "text" in asked:
        told["text"] = _text(reading)
    if entity is not None or "entity" not in asked:
        reading.finish()
    return Block(key, kind, title, width, entity.key if entity else "", **told)


def _entity(reading: Reading, kind: str, entities: Mapping[str, Entity]) -> Entity | None:
    told = reading.text("entity", needed=kind in NEEDS_ENTITY)
    if told and told not in entities:
        reading.problems.append(EntityUnknown(reading.place, entity=told))
    return entities.get(told)


def _of_entity(
    reading: Reading, asked: Sequence[str], entity: Entity, entities: Mapping[str, Entity], bench: Bench
) -> dict[str, Any]:
    place, told = reading.place, dict[str, Any]()
    if "view" in asked:
        told["view"] = reading.text("view", allowed=[one.key for one in entity.views])
        told["columns"], told["sort"] = reading.texts("columns"), reading.texts("sort")
        told["limit"] = reading.whole("limit", USUAL_ROWS, 1, MOST_ROWS) or USUAL_ROWS
        for path in told["columns"]:
            check_path(entities, entity, path, place, bench)
        for path in told["sort"]:
            field = check_path(entities, entity, path.removeprefix("-"), place, bench)
            if field is not None and TYPES[field.type].compare(field.options).sort is None:
                reading.problems.append(SortImpossible(place, field=path.removeprefix("-")))
    if "filter" in asked:
        told["filter"] = reading.text("filter")
        if told["filter"]:
            bench.typed(told["filter"], f"{place}: filter", YES_NO)
    if "measure" in asked:
        told["measure"] = _measure(reading, entity)
    if "period" in asked:
        told["period"] = reading.text("period", allowed=("", *GRAINS))
        told["date"] = _day(reading, entity) if "date" in reading or told["period"] else ""
    if "group" in asked:
        told["group"] = _group(reading, entity)
        told["look"] = reading.text("look", LOOKS[0], allowed=LOOKS)
    return told


def _measure(reading: Reading, entity: Entity) -> str:
    """ "count", or "sum:amount" and the like."""
    told = reading.text("measure", "count")
    function, _, key = told.partition(":")
    if told == "count":
        return told
    field = entity.by_key.get(key)
    if field is None:
        reading.problems.append(FieldUnknown(reading.place, field=key or told, entity=entity.key))
    elif function not in (known := TYPES[field.type].compare(field.options).aggregates):
        reading.problems.append(
            SettingNotAllowed(reading.place, setting="measure", value=told, allowed=", ".join(("count", *known)))
        )
    return told


def _day(reading: Reading, entity: Entity) -> str:
    told = reading.text("date", "created_at")
    field = entity.by_key.get(told)
    if field is None:
        reading.problems.append(FieldUnknown(reading.place, field=told, entity=entity.key))
    elif not fits(entity, field, DAY):
        reading.problems.append(SettingNotAllowed(reading.place, setting="date", value=told, allowed=", ".join(DATED)))
    return told


def _group(reading: Reading, entity: Entity) -> str:
    told = reading.text("group", needed=True)
    path, _, grain = told.partition(":")
    field = entity.by_key.get(path)
    if field is None and told:
        reading.problems.append(FieldUnknown(reading.place, field=path, entity=entity.key))
    elif field is not None and (
        not may_count(field) or (grain and (grain not in GRAINS or not fits(entity, field, DAY)))
    ):
        reading.problems.append(
            SettingNotAllowed(reading.place, setting="group", value=told, allowed=", ".join(GRAINS))
        )
    return told


def _text(reading: Reading) -> Mapping[str, str]:
    """Lines of text with [links](https://…), in one language or in two."""
    if "text" not in reading:
        return {}
    raw = reading.table["text"]
    inside = Reading({"ru": raw} if isinstance(raw, str) else raw, f"{reading.place}: text", reading.problems)
    words = {name: inside.text(name) for name in ("ru", "en")}
    inside.finish()
    if any(len(one) > LONGEST_TEXT for one in words.values()):
        reading.problems.append(SettingNotAllowed(inside.place, setting="text", value="…", allowed=f"1…{LONGEST_TEXT}"))
    return {name: one for name, one in words.items() if one}


def usual(entities: Mapping[str, Entity], menu: Sequence[MenuItem]) -> Home:
    """Of a company that drew none: quick adding, the plan of the day, what was opened, the newest of the first objects."""
    own = [entities[one.entity] for one in menu if one.entity in entities and not entities[one.entity].hidden]
    mine = [one for one in own if one.kind == "record" and one.origin != "org"][:3]
    blocks = [
        Block("add", "buttons", Title(""), 3, entities=tuple(one.key for one in mine)),
        Block("plan", "plan", Title("")),
        *(Block(f"new_{at}", "list", Title(""), 1, one.key, sort=("-id",)) for at, one in enumerate(mine[:2], start=1)),
        Block("recent", "recent", Title("")),
        Block("pinned", "pinned", Title("")),
    ]
    return Home(3, tuple(blocks))
