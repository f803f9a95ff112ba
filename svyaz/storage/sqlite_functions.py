"""What SQLite lacks, in Python: folding of all letters, exact decimals, zones.  One list, registered per connection.

Numbers are whole units of 10^-scale and stay below 10^18 in size; what does not fit is NULL, as is the
answer to any NULL.  All are deterministic (the zone is an argument), so constant calls are made once.
The law of each is the docstring of its twin in expression/functions; tests compare them.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from svyaz.expression.functions import dates, numbers
from svyaz.expression.ground import Ground
from svyaz.kernel.clock import iso
from svyaz.kernel.numbers import BOUND
from svyaz.kernel.text import fold, sort_key

POWERS: tuple[int, ...] = tuple(10**power for power in range(40))
DAY_SECONDS = 86_400


def fits(whole: int) -> int | None:
    return whole if -BOUND < whole < BOUND else None


def quotient(above: int, below: int) -> int:
    """Rounded half away from zero; `below` is not zero."""
    whole, rest = divmod(abs(above), abs(below))
    if rest * 2 >= abs(below):
        whole += 1
    return whole if (above < 0) == (below < 0) else -whole


def rescale(value: int, up: int) -> int | None:
    """value × 10^up, rounded half away from zero when `up` is negative."""
    return fits(value * POWERS[up] if up >= 0 else quotient(value, POWERS[-up]))


def multiply(left: int, right: int, down: int) -> int | None:
    return fits(quotient(left * right, POWERS[down]))


def divide(left: int, right: int, up: int) -> int | None:
    return None if right == 0 else fits(quotient(left * POWERS[up], right))


def modulo(left: int, right: int) -> int | None:
    return None if right == 0 else left % right


def round_down(value: int, down: int) -> int:
    return value // POWERS[down]


def number_of_text(text: str) -> int | None:
    found = numbers.number(text)
    return None if found is None else int(Decimal(found).scaleb(6))


def text_of_number(value: int, scale: int) -> str:
    if scale == 0:
        return str(value)
    told = format(Decimal(value).scaleb(-scale), "f").rstrip("0").rstrip(".")
    return "0" if told == "-0" else told


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _ground(zone: str) -> Ground:
    return Ground(None, datetime.min.replace(tzinfo=_zone(zone)), zone)


def _instant(stored: str) -> datetime:
    return datetime.fromisoformat(stored)


def _local(stored: str, zone: str) -> datetime | None:
    try:
        return _instant(stored).astimezone(_zone(zone))
    except OverflowError:
        return None


def local_date(stored: str, zone: str) -> str | None:
    there = _local(stored, zone)
    return None if there is None else there.date().isoformat()


def local_hour(stored: str, zone: str) -> int | None:
    there = _local(stored, zone)
    return None if there is None else there.hour


def instant_text(stored: str, zone: str) -> str | None:
    there = _local(stored, zone)
    return (
        None if there is None else f"{there.day:02}.{there.month:02}.{there.year:04} {there.hour:02}:{there.minute:02}"
    )


def start_of_day(day: str, zone: str) -> str | None:
    at = dates.start_of_day(date.fromisoformat(day), _ground(zone))
    return None if at is None else iso(at)


def add_days(day: str, count: int) -> str | None:
    there = dates.add_days(date.fromisoformat(day), count)
    return None if there is None else there.isoformat()


def add_months(day: str, count: int) -> str | None:
    there = dates.add_months(date.fromisoformat(day), count)
    return None if there is None else there.isoformat()


def make_date(year: int, month: int, day: int) -> str | None:
    there = dates.date_of_parts(year, month, day)
    return None if there is None else there.isoformat()


def days_between(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def weekday(day: str) -> int:
    return date.fromisoformat(day).isoweekday()


def seconds_between(first: str, last: str) -> int:
    length = _instant(last) - _instant(first)
    return length.days * DAY_SECONDS + length.seconds


def add_seconds(stored: str, seconds: int) -> str | None:
    try:
        return iso(_instant(stored) + timedelta(seconds=seconds))
    except OverflowError:
        return None


@lru_cache(maxsize=32)
def _bounds(listed: str) -> list[str]:
    return list(orjson.loads(listed))


def bucket(value: str, bounds: str) -> int:
    """How many of the ascending bounds (a JSON list) are at or below the value."""
    return bisect_right(_bounds(bounds), value)


FUNCTIONS: tuple[tuple[str, int, Callable[..., Any]], ...] = (
    ("sv_fold", 1, fold),
    ("sv_sort_key", 1, sort_key),
    ("sv_lower", 1, str.lower),
    ("sv_upper", 1, str.upper),
    ("sv_rescale", 2, rescale),
    ("sv_fit", 1, fits),
    ("sv_mul", 3, multiply),
    ("sv_div", 3, divide),
    ("sv_mod", 2, modulo),
    ("sv_round_down", 2, round_down),
    ("sv_number", 1, number_of_text),
    ("sv_number_text", 2, text_of_number),
    ("sv_local_date", 2, local_date),
    ("sv_local_hour", 2, local_hour),
    ("sv_instant_text", 2, instant_text),
    ("sv_start_of_day", 2, start_of_day),
    ("sv_add_days", 2, add_days),
    ("sv_add_months", 2, add_months),
    ("sv_make_date", 3, make_date),
    ("sv_days_between", 2, days_between),
    ("sv_weekday", 1, weekday),
    ("sv_seconds_between", 2, seconds_between),
    ("sv_add_seconds", 2, add_seconds),
    ("sv_bucket", 2, bucket),
)


def least(*given: Any) -> Any:
    """The least of those that are not NULL: min() of SQLite gives NULL when any is."""
    return min((value for value in given if value is not None), default=None)


def greatest(*given: Any) -> Any:
    return max((value for value in given if value is not None), default=None)


def register(connection: sqlite3.Connection) -> None:
    """Called once for every connection that is opened."""
    for name, count, function in FUNCTIONS:
        connection.create_function(name, count, _strict(function), deterministic=True)
    connection.create_function("sv_least", -1, least, deterministic=True)
    connection.create_function("sv_greatest", -1, greatest, deterministic=True)


def _strict(function: Callable[..., Any]) -> Callable[..., Any]:
    """Empty in, empty out.  One argument is spelled out: sv_fold is called for every row of a search."""
    if function in (fold, sort_key, str.lower, str.upper):
        return lambda text: None if text is None else function(text)
    return lambda *given: None if None in given else function(*given)
