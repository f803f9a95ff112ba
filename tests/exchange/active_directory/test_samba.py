"""People of a real Active Directory (Samba) become employees, and stay what the domain says they are."""

from __future__ import annotations

from typing import Any

from ldap3 import MODIFY_DELETE, MODIFY_REPLACE

from svyaz.exchange.active_directory import looks
from svyaz.jobs.queue import enqueue
from svyaz.org import sessions
from svyaz.storage import accounts
from tests.api.site import PASSWORD as SITE_PASSWORD, Caller, Site
from tests.directory_servers import GROUPS, UNIT, RunningDirectory, free_port
from tests.exchange.active_directory.conftest import settings
from tests.exchange.active_directory.firm import MANY, PASSWORD, PETROV, SALES, photo

AD = "/api/directory"


def look(site: Site, admin: Caller) -> dict[str, Any]:
    run = admin.post(f"{AD}/runs", None, 201)
    site.run_jobs()
    return admin.get(f"{AD}/runs/{run['id']}")


def apply(site: Site, admin: Caller) -> dict[str, Any]:
    run = look(site, admin)
    assert run["state"] == "compared", run
    admin.post(f"{AD}/runs/{run['id']}/apply")
    site.run_jobs()
    return admin.get(f"{AD}/runs/{run['id']}")


def rows(admin: Caller, run: dict[str, Any], fate: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = 0
    while after is not None:
        page = admin.get(f"{AD}/runs/{run['id']}/rows", fate=fate, after=after, limit=200)
        found, after = found + page["rows"], page["next"]
    return found


def employees(admin: Caller, filter: str = "") -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    after = None
    while True:
        page = admin.get(
            "/api/records/employee",
            limit=500,
            **({"after": after} if after else {}),
            **({"filter": filter} if filter else {}),
        )
        for row in page["rows"]:
            told = dict(zip(page["columns"], row, strict=True))
            found[told["surname"]] = told
        after = page.get("next")
        if after is None:
            return found


def sign_in(site: Site, login: str, password: str) -> int:
    return site.stranger().send("POST", "/api/session", {"login": login, "password": password}).status_code


def card(admin: Caller, surname: str) -> dict[str, Any]:
    id = employees(admin)[surname]["id"]
    values: dict[str, Any] = admin.get(f"/api/records/employee/{id}")["values"]
    return {"id": id, **values}


def put(admin: Caller, employee: int, **values: Any) -> None:
    seen = admin.get(f"/api/records/employee/{employee}")["version"]
    admin.patch(f"/api/records/employee/{employee}", {"values": values, "version": seen})


def browser_of(site: Site, employee: int) -> Caller:
    with site.company.write() as session:
        login = accounts.login_of(session, employee)
        assert login is not None
        opened = sessions.open_session(session, login, "testclient", "tests")
    return Caller(site, {"Cookie": f"svyaz_session={opened.key}"}, opened.csrf)


# On PostgreSQL the road is the same, so fewer take it.
FEW = "(&(objectCategory=person)(objectClass=user)(|(!(department=Отдел*))(department=Отдел 4)))"


def how_many(site: Site) -> tuple[str, int, tuple[str, str]]:
    """The filter of the settings, how many of the many it takes, and two of them who may go: the domain is one for both."""
    if site.company.database.dialect == "sqlite":
        return "", MANY, ("0003", "0010")
    return FEW, len([number for number in range(MANY) if number % 7 == 4]), ("0004", "0011")


def test_people_of_a_domain_come_once_follow_it_and_leave_with_their_records_kept(
    site: Site, admin: Caller, samba: RunningDirectory
) -> None:
    filter, many, (leaves, deleted) = how_many(site)
    told = settings(samba, sign_in=True, roles=["manager"], filter=filter)
    checked = admin.post(f"{AD}/check", told)
    assert (checked["people"], checked["disabled"]) == (many + 6, 1)
    admin.call("PUT", AD, told, 204)
    assert admin.get(AD)["directory"]["has_password"] is True
    assert samba.password not in str(admin.get(AD))

    # The difference is told and nothing is done.
    run = look(site, admin)
    assert run["counts"] == {"made": many + 2, "left": 1, "trouble": 3, "troubled": 4}, run
    assert len(employees(admin)) == 6
    troubles = {one["label"]: one["problems"][0]["code"] for one in rows(admin, run, "troubled")}
    assert troubles == {
        "nameless": "directory_person_nameless",
        "Первый": "directory_email_twice",
        "Второй": "directory_email_twice",
        "Пётр Петров": "directory_value_not_taken",
    }

    # It is done: cards, departments in each other, heads, a photograph.
    run = apply(site, admin)
    assert (run["state"], run["counts"]["made"]) == ("done", many + 2), run
    assert len(employees(admin)) == 6 + many + 2
    boss, petrov = card(admin, "Иванова"), card(admin, "Петров")
    assert (petrov["first_name"], petrov["patronymic"], petrov["position_title"]) == ("Пётр", "Ёжикович", "Менеджер")
    assert petrov["head"][0] == boss["id"]
    assert admin.get(f"/api/records/department/{petrov['department'][0]}")["values"]["parent"] == boss["department"]
    assert boss["phones"] == [["+74951234567", ""], ["+79160000001", ""]]
    assert admin.get(f"/api/files/{boss['photo'][0][0]}") == photo()

    # A second time nothing is made and nothing changes.
    version = admin.get(f"/api/records/employee/{petrov['id']}")["version"]
    again = apply(site, admin)
    assert again["counts"] == {"same": many + 2, "left": 1, "trouble": 3, "troubled": 4}
    assert admin.get(f"/api/records/employee/{petrov['id']}")["version"] == version

    # The password of the domain lets in, in each of the ways people write their name.
    for login in ("petrov", "PETROV", "petrov@svyaz.test", "SVYAZ\\petrov"):
        assert sign_in(site, login, PASSWORD) == 200, login
    assert sign_in(site, "petrov", "") == 401
    assert sign_in(site, "petrov", "не тот") == 401
    assert sign_in(site, "sidorov", PASSWORD) == 401
    assert sign_in(site, "petrov)(objectClass=*", PASSWORD) == 401

    # Renamed, moved to another unit, promoted: the same card.  Disabled: refused at once, shut by the next look.
    domain = samba.as_administrator()
    moved = f"CN=Петров-Водкин,{UNIT}"
    try:
        assert domain.modify_dn(PETROV, "CN=Петров-Водкин", new_superior=UNIT), domain.result
        told = {"sn": "Петров-Водкин", "givenName": "Кузьма", "telephoneNumber": "+7 495 765-43-21"}
        assert domain.modify(moved, {key: [(MODIFY_REPLACE, [value])] for key, value in told.items()})
        assert sign_in(site, "petrov", PASSWORD) == 200
        run = apply(site, admin)
        assert (run["counts"]["changed"], run["counts"]["same"]) == (1, many + 1), run
        changes = {one["key"]: one["after"] for one in rows(admin, run, "changed")[0]["changes"]}
        assert changes == {
            "surname": "Петров-Водкин",
            "first_name": "Кузьма",
            "patronymic": "",
            "phones": "+7 495 765-43-21",
        }
        assert card(admin, "Петров-Водкин")["id"] == petrov["id"]

        here = browser_of(site, petrov["id"])
        assert here.get("/api/me")["id"] == petrov["id"]
        assert domain.modify(moved, {"userAccountControl": [(MODIFY_REPLACE, ["514"])]})
        assert sign_in(site, "petrov", PASSWORD) == 401
        assert domain.modify(f"CN=Все,{GROUPS}", {"member": [(MODIFY_DELETE, [f"CN=Сотрудник {leaves},{UNIT}"])]})
        assert domain.delete(f"CN=Сотрудник {deleted},{UNIT}")
        run = apply(site, admin)
        assert run["counts"]["blocked"] == 3, run
        here.refused("GET", "/api/me", 401)
        kept = card(admin, "Петров-Водкин")
        assert kept["active"] is True
        assert admin.get(f"/api/people/{petrov['id']}")["state"] == "blocked"
        assert apply(site, admin)["counts"].get("blocked") is None

        # Enabled again: comes in again.  Whom a person has blocked the domain does not let in.
        assert domain.modify(moved, {"userAccountControl": [(MODIFY_REPLACE, ["512"])]})
        assert apply(site, admin)["counts"]["opened"] == 1
        assert sign_in(site, "petrov", PASSWORD) == 200
        admin.post(f"/api/people/{petrov['id']}/block", None, 204)
        assert apply(site, admin)["counts"].get("opened") is None
        assert sign_in(site, "petrov", PASSWORD) == 401
    finally:
        domain.modify(moved, {"userAccountControl": [(MODIFY_REPLACE, ["512"])]})
        domain.modify(moved, {key: [(MODIFY_REPLACE, [])] for key in ("sn", "givenName")})
        domain.modify(moved, {"telephoneNumber": [(MODIFY_REPLACE, ["101"])]})
        domain.modify_dn(moved, PETROV.partition(f",{SALES}")[0], new_superior=SALES)
        domain.unbind()


def test_an_import_from_a_domain_is_taken_back_whole_and_can_be_done_again(
    site: Site, admin: Caller, samba: RunningDirectory
) -> None:
    few = "(&(objectClass=user)(|(sAMAccountName=ivanova)(sAMAccountName=u0001)(sAMAccountName=u0002)))"
    admin.call("PUT", AD, settings(samba, sign_in=True, roles=["manager"], filter=few, groups=[]), 204)
    run = apply(site, admin)
    assert run["counts"]["made"] == 3
    admin.post(f"{AD}/runs/{run['id']}/undo")
    site.run_jobs()
    assert admin.get(f"{AD}/runs/{run['id']}")["state"] == "undone"
    assert len(employees(admin)) == 6
    assert sign_in(site, "ivanova", PASSWORD) == 401
    assert apply(site, admin)["counts"]["made"] == 3
    assert len(employees(admin)) == 9


def test_an_employee_who_was_here_before_is_tied_by_login_or_email_and_an_administrator_comes_in_without_the_domain(
    site: Site, admin: Caller, samba: RunningDirectory
) -> None:
    olga, artem = site.people["Ольга"], site.people["Артём"]
    put(admin, olga, email=["u0001@svyaz.test"], phones=["+7 912 000-11-22"])
    put(admin, artem, email=["ivanova@svyaz.test"])
    few = "(&(objectClass=user)(|(sAMAccountName=ivanova)(sAMAccountName=u0001)))"
    told = settings(samba, sign_in=True, roles=["manager"], filter=few, groups=[])
    admin.call("PUT", AD, told, 204)
    run = apply(site, admin)
    assert run["counts"]["changed"] == 2, run
    assert admin.get(f"/api/records/employee/{olga}")["values"]["phones"] == [["+79120001122", ""]]
    # She is of the domain now: what she knew before opens nothing.
    assert sign_in(site, "olga", SITE_PASSWORD) == 401
    assert sign_in(site, "artem", SITE_PASSWORD) == 200
    assert sign_in(site, "artem", PASSWORD) == 200
    # The domain is down: the administrator comes in, the others are told why they do not.
    admin.call("PUT", AD, {**told, "port": free_port(samba.host)}, 204)
    assert sign_in(site, "artem", SITE_PASSWORD) == 200
    refused = site.stranger().send("POST", "/api/session", {"login": "olga", "password": PASSWORD})
    assert (refused.status_code, refused.json()["error"]["code"]) == (502, "directory_refused")
    nobody = site.stranger().send("POST", "/api/session", {"login": "nobody", "password": PASSWORD})
    assert nobody.json()["error"]["code"] == "directory_refused"
    # Petr was never of the domain: his own password is as good as before.
    assert sign_in(site, "petr", SITE_PASSWORD) == 200


def test_the_schedule_looks_by_itself_at_its_hour_and_does_not_shut_half_of_the_company(
    site: Site, admin: Caller, samba: RunningDirectory
) -> None:
    few = "(&(objectClass=user)(sAMAccountName=u000*))"
    told = settings(samba, sign_in=True, roles=["manager"], filter=few, groups=[], schedule="daily", hour=13)
    admin.call("PUT", AD, told, 204)
    runs = []
    for schedule, hour in (("off", 12), ("daily", 13), ("daily", 12)):  # the clock of the tests stands at noon
        admin.call("PUT", AD, {**told, "schedule": schedule, "hour": hour}, 204)
        by_itself(site)
        runs.append(len(admin.get(AD)["runs"]))
    assert runs == [0, 0, 1]
    run = admin.get(AD)["runs"][0]
    assert (run["state"], run["scheduled"], run["counts"]) == ("done", True, {"made": 10, "troubled": 0})
    # A filter with a slip in it takes nobody: without a person who has looked nobody is shut out.
    wrong = "(&(objectClass=user)(sAMAccountName=u0001))"
    admin.call("PUT", AD, {**told, "schedule": "hourly", "filter": wrong}, 204)
    by_itself(site)
    run = admin.get(AD)["runs"][0]
    assert (run["state"], run["held"], run["counts"]["blocked"]) == ("compared", True, 9)
    assert len(admin.get("/api/people", state="open")["people"]) == 6 + 10
    admin.post(f"{AD}/runs/{run['id']}/apply")
    site.run_jobs()
    assert len(admin.get("/api/people", state="blocked")["people"]) == 9


def by_itself(site: Site) -> None:
    with site.company.write() as session:
        enqueue(session, looks.SYNC, {})
    site.run_jobs()
