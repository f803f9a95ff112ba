"""Cursors from elsewhere, a clock that goes back, questions too deep and too long: answered, or refused in words."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from svyaz.jobs.queue import enqueue
from svyaz.jobs.worker import Worker
from svyaz.kernel.clock import FixedClock, iso
from svyaz.search.follow import catch_up
from svyaz.storage import queue
from svyaz.tenancy.backup import restore_backup, write_backup
from svyaz.traits.registry import SHAPES
from tests.api.site import Caller, Site
from tests.cast import CONDUCT, Cast
from tests.conftest import NOW, opened_company

TITLES = [f"Насосы {at}" for at in range(6)]


def sell(site: Site) -> list[int]:
    olga = site.browser("Ольга")
    ids = [olga.create("deal", title=title)["id"] for title in TITLES]
    catch_up(site.company)
    return ids


def cursors(caller: Caller) -> dict[str, str]:
    """Of each list that goes on, the way on after its first page: by the address that takes it."""
    found = {}
    for path, asked in (
        ("/api/records/deal?sort=-title", {"limit": 2}),
        ("/api/records/deal?sort=created_at", {"limit": 2}),
        ("/api/records/deal?filter=title <> empty", {"limit": 2}),
    ):
        found[path] = caller.send("GET", f"{path}&limit={asked['limit']}").json()["next"]
    (group,) = caller.get("/api/search", q="насосы", entity="deal", limit=2)["groups"]
    found["/api/search?q=насосы&entity=deal"] = group["next"]
    return found


@pytest.fixture
def rival(sqlite_home: Path, tmp_path: Path) -> Iterator[Site]:
    """«Лютик»: another company of the same configuration, whose records must never be seen here."""
    home = tmp_path / "elsewhere" / "lyutik"
    shutil.copytree(sqlite_home, home)
    with opened_company(home, FixedClock(NOW)) as company:
        opened = Site(Cast(company))
        yield opened
        opened.close()


# --- cursors


def test_cursor_of_another_company_shows_nothing_of_it_and_breaks_nothing(site: Site, rival: Site) -> None:
    own = set(sell(site))
    anna = rival.browser("Анна")
    for at in range(40):  # its ids go far beyond ours
        anna.create("deal", title=f"Тайна {at}")
    sell(rival)
    olga = site.browser("Ольга")
    for path, cursor in cursors(rival.browser("Ольга")).items():
        answer = olga.send("GET", f"{path}&after={cursor}")
        assert answer.status_code in (200, 400, 422), answer.text
        assert "Тайна" not in answer.text
        if answer.status_code == 200:
            told = answer.json()
            rows = [row[0] for row in told.get("rows", ())]
            rows += [item["id"] for group in told.get("groups", ()) for item in group["items"]]
            assert set(rows) <= own


def test_what_was_kept_from_before_a_restore_is_refused_by_name_or_goes_on(site: Site, tmp_path: Path) -> None:
    ids = sell(site)
    olga = site.browser("Ольга")
    kept = cursors(olga)
    feed = olga.get("/api/changes", limit=1000)
    write_backup(site.company, tmp_path / "copy.zip")
    olga.create("deal", title="Насосы после копии")
    later = olga.get("/api/changes", after=feed["position"], feed=feed["feed"])

    company = restore_backup(tmp_path / "copy.zip", tmp_path / "again", SHAPES, clock=FixedClock(NOW))
    company.conduct = CONDUCT
    cast = Cast.__new__(Cast)
    cast.company, cast.people, cast.departments = company, site.people, site.cast.departments
    restored = Site(cast)
    try:
        catch_up(company)
        olga = restored.browser("Ольга")
        for told in (feed, later):
            refused = olga.refused("GET", f"/api/changes?after={told['position']}&feed={told['feed']}", 410)
            assert refused["code"] == "feed_changed"
        for path, cursor in kept.items():
            answer = olga.call("GET", f"{path}&after={cursor}")
            rows = [row[0] for row in answer.get("rows", ())]
            rows += [item["id"] for group in answer.get("groups", ()) for item in group["items"]]
            assert len(rows) == 4 and set(rows) <= set(ids)
    finally:
        restored.close()
        company.close()


def test_position_and_moment_from_the_future_are_refused_or_are_the_present(site: Site) -> None:
    ids = sell(site)
    olga = site.browser("Ольга")
    assert olga.refused("GET", "/api/changes?after=99999999999", 410)["code"] == "position_ahead"
    for asked in ("2100-01-01", "2100-01-01T00:00:00Z"):
        assert sorted(olga.ids("deal", as_of=asked)) == ids
    for asked in ("9999-12-31", "10000-01-01", "завтра", "2026-13-01", "-1"):
        olga.refused("GET", f"/api/records/deal?as_of={asked}", 422)


# --- a clock that goes back


def test_clock_set_back_an_hour_stops_nothing_and_turns_nothing_around(site: Site, clock: FixedClock) -> None:
    olga = site.browser("Ольга")
    deal = olga.create("deal", title="Насосы")
    started = iso(clock.now())
    site.cast.tick(hours=-1)
    changed = olga.change("deal", deal["id"], deal["version"], title="Трубы", stage="needs")
    changed = olga.change("deal", deal["id"], changed["version"], stage="qualified")
    new = olga.create("deal", title="Вторая")
    assert [changed["version"], new["version"]] == [3, 1]
    history = olga.get(f"/api/records/deal/{deal['id']}/history")["items"]
    assert [one["kind"] for one in history][-1] == "Created" and history[0]["fields"][0]["key"] == "stage"
    assert [one["version"] for one in feed_of(olga, deal["id"])] == [1, 2, 3]
    assert sorted(olga.ids("deal", as_of=started)) == [deal["id"], new["id"]]
    (funnel,) = [row for row in funnel_of(olga) if row["stage"] == "qualified"]
    assert funnel["in_progress"]["records"] == 1
    assert olga.post(f"/api/records/deal/{deal['id']}/undo", {"seq": history[0]["seq"]})["back"] == 1
    catch_up(site.company)
    assert {item["id"] for item in searched(olga, "трубы")} == {deal["id"]}


def feed_of(caller: Caller, id: int) -> list[dict[str, Any]]:
    return [one for one in caller.get("/api/changes", entity="deal", limit=1000)["changes"] if one["id"] == id]


def funnel_of(caller: Caller) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = caller.post("/api/reports/funnel", {"entity": "deal"})["whole"]["rows"]
    return rows


def searched(caller: Caller, word: str) -> list[dict[str, Any]]:
    return [item for group in caller.get("/api/search", q=word)["groups"] for item in group["items"]]


def test_job_put_before_the_clock_was_set_back_is_run_at_once_and_one_for_later_waits(
    site: Site, clock: FixedClock
) -> None:
    ran: list[str] = []
    worker = Worker(site.company, {"note": lambda _, told: ran.append(told["text"])}, clock)
    with site.company.write() as session:
        enqueue(session, "note", {"text": "сразу"})
        enqueue(session, "note", {"text": "потом"}, run_at=session.now + timedelta(minutes=5))
    site.cast.tick(hours=-1)
    assert worker.run_all() == 1
    site.cast.tick(hours=1, minutes=5)
    assert worker.run_all() == 1
    assert ran == ["сразу", "потом"]
    with site.company.read() as session:
        assert len(queue.jobs_in(session, "done")) == 2


# --- questions without an end


DEEP = {
    "brackets": "(" * 50 + "amount > 1" + ")" * 50,
    "not": "not (" * 50 + "amount > 1" + ")" * 50,
    "if": "if(amount > 1; " * 50 + "yes" + "; no)" * 50,
    "and": " and ".join(f"amount > {at}" for at in range(50)),
    "links": " or ".join(f"counterparty.responsible.department.title = 'о{at}'" for at in range(50)),
    "both": "(amount > 1 and " * 50 + "yes" + ")" * 50,
    "far": ".".join(["counterparty.parent"] + ["parent"] * 49) + ".title = 'а'",
    "sum": "amount > " + " + ".join(["1"] * 500),
    "text": "title = '" + "я" * 10_000 + "'",
    "list": "id in (" + ", ".join(map(str, range(3_000))) + ")",
}


@pytest.mark.parametrize("filter", DEEP.values(), ids=DEEP.keys())
def test_filter_however_deep_is_answered_or_refused_in_words(site: Site, filter: str) -> None:
    olga = site.browser("Ольга")
    olga.create("deal", title="Насосы", amount="1000")
    with site.nothing_changes():
        asked: dict[str, Any] = {"filter": filter, "count": "exact"}
        for path in ("/api/records/deal/query", "/api/reports/run", "/api/reports/funnel"):
            body = asked if "records" in path else {"entity": "deal", "filter": filter}
            answer = olga.send("POST", path, body)
            assert answer.status_code in (200, 422), answer.text
            assert answer.status_code == 200 or answer.json()["error"]["text"]


WIDE: list[dict[str, Any]] = [
    {"columns": ["stage"] * 10_000},
    {"rows": ["stage"] * 10_000},
    {"rows": [f"title{at}" for at in range(10_000)]},
    {"measures": ["count"] * 10_000},
    {"columns": ["stage:" + "month" * 10_000]},
    {"rows": [".".join(["counterparty"] * 10_000)]},
]


@pytest.mark.parametrize("asked", WIDE, ids=range(len(WIDE)))
def test_report_of_ten_thousand_columns_is_refused_in_words(site: Site, asked: dict[str, Any]) -> None:
    olga = site.browser("Ольга")
    with site.nothing_changes():
        told = olga.send("POST", "/api/reports/run", {"entity": "deal", **asked})
    assert told.status_code == 422 and told.json()["error"]["text"]


@pytest.mark.parametrize("typed", ["ъ", "а" * 10_000, "'; DROP TABLE deal; --", '" OR 1=1', "NEAR(а б)", "%_\\", "*"])
def test_whatever_is_typed_into_search_is_answered(site: Site, typed: str) -> None:
    sell(site)
    olga = site.browser("Ольга")
    with site.nothing_changes():
        assert [group for group in olga.get("/api/search", q=typed)["groups"] if group["items"]] == []
        assert olga.get("/api/records/deal/suggest", q=typed)["items"] == []
