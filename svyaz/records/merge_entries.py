"""Several values of a dictionary become one: whoever points at the others points at it from now on.

One batch holds it all: POST /api/changes/{batch}/undo gives every record its former value back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.apply import require
from svyaz.kernel.problem import NotFound, Problem
from svyaz.records.inner import write_inner
from svyaz.records.trash import allowed_ids, delete_records
from svyaz.storage import changes, record_tables
from svyaz.storage.row_locks import lock
from svyaz.storage.session import Session

AT_ONCE = 1_000


class NotDictionary(Problem):
    """Only values of a dictionary are merged so.  facts: entity"""

    code = "not_dictionary"  # facts: entity


def merge_entries(session: Session, actor: Actor, entity: str, into: int, others: Sequence[int]) -> tuple[int, int]:
    """(batch, how many records got another value).  Raises NotDictionary, NotFound, Denied for what may not be deleted."""
    shape = require(session.snapshot, actor, entity, "delete")
    if shape.kind != "dictionary":
        raise NotDictionary(entity=shape.title.say(actor.language))
    gone = [id for id in dict.fromkeys(others) if id != into]
    allowed_ids(session, actor, entity, [into, *gone], "delete")
    if into not in lock(session, entity, [into, *gone], "change"):
        raise NotFound("into", entity=entity, id=into)
    batch = changes.new_batch(session, actor.employee, "merge", "merge")
    moved = 0
    for child, link in session.snapshot.children.get(entity, ()):
        if session.snapshot.entities[child].by_key[link].system:
            continue
        found = record_tables.find_by_key(session, child, link, gone)
        holders = sorted({id for ids in found.values() for id in ids} - ({*gone} if child == entity else set()))
        for start in range(0, len(holders), AT_ONCE):
            part = record_tables.fetch(session, child, holders[start : start + AT_ONCE], [link])
            values = {id: {link: _turned(one.values[link], gone, into)} for id, one in part.items()}
            moved += write_inner(session, child, values, cause="merge", batch=batch, by=actor.employee)
    if gone:
        delete_records(session, actor, entity, gone, cause="merge", batch=batch)
    return batch, moved


def _turned(value: Any, gone: Sequence[int], into: int) -> Any:
    if isinstance(value, tuple):
        return tuple(dict.fromkeys(into if one in gone else one for one in value))
    return into if value in gone else value
