"""Jobs of records: change or delete all that match a filter, take back a large batch, empty the old trash.

app.py gives `actor_of`: whose rights a job runs with are those of who asked for it, as they are now.
Each portion is a transaction of its own, well under five seconds; a job that was killed goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.apply import condition
from svyaz.expression.tree import both
from svyaz.jobs.queue import enqueue
from svyaz.jobs.worker import Cancelled, JobContext, Runner
from svyaz.kernel.problem import Problem
from svyaz.records import bulk, purge, recompute, undo
from svyaz.records.cells import id_in
from svyaz.records.read import ListRequest, read_ids
from svyaz.records.trash import delete_records
from svyaz.records.undo import UndoPlan
from svyaz.records.write import RecordChange, change_many
from svyaz.storage import changes
from svyaz.storage.session import Session

ActorOf = Callable[[Session, int | None], Actor]
PORTION = 200
SHOWN = 100
UNDO = "undo_batch"
EMPTY_TRASH = "empty_trash"


def record_runners(actor_of: ActorOf) -> dict[str, Runner]:
    """Task -> runner, for the worker's list."""
    return {
        bulk.TASK: lambda context, arguments: change_matching(context, arguments, actor_of),
        UNDO: lambda context, arguments: undo_in_portions(context, arguments, actor_of),
        EMPTY_TRASH: empty_trash,
        recompute.TASK: recompute_in_portions,
    }


def undo_later(session: Session, actor: Actor, batch: int, force: bool = False) -> int:
    """Take a batch of any size back as a job; returns the job.  Raises like plan_undo."""
    undo.plan_undo(session, actor, batch, force)
    return enqueue(session, UNDO, {"batch": batch, "force": force}, key=f"{UNDO}:{batch}", actor=actor.employee)


def change_matching(context: JobContext, arguments: Mapping[str, Any], actor_of: ActorOf) -> dict[str, Any]:
    """{"done", "left", "problems", "batch"}: how many were written, how many could not be, and why the first of them."""
    entity, filter, values = str(arguments["entity"]), str(arguments["filter"]), arguments["change"]
    verb = "delete" if values is None else "change"
    with context.company.read() as session:
        actor = actor_of(session, context.actor)
        within = condition(session.snapshot, actor, entity, "bulk")
        ids = read_ids(session, actor, entity, ListRequest(filter=filter, sort="id"), verb, among=within)
    done = 0
    problems: list[tuple[int, Problem]] = []
    for start in range(0, len(ids), PORTION):
        if context.cancelled():
            raise Cancelled({**_told(done, problems), "batch": int(arguments["batch"])})
        with context.company.write() as session:
            actor = actor_of(session, context.actor)
            part = _still_matching(session, actor, entity, filter, verb, ids[start : start + PORTION])
            if values is None:
                problems += _delete_each(session, actor, entity, part, int(arguments["batch"]))
            else:
                asked = [RecordChange(id, values) for id in part]
                written = change_many(session, actor, entity, asked, batch=int(arguments["batch"]), each=True)
                problems += [(part[at], told[0]) for at, told in written.problems.items()]
            done = min(start + PORTION, len(ids)) - len(problems)
            context.tell(session, start + len(part), len(ids))
    return {**_told(done, problems), "batch": int(arguments["batch"])}


def undo_in_portions(context: JobContext, arguments: Mapping[str, Any], actor_of: ActorOf) -> dict[str, Any]:
    """{"batch", "back", "kept"}; batch is that of the undo, which can be undone in turn."""
    batch, force = int(arguments["batch"]), bool(arguments.get("force"))
    with context.company.write() as session:
        actor = actor_of(session, context.actor)
        found = changes.find_batch(session, batch)
        begun = found.undone_by if found else None
        plan = undo.plan_undo(session, actor, batch, force or begun is not None)
        mine = begun or changes.new_batch(session, actor.employee, "undo", "undo", undoes=batch)
    return take_back(context, plan, mine, force, actor_of)


def take_back(context: JobContext, plan: UndoPlan, mine: int, force: bool, actor_of: ActorOf) -> dict[str, Any]:
    """What was planned, portion by portion, into the batch `mine`: {"batch", "back", "kept"}."""
    going, coming = undo.going_of(plan), undo.coming_of(plan)
    kept, done = len(plan.kept), 0
    for part in undo.parts(plan):
        if context.cancelled():
            raise Cancelled({"batch": mine, "back": done, "kept": kept})
        with context.company.write() as session:
            actor = actor_of(session, context.actor)
            left = undo.undo_part(session, actor, undo.still_planned(session, part, mine, force), mine, going, coming)
            kept += len(left)
            done += len(part) - len(left)
            context.tell(session, done, len(plan.back))
    return {"batch": mine, "back": done, "kept": kept}


def recompute_in_portions(context: JobContext, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """{"looked", "changed"}: records whose computed fields were looked at, and those that had another value.

    A job that was killed begins again: what is right already costs a look and no write.
    """
    looked = changed = 0
    size = recompute.PORTION
    for wave in arguments["waves"]:
        after = 0
        while not context.cancelled():
            with context.company.write() as session:
                began = time.monotonic()
                ids = recompute.next_ids(session, int(wave["field"]), wave["way"], wave["ids"], after, size)
                changed += recompute.compute_portion(session, int(wave["field"]), ids, context.actor)
                looked += len(ids)
                context.tell(session, looked, arguments.get("total"))
            size = recompute.next_size(size, time.monotonic() - began)
            if not ids:
                break
            after = ids[-1]
    if context.cancelled():
        raise Cancelled({"looked": looked, "changed": changed})
    return {"looked": looked, "changed": changed}


def empty_trash(context: JobContext, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Purge what has lain in the trash for longer than it should."""
    gone = 0
    while not context.cancelled():
        with context.company.write() as session:
            part = purge.purge_old(session)
            context.tell(session, gone + part)
        gone += part
        if not part:
            break
    return {"gone": gone}


def _still_matching(session: Session, actor: Actor, entity: str, filter: str, verb: str, ids: list[int]) -> list[int]:
    """Others work meanwhile: a record that no longer matches is left alone."""
    among = both(condition(session.snapshot, actor, entity, "bulk"), id_in(ids))
    return read_ids(session, actor, entity, ListRequest(filter=filter, sort="id"), verb, among=among)


def _delete_each(session: Session, actor: Actor, entity: str, ids: list[int], batch: int) -> list[tuple[int, Problem]]:
    problems = []
    for id in ids:
        try:
            delete_records(session, actor, entity, [id], batch=batch)
        except Problem as problem:
            problems.append((id, problem))
    return problems


def _told(done: int, problems: list[tuple[int, Problem]]) -> dict[str, Any]:
    shown = [{"id": id, "code": one.code, "place": one.place} for id, one in problems[:SHOWN]]
    return {"done": done, "left": len(problems), "problems": shown}
