"""Jobs that repeat: every so many seconds, or each day at an hour of the company's zone.

The time of the next run is kept in the base, so a restart neither repeats nor forgets it.  Runs missed while
nobody worked are made up by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from svyaz.storage import queue
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company


@dataclass(frozen=True, slots=True)
class Repeating:
    """Give `every_seconds` or `daily_at` (wall clock of the company); key names it for ever."""

    key: str
    task: str
    every_seconds: int = 0
    daily_at: time | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    queue: str = "main"

    def following(self, after: datetime, zone: str) -> datetime:
        """The first run later than `after`."""
        if self.daily_at is None:
            return after + timedelta(seconds=self.every_seconds)
        here = after.astimezone(ZoneInfo(zone))
        for days in (0, 1, 2):
            day = here.date() + timedelta(days=days)
            at = datetime.combine(day, self.daily_at, ZoneInfo(zone)).astimezone(after.tzinfo)
            if at > after:
                return at
        raise AssertionError("unreachable")


def put_due(company: Company, repeating: Sequence[Repeating]) -> int:
    """Enqueue what is due; returns how many.  Several processes may do it: each run is put once."""
    with company.read() as session:
        waiting = [one for one in repeating if _is_due(session, one)]
    if not waiting:
        return 0
    with company.write() as session:
        return sum(_put(session, one) for one in waiting)


def _is_due(session: Session, one: Repeating) -> bool:
    at = queue.next_at(session, one.key)
    return at is None or at <= session.now


def _put(session: Session, one: Repeating) -> bool:
    zone = session.terms.zone
    at = queue.next_at(session, one.key)
    if at is None:
        queue.first_at(session, one.key, one.following(session.now, zone))
        return False
    if at > session.now or not queue.move_on(session, one.key, at, one.following(session.now, zone)):
        return False
    queue.put(session, one.task, one.arguments, f"repeating:{one.key}", None, one.queue, None)
    return True
