"""Days off of Russia: the Labour Code, article 112, and the transfers that the Government names for a year.

    days_off(2026)    {date(2026, 1, 1): "off", …, date(2026, 4, 30): "short"}

Only days that differ from the usual week are told: "off" a weekday that is a day off, "work" a Saturday or a Sunday
that is worked, "short" a day that is an hour shorter.  A year whose transfers are not named yet is made by the
Code alone: a holiday that falls on a weekend moves to the next working day, except those of January.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Literal

Kind = Literal["off", "work", "short"]
HOLIDAYS = (*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4))
# From which day to which, by the decree on transfers for the year.
TRANSFERS: Mapping[int, tuple[tuple[date, date], ...]] = {
    2025: (
        (date(2025, 1, 4), date(2025, 5, 2)),
        (date(2025, 1, 5), date(2025, 12, 31)),
        (date(2025, 2, 23), date(2025, 5, 8)),
        (date(2025, 3, 8), date(2025, 6, 13)),
        (date(2025, 11, 1), date(2025, 11, 3)),
    ),
    2026: (
        (date(2026, 1, 3), date(2026, 1, 9)),
        (date(2026, 1, 4), date(2026, 12, 31)),
    ),
}
SATURDAY = 5


def is_named(year: int) -> bool:
    """Whether the transfers of the year are known here; otherwise a person should look at them."""
    return year in TRANSFERS


def days_off(year: int) -> dict[date, Kind]:
    holidays = {date(year, month, day) for month, day in HOLIDAYS}
    off = set(holidays)
    worked: set[date] = set()
    moved = {start for start, _ in TRANSFERS.get(year, ())}
    for start, end in TRANSFERS.get(year, ()):
        off.add(end)
        if start not in holidays:
            worked.add(start)
    for day in sorted(holidays):
        if day.weekday() >= SATURDAY and day.month != 1 and day not in moved:
            off.add(_next_working(day, off))
    told: dict[date, Kind] = {day: "off" for day in sorted(off) if day.weekday() < SATURDAY}
    told |= dict.fromkeys(sorted(worked), "work")
    for day in _eves(holidays, off):
        told.setdefault(day, "short")
    return dict(sorted(told.items()))


def _next_working(day: date, off: set[date]) -> date:
    while day.weekday() >= SATURDAY or day in off:
        day += timedelta(days=1)
    return day


def _eves(holidays: set[date], off: set[date]) -> Iterable[date]:
    """Working days right before a holiday are an hour shorter (article 95); a worked Saturday too."""
    for holiday in holidays:
        eve = holiday - timedelta(days=1)
        if eve not in off and eve.weekday() < SATURDAY and eve.year == holiday.year:
            yield eve
    for start, end in TRANSFERS.get(next(iter(holidays)).year, ()):
        if start not in holidays and start < end:
            yield start


def working_days(year: int, week: frozenset[int] = frozenset(range(5)), days: Mapping[date, Kind] | None = None) -> int:
    """How many days of the year are worked.  week: numbers of worked weekdays, Monday 0."""
    told = days_off(year) if days is None else days
    day, count = date(year, 1, 1), 0
    while day.year == year:
        kind = told.get(day)
        count += kind in ("work", "short") or (kind is None and day.weekday() in week)
        day += timedelta(days=1)
    return count
