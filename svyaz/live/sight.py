"""What a reader may see of an entity, asked of many readers and a few changed records at once.

A Sight is the reader's condition taken apart, one for a configuration, a set of roles and an entity.  It answers
which of the changed records he sees in one of three ways, the cheapest that is right:

    all     no condition: all of them, nothing is asked
    near    the condition reads only the record's own fields (whose it is, mostly): the records are fetched once for
            all readers, and the condition runs as a Python closure, under a microsecond a record
    far     it leads to other records: one query `id in changed and condition` for each reader

`near` is told about the past too: a record that has just left a reader's sight is found by running the condition
on what it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from svyaz.access.actor import Actor, Standing
from svyaz.access.apply import Carried, condition, far_of, may
from svyaz.access.paths import asks_shares, paths_of
from svyaz.expression.compare import Closure
from svyaz.expression.evaluate import compile_python
from svyaz.expression.ground import Ground
from svyaz.expression.tree import Node, both
from svyaz.fields.base import Computed
from svyaz.fields.registry import TYPES
from svyaz.kernel.problem import Problem
from svyaz.records.cells import id_in
from svyaz.records.formulas import spoken
from svyaz.schema.snapshot import Entity, Field, Snapshot
from svyaz.storage import run_query
from svyaz.storage.query import Query
from svyaz.storage.record_tables import Stored
from svyaz.storage.session import Session

Keys = tuple[str, ...]
STORED = ("id", "label", "created_at", "created_by", "changed_at", "changed_by")


@dataclass(frozen=True, slots=True)
class Sight:
    """node None: every record.  near: the condition as Python, None when it leads to other records.

    reads    fields of the record itself that the condition asks
    through  (entity number, field number) of other records on whose values the condition hangs
    """

    entity: Entity
    node: Node | None
    near: Closure | None
    reads: frozenset[str]
    through: frozenset[tuple[int, int]]


def sight_of(snapshot: Snapshot, actor: Actor, entity: str) -> Sight | None:
    """None when the actor sees nothing of the entity."""
    return _sight(snapshot.digest, actor.standing, entity, Carried(snapshot, actor))


@lru_cache(maxsize=4096)
def _sight(digest: str, standing: Standing, entity: str, carried: Carried) -> Sight | None:
    snapshot, actor = carried.hand_over()
    if not may(snapshot, actor, entity, "see"):
        return None
    shape = snapshot.entities[entity]
    node = condition(snapshot, actor, entity, "see")
    paths = paths_of(node) if node is not None else set()
    near = node is not None and not asks_shares(node) and all(_is_near(shape, keys) for keys in paths)
    return Sight(
        shape,
        node,
        compile_python(node) if near and node is not None else None,
        frozenset(keys[0] for keys in paths),
        frozenset(_through(snapshot, shape, paths)),
    )


def hanging(snapshot: Snapshot, actor: Actor) -> Mapping[str, frozenset[tuple[int, int]]]:
    """entity -> fields of other records on which it hangs what the actor sees of it; without those that hang on none."""
    return _hanging(snapshot.digest, actor.standing, Carried(snapshot, actor))


@lru_cache(maxsize=512)
def _hanging(digest: str, standing: Standing, carried: Carried) -> Mapping[str, frozenset[tuple[int, int]]]:
    snapshot, actor = carried.hand_over()
    sights = {key: sight_of(snapshot, actor, key) for key in snapshot.entities}
    return {key: one.through for key, one in sights.items() if one is not None and one.through}


@dataclass(frozen=True, slots=True)
class Alike:
    """Records that a condition cannot tell apart: of one responsible, mostly.  values: by path, as a formula reads them."""

    values: Mapping[Keys, Any]
    ids: tuple[int, ...]


def alike(sight: Sight, stored: Iterable[Stored]) -> list[Alike]:
    """The records in classes, for a `near` sight: a bulk change of 200 is then a few conditions for each reader."""
    classes: dict[tuple[Any, ...], tuple[dict[Keys, Any], list[int]]] = {}
    for one in stored:
        values: dict[Keys, Any] = {(key,): _value(one, key) for key in sorted(sight.reads)}
        classes.setdefault(tuple(values.values()), (values, []))[1].append(one.id)
    return [Alike(values, tuple(ids)) for values, ids in classes.values()]


def seen_ids(
    session: Session, sight: Sight, actor: Actor, ground: Ground, ids: Iterable[int], known: Iterable[Alike] = ()
) -> frozenset[int]:
    """Those of the records, living or in the trash, that the actor sees.  known: for a `near` sight the records there
    are, in classes; whatever is not among them is purged and is not seen."""
    if sight.node is None:
        return frozenset(ids)
    if sight.near is not None:
        near = sight.near
        return frozenset(id for one in known if near(one.values.__getitem__, ground) is True for id in one.ids)
    wanted = list(ids)
    far = far_of(session.snapshot, actor)
    query = Query(sight.entity.key, (), both(sight.node, id_in(wanted)), limit=len(wanted), far=far, kept="all")
    return frozenset(run_query.ids(session, query, ground))


def saw(sight: Sight, stored: Stored, ground: Ground, before: Mapping[str, Any]) -> bool:
    """Whether the reader of a `near` sight saw the record when these fields of it had these canonical values."""
    assert sight.near is not None
    values: dict[Keys, Any] = {
        (key,): spoken(before[key], None, "") if key in before else _value(stored, key) for key in sight.reads
    }
    return sight.near(values.__getitem__, ground) is True


def _value(stored: Stored, key: str) -> Any:
    # An empty value of several is None here, which a closure takes as well as ().
    return getattr(stored, key) if key in STORED else spoken(stored.values.get(key), None, "")


@dataclass(frozen=True, slots=True)
class Before:
    """What the fields that a condition asks were before a change.  values None: it cannot be told, so anything."""

    values: Mapping[str, Any] | None


def before_of(session: Session, sight: Sight, body: Mapping[int, tuple[Any, Any]]) -> Before | None:
    """None when the change touched nothing that the condition asks.  body: of the log, {number: (before, after)}."""
    by_number = sight.entity.by_number
    asked = [
        (by_number[at], pair[0]) for at, pair in body.items() if at in by_number and by_number[at].key in sight.reads
    ]
    if not asked:
        return None
    if sight.near is None:
        return Before(None)
    try:
        return Before({field.key: _canonical(session, field, plain) for field, plain in asked})
    except (Problem, TypeError, ValueError):  # written when the field was of another type
        return Before(None)


def _canonical(session: Session, field: Field, plain: Any) -> Any:
    return None if plain is None else TYPES[field.type].accept(plain, field.options, session.terms)


def _is_near(shape: Entity, keys: tuple[str, ...]) -> bool:
    """Whether the Python of a path is the same as its SQL with nothing but the record in hand."""
    field = shape.by_key.get(keys[0])
    if len(keys) > 1 or field is None or field.type == "money":
        return False
    if field.system:
        return keys[0] in STORED
    return not isinstance(TYPES[field.type].storage(field.options), Computed)


def _through(snapshot: Snapshot, shape: Entity, paths: Iterable[tuple[str, ...]]) -> Iterable[tuple[int, int]]:
    """Fields of other records on the way of these paths.  A link to any object is not followed: its far end is
    there only to ask whether the far record is seen, and then that record itself is told."""
    for keys in paths:
        here = shape
        for key, following in pairwise(keys):
            field = here.by_key.get(key)
            if field is None or len(field.targets) != 1 or field.targets[0] not in snapshot.entities:
                break
            here = snapshot.entities[field.targets[0]]
            far = here.by_key.get(following)
            if far is not None and not far.system:
                yield here.number, far.number
