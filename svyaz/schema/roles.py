"""Roles: what each may do with each entity, checked and made complete.

    [grants]
    order = "all"                                 every verb with this scope
    counterparty = { see = "department", change = "own", add = "all" }
    product = { see = "all", fields = { price = "read" } }
    order = { see = "all", change = "all", rules = { change = "amount < 100000" }, on_stage = { won = "read" } }
    "*" = "all"                                   every entity not named nearer; "*dictionary" and "*record"
                                                  are nearer than "*", a key is the nearest

`parent = "manager"` lets a role inherit: whoever has it has the parent's grants too, and both add up.

Rows of a card (kind "line") have the rights of the card; a role may only hide their fields or forbid to edit them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from svyaz.expression.tree import YES_NO, Node
from svyaz.kernel.problem import Problem
from svyaz.schema.formulas import Bench, paths
from svyaz.schema.home import home
from svyaz.schema.problems import EntityUnknown, FieldUnknown, KeyTaken, LineRightsApart, SettingNotAllowed
from svyaz.schema.reading import Reading
from svyaz.schema.scope import walk
from svyaz.schema.snapshot import SCOPES, STAGE_RIGHTS, VERBS, Entity, Grant, Role
from svyaz.schema.source import Part


class RuleUsesComputed(Problem):
    """A right must hold at once, and a computed value may come a moment later.  facts: path"""

    code = "rule_uses_computed"  # facts: path


class RoleUnknown(Problem):
    """facts: role"""

    code = "role_parent_unknown"  # facts: role


class RoleLoop(Problem):
    """A role would inherit from itself.  facts: path (titles)"""

    code = "role_loop"  # facts: path


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
        parent = reading.text("parent")
        reading.finish()
        if key in found:
            problems.append(KeyTaken(part.place, key=key, first=places[key]))
        elif key:
            places[key] = part.place
            found[key] = Role(key, title, grants, abilities, page, parent)
    return _inherited(found, places, problems)


def _inherited(found: Mapping[str, Role], places: Mapping[str, str], problems: list[Problem]) -> dict[str, Role]:
    """Each role with its lineage, and with the abilities of all in it.  A loop is told once, with its path."""
    looped: set[str] = set()
    made: dict[str, Role] = {}
    for key, role in found.items():
        line = [key]
        while (above := found[line[-1]].parent) in found and above not in line:
            line.append(above)
        if above in line and key not in looped:
            loop = line[line.index(above) :]
            looped.update(loop)
            path = " → ".join(f"«{found[one].title.ru}»" for one in (*loop, above))
            problems.append(RoleLoop(f"{places[above]}: parent", path=path))
        if role.parent and role.parent not in found:
            problems.append(RoleUnknown(f"{places[key]}: parent", role=role.parent[:60]))
        abilities = frozenset[str]().union(*(found[one].abilities for one in line))
        made[key] = replace(role, lineage=tuple(line), abilities=abilities)
    return made


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
        rule = _rule(inside.table["rule"], f"{place}: rule", entity, bench, entities)
    rules = _rules(inside, entity, bench, entities)
    fields = _field_rights(inside, entity)
    stages = _stage_rights(inside, entity)
    inside.finish()
    return Grant(entity.key, {verb: scope for verb, scope in verbs.items() if scope}, rule, fields, rules, stages)


def _rule(text: Any, place: str, entity: Entity, bench: Bench, entities: Mapping[str, Entity]) -> Node | None:
    rule = bench.typed(text, place, YES_NO)
    if rule is not None and (used := _computed_in(rule, entity, entities)):
        bench.problems.append(RuleUsesComputed(place, path=used))
    return rule


def _rules(reading: Reading, entity: Entity, bench: Bench, entities: Mapping[str, Entity]) -> dict[str, Node]:
    """A formula for a verb that is not granted says nothing and is kept: the verb may be granted again."""
    inside = Reading(reading.mapping("rules"), f"{reading.place}: rules", bench.problems)
    found: dict[str, Node] = {}
    for verb in VERBS:
        if verb in inside:
            rule = _rule(inside.table[verb], f"{inside.place}.{verb}", entity, bench, entities)
            if rule is not None:
                found[verb] = rule
    inside.finish()
    return found


def _stage_rights(reading: Reading, entity: Entity) -> dict[str, str]:
    """By stage; `in_pipeline` says it of all stages of a pipeline that are not named themselves."""
    allowed = tuple(one for one in STAGE_RIGHTS if one)
    stages = Reading(reading.mapping("on_stage"), f"{reading.place}: on_stage", reading.problems)
    pipelines = Reading(reading.mapping("in_pipeline"), f"{reading.place}: in_pipeline", reading.problems)
    found: dict[str, str] = {}
    for pipeline in entity.pipelines:
        whole = pipelines.text(pipeline.key, allowed=allowed)
        for stage in pipeline.stages:
            if right := stages.text(stage.key, whole, allowed=allowed):
                found[stage.key] = right
    stages.finish()
    pipelines.finish()
    return found


def _line_grant(written: Any, place: str, entity: Entity, bench: Bench) -> Grant:
    inside = Reading(written, place, bench.problems)
    if any(verb in inside for verb in (*VERBS, "rule", "rules", "on_stage", "in_pipeline")):
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
