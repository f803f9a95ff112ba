"""The trash as a list: what was deleted, by whom and when, of one entity or of all the reader sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.apply import condition, far_of, may
from svyaz.expression.tree import INTEGER, YES_NO, Call, Constant, Path, both
from svyaz.kernel.problem import BadValue
from svyaz.records.cells import seen_labels
from svyaz.records.read import ground_of
from svyaz.storage import record_tables, run_query
from svyaz.storage.query import Order, Query
from svyaz.storage.session import Session, iso_instant


class TrashCursorWrong(BadValue):
    code = "cursor_not_understood"  # facts: value


@dataclass(frozen=True, slots=True)
class TrashItem:
    """deleted_by: [id, label], None for the system;  may_restore: the reader may delete, so he may bring back."""

    entity: str
    id: int
    label: str
    deleted_at: str
    deleted_by: list[Any] | None
    may_restore: bool


@dataclass(frozen=True, slots=True)
class TrashPage:
    items: list[TrashItem]
    next: str | None


def read_trash(
    session: Session, actor: Actor, entity: str = "", *, limit: int = 50, after: str | None = None
) -> TrashPage:
    """Latest ids first; entity "" is every entity that the reader sees.  Raises NotFound for one he does not."""
    snapshot = session.snapshot
    if entity:
        condition(snapshot, actor, entity, "see")
    keys = [entity] if entity else [key for key in snapshot.entities if may(snapshot, actor, key, "see")]
    if after is not None and not after.isdigit():
        raise TrashCursorWrong("after", value=after[:40])
    below = int(after) if after else None
    found: list[tuple[int, str]] = []
    older = None if below is None else Call("<", (Path(("id",), INTEGER), Constant(below, INTEGER)), YES_NO)
    for key in keys:
        query = Query(
            key,
            (("label",),),
            both(condition(snapshot, actor, key, "see"), older),
            order=(Order(("id",), descending=True),),
            limit=limit + 1,
            far=far_of(snapshot, actor),
            kept="deleted",
        )
        found += [(row[0], key) for row in run_query.page(session, query, ground_of(session, actor)).rows]
    found.sort(reverse=True)
    shown = found[:limit]
    return TrashPage(_items(session, actor, shown), str(shown[-1][0]) if len(found) > limit else None)


def _items(session: Session, actor: Actor, shown: list[tuple[int, str]]) -> list[TrashItem]:
    stored = {
        id: one
        for key in {key for _, key in shown}
        for id, one in record_tables.fetch(session, key, [id for id, its in shown if its == key], []).items()
    }
    people = {one.deleted_by for one in stored.values() if one.deleted_by is not None}
    labels = seen_labels(session, actor, ground_of(session, actor), "employee", people)
    return [
        TrashItem(
            key,
            id,
            stored[id].label,
            iso_instant(stored[id].deleted_at) or "",
            None if stored[id].deleted_by is None else [stored[id].deleted_by, labels.get(stored[id].deleted_by or 0)],
            may(session.snapshot, actor, key, "delete"),
        )
        for id, key in shown
    ]
