"""What a cell of the wire becomes in a file that people open: str, int, Decimal, date, wall time, or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from svyaz.fields.base import Terms
from svyaz.fields.registry import PLAIN
from svyaz.kernel.clock import parse_instant
from svyaz.kernel.durations import say_duration
from svyaz.kernel.words import load_words
from svyaz.schema.snapshot import Field

# What a spreadsheet runs: a formula mark, or a sign that is not the start of a number or a phone.
RUNS = re.compile(r"^(?:[=@\t\r]|[+\-](?![\d\s().\-]*$))")


# Types of several parts: what a file says of them must be read back as they are.
LINED = {name: PLAIN[name] for name in ("person_name", "address")}
TERMS = Terms()


@dataclass(frozen=True, slots=True)
class ExportColumn:
    path: tuple[str, ...]
    title: str
    field: Field
    zone: str
    titles: dict[str, str]
    currency: str


def safe_text(text: str) -> str:
    return f"'{text}" if RUNS.match(text) else text


def unsafe_text(text: str) -> str:
    """The inverse of safe_text, for import."""
    return text[1:] if text.startswith("'") and RUNS.match(text[1:]) else text


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
    if kind in LINED:
        kept = LINED[kind]
        return kept.say(kept.accept(cell, {}, TERMS), {}, load_words(language))
    if kind == "duration":
        return say_duration(cell, language)
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
