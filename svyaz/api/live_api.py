"""Live: what changes, told to an open page as it happens; and who else is on the card."""

from __future__ import annotations

import msgspec

from svyaz.api.call import Call
from svyaz.api.errors import BadRequest
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.live.hub import Asked, Live, names
from svyaz.records.read import read_record
from svyaz.storage import changes

LONGEST_SECONDS = 86_400


class PresenceBody(msgspec.Struct, forbid_unknown_fields=True):
    entity: str
    id: int
    leave: bool = False


def listen(call: Call) -> Answer:
    """GET /api/live?after=&feed=&seconds=   and `Last-Event-ID` of a browser that comes back"""
    call.only("after", "feed", "seconds")
    live = _live(call)
    seconds = call.number("seconds", 0, 0, LONGEST_SECONDS)
    with call.reading() as (session, actor):
        live.check_room(actor)
        here, last = changes.feed_of(session), changes.last_position(session)
        feed, position = _from(call, here, last)
        revision = session.snapshot.revision
        # A position of another base, or of this one before a copy was restored, says nothing about what was missed.
        known = feed == here and position <= last
    asked = Asked(call.key, actor, here, position if known else last, revision, known, seconds or None)
    return Answer(
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},  # nginx would keep events until it has a page of them
        stream=lambda: live.stream(asked),
    )


def _from(call: Call, here: str, last: int) -> tuple[str, int]:
    """(feed, position) to go on from: of the browser's own header first, for it is the later of the two."""
    given = call.incoming.headers.get("last-event-id", "")
    if given:
        feed, _, position = given.partition(":")
        return feed, int(position) if position.isascii() and position.isdigit() and len(position) < 19 else last + 1
    return call.query("feed") or here, call.number("after", last, 0, 10**11)


def be_present(call: Call) -> Answer:
    """POST /api/live/presence  body: {"entity", "id", "leave"?}; every 15 s while the card is open."""
    body = call.body(PresenceBody)
    live = _live(call)
    with call.reading() as (session, actor):
        card = (body.entity, read_record(session, actor, body.entity, body.id).id)
        if actor.employee is not None and actor.kind == "person" and not call.viewing:
            if body.leave:
                live.presence.leave(actor.employee, [card])
            else:
                live.presence.come(actor.employee, card)
        return Answer(body={"people": names(session, actor, live.presence.on(card))})


def _live(call: Call) -> Live:
    if call.live is None:
        raise BadRequest("path", expected="live")
    return call.live


ROUTES = (
    Route(
        "GET",
        "/api/live",
        listen,
        "What changes, as it happens: server-sent events",
        query=(("after", "integer"), ("feed", "string"), ("seconds", "integer")),
        answer="events",
    ),
    Route("POST", "/api/live/presence", be_present, "Say who is on a card", body=PresenceBody, reads=True),
)
