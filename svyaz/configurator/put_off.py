"""«На ночь»: a change of the configuration waits for its hour and is applied then by a job, if nothing else was meanwhile.

What holds others' writes (an index, a drop, a new type on SQLite) is planned by day and agreed to by day; at the hour
it is applied upon the configuration that was looked at, or not at all.  What was not applied stays with the reason,
to be looked at again, and its author finds it in the configurator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from svyaz.access.abilities import require_ability
from svyaz.access.actor import Actor
from svyaz.configurator.apply import Outcome, agreed, apply_plan, told_json
from svyaz.configurator.edits import Edit
from svyaz.configurator.plan import Plan, Wanted, make_plan
from svyaz.jobs.queue import cancel_job, enqueue
from svyaz.jobs.worker import JobContext, may_pass
from svyaz.kernel.problem import Denied, NotFound, Problem
from svyaz.kernel.words import LANGUAGES, load_words
from svyaz.records.runners import ActorOf
from svyaz.schema.snapshot import Snapshot
from svyaz.storage import put_off, record_tables, revisions
from svyaz.storage.put_off import PutOff
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company

TASK = "apply_put_off"
NIGHT = time(2)  # of the company: before the housekeeping of 03:30
FARTHEST = timedelta(days=31)


class HourNotAhead(Problem):
    """An hour that has passed, or one beyond a month: by then everything is different."""

    code = "put_off_hour"  # facts: at, days


class ConfiguratorLocked(Denied):
    """The product was handed over locked: whoever has the command line may unlock it."""

    code = "configurator_locked"


@dataclass(frozen=True, slots=True)
class Waiting:
    """who: the label of the author, None for the system;  in_time: it will be applied at its hour, as things are now."""

    kept: PutOff
    who: str | None
    in_time: bool


def may_configure(snapshot: Snapshot, actor: Actor) -> None:
    """Raises ConfiguratorLocked for everybody in a locked company, DeniedAbility."""
    if snapshot.settings.locked:
        raise ConfiguratorLocked()
    require_ability(snapshot, actor, "configure")


def tonight(now: datetime, zone: str) -> datetime:
    """The next 02:00 by the clock of the company."""
    here = now.astimezone(ZoneInfo(zone))
    day = here.date() if here.time() < NIGHT else here.date() + timedelta(days=1)
    return datetime.combine(day, NIGHT, ZoneInfo(zone)).astimezone(UTC)


def put_plan_off(
    company: Company, actor: Actor, wanted: Wanted, title: str = "", confirm: str = "", at: datetime | None = None
) -> PutOff:
    """at: None for the coming night.  Raises HourNotAhead, PlanAsks, PlanNotConfirmed and whatever make_plan does."""
    made = make_plan(company, wanted)
    agreed(made, confirm)
    with company.write() as session:
        hour = at or tonight(session.now, session.snapshot.settings.zone)
        if not session.now < hour <= session.now + FARTHEST:
            raise HourNotAhead("at", at=hour, days=FARTHEST.days)
        told = {"edits": msgspec.to_builtins(wanted.edits), "restore": wanted.restore}
        steps, seconds = told_json(made.steps), sum(step.seconds for step in made.steps)
        id = put_off.add(session, actor.employee, title, made.revision, told, confirm, steps, seconds, hour)
        job = enqueue(session, TASK, {"id": id}, key=f"{TASK}:{id}", run_at=hour, actor=actor.employee)
        put_off.give_job(session, id, job)
        return find(session, id)


def find(session: Session, id: int) -> PutOff:
    """Raises NotFound."""
    found = put_off.find(session, id)
    if found is None:
        raise NotFound(entity="put_off", id=id)
    return found


def list_waiting(session: Session) -> list[Waiting]:
    """In the order of their hours; those that were not applied too."""
    kept = put_off.every(session)
    people = sorted({one.actor for one in kept if one.actor})
    labels = record_tables.labels(session, "employee", people) if "employee" in session.snapshot.entities else {}
    now = revisions.current_revision(session)
    return [Waiting(one, labels.get(one.actor or 0), one.problem is None and one.revision == now) for one in kept]


def call_off(session: Session, id: int) -> None:
    """It will not be applied, and nothing of it is left.  Raises NotFound."""
    kept = find(session, id)
    if kept.job is not None:
        cancel_job(session, kept.job)
    put_off.remove(session, id)


def apply_now(company: Company, actor: Actor, id: int) -> Outcome:
    """Before its hour, on the same terms.  Raises NotFound and whatever apply_plan does; then it goes on waiting."""
    with company.read() as session:
        kept = find(session, id)
    return _apply(company, actor, kept, lambda session: call_off(session, id))


def run_put_off(context: JobContext, arguments: Mapping[str, Any], actor_of: ActorOf) -> dict[str, Any]:
    """{"revision"}, or {} when it was called off or applied by hand meanwhile."""
    company, id = context.company, int(arguments["id"])
    with company.read() as session:
        kept = put_off.find(session, id)
    if kept is None or kept.problem is not None:
        return {}

    def done(session: Session) -> None:
        context.hold(session)
        if not put_off.remove(session, id):
            raise NotFound(entity="put_off", id=id)  # called off this very moment

    try:
        with company.read() as session:
            actor = actor_of(session, context.actor)
            may_configure(session.snapshot, actor)
        return {"revision": _apply(company, actor, kept, done).revision}
    except Problem as problem:
        if may_pass(problem):
            raise
        with company.write() as session:
            put_off.refuse(session, id, _told(problem, session.snapshot.settings.zone))
        return {"refused": problem.code}


def _apply(company: Company, actor: Actor, kept: PutOff, done: Callable[[Session], None]) -> Outcome:
    return apply_plan(company, actor, _plan(company, kept), kept.title, kept.confirm, also=done)


def _plan(company: Company, kept: PutOff) -> Plan:
    edits = msgspec.convert(kept.wanted["edits"], list[Edit])
    return make_plan(company, Wanted(kept.revision, edits, kept.wanted["restore"]))


def _told(problem: Problem, zone: str) -> dict[str, Any]:
    """In every language: whoever reads it later may have another."""
    text = {one: load_words(one).in_zone(zone).problem(problem) for one in LANGUAGES}
    return {"code": problem.code, "text": text}


__all__ = ["ConfiguratorLocked", "apply_now", "call_off", "list_waiting", "may_configure", "put_plan_off"]
