"""The change log: one row per changed record, appended in the transaction of the change.

    sv_change  seq, xid, position, entity, record, version, kind, actor, cause, batch, at, body
    sv_batch   id, actor, cause, title, at, undone_by, undoes

`body` is JSON {field number: [before, after]} in plain form, of the changed fields only; `Created`
carries no values (the row has them).  Readers of the feed keep a `position`: gapless, ordered.
SQLite has one writer, so seq is the position.  PostgreSQL commits out of order: `publish` gives
positions by (xid, seq) below the snapshot's xmin (tailing by seq alone missed 470 rows of 1,200).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

KINDS = ("Created", "Changed", "Deleted", "Restored", "Linked", "Unlinked", "Recomputed", "Erased", "Schema")


@dataclass(frozen=True, slots=True)
class Change:
    """actor: employee id, None for the system.  cause: person, import, undo, rule, token, demo…
    body: {field number: (before, after)} in plain JSON form."""

    kind: str
    entity: int
    record: int
    version: int
    actor: int | None
    cause: str
    batch: int | None
    at: datetime
    body: Mapping[int, tuple[Any, Any]] = field(default_factory=dict)
    position: int | None = None
    seq: int | None = None
