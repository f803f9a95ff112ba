"""What is calculated over many records: aggregates in SQL, exact sums and the last step in Python.

    count            a whole number; with a path, of the records where it is filled in
    sum avg median   a number as the field shows it; of money [amount, company's currency], and when some
                     sums have no rate a third part: [[amount, currency], …], never added to the first
    min max          the same, also of dates
    share            0..1 of the whole: of records, or of the sum of a path; None of nothing

avg and median of whole numbers have two digits after the point, others as many as the field (two at
least); both are rounded half away from zero.  Of no values: None.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from svyaz.expression.tree import Type
from svyaz.fields.computed import shown_as
from svyaz.kernel.money import amount_text
from svyaz.kernel.numbers import scaled_text
from svyaz.kernel.problem import Problem
from svyaz.kernel.values import Money
from svyaz.schema.scope import kind_of, walk
from svyaz.schema.snapshot import Field
from svyaz.storage.binds import Sql
from svyaz.storage.compile_expression import PIECES
from svyaz.storage.query import Measure
from svyaz.storage.scope import Scope, entity_number, hop, is_many, is_written_out, targets_of, value_at
from svyaz.storage.sqlite_functions import quotient

HIGH = 10**9


class CannotMeasure(Problem):
    """The calculation is not for this field: a sum of texts, of several values."""

    code = "cannot_measure"  # facts: entity, path, function


@dataclass(frozen=True, slots=True)
class MeasureSql:
    """columns: aggregates to select.  value: what is measured, for medians.  cur, minor: of money at the end
    of a plain path, for sums without a rate.  kind, scale, currency: of the answer."""

    measure: Measure
    columns: tuple[Sql, ...]
    kind: str = "number"
    scale: int = 0
    currency: str = ""
    value: Sql | None = None
    minor: Sql | None = None
    cur: Sql | None = None


def compile_measure(scope: Scope, measure: Measure) -> MeasureSql:
    """Raises CannotMeasure."""
    if not measure.path:
        if measure.function not in ("count", "share"):
            raise CannotMeasure(entity=scope.entity.key, path="", function=measure.function)
        return MeasureSql(measure, (sa.func.count(),))
    field, kind = _measured(scope, measure)
    value = value_at(scope, measure.path)
    if measure.function == "count":
        return MeasureSql(measure, (sa.func.count(value),))
    pieces = PIECES[scope.making.dialect]
    shown, options = shown_as(field.type, field.options)
    currency = options["base"] if shown == "money" else ""
    minor, cur = _parts_of_money(scope, measure) if currency else (None, None)
    columns: tuple[Sql, ...]
    if measure.function in ("sum", "share", "avg"):
        columns = (sa.func.count(value), *pieces.whole_sum(value))
        if minor is not None:
            columns = (*columns, sa.func.count(minor) - sa.func.count(value))
    elif measure.function == "median":
        columns = ()
    else:
        best: Sql = (sa.func.min if measure.function == "min" else sa.func.max)(value, type_=value.type)
        if kind.kind == "date":
            best = pieces.wire_date(best)
        columns = (pieces.wire_instant(best) if kind.kind == "datetime" else best,)
    return MeasureSql(measure, columns, kind.kind, kind.scale, currency, value, minor, cur)


def _measured(scope: Scope, measure: Measure) -> tuple[Field, Type]:
    walked = walk(scope.making.snapshot.entities, scope.entity, measure.path)
    refused = CannotMeasure(entity=scope.entity.key, path=".".join(measure.path), function=measure.function)
    if walked is None or any(kind_of(one).many for one in walked):
        raise refused
    kind = kind_of(walked[-1])
    wanted = ("number", "date", "datetime") if measure.function in ("min", "max") else ("number",)
    if measure.function != "count" and kind.kind not in wanted:
        raise refused
    return walked[-1], kind


def _parts_of_money(scope: Scope, measure: Measure) -> tuple[Sql | None, Sql | None]:
    for key in measure.path[:-1]:
        if len(targets_of(scope, key)) != 1 or entity_number(scope, key) is not None or is_many(scope, key):
            return None, None
        scope = hop(scope, key)
    if is_written_out(scope.entity.by_key[measure.path[-1]]):
        return None, None
    minor, cur = scope.place(measure.path[-1]).columns[:2]
    return scope.column(minor.name, minor.kind), scope.column(cur.name, cur.kind)


# ------------------------------------------------------------------ the last step


def told(sql: MeasureSql, given: Sequence[Any], apart: Sequence[tuple[str, int]] = ()) -> Any:
    """The wire form from the selected aggregates.  apart: (currency, minor units) of sums without a rate."""
    function = sql.measure.function
    if function in ("count", "min", "max"):
        value = given[0]
        return value if function == "count" or sql.kind != "number" else told_number(sql, value)
    count, total = given[0], exact_sum(given)
    if function == "avg":
        return None if not count else told_average(sql, total, count)
    if not count and not apart:
        return None
    return told_number(sql, total, apart)


def exact_sum(given: Sequence[Any]) -> int:
    return int(given[1] or 0) * HIGH + int(given[2] or 0)


def told_number(sql: MeasureSql, units: int | None, apart: Sequence[tuple[str, int]] = ()) -> Any:
    if units is None:
        return None
    if sql.currency:
        made: list[Any] = [amount_text(Money(units, sql.currency)), sql.currency]
        if apart:
            made.append([[amount_text(Money(minor, currency)), currency] for currency, minor in sorted(apart)])
        return made
    return units if sql.scale == 0 else scaled_text(units, sql.scale)


def told_average(sql: MeasureSql, total: int, count: int) -> Any:
    """total / count in units of the field."""
    if sql.currency:
        return [amount_text(Money(quotient(total, count), sql.currency)), sql.currency]
    digits = max(2, sql.scale)
    return scaled_text(quotient(total * 10 ** (digits - sql.scale), count), digits)


def told_share(part: int, whole: int) -> float | None:
    return None if not whole else round(part / whole, 6)
