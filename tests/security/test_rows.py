"""The rows of the security list that have no test elsewhere, and the table of those that have (README.md)."""

from __future__ import annotations

import ast
import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from svyaz.api.route import Route
from svyaz.app import ROUTES
from svyaz.records.read import ListRequest, read_page
from svyaz.schema.snapshot import Grant
from tests.api.calls import good_calls
from tests.api.site import PASSWORD, Site
from tests.api.test_second_step import turn_on

ROOT = Path(__file__).resolve().parents[2]
TABLE = (Path(__file__).parent / "README.md").read_text(encoding="utf-8")
ROWS = {*range(14, 37), *range(51, 64)}
# Who has not signed in may ask for these and for nothing else: no public form, no shared link, no receiver of calls.
STRANGERS = {
    "GET /api/session",
    "POST /api/session",
    "POST /api/session/second",
    "POST /api/session/passkey/begin",
    "POST /api/session/passkey",
    "POST /api/session/openid/begin",
    "POST /api/session/openid",
    "GET /api/company/logo",
    "POST /api/invitations/look",
    "POST /api/invitations/accept",
    "GET /api/invitations/forgotten",
    "POST /api/invitations/forgotten",
}


def test_every_row_is_held_by_a_test_that_is_there() -> None:
    told = {int(one): cell for one, cell in re.findall(r"^\| (\d+) \|[^|]*\|([^|]*)\|$", TABLE, flags=re.MULTILINE)}
    assert set(told) == ROWS
    missing = []
    for row, cell in told.items():
        named = re.findall(r"`([\w/.]+\.py)::(\w+)`", cell)
        assert named, row
        for path, name in named:
            tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
            names = {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
            if name not in names:
                missing.append((row, path, name))
    assert missing == []


def test_row_29_work_of_a_dismissed_person_stops_before_its_first_change(site: Site) -> None:
    igor, artem = site.browser("Игорь"), site.browser("Артём")
    made = artem.create("deal", title="Насосы")["id"]
    asked = {"filter": 'title = "Насосы"', "change": {"title": "Чужие"}}
    job = igor.post("/api/records/deal/bulk", asked, 202)["job"]
    who = site.people["Игорь"]
    artem.change("employee", who, artem.open("employee", who)["version"], active=False)
    site.run_jobs()
    assert artem.open("deal", made)["values"]["title"] == "Насосы"
    with site.company.read() as session:
        assert session.fetch("SELECT state FROM sv_job WHERE id = ?", (job,))[0][0] != "done"


def test_row_30_31_62_strangers_have_their_few_routes_and_no_others() -> None:
    """A public form, a shared link, a receiver of webhooks: none is there; whoever adds one comes by this list and
    brings the tests of its row."""
    open_to_all = {f"{one.method} {one.path}" for one in ROUTES if one.needs == "nobody"}
    assert open_to_all == STRANGERS


@pytest.mark.parametrize("scope", ["nonsense", "", "formula"])
def test_row_35_scope_that_means_nothing_opens_nothing_of_others(site: Site, scope: str) -> None:
    """Were a role ever kept that this program does not understand, it would leave a person his own and no more."""
    snapshot, olga = site.company.snapshot, site.cast.actor("Ольга")
    broken = replace(snapshot.roles["manager"], grants={"deal": Grant("deal", {"see": scope})})
    changed = replace(snapshot, digest=f"broken {scope}", roles={**snapshot.roles, "manager": broken})
    mine = site.browser("Ольга").create("deal", title="Насосы")["id"]
    site.browser("Пётр").create("deal", title="Трубы")
    with site.company.read() as session:
        session.snapshot = changed
        assert [row[0] for row in read_page(session, olga, "deal", ListRequest(limit=50)).rows] == [mine]


def test_row_33_everything_of_a_closed_person_stops_on_every_route_at_the_next_request(site: Site) -> None:
    """Cookie and token, lists, files, exports and the stream of live alike."""
    calls = [one for one in good_calls(site) if _declared(one.method, one.route).needs != "nobody"]
    callers = [site.browser("Ольга"), site.token("Ольга")]
    for caller in callers:
        caller.get("/api/me")
    site.browser("Артём").post(f"/api/people/{site.people['Ольга']}/block", status=204)
    with site.nothing_changes():
        wrong = [
            (call.method, call.asked, answer.status_code)
            for caller in callers
            for call in calls
            if (answer := call.send(caller)).status_code != 401
        ]
    assert wrong == [] and any("/api/live" in one.asked for one in calls)


def test_row_54_address_of_links_is_never_the_one_of_the_request(site: Site) -> None:
    artem = site.browser("Артём")
    artem.put("/api/company/sign-in", {"address": "https://crm.example.ru"}, 204)
    evil = {"Host": "evil.test", "X-Forwarded-Host": "evil.test"}
    answer = site.stranger().send("POST", "/api/session/passkey/begin", {}, evil)
    assert answer.json()["options"]["rpId"] == "crm.example.ru" and "evil" not in answer.text
    told = artem.send("GET", "/api/company/sign-in", headers=evil).json()
    assert told["openid"]["back"].startswith("https://crm.example.ru/")


@pytest.mark.parametrize(
    "said", ["crm.example.ru", "ftp://a.ru", "https://a.ru/path", "https://u@a.ru", "https://", "javascript:x"]
)
def test_row_54_address_is_an_address_and_nothing_else(site: Site, said: str) -> None:
    told = site.browser("Артём").refused("PUT", "/api/company/sign-in", 422, {"address": said})
    assert told["code"] == "public_address_wrong"


def test_row_63_two_sign_ins_with_one_recovery_code_at_once_are_one(site: Site) -> None:
    from_paper = turn_on(site)[1][0]
    halves = [site.stranger().send("POST", "/api/session", {"login": "olga", "password": PASSWORD}) for _ in range(4)]
    cookies = [one.headers["set-cookie"].split(";")[0] for one in halves]
    statuses: list[int] = []

    def go(cookie: str) -> None:
        answer = site.stranger().send("POST", "/api/session/second", {"code": from_paper}, {"Cookie": cookie})
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=go, args=(one,)) for one in cookies]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(statuses) == [200, 401, 401, 401]


def _declared(method: str, path: str) -> Route:
    return next(one for one in ROUTES if (one.method, one.path) == (method, path))
