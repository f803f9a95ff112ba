"""The feed of changes, for programs that keep a copy of the base or act on what happens in it."""

from __future__ import annotations

from svyaz.api.call import Call
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.records import feed
from svyaz.records.feed import FeedChange
from svyaz.storage import changes


def list_changes(call: Call) -> Answer:
    """GET /api/changes?after=&entity=&limit=&feed="""
    call.only("after", "entity", "limit", "feed")
    after = call.number("after", 0, 0, 10**11)
    limit = call.number("limit", 200, 1, feed.MOST)
    with call.reading():
        pass  # who may not come in moves nothing
    # Whoever has just written finds it here, also where no follower has passed by yet.
    changes.publish(call.company.database, wait=False)
    with call.reading() as (session, actor):
        page = feed.read_feed(
            session, actor, after, entity=call.query("entity"), limit=limit, feed=call.query("feed")[:60]
        )
    told = [_change(one) for one in page.changes]
    return Answer(body={"changes": told, "position": page.position, "more": page.more, "feed": page.feed})


def _change(one: FeedChange) -> dict[str, object]:
    return {
        "position": one.position,
        "at": one.at,
        "kind": one.kind,
        "entity": one.entity,
        "id": one.id,
        "version": one.version,
        "known": one.known,
        "actor": one.actor,
        "cause": one.cause,
        "batch": one.batch,
        "fields": one.fields,
    }


ROUTES = (
    Route(
        "GET",
        "/api/changes",
        list_changes,
        "What happened after a position, in order",
        query=(("after", "integer"), ("entity", "string"), ("limit", "integer"), ("feed", "string")),
    ),
)
