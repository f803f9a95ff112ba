"""A company served by real processes that can be killed: `svyaz serve`, `svyaz worker`, and PostgreSQL under them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from svyaz.command.companies import make
from svyaz.org import sessions
from svyaz.storage import accounts, ids
from svyaz.tenancy import company as companies
from svyaz.tenancy.company import Company
from svyaz.traits.registry import SHAPES
from tools import test_postgres

WAIT_SECONDS = 90


@dataclass(slots=True)
class Place:
    """home: the company's folder; token: of its administrator; log: what the processes said."""

    home: Path
    log: Path
    token: str = ""
    port: int = field(default_factory=test_postgres.free_port)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    around: tuple[str, ...] = ()  # a command that the processes are started through

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, timeout: float = 60) -> httpx.Client:
        return httpx.Client(
            base_url=self.address, headers={"Authorization": f"Bearer {self.token}"}, timeout=timeout, trust_env=False
        )

    def start(self, *names: str) -> None:
        """`server`, `worker`; waits until the server answers."""
        for name in names:
            told: tuple[str, ...] = ("worker",)
            if name == "server":
                told = ("serve", "--port", str(self.port), "--no-worker", "--no-limits")
            command = [*self.around, sys.executable, "-m", "svyaz.cli", *told, "--home", str(self.home)]
            with self.log.open("ab") as said:
                self.running[name] = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
                )
        if "server" in names:
            self.wait_for_server()

    def wait_for_server(self) -> None:
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            if self.running["server"].poll() is not None:
                raise AssertionError(f"the server ended by itself:\n{self.said()}")
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.address}/api/session", timeout=10, trust_env=False).status_code == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"the server does not answer:\n{self.said()}")

    def wait_for_worker(self) -> None:
        """It has done a job: one that changes nothing."""
        asked = {"filter": 'title = "нет такого"', "change": {"title": "нет"}}
        with self.client() as http:
            job = http.post("/api/records/counterparty/bulk", json=asked).json()["job"]
            end = time.monotonic() + WAIT_SECONDS
            while http.get(f"/api/jobs/{job}").json()["state"] != "done":
                assert time.monotonic() < end, f"the worker does nothing:\n{self.said()}"
                time.sleep(0.1)

    def kill(self, *names: str) -> None:
        """kill -9, all at the same moment as far as may be."""
        for name in names:
            with suppress(ProcessLookupError):  # it ended by itself: the round tells so
                os.killpg(self.running[name].pid, signal.SIGKILL)
        for name in names:
            self.running.pop(name).wait()

    def stop(self) -> None:
        self.kill(*list(self.running))

    def opened(self) -> Company:
        return companies.open(self.home, SHAPES)

    def said(self) -> str:
        return self.log.read_text(errors="replace")[-4_000:]

    def checked(self, capture: Path) -> str:
        """What `svyaz check` says against the base; empty when all is well."""
        with capture.open("w") as out:
            done = subprocess.run(
                [sys.executable, "-m", "svyaz.cli", "check", "--home", str(self.home)],
                stdout=out,
                stderr=subprocess.STDOUT,
                check=False,
            )
        return "" if done.returncode == 0 else capture.read_text()


@contextmanager
def served_place(url: str = "", home: Path | None = None, around: tuple[str, ...] = ()) -> Iterator[Place]:
    """A new company with the sales solution, an administrator and his token; nothing runs yet.

    url: of an empty PostgreSQL database; "": SQLite.  home: where, when it matters.
    """
    folder = Path(tempfile.mkdtemp(prefix="svyaz-survival-"))
    place = Place(home or folder / "company", folder / "log", around=around)
    place.log.touch()
    try:
        make(place.home, ("sales",), "Ромашка", demo=False, url=url)
        company = place.opened()
        with company.write() as session:
            login = accounts.find_login(session, "admin")
            assert login is not None
            number = ids.take_id(session)
            place.token = sessions.create_token(session, login.employee, "survival", "all", 30, number)
        company.close()
        yield place
    finally:
        place.stop()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True)
class Cluster:
    """A PostgreSQL that syncs, to be killed and started again on what it left."""

    made: test_postgres.Cluster
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return self.made.url

    def kill(self) -> None:
        """The postmaster first, so that it can tell its children nothing; then every one of them."""
        children = children_of(self.process.pid)
        self.process.kill()
        for one in children:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self.process.wait()
        end = time.monotonic() + WAIT_SECONDS
        while any(Path(f"/proc/{one}").exists() for one in children) and time.monotonic() < end:
            time.sleep(0.01)

    def shut(self) -> None:
        """As an administrator stops it: whoever is inside is put out, what was committed is kept."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(WAIT_SECONDS)

    def start(self) -> None:
        port = urlsplit(self.url).port
        assert port is not None
        self.process = test_postgres.run_server(self.made.directory, port, durable=True)
        if not test_postgres.wait_until_ready(self.process, self.made.directory / "data" / "postmaster.pid"):
            raise AssertionError((self.made.directory / "log").read_text(errors="replace")[-4_000:])


@contextmanager
def durable_cluster() -> Iterator[Cluster]:
    made = test_postgres.start(durable=True)
    cluster = Cluster(made, made.process)
    try:
        yield cluster
    finally:
        if cluster.process.poll() is None:
            cluster.kill()
        shutil.rmtree(made.directory, ignore_errors=True)


def children_of(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state = (folder / "stat").read_text()
            if int(re.split(r"\) ", state)[-1].split()[1]) == parent:
                found.append(int(folder.name))
    return found
