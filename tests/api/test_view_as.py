"""«Посмотреть как сотрудник»: a session reads as a colleague does, writes nothing, and ends with the right to it."""

from __future__ import annotations

from svyaz.app import ROUTES
from svyaz.schema.snapshot import Grant
from svyaz.storage import accounts
from tests.api.calls import good_calls
from tests.api.site import Caller, Site


def looking_as(site: Site, name: str, who: str = "Артём") -> Caller:
    caller = site.browser(who)
    told = caller.post("/api/access/view-as", {"employee": site.people[name]})
    assert told["viewing"][0] == site.people[name]
    return caller


def test_administrator_sees_what_the_colleague_sees_and_is_himself_again_afterwards(site: Site) -> None:
    olga, anna = site.browser("Ольга"), site.browser("Анна")
    own, foreign = olga.create("deal", title="Своя")["id"], anna.create("deal", title="Чужая")["id"]
    artem = looking_as(site, "Ольга")
    assert set(artem.ids("deal")) == set(olga.ids("deal")) and own in artem.ids("deal")
    artem.refused("GET", f"/api/records/deal/{foreign}", 403)
    me = artem.get("/api/me")
    assert (me["id"], me["viewing"], me["abilities"]) == (site.people["Ольга"], True, [])
    artem.delete("/api/access/view-as", 204)
    assert foreign in artem.ids("deal") and artem.get("/api/me")["viewing"] is False
    assert artem.refused("DELETE", "/api/access/view-as", 422)["code"] == "not_viewing"


def test_no_route_writes_while_one_looks_as_a_colleague(site: Site) -> None:
    declared = {(route.method, route.path): route for route in ROUTES}
    calls = good_calls(site)
    maria = site.people["Мария Сергеевна"]
    artem = looking_as(site, "Мария Сергеевна")
    wrong = []
    with site.nothing_changes():
        for call in calls:
            route = declared[call.method, call.route]
            if not route.writes or route.needs == "nobody" or route.oneself:
                continue
            answer = call.send(artem)
            if answer.status_code != 403 or answer.json()["error"]["code"] != "viewing_only":
                wrong.append((call.method, call.asked, answer.status_code, answer.text[:200]))
    assert wrong == []
    assert artem.get("/api/me")["id"] == maria


def test_nobody_looks_as_who_sees_more_than_himself(site: Site) -> None:
    site.cast.give_role("Игорь", "hr", Grant("employee", {"see": "all"}), abilities=frozenset({"people"}))
    igor, olga = site.browser("Игорь"), site.people["Ольга"]
    with site.nothing_changes():
        for whom in (olga, site.people["Артём"]):
            told = igor.refused("POST", "/api/access/view-as", 403, {"employee": whom})
            assert told["code"] == "rights_beyond_yours"
    own = Grant("deal", {"see": "own"})
    site.cast.give_role("Пётр", "narrow", own)
    everything = Grant("employee", {"see": "all"})
    site.cast.give_role("Игорь", "hr_too", own, everything, abilities=frozenset({"people"}))
    told = site.browser("Игорь").refused("POST", "/api/access/view-as", 403, {"employee": site.people["Пётр"]})
    assert told["code"] == "sees_beyond_you" and "сделк" in told["text"].lower()


def test_only_who_manages_people_looks_as_others_and_never_by_a_token(site: Site) -> None:
    petr = {"employee": site.people["Пётр"]}
    assert site.browser("Ольга").refused("POST", "/api/access/view-as", 403, petr)["code"] == "denied_ability"
    assert site.token("Артём").refused("POST", "/api/access/view-as", 403, petr)["code"] == "look_in_person"
    artem = site.browser("Артём")
    assert artem.refused("POST", "/api/access/view-as", 404, {"employee": 9_999_999})
    assert (
        artem.refused("POST", "/api/access/view-as", 422, {"employee": site.people["Артём"]})["code"] == "not_oneself"
    )


def test_view_ends_with_the_right_to_it_and_does_not_come_back(site: Site) -> None:
    artem = looking_as(site, "Ольга")
    with site.company.write() as session:
        accounts.set_roles(session, site.people["Артём"], ("manager",))
    assert artem.get("/api/me")["id"] == site.people["Артём"]
    site.settle()
    with site.company.write() as session:
        accounts.set_roles(session, site.people["Артём"], ("admin",))
    assert artem.get("/api/me")["viewing"] is False


def test_view_is_of_one_session_and_ends_with_it(site: Site) -> None:
    other = site.browser("Артём")
    artem = looking_as(site, "Ольга")
    assert other.get("/api/me")["viewing"] is False
    artem.delete("/api/session", 204)
    artem.refused("GET", "/api/me", 401)


def test_journal_tells_who_looked_as_whom(site: Site) -> None:
    artem = looking_as(site, "Ольга")
    artem.delete("/api/access/view-as", 204)
    told = artem.get("/api/journal", of="rights", limit=2)["entries"]
    assert [one["kind"] for one in told] == ["view_ended", "view_began"]
    assert {(one["actor"][0], one["employee"][0]) for one in told} == {(site.people["Артём"], site.people["Ольга"])}
