"""Columns of an answer: what is selected for each, and how the JSON cell is made of it (house.md §10 «Cells»).

text, choice, number of an integer          as kept
decimal, percent; money                     "12.50"; ["1200.50", "RUB"]
date; date-time                             ISO text, made by the database
link, employee                              [id, label]; label None when the far record is hidden or deleted
link to any object                          [entity, id, label]
several values                              a list of such cells, read by one more query for the whole page
file                                        [id, name, size];   phone   [e164, label]
through a hidden far record                 None
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from svyaz.fields.base import Json
from svyaz.fields.computed import shown_as
from svyaz.fields.registry import TYPES
from svyaz.kernel.money import exponent
from svyaz.kernel.numbers import scaled_text
from svyaz.schema.snapshot import Field
from svyaz.storage.binds import Sql, Statement, sql_type
from svyaz.storage.compile_expression import PIECES
from svyaz.storage.computing import money_minor
from svyaz.storage.layout import SYSTEM_FIELDS, FieldLayout
from svyaz.storage.query import Keys
from svyaz.storage.scope import (
    Frame,
    Scope,
    aliased,
    entity_number,
    has,
    hop,
    is_written_out,
    join_far,
    label_at,
    many_at,
    own_value,
    several,
    spread,
    targets_of,
    value_at,
)

Make = Callable[..., Json]
LINK_FIELDS = ("created_by", "changed_by", "deleted_by")


Whole = Callable[..., list[Json]]


@dataclass(frozen=True, slots=True)
class Leaf:
    """selects, and a function of their values; None when the only one is the cell itself.

    whole   the same for a whole column at once, where a call for every cell would be most of a page's cost
    """

    selects: tuple[Sql, ...]
    make: Make | None = None
    whole: Whole | None = None


@dataclass(frozen=True, slots=True)
class RowsOf:
    """One query for a field of several values: (owner, `width` parts of a cell, …) in order, for owners given as `ids`."""

    statement: Statement
    make: Make | None
    width: int


@dataclass(slots=True)
class Columns:
    """Of one answer: everything to select, and the way from a row of it to cells.

    steps    for each column: (first, count, make, whole) in the selected row
    several  column -> (place of the owner's id in the selected row, queries)
    """

    selects: list[Sql] = field(default_factory=list)
    steps: list[tuple[int, int, Make | None, Whole | None]] = field(default_factory=list)
    several: dict[int, tuple[int, tuple[RowsOf, ...]]] = field(default_factory=dict)

    @property
    def plain(self) -> bool:
        """Every cell is the selected value itself."""
        return not self.several and all(step[2] is None for step in self.steps)

    def add(self, leaf: Leaf) -> None:
        self.steps.append((len(self.selects), len(leaf.selects), leaf.make, leaf.whole))
        self.selects.extend(leaf.selects)

    def add_several(self, owner: Sql, queries: tuple[RowsOf, ...]) -> None:
        self.several[len(self.steps)] = (len(self.selects), queries)
        self.add(Leaf((owner,)))


def add_column(columns: Columns, scope: Scope, keys: Keys, fresh: Callable[[], Scope]) -> None:
    """Add a column to the answer; `fresh` makes a scope of a statement of its own, for several values."""
    index = many_at(scope, keys)
    if index is None:
        columns.add(leaf(scope, keys))
        return
    for key in keys[:index]:
        scope = hop(scope, key)
    rest = keys[index + 1 :]
    targets: tuple[str | None, ...] = targets_of(scope, keys[index]) if rest else (None,)
    entity = scope.entity.key
    columns.add_several(scope.id, tuple(_rows_of(fresh(), entity, keys[index:], target) for target in targets))


def leaf(scope: Scope, keys: Keys) -> Leaf:
    """A cell of one value at the end of a path."""
    first, rest = keys[0], keys[1:]
    if rest:
        if len(targets_of(scope, first)) == 1 and entity_number(scope, first) is None:
            return maybe_absent(leaf(hop(scope, first), rest))
        return _spread_leaf(scope, first, rest)
    if first in LINK_FIELDS:
        return _link(own_value(scope, first), label_at(scope, first))
    if first in SYSTEM_FIELDS or first == "entity":
        value = value_at(scope, keys)
        return Leaf((_wired(scope, value, SYSTEM_FIELDS[first].kind if first in SYSTEM_FIELDS else "text"),))
    one = scope.entity.by_key[first]
    if is_written_out(one) and TYPES[one.type].expression_type(one.options).kind != "link":
        return _computed_leaf(scope, one)
    if is_written_out(one):
        return _link(own_value(scope, first), label_at(scope, first))
    place = scope.place(first)
    if TYPES[place.field.type].expression_type(place.field.options).kind == "link":
        label = label_at(scope, first)
        number = entity_number(scope, first)
        if number is None:
            return _link(own_value(scope, first), label)
        named = {one.number: one.key for one in scope.making.snapshot.entities.values()}
        return Leaf(
            (own_value(scope, first), number, label),
            lambda id, of, label: None if id is None else [named.get(of), id, label],
        )
    return _of_columns(scope, place, [scope.column(column.name, column.kind) for column in place.columns])


def _computed_leaf(scope: Scope, one: Field) -> Leaf:
    """A value that is not kept, in the form of the type it is shown as."""
    name, options = shown_as(one.type, one.options)
    value = own_value(scope, one.key)
    if name == "money":
        return Leaf(money_minor(scope, one, value)[:2], TYPES[name].wire(options), _sums)
    if name in ("date", "datetime"):
        return Leaf((_wired(scope, value, name),))
    return Leaf((value,), TYPES[name].wire(options))


def _link(id_: Sql, label: Sql) -> Leaf:
    return Leaf((id_, label), lambda id, label: None if id is None else [id, label], _links)


def _links(ids: Sequence[int | None], labels: Sequence[str | None]) -> list[Json]:
    return [None if id is None else [id, label] for id, label in zip(ids, labels, strict=True)]


def _sums(minors: Sequence[int | None], codes: Sequence[str]) -> list[Json]:
    """The cells of fields.money; roubles and kopecks are most of what there is."""
    return [
        None
        if minor is None
        else [
            f"{minor // 100}.{minor % 100:02d}" if minor >= 0 and code == "RUB" else scaled_text(minor, exponent(code)),
            code,
        ]
        for minor, code in zip(minors, codes, strict=True)
    ]


def _of_columns(scope: Scope, place: FieldLayout, values: list[Sql]) -> Leaf:
    kind = place.columns[0].kind
    if kind in ("date", "datetime"):
        return Leaf((_wired(scope, values[0], kind),))
    make = place.type.wire(place.field.options)
    if (
        shown_as(place.field.type, place.field.options)[0] == "money"
    ):  # the sum in the company's currency is no part of the cell
        return Leaf(tuple(values[:2]), make, _sums)
    return Leaf(tuple(values), make)


def _wired(scope: Scope, value: Sql, kind: str) -> Sql:
    pieces = PIECES[scope.making.dialect]
    if kind == "date":
        return pieces.wire_date(value)
    return pieces.wire_instant(value) if kind == "datetime" else value


def maybe_absent(made: Leaf) -> Leaf:
    """Through a far record that may be hidden: «no» of nobody is not «no»."""
    make = made.make
    if make is None:
        return made
    return Leaf(made.selects, lambda *values: None if values[0] is None else make(*values), made.whole)


def _spread_leaf(scope: Scope, key: str, rest: Keys) -> Leaf:
    """Through a link to several entities: they share the field, so any of them says how its cell is made."""
    snapshot = scope.making.snapshot
    shapes = []
    for target in targets_of(scope, key):
        probe = Scope(scope.making, Frame(aliased("", "")), "p", snapshot.entities[target], scope.trail)
        if has(probe, rest[:1]):
            shapes.append(leaf(probe, rest))
    if not shapes:
        return Leaf((sa.null(),))
    selects = []
    for place in range(len(shapes[0].selects)):

        def part(far: Scope, place: int = place) -> Sql | None:
            return leaf(far, rest).selects[place] if has(far, rest[:1]) else None

        selects.append(spread(scope, key, part))
    return maybe_absent(Leaf(tuple(selects), shapes[0].make))


# ------------------------------------------------------------------ several values


def _rows_of(root: Scope, entity: str, keys: Keys, target: str | None) -> RowsOf:
    """The query of a path that begins with a field of several values of `entity`."""
    making = root.making
    scope = Scope(making, root.frame, root.alias, making.snapshot.entities[entity], root.trail)
    rows = several(scope, keys[0], target)
    owner = rows.owner
    order = [owner, sa.literal_column(f"{rows.alias}.sv_position", sa.BigInteger())]
    frame = rows.frame
    rest = keys[1:]
    while rest and rows.scope is not None and (index := many_at(rows.scope, rest)) is not None:
        far = rows.scope
        for key in rest[:index]:
            far = hop(far, key)
        key, rest = rest[index], rest[index + 1 :]
        inner = several(far, key, targets_of(far, key)[0] if rest else None)
        frame.source = frame.source.join(inner.frame.source, inner.owner == far.id)
        order.append(sa.literal_column(f"{inner.alias}.sv_position", sa.BigInteger()))
        scope, rows = far, replace(inner, frame=frame, scope=_moved(inner.scope, frame))
    if rest:
        made = leaf(rows.scope, rest) if rows.scope is not None and has(rows.scope, rest) else Leaf((sa.null(),))
        made = maybe_absent(made)
    else:
        made = row_leaf(scope, rows.place, rows.alias, frame)
    select = (
        # The order is selected too: SQLite sorts a union of what is and what was only by what it selects.
        sa.select(owner, *made.selects, *order[1:])
        .select_from(frame.source)
        .where(making.binds.among(owner, "ids", "bigint"))
        .order_by(*order)
    )
    return RowsOf(making.binds.statement(select), made.make, len(made.selects))


def _moved(scope: Scope | None, frame: Frame) -> Scope | None:
    return None if scope is None else replace(scope, frame=frame)


def row_leaf(scope: Scope, place: FieldLayout, alias: str, frame: Frame) -> Leaf:
    """One value of a field of several: its columns, the label of a link, the name of a file."""
    values = [
        sa.literal_column(f'{alias}."{column.name}"', sql_type(scope.making.dialect, column.kind))
        for column in place.rows
    ]
    kind = TYPES[place.field.type].expression_type(place.field.options).kind
    if place.field.type in ("file", "image"):
        found = scope.making.alias("f")
        file_id = sa.literal_column(f"{found}.id", sa.BigInteger())
        frame.outer_join(aliased("sv_file", found), file_id == values[0])
        name = sa.literal_column(f"{found}.name", sa.Text())
        size = sa.literal_column(f"{found}.size", sa.BigInteger())
        return Leaf((values[0], name, size), lambda id, name, size: [id, name, size])
    if kind == "link":
        inside = Scope(scope.making, frame, alias, scope.entity, scope.trail)
        labels = [
            join_far(inside, values[0], target).column("sv_label", "text")
            for target in targets_of(scope, place.field.key)
        ]
        label = labels[0] if len(labels) == 1 else sa.func.coalesce(*labels, type_=sa.Text())
        return Leaf((values[0], label), lambda id, label: [id, label])
    return Leaf(tuple(values), place.type.wire(place.field.options))
