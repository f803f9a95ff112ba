"""A lock on a file that the operating system frees when its holder dies, the same on Linux and Windows.

It is SQLite's own lock on an empty base: nothing more portable is at hand.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path


class FileLock:
    """Held from its making to `release` or the end of the process.  Raises TimeoutError when another has it."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            self._connection.close()
            raise TimeoutError(str(path)) from error

    def release(self) -> None:
        self._connection.close()
