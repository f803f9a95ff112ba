"""The first days of a company: what is left to do, and the examples."""

from __future__ import annotations

import msgspec

from svyaz.api.call import Call
from svyaz.api.records_api import told_kept
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.solutions import sample_removal
from svyaz.solutions.first_steps import read_start


class RemoveBody(msgspec.Struct, forbid_unknown_fields=True):
    force: bool = False


def show_start(call: Call) -> Answer:
    """GET /api/start"""
    with call.reading() as (session, actor):
        told = read_start(session, actor)
    return Answer(
        body={
            "sample": {"state": told.sample.state, "undo": told.sample.undo},
            "steps": [{"key": one.key, "entity": one.entity, "done": one.done} for one in told.steps],
        }
    )


def load_sample(call: Call) -> Answer:
    """POST /api/start/sample: a job that loads the examples of the company's solutions"""
    with call.writing() as (session, actor):
        return Answer(202, {"job": sample_removal.load_later(session, actor)})


def plan_removal(call: Call) -> Answer:
    """GET /api/start/sample/removal: how many records would go, and which stay because people changed them"""
    with call.reading() as (session, actor):
        plan = sample_removal.plan_removal(session, actor)
        return Answer(body={"back": len(plan.back), "kept": told_kept(plan.kept, call.language)})


def remove_sample(call: Call) -> Answer:
    """POST /api/start/sample/removal  body: {"force"?: also what people changed}; the job answers the batch that brings all back"""
    body = call.body(RemoveBody)
    with call.writing() as (session, actor):
        return Answer(202, {"job": sample_removal.remove_later(session, actor, body.force)})


def return_sample(call: Call) -> Answer:
    """POST /api/start/sample/return: a job that brings the removed examples back"""
    with call.writing() as (session, actor):
        return Answer(202, {"job": sample_removal.return_later(session, actor)})


CONFIGURE = "configure"
ROUTES = (
    Route("POST", "/api/start/sample/return", return_sample, "Bring the examples back", needs=CONFIGURE, status=202),
    Route("GET", "/api/start", show_start, "What a new company has left to do"),
    Route("POST", "/api/start/sample", load_sample, "Load the examples", needs=CONFIGURE, status=202),
    Route("GET", "/api/start/sample/removal", plan_removal, "What removing the examples would do", needs=CONFIGURE),
    Route(
        "POST",
        "/api/start/sample/removal",
        remove_sample,
        "Remove the examples",
        needs=CONFIGURE,
        body=RemoveBody,
        status=202,
    ),
)
