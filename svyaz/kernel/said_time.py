"""A day and an hour inside a line a person has typed: «Позвонить Иванову завтра в 15».

What people say and what is understood; `now` is Tuesday, 24 November 2026, 12:00:

    завтра, послезавтра, через 3 дня, через неделю     by the calendar
    в пятницу, к пятнице, до пт                        the next such day; today's name is a week from now
    в следующий вторник, на следующей неделе           of the week after this one
    3 декабря, 03.12, 03.12.2026, 2026-12-03           without a year: the next such day, today included
    в 15, в 15:30, к 9, в 7 вечера, в полдень, утром   «в 3» is three in the afternoon: people work by day
    через час, через 40 минут, через полчаса           from now; «через 1,5 часа», «через час с половиной»
    полтора часа спустя, 2 дня спустя                  the same, said the other way round

A line may have a day, an hour or both; only the first of each is taken.  English: today, tomorrow, on friday, at 3 pm.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from svyaz.kernel.dates import MONTH_BY_WORD

Place = tuple[int, int]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SaidTime:
    """day: never None once something was said;  hour None: only a day was.  places: what of the line says it."""

    day: date
    hour: time | None
    places: tuple[Place, ...]


WEEKDAYS = (
    "понедельник|понедельника|понедельнику|пн|monday|mon",
    "вторник|вторника|вторнику|вт|tuesday|tue",
    "среду|среда|среды|среде|ср|wednesday|wed",
    "четверг|четверга|четвергу|чт|thursday|thu",
    "пятницу|пятница|пятницы|пятнице|пт|friday|fri",
    "субботу|суббота|субботы|субботе|сб|saturday|sat",
    "воскресенье|воскресенья|воскресенью|вс|sunday|sun",
)
WEEKDAY = {word: number for number, words in enumerate(WEEKDAYS) for word in words.split("|")}
NUMBERS = {
    "один": 1, "одну": 1, "одного": 1, "два": 2, "две": 2, "двух": 2, "три": 3, "четыре": 4, "пять": 5, "шесть": 6,
    "семь": 7, "восемь": 8, "девять": 9, "десять": 10, "пару": 2, "a": 1, "an": 1, "one": 1, "two": 2,
}  # fmt: skip
PARTS_OF_DAY = {
    "утром": time(9), "с утра": time(9), "днём": time(14), "днем": time(14), "после обеда": time(14),
    "вечером": time(18), "в полдень": time(12), "к полудню": time(12), "до обеда": time(12),
    "до конца дня": time(18), "к концу дня": time(18), "at noon": time(12), "in the morning": time(9),
}  # fmt: skip
LAST_HOUR_OF_EVENING = 7  # «в 7» is seven in the evening, «в 8» eight in the morning
FRIDAY = 4

_BEFORE = r"(?<![\w.,:\-/])"
_AFTER = r"(?![\w:]|[.,\-/]\d)"
_NAMES = "|".join(sorted(WEEKDAY, key=len, reverse=True))
_MONTHS = "|".join(sorted(MONTH_BY_WORD, key=len, reverse=True))
_COUNT = r"(?P<n>\d{1,3}|" + "|".join(NUMBERS) + ")"
_HALVES = r"(?P<n>\d{1,3}(?:[.,]\d{1,2})?|полтора|полутора|" + "|".join(NUMBERS) + ")"
_ON = r"(?:(?:на|в|во|к|ко|до|с|from|on|by|until|till)\s+)?"


def _shape(text: str) -> re.Pattern[str]:
    return re.compile(_BEFORE + text + _AFTER, re.IGNORECASE)


RELATIVE = {
    "сегодня": 0, "today": 0, "завтра": 1, "tomorrow": 1, "послезавтра": 2, "через день": 2, "вчера": -1, "yesterday": -1,
}  # fmt: skip
NEAR_DAY = _shape(_ON + "(?P<word>" + "|".join(sorted(RELATIVE, key=len, reverse=True)) + ")")
_DAYS = r"(?P<unit>дней|дня|день|недель|недели|неделю|месяцев|месяца|месяц|days?|weeks?|months?)"
AFTER_DAYS = _shape(rf"(?:через|in)\s+(?:{_COUNT}\s+)?{_DAYS}")
DAYS_LATER = _shape(rf"(?:{_COUNT}\s+)?{_DAYS}\s+(?:спустя|later)")
NEXT_WEEKDAY = _shape(_ON + rf"(?:следующ\w+|next)\s+(?P<word>{_NAMES})")
NEXT_WEEK = _shape(r"(?:на\s+следующей\s+неделе|next\s+week)")
NEXT_MONTH = _shape(r"(?:в\s+следующем\s+месяце|next\s+month)")
END_OF = _shape(r"(?:в\s+конце|до\s+конца|к\s+концу)\s+(?P<what>недели|месяца|года)")
NAMED_DAY = _shape(_ON + rf"(?:эт\w+\s+|this\s+)?(?P<word>{_NAMES})\.?")
ISO_DAY = _shape(_ON + r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})")
POINT_DAY = _shape(_ON + r"(?P<d>\d{1,2})\.(?:(?P<m>\d{2})(?!\s*%)|(?P<m2>\d{1,2})\.(?P<y>\d{4}|\d{2}))")
WORD_DAY = _shape(
    _ON + rf"(?P<d>\d{{1,2}})(?:-?го|-?е)?\s+(?P<word>{_MONTHS})(?:\s+(?P<y>\d{{4}})(?:\s*г(?:ода|\.)?)?)?"
)
WORD_DAY_EN = _shape(_ON + rf"(?P<word>{_MONTHS})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y>\d{{4}}))?")

_HOURS = r"(?P<unit>час\w*|минут\w*|мин|hours?|minutes?|min)(?P<more>\s+с\s+половиной|\s+and\s+a\s+half)?"
AFTER_HOURS = _shape(rf"(?:через|in)\s+(?:{_HALVES}\s+)?{_HOURS}")
HOURS_LATER = _shape(rf"(?:{_HALVES}\s+)?{_HOURS}\s+(?:спустя|later)")
AFTER_HALF = _shape(r"(?:через\s+полчаса|полчаса\s+спустя|in\s+half\s+an\s+hour)")
CLOCK = _shape(
    r"(?:(?:в|во|к|ко|до|с|at|by|from)\s+(?P<h>[01]?\d|2[0-3])[:.]|(?P<h2>[01]?\d|2[0-3]):)(?P<min>[0-5]\d)"
    r"(?:\s*(?P<half>am|pm|утра|дня|вечера|ночи))?"
)
HOUR = _shape(
    r"(?:в|во|к|ко|до|с|at|by)\s+(?P<h>[01]?\d|2[0-3])(?:\s*(?:час(?:ов|а|у)?|ч|o'clock)\.?)?(?:\s*(?P<half>am|pm|утра|дня|вечера|ночи))?(?!\s*(?:%|руб|₽|шт|тыс|млн|к\b|дн|ден|недел|месяц|минут|человек))"
)
HALF_ONLY = _shape(r"(?:at\s+)?(?P<h>1[0-2]|[1-9])\s*(?P<half>am|pm)")
ONE_O_CLOCK = _shape(r"в\s+час(?:\s+дня)?")
PART_OF_DAY = _shape("(?P<word>" + "|".join(sorted(PARTS_OF_DAY, key=len, reverse=True)) + ")")


def find_said_time(text: str, now: datetime) -> SaidTime | None:
    """now: on the clock of the reader's zone.  None: nothing is said of time.

    An hour alone is today's when it is still ahead, else tomorrow's.
    """
    moment = _first(text, (AFTER_HALF, AFTER_HOURS, HOURS_LATER), lambda found: _after_hours(found, now))
    if moment is not None:
        at, place = moment
        return SaidTime(at.date(), at.time().replace(second=0, microsecond=0), (place,))
    said_day = _find_day(text, now.date())
    said_hour = _find_hour(_without(text, [said_day[1]] if said_day else []))
    if said_day and said_hour:
        return SaidTime(said_day[0], said_hour[0], _joined(text, said_day[1], said_hour[1]))
    if said_day:
        return SaidTime(said_day[0], None, (said_day[1],))
    if said_hour is None:
        return None
    ahead = said_hour[0] > now.time().replace(tzinfo=None)
    return SaidTime(now.date() if ahead else now.date() + timedelta(days=1), said_hour[0], (said_hour[1],))


def _joined(text: str, *places: Place) -> tuple[Place, ...]:
    """«завтра» and «в 15» side by side are one place."""
    first, last = sorted(places)
    return (first, last) if text[first[1] : last[0]].strip(" ,") else ((first[0], last[1]),)


def _find_day(text: str, today: date) -> tuple[date, Place] | None:
    readers: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], date | None]], ...] = (
        (ISO_DAY, lambda found: _calendar(int(found["y"]), int(found["m"]), int(found["d"]))),
        (WORD_DAY, lambda found: _written(found, MONTH_BY_WORD[found["word"].lower()], today)),
        (WORD_DAY_EN, lambda found: _written(found, MONTH_BY_WORD[found["word"].lower()], today)),
        (POINT_DAY, lambda found: _written(found, int(found["m"] or found["m2"]), today)),
        (AFTER_DAYS, lambda found: _after_days(found, today)),
        (DAYS_LATER, lambda found: _after_days(found, today)),
        (NEAR_DAY, lambda found: today + timedelta(days=RELATIVE[found["word"].lower()])),
        (NEXT_WEEK, lambda _: today + timedelta(days=7 - today.weekday())),
        (NEXT_MONTH, lambda _: _add_months(today.replace(day=1), 1)),
        (NEXT_WEEKDAY, lambda found: today + timedelta(days=7 - today.weekday() + WEEKDAY[found["word"].lower()])),
        (END_OF, lambda found: _end_of(found["what"].lower(), today)),
        (
            NAMED_DAY,
            lambda found: today + timedelta(days=(WEEKDAY[found["word"].lower()] - today.weekday() - 1) % 7 + 1),
        ),
    )
    for shape, read in readers:
        found = _first(text, (shape,), read)
        if found is not None:
            return found
    return None


def _find_hour(text: str) -> tuple[time, Place] | None:
    readers: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], time | None]], ...] = (
        (CLOCK, lambda found: time(_by_half(int(found["h"] or found["h2"]), found["half"]), int(found["min"]))),
        (HALF_ONLY, lambda found: time(_by_half(int(found["h"]), found["half"]))),
        (HOUR, lambda found: time(_working(int(found["h"]), found["half"], found[0]))),
        (ONE_O_CLOCK, lambda _: time(13)),
        (PART_OF_DAY, lambda found: PARTS_OF_DAY[re.sub(r"\s+", " ", found["word"].lower())]),
    )
    for shape, read in readers:
        found = _first(text, (shape,), read)
        if found is not None:
            return found
    return None


def _first(
    text: str, shapes: tuple[re.Pattern[str], ...], read: Callable[[re.Match[str]], T | None]
) -> tuple[T, Place] | None:
    for shape in shapes:
        for found in shape.finditer(text):
            value = read(found)
            if value is not None:
                return value, found.span()
    return None


def _without(text: str, places: list[Place]) -> str:
    """The same length, with blanks in place of what has been understood."""
    for start, end in places:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _calendar(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _written(found: re.Match[str], month: int, today: date) -> date | None:
    """Without a year: the next such day, today included; 29 February waits for a leap year."""
    day = int(found["d"])
    if found["y"]:
        year = int(found["y"])
        return _calendar(year + 2000 if year < 100 else year, month, day)
    years = range(today.year, today.year + 9)
    return next((one for year in years if (one := _calendar(year, month, day)) is not None and one >= today), None)


def _count(found: re.Match[str]) -> int:
    said = (found["n"] or "1").lower()
    return int(said) if said.isdigit() else NUMBERS[said]


def _after_days(found: re.Match[str], today: date) -> date:
    unit = found["unit"].lower()
    if unit.startswith(("мес", "month")):
        return _add_months(today, _count(found))
    return today + timedelta(days=_count(found) * (7 if unit.startswith(("недел", "week")) else 1))


def _after_hours(found: re.Match[str], now: datetime) -> datetime:
    groups = found.groupdict()
    if "unit" not in groups:
        return now + timedelta(minutes=30)
    said = (found["n"] or "1").lower().replace(",", ".")
    many = 1.5 if said in ("полтора", "полутора") else float(NUMBERS.get(said) or said)
    hours = groups["unit"].lower().startswith(("час", "hour"))
    return now + timedelta(minutes=round((many + (0.5 if found["more"] else 0)) * (60 if hours else 1)))


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _end_of(what: str, today: date) -> date:
    if what == "недели":
        return today + timedelta(days=(FRIDAY - today.weekday()) % 7)
    if what == "года":
        return date(today.year, 12, 31)
    return date(today.year, today.month, monthrange(today.year, today.month)[1])


def _by_half(hour: int, half: str | None) -> int:
    half = (half or "").lower()
    if half in ("pm", "дня", "вечера"):
        return hour if hour >= 12 else hour + 12
    return 0 if hour == 12 and half in ("am", "ночи") else hour


def _working(hour: int, half: str | None, said: str) -> int:
    """«в 3» is 15:00; «в 03» and «в 3 ночи» are what they say."""
    if half:
        return _by_half(hour, half)
    written = re.search(r"\d+", said)
    return hour + 12 if 1 <= hour <= LAST_HOUR_OF_EVENING and written and not written[0].startswith("0") else hour
