"""What a field type must answer.  One file per type, one list of them in registry.py.

Nothing here knows SQL: a type says which columns it keeps and how a value is packed into them;
storage makes names and statements of that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal as OneOf, Protocol

from svyaz.expression.tree import Type
from svyaz.kernel.problem import Problem

Options = Mapping[str, Any]
Json = Any
ColumnKind = OneOf["bigint", "text", "yes_no", "date", "datetime"]


@dataclass(frozen=True, slots=True)
class Column:
    """One physical column.  part "" is the field's own name, "cur" is <key>__cur."""

    kind: ColumnKind
    part: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """The value lives in the record's own row; the first column is the one that filters and sorts by value,
    unless `value_part` names another (money: the sum in the company's currency)."""

    columns: tuple[Column, ...]
    value_part: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Several values: a table ln_<number> of (sv_record, sv_position, these columns); column names are
    `value` for part "" and `value__<part>` for others.  `target` is set for links: value is a record id."""

    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Computed:
    """Nothing is kept: the value is an expression over the record (formula, look-up, roll-up; step 4)."""


@dataclass(frozen=True, slots=True)
class Compare:
    """operators   of the filter, a subset of  = <> < <= > >= in contains starts empty
    sort        "key": by the shadow column <key>__key; "value": by the value column; "order": by the
                position among options (choice, stage); "label": by the far record's label key; None: cannot
    unique      whether the field may be declared unique
    aggregates  a subset of  sum avg min max median  (count is for every field)"""

    operators: tuple[str, ...]
    sort: OneOf["key", "value", "order", "label"] | None
    unique: bool = False
    aggregates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What the company has settled and a value needs to be understood: base currency, zone, phone region."""

    currency: str = "RUB"
    zone: str = "Europe/Moscow"
    region: str = "RU"


class Words(Protocol):
    """Language of a person and the zone of his clock; the real one is kernel/words.py."""

    @property
    def language(self) -> str: ...

    @property
    def zone(self) -> str: ...

    def say(self, key: str, **facts: Any) -> str: ...


class FieldType(Protocol):
    """The questions.  `options` are the resolved options of one field, always complete with defaults."""

    name: str

    def check_options(self, options: Options, place: str) -> tuple[Options, list[Problem]]:
        """Fill in defaults and name every unknown or wrong option."""
        ...

    def storage(self, options: Options) -> Columns | Rows | Computed: ...

    def compare(self, options: Options) -> Compare: ...

    def accept(self, raw: Any, options: Options, terms: Terms) -> Any:
        """From a person, the API or a file's own form already normalised; '' and blank are None
        (or () for several).  Raises BadValue (its subclasses) with place "" (the caller adds it)."""
        ...

    def pack(self, value: Any, options: Options) -> tuple[Any, ...] | Sequence[tuple[Any, ...]]:
        """Columns: one tuple of column values.  Rows: a sequence of tuples.  None packs to all None."""
        ...

    def unpack(self, stored: Any, options: Options) -> Any:
        """The inverse of pack.  Takes what either driver returns (SQLite: dates and times as ISO text,
        yes/no as 0/1; PostgreSQL: date, datetime, bool)."""
        ...

    def wire(self, options: Options) -> Callable[..., Json] | None:
        """From the stored columns to a JSON cell, called with the column values in order; None when the stored
        form of its single column is the wire form already."""
        ...

    def plain(self, value: Any, options: Options) -> Json:
        """JSON of a value, as in the change log and in 1C; accept(plain(v)) == v."""
        ...

    def say(self, value: Any, options: Options, words: Words) -> str: ...

    def key(self, value: Any, options: Options) -> str | None:
        """The byte-compared shadow key: sort and unique for sort="key", unique alone for others."""
        ...

    def pack_all(self, values: Sequence[Any], options: Options) -> Sequence[Sequence[Any]]:
        """`pack` of many values of Columns: a column of them for each column."""
        ...

    def key_all(self, values: Sequence[Any], options: Options) -> list[str | None]:
        """`key` of each."""
        ...

    def plain_text(self, options: Options) -> int | None:
        """How long a text of one line may be that `accept` takes as it is, without the blanks around it; None: no text is."""
        ...

    def expression_type(self, options: Options) -> Type: ...

    def convert(self, to: str) -> Callable[[Any], Any] | None:
        """A function value -> raw for accept of the other type; None when the change is refused."""
        ...
