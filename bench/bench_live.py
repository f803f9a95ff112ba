"""Two hundred people listen while a file is imported: how much slower is the import for it?

A real server (svyaz serve) in a process of its own, real sockets, sign-in and rights: 160 managers, 30 heads of
departments and 10 directors of twenty departments.  The same import with nobody listening and with all of them, in
turns, so that a busy machine disturbs both alike.  Figures are the elapsed time and the CPU of the server.
Mark of the house: at most a tenth slower.  Prints one line of JSON for each database.

    python bench/bench_live.py [rows] [rounds]      SQLite; PostgreSQL too when SVYAZ_TEST_POSTGRES names a server
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from svyaz.access.actor import SYSTEM
from svyaz.app import CONDUCT
from svyaz.command.companies import make
from svyaz.kernel.clock import SystemClock
from svyaz.org import sessions
from svyaz.org.actors import rebuild_reach
from svyaz.records.write import create_many, create_record
from svyaz.storage import accounts
from svyaz.tenancy import company as tenancy
from svyaz.traits.registry import SHAPES

ROOT = Path(__file__).resolve().parent.parent
MARK = 1.1
ROLES = ("manager",) * 160 + ("head",) * 30 + ("director",) * 10
DEPARTMENTS = 20


def prepare(home: Path, url: str) -> tuple[list[str], tuple[str, str]]:
    """A company with two hundred people in it; their session keys, and (key, csrf) of the administrator."""
    make(home, ("sales",), "Ромашка", demo=False, url=url)
    company = tenancy.open(home, SHAPES, SystemClock())
    company.conduct = CONDUCT
    keys = []
    with company.write() as session:
        departments = [
            create_record(session, SYSTEM, "department", {"title": f"Отдел {number}"}).id
            for number in range(DEPARTMENTS)
        ]
        rows = [
            {"first_name": "Имя", "surname": f"Фамилия {number}", "department": departments[number % DEPARTMENTS]}
            for number in range(len(ROLES))
        ]
        people = create_many(session, SYSTEM, "employee", rows, cause="demo", batch=None).ids
    with company.write() as session:
        for number, (person, role) in enumerate(zip(people, ROLES, strict=True)):
            accounts.set_roles(session, person, (role,))
            accounts.put_login(session, person, f"p{number}", f"p{number}", "", must_change=False)
            login = accounts.login_of(session, person)
            keys.append(sessions.open_session(session, login, "bench", "bench").key)
        rebuild_reach(session)
        admin = accounts.find_login(session, "admin")
        accounts.set_password(session, admin.employee, admin.password_hash, must_change=False)
        opened = sessions.open_session(session, admin, "bench", "bench")
    company.close()
    return keys, (opened.key, opened.csrf)


class Server:
    def __init__(self, home: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = (
            sys.executable,
            "-m",
            "svyaz.cli",
            "serve",
            "--home",
            str(home),
            "--port",
            str(self.port),
            "--no-limits",
        )
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.1)
        raise RuntimeError("the server does not answer")

    def cpu(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> float:
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(30)
        return time.monotonic() - began


class Listeners:
    """They read whatever comes and count it."""

    def __init__(self, port: int, keys: list[str]) -> None:
        self.port, self.keys = port, keys
        self.events = 0
        self.all_here = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []

    async def come(self) -> None:
        self.tasks = [asyncio.create_task(self._listen(key)) for key in self.keys]
        await self.all_here.wait()

    async def _listen(self, key: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"GET /api/live HTTP/1.1\r\nHost: localhost\r\nCookie: svyaz_session={key}\r\n\r\n".encode())
        try:
            async for line in reader:
                if line.startswith(b"data: "):
                    self.events += 1
                    if self.events == len(self.keys):  # everybody has had his hello
                        self.all_here.set()
        finally:
            writer.close()

    async def leave(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


def rows_of(rows: int, turn: int) -> bytes:
    out = io.StringIO()
    write = csv.writer(out, delimiter=";")
    write.writerow(("Имя", "Фамилия", "Должность"))
    for number in range(rows):
        write.writerow((f"Вера {turn}", f"Петрова {turn} {number}", "директор"))
    return out.getvalue().encode()


async def import_once(http: httpx.AsyncClient, server: Server, rows: int, turn: int) -> tuple[float, float]:
    """Seconds of the import from run to done, and seconds of the server's CPU in it."""
    sent = await http.post(
        "/api/imports", files={"file": ("люди.csv", rows_of(rows, turn), "text/csv")}, data={"entity": "contact"}
    )
    run = sent.raise_for_status().json()
    (await http.put(f"/api/imports/{run['id']}", json=run["plan"])).raise_for_status()
    await asyncio.sleep(1)
    cpu, began = server.cpu(), time.monotonic()
    (await http.post(f"/api/imports/{run['id']}/run")).raise_for_status()
    while True:
        await asyncio.sleep(0.1)
        state = (await http.get(f"/api/imports/{run['id']}")).json()
        if state["state"] != "running":
            break
    assert state["state"] == "done", state
    assert state["progress"]["done"] == rows, state["progress"]
    return time.monotonic() - began, server.cpu() - cpu


async def measure(server: Server, keys: list[str], admin: tuple[str, str], rows: int, rounds: int) -> dict[str, Any]:
    key, csrf = admin
    headers = {"Cookie": f"svyaz_session={key}", "X-Svyaz-CSRF": csrf}
    alone: list[tuple[float, float]] = []
    heard: list[tuple[float, float]] = []
    events = 0
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", headers=headers, timeout=60) as http:
        await import_once(http, server, min(rows, 2_000), -1)  # caches are warm for both
        for turn in range(rounds):
            alone.append(await import_once(http, server, rows, 2 * turn))
            listeners = Listeners(server.port, keys)
            await listeners.come()
            heard.append(await import_once(http, server, rows, 2 * turn + 1))
            events += listeners.events - len(keys)
            await listeners.leave()
    by = [median(one[at] for one in heard) / median(one[at] for one in alone) for at in (0, 1)]
    best = min(one[0] for one in heard) / min(one[0] for one in alone)
    return {
        "rows": rows,
        "listeners": len(keys),
        "alone_seconds": [round(one[0], 2) for one in alone],
        "heard_seconds": [round(one[0], 2) for one in heard],
        "alone_cpu": [round(one[1], 2) for one in alone],
        "heard_cpu": [round(one[1], 2) for one in heard],
        "ratio": round(by[0], 3),
        "ratio_of_best": round(best, 3),
        "ratio_cpu": round(by[1], 3),
        "events_per_listener": round(events / rounds / len(keys), 1),
        "mark": MARK,
    }


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    url = os.environ.get("SVYAZ_TEST_POSTGRES", "")
    for base in ("sqlite", *(("postgresql",) if url else ())):
        with tempfile.TemporaryDirectory(prefix="svyaz-bench-") as folder:
            home = Path(folder) / "romashka"
            keys, admin = prepare(home, url if base == "postgresql" else "")
            server = Server(home)
            try:
                told = asyncio.run(measure(server, keys, admin, rows, rounds))
            finally:
                stopped = server.stop()
            print(json.dumps({"bench": "live", "base": base, **told, "stop_seconds": round(stopped, 1)}))
            if base == "postgresql":
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute('DROP SCHEMA IF EXISTS "svyaz" CASCADE')


if __name__ == "__main__":
    main()
