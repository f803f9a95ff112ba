"""What a person does with a file: drop it, see its columns, set the plan, look at the fates, run, undo.

upload      the file is kept, its columns are shown with samples and a guessed plan
look        the same for another sheet, another row of headings or another object
set_plan    checked whole against the rights of who asks
preview     the first rows as they would go, at once
check       all rows as they would go, as a job (check_run.py)
start       enqueues the job; `run_import` is its runner
told_run    state, counts, what the check found
list_rows   fates of rows, of the check or of the run
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from svyaz.access.actor import Actor
from svyaz.access.apply import condition
from svyaz.exchange.check_run import rehearse, run_check
from svyaz.exchange.column_map import ImportPlan, check_plan, parse_plan, raise_plan
from svyaz.exchange.error_rows import error_rows
from svyaz.exchange.file_rows import Reading
from svyaz.exchange.first_look import first_look
from svyaz.exchange.forms import Forms
from svyaz.exchange.import_run import Importing, Writing, import_rows
from svyaz.exchange.readings import check_for, told_readings
from svyaz.exchange.tables import FileBroken, TableFile, count_rows, open_table
from svyaz.jobs.worker import may_pass
from svyaz.kernel.problem import NotFound, Problem
from svyaz.kernel.text import clean
from svyaz.records.cells import seen_labels
from svyaz.records.read import ground_of
from svyaz.storage import blobs, changes, ids, import_runs, queue
from svyaz.storage.import_runs import ImportRun, RowFate
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company

PREVIEW_ROWS = 200
OPEN = ("uploaded", "ready")
ENDED = ("done", "cancelled", "failed")
# What a run keeps for itself and does not tell.
INWARD = ("raw", "undo_job")
Enqueue = Callable[..., int]


class ImportNotReady(Problem):
    code = "import_not_ready"  # facts: state
    status = 409


class ImportFileGone(Problem):
    code = "import_file_gone"  # facts: file
    status = 410


def first_sight(session: Session, actor: Actor, path: Path, name: str, entity: str) -> dict[str, Any]:
    """What upload keeps of a file.  Reads the file, so it is best done before the transaction that writes."""
    condition(session.snapshot, actor, entity, "add")
    return first_look(session, actor, entity, open_table(path, name))


def upload(
    session: Session,
    actor: Actor,
    folder: Path,
    entity: str,
    file: blobs.StoredFile,
    seen: Mapping[str, Any] | None = None,
) -> ImportRun:
    """Keep the upload as a run of `entity`, with a plan guessed from its headings and samples."""
    condition(session.snapshot, actor, entity, "add")
    told = seen or first_sight(session, actor, blobs.path_of(folder, file.sha256), file.name, entity)
    body = {"file": file.name, "size": file.size, **told}
    run = ImportRun(ids.take_id(session), entity, "uploaded", actor.employee, file.id, None, None, session.now, body)
    import_runs.add(session, run)
    return run


def sight(
    session: Session, actor: Actor, folder: Path, run: int, entity: str, sheet: int, header_row: int | None
) -> dict[str, Any]:
    """What `look` keeps; reads the file and writes nothing."""
    found = _open_run(session, actor, run)
    condition(session.snapshot, actor, entity, "add")
    return first_look(session, actor, entity, _table(session, folder, found), sheet, header_row)


def look(session: Session, actor: Actor, run: int, entity: str, seen: Mapping[str, Any]) -> ImportRun:
    """Begin anew with another object, sheet or row of headings; the plan is guessed again."""
    found = _open_run(session, actor, run)
    condition(session.snapshot, actor, entity, "add")
    kept = {key: found.body[key] for key in ("file", "size") if key in found.body}
    looked = replace(_without_check(session, found), entity=entity, state="uploaded", body={**kept, **seen})
    import_runs.save(session, looked)
    return looked


def read_run(session: Session, actor: Actor, run: int) -> ImportRun:
    """An import is of the person who began it, and of those who configure; for others it is absent."""
    found = import_runs.find(session, run)
    if found is None or (found.actor != actor.employee and "configure" not in actor.abilities and not actor.is_system):
        raise NotFound("id", entity="import", id=run)
    return found


def _open_run(session: Session, actor: Actor, run: int) -> ImportRun:
    found = read_run(session, actor, run)
    if found.state not in OPEN:
        raise ImportNotReady(state=found.state)
    return found


def set_plan(session: Session, actor: Actor, run: int, body: dict[str, Any]) -> ImportRun:
    """Check and keep the plan; every mistake is told at once.  What another plan's check found is forgotten."""
    found = _open_run(session, actor, run)
    plan = parse_plan({"entity": found.entity, **body})
    condition(session.snapshot, actor, plan.entity, "add")
    raise_plan(check_plan(session.snapshot, actor, plan))
    if not 0 <= plan.sheet < len(found.body["sheets"]):
        raise FileBroken("sheet", file=str(found.body.get("file", "")), why=f"sheet {plan.sheet + 1}")
    told = msgspec.to_builtins(plan)
    if found.state == "ready" and found.body["plan"] == told:
        return found
    ready = replace(_without_check(session, found), entity=plan.entity, state="ready")
    ready = replace(ready, body={**ready.body, "plan": told})
    import_runs.save(session, ready)
    return ready


def read_plan(session: Session, actor: Actor, run: int, body: dict[str, Any]) -> dict[str, Any]:
    """{"columns": how the samples are read, "problems": what is wrong}: for looking while the plan is made."""
    found = read_run(session, actor, run)
    plan = parse_plan({"entity": found.entity, **body})
    problems = check_for(session, actor, plan)
    reading = _reading(session, found, plan)
    return {"columns": told_readings(session, actor, reading, found.body.get("raw", ())), "problems": problems}


def preview(
    company: Company, actor_of: Callable[[Session], Actor], run: int, limit: int = PREVIEW_ROWS
) -> dict[str, Any]:
    """{"rows": [{"row", "fate", "problems"}], "unmatched": [{"field", "column", "values": [...]}], "total"}.

    Only the first rows, at once; `check` tells of all of them.  total: rows of the file below the headings.
    """
    with company.read() as session:
        found = read_run(session, actor_of(session), run)
        reading = _reading(session, found)
        table = _table(session, company.blobs, found)
    fates: dict[int, RowFate] = {}

    def keep(told: Sequence[RowFate]) -> None:
        fates.update({one.row: one for one in told})

    checked = rehearse(company, actor_of, reading, table, lambda _: None, lambda: False, keep, limit)
    assert checked is not None
    return {
        "rows": [
            {"row": one.row, "fate": one.fate, "record": None, "problems": one.problem or []}
            for _, one in sorted(fates.items())
        ],
        "unmatched": checked.unmatched,
        "total": _total(table, reading.plan) or checked.rows,
    }


def check(session: Session, actor: Actor, run: int, enqueue: Enqueue) -> ImportRun:
    """Put the check of all rows into the queue; the one before, if any, is over."""
    found = read_run(session, actor, run)
    if found.state != "ready":
        raise ImportNotReady(state=found.state)
    plain = _without_check(session, found)
    number = ids.take_id(session)
    job = enqueue(session, "check_import", {"run": run, "check": number}, actor=actor.employee)
    begun = {"id": number, "job": job, "state": "running", "total": None}
    checking = replace(plain, body={**plain.body, "check": begun})
    import_runs.save(session, checking)
    return checking


def _without_check(session: Session, found: ImportRun) -> ImportRun:
    """The run with no check: its job is told to stop, its fates are forgotten."""
    told = found.body.get("check")
    if told:
        queue.cancel(session, told["job"])
        import_runs.forget_rows(session, told["id"])
    return replace(found, body={key: value for key, value in found.body.items() if key != "check"})


def check_import(
    company: Company,
    run: int,
    number: int,
    actor_of: Callable[[Session, int | None], Actor],
    report: Callable[[int, int | None], None],
    cancelled: Callable[[], bool],
) -> dict[str, int]:
    """The runner of a check."""

    def opened(session: Session, found: ImportRun) -> tuple[Reading, TableFile]:
        return _reading(session, found), _table(session, company.blobs, found)

    return run_check(company, run, number, opened, _total, actor_of, report, cancelled)


# --- run


def start(session: Session, actor: Actor, run: int, enqueue: Enqueue, title: str = "") -> ImportRun:
    found = read_run(session, actor, run)
    if found.state != "ready":
        raise ImportNotReady(state=found.state)
    told = found.body.get("check") or {}
    if told.get("state") == "running":
        queue.cancel(session, told["job"])
    batch = changes.new_batch(session, actor.employee, "import", title or str(found.body.get("file", ""))[:200])
    job = enqueue(session, "import", {"run": run}, key=f"import:{run}", actor=actor.employee)
    running = replace(found, state="running", batch=batch, job=job)
    import_runs.save(session, running)
    return running


def run_import(
    company: Company,
    run: int,
    actor_of: Callable[[Session, int | None], Actor],
    report: Callable[[int, int | None], None],
    cancelled: Callable[[], bool],
    hold: Callable[[Session], None] = lambda session: None,
) -> dict[str, int]:
    """The runner: goes on after the last row that has a fate, so a second attempt makes nothing twice.

    hold: called first in each transaction that writes; raises when the job is another worker's by now.
    """

    @contextmanager
    def writing() -> Iterator[Session]:
        with company.write() as session:
            hold(session)
            yield session

    with company.read() as session:
        found = import_runs.find(session, run)
        if found is None or found.state != "running":
            return {}
        reading = _reading(session, found)
        table = _table(session, company.blobs, found)
        after = import_runs.last_row(session, run)
        told = found.body.get("check") or {}
    total = told.get("total") or _total(table, reading.plan)
    importing = Importing(run, found.batch or 0, reading, table, lambda session: actor_of(session, found.actor))
    try:
        whole = import_rows(
            importing,
            writing,
            lambda row: report(row - reading.plan.header_row, total),
            cancelled,
            after,
        )
    except Problem as problem:
        # A base that went away comes back: the run is not over, the next attempt of the job goes on with it.
        if not may_pass(problem):
            _end_run(writing, found, "failed")
        raise
    except Exception:
        _end_run(writing, found, "failed")
        raise
    return _end_run(writing, found, "done" if whole else "cancelled")


def _end_run(writing: Writing, found: ImportRun, state: str) -> dict[str, int]:
    with writing() as session:
        counted = import_runs.counts(session, found.id)
        created = import_runs.created(session, found.id)
        body = {**found.body, "counts": counted, "created": list(created) if created else None}
        import_runs.save(session, replace(found, state=state, body=body))
    return counted


def take_back(session: Session, actor: Actor, run: int, undo: Callable[[Session, Actor, int], int]) -> int:
    """Begin the undo of all that the run has written; returns its job."""
    found = read_run(session, actor, run)
    if found.batch is None or _ended(session, found) not in ENDED:
        raise ImportNotReady(state=found.state)
    job = undo(session, actor, found.batch)
    import_runs.save(session, replace(found, body={**found.body, "undo_job": job}))
    return job


def told_run(session: Session, run: ImportRun) -> dict[str, Any]:
    """Everything of a run, and how far its jobs are: of the check in "check", of the undo in "undo"."""
    kept = run.body.get("counts")
    counted = kept if kept is not None or run.state in OPEN else import_runs.counts(session, run.id)
    body = {key: value for key, value in run.body.items() if key not in INWARD}
    told = body.get("check")
    if told:
        body["check"] = {**told, **_told_job(session, told["job"], told["state"])}
    undo = run.body.get("undo_job")
    return {
        **body,
        "id": run.id,
        "entity": run.entity,
        "state": _state(session, run),
        "at": run.created_at,
        "batch": run.batch,
        "job": run.job,
        "counts": counted or {},
        "undo": _told_job(session, undo, "running") if undo else None,
    }


def list_runs(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """The latest runs of the actor, the newest first."""
    found = (import_runs.find(session, one) for one in import_runs.recent(session, actor.employee))
    return [
        {
            "id": one.id,
            "entity": one.entity,
            "state": _state(session, one),
            "file": one.body.get("file"),
            "size": one.body.get("size"),
            "counts": one.body.get("counts") or {},
            "at": one.created_at,
        }
        for one in found
        if one is not None
    ]


def _state(session: Session, run: ImportRun) -> str:
    """As kept, but «undone» while the undo of its batch is not undone itself."""
    state = _ended(session, run)
    batch = changes.find_batch(session, run.batch) if run.batch else None
    undone = changes.find_batch(session, batch.undone_by) if batch and batch.undone_by else None
    if undone is None or undone.undone_by is not None:
        return state
    job = queue.find_job(session, run.body["undo_job"]) if "undo_job" in run.body else None
    return state if job is not None and job.state in ("ready", "running") else "undone"


def _ended(session: Session, run: ImportRun) -> str:
    """As kept; a run whose job gave up, or was cancelled before anybody took it, is over though nobody wrote so."""
    job = queue.find_job(session, run.job) if run.state == "running" and run.job else None
    return {"dead": "failed", "cancelled": "cancelled"}.get(job.state, run.state) if job else run.state


def _told_job(session: Session, id: int, state: str) -> dict[str, Any]:
    job = queue.find_job(session, id)
    if job is None:
        return {"state": state, "progress": None, "error": None}
    if job.state in ("dead", "cancelled") and state == "running":
        state = "failed" if job.state == "dead" else "cancelled"
    elif job.state == "done":
        state = "done"
    return {"state": state, "progress": {"done": job.progress or 0, "total": job.total}, "error": job.error}


def list_rows(
    session: Session, actor: Actor, run: int, of: str, fates: Sequence[str], after: int, limit: int
) -> dict[str, Any]:
    """{"rows": [{"row", "fate", "label", "record": [id, label] | null, "problems"}], "next"} of the check or of the run."""
    found = read_run(session, actor, run)
    number = run if of == "run" else (found.body.get("check") or {}).get("id")
    page = import_runs.fates(session, number, fates, after, limit + 1) if number else []
    ids = [one.record for one in page if one.record is not None]
    labels = seen_labels(session, actor, ground_of(session, actor), found.entity, ids)
    told = [
        {
            "row": one.row,
            "fate": one.fate,
            "label": one.label or labels.get(one.record or 0, ""),
            "record": [one.record, labels[one.record]] if one.record in labels else None,
            "problems": one.problem or [],
        }
        for one in page[:limit]
    ]
    return {"rows": told, "next": page[limit - 1].row if len(page) > limit else None}


def error_file(session: Session, folder: Path, run: ImportRun, language: str = "ru") -> Iterator[bytes]:
    """The rows that did not go in, with the reason: error_rows.py."""
    plan = parse_plan(run.body["plan"])
    return error_rows(session, run.id, _table(session, folder, run), plan.sheet, plan.header_row, language)


def _reading(session: Session, run: ImportRun, plan: ImportPlan | None = None) -> Reading:
    plan = plan or parse_plan(run.body["plan"])
    shape = session.snapshot.entities[plan.entity]
    return Reading(shape, plan, Forms(plan.dates or "dmy", plan.decimal or ","), session.snapshot.settings.zone)


def _total(table: TableFile, plan: ImportPlan) -> int | None:
    found = count_rows(table, plan.sheet)
    return None if found is None else max(0, found - plan.header_row)


def _table(session: Session, folder: Path, run: ImportRun) -> TableFile:
    found = blobs.find_files(session, [run.file])
    if not found:
        raise ImportFileGone(file=str(run.body.get("file", "")))
    return open_table(blobs.path_of(folder, found[0].sha256), clean(found[0].name))
