"""Sessions in which somebody looks at the company as a colleague does: rows (session, colleague).

A row is worth nothing without its session, so nothing here has to end with it.
"""

from __future__ import annotations

from collections.abc import Collection

from svyaz.storage.accounts import bump_org_revision, bump_sign_revision, micros
from svyaz.storage.session import Session


def begin(session: Session, key_hash: str, employee: int) -> None:
    session.run("DELETE FROM sv_view_as WHERE key_hash NOT IN (SELECT key_hash FROM sv_session)")
    session.run("DELETE FROM sv_view_as WHERE key_hash = ?", (key_hash,))
    session.run(
        "INSERT INTO sv_view_as (key_hash, employee, began_at) VALUES (?, ?, ?)",
        (key_hash, employee, micros(session.now)),
    )
    _moved(session)


def end(session: Session, key_hash: str) -> int | None:
    """As whom it was looked; None when it was not."""
    found = employee_of(session, key_hash)
    if found is not None:
        session.run("DELETE FROM sv_view_as WHERE key_hash = ?", (key_hash,))
        _moved(session)
    return found


def employee_of(session: Session, key_hash: str) -> int | None:
    rows = session.fetch("SELECT employee FROM sv_view_as WHERE key_hash = ?", (key_hash,))
    return rows[0][0] if rows else None


def employees_of(session: Session, key_hashes: Collection[str]) -> dict[str, int]:
    """The same of many sessions; one that looks as nobody else is absent."""
    among = session.in_list("key_hash", "text")
    text = f"SELECT key_hash, employee FROM sv_view_as WHERE {among}"
    return {row[0]: row[1] for row in session.fetch(text, (session.list_parameter(key_hashes),))}


def _moved(session: Session) -> None:
    """Who remembers whose a session is, and who is told of changes as they happen, look again."""
    bump_sign_revision(session)
    bump_org_revision(session)
