"""A list as .xlsx, .csv or NDJSON: streamed, safe from formula injection, and imported back equal.

A text that a spreadsheet would run (= @ or + - before a letter, TAB, CR) gets an apostrophe in
front in a .csv; import takes it off again.  In an .xlsx a text cell is a text and is never run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import xlsxwriter

from svyaz.access.actor import Actor
from svyaz.access.fields import may_read
from svyaz.exchange.export_cells import ExportColumn, cell_value
from svyaz.exchange.export_csv import csv_rows
from svyaz.exchange.tables import TableTooLarge
from svyaz.records.problems import UnknownField
from svyaz.schema.scope import walk
from svyaz.schema.snapshot import Entity, Snapshot

FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ndjson": "application/x-ndjson",
}
MOST_XLSX_ROWS = 1_048_575


def export_columns(snapshot: Snapshot, actor: Actor, entity: Entity, fields: Sequence[str]) -> list[ExportColumn]:
    """The named paths, or every field the reader may read with the id first, so that an import finds its rows."""
    if fields:
        paths = [tuple(name.split(".")) for name in fields]
    else:
        own = [one for one in entity.fields if not one.hidden and may_read(snapshot, actor, entity.key, one.key)]
        paths = [("id",), *((one.key,) for one in own if one.key not in ("id", "label"))]
    columns = []
    currency = snapshot.settings.currency
    for path in paths:
        walked = walk(snapshot.entities, entity, path)
        if walked is None:
            raise UnknownField("fields", field=".".join(path))
        field = walked[-1]
        options = {
            str(one["key"]): _title(one["title"], actor.language) for one in field.options.get("options", ()) or ()
        }
        columns.append(
            ExportColumn(
                path, " / ".join(one.title.say(actor.language) for one in walked), field, actor.zone, options, currency
            )
        )
    return columns


def write_rows(
    form: str, columns: Sequence[ExportColumn], rows: Iterable[Sequence[Any]], language: str
) -> Iterator[bytes]:
    """Rows are cells of the wire without id and version, in the order of columns."""
    if form == "ndjson":
        keys = [".".join(one.path) for one in columns]
        for row in rows:
            yield orjson.dumps(dict(zip(keys, row, strict=True)), option=orjson.OPT_UTC_Z) + b"\n"
    elif form == "csv":
        yield from csv_rows(columns, rows, language)
    else:
        yield from _xlsx(columns, rows, language)


def _xlsx(columns: Sequence[ExportColumn], rows: Iterable[Sequence[Any]], language: str) -> Iterator[bytes]:
    """Written row by row to a file beside memory, then sent."""
    with tempfile.TemporaryDirectory(prefix="svyaz-") as folder:
        path = Path(folder) / "export.xlsx"
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "dd.mm.yyyy",
            "tmpdir": folder,
        }
        with xlsxwriter.Workbook(str(path), options) as book:
            sheet = book.add_worksheet()
            bold = book.add_format({"bold": True})
            moment = book.add_format({"num_format": "dd.mm.yyyy hh:mm:ss"})
            day = book.add_format({"num_format": "dd.mm.yyyy"})
            money = book.add_format({"num_format": "#,##0.00"})
            sheet.freeze_panes(1, 0)
            for number, column in enumerate(columns):
                sheet.write_string(0, number, column.title, bold)
                sheet.set_column(
                    number, number, 24 if column.field.type in ("text", "link", "links", "long_text") else 15
                )
            for at, row in enumerate(rows, start=1):
                if at > MOST_XLSX_ROWS:
                    raise TableTooLarge("format", file="xlsx", what="rows", most=MOST_XLSX_ROWS)
                for number, (column, cell) in enumerate(zip(columns, row, strict=True)):
                    value = cell_value(column, cell, language)
                    if value is None:
                        continue
                    if isinstance(value, datetime):
                        sheet.write_datetime(at, number, value, moment)
                    elif isinstance(value, date):
                        sheet.write_datetime(at, number, datetime.combine(value, time()), day)
                    elif isinstance(value, Decimal | int):
                        # A double keeps 15 digits; a longer number goes as text rather than changed.
                        if len(str(value).lstrip("-").replace(".", "")) > 15:
                            sheet.write_string(at, number, str(value))
                        else:
                            sheet.write_number(
                                at, number, float(value), money if column.field.type == "money" else None
                            )
                    else:
                        sheet.write_string(at, number, str(value)[:32_767])
        with path.open("rb") as file:
            while chunk := file.read(256 * 1024):
                yield chunk


def _title(title: Any, language: str) -> str:
    if isinstance(title, dict):
        return str(title.get(language) or title.get("ru") or "")
    say = getattr(title, "say", None)
    return str(say(language)) if say else str(title)
