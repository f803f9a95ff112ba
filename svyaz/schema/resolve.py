"""Source -> Snapshot: everything bound and typed, or all that is wrong at once.

    1  each entity by itself: keys, titles, fields, options, traits merged in, pipelines    entities.py
    2  between entities: targets of links, rows and their cards, loops                      loops.py
    3  what speaks of fields: labels, defaults, checks, views, cards, roles, menu           formulas.py looks.py forms.py roles.py
    4  the Snapshot with its indexes and its digest                                         digest.py

Each pass works with what the one before could make, so one mistake is told once and does not hide the next.
On any source, even a hostile one, the only exceptions are Problem and Problems.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from svyaz.expression.tree import NEVER, Node
from svyaz.fields.computed import COMPUTED
from svyaz.kernel.money import EXPONENTS
from svyaz.kernel.problem import Problem, raise_all
from svyaz.schema import forms, formulas, looks
from svyaz.schema.computed import inlined, settle_computed, unread
from svyaz.schema.digest import canonical, digest_of
from svyaz.schema.entities import Draft, draft
from svyaz.schema.formulas import Bench
from svyaz.schema.home import home
from svyaz.schema.loops import check_lines, check_required_links
from svyaz.schema.problems import (
    CheckThroughLink,
    EntityUnknown,
    FieldUnknown,
    KeyTaken,
    LabelUnfit,
    NumberTaken,
    RoleUnknown,
    SettingNotAllowed,
    TextBroken,
    TooMany,
)
from svyaz.schema.reading import Reading
from svyaz.schema.roles import roles
from svyaz.schema.scope import EntityScope, kind_of
from svyaz.schema.snapshot import Entity, Field, MenuItem, Role, Settings, Snapshot, TraitShape
from svyaz.schema.source import Source

MOST_ENTITIES = 500
BROKEN = re.compile("[\x00\ud800-\udfff]")
TITLE_ROLES = ("title", "subject")


def resolve(source: Source, traits: Sequence[TraitShape], revision: int) -> Snapshot:
    """Raises Problem or Problems; each has the place it is about: file, then what in it."""
    problems: list[Problem] = []
    _check_letters(source, problems)
    settings = _settings(source.settings, problems)
    drafts = _drafts(source, traits, settings.currency, problems)
    _switch_off(drafts, settings.modules_off)
    _check_targets(drafts, problems)
    settle_computed(drafts, settings.currency, problems)
    check_lines(drafts, problems)
    check_required_links(drafts, problems)
    children = _children(drafts)
    bare = {key: one.entity for key, one in drafts.items()}
    broken = frozenset(key for one in drafts.values() for key in one.broken)
    benches = {key: Bench(EntityScope(bare, key), broken, problems) for key in bare}
    entities = {key: _bind(one, bare, benches[key], children[key]) for key, one in drafts.items()}
    granted = roles(source.roles, entities, benches, problems)
    _check_variants(entities, granted, problems)
    menu = _menu(source.menu, entities, problems)
    page = home(source.home, "home", entities, benches, problems)
    raise_all(_told_once(problems))
    return Snapshot(
        revision=revision,
        digest=digest_of(settings, entities, granted, menu, page),
        settings=settings,
        entities=entities,
        roles=granted,
        menu=menu,
        home=page,
        by_number={one.number: one for one in entities.values()},
        children=children,
    )


def _check_letters(source: Source, problems: list[Problem]) -> None:
    """No NUL and no half of a letter anywhere: a database or a digest would stumble over it later."""
    tables = [(part.place, part.table) for part in (*source.entities, *source.dictionaries, *source.roles)]
    company = [("settings", source.settings), ("home", source.home)]
    for place, table in [*company, *(("menu", one) for one in source.menu), *tables]:
        waiting: list[Any] = [table]
        while waiting:
            one = waiting.pop()
            if isinstance(one, Mapping):
                waiting += [*one.keys(), *one.values()]
            elif isinstance(one, (list, tuple)):
                waiting += one
            elif isinstance(one, str) and BROKEN.search(one):
                problems.append(TextBroken(place, text=BROKEN.sub("\ufffd", one[:60])))


def _drafts(source: Source, traits: Sequence[TraitShape], currency: str, problems: list[Problem]) -> dict[str, Draft]:
    parts = [(part, "entity") for part in source.entities] + [(part, "dictionary") for part in source.dictionaries]
    if len(parts) > MOST_ENTITIES:
        problems.append(TooMany(parts[MOST_ENTITIES][0].place, what="entity", limit=MOST_ENTITIES))
    found: dict[str, Draft] = {}
    numbers: dict[int, str] = {}
    for part, kind in parts[:MOST_ENTITIES]:
        made = draft(part, kind, traits, problems)
        if made is None:
            continue
        key, number = made.entity.key, made.entity.number
        if key in found:
            problems.append(KeyTaken(part.place, key=key, first=found[key].place))
            continue
        found[key] = made
        for one in (number, *(field.number for field in made.entity.fields if not field.system)):
            first = numbers.setdefault(one, key)
            if one and first != key:
                problems.append(NumberTaken(part.place, number=one, first=first))
    entity_numbers = {key: made.entity.number for key, made in found.items()}
    for made in found.values():
        made.entity = _with_company(made.entity, entity_numbers, currency)
    return found


def _switch_off(drafts: Mapping[str, Draft], modules: Sequence[str]) -> None:
    """Objects of a module that is off are hidden, and so are links that lead only to what is hidden; data stays."""
    for made in drafts.values():
        if made.entity.module and made.entity.module in modules:
            made.entity = replace(made.entity, hidden=True)
    hidden = {key for key, made in drafts.items() if made.entity.hidden}
    for made in drafts.values() if hidden else ():
        fields = tuple(
            replace(one, hidden=True) if one.targets and not one.system and hidden.issuperset(one.targets) else one
            for one in made.entity.fields
        )
        made.entity = replace(made.entity, fields=fields, **_indexes(fields))


def _with_company(entity: Entity, numbers: Mapping[str, int], currency: str) -> Entity:
    """What a field knows of its company: a link to any object the numbers of all, money the base currency."""
    known: dict[str, dict[str, Any]] = {"any_link": {"numbers": numbers}, "money": {"base": currency}}
    fields = tuple(
        replace(one, options={**one.options, **known[one.type]}) if one.type in known else one for one in entity.fields
    )
    return replace(entity, fields=fields, **_indexes(fields))


def _indexes(fields: Sequence[Field]) -> dict[str, Any]:
    return {
        "by_key": {one.key: one for one in reversed(fields)},
        "by_number": {one.number: one for one in fields},
    }


def _check_targets(drafts: Mapping[str, Draft], problems: list[Problem]) -> None:
    for made in drafts.values():
        for one in made.entity.fields:
            if one.system or one.key in made.broken:
                continue
            place = made.readings[one.key].place
            unknown = [target for target in one.targets if target not in drafts]
            problems.extend(EntityUnknown(place, entity=target) for target in unknown)
            if unknown:
                made.broken.add(one.key)


def _children(drafts: Mapping[str, Draft]) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, list[tuple[str, str]]] = {key: [] for key in drafts}
    for key, made in drafts.items():
        for one in made.entity.fields:
            for target in () if one.system or one.type in COMPUTED else one.targets:
                if target in found:
                    found[target].append((key, one.key))
    return {key: tuple(pairs) for key, pairs in found.items()}


def _bind(made: Draft, bare: Mapping[str, Entity], bench: Bench, children: Sequence[tuple[str, str]]) -> Entity:
    """Everything of an entity that speaks of fields, its own and others'."""
    reading, entity, problems = made.reading, made.entity, made.reading.problems
    place = made.place
    fields = tuple(_bind_field(one, made.readings.get(one.key), bench, entity) for one in entity.fields)
    duplicates = reading.texts("duplicates")
    forms.check_fields(entity, duplicates, f"{place}: duplicates", problems)
    for pipeline in entity.pipelines:
        for stage in pipeline.stages:
            where = f"{place}: pipeline {pipeline.key}: stage {stage.key}"
            known = (set(entity.by_key) | made.broken) - {one.key for one in entity.fields if one.system}
            problems.extend(
                FieldUnknown(where, field=key, entity=entity.key) for key in stage.requires if key not in known
            )
    bound = replace(
        entity,
        fields=fields,
        label=_label(reading, entity, bench) or NEVER,
        duplicates=duplicates,
        views=looks.views(reading, entity, bare, bench),
        form=forms.form(reading, entity, bare, children, bench),
        **_indexes(fields),
    )
    reading.finish()
    return bound


def _check_variants(entities: Mapping[str, Entity], granted: Mapping[str, Role], problems: list[Problem]) -> None:
    """A variant of a card that is for a role nobody made would silently be for nobody."""
    for key, entity in entities.items():
        for variant in entity.form.variants:
            for role in variant.roles:
                if role not in granted:
                    problems.append(RoleUnknown(f"{key}: form", role=role, variant=variant.title.ru))


def _written_out(entity: Entity, node: Node, place: str, bench: Bench) -> Node | None:
    """A check runs before anything is kept: formulas of the record stand written out, roll-ups are refused."""
    whole = inlined(entity, node)
    far = next((path for path in formulas.paths(whole) if len(path.keys) > 1), None)
    used = ".".join(far.keys) if far is not None else unread(entity, [whole])
    if used:
        bench.problems.append(CheckThroughLink(place, path=used))
        return None
    return whole


def _bind_field(field: Field, reading: Reading | None, bench: Bench, entity: Entity) -> Field:
    if reading is None or field.key in bench.broken:
        return field
    default: Node | None = None
    check: Node | None = None
    if "default" in reading:
        default = formulas.default(bench, reading.table["default"], f"{reading.place}: default", kind_of(field))
    if "check" in reading:
        check = formulas.check(bench, reading.table["check"], f"{reading.place}: check")
        check = _written_out(entity, check, f"{reading.place}: check", bench) if check is not None else None
    return replace(field, default=default, check=check)


def _label(reading: Reading, entity: Entity, bench: Bench) -> Node | None:
    text = reading.text("label") or _usual_label(entity)
    node = formulas.label(bench, text, f"{reading.place}: label")
    if node is not None and (used := unread(entity, [node])):
        bench.problems.append(LabelUnfit(f"{reading.place}: label", used=used))
        return None
    return node


def _usual_label(entity: Entity) -> str:
    """The field that plays the title, else one called so, else the first text or number, else the record's own."""
    own = [one for one in entity.fields if not one.system]
    by_role = [one for one in own if one.role in TITLE_ROLES]
    by_key = [one for one in own if one.key == "title" and one.type == "text"]
    by_type = [one for one in own if one.type in ("text", "autonumber")]
    chosen = [*by_role, *by_key, *by_type]
    return chosen[0].key if chosen else "text(id)"


def _settings(table: Mapping[str, Any], problems: list[Problem]) -> Settings:
    usual = Settings()
    reading = Reading(table, "settings", problems)
    zone = reading.text("zone", usual.zone)
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):  # not a zone, not even a path, or not known
        zone = ""
    if not zone:
        problems.append(SettingNotAllowed("settings", setting="zone", value=table["zone"], allowed=usual.zone))
    region = reading.text("region", usual.region)
    if len(region) != 2 or not region.isascii() or not region.isupper():
        problems.append(SettingNotAllowed("settings", setting="region", value=region, allowed="RU, KZ, BY…"))
    settings = Settings(
        title=reading.text("title", usual.title),
        currency=reading.text("currency", usual.currency, allowed=tuple(EXPONENTS)),
        zone=zone or usual.zone,
        region=region,
        language=reading.text("language", usual.language, allowed=("ru", "en")),
        first_weekday=reading.whole("first_weekday", usual.first_weekday, 1, 7) or usual.first_weekday,
        modules_off=reading.texts("modules_off"),
        locked=reading.yes_no("locked"),
    )
    reading.finish()
    return settings


def _menu(tables: Sequence[Any], entities: Mapping[str, Entity], problems: list[Problem]) -> tuple[MenuItem, ...]:
    """As written; when nothing is, every object that has cards of its own."""
    items = []
    for at, table in enumerate(tables, start=1):
        reading = Reading(table, f"menu {at}", problems)
        entity = reading.text("entity", needed=True)
        if entity and entity not in entities:
            problems.append(EntityUnknown(reading.place, entity=entity))
        items.append(MenuItem(entity, reading.text("group")))
        reading.finish()
    if items:
        return tuple(items)
    return tuple(MenuItem(key) for key, one in entities.items() if one.kind == "record" and not one.hidden)


def _told_once(problems: Sequence[Problem]) -> list[Problem]:
    """A grant for all entities, say, is checked with each of them and would be told as often."""
    seen: dict[str, Problem] = {}
    for one in problems:
        seen.setdefault(f"{one.code}|{one.place}|{canonical(one.facts)}", one)
    return list(seen.values())
