"""Reports and files of lists: they tell exactly what the list shows its reader."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from tests.api.site import Caller, Site


def sales(site: Site) -> None:
    """Ольга 100 + 250.50 in stage new, Анна 1000 in stage needs."""
    for name, amount, stage in (("Ольга", "100", "new"), ("Ольга", "250.50", "new"), ("Анна", "1000", "needs")):
        site.browser(name).create("deal", title=f"{name} {amount}", amount=amount, stage=stage, close_on="2026-03-15")


def pivot(person: Caller, **asked: Any) -> dict[str, Any]:
    return person.post("/api/reports/run", {"entity": "deal", **asked})


def grand_total(report: dict[str, Any]) -> list[Any]:
    """Rows and columns end with their totals; the last of both is of everything."""
    assert report["rows"][-1] == [] and report["columns"][-1] == []
    return report["cells"][-1][-1]


@pytest.mark.parametrize(
    ("name", "count", "total"), [("Ольга", 2, "350.50"), ("Анна", 1, "1000.00"), ("Мария Сергеевна", 3, "1350.50")]
)
def test_report_counts_what_the_list_of_its_reader_shows(site: Site, name: str, count: int, total: str) -> None:
    """Row 24: list, footer, board, report and export agree for everyone."""
    sales(site)
    person = site.token(name)
    ids = person.ids("deal")
    assert len(ids) == count
    totals = [{"function": "count"}, {"function": "sum", "field": "amount"}]
    told = person.post("/api/records/deal/query", {"count": "exact", "totals": totals, "limit": 0})
    assert told == {"count": {"value": count, "capped": False}, "totals": [count, [total, "RUB"]]}
    report = pivot(person, rows=["responsible"], columns=["stage"], measures=["count", "sum:amount"])
    assert grand_total(report) == [count, [total, "RUB"]], report
    groups = person.post("/api/records/deal/query", {"group": "stage", "totals": totals})["groups"]
    assert sum(one["count"] for one in groups) == count
    assert len(person.get("/api/records/deal/suggest", limit=100)["items"]) == count
    assert person.get("/api/records/deal", count="capped")["count"]["value"] == count
    rows = list(csv.reader(io.StringIO(exported(person, "csv").decode("utf-8-sig")), delimiter=";"))
    assert len(rows) - 1 == count


def test_report_by_month_and_through_a_link(site: Site) -> None:
    sales(site)
    maria = site.browser("Мария Сергеевна")
    report = pivot(
        maria, rows=["responsible.department", "close_on:month"], measures=["count", "avg:amount", "median:amount"]
    )
    assert report["rows"] == [
        [[site.cast.departments["Опт"], "Опт"], "2026-03-01"],
        [[site.cast.departments["Опт"], "Опт"]],
        [[site.cast.departments["Продажи"], "Продажи"], "2026-03-01"],
        [[site.cast.departments["Продажи"], "Продажи"]],
        [],
    ]
    assert grand_total(report)[0] == 3 and grand_total(report)[2] == ["250.50", "RUB"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"entity": "nonsense"}, "not_found"),
        ({"entity": "nonsense", "rows": ["stage"]}, "not_found"),
        ({"entity": "deal", "rows": ["nonsense"]}, "unknown_field"),
        ({"entity": "deal", "rows": ["close_on:decade"]}, "unknown_grain"),
        ({"entity": "deal", "measures": ["sum"]}, "measure_needs_field"),
        ({"entity": "deal", "measures": ["drop:amount"]}, "unknown_measure"),
        ({"entity": "deal", "measures": ["sum:title"]}, "cannot_measure"),
        ({"entity": "deal", "rows": ["stage"] * 5}, "too_many_dimensions"),
        ({"entity": "deal", "columns": ["stage"] * 10_000}, "too_many_dimensions"),
        ({"entity": "deal", "measures": ["count"] * 10_000}, "too_many_dimensions"),
        ({"entity": "deal", "rows": ["title:month"]}, "cannot_group"),
        ({"entity": "deal", "filter": "amount >"}, None),
        ({"entity": "deal", "row": []}, "bad_request"),
    ],
)
def test_report_nobody_understands_is_refused_in_words(site: Site, asked: dict[str, Any], code: str | None) -> None:
    answer = site.browser("Ольга").send("POST", "/api/reports/run", asked)
    assert answer.status_code in (400, 404, 422), answer.text
    error = answer.json()["error"]
    assert code is None or error["code"] == code
    assert error["text"] and error["code"] not in error["text"], "told by its code only: it has no words"


def test_report_too_wide_to_be_read_says_so_and_tells_what_to_do(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    sales(site)
    monkeypatch.setattr("svyaz.storage.run_pivot.MOST_COLUMNS", 2)
    maria = site.browser("Мария Сергеевна")
    asked = {"entity": "deal", "columns": ["title"]}
    refused = maria.refused("POST", "/api/reports/run", 422, asked)
    assert refused["code"] == "too_many_columns" and refused["place"] == "columns"
    assert "строки" in refused["text"]
    assert maria.post("/api/reports/run", {"entity": "deal", "rows": ["title"]})["rows"]


def exported(person: Caller, form: str, entity: str = "deal", **asked: str) -> bytes:
    answer = person.send("GET", f"/api/records/{entity}", params={"format": form, **asked})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    return answer.content


def test_list_goes_out_as_xlsx_csv_and_ndjson(site: Site) -> None:
    sales(site)
    maria = site.token("Мария Сергеевна")
    asked = {"fields": "title,amount,responsible", "sort": "amount", "filter": "amount < 500"}
    text = exported(maria, "csv", **asked).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert [row[0] for row in rows[1:]] == ["Ольга 100", "Ольга 250.50"] and rows[0][0] == "Название"
    book = CalamineWorkbook.from_filelike(io.BytesIO(exported(maria, "xlsx", **asked)))
    assert [row[0] for row in book.get_sheet_by_index(0).to_python()[1:]] == ["Ольга 100", "Ольга 250.50"]
    lines = [json.loads(line) for line in exported(maria, "ndjson", **asked).splitlines()]
    assert len(lines) == 2
    accepted = maria.send("GET", "/api/records/deal", headers={"Accept": "text/csv"})
    assert accepted.headers["content-type"].startswith("text/csv")


DANGEROUS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "@SUM(A1)",
    "+A1+B1",
    "-A1",
    "\t=1",
    '=HYPERLINK("http://evil")',
    "–обычное",
    "-5 градусов",
]


def test_no_cell_of_an_export_is_a_formula_and_it_imports_back_equal(site: Site) -> None:
    """Row 42."""
    maria = site.token("Мария Сергеевна")
    for text in DANGEROUS:
        maria.create("counterparty", title=text.strip() or text, phones=["+7 916 123-45-67"])
    content = exported(maria, "csv", "counterparty", fields="title,phones", sort="id")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))[1:]
    assert len(rows) == len(DANGEROUS)
    for row in rows:
        assert not row[0].startswith(("=", "@", "\t", "\r")) and row[0][:2] not in ("+A", "-A"), row
        assert row[1].startswith("+7"), "a phone is not spoilt"
    xlsx = exported(maria, "xlsx", "counterparty", fields="title,phones")
    with ZipFile(io.BytesIO(xlsx)) as book:
        assert b"<f>" not in b"".join(book.read(name) for name in book.namelist() if "sheet" in name)
    run = maria.upload("/api/imports", "назад.csv", content, entity="counterparty")
    maria.put(f"/api/imports/{run['id']}", {**run["plan"], "keys": []} | {"columns": [{"column": 0, "field": "title"}]})
    maria.post(f"/api/imports/{run['id']}/run", status=202)
    site.run_jobs()
    titles = [row[2] for row in maria.get("/api/records/counterparty", fields="title", sort="id", limit=1000)["rows"]]
    assert titles[len(DANGEROUS) :] == titles[: len(DANGEROUS)]


def test_export_is_a_right_of_its_own(site: Site) -> None:
    sales(site)
    olga = site.browser("Ольга")
    told = olga.refused("GET", "/api/records/product", 403, params={"format": "csv"})
    assert told["code"] == "denied_export" and "Руководитель" in told["facts"]["who_may"]
    olga.refused("GET", "/api/records/deal", 422, params={"format": "xlsx", "filter": "nonsense = 1"})
    olga.refused("GET", "/api/records/deal", 422, params={"format": "csv", "fields": "nonsense"})
    # What one sees by taking part but does not own is seen and not carried away.
    petr, deal = site.browser("Пётр"), olga.ids("deal")[0]
    olga.change("deal", deal, olga.open("deal", deal)["version"], co_executors=[site.people["Пётр"]])
    assert petr.ids("deal") == [deal]
    assert exported(petr, "ndjson") == b""
