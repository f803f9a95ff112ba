"""Imports: a file, its columns, a plan, a check of all rows, a run with progress, undo."""

from __future__ import annotations

from typing import Any

import msgspec

from svyaz.api.call import Call
from svyaz.api.errors import BadRequest
from svyaz.api.route import Route
from svyaz.exchange import imports
from svyaz.exchange.column_map import ImportPlan
from svyaz.exchange.first_look import HEADING_WITHIN
from svyaz.jobs.queue import enqueue
from svyaz.kernel.http import Answer
from svyaz.kernel.text import clean
from svyaz.records.runners import undo_later
from svyaz.storage import blobs, preference, queue

LARGEST = 200 * 1024 * 1024
FATES = ("created", "updated", "same", "skipped", "error", "partial")


class PreviewBody(msgspec.Struct, forbid_unknown_fields=True):
    limit: int = 200


class LookBody(msgspec.Struct, forbid_unknown_fields=True):
    """header_row: from 1; 0: the file has no headings; null: guess."""

    entity: str
    sheet: int = 0
    header_row: int | None = None


class MapBody(msgspec.Struct, forbid_unknown_fields=True):
    """heads: headings of the file by column number, so that the plan finds its columns in another file."""

    title: str
    plan: dict[str, Any]
    heads: dict[str, str] = {}


class ImportUndoBody(msgspec.Struct, forbid_unknown_fields=True):
    force: bool = False


def upload(call: Call) -> Answer:
    """POST /api/imports  multipart: file, entity"""
    sent = call.incoming.uploads.get("file")
    if sent is None:
        raise BadRequest("file", expected="multipart: file, entity")
    entity = call.incoming.form.get("entity", "")
    folder = call.company.blobs
    with sent.path.open("rb") as source:
        kept = blobs.keep(folder, sent.name, iter(lambda: source.read(1 << 20), b""), LARGEST)
    name = clean(sent.name)[:255] or "file"
    with call.reading() as (session, actor):
        seen = imports.first_sight(session, actor, blobs.path_of(folder, kept.sha256), name, entity)
    with call.writing() as (session, actor):
        file = blobs.name_file(session, kept, name, sent.media_type, actor.employee)
        run = imports.upload(session, actor, folder, entity, file, seen)
        # Attached to the run, so that the sweep of unused uploads leaves it.
        blobs.attach(session, [file.id], 0, run.id)
        return Answer(201, imports.told_run(session, run))


def list_runs(call: Call) -> Answer:
    """GET /api/imports: the latest of mine."""
    with call.reading() as (session, actor):
        return Answer(body={"imports": imports.list_runs(session, actor)})


def read_run(call: Call) -> Answer:
    """GET /api/imports/{id}: state, counts, progress."""
    with call.reading() as (session, actor):
        run = imports.read_run(session, actor, call.id())
        told = imports.told_run(session, run)
        job = queue.find_job(session, run.job) if run.job else None
        told["progress"] = {"done": job.progress or 0, "total": job.total} if job else None
        told["error"] = job.error if job else None
        return Answer(body=told)


def look(call: Call) -> Answer:
    """POST /api/imports/{id}/look  body: {"entity", "sheet", "header_row"}: the columns anew, and a plan guessed anew."""
    body = call.body(LookBody)
    if body.sheet < 0 or not 0 <= (body.header_row or 0) <= HEADING_WITHIN:
        raise BadRequest("header_row", expected=f"0…{HEADING_WITHIN}")
    with call.reading() as (session, actor):
        asked = (body.entity, body.sheet, body.header_row)
        seen = imports.sight(session, actor, call.company.blobs, call.id(), *asked)
    with call.writing() as (session, actor):
        looked = imports.look(session, actor, call.id(), body.entity, seen)
        return Answer(body=imports.told_run(session, looked))


def read_plan(call: Call) -> Answer:
    """POST /api/imports/{id}/read  body: a plan: how the samples are read by it and what is wrong in it."""
    body = call.body(dict[str, Any])
    with call.reading() as (session, actor):
        return Answer(body=imports.read_plan(session, actor, call.id(), body))


def set_plan(call: Call) -> Answer:
    """PUT /api/imports/{id}  body: the plan"""
    body = call.body(dict[str, Any])
    with call.writing() as (session, actor):
        run = imports.set_plan(session, actor, call.id(), body)
        return Answer(body=imports.told_run(session, run))


def preview(call: Call) -> Answer:
    """POST /api/imports/{id}/preview  body: {"limit": 200}: fates of the first rows, values not understood."""
    body = call.body(PreviewBody)
    if not 1 <= body.limit <= 1000:
        raise BadRequest("limit", expected="1…1000")
    return Answer(body=imports.preview(call.company, call.actor, call.id(), body.limit))


def check(call: Call) -> Answer:
    """POST /api/imports/{id}/check: fates of all rows, as a job; they come in GET /api/imports/{id} and …/rows."""
    with call.writing() as (session, actor):
        begun = imports.check(session, actor, call.id(), enqueue)
        return Answer(202, imports.told_run(session, begun))


def list_rows(call: Call) -> Answer:
    """GET /api/imports/{id}/rows?of=check|run&fate=error,partial&after=&limit=: fates of rows."""
    call.only("of", "fate", "after", "limit")
    of = call.query("of", "run")
    if of not in ("check", "run"):
        raise BadRequest("of", expected="check, run")
    fates = [one for one in call.query("fate").split(",") if one]
    if unknown := set(fates) - set(FATES):
        raise BadRequest("fate", expected=", ".join(FATES), got=", ".join(unknown)[:100])
    after, limit = call.number("after", 0, 0, 10**9), call.number("limit", 50, 1, 500)
    with call.reading() as (session, actor):
        return Answer(body=imports.list_rows(session, actor, call.id(), of, fates, after, limit))


def run(call: Call) -> Answer:
    """POST /api/imports/{id}/run: a job; its progress is in GET /api/imports/{id}."""
    with call.writing() as (session, actor):
        started = imports.start(session, actor, call.id(), enqueue)
        return Answer(202, {"id": started.id, "job": started.job, "batch": started.batch, "state": started.state})


def cancel(call: Call) -> Answer:
    """POST /api/imports/{id}/cancel: the run or the check stops before the next rows; what is in stays until undone."""
    with call.writing() as (session, actor):
        found = imports.read_run(session, actor, call.id())
        for job in (found.job, (found.body.get("check") or {}).get("job")):
            if job is not None:
                queue.cancel(session, job)
        return Answer(body={"id": found.id, "state": found.state})


def undo_run(call: Call) -> Answer:
    """POST /api/imports/{id}/undo  body: {"force": false}"""
    body = call.body(ImportUndoBody)
    with call.writing() as (session, actor):
        job = imports.take_back(
            session, actor, call.id(), lambda now, who, batch: undo_later(now, who, batch, body.force)
        )
        return Answer(202, {"job": job})


def error_rows(call: Call) -> Answer:
    """GET /api/imports/{id}/errors.csv: rows that did not go in, with the reason, to be sent again."""
    with call.reading() as (session, actor):
        found = imports.read_run(session, actor, call.id())
        content = b"".join(imports.error_file(session, call.company.blobs, found, call.language))
    return Answer(
        content=content,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": "attachment; filename=errors.csv"},
    )


def list_maps(call: Call) -> Answer:
    """GET /api/import-maps: plans saved by name, shared by the company."""
    with call.reading() as (session, _):
        return Answer(body={"maps": preference.read(session, 0, "import_maps") or []})


def save_map(call: Call) -> Answer:
    """POST /api/import-maps  body: {"title", "plan"}; a plan of the same title is replaced."""
    body = call.body(MapBody)
    title = clean(body.title).strip()[:200]
    with call.writing() as (session, _):
        maps = [one for one in preference.read(session, 0, "import_maps") or [] if one["title"] != title]
        kept = {"title": title, "plan": body.plan, "heads": body.heads}
        preference.write(session, 0, "import_maps", [*maps, kept][-200:])
    return Answer(201, {"title": title})


def delete_map(call: Call) -> Answer:
    """DELETE /api/import-maps?title=: of a plan that is not there nothing is said."""
    call.only("title")
    title = call.query("title")
    with call.writing() as (session, _):
        maps = preference.read(session, 0, "import_maps") or []
        preference.write(session, 0, "import_maps", [one for one in maps if one["title"] != title])
    return Answer(204)


ROUTES = (
    Route("POST", "/api/imports", upload, "Upload a file to import", needs="import", upload=True, status=201),
    Route("GET", "/api/imports", list_runs, "My imports"),
    Route("GET", "/api/imports/{id}", read_run, "State of an import"),
    Route("PUT", "/api/imports/{id}", set_plan, "Set the plan of an import", needs="import", body=ImportPlan),
    Route(
        "POST",
        "/api/imports/{id}/preview",
        preview,
        "Fates of rows before anything is written",
        needs="import",
        body=PreviewBody,
    ),
    Route("POST", "/api/imports/{id}/look", look, "Look at another sheet", needs="import", body=LookBody),
    Route(
        "POST",
        "/api/imports/{id}/read",
        read_plan,
        "How samples are read by a plan",
        needs="import",
        body=ImportPlan,
        reads=True,
    ),
    Route("POST", "/api/imports/{id}/check", check, "Check all rows: a job", needs="import", status=202),
    Route(
        "GET",
        "/api/imports/{id}/rows",
        list_rows,
        "Fates of rows",
        query=(("of", "string"), ("fate", "string"), ("after", "integer"), ("limit", "integer")),
    ),
    Route("POST", "/api/imports/{id}/run", run, "Run an import", needs="import", status=202),
    Route("POST", "/api/imports/{id}/cancel", cancel, "Stop an import", needs="import"),
    Route(
        "POST",
        "/api/imports/{id}/undo",
        undo_run,
        "Undo an import: a job",
        needs="import",
        body=ImportUndoBody,
        status=202,
    ),
    Route("GET", "/api/imports/{id}/errors.csv", error_rows, "Rows that did not go in"),
    Route("GET", "/api/import-maps", list_maps, "Saved plans"),
    Route("POST", "/api/import-maps", save_map, "Save a plan under a name", needs="import", body=MapBody, status=201),
    Route(
        "DELETE",
        "/api/import-maps",
        delete_map,
        "Delete a saved plan",
        needs="import",
        query=(("title", "string"),),
        status=204,
    ),
)
