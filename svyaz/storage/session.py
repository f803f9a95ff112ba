"""One transaction: how SQL text is run, what the transaction knows, what happens after it commits.

SQL text is one for both drivers: `?` for parameters, never a literal `%` that is not data.  Lists
are ONE parameter: `session.list_parameter(values)` with `session.in_list("sv_id", "bigint")`.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Literal as OneOf, Protocol

import orjson

from svyaz.fields.base import ColumnKind, Terms
from svyaz.schema.snapshot import Snapshot

Dialect = OneOf["sqlite", "postgresql"]
Row = tuple[Any, ...]

# Below this many rows a COPY costs more than it saves (two more round trips).
COPY_FROM = 20
LONG_SECONDS = 5
LOG = logging.getLogger("svyaz.storage")


class UniqueViolated(Exception):
    """A unique index refused.  where: its name on PostgreSQL, `table.column` on SQLite; value: when known.

    Never leaves storage: record_tables makes a UniqueTaken of it.
    """

    def __init__(self, where: str, value: str | None) -> None:
        super().__init__(where, value)
        self.where = where
        self.value = value


class Session:
    """Lives from BEGIN to COMMIT; made by Database.read() and Database.write() only.

    now   the clock at the start of the transaction, UTC, whole seconds: what is written equals what is read back
    """

    dialect: Dialect

    def __init__(self, now: datetime, writes: bool) -> None:
        self.now = now.replace(microsecond=0)
        self.writes = writes
        self.callbacks: list[Callable[[], None]] = []
        self.opened: Row | None = None  # what the database's `opening` answered in this transaction
        self.conduct: tuple[Any, ...] = ()  # traits, handed from app.py to records; storage never looks inside
        self.logged: Callable[[], None] | None = None  # whom to tell after the commit that the log has grown
        self.past: datetime | None = None  # the moment whose base this transaction shows (records.as_of)
        self.covered: frozenset[str] = frozenset()  # entities some of whose records were other then (storage.as_of)
        self.written = (
            0  # how many times something was written in this transaction: what was read since then still stands
        )
        self.repeats = False  # of one card: the same few statements come again and again, so a plan is worth keeping
        self._snapshot: Snapshot | None = None
        self._terms: Terms | None = None

    @property
    def snapshot(self) -> Snapshot:
        """The configuration this transaction works with, read inside it."""
        if self._snapshot is None:
            raise RuntimeError("this session was opened without a configuration")
        return self._snapshot

    @snapshot.setter
    def snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._terms = None

    @property
    def terms(self) -> Terms:
        if self._terms is None:
            settings = self.snapshot.settings
            self._terms = Terms(settings.currency, settings.zone, settings.region)
        return self._terms

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call when the transaction has committed and its locks are free; never when it is rolled back."""
        self.callbacks.append(callback)

    def is_waited_for(self) -> bool:
        """Whether others wait for this transaction to end before they can write: long work then makes it shorter."""
        return False

    # The three ways to run SQL; each turns what the driver says into a Problem where a person can help.

    def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        raise NotImplementedError

    def fetch_all(self, queries: Sequence[tuple[str, Sequence[Any]]]) -> list[list[Row]]:
        """Several independent queries; on PostgreSQL they travel together, in one round trip."""
        return [self.fetch(sql, parameters) for sql, parameters in queries]

    def stream(self, sql: str, parameters: Sequence[Any], size: int) -> Iterator[list[Row]]:
        """As fetch, `size` rows at a time: what has been read is not kept.  Other queries may come in between."""
        raise NotImplementedError

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Returns the number of rows touched."""
        raise NotImplementedError

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """One statement for many rows of parameters; returns the number of rows touched in all."""
        raise NotImplementedError

    def insert_rows(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """The fastest way in: executemany on SQLite, COPY on PostgreSQL.  Empty `rows` do nothing."""
        raise NotImplementedError

    # What differs in how values go in and come out.

    def list_parameter(self, values: Iterable[Any]) -> Any:
        raise NotImplementedError

    def in_list(self, column: str, kind: ColumnKind) -> str:
        """SQL of «column is one of», with one `?`."""
        raise NotImplementedError

    def put(self, kind: ColumnKind) -> Callable[[Any], Any] | None:
        """How a value becomes a parameter; None: as it is.  The function takes None as well."""
        raise NotImplementedError

    def put_instant(self, at: datetime | None) -> Any:
        raise NotImplementedError


class Beside(Protocol):
    """A connection of its own, whose temporary tables live as long as it does; one transaction at a time."""

    def transaction(self) -> AbstractContextManager[Session]: ...

    def close(self) -> None: ...


def take_instant(stored: Any) -> datetime | None:
    """An instant from either driver, aware, UTC."""
    if stored is None:
        return None
    if isinstance(stored, str):
        return datetime.fromisoformat(stored.replace("Z", "+00:00"))
    at: datetime = stored
    return at.astimezone(UTC)


def iso_instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()[:19] + "Z"


def iso_date(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def json_list(values: Iterable[Any]) -> str:
    return orjson.dumps(list(values)).decode()


def warn_if_long(began: float) -> None:
    """Nobody else writes (SQLite), or the feed stands (PostgreSQL), while one transaction goes on."""
    seconds = time.monotonic() - began
    if seconds > LONG_SECONDS:
        LOG.warning("a write transaction took %.1f s", seconds)


_MARKS = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|\?|%")


@lru_cache(maxsize=4096)
def for_psycopg(sql: str) -> str:
    """`?` outside quotes becomes `%s`; every `%` is doubled, for psycopg reads it everywhere."""
    return _MARKS.sub(lambda mark: "%s" if mark[0] == "?" else mark[0].replace("%", "%%"), sql)


@lru_cache(maxsize=512)
def insert_text(table: str, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f'INSERT INTO "{table}" ({names}) VALUES ({", ".join("?" * len(columns))})'
