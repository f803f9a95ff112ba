"""The pivot: rows × columns × measures over any entity the reader may see.

A report is a Query like any other: access, hidden fields and paths through links are decided by
records.read in the same functions as for a list, so a report never tells more than a list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from svyaz.access.actor import Actor
from svyaz.kernel.problem import Problem
from svyaz.records.read import ask, ground_of
from svyaz.reports.clauses import clauses
from svyaz.storage import run_query
from svyaz.storage.query import Dimension, Measure, Pivot
from svyaz.storage.session import Session

GRAINS = ("", "year", "quarter", "month", "week", "day")
FUNCTIONS = ("count", "sum", "avg", "min", "max", "median", "share")
MOST_DIMENSIONS, MOST_MEASURES = 4, 8


class UnknownMeasure(Problem):
    code = "unknown_measure"  # facts: function, known


class UnknownGrain(Problem):
    code = "unknown_grain"  # facts: grain, known


class TooManyDimensions(Problem):
    code = "too_many_dimensions"  # facts: most


class MeasureNeedsField(Problem):
    code = "measure_needs_field"  # facts: function


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """rows, columns   ("stage", "close_on:month", "counterparty.city"): a path and, after a colon, a grain
    measures           ("count", "sum:amount")
    filter             a formula; "" takes all"""

    entity: str
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    measures: tuple[str, ...] = ("count",)
    filter: str = ""


def run_report(session: Session, actor: Actor, request: ReportRequest) -> dict[str, Any]:
    """{"rows": [header cells], "columns": […], "measures": […], "cells": [[…]]} as run_query tells it, and
    {"row_filters": […], "column_filters": […]}: for each header a formula that narrows a list to its records,
    "" for the total of all; a cell is its row's and its column's and the report's own together."""
    if max(len(request.rows), len(request.columns)) > MOST_DIMENSIONS or len(request.measures) > MOST_MEASURES:
        raise TooManyDimensions("rows", most=MOST_DIMENSIONS)
    rows = tuple(dimension_of(text, f"rows.{n}") for n, text in enumerate(request.rows))
    columns = tuple(dimension_of(text, f"columns.{n}") for n, text in enumerate(request.columns))
    measures = tuple(_measure(text, f"measures.{n}") for n, text in enumerate(request.measures or ("count",)))
    paths: Sequence[tuple[str, ...]] = [
        *(one.path for one in (*rows, *columns)),
        *(one.path for one in measures if one.path),
    ]
    asked = ask(session, actor, request.entity, filter=request.filter, paths=paths)
    pivot = Pivot(request.entity, rows, columns, measures, where=asked.where, far=asked.far)
    told = run_query.told_pivot(session, run_query.pivot(session, pivot, ground_of(session, actor)))
    for headers, filters, dimensions in (("rows", "row_filters", rows), ("columns", "column_filters", columns)):
        told[filters] = [clauses(session.snapshot, request.entity, dimensions, header) for header in told[headers]]
    return told


def dimension_of(text: str, place: str) -> Dimension:
    """ "closed_on:month" -> its path and grain.  Raises UnknownGrain."""
    path, _, grain = text.partition(":")
    if grain not in GRAINS:
        raise UnknownGrain(place, grain=grain, known=", ".join(GRAINS[1:]))
    return Dimension(tuple(path.split(".")), grain)


def _measure(text: str, place: str) -> Measure:
    function, _, path = text.partition(":")
    if function not in FUNCTIONS:
        raise UnknownMeasure(place, function=function, known=", ".join(FUNCTIONS))
    if not path and function not in ("count", "share"):
        raise MeasureNeedsField(place, function=function)
    return Measure(function, tuple(path.split(".")) if path else ())
