"""Percent, 0..100 and beyond: 15.5 is «15,5 %».  In formulas it is the number 15.5, not the share 0.155."""

from __future__ import annotations

from decimal import Decimal as Number
from typing import Any, ClassVar

from svyaz.fields.base import Options, Terms, Words
from svyaz.fields.decimal import Decimal
from svyaz.fields.single import Conversions, same
from svyaz.kernel.numbers import NumberNotUnderstood
from svyaz.kernel.russian import NBSP


class Percent(Decimal):
    name = "percent"
    becomes: ClassVar[Conversions] = {"decimal": same, "integer": same, "text": str, "long_text": str}

    def understand(self, raw: Any, options: Options, terms: Terms) -> Number:
        if isinstance(raw, str):
            raw = raw.strip().removesuffix("%").rstrip()
            if not raw:
                raise NumberNotUnderstood(value="%")
        return super().understand(raw, options, terms)

    def say(self, value: Any, options: Options, words: Words) -> str:
        said = super().say(value, options, words)
        if not said:
            return ""
        return f"{said}%" if words.language == "en" else f"{said}{NBSP}%"
