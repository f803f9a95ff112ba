"""Every route that is about a record × role × how the person stands to the record: 403 or 404 as the house settles it.

    the object is not seen at all              404, in the words of an object that does not exist
    the verb is granted by no role             403, of any record alike
    the record is absent                       404
    it lies beyond the scope                   403 to a colleague, 404 to a token
    it is in the trash                         seen as before, and 404 to whoever would write

A route added without its line in ABOUT fails, and after a refusal the base is byte for byte what it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from svyaz.app import PARTS
from svyaz.org.actors import rebuild_reach
from svyaz.schema.snapshot import VERBS, Grant
from tests.api.site import Caller, Site

NOBODYS = 9_999_999
STANDINGS = ("own", "taking_part", "department", "below", "foreign", "deleted", "nonexistent")
WITHIN = {
    "own": {"own", "deleted"},
    "taking_part": {"own", "taking_part", "deleted"},
    "department": {"own", "department", "deleted"},
    "department_below": {"own", "department", "below", "deleted"},
    "all": {"own", "taking_part", "department", "below", "foreign", "deleted"},
}

Asked = tuple[str, Any]
ONE, OBJECT = "/api/records/{entity}/{id}", "/api/records/{entity}"
VALUES = {"title": "Моё"}

# (method, route) -> the verb it asks, and how it is asked of a record; "" when it is about no record of its own.
ABOUT: dict[tuple[str, str], tuple[str, Callable[[int], Asked]]] = {
    ("GET", ONE): ("see", lambda id: (f"/{id}", None)),
    ("PATCH", ONE): ("change", lambda id: (f"/{id}", {"version": 1, "values": VALUES})),
    ("GET", f"{ONE}/delete"): ("delete", lambda id: (f"/{id}/delete", None)),
    ("DELETE", ONE): ("delete", lambda id: (f"/{id}", None)),
    ("GET", f"{ONE}/history"): ("history", lambda id: (f"/{id}/history", None)),
    ("GET", f"{ONE}/timeline"): ("see", lambda id: (f"/{id}/timeline", None)),
    ("POST", f"{ONE}/timeline"): ("see", lambda id: (f"/{id}/timeline", {"kind": "comment", "text": "Моё"})),
    ("POST", f"{ONE}/undo"): ("change", lambda id: (f"/{id}/undo", {"seq": 1})),
    ("POST", f"{ONE}/copy"): ("see", lambda id: (f"/{id}/copy", {})),
    ("POST", f"{ONE}/press"): ("change", lambda id: (f"/{id}/press", {"button": "urgent", "version": 1})),
    ("POST", f"{OBJECT}/bulk"): ("change", lambda id: ("/bulk", {"operations": [change(id)]})),
}
# They speak of the records of an object, and answer who does not see the object as if there were none.
OF_OBJECT: dict[tuple[str, str], Asked] = {
    ("GET", OBJECT): ("", None),
    ("POST", OBJECT): ("", {"values": VALUES}),
    ("POST", f"{OBJECT}/query"): ("/query", {}),
    ("POST", f"{OBJECT}/check"): ("/check", {"values": VALUES}),
    ("GET", f"{OBJECT}/suggest"): ("/suggest", None),
    ("POST", f"{OBJECT}/merge"): ("/merge", {"into": 1, "from": [2]}),
    ("POST", f"{OBJECT}/move"): ("/move", {"ids": [1], "pipeline": "sales", "stages": {}}),
    ("POST", f"{OBJECT}/cells"): ("/cells", {"columns": ["title"], "rows": [{"texts": ["Муфты"]}]}),
    ("POST", f"{OBJECT}/marks"): ("/marks", {"ids": [1], "rules": ["true"]}),
    ("POST", f"{OBJECT}/next-steps"): ("/next-steps", {"ids": [1]}),
    ("POST", f"{OBJECT}/formula"): ("/formula", {"text": "amount > 1"}),
    ("GET", f"{OBJECT}/speed"): ("/speed", None),
    ("POST", f"{OBJECT}/speed"): ("/speed", {"fields": ["title"]}),
}
READS = ("see", "history")


def change(id: int) -> dict[str, Any]:
    return {"do": "change", "id": id, "values": VALUES}


def records(site: Site) -> dict[str, int]:
    """Of Игорь, who heads «Продажи»; «Розница» is beneath it."""
    system, people = site.cast.system, site.people
    below = system.create("department", title="Розница", parent=site.cast.departments["Продажи"]).id
    lev = system.create("employee", surname="Львов", department=below).id
    with site.company.write() as session:
        rebuild_reach(session)

    def deal(whose: int, **more: Any) -> int:
        return system.create("deal", title="Насосы", responsible=whose, **more).id

    made = {
        "own": deal(people["Игорь"]),
        "taking_part": deal(people["Анна"], auditors=[people["Игорь"]]),
        "department": deal(people["Ольга"]),
        "below": deal(lev),
        "foreign": deal(people["Анна"]),
        "deleted": deal(people["Игорь"]),
        "nonexistent": NOBODYS,
    }
    for id in made.values():
        if id != NOBODYS:
            system.change("deal", id, title="Насосы и трубы")
    system.delete("deal", made["deleted"])
    return made


def expected(granted: set[str], scope: str, verb: str, standing: str, person: bool) -> int | None:
    """The status of a refusal; None when it is not one."""
    if not granted:
        return 404
    if verb not in granted:
        return 403
    if standing == "nonexistent" or (standing == "deleted" and verb not in READS):
        return 404
    if standing not in WITHIN[scope]:
        return 403 if person else 404
    return None


ROLES = [
    *((scope, "all") for scope in WITHIN),
    *((scope, "see") for scope in WITHIN),
    ("all", "nothing"),
]


@pytest.mark.parametrize("person", [True, False], ids=["person", "token"])
def test_every_route_of_a_record_refuses_each_role_as_the_house_settles_it(site: Site, person: bool) -> None:
    declared = {(one.method, one.path) for one in PARTS if one.path.startswith(OBJECT)}
    assert declared == set(ABOUT) | set(OF_OBJECT), "a route is not told in the tables above"
    made = records(site)
    artem, undo = site.browser("Артём"), ("POST", f"{ONE}/undo")
    seqs = {
        id: artem.get(f"/api/records/deal/{id}/history")["items"][0]["seq"] for id in made.values() if id != NOBODYS
    }
    wrong: list[Any] = []
    for scope, verbs in ROLES:
        granted = {"all": set(VERBS), "see": {"see"}, "nothing": set[str]()}[verbs]
        grants = [Grant("deal", dict.fromkeys(granted, scope))] if granted else [Grant("product", {"see": "all"})]
        site.cast.give_role("Игорь", f"m_{scope}_{verbs}", *grants, Grant("employee", {"see": "all"}))
        caller = site.browser("Игорь") if person else site.token("Игорь")
        calls = [
            (method, route, standing, expected(granted, scope, verb, standing, person), ask(made[standing]))
            for (method, route), (verb, ask) in ABOUT.items()
            for standing in STANDINGS
            if (method, route) != undo
        ]
        calls += [  # a change of a record that is in the trash, or of none, is a change that is not there
            (*undo, standing, expected(granted, scope, "change", standing, person), (f"/{id}/undo", {"seq": seqs[id]}))
            for standing, id in made.items()
            if standing not in ("deleted", "nonexistent")
        ]
        for method, route, standing, status, (path, _) in calls:
            if status is None and method == "GET":
                answer = caller.send("GET", f"/api/records/deal{path}")
                if answer.status_code != 200:
                    wrong.append((scope, verbs, route, standing, answer.status_code, answer.text[:120]))
        site.settle()  # that one has looked at a record is noted after the answer
        before = site.cast.digest()
        for method, route, standing, status, (path, body) in calls:
            if status is not None:
                answer = caller.send(method, f"/api/records/deal{path}", body)
                if answer.status_code != status:
                    wrong.append((scope, verbs, method, route, standing, status, answer.status_code, answer.text[:120]))
        assert wrong == [], wrong
        site.settle()
        assert site.cast.digest() == before, f"a refused call of {scope}, {verbs} left something in the base"


def test_object_one_does_not_see_is_as_absent_on_every_route_of_objects(site: Site) -> None:
    site.cast.give_role("Игорь", "guest", Grant("product", {"see": "all"}), abilities=frozenset({"configure", "bulk"}))
    igor = site.browser("Игорь")
    with site.nothing_changes():
        for (method, _), (path, body) in OF_OBJECT.items():
            hidden = igor.send(method, f"/api/records/deal{path}", body)
            absent = igor.send(method, f"/api/records/nonsense{path}", body)
            assert hidden.status_code == absent.status_code == 404, (method, path, hidden.text, absent.text)
            assert hidden.text.replace("deal", "#") == absent.text.replace("nonsense", "#"), (method, path)


def test_route_that_needs_an_ability_refuses_who_lacks_it_before_it_looks_at_anything(site: Site) -> None:
    """The right to change the structure is apart from rights to data: a director of all the data has none of it."""
    every = [Grant(key, dict.fromkeys(VERBS, "all")) for key in site.cast.snapshot.entities]
    site.cast.give_role("Игорь", "everything", *every)
    igor = site.browser("Игорь")
    with site.nothing_changes():
        for one in PARTS:
            if one.needs in ("nobody", "person"):
                continue
            path = one.path.replace("{entity}", "deal").replace("{year}", "2026")
            told = refused(igor, one.method, path.replace("{id}", "1").replace("{session}", "x"))
            assert told == (403, "denied_ability"), (one.method, one.path, told)


def refused(caller: Caller, method: str, path: str) -> tuple[int, str]:
    answer = caller.send(method, path, None if method == "GET" else {})
    return answer.status_code, answer.json()["error"]["code"] if answer.status_code >= 400 else ""
