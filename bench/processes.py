"""Processes that are measured: a server under test, the CPU it and its database have used, the memory it takes.

CPU is user + system from /proc, in seconds.  PostgreSQL is counted whole: its processes that live, and, through the
postmaster, those that have ended (parallel workers).  Nothing else may use the cluster meanwhile.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 120


def cpu_of(pid: int) -> float:
    """Of a process with all its threads, dead ones too; its children are not in it."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0


def _stat(pid: int | str) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def fine_cpu_of(pid: int) -> float:
    """The same to the microsecond, for one request at a time; of the threads that live.  Dearer to ask."""
    total = 0
    for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            total += int(path.read_text().split()[0])
        except OSError:
            continue
    return total / 1e9


def memory_of(pid: int, what: str = "VmRSS") -> float:
    """MB.  VmRSS: now; VmHWM: the most ever."""
    line = next(one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith(what))
    return int(line.split()[1]) / 1024


@dataclass(frozen=True, slots=True)
class Cluster:
    """The server of a database: nothing for SQLite, which works inside of whoever asks."""

    postmaster: int = 0

    def fine_cpu(self) -> float:
        """Of the processes that live."""
        if not self.postmaster:
            return 0.0
        found = (path.name for path in Path("/proc").glob("[0-9]*"))
        return sum(
            fine_cpu_of(int(pid)) for pid in found if (fields := _stat(pid)) and int(fields[1]) == self.postmaster
        )

    def cpu(self) -> float:
        if not self.postmaster:
            return 0.0
        own = _stat(self.postmaster)
        total = sum(int(own[at]) for at in (11, 12, 13, 14))
        for path in Path("/proc").glob("[0-9]*"):
            fields = _stat(path.name)
            if fields and int(fields[1]) == self.postmaster:
                total += int(fields[11]) + int(fields[12])
        return total / TICKS


def cluster_of(url: str) -> Cluster:
    if not url:
        return Cluster()
    with psycopg.connect(url) as connection:
        backend = connection.info.backend_pid
    # The backend is gone by now, or soon will be: its parent is asked of one that lives.
    with psycopg.connect(url) as connection:
        backend = connection.info.backend_pid
        return Cluster(int(_stat(backend)[1]))


@dataclass(slots=True)
class Server:
    """A program that serves HTTP on a free port, in a process of its own."""

    command: Sequence[str]
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        self.port = free_port()
        command = [sys.executable, *self.command, "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, env={**os.environ, **self.environment}
        )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise RuntimeError(f"{self.command} does not answer")

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def cpu(self) -> float:
        return cpu_of(self.pid)

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settle(server: Server, cluster: Cluster, quiet: float = 0.04, longest: float = 120.0) -> None:
    """Wait until the server and its database have done what they had put off: less than a tenth of a core."""
    until = time.monotonic() + longest
    before = server.cpu() + cluster.cpu()
    while time.monotonic() < until:
        time.sleep(0.5)
        now = server.cpu() + cluster.cpu()
        if now - before <= quiet:
            return
        before = now
