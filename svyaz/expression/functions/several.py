"""Fields of several values, and paths through them."""

from __future__ import annotations

from typing import Any

from svyaz.expression.functions.definition import Argument, Form, Function
from svyaz.expression.tree import INTEGER, YES_NO


def count(values: tuple[Any, ...]) -> int:
    """How many values there are; 0 for none.  Empty far values are not counted, equal ones are."""
    return len(values)


def has(values: tuple[Any, ...], value: Any) -> bool:
    """Whether one of the values is `value`: check.py makes `values = value` of it, which is the law."""
    raise AssertionError("written as `=`")


FUNCTIONS = (
    Function(
        "count",
        "количество",
        "количество([Телефоны]) > 1",
        "Сколько значений в поле с несколькими значениями.",
        "How many values a field of several values has.",
        (Form((Argument(several="must"),), INTEGER, count, least=1),),
    ),
    Function(
        "has",
        "есть",
        'есть([Метки]; "ВИП")',
        "Есть ли такое значение среди нескольких; то же, что знак =.",
        "Whether the value is among several; the same as the sign =.",
        (Form((Argument(several="must"), Argument()), YES_NO, has, least=2),),
    ),
)
