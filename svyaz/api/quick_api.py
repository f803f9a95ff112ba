"""Quick adding: what one typed line says."""

from __future__ import annotations

import msgspec

from svyaz.api.call import Call
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.search.said_line import read_line


class SaidBody(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    entity: str = ""


def read_said(call: Call) -> Answer:
    """POST /api/quick-add/read  body: {"text", "entity"?}: the record the line asks for; writes nothing.

    parts: which characters (code points) were taken for which field, "" for the name of the object.
    """
    body = call.body(SaidBody)
    with call.reading() as (session, actor):
        told = read_line(session, actor, body.text, body.entity)
    return Answer(
        body={
            "entity": told.entity,
            "values": told.values,
            "parts": [[one.field, one.start, one.end] for one in told.parts],
            "choices": told.choices,
        }
    )


ROUTES = (Route("POST", "/api/quick-add/read", read_said, "What a typed line would add", body=SaidBody, reads=True),)
