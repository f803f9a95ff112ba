"""What types of several values share: a table of rows, one per value, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from svyaz.expression.tree import TEXT, Type
from svyaz.fields.base import Column, Compare, Json, Options, Rows, Terms, Words
from svyaz.fields.option import Option, read_options
from svyaz.fields.single import Conversions, blank, same
from svyaz.kernel.problem import BadValue, Problem

MOST = 500


class TooManyValues(BadValue):
    code = "too_many_values"  # facts: count, max


class Several:
    """Values are a tuple; wire is called with the columns of one row and the cell is the list of them."""

    name: str = ""
    known: ClassVar[Mapping[str, Option]] = {}
    columns: tuple[Column, ...] = (Column("text"),)
    becomes: ClassVar[Conversions] = {}
    operators: tuple[str, ...] = ("=", "<>", "in", "empty")

    def check_options(self, options: Options, place: str) -> tuple[Options, list[Problem]]:
        return read_options(options, place, self.known)

    def storage(self, options: Options) -> Rows:
        return Rows(self.columns)

    def compare(self, options: Options) -> Compare:
        return Compare(self.operators, sort=None)

    def accept(self, raw: Any, options: Options, terms: Terms) -> tuple[Any, ...]:
        if blank(raw):
            return ()
        entries = list(self.entries(raw, options))
        most = min(MOST, options.get("max", MOST))
        if len(entries) > most:
            raise TooManyValues(count=len(entries), max=most)
        return unrepeated(self.understand(one, options, terms) for one in entries if not blank(one))

    def entries(self, raw: Any, options: Options) -> Iterable[Any]:
        """What was given, taken apart into single values."""
        return raw if isinstance(raw, list | tuple) else [raw]

    def understand(self, raw: Any, options: Options, terms: Terms) -> Any:
        """One value that is not blank."""
        raise NotImplementedError

    def pack(self, value: Any, options: Options) -> Sequence[tuple[Any, ...]]:
        return [(one,) for one in value or ()]

    def unpack(self, stored: Any, options: Options) -> tuple[Any, ...]:
        return tuple(row[0] for row in stored)

    def wire(self, options: Options) -> Callable[..., Json] | None:
        return None

    def plain(self, value: Any, options: Options) -> Json:
        return list(value or ())

    def say(self, value: Any, options: Options, words: Words) -> str:
        return ", ".join(str(one) for one in value or ())

    def key(self, value: Any, options: Options) -> str | None:
        return None

    def pack_all(self, values: Sequence[Any], options: Options) -> Sequence[Sequence[Any]]:
        raise NotImplementedError  # its values are rows

    def key_all(self, values: Sequence[Any], options: Options) -> list[str | None]:
        return [self.key(value, options) if value else None for value in values]

    def plain_text(self, options: Options) -> int | None:
        return None

    def expression_type(self, options: Options) -> Type:
        return Type(TEXT.kind, many=True)

    def convert(self, to: str) -> Callable[[Any], Any] | None:
        return same if to == self.name else self.becomes.get(to)


def unrepeated(values: Iterable[Any]) -> tuple[Any, ...]:
    """In order, the first of equals kept."""
    return tuple(dict.fromkeys(values))
