"""Out of the trash for good: rows go, the log keeps that it happened and by whom.

Comments about a purged record go with it; other records that still point to it from the trash read the
link as empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from svyaz.access.actor import SYSTEM, Actor
from svyaz.access.paths import typed_path
from svyaz.expression.tree import DATETIME, YES_NO, Call, Constant, Path
from svyaz.records.entry import open_entry
from svyaz.records.pipeline import log
from svyaz.records.read import ground_of
from svyaz.records.trash import allowed_ids
from svyaz.storage import changes, record_tables, run_query, shares, stage_moves
from svyaz.storage.query import Query
from svyaz.storage.session import Session

KEEP_DAYS = 90
AT_ONCE = 500


def purge_records(
    session: Session, actor: Actor, entity: str, ids: Sequence[int], *, cause: str = "person", batch: int | None = None
) -> int:
    """Only from the trash, by who may delete.  Returns how many went.  Raises NotInTrash, Denied, NotFound."""
    allowed_ids(session, actor, entity, ids, "delete", kept="deleted")
    if batch is None:
        batch = changes.new_batch(session, actor.employee, cause, "purge")
    return _purge(session, actor, entity, ids, cause, batch)


def purge_old(session: Session, days: int = KEEP_DAYS) -> int:
    """Everything that has lain in the trash for so many days, a part at a time; 0 when nothing is left."""
    before = session.now - timedelta(days=days)
    where = Call("<", (Path(("deleted_at",), DATETIME), Constant(before, DATETIME)), YES_NO)
    for shape in session.snapshot.entities.values():
        query = Query(shape.key, (("label",),), where, limit=AT_ONCE, kept="deleted")
        ids = [row[0] for row in run_query.page(session, query, ground_of(session, SYSTEM)).rows]
        if ids:
            batch = changes.new_batch(session, None, "trash", "purge")
            return _purge(session, SYSTEM, shape.key, ids, "trash", batch)
    return 0


def _purge(session: Session, actor: Actor, entity: str, ids: Sequence[int], cause: str, batch: int) -> int:
    entry = open_entry(session, SYSTEM, entity, cause=cause, batch=batch, mode="inner", by=actor.employee)
    stored = record_tables.fetch(session, entity, ids, [])
    gone = record_tables.purge(session, entity, ids)
    stage_moves.forget_moves(session, ids)
    shares.forget(session, ids)
    log(entry, "Erased", ((id, one.version, {}) for id, one in stored.items()))
    for shape in session.snapshot.entities.values():
        about = shape.by_role("about")
        if "comment" not in shape.traits or about is None:
            continue
        for id in ids:
            same = Call("=", (typed_path(about), Constant(id, typed_path(about).type)), YES_NO)
            query = Query(shape.key, (), same, limit=10_000, kept="all")
            comments = run_query.ids(session, query, ground_of(session, SYSTEM))
            if comments:
                record_tables.mark_deleted(session, shape.key, comments, actor.employee, session.now)
                gone += _purge(session, actor, shape.key, comments, cause, batch)
    return gone
