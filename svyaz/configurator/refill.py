"""Computed fields that a new configuration makes stale: computed at once in a small base, by a job in a large one."""

from __future__ import annotations

from typing import Any

from svyaz.jobs.queue import enqueue
from svyaz.records.recompute import TASK
from svyaz.schema.depends import graph_of
from svyaz.schema.digest import canonical
from svyaz.schema.snapshot import Field, Snapshot
from svyaz.storage import recompute
from svyaz.storage.session import Session
from svyaz.storage.tallies import count_records

AT_ONCE = 2_000  # records in all: some 40 ms while nobody writes
PORTION = 500


def refill(session: Session, before: Snapshot, by: int | None) -> int | None:
    """In the transaction that changed the configuration; returns the job, None when all is done already."""
    after = session.snapshot
    dirty = stale_fields(before, after)
    counts = {entity: count_records(session, entity) for entity, _ in dirty}
    total = sum(counts[entity] for entity, _ in dirty)
    if total > AT_ONCE:
        waves: list[dict[str, Any]] = [
            {"field": one.number, "way": None, "ids": []} for entity, one in dirty if counts[entity]
        ]
        return enqueue(session, TASK, {"waves": waves, "total": total}, actor=by)
    for entity, one in dirty:
        last = 0
        while ids := recompute.portion(session, entity, last, PORTION):
            recompute.recompute(session, entity, one, ids)
            last = ids[-1]
    return None


def stale_fields(before: Snapshot, after: Snapshot) -> list[tuple[str, Field]]:
    """Kept computed fields that are new, computed otherwise, or read something that is; in the order of computing."""
    graph = graph_of(after)
    everything = (before.settings.currency, before.settings.zone) != (after.settings.currency, after.settings.zone)
    dirty: dict[int, None] = {}
    reads: dict[int, list[tuple[str, str]]] = {}
    for read, needs in graph.needs.items():
        for need in needs:
            reads.setdefault(need.place, []).append(read)
    numbers = {(entity, one.key): place for place, (entity, one) in enumerate(graph.order)}
    for place, (entity, one) in enumerate(graph.order):
        known = before.entities.get(entity)
        own = _spec(known.by_number.get(one.number) if known else None) != _spec(one)
        far = any(
            numbers.get(read) in dirty or _place(before, *read) != _place(after, *read) for read in reads.get(place, ())
        )
        if everything or own or far:
            dirty[place] = None
    return [graph.order[place] for place in dirty]


def _spec(one: Field | None) -> Any:
    return None if one is None else canonical((one.computed, one.column, one.options.get("result")))


def _place(snapshot: Snapshot, entity: str, key: str) -> Any:
    """Where a value that is read comes from: another number, column or type is another value."""
    known = snapshot.entities.get(entity)
    one = known.by_key.get(key) if known else None
    if key == "label" and known is not None:
        return canonical(known.label)
    return None if one is None else (one.number, one.column, one.type, canonical(one.options.get("scale")))
