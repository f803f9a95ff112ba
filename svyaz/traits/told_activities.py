"""Source of the feed: calls, meetings, letters, notes and tasks about a record; those not done yet are planned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.apply import condition, far_of, may
from svyaz.access.fields import may_read
from svyaz.access.paths import typed_path
from svyaz.expression.tree import DATETIME, YES_NO, Call, Constant, Node, Path, both
from svyaz.kernel.values import Ref
from svyaz.records.read import ground_of
from svyaz.records.timeline import MOST_PLANNED, Item
from svyaz.schema.snapshot import Entity
from svyaz.storage import run_query
from svyaz.storage.query import Order, Query
from svyaz.storage.session import Session
from svyaz.traits.timeline import KINDS

ROLES = ("subject", "kind", "responsible", "due_at", "done_at", "body", "files")


class ToldActivities:
    kinds: tuple[str, ...] = tuple(str(one["key"]) for one in KINDS)

    def planned(self, session: Session, actor: Actor, about: Ref) -> Sequence[Item]:
        return [
            item
            for shape in entities_with(session, actor, "activity")
            for item in _items(session, actor, shape, about, False, None, MOST_PLANNED)
        ]

    def done(
        self, session: Session, actor: Actor, about: Ref, kind: str, until: datetime | None, limit: int
    ) -> Sequence[Item]:
        return [
            item
            for shape in entities_with(session, actor, "activity")
            for item in _items(session, actor, shape, about, True, until, limit)
        ]


def entities_with(session: Session, actor: Actor, trait: str) -> Iterator[Entity]:
    """Entities that carry the trait and of which the actor sees something."""
    for shape in session.snapshot.entities.values():
        about = shape.by_role("about")
        if trait in shape.traits and about and may(session.snapshot, actor, shape.key, "see"):
            yield shape


def about_record(shape: Entity, about: Ref) -> Node:
    """Ids are unique in the company, so the id alone says which record is meant."""
    link = shape.by_role("about")
    assert link is not None
    path = typed_path(link)
    return Call("=", (path, Constant(about.id, path.type)), YES_NO)


def rows_about(
    session: Session, actor: Actor, shape: Entity, where: Node, order: Order, columns: dict[str, str], limit: int
) -> list[dict[str, Any]]:
    """Rows as {role: cell}, with id, version, created_at and created_by; fields one may not read are absent."""
    shown = {role: key for role, key in columns.items() if may_read(session.snapshot, actor, shape.key, key)}
    keys = (*shown.values(), "created_at", "created_by")
    query = Query(
        shape.key,
        tuple((key,) for key in keys),
        where=both(condition(session.snapshot, actor, shape.key, "see"), where),
        order=(order,),
        limit=limit,
        far=far_of(session.snapshot, actor),
    )
    names = ("id", "version", *shown, "created_at", "created_by")
    return [
        dict(zip(names, row, strict=True)) for row in run_query.page(session, query, ground_of(session, actor)).rows
    ]


def _items(
    session: Session, actor: Actor, shape: Entity, about: Ref, done: bool, until: datetime | None, limit: int
) -> list[Item]:
    columns = {role: field.key for role in ROLES if (field := shape.by_role(role)) and not field.hidden}
    done_at = Path((columns["done_at"],), DATETIME)
    where = Call("<>" if done else "=", (done_at, Constant(None, DATETIME)), YES_NO)
    if until is not None:
        where = Call("and", (where, Call("<=", (done_at, Constant(until, DATETIME)), YES_NO)), YES_NO)
    order = Order(done_at.keys, descending=True) if done else Order((columns["due_at"],))
    return [
        _item(shape, about, row)
        for row in rows_about(
            session, actor, shape, both(about_record(shape, about), where) or where, order, columns, limit
        )
    ]


def _item(shape: Entity, about: Ref, row: dict[str, Any]) -> Item:
    done_at = instant(row.get("done_at"))
    at = done_at or instant(row["created_at"])
    assert at is not None
    return Item(
        id=f"{shape.key}:{row['id']:015d}",
        kind=row.get("kind") or "note",
        at=at,
        title=row.get("subject") or "",
        text=row.get("body") or "",
        due_at=instant(row.get("due_at")),
        done_at=done_at,
        author=row["created_by"],
        responsible=row.get("responsible"),
        files=tuple(row.get("files") or ()),
        about=[about.entity, about.id, None],
        record=row["id"],
        version=row["version"],
    )


def instant(cell: Any) -> datetime | None:
    return datetime.fromisoformat(cell) if cell else None
