"""Records: list, query, one, create, change, delete, bulk, history, undo, trash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from svyaz.access.actor import Actor
from svyaz.api.call import Call
from svyaz.api.errors import BadRequest, describe
from svyaz.api.export_api import export_answer
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.records import bulk, duplicates, history, idempotency, read, trash, trash_page, undo, write
from svyaz.records.read import ListRequest, RecordView
from svyaz.records.runners import undo_later
from svyaz.storage.query import Count, Measure, Page
from svyaz.storage.session import Session

LIST_QUERY = (
    ("filter", "string"),
    ("sort", "string"),
    ("fields", "string"),
    ("limit", "integer"),
    ("offset", "integer"),
    ("after", "string"),
    ("count", "string"),
    ("kept", "string"),
    ("format", "string"),
    ("as_of", "string"),
)


class NewRecordBody(msgspec.Struct, forbid_unknown_fields=True):
    values: dict[str, Any]


class ChangeBody(msgspec.Struct, forbid_unknown_fields=True):
    values: dict[str, Any]
    version: int


class CheckBody(msgspec.Struct, forbid_unknown_fields=True):
    values: dict[str, Any]
    id: int | None = None


class Total(msgspec.Struct, forbid_unknown_fields=True):
    function: str
    field: str = ""


class QueryBody(msgspec.Struct, forbid_unknown_fields=True):
    filter: str = ""
    sort: str | list[str] = ""
    fields: list[str] = []
    limit: int = 50
    offset: int = 0
    after: str | None = None
    count: Literal["none", "capped", "exact"] = "none"
    kept: Literal["living", "deleted"] = "living"
    as_of: str = ""
    group: str = ""
    first: int = 20
    totals: list[Total] = []


class BulkOperation(msgspec.Struct, forbid_unknown_fields=True):
    do: Literal["create", "change", "delete", "restore"]
    id: int | None = None
    version: int | None = None
    values: dict[str, Any] = {}


class BulkBody(msgspec.Struct, forbid_unknown_fields=True):
    operations: list[BulkOperation] = []
    atomic: bool = True
    filter: str | None = None
    change: dict[str, Any] | None = None
    delete: bool = False


class UndoBody(msgspec.Struct, forbid_unknown_fields=True):
    seq: int


class BatchUndoBody(msgspec.Struct, forbid_unknown_fields=True):
    force: bool = False


class RestoreBody(msgspec.Struct, forbid_unknown_fields=True):
    entity: str
    ids: list[int]


def list_records(call: Call) -> Answer:
    """GET /api/records/{entity}?filter=&sort=&fields=&limit=&offset=|after=&count=&kept=&format=&as_of="""
    call.only(*(name for name, _ in LIST_QUERY))
    entity = call.incoming.params["entity"]
    form = call.query("format") or _wanted(call)
    request = ListRequest(
        filter=call.query("filter"),
        sort=call.query("sort"),
        fields=_names(call.query("fields")),
        limit=call.number("limit", 50, 1, 1000),
        offset=call.number("offset", 0, 0, 10**9),
        after=call.query("after") or None,
        count=_one_of(call, "count", ("none", "capped", "exact")),
        kept=_one_of(call, "kept", ("living", "deleted")),
    )
    if form in ("csv", "xlsx", "ndjson"):
        return export_answer(call, entity, request, form, call.query("as_of"))
    if form not in ("", "rows", "objects"):
        raise BadRequest("format", expected="rows, objects, csv, xlsx, ndjson")
    with call.reading_as_of(call.query("as_of"), entity) as (session, actor):
        page = read.read_page(session, actor, entity, request)
        counted = _counted(session, actor, entity, request)
    return Answer(body=told_page(page, counted, form == "objects"))


def query_records(call: Call) -> Answer:
    """POST /api/records/{entity}/query: the same with a body; groups of a board, totals of a footer."""
    entity, body = call.incoming.params["entity"], call.body(QueryBody)
    if not 0 <= body.limit <= 1000 or not 0 <= body.first <= 200 or not 0 <= body.offset <= 10**9:
        raise BadRequest("limit", expected="0…1000")
    if len(body.totals) > 20:
        raise BadRequest("totals", expected="≤ 20")
    request = ListRequest(
        filter=body.filter,
        sort=body.sort if isinstance(body.sort, str) else ",".join(body.sort),
        fields=tuple(body.fields),
        limit=max(body.limit, 1),
        offset=body.offset,
        after=body.after,
        count=body.count,
        kept=body.kept,
    )
    measures = tuple(Measure(one.function, tuple(one.field.split(".")) if one.field else ()) for one in body.totals)
    with call.reading_as_of(body.as_of, entity) as (session, actor):
        if body.group:
            groups = read.read_groups(session, actor, entity, request, body.group, measures, body.first)
            columns = read.columns_of(session, actor, entity, request)
            return Answer(
                body={
                    "groups": [
                        {
                            "value": one.value,
                            "count": one.count,
                            "totals": one.totals,
                            "columns": columns,
                            "next": one.next,
                            "rows": one.rows,
                        }
                        for one in groups
                    ]
                }
            )
        told: dict[str, Any] = {}
        if body.limit:
            counted = _counted(session, actor, entity, request)
            told = told_page(read.read_page(session, actor, entity, request), counted, False)
        elif (counted := _counted(session, actor, entity, request)) is not None:
            told["count"] = told_count(counted)
        if measures:
            told["totals"] = read.read_totals(session, actor, entity, request, measures)
    return Answer(body=told)


def read_record(call: Call) -> Answer:
    """GET /api/records/{entity}/{id}?as_of="""
    call.only("as_of")
    entity = call.incoming.params["entity"]
    with call.reading_as_of(call.query("as_of"), entity) as (session, actor):
        return Answer(body=told_record(read.read_record(session, actor, entity, call.id())))


def create_record(call: Call) -> Answer:
    """POST /api/records/{entity}  body: {"values": {…}}; `Idempotency-Key` makes a repeat harmless."""
    entity, body = call.incoming.params["entity"], call.body(NewRecordBody)
    key = call.incoming.headers.get("idempotency-key", "")
    with call.writing() as (session, actor):
        if key and (made := idempotency.find(session, actor, key, entity, body.values)) is not None:
            return Answer(201, told_record(read.read_record(session, actor, entity, made)))
        record = write.create_record(session, actor, entity, body.values)
        if key:
            idempotency.keep(session, actor, key, entity, body.values, record.id)
        return Answer(201, told_record(record))


def change_record(call: Call) -> Answer:
    """PATCH /api/records/{entity}/{id}  body: {"version": 7, "values": {"stage": "contract"}}"""
    body = call.body(ChangeBody)
    with call.writing() as (session, actor):
        record = write.change_record(
            session, actor, call.incoming.params["entity"], call.id(), body.values, seen_version=body.version
        )
    return Answer(body=told_record(record))


def plan_delete(call: Call) -> Answer:
    """GET /api/records/{entity}/{id}/delete: how many would go, which links would be cleared, what stands in the way."""
    with call.reading() as (session, actor):
        plan = trash.plan_delete(session, actor, call.incoming.params["entity"], [call.id()])
    return Answer(
        body={
            "records": {key: len(ids) for key, ids in plan.records.items()},
            "clear": [told_held(one) for one in plan.clear],
            "refuse": [told_held(one) for one in plan.refuse],
        }
    )


def delete_record(call: Call) -> Answer:
    """DELETE /api/records/{entity}/{id}: to the trash; answers the batch that undoes it."""
    with call.writing() as (session, actor):
        batch = trash.delete_records(session, actor, call.incoming.params["entity"], [call.id()])
    return Answer(body={"batch": batch})


def bulk_records(call: Call) -> Answer:
    """POST /api/records/{entity}/bulk: up to 1,000 operations, or {filter, change|delete} as a job."""
    entity, body = call.incoming.params["entity"], call.body(BulkBody)
    with call.writing() as (session, actor):
        if body.filter is not None:
            if body.operations or (body.change is None) == (not body.delete):
                raise BadRequest("body", expected="operations | filter + change | filter + delete")
            job = bulk.start_matching(session, actor, entity, body.filter, body.change, body.delete)
            return Answer(202, {"job": job})
        operations = [msgspec.to_builtins(one) for one in body.operations]
        done = bulk.bulk_operations(session, actor, entity, operations, atomic=body.atomic)
        results = [
            {"id": one.id, "problems": [describe(problem, call.language) for problem in one.problems]}
            for one in done.results
        ]
        return Answer(body={"batch": done.batch, "results": results})


def check_record(call: Call) -> Answer:
    """POST /api/records/{entity}/check: what would be refused and whom it repeats, before saving."""
    entity, body = call.incoming.params["entity"], call.body(CheckBody)
    with call.reading() as (session, actor):
        found = duplicates.find_duplicates(session, actor, entity, body.values, body.id)
        wrong = write.check_record(session, actor, entity, body.values, body.id)
        state = write.state_while_filling(session, actor, entity, body.values, body.id)
    if any(one.id is None for one in found) and not call.actors.may_hint(actor.employee):
        # «Somebody has this phone» about records one may not see is an answer to guess with: not endlessly.
        found = [one for one in found if one.id is not None]
    problems = [describe(one, call.language) for one in wrong]
    return Answer(body={"duplicates": found, "problems": problems, "form": state})


def suggest_records(call: Call) -> Answer:
    """GET /api/records/{entity}/suggest?q=&limit=: records by a part of their label, for a link field."""
    call.only("q", "limit")
    with call.reading() as (session, actor):
        items = read.read_suggestions(
            session, actor, call.incoming.params["entity"], call.query("q")[:200], call.number("limit", 20, 1, 100)
        )
    return Answer(body={"items": items})


def read_history(call: Call) -> Answer:
    """GET /api/records/{entity}/{id}/history?field=&after=&limit="""
    call.only("field", "after", "limit")
    with call.reading() as (session, actor):
        told = history.read_history(
            session,
            actor,
            call.incoming.params["entity"],
            call.id(),
            field=call.query("field") or None,
            after=call.number("after", 0, 0, 10**15) or None,
            limit=call.number("limit", 50, 1, 200),
        )
    return Answer(body=told)


def undo_change(call: Call) -> Answer:
    """POST /api/records/{entity}/{id}/undo  body: {"seq": 812}: the fields of one change, as they were."""
    body = call.body(UndoBody)
    entity = call.incoming.params["entity"]
    with call.writing() as (session, actor):
        done = undo.undo_change(session, actor, entity, call.id(), body.seq)
        return Answer(body=told_undone(done, call.language))


def plan_undo(call: Call) -> Answer:
    """GET /api/changes/{batch}/undo: what would come back and what others changed since."""
    with call.reading() as (session, actor):
        plan = undo.plan_undo(session, actor, call.id("batch"))
        return Answer(body={"batch": plan.batch, "back": len(plan.back), "kept": told_kept(plan.kept, call.language)})


def undo_batch(call: Call) -> Answer:
    """POST /api/changes/{batch}/undo  body: {"force": false}; a very large batch is taken back by a job (202)."""
    body, batch = call.body(BatchUndoBody), call.id("batch")
    with call.writing() as (session, actor):
        plan = undo.plan_undo(session, actor, batch, body.force)
        if len(plan.back) > undo.MOST_IN_ONE_GO:
            return Answer(202, {"job": undo_later(session, actor, batch, body.force)})
        return Answer(body=told_undone(undo.undo_batch(session, actor, batch, body.force), call.language))


def list_trash(call: Call) -> Answer:
    """GET /api/trash?entity=&limit=&after="""
    call.only("entity", "limit", "after")
    with call.reading() as (session, actor):
        return Answer(
            body=trash_page.read_trash(
                session,
                actor,
                call.query("entity"),
                limit=call.number("limit", 50, 1, 200),
                after=call.query("after") or None,
            )
        )


def restore_records(call: Call) -> Answer:
    """POST /api/trash/restore  body: {"entity", "ids"}"""
    body = call.body(RestoreBody)
    if not 1 <= len(body.ids) <= 1000:
        raise BadRequest("ids", expected="1…1000")
    with call.writing() as (session, actor):
        return Answer(body={"batch": trash.restore_records(session, actor, body.entity, body.ids)})


def told_held(held: trash.Held) -> dict[str, Any]:
    """How many point to the record by which field; named are only those the reader may see."""
    seen = [[id, label] for id, label in held.labels.items()]
    return {"entity": held.entity, "field": held.field, "count": len(held.ids), "records": seen}


def told_undone(done: undo.Undone, language: str) -> dict[str, Any]:
    """batch: undoing it is redo.  kept: records left as they are, each with why."""
    return {"batch": done.batch, "back": done.back, "kept": told_kept(done.kept, language)}


def told_kept(kept: Sequence[undo.Kept], language: str) -> list[dict[str, Any]]:
    return [
        {
            "entity": one.entity,
            "id": one.id,
            "label": one.label,
            "reason": one.reason,
            "problem": describe(one.problem, language) if one.problem else None,
        }
        for one in kept[:1000]
    ]


def told_record(record: RecordView) -> dict[str, Any]:
    return {
        "id": record.id,
        "version": record.version,
        "entity": record.entity,
        "label": record.label,
        "values": record.values,
        "deleted_at": record.deleted_at,
        "rights": record.rights,
        "form": record.form,
    }


def told_page(page: Page, counted: Count | None, objects: bool) -> dict[str, Any]:
    told: dict[str, Any] = (
        {
            "records": [
                {"id": row[0], "version": row[1], "values": dict(zip(page.columns[2:], row[2:], strict=True))}
                for row in page.rows
            ]
        }
        if objects
        else {"columns": list(page.columns), "rows": page.rows}
    )
    told["next"] = page.next
    if counted is not None:
        told["count"] = told_count(counted)
    return told


def told_count(counted: Count) -> dict[str, Any]:
    return {"value": counted.value, "capped": counted.capped}


def _counted(session: Session, actor: Actor, entity: str, request: ListRequest) -> Count | None:
    """«1000+» costs a thousand rows at most; the exact number is asked for by name."""
    if request.count == "none":
        return None
    cap = read.CAP if request.count == "capped" else None
    return read.read_count(session, actor, entity, request, cap)


def _wanted(call: Call) -> str:
    accept = call.incoming.headers.get("accept", "")
    return "csv" if accept.startswith("text/csv") else "ndjson" if "ndjson" in accept else ""


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _one_of(call: Call, name: str, known: tuple[str, ...]) -> Any:
    given = call.query(name) or known[0]
    if given not in known:
        raise BadRequest(name, expected=", ".join(known))
    return given


ROUTES = (
    Route("GET", "/api/records/{entity}", list_records, "List", query=LIST_QUERY, answer="Page", per_entity=True),
    Route(
        "POST",
        "/api/records/{entity}/query",
        query_records,
        "List with totals and groups",
        body=QueryBody,
        answer="Page",
        per_entity=True,
        reads=True,
    ),
    Route(
        "POST",
        "/api/records/{entity}",
        create_record,
        "Create",
        body=NewRecordBody,
        answer="Record",
        status=201,
        per_entity=True,
    ),
    Route(
        "POST",
        "/api/records/{entity}/bulk",
        bulk_records,
        "Up to 1,000 operations, or a job over all that match",
        body=BulkBody,
        per_entity=True,
    ),
    Route(
        "POST",
        "/api/records/{entity}/check",
        check_record,
        "Duplicates before saving",
        body=CheckBody,
        per_entity=True,
        reads=True,
    ),
    Route(
        "GET",
        "/api/records/{entity}/suggest",
        suggest_records,
        "By a part of the label",
        query=(("q", "string"), ("limit", "integer")),
        per_entity=True,
    ),
    Route(
        "GET",
        "/api/records/{entity}/{id}",
        read_record,
        "Read one",
        query=(("as_of", "string"),),
        answer="Record",
        per_entity=True,
    ),
    Route(
        "PATCH",
        "/api/records/{entity}/{id}",
        change_record,
        "Change",
        body=ChangeBody,
        answer="Record",
        per_entity=True,
    ),
    Route("GET", "/api/records/{entity}/{id}/delete", plan_delete, "What deleting would touch", per_entity=True),
    Route("DELETE", "/api/records/{entity}/{id}", delete_record, "To the trash", per_entity=True),
    Route(
        "GET",
        "/api/records/{entity}/{id}/history",
        read_history,
        "History of a record or a field",
        query=(("field", "string"), ("after", "integer"), ("limit", "integer")),
        per_entity=True,
    ),
    Route("POST", "/api/records/{entity}/{id}/undo", undo_change, "Undo one change", body=UndoBody, per_entity=True),
    Route("GET", "/api/changes/{batch}/undo", plan_undo, "What undoing a batch would do"),
    Route(
        "POST", "/api/changes/{batch}/undo", undo_batch, "Undo a bulk action, an import, an undo", body=BatchUndoBody
    ),
    Route(
        "GET",
        "/api/trash",
        list_trash,
        "The trash",
        query=(("entity", "string"), ("limit", "integer"), ("after", "string")),
    ),
    Route("POST", "/api/trash/restore", restore_records, "Bring back from the trash", body=RestoreBody),
)
