"""What changes in a role, in words: a step for each right that becomes another.

Facts `verb`, `was` and `will` are keys of words (scopes.own, rights.read), told in the reader's language.  A formula
is not repeated: that it becomes another is told, and what it says stands in the matrix.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from svyaz.schema.digest import canonical
from svyaz.schema.snapshot import VERBS, Entity, Grant, Role, Snapshot, Title

MOST = 40  # a grant for all objects is hundreds of rights; nobody reads so many lines
NONE = "rights.no"
ALL = "rights.all"
Told = tuple[str, Mapping[str, Any], str]


def role_steps(before: Snapshot, after: Snapshot, was: Role, now: Role) -> list[Told]:
    """(code, facts, entity) of each; empty when no right differs.  What is inherited is told of the parent; of a
    new object nothing is told, it has come to all."""
    found = [*_of_role(before, after, was, now)]
    for key in dict.fromkeys((*now.grants, *was.grants)):
        entity = after.entities.get(key)
        if entity is not None and not entity.hidden and key in before.entities:
            found += _of_grant(now.title, entity, was.grants.get(key), now.grants.get(key))
    if len(found) > MOST:
        left = len(found) - MOST
        found = [*found[:MOST], ("plan_role_more", {"role": now.title, "n": left}, "")]
    return found


def _of_role(before: Snapshot, after: Snapshot, was: Role, now: Role) -> Iterator[Told]:
    if was.parent != now.parent:
        yield (
            "plan_role_parent",
            {"role": now.title, "was": _title(before, was.parent), "will": _title(after, now.parent)},
            "",
        )
    for one in sorted(was.abilities ^ now.abilities):
        facts = {"role": now.title, "verb": f"abilities.{one}"}
        yield "plan_role_ability_given" if one in now.abilities else "plan_role_ability_taken", facts, ""


def _of_grant(role: Title, entity: Entity, was: Grant | None, now: Grant | None) -> Iterator[Told]:
    was, now = was or Grant(entity.key, {}), now or Grant(entity.key, {})
    facts = {"role": role, "entity": entity.title}
    for verb in VERBS:
        one, other = was.verbs.get(verb), now.verbs.get(verb)
        if one != other:
            told = {**facts, "verb": f"verbs.{verb}", "was": _scope(one), "will": _scope(other)}
            yield "plan_role_verb", told, entity.key
        if verb in now.verbs and _differ(was.rules.get(verb), now.rules.get(verb)):
            yield "plan_role_rule_of", {**facts, "verb": f"verbs.{verb}"}, entity.key
    if _differ(was.rule, now.rule):
        yield "plan_role_rule", facts, entity.key
    for code, kind, title_of, old, new in (
        ("plan_role_field", "field", _field_titles(entity), was.fields, now.fields),
        ("plan_role_stage", "stage", _stage_titles(entity), was.stages, now.stages),
    ):
        for key in _changed(old, new):
            said = {
                "was": f"rights.{old[key]}" if key in old else ALL,
                "will": f"rights.{new[key]}" if key in new else ALL,
            }
            yield code, {**facts, kind: title_of.get(key, key), **said}, entity.key


def same_rights(one: Role, other: Role) -> bool:
    return bool(canonical(replace(one, home=None)) == canonical(replace(other, home=None)))


def _changed(was: Mapping[str, str], now: Mapping[str, str]) -> Iterable[str]:
    return [key for key in dict.fromkeys((*was, *now)) if was.get(key) != now.get(key)]


def _differ(one: Any, other: Any) -> bool:
    return bool(canonical(one) != canonical(other))


def _scope(scope: str | None) -> str:
    return f"scopes.{scope}" if scope else NONE


def _title(snapshot: Snapshot, role: str) -> Title | str:
    return snapshot.roles[role].title if role in snapshot.roles else "rights.nobody"


def _field_titles(entity: Entity) -> Mapping[str, Title]:
    return {one.key: one.title for one in entity.fields}


def _stage_titles(entity: Entity) -> Mapping[str, Title]:
    return {key: stage.title for key, stage in entity.stages.items()}
