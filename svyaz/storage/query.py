"""What other layers ask of storage: plain frozen dataclasses, no SQL.

Every Node here is *typed* (expression.check).  Access has already been joined to `where` and
put into `far` by records.read; storage only compiles.  compile_query.py makes SQL text of a
Query once per shape (constants left out) and caches it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal as OneOf

from svyaz.expression.tree import Node, Path

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Order:
    path: Keys
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A list of one entity.

    columns   paths to show; each is a cell of the row, as JSON (house.md §10 «Cells»)
    where     typed condition, None: all.  The reader's own access is in it
    order     empty values last both ways, the id is always added as the last key
    far       entity -> typed condition the reader has on it: joined at every hop and link label; a hidden
              far record reads as empty and its link cell is [id, null].  Entity absent: no condition
    after     keyset cursor from Page.next; not together with offset
    kept      which records: living, deleted (trash) or all
    """

    entity: str
    columns: tuple[Keys, ...]
    where: Node | None = None
    order: tuple[Order, ...] = ()
    limit: int = 50
    offset: int = 0
    after: str | None = None
    far: Mapping[str, Node] = field(default_factory=dict)
    kept: OneOf["living", "deleted", "all"] = "living"


@dataclass(frozen=True, slots=True)
class Page:
    """rows: JSON-ready cells, in the order of columns, always preceded by id and version."""

    columns: tuple[str, ...]
    rows: list[list[Any]]
    next: str | None


@dataclass(frozen=True, slots=True)
class Count:
    value: int
    capped: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """function: count | sum | avg | min | max | median | share.  path () only for count and share of count."""

    function: str
    path: Keys = ()


@dataclass(frozen=True, slots=True)
class Dimension:
    """grain: for dates year | quarter | month | week | day; "" takes the value itself."""

    path: Keys
    grain: str = ""


@dataclass(frozen=True, slots=True)
class Pivot:
    """rows × columns × measures.  Totals of every level are computed apart, never by adding groups up."""

    entity: str
    rows: tuple[Dimension, ...]
    columns: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    where: Node | None = None
    far: Mapping[str, Node] = field(default_factory=dict)
    kept: OneOf["living", "deleted", "all"] = "living"


__all__ = ["Count", "Dimension", "Keys", "Measure", "Order", "Page", "Path", "Pivot", "Query"]
