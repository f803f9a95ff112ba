"""Run the funnel: courses with their counts and sums, lengths of stays, records behind a figure.

What the figures are made of courses is said in reports/funnel.py; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from svyaz.expression.ground import Ground
from svyaz.storage.binds import value_of
from svyaz.storage.compile_groups import MOST_GROUPS
from svyaz.storage.compile_query import Asked, ask
from svyaz.storage.dimensions import DimensionSql
from svyaz.storage.funnel_plan import (
    LOST,
    Course,
    CoursesPlan,
    FunnelQuery,
    course_of,
    courses_plan,
    lengths_plan,
    records_plan,
    stuck_plan,
)
from svyaz.storage.measures import MeasureSql, exact_sum, told_number
from svyaz.storage.run_groups import TooManyGroups, cell_of, days_of, grains_of
from svyaz.storage.session import Row, Session

EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sum:
    """units   of the field, or minor units of the company's currency
    apart   currency -> minor units of sums without a rate, never added to the first"""

    units: int = 0
    apart: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Sum) -> Sum:
        apart = dict(self.apart)
        for currency, units in other.apart.items():
            apart[currency] = apart.get(currency, 0) + units
        return Sum(self.units + other.units, apart)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many records went one course, and what their amounts add up to."""

    course: Course
    records: int
    amount: Sum


@dataclass(frozen=True, slots=True)
class Length:
    """Of the finished stays on one stage, in seconds: the one or two in the middle, and the one that nine
    tenths of them do not exceed."""

    middle: tuple[int, ...]
    nine_tenths: int


@dataclass(slots=True)
class FunnelGroup:
    """cell: the value of `by`, None for the empty group and for the whole.  lengths: by stage, 1…n."""

    cell: Any
    tallies: list[Tally] = field(default_factory=list)
    lengths: dict[int, Length] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FunnelAnswer:
    """groups   one for each value of `by`, in its order; the only one without `by`, even of no records"""

    groups: list[FunnelGroup]
    amount: MeasureSql | None

    def say(self, total: Sum) -> Any:
        """A sum as wire; None when the funnel has no amount."""
        return None if self.amount is None else told_number(self.amount, total.units, sorted(total.apart.items()))


def courses(session: Session, query: FunnelQuery, ground: Ground, lost_only: bool = False) -> FunnelAnswer:
    """Raises CannotGroup, CannotMeasure, TooManyGroups."""
    asked = ask(session, query.entity, query.where, query.far, "living")
    plan = courses_plan(asked, query, lost_only)
    extra, starts = _bounds(session, asked, query, plan.by, ground)
    rows = session.fetch(plan.statement.sql, plan.statement.parameters(asked.run(ground, extra)))
    if len(rows) > MOST_GROUPS:
        raise TooManyGroups(limit=MOST_GROUPS)
    found: dict[Row, FunnelGroup] = {}
    for row in rows:
        cell, tally = _tally(plan, row, starts)
        group = found.setdefault(row[1 : 1 + _width(plan.by)], FunnelGroup(cell))
        if plan.by and plan.by.shown and cell < group.cell:
            group.cell = cell  # a text written differently is shown as the first spelling of all
        group.tallies.append(tally)
    if query.by is None and not found:
        found[()] = FunnelGroup(None)
    if not lost_only:
        _add_lengths(session, asked, query, ground, extra, found)
    return FunnelAnswer(_placed(plan.by, found.values()), plan.amount)


def records(session: Session, query: FunnelQuery, ground: Ground, marks: Collection[int]) -> list[int]:
    """Ids of the records whose course is one of these, newest first."""
    asked = ask(session, query.entity, query.where, query.far, "living")
    statement = records_plan(asked, query, stuck=False)
    extra = {**_period(session, query), "marks": session.list_parameter(sorted(marks))}
    return [row[0] for row in session.fetch(statement.sql, statement.parameters(asked.run(ground, extra)))]


def stuck(session: Session, query: FunnelQuery, ground: Ground, limits: Mapping[int, datetime]) -> dict[int, int]:
    """Stage -> how many stand on it since before its limit; stages without a limit have none."""
    if not limits:
        return {}
    asked = ask(session, query.entity, query.where, query.far, "living")
    statement = stuck_plan(asked, query)
    extra = {**_period(session, query), **_limits(session, query, limits)}
    return dict(session.fetch(statement.sql, statement.parameters(asked.run(ground, extra))))


def stuck_records(session: Session, query: FunnelQuery, ground: Ground, limits: Mapping[int, datetime]) -> list[int]:
    """Ids of them, the longest first."""
    if not limits:
        return []
    asked = ask(session, query.entity, query.where, query.far, "living")
    statement = records_plan(asked, query, stuck=True)
    extra = {**_period(session, query), **_limits(session, query, limits)}
    return [row[0] for row in session.fetch(statement.sql, statement.parameters(asked.run(ground, extra)))]


# ------------------------------------------------------------------ parameters


def _period(session: Session, query: FunnelQuery) -> dict[str, Any]:
    return {
        "since": value_of(session.dialect, "datetime", query.since or EARLIEST),
        "until": value_of(session.dialect, "datetime", query.until or LATEST),
    }


def _limits(session: Session, query: FunnelQuery, limits: Mapping[int, datetime]) -> dict[str, Any]:
    stages = range(1, len(query.stages) + 1)
    return {f"limit{stage}": value_of(session.dialect, "datetime", limits.get(stage, EARLIEST)) for stage in stages}


def _bounds(
    session: Session, asked: Asked, query: FunnelQuery, by: DimensionSql | None, ground: Ground
) -> tuple[dict[str, Any], Sequence[str]]:
    """Parameters of the statement, and the first days of the grains of `by`."""
    extra = _period(session, query)
    if by is None or query.by is None:
        return extra, ()
    days = days_of(session, asked, (query.by,), ground)
    bounds, starts = grains_of(session, (by,), (query.by,), days, ground.zone)
    return {**extra, **bounds}, starts[0]


# ------------------------------------------------------------------ rows


def _width(by: DimensionSql | None) -> int:
    return len(by.keys) if by else 0


def _tally(plan: CoursesPlan, row: Row, starts: Sequence[str]) -> tuple[Any, Tally]:
    """The cell of the row's group, and the row as a tally."""
    by, amount = plan.by, plan.amount
    width = _width(by)
    keys, mark, at = row[1 : 1 + width], row[1 + width], 2 + width
    lacking = None
    if amount is not None and amount.cur is not None:
        lacking, at = row[at], at + 1
    shown = len(by.shown) if by else 0
    cell = cell_of(by, keys, row[at : at + shown], starts) if by else None
    total = Sum()
    if amount is not None:
        units = exact_sum(row[at + shown : at + shown + 3])
        total = Sum(units) if lacking is None else Sum(0, {lacking: units})
    return cell, Tally(course_of(mark), row[0], total)


def _add_lengths(
    session: Session,
    asked: Asked,
    query: FunnelQuery,
    ground: Ground,
    extra: Mapping[str, Any],
    found: Mapping[Row, FunnelGroup],
) -> None:
    plan = lengths_plan(asked, query)
    width = _width(plan.by)
    rows: dict[tuple[Row, int], list[Row]] = {}
    for row in session.fetch(plan.statement.sql, plan.statement.parameters(asked.run(ground, extra))):
        rows.setdefault((row[:width], row[width]), []).append(row[width + 1 :])
    for (keys, stage), given in rows.items():
        if keys in found:
            found[keys].lengths[stage] = _length(given)


def _length(rows: Sequence[Row]) -> Length:
    """From (seconds, place, number) of those in the middle and at nine tenths."""
    number = rows[0][2]
    by_place = {place: seconds for seconds, place, _ in rows}
    middle = sorted({(number + 1) // 2, (number + 2) // 2})
    return Length(tuple(by_place[place] for place in middle), by_place[(number * 9 + 9) // 10])


def _placed(by: DimensionSql | None, groups: Collection[FunnelGroup]) -> list[FunnelGroup]:
    """In the order of the values, the empty group last."""
    if by is None:
        return list(groups)
    filled = sorted((one for one in groups if one.cell is not None), key=lambda one: by.place(one.cell))
    return [*filled, *(one for one in groups if one.cell is None)]


__all__ = [
    "LOST",
    "Course",
    "FunnelAnswer",
    "FunnelGroup",
    "FunnelQuery",
    "Length",
    "Sum",
    "Tally",
    "courses",
    "records",
    "stuck",
    "stuck_records",
]
