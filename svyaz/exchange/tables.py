"""A spreadsheet as rows of cells, whatever it came as: .xlsx, .xls, .csv in any usual encoding.

Cells are what the file says: str, int, float, bool, date, datetime or None.  Nothing is guessed
about meaning here (forms.py does), and nothing is kept: `rows()` streams.

Hostile and broken files (facts: open-source.md §4.4 rows 44, 45, 48) are refused before they cost
memory: a zip is weighed by its directory, a sheet by its declared and real size, XML with a DTD
is not read at all.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from svyaz.exchange.sheet_stream import promised_rows, stream_rows
from svyaz.kernel.problem import Problem

Cell = str | int | float | bool | date | datetime | None

MOST_COLUMNS = 2_000
MOST_ROWS = 2_000_000
LONGEST_CELL = 100_000
MOST_UNPACKED = 1_500 * 1024 * 1024
MOST_PARTS = 5_000
# calamine holds a sheet in memory, 110 MB for a hundred thousand rows of a dozen columns; past this much XML it is
# streamed (sheet_stream.py): three times slower, flat memory.
LARGEST_IN_MEMORY = 96 * 1024 * 1024
# Text of this kind packs at most about 1:30; a bomb packs 1:1000.
HIGHEST_RATIO = 200

SAMPLE_BYTES = 256 * 1024


class FileBroken(Problem):
    code = "file_broken"  # facts: file, why


class TableTooLarge(Problem):
    code = "table_too_large"  # facts: file, what, most


class FileUnknown(Problem):
    code = "file_unknown"  # facts: file, known


class FileEmpty(Problem):
    code = "file_empty"  # facts: file


@dataclass(frozen=True, slots=True)
class TableFile:
    """An opened file.  kind: xlsx | xls | csv.  sheets: their names, one "" for csv.
    encoding, delimiter: of a csv, as recognised."""

    path: Path
    name: str
    kind: str
    sheets: tuple[str, ...]
    encoding: str = ""
    delimiter: str = ""


def open_table(path: Path, name: str) -> TableFile:
    """Look at the file and say what it is; raises FileBroken, TableTooLarge, FileUnknown, FileEmpty."""
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise FileEmpty("file", file=name)
    if head.startswith(b"PK"):
        _weigh_zip(path, name)
        return TableFile(path, name, "xlsx", tuple(_calamine(path, name).sheet_names))
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return TableFile(path, name, "xls", tuple(_calamine(path, name).sheet_names))
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")):
        raise FileUnknown("file", file=name, known=".xlsx, .xls, .csv")
    encoding = _encoding(path, name)
    return TableFile(path, name, "csv", ("",), encoding, _delimiter(path, name, encoding))


def rows(table: TableFile, sheet: int = 0) -> Iterator[list[Cell]]:
    """Rows from the first, blank tails cut; wholly blank rows come as [] so that numbers stay true."""
    if not 0 <= sheet < len(table.sheets):
        raise FileBroken("file", file=table.name, why=f"sheet {sheet + 1}")
    source = _csv_rows(table) if table.kind == "csv" else _sheet_rows(table, sheet)
    for number, row in enumerate(source):
        if number >= MOST_ROWS:
            raise TableTooLarge(f"row {number + 1}", file=table.name, what="rows", most=MOST_ROWS)
        while row and row[-1] in (None, ""):
            row.pop()
        if len(row) > MOST_COLUMNS:
            raise TableTooLarge(f"row {number + 1}", file=table.name, what="columns", most=MOST_COLUMNS)
        yield row


def count_rows(table: TableFile, sheet: int = 0) -> int | None:
    """How many rows there are or, of an .xlsx, how many it says there are; None when it does not say."""
    if table.kind == "xlsx":
        return _promised_rows(table, sheet)
    if table.kind == "csv":
        return _count_lines(table)
    return sum(1 for _ in rows(table, sheet))


# --- spreadsheets


def _calamine(path: Path, name: str) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError) as wrong:
        raise FileBroken("file", file=name, why=str(wrong)[:200]) from None
    except BaseException as wrong:  # a Rust panic is not an Exception
        if isinstance(wrong, KeyboardInterrupt | SystemExit):
            raise
        raise FileBroken("file", file=name, why="unreadable") from None


def _weigh_zip(path: Path, name: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            packed = path.stat().st_size
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > MOST_PARTS:
                raise TableTooLarge("file", file=name, what="parts", most=MOST_PARTS)
            if unpacked > MOST_UNPACKED or unpacked > HIGHEST_RATIO * max(packed, 50_000):
                raise TableTooLarge("file", file=name, what="unpacked", most=MOST_UNPACKED)
            if not any(part.filename == "[Content_Types].xml" for part in parts):
                raise FileUnknown("file", file=name, known=".xlsx, .xls, .csv")
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels")):
                    with archive.open(part) as inner:
                        if b"<!DOCTYPE" in inner.read(2048) or part.flag_bits & 1:
                            raise FileBroken("file", file=name, why="DTD")
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError) as wrong:
        raise FileBroken("file", file=name, why=str(wrong)[:200]) from None


def _sheet_rows(table: TableFile, sheet: int) -> Iterator[list[Cell]]:
    if table.kind == "xlsx" and _sheet_bytes(table.path) > LARGEST_IN_MEMORY:
        yield from _streamed_rows(table, sheet)
        return
    try:
        opened = _calamine(table.path, table.name).get_sheet_by_index(sheet)
        # Blank rows above the first filled cell are given, blank columns left of it are not.
        left = opened.start[1] if opened.start else 0
        for row in opened.iter_rows():
            yield [None] * left + [_cell(value) for value in row]
    except CalamineError as wrong:
        raise FileBroken("file", file=table.name, why=str(wrong)[:200]) from None


def _sheet_bytes(path: Path) -> int:
    with zipfile.ZipFile(path) as archive:
        return max(
            (part.file_size for part in archive.infolist() if part.filename.startswith("xl/worksheets/")), default=0
        )


def _streamed_rows(table: TableFile, sheet: int) -> Iterator[list[Cell]]:
    try:
        for row in stream_rows(table.path, sheet, MOST_COLUMNS):
            yield [_cell(value) for value in row]
    except (ValueError, KeyError, IndexError, RuntimeError, EOFError, zlib.error, zipfile.BadZipFile) as wrong:
        raise FileBroken("file", file=table.name, why=str(wrong)[:200]) from None


def _promised_rows(table: TableFile, sheet: int) -> int | None:
    """By the sheet's own word, which is a promise: good enough for telling how far it is."""
    try:
        return promised_rows(table.path, sheet)
    except (ValueError, KeyError, IndexError, RuntimeError, EOFError, zlib.error, zipfile.BadZipFile):
        return None


def _cell(value: Any) -> Cell:
    if value == "" or value is None:
        return None
    if isinstance(value, str):
        return value[:LONGEST_CELL]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if isinstance(value, time | timedelta):
        return str(value)
    return value


# --- csv


def _encoding(path: Path, name: str) -> str:
    """UTF-8 and UTF-16 by mark or by being valid; everything else of ours is windows-1251."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if sample.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if sample[1::2].count(0) > len(sample) // 8:
        return "utf-16-le"
    if sample[0::2].count(0) > len(sample) // 8:
        return "utf-16-be"
    if b"\0" in sample:
        raise FileUnknown("file", file=name, known=".xlsx, .xls, .csv")
    try:
        # The sample may end in the middle of a letter.
        io.TextIOWrapper(io.BytesIO(sample[: sample.rfind(b"\n") + 1] or sample), encoding="utf-8").read()
        return "utf-8"
    except UnicodeDecodeError:
        return "cp1251"


def _delimiter(path: Path, name: str, encoding: str) -> str:
    """The one that gives most lines the same number of columns; a comma when none does."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        sample = file.read(SAMPLE_BYTES // 4)
    first = sample[:10].lower()
    if first.startswith("sep=") and len(sample) > 4:
        return sample[4]
    best, score = ",", 0.0
    for candidate in (";", ",", "\t", "|"):
        try:
            counts = [len(row) for row in csv.reader(io.StringIO(sample), delimiter=candidate)][:200]
        except csv.Error:
            continue
        counts = [one for one in counts if one] or [1]
        usual = max(set(counts), key=counts.count)
        agree = counts.count(usual) / len(counts)
        if usual > 1 and agree > score:
            best, score = candidate, agree
    return best


def _csv_rows(table: TableFile) -> Iterator[list[Cell]]:
    csv.field_size_limit(LONGEST_CELL * 10)
    try:
        with table.path.open(encoding=table.encoding, newline="") as file:
            for number, row in enumerate(csv.reader(_no_nulls(file, table.name), delimiter=table.delimiter)):
                if number == 0 and table.delimiter.join(row).lower() == f"sep={table.delimiter}":
                    continue
                yield [cell.strip()[:LONGEST_CELL] or None for cell in row]
    except csv.Error as wrong:
        raise FileBroken("file", file=table.name, why=str(wrong)[:200]) from None
    except UnicodeDecodeError:
        raise FileBroken("file", file=table.name, why=f"not {table.encoding}") from None


def _count_lines(table: TableFile) -> int:
    """Rows of a .csv without making cells of them; lines, when no quotes may hold ends of lines."""
    lines, last = 0, b"\n"
    plain = table.encoding in ("utf-8", "utf-8-sig", "cp1251")
    with table.path.open("rb") as file:
        while plain and (piece := file.read(1 << 20)):
            plain = b'"' not in piece and b"\r" not in piece.replace(b"\r\n", b"").removesuffix(b"\r")
            lines += piece.count(b"\n")
            last = piece[-1:]
        file.seek(0)
        named = file.read(7).removeprefix(b"\xef\xbb\xbf").lower().startswith(b"sep=")
    if not plain or named:
        return sum(1 for _ in _csv_rows(table))
    return lines + (last != b"\n")


def _no_nulls(lines: Iterator[str] | io.TextIOWrapper, name: str) -> Iterator[str]:
    for number, line in enumerate(lines):
        if "\0" in line:
            raise FileBroken(f"row {number + 1}", file=name, why="NUL")
        if len(line) > 50_000_000:
            raise TableTooLarge(f"row {number + 1}", file=name, what="line", most=50_000_000)
        yield line
