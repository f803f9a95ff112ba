"""The feed of a card, reminders, comments.

Adding to the feed makes a record: an activity of the kind (call, meeting, letter, note, task) or a comment;
it is changed and deleted like any other record.
"""

from __future__ import annotations

from typing import Any

import msgspec

from svyaz.api.call import Call
from svyaz.api.errors import BadRequest
from svyaz.api.route import Route
from svyaz.discussions.comments import ToldComments
from svyaz.kernel.http import Answer
from svyaz.records import idempotency, notices
from svyaz.records.read import read_record
from svyaz.records.timeline import Source, read_timeline
from svyaz.records.told_changes import ToldChanges
from svyaz.records.write import create_record
from svyaz.traits.told_activities import ToldActivities
from svyaz.traits.told_stages import ToldStages

SOURCES: tuple[Source, ...] = (ToldActivities(), ToldComments(), ToldStages(), ToldChanges())
KINDS = ("call", "meeting", "letter", "note", "task", "comment")


class NewItem(msgspec.Struct, forbid_unknown_fields=True):
    kind: str
    text: str = ""
    title: str = ""
    due_at: str | None = None
    remind_at: str | None = None
    done_at: str | None = None
    responsible: int | None = None
    files: list[int] = []


class ReadNotices(msgspec.Struct, forbid_unknown_fields=True):
    ids: list[int]


def show(call: Call) -> Answer:
    """GET /api/records/{entity}/{id}/timeline?kind=&after=&limit="""
    call.only("kind", "after", "limit")
    with call.reading() as (session, actor):
        told = read_timeline(
            session,
            actor,
            call.incoming.params["entity"],
            call.id(),
            SOURCES,
            kind=call.query("kind"),
            after=call.query("after") or None,
            limit=call.number("limit", 50, 1, 200),
        )
    return Answer(body={"planned": told.planned, "done": told.done, "next": told.next})


def add(call: Call) -> Answer:
    """POST /api/records/{entity}/{id}/timeline  body: {"kind", "title", "text", "due_at", "responsible", …}

    `Idempotency-Key` makes a repeat harmless, as with a new record.
    """
    body, entity = call.body(NewItem), call.incoming.params["entity"]
    key, asked = call.incoming.headers.get("idempotency-key", ""), msgspec.to_builtins(body)
    if body.kind not in KINDS:
        raise BadRequest("kind", expected=", ".join(KINDS))
    with call.writing() as (session, actor):
        about = [entity, read_record(session, actor, entity, call.id()).id]
        place = f"timeline/{entity}/{call.id()}"
        if key and (known := idempotency.find(session, actor, key, place, asked)) is not None:
            made = read_record(session, actor, "comment" if body.kind == "comment" else "activity", known)
            return Answer(201, {"entity": made.entity, "id": made.id, "version": made.version})
        if body.kind == "comment":
            made = create_record(
                session, actor, "comment", {"about": about, "body": body.text, **_some(files=body.files)}
            )
        else:
            done_at = body.done_at
            if done_at is None and body.due_at is None and body.kind != "task":
                done_at = session.now.isoformat()
            values = _some(
                subject=body.title,
                body=body.text,
                due_at=body.due_at,
                remind_at=body.remind_at,
                done_at=done_at,
                responsible=body.responsible or actor.employee,
                files=body.files,
            )
            made = create_record(session, actor, "activity", {"kind": body.kind, "about": about, **values})
        if key:
            idempotency.keep(session, actor, key, place, asked, made.id)
    return Answer(201, {"entity": made.entity, "id": made.id, "version": made.version})


def list_notices(call: Call) -> Answer:
    """GET /api/notices?unread=1&limit="""
    call.only("unread", "limit")
    with call.reading() as (session, actor):
        unread = call.query("unread") == "1"
        return Answer(body={"notices": notices.read_notices(session, actor, unread, call.number("limit", 50, 1, 200))})


def mark_read(call: Call) -> Answer:
    """POST /api/notices/read  body: {"ids": […]}"""
    body = call.body(ReadNotices)
    with call.writing() as (session, actor):
        read = notices.mark_notices_read(session, actor, body.ids[:1000])
    if read and actor.employee is not None and call.live is not None:
        call.live.ring(actor.employee)
    return Answer(body={"read": read})


def _some(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "", [])}


ROUTES = (
    Route(
        "GET",
        "/api/records/{entity}/{id}/timeline",
        show,
        "The feed of a card",
        query=(("kind", "string"), ("after", "string"), ("limit", "integer")),
        per_entity=True,
    ),
    Route(
        "POST", "/api/records/{entity}/{id}/timeline", add, "Add to the feed", body=NewItem, status=201, per_entity=True
    ),
    Route("GET", "/api/notices", list_notices, "My reminders", query=(("unread", "string"), ("limit", "integer"))),
    Route("POST", "/api/notices/read", mark_read, "Mark reminders as read", body=ReadNotices),
)
