"""Every route stands the same trials: it works for whom it is, and for nobody else."""

from __future__ import annotations

from svyaz.app import ROUTES
from tests.api.calls import GoodCall, good_calls
from tests.api.site import LOGINS, Site

DECLARED = {(route.method, route.path): route for route in ROUTES}


def strangers_may(call: GoodCall) -> bool:
    return DECLARED[call.method, call.route].needs == "nobody"


def test_every_route_is_told_in_the_table_of_calls_and_answers_it_well(site: Site) -> None:
    """Row 21: a route without its declaration here fails."""
    calls = good_calls(site)
    assert {(one.method, one.route) for one in calls} == set(DECLARED)
    people = {name: site.browser(name) for name in LOGINS}
    wrong = []
    for call in calls:
        answer = call.send(people[call.who])
        if answer.status_code != call.status or DECLARED[call.method, call.route].status not in (call.status, 200):
            wrong.append((call.method, call.asked, answer.status_code, answer.text[:300]))
    assert wrong == []


def test_application_serves_nothing_that_is_not_declared(site: Site) -> None:
    signposts, *pages = site.app.routes
    served = {
        (method, one.path)
        for one in (*signposts.routes, *pages)
        for method in one.methods - {"HEAD"}
        if "{rest:path}" not in one.path
    }
    assert served == set(DECLARED)


def test_nobody_comes_in_without_a_session(site: Site) -> None:
    calls = [one for one in good_calls(site) if not strangers_may(one)]
    callers = {
        "no key": site.stranger(),
        "a made-up cookie": type(site.stranger())(site, {"Cookie": "svyaz_session=guess"}, "guess"),
        "a made-up token": site.bearer("svz_" + "a" * 43),
        "an empty token": site.bearer(""),
    }
    with site.nothing_changes():
        wrong = [
            (why, call.method, call.asked, answer.status_code)
            for why, caller in callers.items()
            for call in calls
            if (answer := call.send(caller)).status_code != 401 or answer.json()["error"]["code"] != "not_signed_in"
        ]
    assert wrong == []


def test_cookie_alone_changes_nothing(site: Site) -> None:
    """Row 52: each route that changes refuses a cookie without the page's value, and a page of another site."""
    calls = [one for one in good_calls(site) if one.changes]
    people = {name: site.browser(name) for name in LOGINS}
    trials = {
        "no value": {"X-Svyaz-CSRF": ""},
        "a wrong value": {"X-Svyaz-CSRF": "x" * 32},
        "another site": {"Origin": "https://evil.test"},
        "a sandboxed frame": {"Origin": "null"},
        "the host as a part": {"Origin": "http://svyaz.test.evil.test"},
    }
    wrong = []
    with site.nothing_changes():
        for why, headers in trials.items():
            for call in calls:
                if strangers_may(call) and "Origin" not in headers:
                    continue
                answer = call.send(people[call.who], headers)
                if answer.status_code != 403 or answer.json()["error"]["code"] != "wrong_origin":
                    wrong.append((why, call.method, call.asked, answer.status_code))
    assert wrong == []


def test_own_page_is_not_taken_for_another_site(site: Site) -> None:
    olga = site.browser("Ольга")
    olga.call("POST", "/api/records/deal", {"values": {}}, 201, headers={"Origin": "http://svyaz.test"})


def test_route_of_an_ability_says_who_may(site: Site) -> None:
    calls = [one for one in good_calls(site) if DECLARED[one.method, one.route].needs not in ("nobody", "person")]
    assert len(calls) >= 20
    olga = site.browser("Ольга")
    with site.nothing_changes():
        for call in calls:
            answer = call.send(olga)
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "denied_ability"), call.asked
            assert "Администратор" in answer.json()["error"]["facts"]["who_may"]
            assert "Администратор" in answer.json()["error"]["text"]


def test_abilities_of_routes_are_abilities_of_roles(site: Site) -> None:
    known = {one for role in site.company.snapshot.roles.values() for one in role.abilities}
    assert {route.needs for route in ROUTES} <= {"nobody", "person", *known}


def test_read_only_token_reads_and_changes_nothing(site: Site) -> None:
    calls = good_calls(site)
    tokens = {name: site.token(name, "read") for name in LOGINS}
    wrong = []
    with site.nothing_changes():
        for call in calls:
            route = DECLARED[call.method, call.route]
            if route.writes and not strangers_may(call):
                answer = call.send(tokens[call.who])
                if answer.status_code != 403 or answer.json()["error"]["code"] != "token_read_only":
                    wrong.append((call.method, call.asked, answer.status_code))
    for call in calls:
        if not DECLARED[call.method, call.route].writes:
            answer = call.send(tokens[call.who])
            if answer.status_code != call.status:
                wrong.append((call.method, call.asked, answer.status_code, answer.text[:200]))
    assert wrong == []


def test_one_time_password_opens_only_its_own_replacement(site: Site) -> None:
    calls = good_calls(site)
    people = {name: site.browser(name) for name in LOGINS}
    with site.company.write() as session:
        session.run("UPDATE sv_login SET must_change = 1")
    wrong = []
    with site.nothing_changes():
        for call in calls:
            route = DECLARED[call.method, call.route]
            if route.needs != "nobody" and not route.early:
                answer = call.send(people[call.who])
                if answer.status_code != 403 or answer.json()["error"]["code"] != "password_must_change":
                    wrong.append((call.method, call.asked, answer.status_code))
    for call in calls:
        route = DECLARED[call.method, call.route]
        if route.needs == "nobody" or route.early:
            answer = call.send(people[call.who])
            if answer.status_code != call.status:
                wrong.append((call.method, call.asked, answer.status_code, answer.text[:200]))
    assert wrong == []


def test_every_answer_keeps_the_browser_on_the_safe_side(site: Site) -> None:
    """Row 41: scripts of ours only, nothing framed, nothing guessed, nothing of a person kept in a cache."""
    people = {name: site.browser(name) for name in LOGINS}
    for call in good_calls(site):
        headers = call.send(people[call.who]).headers
        policy = headers["content-security-policy"]
        scripts = [one.strip() for one in policy.split(";") if one.strip().startswith("script-src")]
        assert "default-src 'none'" in policy and scripts in ([], ["script-src 'self'"]), call.asked
        assert headers["x-content-type-options"] == "nosniff", call.asked
        assert "no-store" in headers["cache-control"] or "private" in headers["cache-control"], call.asked
        assert "server" not in headers, call.asked


def test_unknown_address_and_wrong_method_are_told_as_problems(site: Site) -> None:
    olga = site.browser("Ольга")
    assert olga.refused("GET", "/api/no/such", 404)["code"] == "address_not_found"
    told = olga.refused("PATCH", "/api/records/deal/5/history", 405, {})
    assert (told["code"], told["facts"]["allowed"]) == ("method_not_allowed", ["GET", "HEAD"])
    told = olga.refused("POST", "/board", 405, {})
    assert told["code"] == "method_not_allowed"
