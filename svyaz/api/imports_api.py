"""Imports: a file, its columns, a plan, a preview, a run with progress, undo."""

from __future__ import annotations

from typing import Any

import msgspec

from svyaz.api.call import Call
from svyaz.api.errors import BadRequest
from svyaz.api.route import Route
from svyaz.exchange import imports
from svyaz.exchange.column_map import ImportPlan
from svyaz.jobs.queue import enqueue
from svyaz.kernel.http import Answer
from svyaz.kernel.text import clean
from svyaz.records.runners import undo_later
from svyaz.storage import blobs, import_runs, preference, queue

LARGEST = 200 * 1024 * 1024


class PreviewBody(msgspec.Struct, forbid_unknown_fields=True):
    limit: int = 200


class MapBody(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    plan: dict[str, Any]


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
    with call.writing() as (session, actor):
        file = blobs.name_file(session, kept, clean(sent.name)[:255] or "file", sent.media_type, actor.employee)
        run = imports.upload(session, actor, folder, entity, file)
        # Attached to the run, so that the sweep of unused uploads leaves it.
        blobs.attach(session, [file.id], 0, run.id)
        return Answer(201, imports.told_run(session, run))


def list_runs(call: Call) -> Answer:
    """GET /api/imports: the latest of mine."""
    with call.reading() as (session, actor):
        runs = [imports.read_run(session, actor, one) for one in import_runs.recent(session, actor.employee)]
        return Answer(
            body={
                "imports": [
                    {
                        "id": one.id,
                        "entity": one.entity,
                        "state": one.state,
                        "file": one.body.get("file"),
                        "at": one.created_at,
                    }
                    for one in runs
                ]
            }
        )


def read_run(call: Call) -> Answer:
    """GET /api/imports/{id}: state, counts, progress."""
    with call.reading() as (session, actor):
        run = imports.read_run(session, actor, call.id())
        told = imports.told_run(session, run)
        job = queue.find_job(session, run.job) if run.job else None
        told["progress"] = {"done": job.progress or 0, "total": job.total} if job else None
        told["error"] = job.error if job else None
        return Answer(body=told)


def set_plan(call: Call) -> Answer:
    """PUT /api/imports/{id}  body: the plan"""
    body = call.body(dict[str, Any])
    with call.writing() as (session, actor):
        run = imports.set_plan(session, actor, call.company.blobs, call.id(), body)
        return Answer(body=imports.told_run(session, run))


def preview(call: Call) -> Answer:
    """POST /api/imports/{id}/preview  body: {"limit": 200}: fates of the first rows, values not understood."""
    body = call.body(PreviewBody)
    if not 1 <= body.limit <= 1000:
        raise BadRequest("limit", expected="1…1000")
    return Answer(body=imports.preview(call.company, call.actor, call.id(), body.limit))


def run(call: Call) -> Answer:
    """POST /api/imports/{id}/run: a job; its progress is in GET /api/imports/{id}."""
    with call.writing() as (session, actor):
        started = imports.start(session, actor, call.id(), enqueue)
        return Answer(202, {"id": started.id, "job": started.job, "batch": started.batch, "state": started.state})


def cancel(call: Call) -> Answer:
    """POST /api/imports/{id}/cancel: stops before the next rows; what is in stays until undone."""
    with call.writing() as (session, actor):
        found = imports.read_run(session, actor, call.id())
        if found.job is not None:
            queue.cancel(session, found.job)
        return Answer(body={"id": found.id, "state": found.state})


def undo_run(call: Call) -> Answer:
    """POST /api/imports/{id}/undo  body: {"force": false}"""
    body = call.body(ImportUndoBody)
    with call.writing() as (session, actor):
        found = imports.read_run(session, actor, call.id())
        if found.batch is None or found.state not in ("done", "cancelled", "failed"):
            raise imports.ImportNotReady(state=found.state)
        return Answer(202, {"job": undo_later(session, actor, found.batch, body.force)})


def error_rows(call: Call) -> Answer:
    """GET /api/imports/{id}/errors.csv: rows that did not go in, with the reason, to be sent again."""
    with call.reading() as (session, actor):
        found = imports.read_run(session, actor, call.id())
        content = b"".join(imports.error_file(session, call.company.blobs, found))
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
        preference.write(session, 0, "import_maps", [*maps, {"title": title, "plan": body.plan}][-200:])
    return Answer(201, {"title": title})


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
)
