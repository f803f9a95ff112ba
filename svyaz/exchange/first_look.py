"""The first look at a sheet: where its headings are, what its columns hold, and a plan guessed from both.

Only the first rows are read, so a look costs the same for a file of a hundred rows and of a million.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.apply import may, read_entity
from svyaz.exchange.column_map import GuessedColumn, guess_columns
from svyaz.exchange.file_rows import as_text
from svyaz.exchange.forms import guess_dates, guess_decimal, looks_like_number
from svyaz.exchange.tables import Cell, TableFile, rows
from svyaz.schema.snapshot import Entity
from svyaz.storage.session import Session
from svyaz.storage.tallies import count_records

SAMPLE_ROWS, SAMPLES, LONGEST_SAMPLE = 2000, 5, 200
GRID_ROWS, GRID_COLUMNS, LONGEST_IN_GRID = 20, 100, 60
# A heading may stand below the name of the report, its period and an empty line.
HEADING_WITHIN = 20


def first_look(
    session: Session, actor: Actor, entity: str, table: TableFile, sheet: int = 0, header_row: int | None = None
) -> dict[str, Any]:
    """The body of a run: sheets, kind, encoding, delimiter, grid, columns, raw, plan.

    header_row  from 1; 0: the file has no headings; None: guessed
    grid        the first rows as text, for the eye to find the headings
    raw         column -> first different values as the file has them, numbers as numbers, for `readings`
    """
    shape = read_entity(session.snapshot, actor, entity)
    first = list(islice(rows(table, sheet), SAMPLE_ROWS))
    heading = guess_heading(first) if header_row is None else header_row
    head = [_text(cell) for cell in first[heading - 1]] if 0 < heading <= len(first) else []
    below = first[heading:]
    width = max((len(head), *(len(row) for row in below)), default=0)
    head += [""] * (width - len(head))
    columns = [[row[at] for row in below if at < len(row) and row[at] is not None] for at in range(width)]
    written = [cell for column in columns for cell in column if isinstance(cell, str)]
    different = [list(dict.fromkeys(_text(cell)[:LONGEST_SAMPLE] for cell in column))[:SAMPLES] for column in columns]
    guessed = guess_columns(session.snapshot, actor, shape, head, different)
    return {
        "sheets": list(table.sheets),
        "kind": table.kind,
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "grid": [[_text(cell)[:LONGEST_IN_GRID] for cell in row[:GRID_COLUMNS]] for row in first[:GRID_ROWS]],
        "columns": [
            {"column": one.number, "title": one.title, "samples": list(one.samples), "guess": one.field or None}
            for one in guessed
        ],
        "raw": [_raw(column) for column in columns],
        "plan": {
            "entity": entity,
            "sheet": sheet,
            "header_row": heading,
            "dates": guess_dates(written),
            "decimal": guess_decimal(written),
            "columns": [_planned(session, actor, shape, one) for one in guessed if one.field],
            "keys": [key for key in shape.duplicates if any(one.field == key for one in guessed)][:3],
        },
    }


def _planned(session: Session, actor: Actor, shape: Entity, column: GuessedColumn) -> dict[str, Any]:
    """Where nothing is yet that a link could find, every value is a record to be made: anything else fails each row."""
    told: dict[str, Any] = {"column": column.number, "field": column.field}
    field = shape.by_key.get(column.field)
    if field is None or field.type != "link" or len(field.targets) != 1:
        return told
    target = field.targets[0]
    if may(session.snapshot, actor, target, "add") and not count_records(session, target, "living"):
        told["missing"] = "create"
    return told


def guess_heading(first: Sequence[Sequence[Cell]]) -> int:
    """The number of the row of headings: the first nearly full one, when it is all words; 0 when it is data."""
    top = first[:HEADING_WITHIN]
    fullest = max((_filled(row) for row in top), default=0)
    for number, row in enumerate(top, start=1):
        if _filled(row) and _filled(row) >= 0.6 * fullest:
            words = [cell for cell in row if cell is not None]
            return number if all(isinstance(cell, str) and not looks_like_number(cell) for cell in words) else 0
    return 1


def _filled(row: Sequence[Cell]) -> int:
    return sum(cell is not None for cell in row)


def _raw(column: Sequence[Cell]) -> list[str | int | float | bool]:
    found: dict[str, str | int | float | bool] = {}
    for cell in column:
        text = _text(cell)[:LONGEST_SAMPLE]
        if text and text not in found:
            found[text] = cell if isinstance(cell, int | float) else text
            if len(found) == SAMPLES:
                break
    return list(found.values())


def _text(cell: Cell | date | datetime) -> str:
    return "" if cell is None else as_text(cell)
