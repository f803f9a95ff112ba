"""What a card asks beside its own record: a copy of it, another pipeline for it, and what its buttons do."""

from __future__ import annotations

from typing import Any

import msgspec

from svyaz.api.call import Call
from svyaz.api.records_api import told_record
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.records import copying, moving, pressing


class CopyBody(msgspec.Struct, forbid_unknown_fields=True):
    values: dict[str, Any] = {}


class MoveBody(msgspec.Struct, forbid_unknown_fields=True):
    ids: list[int]
    pipeline: str
    stages: dict[str, str]
    values: dict[str, Any] = {}


class PressBody(msgspec.Struct, forbid_unknown_fields=True):
    button: str
    version: int | None = None


def copy_record(call: Call) -> Answer:
    """POST /api/records/{entity}/{id}/copy  body: {"values": what the copy has instead}; with its lines, as one batch."""
    body = call.body(CopyBody)
    with call.writing() as (session, actor):
        made = copying.copy_record(session, actor, call.incoming.params["entity"], call.id(), body.values)
        return Answer(201, told_record(made))


def move_records(call: Call) -> Answer:
    """POST /api/records/{entity}/move  body: {"ids", "pipeline", "stages": {from: to}, "values"}; all or none."""
    body = call.body(MoveBody)
    with call.writing() as (session, actor):
        done = moving.move_to_pipeline(
            session, actor, call.incoming.params["entity"], body.ids, body.pipeline, body.stages, body.values
        )
        return Answer(body={"batch": done.batch, "results": [{"id": one.id, "problems": []} for one in done.results]})


def press_button(call: Call) -> Answer:
    """POST /api/records/{entity}/{id}/press  body: {"button": "close", "version": 7}; `batch` takes it back."""
    body = call.body(PressBody)
    with call.writing() as (session, actor):
        entity = call.incoming.params["entity"]
        done = pressing.press_button(session, actor, entity, call.id(), body.button, body.version)
        return Answer(body={"record": told_record(done.record), "batch": done.batch})


ROUTES = (
    Route(
        "POST",
        "/api/records/{entity}/{id}/copy",
        copy_record,
        "Copy with its lines",
        body=CopyBody,
        status=201,
        answer="Record",
        per_entity=True,
    ),
    Route(
        "POST",
        "/api/records/{entity}/{id}/press",
        press_button,
        "Press a button of the card",
        body=PressBody,
        per_entity=True,
    ),
    Route("POST", "/api/records/{entity}/move", move_records, "To another pipeline", body=MoveBody, per_entity=True),
)
