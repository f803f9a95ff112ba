"""Moments that people look at, kept for a while: each on a connection of its own, with its temporary tables.

To bring a moment back costs seconds when much has changed since; whoever looks at it asks for many pages, and
colleagues ask for the same day.  What was then does not change any more, so what has been made serves every later
call; each call adds what has changed meanwhile.  Rights and the configuration are never kept: each call is a
transaction of its own and reads them anew.

Not kept: while somebody else is inside (the second makes his own, for one transaction), and behind a pooler of
PostgreSQL, where a temporary table would meet another company.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from svyaz.storage.engine import Database
from svyaz.storage.problems import DatabaseGone
from svyaz.storage.session import Beside, Session

MOST = 3  # moments of one company
SECONDS = 300  # without anybody looking

Go = Callable[[Session, Any], Any]


class Spoiled(Exception):
    """What was kept may not be shown any more and is made anew."""


@dataclass(slots=True, eq=False)
class _Kept:
    """made: what `go` returned last, None before the first."""

    at: datetime
    beside: Beside
    lock: threading.Lock = field(default_factory=threading.Lock)
    made: Any = None
    used: float = 0.0


class Pasts:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[datetime, _Kept] = {}
        self._guard = threading.Lock()
        self._timer: threading.Timer | None = None
        self._closed = False

    @contextmanager
    def at(self, at: datetime, go: Go) -> Iterator[Session]:
        """A transaction that shows the base of the moment.

        go(session, made) brings it there: `made` is what it returned the last time on this connection, None on a new
        one.  It raises Spoiled to be called on a new one.
        """
        kept = self._take(at)
        if kept is None:
            with self._database.aside() as session:
                go(session, None)
                yield session
            return
        try:
            session, made, transaction = self._enter(kept, go)
            with transaction:
                yield session
            kept.made = made
        except DatabaseGone:
            kept.made = None
            raise
        finally:
            kept.used = time.monotonic()
            kept.lock.release()
            if kept.made is None:
                self._drop(kept)

    def is_kept(self, at: datetime) -> bool:
        """Whether the moment is there already: to show it costs little, and nothing else has to go for it."""
        kept = self._kept.get(at)
        return kept is not None and kept.made is not None

    def close(self) -> None:
        with self._guard:
            self._closed = True
            kept = list(self._kept.values())
            self._kept.clear()
            if self._timer is not None:
                self._timer.cancel()
        for one in kept:
            one.beside.close()

    def _enter(self, kept: _Kept, go: Go) -> tuple[Session, Any, ExitStack]:
        """A transaction that is there, and how to leave it."""
        while True:
            if kept.made is None:  # committed before anything is asked: a refusal must not throw it away
                with kept.beside.transaction() as session:
                    made = go(session, None)
                kept.made = made
            transaction = ExitStack()
            session = transaction.enter_context(kept.beside.transaction())
            try:
                return session, go(session, kept.made), transaction
            except Spoiled:
                transaction.close()
                self._renew(kept)
            except BaseException:
                transaction.__exit__(*sys.exc_info())
                raise

    def _renew(self, kept: _Kept) -> None:
        kept.made = None
        kept.beside.close()
        beside = self._database.beside()
        if beside is None:
            raise RuntimeError("a database that kept the past keeps it no longer")
        kept.beside = beside

    def _take(self, at: datetime) -> _Kept | None:
        """Locked for the caller; None when the moment has to be made for one transaction only."""
        with self._guard:
            if self._closed:
                return None
            kept = self._kept.get(at)
            if kept is not None:
                return kept if kept.lock.acquire(blocking=False) else None
            self._sweep(MOST - 1)
            beside = self._database.beside() if len(self._kept) < MOST else None
            if beside is None:
                return None
            kept = self._kept[at] = _Kept(at, beside)
            kept.lock.acquire()
            self._wind()
            return kept

    def _drop(self, kept: _Kept) -> None:
        with self._guard:
            if self._kept.get(kept.at) is kept:
                del self._kept[kept.at]
        with suppress(Exception):
            kept.beside.close()

    def _sweep(self, most: int, since: float = 0.0) -> None:
        """Let go of those nobody is in: unused since, then the longest unused beyond `most`.  Under the guard."""
        for one in sorted(self._kept.values(), key=lambda one: one.used):
            if (len(self._kept) > most or one.used < since) and one.lock.acquire(blocking=False):
                del self._kept[one.at]
                one.beside.close()

    def _wind(self) -> None:
        if self._timer is None and not self._closed:
            self._timer = threading.Timer(SECONDS / 2, self._tick)
            self._timer.daemon = True
            self._timer.start()

    def _tick(self) -> None:
        with self._guard:
            self._timer = None
            self._sweep(MOST, time.monotonic() - SECONDS)
            if self._kept:
                self._wind()
