"""«Поделиться»: one record more in the reach of a colleague, a group or a department, at every door, until its end."""

from __future__ import annotations

from typing import Any

import pytest

from svyaz.access.actor import SYSTEM
from svyaz.access.apply import condition
from svyaz.records.purge import purge_records
from svyaz.schema.snapshot import Grant
from svyaz.search.follow import catch_up
from svyaz.storage import shares
from tests.api.site import Caller, Site
from tests.live.listening import Room

SHARES = "/api/access/shares"


def share(caller: Caller, deal: int, kind: str, whom: int, edit: bool = False, until: str | None = None) -> Any:
    return caller.post(
        SHARES, {"entity": "deal", "id": deal, "kind": kind, "whom": whom, "edit": edit, "until": until}, 201
    )


def doors(site: Site, caller: Caller, deal: int, word: str) -> dict[str, bool]:
    """Whether each door shows the record."""
    catch_up(site.company)
    found = [
        item["id"] for group in caller.get("/api/search", q=word, entity="deal")["groups"] for item in group["items"]
    ]
    report = caller.post("/api/reports/run", {"entity": "deal", "filter": f'title = "{word}"', "measures": ["count"]})
    file = caller.get("/api/records/deal", format="csv", fields="id,title").decode("utf-8-sig")
    totals = {"limit": 0, "filter": f'title = "{word}"', "totals": [{"function": "count"}]}
    return {
        "list": deal in caller.ids("deal"),
        "one": caller.send("GET", f"/api/records/deal/{deal}").status_code == 200,
        "count": caller.get("/api/records/deal", filter=f'title = "{word}"', count="exact")["count"]["value"] == 1,
        "totals": caller.post("/api/records/deal/query", totals)["totals"] == [1],
        "search": deal in found,
        "report": report["cells"][-1][-1] == [1],
        "export": word in file,
        "history": caller.send("GET", f"/api/records/deal/{deal}/history").status_code == 200,
        "timeline": caller.send("GET", f"/api/records/deal/{deal}/timeline").status_code == 200,
        "feed": deal in {one["id"] for one in caller.get("/api/changes", entity="deal", limit=1000)["changes"]},
    }


@pytest.mark.parametrize("by", ["employee", "group", "department"])
def test_shared_record_is_seen_at_every_door_and_at_none_once_it_is_closed(site: Site, by: str) -> None:
    anna, olga, artem = site.browser("Анна"), site.browser("Ольга"), site.browser("Артём")
    deal = anna.create("deal", title="Васильковая")["id"]
    group = artem.create("group", title="Тендер", members=[site.people["Ольга"]])["id"]
    whom = {"employee": site.people["Ольга"], "group": group, "department": site.cast.departments["Продажи"]}[by]
    assert not any(doors(site, olga, deal, "Васильковая").values())
    opened = share(anna, deal, by, whom)
    assert all(doors(site, olga, deal, "Васильковая").values())
    assert not any(doors(site, site.token("Пётр"), deal, "Васильковая").values()) or by == "department"
    anna.delete(f"{SHARES}/{opened['id']}", 204)
    assert not any(doors(site, olga, deal, "Васильковая").values())


def test_shared_to_read_is_not_changed_and_shared_to_change_is_and_never_deleted(site: Site) -> None:
    anna, olga = site.browser("Анна"), site.browser("Ольга")
    deal = anna.create("deal", title="Насосы")
    id, at = deal["id"], f"/api/records/deal/{deal['id']}"
    share(anna, id, "employee", site.people["Ольга"])
    body = {"version": deal["version"], "values": {"description": "дополнено"}}
    assert olga.refused("PATCH", at, 403, body)["code"] == "denied_change_record"
    share(anna, id, "employee", site.people["Ольга"], edit=True)
    assert olga.patch(at, body)["values"]["description"] == "дополнено"
    assert olga.refused("DELETE", at, 403)["code"] == "denied_delete"
    assert len(anna.get(SHARES, entity="deal", id=id)["shares"]) == 1


def test_share_holds_through_its_last_day_and_not_a_moment_longer(site: Site) -> None:
    anna, olga = site.browser("Анна"), site.browser("Ольга")
    deal = anna.create("deal", title="Насосы")["id"]
    today = site.company.clock.now().date()
    told = share(anna, deal, "employee", site.people["Ольга"], until=today.isoformat())
    assert told["until"] == today.isoformat() and deal in olga.ids("deal")
    site.cast.tick(days=1)
    assert deal not in olga.ids("deal") and anna.get(SHARES, entity="deal", id=deal)["shares"] == []
    # Looked at as it was yesterday, it is closed too: rights are those of now.
    yesterday = today.isoformat() + "T12:00:00Z"
    assert deal not in olga.ids("deal", as_of=yesterday) and deal in anna.ids("deal", as_of=yesterday)
    past = {"entity": "deal", "id": deal, "kind": "employee", "whom": site.people["Ольга"], "until": today.isoformat()}
    assert anna.refused("POST", SHARES, 422, past)["code"] == "share_ended"


def test_only_who_may_change_a_record_shares_it_and_only_what_he_may_himself(site: Site) -> None:
    anna, olga, petr = site.browser("Анна"), site.browser("Ольга"), site.browser("Пётр")
    deal = anna.create("deal", title="Насосы")["id"]
    body = {"entity": "deal", "id": deal, "kind": "employee", "whom": site.people["Пётр"], "edit": False}
    with site.nothing_changes():
        assert olga.refused("POST", SHARES, 403, body)["code"] == "denied_see_record"
    opened = share(anna, deal, "employee", site.people["Ольга"])
    told = olga.get(SHARES, entity="deal", id=deal)
    assert (told["may_share"], told["shares"]) == (False, [])
    with site.nothing_changes():
        assert olga.refused("POST", SHARES, 403, body)["code"] == "denied_share_record"
        assert olga.refused("DELETE", f"{SHARES}/{opened['id']}", 403)
        assert petr.refused("DELETE", f"{SHARES}/{opened['id']}", 404)
        assert petr.refused("DELETE", f"{SHARES}/9999999", 404)


def test_sharing_gives_nothing_that_no_role_gives(site: Site) -> None:
    site.cast.give_role("Пётр", "stock", Grant("product", {"see": "all"}))
    anna = site.browser("Анна")
    deal = anna.create("deal", title="Насосы")["id"]
    body = {"entity": "deal", "id": deal, "kind": "employee", "whom": site.people["Пётр"]}
    told = anna.refused("POST", SHARES, 422, body)
    assert told["code"] == "share_useless" and "Пётр" in told["text"]
    share(anna, deal, "department", site.cast.departments["Продажи"])
    site.browser("Пётр").refused("GET", f"/api/records/deal/{deal}", 404)


def test_conditions_of_those_with_whom_nothing_is_shared_stay_as_they_were(site: Site) -> None:
    anna = site.browser("Анна")
    before = {name: site.cast.actor(name) for name in site.people}
    share(anna, anna.create("deal", title="Насосы")["id"], "employee", site.people["Ольга"])
    for name, actor in before.items():
        now = site.cast.actor(name)
        same = condition(site.cast.snapshot, now, "deal", "see") == condition(site.cast.snapshot, actor, "deal", "see")
        assert same is (name != "Ольга")
        assert condition(site.cast.snapshot, now, "product", "see") == condition(
            site.cast.snapshot, actor, "product", "see"
        )


def test_share_is_told_by_why_and_who_and_journal(site: Site) -> None:
    anna, artem, olga = site.browser("Анна"), site.browser("Артём"), site.people["Ольга"]
    deal = anna.create("deal", title="Насосы")["id"]
    opened = share(anna, deal, "employee", olga)
    told = artem.get("/api/access/why", entity="deal", id=deal, employee=olga)["verdicts"][0]
    assert told["may"] and told["why"] == ["Записью поделились с этим сотрудником."]
    assert olga in {one["employee"][0] for one in artem.get("/api/access/who", entity="deal", id=deal)["people"]}
    anna.delete(f"{SHARES}/{opened['id']}", 204)
    entries = artem.get("/api/journal", of="rights", limit=2)["entries"]
    assert [one["kind"] for one in entries] == ["unshared", "shared"]
    assert entries[0]["facts"]["whom"] == "Ольга Смирнова" and str(deal) in entries[0]["facts"]["what"]


def test_open_page_is_told_of_a_shared_record_and_reads_anew_when_it_is_closed(site: Site) -> None:
    room = Room(site)
    try:
        anna = site.browser("Анна")
        deal = anna.create("deal", title="Насосы")["id"]
        ear = room.listen("Ольга")
        room.look(3)
        ear.take()
        opened = share(anna, deal, "employee", site.people["Ольга"])
        assert any("reload" in one for one in ear.heard(3))
        anna.change("deal", deal, 1, description="новое")
        assert any(one.get("entity") == "deal" and deal in one["ids"] for one in ear.heard(3))
        anna.delete(f"{SHARES}/{opened['id']}", 204)
        assert any("reload" in one for one in ear.heard(3))
        anna.change("deal", deal, 2, description="тайное")
        assert not any(deal in one.get("ids", ()) for one in ear.heard(3))
    finally:
        room.close()


def test_shares_that_ended_are_swept_and_those_of_purged_records_go_with_them(site: Site) -> None:
    anna, artem = site.browser("Анна"), site.browser("Артём")
    first, second = (anna.create("deal", title=title)["id"] for title in ("Раз", "Два"))
    share(anna, first, "employee", site.people["Ольга"], until=site.company.clock.now().date().isoformat())
    share(anna, second, "employee", site.people["Ольга"])
    artem.delete(f"/api/records/deal/{second}")
    with site.company.write() as session:
        purge_records(session, SYSTEM, "deal", [second])
    site.cast.tick(days=2)
    with site.company.write() as session:
        swept = shares.sweep(session)
        left = session.fetch("SELECT COUNT(*) FROM sv_share")[0][0]
    assert (swept, left) == (1, 0)
