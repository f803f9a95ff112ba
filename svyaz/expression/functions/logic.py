"""Choice between values, and what is known besides the record.  `if` is a form of its own: see check.py."""

from __future__ import annotations

from typing import Any

from svyaz.expression.functions.definition import Argument, Form, Function, common
from svyaz.expression.ground import Ground
from svyaz.expression.tree import DATE, DATETIME, YES_NO, Type

SAME = Argument(same=True)
ME = Type("link", to=("employee",))


def choose(*given: Any) -> Any:
    """if(condition; value; condition; value; …; otherwise): the value after the first condition that is true.

    An empty condition is false.  Without `otherwise` (an even number of arguments) the result is empty.
    Values are brought to one type; a number that does not fit there is empty.
    """
    for place in range(0, len(given) - 1, 2):
        if given[place]:
            return given[place + 1]
    return given[-1] if len(given) % 2 else None


def coalesce(*given: Any) -> Any:
    """The first value that is not empty; empty when all are.  Numbers are first brought to one scale."""
    return next((value for value in given if value is not None), None)


def is_empty(value: Any) -> bool:
    """True for an empty value, and for many values when there are none of them.  «false» is not empty."""
    return value is None or value == ()


def today(ground: Ground) -> Any:
    """The local date of Ground.now."""
    return ground.today


def now(ground: Ground) -> Any:
    """Ground.now without its fraction of a second, UTC."""
    return ground.now.replace(microsecond=0)


def me(ground: Ground) -> int:
    """The employee who reads.  For the system, which is nobody, it is record 0, which is nobody's either.

    Were it empty, `responsible = me()` would be true for every record without a responsible person.
    A formula whose whole result is me() gives empty instead of 0 (evaluate.compile_python).
    """
    return ground.me or 0


FUNCTIONS = (
    Function(
        "if",
        "если",
        'если([Сумма] > 100000; "крупная"; [Сумма] > 0; "обычная"; "без суммы")',
        "Значение по условию. Условий может быть несколько; последнее значение — на остальные случаи.",
        "A value by condition. There may be several conditions; the last value is for all other cases.",
        (Form((Argument(("yes_no",)), SAME, SAME), common, choose, least=2, repeated=True, strict=False),),
    ),
    Function(
        "coalesce",
        "иначе",
        "иначе([Краткое название]; [Название])",
        "Первое из значений, которое заполнено.",
        "The first of the values that is not empty.",
        (Form((SAME,), common, coalesce, least=1, repeated=True, strict=False),),
    ),
    Function(
        "is_empty",
        "пусто",
        "пусто([Срок])",
        "Истина, если значения нет.",
        "True when there is no value.",
        (Form((Argument(several="may"),), YES_NO, is_empty, least=1, strict=False),),
    ),
    Function(
        "today",
        "сегодня",
        "[Срок] < сегодня()",
        "Сегодняшняя дата в часовом поясе компании.",
        "Today's date in the zone of the company.",
        (Form((), DATE, today, least=0, ground=True),),
    ),
    Function(
        "now",
        "сейчас",
        "[Создано] > сейчас() - 1",
        "Текущие дата и время.",
        "The present date and time.",
        (Form((), DATETIME, now, least=0, ground=True),),
    ),
    Function(
        "me",
        "я",
        "[Ответственный] = я()",
        "Сотрудник, который смотрит.",
        "The employee who is looking.",
        (Form((), ME, me, least=0, ground=True),),
    ),
)
