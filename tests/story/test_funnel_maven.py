"""The funnel of the real spreadsheets against SQL written by hand over the same base, on both databases.

Where the files come from and what they hold is told in test_maven.py.  The SQL here looks into the tables
of records and of stage moves as a person with a console would; it shares nothing with the product's own.
"""

from __future__ import annotations

import math
import sqlite3
import statistics
import tomllib
from collections.abc import Callable
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.story.test_maven import DATA, FIGURES, api, home, loading

__all__ = ["api", "home", "loading"]

pytestmark = pytest.mark.skipif(
    not (DATA / "sales_pipeline.csv").exists(),
    reason=f"the spreadsheets of Maven are not in {DATA}: set SVYAZ_MAVEN_DATA to their folder",
)

Sql = Callable[[str], list[tuple[Any, ...]]]
FIRST, LAST = "2017-04-01", "2017-06-30"
QUARTER = f"BETWEEN '{FIRST}' AND '{LAST}'"


@pytest.fixture(scope="module")
def sql(home: Path) -> Sql:
    settings = tomllib.loads((home / "settings.toml").read_text(encoding="utf-8"))["database"]

    def run(text: str) -> list[tuple[Any, ...]]:
        if not settings["url"]:
            with closing(sqlite3.connect(f"file:{home / 'company.sqlite'}?mode=ro", uri=True)) as base:
                return base.execute(text).fetchall()
        with psycopg.connect(settings["url"]) as base:
            base.execute(f"SET search_path TO {settings['schema']}")
            return base.execute(text).fetchall()

    return run


def funnel(api: Any, **asked: Any) -> dict[str, Any]:
    told: dict[str, Any] = api.call("POST", "/api/reports/funnel", {"entity": "deal", "pipeline": "products", **asked})
    return told


def row(figures: dict[str, Any], stage: str) -> dict[str, Any]:
    (found,) = [one for one in figures["rows"] if one["stage"] == stage]
    return {key: one["records"] if isinstance(one, dict) else one for key, one in found.items()}


def minor(amount: list[str]) -> int:
    return int(Decimal(amount[0]) * 100)


def one(rows: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    (only,) = rows
    return only


def test_whole_funnel_is_that_of_the_stage_moves(api: Any, sql: Sql) -> None:
    moved = "SELECT count(DISTINCT m.record) FROM sv_stage_move m JOIN deal d ON d.sv_id = m.record WHERE m.stage "
    whole = funnel(api)["whole"]
    assert row(whole, "prospecting")["entered"] == one(sql(f"{moved} <> ''"))[0] == FIGURES["deals"]
    engaging = row(whole, "engaging")
    assert engaging["entered"] == one(sql(f"{moved} IN ('engaging', 'won')"))[0]
    assert engaging["went_on"] == one(sql(f"{moved} = 'won'"))[0] == FIGURES["won"]
    assert engaging["in_progress"] == one(sql(f"{moved} = 'engaging' AND m.left_at IS NULL"))[0] == FIGURES["engaging"]
    assert engaging["left"] == one(sql(f"{moved} = 'engaging' AND m.left_at IS NOT NULL"))[0]
    assert engaging["lost"] == one(sql(f"{moved} = 'lost'"))[0] == FIGURES["lost"]
    assert engaging["conversion"] == round(FIGURES["won"] / engaging["entered"], 6)
    assert (whole["won"]["records"], minor(whole["won"]["amount"])) == (FIGURES["won"], FIGURES["won_sum"] * 100)
    assert whole["weakest"] == "engaging"


def test_funnel_of_a_quarter_is_that_of_the_dates_in_the_spreadsheet(api: Any, sql: Sql) -> None:
    whole = funnel(api, **{"from": FIRST, "to": LAST})["whole"]
    engaging = row(whole, "engaging")

    def count(where: str) -> int:
        found: int = one(sql(f"SELECT count(*) FROM deal WHERE {where}"))[0]
        return found

    assert engaging["entered"] == count(f"engaged_on {QUARTER}")
    assert engaging["went_on"] == count(f"engaged_on {QUARTER} AND stage = 'won' AND closed_on <= '{LAST}'")
    assert engaging["left"] == count(f"closed_on {QUARTER}")
    assert engaging["lost"] == count(f"closed_on {QUARTER} AND stage = 'lost'")
    open_then = f"engaged_on <= '{LAST}' AND (closed_on IS NULL OR closed_on > '{LAST}')"
    assert engaging["in_progress"] == count(open_then)
    won = one(sql(f"SELECT count(*), sum(amount__base) FROM deal WHERE stage = 'won' AND closed_on {QUARTER}"))
    assert (whole["won"]["records"], minor(whole["won"]["amount"])) == won


def test_days_on_the_stage_are_those_between_the_dates_of_the_spreadsheet(api: Any, sql: Sql) -> None:
    for asked, where in (({}, "closed_on IS NOT NULL"), ({"from": FIRST, "to": LAST}, f"closed_on {QUARTER}")):
        rows = sql(f"SELECT engaged_on, closed_on FROM deal WHERE {where}")
        lengths = sorted((date.fromisoformat(str(end)) - date.fromisoformat(str(start))).days for start, end in rows)
        told = row(funnel(api, **asked)["whole"], "engaging")
        nine_tenths = lengths[math.ceil(len(lengths) * 9 / 10) - 1]
        assert (told["days_median"], told["days_90"]) == (statistics.median(lengths), nine_tenths)


def test_every_seller_has_the_figures_that_sql_gives_him_and_the_records_behind_them(api: Any, sql: Sql) -> None:
    told = funnel(api, by="responsible", **{"from": FIRST, "to": LAST})
    by_hand = {
        seller: (won, lost, total)
        for seller, won, lost, total in sql(
            "SELECT responsible, sum(CASE WHEN stage = 'won' THEN 1 ELSE 0 END),"
            " sum(CASE WHEN stage = 'lost' THEN 1 ELSE 0 END),"
            " sum(CASE WHEN stage = 'won' THEN amount__base ELSE 0 END)"
            f" FROM deal WHERE closed_on {QUARTER} GROUP BY responsible"
        )
    }
    counted = {
        group["value"][0]: (group["won"]["records"], group["lost"]["records"], minor(group["won"]["amount"]))
        for group in told["groups"]
    }
    assert {seller: figures for seller, figures in counted.items() if any(figures)} == by_hand
    seller = told["groups"][0]
    asked = {"entity": "deal", "pipeline": "products", "from": FIRST, "to": LAST, "filter": seller["filter"]}
    behind = api.call("POST", "/api/reports/funnel/records", {**asked, "figure": "won", "limit": 1000})
    listed = sql(
        f"SELECT sv_id FROM deal WHERE stage = 'won' AND closed_on {QUARTER} AND responsible = {seller['value'][0]}"
    )
    assert sorted(one[0] for one in behind["rows"]) == sorted(id for (id,) in listed)


def test_lost_deals_stand_under_the_stage_they_were_lost_from(api: Any, sql: Sql) -> None:
    told = funnel(api, **{"from": FIRST, "to": LAST})["losses"]
    (lost,) = sql(f"SELECT count(*) FROM deal WHERE stage = 'lost' AND closed_on {QUARTER}")
    assert [(one["reason"], one["records"], [at["stage"] for at in one["stages"]]) for one in told] == [
        (None, lost[0], ["engaging"])
    ]
