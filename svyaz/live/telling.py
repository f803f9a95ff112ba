"""What each listener is told of the changes between two positions.

    few changes of an entity     {"entity", "ids", "versions", "kinds", "deleted"} of those records he sees now
    a record left his sight      {"reload": entity}: the list he holds still shows it, and its id is no longer his
    over 200 changes at once     {"reload": entity}, to whoever sees any of it
    what his sight hangs on      {"reload": entity}: a field of another record, through which his rule looks
    the configuration            {"schema": revision}

The log is read once, however many listen; an entity with over 200 changes is only counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.fields import may_read
from svyaz.expression.ground import Ground
from svyaz.live.listener import Listener, encode
from svyaz.live.sight import Before, Sight, before_of, hanging, seen_ids, sees, sight_of
from svyaz.schema.snapshot import Entity
from svyaz.storage import changes, record_tables
from svyaz.storage.changes import Change
from svyaz.storage.record_tables import Stored
from svyaz.storage.session import Session

MOST_CHANGES = 200
Reached = Mapping[str, frozenset[int]]


@dataclass(slots=True)
class Fate:
    """What became of one record.  body: number -> value before the first of the changes, and after the last."""

    id: int
    version: int
    kind: str
    gone: bool
    body: dict[int, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the log.  now: of a clock that does not jump;  reach: employee -> scope -> whom he reaches."""

    session: Session
    now: float
    reach: Mapping[int, Reached]

    def ground(self, actor: Actor) -> Ground:
        known = self.reach.get(actor.employee or 0, {})
        return Ground(
            actor.employee,
            self.session.now,
            self.session.snapshot.settings.zone,
            lambda scope, employee: employee in known.get(scope, ()),
        )


def tell(look: Look, listeners: Sequence[Listener], after: int, until: int) -> None:
    """Say to each listener what happened at positions after < p <= until."""
    session = look.session
    snapshot = session.snapshot
    counts = changes.counts(session, after, until)
    mass = {number for number, count in counts.items() if number and count > MOST_CHANGES}
    parts: dict[int, list[Change]] = {}
    for one in changes.between(session, after, until, [number for number in counts if number not in mass]):
        parts.setdefault(one.entity, []).append(one)
    for one in parts.pop(0, []):
        for listener in listeners:
            listener.say(encode({"schema": one.record}))
    for number in mass:
        if number in snapshot.by_number:
            _reload(look, listeners, snapshot.by_number[number])
    for number, part in parts.items():
        if number in snapshot.by_number:
            _tell_entity(look, listeners, snapshot.by_number[number], part)
    _tell_hanging(look, listeners, mass, parts)


def _reload(look: Look, listeners: Sequence[Listener], shape: Entity) -> None:
    for listener in listeners:
        if sight_of(look.session.snapshot, listener.actor, shape.key) is not None:
            listener.reload(shape.key, look.now)


def _tell_entity(look: Look, listeners: Sequence[Listener], shape: Entity, part: Sequence[Change]) -> None:
    session, snapshot = look.session, look.session.snapshot
    fates = _fates(part)
    recomputed = {number for one in part if one.kind == "Recomputed" for number in one.body}
    some_recomputed = any(one.kind == "Recomputed" for one in part)
    alike: dict[tuple[int, int | None], list[Listener]] = {}
    sights: dict[int, Sight] = {}
    for listener in listeners:
        sight = sight_of(snapshot, listener.actor, shape.key)
        if sight is None:
            continue
        sights[id(sight)] = sight
        whose = None if sight.node is None else listener.actor.employee
        alike.setdefault((id(sight), whose), []).append(listener)
        if some_recomputed and (
            not recomputed
            or any(
                number in shape.by_number and may_read(snapshot, listener.actor, shape.key, shape.by_number[number].key)
                for number in recomputed
            )
        ):
            listener.reload(shape.key, look.now)
    if not fates or not alike:
        return
    fields = {key for sight in sights.values() if sight.near is not None for key in sight.reads}
    near = any(sight.near is not None for sight in sights.values())
    stored = record_tables.fetch(session, shape.key, list(fates), sorted(fields)) if near else {}
    before = {at: _before(session, sight, fates) for at, sight in sights.items() if sight.node is not None}
    for (at, _), group in alike.items():
        sight, actor = sights[at], group[0].actor
        ground = look.ground(actor)
        seen = seen_ids(session, sight, actor, ground, fates, stored)
        if seen:
            event = _event(shape.key, [one for one in fates.values() if one.id in seen])
            for listener in group:
                listener.say(event)
        if sight.node is not None and _left_sight(sight, fates, seen, before[at], stored, ground):
            for listener in group:
                listener.reload(shape.key, look.now)


def _fates(part: Sequence[Change]) -> dict[int, Fate]:
    fates: dict[int, Fate] = {}
    for one in part:
        if not one.record or one.kind == "Recomputed":
            continue
        fate = fates.setdefault(one.record, Fate(one.record, one.version, one.kind, False))
        fate.version = max(fate.version, one.version)
        if one.kind in ("Created", "Deleted", "Restored", "Erased"):
            fate.gone = one.kind in ("Deleted", "Erased")
        if one.kind == "Erased" or fate.kind not in ("Created", "Erased"):
            fate.kind = one.kind
        for number, (was, now) in one.body.items():
            fate.body[number] = (fate.body[number][0] if number in fate.body else was, now)
    return fates


def _event(entity: str, fates: Sequence[Fate]) -> bytes:
    living = [one for one in fates if not one.gone]
    return encode(
        {
            "entity": entity,
            "ids": [one.id for one in living],
            "versions": [one.version for one in living],
            "kinds": [one.kind for one in living],
            "deleted": [one.id for one in fates if one.gone],
        }
    )


def _before(session: Session, sight: Sight, fates: Mapping[int, Fate]) -> dict[int, Before]:
    found = {one.id: before_of(session, sight, one.body) for one in fates.values()}
    return {id: one for id, one in found.items() if one is not None}


def _left_sight(
    sight: Sight,
    fates: Mapping[int, Fate],
    seen: frozenset[int],
    before: Mapping[int, Before],
    stored: Mapping[int, Stored],
    ground: Ground,
) -> bool:
    """Whether a record that the reader does not see now was in his sight, surely or perhaps, before these changes."""
    for id, fate in fates.items():
        if id in seen:
            continue
        if fate.kind == "Erased":
            return True
        was = before.get(id)
        if was is None:
            continue
        if sight.near is None or was.values is None or id not in stored or sees(sight, stored[id], ground, was.values):
            return True
    return False


def _tell_hanging(
    look: Look, listeners: Sequence[Listener], mass: set[int], parts: Mapping[int, Sequence[Change]]
) -> None:
    moved = {(number, at) for number, part in parts.items() for one in part for at in one.body}
    gone = {number for number, part in parts.items() if any(one.kind in ("Deleted", "Restored") for one in part)}
    if not (moved or gone or mass):
        return
    for listener in listeners:
        for entity, through in hanging(look.session.snapshot, listener.actor).items():
            if any(pair in moved or pair[0] in mass or pair[0] in gone for pair in through):
                listener.reload(entity, look.now)
