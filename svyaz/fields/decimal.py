"""Decimal number of a fixed scale: quantity, weight, rate.  Exact: kept as a whole number of the last digit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal as Number
from typing import Any, ClassVar

from svyaz.expression.tree import Type
from svyaz.fields.base import Compare, Json, Options, Terms, Words
from svyaz.fields.integer import AGGREGATES
from svyaz.fields.option import Option, whole
from svyaz.fields.single import ORDERED, Conversions, Single, same
from svyaz.kernel.numbers import number_of, scaled, scaled_text
from svyaz.kernel.russian import say_number


class Decimal(Single):
    name = "decimal"
    kind = "bigint"
    known: ClassVar[Mapping[str, Option]] = {"scale": whole(2, 0, 6)}
    becomes: ClassVar[Conversions] = {
        **dict.fromkeys(("integer", "money", "percent"), same),
        **dict.fromkeys(("text", "long_text", "rating"), str),
    }

    def compare(self, options: Options) -> Compare:
        return Compare(ORDERED, sort="value", unique=True, aggregates=AGGREGATES)

    def understand(self, raw: Any, options: Options, terms: Terms) -> Number:
        scale = options["scale"]
        return Number(scaled_text(scaled(number_of(raw), scale), scale))

    def pack(self, value: Any, options: Options) -> tuple[Any, ...]:
        return (None if value is None else scaled(value, options["scale"]),)

    def unpack(self, stored: Any, options: Options) -> Number | None:
        return None if stored[0] is None else Number(scaled_text(stored[0], options["scale"]))

    def wire(self, options: Options) -> Callable[..., Json] | None:
        scale = options["scale"]
        return lambda units: None if units is None else scaled_text(units, scale)

    def plain(self, value: Any, options: Options) -> Json:
        return None if value is None else str(value)

    def say(self, value: Any, options: Options, words: Words) -> str:
        return "" if value is None else say_number(value, words.language)

    def expression_type(self, options: Options) -> Type:
        return Type("number", scale=options["scale"])
