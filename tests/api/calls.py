"""One good call of every route: what each test that goes over all routes begins with.

`good_calls` makes what the calls are about; `{name}` in a path is filled from what it made.  A route that is
not told here fails test_routes.py, so none can be added without standing all the trials.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from svyaz.org import challenges
from svyaz.storage import changes, directory, ids, second_steps
from tests.api.site import HOST, PASSWORD, Caller, Site, code_now
from tests.mailbox import standing
from tests.passkey_device import Device
from tests.provider import consent, lasting_provider


@dataclass(frozen=True, slots=True)
class GoodCall:
    """route: method and path as declared.  asked: the path of the call.  who: a person who may.
    cookie: what the browser carries besides the session: what an earlier step of sign-in has left."""

    method: str
    route: str
    asked: str
    body: Any = None
    who: str = "Ольга"
    status: int = 200
    files: dict[str, Any] = field(default_factory=dict)
    cookie: str = ""

    @property
    def changes(self) -> bool:
        return self.method != "GET"

    def send(self, caller: Caller, headers: dict[str, str] | None = None) -> Any:
        more: dict[str, Any] = {"files": self.files, "data": self.body} if self.files else {"body": self.body}
        if self.cookie:
            own = caller.headers.get("Cookie", "")
            headers = {**(headers or {}), "Cookie": f"{own}; {self.cookie}" if own else self.cookie}
        return caller.send(self.method, self.asked, headers=headers, **more)


CSV = "Название;ИНН\r\nООО «Лютик»;7707083893\r\n".encode()
HIDE = {"do": "hide_field", "entity": "deal", "field": "description"}
URGENT = {"key": "urgent", "title": "Срочно", "do": "set", "values": {"priority": '"high"'}}
BUTTONS = {"title": "Действия", "kind": "buttons", "buttons": [URGENT]}
DRAW = {"do": "put_form", "entity": "deal", "form": {"tab": [{"title": "Общее", "section": [BUTTONS]}]}}
SHOW = {"do": "show_field", "entity": "deal", "field": "description"}
# Nobody listens there: the answer tells that.
AD = {"host": "127.0.0.1", "port": 1, "login": "svyaz@firm.local", "password": "слово", "base": "DC=firm,DC=local"}
ONE_FILE = {"file": ("список.csv", CSV, "text/csv")}
SOLUTION = BytesIO()
with ZipFile(SOLUTION, "w") as _archive:
    _archive.writestr("clinic/solution.toml", 'key = "clinic"\ntitle = "Клиника"\n')
ONE_SOLUTION = {"file": ("клиника.zip", SOLUTION.getvalue(), "application/zip")}
# A picture of 16 by 16 points: of a PNG only the head is looked at.
PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (16).to_bytes(4, "big") * 2 + b"\x08\x06\x00\x00\x00"
ONE_PICTURE = {"file": ("знак.png", PICTURE, "image/png")}


def _cookie_of(answer: Any) -> str:
    return answer.headers["set-cookie"].split(";")[0]


def _ways_in(site: Site) -> list[GoodCall]:
    """The second step, passkeys, a provider: each begun as far as its call goes on."""
    artem, anna, igor, petr = (site.browser(name) for name in ("Артём", "Анна", "Игорь", "Пётр"))
    issuer = lasting_provider()
    told = {"issuer": issuer, "client_id": "svyaz", "secret": "тайна", "private": True}
    artem.put("/api/company/sign-in", {"address": HOST, "openid": told}, 204)
    anna_code = code_now(site, anna.post("/api/me/second", {}, 201)["secret"])
    codes = igor.put("/api/me/second", {"code": code_now(site, igor.post("/api/me/second", {}, 201)["secret"])})
    with site.company.write() as session:
        ticket = challenges.ask(session, "second", site.people["Игорь"], ["password"])
    device, spare = Device(HOST), Device(HOST)
    begun = petr.send("POST", "/api/me/passkeys/begin", {})
    kept = {"title": "Телефон", "credential": device.create(begun.json()["options"])}
    passkey = petr.send("POST", "/api/me/passkeys", kept, {"Cookie": f"{petr.headers['Cookie']}; {_cookie_of(begun)}"})
    further = petr.send("POST", "/api/me/passkeys/begin", {})
    entered = site.stranger().send("POST", "/api/session/passkey/begin", {})
    away = site.stranger().send("POST", "/api/session/openid/begin", {})
    subject = f"petr-{secrets.token_hex(8)}"
    with site.company.write() as session:
        second_steps.put_outside(session, issuer, subject, site.people["Пётр"])
    back = consent(away.json()["address"], subject)
    one, me = f"/api/me/passkeys/{passkey.json()['id']}", "/api/me"
    return [
        GoodCall(
            "POST",
            "/api/session/second",
            "/api/session/second",
            {"code": codes["codes"][0]},
            cookie=f"svyaz_second={ticket}",
        ),
        GoodCall("POST", "/api/session/passkey/begin", "/api/session/passkey/begin", {}),
        GoodCall(
            "POST",
            "/api/session/passkey",
            "/api/session/passkey",
            {"credential": device.get(entered.json()["options"])},
            cookie=_cookie_of(entered),
        ),
        GoodCall("POST", "/api/session/openid/begin", "/api/session/openid/begin", {}),
        GoodCall("POST", "/api/session/openid", "/api/session/openid", back, cookie=_cookie_of(away)),
        GoodCall("GET", f"{me}/security", f"{me}/security"),
        GoodCall("POST", f"{me}/confirm", f"{me}/confirm", {"password": PASSWORD}, status=204),
        GoodCall("POST", f"{me}/second", f"{me}/second", {}, status=201),
        GoodCall("PUT", f"{me}/second", f"{me}/second", {"code": anna_code}, who="Анна"),
        GoodCall("POST", f"{me}/second/codes", f"{me}/second/codes", {}, who="Игорь"),
        GoodCall("DELETE", f"{me}/second", f"{me}/second", who="Игорь", status=204),
        GoodCall("POST", f"{me}/passkeys/begin", f"{me}/passkeys/begin", {}),
        GoodCall(
            "POST",
            f"{me}/passkeys",
            f"{me}/passkeys",
            {"title": "Ключ", "credential": spare.create(further.json()["options"])},
            who="Пётр",
            status=201,
            cookie=_cookie_of(further),
        ),
        GoodCall("PUT", f"{me}/passkeys/{{id}}", one, {"title": "Мой телефон"}, who="Пётр", status=204),
        GoodCall("DELETE", f"{me}/passkeys/{{id}}", one, who="Пётр", status=204),
        GoodCall("GET", f"{me}/entries", f"{me}/entries?limit=5"),
        GoodCall(
            "DELETE", "/api/people/{id}/second", f"/api/people/{site.people['Анна']}/second", who="Артём", status=204
        ),
        GoodCall("GET", "/api/company/sign-in", "/api/company/sign-in", who="Артём"),
        GoodCall(
            "PUT", "/api/company/sign-in", "/api/company/sign-in", {"journal_months": 12}, who="Артём", status=204
        ),
    ]


def _looks(site: Site) -> tuple[int, int]:
    """A directory that was looked at, and a look that was applied (to nobody)."""
    site.browser("Артём").put("/api/directory", AD, 204)
    with site.company.write() as session:
        batch = changes.new_batch(session, site.people["Артём"], "import", "Active Directory")
        made = [
            directory.DirectoryRun(ids.take_id(session), state, None, of, None, None, {})
            for state, of in (("compared", None), ("done", batch))
        ]
        for one in made:
            directory.add_run(session, one)
    return made[0].id, made[1].id


def good_calls(site: Site) -> list[GoodCall]:
    olga, artem = site.browser("Ольга"), site.browser("Артём")
    record = olga.create("deal", title="Насосы")
    olga.change("deal", record["id"], 1, title="Насосы и трубы")
    seq = olga.get(f"/api/records/deal/{record['id']}/history")["items"][0]["seq"]
    gone = artem.create("deal", title="Лишняя")["id"]
    batch = artem.delete(f"/api/records/deal/{gone}")["batch"]
    again = artem.create("deal", title="Ещё лишняя")["id"]
    artem.delete(f"/api/records/deal/{again}")
    values = [artem.create("source", title=said)["id"] for said in ("Сайт", "сайт компании")]
    sheet = artem.upload("/api/schema/from_table", "список.csv", CSV)
    later = [artem.post("/api/schema/later", {"revision": 1, "edits": [SHOW]}, 201)["id"] for _ in range(2)]
    token = olga.post("/api/tokens", {"title": "сайт"}, 201)["id"]
    spare = site.browser("Ольга")
    (other,) = [one["id"] for one in spare.get("/api/sessions")["sessions"] if one["current"]]
    artem.upload("/api/company/logo", "знак.png", PICTURE)
    guests = [
        artem.post("/api/people", {"values": {"surname": said}, "login": said, "by": "link"}, 201)
        for said in ("Гость", "Гостья")
    ]
    tokens = [guest["link"].partition("#")[2] for guest in guests]
    mail = {"host": "127.0.0.1", "port": standing().port, "security": "none", "private": True, "sender": "a@example.ru"}
    novice, igor = artem.create("employee", surname="Новиков")["id"], site.people["Игорь"]
    leaver, gone_one = (artem.create("employee", surname=said)["id"] for said in ("Уходов", "Ушедший"))
    dismissed = artem.post(f"/api/people/{gone_one}/dismissal", {"to": igor}, 202)["batch"]
    site.run_jobs()
    site.browser("Игорь")
    opened = {"entity": "deal", "id": record["id"], "kind": "department", "whom": site.cast.departments["Опт"]}
    shared = artem.post("/api/access/shares", opened, 201)["id"]
    entered = artem.get(f"/api/people/{igor}")["sessions"][0]["id"]
    file = olga.upload("/api/files", "счёт.txt", b"1200.50")["id"]
    runs = [artem.upload("/api/imports", "список.csv", CSV, entity="counterparty") for _ in range(3)]
    plan = {key: value for key, value in runs[0]["plan"].items() if key != "entity"}
    for run in runs[1:]:
        artem.put(f"/api/imports/{run['id']}", plan)
    artem.post(f"/api/imports/{runs[2]['id']}/run", status=202)
    site.run_jobs()
    job = artem.post("/api/records/deal/bulk", {"filter": 'title = "нет"', "change": {"title": "Да"}}, 202)["job"]
    view, spare_view = (olga.post("/api/views/deal", {"title": title, "view": {}}, 201)["id"] for title in ("А", "Б"))
    deal, imports = f"/api/records/deal/{record['id']}", [f"/api/imports/{run['id']}" for run in runs]
    entity, one = "/api/records/{entity}", "/api/records/{entity}/{id}"
    person = "/api/people/{id}"
    looks, (seen, applied) = "/api/directory/runs", _looks(site)
    return [
        GoodCall("GET", "/api/schema/source", "/api/schema/source", who="Артём"),
        GoodCall("GET", "/api/schema/palette", "/api/schema/palette", who="Артём"),
        GoodCall("GET", "/api/schema/later", "/api/schema/later", who="Артём"),
        GoodCall(
            "POST", "/api/schema/later", "/api/schema/later", {"revision": 1, "edits": [SHOW]}, who="Артём", status=201
        ),
        GoodCall("DELETE", "/api/schema/later/{id}", f"/api/schema/later/{later[0]}", who="Артём", status=204),
        GoodCall("POST", "/api/schema/later/{id}/apply", f"/api/schema/later/{later[1]}/apply", {}, who="Артём"),
        GoodCall("POST", "/api/schema/plan", "/api/schema/plan", {"revision": 1, "edits": [HIDE]}, who="Артём"),
        GoodCall("POST", "/api/schema/apply", "/api/schema/apply", {"revision": 1, "edits": [HIDE, DRAW]}, who="Артём"),
        GoodCall("POST", f"{one}/press", f"{deal}/press", {"button": "urgent", "version": 2}),
        GoodCall("POST", "/api/schema/undo", "/api/schema/undo", {"revision": 2}, who="Артём"),
        GoodCall(
            "POST", f"{entity}/merge", "/api/records/source/merge", {"into": values[0], "from": values[1:]}, who="Артём"
        ),
        GoodCall(
            "POST",
            "/api/schema/outline",
            "/api/schema/outline",
            {"entity": "product", "text": "Гарантия: число\nМастер"},
            who="Артём",
        ),
        GoodCall(
            "POST", "/api/schema/from_table", "/api/schema/from_table", {}, who="Артём", status=201, files=ONE_FILE
        ),
        GoodCall(
            "POST",
            "/api/schema/from_table/{id}",
            f"/api/schema/from_table/{sheet['file']}",
            {"revision": 3, "table": sheet["table"]},
            who="Артём",
            status=201,
        ),
        GoodCall("GET", "/api/schema/revisions", "/api/schema/revisions", who="Артём"),
        GoodCall("GET", "/api/schema/revisions/{id}", "/api/schema/revisions/1?against=1", who="Артём"),
        *_ways_in(site),
        GoodCall("GET", "/api/session", "/api/session"),
        GoodCall("POST", "/api/session", "/api/session", {"login": "olga", "password": "верный-пароль-7"}),
        GoodCall("GET", "/api/sessions", "/api/sessions"),
        GoodCall("DELETE", "/api/sessions/{id}", f"/api/sessions/{other}", status=204),
        GoodCall(
            "GET", "/api/access/why", f"/api/access/why?entity=deal&id={record['id']}&employee={igor}", who="Артём"
        ),
        GoodCall("POST", "/api/access/view-as", "/api/access/view-as", {"employee": igor}, who="Артём"),
        GoodCall("DELETE", "/api/access/view-as", "/api/access/view-as", who="Артём", status=204),
        GoodCall("GET", "/api/access/shares", f"/api/access/shares?entity=deal&id={record['id']}"),
        GoodCall(
            "POST",
            "/api/access/shares",
            "/api/access/shares",
            {"entity": "deal", "id": record["id"], "kind": "employee", "whom": igor, "edit": True},
            status=201,
        ),
        GoodCall("DELETE", "/api/access/shares/{id}", f"/api/access/shares/{shared}", status=204),
        GoodCall("GET", "/api/access/who", f"/api/access/who?entity=deal&id={record['id']}", who="Артём"),
        GoodCall("GET", "/api/rights", "/api/rights", who="Артём"),
        GoodCall("GET", "/api/people", "/api/people?state=open", who="Артём"),
        GoodCall(
            "POST",
            "/api/people",
            "/api/people",
            {"values": {"surname": "Белова"}, "login": "belova", "roles": ["manager"]},
            who="Артём",
            status=201,
        ),
        GoodCall("GET", "/api/structure", "/api/structure"),
        GoodCall("GET", f"{person}/dismissal", f"/api/people/{leaver}/dismissal", who="Артём"),
        GoodCall(
            "POST", f"{person}/dismissal", f"/api/people/{leaver}/dismissal", {"to": igor}, who="Артём", status=202
        ),
        GoodCall(
            "POST",
            f"{person}/dismissal/undo",
            f"/api/people/{gone_one}/dismissal/undo",
            {"batch": dismissed},
            who="Артём",
            status=202,
        ),
        GoodCall("GET", person, f"/api/people/{igor}", who="Артём"),
        GoodCall(
            "PUT",
            f"{person}/access",
            f"/api/people/{novice}/access",
            {"login": "novikov", "roles": ["manager"]},
            who="Артём",
        ),
        GoodCall("PUT", f"{person}/roles", f"/api/people/{novice}/roles", {"roles": ["head"]}, who="Артём", status=204),
        GoodCall("POST", f"{person}/block", f"/api/people/{novice}/block", {}, who="Артём", status=204),
        GoodCall("POST", f"{person}/let-in", f"/api/people/{novice}/let-in", {}, who="Артём", status=204),
        GoodCall("POST", f"{person}/password", f"/api/people/{novice}/password", {}, who="Артём"),
        GoodCall(
            "DELETE",
            f"{person}/sessions/{{session}}",
            f"/api/people/{igor}/sessions/{entered}",
            who="Артём",
            status=204,
        ),
        GoodCall("DELETE", f"{person}/sessions", f"/api/people/{igor}/sessions", who="Артём"),
        GoodCall(
            "POST",
            "/api/people/group/look",
            "/api/people/group/look",
            {"text": "Ломов Илья <lomov@example.ru>"},
            who="Артём",
        ),
        GoodCall("POST", "/api/people/group/file", "/api/people/group/file", {}, who="Артём", files=ONE_FILE),
        GoodCall(
            "POST",
            "/api/people/group",
            "/api/people/group",
            {"people": [{"surname": "Ломов", "email": "lomov@example.ru"}], "by": "none"},
            who="Артём",
            status=201,
        ),
        GoodCall("POST", "/api/invitations/look", "/api/invitations/look", {"token": tokens[0]}),
        GoodCall(
            "POST",
            "/api/invitations/accept",
            "/api/invitations/accept",
            {"token": tokens[0], "password": "мой-пароль-7"},
        ),
        GoodCall("GET", "/api/invitations/forgotten", "/api/invitations/forgotten"),
        GoodCall("POST", "/api/invitations/forgotten", "/api/invitations/forgotten", {"login": "olga"}, status=202),
        GoodCall(
            "POST",
            f"{person}/invitation",
            f"/api/people/{guests[1]['id']}/invitation",
            {"by": "link"},
            who="Артём",
        ),
        GoodCall(
            "DELETE", f"{person}/invitation", f"/api/people/{guests[1]['id']}/invitation", who="Артём", status=204
        ),
        GoodCall("GET", "/api/mail", "/api/mail", who="Артём"),
        GoodCall("PUT", "/api/mail", "/api/mail", mail, who="Артём", status=204),
        GoodCall("POST", "/api/mail/test", "/api/mail/test", {"to": "olga@example.ru"}, who="Артём"),
        GoodCall("GET", "/api/journal", "/api/journal?of=entries&limit=5", who="Артём"),
        GoodCall("GET", "/api/journal/export", "/api/journal/export?format=csv&of=rights", who="Артём"),
        GoodCall("GET", "/api/me", "/api/me"),
        GoodCall("PUT", "/api/me/language", "/api/me/language", {"language": "en"}),
        GoodCall("GET", "/api/company", "/api/company", who="Артём"),
        GoodCall("PUT", "/api/company", "/api/company", {"first_weekday": 7}, who="Артём", status=204),
        GoodCall("POST", "/api/company/logo", "/api/company/logo", {}, who="Артём", status=201, files=ONE_PICTURE),
        GoodCall("GET", "/api/company/logo", "/api/company/logo"),
        GoodCall("DELETE", "/api/company/logo", "/api/company/logo", who="Артём", status=204),
        GoodCall("GET", "/api/company/calendar/{year}", "/api/company/calendar/2026"),
        GoodCall(
            "PUT",
            "/api/company/calendar/{year}",
            "/api/company/calendar/2026",
            {"days": {"2026-05-08": "off"}},
            who="Артём",
        ),
        GoodCall(
            "PUT",
            "/api/company/week",
            "/api/company/week",
            {"weekdays": [1, 2, 3, 4], "hours": [["10:00", "19:00"]]},
            who="Артём",
            status=204,
        ),
        GoodCall("GET", "/api/company/numbering", "/api/company/numbering", who="Артём"),
        GoodCall(
            "PUT",
            "/api/company/numbering",
            "/api/company/numbering",
            {"entity": "deal", "field": "number", "pattern": "С-{0000}", "reset": "never"},
            who="Артём",
            status=204,
        ),
        GoodCall(
            "POST",
            "/api/company/numbering/example",
            "/api/company/numbering/example",
            {"entity": "deal", "field": "number", "pattern": "С-{0000}", "reset": "never"},
            who="Артём",
        ),
        GoodCall("PUT", "/api/company/requisites", "/api/company/requisites", {"url": ""}, who="Артём", status=204),
        GoodCall("GET", "/api/requisites/{inn}", "/api/requisites/7707083893"),
        GoodCall("GET", "/api/start", "/api/start", who="Артём"),
        GoodCall("POST", "/api/start/sample", "/api/start/sample", {}, who="Артём", status=202),
        GoodCall("GET", "/api/start/sample/removal", "/api/start/sample/removal", who="Артём"),
        GoodCall("POST", "/api/start/sample/removal", "/api/start/sample/removal", {}, who="Артём", status=202),
        GoodCall("POST", "/api/start/sample/return", "/api/start/sample/return", {}, who="Артём", status=202),
        GoodCall("GET", "/api/tokens", "/api/tokens"),
        GoodCall("POST", "/api/tokens", "/api/tokens", {"title": "склад", "scope": "read", "days": 30}, status=201),
        GoodCall("DELETE", "/api/tokens/{id}", f"/api/tokens/{token}", status=204),
        GoodCall("GET", "/api/preferences/{key}", "/api/preferences/list.deal"),
        GoodCall("PUT", "/api/preferences/{key}", "/api/preferences/list.deal", {"value": {"pinned": 2}}, status=204),
        GoodCall("POST", "/api/quick-add/read", "/api/quick-add/read", {"text": "Позвонить завтра в 15"}),
        GoodCall("GET", "/api/schema", "/api/schema"),
        GoodCall("GET", entity, "/api/records/deal"),
        GoodCall("POST", f"{entity}/query", "/api/records/deal/query", {"totals": [{"function": "count"}]}),
        GoodCall("POST", entity, "/api/records/deal", {"values": {"title": "Краны"}}, status=201),
        GoodCall(
            "POST",
            f"{entity}/bulk",
            "/api/records/deal/bulk",
            {"operations": [{"do": "create", "values": {"title": "Муфты"}}]},
        ),
        GoodCall("POST", f"{entity}/check", "/api/records/deal/check", {"values": {"title": "Муфты"}}),
        GoodCall("GET", f"{entity}/speed", "/api/records/deal/speed?filter=amount > 5&sort=title"),
        GoodCall("POST", f"{entity}/speed", "/api/records/deal/speed", {"fields": ["amount"]}, who="Артём", status=202),
        GoodCall("GET", f"{entity}/suggest", "/api/records/deal/suggest?q=нас"),
        GoodCall(
            "POST", f"{entity}/cells", "/api/records/deal/cells", {"columns": ["title"], "rows": [{"texts": ["Муфты"]}]}
        ),
        GoodCall("POST", f"{entity}/marks", "/api/records/deal/marks", {"ids": [record["id"]], "rules": ["true"]}),
        GoodCall("POST", f"{entity}/next-steps", "/api/records/deal/next-steps", {"ids": [record["id"]]}),
        GoodCall("POST", f"{entity}/formula", "/api/records/deal/formula", {"text": "[Сумма] > 100"}),
        GoodCall("GET", "/api/formula-functions", "/api/formula-functions"),
        GoodCall("GET", "/api/views/{entity}", "/api/views/deal"),
        GoodCall("POST", "/api/views/{entity}", "/api/views/deal", {"title": "Крупные", "view": {}}, status=201),
        GoodCall("PATCH", "/api/views/{entity}/{id}", f"/api/views/deal/{view}", {"title": "Мои крупные"}),
        GoodCall("PUT", "/api/views/{entity}/default", "/api/views/deal/default", {"view": f"v{view}"}, status=204),
        GoodCall("DELETE", "/api/views/{entity}/{id}", f"/api/views/deal/{spare_view}", status=204),
        GoodCall("GET", one, deal),
        GoodCall("PATCH", one, deal, {"version": 2, "values": {"description": "Срочно"}}),
        GoodCall("GET", f"{one}/delete", f"{deal}/delete", who="Артём"),
        GoodCall("GET", f"{one}/history", f"{deal}/history"),
        GoodCall("POST", f"{one}/copy", f"{deal}/copy", {"values": {"title": "Насосы ещё раз"}}, status=201),
        GoodCall(
            "POST",
            f"{entity}/move",
            "/api/records/deal/move",
            {"ids": [record["id"]], "pipeline": "products", "stages": {"new": "prospecting"}},
        ),
        GoodCall("POST", f"{one}/undo", f"{deal}/undo", {"seq": seq}),
        GoodCall("GET", f"{one}/timeline", f"{deal}/timeline"),
        GoodCall("POST", f"{one}/timeline", f"{deal}/timeline", {"kind": "note", "text": "Ждут счёт"}, status=201),
        GoodCall("DELETE", one, deal, who="Артём"),
        GoodCall("GET", "/api/changes/{batch}/undo", f"/api/changes/{batch}/undo", who="Артём"),
        GoodCall("POST", "/api/changes/{batch}/undo", f"/api/changes/{batch}/undo", {}, who="Артём"),
        GoodCall("GET", "/api/trash", "/api/trash?entity=deal"),
        GoodCall("POST", "/api/trash/restore", "/api/trash/restore", {"entity": "deal", "ids": [again]}, who="Артём"),
        GoodCall("GET", "/api/notices", "/api/notices"),
        GoodCall("POST", "/api/notices/read", "/api/notices/read", {"ids": []}),
        GoodCall("POST", "/api/files", "/api/files", {}, status=201, files=ONE_FILE),
        GoodCall("GET", "/api/files/{id}", f"/api/files/{file}"),
        GoodCall(
            "POST", "/api/imports", "/api/imports", {"entity": "counterparty"}, who="Артём", status=201, files=ONE_FILE
        ),
        GoodCall("GET", "/api/directory", "/api/directory", who="Артём"),
        GoodCall("PUT", "/api/directory", "/api/directory", AD, who="Артём", status=204),
        GoodCall("POST", "/api/directory/check", "/api/directory/check", AD, who="Артём"),
        GoodCall("GET", "/api/directory/groups", "/api/directory/groups?q=crm", who="Артём"),
        GoodCall("POST", "/api/directory/runs", "/api/directory/runs", who="Артём", status=201),
        GoodCall("GET", f"{looks}/{{id}}", f"{looks}/{seen}", who="Артём"),
        GoodCall("GET", f"{looks}/{{id}}/rows", f"{looks}/{seen}/rows?fate=made", who="Артём"),
        GoodCall("POST", f"{looks}/{{id}}/apply", f"{looks}/{seen}/apply", who="Артём"),
        GoodCall("POST", f"{looks}/{{id}}/cancel", f"{looks}/{applied}/cancel", who="Артём"),
        GoodCall("POST", f"{looks}/{{id}}/undo", f"{looks}/{applied}/undo", who="Артём"),
        GoodCall("DELETE", "/api/directory", "/api/directory", who="Артём", status=204),
        GoodCall("GET", "/api/imports", "/api/imports"),
        GoodCall("GET", "/api/imports/{id}", imports[0], who="Артём"),
        GoodCall("PUT", "/api/imports/{id}", imports[0], plan, who="Артём"),
        GoodCall("POST", "/api/imports/{id}/read", f"{imports[0]}/read", plan, who="Артём"),
        GoodCall("POST", "/api/imports/{id}/check", f"{imports[1]}/check", {}, who="Артём", status=202),
        GoodCall("GET", "/api/imports/{id}/rows", f"{imports[2]}/rows?of=run&fate=created,error", who="Артём"),
        GoodCall("POST", "/api/imports/{id}/look", f"{imports[0]}/look", {"entity": "counterparty"}, who="Артём"),
        GoodCall("POST", "/api/imports/{id}/preview", f"{imports[1]}/preview", {"limit": 10}, who="Артём"),
        GoodCall("POST", "/api/imports/{id}/run", f"{imports[1]}/run", {}, who="Артём", status=202),
        GoodCall("POST", "/api/imports/{id}/cancel", f"{imports[1]}/cancel", {}, who="Артём"),
        GoodCall("POST", "/api/imports/{id}/undo", f"{imports[2]}/undo", {}, who="Артём", status=202),
        GoodCall("GET", "/api/imports/{id}/errors.csv", f"{imports[2]}/errors.csv", who="Артём"),
        GoodCall("GET", "/api/import-maps", "/api/import-maps"),
        GoodCall(
            "POST",
            "/api/import-maps",
            "/api/import-maps",
            {"title": "Выгрузка 1С", "plan": plan},
            who="Артём",
            status=201,
        ),
        GoodCall("DELETE", "/api/import-maps", "/api/import-maps?title=1С", who="Артём", status=204),
        GoodCall("GET", "/api/jobs/{id}", f"/api/jobs/{job}", who="Артём"),
        GoodCall("DELETE", "/api/jobs/{id}", f"/api/jobs/{job}", who="Артём", status=202),
        GoodCall("GET", "/api/jobs", "/api/jobs", who="Артём"),
        GoodCall("POST", "/api/jobs/{id}/retry", f"/api/jobs/{job}/retry", {}, who="Артём", status=202),
        GoodCall("POST", "/api/reports/run", "/api/reports/run", {"entity": "deal", "rows": ["stage"]}),
        GoodCall("POST", "/api/reports/funnel", "/api/reports/funnel", {"entity": "deal"}),
        GoodCall(
            "POST",
            "/api/reports/funnel/records",
            "/api/reports/funnel/records",
            {"entity": "deal", "figure": "entered", "stage": "new"},
        ),
        GoodCall("GET", "/api/openapi.json", "/api/openapi.json"),
        GoodCall("GET", "/api/search", "/api/search?q=насосы"),
        GoodCall("GET", "/api/changes", "/api/changes?after=0&limit=5"),
        GoodCall("GET", "/api/live", "/api/live?seconds=1"),
        GoodCall("POST", "/api/live/presence", "/api/live/presence", {"entity": "deal", "id": record["id"]}),
        GoodCall("GET", "/api/solutions", "/api/solutions", who="Артём"),
        GoodCall("GET", "/api/solutions/export", "/api/solutions/export?key=own", who="Артём"),
        GoodCall("POST", "/api/solutions/file", "/api/solutions/file", {}, who="Артём", status=201, files=ONE_SOLUTION),
        GoodCall("POST", "/api/solutions/plan", "/api/solutions/plan", {"solution": "isp"}, who="Артём"),
        GoodCall("POST", "/api/solutions/apply", "/api/solutions/apply", {"solution": "isp"}, who="Артём"),
        GoodCall("POST", "/api/solutions/compare", "/api/solutions/compare", {"solution": "sales"}, who="Артём"),
        GoodCall(
            "POST", "/api/solutions/sample", "/api/solutions/sample", {"solution": "sales"}, who="Артём", status=202
        ),
        GoodCall(
            "POST",
            "/api/me/password",
            "/api/me/password",
            {"old": "верный-пароль-7", "new": "другой-пароль-8"},
            status=204,
        ),
        GoodCall("DELETE", "/api/session", "/api/session", status=204),
    ]
