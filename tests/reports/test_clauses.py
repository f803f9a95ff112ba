"""The records behind a cell: the list under its formula has exactly what the report counted."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from svyaz.reports.pivot import ReportRequest, run_report
from tests.cast import Cast

PATHS = (
    "stage",
    "responsible",
    "responsible.department",
    "counterparty",
    "counterparty.city",
    "counterparty.created_at:month",
    "title",
    "number",
    "amount",
    "priority",
    "close_on",
    "close_on:week",
    "close_on:quarter",
    "created_at",
    "created_at:day",
    "created_at:month",
    "co_executors",
    "co_executors.department",
    "contacts",
    "source",
)


@pytest.fixture
def sold(romashka: Cast) -> Cast:
    """Thirty deals over three months, with everything that may be empty sometimes empty."""
    chance = random.Random(7)
    system = romashka.system
    clients = [
        system.create("counterparty", title=title, city=city).id
        for title, city in (("ООО «Лютик»", "Казань"), ('АО "Василёк"', "казань"), ("Мак", None))
    ]
    contacts = [system.create("contact", first_name=name).id for name in ("Ёлкин", "Петров")]
    people = list(romashka.people.values())
    for number in range(30):
        system.create(
            "deal",
            title=chance.choice(("Насос", "насос", 'Труба "50"', None)),
            counterparty=chance.choice((*clients, None)),
            contacts=chance.sample(contacts, chance.randint(0, 2)),
            amount=chance.choice(("100.50", "0", None)),
            priority=chance.choice(("low", "high", None)),
            close_on=chance.choice((None, (date(2026, 1, 30) + timedelta(days=number)).isoformat())),
            responsible=chance.choice(people),
            co_executors=chance.sample(people, chance.randint(0, 2)),
        )
        romashka.tick(hours=31)
    return romashka


def test_list_under_the_filter_of_a_row_has_the_records_that_the_row_counts(sold: Cast) -> None:
    for path in PATHS:
        told = sold.system.read(run_report, ReportRequest("deal", (path,), ("stage",)))
        assert told["row_filters"][-1] == ""
        assert len(told["rows"]) > 1, path
        for header, filter, cells in zip(told["rows"], told["row_filters"], told["cells"], strict=True):
            listed = sold.system.ids("deal", filter=filter, fields=("label",))
            assert len(listed) == cells[-1][0], (path, header, filter)


def test_cell_of_two_rows_and_two_columns_is_all_of_its_filters_together(sold: Cast) -> None:
    request = ReportRequest("deal", ("responsible", "close_on:month"), ("priority", "counterparty"))
    told = sold.system.read(run_report, request)
    asked = 0
    for row, cells in zip(told["row_filters"], told["cells"], strict=True):
        for column, cell in zip(told["column_filters"], cells, strict=True):
            if cell is None or asked > 60:
                continue
            asked += 1
            filter = " and ".join(f"({one})" for one in (row, column) if one)
            assert len(sold.system.ids("deal", filter=filter, fields=("label",))) == cell[0], filter
    assert asked > 20
