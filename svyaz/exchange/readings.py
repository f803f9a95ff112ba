"""How samples of a file will be read under a plan: «10/20/2016» as 20 October 2016, «1.200,50» as 1 200.50.

Shown before anything is checked, so that a wrong order of day and month is seen by eye and not in the base.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.apply import condition
from svyaz.exchange.column_map import ColumnMap, ImportPlan, check_plan, target_exists
from svyaz.exchange.file_rows import DATES, NUMBERS, FileRow, Put, Reading, read_cell
from svyaz.fields.registry import TYPES
from svyaz.kernel.problem import Problem
from svyaz.kernel.words import load_words
from svyaz.storage.session import Session


def told_readings(
    session: Session, actor: Actor, reading: Reading, raw: Sequence[Sequence[Any]]
) -> list[dict[str, Any]]:
    """[{"column", "field", "read": [{"value", "cell", "problem"}]}] for columns whose values have a form of their own.

    cell is as the API tells it (a date as ISO, a sum with its currency).  Links are not looked up here.
    """
    told = []
    for column, put in reading.puts:
        if not target_exists(session.snapshot, actor, reading.entity, column.field) or column.column >= len(raw):
            continue
        read = [_read(session, actor, reading, column, put, value) for value in raw[column.column]]
        told.append({"column": column.column, "field": column.field, "read": [one for one in read if one is not None]})
    return told


def _read(
    session: Session, actor: Actor, reading: Reading, column: ColumnMap, put: Put, value: Any
) -> dict[str, Any] | None:
    key, at, _ = column.field.partition("@")
    field = reading.entity.by_key[key]
    if not at and (key in ("id", "label") or field.targets or field.type == "any_link"):
        return None
    row = FileRow(0)
    read_cell(row, column, put, value)
    try:
        if row.problems:
            raise row.problems[0]
        if at:
            moved = next(iter(row.moves.values()), None)
            cell: Any = moved.isoformat()[:10] if isinstance(moved, datetime) else None
        else:
            kind = TYPES[field.type]
            cell = kind.plain(kind.accept(row.values.get(key), field.options, session.terms), field.options)
    except Problem as problem:
        return {"value": value, "cell": None, "problem": load_words(actor.language).problem(problem)}
    formed = at or field.type in DATES or field.type in NUMBERS
    return {"value": value, "cell": cell, "problem": None} if formed else None


def check_for(session: Session, actor: Actor, plan: ImportPlan) -> list[dict[str, Any]]:
    """Everything that is wrong with a plan, in words; [] when it may be kept."""
    condition(session.snapshot, actor, plan.entity, "add")
    words = load_words(actor.language)
    return [
        {"code": one.code, "place": one.place, "text": words.problem(one), "facts": _plain(one.facts)}
        for one in check_plan(session.snapshot, actor, plan)
    ]


def _plain(facts: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in facts.items()}
