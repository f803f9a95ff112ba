"""Follow the change log of a company: give positions, tell those who listen.  One thread in each process.

A commit that added to the log wakes it at once; commits of other processes are found by looking every 250 ms.
Between two looks there are 250 ms whatever is written, so an import of a million rows is looked at four times a
second, not a thousand.

Every process follows, a server or a worker, and any of them may publish: they take an advisory lock by trying,
never by waiting, so at each moment one gives positions and the others go on with what is given already.  None is
chosen, none has to be alive.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from svyaz.kernel.problem import Problem
from svyaz.storage import changes
from svyaz.tenancy.company import Company

LOG = logging.getLogger("svyaz.follower")

PAUSE_SECONDS = 0.25
TROUBLE_SECONDS = 2.0


class Follower:
    """listeners: called after each look, in this thread; each keeps its own position."""

    def __init__(self, company: Company, listeners: Sequence[Callable[[], None]] = ()) -> None:
        self.company = company
        self.listeners = tuple(listeners)
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def step(self) -> None:
        """One look."""
        changes.publish(self.company.database, wait=False)
        for listener in self.listeners:
            listener()

    def start(self) -> None:
        if self._thread is None:
            self._stop.clear()
            self.company.logged = self.wake
            self._thread = threading.Thread(target=self._follow, name="svyaz-follower", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        if self._thread is not None:
            self.company.logged = None
            self._stop.set()
            self._wake.set()
            self._thread.join(10)
            self._thread = None

    def wake(self) -> None:
        self._wake.set()

    def _follow(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            began = time.monotonic()
            try:
                self.step()
            except Problem as problem:  # the base is gone or busy: what was missed is found by position
                LOG.error("the log is not followed: %s", problem)
                self._stop.wait(TROUBLE_SECONDS)
            except Exception:
                LOG.exception("the follower of the log")
                self._stop.wait(TROUBLE_SECONDS)
            self._wake.wait(PAUSE_SECONDS)
            self._stop.wait(max(0.0, began + PAUSE_SECONDS - time.monotonic()))
