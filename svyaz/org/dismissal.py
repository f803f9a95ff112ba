"""Dismissal: what a person leaves, to whom it goes, and one step that hands it over and can be taken back whole.

Access ends at once, in the transaction that was asked; the records follow as a job, portion by portion, into the same
batch of the log.  Living work is handed over: done activities and closed records stay his in the history.

    a link to one person      the receiver
    a link to several         the receiver in his place, once
    head of a department      a deputy who works, else the receiver;  a deputy is simply one no more
    head of a person          the receiver, unless that makes a circle: then the head of who goes
    stands in for somebody    nobody does from now on
Undone by its batch, with everything as it was; the way in stays closed until somebody opens it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.paths import typed_path
from svyaz.expression.ground import Ground
from svyaz.expression.tree import YES_NO, Call, Constant, Node, Type, any_of, both
from svyaz.fields.choice import option_title
from svyaz.jobs.queue import enqueue
from svyaz.jobs.worker import Cancelled, JobContext, Runner
from svyaz.kernel.problem import NotFound, Problem
from svyaz.org import journal
from svyaz.org.hierarchy import Hierarchy, find_cycle, read_hierarchy, today_of
from svyaz.org.ways_in import NotOneself, managed
from svyaz.records import undo
from svyaz.records.cells import id_in
from svyaz.records.inner import write_inner
from svyaz.records.problems import LinkNotFound
from svyaz.records.read import read_record
from svyaz.records.runners import undo_in_portions
from svyaz.schema.snapshot import Entity, Field, Snapshot
from svyaz.storage import changes, queue, record_tables, run_query
from svyaz.storage.query import Query
from svyaz.storage.record_tables import Stored
from svyaz.storage.session import Session

TASK = "dismissal"
UNDO = "undo_dismissal"
BATCH = "dismissal"
PORTION = 200
EMPLOYEE = Type("link", to=("employee",))
ActorOf = Callable[[Session, int | None], Actor]


class DismissalGoesOn(Problem):
    """The records are being handed over just now: nothing else is begun until that ends."""

    code = "dismissal_goes_on"
    status = 409


class NothingToHandOver(Problem):
    """A receiver was named for an object of which the person has no records."""

    code = "nothing_to_hand_over"  # facts: entity


@dataclass(frozen=True, slots=True)
class Left:
    """What of one object the person leaves.  kinds: title -> how many, of activities;  own: he answers for them"""

    entity: str
    title: str
    count: int
    own: int
    kinds: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Receivers:
    """to: of all that has no receiver of its own; None: it stays with who goes.  by_entity: key -> person or None."""

    to: int | None
    by_entity: Mapping[str, int | None]

    def of(self, entity: str) -> int | None:
        return self.by_entity.get(entity, self.to)


def plan(session: Session, actor: Actor, employee: int) -> list[Left]:
    """What would be handed over, in the order of the configuration; all of it, whether the actor sees it or not.

    Raises what managing the person's access does.
    """
    managed(session, actor, employee)
    found = []
    for shape in _shapes(session.snapshot):
        ids = _held(session, shape, employee)
        if not ids:
            continue
        answers = shape.by_role("responsible")
        own = 0 if answers is None else len(_held(session, shape, employee, (answers,)))
        found.append(Left(shape.key, _title(shape, actor), len(ids), own, _kinds(session, actor, shape, ids)))
    return found


def dismiss(session: Session, actor: Actor, employee: int, receivers: Receivers) -> tuple[int, int]:
    """(job, batch).  Nobody comes in by his login, his sessions and tokens from this commit on.

    Raises what `managed` does, NotOneself, LastAdministrator, LinkNotFound for a receiver who is not there, does not
    work or is the person himself, NothingToHandOver, DismissalGoesOn.
    """
    managed(session, actor, employee)
    if employee == actor.employee:
        raise NotOneself()
    _check(session, actor, employee, receivers)
    batch = changes.new_batch(session, actor.employee, "person", BATCH)
    write_inner(session, "employee", {employee: {"active": False}}, cause="person", batch=batch, by=actor.employee)
    journal.note(session, "dismissed", actor.employee, employee)
    told = {"employee": employee, "to": receivers.to, "by_entity": dict(receivers.by_entity), "batch": batch}
    return _begin(session, TASK, told, employee, actor), batch


def undo_dismissal(session: Session, actor: Actor, employee: int, batch: int) -> int:
    """Bring back all that the batch handed over; returns the job.  Raises NotFound, NothingToUndo, DismissalGoesOn."""
    managed(session, actor, employee)
    found = changes.find_batch(session, batch)
    if found is None or found.title != BATCH or not _is_of(session, batch, employee):
        raise NotFound("batch", entity="batch", id=batch)
    undo.plan_undo(session, _as_system(actor), batch)
    journal.note(session, "dismissal_undone", actor.employee, employee)
    return _begin(session, UNDO, {"employee": employee, "batch": batch}, employee, actor)


def runners(actor_of: ActorOf) -> dict[str, Runner]:
    """Task -> runner, for the worker's list.  The job asks anew who has asked for it, then acts for the company."""

    def acting(session: Session, employee: int | None) -> Actor:
        return _as_system(actor_of(session, employee))

    return {
        TASK: lambda context, told: hand_over(context, told, acting),
        UNDO: lambda context, told: undo_in_portions(context, {"batch": told["batch"]}, acting),
    }


def hand_over(context: JobContext, told: Mapping[str, Any], acting: ActorOf) -> dict[str, Any]:
    """{"batch", "done"}: how many records changed hands.  Begun again, it goes on with what is left."""
    employee, batch = int(told["employee"]), int(told["batch"])
    receivers = Receivers(told["to"], told["by_entity"])
    with context.company.read() as session:
        parts = [
            (shape.key, ids[start : start + PORTION])
            for shape in _shapes(session.snapshot)
            for ids in [_held(session, shape, employee)]
            for start in range(0, len(ids), PORTION)
        ]
    total, looked, done = sum(len(ids) for _, ids in parts), 0, 0
    for entity, ids in parts:
        if context.cancelled():
            raise Cancelled({"batch": batch, "done": done})
        with context.company.write() as session:
            acting(session, context.actor)
            done += _hand_over_part(session, entity, ids, employee, receivers.of(entity), batch, context.actor)
            looked += len(ids)
            context.tell(session, looked, total)
    return {"batch": batch, "done": done}


def _hand_over_part(
    session: Session, entity: str, ids: list[int], who: int, to: int | None, batch: int, by: int | None
) -> int:
    shape = session.snapshot.entities[entity]
    company = read_hierarchy(session) if entity in ("department", "employee") else None
    stored = record_tables.fetch(session, entity, _held(session, shape, who, among=ids))
    values: dict[int, dict[str, Any]] = {}
    for id, record in stored.items():
        changed = {field.key: _after(session, shape, field, record, who, to, company) for field in _links(shape)}
        changed = {key: value for key, value in changed.items() if value != record.values.get(key)}
        if changed:
            values[id] = changed
    return write_inner(session, entity, values, cause="person", batch=batch, by=by) if values else 0


def _after(
    session: Session, shape: Entity, field: Field, record: Stored, who: int, to: int | None, company: Hierarchy | None
) -> Any:
    """What the field will hold instead."""
    held = record.values.get(field.key)
    if shape.key == "department" and field.role in ("head", "deputies"):
        head, deputies = _leaders_after(session, record, who, to)
        return head if field.role == "head" else deputies
    several = isinstance(held, tuple | list)
    if not held or (who not in held if several else held != who):
        return held
    if shape.key == "absence":
        return None
    if company is not None and field.role in ("head", "heads"):
        to = _other_head(company, record.id, who, to)
        if to is None:
            return tuple(one for one in held if one != who) if several else None
    if to is None:
        return held
    return tuple(dict.fromkeys(to if one == who else one for one in held)) if several else to


def _leaders_after(session: Session, record: Stored, who: int, to: int | None) -> tuple[int | None, tuple[int, ...]]:
    """(head, deputies) of a department: the first deputy who works steps up for a head who goes."""
    head, held = record.values.get("head"), tuple(record.values.get("deputies") or ())
    steps_up = next((one for one in held if one != who and _works(session, one)), None) if head == who else None
    return (steps_up or to) if head == who else head, tuple(one for one in held if one not in (who, steps_up))


def _other_head(company: Hierarchy, person: int, who: int, to: int | None) -> int | None:
    """Who leads the person instead: nobody leads himself, nor whoever leads him."""
    for one in (to, *company.heads.get(who, ())):
        heads = {**company.heads, person: (one,)} if one is not None else {}
        if one is not None and one != person and not find_cycle(heads, person):
            return one
    return None


def _works(session: Session, employee: int) -> bool:
    stored = record_tables.fetch(session, "employee", [employee], ["active"]).get(employee)
    return stored is not None and stored.deleted_at is None and stored.values.get("active") is not False


def _shapes(snapshot: Snapshot) -> list[Entity]:
    """Objects whose records may be held by a person."""
    return [one for one in snapshot.entities.values() if "comment" not in one.traits and _links(one)]


def _links(shape: Entity) -> list[Field]:
    """Fields that people fill with people; whose absence it is stays."""
    return [
        one
        for one in shape.fields
        if one.targets == ("employee",)
        and not (one.system or one.hidden or one.computed)
        and (shape.key != "absence" or one.role == "substitute")
    ]


def _held(
    session: Session,
    shape: Entity,
    employee: int,
    fields: tuple[Field, ...] = (),
    among: list[int] | None = None,
) -> list[int]:
    """Ids of the living records that name the person and are not over."""
    named = any_of(
        tuple(Call("=", (typed_path(one), Constant(employee, EMPLOYEE)), YES_NO) for one in fields or _links(shape))
    )
    where = both(both(named, _not_over(session, shape)), id_in(among) if among is not None else None)
    ground = Ground(None, session.now, session.snapshot.settings.zone)
    return run_query.ids(session, Query(shape.key, columns=(), where=where, limit=10_000_000), ground)


def _not_over(session: Session, shape: Entity) -> Node | None:
    if shape.key == "absence":
        last = shape.by_role("ends_on")
        if last is None:
            return None
        path = typed_path(last)
        return Call(">=", (path, Constant(today_of(session), path.type)), YES_NO)
    ended = shape.by_role("done_at") or shape.by_role("closed_on")
    if ended is None:
        return None
    return Call("=", (typed_path(ended), Constant(None, typed_path(ended).type)), YES_NO)


def _check(session: Session, actor: Actor, employee: int, receivers: Receivers) -> None:
    people = {"to": receivers.to, **{f"by_entity.{key}": one for key, one in receivers.by_entity.items()}}
    for place, one in people.items():
        if one is None:
            continue
        seen = read_record(session, actor, "employee", one)
        if one == employee or seen.deleted_at is not None or not _works(session, one):
            raise LinkNotFound(place, field=seen.label, id=one)
    known = {one.key for one in _shapes(session.snapshot)}
    for key in receivers.by_entity:
        if key not in known:
            raise NothingToHandOver(f"by_entity.{key}", entity=key)


def _begin(session: Session, task: str, told: Mapping[str, Any], employee: int, actor: Actor) -> int:
    """One thing at a time with one person."""
    id = enqueue(session, task, told, key=f"{TASK}:{employee}", actor=actor.employee)
    job = queue.find_job(session, id)
    if job is None or job.task != task or job.arguments.get("batch") != told["batch"]:
        raise DismissalGoesOn()
    return id


def _is_of(session: Session, batch: int, employee: int) -> bool:
    number = session.snapshot.entities["employee"].number
    return any(one.entity == number and one.record == employee for one in changes.of_batch(session, batch))


def _as_system(actor: Actor) -> Actor:
    """With every right to records, in the name of who asked."""
    return Actor(actor.employee, language=actor.language, zone=actor.zone, kind="system")


def _kinds(session: Session, actor: Actor, shape: Entity, ids: list[int]) -> tuple[tuple[str, int], ...]:
    kind = shape.by_role("kind") if "activity" in shape.traits else None
    if kind is None:
        return ()
    counts: dict[str, int] = {}
    for start in range(0, len(ids), 2_000):
        for one in record_tables.fetch(session, shape.key, ids[start : start + 2_000], [kind.key]).values():
            said = option_title(one.values.get(kind.key) or "", kind.options, actor.language)
            counts[said] = counts.get(said, 0) + 1
    return tuple(counts.items())


def _title(shape: Entity, actor: Actor) -> str:
    form = shape.title.forms.get("plural_en" if actor.language == "en" else "plural")
    return form or shape.title.say(actor.language)
