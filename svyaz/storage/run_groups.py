"""Totals of a list, groups of a board, one level of a pivot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Any

from svyaz.expression.ground import Ground
from svyaz.kernel.problem import Problem
from svyaz.storage.compile_groups import MOST_GROUPS, GroupPlan, days_plan, group_plan, rows_plan
from svyaz.storage.compile_order import mark_of, write_cursor
from svyaz.storage.compile_query import Asked, ask
from svyaz.storage.dimensions import DimensionSql, bounds_value, grain_starts
from svyaz.storage.measures import exact_sum, told, told_average, told_share
from svyaz.storage.query import Dimension, Keys, Measure, Query
from svyaz.storage.read_rows import rows_of
from svyaz.storage.session import Row, Session


class TooManyGroups(Problem):
    """Nobody can read so many: a coarser grain, a filter or another field is needed."""

    code = "too_many_groups"  # facts: limit


@dataclass(frozen=True, slots=True)
class Group:
    """value: cell, None for the empty group.  totals: one for each measure.  rows: the first of the group,
    with columns of the query; next: the cursor after them for the same query narrowed to the group."""

    value: Any
    count: int
    totals: list[Any]
    rows: list[list[Any]]
    next: str | None = None


def totals(session: Session, query: Query, measures: Sequence[Measure], ground: Ground) -> list[Any]:
    """One wire value for each measure (measures.py says of what form).  Raises CannotMeasure."""
    asked = ask(session, query.entity, query.where, query.far, query.kept)
    (found,) = level_of(session, asked, (), measures, ground, {}).values()
    return shared(found, found).totals


def groups(
    session: Session, query: Query, by: Keys | Dimension, measures: Sequence[Measure], first: int, ground: Ground
) -> list[Group]:
    """Every group with its count, totals and first rows: two queries, and one for each median.

    Raises CannotGroup, CannotMeasure, CannotSort, TooManyGroups.
    """
    dimension = by if isinstance(by, Dimension) else Dimension(by)
    asked = ask(session, query.entity, query.where, query.far, query.kept)
    days = days_of(session, asked, (dimension,), ground)
    level = level_of(session, asked, (dimension,), measures, ground, days)
    if any(measure.function == "share" for measure in measures):
        (whole,) = level_of(session, asked, (), measures, ground, {}).values()
        level = {keys: shared(one, whole) for keys, one in level.items()}
    firsts = _first_rows(session, query, asked, dimension, first, ground, days) if first else {}
    made = []
    for keys, one in sorted(level.items(), key=lambda item: placed(item[1].places)):
        rows, cursor = firsts.get(keys, ([], None))
        made.append(Group(one.cells[0], one.count, one.totals, rows, cursor if len(rows) < one.count else None))
    return made


# ------------------------------------------------------------------ one level


@dataclass(slots=True)
class Found:
    """One group of one level: its cells, what it is ordered by, its answers; shares are numbers until the
    whole is known."""

    cells: list[Any]
    places: list[tuple[bool, Any]]
    count: int
    totals: list[Any]
    parts: list[int | None]


def level_of(
    session: Session,
    asked: Asked,
    dimensions: Sequence[Dimension],
    measures: Sequence[Measure],
    ground: Ground,
    days: dict[Dimension, list[str]],
) -> dict[Row, Found]:
    """The groups by their keys."""
    plan = group_plan(asked, dimensions, measures)
    extra, starts = grains_of(session, plan.dimensions, dimensions, days, ground.zone)
    run = asked.run(ground, extra)
    rows = session.fetch(plan.statement.sql, plan.statement.parameters(run))
    if len(rows) > MOST_GROUPS:
        raise TooManyGroups(limit=MOST_GROUPS)
    width = plan.width
    middles: dict[int, dict[Row, list[int]]] = {}
    for number, statement in plan.medians.items():
        found: dict[Row, list[int]] = {}
        for row in session.fetch(statement.sql, statement.parameters(run)):
            found.setdefault(row[:width], []).append(row[width])
        middles[number] = found
    apart: dict[int, dict[Row, list[tuple[str, int]]]] = {}
    for number in lacking_of(plan, rows):
        sums: dict[Row, list[tuple[str, int]]] = {}
        statement = plan.apart[number]
        for row in session.fetch(statement.sql, statement.parameters(run)):
            sums.setdefault(row[:width], []).append((row[width], row[width + 1]))
        apart[number] = sums
    return {row[1 : 1 + width]: found_of(plan, row, middles, apart, starts) for row in rows}


def lacking_of(plan: GroupPlan, rows: Iterable[Row]) -> list[int]:
    """Measures with sums without a rate in some group: for most lists none, and nothing more is asked."""
    places = {}
    at = 1 + plan.width + sum(len(one.shown) for one in plan.dimensions)
    for number, sql in enumerate(plan.measures):
        at += len(sql.columns)
        if number in plan.apart:
            places[number] = at - 1
    return [number for number, place in places.items() if any(row[place] for row in rows)]


def found_of(
    plan: GroupPlan,
    row: Row,
    middles: dict[int, dict[Row, list[int]]],
    apart: dict[int, dict[Row, list[tuple[str, int]]]],
    starts: Sequence[Sequence[str]],
) -> Found:
    width = plan.width
    keys = row[1 : 1 + width]
    cells: list[Any] = []
    places: list[tuple[bool, Any]] = []
    key_at, at = 1, 1 + width
    for number, one in enumerate(plan.dimensions):
        own = row[key_at : key_at + len(one.keys)]
        shown = row[at : at + len(one.shown)]
        key_at, at = key_at + len(one.keys), at + len(one.shown)
        cell = cell_of(one, own, shown, starts[number] if number < len(starts) else ())
        cells.append(cell)
        places.append((True, None) if cell is None else (False, one.place(cell)))
    answers: list[Any] = []
    parts: list[int | None] = []
    for number, sql in enumerate(plan.measures):
        given = row[at : at + len(sql.columns)]
        at += len(sql.columns)
        part = None
        if sql.measure.function == "median":
            middle = middles.get(number, {}).get(keys, [])
            value = told_average(sql, sum(middle), len(middle)) if middle else None
        elif sql.measure.function == "share":
            part = exact_sum(given) if sql.measure.path else given[0]
            value = None
        else:
            value = told(sql, given, apart.get(number, {}).get(keys, ()))
        answers.append(value)
        parts.append(part)
    return Found(cells, places, row[0], answers, parts)


def cell_of(dimension: DimensionSql, keys: Sequence[Any], shown: Sequence[Any], starts: Sequence[str]) -> Any:
    if not dimension.bounds:
        return dimension.cell(keys, shown)
    return None if keys[0] is None else starts[keys[0] - 1]


def shared(found: Found, whole: Found) -> Found:
    answers = [
        answer if part is None else told_share(part, all_ or 0)
        for answer, part, all_ in zip(found.totals, found.parts, whole.parts, strict=True)
    ]
    return Found(found.cells, found.places, found.count, answers, found.parts)


def days_of(
    session: Session, asked: Asked, dimensions: Iterable[Dimension], ground: Ground
) -> dict[Dimension, list[str]]:
    """For each dimension with a grain, the different days of its values."""
    found = {}
    for dimension in dimensions:
        if dimension.grain and dimension not in found:
            statement = days_plan(asked, dimension)
            rows = session.fetch(statement.sql, statement.parameters(asked.run(ground)))
            found[dimension] = [row[0] for row in rows if row[0] is not None]
    return found


def grains_of(
    session: Session,
    compiled: Sequence[DimensionSql],
    dimensions: Sequence[Dimension],
    days: dict[Dimension, list[str]],
    zone: str,
) -> tuple[dict[str, Any], list[list[str]]]:
    """Bounds of the grains as parameters, and the first days that the buckets stand for."""
    extra: dict[str, Any] = {}
    listed: list[list[str]] = []
    weekday = session.snapshot.settings.first_weekday
    for dimension, sql in zip(dimensions, compiled, strict=True):
        starts = grain_starts(dimension.grain, days[dimension], sql.kind, weekday) if dimension.grain else []
        if dimension.grain:
            extra[sql.bounds] = bounds_value(session.dialect, starts, sql.kind, zone)
        listed.append([start.isoformat() for start in starts])
    return extra, listed


def _first_rows(
    session: Session,
    query: Query,
    asked: Asked,
    dimension: Dimension,
    first: int,
    ground: Ground,
    days: dict[Dimension, list[str]],
) -> dict[Row, tuple[list[list[Any]], str | None]]:
    """Keys of a group -> its first rows and the cursor after them."""
    plan = rows_plan(asked, dimension, query.order)
    extra, _ = grains_of(session, group_plan(asked, (dimension,), ()).dimensions, (dimension,), days, ground.zone)
    run = asked.run(ground, {**extra, "first": first})
    ranked = session.fetch(plan.statement.sql, plan.statement.parameters(run))
    wires = len(plan.kinds)
    rows = {
        row[0]: row for row in rows_of(session, asked, query.columns, ground, list({one[0]: None for one in ranked}))
    }
    mark = mark_of(query.entity, query.order)
    made: dict[Row, tuple[list[list[Any]], str | None]] = {}
    for one in ranked:
        keys, values = one[1 : len(one) - wires], one[len(one) - wires :]
        listed = made.get(keys, ([], None))[0]
        if one[0] in rows:
            listed.append(rows[one[0]])
        made[keys] = (listed, write_cursor(mark, values, one[0]))
    return made


# ------------------------------------------------------------------ order of headers


def _compare(one: list[tuple[bool, Any]], other: list[tuple[bool, Any]]) -> int:
    for left, right in zip(one, other, strict=False):
        if left[0] != right[0]:
            return 1 if left[0] else -1
        if not left[0] and left[1] != right[1]:
            return -1 if left[1] < right[1] else 1
    return len(other) - len(one)


placed = cmp_to_key(_compare)
