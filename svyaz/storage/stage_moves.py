"""How long a record stood on each stage: one row per stay, written in the transaction of the move.

Instants are of life, not of typing: an import gives the dates when it happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from svyaz.storage.session import Session, take_instant


@dataclass(frozen=True, slots=True)
class StageMove:
    """left_at None: it stands here now."""

    record: int
    pipeline: str
    stage: str
    entered_at: datetime
    left_at: datetime | None = None


def open_move(session: Session, entity_number: int, record: int, pipeline: str, stage: str, at: datetime) -> None:
    """The record comes to a stage; the stay it had before must be closed by `close_move` first."""
    backfill(session, entity_number, [StageMove(record, pipeline, stage, at)])


def open_moves(session: Session, entity_number: int, stays: Sequence[tuple[int, str, str]], at: datetime) -> None:
    """(record, pipeline, stage) of many new records, entered at one moment."""
    told = (session.put_instant(at), session.put_instant(session.now))
    session.insert_rows(
        "sv_stage_move",
        ("entity", "record", "pipeline", "stage", "entered_at", "written_at"),
        [(entity_number, *stay, *told) for stay in stays],
    )


def close_move(session: Session, record: int, at: datetime) -> int:
    """The record leaves where it stands; returns 0 when it stood nowhere.

    A stay never ends before it began: a move dated earlier by an import ends it where it began.
    """
    least = "MAX" if session.dialect == "sqlite" else "GREATEST"
    return session.run(
        f"UPDATE sv_stage_move SET left_at = {least}(entered_at, ?), closed_at = ? WHERE record = ? AND left_at IS NULL",
        (session.put_instant(at), session.put_instant(session.now), record),
    )


def backfill(session: Session, entity_number: int, moves: Sequence[StageMove]) -> None:
    """Add stays as they are given, past or present: an import, or many new records at once."""
    put = session.put_instant
    known = put(session.now)
    session.insert_rows(
        "sv_stage_move",
        ("entity", "record", "pipeline", "stage", "entered_at", "left_at", "written_at"),
        [
            (entity_number, one.record, one.pipeline, one.stage, put(one.entered_at), put(one.left_at), known)
            for one in moves
        ],
    )


def moves_of(session: Session, record: int) -> list[StageMove]:
    """Stays of one record in the order they were entered."""
    return moves_of_many(session, [record])


def moves_of_many(session: Session, records: Sequence[int]) -> list[StageMove]:
    """Stays of many records: by record, then in the order they were entered."""
    rows = session.fetch(
        "SELECT record, pipeline, stage, entered_at, left_at FROM sv_stage_move"
        f" WHERE {session.in_list('record', 'bigint')} ORDER BY record, entered_at, id",
        (session.list_parameter(records),),
    )
    found = []
    for record, pipeline, stage, entered_at, left_at in rows:
        entered = take_instant(entered_at)
        assert entered is not None
        found.append(StageMove(record, pipeline, stage, entered, take_instant(left_at)))
    return found


def forget_moves(session: Session, records: Sequence[int]) -> int:
    """Of purged records, or before the stays of an undone move are put back by `backfill`."""
    return session.run(
        f"DELETE FROM sv_stage_move WHERE {session.in_list('record', 'bigint')}", (session.list_parameter(records),)
    )
