"""What types of one value in one column share: everything but how the value is understood and said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from svyaz.expression.tree import TEXT, Type
from svyaz.fields.base import Column, ColumnKind, Columns, Compare, Json, Options, Terms, Words
from svyaz.fields.option import Option, read_options
from svyaz.kernel.problem import Problem

ORDERED = ("=", "<>", "<", "<=", ">", ">=", "in", "empty")
EQUAL = ("=", "<>", "in", "empty")
WORDED = ("=", "<>", "in", "contains", "starts", "empty")

Conversions = Mapping[str, Callable[[Any], Any]]


def same(value: Any) -> Any:
    """A conversion that leaves it to accept of the other type."""
    return value


def blank(raw: Any) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())


class Single:
    """known: the options;  kind: of the column;  becomes: other types this one can be retyped to."""

    name: str = ""
    known: ClassVar[Mapping[str, Option]] = {}
    kind: ColumnKind = "text"
    becomes: ClassVar[Conversions] = {}

    def check_options(self, options: Options, place: str) -> tuple[Options, list[Problem]]:
        return read_options(options, place, self.known)

    def storage(self, options: Options) -> Columns:
        return Columns((Column(self.kind),))

    def compare(self, options: Options) -> Compare:
        return Compare(WORDED, sort="key", unique=True)

    def accept(self, raw: Any, options: Options, terms: Terms) -> Any:
        return None if blank(raw) else self.understand(raw, options, terms)

    def understand(self, raw: Any, options: Options, terms: Terms) -> Any:
        """accept for what is not blank."""
        raise NotImplementedError

    def pack(self, value: Any, options: Options) -> tuple[Any, ...]:
        return (value,)

    def unpack(self, stored: Any, options: Options) -> Any:
        return stored[0]

    def wire(self, options: Options) -> Callable[..., Json] | None:
        return None

    def plain(self, value: Any, options: Options) -> Json:
        return value

    def say(self, value: Any, options: Options, words: Words) -> str:
        return "" if value is None else str(value)

    def key(self, value: Any, options: Options) -> str | None:
        return None if value is None else str(value)

    def pack_all(self, values: Sequence[Any], options: Options) -> Sequence[Sequence[Any]]:
        if type(self).pack is Single.pack:
            return (values,)
        return list(zip(*(self.pack(value, options) for value in values), strict=True))

    def key_all(self, values: Sequence[Any], options: Options) -> list[str | None]:
        return [None if value is None else self.key(value, options) for value in values]

    def plain_text(self, options: Options) -> int | None:
        return None

    def expression_type(self, options: Options) -> Type:
        return TEXT

    def convert(self, to: str) -> Callable[[Any], Any] | None:
        return same if to == self.name else self.becomes.get(to)
