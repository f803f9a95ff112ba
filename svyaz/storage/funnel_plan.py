"""The funnel as SQL: stays of the records of one pipeline, folded to one course a record, then counted.

A course is what a period saw of a record: how far it had come before, how far by the end, where it stood
at both ends, whether it was won or lost meanwhile and from which stage.  It is six small numbers, packed
into one mark, so the database counts records by mark and what a figure means is said once, in
reports/funnel.py; the records behind a figure are those with its marks.

Stages are numbered in the order of the pipeline: 1…n in work, n + 1 won, LOST when the record was lost.
Which stay was the last follows from the order they were written in, not from dates, which imports give.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from svyaz.expression.tree import Node
from svyaz.storage.binds import Condition, Sql, Statement, sql_type
from svyaz.storage.compile_expression import PIECES
from svyaz.storage.compile_groups import MOST_GROUPS
from svyaz.storage.compile_query import Asked, Start
from svyaz.storage.dimensions import DimensionSql, compile_dimension, ordinals
from svyaz.storage.measures import MeasureSql, compile_measure
from svyaz.storage.query import Dimension, Keys, Measure
from svyaz.storage.scope import Scope, many_at, root_scope
from svyaz.storage.session import Dialect

LOST = -1
WIDE = 1024  # a stage's number is below this in a mark
HUNDREDTH_SECONDS = 864  # of a day: what lengths of stays are counted in


@dataclass(frozen=True, slots=True)
class FunnelQuery:
    """stages   keys of those in work, first to last;  won, lost   keys of those that end it
    since, until   the period, [since, until) in UTC; None is open
    by   what to cut by, None: the whole;  amount   path of the sum, () for none
    reason   path of the loss reason, a field of one value that is its own key: a link, a choice; () for none
    where, far   the reader's rights and the filter, as in Query
    """

    entity: str
    stages: tuple[str, ...]
    won: tuple[str, ...]
    lost: tuple[str, ...]
    since: datetime | None = None
    until: datetime | None = None
    by: Dimension | None = None
    amount: Keys = ()
    reason: Keys = ()
    where: Node | None = None
    far: dict[str, Node] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[object, ...]:
        """What the SQL text depends on beside the condition."""
        return (self.stages, self.won, self.lost, self.by, self.amount, self.reason)


@dataclass(frozen=True, slots=True)
class Course:
    """before    how many stages the record had reached when the period began, n + 1 with the victory
    reached   the same at its end
    began     the stage it stood on when the period began, 0 for none
    stands    the same at its end: 1…n, n + 1 won, LOST, 0 in another pipeline
    closed    it was won or lost within the period
    lost_from   the stage it was lost from, 0 when it is not lost
    """

    before: int
    reached: int
    began: int
    stands: int
    closed: bool
    lost_from: int

    @property
    def mark(self) -> int:
        high = ((self.before * WIDE + self.reached) * WIDE + self.began) * WIDE + self.stands + 1
        return (high * 2 + self.closed) * WIDE + self.lost_from


def course_of(mark: int) -> Course:
    mark, lost_from = divmod(mark, WIDE)
    mark, closed = divmod(mark, 2)
    mark, stands = divmod(mark, WIDE)
    mark, began = divmod(mark, WIDE)
    before, reached = divmod(mark, WIDE)
    return Course(before, reached, began, stands - 1, bool(closed), lost_from)


@dataclass(frozen=True, slots=True)
class CoursesPlan:
    """statement: count, keys of `by`, keys of the reason (of those lost within the period only), mark, whether it is
    stuck, currency of sums without a rate (of money only), shown values of `by`, then how many sums and the two
    parts of their total (with an amount only).   several: one record may be in several groups of `by`."""

    statement: Statement
    by: DimensionSql | None
    reason: DimensionSql | None
    amount: MeasureSql | None
    several: bool


@dataclass(frozen=True, slots=True)
class LengthsPlan:
    """statement: (keys of `by`…, stage, length, how many stays are as long or shorter, how many of the stage) of the
    lengths in the middle and at nine tenths.  A length is in hundredths of a day."""

    statement: Statement
    by: DimensionSql | None


def courses_plan(asked: Asked, query: FunnelQuery) -> CoursesPlan:
    def make() -> CoursesPlan:
        start, scope, course = _courses(asked, query)
        by = compile_dimension(scope, query.by, 0) if query.by else None
        reason = compile_dimension(scope, Dimension(query.reason), 1) if query.reason else None
        amount = compile_measure(scope, Measure("sum", query.amount)) if query.amount else None
        lost = sa.and_(course.c.stands == _number(LOST), _closed(start, query, course))
        keys: list[Sql] = [
            *(by.keys if by else ()),
            *(sa.case((lost, key)) for key in (reason.keys if reason else ())),
            _mark(start, query, course),
            sa.case((_stuck(start, query, course), _number(1)), else_=_number(0)),
            *_lacking(amount),
        ]
        named = [key.label(f"g{place}") for place, key in enumerate(keys)]
        select = sa.select(sa.func.count(), *named, *(by.shown if by else ()), *_sums(asked, amount))
        select = select.select_from(scope.frame.source.join(course, course.c.record == scope.id))
        grouped = select.group_by(*ordinals(2, 1 + len(keys))).limit(_number(MOST_GROUPS + 1))
        several = query.by is not None and many_at(scope, query.by.path) is not None
        return CoursesPlan(start.binds.statement(grouped), by, reason, amount, several)

    return asked.plan(("funnel", query.shape), make)


def records_plan(asked: Asked, query: FunnelQuery, stuck: bool) -> Statement:
    """Ids of the records whose mark is among `marks`, newest first; stuck: of those that stand on a stage since
    before its `limit<stage>`, the longest first."""

    def make() -> Statement:
        start, scope, course = _courses(asked, query)
        select = sa.select(scope.id).select_from(scope.frame.source.join(course, course.c.record == scope.id))
        if stuck:
            select = select.where(_stuck(start, query, course)).order_by(course.c.came_at, scope.id)
        else:
            mark = start.binds.among(_mark(start, query, course), "marks", "bigint")
            select = select.where(mark).order_by(scope.id.desc())
        return start.binds.statement(select)

    return asked.plan(("funnel records", query.shape, stuck), make)


def lengths_plan(asked: Asked, query: FunnelQuery) -> LengthsPlan:
    """Of stays on stages in work that ended within the period.

    Equal lengths are counted first: ranks are then given to some thousands of them, not to every stay.
    """

    def make() -> LengthsPlan:
        start = asked.start()
        scope = start.scope
        by = compile_dimension(scope, query.by, 0) if query.by else None
        stays = _stays(asked, start, query)
        keys = [*(by.keys if by else ()), _rank(start, query, stays.c.stage)]
        width = len(keys)
        named = [key.label(f"g{place}") for place, key in enumerate(keys)]
        counted = (
            sa.select(*named, _hundredths(asked.dialect, stays).label("length"), sa.func.count().label("stays"))
            .select_from(scope.frame.source.join(stays, stays.c.record == scope.id))
            .where(*start.conditions, _among(start, stays.c.stage, query.stages))
            .where(stays.c.left_at >= start.binds.extra("since", "datetime"))
            .where(stays.c.left_at < start.binds.extra("until", "datetime"))
            .group_by(*ordinals(1, width + 1))
            .subquery("counted")
        )
        groups = [counted.c[f"g{place}"] for place in range(width)]
        total = sa.cast(sa.func.sum(counted.c.stays).over(partition_by=groups), sa.BigInteger())
        upto = sa.cast(
            sa.func.sum(counted.c.stays).over(partition_by=groups, order_by=counted.c.length), sa.BigInteger()
        )
        ranked = sa.select(
            *groups, counted.c.length, upto.label("upto"), total.label("total"), counted.c.stays
        ).subquery("ranked")
        c = ranked.c
        wanted = [sa.and_(c.upto >= place, c.upto - c.stays < place) for place in _places(c.total)]
        shown = sa.select(*[c[f"g{place}"] for place in range(width)], c.length, c.upto, c.total)
        return LengthsPlan(start.binds.statement(shown.where(sa.or_(*wanted))), by)

    return asked.plan(("funnel lengths", query.shape), make)


def _places(total: Sql) -> tuple[Sql, ...]:
    """The one or two in the middle, and the first that nine tenths do not exceed; counted from 1."""
    one, two, nine, ten = (_number(value) for value in (1, 2, 9, 10))
    return (total + one) // two, (total + two) // two, (total * nine + nine) // ten


def _hundredths(dialect: Dialect, stays: sa.Subquery) -> Sql:
    """Hundredths of a day between two instants, rounded half up."""
    if dialect == "sqlite":  # of its own make: a million calls of Python would cost more than all the rest
        first, last = (
            sa.cast(sa.func.strftime("%s", at), sa.BigInteger()) for at in (stays.c.entered_at, stays.c.left_at)
        )
        seconds: Sql = last - first
    else:
        seconds = PIECES[dialect].seconds_between(stays.c.entered_at, stays.c.left_at)
    half = HUNDREDTH_SECONDS // 2
    return (seconds + _number(half)) // _number(HUNDREDTH_SECONDS)


# ------------------------------------------------------------------ one row for a record


def _courses(asked: Asked, query: FunnelQuery) -> tuple[Start, Scope, sa.Subquery]:
    """A scope of the records for paths, and their courses beside it: those the reader may see, by the filter.

    The condition narrows the stays, not the records: it is looked at once, and its joins are not in the way.
    """
    start = asked.start()
    stays = _stays(asked, start, query)
    seen = start.select(start.scope.id)
    rank = _rank(start, query, stays.c.stage)
    won, number = len(query.stages) + 1, stays.c.number
    since, until = start.binds.extra("since", "datetime"), start.binds.extra("until", "datetime")
    entered_at, left_at = stays.c.entered_at, stays.c.left_at
    nothing = _number(0)
    peak = sa.case((rank > nothing, rank), else_=_number(min(1, won - 1)))
    at_end = sa.or_(left_at.is_(None), left_at >= until)
    at_start = sa.and_(entered_at < since, sa.or_(left_at.is_(None), left_at >= since))
    # The number of a stay grows as stays are written: the greatest with its stage beside it is the last one.
    last = sa.func.max(sa.case((rank > nothing, number * _number(WIDE) + rank)), type_=sa.BigInteger())
    course = (
        sa.select(
            stays.c.record.label("record"),
            sa.func.coalesce(sa.func.max(sa.case((entered_at < since, peak))), nothing).label("before"),
            sa.func.max(peak).label("reached"),
            sa.func.coalesce(
                sa.func.max(sa.case((at_start, sa.case((rank > nothing, rank), else_=nothing)))), nothing
            ).label("began"),
            sa.func.coalesce(
                sa.func.max(sa.case((at_end, sa.case((rank > nothing, rank), else_=_number(LOST))))), nothing
            ).label("stands"),
            sa.func.max(sa.case((at_end, entered_at))).label("came_at"),
            sa.func.coalesce(last % _number(WIDE), _number(1)).label("last"),
        )
        .where(stays.c.record.in_(seen))
        .group_by(stays.c.record)
        .subquery("course")
    )
    return start, root_scope(start.making, start.scope.entity), course


def _stays(asked: Asked, start: Start, query: FunnelQuery) -> sa.Subquery:
    """Stays of this pipeline that began before the period ended.

    The plus keeps databases off the index by stage: all stays are wanted, in the order of their records.
    """
    kinds = {"number": "bigint", "record": "bigint", "stage": "text", "entered_at": "datetime", "left_at": "datetime"}
    columns = {
        name: sa.literal_column(f"m.{'id' if name == 'number' else name}", sql_type(asked.dialect, kind))  # type: ignore[arg-type]
        for name, kind in kinds.items()
    }
    entity = asked.snapshot.entities[query.entity].number
    return (
        sa.select(*(column.label(name) for name, column in columns.items()))
        .select_from(sa.table("sv_stage_move").alias("m"))
        .where(
            sa.literal_column("+m.entity", sa.BigInteger()) == _number(entity),
            _among(start, columns["stage"], (*query.stages, *query.won, *query.lost)),
            columns["entered_at"] < start.binds.extra("until", "datetime"),
        )
        .subquery("stays")
    )


def _rank(start: Start, query: FunnelQuery, stage: Sql) -> Sql:
    """1…n in work, n + 1 won, 0 lost."""
    ranks = {key: place for place, key in enumerate(query.stages, 1)}
    ranks |= dict.fromkeys(query.won, len(query.stages) + 1)
    whens = [(stage == start.binds.fixed(key, "text"), _number(rank)) for key, rank in ranks.items()]
    return sa.case(*whens, else_=_number(0))


def _mark(start: Start, query: FunnelQuery, course: sa.Subquery) -> Sql:
    """Course.mark in SQL."""
    c, wide = course.c, _number(WIDE)
    most = _number(len(query.stages))
    lost_from = sa.case(
        (c.stands != _number(LOST), _number(0)), (c.last > most, most), (c.last < _number(1), most), else_=c.last
    )
    closed = sa.case((_closed(start, query, course), _number(1)), else_=_number(0))
    high = ((c.before * wide + c.reached) * wide + c.began) * wide + c.stands + _number(1)
    return (high * _number(2) + closed) * wide + lost_from


def _closed(start: Start, query: FunnelQuery, course: sa.Subquery) -> Condition:
    """Won or lost, and came to it within the period."""
    c = course.c
    ended = sa.or_(c.stands == _number(len(query.stages) + 1), c.stands == _number(LOST))
    return sa.and_(ended, c.came_at >= start.binds.extra("since", "datetime"))


def _stuck(start: Start, query: FunnelQuery, course: sa.Subquery) -> Condition:
    stages = range(1, len(query.stages) + 1)
    return sa.or_(
        sa.false(),
        *(
            sa.and_(
                course.c.stands == _number(stage), course.c.came_at < start.binds.extra(f"limit{stage}", "datetime")
            )
            for stage in stages
        ),
    )


def _among(start: Start, stage: Sql, keys: Sequence[str]) -> Condition:
    return stage.in_([start.binds.fixed(key, "text") for key in keys])


def _number(value: int) -> Sql:
    """Written out and wide: PostgreSQL would count in 32 bits."""
    return sa.literal_column(f"CAST({value} AS BIGINT)", sa.BigInteger())


# ------------------------------------------------------------------ sums


def _lacking(amount: MeasureSql | None) -> list[Sql]:
    """The currency of a sum that has no rate: such sums are added apart."""
    if amount is None or amount.cur is None or amount.minor is None or amount.value is None:
        return []
    return [sa.case((sa.and_(amount.value.is_(None), amount.minor.is_not(None)), amount.cur)).label("lacking")]


def _sums(asked: Asked, amount: MeasureSql | None) -> tuple[Sql, ...]:
    if amount is None or amount.value is None:
        return ()
    value = amount.value if amount.minor is None else sa.func.coalesce(amount.value, amount.minor)
    return (sa.func.count(value), *PIECES[asked.dialect].whole_sum(value))
