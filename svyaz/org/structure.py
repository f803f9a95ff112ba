"""Conduct of the trait `structure`: people, departments and groups decide who reaches whom.

In the transaction of the change itself: the very next request is judged by the new structure.
"""

from __future__ import annotations

from collections.abc import Sequence

from svyaz.org.actors import rebuild_reach
from svyaz.org.administrators import is_administrator, keep_one
from svyaz.records.draft import Draft
from svyaz.records.entry import Entry
from svyaz.records.trait import Trait
from svyaz.storage import accounts
from svyaz.storage.record_tables import Stored

DECIDES = {"employee": ("department", "active"), "department": ("parent", "head"), "group": ("members",)}


def structure_changed(entry: Entry, drafts: Sequence[Draft]) -> None:
    deciding = DECIDES.get(entry.shape.key, ())
    if entry.shape.key == "employee":
        for draft in drafts:
            if draft.stored is not None and draft.moves("active"):
                _open_or_close(entry, draft.id, draft.values["active"])
    if any(draft.stored is None or any(draft.moves(key) for key in deciding) for draft in drafts):
        rebuild_reach(entry.session)


def structure_moved(entry: Entry, records: Sequence[Stored], gone: bool) -> None:
    """A dismissed or deleted person no longer comes in, from this commit on."""
    if entry.shape.key == "employee":
        for one in records:
            _open_or_close(entry, one.id, not gone and one.values.get("active") is not False)
    rebuild_reach(entry.session)


def _open_or_close(entry: Entry, employee: int, comes_in: bool) -> None:
    """Whoever is taken back comes in with the former password; sessions and tokens stay ended.

    Raises LastAdministrator: the company would be left with nobody to let others in.
    """
    if comes_in:
        accounts.open_login(entry.session, employee)
        return
    ruled = is_administrator(entry.session, employee)
    accounts.close_login(entry.session, employee)
    if ruled:
        keep_one(entry.session)


CONDUCT = Trait("structure", after=structure_changed, moved=structure_moved)
