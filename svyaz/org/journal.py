"""What the journal of the company tells: entries and what was done about rights, in words of its kinds.

A login that is not known is not written down as it was typed: people type passwords into the wrong field.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime
from typing import Any

from svyaz.kernel.text import fold
from svyaz.storage import accounts, journal, record_tables, settings
from svyaz.storage.journal import Entry
from svyaz.storage.session import Session

MONTHS = range(1, 121)
KEPT_MONTHS = 24
KEEP = "journal_months"
ENTRIES = (
    "came_in",
    "refused",
    "refused_closed",
    "attempts_over",
    "second_refused",
    "left",
    "session_ended",
    "password_changed",
    "invitation_used",
    "reset_asked",
    "password_by_letter",
)
# What a person did about his own ways in.
WAYS = ("second_on", "second_off", "recovery_codes", "passkey_added", "passkey_removed", "token_made", "token_dropped")
RIGHTS = (
    "access_given",
    "roles_changed",
    "blocked",
    "let_in",
    "password_reset",
    "second_reset",
    "invited",
    "invitation_revoked",
    "view_began",
    "view_ended",
    "shared",
    "unshared",
    "dismissed",
    "dismissal_undone",
)
EXPORTS = ("exported", "journal_exported")
SETTINGS = ("settings_changed",)
GROUPS = {"entries": ENTRIES, "ways": WAYS, "rights": RIGHTS, "exports": EXPORTS, "settings": SETTINGS}
KINDS = tuple(kind for kinds in GROUPS.values() for kind in kinds)


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
    session: Session,
    kinds: tuple[str, ...],
    employee: int | None,
    before: int | None,
    limit: int,
    *,
    own: bool = False,
    since: datetime | None = None,
    until: datetime | None = None,
    q: str = "",
) -> tuple[list[Entry], int | None]:
    """Newest first, and what to give as `before` for those that follow, None at the end.

    employee: whom it concerns or who did it;  own: whom it concerns only;  since, until: instants, the last left out;
    q: a part of a person's name, of the address, of the browser or of what is told, whatever its case.
    """
    span = (accounts.micros(since) if since else None, accounts.micros(until) if until else None)
    sought = (q, _called(session, q)) if q else None
    found = journal.page(session, kinds, employee, before, limit + 1, own=own, span=span, sought=sought)
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def _called(session: Session, q: str) -> list[int]:
    """Of all who were ever given a login: a company's people, not its clients."""
    labels = record_tables.labels(session, "employee", accounts.all_with_login(session))
    return [id for id, label in labels.items() if fold(q) in fold(label)]


def months_kept(session: Session) -> int:
    return int(settings.read(session, KEEP) or KEPT_MONTHS)


def keep_months(session: Session, months: int) -> None:
    """months: of MONTHS.  What is older goes in the next night."""
    settings.write(session, KEEP, months)


def sweep(session: Session) -> int:
    return journal.forget_old(session, accounts.micros(months_before(session.now, months_kept(session))))


def months_before(at: datetime, months: int) -> datetime:
    """The same day and hour so many months ago; the last day of a shorter month."""
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))
