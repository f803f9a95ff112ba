"""What phones and e-mails share: several, each with a label, sorted by the first.

A label is what a person calls it, «рабочий»; typed in brackets after the value or before it:
«+7 916 123-45-67 (рабочий)», «рабочий: +7 916 123-45-67».
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from svyaz.fields.base import Column, Compare, Json, Options, Terms, Words
from svyaz.fields.option import Option, flag
from svyaz.fields.several import Several
from svyaz.fields.single import Conversions, blank
from svyaz.kernel.problem import BadValue
from svyaz.kernel.text import TextExpected, clean, shown, sort_key
from svyaz.kernel.values import Labelled

MOST_LABEL = 60
MOST_TYPED = 20_000  # characters
NOT_IN_LABEL = re.compile(r"[,;:()<>\s]+")
BRACKETED = re.compile(r"(?P<value>[^()]*\S)\s*\((?P<label>[^()]*)\)", re.DOTALL)


class OneValueOnly(BadValue):
    code = "one_value_only"  # facts: count


class Contact(Several):
    """many   False: one value, still with a label"""

    known: ClassVar[Mapping[str, Option]] = {"many": flag(True)}
    columns = (Column("text"), Column("text", "label"))
    operators = ("=", "<>", "in", "contains", "starts", "empty")
    becomes: ClassVar[Conversions] = dict.fromkeys(
        ("text", "long_text"), lambda value: ", ".join(one.value for one in value)
    )

    def read(self, text: str, terms: Terms) -> tuple[str, str]:
        """The canonical value and a label found in it ("" when none).  Raises BadValue."""
        raise NotImplementedError

    def compare(self, options: Options) -> Compare:
        return Compare(self.operators, sort="key")

    def accept(self, raw: Any, options: Options, terms: Terms) -> tuple[Labelled, ...]:
        found: dict[str, Labelled] = {}
        for one in super().accept(raw, options, terms):
            found.setdefault(one.value, one)
        if len(found) > 1 and not options["many"]:
            raise OneValueOnly(count=len(found))
        return tuple(found.values())

    def entries(self, raw: Any, options: Options) -> Iterable[Any]:
        if isinstance(raw, str) and len(raw) < MOST_TYPED:
            return self.split(raw)
        return super().entries(raw, options)

    def split(self, text: str) -> list[str]:
        return re.split(r"[,;\n]", text)

    def understand(self, raw: Any, options: Options, terms: Terms) -> Labelled:
        """Text, [value, label], {"value", "label"} or Labelled."""
        told, label = raw, None
        if isinstance(raw, Labelled):
            told, label = raw.value, raw.label
        elif isinstance(raw, Mapping) and raw.keys() <= {"value", "label"}:
            told, label = raw.get("value"), raw.get("label")
        elif isinstance(raw, list | tuple) and len(raw) == 2:
            told, label = raw
        if type(told) is int and 0 < told < 10**15:  # a phone from a spreadsheet
            told = str(told)
        if not isinstance(told, str) or not told.strip():
            raise TextExpected(value=shown(raw))
        value, found = self._labelled(clean(told, MOST_TYPED), terms)
        return Labelled(value, found if blank(label) else label_of(label))

    def _labelled(self, text: str, terms: Terms) -> tuple[str, str]:
        bracketed = BRACKETED.fullmatch(text)
        if bracketed:
            value, _ = self.read(bracketed["value"], terms)
            return value, label_of(bracketed["label"])
        value, label = self.read(text, terms)
        return value, label_of(label)

    def pack(self, value: Any, options: Options) -> Sequence[tuple[Any, ...]]:
        return [(one.value, one.label) for one in value or ()]

    def unpack(self, stored: Any, options: Options) -> tuple[Labelled, ...]:
        return tuple(Labelled(row[0], row[1] or "") for row in stored)

    def wire(self, options: Options) -> Callable[..., Json] | None:
        return lambda value, label: [value, label or ""]

    def plain(self, value: Any, options: Options) -> Json:
        return [[one.value, one.label] for one in value or ()]

    def say(self, value: Any, options: Options, words: Words) -> str:
        return ", ".join(self.say_one(one.value) + (f" ({one.label})" if one.label else "") for one in value or ())

    def say_one(self, value: str) -> str:
        return value

    def key(self, value: Any, options: Options) -> str | None:
        return sort_key(value[0].value) if value else None


def label_of(raw: Any) -> str:
    """A label without the signs that part values in a text.  Raises TextExpected, TextTooLong."""
    if not isinstance(raw, str):
        raise TextExpected(value=shown(raw))
    return clean(NOT_IN_LABEL.sub(" ", clean(raw, MOST_TYPED)), MOST_LABEL, lines=False)
