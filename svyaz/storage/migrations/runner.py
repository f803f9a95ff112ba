"""Bring the engine's tables of an old base to this version: each migration once, forward only.

A migration gets a SQLAlchemy connection, commits as it likes (batches of 5,000) and must bear being run again
after it was cut off: it is marked only when it has ended.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from svyaz.kernel.problem import Problem
from svyaz.storage.engine import Database, PostgresDatabase, Session, SqliteDatabase


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    title: str
    upgrade: Callable[[sa.Connection], None]


# The list, by number.  Nothing has been released yet, so there is nothing to bring up.
MIGRATIONS: tuple[Migration, ...] = ()


class BaseIsNewer(Problem):
    """The base was used by a later version: an older one would not understand what it finds."""

    code = "base_is_newer"  # facts: number, known
    status = 503


def stamp(session: Session, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """A base just made has everything that migrations would do."""
    _mark(session, migrations)


def bring_up(database: Database, migrations: Sequence[Migration] = MIGRATIONS) -> list[int]:
    """Run what has not been run; returns the numbers.  Raises BaseIsNewer.  One process at a time."""
    known = max((one.number for one in migrations), default=0)
    with _only_one(database):
        with database.read() as session:
            done = {row[0] for row in session.fetch("SELECT number FROM sv_migration")}
        if done and max(done) > known:
            raise BaseIsNewer(number=max(done), known=known)
        ran = []
        for one in sorted(migrations, key=lambda one: one.number):
            if one.number in done:
                continue
            with _connection(database) as connection:
                one.upgrade(connection)
                connection.commit()
            with database.write() as session:
                _mark(session, [one])
            ran.append(one.number)
    return ran


def _mark(session: Session, migrations: Sequence[Migration]) -> None:
    at = session.put_instant(session.now)
    session.insert_rows("sv_migration", ("number", "title", "at"), [(one.number, one.title, at) for one in migrations])


@contextmanager
def _only_one(database: Database) -> Iterator[None]:
    """On SQLite the server's lock on the home folder keeps others out."""
    if not isinstance(database, PostgresDatabase):
        yield
        return
    with database.outside() as session:
        session.run("SELECT pg_advisory_lock(hashtext(current_schema()), 3)")
        yield  # released with the connection


@contextmanager
def _connection(database: Database) -> Iterator[sa.Connection]:
    if isinstance(database, SqliteDatabase):
        path = database.path
        engine = sa.create_engine(
            "sqlite://", creator=lambda: sqlite3.connect(path, timeout=30, isolation_level=None), poolclass=StaticPool
        )
        sa.event.listen(engine, "begin", _begin_immediate)
    elif isinstance(database, PostgresDatabase):
        url, schema = database.url, database.schema
        engine = sa.create_engine(
            "postgresql+psycopg://",
            creator=lambda: psycopg.connect(url, prepare_threshold=None, options=f'-c search_path="{schema}"'),
            poolclass=StaticPool,
        )
    else:
        raise TypeError(type(database))
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
