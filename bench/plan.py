"""What the baseline is to run: the very statements that the product runs for the same question, taken by listening.

`listen` gathers the SQL and the parameters of a reading through the product's own door, inside its transaction: what
it asks to know who is asking and which configuration is in force is not among them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from svyaz.storage import sqlite_functions
from svyaz.storage.postgres_engine import PostgresSession
from svyaz.storage.session import Session, for_psycopg
from svyaz.storage.sqlite_engine import SqliteSession

PORTION = 2_000
Statements = list[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class RawChange:
    """look     the row by `id`, its version first;  update: takes `written` and the version read
    note     the row of the log: takes `before` it, the new version, and what is `behind`"""

    look: str
    id: int
    update: str
    written: tuple[Any, ...]
    note: str
    before: tuple[Any, ...]
    behind: tuple[Any, ...]


def change_by_hand(connection: Any, change: RawChange) -> None:
    """One transaction of the raw driver; a version that moved meanwhile is an error."""
    connection.execute("BEGIN" if isinstance(connection, psycopg.Connection) else "BEGIN IMMEDIATE")
    version = connection.execute(change.look, (change.id,)).fetchone()[0]
    if connection.execute(change.update, (*change.written, version)).rowcount != 1:
        raise RuntimeError("the record moved")
    connection.execute(change.note, (*change.before, version + 1, *change.behind))
    connection.execute("COMMIT")


@dataclass(slots=True)
class Plan:
    """reads    question -> sets of statements, one for each time it is asked
    changes  a record's row each;  rows, log and stays: what `insert`, `note` and `settle` take
    exports  one statement each"""

    path: Path
    url: str
    schema: str
    reads: dict[str, list[Statements]] = field(default_factory=dict)
    changes: list[RawChange] = field(default_factory=list)
    exports: list[tuple[str, Any]] = field(default_factory=list)
    insert: str = ""
    note: str = ""
    settle: str = ""
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    log: list[tuple[Any, ...]] = field(default_factory=list)
    stays: list[tuple[Any, ...]] = field(default_factory=list)

    def connect(self) -> Any:
        """As the product connects: the same promise of keeping what is written, the same caches."""
        if self.url:
            connection = psycopg.connect(self.url, autocommit=True, prepare_threshold=None)
            connection.execute(f"SET search_path TO \"{self.schema}\"; SET timezone TO 'UTC'")
            return connection
        database = sqlite3.connect(
            self.path, timeout=30, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "temp_store=MEMORY", "cache_size=-8000"):
            database.execute(f"PRAGMA {pragma}")
        sqlite_functions.register(database)
        return database

    def mark(self, sql: str) -> str:
        """SQL with `?` as this driver wants it."""
        return for_psycopg(sql) if self.url else sql


@contextmanager
def listen(session: Session) -> Iterator[Statements]:
    """Statements that this session fetches, as its driver takes them."""
    heard: Statements = []
    fetch = type(session).fetch
    kind = type(session)

    def heeded(self: Any, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        heard.append((for_psycopg(sql) if isinstance(self, PostgresSession) and parameters else sql, parameters))
        return fetch(self, sql, parameters)

    def one_by_one(self: Any, queries: Sequence[tuple[str, Sequence[Any]]]) -> list[list[Any]]:
        return [heeded(self, sql, parameters) for sql, parameters in queries]

    assert kind in (PostgresSession, SqliteSession)
    together = kind.fetch_all
    kind.fetch, kind.fetch_all = heeded, one_by_one  # type: ignore[method-assign]
    try:
        yield heard
    finally:
        kind.fetch, kind.fetch_all = fetch, together  # type: ignore[method-assign]
