"""The second step of sign-in: asked, not to be gone round, lost and given anew; asked of whom the company says."""

from __future__ import annotations

import pytest

from svyaz.api.route import Route
from svyaz.app import ROUTES
from svyaz.org import two_factor
from svyaz.org.sessions import PER_LOGIN
from tests.api.calls import good_calls
from tests.api.site import LOGINS, PASSWORD, Caller, Site, code_now
from tests.api.test_sign_in import sign_in


def turn_on(site: Site, name: str = "Ольга") -> tuple[str, list[str]]:
    """(secret, recovery codes)"""
    person = site.browser(name)
    secret = person.post("/api/me/second", {}, 201)["secret"]
    return secret, person.put("/api/me/second", {"code": code_now(site, secret)})["codes"]


def first_step(site: Site, login: str = "olga") -> Caller:
    """Who has given the password and nothing more: his cookie."""
    answer = site.stranger().send("POST", "/api/session", {"login": login, "password": PASSWORD})
    told = answer.json()
    assert answer.status_code == 200 and told["second_step"] is True and told["signed_in"] is False and not told["csrf"]
    assert "svyaz_session=" not in answer.headers["set-cookie"] and "httponly" in answer.headers["set-cookie"].lower()
    return Caller(site, {"Cookie": answer.headers["set-cookie"].split(";")[0]}, "")


def test_row_57_second_step_is_not_gone_round_by_any_route(site: Site) -> None:
    """A password alone opens nothing: not with the cookie of the first step in either place, nor as a token."""
    calls = [one for one in good_calls(site) if _declared(one.method, one.route).needs != "nobody"]
    turn_on(site)
    half = first_step(site)
    ticket = half.headers["Cookie"].split("=")[1]
    wrong = []
    with site.nothing_changes():
        for caller in (half, Caller(site, {"Cookie": f"svyaz_session={ticket}"}, ticket), site.bearer(ticket)):
            wrong += [(one.asked, got.status_code) for one in calls if (got := one.send(caller)).status_code != 401]
    assert wrong == []


def test_row_57_code_is_not_taken_twice_nor_by_another_browser(site: Site) -> None:
    secret, _ = turn_on(site)
    site.cast.tick(seconds=30)
    code = code_now(site, secret)
    first, second = first_step(site), first_step(site)
    assert first.post("/api/session/second", {"code": code})["signed_in"] is True
    assert second.refused("POST", "/api/session/second", 401, {"code": code})["code"] == "second_step_wrong"
    site.cast.tick(seconds=30)
    # The way that was begun ends with the coming in.
    told = first.refused("POST", "/api/session/second", 401, {"code": code_now(site, secret)})
    assert told["code"] == "challenge_gone"
    assert site.stranger().refused("POST", "/api/session/second", 401, {"code": code})["code"] == "challenge_gone"


def test_row_57_recovery_code_is_single_use(site: Site) -> None:
    _, codes = turn_on(site)
    assert first_step(site).post("/api/session/second", {"code": codes[3]})["signed_in"] is True
    again = first_step(site).refused("POST", "/api/session/second", 401, {"code": codes[3]})
    assert again["code"] == "second_step_wrong"
    assert site.browser("Ольга").get("/api/me/security")["second"]["codes_left"] == 9


def test_second_step_that_took_too_long_begins_anew(site: Site) -> None:
    secret, _ = turn_on(site)
    half = first_step(site)
    site.cast.tick(minutes=11)
    told = half.refused("POST", "/api/session/second", 401, {"code": code_now(site, secret)})
    assert told["code"] == "challenge_gone"


def test_second_step_is_guessed_only_so_often_and_says_how_long_to_wait(site: Site) -> None:
    secret, _ = turn_on(site)
    half = first_step(site)
    for _ in range(PER_LOGIN):
        half.refused("POST", "/api/session/second", 401, {"code": "000000"})
    site.cast.tick(seconds=60)
    # Neither a fresh password nor another address buys more guesses.
    answer = first_step(site).send("POST", "/api/session/second", {"code": code_now(site, secret)}, address="10.9.9.9")
    told = answer.json()["error"]
    assert (answer.status_code, told["code"], told["facts"]["seconds"]) == (429, "too_many_attempts", 14 * 60)
    assert answer.headers["retry-after"] == str(14 * 60) and "14 мин 0 с" in told["text"]
    site.cast.tick(minutes=14, seconds=1)
    assert first_step(site).post("/api/session/second", {"code": code_now(site, secret)})["signed_in"] is True


def test_person_closed_between_the_two_steps_does_not_come_in(site: Site) -> None:
    _, codes = turn_on(site)
    half, artem = first_step(site), site.browser("Артём")
    artem.post(f"/api/people/{site.people['Ольга']}/block", status=204)
    half.refused("POST", "/api/session/second", 401, {"code": codes[0]})


def test_administrator_takes_a_lost_second_step_away_and_the_journal_tells(site: Site) -> None:
    turn_on(site)
    olga, artem, id = site.browser("Ольга"), site.browser("Артём"), site.people["Ольга"]
    site.browser("Пётр").refused("DELETE", f"/api/people/{id}/second", 403)
    artem.delete(f"/api/people/{id}/second", 204)
    olga.refused("GET", "/api/me", 401)
    assert sign_in(site, "olga").get("/api/me/security")["second"]["on"] is False
    last = artem.get("/api/journal", of="rights")["entries"][0]
    assert (last["kind"], last["actor"][0], last["employee"][0]) == ("second_reset", site.people["Артём"], id)
    assert artem.refused("DELETE", f"/api/people/{site.people['Артём']}/second", 422)["code"] == "not_oneself"


@pytest.mark.parametrize(
    ("rule", "asked", "free"),
    [
        ({"second": "administrators"}, "artem", "olga"),
        ({"second": "nobody", "second_roles": ["manager"]}, "olga", "artem"),
        ({"second": "everybody"}, "olga", None),
    ],
)
def test_who_is_asked_for_a_second_step_sets_it_up_before_anything_else(
    site: Site, rule: dict[str, object], asked: str, free: str | None
) -> None:
    name = next(one for one, login in LOGINS.items() if login == asked)
    before, artem = site.browser(name), site.browser("Артём")
    artem.put("/api/company/sign-in", rule, 204)
    # At the next request of a session that was open already, and at a new one.
    assert before.refused("GET", "/api/schema", 403)["code"] == "second_step_needed"
    person = sign_in(site, asked)
    assert person.get("/api/session")["must_second"] is True
    assert person.refused("GET", "/api/schema", 403)["code"] == "second_step_needed"
    secret = person.post("/api/me/second", {}, 201)["secret"]
    person.put("/api/me/second", {"code": code_now(site, secret)})
    assert person.get("/api/session")["must_second"] is False
    person.get("/api/schema")
    assert person.refused("DELETE", "/api/me/second", 403)["code"] == "second_required_of_you"
    if free:
        sign_in(site, free).get("/api/schema")


def test_missing_second_step_shuts_every_route_but_its_own_setting_up(site: Site) -> None:
    calls = good_calls(site)
    with site.company.write() as session:
        two_factor.set_rule(session, two_factor.Rule("everybody"))
        session.run("DELETE FROM sv_second_factor")
        session.run("DELETE FROM sv_passkey")
    people = {name: site.browser(name) for name in LOGINS}
    wrong = []
    with site.nothing_changes():
        for call in calls:
            route = _declared(call.method, call.route)
            if route.needs != "nobody" and not (route.early or route.setup):
                answer = call.send(people[call.who])
                if answer.status_code != 403 or answer.json()["error"]["code"] != "second_step_needed":
                    wrong.append((call.method, call.asked, answer.status_code))
    assert wrong == []


def test_ways_in_are_set_up_only_in_person_and_freshly_confirmed(site: Site) -> None:
    olga, token = site.browser("Ольга"), site.token("Ольга")
    assert token.refused("POST", "/api/me/second", 403, {})["code"] == "only_in_person"
    assert token.refused("POST", "/api/me/confirm", 403, {"password": PASSWORD})["code"] == "only_in_person"
    site.cast.tick(minutes=16)
    assert olga.refused("POST", "/api/me/second", 403, {})["code"] == "confirm_needed"
    assert olga.refused("POST", "/api/me/confirm", 422, {"password": "не тот"})["code"] == "wrong_password"
    olga.post("/api/me/confirm", {"password": PASSWORD}, 204)
    olga.post("/api/me/second", {}, 201)


def test_own_entries_tell_when_whence_and_by_what(site: Site) -> None:
    _, codes = turn_on(site)
    half = first_step(site)
    half.refused("POST", "/api/session/second", 401, {"code": "000000"})
    half.call("POST", "/api/session/second", {"code": codes[0]}, address="10.0.0.77")
    sign_in(site, "petr", "не тот", 401)
    told = site.browser("Ольга").get("/api/me/entries")["entries"]
    kinds = [(one["kind"], one["by"]) for one in told]
    assert kinds[1:4] == [("came_in", ["password", "recovery"]), ("second_refused", []), ("second_on", [])]
    assert told[1]["address"] == "10.0.0.77"
    assert {one["kind"] for one in site.browser("Пётр").get("/api/me/entries")["entries"]} == {"came_in", "refused"}


def _declared(method: str, path: str) -> Route:
    return next(one for one in ROUTES if (one.method, one.path) == (method, path))
