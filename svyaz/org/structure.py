"""Conduct of the trait `structure`: people, departments, groups and absences decide who reaches whom.

In the transaction of the change itself: the very next request is judged by the new structure.

A department beneath itself, or a head who reports to his own subordinate, is refused with the way round named.
Two who make half a circle each at once are refused too: the second waits for the first at the revision
(actors.rebuild_reach), and what has come of both is looked at after that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from svyaz.access.covers import roles_beyond
from svyaz.jobs.worker import JobContext
from svyaz.kernel.problem import BadValue
from svyaz.org.actors import rebuild_reach
from svyaz.org.administrators import is_administrator, keep_one
from svyaz.org.hierarchy import Edges, Hierarchy, find_cycle, place_of, read_hierarchy
from svyaz.org.ways_in import RightsBeyondYours
from svyaz.records.cells import seen_labels
from svyaz.records.draft import Draft
from svyaz.records.entry import Entry
from svyaz.records.trait import Trait
from svyaz.storage import accounts
from svyaz.storage.record_tables import Stored

DECIDES = {
    "employee": ("department", "departments", "head", "heads", "active"),
    "department": ("parent", "head", "deputies"),
    "group": ("members",),
    "absence": ("employee", "substitute", "starts_on", "ends_on"),
}
UPWARDS = {"department": ("parent",), "employee": ("head", "heads")}
NEW_DAY = "structure_of_the_day"


class StructureCycle(BadValue):
    """facts: path, «Продажи → Юг → Продажи»"""

    code = "structure_cycle"  # facts: path


def structure_before(entry: Entry, drafts: Sequence[Draft]) -> None:
    if entry.shape.key == "absence":
        for draft in drafts:
            _check_substitute(entry, draft)
    moved = [one for one in drafts if one.stored is not None and _moves_up(entry, one)]
    if moved:
        edges = {**_upwards(entry, read_hierarchy(entry.session)), **{one.id: _ups(entry, one.values) for one in moved}}
        for one in moved:
            one.problems += _cycle(entry, edges, one)


def structure_changed(entry: Entry, drafts: Sequence[Draft]) -> None:
    deciding = DECIDES.get(entry.shape.key, ())
    if entry.shape.key == "employee":
        for draft in drafts:
            if draft.stored is not None and draft.moves("active"):
                _open_or_close(entry, draft.id, draft.values["active"])
    if not any(draft.stored is None or any(draft.moves(key) for key in deciding) for draft in drafts):
        return
    rebuild_reach(entry.session)
    moved = [one for one in drafts if one.stored is not None and _moves_up(entry, one)]
    edges = _upwards(entry, read_hierarchy(entry.session)) if moved else {}
    for one in moved:
        for problem in _cycle(entry, edges, one):
            raise problem


def structure_moved(entry: Entry, records: Sequence[Stored], gone: bool) -> None:
    """A dismissed or deleted person no longer comes in, from this commit on."""
    if entry.shape.key == "employee":
        for one in records:
            _open_or_close(entry, one.id, not gone and one.values.get("active") is not False)
    rebuild_reach(entry.session)


def begin_the_day(context: JobContext, arguments: Any) -> dict[str, int]:
    """Absences begin and end at midnight: {"rows"} of reach there are."""
    with context.company.write() as session:
        return {"rows": rebuild_reach(session)}


def _moves_up(entry: Entry, draft: Draft) -> bool:
    return any(draft.moves(key) for key in UPWARDS.get(entry.shape.key, ()))


def _ups(entry: Entry, values: Any) -> tuple[int, ...]:
    if entry.shape.key == "employee":
        return place_of(values).heads
    return (values["parent"],) if values.get("parent") else ()


def _upwards(entry: Entry, company: Hierarchy) -> Edges:
    return company.heads if entry.shape.key == "employee" else company.parents


def _cycle(entry: Entry, edges: Edges, draft: Draft) -> list[StructureCycle]:
    way = find_cycle(edges, draft.id)
    if not way:
        return []
    labels = seen_labels(entry.session, entry.actor, entry.ground, entry.shape.key, way)
    path = " → ".join(labels.get(one, "…") for one in way)
    key = next(key for key in UPWARDS[entry.shape.key] if draft.moves(key))
    return [StructureCycle(f"{draft.place}values.{key}", path=path)]


def _check_substitute(entry: Entry, draft: Draft) -> None:
    """One hands on one's own rights, or those of a person whose rights one has: nobody gives what he lacks."""
    absent, instead = draft.values.get("employee"), draft.values.get("substitute")
    if not absent or not instead or absent == entry.actor.employee:
        return
    if draft.stored is not None and not any(draft.moves(key) for key in DECIDES["absence"]):
        return
    more = roles_beyond(entry.session.snapshot, entry.actor, accounts.roles_of(entry.session, absent))
    if more:
        told = ", ".join(role.title.say(entry.actor.language) for role in more)
        draft.problems.append(RightsBeyondYours(f"{draft.place}values.substitute", roles=told, who_may=told))


def _open_or_close(entry: Entry, employee: int, comes_in: bool) -> None:
    """Whoever is taken back comes in with the former password; sessions and tokens stay ended.  What an undo brings
    back stays closed: somebody has to let him in.

    Raises LastAdministrator: the company would be left with nobody to let others in.
    """
    if comes_in:
        if entry.mode != "undo":
            accounts.open_login(entry.session, employee)
        return
    ruled = is_administrator(entry.session, employee)
    accounts.close_login(entry.session, employee)
    if ruled:
        keep_one(entry.session)


CONDUCT = Trait("structure", before=structure_before, after=structure_changed, moved=structure_moved)
