"""The sample files of a solution as rows, with their dates put on one day; see solutions/sales/sample/README.md."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from svyaz.fields.base import Terms
from svyaz.fields.registry import TYPES
from svyaz.schema.snapshot import Field
from tests.snapshots import ROOT

SAMPLE = ROOT / "solutions" / "sales" / "sample"
DAY = date(2026, 11, 24)
RELATIVE = re.compile(r"today([+-]\d+)?( \d\d:\d\d)?")


def rows(entity: str, folder: Path = SAMPLE) -> Iterator[dict[str, str]]:
    with (folder / f"{entity}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, strict=True)


def on_day(text: str) -> str:
    """ "today-3 14:30" -> "2026-11-21T14:30:00+03:00"; what is not relative stays."""
    found = RELATIVE.fullmatch(text)
    if not found:
        return text
    day = DAY + timedelta(days=int(found[1] or 0))
    return f"{day}T{found[2].strip()}:00+03:00" if found[2] else day.isoformat()


def several(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def canonical(field: Field, text: str) -> Any:
    """What the field makes of a cell; links are left to whoever knows the labels."""
    many = TYPES[field.type].expression_type(field.options).many
    raw: Any = several(text) if many else on_day(text)
    return TYPES[field.type].accept(raw, field.options, Terms())
