"""A .csv is written by columns, and every cell is as it would be alone."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from svyaz.exchange.export_cells import ExportColumn, cell_value, safe_text
from svyaz.exchange.export_csv import PORTION, csv_rows
from svyaz.schema.snapshot import Field, Title

CELLS: dict[str, list[Any]] = {
    "text": ["Насосы", "=1+1", "-5", "+7 916 1234567", "@x", "a;b", 'с "кавычкой"', "", None, "'уже"],
    "long_text": ["две\nстроки", "\tx", None],
    "money": [["1200.50", "RUB"], ["-5.00", "RUB"], ["7.00", "USD"], ["-7.00", "USD"], None],
    "decimal": ["12.500", "-0.001", None],
    "percent": ["15.00", None],
    "integer": [0, 7, -7, None],
    "date": ["2026-03-01", date(2026, 12, 31), None],
    "datetime": ["2026-03-01T21:30:00Z", None],
    "yes_no": [True, False, None],
    "person_name": [{"last": "Иванов", "first": "Иван"}, {"last": "=1"}, None],
    "address": [{"city": "г. Казань", "house": "5"}, None],
    "place": ["55.751244, 37.618423", "-33.866667, 151.2", None],
    "barcode": ["4600051000057", "=1+1", None],
    "duration": [5400, 0, -60, None],
    "rating": [5, None],
    "colour": ["#1e5bd6", None],
    "choice": ["low", "gone", None],
    "stage": ["low", None],
    "choices": [["low", "gone"], []],
    "link": [[5, "=ООО «Ромашка»"], [6, None], [7, "Фирма"], None],
    "links": [[[5, "А; Б"], [6, "В"]], []],
    "any_link": [["deal", 5, "Насосы"], ["deal", 6, None], None],
    "phone": [[["+79161234567", "рабочий"], ["+74951234567", ""]], []],
    "file": [[[5, "договор.pdf", 100]], []],
}


def columns() -> list[ExportColumn]:
    return [
        ExportColumn((key,), key, Field(1, key, key, Title(key), key, {}), "Europe/Moscow", {"low": "Низкий"}, "RUB")
        for key in CELLS
    ]


def alone(column: ExportColumn, cell: Any, language: str) -> str:
    russian = language != "en"
    value = cell_value(column, cell, language)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%d.%m.%Y %H:%M:%S" if russian else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y") if russian else value.isoformat()
    if isinstance(value, Decimal):
        return str(value).replace(".", ",") if russian else str(value)
    return safe_text(str(value))


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_cell_of_a_csv_is_as_it_would_be_alone(language: str) -> None:
    dice = Random(3)
    rows = [[dice.choice(cells) for cells in CELLS.values()] for _ in range(PORTION * 2 + 7)]
    text = b"".join(csv_rows(columns(), rows, language)).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if language == "ru" else ","))
    assert read[0] == list(CELLS)
    expected = [[alone(one, cell, language) for one, cell in zip(columns(), row, strict=True)] for row in rows]
    assert read[1:] == expected


def test_list_of_nothing_is_a_line_of_titles() -> None:
    assert b"".join(csv_rows(columns(), [], "ru")).decode("utf-8-sig") == ";".join(CELLS) + "\r\n"
