"""SQLite: one file, one fair writer, up to eight readers that never wait for it (WAL).

`isolation_level=None` is not a taste: with the driver's own transactions DDL would not roll back.
BEGIN IMMEDIATE, because a deferred transaction that reads and then writes fails at once when somebody
was first, however long busy_timeout is.  synchronous=FULL: what was acknowledged survives a power cut.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from svyaz.fields.base import ColumnKind
from svyaz.storage import sqlite_functions
from svyaz.storage.fair_lock import FairLock
from svyaz.storage.problems import DatabaseBusy, DatabaseGone, DiskFull
from svyaz.storage.session import (
    Row,
    Session,
    UniqueViolated,
    insert_text,
    iso_date,
    iso_instant,
    json_list,
    warn_if_long,
)

READERS = 8
WAIT_SECONDS = 30.0

_FULL = {sqlite3.SQLITE_FULL}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_GONE = {
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_READONLY,
}


class SqliteSession(Session):
    dialect = "sqlite"

    def __init__(
        self, connection: sqlite3.Connection, now: datetime, writes: bool, lock: FairLock | None = None
    ) -> None:
        super().__init__(now, writes)
        self.connection = connection
        self.lock = lock

    def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        try:
            return self.connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise explained(error) from error

    def stream(self, sql: str, parameters: Sequence[Any], size: int) -> Iterator[list[Row]]:
        try:
            cursor = self.connection.execute(sql, parameters)
            while rows := cursor.fetchmany(size):
                yield rows
        except sqlite3.Error as error:
            raise explained(error) from error

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        self.written += 1
        try:
            return self.connection.execute(sql, parameters).rowcount
        except sqlite3.Error as error:
            raise explained(error) from error

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        if not rows:
            return 0
        self.written += 1
        try:
            return self.connection.executemany(sql, rows).rowcount
        except sqlite3.Error as error:
            raise explained(error) from error

    def insert_rows(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        self.run_many(insert_text(table, tuple(columns)), rows)

    def is_waited_for(self) -> bool:
        return self.lock is not None and self.lock.waiting > 0

    def list_parameter(self, values: Iterable[Any]) -> str:
        return json_list(values)

    def in_list(self, column: str, kind: ColumnKind) -> str:
        return f"{column} IN (SELECT value FROM json_each(?))"

    def put(self, kind: ColumnKind) -> Callable[[Any], Any] | None:
        return _PUT.get(kind)

    def put_instant(self, at: datetime | None) -> str | None:
        return iso_instant(at)


_PUT: dict[ColumnKind, Callable[[Any], Any]] = {"date": iso_date, "datetime": iso_instant, "yes_no": int}


class SqliteDatabase:
    dialect = "sqlite"

    def __init__(self, path: Path, clock: Callable[[], datetime], synchronous: str) -> None:
        self.path = path
        self.clock = clock
        self.configure: Callable[[Session], None] | None = None
        self.opening = ""  # SQL of one row that every configured transaction begins by asking
        self._synchronous = synchronous
        self._lock = FairLock()
        self._writer: sqlite3.Connection | None = None
        self._writing: int | None = None  # the thread inside write()
        self._idle: list[sqlite3.Connection] = []
        self._places = threading.BoundedSemaphore(READERS)
        self._closed = False

    @contextmanager
    def aside(self) -> Iterator[Session]:
        """As read(), where temporary tables may be made; nothing of it is left."""
        with self.read() as session:
            assert isinstance(session, SqliteSession)
            session.run("PRAGMA query_only=0")
            try:
                yield session
            finally:
                session.connection.rollback()
                session.connection.execute("PRAGMA query_only=1")

    def beside(self) -> SqliteBeside:
        """A reader of its own, for temporary tables that outlive a transaction."""
        connection = self._open(writes=False)
        connection.execute("PRAGMA temp_store=FILE")  # a hundred thousand rows are not for the memory
        connection.execute("PRAGMA query_only=0")
        return SqliteBeside(self, connection)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """What is read is one state of the base from the first statement to the last; nothing waits."""
        if not self._places.acquire(timeout=WAIT_SECONDS):
            raise DatabaseBusy()
        connection = None
        try:
            connection = self._idle.pop() if self._idle else self._open(writes=False)
            session = SqliteSession(connection, self.clock(), writes=False)
            session.run("BEGIN")
            self.open_up(session)
            yield session
        finally:
            if connection is not None:
                self._give_back(connection)
            self._places.release()
        for callback in session.callbacks:
            callback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """The only writer of this process, in the order of coming.  Leaves by an exception: nothing is written."""
        if self._writing == threading.get_ident():
            raise RuntimeError("a write transaction inside a write transaction would wait for itself")
        if not self._lock.acquire(WAIT_SECONDS):
            raise DatabaseBusy()
        try:
            self._writing = threading.get_ident()
            if self._writer is None:
                self._writer = self._open(writes=True)
            session = SqliteSession(self._writer, self.clock(), writes=True, lock=self._lock)
            session.run("BEGIN IMMEDIATE")
            began = time.monotonic()
            try:
                self.open_up(session)
                yield session
                session.run("COMMIT")
            except BaseException:
                self._roll_back()
                raise
            warn_if_long(began)
        finally:
            self._writing = None
            self._lock.release()
        for callback in session.callbacks:
            callback()

    def open_up(self, session: SqliteSession) -> None:
        if self.configure:
            if self.opening:
                session.opened = session.fetch(self.opening)[0]
            self.configure(session)

    def alone(self) -> AbstractContextManager[Session]:
        """A writer is alone on SQLite always."""
        return self.write()

    def close(self) -> None:
        """Wait for the writer, fold the journal into the file, close everything."""
        self._closed = True
        self._lock.acquire(WAIT_SECONDS)
        try:
            while self._idle:
                self._idle.pop().close()
            if self._writer is not None:
                with suppress(sqlite3.Error):
                    self._writer.execute("PRAGMA optimize")
                self._writer.close()
                self._writer = None
        finally:
            self._lock.release()

    def _open(self, writes: bool) -> sqlite3.Connection:
        if self._closed:
            raise DatabaseGone(reason="closed")
        try:
            connection = sqlite3.connect(
                self.path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=512
            )
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={self._synchronous}")
            connection.execute("PRAGMA temp_store=MEMORY")
            connection.execute(f"PRAGMA cache_size={-16_000 if writes else -8_000}")
            connection.execute("PRAGMA journal_size_limit=67108864")
            sqlite_functions.register(connection)
            if not writes:
                connection.execute("PRAGMA query_only=1")
        except sqlite3.Error as error:
            raise explained(error) from error
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            connection.close()
            return
        if self._closed:
            connection.close()
        else:
            self._idle.append(connection)

    def _roll_back(self) -> None:
        """A full disk may have rolled the transaction back already; a broken connection is thrown away."""
        if self._writer is None:
            return
        try:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
        except sqlite3.Error:
            self._writer.close()
            self._writer = None


class SqliteBeside:
    """What it writes is temporary: whoever asks for it promises that."""

    def __init__(self, database: SqliteDatabase, connection: sqlite3.Connection) -> None:
        self._database = database
        self._connection = connection

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        session = SqliteSession(self._connection, self._database.clock(), writes=False)
        session.run("BEGIN")
        try:
            self._database.open_up(session)
            yield session
            session.run("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
            raise

    def close(self) -> None:
        self._connection.close()


def explained(error: sqlite3.Error) -> Exception:
    """The Problem behind a driver's error, or the error itself when it is a bug of ours."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _FULL:
        return DiskFull()
    if code in _BUSY:
        return DatabaseBusy()
    if code in _GONE:
        return DatabaseGone(reason=str(error))
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_CONSTRAINT_UNIQUE:
        return UniqueViolated(str(error).partition("failed: ")[2], None)
    return error
