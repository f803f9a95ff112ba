"""The main job on real input: four spreadsheets of Maven into «Продажи» by the command of examples/maven.

The files are not ours to ship: the folder comes from SVYAZ_MAVEN_DATA (by default ../shared/data/maven-crm
beside the checkout).  The same troubles, generated, are always tested in tests/exchange/test_import.py.
"""

from __future__ import annotations

import io
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import httpx
import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.postgres import fresh_database

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = Path(os.environ.get("SVYAZ_MAVEN_DATA", ROOT.parent / "shared" / "data" / "maven-crm"))
LOAD = ROOT / "examples" / "maven" / "load"

pytestmark = pytest.mark.skipif(
    not (DATA / "sales_pipeline.csv").exists(),
    reason=f"the spreadsheets of Maven are not in {DATA}: set SVYAZ_MAVEN_DATA to their folder",
)

FIGURES = {
    "companies": 85,
    "with_parent": 15,
    "products": 7,
    "sellers": 35,
    "heads": 6,
    "deals": 8800,
    "won": 4238,
    "won_sum": 10005534,
    "lost": 2473,
    "engaging": 1589,
    "prospecting": 500,
    "without_company": 1425,
}
BY_HEAD = {
    "Melvin Marxen": 2251930,
    "Summer Sewald": 1964750,
    "Rocco Neubert": 1960545,
    "Celia Rouche": 1603897,
    "Cara Losch": 1130049,
    "Dustin Brinkmann": 1094363,
}
BY_QUARTER_OF_2017 = [1134672, 3086111, 2982255, 2802496]
MEDIAN_DAYS = 57


@pytest.fixture(scope="module")
def loading() -> ModuleType:
    loader = SourceFileLoader("maven_load", str(LOAD))
    spec = spec_from_loader("maven_load", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home loaded once by the command, as a person would call it."""
    home = tmp_path_factory.mktemp("maven") / "home"
    if request.param == "sqlite":
        assert _run(home) == FIGURES
        yield home
    else:
        with fresh_database() as url:
            assert _run(home, "--database", url) == FIGURES
            yield home


def _run(home: Path, *more: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(LOAD), "--data", str(DATA), "--home", str(home), *more],
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.strip().splitlines()[-1])  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def api(home: Path, loading: ModuleType) -> Iterator[Any]:
    with loading.serving(home, "") as api:
        yield api


def test_figures_come_back_and_a_second_run_creates_nothing(home: Path) -> None:
    assert _run(home) == FIGURES


def pivot(api: Any, **asked: Any) -> dict[str, int]:
    """First row cell -> the only measure; totals left out."""
    told = api.call(
        "POST", "/api/reports/run", {"entity": "deal", "filter": 'stage = "won"', "measures": ["sum:amount"], **asked}
    )
    return {
        str(head[0][1] if isinstance(head[0], list) else head[0]): round(float(values[0][0][0]))
        for head, values in zip(told["rows"], told["cells"], strict=True)
        if len(head) == 1 and head[0] is not None and values[0] is not None
    }


def test_won_by_head_and_by_quarter_are_those_of_the_spreadsheet(api: Any) -> None:
    assert pivot(api, rows=["responsible.head"]) == BY_HEAD
    quarters = pivot(api, rows=["closed_on:quarter"])
    assert [quarters[key] for key in sorted(quarters) if "2017" in key] == BY_QUARTER_OF_2017


def rows(api: Any, path: str) -> bytes:
    request = Request(api.address + path, headers={"Authorization": f"Bearer {api.token}"})
    with urlopen(request, timeout=300) as answer:
        return answer.read()  # type: ignore[no-any-return]


def test_median_days_from_engage_to_won(api: Any) -> None:
    asked = quote('stage = "won"')
    text = rows(api, f"/api/records/deal?format=ndjson&fields=engaged_on,closed_on&filter={asked}")
    told = [json.loads(line) for line in text.splitlines()]
    assert len(told) == FIGURES["won"]
    days = [(date.fromisoformat(one["closed_on"]) - date.fromisoformat(one["engaged_on"])).days for one in told]
    assert statistics.median(days) == MEDIAN_DAYS


def test_footer_of_the_list_and_the_exported_workbook_say_the_same(api: Any) -> None:
    footer = api.query(
        "deal", filter='stage = "won"', limit=0, count="exact", totals=[{"function": "sum", "field": "amount"}]
    )
    assert (footer["count"]["value"], float(footer["totals"][0][0])) == (FIGURES["won"], FIGURES["won_sum"])
    asked = quote('stage = "won"')
    book = openpyxl.load_workbook(
        io.BytesIO(rows(api, f"/api/records/deal?format=xlsx&filter={asked}")),
        read_only=True,
    )
    table = list(book.worksheets[0].iter_rows(values_only=True))
    amount = table[0].index("Сумма")
    assert len(table) - 1 == FIGURES["won"]
    assert round(sum(row[amount] for row in table[1:] if row[amount] is not None)) == FIGURES["won_sum"]


def test_undo_of_the_last_file_leaves_living_data_as_it_was(loading: ModuleType, tmp_path: Path) -> None:
    """Loaded file by file into another home: digest before the deals, import, undo, digest again.

    On SQLite; the same on PostgreSQL is in tests/exchange/test_import.py.
    """
    other = tmp_path / "other"
    with loading.serving(other, "") as api:
        for name in ("sales_teams", "products", "accounts"):
            loading.load(api, name, DATA / f"{name}.csv")
        before = living(api)
        run = loading.load(api, "sales_pipeline", DATA / "sales_pipeline.csv")
        assert api.count("deal") == FIGURES["deals"]
        api.call("POST", f"/api/imports/{run['id']}/undo", {})
        for _ in range(600):
            if api.call("GET", f"/api/imports/{run['id']}")["state"] == "undone" and api.count("deal") == 0:
                break
            time.sleep(0.2)
        assert api.count("deal") == 0
        assert living(api) == before


def living(api: Any) -> dict[str, bytes]:
    """Every living record of every object, as the export tells it."""
    return {
        key: rows(api, f"/api/records/{key}?format=ndjson&sort=id")
        for key in sorted(api.call("GET", "/api/schema")["entities"])
    }


def test_footer_in_the_browser_says_the_same(api: Any, home: Path, page: Page) -> None:
    """All 8,800 sales: only won ones have a sum, so the footer of the whole list is the sum of the won."""
    once = subprocess.run(
        [sys.executable, "-m", "svyaz.cli", "user", "password", "--home", str(home), "--login", "admin"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()[-1]
    with httpx.Client(base_url=api.address) as http:
        signed = http.post("/api/session", json={"login": "admin", "password": once})
        http.headers["X-Svyaz-CSRF"] = signed.json()["csrf"]
        changed = http.post("/api/me/password", json={"old": once, "new": "мейвен-и-связь-2026"})
        assert changed.status_code == 204, changed.text
        page.context.add_cookies(
            [{"name": "svyaz_session", "value": http.cookies["svyaz_session"], "url": api.address}]
        )
    page.goto(f"{api.address}/deal")
    footer = page.locator("footer")
    expect(footer).to_contain_text(re.compile(r"Всего:\s*8\s800"), timeout=30_000)
    expect(footer).to_contain_text(re.compile(r"10\s005\s534"))
