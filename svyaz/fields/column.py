"""Values of one field for many records at once: what a batch understands, packs and keys column by column.

A column of a file mostly repeats itself (dates, people, options, rates), so each different raw value is understood
once and remembered for the configuration; texts that differ are cleaned as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final

from svyaz.fields.base import FieldType, Options, Terms
from svyaz.kernel.problem import BadValue
from svyaz.kernel.text import clean_all

MOST_KNOWN = 5_000


class _Absent:
    """Its name is said in a traceback instead of an address."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()  # this row says nothing of the field: not even that it is empty
BAD: Final = object()  # not understood: the row is looked at by itself
# Types of which equal values are the same value; 1, 1.0 and True are equal, so of numbers only one kind at a time.
REMEMBERED: tuple[set[type[Any]], ...] = ({str, date, type(None), _Absent}, {int, type(None), _Absent})


def accept_all(
    kind: FieldType, raws: Sequence[Any], options: Options, terms: Terms, name: tuple[str, str, str]
) -> tuple[list[Any], list[int]]:
    """`accept` of each, and the places of those that were not understood (their values are empty).

    ABSENT is empty.  name: (digest of the configuration, entity, field): what is remembered is remembered under it.
    """
    empty: Any = () if kind.expression_type(options).many else None
    types = set(map(type, raws))
    most = kind.plain_text(options)
    if most is not None and types <= {str, type(None), _Absent}:
        values = _texts(raws, most)
        if values is not None:
            return values, []
    family = next((at for at, some in enumerate(REMEMBERED) if types <= some), None)
    # Days differ within a portion and are the same ones in the next.
    if family is not None and (len(raws) < 20 or kind.name == "date" or len(set(raws)) * 2 < len(raws)):
        known = _known(*name, family, _Bound(kind, options, terms))
        values = list(map(known.__getitem__, raws))
    else:
        accept = kind.accept
        values = []
        for raw in raws:
            try:
                values.append(empty if raw is ABSENT else accept(raw, options, terms))
            except BadValue:
                values.append(BAD)
    bad: list[int] = []
    if BAD in values or ABSENT in values:
        bad = [at for at, value in enumerate(values) if value is BAD]
        values = [empty if value is BAD or value is ABSENT else value for value in values]
    return values, bad


def _texts(raws: Sequence[Any], most: int) -> list[Any] | None:
    """One-line texts that need no repair; None: there are others among them."""
    given = [raw for raw in raws if type(raw) is str]
    cleaned = clean_all(given, most)
    if cleaned is None:
        return None
    if len(given) == len(raws):
        return [text or None for text in cleaned]
    left = iter(cleaned)
    return [(next(left) or None) if type(raw) is str else None for raw in raws]


class _Bound:
    """Brings what is needed to understand to a cached function without being part of its key: the name is."""

    def __init__(self, kind: FieldType, options: Options, terms: Terms) -> None:
        self.kind, self.options, self.terms = kind, options, terms

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Bound)

    def __hash__(self) -> int:
        return 0


class _Known(dict[Any, Any]):
    """raw -> value; asked for what it does not know, it understands it."""

    def __init__(self, bound: _Bound) -> None:
        self.bound = bound
        self[ABSENT] = ABSENT

    def __missing__(self, raw: Any) -> Any:
        bound = self.bound
        try:
            value = bound.kind.accept(raw, bound.options, bound.terms)
        except BadValue:
            value = BAD
        if len(self) < MOST_KNOWN:
            self[raw] = value
        return value


@lru_cache(maxsize=512)
def _known(digest: str, entity: str, field: str, family: int, bound: _Bound) -> _Known:
    return _Known(bound)
