"""What a comment, an activity or a line belongs to: a hit of it opens that card."""

from __future__ import annotations

from collections.abc import Sequence

from svyaz.access.actor import Actor
from svyaz.access.fields import may_read
from svyaz.expression.ground import Ground
from svyaz.kernel.values import Ref
from svyaz.records.cells import seen_labels
from svyaz.schema.snapshot import Entity, Field
from svyaz.storage import record_tables
from svyaz.storage.session import Session

About = tuple[str, int, str]


def named_about(session: Session, actor: Actor, ground: Ground, entity: Entity, ids: Sequence[int]) -> dict[int, About]:
    """id -> (entity, id, label) of the card; without those that the actor does not see."""
    field = _link(entity)
    if field is None or not ids or not may_read(session.snapshot, actor, entity.key, field.key):
        return {}
    stored = record_tables.fetch(session, entity.key, ids, [field.key])
    refs = {id: ref for id, one in stored.items() if (ref := _ref(field, one.values.get(field.key))) is not None}
    told: dict[int, About] = {}
    for target in {ref.entity for ref in refs.values()}:
        wanted = {id: ref.id for id, ref in refs.items() if ref.entity == target}
        labels = seen_labels(session, actor, ground, target, wanted.values())
        told |= {id: (target, card, labels[card]) for id, card in wanted.items() if card in labels}
    return told


def _link(entity: Entity) -> Field | None:
    field = entity.by_key.get(entity.parent) if entity.parent else entity.by_role("about")
    return None if field is None or field.hidden else field


def _ref(field: Field, value: object) -> Ref | None:
    if isinstance(value, Ref):
        return value
    return Ref(field.targets[0], value) if isinstance(value, int) and field.targets else None
