"""Yes or no, never empty: what nobody has ticked is no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from svyaz.expression.tree import YES_NO, Type
from svyaz.fields.base import Compare, Json, Options, Terms, Words
from svyaz.fields.single import Conversions, Single, blank
from svyaz.kernel.problem import BadValue
from svyaz.kernel.text import fold, shown

YES = frozenset({"да", "д", "yes", "y", "true", "t", "1", "on", "истина", "+", "✓", "✔"})
NO = frozenset({"нет", "н", "no", "n", "false", "f", "0", "off", "ложь", "-", "—"})


class YesNoNotUnderstood(BadValue):
    code = "yes_no_not_understood"  # facts: value


class YesNo(Single):
    name = "yes_no"
    kind = "yes_no"
    becomes: ClassVar[Conversions] = {"integer": int}

    def compare(self, options: Options) -> Compare:
        return Compare(("=", "<>"), sort="value")

    def accept(self, raw: Any, options: Options, terms: Terms) -> bool:
        if blank(raw):
            return False
        if isinstance(raw, bool):
            return raw
        if isinstance(raw, int) and raw in (0, 1):
            return bool(raw)
        if isinstance(raw, str) and len(raw) < 20:
            told = fold(raw).strip()
            if told in YES or told in NO:
                return told in YES
        raise YesNoNotUnderstood(value=shown(raw))

    def pack(self, value: Any, options: Options) -> tuple[Any, ...]:
        return (bool(value),)

    def pack_all(self, values: Sequence[Any], options: Options) -> Sequence[Sequence[Any]]:
        return ([bool(value) for value in values],)

    def unpack(self, stored: Any, options: Options) -> bool:
        return bool(stored[0])

    def wire(self, options: Options) -> Callable[..., Json] | None:
        return bool

    def plain(self, value: Any, options: Options) -> Json:
        return bool(value)

    def say(self, value: Any, options: Options, words: Words) -> str:
        return words.say("yes" if value else "no")

    def key(self, value: Any, options: Options) -> str | None:
        return None

    def expression_type(self, options: Options) -> Type:
        return YES_NO
