"""A list as .csv, by columns: a column mostly repeats itself, so each different date, stage or name is written once.

UTF-8 with a mark and, in Russian, semicolons and decimal commas: what a double click in a Russian office opens.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from svyaz.exchange.export_cells import ExportColumn, cell_value, safe_text

PORTION = 500
MOST_KNOWN = 5_000
RISKY = frozenset("=@\t\r+-")  # only a text that begins so can be run by a spreadsheet
TEXTS = ("text", "long_text", "url", "colour", "place", "barcode", "autonumber", "inn", "kpp", "ogrn", "bik", "account")
REPEATED = ("choice", "stage", "date", "datetime", "yes_no", "integer", "rating", "duration")


def csv_rows(columns: Sequence[ExportColumn], rows: Iterable[Sequence[Any]], language: str) -> Iterator[bytes]:
    russian = language != "en"
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if russian else ",", lineterminator="\r\n")
    writer.writerow([safe_text(one.title) for one in columns])
    yield "\ufeff".encode()
    written = [_Column(one, language, russian) for one in columns]
    source = iter(rows)
    while portion := list(islice(source, PORTION)):
        texts = [one.texts(cells) for one, cells in zip(written, zip(*portion, strict=True), strict=True)]
        writer.writerows(zip(*texts, strict=True))
        yield _drained(out)
    yield _drained(out)


class _Column:
    """Texts of one column's cells; known: what its values have become so far."""

    def __init__(self, column: ExportColumn, language: str, russian: bool) -> None:
        self.column, self.language, self.russian = column, language, russian
        self.known: dict[Any, str] = {None: ""}

    def texts(self, cells: Sequence[Any]) -> list[str]:
        kind = self.column.field.type
        if kind in TEXTS and set(map(type, cells)) <= {str, type(None)}:
            return ["" if not cell else safe_text(cell) if cell[0] in RISKY else cell for cell in cells]
        if kind in ("money", "decimal", "percent"):
            return [self._number(cell) for cell in cells]
        if kind in ("link", "employee", "department"):
            return self._repeated([cell[1] if isinstance(cell, list) else cell for cell in cells], safe_text)
        if kind in REPEATED:
            return self._repeated(cells, self._text)
        return [self._text(cell) for cell in cells]

    def _number(self, cell: Any) -> str:
        """A sum in the company's currency is a number; in another it must say which."""
        if cell is None:
            return ""
        if not isinstance(cell, list):
            amount = str(cell)
        elif cell[1] == self.column.currency:
            amount = cell[0]
        else:
            return safe_text(f"{cell[0]} {cell[1]}")
        return amount.replace(".", ",") if self.russian else amount

    def _repeated(self, cells: Sequence[Any], text: Any) -> list[str]:
        known = self.known
        if len(known) > MOST_KNOWN:
            known.clear()
            known[None] = ""
        for cell in set(cells) - known.keys():
            known[cell] = text(cell)
        return [known[cell] for cell in cells]

    def _text(self, cell: Any) -> str:
        value = cell_value(self.column, cell, self.language)
        if value is None:
            return ""
        if isinstance(value, datetime):
            return value.strftime("%d.%m.%Y %H:%M:%S" if self.russian else "%Y-%m-%d %H:%M:%S")
        if isinstance(value, date):
            return value.strftime("%d.%m.%Y") if self.russian else value.isoformat()
        if isinstance(value, Decimal):
            return str(value).replace(".", ",") if self.russian else str(value)
        return safe_text(str(value))


def _drained(out: io.StringIO) -> bytes:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode()
