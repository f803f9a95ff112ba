"""The door to a company's database: open it, then work inside `read()` or `write()`.

    database = open_sqlite(Path("company.sqlite"))
    with database.write() as session: ...       committed at the end, or nothing at all
    with database.read() as session: ...        one state of the base, never waits for writers

`database.configure` is called first in every transaction: the company sets `session.snapshot` there, so
that the revision is read inside the transaction it governs.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from svyaz.storage.postgres_engine import PostgresDatabase, PostgresSession
from svyaz.storage.session import Beside, Dialect, Session, take_instant
from svyaz.storage.sqlite_engine import SqliteDatabase, SqliteSession


class Database(Protocol):
    configure: Callable[[Session], None] | None
    clock: Callable[[], datetime]

    @property
    def dialect(self) -> str: ...

    def read(self) -> AbstractContextManager[Session]: ...

    def write(self) -> AbstractContextManager[Session]: ...

    def aside(self) -> AbstractContextManager[Session]: ...

    def beside(self) -> Beside | None: ...

    def alone(self) -> AbstractContextManager[Session]: ...

    def close(self) -> None: ...


def system_now() -> datetime:
    return datetime.now(UTC)


def open_sqlite(path: Path, clock: Callable[[], datetime] = system_now, synchronous: str = "FULL") -> SqliteDatabase:
    """synchronous: FULL survives a power cut; NORMAL a kill of the process only; OFF is for tests."""
    return SqliteDatabase(path, clock, synchronous)


def open_postgres(url: str, schema: str, clock: Callable[[], datetime] = system_now) -> PostgresDatabase:
    """The schema itself is made by tenancy; nothing is connected until the first transaction."""
    return PostgresDatabase(url, schema, clock)


__all__ = [
    "Database",
    "Dialect",
    "PostgresDatabase",
    "PostgresSession",
    "Session",
    "SqliteDatabase",
    "SqliteSession",
    "open_postgres",
    "open_sqlite",
    "system_now",
    "take_instant",
]
