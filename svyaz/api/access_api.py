"""«Почему?» and «Кто это видит?»: what decides about a record, in words; «Посмотреть как сотрудник»."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from svyaz.api.call import Call
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.org import sharing, view_as, why
from svyaz.org.people import name_of
from svyaz.storage import shares
from svyaz.storage.session import Session

BIG = 10**11
OF_RECORD = (("entity", "string"), ("id", "integer"))


class NewShare(msgspec.Struct, forbid_unknown_fields=True):
    """kind: employee, group or department, whose id is `whom`.  until: the last day, in the company's zone."""

    entity: str
    id: int
    kind: Literal["employee", "group", "department"]
    whom: int
    edit: bool = False
    until: date | None = None


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


def show_shares(call: Call) -> Answer:
    """GET /api/access/shares?entity=&id=: to whom else the record is opened, for who may open it."""
    call.only("entity", "id")
    entity, id = call.query("entity"), call.number("id", 0, 1, BIG)
    with call.reading() as (session, actor):
        found = sharing.list_shares(session, actor, entity, id)
        may, may_edit = sharing.may_share(session, actor, entity, id)
        told = [_told_share(session, one) for one in found]
    return Answer(body={"may_share": may, "may_edit": may_edit, "shares": told})


def add_share(call: Call) -> Answer:
    """POST /api/access/shares  body: {"entity", "id", "kind": "group", "whom": 12, "edit", "until"}; again: replaces."""
    body = call.body(NewShare)
    with call.writing() as (session, actor):
        wanted = sharing.Wanted(body.kind, body.whom, body.edit, body.until)
        made = shares.find(session, sharing.share(session, actor, body.entity, body.id, wanted))
        assert made is not None
        told = _told_share(session, made)
    return Answer(201, told)


def drop_share(call: Call) -> Answer:
    """DELETE /api/access/shares/{id}"""
    with call.writing() as (session, actor):
        sharing.unshare(session, actor, call.id())
    return Answer(204)


def _told_share(session: Session, one: shares.Share) -> dict[str, Any]:
    zone = session.snapshot.settings.zone
    return {
        "id": one.id,
        "whom": [one.kind, one.whom, sharing.whom_of(session, one)],
        "edit": one.edit,
        "until": _last_day(one.until, zone),
        "created_at": one.created_at,
        "created_by": [one.created_by, name_of(session, one.created_by)] if one.created_by else None,
    }


def _last_day(until: datetime | None, zone: str) -> str | None:
    return None if until is None else (until.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)).isoformat()


ROUTES = (
    Route("GET", "/api/access/shares", show_shares, "To whom a record is opened", query=OF_RECORD),
    Route("POST", "/api/access/shares", add_share, "Open a record to somebody", body=NewShare, status=201),
    Route("DELETE", "/api/access/shares/{id}", drop_share, "Close it again", status=204),
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
