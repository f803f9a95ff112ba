"""Rows of a file as raw values of fields, by the plan: dates and numbers put into plain form,
constants and replacements applied, links left as words for lookup.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from svyaz.exchange.column_map import ColumnMap, ImportPlan
from svyaz.exchange.export_cells import unsafe_text
from svyaz.exchange.forms import EXAMPLES, DateNotUnderstood, Forms, read_date, read_number
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


Put = Callable[[FileRow, Any], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """One plan bound to the entity it goes into.  puts: for each column how its cell goes into a row, made once."""

    entity: Entity
    plan: ImportPlan
    forms: Forms
    zone: str
    by_field: Mapping[str, ColumnMap] = field(init=False)
    puts: Sequence[tuple[ColumnMap, Put]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_field", {one.field: one for one in reversed(self.plan.columns)})
        known = [one for one in self.plan.columns if one.field.partition("@")[0] in self.entity.by_key]
        object.__setattr__(self, "puts", tuple((one, _put_of(self, one)) for one in known))

    def column_of(self, key: str) -> ColumnMap | None:
        return self.by_field.get(key)


def file_rows(reading: Reading, table: TableFile, after: int = 0) -> Iterator[FileRow]:
    """Rows below the heading and after row `after`; blank rows are passed over."""
    for number, cells in numbered(reading, table, after):
        yield read_row(reading, number, cells)


def numbered(reading: Reading, table: TableFile, after: int = 0) -> Iterator[tuple[int, list[Cell]]]:
    """The same rows as the file has them: their cells."""
    first = max(after, reading.plan.header_row)
    for number, cells in enumerate(rows(table, reading.plan.sheet), start=1):
        if number > first and cells:
            yield number, cells


def read_row(reading: Reading, number: int, cells: list[Cell]) -> FileRow:
    row = FileRow(number, values=dict(reading.plan.constants))
    width = len(cells)
    for column, put in reading.puts:
        if column.column < width:
            read_cell(row, column, put, cells[column.column])
    return row


def read_cell(row: FileRow, column: ColumnMap, put: Put, cell: Cell) -> None:
    """Put one cell where its column goes; what is not understood becomes a problem of the row."""
    if isinstance(cell, str):
        cell = unsafe_text(cell.strip())
    if cell is None or cell == "":
        return
    try:
        put(row, cell)
    except Problem as problem:
        problem.place = f"values.{column.field}"
        row.problems.append(problem)


def _put_of(reading: Reading, column: ColumnMap) -> Put:
    """What becomes of a cell of this column, decided once for the file."""
    key, at, stage = column.field.partition("@")
    if at:
        return partial(_put_moved, reading, stage)
    found = reading.entity.by_key[key]
    replaced = _replacements(column)
    if found.type in SEVERAL:
        return partial(_put_several, key, found.type in LINKS, replaced)
    if key == "id":
        put = _put_id
    elif key == "label":
        put = _put_label
    elif found.type in LINKS:
        put = partial(_put_word, key)
    else:
        put = partial(_put_value, key, _plainly(reading, found))
    return partial(_put_replaced, key, replaced, put) if column.values else put


def _put_moved(reading: Reading, stage: str, row: FileRow, cell: Any) -> None:
    moved = as_instant(read_date(cell, reading.forms), reading.zone)
    if moved is None:
        raise DateNotUnderstood(value=str(cell)[:100], expected=EXAMPLES[reading.forms.dates])
    row.moves[stage] = moved


def _put_id(row: FileRow, cell: Any) -> None:
    text = as_text(cell)
    row.id = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _put_label(row: FileRow, cell: Any) -> None:
    row.label = as_text(cell)


def _put_word(key: str, row: FileRow, cell: Any) -> None:
    row.words[key] = [as_text(cell)]


def _put_value(key: str, plainly: Callable[[Any], Any], row: FileRow, cell: Any) -> None:
    row.values[key] = plainly(cell)


def _put_replaced(key: str, replaced: Mapping[str, Any], put: Put, row: FileRow, cell: Any) -> None:
    found = _replacement(replaced, as_text(cell))
    if found is MISSING:
        put(row, cell)
    elif found is not None:
        row.values[key] = found


def _put_several(key: str, links: bool, replaced: Mapping[str, Any], row: FileRow, cell: Any) -> None:
    """Each word of the cell for itself: one may be replaced, another looked up."""
    ready: list[Any] = []
    words: list[str] = []
    for word in words_of(as_text(cell)):
        found = _replacement(replaced, word)
        if found is MISSING:
            words.append(word)
        elif found is not None:
            ready.append(found)
    if links and words:
        row.words[key] = words
    elif not links:
        ready += words
    if ready:
        row.values[key] = ready


def _plainly(reading: Reading, found: Field) -> Callable[[Any], Any]:
    forms = reading.forms
    if found.type in NUMBERS:
        return lambda cell: as_text(read_number(cell, forms))
    if found.type == "date":
        return lambda cell: as_text(read_date(cell, forms))[:10] if isinstance(cell, datetime) else _day(cell, forms)
    if found.type in DATES:
        return lambda cell: as_text(read_date(cell, forms))
    if found.type == "yes_no":
        return lambda cell: cell if isinstance(cell, bool) else as_text(cell)
    return as_text


def _day(cell: Any, forms: Forms) -> str:
    return as_text(read_date(cell, forms))


class _Missing:
    pass


MISSING = _Missing()


def _replacements(column: ColumnMap) -> dict[str, Any]:
    """The plan's table of values by what they are compared by; an exact value goes before one like it."""
    return {fold(value): meaning for value, meaning in reversed(column.values.items())} | dict(column.values)


def _replacement(replaced: Mapping[str, Any], text: str) -> Any:
    """What the plan says this very value means; MISSING when it says nothing."""
    if not replaced:
        return MISSING
    found = replaced.get(text, MISSING)
    return replaced.get(fold(text), MISSING) if found is MISSING else found


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
