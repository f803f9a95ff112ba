"""Letters that wait to be sent, and what became of them.

What is written in a letter may let somebody in, so it is sealed (tenancy/seal.py) and forgotten once the letter has
gone.  Times are microseconds since 1970 UTC, as in storage/accounts.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from svyaz.storage.accounts import micros
from svyaz.storage.session import Session

WAITING, SENT, FAILED, DROPPED = "waiting", "sent", "failed", "dropped"


@dataclass(frozen=True, slots=True)
class Kept:
    """attempts: begun so far, this one among them;  sealed: "" when it has gone."""

    id: int
    recipient: str
    message_id: str
    sealed: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Fate:
    """problem: {"code", "facts"} of the last attempt, None when it went well or has not been made."""

    state: str
    problem: dict[str, Any] | None


def put(session: Session, id: int, recipient: str, message_id: str, sealed: str) -> None:
    now = micros(session.now)
    session.run(
        "INSERT INTO sv_letter (id, recipient, message_id, sealed, state, attempts, next_at, created_at)"
        " VALUES (?, ?, ?, ?, ?, 0, ?, ?)",
        (id, recipient, message_id, sealed, WAITING, now, now),
    )


def take_due(session: Session, until: int) -> Kept | None:
    """The first letter whose time has come, held for this sender until that instant: another takes it only afterwards."""
    now = micros(session.now)
    rows = session.fetch(
        "SELECT id, recipient, message_id, sealed, attempts FROM sv_letter WHERE state = ? AND next_at <= ?"
        " ORDER BY next_at, id LIMIT 1",
        (WAITING, now),
    )
    if not rows:
        return None
    id, recipient, message_id, sealed, attempts = rows[0]
    held = session.run(
        "UPDATE sv_letter SET next_at = ?, attempts = attempts + 1 WHERE id = ? AND state = ? AND next_at <= ?",
        (until, id, WAITING, now),
    )
    return Kept(id, recipient, message_id, sealed or "", attempts + 1) if held else None


def sent(session: Session, id: int) -> None:
    session.run(
        "UPDATE sv_letter SET state = ?, sealed = NULL, problem = NULL, sent_at = ? WHERE id = ? AND state = ?",
        (SENT, micros(session.now), id, WAITING),
    )


def wait(session: Session, id: int, next_at: int, problem: dict[str, Any]) -> None:
    session.run(
        "UPDATE sv_letter SET next_at = ?, problem = ? WHERE id = ? AND state = ?",
        (next_at, orjson.dumps(problem).decode(), id, WAITING),
    )


def put_off(session: Session, until: int) -> None:
    """None of those that wait is tried before that instant: the server was not there for the first of them."""
    session.run("UPDATE sv_letter SET next_at = ? WHERE state = ? AND next_at < ?", (until, WAITING, until))


def failed(session: Session, id: int, problem: dict[str, Any]) -> None:
    session.run(
        "UPDATE sv_letter SET state = ?, sealed = NULL, problem = ? WHERE id = ? AND state = ?",
        (FAILED, orjson.dumps(problem).decode(), id, WAITING),
    )


def drop(session: Session, id: int) -> None:
    """It is needed no longer: one that has not gone does not go."""
    session.run("UPDATE sv_letter SET state = ?, sealed = NULL WHERE id = ? AND state = ?", (DROPPED, id, WAITING))


def next_at(session: Session) -> int | None:
    """When the next of those that wait is due."""
    rows = session.fetch("SELECT MIN(next_at) FROM sv_letter WHERE state = ?", (WAITING,))
    return int(rows[0][0]) if rows and rows[0][0] is not None else None


def hurry(session: Session) -> int:
    """What waited for its next attempt is tried now; how many."""
    return session.run("UPDATE sv_letter SET next_at = ? WHERE state = ?", (micros(session.now), WAITING))


def counts(session: Session) -> dict[str, int]:
    return {state: int(n) for state, n in session.fetch("SELECT state, COUNT(*) FROM sv_letter GROUP BY state")}


def last_problem(session: Session) -> dict[str, Any] | None:
    """Of the letters that wait or were given up."""
    rows = session.fetch(
        "SELECT problem FROM sv_letter WHERE problem IS NOT NULL AND state IN (?, ?) ORDER BY id DESC LIMIT 1",
        (WAITING, FAILED),
    )
    return orjson.loads(rows[0][0]) if rows else None


def forget_old(session: Session, before: int) -> int:
    return session.run("DELETE FROM sv_letter WHERE state <> ? AND created_at < ?", (WAITING, before))
