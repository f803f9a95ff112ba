"""When the company works: days of the week, hours of a day, and the days of a year that differ.

A year nobody has edited is the production calendar of Russia (kernel/production_calendar.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from svyaz.kernel.problem import Problem
from svyaz.kernel.production_calendar import Kind, days_off, is_named, working_days
from svyaz.storage import settings
from svyaz.storage.session import Session

WEEK_KEY = "calendar.week"
YEAR_KEY = "calendar.year."
USUAL_WEEK = (1, 2, 3, 4, 5)
USUAL_HOURS = (("09:00", "13:00"), ("14:00", "18:00"))
HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
KINDS: tuple[Kind, ...] = ("off", "work", "short")
FIRST_YEAR, LAST_YEAR = 2000, 2100


class WorkingWeekWrong(Problem):
    code = "working_week_wrong"


class WorkingHoursWrong(Problem):
    code = "working_hours_wrong"  # facts: value


class CalendarDayWrong(Problem):
    code = "calendar_day_wrong"  # facts: value


class CalendarYearWrong(Problem):
    code = "calendar_year_wrong"  # facts: value, first, last


@dataclass(frozen=True, slots=True)
class YearCalendar:
    """weekdays: worked ones, Monday 1;  hours: from and to, in order;  days: only those that differ from the week.

    own     the company has edited this year
    named   transfers of this year are known, so the days may be relied upon
    """

    year: int
    weekdays: tuple[int, ...]
    hours: tuple[tuple[str, str], ...]
    days: Mapping[date, Kind]
    own: bool
    named: bool

    @property
    def worked(self) -> int:
        return working_days(self.year, frozenset(day - 1 for day in self.weekdays), self.days)


def read_year(session: Session, year: int) -> YearCalendar:
    """Raises CalendarYearWrong for a year no calendar is made for."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CalendarYearWrong("year", value=str(year), first=FIRST_YEAR, last=LAST_YEAR)
    week = settings.read(session, WEEK_KEY) or {}
    kept = settings.read(session, f"{YEAR_KEY}{year}")
    days = days_off(year) if kept is None else {date.fromisoformat(day): kind for day, kind in kept.items()}
    return YearCalendar(
        year,
        tuple(week.get("weekdays", USUAL_WEEK)),
        tuple((start, end) for start, end in week.get("hours", USUAL_HOURS)),
        days,
        kept is not None,
        is_named(year),
    )


def set_week(session: Session, weekdays: Sequence[int], hours: Sequence[Sequence[str]]) -> None:
    if not weekdays or len(set(weekdays)) != len(weekdays) or not set(weekdays) <= set(range(1, 8)):
        raise WorkingWeekWrong("weekdays")
    flat = [hour for part in hours for hour in part]
    if not hours or len(hours) > 4 or any(len(part) != 2 for part in hours):
        raise WorkingHoursWrong("hours", value=", ".join(flat)[:50])
    if not all(HOUR.fullmatch(hour) for hour in flat) or flat != sorted(set(flat)):
        raise WorkingHoursWrong("hours", value=", ".join(flat)[:50])
    settings.write(session, WEEK_KEY, {"weekdays": sorted(weekdays), "hours": [list(part) for part in hours]})


def set_year(session: Session, year: int, days: Mapping[str, str] | None) -> None:
    """days None: as the law has it again."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CalendarYearWrong("year", value=str(year), first=FIRST_YEAR, last=LAST_YEAR)
    for day, kind in (days or {}).items():
        if kind not in KINDS or not _is_day(day, year):
            raise CalendarDayWrong(f"days.{day[:20]}", value=f"{day[:20]} {kind[:20]}")
    settings.write(session, f"{YEAR_KEY}{year}", None if days is None else dict(sorted(days.items())))


def _is_day(said: str, year: int) -> bool:
    try:
        return len(said) == 10 and date.fromisoformat(said).year == year
    except ValueError:
        return False
