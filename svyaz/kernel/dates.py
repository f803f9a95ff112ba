"""Dates and times as people type them: 03.11.2026, 2026-11-03, «3 ноября 2026», "Nov 3, 2026", each with a time.

Two-digit years are 1970–2069.  "03/11/2026" is the third of November in Moscow and the eleventh of
March in New York: with slashes a date is understood only when one reading exists.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from svyaz.kernel.problem import BadValue
from svyaz.kernel.text import shown

FIRST_YEAR, LAST_YEAR = 1000, 9999
LONGEST = 60


class DateNotUnderstood(BadValue):
    code = "date_not_understood"  # facts: value


class DateAmbiguous(BadValue):
    code = "date_ambiguous"  # facts: value, one, other: the two readings


class DateAbsent(BadValue):
    """31 April: understood, but no calendar has it."""

    code = "date_absent"  # facts: value


class DateOutOfRange(BadValue):
    code = "date_out_of_range"  # facts: value, first, last: years


class DateHasTime(BadValue):
    """A date field would lose the time of day silently."""

    code = "date_has_time"  # facts: value


MONTHS = (
    "январь января january", "февраль февраля february", "март марта march", "апрель апреля april",
    "май мая may", "июнь июня june", "июль июля july", "август августа august",
    "сентябрь сентября september", "октябрь октября october", "ноябрь ноября november", "декабрь декабря december",
)  # fmt: skip
MONTH_BY_WORD = {
    word[:length]: number
    for number, words in enumerate(MONTHS, start=1)
    for word in words.split()
    for length in range(3, len(word) + 1)
}
ISO = re.compile(r"(?P<y>[0-9]{4})(?P<s>[-./])(?P<m>[0-9]{1,2})(?P=s)(?P<d>[0-9]{1,2})")
POINTS = re.compile(r"(?P<d>[0-9]{1,2})(?P<s>[.-])(?P<m>[0-9]{1,2})(?P=s)(?P<y>[0-9]{4}|[0-9]{2})(?:\s*г\.?)?")
SLASHES = re.compile(r"(?P<a>[0-9]{1,2})/(?P<b>[0-9]{1,2})/(?P<y>[0-9]{4}|[0-9]{2})")
WORDED = re.compile(r"(?P<d>[0-9]{1,2})\s+(?P<word>[а-яa-z]{3,})\.?,?\s+(?P<y>[0-9]{4})(?:\s*(?:г\.?|года))?")
WORDED_US = re.compile(r"(?P<word>[a-z]{3,})\.?\s+(?P<d>[0-9]{1,2})(?:,\s*|\s+)(?P<y>[0-9]{4})")
WITH_TIME = re.compile(
    r"(?P<day>.+?)(?:\s*,\s*|\s+|t)(?P<h>[0-9]{1,2}):(?P<min>[0-9]{2})(?::(?P<sec>[0-9]{2})(?:[.,][0-9]{1,9})?)?"
    r"\s*(?P<zone>z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)


def parse_day(text: str) -> date:
    """Raises DateNotUnderstood, DateAmbiguous, DateAbsent, DateOutOfRange, DateHasTime.

    An ISO midnight without a zone is a date: spreadsheets and 1C write dates so.
    """
    plain = _plain(text)
    timed = WITH_TIME.fullmatch(plain)
    if timed:
        if timed["zone"] or int(timed["h"]) or int(timed["min"]) or int(timed["sec"] or 0):
            raise DateHasTime(value=shown(text))
        plain = timed["day"]
    return _day(plain, text)


def parse_moment(text: str, zone: str) -> datetime:
    """Aware UTC, whole seconds.  Without a zone of its own the text is on the clock of `zone`; without a time, midnight."""
    plain = _plain(text)
    timed = WITH_TIME.fullmatch(plain)
    if not timed:
        return moment(datetime.combine(_day(plain, text), time.min), zone)
    hour, minute, second = int(timed["h"]), int(timed["min"]), int(timed["sec"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise DateNotUnderstood(value=shown(text))
    told = datetime.combine(_day(timed["day"], text), time(hour, minute, second))
    if timed["zone"]:
        offset = timed["zone"].upper()
        try:
            told = datetime.fromisoformat(f"{told.isoformat()}{offset}")
        except ValueError:
            raise DateNotUnderstood(value=shown(text)) from None
    return moment(told, zone)


def moment(told: datetime, zone: str) -> datetime:
    """A datetime of any kind as aware UTC of whole seconds; a naive one is on the clock of `zone`."""
    try:
        aware = told if told.tzinfo else told.replace(tzinfo=ZoneInfo(zone))
        at = aware.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        raise _out_of_range(str(told)) from None
    # one day off each end, so that the clock of any zone can still say it
    if not FIRST_YEAR <= at.year < LAST_YEAR:
        raise _out_of_range(str(told))
    return at


def _plain(text: str) -> str:
    if len(text) > LONGEST:
        raise DateNotUnderstood(value=shown(text))
    return re.sub(r"\s+", " ", text).strip().lower()


def _day(plain: str, text: str) -> date:
    for shape in (ISO, POINTS):
        if found := shape.fullmatch(plain):
            return _calendar(found["y"], int(found["m"]), int(found["d"]), text)
    if found := SLASHES.fullmatch(plain):
        return _slashes(found["y"], int(found["a"]), int(found["b"]), text)
    for shape in (WORDED, WORDED_US):
        found = shape.fullmatch(plain)
        if found and found["word"] in MONTH_BY_WORD:
            return _calendar(found["y"], MONTH_BY_WORD[found["word"]], int(found["d"]), text)
    raise DateNotUnderstood(value=shown(text))


def _slashes(year: str, a: int, b: int, text: str) -> date:
    if a > 12 or a == b:
        return _calendar(year, b, a, text)
    if b > 12:
        return _calendar(year, a, b, text)
    raise DateAmbiguous(
        value=shown(text), one=_calendar(year, b, a, text).isoformat(), other=_calendar(year, a, b, text).isoformat()
    )


def _calendar(year_text: str, month: int, day: int, text: str) -> date:
    year = int(year_text)
    if len(year_text) == 2:
        year += 2000 if year < 70 else 1900
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _out_of_range(text)
    try:
        return date(year, month, day)
    except ValueError:
        raise DateAbsent(value=shown(text)) from None


def _out_of_range(text: str) -> DateOutOfRange:
    return DateOutOfRange(value=shown(text), first=FIRST_YEAR, last=LAST_YEAR)
