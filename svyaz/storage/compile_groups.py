"""Grouping as SQL: aggregates by dimensions, medians, sums without a rate, the first rows of each group.

Each of these is a statement of its own, because each needs other rows; their groups are put together by
their keys.  With no dimensions there is one group: totals.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from svyaz.fields.base import ColumnKind
from svyaz.storage.binds import Sql, Statement
from svyaz.storage.compile_order import order_by, sort_keys
from svyaz.storage.compile_query import Asked, Start
from svyaz.storage.dimensions import MOST_DAYS, DimensionSql, Fine, compile_dimension, ordinals
from svyaz.storage.measures import MeasureSql, compile_measure
from svyaz.storage.query import Dimension, Measure, Order

MOST_GROUPS = 10_000


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """statement: count of records, then keys and shown values of each dimension, then columns of measures.

    medians, apart   by the number of the measure: (keys…, value) in pairs around the middle;
                     (keys…, currency, minor units) of sums without a rate
    """

    statement: Statement
    dimensions: tuple[DimensionSql, ...]
    measures: tuple[MeasureSql, ...]
    medians: dict[int, Statement]
    apart: dict[int, Statement]

    @property
    def width(self) -> int:
        """How many keys a group has."""
        return sum(len(one.keys) for one in self.dimensions)


@dataclass(frozen=True, slots=True)
class RowsPlan:
    """(id, keys…, values of the cursor…) of the first records of each group, in order."""

    statement: Statement
    kinds: tuple[ColumnKind, ...]


def group_plan(
    asked: Asked, dimensions: Sequence[Dimension], measures: Sequence[Measure], fine: Fine | None = None
) -> GroupPlan:
    """fine: of days and their parts in place of months.  Raises CannotGroup, CannotMeasure."""

    def make() -> GroupPlan:
        start = asked.start()
        by = _dimensions(start, dimensions, fine)
        wanted = tuple(compile_measure(start.scope, one) for one in measures)
        keys = [key for one in by for key in one.keys]
        shown = [value for one in by for value in one.shown]
        columns = [column for one in wanted for column in one.columns]
        if fine and asked.dialect == "postgresql" and isinstance(start.scope.frame.source, sa.Alias):
            select = _hashed(start, keys, [*shown, *columns])
        else:
            select = start.select(sa.func.count(), *_named(keys), *shown, *columns)
        if keys:
            select = select.group_by(*ordinals(2, 1 + len(keys))).limit(
                sa.literal_column(str((fine.most if fine else MOST_GROUPS) + 1))
            )
        return GroupPlan(
            start.binds.statement(select),
            by,
            wanted,
            {n: _median(asked, dimensions, one) for n, one in enumerate(measures) if one.function == "median"},
            {n: _apart(asked, dimensions, one.measure, fine) for n, one in enumerate(wanted) if _may_lack_rate(one)},
        )

    return asked.plan(("groups", tuple(dimensions), tuple(measures), fine), make)


def _hashed(start: Start, keys: Sequence[Sql], others: Sequence[Sql]) -> sa.Select[Any]:
    """The same groups, of keys that PostgreSQL knows nothing about.

    It takes a part of a day for as various as the instant itself, expects a group for each record and sorts them all.
    What comes out of a table of its own (OFFSET 0 keeps it one) is various by two hundred, and is hashed.
    """
    told = start.binds.statement(sa.select(*others)).sql if others else ""
    columns: list[Sql] = [sa.literal_column(f't."{name}"') for name in sorted(set(re.findall(r'\bt\."([^"]+)"', told)))]
    rows = start.select(*columns, *_named(keys)).offset(sa.literal_column("0")).subquery("t")
    named = [sa.literal_column(f"t.g{place}", key.type) for place, key in enumerate(keys)]
    return sa.select(sa.func.count(), *named, *others).select_from(rows)


def _dimensions(start: Start, dimensions: Sequence[Dimension], fine: Fine | None = None) -> tuple[DimensionSql, ...]:
    return tuple(compile_dimension(start.scope, one, number, fine) for number, one in enumerate(dimensions))


def _named(keys: Sequence[Sql]) -> list[Sql]:
    """One and the same expression may be selected twice: labels keep SQLAlchemy from joining them."""
    return [key.label(f"g{place}") for place, key in enumerate(keys)]


def _may_lack_rate(one: MeasureSql) -> bool:
    return one.measure.function == "sum" and one.minor is not None


def _median(asked: Asked, dimensions: Sequence[Dimension], measure: Measure) -> Statement:
    """The one or two values in the middle of each group."""
    start = asked.start()
    keys = [key for one in _dimensions(start, dimensions) for key in one.keys]
    value = compile_measure(start.scope, measure).value
    assert value is not None
    start.conditions.append(value.is_not(None))
    place = sa.func.row_number().over(partition_by=keys or None, order_by=value)
    number = sa.func.count().over(partition_by=keys or None)
    ranked = start.select(*_named(keys), value.label("v"), place.label("place"), number.label("number")).subquery(
        "ranked"
    )
    whole = ranked.c
    two = sa.literal_column("2", sa.BigInteger())
    one = sa.literal_column("1", sa.BigInteger())
    middle = sa.or_(whole.place == (whole.number + one) // two, whole.place == (whole.number + two) // two)
    return start.binds.statement(sa.select(*[whole[f"g{n}"] for n in range(len(keys))], whole.v).where(middle))


def _apart(asked: Asked, dimensions: Sequence[Dimension], measure: Measure, fine: Fine | None) -> Statement:
    start = asked.start()
    keys = [key for one in _dimensions(start, dimensions, fine) for key in one.keys]
    sql = compile_measure(start.scope, measure)
    assert sql.value is not None
    assert sql.minor is not None
    assert sql.cur is not None
    start.conditions += [sql.value.is_(None), sql.minor.is_not(None)]
    total = sa.cast(sa.func.sum(sql.minor), sa.BigInteger())
    return start.binds.statement(start.select(*_named(keys), sql.cur, total).group_by(*ordinals(1, len(keys) + 1)))


def rows_plan(asked: Asked, dimension: Dimension, order: Sequence[Order]) -> RowsPlan:
    """The first rows of each group; how many is a parameter."""

    def make() -> RowsPlan:
        start = asked.start()
        by = compile_dimension(start.scope, dimension, 0)
        sorts = sort_keys(start.scope, order)
        place = sa.func.row_number().over(partition_by=list(by.keys), order_by=order_by(start.scope, sorts))
        wires = [key.wire.label(f"w{number}") for number, key in enumerate(sorts)]
        ranked = start.select(start.scope.id.label("id"), *_named(by.keys), *wires, place.label("place")).subquery(
            "ranked"
        )
        whole = ranked.c
        names = [*(f"g{number}" for number in range(len(by.keys))), *(f"w{number}" for number in range(len(wires)))]
        select = (
            sa.select(whole.id, *[whole[name] for name in names])
            .where(whole.place <= start.binds.extra("first", "bigint"))
            .order_by(whole.place)
        )
        return RowsPlan(start.binds.statement(select), tuple(key.kind for key in sorts))

    return asked.plan(("group rows", dimension, tuple(order)), make)


def days_plan(asked: Asked, dimension: Dimension) -> Statement:
    """Different days of a dimension with a grain."""

    def make() -> Statement:
        start = asked.start()
        days = compile_dimension(start.scope, dimension, 0).days
        assert days is not None
        select = start.select(days.label("day")).distinct().limit(sa.literal_column(str(MOST_DAYS)))
        return start.binds.statement(select)

    return asked.plan(("days", dimension), make)
