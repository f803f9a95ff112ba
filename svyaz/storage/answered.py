"""Idempotency keys: what a POST with this key has made already, for each who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from svyaz.storage.session import Session


@dataclass(frozen=True, slots=True)
class Answered:
    """request: a digest of what was asked;  answer: what came of it, as the keeper wrote it."""

    request: str
    answer: str


def find_answered(session: Session, employee: int, key: str) -> Answered | None:
    rows = session.fetch("SELECT request, answer FROM sv_answered WHERE employee = ? AND key = ?", (employee, key))
    return Answered(rows[0][0], rows[0][1]) if rows else None


def keep_answered(session: Session, employee: int, key: str, answered: Answered, status: int) -> None:
    """Of two at once the second waits for the first and is refused by the primary key: nothing is made twice."""
    session.run(
        "INSERT INTO sv_answered (employee, key, request, status, answer, at) VALUES (?, ?, ?, ?, ?, ?)",
        (employee, key, answered.request, status, answered.answer, session.put_instant(session.now)),
    )


def forget_answered(session: Session, before: datetime) -> int:
    return session.run("DELETE FROM sv_answered WHERE at < ?", (session.put_instant(before),))
