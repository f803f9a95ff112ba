"""What must be computed again when a value changes: the graph of formulas, look-ups and roll-ups of a configuration.

    Needs    a kept computed field, which fields it reads, and by which way from a changed record to the records
             whose value may be another now
    Way      hops from the changed record: Up to the record a link points to (from a child to its card), Down to the
             records whose link points here.  No hops: the record itself

Up is short (a child has one card), Down may be a million records: records.recompute does the first at once and the
second after the commit.  Fields that depend on today are not kept, so they are nobody's concern here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal as OneOf

from svyaz.expression.tree import Node
from svyaz.schema.formulas import paths
from svyaz.schema.snapshot import Entity, Field, Snapshot

ANY_TIME = ("changed_at", "changed_by")


@dataclass(frozen=True, slots=True)
class Hop:
    """way "up": from records of `entity` to those of `target` that their `link` names;
    "down": from records of `target` to those of `entity` whose `link` names them."""

    way: OneOf["up", "down"]
    entity: str
    link: str
    target: str


Way = tuple[Hop, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """The field number `place` in Graph.order, by this way."""

    place: int
    way: Way


@dataclass(frozen=True, slots=True)
class Graph:
    """order    kept computed fields as (entity key, field), each after those it reads
    needs    (entity, field key) -> what to compute when that value changes
    touched  entities whose changes anything depends on
    """

    order: tuple[tuple[str, Field], ...]
    needs: Mapping[tuple[str, str], tuple[Need, ...]]
    touched: frozenset[str]

    def of_entity(self, entity: str) -> Iterator[Need]:
        """Everything that reads records of the entity: for one that goes to the trash or comes out of it."""
        for (key, _), needs in self.needs.items():
            if key == entity:
                yield from needs

    def own(self, entity: str) -> list[int]:
        return [place for place, (key, _) in enumerate(self.order) if key == entity]


def graph_of(snapshot: Snapshot) -> Graph:
    """Made once for a configuration."""
    return _cached(snapshot.digest, _Uncompared(snapshot))


def _make(snapshot: Snapshot) -> Graph:
    kept = {
        (entity.key, one.key): one
        for entity in snapshot.entities.values()
        for one in entity.fields
        if one.computed is not None and not one.computed.volatile
    }
    reads = {place: list(_reads(snapshot, snapshot.entities[place[0]], field)) for place, field in kept.items()}
    order = _sorted({place: [read for read, _ in found if read in kept] for place, found in reads.items()})
    places = {place: at for at, place in enumerate(order)}
    needs: dict[tuple[str, str], dict[Need, None]] = {}
    for place, found in reads.items():
        for read, way in found:
            needs.setdefault(read, {})[Need(places[place], way)] = None
    return Graph(
        order=tuple((place[0], kept[place]) for place in order),
        needs={read: tuple(found) for read, found in needs.items()},
        touched=frozenset({entity for entity, _ in needs} | {entity for entity, _ in kept}),
    )


def _sorted(needs: Mapping[tuple[str, str], list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """Each after those it needs; resolve has refused circles."""
    done: dict[tuple[str, str], None] = {}
    for start in needs:
        waiting: list[tuple[tuple[str, str], bool]] = [(start, False)]
        while waiting:
            place, ready = waiting.pop()
            if ready:
                done.setdefault(place)
            elif place not in done:
                waiting.append((place, True))
                waiting += [(one, False) for one in needs[place] if one not in done and one != place]
    return list(done)


def _reads(snapshot: Snapshot, entity: Entity, field: Field) -> Iterator[tuple[tuple[str, str], Way]]:
    """(entity, field) that the value is read from, and the way from there back to the record it belongs to."""
    computed = field.computed
    assert computed is not None
    if not computed.function:
        for path in paths(computed.node) if computed.node else ():
            yield from _along(snapshot, entity, path.keys, ())
        return
    child = snapshot.entities[computed.entity]
    up = (Hop("up", child.key, computed.by, entity.key),)
    yield (child.key, computed.by), up
    for node in (computed.node, computed.where):
        for keys in _paths(node):
            yield from _along(snapshot, child, keys, up)
    if computed.order:
        yield from _along(snapshot, child, computed.order, up)


def _paths(node: Node | None) -> Iterator[tuple[str, ...]]:
    if node is not None:
        yield from (path.keys for path in paths(node))


def _along(
    snapshot: Snapshot, start: Entity, keys: tuple[str, ...], then: Way
) -> Iterator[tuple[tuple[str, str], Way]]:
    """Every field on a path; from the record where it stands one goes down the links of the path, then on."""
    here: list[tuple[Entity, Way]] = [(start, then)]
    for key in keys:
        beyond: list[tuple[Entity, Way]] = []
        for entity, back in here:
            yield (entity.key, "changed_at" if key in ANY_TIME else key), back
            one = entity.by_key.get(key)
            if one is None:
                continue
            targets = one.targets
            if one.type == "any_link" and not targets:
                targets = tuple(snapshot.entities)
            beyond += [(snapshot.entities[target], (Hop("down", entity.key, key, target), *back)) for target in targets]
        here = beyond


class _Uncompared:
    """Carries the snapshot to the cached function without being part of its key: the digest is."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot: Any = snapshot

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Uncompared)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=256)
def _cached(digest: str, carried: _Uncompared) -> Graph:
    snapshot: Snapshot = carried.snapshot
    carried.snapshot = None  # what stays in the cache as a key must not keep a configuration alive
    return _make(snapshot)
