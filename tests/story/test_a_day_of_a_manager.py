"""A day of a manager, by HTTP, as a person would spend it: call, client, sale, goods, stage, report.

Read it to see what the system is for; every step is one request of the interface.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest

from tests.api.site import Site
from tests.cast import Cast, romashka

__all__ = ["romashka"]


@pytest.fixture
def site(romashka: Cast) -> Iterator[Site]:
    site = Site(romashka)
    yield site
    site.close()


def test_a_day_of_a_manager(site: Site) -> None:
    olga, igor, anna = site.browser("Ольга"), site.browser("Игорь"), site.browser("Анна")

    # 9:00  She opens the system: her menu, her rights, nothing of the configurator.
    schema = olga.get("/api/schema")
    assert "deal" in [item["entity"] for item in schema["menu"]]
    assert "configure" not in olga.get("/api/me")["abilities"]

    # 9:10  A new client calls.  While she types the INN, the system looks for a double.
    client = {"title": "ООО «Теплосеть»", "kind": "company", "inn": "7707083893", "phones": ["8 (916) 123-45-67"]}
    assert olga.post("/api/records/counterparty/check", {"values": client})["duplicates"] == []
    company = olga.post("/api/records/counterparty", {"values": client}, 201)
    assert company["values"]["phones"] == [["+79161234567", ""]]
    again = olga.post("/api/records/counterparty/check", {"values": {"inn": "7707083893"}})["duplicates"]
    assert [one["id"] for one in again] == [company["id"]]

    # 9:20  The call becomes a sale; what is wrong is said in words, all of it at once, and nothing is kept.
    refused = olga.refused(
        "POST", "/api/records/deal", 422, {"values": {"title": "Насосы", "amount": "много", "stage": "?"}}
    )
    assert {one["place"] for one in refused["problems"]} == {"values.amount", "values.stage"}
    sale = olga.post(
        "/api/records/deal",
        {"values": {"title": "Насосы для котельной", "counterparty": company["id"], "stage": "new"}},
        201,
    )
    assert sale["values"]["responsible"][0] == site.people["Ольга"]
    feed = f"/api/records/deal/{sale['id']}/timeline"
    olga.post(feed, {"kind": "call", "title": "Первый разговор", "text": "Нужны два насоса к декабрю"}, 201)
    olga.post(feed, {"kind": "task", "title": "Отправить предложение", "due_at": "2026-12-01T12:00:00+03:00"}, 201)
    told = olga.get(feed)
    assert [one["title"] for one in told["planned"]] == ["Отправить предложение"]
    assert "Первый разговор" in [one["title"] for one in told["done"]]

    # 10:00  Goods of the sale: the sum is counted in the same transaction, discount and VAT included.
    pump = site.browser("Артём").post(
        "/api/records/product", {"values": {"title": "ЦН-45", "price": "148000", "vat_percent": "22"}}, 201
    )
    olga.post(
        "/api/records/deal_line",
        {
            "values": {
                "deal": sale["id"],
                "product": pump["id"],
                "quantity": "2",
                "price": "148000",
                "discount_percent": "10",
            }
        },
        201,
    )
    sale = olga.get(f"/api/records/deal/{sale['id']}")
    assert sale["values"]["amount"] == ["266400.00", "RUB"]

    # 11:00  The head looks at the same card; the manager of another department does not.
    assert igor.get(f"/api/records/deal/{sale['id']}")["values"]["amount"] == ["266400.00", "RUB"]
    assert anna.get("/api/records/deal?count=exact")["count"]["value"] == 0
    denied = anna.refused("GET", f"/api/records/deal/{sale['id']}", 403)
    assert str(sale["id"]) in denied["text"] and "Насосы" not in denied["text"]

    # 12:00  Both change the card at once: different fields meet, the same field is not lost in silence.
    path = f"/api/records/deal/{sale['id']}"
    seen = sale["version"]
    igor.patch(path, {"version": seen, "values": {"priority": "high"}})
    merged = olga.patch(path, {"version": seen, "values": {"close_on": "2026-12-20"}})
    assert (merged["values"]["priority"], merged["values"]["close_on"]) == ("high", "2026-12-20")
    conflict = olga.refused("PATCH", path, 409, {"version": seen, "values": {"priority": "low"}})
    assert conflict["code"] == "record_changed_meanwhile"

    # 14:00  Along the stages; the contract asks for what it needs, the history remembers each step.
    version = merged["version"]
    for stage in ("offer", "contract", "success"):
        version = olga.patch(path, {"version": version, "values": {"stage": stage}})["version"]
    history = olga.get(f"{path}/history?field=stage")["items"]
    steps = [(f["before"], f["after"]) for one in reversed(history) for f in one["fields"]]
    assert steps == [("new", "offer"), ("offer", "contract"), ("contract", "success")]

    # 15:00  A wrong click of the head: the sale goes to the trash and comes back whole.
    olga.refused("DELETE", path, 403)  # she may not: her head may
    batch = igor.delete(path)["batch"]
    assert olga.get("/api/records/deal?count=exact")["count"]["value"] == 0
    assert [one["id"] for one in igor.get("/api/trash?entity=deal")["items"]] == [sale["id"]]
    igor.post(f"/api/changes/{batch}/undo", {})
    assert olga.get(path)["values"]["stage"] == "success"

    # 17:00  The head's report and the list agree, and the file says the same.
    report = igor.post("/api/reports/run", {"entity": "deal", "rows": ["stage"], "measures": ["count", "sum:amount"]})
    at = report["rows"].index(["success"])
    assert report["cells"][at][0] == [1, ["266400.00", "RUB"]]
    footer = igor.post(
        "/api/records/deal/query",
        {"limit": 0, "count": "exact", "totals": [{"function": "sum", "field": "amount"}]},
    )
    assert (footer["count"]["value"], footer["totals"]) == (1, [["266400.00", "RUB"]])
    exported = igor.send("GET", "/api/records/deal?format=csv&fields=title,amount,counterparty.title").content
    lines = list(csv.reader(io.StringIO(exported.decode("utf-8-sig")), delimiter=";"))
    assert lines[1] == ["Насосы для котельной", "266400,00", "ООО «Теплосеть»"]
