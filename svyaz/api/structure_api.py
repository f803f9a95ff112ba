"""The structure of the company as one picture; the dismissal of a person."""

from __future__ import annotations

from typing import Any

import msgspec

from svyaz.access.actor import Actor
from svyaz.access.apply import may
from svyaz.access.fields import may_read
from svyaz.api.call import Call
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.org import dismissal
from svyaz.org.people import name_of
from svyaz.records.read import MOST_ROWS, ListRequest, read_page
from svyaz.storage.session import Session

PEOPLE = "people"
PARTS = (
    ("departments", "department", ("label", "parent", "head", "deputies"), ""),
    (
        "people",
        "employee",
        ("label", "position_title", "photo", "department", "departments", "head", "heads"),
        "active <> false",
    ),
    ("vacancies", "vacancy", ("label", "department"), ""),
    (
        "absences",
        "absence",
        ("employee", "kind", "starts_on", "ends_on", "substitute"),
        "starts_on <= today() and ends_on >= today()",
    ),
)


class Dismissal(msgspec.Struct, forbid_unknown_fields=True):
    """to: who receives what by_entity does not name; null: it stays.  by_entity: key of an object -> person or null."""

    to: int | None = None
    by_entity: dict[str, int | None] = {}


class Batch(msgspec.Struct, forbid_unknown_fields=True):
    batch: int


def show_structure(call: Call) -> Answer:
    """GET /api/structure?as_of=: departments, people who work, vacancies and absences of the day, as the reader sees
    them.  Cells are as in lists; a field he may not read is left out.  What he sees nothing of is empty."""
    call.only("as_of")
    body: dict[str, Any] = {}
    for name, entity, fields, filter in PARTS:
        with call.reading() as (session, actor):
            seen = may(session.snapshot, actor, entity, "see")
        if not seen:
            body[name] = []
            continue
        with call.reading_as_of(call.query("as_of"), entity) as (session, actor):
            body[name] = _rows(session, actor, entity, fields, filter)
    return Answer(body=body)


def _rows(session: Session, actor: Actor, entity: str, fields: tuple[str, ...], filter: str) -> list[dict[str, Any]]:
    known = session.snapshot.entities[entity].by_key
    asked = tuple(one for one in fields if one in known and may_read(session.snapshot, actor, entity, one))
    found: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        request = ListRequest(filter=filter, fields=asked, limit=MOST_ROWS, after=after)
        page = read_page(session, actor, entity, request)
        found += [dict(zip(page.columns, row, strict=True)) for row in page.rows]
        after = page.next
        if after is None:
            return found


def plan_dismissal(call: Call) -> Answer:
    """GET /api/people/{id}/dismissal: what the person leaves."""
    id = call.id()
    with call.reading() as (session, actor):
        found = dismissal.plan(session, actor, id)
        label = name_of(session, id)
    parts = [
        {
            "entity": one.entity,
            "title": one.title,
            "count": one.count,
            "own": one.own,
            "kinds": [{"title": title, "count": count} for title, count in one.kinds],
        }
        for one in found
    ]
    return Answer(body={"id": id, "label": label, "parts": parts})


def dismiss(call: Call) -> Answer:
    """POST /api/people/{id}/dismissal  body: {"to": 12, access ends now, a job hands over."""
    body = call.body(Dismissal)
    with call.writing() as (session, actor):
        job, batch = dismissal.dismiss(session, actor, call.id(), dismissal.Receivers(body.to, body.by_entity))
    return Answer(202, {"job": job, "batch": batch})


def undo_dismissal(call: Call) -> Answer:
    """POST /api/people/{id}/dismissal/undo  body: {"batch": 77}: all is his again; the way in stays closed."""
    body = call.body(Batch)
    with call.writing() as (session, actor):
        job = dismissal.undo_dismissal(session, actor, call.id(), body.batch)
    return Answer(202, {"job": job})


ONE = "/api/people/{id}/dismissal"
ROUTES = (
    Route("GET", "/api/structure", show_structure, "The structure of the company", query=(("as_of", "string"),)),
    Route("GET", ONE, plan_dismissal, "What a person leaves", needs=PEOPLE),
    Route("POST", ONE, dismiss, "Dismiss a person and hand his records over", needs=PEOPLE, body=Dismissal, status=202),
    Route("POST", f"{ONE}/undo", undo_dismissal, "Take a dismissal back", needs=PEOPLE, body=Batch, status=202),
)
