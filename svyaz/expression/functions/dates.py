"""Dates are of the calendar, years 1…9999; a date-time is an instant in UTC with whole seconds.

Where a date is wanted and a date-time given, check.py puts date(…) round it: everything about the
calendar is local to the company.  What falls out of the years 1…9999 is empty.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from svyaz.expression.functions.definition import Argument, Form, Function
from svyaz.expression.ground import Ground
from svyaz.expression.tree import DATE, DATETIME, INTEGER

DAY = Argument(("date",))
WHOLE = Argument(("number",), whole=True)
LITERAL = Argument(("text",), literal=True)
MOST_DAYS = 4_000_000
MOST_MONTHS = 120_000


def date_of_parts(year: Any, month: Any, day: Any) -> date | None:
    """The date of year 1…9999, month and day; empty when there is no such date (31 February)."""
    if not (1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= 31):
        return None
    return date(int(year), int(month), int(day)) if day <= monthrange(int(year), int(month))[1] else None


def date_of_instant(instant: datetime, ground: Ground) -> date | None:
    """The local date of an instant."""
    try:
        return instant.astimezone(ZoneInfo(ground.zone)).date()
    except OverflowError:
        return None


def start_of_day(day: date, ground: Ground) -> datetime | None:
    """The instant at which the date begins locally (00:00, or the first moment after it when clocks skip it)."""
    try:
        return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ground.zone)).astimezone(UTC)
    except OverflowError:
        return None


def instant_of_text(written: str, ground: Ground) -> datetime | None:
    """datetime("2026-01-31 14:05"): a local time that is written out, with or without seconds.

    The argument is always a Constant, so storage takes the instant from here and binds it as a parameter.
    One with a zone ("…T14:05:00Z", "…+03:00") never comes here: check.py makes a Constant of it.
    """
    try:
        return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(ground.zone)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def year(day: date) -> int:
    """1…9999."""
    return day.year


def quarter(day: date) -> int:
    """1…4."""
    return (day.month + 2) // 3


def month(day: date) -> int:
    """1…12."""
    return day.month


def day_of_month(day: date) -> int:
    """1…31."""
    return day.day


def weekday(day: date) -> int:
    """Monday is 1, Sunday 7."""
    return day.isoweekday()


def hour(instant: datetime, ground: Ground) -> int | None:
    """0…23, local."""
    try:
        return instant.astimezone(ZoneInfo(ground.zone)).hour
    except OverflowError:
        return None


def add_days(day: date, count: Any) -> date | None:
    """So many days later, or earlier by a negative count.  The same as `date + count`."""
    if not -MOST_DAYS < count < MOST_DAYS:
        return None
    try:
        return day + timedelta(days=int(count))
    except OverflowError:
        return None


def add_months(day: date, count: Any) -> date | None:
    """The same day so many months later; where the month is shorter, its last day: 31.01 + 1 month = 28.02.

    Empty when |count| is 120,000 or more, or the year is not 1…9999.
    """
    if not -MOST_MONTHS < count < MOST_MONTHS:
        return None
    months = day.year * 12 + day.month - 1 + int(count)
    there, then = divmod(months, 12)
    if not 1 <= there <= 9999:
        return None
    return date(there, then + 1, min(day.day, monthrange(there, then + 1)[1]))


def days_between(first: date, last: date) -> int:
    """Days from the first date to the last one, negative when the last is earlier.  The same as `last - first`."""
    return (last - first).days


FUNCTIONS = (
    Function(
        "date",
        "дата",
        "[Срок] >= дата(2026; 1; 31)",
        "Дата из года, месяца и дня, из текста «2026-01-31» или из даты со временем.",
        "A date of year, month and day, of the text “2026-01-31”, or of a date with time.",
        (
            Form((WHOLE, WHOLE, WHOLE), DATE, date_of_parts, least=3),
            Form((Argument(("datetime",)),), DATE, date_of_instant, least=1, ground=True),
        ),
    ),
    Function(
        "datetime",
        "датавремя",
        '[Создано] < датавремя("2026-01-31 14:05")',
        "Дата со временем: из текста по часам компании или начало данного дня.",
        "A date with time: of a text by the clock of the company, or the beginning of a date.",
        (
            Form((LITERAL,), DATETIME, instant_of_text, least=1, ground=True),
            Form((DAY,), DATETIME, start_of_day, least=1, ground=True),
        ),
    ),
    Function(
        "year",
        "год",
        "год([Дата оплаты]) = год(сегодня())",
        "Год даты.",
        "The year of a date.",
        (Form((DAY,), INTEGER, year, least=1),),
    ),
    Function(
        "quarter",
        "квартал",
        "квартал([Дата оплаты])",
        "Квартал, от 1 до 4.",
        "The quarter, 1 to 4.",
        (Form((DAY,), INTEGER, quarter, least=1),),
    ),
    Function(
        "month",
        "месяц",
        "месяц([День рождения]) = месяц(сегодня())",
        "Месяц, от 1 до 12.",
        "The month, 1 to 12.",
        (Form((DAY,), INTEGER, month, least=1),),
    ),
    Function(
        "day",
        "день",
        "день([День рождения])",
        "День месяца, от 1 до 31.",
        "The day of the month, 1 to 31.",
        (Form((DAY,), INTEGER, day_of_month, least=1),),
    ),
    Function(
        "weekday",
        "день_недели",
        "день_недели([Встреча]) > 5",
        "День недели: понедельник — 1, воскресенье — 7.",
        "The day of the week: Monday is 1, Sunday is 7.",
        (Form((DAY,), INTEGER, weekday, least=1),),
    ),
    Function(
        "hour",
        "час",
        "час([Создано]) >= 18",
        "Час по времени компании, от 0 до 23.",
        "The hour by the clock of the company, 0 to 23.",
        (Form((Argument(("datetime",)),), INTEGER, hour, least=1, ground=True),),
    ),
    Function(
        "add_days",
        "плюс_дней",
        "плюс_дней([Дата счёта]; 5)",
        "Дата через столько дней.",
        "The date so many days later.",
        (Form((DAY, WHOLE), DATE, add_days, least=2),),
    ),
    Function(
        "add_months",
        "плюс_месяцев",
        "плюс_месяцев([Дата договора]; 12)",
        "Дата через столько месяцев; если такого числа в месяце нет — последний его день.",
        "The date so many months later; the last day of the month when it is shorter.",
        (Form((DAY, WHOLE), DATE, add_months, least=2),),
    ),
    Function(
        "days_between",
        "дней_между",
        "дней_между([Создано]; сегодня()) > 14",
        "Сколько дней от первой даты до второй.",
        "How many days from the first date to the second.",
        (Form((DAY, DAY), INTEGER, days_between, least=2),),
    ),
)
