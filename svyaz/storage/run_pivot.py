"""The pivot: one query for the finest groups, and every total above them added up from those.

What can be added up is: counts, sums, averages (as sums), the least and the greatest.  Dates are grouped in SQL by day
and put into months here; instants by the day of UTC, cut at the times at which days begin in the company's zone, for
databases do not know zones.  A record of several values stands in several groups and is counted once above them, so with such a
dimension every level is asked for; and a median is asked for at every level always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from svyaz.expression.ground import Ground
from svyaz.kernel.clock import grain_start
from svyaz.kernel.problem import Problem
from svyaz.schema.scope import kind_of, walk
from svyaz.storage.compile_groups import MOST_GROUPS, GroupPlan, group_plan
from svyaz.storage.compile_query import Asked, ask
from svyaz.storage.dimensions import Fine
from svyaz.storage.pieces import PARTS
from svyaz.storage.query import Dimension, Measure, Pivot
from svyaz.storage.run_groups import Found, TooManyGroups, days_of, found_of, lacking_of, level_of, placed, shared
from svyaz.storage.session import Row, Session

MOST_CELLS = 200_000
MOST_COLUMNS = 1_000
MOST_FINE = 100_000  # groups by day; more of them are grouped by the database, for twice the time


class TooManyColumns(Problem):
    """A table so wide can neither be read nor drawn: what is many stands in rows, or in a coarser grain."""

    code = "too_many_columns"  # facts: count, most


Level = dict[Row, Found]
Levels = dict[tuple[int, int], Level]


@dataclass(frozen=True, slots=True)
class PivotAnswer:
    """rows, columns: headers as lists of cells, in order; a shorter one is the total of what stands before it,
    [] the total of all.  values[row][column]: one for each measure, None where there are no records."""

    rows: list[list[Any]]
    columns: list[list[Any]]
    measures: tuple[Measure, ...]
    values: list[list[list[Any] | None]]


def pivot(session: Session, pivot: Pivot, ground: Ground) -> PivotAnswer:
    """Raises CannotGroup, CannotMeasure, TooManyGroups, TooManyColumns."""
    asked = ask(session, pivot.entity, pivot.where, pivot.far, pivot.kept)
    levels = levels_added(session, asked, pivot, ground) or levels_asked(session, asked, pivot, ground)
    (whole,) = levels[0, 0].values()
    rows = _headers(levels[deep, 0].values() for deep in range(len(pivot.rows) + 1))
    columns = _headers(levels[0, wide].values() for wide in range(len(pivot.columns) + 1))
    if len(columns) > MOST_COLUMNS:
        raise TooManyColumns("columns", count=len(columns), most=MOST_COLUMNS)
    if len(rows) * len(columns) > MOST_CELLS:
        raise TooManyGroups(limit=MOST_CELLS)
    row_at = {_frozen(one.cells): place for place, one in enumerate(rows)}
    column_at = {_frozen(one.cells): place for place, one in enumerate(columns)}
    values: list[list[list[Any] | None]] = [[None] * len(columns) for _ in rows]
    for (deep, _), level in levels.items():
        for found in level.values():
            row, column = row_at[_frozen(found.cells[:deep])], column_at[_frozen(found.cells[deep:])]
            values[row][column] = shared(found, whole).totals
    return PivotAnswer([one.cells for one in rows], [one.cells for one in columns], pivot.measures, values)


def told_pivot(session: Session, answer: PivotAnswer) -> dict[str, Any]:
    """As JSON: measures as text, "sum:amount"."""
    measures = [":".join(part for part in (one.function, ".".join(one.path)) if part) for one in answer.measures]
    return {"rows": answer.rows, "columns": answer.columns, "measures": measures, "cells": answer.values}


def levels_asked(session: Session, asked: Asked, pivot: Pivot, ground: Ground) -> Levels:
    """Each level by a query of its own."""
    days = days_of(session, asked, (*pivot.rows, *pivot.columns), ground)
    return {
        at: level_of(session, asked, dimensions, pivot.measures, ground, days)
        for at, dimensions in _dimensions(pivot).items()
    }


def _dimensions(pivot: Pivot) -> dict[tuple[int, int], tuple[Dimension, ...]]:
    return {
        (deep, wide): (*pivot.rows[:deep], *pivot.columns[:wide])
        for deep in range(len(pivot.rows) + 1)
        for wide in range(len(pivot.columns) + 1)
    }


# ------------------------------------------------------------------ adding up


def levels_added(session: Session, asked: Asked, pivot: Pivot, ground: Ground) -> Levels | None:
    """All levels from one query of the finest groups; None when they cannot be added up."""
    every = (*pivot.rows, *pivot.columns)
    entities, root = asked.snapshot.entities, asked.snapshot.entities[asked.entity]
    walks = [walk(entities, root, one.path) for one in every]
    if any(walked is None or any(kind_of(one).many for one in walked) for walked in walks):
        return None
    cuts = cuts_of(ground.zone) if any(one.grain for one in every) else ()
    plan = group_plan(asked, every, pivot.measures, Fine(MOST_FINE, cuts))
    run = asked.run(ground)
    rows = session.fetch(plan.statement.sql, plan.statement.parameters(run))
    if len(rows) > MOST_FINE:
        return None
    grains = _grains(session, plan, every, rows, ground.zone, cuts)
    if grains is None:
        return None
    apart: dict[int, dict[Row, list[tuple[str, int]]]] = {}
    for number in lacking_of(plan, rows):
        found = apart[number] = {}
        statement = plan.apart[number]
        for row in session.fetch(statement.sql, statement.parameters(run)):
            keys = _told(grains, row[: plan.width])
            found.setdefault(keys, []).append((row[plan.width], row[plan.width + 1]))
    ways = _ways(plan)
    fine = _merged(ways, (((*_told(grains, row[1 : 1 + plan.width]),), row) for row in rows), plan.width)
    if len(fine) > MOST_GROUPS:
        raise TooManyGroups(limit=MOST_GROUPS)
    levels: Levels = {}
    for (deep, wide), dimensions in _dimensions(pivot).items():
        chosen = [*range(deep), *range(len(pivot.rows), len(pivot.rows) + wide)]
        levels[deep, wide] = _level(plan, ways, fine, apart, chosen)
        if plan.medians:
            _put_medians(session, asked, pivot, ground, dimensions, levels[deep, wide])
    return levels


def _level(
    plan: GroupPlan,
    ways: Sequence[Callable[[Any, Any], Any]],
    fine: Mapping[Row, Row],
    apart: Mapping[int, Mapping[Row, Sequence[tuple[str, int]]]],
    chosen: Sequence[int],
) -> Level:
    """The groups by some of the dimensions."""
    part = replace(plan, dimensions=tuple(plan.dimensions[place] for place in chosen), medians={}, apart={})
    keys = _spans([len(one.keys) for one in plan.dimensions], 0)
    shown = _spans([len(one.shown) for one in plan.dimensions], 1 + plan.width)
    first = 1 + plan.width + sum(len(one.shown) for one in plan.dimensions)
    taken = [at for place in chosen for at in shown[place]] + [*range(first, 1 + plan.width + len(ways) - 1)]
    own = [at for place in chosen for at in keys[place]]
    used = [ways[0], *(ways[at - plan.width] for at in taken)]

    def cut(whole: Row) -> Row:
        return tuple(whole[at] for at in own)

    merged = _merged(used, ((cut(group), (row[0], *(row[at] for at in taken))) for group, row in fine.items()), 0)
    if not chosen and not merged:
        merged = {(): _nothing(plan)}
    lacking: dict[int, dict[Row, list[tuple[str, int]]]] = {}
    for number, sums in apart.items():
        added: dict[Row, dict[str, int]] = {}
        for group, pairs in sums.items():
            totals = added.setdefault(cut(group), {})
            for currency, units in pairs:
                totals[currency] = totals.get(currency, 0) + units
        lacking[number] = {group: list(totals.items()) for group, totals in added.items()}
    return {group: found_of(part, (row[0], *group, *row[1:]), {}, lacking, ()) for group, row in merged.items()}


def _merged(ways: Sequence[Callable[[Any, Any], Any]], given: Iterable[tuple[Row, Row]], width: int) -> dict[Row, Row]:
    """Rows of equal keys put together.  ways: for the count and for each value after the `width` keys."""
    kept: dict[Row, list[Any]] = {}
    for keys, row in given:
        values = kept.get(keys)
        if values is None:
            kept[keys] = [*row]
            continue
        for place, way in enumerate(ways):
            at = place and place + width
            values[at] = way(values[at], row[at])
    return {keys: tuple(values) for keys, values in kept.items()}


def _ways(plan: GroupPlan) -> list[Callable[[Any, Any], Any]]:
    ways: list[Callable[[Any, Any], Any]] = [_add, *(_least for one in plan.dimensions for _ in one.shown)]
    for sql in plan.measures:
        way = {"min": _least, "max": _greatest}.get(sql.measure.function, _add)
        ways += [way for _ in sql.columns]
    return ways


def _nothing(plan: GroupPlan) -> Row:
    counted = ("count", "share", "sum", "avg")
    first = [
        0 if sql.measure.function in counted and not place else None
        for sql in plan.measures
        for place, _ in enumerate(sql.columns)
    ]
    return (0, *first)


def _add(one: Any, other: Any) -> Any:
    return other if one is None else one if other is None else one + other


def _least(one: Any, other: Any) -> Any:
    return other if one is None else one if other is None else min(one, other)


def _greatest(one: Any, other: Any) -> Any:
    return other if one is None else one if other is None else max(one, other)


def _spans(sizes: Sequence[int], first: int) -> list[range]:
    spans = []
    for size in sizes:
        spans.append(range(first, first + size))
        first += size
    return spans


def _put_medians(
    session: Session, asked: Asked, pivot: Pivot, ground: Ground, dimensions: Sequence[Dimension], level: Level
) -> None:
    places = [place for place, one in enumerate(pivot.measures) if one.function == "median"]
    days = days_of(session, asked, dimensions, ground)
    medians = level_of(session, asked, dimensions, [pivot.measures[place] for place in places], ground, days)
    totals = {_frozen(one.cells): one.totals for one in medians.values()}
    for found in level.values():
        for place, value in zip(places, totals.get(_frozen(found.cells), ()), strict=False):
            found.totals[place] = value


# ------------------------------------------------------------------ grains


Grains = list[dict[Any, str | None] | None]


def _grains(
    session: Session,
    plan: GroupPlan,
    dimensions: Sequence[Dimension],
    rows: Sequence[Row],
    zone: str,
    cuts: Sequence[str],
) -> Grains | None:
    """For each key of a row, what it means: the first day of the grain by what the database grouped by; None for keys
    that mean themselves.  None altogether when a part of a day lies in two grains."""
    weekday = session.snapshot.settings.first_weekday
    grains: Grains = []
    at = 1
    for dimension, sql in zip(dimensions, plan.dimensions, strict=True):
        if not dimension.grain:
            grains += [None] * len(sql.keys)
            at += len(sql.keys)
            continue
        known: dict[Any, str | None] = {}
        for value in {row[at] for row in rows}:
            starts = {_start(dimension.grain, day, weekday) for day in _days(value, sql.kind == "date", zone, cuts)}
            if len(starts) > 1:
                return None
            known[value] = next(iter(starts), None)
        grains.append(known)
        at += 1
    return grains


def _days(value: Any, day: bool, zone: str, cuts: Sequence[str]) -> list[date]:
    """The day of a value, or the days of the zone that a part of a day of UTC lies in."""
    if value is None:
        return []
    if day:
        return [value if isinstance(value, date) else date.fromisoformat(value)]
    if isinstance(value, int):
        days, part = divmod(value, PARTS)
        utc = date(2000, 1, 1) + timedelta(days=days)
    else:
        utc, part = date.fromisoformat(value[:10]), int(value[10:])
    bounds = [time.min, *(time.fromisoformat(cut) for cut in cuts), time.max]
    local = ZoneInfo(zone)
    try:
        first = datetime.combine(utc, bounds[part], UTC).astimezone(local)
        last = (datetime.combine(utc, bounds[part + 1], UTC) - timedelta(seconds=1)).astimezone(local)
    except OverflowError:  # the first and the last day of all
        return [utc]
    return [first.date(), last.date()]


@lru_cache(maxsize=64)
def cuts_of(zone: str) -> tuple[str, ...]:
    """At which times of UTC days begin in a zone, by the offsets it has had since 1970."""
    local = ZoneInfo(zone)
    found = set()
    for month in range(12 * 70):
        midnight = datetime(1970 + month // 12, month % 12 + 1, 1, tzinfo=local)
        found.add(midnight.astimezone(UTC).strftime("%H:%M:%S"))
    return tuple(sorted(found - {"00:00:00"}))


def _start(grain: str, day: date, weekday: int) -> str:
    try:
        return grain_start(grain, day, weekday).isoformat()
    except OverflowError:  # the week of 0001-01-01 may begin before it
        return date.min.isoformat()


def _told(grains: Grains, keys: Row) -> Row:
    return tuple(key if known is None else known.get(key) for known, key in zip(grains, keys, strict=True))


# ------------------------------------------------------------------ order of headers


def _headers(levels: Iterable[Iterable[Found]]) -> list[Found]:
    """All headers, deepest first under each: a total stands after what it is the total of."""
    return sorted((one for level in levels for one in level), key=lambda one: placed(one.places))


def _frozen(cells: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(tuple(cell) if isinstance(cell, list) else cell for cell in cells)
