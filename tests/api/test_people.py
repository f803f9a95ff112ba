"""People over HTTP: a way in is given, used and taken, and the journal tells of it."""

from __future__ import annotations

from svyaz.schema.snapshot import Grant
from tests.api.site import PASSWORD, Caller, Site


def sign_in(site: Site, login: str, password: str, status: int = 200) -> Caller:
    answer = site.stranger().send("POST", "/api/session", {"login": login, "password": password})
    assert answer.status_code == status, answer.text
    if status != 200:
        return site.stranger()
    return Caller(site, {"Cookie": f"svyaz_session={answer.cookies['svyaz_session']}"}, answer.json()["csrf"])


def test_person_is_added_enters_once_with_the_shown_password_and_then_with_his_own(site: Site) -> None:
    artem = site.browser("Артём")
    made = artem.post(
        "/api/people", {"values": {"surname": "Белова"}, "login": "belova", "roles": ["manager"]}, status=201
    )
    belova = sign_in(site, "belova", made["password"])
    assert belova.refused("GET", "/api/schema", 403)["code"] == "password_must_change"
    belova.post("/api/me/password", {"old": made["password"], "new": "мой-пароль-77"}, 204)
    assert [one["key"] for one in belova.get("/api/me")["roles"]] == ["manager"]
    sign_in(site, "belova", made["password"], 401)
    assert made["password"] not in str(artem.get("/api/journal"))


def test_person_added_without_access_has_a_card_and_no_login(site: Site) -> None:
    artem = site.browser("Артём")
    made = artem.post("/api/people", {"values": {"surname": "Складской"}}, status=201)
    assert made["password"] is None
    told = artem.get(f"/api/people/{made['id']}")
    assert (told["state"], told["login"], told["roles"]) == ("none", "", [])


def test_nothing_is_added_when_the_login_is_taken_or_the_role_gives_too_much(site: Site) -> None:
    artem = site.browser("Артём")
    manager = site.cast.snapshot.roles["manager"].grants.values()
    may_add = Grant("employee", {"see": "all", "add": "all"})
    site.cast.give_role("Пётр", "staff", *manager, may_add, abilities=frozenset({"people"}))
    petr = site.browser("Пётр")
    with site.nothing_changes():
        person = {"values": {"surname": "Белова"}, "login": "OLGA", "roles": []}
        assert artem.refused("POST", "/api/people", 422, person)["code"] == "login_taken"
        person |= {"login": "belova", "roles": ["admin"]}
        error = petr.refused("POST", "/api/people", 403, person)
    assert error["code"] == "rights_beyond_yours" and "Администратор" in error["text"]


def test_everything_of_a_blocked_person_stops_with_the_next_request(site: Site) -> None:
    """Row 33."""
    olga, token, artem = site.browser("Ольга"), site.token("Ольга"), site.browser("Артём")
    person = f"/api/people/{site.people['Ольга']}"
    olga.get("/api/me")
    token.get("/api/me")
    artem.post(f"{person}/block", status=204)
    for caller in (olga, token):
        assert caller.refused("GET", "/api/me", 401)["code"] == "not_signed_in"
        assert caller.refused("GET", "/api/live?seconds=1", 401)["code"] == "not_signed_in"
    sign_in(site, "olga", PASSWORD, 401)
    assert artem.get(person)["state"] == "blocked" and artem.get(person)["tokens"] == 0
    artem.post(f"{person}/let-in", status=204)
    sign_in(site, "olga", PASSWORD)
    assert olga.refused("GET", "/api/me", 401)["code"] == "not_signed_in"


def test_new_roles_hold_from_the_next_request(site: Site) -> None:
    olga, artem = site.browser("Ольга"), site.browser("Артём")
    site.browser("Анна").create("deal", title="Чужая")
    assert olga.ids("deal") == []
    artem.put(f"/api/people/{site.people['Ольга']}/roles", {"roles": ["director"]}, 204)
    assert len(olga.ids("deal")) == 1
    artem.put(f"/api/people/{site.people['Ольга']}/roles", {"roles": []}, 204)
    assert olga.refused("GET", "/api/records/deal", 404)["code"] == "not_found"


def test_reset_password_ends_sessions_and_works_once(site: Site) -> None:
    olga, artem = site.browser("Ольга"), site.browser("Артём")
    once = artem.post(f"/api/people/{site.people['Ольга']}/password")["password"]
    olga.refused("GET", "/api/me", 401)
    sign_in(site, "olga", PASSWORD, 401)
    assert sign_in(site, "olga", once).get("/api/session")["must_change"] is True


def test_sessions_of_another_are_listed_and_ended_by_who_manages_him(site: Site) -> None:
    here, there, artem = site.browser("Ольга"), site.browser("Ольга"), site.browser("Артём")
    person = f"/api/people/{site.people['Ольга']}"
    told = artem.get(person)["sessions"]
    assert len(told) == 2 and here.headers["Cookie"].split("=")[1] not in str(told)
    artem.delete(f"{person}/sessions/{told[0]['id']}", 204)
    artem.refused("DELETE", f"{person}/sessions/{told[0]['id']}", 404)
    assert artem.delete(f"{person}/sessions")["ended"] == 1
    for one in (here, there):
        one.refused("GET", "/api/me", 401)
    own = f"/api/people/{site.people['Артём']}"
    assert artem.delete(f"{own}/sessions")["ended"] == 0
    artem.get("/api/me")


def test_journal_tells_entries_and_refusals_without_what_strangers_typed(site: Site) -> None:
    artem = site.browser("Артём")
    sign_in(site, "olga", PASSWORD)
    sign_in(site, "olga", "не-тот-пароль", 401)
    sign_in(site, "мой-секретный-пароль", "x", 401)
    artem.post(f"/api/people/{site.people['Ольга']}/block", status=204)
    sign_in(site, "olga", PASSWORD, 401)
    told = artem.get("/api/journal", of="entries")["entries"]
    assert [one["kind"] for one in told[:4]] == ["refused_closed", "refused", "refused", "came_in"]
    assert told[3]["employee"] == [site.people["Ольга"], "Ольга Смирнова"]
    assert told[3]["address"] == "10.0.0.1" and told[1]["employee"] is None
    assert "секретный" not in str(told)
    (block,) = artem.get("/api/journal", of="rights")["entries"]
    assert (block["kind"], block["actor"][1], block["employee"][1]) == ("blocked", "Артём Зайцев", "Ольга Смирнова")
    first = artem.get("/api/journal", limit=2)
    second = artem.get("/api/journal", limit=2, before=first["next"])
    assert [one["id"] for one in first["entries"]] > [one["id"] for one in second["entries"]]


def test_journal_and_people_are_for_who_manages_people(site: Site) -> None:
    maria = site.browser("Мария Сергеевна")
    for path in ("/api/journal", "/api/people", f"/api/people/{site.people['Ольга']}"):
        assert maria.refused("GET", path, 403)["code"] == "denied_ability"
