"""Whole number: pieces, days, an order of rows.  As far as JavaScript keeps it exact: up to 2^53 - 1."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from svyaz.expression.tree import INTEGER, Type
from svyaz.fields.base import Compare, Options, Terms, Words
from svyaz.fields.single import ORDERED, Conversions, Single, same
from svyaz.kernel.numbers import NumberTooLarge, NumberTooPrecise, number_of, scaled
from svyaz.kernel.problem import BadValue
from svyaz.kernel.russian import say_number
from svyaz.kernel.text import shown

MOST = 2**53 - 1
AGGREGATES = ("sum", "avg", "min", "max", "median")


class NumberNotWhole(BadValue):
    code = "number_not_whole"  # facts: value


class Integer(Single):
    name = "integer"
    kind = "bigint"
    becomes: ClassVar[Conversions] = {
        **dict.fromkeys(("decimal", "percent", "money", "duration", "rating"), same),
        **dict.fromkeys(("text", "long_text"), str),
    }

    def compare(self, options: Options) -> Compare:
        return Compare(ORDERED, sort="value", unique=True, aggregates=AGGREGATES)

    def understand(self, raw: Any, options: Options, terms: Terms) -> int:
        try:
            number = scaled(number_of(raw), 0)
        except NumberTooPrecise:
            raise NumberNotWhole(value=shown(raw)) from None
        if abs(number) > MOST:
            raise NumberTooLarge(value=shown(raw))
        return number

    def say(self, value: Any, options: Options, words: Words) -> str:
        return "" if value is None else say_number(Decimal(value), words.language)

    def expression_type(self, options: Options) -> Type:
        return INTEGER
