"""Keep computed fields true: formulas, look-ups and roll-ups follow what they are computed from.

In the transaction of the change itself: the record's own formulas, and the cards above it (a roll-up over lines)
while there are at most AT_ONCE of them.  What lies below (a look-up in a million records) comes after the commit, in
portions, as the job `recompute`; it keeps versions, writes no before and after, and says one `Recomputed` a portion.

Right under concurrent writers: what will be written is locked before anything is read for it, cards above first and
in order of ids; what is merely read through links is held until the commit.  So of two people adding lines to one
card the second waits and sees both lines, and whoever changes a far record afterwards finds this one by its links.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from svyaz.jobs.queue import enqueue
from svyaz.records.draft import Draft
from svyaz.records.entry import Entry
from svyaz.records.formulas import link_targets
from svyaz.schema.depends import Graph, Hop, Need, Way, graph_of
from svyaz.schema.formulas import paths
from svyaz.schema.snapshot import Field
from svyaz.storage import changes, recompute
from svyaz.storage.changes import Change
from svyaz.storage.record_tables import Stored
from svyaz.storage.row_locks import lock
from svyaz.storage.session import Session

AT_ONCE = 100
TASK = "recompute"
PORTION = 500
PORTIONS = (50, 1_000)
SECONDS = (0.015, 0.04)  # a portion that took less is followed by a larger one, one that took more by a smaller


@dataclass(slots=True)
class Wave:
    """What one write sets going.

    own      entity and ids of the records that are written: their change is in the log already
    at once  place in the order of computing -> ids to compute in this transaction
    later    (place, way) -> ids at the beginning of the way
    """

    session: Session
    graph: Graph
    own: tuple[str, frozenset[int]] = ("", frozenset())
    at_once: dict[int, set[int]] = field(default_factory=dict)
    later: dict[tuple[int, Way], set[int]] = field(default_factory=dict)
    changed: dict[int, list[int]] = field(default_factory=dict)


def written(entry: Entry, drafts: Sequence[Draft]) -> None:
    """Records were created or changed: their rows are in the base, locked by this transaction."""
    graph = graph_of(entry.session.snapshot)
    entity = entry.shape.key
    if entity not in graph.touched:
        return
    wave = Wave(entry.session, graph, (entity, frozenset(draft.id for draft in drafts)))
    born = [draft for draft in drafts if draft.stored is None]
    for place in graph.own(entity):
        wave.at_once.setdefault(place, set()).update(draft.id for draft in born)
    moved: dict[str, list[Draft]] = {}
    for draft in drafts:
        for key in draft.changed():
            moved.setdefault(key, []).append(draft)
        if draft.stored is not None:
            moved.setdefault("changed_at", []).append(draft)
            if draft.label != draft.stored.label:
                moved.setdefault("label", []).append(draft)
    for key, group in moved.items():
        for need in graph.needs.get((entity, key), ()):
            _follow(wave, need, [draft.id for draft in group], _before(entry, need, group))
    for need in graph.of_entity(entity) if born else ():
        if need.way and need.way[0].way == "up":  # nobody links to a new record yet
            _follow(wave, need, [draft.id for draft in born], {})
    _run(wave, entry.by)


def moved(entry: Entry, records: Sequence[Stored], gone: bool) -> None:
    """Records went to the trash or came out of it: whatever reads them reads otherwise now."""
    graph = graph_of(entry.session.snapshot)
    if entry.shape.key not in graph.touched:
        return
    wave = Wave(entry.session, graph)
    ids = [record.id for record in records]
    if not gone:
        for place in graph.own(entry.shape.key):
            wave.at_once.setdefault(place, set()).update(ids)
    for need in dict.fromkeys(graph.of_entity(entry.shape.key)):
        if need.way:
            _follow(wave, need, ids, {})
    _run(wave, entry.by)


def _before(entry: Entry, need: Need, group: Sequence[Draft]) -> dict[Hop, set[int]]:
    """Cards that a link led to before this write: they lose a line."""
    if not need.way or need.way[0].way != "up":
        return {}
    first = need.way[0]
    one = entry.shape.by_key[first.link]
    found = {id for draft in group for to, id in link_targets(one, draft.before.get(first.link)) if to == first.target}
    return {first: found}


def _follow(wave: Wave, need: Need, ids: Sequence[int], before: Mapping[Hop, set[int]]) -> None:
    """Put the records at the end of the way aside: for now when there are few and one goes up only."""
    here = sorted(set(ids))
    if any(hop.way == "down" for hop in need.way):
        wave.later.setdefault((need.place, need.way), set()).update(here)
        return
    for hop in need.way:
        found = set(recompute.reached(wave.session, hop, here)) | before.get(hop, set())
        here = sorted(found)
    known = wave.at_once.setdefault(need.place, set())
    if need.way and len(known | set(here)) > AT_ONCE:
        wave.later.setdefault((need.place, ()), set()).update(here)
    else:
        known.update(here)


def _run(wave: Wave, by: int | None) -> None:
    """Compute in order what is to be computed now; what follows from it joins in; the rest is put as a job."""
    _hold(wave)
    for place, (entity, one) in enumerate(wave.graph.order):
        ids = sorted(wave.at_once.get(place, ()))
        if not ids:
            continue
        lock(wave.session, entity, ids, "change")
        changed = recompute.recompute(wave.session, entity, one, ids)
        if not changed:
            continue
        wave.changed[place] = changed
        _tell(wave, entity, one, changed)
        for need in wave.graph.needs.get((entity, one.key), ()):
            _follow(wave, need, changed, {})
    _put_later(wave, by)


def _tell(wave: Wave, entity: str, one: Field, changed: Sequence[int]) -> None:
    """One line in the log for all of them, so that open pages and whoever keeps a copy look again."""
    told = [id for id in changed if entity != wave.own[0] or id not in wave.own[1]]
    if told:
        number = wave.session.snapshot.entities[entity].number
        body: dict[int, tuple[Any, Any]] = {one.number: (told, None)}
        change = Change("Recomputed", number, 0, 0, None, TASK, None, wave.session.now, body)
        changes.append(wave.session, [change])


def _hold(wave: Wave) -> None:
    """Lock the cards above before anything is read, then hold what is read through links."""
    above: dict[str, set[int]] = {}
    for place, ids in wave.at_once.items():
        above.setdefault(wave.graph.order[place][0], set()).update(ids)
    for entity in sorted(above):
        lock(wave.session, entity, sorted(above[entity]), "change")
    summed = {entity for entity, one in wave.graph.order if one.computed is not None and one.computed.function}
    for place, ids in wave.at_once.items():
        entity, one = wave.graph.order[place]
        computed = one.computed
        if computed is None or computed.function or computed.node is None:
            continue
        for path in paths(computed.node):
            if len(path.keys) > 1:
                recompute.hold_path(wave.session, entity, path.keys, sorted(ids), summed)


def _put_later(wave: Wave, by: int | None) -> None:
    if not wave.later:
        return
    waves = [
        {
            "field": wave.graph.order[place][1].number,
            "way": [[hop.way, hop.entity, hop.link, hop.target] for hop in way],
            "ids": sorted(ids),
        }
        for (place, way), ids in sorted(wave.later.items(), key=lambda one: (one[0][0], len(one[0][1])))
        if ids
    ]
    if waves:
        enqueue(wave.session, TASK, {"waves": waves}, actor=by)


# ------------------------------------------------------------------ in portions


def whole_field(session: Session, entity: str, key: str, by: int | None) -> int:
    """Compute a field of all records as a job; returns it."""
    number = session.snapshot.entities[entity].by_key[key].number
    return enqueue(session, TASK, {"waves": [{"field": number, "way": None, "ids": []}]}, actor=by)


def compute_portion(session: Session, number: int, ids: Sequence[int], by: int | None) -> int:
    """One field of some records and what follows from it; returns how many were other.  0 for a field that is gone."""
    graph = graph_of(session.snapshot)
    place = next((at for at, (_, one) in enumerate(graph.order) if one.number == number), None)
    if place is None or not ids:
        return 0
    wave = Wave(session, graph, at_once={place: set(ids)})
    _run(wave, by)
    return len(wave.changed.get(place, ()))


def next_size(size: int, seconds: float) -> int:
    """How many records to take next: a value may cost a microsecond or, over many children, a millisecond, and
    whoever writes meanwhile waits for one portion."""
    least, most = PORTIONS
    if seconds < SECONDS[0]:
        return min(most, size * 2)
    return max(least, size // 2) if seconds > SECONDS[1] else size


def next_ids(
    session: Session, number: int, way: Any, ids: Iterable[int], after: int, limit: int = PORTION
) -> list[int]:
    """The next records at the end of a way, ascending; way None: all of the field's entity."""
    graph = graph_of(session.snapshot)
    entity = next((key for key, one in graph.order if one.number == number), None)
    if entity is None:
        return []
    if way is None:
        return recompute.portion(session, entity, after, limit)
    here = sorted(ids)
    hops = [Hop(*hop) for hop in way]
    if any(hop.entity not in session.snapshot.entities for hop in hops):
        return []
    if not hops:
        return [id for id in here if id > after][:limit]
    for hop in hops[:-1]:
        here = recompute.reached(session, hop, here)
    return recompute.reached(session, hops[-1], here, after, limit)
