"""Russian counting, and how dates, numbers and sums are said in Russian and in English.

A no-break space groups thousands and parts a number from its unit: a sum never tears at a line's end.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from svyaz.kernel.money import SYMBOLS, amount_text
from svyaz.kernel.values import Money

MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
NBSP = "\u00a0"


def plural(n: int, one: str, few: str, many: str) -> str:
    """The form that goes with n: 1 запись, 2 записи, 5 записей, 11 записей, 21 запись."""
    tens, units = abs(n) % 100, abs(n) % 10
    if 11 <= tens <= 14:
        return many
    if units == 1:
        return one
    return few if 2 <= units <= 4 else many


def say_day(day: date, language: str, today: date | None = None) -> str:
    """«3 марта» in the year of `today`, «3 марта 2025» in another or without it; "3 March 2025" in English."""
    month = (MONTHS_EN if language == "en" else MONTHS)[day.month - 1]
    year = "" if today is not None and today.year == day.year else f"{NBSP}{day.year}"
    return f"{day.day}{NBSP}{month}{year}"


def say_moment(at: datetime, language: str, zone: str, today: date | None = None) -> str:
    """«3 марта, 14:05» on the clock of the zone."""
    there = at.astimezone(ZoneInfo(zone))
    return f"{say_day(there.date(), language, today)}, {there:%H:%M}"


def say_date(day: date, language: str) -> str:
    """The date of a cell or a column: "03.11.2026", in English "2026-11-03"."""
    if language == "en":
        return f"{day.year:04d}-{day.month:02d}-{day.day:02d}"
    return f"{day.day:02d}.{day.month:02d}.{day.year:04d}"


def say_instant(at: datetime, language: str, zone: str) -> str:
    """The date and time of a cell: "03.11.2026 14:05"; seconds are said only when there are any."""
    there = at.astimezone(ZoneInfo(zone))
    clock = f"{there:%H:%M:%S}" if there.second else f"{there:%H:%M}"
    return f"{say_date(there.date(), language)} {clock}"


def say_number(number: Decimal | int, language: str, scale: int | None = None) -> str:
    """«1 200,50», in English "1,200.50".  scale: digits after the point, None: as many as the number has."""
    told = f"{Decimal(number):f}" if scale is None else f"{Decimal(number):.{scale}f}"
    whole, _, part = told.partition(".")
    sign, whole = ("−" if language == "ru" else "-", whole[1:]) if whole.startswith("-") else ("", whole)
    grouped = f"{int(whole):,}"
    if language == "en":
        return sign + grouped + (f".{part}" if part else "")
    return sign + grouped.replace(",", NBSP) + (f",{part}" if part else "")


def say_money(money: Money, language: str) -> str:
    """«1 200,50 ₽», "₽1,200.50"; kopecks that are zero are left out: «1 200 ₽»."""
    told = amount_text(money)
    whole, _, part = told.partition(".")
    number = Decimal(told if part.strip("0") else whole)
    scale = len(part) if part.strip("0") else 0
    said = say_number(number, language, scale)
    sign = SYMBOLS.get(money.currency)
    if language != "en":
        return f"{said}{NBSP}{sign or money.currency}"
    if sign is None:
        return f"{said}{NBSP}{money.currency}"
    return f"-{sign}{said[1:]}" if said.startswith("-") else f"{sign}{said}"
