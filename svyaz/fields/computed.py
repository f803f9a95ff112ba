"""Fields nobody fills: a formula over the record, a look-up through links, a roll-up over child records.

What a formula gives is known when the configuration is resolved: `options["result"]` then says which plain type
keeps and shows it, {"type": "decimal", "options": {"scale": 2}}, and every question is handed on to that type.
A value that depends on «сегодня» (`volatile`) is not kept at all: it is an expression of each query.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from svyaz.expression.tree import TEXT, Type
from svyaz.fields.base import Columns, Compare, Computed, FieldType, Json, Options, Rows, Terms, Words
from svyaz.fields.option import Option, OptionMissing, one_of, read_options
from svyaz.kernel.problem import Problem

FUNCTIONS = ("count", "sum", "min", "max", "avg", "median", "first", "last")
SHOWS = ("", "money", "percent", "duration")
SETTLED = ("result", "volatile")  # put there by the schema, never written


def text_option(default: str = "") -> Option:
    return Option(default, lambda raw: isinstance(raw, str), "text")


class ComputedType:
    """plain: the types that people fill, by name;  needed: options that must be given."""

    def __init__(self, name: str, plain: Mapping[str, FieldType], known: Mapping[str, Option], needed: tuple[str, ...]):
        self.name = name
        self.kinds = plain
        self.known = known
        self.needed = needed

    def check_options(self, options: Options, place: str) -> tuple[Options, list[Problem]]:
        given = {key: value for key, value in options.items() if key not in SETTLED}
        complete, problems = read_options(given, place, self.known)
        problems += [OptionMissing(place, option=name) for name in self.needed if not complete[name]]
        return complete, problems

    def _of(self, options: Options) -> tuple[FieldType, Options]:
        """The plain type; a field whose formula could not be understood is an empty text."""
        kind, settled = shown_as(self.name, options)
        return self.kinds[kind], settled

    def storage(self, options: Options) -> Columns | Rows | Computed:
        kind, settled = self._of(options)
        return Computed() if options.get("volatile") else kind.storage(settled)

    def compare(self, options: Options) -> Compare:
        kind, settled = self._of(options)
        compare = kind.compare(settled)
        sort = None if options.get("volatile") and compare.sort in ("key", "order", "label") else compare.sort
        return Compare(compare.operators, sort, False, compare.aggregates)

    def accept(self, raw: Any, options: Options, terms: Terms) -> Any:
        kind, settled = self._of(options)
        return kind.accept(raw, settled, terms)

    def pack(self, value: Any, options: Options) -> tuple[Any, ...] | Sequence[tuple[Any, ...]]:
        kind, settled = self._of(options)
        return kind.pack(value, settled)

    def unpack(self, stored: Any, options: Options) -> Any:
        kind, settled = self._of(options)
        return kind.unpack(stored, settled)

    def wire(self, options: Options) -> Callable[..., Json] | None:
        kind, settled = self._of(options)
        return kind.wire(settled)

    def plain(self, value: Any, options: Options) -> Json:
        kind, settled = self._of(options)
        return kind.plain(value, settled)

    def say(self, value: Any, options: Options, words: Words) -> str:
        kind, settled = self._of(options)
        return kind.say(value, settled, words)

    def key(self, value: Any, options: Options) -> str | None:
        kind, settled = self._of(options)
        return kind.key(value, settled)

    def expression_type(self, options: Options) -> Type:
        if "result" not in options:
            return TEXT
        kind, settled = self._of(options)
        return kind.expression_type(settled)

    def convert(self, to: str) -> Callable[[Any], Any] | None:
        """A computed field becomes a plain one by its words, and a plain one computed without its values."""
        return str if to in ("text", "long_text") else None


def shown_as(name: str, options: Options) -> tuple[str, Options]:
    """The plain type and its options: those of the result of a computed field, else its own."""
    result = options.get("result") if name in COMPUTED else None
    if result is not None:
        return str(result["type"]), result["options"]
    return ("text", {"max": 500, "multiline": False}) if name in COMPUTED else (name, options)


COMPUTED = ("formula", "lookup", "rollup")


def computed_types(plain: Mapping[str, FieldType]) -> tuple[Any, ...]:
    return (
        ComputedType("formula", plain, {"formula": text_option(), "shows": one_of("", *SHOWS)}, ("formula",)),
        ComputedType("lookup", plain, {"path": text_option()}, ("path",)),
        ComputedType(
            "rollup",
            plain,
            {
                "entity": text_option(),
                "by": text_option(),
                "function": one_of("count", *FUNCTIONS),
                "value": text_option(),
                "where": text_option(),
                "order": text_option(),
                "shows": one_of("", *SHOWS),
            },
            ("entity",),
        ),
    )
