"""Records whose stage or option goes away get another one, in the transaction that takes it away.

They are written like anything else: the history says who and why, stays on stages get their dates, and the batch
of the revision can be taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from svyaz.configurator.carry import Move
from svyaz.records.inner import write_inner
from svyaz.storage import changes, record_tables
from svyaz.storage.session import Session
from svyaz.storage.tallies import replace_in_trash

AT_ONCE = 1_000


def count_moved(session: Session, move: Move) -> int:
    """Living records that have the value."""
    entity = session.snapshot.entities.get(move.entity)
    if entity is None or move.field not in entity.by_key:
        return 0
    return len(record_tables.find_by_key(session, move.entity, move.field, [move.value]).get(move.value, ()))


def carry_out_moves(session: Session, moves: Sequence[Move], actor: int | None) -> int | None:
    """The batch that holds what was written, None when nothing was.  session.snapshot is the new configuration."""
    batch: int | None = None
    for move in moves:
        entity = session.snapshot.entities.get(move.entity)
        if entity is None or move.field not in entity.by_key:
            continue
        found = record_tables.find_by_key(session, move.entity, move.field, [move.value]).get(move.value, [])
        replace_in_trash(session, move.entity, move.field, move.value, move.to or None)
        if not found:
            continue
        batch = batch or changes.new_batch(session, actor, "schema", "schema")
        for start in range(0, len(found), AT_ONCE):
            part = found[start : start + AT_ONCE]
            stored = record_tables.fetch(session, move.entity, part, [move.field])
            values = {id: {move.field: _moved(one.values[move.field], move)} for id, one in stored.items()}
            write_inner(session, move.entity, values, cause="schema", batch=batch, by=actor)
    return batch


def _moved(value: Any, move: Move) -> Any:
    if not isinstance(value, tuple):
        return move.to or None
    kept = [move.to if one == move.value else one for one in value]
    return tuple(dict.fromkeys(one for one in kept if one))
