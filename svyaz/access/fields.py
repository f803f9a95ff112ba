"""Which fields of an entity an actor may read and which he may fill.

A field the actor may not read does not exist for him: it is not shown, filtered, sorted, grouped,
totalled, exported, told in history, and naming it is refused exactly like an unknown key.
Roles add up: the most generous of the roles that let see the entity decides.
"""

from __future__ import annotations

from svyaz.access.actor import Actor
from svyaz.access.apply import grants, may, stood_grants
from svyaz.schema.snapshot import Entity, Field, Grant, Snapshot

RANK = {"hidden": 0, "read": 1, "edit": 2}


def right(snapshot: Snapshot, actor: Actor, entity: str, field: str) -> str:
    """ "hidden", "read" or "edit".  System fields (id, created_at…) and computed ones are never more than read."""
    shape = snapshot.entities.get(entity)
    found = shape.by_key.get(field) if shape else None
    if shape is None or found is None or found.hidden:
        return "hidden"
    return _right(snapshot, actor, shape, found)


def may_read(snapshot: Snapshot, actor: Actor, entity: str, field: str) -> bool:
    return right(snapshot, actor, entity, field) != "hidden"


def may_edit(snapshot: Snapshot, actor: Actor, entity: str, field: str) -> bool:
    return right(snapshot, actor, entity, field) == "edit"


def readable(snapshot: Snapshot, actor: Actor, entity: str) -> tuple[Field, ...]:
    """Fields the actor may read, in the order of the entity, the system's own among them."""
    shape = snapshot.entities[entity]
    return tuple(one for one in shape.fields if not one.hidden and _right(snapshot, actor, shape, one) != "hidden")


def _right(snapshot: Snapshot, actor: Actor, shape: Entity, field: Field) -> str:
    if actor.is_system:
        best = "edit"
    elif shape.kind == "line":
        best = _of_line(snapshot, actor, shape, field)
    else:
        granted = grants(snapshot, actor, shape.key)
        said = [said_of(grant, field) for grant in granted if "see" in grant.verbs]
        if not said:  # whoever sees the entity only in another's stead sees of it what that other does
            stood = stood_grants(snapshot, actor, shape.key)
            said = [said_of(grant, field) for _, grant in stood if "see" in grant.verbs]
        best = max(said, key=RANK.__getitem__, default="hidden")
        if best == "read" and any(_only_fills(grant, field) for grant in granted):
            best = "edit"
    return "read" if (field.system or field.computed) and best == "edit" else best


def _only_fills(grant: Grant, field: Field) -> bool:
    """A role that adds «изменять» to what another lets see: it shows nothing, and what is shown may be filled."""
    return "see" not in grant.verbs and said_of(grant, field) == "edit"


def said_of(grant: Grant, field: Field) -> str:
    """A role that may only look gives no right to fill, whatever it leaves unsaid about the field."""
    said = grant.fields.get(field.key, "edit")
    fills = "add" in grant.verbs or "change" in grant.verbs
    return said if fills or said == "hidden" else "read"


def _of_line(snapshot: Snapshot, actor: Actor, shape: Entity, field: Field) -> str:
    """A line has the rights of its card; a role's grant for the line itself can only narrow its fields."""
    if not may(snapshot, actor, shape.key, "see"):
        return "hidden"
    said = [grant.fields.get(field.key, "edit") for grant in grants(snapshot, actor, shape.key)]
    return max(said, key=RANK.__getitem__, default="edit")
