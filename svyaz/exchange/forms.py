"""How a file writes dates and numbers: decided once for a column from its own values.

«03/04/2017» is the third of April in a Russian file and the fourth of March in an American one.
One value over 12 in the first or the second place decides for the whole column; a column that
never decides is read the Russian way unless the file elsewhere is American.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from svyaz.kernel.problem import BadValue

DATE = re.compile(r"^\s*(\d{1,4})[./\-](\d{1,2})[./\-](\d{1,4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?\s*$")
NUMBER = re.compile(r"^[+-]?[\d\s\u00a0\u202f'.,]*\d[\d\s\u00a0\u202f'.,]*$")

PLAIN = {mark: re.compile(rf"-?[0-9]+(?:\{mark}[0-9]+)?") for mark in ".,"}  # what most cells of numbers are

DATE_ORDERS = ("dmy", "mdy", "ymd")
# How each order is told to a person.
EXAMPLES = {"dmy": "31.12.2026", "mdy": "12/31/2026", "ymd": "2026-12-31"}


class DateNotUnderstood(BadValue):
    code = "file_date_not_understood"  # facts: value, expected


class NumberNotUnderstood(BadValue):
    code = "file_number_not_understood"  # facts: value, expected


@dataclass(frozen=True, slots=True)
class Forms:
    """dates: dmy | mdy | ymd.  decimal: "." or ",", the mark before the fraction."""

    dates: str = "dmy"
    decimal: str = ","


def guess_dates(values: Iterable[str]) -> str | None:
    """None when the values do not decide."""
    votes = {"dmy": 0, "mdy": 0, "ymd": 0}
    for value in values:
        if not (match := DATE.match(value)):
            continue
        first, second, third = match.group(1), int(match.group(2)), match.group(3)
        if len(first) == 4:
            votes["ymd"] += 1
        elif int(first) > 12 >= second:
            votes["dmy"] += 1
        elif second > 12 >= int(first):
            votes["mdy"] += 1
        elif "/" not in value and len(third) == 4 and "." in value:
            votes["dmy"] += 1
    best = max(votes, key=lambda order: votes[order])
    return best if votes[best] else None


def guess_decimal(values: Iterable[str]) -> str | None:
    """The mark before the fraction; None when the values do not decide («1 200», «1,200» alone)."""
    votes = {".": 0, ",": 0}
    for value in values:
        text = re.sub(r"[\s\u00a0\u202f'₽$€]|руб\.?", "", value)
        if not re.fullmatch(r"[+-]?[\d.,]+", text):
            continue
        dot, comma = text.rfind("."), text.rfind(",")
        if dot >= 0 and comma >= 0:
            votes["." if dot > comma else ","] += 3
        elif text.count(".") > 1:
            votes[","] += 1
        elif text.count(",") > 1:
            votes["."] += 1
        elif dot >= 0 and len(text) - dot - 1 != 3:
            votes["."] += 1
        elif comma >= 0 and len(text) - comma - 1 != 3:
            votes[","] += 1
    if votes["."] == votes[","]:
        return None
    return "." if votes["."] > votes[","] else ","


def read_date(value: object, forms: Forms) -> object:
    """A date or datetime cell as ISO text; dates and datetimes of the file pass as they are.

    Text that is no date of the column's form is returned untouched when it has letters («3 ноября 2026»):
    the field itself may understand it.
    """
    if isinstance(value, datetime | date) or value is None:
        return value
    text = str(value)
    match = DATE.match(text)
    if match is None:
        return text
    a, b, c = match.group(1), match.group(2), match.group(3)
    order = "ymd" if len(a) == 4 else forms.dates if forms.dates != "ymd" else "dmy"
    year, month, day = {"ymd": (a, b, c), "dmy": (c, b, a), "mdy": (c, a, b)}[order]
    try:
        found = date(_year(int(year), len(year)), int(month), int(day))
    except ValueError:
        raise DateNotUnderstood(value=text, expected=EXAMPLES[order]) from None
    if match.group(4) is None:
        return found.isoformat()
    return f"{found.isoformat()}T{int(match.group(4)):02}:{match.group(5)}:{match.group(6) or '00'}"


def _year(year: int, digits: int) -> int:
    """Two digits: 70…99 are the last century."""
    return year if digits > 2 else year + (1900 if year >= 70 else 2000)


def read_number(value: object, forms: Forms) -> object:
    """A number cell as plain text «-1234.5»; numbers of the file pass as they are."""
    if value is None or isinstance(value, int | float):
        return value
    text = str(value).strip()
    if PLAIN[forms.decimal].fullmatch(text):
        return text.replace(",", ".")
    bare = re.sub(r"[\s\u00a0\u202f'₽$€%]|руб\.?|RUB|USD|EUR", "", text)
    if bare.startswith("(") and bare.endswith(")"):
        bare = "-" + bare[1:-1]
    thousands = "," if forms.decimal == "." else "."
    if not re.fullmatch(r"[+\-−]?[\d.,]+", bare):
        raise NumberNotUnderstood(value=text[:100], expected=f"1234{forms.decimal}56")
    whole, mark, fraction = bare.replace("−", "-").rpartition(forms.decimal)
    if not mark:
        whole, fraction = bare.replace("−", "-"), ""
    groups = whole.lstrip("+-").split(thousands)
    whole_is_whole = all(group.isdigit() for group in groups) and all(len(group) == 3 for group in groups[1:])
    if not whole_is_whole or (mark and not fraction.isdigit()):
        # «1.5» where the column writes «1,5»: a lone foreign mark is the fraction when it cannot be thousands.
        if thousands in bare and forms.decimal not in bare and bare.count(thousands) == 1:
            return bare.replace(thousands, ".")
        raise NumberNotUnderstood(value=text[:100], expected=f"1234{forms.decimal}56")
    return whole.replace(thousands, "") + (f".{fraction}" if fraction else "")


def looks_like_number(text: str) -> bool:
    """Whether a cell of text is a number or a date rather than words."""
    return bool(NUMBER.match(text) or DATE.match(text))
