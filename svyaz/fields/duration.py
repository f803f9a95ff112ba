"""How long: hours of work, minutes of a call.  Whole seconds, also in formulas: «Затрачено / 3600 * Ставка»."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any, ClassVar

from svyaz.expression.tree import INTEGER, Type
from svyaz.fields.base import Compare, Options, Terms, Words
from svyaz.fields.integer import AGGREGATES
from svyaz.fields.single import ORDERED, Conversions, Single, same
from svyaz.kernel.durations import MOST, DurationNotUnderstood, parse_duration, say_duration
from svyaz.kernel.numbers import NumberTooLarge
from svyaz.kernel.text import shown


def in_words(value: int) -> str:
    return say_duration(value, "ru")


class Duration(Single):
    name = "duration"
    kind = "bigint"
    becomes: ClassVar[Conversions] = {"integer": same, "decimal": same, "text": in_words, "long_text": in_words}

    def compare(self, options: Options) -> Compare:
        return Compare(ORDERED, sort="value", aggregates=AGGREGATES)

    def understand(self, raw: Any, options: Options, terms: Terms) -> int:
        """Text, or a whole number of seconds; a time of a spreadsheet is a length too."""
        if isinstance(raw, str):
            return parse_duration(raw)
        if isinstance(raw, time):
            return raw.hour * 3600 + raw.minute * 60 + raw.second
        if isinstance(raw, timedelta):
            raw = raw.days * 86_400 + raw.seconds
        if type(raw) is not int:
            raise DurationNotUnderstood(value=shown(raw))
        if abs(raw) > MOST:
            raise NumberTooLarge(value=shown(raw))
        return raw

    def say(self, value: Any, options: Options, words: Words) -> str:
        return "" if value is None else say_duration(value, words.language)

    def key(self, value: Any, options: Options) -> str | None:
        return None

    def expression_type(self, options: Options) -> Type:
        return INTEGER
