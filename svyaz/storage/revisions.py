"""Configurations of the company, one row for each; the last is in force.  Sources are JSON of schema.source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from svyaz.storage.session import Session, take_instant


@dataclass(frozen=True, slots=True)
class Revision:
    """steps: what was done to the tables, as [{"explains", "facts", "risk"}, …]."""

    number: int
    at: datetime
    actor: int | None
    title: str
    digest: str
    steps: list[dict[str, Any]]


# What every transaction begins by asking, in one look: which configuration is in force; by which numbers actors and
# those who are signed in may be remembered (storage.accounts).
OPENING = (
    "SELECT (SELECT MAX(number) FROM sv_revision), (SELECT value FROM sv_meta WHERE key = 'org_revision'),"
    " (SELECT value FROM sv_meta WHERE key = 'sign_revision')"
)


def current_revision(session: Session) -> int:
    """0: no configuration yet."""
    rows = session.fetch("SELECT MAX(number) FROM sv_revision")
    return rows[0][0] or 0


def read_source(session: Session, number: int) -> Any:
    """The JSON that `add_revision` was given.  Raises KeyError."""
    rows = session.fetch("SELECT source FROM sv_revision WHERE number = ?", (number,))
    if not rows:
        raise KeyError(number)
    return orjson.loads(rows[0][0])


def source_at(session: Session, at: datetime) -> Any:
    """The JSON of the configuration that was in force at a moment; None when there was none yet."""
    rows = session.fetch(
        "SELECT source FROM sv_revision WHERE at <= ? ORDER BY number DESC LIMIT 1", (session.put_instant(at),)
    )
    return orjson.loads(rows[0][0]) if rows else None


def add_revision(
    session: Session, number: int, actor: int | None, title: str, digest: str, source: Any, steps: list[dict[str, Any]]
) -> None:
    session.run(
        "INSERT INTO sv_revision (number, at, actor, title, digest, source, steps) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(number, session.put_instant(session.now), actor, title, digest),
            *(orjson.dumps(source).decode(), orjson.dumps(steps, default=str).decode()),
        ),
    )


def note_batch(session: Session, number: int, batch: int) -> None:
    """Records were moved along with a revision: its batch, so that going back can take them back."""
    rows = session.fetch("SELECT steps FROM sv_revision WHERE number = ?", (number,))
    steps = [*orjson.loads(rows[0][0]), {"batch": batch}]
    session.run("UPDATE sv_revision SET steps = ? WHERE number = ?", (orjson.dumps(steps).decode(), number))


def list_revisions(session: Session, limit: int = 100) -> list[Revision]:
    """Newest first."""
    found = []
    for number, at, actor, title, digest, steps in session.fetch(
        "SELECT number, at, actor, title, digest, steps FROM sv_revision ORDER BY number DESC LIMIT ?", (limit,)
    ):
        when = take_instant(at)
        assert when is not None
        found.append(Revision(number, when, actor, title, digest, orjson.loads(steps)))
    return found


def next_number(session: Session) -> int:
    """The first number of an entity or a field that was never given."""
    rows = session.fetch("SELECT value FROM sv_meta WHERE key = 'next_number'")
    return int(rows[0][0]) if rows else 1


def keep_next_number(session: Session, number: int) -> None:
    session.run(
        "INSERT INTO sv_meta (key, value) VALUES ('next_number', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (str(number),),
    )
