"""As of a moment over HTTP: a list, its count and totals, a board, one record."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook

from svyaz.schema.snapshot import Grant
from tests.api.site import Site

BEFORE = "2026-03-03T09:00:00Z"


def test_list_its_count_totals_board_and_record_are_as_they_were(site: Site) -> None:
    igor = site.browser("Игорь")
    kept = igor.create("deal", title="Насосы", amount="100.00")
    gone = igor.create("deal", title="Краны", amount="50.00")
    site.cast.tick(hours=1)
    igor.change("deal", kept["id"], kept["version"], title="Трубы", amount="700.00")
    igor.delete(f"/api/records/deal/{gone['id']}")
    igor.create("deal", title="Новая", amount="1.00")
    path = "/api/records/deal"
    told = igor.get(path, as_of=BEFORE, fields="title,amount", sort="title", count="exact")
    assert [row[2:] for row in told["rows"]] == [["Краны", ["50.00", "RUB"]], ["Насосы", ["100.00", "RUB"]]]
    assert told["count"]["value"] == 2
    assert [row[2] for row in igor.get(path, fields="title", sort="title")["rows"]] == ["Новая", "Трубы"]
    totals = igor.post(f"{path}/query", {"as_of": BEFORE, "totals": [{"function": "sum", "field": "amount"}]})
    assert totals["totals"][0][0] == "150.00" or totals["totals"][0][0][0] == "150.00"
    board = igor.post(f"{path}/query", {"as_of": BEFORE, "group": "stage"})
    assert sum(one["count"] for one in board["groups"]) == 2
    past = igor.get(f"{path}/{kept['id']}", as_of=BEFORE)
    assert (past["version"], past["values"]["title"], past["label"]) == (1, "Насосы", "Насосы")
    assert past["rights"]["change"] is False
    assert igor.get(f"{path}/{gone['id']}", as_of=BEFORE)["deleted_at"] is None


def test_record_that_was_not_there_yet_is_not_found_then(site: Site) -> None:
    igor = site.browser("Игорь")
    site.cast.tick(hours=1)
    deal = igor.create("deal", title="Насосы")
    assert igor.refused("GET", f"/api/records/deal/{deal['id']}?as_of={BEFORE}", 404)["code"] == "not_found"
    assert igor.get("/api/records/deal", as_of="2026-03-02")["rows"] == []
    assert len(igor.get("/api/records/deal", as_of="2026-03-03")["rows"]) == 1


def test_past_is_for_those_who_may_see_the_history(site: Site) -> None:
    deal = site.browser("Игорь").create("deal", title="Тайна")
    site.cast.give_role("Ольга", "looker", Grant("deal", {"see": "all"}))
    olga = site.browser("Ольга")
    assert olga.open("deal", deal["id"])["values"]["title"] == "Тайна"
    with site.nothing_changes():
        for path in (f"/api/records/deal?as_of={BEFORE}", f"/api/records/deal/{deal['id']}?as_of={BEFORE}"):
            assert olga.refused("GET", path, 403)["code"] == "denied_history"
        assert olga.refused("POST", "/api/records/deal/query", 403, {"as_of": BEFORE})["code"] == "denied_history"


def test_moment_that_another_has_looked_at_is_refused_all_the_same(site: Site) -> None:
    """It is kept for who asks next; and it is not thrown away by a refusal, nor made by one."""
    deal, at = site.browser("Игорь").create("deal", title="Тайна"), datetime.fromisoformat(BEFORE)
    site.cast.give_role("Ольга", "looker", Grant("deal", {"see": "all"}))
    olga, pasts = site.browser("Ольга"), site.company.pasts
    asked = (f"/api/records/deal?as_of={BEFORE}", f"/api/records/deal/{deal['id']}?as_of={BEFORE}")
    refusals = [olga.refused("GET", path, 403)["code"] for path in asked]
    assert not pasts.is_kept(at)
    site.browser("Игорь").get(asked[0])
    assert pasts.is_kept(at)
    refusals += [olga.refused("GET", path, 403)["code"] for path in asked]
    assert set(refusals) == {"denied_history"}
    assert site.stranger().refused("GET", asked[0], 401)["code"] == "not_signed_in"
    assert pasts.is_kept(at)


def test_moment_that_is_no_moment_is_refused(site: Site) -> None:
    igor = site.browser("Игорь")
    for wrong in ("вчера", "2026-13-45", "2026-03-03T09:00:00", "9999-12-31"):
        told = igor.send("GET", f"/api/records/deal?as_of={wrong}")
        assert told.status_code in (200, 422), (wrong, told.text)
        if wrong != "9999-12-31":
            assert told.json()["error"]["code"] == "instant_not_understood"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_list_is_exported_as_it_was(site: Site, form: str) -> None:
    igor = site.browser("Игорь")
    deal = igor.create("deal", title="Насосы", amount="100.00")
    site.cast.tick(hours=1)
    igor.change("deal", deal["id"], deal["version"], title="Трубы", amount="700.00")
    path = f"/api/records/deal?fields=title,amount&format={form}"
    told = igor.send("GET", f"{path}&as_of={BEFORE}")
    assert told.status_code == 200
    if form == "csv":
        assert "Насосы" in told.content.decode("utf-8-sig") and "Трубы" not in told.content.decode("utf-8-sig")
        assert "Трубы" in igor.send("GET", path).content.decode("utf-8-sig")
    else:
        sheet = load_workbook(BytesIO(told.content)).active
        assert next(cell.value for cell in next(sheet.iter_rows(min_row=2))) == "Насосы"
    site.cast.give_role("Ольга", "taker", Grant("deal", {"see": "all", "export": "all"}))
    assert site.browser("Ольга").refused("GET", f"{path}&as_of={BEFORE}", 403)["code"] == "denied_history"
    site.cast.give_role("Ольга", "looker", Grant("deal", {"see": "all", "history": "all"}))


def test_reports_are_as_they_were(site: Site) -> None:
    igor = site.browser("Игорь")
    kept = igor.create("deal", title="Насосы", amount="100.00", stage="new")
    gone = igor.create("deal", title="Краны", amount="50.00", stage="offer")
    asked = {"entity": "deal", "rows": ["stage"], "measures": ["count", "sum:amount"]}
    pivot, funnel = igor.post("/api/reports/run", asked), igor.post("/api/reports/funnel", {"entity": "deal"})
    behind = {"entity": "deal", "figure": "entered", "stage": "offer", "fields": ["title"]}
    records = igor.post("/api/reports/funnel/records", behind)
    assert [row[2] for row in records["rows"]] == ["Краны"]
    site.cast.tick(hours=1)
    igor.change("deal", kept["id"], kept["version"], stage="talks", amount="700.00")
    igor.delete(f"/api/records/deal/{gone['id']}")
    igor.create("deal", title="Новая", amount="1.00")
    assert igor.post("/api/reports/run", asked) != pivot
    assert igor.post("/api/reports/funnel", {"entity": "deal"}) != funnel
    for _ in range(2):  # made, and kept
        assert igor.post("/api/reports/run", {**asked, "as_of": BEFORE}) == pivot
        assert igor.post("/api/reports/funnel", {"entity": "deal", "as_of": BEFORE}) == funnel
        assert igor.post("/api/reports/funnel/records", {**behind, "as_of": BEFORE}) == records
    site.cast.give_role("Ольга", "looker", Grant("deal", {"see": "all"}))
    olga = site.browser("Ольга")
    with site.nothing_changes():
        for path, body in (("run", asked), ("funnel", {"entity": "deal"}), ("funnel/records", behind)):
            refused = olga.refused("POST", f"/api/reports/{path}", 403, {**body, "as_of": BEFORE})
            assert refused["code"] == "denied_history"
