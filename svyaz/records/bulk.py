"""Many at once: up to a thousand operations of one request, or a change of all that match a filter, as a job.

Either is one batch of the log, so it is undone as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal as OneOf

from svyaz.access.actor import Actor
from svyaz.access.apply import condition, require
from svyaz.jobs.queue import enqueue
from svyaz.kernel.problem import Problem, raise_all
from svyaz.records.denial import explain_no
from svyaz.records.entry import open_entry
from svyaz.records.links import seen_ids
from svyaz.records.problems import BulkNotUnderstood, TooManyRecords
from svyaz.records.read import ListRequest, check_bulk
from svyaz.records.trash import delete_records, restore_records
from svyaz.records.write import RecordChange, change_many, create_many
from svyaz.storage import changes
from svyaz.storage.session import Session

MOST = 1000
TASK = "change_matching"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one operation: its record's id, or the problems that kept it from being done."""

    id: int | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class BulkDone:
    batch: int
    results: list[Result] = field(default_factory=list)


def bulk_operations(
    session: Session,
    actor: Actor,
    entity: str,
    operations: Sequence[Mapping[str, Any]],
    atomic: bool = True,
    *,
    cause: str = "person",
) -> BulkDone:
    """Each operation is {"do": "create" | "change" | "delete" | "restore", "id", "version", "values"}, done in order.

    atomic   any problem stops all, and the caller rolls back; else each stands alone and is told apart
    Raises TooManyRecords over a thousand, BulkNotUnderstood.
    """
    if not 1 <= len(operations) <= MOST:
        raise TooManyRecords("operations", count=len(operations), limit=MOST)
    _check_shape(operations)
    require(session.snapshot, actor, entity, "see")
    many = {int(one["id"]): at for at, one in enumerate(operations) if one["do"] in ("change", "delete")}
    refused = beyond_bulk(session, actor, entity, many)
    if atomic and refused:
        raise_all(list(refused.values()))
    batch = changes.new_batch(session, actor.employee, cause, "bulk")
    results = {at: Result(None, (problem,)) for at, problem in refused.items()}
    allowed = [(at, one) for at, one in enumerate(operations) if at not in refused]
    for do, group in groupby(allowed, key=lambda one: one[1]["do"]):
        some = list(group)
        done = _do(session, actor, entity, do, some, atomic, cause, batch)
        results.update(zip((at for at, _ in some), done, strict=True))
    return BulkDone(batch, [results[at] for at in range(len(operations))])


def beyond_bulk(session: Session, actor: Actor, entity: str, many: Mapping[int, int]) -> dict[int, Problem]:
    """many: record -> its operation.  Operation -> why its record lies beyond the right to many at once.

    One record is not many.  Raises Denied when the right is not granted at all.
    """
    if len(many) < 2 or condition(session.snapshot, actor, entity, "bulk") is None:
        return {}
    entry = open_entry(session, actor, entity)
    within = seen_ids(entry, entity, many, "bulk")
    beyond: dict[int, Problem] = {}
    for id, at in many.items():
        if id not in within:
            beyond[at] = explain_no(session, actor, entry.shape, id, "bulk")
            beyond[at].place = f"operations[{at}]"
    return beyond


def start_matching(
    session: Session,
    actor: Actor,
    entity: str,
    filter: str,
    change: Mapping[str, Any] | None,
    delete: bool = False,
) -> int:
    """Put aside a change (or a deletion) of all that match the filter and that the actor may write; returns the job.

    Everything that can be refused at once is: the filter, the rights to the verb and to many at once, the fields.
    """
    verb: OneOf["change", "delete"] = "delete" if delete else "change"
    require(session.snapshot, actor, entity, verb)
    require(session.snapshot, actor, entity, "bulk")
    check_bulk(session, actor, entity, ListRequest(filter=filter), verb, change or {})
    batch = changes.new_batch(session, actor.employee, "person", "bulk")
    told = {"entity": entity, "filter": filter, "change": None if delete else dict(change or {}), "batch": batch}
    return enqueue(session, TASK, told, actor=actor.employee)


def _check_shape(operations: Sequence[Mapping[str, Any]]) -> None:
    needs = {"create": ("values",), "change": ("id", "values"), "delete": ("id",), "restore": ("id",)}
    problems: list[Problem] = []
    seen: set[tuple[str, int]] = set()
    for index, one in enumerate(operations):
        absent = [key for key in needs.get(str(one.get("do")), ("do",)) if one.get(key) is None]
        if absent:
            problems.append(BulkNotUnderstood(f"operations[{index}]", needs=absent))
        elif one.get("id") is not None and (str(one["do"]), int(one["id"])) in seen:
            problems.append(BulkNotUnderstood(f"operations[{index}].id", needs=["id"]))
        elif one.get("id") is not None:
            seen.add((str(one["do"]), int(one["id"])))
    raise_all(problems)


def _do(
    session: Session,
    actor: Actor,
    entity: str,
    do: str,
    some: Sequence[tuple[int, Mapping[str, Any]]],
    atomic: bool,
    cause: str,
    batch: int,
) -> list[Result]:
    places = [f"operations[{index}]." for index, _ in some]
    try:
        if do == "create":
            rows = [one["values"] for _, one in some]
            written = create_many(
                session, actor, entity, rows, cause=cause, batch=batch, each=not atomic, places=places
            )
        elif do == "change":
            asked = [RecordChange(one["id"], one["values"], one.get("version")) for _, one in some]
            written = change_many(
                session, actor, entity, asked, cause=cause, batch=batch, each=not atomic, places=places
            )
        else:
            return _move(session, actor, entity, do, some, atomic, cause, batch)
    except Problem as problem:
        if atomic:
            raise
        return [Result(None, (problem,)) for _ in some]  # the verb itself is not granted: nothing was written
    return [Result(id, written.problems.get(at, ())) for at, id in enumerate(written.ids)]


def _move(
    session: Session,
    actor: Actor,
    entity: str,
    do: str,
    some: Sequence[tuple[int, Mapping[str, Any]]],
    atomic: bool,
    cause: str,
    batch: int,
) -> list[Result]:
    """Into the trash or out of it.  A refusal comes before anything of that operation is written."""
    act = delete_records if do == "delete" else restore_records
    if atomic:
        act(session, actor, entity, [one["id"] for _, one in some], cause=cause, batch=batch)
        return [Result(one["id"]) for _, one in some]
    results = []
    for index, one in some:
        try:
            act(session, actor, entity, [one["id"]], cause=cause, batch=batch)
            results.append(Result(one["id"]))
        except Problem as problem:
            problem.place = f"operations[{index}]"
            results.append(Result(None, (problem,)))
    return results
