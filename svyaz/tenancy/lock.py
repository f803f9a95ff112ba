"""One server for a home folder: the second is told so at once, before it touches anything.

The lock is SQLite's own on a file beside the base: the operating system frees it when the process dies,
and it is the same on Linux and Windows.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from svyaz.kernel.problem import Problem


class HomeInUse(Problem):
    code = "home_in_use"  # facts: home
    status = 409


class ServerLock:
    """Held from its making to `release` (or the end of the process)."""

    def __init__(self, home: Path) -> None:
        self._connection = sqlite3.connect(
            home / "server.lock", timeout=0, isolation_level=None, check_same_thread=False
        )
        try:
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            self._connection.close()
            raise HomeInUse(home=str(home)) from error

    def release(self) -> None:
        self._connection.close()
