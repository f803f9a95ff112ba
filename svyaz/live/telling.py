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
from svyaz.live.sight import Before, Sight, alike, before_of, hanging, saw, seen_ids, sight_of
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
    known = session.snapshot.by_number
    counts = changes.counts(session, after, until)
    mass = {number for number, count in counts.items() if number and count > MOST_CHANGES}
    parts: dict[int, list[Change]] = {}
    for one in changes.between(session, after, until, [number for number in counts if number not in mass]):
        parts.setdefault(one.entity, []).append(one)
    for one in parts.pop(0, []):
        for listener in listeners:
            listener.say(encode({"schema": one.record}))
    fates = {number: _fates(part) for number, part in parts.items()}
    # What conditions are is asked once for a set of roles, not for a person.
    alike_rights: dict[Any, list[Listener]] = {}
    for listener in listeners:
        alike_rights.setdefault(listener.actor.standing, []).append(listener)
    for group in alike_rights.values():
        reloads = [known[number].key for number in mass if number in known and _sight(look, group, known[number])]
        reloads += _recomputed(look, group[0].actor, parts)
        reloads += _hanging(look, group[0].actor, mass, parts)
        for entity in dict.fromkeys(reloads):
            for listener in group:
                listener.reload(entity, look.now)
    for number, found in fates.items():
        if number in known and found:
            _tell_entity(look, list(alike_rights.values()), known[number], found)


def _sight(look: Look, group: Sequence[Listener], shape: Entity) -> Sight | None:
    return sight_of(look.session.snapshot, group[0].actor, shape.key)


def _tell_entity(look: Look, groups: Sequence[Sequence[Listener]], shape: Entity, fates: Mapping[int, Fate]) -> None:
    session = look.session
    looking = [(sight, group) for group in groups if (sight := _sight(look, group, shape)) is not None]
    near = [sight for sight, _ in looking if sight.near is not None]
    fields = sorted({key for sight in near for key in sight.reads})
    stored = record_tables.fetch(session, shape.key, list(fates), fields) if near else {}
    for sight, group in looking:
        known = alike(sight, stored.values()) if sight.near is not None else []
        before = {} if sight.node is None else _before(session, sight, fates)
        people: dict[int | None, list[Listener]] = {}
        for listener in group:
            people.setdefault(None if sight.node is None else listener.actor.employee, []).append(listener)
        for same in people.values():
            actor = same[0].actor
            ground = look.ground(actor)
            seen = seen_ids(session, sight, actor, ground, fates, known)
            if seen:
                event = _event(shape.key, [one for one in fates.values() if one.id in seen])
                for listener in same:
                    listener.say(event)
            if sight.node is not None and _left_sight(sight, fates, seen, before, stored, ground):
                for listener in same:
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
        if sight.near is None or was.values is None or id not in stored or saw(sight, stored[id], ground, was.values):
            return True
    return False


def _recomputed(look: Look, actor: Actor, parts: Mapping[int, Sequence[Change]]) -> list[str]:
    """Entities of which a computed field that the reader may read has new values; of a field it does not name, any."""
    snapshot = look.session.snapshot
    found = []
    for number, part in parts.items():
        shape = snapshot.by_number.get(number)
        told = [one for one in part if one.kind == "Recomputed"]
        if shape is None or not told or sight_of(snapshot, actor, shape.key) is None:
            continue
        fields = [shape.by_number[at].key for one in told for at in one.body if at in shape.by_number]
        if not all(one.body for one in told) or any(may_read(snapshot, actor, shape.key, key) for key in fields):
            found.append(shape.key)
    return found


def _hanging(look: Look, actor: Actor, mass: set[int], parts: Mapping[int, Sequence[Change]]) -> list[str]:
    """Entities of which it may have changed what the reader sees, for a field of another entity has moved."""
    moved = {(number, at) for number, part in parts.items() for one in part for at in one.body}
    whole = mass | {
        number for number, part in parts.items() if any(one.kind in ("Deleted", "Restored") for one in part)
    }
    return [
        entity
        for entity, through in hanging(look.session.snapshot, actor).items()
        if any(pair in moved or pair[0] in whole for pair in through)
    ]
