"""Conduct of the trait `structure`: people, departments and groups decide who reaches whom.

In the transaction of the change itself: the very next request is judged by the new structure.
"""

from __future__ import annotations

from collections.abc import Sequence

from svyaz.org.actors import rebuild_reach
from svyaz.records.draft import Draft
from svyaz.records.entry import Entry
from svyaz.records.trait import Trait
from svyaz.storage import accounts
from svyaz.storage.record_tables import Stored

DECIDES = {"employee": ("department", "active"), "department": ("parent", "head"), "group": ("members",)}


def structure_changed(entry: Entry, drafts: Sequence[Draft]) -> None:
    deciding = DECIDES.get(entry.shape.key, ())
    if any(draft.stored is None or any(draft.moves(key) for key in deciding) for draft in drafts):
        rebuild_reach(entry.session)


def structure_moved(entry: Entry, records: Sequence[Stored], gone: bool) -> None:
    """A dismissed or deleted person no longer comes in, from this commit on."""
    if gone and entry.shape.key == "employee":
        for one in records:
            accounts.close_login(entry.session, one.id)
    rebuild_reach(entry.session)


CONDUCT = Trait("structure", after=structure_changed, moved=structure_moved)
