"""Rating in stars: from one to as many as the field has.  Empty is not rated, and is no zero for an average."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from svyaz.expression.tree import INTEGER, Type
from svyaz.fields.base import Compare, Options, Terms, Words
from svyaz.fields.integer import AGGREGATES
from svyaz.fields.option import Option, whole
from svyaz.fields.single import ORDERED, Conversions, Single, same
from svyaz.kernel.problem import BadValue
from svyaz.kernel.text import shown

STAR, HOLLOW = "★", "☆"
STARS = re.compile(r"(?P<full>[★⭐*]+)\ufe0f?(?P<hollow>☆*)")
TYPED = re.compile(r"(?P<value>[0-9]{1,2})(?:[.,]0+)?(?:\s*(?:/|из|of)\s*(?P<most>[0-9]{1,2}))?", re.IGNORECASE)


class RatingNotUnderstood(BadValue):
    code = "rating_not_understood"  # facts: value, max


class Rating(Single):
    """max   how many stars there are"""

    name = "rating"
    kind = "bigint"
    known: ClassVar[Mapping[str, Option]] = {"max": whole(5, 2, 10)}
    becomes: ClassVar[Conversions] = {"integer": same, "decimal": same, "text": str, "long_text": str}

    def compare(self, options: Options) -> Compare:
        return Compare(ORDERED, sort="value", aggregates=AGGREGATES)

    def understand(self, raw: Any, options: Options, terms: Terms) -> int:
        """4, "4", "4/5", «4 из 5», "★★★★☆".  Of another number of stars than the field has it is refused."""
        value = raw if type(raw) is int else _typed(raw, options["max"]) if isinstance(raw, str) else None
        if value is None or not 1 <= value <= options["max"]:
            raise RatingNotUnderstood(value=shown(raw), max=options["max"])
        return value

    def say(self, value: Any, options: Options, words: Words) -> str:
        return "" if value is None else STAR * value + HOLLOW * (options["max"] - value)

    def key(self, value: Any, options: Options) -> str | None:
        return None

    def expression_type(self, options: Options) -> Type:
        return INTEGER


def _typed(text: str, most: int) -> int | None:
    if len(text) > 60:
        return None
    told = text.strip()
    stars = STARS.fullmatch(told)
    if stars:
        full, hollow = len(stars["full"]), len(stars["hollow"])
        return full if not hollow or full + hollow == most else None
    found = TYPED.fullmatch(told)
    if found is None or (found["most"] and int(found["most"]) != most):
        return None
    return int(found["value"])
