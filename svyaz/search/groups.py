"""Fields of an object split into groups that the same readers see; an entry of the index is a record × a group.

Who may read a field depends on what each role says of it, and on nothing else of the field: fields of which
every role says the same are always read together.  A group is looked into only by who may read all of it
*now*, whatever the rights were when the index was made.
"""

from __future__ import annotations

from collections.abc import Iterator

from svyaz.access.actor import Actor
from svyaz.access.fields import may_read
from svyaz.expression.tree import Call, Node, Path
from svyaz.schema.snapshot import Entity, Field, Snapshot
from svyaz.storage.search_state import Groups

SHORT = frozenset(("text", "person_name", "address", "autonumber", "barcode", "inn", "kpp", "ogrn", "bik", "account"))
LONG = frozenset(("long_text",))
CONTACTS = frozenset(("phone", "email", "url"))  # not words: a typo in an address is not looked for
SEARCHED = SHORT | LONG | CONTACTS
LABEL = "label"

Group = tuple[tuple[int, str], ...]


def wanted_groups(snapshot: Snapshot) -> dict[int, list[Group]]:
    """number of an object -> its groups, (number, type) of each field; objects with nothing to find are absent."""
    found = {entity.number: _of_entity(snapshot, entity) for entity in snapshot.entities.values() if not entity.hidden}
    return {number: groups for number, groups in found.items() if groups}


def _of_entity(snapshot: Snapshot, entity: Entity) -> list[Group]:
    told: dict[tuple[bool, ...], list[tuple[int, str]]] = {}
    for field in entity.fields:
        if field.hidden:
            continue
        if field.type in SEARCHED and not field.system:
            told.setdefault(_told(snapshot, entity, field.key), []).append((field.number, field.type))
    label = entity.by_key.get(LABEL)
    if label is not None and not _label_is_said(snapshot, entity):
        told.setdefault(_told(snapshot, entity, LABEL), []).append((label.number, LABEL))
    return [tuple(group) for group in told.values()]


def _told(snapshot: Snapshot, entity: Entity, field: str) -> tuple[bool, ...]:
    """Of each role that says anything about the object: whether it hides the field."""
    grants = (role.grants.get(entity.key) for role in snapshot.roles.values())
    return tuple(grant.fields.get(field) == "hidden" for grant in grants if grant is not None)


def _label_is_said(snapshot: Snapshot, entity: Entity) -> bool:
    """Whether the label is made of fields that are found themselves, by the same readers, and of nothing else."""
    own = _told(snapshot, entity, LABEL)
    for keys in paths(entity.label):
        field = entity.by_key.get(keys[0])
        if keys == ("id",):
            continue
        if len(keys) > 1 or field is None or field.type not in SEARCHED or _told(snapshot, entity, field.key) != own:
            return False
    return True


def paths(node: Node) -> Iterator[tuple[str, ...]]:
    if isinstance(node, Path):
        yield node.keys
    elif isinstance(node, Call):
        for argument in node.arguments:
            yield from paths(argument)


def fields_of(entity: Entity, group: Group) -> list[Field] | None:
    """The fields of a group; None when the configuration no longer has one of them as it was."""
    found = []
    for number, kind in group:
        field = entity.by_key.get(LABEL) if kind == LABEL else entity.by_number.get(number)
        if field is None or field.hidden or (kind != LABEL and field.type != kind):
            return None
        found.append(field)
    return found


def readable_groups(snapshot: Snapshot, actor: Actor, entity: Entity, groups: Groups) -> dict[int, list[Field]]:
    """Numbers of the groups this actor may look into, with their fields."""
    found = {}
    for number, group in groups.items():
        fields = fields_of(entity, group)
        if fields and all(may_read(snapshot, actor, entity.key, field.key) for field in fields):
            found[number] = fields
    return found
