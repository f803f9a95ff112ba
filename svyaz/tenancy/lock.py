"""One server for a home folder: the second is told so at once, before it touches anything.  Of workers there may be
many, and each holds a lock while it lives, so that whoever starts later knows which of them have died."""

from __future__ import annotations

from contextlib import suppress
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


class WorkerLock:
    """Held until `release` or the death of the process."""

    def __init__(self, home: Path, token: str) -> None:
        folder = home / "workers"
        folder.mkdir(exist_ok=True)
        self._path = folder / f"{token}.lock"
        self._lock = FileLock(self._path)

    def release(self) -> None:
        self._lock.release()
        _forget(self._path)


def dead_workers(home: Path) -> list[str]:
    """Tokens of those that died on this home and were not told of before; another machine's home is another."""
    dead = []
    for path in sorted((home / "workers").glob("*.lock")):
        with suppress(TimeoutError):
            FileLock(path).release()
            _forget(path)
            dead.append(path.stem)
    return dead


def _forget(path: Path) -> None:
    for one in (path, path.with_name(f"{path.name}-journal")):
        one.unlink(missing_ok=True)
