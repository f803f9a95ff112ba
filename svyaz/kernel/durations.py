"""How long something takes, as people write it: «1 ч 30 мин», «1:30», «1,5 часа», "2h 15m".  Kept in whole seconds.

A day is 24 hours and a week seven days: what a working day is differs from company to company, so lengths are
said in hours.  A bare number is refused: «8» is hours to one person and minutes to another.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from svyaz.kernel.numbers import NumberTooLarge
from svyaz.kernel.problem import BadValue
from svyaz.kernel.russian import NBSP
from svyaz.kernel.text import shown

MOST: Final = 2**53 - 1
LONGEST_TYPED = 100
UNITS: Final = {
    "w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1,
}  # fmt: skip
WORDS: Final = (
    ("w", r"недел[яиюь]|нед\.?|weeks?|w"),
    ("d", r"день|дня|дней|дн\.?|д\.?|сут(?:ки|ок)?\.?|days?|d"),
    ("h", r"час(?:а|ов)?|ч\.?|hours?|hrs?|h"),
    ("m", r"минут[аыу]?|мин\.?|м\.?|minutes?|mins?|m"),
    ("s", r"секунд[аыу]?|сек\.?|с\.?|seconds?|secs?|s"),
)
SAID: Final = {"ru": (("ч", 3600), ("мин", 60), ("с", 1)), "en": (("h", 3600), ("min", 60), ("s", 1))}
AMOUNT = r"([0-9]{1,12}(?:[.,][0-9]{1,6})?)"
WORDED = re.compile(r"\s*".join(f"(?:{AMOUNT}\\s*(?:{words}))?" for _, words in WORDS), re.IGNORECASE)
CLOCK = re.compile(r"([0-9]{1,9}):([0-5][0-9])(?::([0-5][0-9]))?")
ISO = re.compile(
    r"P(?:([0-9]{1,9})D)?(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,12})S)?)?", re.IGNORECASE
)
SPACES = re.compile("[\u00a0\u202f\u2009\\s]+")


class DurationNotUnderstood(BadValue):
    code = "duration_not_understood"  # facts: value


def parse_duration(text: str) -> int:
    """Whole seconds: parse_duration("1 ч 30 мин") == parse_duration("1:30") == 5400.

    Raises DurationNotUnderstood, for a bare number and a part of a second too; NumberTooLarge.
    """
    if len(text) > LONGEST_TYPED:
        raise DurationNotUnderstood(value=shown(text))
    plain = SPACES.sub(" ", text).replace("\u2212", "-").replace("\u2013", "-").strip()
    sign = -1 if plain.startswith("-") else 1
    body = plain[1:].lstrip() if plain[:1] in ("-", "+") else plain
    seconds = _seconds(body)
    if seconds is None or seconds != int(seconds):
        raise DurationNotUnderstood(value=shown(text))
    if seconds > MOST:
        raise NumberTooLarge(value=shown(text))
    return sign * int(seconds)


def _seconds(body: str) -> Decimal | None:
    clock = CLOCK.fullmatch(body)
    if clock:
        return Decimal(int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0))
    iso = ISO.fullmatch(body)
    if iso and any(iso.groups()):
        days, hours, minutes, seconds = (int(part or 0) for part in iso.groups())
        return Decimal(days * UNITS["d"] + hours * 3600 + minutes * 60 + seconds)
    worded = WORDED.fullmatch(body)
    if worded is None or not any(worded.groups()):
        return None
    amounts = zip(worded.groups(), WORDS, strict=True)
    return sum((Decimal(told.replace(",", ".")) * UNITS[unit] for told, (unit, _) in amounts if told), Decimal(0))


def say_duration(seconds: int, language: str) -> str:
    """«1 ч 30 мин», "1 h 30 min"; nothing is «0 мин».  Hours are not made days."""
    left = abs(seconds)
    units = SAID["en" if language == "en" else "ru"]
    parts = []
    for word, size in units:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{NBSP}{word}")
    minus = "" if seconds >= 0 else "-" if language == "en" else "\u2212"
    return minus + (" ".join(parts) or f"0{NBSP}{units[1][0]}")
