"""A list as a file: the same request as the list, all its rows, in batches."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from svyaz.access.apply import require
from svyaz.api.call import Call
from svyaz.exchange.export import FORMS, export_columns, write_rows
from svyaz.kernel.http import Answer
from svyaz.org import journal
from svyaz.records import read
from svyaz.records.read import ListRequest


def export_answer(call: Call, entity_key: str, request: ListRequest, form: str, as_of: str = "") -> Answer:
    """Checked before the first byte: a refusal is a refusal, not a torn file.

    as_of   a moment whose base is told, "" for now
    """
    with call.reading_as_of(as_of, entity_key) as (session, actor):
        entity = require(session.snapshot, actor, entity_key, "export")
        columns = export_columns(session.snapshot, actor, entity, request.fields)
        read.check_request(session, actor, entity_key, request)
        who = actor.employee
        title = entity.title.forms.get("plural") or entity.title.say(actor.language)

    with call.company.write() as session:
        journal.note(session, "exported", who, who, call.incoming.address, call.browser, what=title, format=form)

    def rows() -> Iterator[bytes]:
        with call.reading_as_of(as_of, entity_key) as (session, reader):
            stream = read.stream_rows(session, reader, entity_key, request, tuple(one.path for one in columns))
            yield from write_rows(form, columns, stream, reader.language)

    name = quote(f"{title}.{form}")
    return Answer(
        content=rows(),
        media_type=FORMS[form],
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )
