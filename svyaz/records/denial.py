"""What to answer about a record that the actor's condition left out: 403 with the reason, or 404.

A colleague who may see the entity in some scope learns that the record exists, whose department it is in
and who may open it; a token and everybody else get what they would get for a number never given.
"""

from __future__ import annotations

from svyaz.access.actor import Actor
from svyaz.access.denials import BY_VERB_OF_RECORD
from svyaz.access.explain import who_may
from svyaz.kernel.problem import NotFound, Problem
from svyaz.schema.snapshot import Entity
from svyaz.storage import record_tables
from svyaz.storage.session import Session


def explain_no(session: Session, actor: Actor, shape: Entity, id: int, verb: str) -> Problem:
    """The Problem to raise.  The actor is known to see some of the entity and not to have `verb` on this record."""
    found = record_tables.fetch(session, shape.key, [id]).get(id) if actor.kind == "person" else None
    if found is None or found.deleted_at is not None:
        return NotFound(entity=shape.title.say(actor.language), id=id)
    return BY_VERB_OF_RECORD[verb](
        entity=shape.title.say(actor.language),
        number=id,
        department=_department(session, shape, found) or "—",
        who_may=who_may(session.snapshot, shape, verb, actor),
    )


def _department(session: Session, shape: Entity, record: record_tables.Stored) -> str | None:
    """The label of the department of whoever answers for the record."""
    responsible = shape.by_role("responsible")
    owner = record.values.get(responsible.key) if responsible else record.created_by
    employee = session.snapshot.entities.get("employee")
    link = next((one for one in employee.fields if one.type == "department"), None) if employee else None
    if not isinstance(owner, int) or link is None:
        return None
    person = record_tables.fetch(session, "employee", [owner], [link.key]).get(owner)
    at = person.values.get(link.key) if person else None
    return record_tables.labels(session, "department", [at]).get(at) if isinstance(at, int) else None
