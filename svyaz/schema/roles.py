"""Roles: what each may do with each entity, checked and made complete.

    [grants]
    order = "all"                                 every verb with this scope
    counterparty = { see = "department", change = "own", add = "all" }
    product = { see = "all", fields = { price = "read" } }
    "*" = "all"                                   every entity not named nearer; "*dictionary" and "*record"
                                                  are nearer than "*", a key is the nearest

Rows of a card (kind "line") have the rights of the card; a role may only hide their fields or forbid to edit them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from svyaz.expression.tree import YES_NO, Node
from svyaz.kernel.problem import Problem
from svyaz.schema.formulas import Bench, paths
from svyaz.schema.home import home
from svyaz.schema.problems import EntityUnknown, FieldUnknown, KeyTaken, LineRightsApart, SettingNotAllowed
from svyaz.schema.reading import Reading
from svyaz.schema.scope import walk
from svyaz.schema.snapshot import SCOPES, VERBS, Entity, Grant, Role
from svyaz.schema.source import Part


class RuleUsesComputed(Problem):
    """A right must hold at once, and a computed value may come a moment later.  facts: path"""

    code = "rule_uses_computed"  # facts: path


ABILITIES = ("configure", "bulk", "import", "people", "views")
FIELD_RIGHTS = ("hidden", "read")
STARS = ("*dictionary", "*record", "*")


def roles(
    parts: Sequence[Part], entities: Mapping[str, Entity], benches: Mapping[str, Bench], problems: list[Problem]
) -> dict[str, Role]:
    """benches: entity key -> what its rules are checked with; all share the same list of problems."""
    found: dict[str, Role] = {}
    places: dict[str, str] = {}
    for part in parts:
        reading = Reading(part.table, part.place, problems)
        key, title = reading.key(), reading.title()
        abilities = frozenset(one for one in reading.texts("abilities") if _known_ability(one, reading))
        grants = _grants(reading, entities, benches)
        page = home(reading.mapping("home"), f"{part.place}: home", entities, benches, problems)
        reading.finish()
        if key in found:
            problems.append(KeyTaken(part.place, key=key, first=places[key]))
        elif key:
            places[key] = part.place
            found[key] = Role(key, title, grants, abilities, page)
    return found


def _known_ability(ability: str, reading: Reading) -> bool:
    return bool(Reading({"abilities": ability}, reading.place, reading.problems).text("abilities", allowed=ABILITIES))


def _grants(reading: Reading, entities: Mapping[str, Entity], benches: Mapping[str, Bench]) -> dict[str, Grant]:
    written = reading.mapping("grants")
    for key in written:
        if key not in entities and key not in STARS:
            reading.problems.append(EntityUnknown(f"{reading.place}: grants", entity=str(key)))
    granted: dict[str, Grant] = {}
    for key, entity in entities.items():
        if entity.kind == "line":
            if key in written:
                granted[key] = _line_grant(written[key], f"{reading.place}: grants.{key}", entity, benches[key])
            continue
        nearest = next((name for name in (key, f"*{entity.kind}", "*") if name in written), None)
        if nearest is not None:
            granted[key] = _grant(
                written[nearest], f"{reading.place}: grants.{nearest}", entity, benches[key], entities
            )
    return granted


def _computed_in(rule: Node, entity: Entity, entities: Mapping[str, Entity]) -> str:
    """The first path of a rule that leads over a computed field, or ""."""
    for path in paths(rule):
        if any(one.computed is not None for one in walk(entities, entity, path.keys) or ()):
            return ".".join(path.keys)
    return ""


def _grant(written: Any, place: str, entity: Entity, bench: Bench, entities: Mapping[str, Entity]) -> Grant:
    if isinstance(written, str):
        scope = Reading({"scope": written}, place, bench.problems).text("scope", allowed=SCOPES)
        return Grant(entity.key, dict.fromkeys(VERBS, scope) if scope else {})
    inside = Reading(written, place, bench.problems)
    verbs = {verb: inside.text(verb, allowed=SCOPES) for verb in VERBS}
    rule: Node | None = None
    if "rule" in inside:
        rule = bench.typed(inside.table["rule"], f"{place}: rule", YES_NO)
        if rule is not None and (used := _computed_in(rule, entity, entities)):
            bench.problems.append(RuleUsesComputed(f"{place}: rule", path=used))
    fields = _field_rights(inside, entity)
    inside.finish()
    return Grant(entity.key, {verb: scope for verb, scope in verbs.items() if scope}, rule, fields)


def _line_grant(written: Any, place: str, entity: Entity, bench: Bench) -> Grant:
    inside = Reading(written, place, bench.problems)
    if any(verb in inside for verb in (*VERBS, "rule")):
        bench.problems.append(LineRightsApart(place, entity=entity.key, parent=entity.parent))
    fields = _field_rights(inside, entity)
    inside.finish()
    return Grant(entity.key, {}, None, fields)


def _field_rights(reading: Reading, entity: Entity) -> dict[str, str]:
    rights: dict[str, str] = {}
    for key, right in reading.mapping("fields").items():
        if key not in entity.by_key:
            reading.problems.append(FieldUnknown(f"{reading.place}: fields", field=key, entity=entity.key))
        elif right not in FIELD_RIGHTS:
            allowed = ", ".join(FIELD_RIGHTS)
            place = f"{reading.place}: fields"
            reading.problems.append(SettingNotAllowed(place, setting=key, value=str(right)[:40], allowed=allowed))
        else:
            rights[key] = right
    return rights
