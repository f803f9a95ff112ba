"""One-time links by which people come in: of an invitation, of a forgotten password.  The link itself is not kept,
only its SHA-256.  Times are microseconds since 1970 UTC, as in storage/accounts.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from svyaz.storage.accounts import micros
from svyaz.storage.session import Session

COLUMNS = "id, employee, kind, stamp, created_at, expires_at, used_at, revoked_at, letter"


@dataclass(frozen=True, slots=True)
class Link:
    """kind: invitation or reset;  stamp: of the password that was in force when the link was made;  letter: its id."""

    id: int
    employee: int
    kind: str
    stamp: str
    created_at: int
    expires_at: int
    used_at: int | None
    revoked_at: int | None
    letter: int | None


@dataclass(frozen=True, slots=True)
class Last:
    """The last invitation of a person with the fate of its letter: "" when it went by hand."""

    employee: int
    expires_at: int
    used_at: int | None
    revoked_at: int | None
    letter: str
    problem: dict[str, Any] | None


def put(session: Session, link: Link, token_hash: str, actor: int | None) -> None:
    session.run(
        f"INSERT INTO sv_invitation ({COLUMNS}, token_hash, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            link.id,
            link.employee,
            link.kind,
            link.stamp,
            link.created_at,
            link.expires_at,
            link.used_at,
            link.revoked_at,
            link.letter,
            token_hash,
            actor,
        ),
    )


def find(session: Session, token_hash: str) -> Link | None:
    rows = session.fetch(f"SELECT {COLUMNS} FROM sv_invitation WHERE token_hash = ?", (token_hash,))
    return Link(*rows[0]) if rows else None


def use(session: Session, id: int) -> bool:
    """False: somebody was quicker."""
    return (
        session.run(
            "UPDATE sv_invitation SET used_at = ? WHERE id = ? AND used_at IS NULL AND revoked_at IS NULL",
            (micros(session.now), id),
        )
        > 0
    )


def revoke(session: Session, employee: int) -> list[Link]:
    """All that the person could still come in by, of both kinds."""
    rows = session.fetch(
        f"SELECT {COLUMNS} FROM sv_invitation WHERE employee = ? AND used_at IS NULL AND revoked_at IS NULL",
        (employee,),
    )
    session.run(
        "UPDATE sv_invitation SET revoked_at = ? WHERE employee = ? AND used_at IS NULL AND revoked_at IS NULL",
        (micros(session.now), employee),
    )
    return [Link(*row) for row in rows]


def last_invitations(session: Session, employee: int | None = None) -> dict[int, Last]:
    """By employee; of all of them, or of the one."""
    whose, given = ("AND i.employee = ?", (employee,)) if employee is not None else ("", ())
    rows = session.fetch(
        "SELECT i.employee, i.expires_at, i.used_at, i.revoked_at, COALESCE(l.state, ''), l.problem"
        " FROM sv_invitation i LEFT JOIN sv_letter l ON l.id = i.letter"
        f" WHERE i.kind = 'invitation' {whose} ORDER BY i.id",
        given,
    )
    return {
        employee: Last(employee, expires_at, used_at, revoked_at, letter, orjson.loads(problem) if problem else None)
        for employee, expires_at, used_at, revoked_at, letter, problem in rows
    }


def forget_old(session: Session, before: int) -> int:
    """Those that nobody can come in by any more."""
    return session.run("DELETE FROM sv_invitation WHERE expires_at < ?", (before,))
