"""Apply what was planned: whole or not at all, and only upon the configuration that was looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from svyaz.access.actor import SYSTEM, Actor
from svyaz.configurator.moves import carry_out_moves
from svyaz.configurator.plan import Plan, Wanted, make_plan
from svyaz.configurator.refill import refill
from svyaz.configurator.steps import Step
from svyaz.kernel.problem import Problem
from svyaz.org.role_changes import check_given, keep_administrator
from svyaz.records import undo
from svyaz.schema.snapshot import Snapshot, Title
from svyaz.storage import revisions
from svyaz.storage.convert import NotConverted
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company, apply_source


class PlanNotConfirmed(Problem):
    """The plan loses data, and what was confirmed is not this plan."""

    code = "plan_not_confirmed"  # facts: count


class PlanAsks(Problem):
    """Records stand on a stage, or have an option, that goes: say where they go.  facts: value, count"""

    code = "plan_asks"  # facts: value, count


@dataclass(frozen=True, slots=True)
class Outcome:
    revision: int
    kept_back: tuple[NotConverted, ...] = ()
    jobs: tuple[int, ...] = ()


def apply_wanted(company: Company, actor: Actor, wanted: Wanted, title: str = "", confirm: str = "") -> Outcome:
    """Raises PlanNotConfirmed, PlanAsks, SchemaChangedMeanwhile and whatever make_plan does."""
    return apply_plan(company, actor, make_plan(company, wanted), title, confirm)


def apply_plan(
    company: Company,
    actor: Actor,
    plan: Plan,
    title: str = "",
    confirm: str = "",
    also: Callable[[Session], None] | None = None,
) -> Outcome:
    """also: what must be remembered in the same transaction."""
    agreed(plan, confirm)
    with company.read() as session:
        check_given(actor, session.snapshot, plan.after)
    moved: dict[str, Any] = {}

    def then(session: Session, before: Snapshot) -> None:
        keep_administrator(session, before, session.snapshot)
        for one in plan.batches:
            undo.undo_batch(session, replace(SYSTEM, employee=actor.employee), one)
        batch = carry_out_moves(session, plan.moves, actor.employee)
        if batch is not None:
            revisions.note_batch(session, session.snapshot.revision, batch)
        moved["job"] = refill(session, before, actor.employee)
        if also is not None:
            also(session)
            moved["also"] = True

    applied = apply_source(
        company, plan.source, actor.employee, title, seen=plan.revision, told=told_json(plan.steps), then=then
    )
    if also is not None and "also" not in moved:  # nothing to change: there was no revision
        with company.write() as session:
            also(session)
    job = moved.get("job")
    return Outcome(applied.snapshot.revision, applied.done.not_converted, (job,) if job else ())


def agreed(plan: Plan, confirm: str) -> None:
    """Raises PlanAsks, PlanNotConfirmed."""
    for ask in plan.asks:
        raise PlanAsks(value=ask.move.value, count=ask.count)
    if plan.risk == "loses" and confirm != plan.digest:
        raise PlanNotConfirmed(count=sum(step.records for step in plan.steps if step.risk == "loses"))


def told_json(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """As a revision keeps them: told in the reader's language whenever it is read."""
    return [
        {
            "kind": step.kind,
            "code": step.code,
            "facts": {name: _plain(value) for name, value in step.facts.items()},
            "entity": step.entity,
            "field": step.field,
            "risk": step.risk,
        }
        for step in steps
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, Title):
        return {"ru": value.ru, "en": value.en}
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (tuple, list)) else value
