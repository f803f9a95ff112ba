"""The records behind a header of a report, as a formula that narrows a list to them.

    ("stage",)            "won"               stage = "won"
    ("responsible",)      [12, "Ольга"]       responsible = 12
    ("closed_on",) month  "2026-03-01"        closed_on >= date(2026, 3, 1) and closed_on < date(2026, 4, 1)
    any                   None                closed_on = empty

The list under the formula has exactly the records that the report counted: tests/reports/test_clauses.py
asks every cell of a pivot over every kind of field.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from svyaz.expression.tree import Type
from svyaz.kernel.clock import grain_next, iso
from svyaz.schema.scope import kind_of, walk
from svyaz.schema.snapshot import Snapshot
from svyaz.storage.query import Dimension


def clause(snapshot: Snapshot, entity: str, dimension: Dimension, cell: Any) -> str:
    """Of a path that is known to be readable."""
    path = ".".join(dimension.path)
    walked = walk(snapshot.entities, snapshot.entities[entity], dimension.path)
    if cell is None or walked is None:
        return f"{path} = empty"
    kind = kind_of(walked[-1])
    if dimension.grain:
        return _within(path, dimension.grain, date.fromisoformat(cell), kind, snapshot.settings.zone)
    return f"{path} = {_literal(kind, cell)}"


def clauses(snapshot: Snapshot, entity: str, dimensions: Sequence[Dimension], header: Sequence[Any]) -> str:
    """Of a header of a pivot: all its cells together; a shorter header is the total of what it names."""
    told = [clause(snapshot, entity, one, cell) for one, cell in zip(dimensions, header, strict=False)]
    return told[0] if len(told) == 1 else " and ".join(f"({one})" for one in told)


def _within(path: str, grain: str, start: date, kind: Type, zone: str) -> str:
    try:
        end = grain_next(grain, start)
    except (OverflowError, ValueError):  # the last grain of all has no next
        return f"{path} >= {_day(start, kind, zone)}"
    return f"{path} >= {_day(start, kind, zone)} and {path} < {_day(end, kind, zone)}"


def _day(day: date, kind: Type, zone: str) -> str:
    if kind.kind == "date":
        return f"date({day.year}, {day.month}, {day.day})"
    return _text(iso(datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)))


def _literal(kind: Type, cell: Any) -> str:
    if kind.kind == "yes_no":
        return "true" if cell else "false"
    if kind.kind == "link":
        return str(cell[-2])  # [id, label], or [entity, id, label] of a link to any object: ids are the company's
    if kind.kind == "date":
        return _day(date.fromisoformat(cell), kind, "")
    if kind.kind == "number":
        return str(cell[0] if isinstance(cell, list) else cell)
    return _text(str(cell))


def _text(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
