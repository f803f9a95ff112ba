"""What happened to a record, from the change log: newest first, without the fields the reader may not read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.apply import condition, far_of
from svyaz.access.fields import may_read
from svyaz.expression.tree import both
from svyaz.records.cells import collect_links, id_in, name_links, plain_cell
from svyaz.records.denial import explain_no
from svyaz.records.problems import UnknownField
from svyaz.records.read import ground_of
from svyaz.schema.snapshot import Entity, Field
from svyaz.storage import changes, run_query
from svyaz.storage.changes import Change
from svyaz.storage.query import Query
from svyaz.storage.session import Session, iso_instant

MOST_LOOKED = 1000


@dataclass(frozen=True, slots=True)
class FieldChange:
    key: str
    title: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """actor: [id, label], None for the system;  undoable: the actor has not to ask, undo_change will say."""

    seq: int
    version: int
    kind: str
    at: str
    actor: list[Any] | None
    cause: str
    batch: int | None
    fields: tuple[FieldChange, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class HistoryPage:
    items: list[HistoryItem]
    next: int | None


def read_history(
    session: Session,
    actor: Actor,
    entity: str,
    id: int,
    field: str | None = None,
    after: int | None = None,
    limit: int = 50,
) -> HistoryPage:
    """History of a record, or of one field of it.  after: `next` of the page before.

    A change in which nothing is left to show is left out.  Raises Denied, NotFound, UnknownField.
    """
    snapshot = session.snapshot
    allowed = condition(snapshot, actor, entity, "history")
    shape = snapshot.entities[entity]
    far = far_of(snapshot, actor)
    query = Query(entity, (), both(allowed, id_in([id])), limit=1, far=far, kept="all")
    if not run_query.ids(session, query, ground_of(session, actor)):
        raise explain_no(session, actor, shape, id, "history")
    if field is not None and not may_read(snapshot, actor, entity, field):
        raise UnknownField("field", field=field)
    wanted = {one.number: one for one in _shown(session, actor, shape, field)}
    found: list[Change] = []
    position, looked = after, 0
    while len(found) <= limit and looked < MOST_LOOKED:
        part = changes.of_record(session, shape.number, id, position, limit + 1)
        looked += len(part)
        found += [one for one in part if _tells(one, wanted, field is not None)]
        if len(part) <= limit:
            position = None
            break
        position = part[-1].seq
    more = len(found) > limit
    next_seq = found[limit - 1].seq if more else position
    return HistoryPage(_items(session, actor, found[:limit], wanted), next_seq)


def _shown(session: Session, actor: Actor, shape: Entity, field: str | None) -> list[Field]:
    return [
        one
        for one in shape.fields
        if (field is None or one.key == field) and may_read(session.snapshot, actor, shape.key, one.key)
    ]


def _tells(change: Change, wanted: dict[int, Field], of_field: bool) -> bool:
    if change.kind == "Recomputed":
        return False
    if change.kind == "Changed" or of_field:
        return any(number in wanted for number in change.body)
    return True


def _items(session: Session, actor: Actor, found: list[Change], wanted: dict[int, Field]) -> list[HistoryItem]:
    ground = ground_of(session, actor)
    pairs = [
        (wanted[number], plain)
        for one in found
        for number, both_ in one.body.items()
        if number in wanted
        for plain in both_
    ]
    links = collect_links(session, pairs)
    for one in found:
        if one.actor is not None:
            links["employee", one.actor] = None
    name_links(session, actor, ground, links)

    def cell(field: Field, plain: Any) -> Any:
        return plain_cell(session, actor, ground, field, plain, links)

    return [
        HistoryItem(
            seq=one.seq or 0,
            version=one.version,
            kind=one.kind,
            at=iso_instant(one.at) or "",
            actor=None if one.actor is None else [one.actor, links["employee", one.actor]],
            cause=one.cause,
            batch=one.batch,
            fields=tuple(
                FieldChange(
                    wanted[number].key,
                    wanted[number].title.say(actor.language),
                    cell(wanted[number], before),
                    cell(wanted[number], after),
                )
                for number, (before, after) in one.body.items()
                if number in wanted
            ),
        )
        for one in found
    ]
