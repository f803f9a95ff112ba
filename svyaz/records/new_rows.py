"""Many new records on their way in, by columns: what a Draft is to one record, NewRows is to two thousand.

A list of a thousand values costs what three objects do, so a batch is understood, checked, packed and logged a
column at a time (docs/algorithms/batch.md).  Nothing here refuses: a row with anything unusual is only *doubted*,
and the slow way (pipeline.examine) looks at it alone and says what is wrong, in the words it has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from svyaz.fields.column import ABSENT
from svyaz.records.draft import Draft, Past
from svyaz.records.entry import Entry


@dataclass(slots=True)
class NewRows:
    """Columns are lists of `count` places, one for a row.

    given    what was sent: field key -> raw values, ABSENT where the row does not name the field
    values   canonical; a field without a column is empty in every row; traits write here
    base     money field -> sums in the company's currency
    past     what an import knows of each row's own past
    doubted  places of rows to be looked at one by one
    """

    count: int
    given: dict[str, list[Any]]
    past: Sequence[Past | None] | None = None
    values: dict[str, list[Any]] = field(default_factory=dict)
    base: dict[str, list[int | None]] = field(default_factory=dict)
    doubted: set[int] = field(default_factory=set)
    ids: list[int] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    shadows: dict[str, list[str | None]] = field(default_factory=dict)
    own: dict[int, Mapping[str, Any]] = field(default_factory=dict)

    def column(self, key: str) -> list[Any]:
        """The values of a field, made empty when nobody has given any."""
        found = self.values.get(key)
        if found is None:
            found = self.values[key] = [None] * self.count
        return found

    def keys(self, entry: Entry, key: str) -> list[str | None]:
        """Shadow keys of a field that has a column."""
        found = self.shadows.get(key)
        if found is None:
            found = self.shadows[key] = entry.types[key].key_all(self.values[key], entry.fields[key].options)
        return found

    def raw(self, at: int) -> dict[str, Any]:
        own = self.own.get(at)
        if own is not None:
            return dict(own)
        return {key: column[at] for key, column in self.given.items() if column[at] is not ABSENT}

    def set_given(self, at: int, row: Mapping[str, Any]) -> None:
        """What one row gives, whatever the columns say of it so far; its own order of fields is kept for `raw`."""
        for key in row:
            if key not in self.given:
                self.given[key] = [ABSENT] * self.count
        for key, column in self.given.items():
            column[at] = row.get(key, ABSENT)
        self.own[at] = row

    def gives(self, key: str, at: int) -> bool:
        column = self.given.get(key)
        return column is not None and column[at] is not ABSENT

    def doubt_where(self, places: Iterable[int]) -> None:
        self.doubted.update(places)

    def put(self, entry: Entry, at: int, draft: Draft) -> None:
        """A doubted row that has turned out well."""
        for key in draft.values:
            if key not in self.values and key in entry.fields:
                self.values[key] = [() if key in entry.several else None] * self.count
        for key, column in self.values.items():
            column[at] = draft.values.get(key)
        for key, base in draft.base.items():
            if base is not None or key in self.base:
                self.base.setdefault(key, [None] * self.count)[at] = base
        self.shadows.clear()

    def keep(self, places: Sequence[int]) -> NewRows:
        """Only the rows of these places."""
        if len(places) == self.count:
            return self

        def of(columns: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
            return {key: [column[at] for at in places] for key, column in columns.items()}

        past = [self.past[at] for at in places] if self.past is not None else None
        return NewRows(len(places), of(self.given), past, of(self.values), of(self.base), shadows=of(self.shadows))


class _Cells:
    """What `draft.values` is to a formula: the cells of one row."""

    __slots__ = ("at", "columns")

    def __init__(self, columns: Mapping[str, list[Any]]) -> None:
        self.columns = columns
        self.at = 0

    def get(self, key: str, default: Any = None) -> Any:
        column = self.columns.get(key)
        return default if column is None else column[self.at]


class RowDraft:
    """One row of NewRows as a Draft to be read; `to(at)` moves it to another row.  For formulas and traits."""

    __slots__ = ("at", "base", "id", "label", "past", "place", "rows", "stored", "values", "version")

    def __init__(self, rows: NewRows, at: int = 0) -> None:
        self.rows = rows
        self.values, self.base = _Cells(rows.values), _Cells(rows.base)
        self.stored, self.version, self.place = None, 1, ""
        self.to(at)

    def to(self, at: int) -> RowDraft:
        rows = self.rows
        self.at = self.values.at = self.base.at = at
        self.id = rows.ids[at] if rows.ids else 0
        self.label = rows.labels[at] if rows.labels else ""
        self.past = rows.past[at] if rows.past is not None else None
        return self

    def moves(self, key: str) -> bool:
        return self.values.get(key) not in (None, ())

    def changed(self) -> dict[str, tuple[Any, Any]]:
        return {}


def each_row(rows: NewRows, ask: Callable[[Any], Any]) -> list[Any]:
    """What `ask` says of each row in turn."""
    one = RowDraft(rows)
    return [ask(one.to(at)) for at in range(rows.count)]


def rows_of(given: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Mappings as columns."""
    keys = dict.fromkeys(key for row in given for key in row)
    return {key: [row.get(key, ABSENT) for row in given] for key in keys}
