"""Before a second card of the same client is made: who already has this phone, e-mail or ИНН.

A warning, never a refusal.  A record the asker may not see is told only as «уже есть похожая запись», and
only to one who may see some of the entity; to others the answer is empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.apply import read_entity
from svyaz.access.fields import may_read
from svyaz.fields.base import Rows
from svyaz.fields.column import ABSENT, accept_all
from svyaz.fields.registry import TYPES
from svyaz.kernel.problem import BadValue
from svyaz.kernel.values import Labelled
from svyaz.records.cells import seen_labels
from svyaz.records.read import ground_of
from svyaz.schema.snapshot import Entity, Field
from svyaz.storage import record_tables
from svyaz.storage.session import Session


@dataclass(frozen=True, slots=True)
class Duplicate:
    """id and label are None for a record one may not see; field: key of what is equal, value: in plain form."""

    entity: str
    id: int | None
    label: str | None
    field: str
    value: Any


def find_duplicates(
    session: Session, actor: Actor, entity: str, values: Mapping[str, Any], except_id: int | None = None
) -> list[Duplicate]:
    """Living records that share a value of a field declared in `duplicates`; the seen ones first.

    values   as sent; what cannot be understood is left to the checks of writing
    """
    shape = read_entity(session.snapshot, actor, entity)
    told: list[Duplicate] = []
    hidden: list[Duplicate] = []
    for key in shape.duplicates:
        field = shape.by_key.get(key)
        if field is None or key not in values or not may_read(session.snapshot, actor, entity, key):
            continue
        keys = compared_keys(session, field, values[key])
        found = record_tables.find_by_key(session, entity, key, list(keys))
        ids = [id for holders in found.values() for id in holders if id != except_id]
        labels = seen_labels(session, actor, ground_of(session, actor), entity, ids)
        for shadow, holders in found.items():
            unseen = False
            for id in holders:
                if id == except_id:
                    continue
                if id in labels:
                    told.append(Duplicate(entity, id, labels[id], key, keys[shadow]))
                else:
                    unseen = True
            if unseen:
                hidden.append(Duplicate(entity, None, None, key, keys[shadow]))
    return [*told, *(hidden if actor.kind == "person" else [])]


def compared_keys(session: Session, field: Field, raw: Any) -> dict[Any, Any]:
    """What storage compares -> the value as people know it."""
    kind = TYPES[field.type]
    try:
        value = kind.accept(raw, field.options, session.terms)
    except BadValue:
        return {}
    if isinstance(kind.storage(field.options), Rows):
        return {one.value if isinstance(one, Labelled) else one: _known(one) for one in value}
    if value is None:
        return {}
    has_key = field.unique or kind.compare(field.options).sort == "key"
    shadow = kind.key(value, field.options) if has_key else kind.pack(value, field.options)[0]
    return {} if shadow is None else {shadow: kind.plain(value, field.options)}


def keys_of_many(session: Session, entity: Entity, key: str, raws: Sequence[Any]) -> list[list[Any]]:
    """What storage compares, for each of many raw values; [] of what cannot be understood."""
    field = entity.by_key[key]
    kind = TYPES[field.type]
    if isinstance(kind.storage(field.options), Rows):
        return [[] if raw is ABSENT else list(compared_keys(session, field, raw)) for raw in raws]
    name = (session.snapshot.digest, entity.key, key)
    values, _ = accept_all(kind, raws, field.options, session.terms, name)
    has_key = field.unique or kind.compare(field.options).sort == "key"
    shadows = kind.key_all(values, field.options) if has_key else kind.pack_all(values, field.options)[0]
    return [[] if value is None or shadow is None else [shadow] for value, shadow in zip(values, shadows, strict=True)]


def _known(one: Any) -> Any:
    return one.value if isinstance(one, Labelled) else one
