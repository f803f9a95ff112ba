"""What to answer about a record that the actor's condition left out: 403 with the reason, or 404.

A colleague who may see the entity in some scope learns that the record exists, whose department it is in, what his
own roles give and who may open it; a token and everybody else get what they would get for a number never given.
"""

from __future__ import annotations

from svyaz.access.actor import Actor
from svyaz.access.denials import BY_VERB_OF_RECORD
from svyaz.access.explain import say_own_scopes, who_may
from svyaz.access.why import department_of
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
        department=department_of(session, shape, found) or "—",
        why=say_own_scopes(session.snapshot, actor, shape, verb),
        who_may=who_may(session.snapshot, shape, verb, actor),
    )
