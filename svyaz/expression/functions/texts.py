"""Text.  Equality and search go by kernel.text.fold, so «КАЗАНЬ» contains «казань»; lengths are in characters.

An empty text and "" are one and the same here: a part that is empty is contained in every text.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from svyaz.expression.functions.definition import MOST_TEXT, SPACES, Argument, Form, Function
from svyaz.expression.ground import Ground
from svyaz.expression.tree import INTEGER, TEXT, YES_NO
from svyaz.kernel.text import fold

ONE = Argument(("text",))
ANY_OF = Argument(("text",), several="may")
COUNT = Argument(("number",), whole=True)
SHOWN = Argument(("text", "number", "choice", "date", "datetime"))


def lower(value: str) -> str:
    """By Unicode, all letters; the same as Python's str.lower and ICU's lower."""
    return value.lower()


def upper(value: str) -> str:
    """By Unicode, all letters: «straße» becomes «STRASSE»."""
    return value.upper()


def length(value: str | None) -> int:
    """Characters (code points); an empty text has 0."""
    return len(value or "")


def contains(value: str | None, part: str | None) -> bool:
    """Whether folded `part` stands somewhere in folded `value`.  No character is special: % and _ are themselves."""
    return fold(part or "") in fold(value or "")


def starts_with(value: str | None, part: str | None) -> bool:
    """Whether folded `value` begins with folded `part`."""
    return fold(value or "").startswith(fold(part or ""))


def ends_with(value: str | None, part: str | None) -> bool:
    """Whether folded `value` ends with folded `part`."""
    return fold(value or "").endswith(fold(part or ""))


def left(value: str, count: Any) -> str:
    """The first characters; a count below 0 is 0, above 10,000 is 10,000."""
    return value[: _count(count)]


def right(value: str, count: Any) -> str:
    """The last characters; a count below 0 is 0, above 10,000 is 10,000."""
    wanted = _count(count)
    return value[-wanted:] if wanted else ""


def mid(value: str, start: Any, count: Any) -> str:
    """`count` characters from the character number `start`, the first being 1.

    A start below 1 is 1, above 10,000 is 10,000; count as in left.
    """
    first = max(1, min(int(start), MOST_TEXT)) - 1
    return value[first : first + _count(count)]


def trim(value: str) -> str:
    """Without the characters of SPACES at both ends."""
    return value.strip(SPACES)


def joined(*given: str | None) -> str:
    """All texts in a row, empty ones left out; cut to the first 10,000 characters.  The same as `&`."""
    return "".join(value for value in given if value is not None)[:MOST_TEXT]


def text(value: Any, ground: Ground) -> str | None:
    """As people write it; a text itself; a choice by its key.

    number     the shortest form, a point before the fraction, no zeros at its end: 1200, 12.5, -0.25; zero is 0
    date       31.01.2026: day, month of two digits, year of four
    date-time  31.01.2026 14:05, local; empty when the local year is not 1…9999
    """
    if isinstance(value, str):
        return value
    if isinstance(value, int | Decimal):
        return number_text(value)
    if isinstance(value, datetime):
        try:
            there = value.astimezone(ZoneInfo(ground.zone))
        except OverflowError:
            return None
        return f"{_date(there)} {there:%H:%M}"
    return _date(value)


def number_text(value: int | Decimal) -> str:
    if isinstance(value, int):
        return str(value)
    told = format(value, "f")
    if "." in told:
        told = told.rstrip("0").rstrip(".")
    return "0" if told == "-0" else told


def _count(value: Any) -> int:
    return max(0, min(int(value), MOST_TEXT))


def _date(day: date) -> str:
    return f"{day.day:02}.{day.month:02}.{day.year:04}"


FUNCTIONS = (
    Function(
        "contains",
        "содержит",
        'содержит([Название]; "завод")',
        "Есть ли часть в тексте; большие и малые буквы равны. Из нескольких значений достаточно одного.",
        "Whether a part is in the text; case does not matter. Of several values one is enough.",
        (Form((ANY_OF, ONE), YES_NO, contains, least=2, strict=False),),
    ),
    Function(
        "starts_with",
        "начинается",
        'начинается([Телефон]; "+7843")',
        "Начинается ли текст с этой части.",
        "Whether the text begins with the part.",
        (Form((ANY_OF, ONE), YES_NO, starts_with, least=2, strict=False),),
    ),
    Function(
        "ends_with",
        "заканчивается",
        'заканчивается([Почта]; "@example.ru")',
        "Заканчивается ли текст этой частью.",
        "Whether the text ends with the part.",
        (Form((ANY_OF, ONE), YES_NO, ends_with, least=2, strict=False),),
    ),
    Function(
        "length",
        "длина",
        "длина([ИНН]) = 10",
        "Сколько знаков в тексте; в пустом — 0.",
        "How many characters the text has; an empty one has 0.",
        (Form((ONE,), INTEGER, length, least=1, strict=False),),
    ),
    Function(
        "lower",
        "строчные",
        "строчные([Почта])",
        "Текст малыми буквами.",
        "The text in small letters.",
        (Form((ONE,), TEXT, lower, least=1),),
    ),
    Function(
        "upper",
        "прописные",
        "прописные([Код])",
        "Текст большими буквами.",
        "The text in capital letters.",
        (Form((ONE,), TEXT, upper, least=1),),
    ),
    Function(
        "trim",
        "обрезать",
        "обрезать([Название])",
        "Текст без пробелов по краям.",
        "The text without spaces at its ends.",
        (Form((ONE,), TEXT, trim, least=1),),
    ),
    Function(
        "left",
        "слева",
        "слева([Имя]; 1)",
        "Столько первых знаков текста.",
        "So many first characters of the text.",
        (Form((ONE, COUNT), TEXT, left, least=2),),
    ),
    Function(
        "right",
        "справа",
        "справа([Номер карты]; 4)",
        "Столько последних знаков текста.",
        "So many last characters of the text.",
        (Form((ONE, COUNT), TEXT, right, least=2),),
    ),
    Function(
        "mid",
        "середина",
        "середина([Договор]; 3; 4)",
        "Часть текста: с какого знака и сколько знаков; первый знак — 1.",
        "A part of the text: from which character and how many; the first is 1.",
        (Form((ONE, COUNT, COUNT), TEXT, mid, least=3),),
    ),
    Function(
        "concat",
        "сцепить",
        'сцепить([Фамилия]; " "; [Имя])',
        "Все значения подряд одним текстом; то же, что знак &.",
        "All values in a row as one text; the same as the sign &.",
        (Form((SHOWN,), TEXT, joined, least=1, repeated=True, strict=False),),
    ),
    Function(
        "text",
        "текст",
        'текст([Сумма]) & " руб."',
        "Число или дата, записанные текстом: 12.5, 31.01.2026, 31.01.2026 14:05.",
        "A number or a date as text: 12.5, 31.01.2026, 31.01.2026 14:05.",
        (Form((SHOWN,), TEXT, text, least=1, ground=True),),
    ),
)
