"""The rows that did not go in, as they were in the file, with the reason at the end: to be put right and sent again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from svyaz.exchange.export_cells import safe_text
from svyaz.exchange.file_rows import as_text
from svyaz.exchange.tables import Cell, TableFile, rows
from svyaz.kernel.words import load_words
from svyaz.storage import import_runs
from svyaz.storage.session import Session

PIECE = 65_536


def error_rows(
    session: Session, run: int, table: TableFile, sheet: int, header_row: int, language: str
) -> Iterator[bytes]:
    """A .csv in pieces, with ; between cells and the mark by which Excel knows UTF-8."""
    wrong = {one.row: one for one in _all_troubles(session, run)}
    words = load_words(language)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    yield "\ufeff".encode()
    left = len(wrong)
    for number, cells in enumerate(rows(table, sheet), start=1):
        if number == header_row:
            writer.writerow([*_texts(cells), words.say("error_row"), words.say("error_reason")])
        elif number in wrong:
            reasons = "; ".join(one["text"] for one in wrong[number].problem or ())
            writer.writerow([*_texts(cells), number, reasons])
            left -= 1
        if number >= header_row and not left:
            break
        if out.tell() > PIECE:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _texts(cells: list[Cell]) -> list[str]:
    return [safe_text(as_text(one) if one is not None else "") for one in cells]


def _all_troubles(session: Session, run: int) -> Iterator[import_runs.RowFate]:
    after = 0
    while found := import_runs.troubles(session, run, after):
        yield from found
        after = found[-1].row
