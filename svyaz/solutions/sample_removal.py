"""«Загрузить примеры» and «Удалить примеры»: the sample as one batch that goes to the trash and comes back.

Taking it back is the undo of the batch (records/undo.py) with two differences: people who have come in already are
no longer an example, and records that people changed since are kept unless they say otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from svyaz.access.actor import SYSTEM, Actor
from svyaz.jobs.queue import enqueue
from svyaz.jobs.worker import JobContext
from svyaz.kernel.problem import Problem
from svyaz.records import undo
from svyaz.records.read import ListRequest, read_page
from svyaz.records.runners import take_back
from svyaz.records.undo import Kept, UndoPlan
from svyaz.solutions.sample import load_sample
from svyaz.solutions.shipped import shipped
from svyaz.storage import accounts, changes, settings
from svyaz.storage.session import Session

KEY = "sample"
LOAD, REMOVE, RETURN = "load_sample", "remove_sample", "return_sample"
NOTHING: Mapping[str, Any] = {"batch": None, "back": 0, "kept": 0}


class SampleHere(Problem):
    """The company has its examples already, or no solution of it brings any."""

    code = "sample_here"
    status = 409


@dataclass(frozen=True, slots=True)
class SampleState:
    """state: none (never loaded, none brought), offered, loaded, removed.  batch: of the loading; undo: of the removal."""

    state: str
    batch: int | None = None
    undo: int | None = None


def begin_sample(session: Session, actor: int | None) -> int:
    """The batch that the records of the sample will be of."""
    batch = changes.new_batch(session, actor, "sample", "sample")
    settings.write(session, KEY, {"batch": batch})
    return batch


def read_state(session: Session) -> SampleState:
    kept = settings.read(session, KEY)
    if not kept:
        return SampleState("offered" if sample_folders(session) else "none")
    found = changes.find_batch(session, int(kept["batch"]))
    removal = changes.find_batch(session, found.undone_by) if found is not None and found.undone_by else None
    if removal is not None and removal.undone_by is None:
        return SampleState("removed", int(kept["batch"]), removal.id)
    return SampleState("loaded", int(kept["batch"]))


def sample_folders(session: Session) -> list[Any]:
    """Of the solutions that the company is made of, in the order of their names."""
    known = shipped()
    origins = {shape.origin for shape in session.snapshot.entities.values()}
    return [
        known[key] / "sample" for key in known if key in origins and (known[key] / "sample" / "sample.toml").is_file()
    ]


def load_later(session: Session, actor: Actor) -> int:
    """The job.  Raises SampleHere."""
    if read_state(session).state != "offered":
        raise SampleHere()
    return enqueue(session, LOAD, {}, key=LOAD, actor=actor.employee)


def run_load(context: JobContext, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """{"made"}: people of the sample do not come in, and short lists that are there already stay as they are."""
    company = context.company
    with company.write() as session:
        if read_state(session).state != "offered":
            return {"made": 0}
        batch = begin_sample(session, context.actor)
        folders = sample_folders(session)
        filled = [
            key
            for key, shape in session.snapshot.entities.items()
            if shape.kind == "dictionary" and _is_filled(session, key)
        ]

    def told(done: int, total: int) -> None:
        with company.write() as session:
            context.tell(session, done, total)

    made = sum(load_sample(company, folder, batch=batch, logins=False, told=told, without=filled) for folder in folders)
    return {"made": made, "batch": batch}


def _is_filled(session: Session, entity: str) -> bool:
    return bool(read_page(session, SYSTEM, entity, ListRequest(fields=("label",), limit=1)).rows)


def plan_removal(session: Session, actor: Actor, force: bool = False) -> UndoPlan:
    """Empty where there are no examples."""
    state = read_state(session)
    if state.state != "loaded" or state.batch is None:
        return UndoPlan(0, (), ())
    return _planned(session, _on_behalf(session, actor.employee), state.batch, force)


def _planned(session: Session, actor: Actor, batch: int, force: bool) -> UndoPlan:
    plan = undo.plan_undo(session, actor, batch, force)
    here = _who_came_in(session) | ({actor.employee} if actor.employee else set())
    staying = [one for one in plan.back if one.entity == "employee" and one.id in here]
    kept = [*plan.kept, *(Kept(one.entity, one.id, None, "changed") for one in staying)]
    return replace(plan, back=tuple(one for one in plan.back if one not in staying), kept=tuple(kept))


def _who_came_in(session: Session) -> set[int]:
    """A password of one's own is the sign that a person has come in."""
    return set(accounts.people_who_came_in(session))


def remove_later(session: Session, actor: Actor, force: bool) -> int:
    return enqueue(session, REMOVE, {"force": force}, key=REMOVE, actor=actor.employee)


def return_later(session: Session, actor: Actor) -> int:
    return enqueue(session, RETURN, {}, key=RETURN, actor=actor.employee)


def run_removal(context: JobContext, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """{"batch", "back", "kept"}; batch is that of the removal: undoing it brings the examples back."""
    force = bool(arguments.get("force"))
    with context.company.write() as session:
        actor = _on_behalf(session, context.actor)
        state = read_state(session)
        if state.batch is None:
            return dict(NOTHING)
        # A job that was killed goes on in the batch it had begun.
        plan = _planned(session, actor, state.batch, force or state.undo is not None)
        mine = state.undo or changes.new_batch(session, context.actor, "undo", "sample", undoes=plan.batch)
    return take_back(context, plan, mine, force, _on_behalf)


def run_return(context: JobContext, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The same of the way back."""
    with context.company.write() as session:
        state = read_state(session)
        if state.undo is None:
            return dict(NOTHING)
        plan = undo.plan_undo(session, _on_behalf(session, context.actor), state.undo)
        mine = changes.new_batch(session, context.actor, "undo", "sample", undoes=state.undo)
    return take_back(context, plan, mine, False, _on_behalf)


def _on_behalf(_session: Session, employee: int | None) -> Actor:
    """Whoever may configure may do it whole: what is about a record in the trash is out of everybody's sight."""
    return Actor(employee=employee, kind="system")


def sample_ids(session: Session) -> dict[str, set[int]]:
    """Records of the sample by object, to tell them from what people made."""
    kept = settings.read(session, KEY)
    found: dict[str, set[int]] = {}
    for one in changes.of_batch(session, int(kept["batch"])) if kept else ():
        shape = session.snapshot.by_number.get(one.entity)
        if shape is not None and one.kind == "Created":
            found.setdefault(shape.key, set()).add(one.record)
    return found
