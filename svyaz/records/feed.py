"""The feed: everything that happened, in order, without doubles, as far as the reader may know it.

For programs that keep a copy: they ask for what came after their `position` and keep the new one.  Positions are
without gaps, so a page is a stretch of them: a change of which the reader may know nothing is left out, and the
position goes past it.

    record he may see (living or in the trash)   told; with values if he may see its history
    record purged, or that he may not see        not told; purged ones are told, without values, to whoever sees
                                                 every record of the entity, for a rule cannot be asked of what is gone
    change of fields he may not read only        not told
    change of the configuration                  told to everybody: its revision
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.apply import condition, far_of, may, read_entity
from svyaz.access.fields import readable
from svyaz.expression.tree import both
from svyaz.kernel.problem import Problem
from svyaz.records.cells import Links, collect_links, id_in, name_links, plain_cell
from svyaz.records.read import ground_of
from svyaz.schema.snapshot import Entity, Field
from svyaz.storage import changes, run_query
from svyaz.storage.changes import Change
from svyaz.storage.query import Query
from svyaz.storage.session import Session, iso_instant

MOST = 1_000
STRETCH = 1_000  # positions looked at in one go
MOST_LOOKED = 10_000  # positions of one page: whoever may see little gets short pages, not slow ones


class PositionAhead(Problem):
    """The position is not of this base yet: it comes from another company, or from before a copy was restored."""

    code = "position_ahead"  # facts: after, position
    status = 410


class FeedChanged(Problem):
    code = "feed_changed"  # facts: feed
    status = 410


@dataclass(frozen=True, slots=True)
class FeedChange:
    """entity None: the configuration, `id` is its revision.  id None: many records at once (Recomputed).

    known   the reader may see the history: actor, cause, batch and values are told; else they are None, "" and {}
    fields  key -> [before, after] as cells
    """

    position: int
    at: str
    kind: str
    entity: str | None
    id: int | None
    version: int
    known: bool
    actor: list[Any] | None = None
    cause: str = ""
    batch: int | None = None
    fields: dict[str, list[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeedPage:
    """position: ask for what comes after it next;  more: there is something already;  feed: name of this run."""

    changes: list[FeedChange]
    position: int
    more: bool
    feed: str


def read_feed(
    session: Session, actor: Actor, after: int = 0, *, entity: str = "", limit: int = 200, feed: str = ""
) -> FeedPage:
    """Raises NotFound for an entity he does not see, PositionAhead, FeedChanged when `feed` is another one."""
    numbers = [read_entity(session.snapshot, actor, entity).number] if entity else None
    here = changes.feed_of(session)
    if feed and feed != here:
        raise FeedChanged("feed", feed=here)
    last = changes.last_position(session)
    if after > last:
        raise PositionAhead("after", after=after, position=last)
    found: list[FeedChange] = []
    position = after
    while position < last and len(found) < limit and position - after < MOST_LOOKED:
        until = min(position + STRETCH, last)
        told = _told(session, actor, changes.between(session, position, until, numbers), limit - len(found))
        found += told
        # A page that is full ends at its last change: what the stretch still holds is for the next one.
        position = told[-1].position if len(found) == limit else until
    return FeedPage(found, position, position < last, here)


def _told(session: Session, actor: Actor, part: Sequence[Change], most: int) -> list[FeedChange]:
    """At most so many of these changes as the reader may know them."""
    snapshot = session.snapshot
    sights: dict[int, _Sight] = {}
    for number in {one.entity for one in part}:
        shape = snapshot.by_number.get(number)
        if shape is not None and may(snapshot, actor, shape.key, "see"):
            sights[number] = _look(session, actor, shape, [one for one in part if one.entity == number])
    kept = [one for one in part if one.entity == 0 or (one.entity in sights and sights[one.entity].tells(one))][:most]
    links = _links(session, actor, sights, kept)
    return [_say(session, actor, sights.get(one.entity), one, links) for one in kept]


@dataclass(frozen=True, slots=True)
class _Sight:
    """What the reader knows of the records of an entity: which he sees, whose history, which fields."""

    shape: Entity
    all: bool
    seen: frozenset[int]
    known: frozenset[int]
    fields: Mapping[int, Field]

    def tells(self, change: Change) -> bool:
        if change.record and change.record not in self.seen and not self.all:
            return False
        if change.kind in ("Changed", "Linked", "Unlinked", "Recomputed") and change.body:
            return any(number in self.fields for number in change.body)
        return True

    def body(self, change: Change) -> list[tuple[Field, Any, Any]]:
        if change.record not in self.known or change.kind == "Recomputed":
            return []
        return [(self.fields[at], *pair) for at, pair in change.body.items() if at in self.fields]


def _look(session: Session, actor: Actor, shape: Entity, part: Iterable[Change]) -> _Sight:
    snapshot = session.snapshot
    ids = list(dict.fromkeys(one.record for one in part if one.record))
    seen = _matching(session, actor, shape.key, ids, "see")
    known = frozenset[int]()
    if may(snapshot, actor, shape.key, "history"):
        known = _matching(session, actor, shape.key, ids, "history")
    return _Sight(
        shape,
        condition(snapshot, actor, shape.key, "see") is None,
        seen,
        known,
        {one.number: one for one in readable(snapshot, actor, shape.key)},
    )


def _matching(session: Session, actor: Actor, entity: str, ids: list[int], verb: str) -> frozenset[int]:
    """Those of the records, living or in the trash, that the actor may `verb`; purged ones are not among them."""
    if not ids:
        return frozenset()
    where = both(condition(session.snapshot, actor, entity, verb), id_in(ids))
    query = Query(entity, (), where, limit=len(ids), far=far_of(session.snapshot, actor), kept="all")
    return frozenset(run_query.ids(session, query, ground_of(session, actor)))


def _links(session: Session, actor: Actor, sights: Mapping[int, _Sight], kept: Sequence[Change]) -> Links:
    """Labels of everything these changes point to, the people who made them among it."""
    links: Links = {}
    for one in kept:
        sight = sights.get(one.entity)
        if one.actor is not None:
            links["employee", one.actor] = None
        for shown, before, after in sight.body(one) if sight else ():
            for plain in (before, after):
                links.update(_collected(session, shown, plain))
    return name_links(session, actor, ground_of(session, actor), links)


def _collected(session: Session, shown: Field, plain: Any) -> Links:
    try:
        return collect_links(session, [(shown, plain)])
    except Problem:  # written when the field was of another type
        return {}


def _say(session: Session, actor: Actor, sight: _Sight | None, one: Change, links: Links) -> FeedChange:
    known = sight is None or one.record in sight.known
    ground = ground_of(session, actor)

    def cell(shown: Field, plain: Any) -> Any:
        try:
            return plain_cell(session, actor, ground, shown, plain, links)
        except Problem:
            return plain

    return FeedChange(
        position=one.position or 0,
        at=iso_instant(one.at) or "",
        kind=one.kind,
        entity=sight.shape.key if sight else None,
        id=one.record or None,
        version=one.version,
        known=known,
        actor=[one.actor, links.get(("employee", one.actor))] if known and one.actor is not None else None,
        cause=one.cause if known else "",
        batch=one.batch if known else None,
        fields={
            shown.key: [cell(shown, before), cell(shown, after)]
            for shown, before, after in (sight.body(one) if sight else ())
        },
    )
