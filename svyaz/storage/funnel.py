"""Run the funnel: courses with their counts and sums, lengths of stays, records behind a figure.

What the figures are made of courses is said in reports/funnel.py; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from svyaz.expression.ground import Ground
from svyaz.storage.binds import value_of
from svyaz.storage.compile_groups import MOST_GROUPS
from svyaz.storage.compile_query import Asked, ask
from svyaz.storage.dimensions import DimensionSql
from svyaz.storage.funnel_plan import (
    HUNDREDTH_SECONDS,
    LOST,
    Course,
    CoursesPlan,
    FunnelQuery,
    course_of,
    courses_plan,
    lengths_plan,
    records_plan,
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
    """How many records went one course, and what their amounts add up to.

    reason   the cell of the loss reason, of records lost within the period; None for none
    stuck    they stand on their stage since before its limit
    """

    course: Course
    records: int
    amount: Sum
    reason: Any = None
    stuck: bool = False


@dataclass(frozen=True, slots=True)
class Length:
    """Of the finished stays on one stage, in hundredths of a day: the one or two in the middle, and the one that
    nine tenths of them do not exceed."""

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
    """groups: one for each value of `by`, in its order, the empty one last; none without `by`."""

    whole: FunnelGroup
    groups: list[FunnelGroup]
    amount: MeasureSql | None

    def say(self, total: Sum) -> Any:
        """A sum as wire; None when the funnel has no amount."""
        return None if self.amount is None else told_number(self.amount, total.units, sorted(total.apart.items()))


def courses(session: Session, query: FunnelQuery, ground: Ground) -> FunnelAnswer:
    """Raises CannotGroup, CannotMeasure, TooManyGroups.

    Two passes over the stays, lengths and then courses, for what is stuck is known from the lengths; a cut
    adds a pass for the lengths of its groups, and one for the whole when records stand in several groups.
    """
    uncut = replace(query, by=None)
    lengths = _lengths(session, uncut, ground).get((), {})
    limits = limits_of(session, query, lengths)
    plan, groups = _groups(session, query, ground, limits)
    if query.by is None:
        whole = groups.get((), FunnelGroup(None))
        whole.lengths = lengths
        return FunnelAnswer(whole, [], plan.amount)
    for keys, found in _lengths(session, query, ground).items():
        if keys in groups:
            groups[keys].lengths = found
    if plan.several:
        whole = _groups(session, uncut, ground, limits)[1].get((), FunnelGroup(None))
    else:
        whole = FunnelGroup(None, [tally for group in groups.values() for tally in group.tallies])
    whole.lengths = lengths
    return FunnelAnswer(whole, _placed(plan.by, groups.values()), plan.amount)


def tallies(session: Session, query: FunnelQuery, ground: Ground) -> list[Tally]:
    """Of the whole, without what is stuck: which courses there are."""
    return _groups(session, replace(query, by=None), ground, {})[1].get((), FunnelGroup(None)).tallies


def limits_of(session: Session, query: FunnelQuery, lengths: Mapping[int, Length]) -> dict[int, datetime]:
    """Stage -> who came before this stands longer, at the end of the period, than nine tenths of finished stays took."""
    now = session.past or session.now
    end = min(query.until or now, now)
    found = {}
    for stage, length in lengths.items():
        try:
            found[stage] = end - timedelta(seconds=length.nine_tenths * HUNDREDTH_SECONDS)
        except OverflowError:
            continue
    return found


def records(session: Session, query: FunnelQuery, ground: Ground, marks: Collection[int]) -> list[int]:
    """Ids of the records whose course is one of these, newest first."""
    asked = ask(session, query.entity, query.where, query.far, "living")
    statement = records_plan(asked, query, stuck=False)
    extra = {**_period(session, query), "marks": session.list_parameter(sorted(marks))}
    return [row[0] for row in session.fetch(statement.sql, statement.parameters(asked.run(ground, extra)))]


def stuck_records(session: Session, query: FunnelQuery, ground: Ground, stage: int) -> list[int]:
    """Ids of those that are stuck on a stage, the longest first."""
    limits = limits_of(session, query, _lengths(session, query, ground).get((), {}))
    if stage not in limits:
        return []
    asked = ask(session, query.entity, query.where, query.far, "living")
    statement = records_plan(asked, query, stuck=True)
    extra = {**_period(session, query), **_limits(session, query, {stage: limits[stage]})}
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


def _groups(
    session: Session, query: FunnelQuery, ground: Ground, limits: Mapping[int, datetime]
) -> tuple[CoursesPlan, dict[Row, FunnelGroup]]:
    """By the keys of `by`."""
    asked = ask(session, query.entity, query.where, query.far, "living")
    plan = courses_plan(asked, query)
    extra, starts = _bounds(session, asked, query, plan.by, ground)
    run = asked.run(ground, {**extra, **_limits(session, query, limits)})
    rows = session.fetch(plan.statement.sql, plan.statement.parameters(run))
    if len(rows) > MOST_GROUPS:
        raise TooManyGroups(limit=MOST_GROUPS)
    found: dict[Row, FunnelGroup] = {}
    for row in rows:
        cell, tally = _tally(plan, row, starts)
        group = found.setdefault(row[1 : 1 + _width(plan.by)], FunnelGroup(cell))
        if plan.by and plan.by.shown and cell < group.cell:
            group.cell = cell  # a text written differently is shown as the first spelling of all
        group.tallies.append(tally)
    return plan, found


def _width(dimension: DimensionSql | None) -> int:
    return len(dimension.keys) if dimension else 0


def _tally(plan: CoursesPlan, row: Row, starts: Sequence[str]) -> tuple[Any, Tally]:
    """The cell of the row's group, and the row as a tally."""
    by, reason, amount = plan.by, plan.reason, plan.amount
    at = 1 + _width(by)
    keys, reasons = row[1:at], row[at : at + _width(reason)]
    at += _width(reason)
    mark, stuck = row[at : at + 2]
    at += 2
    lacking = None
    if amount is not None and amount.cur is not None:
        lacking, at = row[at], at + 1
    shown = len(by.shown) if by else 0
    cell = cell_of(by, keys, row[at : at + shown], starts) if by else None
    total = Sum()
    if amount is not None:
        units = exact_sum(row[at + shown : at + shown + 3])
        total = Sum(units) if lacking is None else Sum(0, {lacking: units})
    why = cell_of(reason, reasons, (), ()) if reason else None
    return cell, Tally(course_of(mark), row[0], total, why, bool(stuck))


def _lengths(session: Session, query: FunnelQuery, ground: Ground) -> dict[Row, dict[int, Length]]:
    """Keys of `by` -> stage -> length."""
    asked = ask(session, query.entity, query.where, query.far, "living")
    plan = lengths_plan(asked, query)
    extra, _ = _bounds(session, asked, query, plan.by, ground)
    width = _width(plan.by)
    rows: dict[tuple[Row, int], list[Row]] = {}
    for row in session.fetch(plan.statement.sql, plan.statement.parameters(asked.run(ground, extra))):
        rows.setdefault((row[:width], row[width]), []).append(row[width + 1 :])
    found: dict[Row, dict[int, Length]] = {}
    for (keys, stage), given in rows.items():
        found.setdefault(keys, {})[stage] = _length(given)
    return found


def _length(rows: Sequence[Row]) -> Length:
    """From (length, how many are as long or shorter, of how many)."""
    total = rows[0][2]

    def at(place: int) -> int:
        length: int = min(length for length, upto, _ in rows if upto >= place)
        return length

    return Length((at((total + 1) // 2), at((total + 2) // 2)), at((total * 9 + 9) // 10))


def _placed(by: DimensionSql | None, groups: Collection[FunnelGroup]) -> list[FunnelGroup]:
    """In the order of the values, the empty group last."""
    assert by is not None
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
    "stuck_records",
    "tallies",
]
