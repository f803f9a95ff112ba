"""«Загрузить примеры» and «Удалить примеры»: the sample as one batch that goes to the trash and comes back.

Taking it back is the undo of the batch (records/undo.py) with two differences: people who have come in already are
no longer an example, and records that people changed since are kept unless they say otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from svyaz.access.actor import SYSTEM, Actor
from svyaz.jobs.queue import enqueue
from svyaz.jobs.worker import Cancelled, JobContext
from svyaz.kernel.problem import Problem
from svyaz.records import undo
from svyaz.records.read import ListRequest, read_page
from svyaz.records.runners import take_back
from svyaz.records.undo import Kept, UndoPlan
from svyaz.solutions.package import opened
from svyaz.solutions.sample import load_sample
from svyaz.solutions.shipped import shipped
from svyaz.storage import accounts, blobs, changes, settings
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company

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


def begin_sample(session: Session, actor: int | None, solutions: Sequence[str]) -> int:
    """The batch that the records of the sample will be of: what is loaded later joins what is there already."""
    state = read_state(session)
    batch = state.batch if state.state == "loaded" else None
    known = loaded(session) if batch is not None else ()
    batch = batch or changes.new_batch(session, actor, "sample", "sample")
    settings.write(session, KEY, {"batch": batch, "solutions": sorted({*known, *solutions})})
    return batch


def loaded(session: Session) -> tuple[str, ...]:
    """Keys of the solutions whose examples are here."""
    kept = settings.read(session, KEY) if read_state(session).state == "loaded" else None
    return tuple(kept.get("solutions", ())) if kept else ()


def forget_sample(session: Session, key: str) -> None:
    """Its objects are gone, and its examples with them: it may come again with new ones."""
    kept = settings.read(session, KEY)
    if kept and key in kept.get("solutions", ()):
        settings.write(session, KEY, {**kept, "solutions": [one for one in kept["solutions"] if one != key]})


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


def load_one_later(session: Session, actor: Actor, key: str, file: int = 0) -> int:
    """The job that loads the examples of one solution; file: the archive they came in.  Raises SampleHere."""
    if key in loaded(session) or not (file or _has_sample(key)):
        raise SampleHere()
    return enqueue(session, LOAD, {"solution": key, "file": file}, key=f"{LOAD}.{key}", actor=actor.employee)


def _has_sample(key: str) -> bool:
    folder = shipped().get(key)
    return folder is not None and (folder / "sample" / "sample.toml").is_file()


def told_sample(session: Session, key: str) -> str:
    """none, offered or loaded: how it is with the examples of one solution that came along."""
    return "loaded" if key in loaded(session) else "offered" if _has_sample(key) else "none"


def run_load(context: JobContext, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """{"made"}: people of the sample do not come in, and short lists that are there already stay as they are.

    Of one solution, where the arguments name it, or of all the company is made of.
    """
    company, key = context.company, str(arguments.get("solution") or "")
    with company.write() as session:
        if key in loaded(session) if key else read_state(session).state != "offered":
            return {"made": 0}
        archive = next(iter(blobs.find_files(session, [int(arguments.get("file") or 0)])), None)
        folders = [shipped()[key] / "sample"] if key and _has_sample(key) else [] if key else sample_folders(session)
        batch = begin_sample(session, context.actor, [key] if key else [one.parent.name for one in folders])
    full = filled(company)

    def told(done: int, total: int) -> None:
        if context.cancelled():
            raise Cancelled({"batch": batch})
        with company.write() as session:
            context.tell(session, done, total)

    def load(folder: Path) -> int:
        return load_sample(company, folder, batch=batch, logins=False, told=told, without=full)

    if archive is None:
        return {"made": sum(map(load, folders)), "batch": batch}
    with opened(blobs.path_of(company.blobs, archive.sha256)) as package:
        return {"made": load(package.sample) if package.sample else 0, "batch": batch}


def filled(company: Company) -> list[str]:
    """Short lists that have entries already: what a sample brings for them is left out."""
    with company.read() as session:
        shapes = session.snapshot.entities.items()
        return [key for key, shape in shapes if shape.kind == "dictionary" and _is_filled(session, key)]


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
