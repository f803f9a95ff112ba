"""Former configurations: listed with who and what, compared, and gone back to (plan.Wanted.restore)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from svyaz.configurator.plan import source_of
from svyaz.configurator.steps import Step, tell_changes
from svyaz.schema.diff import diff
from svyaz.schema.resolve import resolve
from svyaz.schema.snapshot import TraitShape
from svyaz.storage import record_tables, revisions
from svyaz.storage.session import Session


@dataclass(frozen=True, slots=True)
class Told:
    """steps: as kept, {"code", "facts", …} of each; those of tables that older versions kept have no code."""

    number: int
    at: datetime
    actor: int | None
    who: str | None
    title: str
    steps: list[dict[str, Any]]


def list_told(session: Session, limit: int) -> list[Told]:
    """Newest first."""
    rows = revisions.list_revisions(session, limit)
    people = sorted({one.actor for one in rows if one.actor})
    known = session.snapshot.entities
    labels = record_tables.labels(session, "employee", people) if "employee" in known else {}
    return [
        Told(
            number=one.number,
            at=one.at,
            actor=one.actor,
            who=labels.get(one.actor) if one.actor else None,
            title=one.title,
            steps=[step for step in one.steps if "code" in step],
        )
        for one in rows
    ]


def compare(session: Session, traits: Sequence[TraitShape], against: int, number: int) -> list[Step]:
    """What `number` differs in from `against`.  Raises NotFound for a revision that never was."""
    before = resolve(source_of(session, against), traits, against)
    after = resolve(source_of(session, number), traits, number)
    return tell_changes(diff(before, after), after, before)
