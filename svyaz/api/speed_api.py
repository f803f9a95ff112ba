"""A slow list: what would make it fast, and making it so."""

from __future__ import annotations

import msgspec

from svyaz.api.call import Call
from svyaz.api.route import Route
from svyaz.configurator.speed import slow_fields, start_speed_up
from svyaz.kernel.http import Answer


class SpeedBody(msgspec.Struct, forbid_unknown_fields=True):
    fields: list[str]


def show_slow(call: Call) -> Answer:
    """GET /api/records/{entity}/speed?filter=&sort=: the fields of this question that no index serves."""
    call.only("filter", "sort")
    with call.reading() as (session, actor):
        fields = slow_fields(session, actor, call.incoming.params["entity"], call.query("filter"), call.query("sort"))
        may = actor.is_system or "configure" in actor.abilities
    return Answer(body={"fields": [[one.key, one.title.say(actor.language)] for one in fields], "may": may})


def speed_up(call: Call) -> Answer:
    """POST /api/records/{entity}/speed  body: {"fields": ["amount"]}: indexes are built by a job, as a revision."""
    body = call.body(SpeedBody)
    with call.writing() as (session, actor):
        return Answer(202, {"job": start_speed_up(session, actor, call.incoming.params["entity"], body.fields)})


ROUTES = (
    Route(
        "GET",
        "/api/records/{entity}/speed",
        show_slow,
        "What would make a list fast",
        query=(("filter", "string"), ("sort", "string")),
    ),
    Route(
        "POST",
        "/api/records/{entity}/speed",
        speed_up,
        "Build the indexes",
        needs="configure",
        body=SpeedBody,
        status=202,
    ),
)
