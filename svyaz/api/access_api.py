"""«Почему?» and «Кто это видит?»: what decides about a record, in words."""

from __future__ import annotations

from typing import Any

from svyaz.api.call import Call
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.org import why

BIG = 10**11
OF_RECORD = (("entity", "string"), ("id", "integer"))


def show_why(call: Call) -> Answer:
    """GET /api/access/why?entity=&id=&employee=: without id of the object as such, without employee about oneself."""
    call.only("entity", "id", "employee")
    entity, id = call.query("entity"), call.number("id", 0, 0, BIG)
    with call.reading() as (session, actor):
        asked = call.number("employee", actor.employee or 0, 0, BIG)
        told = why.why(session, actor, entity, id, asked)
    body: dict[str, Any] = {
        "employee": [told.employee, told.label],
        "roles": list(told.roles),
        "comes_in": told.comes_in,
        "department": told.department,
        "deleted": told.deleted,
        "verdicts": [
            {"verb": one.verb, "title": one.title, "may": one.may, "why": list(one.why), "help": list(one.help)}
            for one in told.verdicts
        ],
        "hidden": list(told.hidden),
        "locked": list(told.locked),
        "helpers": list(told.helpers),
    }
    return Answer(body=body)


def show_who(call: Call) -> Answer:
    """GET /api/access/who?entity=&id=: everybody who sees the record, and why."""
    call.only("entity", "id")
    entity, id = call.query("entity"), call.number("id", 0, 1, BIG)
    with call.reading() as (session, actor):
        found, of = why.who(session, actor, entity, id)
    people = [{"employee": [one.employee, one.label], "verbs": list(one.verbs), "why": list(one.why)} for one in found]
    return Answer(body={"people": people, "of": of})


ROUTES = (
    Route(
        "GET",
        "/api/access/why",
        show_why,
        "Why a person may do something with a record or may not",
        query=(*OF_RECORD, ("employee", "integer")),
    ),
    Route("GET", "/api/access/who", show_who, "Who sees a record, and why", query=OF_RECORD),
)
