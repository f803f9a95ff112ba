"""PostgreSQL: a schema for each company, a small pool of connections, nothing kept between transactions.

The search path is set with SET LOCAL inside each transaction: behind a pooler a session-wide one read
another company's data 577 times of 610.  For the same reason server-side prepared statements are used on a
connection only that is known to lead straight to the server, and there only by changes of one card, most of whose
time was planning.  A text names the configuration it was made for, for tables change with it, and the tables that are
covered by the past: a view that hides a table makes no kept plan anew.  Connections are in autocommit, BEGIN and COMMIT are ours, so that a
transaction opens with one round trip.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus

from svyaz.fields.base import ColumnKind
from svyaz.storage.problems import ConcurrentChange, DatabaseBusy, DatabaseGone, DiskFull
from svyaz.storage.session import COPY_FROM, Row, Session, UniqueViolated, for_psycopg, insert_text, warn_if_long

CONNECTIONS = 16
WAIT_SECONDS = 30.0
CONNECT_SECONDS = 10
LOCK_SECONDS = 2
TOGETHER = 3  # queries: for fewer the pipeline of the driver costs more than round trips to a server nearby
PLAN_KEPT_FROM = 3  # times that a statement has come
ASIDE = "svyaz aside"
TABLES_LOCK = "hashtext(current_schema()), 1"

_ARRAYS: dict[ColumnKind, str] = {
    "bigint": "bigint[]",
    "text": "text[]",
    "yes_no": "boolean[]",
    "date": "date[]",
    "datetime": "timestamptz[]",
}


class PostgresSession(Session):
    dialect = "postgresql"

    def __init__(
        self, connection: psycopg.Connection[Row], now: datetime, writes: bool, keeps_plans: bool = False
    ) -> None:
        super().__init__(now, writes)
        self.connection = connection
        self.keeps_plans = keeps_plans

    def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        try:
            return self._execute(sql, parameters).fetchall()
        except psycopg.Error as error:
            raise explained(error) from error

    def fetch_all(self, queries: Sequence[tuple[str, Sequence[Any]]]) -> list[list[Row]]:
        if len(queries) < TOGETHER:
            return super().fetch_all(queries)
        try:
            with self.connection.pipeline():
                cursors = [self._execute(sql, parameters) for sql, parameters in queries]
                return [cursor.fetchall() for cursor in cursors]
        except psycopg.Error as error:
            raise explained(error) from error

    def stream(self, sql: str, parameters: Sequence[Any], size: int) -> Iterator[list[Row]]:
        """By a cursor of the server; it will be read to the end, so it is planned for that.  To compile its formulas takes
        longer (0.3 s) than they do for rows that are mostly copied out."""
        try:
            self.connection.execute("SET LOCAL cursor_tuple_fraction = 1; SET LOCAL jit = off")
            with self.connection.cursor(name="sv_stream") as cursor:
                cursor.execute(for_psycopg(sql), parameters)
                while rows := cursor.fetchmany(size):
                    yield rows
        except psycopg.Error as error:
            raise explained(error) from error

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        self.written += 1
        try:
            return self._execute(sql, parameters).rowcount
        except psycopg.Error as error:
            raise explained(error) from error

    def _execute(self, sql: str, parameters: Sequence[Any]) -> psycopg.Cursor[Row]:
        if not parameters:
            return self.connection.execute(sql)
        text = for_psycopg(sql)
        if not (self.repeats and self.keeps_plans and self.opened):
            return self.connection.execute(text, parameters)
        self.connection.prepare_threshold = PLAN_KEPT_FROM
        try:
            return self.connection.execute(
                f"{text} /* {' '.join((str(self.opened[0]), *sorted(self.covered)))} */", parameters
            )
        finally:
            self.connection.prepare_threshold = None

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        if not rows:
            return 0
        self.written += 1
        try:
            with self.connection.cursor() as cursor:
                cursor.executemany(for_psycopg(sql), rows)
                return cursor.rowcount
        except psycopg.Error as error:
            raise explained(error) from error

    def insert_rows(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        if len(rows) == 1:
            self.run(insert_text(table, tuple(columns)), rows[0])
            return
        if len(rows) < COPY_FROM:
            self.run_many(insert_text(table, tuple(columns)), rows)
            return
        names = ", ".join(f'"{name}"' for name in columns)
        self.written += 1
        try:
            with self.connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
        except psycopg.Error as error:
            raise explained(error) from error

    def list_parameter(self, values: Iterable[Any]) -> list[Any]:
        return list(values)

    def in_list(self, column: str, kind: ColumnKind) -> str:
        return f"{column} = ANY(?::{_ARRAYS[kind]})"

    def put(self, kind: ColumnKind) -> Callable[[Any], Any] | None:
        return None

    def put_instant(self, at: datetime | None) -> datetime | None:
        return at


class PostgresDatabase:
    dialect = "postgresql"

    def __init__(self, url: str, schema: str, clock: Callable[[], datetime]) -> None:
        self.url = url
        self.schema = schema
        self.clock = clock
        self.configure: Callable[[Session], None] | None = None
        self.opening = ""  # SQL of one row that every configured transaction begins by asking, in the same round trip
        self._idle: list[psycopg.Connection[Row]] = []
        self._places = threading.BoundedSemaphore(CONNECTIONS)
        self._closed = False
        self._straight: bool | None = None  # whether every connection so far has led to the server itself
        local = f"SET LOCAL search_path TO \"{schema}\"; SET LOCAL timezone TO 'UTC'"
        self._begin_reading = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {local}"
        # Its temporary tables take a number among those who write, though it writes no log: the feed does not wait for it.
        self.begin_aside = f"BEGIN ISOLATION LEVEL REPEATABLE READ; {local}; SET LOCAL application_name TO '{ASIDE}'"
        # No table changes under a writer: it shares a lock that whoever changes tables takes alone.
        self._begin_writing = f"BEGIN; {local}; SELECT pg_advisory_xact_lock_shared({TABLES_LOCK})"
        self._begin_alone = (
            f"BEGIN; {local}; SET LOCAL lock_timeout = '{LOCK_SECONDS}s'; SELECT pg_advisory_xact_lock({TABLES_LOCK})"
        )

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One state of the base from the first statement to the last."""
        with self._transaction(self._begin_reading, writes=False) as session:
            yield session

    @contextmanager
    def aside(self) -> Iterator[Session]:
        """As read(), where temporary tables may be made; nothing of it is left."""
        with self._transaction(self.begin_aside, writes=False, keep=False) as session:
            yield session

    def beside(self) -> PostgresBeside | None:
        """A connection of its own, for temporary tables that outlive a transaction; None behind a pooler, which would
        hand it on to others between two of them."""
        connection = self._connect()
        if not leads_straight(connection):
            connection.close()
            return None
        return PostgresBeside(self, connection)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Leaves by an exception: nothing is written.  Rows are locked by the statements that touch them."""
        with self._transaction(self._begin_writing, writes=True) as session:
            yield session

    @contextmanager
    def alone(self) -> Iterator[Session]:
        """No other writer is inside, and no lock is waited for longer than two seconds: for changing tables."""
        with self._transaction(self._begin_alone, writes=True) as session:
            yield session

    @contextmanager
    def outside(self) -> Iterator[Session]:
        """No transaction: only for what PostgreSQL refuses inside one (CREATE INDEX CONCURRENTLY)."""
        connection = self._connect()
        try:
            try:
                connection.execute(f'SET search_path TO "{self.schema}"')
            except psycopg.Error as error:
                raise explained(error) from error
            yield PostgresSession(connection, self.clock(), writes=True)
        finally:
            connection.close()

    def close(self) -> None:
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def _transaction(self, begin: str, writes: bool, keep: bool = True) -> Iterator[Session]:
        if not self._places.acquire(timeout=WAIT_SECONDS):
            raise DatabaseBusy()
        try:
            connection, opened = self._take(begin)
            began = time.monotonic()
            try:
                session = PostgresSession(connection, self.clock(), writes, keeps_plans=self._straight is True)
                self.open_up(session, opened)
                yield session
                if keep:
                    self._commit(connection)
                else:
                    self._roll_back(connection)
                if writes:
                    warn_if_long(began)
            except BaseException:
                self._roll_back(connection)
                raise
            finally:
                self._give_back(connection)
        finally:
            self._places.release()
        for callback in session.callbacks:
            callback()

    def _take(self, begin: str) -> tuple[psycopg.Connection[Row], Row | None]:
        """A connection with its transaction begun, and what the opening answered.  An idle one may have died with the
        server: it is replaced."""
        while self._idle:
            with suppress(IndexError):  # another thread took the last one
                connection = self._idle.pop()
                try:
                    return connection, self.begin(connection, begin)
                except psycopg.Error as error:
                    problem = explained(error)
                    connection.close()
                    if not isinstance(problem, DatabaseGone):
                        raise problem from error
        connection = self._connect()
        try:
            return connection, self.begin(connection, begin)
        except psycopg.Error as error:
            connection.close()
            raise explained(error) from error

    def begin(self, connection: psycopg.Connection[Row], begin: str) -> Row | None:
        """Statements of one round trip; the answer of the last, which is the opening's, if there is one."""
        if not self.opening or not self.configure:
            connection.execute(begin)
            return None
        return connection.execute(f"{begin}; {self.opening}").set_result(-1).fetchone()

    def open_up(self, session: PostgresSession, opened: Row | None) -> None:
        session.opened = opened
        if self.configure:
            self.configure(session)

    def _connect(self) -> psycopg.Connection[Row]:
        if self._closed:
            raise DatabaseGone(reason="closed")
        try:
            connection = psycopg.connect(
                self.url,
                autocommit=True,
                prepare_threshold=None,
                connect_timeout=CONNECT_SECONDS,
                application_name="svyaz",
            )
            self._straight = self._straight is not False and leads_straight(connection)
            return connection
        except psycopg.Error as error:
            raise explained(error) from error

    def _commit(self, connection: psycopg.Connection[Row]) -> None:
        """COMMIT of a transaction whose error somebody swallowed answers ROLLBACK and no error: that is a lie to us."""
        if connection.info.transaction_status == TransactionStatus.INERROR:
            raise RuntimeError("a database error was swallowed inside this transaction; nothing can be committed")
        try:
            connection.execute("COMMIT")
        except psycopg.Error as error:
            raise explained(error) from error

    def _roll_back(self, connection: psycopg.Connection[Row]) -> None:
        try:
            if not connection.closed:
                connection.execute("ROLLBACK")
        except psycopg.Error:
            connection.close()

    def _give_back(self, connection: psycopg.Connection[Row]) -> None:
        if self._closed or connection.closed:
            connection.close()
        else:
            self._idle.append(connection)


class PostgresBeside:
    """What it writes is temporary: whoever asks for it promises that."""

    def __init__(self, database: PostgresDatabase, connection: psycopg.Connection[Row]) -> None:
        self._database = database
        self._connection = connection

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        session = PostgresSession(self._connection, self._database.clock(), writes=False, keeps_plans=True)
        session.repeats = True  # it leads straight to the server, and pages of one moment are asked for again and again
        try:
            opened = self._database.begin(self._connection, self._database.begin_aside)
        except psycopg.Error as error:
            raise explained(error) from error
        try:
            self._database.open_up(session, opened)
            yield session
            session.run("COMMIT")
        except BaseException:
            with suppress(psycopg.Error):
                if not self._connection.closed:
                    self._connection.execute("ROLLBACK")
            raise

    def close(self) -> None:
        self._connection.close()


def leads_straight(connection: psycopg.Connection[Row]) -> bool:
    """Whether it is the server's own process that answers, and not one that a pooler has picked."""
    there = connection.execute("SELECT pg_backend_pid()").fetchone()
    return there is not None and there[0] == connection.info.backend_pid


def explained(error: psycopg.Error) -> Exception:
    """The Problem behind a driver's error, or the error itself when it is a bug of ours."""
    if isinstance(error, errors.DiskFull):
        return DiskFull()
    if isinstance(error, errors.LockNotAvailable | errors.TooManyConnections):
        return DatabaseBusy()
    if isinstance(error, errors.DeadlockDetected | errors.SerializationFailure):
        return ConcurrentChange()
    if isinstance(error, errors.UniqueViolation):
        value = re.search(r"=\((.*)\) already", error.diag.message_detail or "", re.DOTALL)
        return UniqueViolated(error.diag.constraint_name or "", value[1] if value else None)
    if isinstance(error, psycopg.OperationalError) and not isinstance(error, errors.QueryCanceled):
        # No state at all (the socket broke) or class 08, 57: shut down, crashed, starting up.
        if not error.sqlstate or error.sqlstate[:2] in ("08", "57", "58"):
            return DatabaseGone(reason=str(error).strip())
    return error
