"""Blocks of a card: what stands in a section in place of fields.

    [[form.tab.section]]
    kind = "buttons"
    buttons = [
      { key = "close", title = { ru = "Закрыть" }, do = "set", values = { stage = '"closed"', closed_on = "today()" } },
      { key = "pay", title = { ru = "Внести оплату" }, do = "create", entity = "payment", by = "abonent",
        visible_if = "debt > 0" },
    ]

buttons   each writes values into this very record, begins a related one, opens a list or an address of the own site;
          pressed, it is an ordinary change by who pressed it: there is no right in a button.  visible_if: while it is
          not true of the record, there is no such button on its card
figure    one number over related records;  chart: the same by the values of a field
text      words for whoever fills the card in, with simple marks: # heading, - list, **bold**, [word](/address)
stages    the bar of stages here instead of at the top;  timeline: the feed here instead of at the side
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from svyaz.expression.tree import YES_NO, Node
from svyaz.fields.registry import TYPES
from svyaz.schema import formulas
from svyaz.schema.computed import ComputedHeld, inlined, unread
from svyaz.schema.formulas import Bench
from svyaz.schema.problems import (
    ButtonThroughLink,
    DetailNotLinked,
    EntityUnknown,
    FieldUnknown,
    KeyTaken,
    SettingMissing,
    SettingNotAllowed,
    TooMany,
)
from svyaz.schema.reading import Reading
from svyaz.schema.scope import EntityScope, kind_of
from svyaz.schema.snapshot import Button, CardBlock, Entity, Title
from svyaz.schema.view_kinds import GRAINS, KINDS as VIEWS, fits, may_count

KINDS = ("buttons", "figure", "chart", "text", "stages", "timeline")
ACTS = ("set", "create", "open", "go")
FUNCTIONS = ("count", "sum", "avg", "min", "max")
MOST_BUTTONS = 20
LONGEST_TEXT = 4000
Condition = Callable[[str, str, str], None]
# Of the own site and nothing else: no scheme, no other host, none of the doors of the program itself.
ADDRESS = re.compile(r"/(?!/|api/|api$)[^\s\\<>\"'\x00-\x1f]{0,300}\Z")


def block(
    reading: Reading,
    entity: Entity,
    entities: Mapping[str, Entity],
    bench: Bench,
    buttons: dict[str, Button],
    condition: Condition,
) -> CardBlock | None:
    """buttons: those of the whole card, by key; the ones read here are added.  None when the kind is not known.

    condition: reads the condition of a button, (its key, text, place).
    """
    kind = reading.text("kind", allowed=KINDS)
    if kind == "text":
        return CardBlock(kind, text=_words(reading))
    if kind == "buttons":
        return CardBlock(kind, buttons=_buttons(reading, entity, entities, bench, buttons, condition))
    if kind in ("figure", "chart"):
        return _counted(reading, kind, entity, entities, bench)
    return CardBlock(kind) if kind else None


def points_here(far: Entity, by: str, entity: Entity) -> bool:
    link = far.by_key.get(by)
    anything = link is not None and link.type == "any_link" and not link.targets
    return link is not None and (anything or entity.key in link.targets)


def _words(reading: Reading) -> Title:
    raw = reading.table.get("text")
    if isinstance(raw, Mapping):
        inside = Reading(reading.mapping("text"), f"{reading.place}: text", reading.problems)
        ru, en = inside.text("ru", needed=True), inside.text("en")
        inside.finish()
    else:
        ru, en = reading.text("text", needed=True), ""
    for text in (ru, en):
        if len(text) > LONGEST_TEXT:
            limit = f"1…{LONGEST_TEXT}"
            reading.problems.append(
                SettingNotAllowed(reading.place, setting="text", value=f"{text[:40]}…", allowed=limit)
            )
    return Title(ru, en)


def _buttons(
    reading: Reading,
    entity: Entity,
    entities: Mapping[str, Entity],
    bench: Bench,
    known: dict[str, Button],
    condition: Condition,
) -> tuple[Button, ...]:
    tables = reading.tables("buttons")
    if not tables:
        reading.problems.append(SettingMissing(reading.place, setting="buttons"))
    if len(tables) > MOST_BUTTONS:
        reading.problems.append(TooMany(reading.place, what="button", limit=MOST_BUTTONS))
    found = []
    for at, table in enumerate(tables[:MOST_BUTTONS], start=1):
        one = Reading(table, f"{reading.place}: button {at}", reading.problems)
        made = _button(one, entity, entities, bench)
        if shown := one.text("visible_if"):
            condition(made.key, shown, f"{one.place}: visible_if")
        one.finish()
        if made.key in known:
            reading.problems.append(KeyTaken(one.place, key=made.key, first=known[made.key].title.ru))
        elif made.key:
            known[made.key] = made
        found.append(made)
    return tuple(found)


def _button(one: Reading, entity: Entity, entities: Mapping[str, Entity], bench: Bench) -> Button:
    key, title = one.key(), one.title()
    do = one.text("do", "set", allowed=ACTS)
    if do == "set":
        return Button(key, title, do, values=_values(one, entity, bench))
    if do == "go":
        address = one.text("address", needed=True)
        if address and not ADDRESS.match(address):
            one.problems.append(SettingNotAllowed(one.place, setting="address", value=address[:60], allowed="/…"))
        return Button(key, title, do, address=address)
    far, by = _related(one, entity, entities)
    condition = _filter(one, far, entities, bench) if do == "open" else ""
    return Button(key, title, do, entity=far, by=by, filter=condition)


def _values(one: Reading, entity: Entity, bench: Bench) -> dict[str, Node]:
    told = one.mapping("values")
    if not told:
        one.problems.append(SettingMissing(one.place, setting="values"))
    made: dict[str, Node] = {}
    for key, text in told.items():
        field, place = entity.by_key.get(key), f"{one.place}: {key}"
        if field is None:
            one.problems.append(FieldUnknown(place, field=str(key), entity=entity.key))
            continue
        if field.system or field.computed is not None:
            one.problems.append(ComputedHeld(place, field=key, setting="values"))
            continue
        node = bench.typed(text, place, kind_of(field))
        if node is None:
            continue
        whole = inlined(entity, node)
        far = next((path for path in formulas.paths(whole) if len(path.keys) > 1), None)
        # What lies behind a link may be hidden from who presses, and what is computed later is not known yet.
        used = ".".join(far.keys) if far is not None else unread(entity, [whole])
        if used:
            one.problems.append(ButtonThroughLink(place, path=used))
            continue
        made[key] = whole
    return made


def _related(one: Reading, entity: Entity, entities: Mapping[str, Entity]) -> tuple[str, str]:
    """Which records point here and by what; both are said, or a problem is."""
    far, by = one.text("entity", needed=True), one.text("by", needed=True)
    if far and far not in entities:
        one.problems.append(EntityUnknown(one.place, entity=far))
    elif far and by and not points_here(entities[far], by, entity):
        one.problems.append(DetailNotLinked(one.place, entity=far, by=by, target=entity.key))
    return far, by


def _filter(one: Reading, far: str, entities: Mapping[str, Entity], bench: Bench) -> str:
    condition = one.text("filter")
    if condition and far in entities:
        place = f"{one.place}: filter"
        Bench(EntityScope(entities, far), bench.broken, one.problems).typed(condition, place, YES_NO)
    return condition


def _counted(reading: Reading, kind: str, entity: Entity, entities: Mapping[str, Entity], bench: Bench) -> CardBlock:
    far, by = _related(reading, entity, entities)
    condition = _filter(reading, far, entities, bench)
    function = reading.text("function", "count", allowed=FUNCTIONS if kind == "figure" else FUNCTIONS[:2])
    key = reading.text("value", needed=function != "count")
    shape = entities.get(far)
    if key and shape is not None:
        field = shape.by_key.get(key)
        if field is None:
            reading.problems.append(FieldUnknown(reading.place, field=key, entity=far))
        elif function not in TYPES[field.type].compare(field.options).aggregates:
            allowed = ", ".join(TYPES[field.type].compare(field.options).aggregates) or "count"
            reading.problems.append(
                SettingNotAllowed(reading.place, setting="function", value=function, allowed=allowed)
            )
    if kind == "figure":
        return CardBlock(kind, entity=far, by=by, filter=condition, function=function, value=key)
    look = reading.text("look", "bars", allowed=VIEWS["chart"]["look"].allowed)
    group = reading.text("group", needed=True)
    if group and shape is not None:
        _check_group(reading, shape, group)
    return CardBlock(kind, entity=far, by=by, filter=condition, function=function, value=key, group=group, look=look)


def _check_group(reading: Reading, shape: Entity, group: str) -> None:
    path, _, grain = group.partition(":")
    field = shape.by_key.get(path)
    if field is None:
        reading.problems.append(FieldUnknown(reading.place, field=path, entity=shape.key))
    elif not may_count(field) or (grain and (grain not in GRAINS or not fits(shape, field, VIEWS["calendar"]["date"]))):
        reading.problems.append(
            SettingNotAllowed(reading.place, setting="group", value=group, allowed=", ".join(GRAINS))
        )
