"""Ordered things inside an entity or a field: put one in, move it, take it out.  Pure; for edits.

Pipelines, stages, options of a choice, views and fields are lists of tables with a key of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from svyaz.kernel.problem import Problem
from svyaz.schema.source import Table


class PartUnknown(Problem):
    """An edit names a stage, a view, an option… that is not there."""

    code = "schema_part_unknown"  # facts: part, key


def put(listed: Sequence[Table], table: Table, at: int | None = None) -> list[Table]:
    """Settings of the one with this key are replaced one by one (None takes one away), or it is added.

    at   its place among the rest; an old one stays where it is without it, a new one goes to the end
    """
    key = table.get("key")
    position = next((index for index, one in enumerate(listed) if one.get("key") == key), None)
    old: Table = {} if position is None else listed[position]
    made = {name: value for name, value in {**old, **table}.items() if value is not None}
    rest = [one for one in listed if one.get("key") != key]
    place = at if at is not None else len(rest) if position is None else position
    return [*rest[:place], made, *rest[place:]]


def move(listed: Sequence[Table], key: str, at: int, part: str) -> list[Table]:
    """Raises PartUnknown."""
    found = find(listed, key, part)
    rest = [one for one in listed if one.get("key") != key]
    return [*rest[:at], found, *rest[at:]]


def take_out(listed: Sequence[Table], key: str, part: str) -> list[Table]:
    """Raises PartUnknown."""
    find(listed, key, part)
    return [one for one in listed if one.get("key") != key]


def find(listed: Sequence[Table], key: str, part: str) -> Table:
    found = next((one for one in listed if one.get("key") == key), None)
    if found is None:
        raise PartUnknown(part=part, key=key)
    return found


def edit(listed: Sequence[Table], key: str, part: str, edited: Callable[[Table], Table]) -> list[Table]:
    find(listed, key, part)
    return [edited(one) if one.get("key") == key else one for one in listed]


def tables(value: Any) -> list[Table]:
    """A list of tables as written; [] for what is not one: resolve says what is wrong with it."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, (list, tuple)) else []
