"""«Ускорить»: a list that is slow for want of an index gets one, by a job and as a revision like any other.

Which fields are meant follows from what the list asked: those of its own that it filters or sorts by and that no
index serves.  Building takes seconds on a million records; on PostgreSQL nobody waits for it, on SQLite writers do.
It is seen in the list of revisions and taken back there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from svyaz.access.abilities import require_ability
from svyaz.access.actor import Actor
from svyaz.access.apply import read_entity
from svyaz.access.paths import paths_of
from svyaz.configurator.apply import apply_wanted
from svyaz.configurator.edits import ChangeField
from svyaz.configurator.plan import Wanted
from svyaz.expression.check import formula
from svyaz.expression.tree import YES_NO
from svyaz.jobs.queue import enqueue
from svyaz.jobs.worker import JobContext
from svyaz.kernel.problem import Problem
from svyaz.kernel.words import load_words
from svyaz.records.reader_scope import ReaderScope
from svyaz.records.runners import ActorOf
from svyaz.schema.snapshot import Field
from svyaz.storage.ddl_text import wants_index
from svyaz.storage.session import Session

TASK = "speed_up"


class CannotSpeedUp(Problem):
    """The field has an index, or there is none for its type."""

    code = "cannot_speed_up"  # facts: field


def slow_fields(session: Session, actor: Actor, entity: str, filter: str, sort: str) -> list[Field]:
    """Own fields of the entity that the question looks at and no index serves, in order of the form.

    Raises NotFound, problems of the formula.
    """
    shape = read_entity(session.snapshot, actor, entity)
    scope = ReaderScope(session.snapshot, actor, entity)
    paths = paths_of(formula(filter, scope, YES_NO)) if filter.strip() else set()
    paths |= {tuple(part.strip().lstrip("-").split(".")) for part in sort.split(",") if part.strip()}
    asked = {path[0] for path in paths if len(path) == 1 and scope.slot(path) is not None}
    return [one for one in shape.fields if one.key in asked and wants_index(session.snapshot, entity, one.key)]


def start_speed_up(session: Session, actor: Actor, entity: str, fields: Sequence[str]) -> int:
    """The job that builds the indexes.  Raises DeniedAbility, NotFound, CannotSpeedUp."""
    require_ability(session.snapshot, actor, "configure")
    read_entity(session.snapshot, actor, entity)
    for key in fields:
        if not wants_index(session.snapshot, entity, key):
            raise CannotSpeedUp("fields", field=key)
    arguments = {"entity": entity, "fields": list(fields)}
    return enqueue(session, TASK, arguments, key=f"{TASK}:{entity}", actor=actor.employee)


def run_speed_up(context: JobContext, arguments: Mapping[str, Any], actor_of: ActorOf) -> dict[str, Any]:
    """{"revision", "fields"}: whoever was second finds it done."""
    entity, asked = str(arguments["entity"]), [str(key) for key in arguments["fields"]]
    with context.company.read() as session:
        actor, snapshot = actor_of(session, context.actor), session.snapshot
        require_ability(snapshot, actor, "configure")
    fields = [key for key in asked if wants_index(snapshot, entity, key)]
    if not fields:
        return {"revision": snapshot.revision, "fields": []}
    edits = [ChangeField(entity, key, {"indexed": True}) for key in fields]
    shape = snapshot.entities[entity]
    titles = ", ".join(shape.by_key[key].title.say(actor.language) for key in fields)
    title = load_words(actor.language).say("speed_up", entity=shape.title.say(actor.language), fields=titles)
    outcome = apply_wanted(context.company, actor, Wanted(snapshot.revision, edits), title)
    return {"revision": outcome.revision, "fields": fields}
