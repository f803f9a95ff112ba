"""One server for a home folder: the second is told so at once, before it touches anything."""

from __future__ import annotations

from pathlib import Path

from svyaz.kernel.problem import Problem
from svyaz.storage.file_lock import FileLock


class HomeInUse(Problem):
    code = "home_in_use"  # facts: home
    status = 409


class ServerLock:
    """Held until `release` or the death of the process; only a server takes it, commands and workers do not."""

    def __init__(self, home: Path) -> None:
        try:
            self._lock = FileLock(home / "server.lock")
        except TimeoutError as error:
            raise HomeInUse(home=str(home)) from error

    def release(self) -> None:
        self._lock.release()
