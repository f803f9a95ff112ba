"""What the bell shows a person: one row for a notice, read or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from svyaz.storage.ids import take_id
from svyaz.storage.session import Session, take_instant


@dataclass(frozen=True, slots=True)
class Notice:
    """kind: reminder…;  entity (number) and record: what it is about;  read_at None: not looked at yet."""

    id: int
    employee: int
    kind: str
    entity: int
    record: int
    at: datetime
    read_at: datetime | None


def add_notice(session: Session, employee: int, kind: str, entity_number: int, record: int) -> int:
    id = take_id(session)
    session.run(
        "INSERT INTO sv_notice (id, employee, kind, entity, record, at) VALUES (?, ?, ?, ?, ?, ?)",
        (id, employee, kind, entity_number, record, session.put_instant(session.now)),
    )
    return id


def notices_of(session: Session, employee: int, unread_only: bool, limit: int) -> list[Notice]:
    """Newest first."""
    unread = " AND read_at IS NULL" if unread_only else ""
    rows = session.fetch(
        "SELECT id, employee, kind, entity, record, at, read_at FROM sv_notice"
        f" WHERE employee = ?{unread} ORDER BY id DESC LIMIT ?",
        (employee, limit),
    )
    found = []
    for id, whose, kind, entity, record, at, read_at in rows:
        when = take_instant(at)
        assert when is not None
        found.append(Notice(id, whose, kind, entity, record, when, take_instant(read_at)))
    return found


def since(session: Session, id: int) -> list[tuple[int, int]]:
    """(id, employee) of notices after the id, of everybody."""
    return [
        (row[0], row[1]) for row in session.fetch("SELECT id, employee FROM sv_notice WHERE id > ? ORDER BY id", (id,))
    ]


def last_id(session: Session) -> int:
    return int(session.fetch("SELECT COALESCE(MAX(id), 0) FROM sv_notice")[0][0])


def mark_read(session: Session, employee: int, ids: Sequence[int]) -> int:
    """Only one's own; returns how many were unread."""
    return session.run(
        f"UPDATE sv_notice SET read_at = ? WHERE employee = ? AND read_at IS NULL AND {session.in_list('id', 'bigint')}",
        (session.put_instant(session.now), employee, session.list_parameter(ids)),
    )
