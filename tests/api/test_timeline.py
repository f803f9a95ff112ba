"""The feed of a card and reminders over HTTP."""

from __future__ import annotations

import pytest

from tests.api.site import Site


def test_what_is_planned_is_done_by_hand_and_moves_into_the_past(site: Site) -> None:
    olga = site.browser("Ольга")
    deal = olga.create("deal", title="Насосы")["id"]
    feed = f"/api/records/deal/{deal}/timeline"
    planned = olga.post(feed, {"kind": "call", "title": "Уточнить объём", "due_at": "2026-03-04T09:00:00Z"}, 201)
    olga.post(feed, {"kind": "comment", "text": "Просят скидку"}, 201)
    olga.post(feed, {"kind": "note", "text": "Встретились на выставке"}, 201)
    told = olga.get(feed)
    (plan,) = told["planned"]
    assert (plan["kind"], plan["title"], plan["due_at"]) == ("call", "Уточнить объём", "2026-03-04T09:00:00Z")
    assert plan["responsible"] == [site.people["Ольга"], "Ольга Смирнова"]
    kinds = [one["kind"] for one in told["done"]]
    assert {"comment", "note"} <= set(kinds)
    site.cast.tick(hours=1)
    olga.change("activity", planned["id"], planned["version"], done_at="2026-03-03T10:00:00Z", result="5 штук")
    told = olga.get(feed)
    assert told["planned"] == [] and "call" in [one["kind"] for one in told["done"]]
    assert {one["kind"] for one in olga.get(feed, kind="comment")["done"]} == {"comment"}
    first = olga.get(feed, limit=1)
    rest = olga.get(feed, limit=200, after=first["next"])
    assert [one["id"] for one in first["done"] + rest["done"]] == [one["id"] for one in told["done"]]


def test_reminder_comes_at_its_hour_and_is_marked_as_read(site: Site) -> None:
    olga, petr = site.browser("Ольга"), site.browser("Пётр")
    deal = olga.create("deal", title="Насосы")["id"]
    body = {"kind": "call", "title": "Позвонить", "due_at": "2026-03-03T12:00:00Z", "remind_at": "2026-03-03T11:45:00Z"}
    olga.post(f"/api/records/deal/{deal}/timeline", body, 201)
    site.run_jobs()
    assert olga.get("/api/notices")["notices"] == []
    site.cast.tick(hours=3)
    site.run_jobs()
    (notice,) = olga.get("/api/notices", unread="1")["notices"]
    assert notice["about"][0] == "activity" and notice["read_at"] is None
    assert petr.get("/api/notices")["notices"] == []
    assert petr.post("/api/notices/read", {"ids": [notice["id"]]}) == {"read": 0}
    assert olga.post("/api/notices/read", {"ids": [notice["id"]]}) == {"read": 1}
    assert olga.get("/api/notices", unread="1")["notices"] == []


@pytest.mark.parametrize("body", [{"kind": "duel"}, {"kind": "call", "due_at": "завтра"}, {"text": "без вида"}])
def test_what_cannot_be_planned_leaves_nothing(site: Site, body: dict[str, str]) -> None:
    olga = site.browser("Ольга")
    deal = olga.create("deal", title="Насосы")["id"]
    with site.nothing_changes():
        answer = olga.send("POST", f"/api/records/deal/{deal}/timeline", body)
        assert answer.status_code in (400, 422)
        assert olga.refused("GET", f"/api/records/deal/{deal}/timeline", 422, params={"after": "вчера"})["code"]


def test_feed_of_a_foreign_card_takes_nothing_and_tells_nothing(site: Site) -> None:
    anna, olga = site.browser("Анна"), site.browser("Ольга")
    deal = anna.create("deal", title="Чужая")["id"]
    with site.nothing_changes():
        olga.refused("GET", f"/api/records/deal/{deal}/timeline", 403)
        olga.refused("POST", f"/api/records/deal/{deal}/timeline", 403, {"kind": "comment", "text": "Подпишусь"})
        olga.refused("POST", "/api/records/comment", 422, {"values": {"about": ["deal", deal], "body": "Подпишусь"}})


def test_repeat_of_an_entry_with_the_same_key_adds_nothing_twice(site: Site) -> None:
    olga = site.browser("Ольга")
    deal = olga.create("deal", title="Повтор записи")["id"]
    feed = f"/api/records/deal/{deal}/timeline"
    for at, body in enumerate(({"kind": "note", "text": "Ждут счёт"}, {"kind": "comment", "text": "Ждём"})):
        key = {"Idempotency-Key": f"entry-{at}"}
        first = olga.post(feed, body, 201, headers=key)
        with site.nothing_changes():
            assert olga.post(feed, body, 201, headers=key) == first
            told = olga.refused("POST", feed, 409, body | {"text": "Другое"}, headers=key)
            assert told["code"] == "idempotency_key_reused"
    assert [one["text"] for one in olga.get(feed)["done"] if one["kind"] in ("note", "comment")] == [
        "Ждём",
        "Ждут счёт",
    ]
