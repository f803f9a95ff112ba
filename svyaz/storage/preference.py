"""What is personal: widths, pins, views of one's own.  Data, not configuration: it makes no revision."""

from __future__ import annotations

from typing import Any

import orjson

from svyaz.storage.session import Session


def read(session: Session, employee: int, key: str) -> Any:
    """The value under the key; None when nothing was kept."""
    rows = session.fetch("SELECT value FROM sv_preference WHERE employee = ? AND key = ?", (employee, key))
    return orjson.loads(rows[0][0]) if rows else None


def write(session: Session, employee: int, key: str, value: Any) -> None:
    """Keep the value; None forgets the key."""
    session.run("DELETE FROM sv_preference WHERE employee = ? AND key = ?", (employee, key))
    if value is not None:
        session.run(
            "INSERT INTO sv_preference (employee, key, value) VALUES (?, ?, ?)",
            (employee, key, orjson.dumps(value).decode()),
        )
