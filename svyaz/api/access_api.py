"""«Почему?» and «Кто это видит?»: what decides about a record, in words; «Посмотреть как сотрудник»."""

from __future__ import annotations

from typing import Any

import msgspec

from svyaz.api.call import Call
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.org import view_as, why
from svyaz.org.people import name_of

BIG = 10**11
OF_RECORD = (("entity", "string"), ("id", "integer"))


class Whom(msgspec.Struct, forbid_unknown_fields=True):
    employee: int


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


def begin_view(call: Call) -> Answer:
    """POST /api/access/view-as  body: {"employee"}: from now on this session reads as he does, and writes nothing."""
    body = call.body(Whom)
    with call.writing() as (session, actor):
        view_as.begin(session, actor, call.key, body.employee, call.incoming.address, call.browser)
        told = [body.employee, name_of(session, body.employee)]
    return Answer(body={"viewing": told})


def end_view(call: Call) -> Answer:
    """DELETE /api/access/view-as"""
    with call.writing() as (session, actor):
        view_as.end(session, actor, call.key, call.incoming.address, call.browser)
    return Answer(204)


ROUTES = (
    Route("POST", "/api/access/view-as", begin_view, "Look as a colleague does", needs="people", body=Whom),
    Route("DELETE", "/api/access/view-as", end_view, "Be oneself again", status=204, oneself=True),
    Route(
        "GET",
        "/api/access/why",
        show_why,
        "Why a person may do something with a record or may not",
        query=(*OF_RECORD, ("employee", "integer")),
    ),
    Route("GET", "/api/access/who", show_who, "Who sees a record, and why", query=OF_RECORD),
)
