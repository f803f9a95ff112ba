"""Views that people made, for themselves or to share: one row a view."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from svyaz.storage.ids import take_id
from svyaz.storage.session import Session, take_instant

COLUMNS = "id, entity, owner, title, roles, body, version, changed_by, deleted_at"


@dataclass(frozen=True, slots=True)
class Kept:
    """entity: its number.  owner None: shared, with the roles named, or with everybody when none is."""

    id: int
    entity: int
    owner: int | None
    title: str
    roles: tuple[str, ...]
    body: dict[str, Any]
    version: int = 1
    changed_by: int | None = None
    deleted_at: datetime | None = None


def of_entity(session: Session, entity: int, employee: int) -> list[Kept]:
    """Shared ones first, then the employee's own; each in the order they were made."""
    rows = session.fetch(
        f"SELECT {COLUMNS} FROM sv_view WHERE entity = ? AND (owner IS NULL OR owner = ?) AND deleted_at IS NULL"
        " ORDER BY CASE WHEN owner IS NULL THEN 0 ELSE 1 END, id",
        (entity, employee),
    )
    return [_kept(row) for row in rows]


def find(session: Session, id: int) -> Kept | None:
    rows = session.fetch(f"SELECT {COLUMNS} FROM sv_view WHERE id = ?", (id,))
    return _kept(rows[0]) if rows else None


def add(
    session: Session,
    entity: int,
    owner: int | None,
    title: str,
    roles: tuple[str, ...],
    body: dict[str, Any],
    by: int | None,
) -> int:
    id = take_id(session)
    session.run(
        "INSERT INTO sv_view (id, entity, owner, title, roles, body, version, changed_at, changed_by)"
        " VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?)",
        (id, entity, owner, title, _json(list(roles)), _json(body), session.put_instant(session.now), by),
    )
    return id


def put(session: Session, view: Kept, by: int | None) -> bool:
    """Write the view over the version it was read at; False when somebody was first."""
    written = session.run(
        "UPDATE sv_view SET owner = ?, title = ?, roles = ?, body = ?, version = version + 1, changed_at = ?,"
        " changed_by = ?, deleted_at = ? WHERE id = ? AND version = ?",
        (
            view.owner,
            view.title,
            _json(list(view.roles)),
            _json(view.body),
            session.put_instant(session.now),
            by,
            session.put_instant(view.deleted_at) if view.deleted_at else None,
            view.id,
            view.version,
        ),
    )
    return written == 1


def forget_deleted(session: Session, before: datetime) -> int:
    """Those deleted before the moment are gone for good."""
    return session.run("DELETE FROM sv_view WHERE deleted_at < ?", (session.put_instant(before),))


def _kept(row: Any) -> Kept:
    id, entity, owner, title, roles, body, version, by, deleted = row
    return Kept(
        id, entity, owner, title, tuple(orjson.loads(roles)), orjson.loads(body), version, by, take_instant(deleted)
    )


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
