"""Instants and the bounds of days: everything kept is UTC, a day belongs to a zone.

Grains (year, quarter…) are given as UTC bounds computed here, so that no database needs the
rules of any zone, and all of them group alike.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from svyaz.kernel.problem import BadValue
from svyaz.kernel.text import shown

GRAINS = ("year", "quarter", "month", "week", "day")


class InstantNotUnderstood(BadValue):
    code = "instant_not_understood"  # facts: value


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """Stands until it is moved: for tests, and for building a demonstration of the past."""

    def __init__(self, at: datetime) -> None:
        self.at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self.at

    def move(self, **lengths: float) -> None:
        """move(days=1, minutes=-5)"""
        self.at += timedelta(**lengths)


def iso(at: datetime) -> str:
    """An aware instant as "2026-11-24T05:58:00Z": seconds, UTC; compares as text in the order of time."""
    utc = at.astimezone(UTC)
    return f"{utc.year:04d}-{utc.month:02d}-{utc.day:02d}T{utc.hour:02d}:{utc.minute:02d}:{utc.second:02d}Z"


def parse_instant(text: str) -> datetime:
    """ISO 8601 with a zone -> aware UTC, whole seconds.  Raises InstantNotUnderstood."""
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise InstantNotUnderstood(value=shown(text))
        return at.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError, TypeError):
        raise InstantNotUnderstood(value=shown(text)) from None


def day_bounds(zone: str, day: date) -> tuple[datetime, datetime]:
    """The day as [start, end) in UTC; 23 or 25 hours long where clocks change."""
    return _start(zone, day), _start(zone, day + timedelta(days=1))


def grain_start(grain: str, day: date, first_weekday: int = 1) -> date:
    """The first day of the year, quarter, month, week or day that `day` is in.  first_weekday: 1 Monday … 7 Sunday."""
    if grain == "year":
        return date(day.year, 1, 1)
    if grain == "quarter":
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    if grain == "month":
        return date(day.year, day.month, 1)
    if grain == "week":
        return day - timedelta(days=(day.isoweekday() - first_weekday) % 7)
    if grain == "day":
        return day
    raise ValueError(f"no such grain: {grain}")


def grain_next(grain: str, start: date) -> date:
    """The first day of the following grain; `start` is a first day."""
    if grain in ("week", "day"):
        return start + timedelta(days=7 if grain == "week" else 1)
    months = {"year": 12, "quarter": 3, "month": 1}[grain]
    years, month = divmod(start.month - 1 + months, 12)
    return date(start.year + years, month + 1, 1)


def grain_bounds(zone: str, grain: str, day: date, first_weekday: int = 1) -> tuple[datetime, datetime]:
    """The grain that `day` is in, as [start, end) in UTC."""
    start = grain_start(grain, day, first_weekday)
    return _start(zone, start), _start(zone, grain_next(grain, start))


def _start(zone: str, day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
