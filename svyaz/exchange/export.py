"""A list as .xlsx, .csv or NDJSON: streamed, safe from formula injection, and imported back equal.

A text that a spreadsheet would run (= @ or + - before a letter, TAB, CR) gets an apostrophe in
front in a .csv; import takes it off again.  In an .xlsx a text cell is a text and is never run.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import xlsxwriter

from svyaz.access.actor import Actor
from svyaz.access.fields import may_read
from svyaz.exchange.tables import TableTooLarge
from svyaz.kernel.clock import parse_instant
from svyaz.records.problems import UnknownField
from svyaz.schema.scope import walk
from svyaz.schema.snapshot import Entity, Field, Snapshot

FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ndjson": "application/x-ndjson",
}
MOST_XLSX_ROWS = 1_048_575
# What a spreadsheet runs: a formula mark, or a sign that is not the start of a number or a phone.
RUNS = re.compile(r"^(?:[=@\t\r]|[+\-](?![\d\s().\-]*$))")


@dataclass(frozen=True, slots=True)
class ExportColumn:
    path: tuple[str, ...]
    title: str
    field: Field
    zone: str
    titles: dict[str, str]
    currency: str


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
        yield from _csv(columns, rows, language)
    else:
        yield from _xlsx(columns, rows, language)


def _csv(columns: Sequence[ExportColumn], rows: Iterable[Sequence[Any]], language: str) -> Iterator[bytes]:
    """UTF-8 with a mark and, in Russian, semicolons and decimal commas: what a double click in a Russian office opens."""
    russian = language != "en"
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if russian else ",", lineterminator="\r\n")
    writer.writerow([safe_text(one.title) for one in columns])
    yield "\ufeff".encode()
    for number, row in enumerate(rows):
        writer.writerow(
            [_csv_cell(cell_value(one, cell, language), russian) for one, cell in zip(columns, row, strict=True)]
        )
        if number % 500 == 499:
            yield _drained(out)
    yield _drained(out)


def _drained(out: io.StringIO) -> bytes:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode()


def _csv_cell(value: Any, russian: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%d.%m.%Y %H:%M:%S" if russian else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y") if russian else value.isoformat()
    if isinstance(value, Decimal):
        return str(value).replace(".", ",") if russian else str(value)
    return safe_text(str(value))


def safe_text(text: str) -> str:
    return f"'{text}" if RUNS.match(text) else text


def unsafe_text(text: str) -> str:
    """The inverse of safe_text, for import."""
    return text[1:] if text.startswith("'") and RUNS.match(text[1:]) else text


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


def cell_value(column: ExportColumn, cell: Any, language: str) -> Any:
    """A cell of the wire as what goes into a file: str, int, Decimal, date, datetime (wall time of the zone) or None."""
    if cell is None or cell == []:
        return None
    kind = column.field.type
    if kind in ("link", "employee", "department"):
        return _label(cell)
    if kind == "any_link":
        return cell[2] if len(cell) > 2 else None
    if kind == "links":
        return "; ".join(_quoted(_label(one) or "") for one in cell)
    if kind in ("choice", "stage"):
        return column.titles.get(cell, cell)
    if kind == "choices":
        return "; ".join(_quoted(column.titles.get(one, one)) for one in cell)
    if kind in ("phone", "email"):
        return "; ".join(f"{one[0]} ({one[1]})" if one[1] else one[0] for one in cell)
    if kind in ("file", "image"):
        return "; ".join(_quoted(one[1]) for one in cell)
    if kind == "money":
        # A sum in the company's currency is a number; in another it must say which.
        amount, currency = cell
        return Decimal(amount) if currency == column.currency else f"{amount} {currency}"
    if kind in ("decimal", "percent"):
        return Decimal(cell)
    if kind == "yes_no":
        return {True: ("да", "yes"), False: ("нет", "no")}[bool(cell)][language == "en"]
    if kind == "date":
        return cell if isinstance(cell, date) else date.fromisoformat(cell)
    if kind == "datetime":
        instant = cell if isinstance(cell, datetime) else parse_instant(cell)
        return instant.astimezone(ZoneInfo(column.zone)).replace(tzinfo=None)
    return cell


def _label(cell: Any) -> str | None:
    return cell[1] if isinstance(cell, list | tuple) else cell


def _quoted(text: str) -> str:
    """A part of a list of several: quoted when it holds the separator itself."""
    return '"' + text.replace('"', '""') + '"' if ";" in text or text.startswith('"') else text


def _title(title: Any, language: str) -> str:
    if isinstance(title, dict):
        return str(title.get(language) or title.get("ru") or "")
    say = getattr(title, "say", None)
    return str(say(language)) if say else str(title)
