"""What a company settled that is no configuration: logo, working calendar, connectors.  One JSON value for a key."""

from __future__ import annotations

from typing import Any

import orjson

from svyaz.storage.session import Session


def read(session: Session, key: str) -> Any:
    """None when nothing was settled."""
    rows = session.fetch("SELECT value FROM sv_setting WHERE key = ?", (key,))
    return orjson.loads(rows[0][0]) if rows else None


def write(session: Session, key: str, value: Any) -> None:
    """Settle the value; None forgets the key."""
    session.run("DELETE FROM sv_setting WHERE key = ?", (key,))
    if value is not None:
        session.run("INSERT INTO sv_setting (key, value) VALUES (?, ?)", (key, orjson.dumps(value).decode()))


def of_kind(session: Session, beginning: str) -> dict[str, Any]:
    """All keys that begin so, without the beginning: `calendar.` -> {"2026": …}."""
    rows = session.fetch(
        "SELECT key, value FROM sv_setting WHERE substr(key, 1, ?) = ? ORDER BY key", (len(beginning), beginning)
    )
    return {key[len(beginning) :]: orjson.loads(value) for key, value in rows}
