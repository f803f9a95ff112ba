"""A colour: of a car, of paint, of a mark on a plan.  Kept as #rrggbb; common ones may be typed by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from svyaz.fields.base import Compare, Options, Terms
from svyaz.fields.single import EQUAL, Conversions, Single, same
from svyaz.kernel.problem import BadValue
from svyaz.kernel.text import fold, shown

HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})")
RGB = re.compile(r"rgb\(\s*([0-9]{1,3})\s*[, ]\s*([0-9]{1,3})\s*[, ]\s*([0-9]{1,3})\s*\)")
NAMED: Final[Mapping[str, str]] = {
    "белый": "#ffffff", "white": "#ffffff", "черный": "#000000", "black": "#000000", "серый": "#808080", "grey": "#808080",
    "gray": "#808080", "серебристый": "#c0c0c0", "silver": "#c0c0c0", "красный": "#e53935", "red": "#e53935",
    "бордовый": "#800020", "burgundy": "#800020", "оранжевый": "#fb8c00", "orange": "#fb8c00", "желтый": "#fdd835",
    "yellow": "#fdd835", "зеленый": "#43a047", "green": "#43a047", "голубой": "#4fc3f7", "light blue": "#4fc3f7",
    "синий": "#1e5bd6", "blue": "#1e5bd6", "фиолетовый": "#8e24aa", "purple": "#8e24aa", "розовый": "#f06292",
    "pink": "#f06292", "коричневый": "#795548", "brown": "#795548", "бежевый": "#e8d9b5", "beige": "#e8d9b5",
}  # fmt: skip


class ColourNotUnderstood(BadValue):
    code = "colour_not_understood"  # facts: value


class Colour(Single):
    name = "colour"
    becomes: ClassVar[Conversions] = {"text": same, "long_text": same}

    def compare(self, options: Options) -> Compare:
        return Compare(EQUAL, sort="key")

    def understand(self, raw: Any, options: Options, terms: Terms) -> str:
        """ "#1E5BD6", "1e5bd6", "#abc", "rgb(30, 91, 214)", «синий»."""
        if not isinstance(raw, str) or len(raw) > 60:
            raise ColourNotUnderstood(value=shown(raw))
        told = fold(raw).strip()
        found = HEX.fullmatch(told)
        if found:
            digits = found[1]
            return "#" + (digits if len(digits) == 6 else "".join(one * 2 for one in digits))
        parts = RGB.fullmatch(told)
        if parts and all(int(one) < 256 for one in parts.groups()):
            return "#" + "".join(f"{int(one):02x}" for one in parts.groups())
        named = NAMED.get(told.replace("ё", "е"))
        if named is None:
            raise ColourNotUnderstood(value=shown(raw))
        return named
