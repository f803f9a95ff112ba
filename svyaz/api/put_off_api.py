"""«На ночь»: changes of the configuration that wait for their hour: put off, looked at, called off, applied at once."""

from __future__ import annotations

from typing import Any

from svyaz.api.call import Call
from svyaz.api.configurator_api import CONFIGURE, SchemaApplyBody, say_step, told_outcome, unlocked
from svyaz.api.route import Route
from svyaz.configurator import put_off
from svyaz.configurator.plan import Wanted
from svyaz.configurator.put_off import Waiting
from svyaz.kernel.clock import parse_instant
from svyaz.kernel.http import Answer
from svyaz.kernel.words import Words

PATH = "/api/schema/later"


class SchemaLaterBody(SchemaApplyBody, forbid_unknown_fields=True):
    """at: an instant with its zone; without it the coming night, 02:00 in the zone of the company."""

    at: str | None = None


def put_plan_off(call: Call) -> Answer:
    """POST /api/schema/later  body: as of apply, and `at`"""
    body = call.body(SchemaLaterBody)
    with unlocked(call) as (_, actor):
        pass
    at = None if body.at is None else parse_instant(body.at)
    wanted = Wanted(body.revision, body.edits, body.restore)
    kept = put_off.put_plan_off(call.company, actor, wanted, body.title, body.confirm, at)
    return Answer(201, {"id": kept.id, "at": kept.run_at})


def list_waiting(call: Call) -> Answer:
    """GET /api/schema/later"""
    with unlocked(call) as (session, actor):
        waiting = put_off.list_waiting(session)
    return Answer(body={"changes": [_told(one, call.words, actor.language) for one in waiting]})


def call_off(call: Call) -> Answer:
    """DELETE /api/schema/later/{id}"""
    with unlocked(call):
        pass
    with call.writing() as (session, _):
        put_off.call_off(session, call.id())
    return Answer(204)


def apply_now(call: Call) -> Answer:
    """POST /api/schema/later/{id}/apply: at once, on the same terms"""
    with unlocked(call) as (_, actor):
        pass
    return Answer(body=told_outcome(put_off.apply_now(call.company, actor, call.id())))


def _told(one: Waiting, words: Words, language: str) -> dict[str, Any]:
    kept = one.kept
    return {
        "id": kept.id,
        "at": kept.run_at,
        "by": [kept.actor, one.who] if kept.actor else None,
        "title": kept.title,
        "revision": kept.revision,
        "in_time": one.in_time,
        "problem": kept.problem["text"].get(language) if kept.problem else None,
        "seconds": kept.seconds,
        "steps": [say_step(step["code"], step["facts"], words, language) for step in kept.steps],
        "edits": kept.wanted["edits"],
        "restore": kept.wanted["restore"],
    }


ROUTES = (
    Route("GET", PATH, list_waiting, "Changes that wait for their hour", needs=CONFIGURE),
    Route(
        "POST",
        PATH,
        put_plan_off,
        "Put a change off until the night",
        needs=CONFIGURE,
        body=SchemaLaterBody,
        status=201,
    ),
    Route("DELETE", f"{PATH}/{{id}}", call_off, "Call a waiting change off", needs=CONFIGURE, status=204),
    Route("POST", f"{PATH}/{{id}}/apply", apply_now, "Apply a waiting change at once", needs=CONFIGURE),
)
