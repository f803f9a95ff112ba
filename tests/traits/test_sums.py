"""The worked table of docs/algorithms/positions.md, row by row."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from svyaz.traits.sums import line_sum

PAGE = Path(__file__).parents[2] / "docs" / "algorithms" / "positions.md"


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def minor(text: str) -> int | None:
    return int(Decimal(text).scaleb(2)) if text else None


@pytest.mark.parametrize("row", rows(), ids=lambda row: " ".join(row))
def test_line_comes_to_what_the_worked_table_says(row: list[str]) -> None:
    quantity, price, discount, vat, how, off, tax, total = row
    found = line_sum(
        Decimal(quantity),
        minor(price) or 0,
        Decimal(discount) if discount else None,
        Decimal(vat) if vat else None,
        {"сверху": "on_top", "в том числе": "included"}[how],
    )
    assert (found.discount_minor, found.vat_minor, found.total_minor) == (minor(off), minor(tax), minor(total))


def test_the_table_is_there() -> None:
    assert len(rows()) >= 12
