"""What the journal of the company tells: entries and what was done about rights, in words of its kinds.

A login that is not known is not written down as it was typed: people type passwords into the wrong field.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from svyaz.storage import journal
from svyaz.storage.journal import Entry
from svyaz.storage.session import Session

KEPT = timedelta(days=730)
ENTRIES = ("came_in", "refused", "refused_closed", "attempts_over", "left", "session_ended", "password_changed")
RIGHTS = ("access_given", "roles_changed", "blocked", "let_in", "password_reset")
KINDS = (*ENTRIES, *RIGHTS)


def note(
    session: Session,
    kind: str,
    actor: int | None = None,
    employee: int | None = None,
    address: str = "",
    browser: str = "",
    **facts: Any,
) -> None:
    journal.add(session, Entry(kind, actor, employee, address, browser, facts))


def read(
    session: Session, kinds: tuple[str, ...], employee: int | None, before: int | None, limit: int
) -> tuple[list[Entry], int | None]:
    """Newest first, and what to give as `before` for those that follow, None at the end."""
    found = journal.page(session, kinds, employee, before, limit + 1)
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def sweep(session: Session) -> int:
    return journal.forget_old(session, int((session.now - KEPT).timestamp() * 1_000_000))
