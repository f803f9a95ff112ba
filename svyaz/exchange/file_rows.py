"""Rows of a file as raw values of fields, by the plan: dates and numbers put into plain form,
constants and replacements applied, links left as words for lookup.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from svyaz.exchange.column_map import ColumnMap, ImportPlan
from svyaz.exchange.export import unsafe_text
from svyaz.exchange.forms import DateNotUnderstood, Forms, read_date, read_number
from svyaz.exchange.lookup import words_of
from svyaz.exchange.tables import Cell, TableFile, rows
from svyaz.kernel.problem import Problem
from svyaz.kernel.text import fold
from svyaz.schema.snapshot import Entity, Field

LINKS = ("link", "links", "employee", "department", "any_link")
NUMBERS = ("integer", "decimal", "percent", "money")
DATES = ("date", "datetime")
OPTIONS = ("choice", "choices", "stage")
SEVERAL = ("links", "choices")
LONGEST_NAME = 120


@dataclass(slots=True)
class FileRow:
    """number     of the row in the file, from 1, as a person sees it
    values     field key -> raw value for records.write
    words      link field key -> words to look up
    moves      stage key or "end" -> when the record came there
    label      the record's name, when a column is mapped to it
    problems   what could not be understood
    """

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)
    moves: dict[str, datetime] = field(default_factory=dict)
    label: str = ""
    id: int | None = None
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """One plan bound to the entity it goes into."""

    entity: Entity
    plan: ImportPlan
    forms: Forms
    zone: str

    def column_of(self, key: str) -> ColumnMap | None:
        return next((one for one in self.plan.columns if one.field == key), None)


def file_rows(reading: Reading, table: TableFile, after: int = 0) -> Iterator[FileRow]:
    """Rows below the heading and after row `after`; blank rows are passed over."""
    for number, cells in enumerate(rows(table, reading.plan.sheet), start=1):
        if number > max(after, reading.plan.header_row) and cells:
            yield read_row(reading, number, cells)


def read_row(reading: Reading, number: int, cells: list[Cell]) -> FileRow:
    row = FileRow(number, values=dict(reading.plan.constants))
    for column in reading.plan.columns:
        cell = cells[column.column] if column.column < len(cells) else None
        read_cell(reading, row, column, cell)
    return row


def read_cell(reading: Reading, row: FileRow, column: ColumnMap, cell: Cell) -> None:
    """Put one cell where its column goes; what is not understood becomes a problem of the row."""
    if isinstance(cell, str):
        cell = unsafe_text(cell.strip())
    if cell is None or cell == "" or not column.field:
        return
    try:
        _put(reading, row, column, cell)
    except Problem as problem:
        problem.place = f"values.{column.field}"
        row.problems.append(problem)


def _put(reading: Reading, row: FileRow, column: ColumnMap, cell: Any) -> None:
    key, at, stage = column.field.partition("@")
    if at:
        moved = as_instant(read_date(cell, reading.forms), reading.zone)
        if moved is None:
            raise DateNotUnderstood(value=str(cell)[:100], expected=reading.forms.dates)
        row.moves[stage] = moved
        return
    text = as_text(cell)
    found = reading.entity.by_key[key]
    if found.type in SEVERAL:
        _put_several(reading, row, column, text)
        return
    replaced = _replacement(column, text)
    if replaced is not MISSING:
        if replaced is not None:
            row.values[key] = replaced
        return
    if key == "id":
        row.id = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
    elif key == "label":
        row.label = text
    elif found.type in LINKS:
        row.words[key] = [text]
    else:
        row.values[key] = _plain(reading, found, cell, text)


def _plain(reading: Reading, found: Field, cell: Any, text: str) -> Any:
    if found.type in NUMBERS:
        return as_text(read_number(cell, reading.forms))
    if found.type in DATES:
        plain = read_date(cell, reading.forms)
        if found.type == "date":
            return as_text(plain)[:10] if isinstance(plain, datetime) else as_text(plain)
        return as_text(plain)
    if found.type == "yes_no":
        return cell if isinstance(cell, bool) else text
    return text


def _put_several(reading: Reading, row: FileRow, column: ColumnMap, text: str) -> None:
    """Each word of the cell for itself: one may be replaced, another looked up."""
    key = column.field
    ready: list[Any] = []
    words: list[str] = []
    for word in words_of(text):
        replaced = _replacement(column, word)
        if replaced is MISSING:
            words.append(word)
        elif replaced is not None:
            ready.append(replaced)
    if reading.entity.by_key[key].type in LINKS:
        if words:
            row.words[key] = words
    else:
        ready += words
    if ready:
        row.values[key] = ready


class _Missing:
    pass


MISSING = _Missing()


def _replacement(column: ColumnMap, text: str) -> Any:
    """What the plan says this very value means; MISSING when it says nothing."""
    if not column.values:
        return MISSING
    if text in column.values:
        return column.values[text]
    folded = fold(text)
    return next((value for key, value in column.values.items() if fold(key) == folded), MISSING)


def own_label(reading: Reading, row: FileRow) -> str:
    """How the record will be called, when its label is one field or mapped whole; "" when it cannot be told."""
    keys = getattr(reading.entity.label, "keys", None)
    return row.label or str((row.values.get(keys[0]) if keys else None) or "")


def row_name(reading: Reading, row: FileRow) -> str:
    """What tells the row from others for a person: its name, else its first text."""
    if name := own_label(reading, row):
        return name[:LONGEST_NAME]
    texts = (value for key, value in row.values.items() if key not in reading.plan.constants and isinstance(value, str))
    return next(texts, "")[:LONGEST_NAME]


def as_text(value: Any) -> str:
    """A cell as text: whole floats without «.0», dates as ISO."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    return str(value)


def as_instant(value: Any, zone: str) -> datetime | None:
    """A date is noon of that day where the company is: the day stays itself in every zone of the country."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(12), ZoneInfo(zone)).astimezone(UTC)
    return None
