"""Whether somebody has all the rights that a role gives: nobody hands on what he lacks.

Scopes are ordered only so far: a record of the department need not be one where the person takes part, so
neither of these two holds the other; «all» holds everything, «own» is held by everything.
"""

from __future__ import annotations

from collections.abc import Iterable

from svyaz.access.actor import Actor
from svyaz.access.apply import grants
from svyaz.access.fields import RANK, right, said_of
from svyaz.schema.snapshot import STAGE_RIGHTS, Entity, Grant, Role, Snapshot

HOLDS = {
    "own": ("own",),
    "taking_part": ("own", "taking_part"),
    "department": ("own", "department"),
    "department_below": ("own", "department", "department_below"),
    "subordinates": ("own", "subordinates"),
    "all": ("own", "taking_part", "department", "department_below", "subordinates", "all"),
}


def roles_beyond(snapshot: Snapshot, actor: Actor, roles: Iterable[str]) -> list[Role]:
    """Those of the roles that give more than the actor has himself.  A role that is no more gives nothing."""
    found = (snapshot.roles[key] for key in roles if key in snapshot.roles)
    return [role for role in found if not covers(snapshot, actor, role)]


def covers(snapshot: Snapshot, actor: Actor, role: Role) -> bool:
    if actor.is_system or role.key in actor.roles:
        return True
    line = (snapshot.roles[key] for key in snapshot.with_ancestors((role.key,)) if key in snapshot.roles)
    return role.abilities <= actor.abilities and all(
        covers_grant(snapshot, actor, grant) for one in line for grant in one.grants.values()
    )


def covers_grant(snapshot: Snapshot, actor: Actor, grant: Grant) -> bool:
    """Every verb of the grant in a scope as wide, under no rule that the grant is free of, and its fields."""
    shape = snapshot.entities.get(grant.entity)
    if shape is None or actor.is_system:
        return True
    own = grants(snapshot, actor, grant.entity)
    if not all(any(_holds(mine, grant, verb) for mine in own) for verb in grant.verbs):
        return False
    return "see" not in grant.verbs or _covers_fields(snapshot, actor, shape, grant)


def _holds(mine: Grant, other: Grant, verb: str) -> bool:
    if verb not in mine.verbs or other.verbs[verb] not in HOLDS[mine.verbs[verb]]:
        return False
    if mine.rule not in (None, other.rule) or mine.rules.get(verb) not in (None, other.rules.get(verb)):
        return False
    return all(STAGE_RIGHTS[other.stages.get(stage, "")] <= STAGE_RIGHTS[right] for stage, right in mine.stages.items())


def _covers_fields(snapshot: Snapshot, actor: Actor, shape: Entity, grant: Grant) -> bool:
    return all(
        field.hidden
        or field.system
        or field.computed is not None
        or RANK[right(snapshot, actor, shape.key, field.key)] >= RANK[said_of(grant, field)]
        for field in shape.fields
    )
