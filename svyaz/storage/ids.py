"""Ids of records: one sequence for a company, never given twice, even after a record is purged."""

from __future__ import annotations

from svyaz.storage.session import Session


def take_ids(session: Session, count: int) -> list[int]:
    """`count` new ids in ascending order; on PostgreSQL others may come between them."""
    if count < 1:
        return []
    if session.dialect == "sqlite":
        rows = session.fetch("UPDATE sv_counter SET value = value + ? WHERE name = 'id' RETURNING value", (count,))
        last: int = rows[0][0]
        return list(range(last - count + 1, last + 1))
    return sorted(row[0] for row in session.fetch("SELECT nextval('sv_id') FROM generate_series(1, ?)", (count,)))


def take_id(session: Session) -> int:
    return take_ids(session, 1)[0]
