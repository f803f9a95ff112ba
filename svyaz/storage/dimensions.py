"""What groups are made by: the values of a path, or the years, months, days… of a date.

Text is grouped as it is compared (folded), and shown as the first spelling in byte order.  Several
values come from a sub-select with one row for a record and a value, so a record is counted once for
each of its values; a record without any falls into the empty group.

Grains are bounds computed in Python from the days that are there, in the company's zone, and given
as one parameter: no database knows zones, and a date of the year 201 does not make 22,000 months.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from svyaz.expression.tree import Type
from svyaz.fields.base import ColumnKind, Json
from svyaz.kernel.clock import grain_start
from svyaz.kernel.numbers import scaled_text
from svyaz.kernel.problem import Problem
from svyaz.kernel.text import sort_key
from svyaz.schema.scope import kind_of, walk
from svyaz.schema.snapshot import Field
from svyaz.storage.binds import Sql, list_value, value_of
from svyaz.storage.cells import LINK_FIELDS, Leaf, leaf, maybe_absent, row_leaf
from svyaz.storage.compile_expression import PIECES
from svyaz.storage.query import Dimension, Keys
from svyaz.storage.scope import Scope, has, hop, many_at, several, targets_of, value_at
from svyaz.storage.session import Dialect

GRAINS = ("", "year", "quarter", "month", "week", "day")
MOST_DAYS = 40_000  # different days that a grain is looked for in


class CannotGroup(Problem):
    """The field does not divide records into groups, or has no such grain."""

    code = "cannot_group"  # facts: entity, path, grain


@dataclass(frozen=True, slots=True)
class Fine:
    """Grains as days, of instants as parts of days of UTC that are cut where days of a zone begin.

    most   groups;  cuts   "21:00:00", ascending, without the beginning of the day
    """

    most: int
    cuts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DimensionSql:
    """keys: what GROUP BY takes.  shown: aggregates the cell is made of.  cell: from keys and shown values.
    place: what groups are ordered by, from the cell; empty ones come last.
    days: for a grain, ISO days of the values to make bounds of; bounds: the name of the parameter."""

    keys: tuple[Sql, ...]
    shown: tuple[Sql, ...]
    cell: Callable[[Sequence[Any], Sequence[Any]], Json]
    place: Callable[[Json], Any]
    days: Sql | None = None
    bounds: str = ""
    kind: ColumnKind = "text"


def compile_dimension(scope: Scope, dimension: Dimension, number: int, fine: Fine | None = None) -> DimensionSql:
    """number: which of the query's dimensions it is.  fine: of a grain, the days it is made of.
    Raises CannotGroup."""
    entities = scope.making.snapshot.entities
    walked = walk(entities, scope.entity, dimension.path)
    refused = CannotGroup(entity=scope.entity.key, path=".".join(dimension.path), grain=dimension.grain)
    if walked is None or dimension.grain not in GRAINS:
        raise refused
    field, kind = walked[-1], kind_of(walked[-1])
    if (dimension.grain and kind.kind not in ("date", "datetime")) or field.type in ("file", "image", "long_text"):
        raise refused
    index = many_at(scope, dimension.path)
    if index is None:
        key, made = _plain(scope, dimension.path, kind)
    else:
        key, made = _several(scope, dimension.path, index, kind, refused)
    if dimension.grain:
        return _fine(scope, kind, key, fine) if fine else _grain(scope, kind, key, number)
    place = _place(field, kind)
    if kind.kind == "text":
        shown = sa.func.min(made.selects[0], type_=sa.Text())
        return DimensionSql((key,), (shown,), lambda keys, values: values[0], place)
    make = made.make
    if make is None:
        return DimensionSql(made.selects, (), lambda keys, values: keys[0], place)
    only = len(made.selects) == 1
    return DimensionSql(made.selects, (), lambda keys, values: None if keys[0] is None and only else make(*keys), place)


def _plain(scope: Scope, keys: Keys, kind: Type) -> tuple[Sql, Leaf]:
    """What is grouped by, and the leaf that shows it."""
    if kind.kind in ("date", "datetime"):
        value = value_at(scope, keys)
        return value, leaf(scope, keys)
    made = leaf(scope, keys)
    if kind.kind == "text":
        return PIECES[scope.making.dialect].fold(made.selects[0]), made
    if kind.kind == "number":  # money: by the sum in the company's currency, as it filters and sorts
        return value_at(scope, keys), _number_leaf(value_at(scope, keys), kind)
    return made.selects[0], made


def _number_leaf(value: Sql, kind: Type) -> Leaf:
    scale = kind.scale
    return Leaf((value,), None if scale == 0 else lambda units: scaled_text(units, scale))


def _several(scope: Scope, keys: Keys, index: int, kind: Type, refused: CannotGroup) -> tuple[Sql, Leaf]:
    """A table of (record, value) beside the record, each pair once; the columns of its key and of its cell."""
    making = scope.making
    for key in keys[:index]:
        scope = hop(scope, key)
    rest = keys[index + 1 :]
    targets = targets_of(scope, keys[index]) if rest else ()
    if len(targets) > 1:
        raise refused
    rows = several(scope, keys[index], targets[0] if rest else None)
    if rest:
        assert rows.scope is not None
        if not has(rows.scope, rest) or many_at(rows.scope, rest) is not None:
            raise refused
        key_sql, made = _plain(rows.scope, rest, kind)
    else:
        made = row_leaf(scope, rows.place, rows.alias, rows.frame)
        key_sql = made.selects[0]
        if kind.kind == "text":
            made = Leaf(made.selects[:1])
            key_sql = PIECES[making.dialect].fold(key_sql)
    grouped = kind.kind == "text"
    selected = [sa.func.min(made.selects[0], type_=sa.Text())] if grouped else list(made.selects)
    table = (
        sa.select(
            rows.owner.label("owner"),
            key_sql.label("k"),
            *[one.label(f"s{place}") for place, one in enumerate(selected)],
        )
        .select_from(rows.frame.source)
        .where(key_sql.is_not(None))
        .group_by(*ordinals(1, 2 if grouped else 2 + len(made.selects)))
    )
    alias = making.alias("d")
    owner = sa.literal_column(f"{alias}.owner", sa.BigInteger())
    scope.frame.outer_join(table.subquery(alias), owner == scope.id)
    columns = tuple(sa.literal_column(f"{alias}.s{place}", one.type) for place, one in enumerate(selected))
    return sa.literal_column(f"{alias}.k", key_sql.type), maybe_absent(Leaf(columns, made.make))


def ordinals(first: int, last: int) -> list[Sql]:
    """GROUP BY 1, 2, …: an expression with a parameter in it would be another one when written again."""
    return [sa.literal_column(str(place)) for place in range(first, last + 1)]


def _place(field: Field, kind: Type) -> Callable[[Json], Any]:
    """The order of groups: options as listed, links and texts by the order of text, the rest by value."""
    if kind.kind == "choice":
        listed = {option["key"]: place for place, option in enumerate(field.options["options"])}
        return lambda cell: listed.get(cell, len(listed))
    if kind.kind == "link" or field.key in LINK_FIELDS:
        return lambda cell: (cell[-1] is None, sort_key(cell[-1] or ""), cell[-2])
    if kind.kind == "text":
        return lambda cell: (sort_key(cell), cell)
    if kind.kind == "number":
        return Decimal
    return lambda cell: cell


# ------------------------------------------------------------------ grains


def _grain(scope: Scope, kind: Type, value: Sql, number: int) -> DimensionSql:
    making = scope.making
    pieces = PIECES[making.dialect]
    name = f"bounds{number}"
    column_kind: ColumnKind = "date" if kind.kind == "date" else "datetime"
    bucket = pieces.bucket(value, making.binds.array(name, column_kind))
    days = pieces.wire_date(value) if column_kind == "date" else pieces.utc_day(value)
    return DimensionSql((bucket,), (), lambda keys, values: keys[0], lambda cell: cell, days, name, column_kind)


def _fine(scope: Scope, kind: Type, value: Sql, fine: Fine) -> DimensionSql:
    key = value if kind.kind == "date" else PIECES[scope.making.dialect].utc_part(value, fine.cuts)
    column_kind: ColumnKind = "date" if kind.kind == "date" else "datetime"
    return DimensionSql((key,), (), lambda keys, values: keys[0], lambda cell: cell, kind=column_kind)


def grain_starts(grain: str, days: Iterable[str], kind: ColumnKind, first_weekday: int) -> list[date]:
    """First days of the grains that these days are in.  A day of UTC may be two local days."""
    found = set()
    for told in days:
        day = date.fromisoformat(told)
        near = (day,) if kind == "date" else (day, _next(day, 1), _next(day, -1))
        for one in near:
            try:
                found.add(grain_start(grain, one, first_weekday))
            except OverflowError:  # the week of 0001-01-01 may begin before it
                found.add(date.min)
    return sorted(found)


def _next(day: date, by: int) -> date:
    try:
        return day + timedelta(days=by)
    except OverflowError:
        return day


def bounds_value(dialect: Dialect, starts: Sequence[date], kind: ColumnKind, zone: str) -> Any:
    """The starts as the parameter of the statement: days, or the instants they begin at."""
    if kind == "date":
        return list_value(dialect, (value_of(dialect, "date", day) for day in starts))
    return list_value(dialect, (value_of(dialect, "datetime", _instant(zone, day)) for day in starts))


def _instant(zone: str, day: date) -> datetime:
    try:
        return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
    except OverflowError:  # the first day of all begins before it in UTC
        return datetime.min.replace(tzinfo=UTC)
