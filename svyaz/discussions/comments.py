"""Source of the feed: what people said about a record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from svyaz.access.actor import Actor
from svyaz.expression.tree import DATETIME, YES_NO, Call, Constant, Path, both
from svyaz.kernel.values import Ref
from svyaz.records.timeline import Item
from svyaz.schema.snapshot import Entity
from svyaz.storage.query import Order
from svyaz.storage.session import Session
from svyaz.traits.told_activities import about_record, entities_with, instant, rows_about

ROLES = ("body", "files")
CREATED_AT = Path(("created_at",), DATETIME)


class ToldComments:
    kinds: tuple[str, ...] = ("comment",)

    def planned(self, session: Session, actor: Actor, about: Ref) -> Sequence[Item]:
        return ()

    def done(
        self, session: Session, actor: Actor, about: Ref, kind: str, until: datetime | None, limit: int
    ) -> Sequence[Item]:
        told: list[Item] = []
        for shape in entities_with(session, actor, "comment"):
            columns = {role: field.key for role in ROLES if (field := shape.by_role(role)) and not field.hidden}
            not_later = Call("<=", (CREATED_AT, Constant(until, DATETIME)), YES_NO) if until else None
            where = both(about_record(shape, about), not_later) or about_record(shape, about)
            order = Order(CREATED_AT.keys, descending=True)
            told += [
                _item(shape, about, row) for row in rows_about(session, actor, shape, where, order, columns, limit)
            ]
        return told


def _item(shape: Entity, about: Ref, row: dict[str, Any]) -> Item:
    at = instant(row["created_at"])
    assert at is not None
    return Item(
        id=f"{shape.key}:{row['id']:015d}",
        kind="comment",
        at=at,
        text=row.get("body") or "",
        author=row["created_by"],
        files=tuple(row.get("files") or ()),
        about=[about.entity, about.id, None],
        record=row["id"],
        version=row["version"],
    )
