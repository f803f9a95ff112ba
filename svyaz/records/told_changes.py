"""Source of the feed: that a record was created and what was changed in it.

Moves of the stage are told by trait `staged`, with their own dates.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from svyaz.access.actor import Actor
from svyaz.kernel.problem import Denied, NotFound
from svyaz.kernel.values import Ref
from svyaz.records.history import HistoryItem, read_history
from svyaz.records.timeline import Item
from svyaz.storage import record_tables
from svyaz.storage.session import Session

KINDS = {"Created": "created", "Changed": "change", "Deleted": "change", "Restored": "change"}


class ToldChanges:
    kinds: tuple[str, ...] = ("created", "change")

    def planned(self, session: Session, actor: Actor, about: Ref) -> Sequence[Item]:
        return ()

    def done(
        self, session: Session, actor: Actor, about: Ref, kind: str, until: datetime | None, limit: int
    ) -> Sequence[Item]:
        """Those who have no right to history see that the record was created, and no changes."""
        shape = session.snapshot.entities[about.entity]
        stage = shape.by_role("stage")
        silent = stage.key if stage and "staged" in shape.traits else ""
        told: list[Item] = []
        after: int | None = None
        while True:
            try:
                page = read_history(session, actor, about.entity, about.id, after=after, limit=200)
            except (Denied, NotFound):
                return ()
            for one in page.items:
                at = _born(session, about) if one.kind == "Created" else datetime.fromisoformat(one.at)
                if until is not None and at > until:
                    continue
                if len(told) >= limit and at < told[-1].at:
                    return told
                item = _item(one, at, about, silent)
                if item is not None:
                    told.append(item)
            after = page.next
            if after is None:
                return told


def _born(session: Session, about: Ref) -> datetime:
    """By its own account: what an import brought with its past is older than the import."""
    return record_tables.fetch(session, about.entity, [about.id], ())[about.id].created_at


def _item(one: HistoryItem, at: datetime, about: Ref, silent: str) -> Item | None:
    fields = tuple([field.title, field.before, field.after] for field in one.fields if field.key != silent)
    if one.kind == "Changed" and not fields:
        return None
    return Item(
        id=f"change:{one.seq:015d}",
        kind=KINDS[one.kind],
        at=at,
        title=one.kind,
        author=one.actor,
        about=[about.entity, about.id, None],
        record=about.id,
        version=one.version,
        changes=fields,
    )
