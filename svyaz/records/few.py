"""Whether a reader sees so few records that lists are better made of those alone (storage.few).

How many his rights lead to is asked of indexes, up to MOST, and remembered for a minute: it only chooses the way, and
either way gives the same rows.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from svyaz.access.actor import Actor, Standing
from svyaz.access.apply import Carried, condition
from svyaz.expression.ground import Ground
from svyaz.expression.tree import Call, Node, both
from svyaz.schema.snapshot import Snapshot
from svyaz.storage import few
from svyaz.storage.session import Session

MOST = 5_000
KNOWN = timedelta(seconds=60)
MOST_KNOWN = 2_000
_KNOWN: dict[tuple[int, Any, str], tuple[Snapshot, datetime, bool]] = {}


def narrowed(session: Session, actor: Actor, entity: str, where: Node | None, ground: Ground) -> Node | None:
    """The condition, with what finds its records from the reader's side when there are few."""
    if actor.is_system or actor.employee is None or session.past is not None:
        return where
    snapshot = session.snapshot
    node = _among(snapshot.digest, actor.standing, entity, Carried(snapshot, actor))
    return where if node is None or not _are_few(session, actor, entity, node, ground) else both(node, where)


@lru_cache(maxsize=4096)
def _among(digest: str, standing: Standing, entity: str, carried: Carried) -> Call | None:
    snapshot, actor = carried.hand_over()
    seen = condition(snapshot, actor, entity, "see")
    return None if seen is None else few.among(snapshot, entity, seen)


def _are_few(session: Session, actor: Actor, entity: str, node: Call, ground: Ground) -> bool:
    # A snapshot is of one company and one revision, and the same object from request to request.
    key = (id(session.snapshot), (actor.employee, actor.standing), entity)
    known = _KNOWN.get(key)
    if known is not None and known[0] is session.snapshot and timedelta() <= session.now - known[1] < KNOWN:
        return known[2]
    found = few.counted(session, entity, node, ground, MOST + 1) <= MOST
    if len(_KNOWN) >= MOST_KNOWN:  # what is forgotten must not keep a configuration alive
        fresh = {known: told for known, told in list(_KNOWN.items()) if session.now - told[1] < KNOWN}
        _KNOWN.clear()
        _KNOWN.update(fresh if len(fresh) < MOST_KNOWN else {})
    _KNOWN[key] = (session.snapshot, session.now, found)
    return found
