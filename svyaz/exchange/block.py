"""A portion of a file by columns: the raw value of every plain cell, and the rows that must be read one by one.

A row is *odd* when one of its cells is not understood, or is of a kind that becomes more than one value: several links,
dates of stages, the record's own name or number.  Odd rows are read by file_rows.read_row as every row could be; of the
others the same function is asked once for each different cell, so both ways agree by construction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import zip_longest
from typing import Any, Final

from svyaz.exchange.column_map import ColumnMap
from svyaz.exchange.file_rows import LINKS, NUMBERS, SEVERAL, FileRow, Put, Reading, as_text, read_cell, read_row
from svyaz.exchange.forms import read_number
from svyaz.exchange.tables import Cell
from svyaz.fields.column import ABSENT
from svyaz.kernel.problem import Problem

ODD: Final = object()
MOST_KNOWN = 5_000
# Types of fields whose cell becomes its text and nothing else.
AS_TEXT = (
    "text",
    "long_text",
    "choice",
    "stage",
    "phone",
    "email",
    "url",
    "colour",
    "person_name",
    "address",
    "place",
    "barcode",
    "inn",
    "kpp",
    "ogrn",
    "bik",
    "account",
)
Known = dict[str, dict[Any, Any]]  # what a column is mapped to -> cell -> what it becomes


@dataclass(slots=True)
class Block:
    """numbers, cells   of the rows, as the file has them
    given    field key -> raw values, ABSENT where the cell is blank; constants of the plan first
    words    link key -> the word to look up, or ABSENT
    odd      places of odd rows
    """

    reading: Reading
    numbers: list[int]
    cells: list[list[Cell]]
    given: dict[str, list[Any]] = field(default_factory=dict)
    words: dict[str, list[Any]] = field(default_factory=dict)
    odd: set[int] = field(default_factory=set)
    read: dict[int, FileRow] = field(default_factory=dict)

    def row(self, at: int) -> FileRow:
        """The row of a place, read one by one."""
        found = self.read.get(at)
        if found is None:
            found = self.read[at] = read_row(self.reading, self.numbers[at], self.cells[at])
        return found

    def parts(self) -> Iterator[Block]:
        """A row with the key of an earlier one goes into the next transaction: there it finds its record."""
        count = len(self.numbers)
        mine = [self._keys(at) for at in range(count)] if self.reading.plan.keys else []
        if sum(map(len, mine)) == len({key for keys in mine for key in keys}):
            yield self
            return
        start, seen = 0, set[str]()
        for at, keys in enumerate(mine):
            if keys & seen:
                yield self._part(start, at)
                start, seen = at, set()
            seen |= keys
        yield self._part(start, count)

    def _keys(self, at: int) -> set[str]:
        return {f"{key}\0{raw}" for key in self.reading.plan.keys if (raw := self._raw_key(at, key))}

    def _raw_key(self, at: int, key: str) -> str:
        if at in self.odd or key in ("label", "id"):
            row = self.row(at)
            if key == "label":
                return row.label
            if key == "id":
                return str(row.id or "")
            return str(row.values.get(key, row.words.get(key, "")))
        for column in (self.words.get(key), self.given.get(key)):
            if column is not None and column[at] is not ABSENT:
                return str(column[at])
        return ""

    def _part(self, start: int, end: int) -> Block:
        return Block(
            self.reading,
            self.numbers[start:end],
            self.cells[start:end],
            {key: column[start:end] for key, column in self.given.items()},
            {key: column[start:end] for key, column in self.words.items()},
            {at - start for at in self.odd if start <= at < end},
            {at - start: row for at, row in self.read.items() if start <= at < end},
        )


def read_block(reading: Reading, rows: Sequence[tuple[int, list[Cell]]], known: Known, plainly: bool) -> Block:
    """known: what cells of this file have become so far.  plainly False: every row is read one by one."""
    block = Block(reading, [number for number, _ in rows], [cells for _, cells in rows])
    if not plainly:
        block.odd.update(range(len(rows)))
        return block
    for key, value in reading.plan.constants.items():
        block.given[key] = [value] * len(rows)
    columns = list(zip_longest(*block.cells))
    for column, put in reading.puts:
        cells = columns[column.column] if column.column < len(columns) else ()
        if not cells or cells.count(None) == len(cells):
            continue
        key, read = column.field.partition("@")[0], _read_column(reading, column, put, cells, known)
        linked = block.words if reading.entity.by_key[key].type in LINKS else block.given
        if ODD in read:
            block.odd.update(at for at, raw in enumerate(read) if raw is ODD)
        if "@" in column.field or key in ("id", "label") or read.count(ABSENT) == len(read):
            continue
        constant = block.given.get(key) if linked is block.given else None
        if constant is not None:
            read = [old if raw is ABSENT else raw for raw, old in zip(read, constant, strict=True)]
        linked[key] = read
    return block


# Of these equal cells are the same cell: of numbers 1, 1.0 and True are not.
REPEATING = frozenset((str, date, datetime, type(None)))


def _read_column(reading: Reading, column: ColumnMap, put: Put, cells: Sequence[Cell], known: Known) -> list[Any]:
    """What each cell becomes: a raw value, a word of a link, ABSENT or ODD."""
    kind = reading.entity.by_key[column.field.partition("@")[0]].type
    types = set(map(type, cells))
    usual = not column.values and "@" not in column.field and column.field not in ("id", "label")
    if usual and kind in AS_TEXT and types <= {str, type(None)}:
        texts = [cell.strip() if cell else "" for cell in cells]  # type: ignore[union-attr]
        if not any(text.startswith("'") for text in texts):  # an apostrophe may be one that export has put
            return [text or ABSENT for text in texts]
    if usual and kind in NUMBERS and types <= {str, int, float, type(None)}:
        return [ABSENT if cell is None or cell == "" else _read_number(reading, column, put, cell) for cell in cells]
    seen = known.setdefault(column.field, {})
    if len(seen) > MOST_KNOWN:
        seen.clear()
    read: list[Any] = []
    for cell in cells:
        if cell.__class__ in REPEATING:
            raw = seen.get(cell, seen)
            if raw is seen:
                raw = seen[cell] = _read_cell(reading, column, put, cell)
        else:
            raw = _read_cell(reading, column, put, cell)
        read.append(raw)
    return read


def _read_number(reading: Reading, column: ColumnMap, put: Put, cell: Cell) -> Any:
    if isinstance(cell, str) and cell[0] == "'":
        return _read_cell(reading, column, put, cell)
    try:
        return as_text(read_number(cell, reading.forms))
    except Problem:
        return ODD


def _read_cell(reading: Reading, column: ColumnMap, put: Put, cell: Cell) -> Any:
    row = FileRow(0)
    read_cell(row, column, put, cell)
    if row.problems or row.moves or row.label or row.id is not None:
        return ODD
    if not row.values and not row.words:
        return ABSENT
    key = column.field
    kind = reading.entity.by_key[key].type
    if kind in SEVERAL or (kind in LINKS and row.values):
        return ODD
    return row.words[key][0] if row.words else row.values[key]
