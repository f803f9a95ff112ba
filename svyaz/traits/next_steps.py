"""What is planned next for each of many records: the mark «следующий шаг, просрочено, нет шага» of lists and boards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.apply import condition, far_of, read_entity
from svyaz.access.fields import may_read
from svyaz.access.paths import typed_path
from svyaz.expression.tree import DATETIME, YES_NO, Call, Constant, Path, both
from svyaz.records.cells import id_in
from svyaz.records.read import ListRequest, ground_of, read_ids
from svyaz.schema.snapshot import Entity
from svyaz.storage import run_query
from svyaz.storage.query import Order, Query
from svyaz.storage.session import Session
from svyaz.traits.told_activities import entities_with

PORTION, MOST_PORTIONS = 1000, 20


@dataclass(frozen=True, slots=True)
class NextStep:
    """The nearest planned activity of a record; due_at None: planned without a day."""

    record: int
    entity: str
    activity: int
    kind: str
    title: str
    due_at: str | None


def next_steps(session: Session, actor: Actor, entity: str, ids: Sequence[int]) -> list[NextStep]:
    """At most one for each record that the actor sees; those with nothing planned that he may see are absent."""
    read_entity(session.snapshot, actor, entity)
    if not ids:
        return []
    seen = read_ids(session, actor, entity, ListRequest(sort="id"), among=id_in(ids))
    nearest: dict[int, NextStep] = {}
    for shape in entities_with(session, actor, "activity"):
        for step in _of(session, actor, shape, seen):
            best = nearest.get(step.record)
            if best is None or _later(best) > _later(step):
                nearest[step.record] = step
    return [nearest[id] for id in seen if id in nearest]


def _later(step: NextStep) -> tuple[bool, str]:
    return step.due_at is None, step.due_at or ""


def _of(session: Session, actor: Actor, shape: Entity, ids: Sequence[int]) -> list[NextStep]:
    """The nearest of one kind of activities, read in the order of their days until every record has one."""
    about, done, due = shape.by_role("about"), shape.by_role("done_at"), shape.by_role("due_at")
    if about is None or done is None or due is None or not may_read(session.snapshot, actor, shape.key, about.key):
        return []
    columns = [one for role in ("about", "kind", "subject", "due_at") if (one := shape.by_role(role)) is not None]
    shown = [one for one in columns if may_read(session.snapshot, actor, shape.key, one.key)]
    waiting, found = set(ids), list[NextStep]()
    for _ in range(MOST_PORTIONS):
        if not waiting:
            break
        page = run_query.page(
            session,
            Query(
                shape.key,
                tuple((one.key,) for one in shown),
                where=both(
                    condition(session.snapshot, actor, shape.key, "see"),
                    both(_about_one_of(typed_path(about), waiting), _planned(done.key)),
                ),
                order=(Order((due.key,)),),
                limit=PORTION,
                far=far_of(session.snapshot, actor),
            ),
            ground_of(session, actor),
        )
        for row in page.rows:
            step = _step(shape, dict(zip((one.role for one in shown), row[2:], strict=True)), row[0])
            if step.record in waiting:
                waiting.discard(step.record)
                found.append(step)
        # The next portion asks again from the beginning, only about those still waiting.
        if page.next is None:
            break
    return found


def _about_one_of(path: Path, ids: set[int]) -> Call:
    return Call("in", (path, *(Constant(id, path.type) for id in sorted(ids))), YES_NO)


def _planned(done: str) -> Call:
    return Call("=", (Path((done,), DATETIME), Constant(None, DATETIME)), YES_NO)


def _step(shape: Entity, row: dict[str, Any], id: int) -> NextStep:
    return NextStep(
        int(row["about"][1]), shape.key, id, row.get("kind") or "task", row.get("subject") or "", row.get("due_at")
    )
