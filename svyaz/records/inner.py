"""What the system writes on somebody's behalf within his transaction: sums of positions, links emptied by a deletion.

No right is asked and no field's rule: the person did something allowed, and this follows from it.  The log
names the person, the cause and the batch of what he did.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svyaz.access.actor import SYSTEM
from svyaz.records.draft import Draft
from svyaz.records.entry import open_entry
from svyaz.records.pipeline import write_changed
from svyaz.records.rates import fill_bases
from svyaz.storage import record_tables
from svyaz.storage.row_locks import lock
from svyaz.storage.session import Session


def write_inner(
    session: Session,
    entity: str,
    values: Mapping[int, Mapping[str, Any]],
    *,
    cause: str,
    batch: int | None,
    by: int | None,
) -> int:
    """Give living records these canonical values; returns how many really changed."""
    entry = open_entry(session, SYSTEM, entity, cause=cause, batch=batch, mode="inner", by=by)
    living = lock(session, entity, values, "change")
    drafts = []
    for id, stored in record_tables.fetch(session, entity, sorted(living)).items():
        draft = Draft("", {}, {**stored.values, **values[id]}, stored, id=id, label=stored.label)
        fill_bases(entry, draft)
        drafts.append(draft)
    return len(write_changed(entry, drafts))
