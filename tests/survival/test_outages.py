"""What is under the server fails and comes back, and the server lives on: disk, database, a stranger's lock."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from svyaz.kernel.clock import FixedClock
from svyaz.storage import sqlite_engine
from tests.api.site import Site
from tests.cast import Cast
from tests.conftest import opened_company
from tests.survival.ledger import Ledger
from tests.survival.places import Place, durable_cluster, served_place
from tests.survival.proof import prove, wait

UNHAPPY = ("disk_full", "database_gone")


def create(http: httpx.Client, title: str) -> httpx.Response:
    return http.post("/api/records/counterparty", json={"values": {"title": title, "city": "Уфа"}})


def send(http: httpx.Client, content: bytes) -> httpx.Response:
    return http.post("/api/files", files={"file": ("снимок.png", content, "image/png")})


def code(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["code"])


def comes(ask: Callable[[], httpx.Response], status: int) -> bool:
    """Whether the answer is that in the end; the server is not started anew."""
    return wait(lambda: ask().status_code == status, 60)


def no_findings(place: Place) -> None:
    ledger = Ledger()
    prove(place, ledger)
    assert ledger.findings == []


# --- the disk


@contextmanager
def small_disk(size: int) -> Iterator[Path | None]:
    """A file system of its own; None where that is not allowed."""
    folder = Path(tempfile.mkdtemp(prefix="svyaz-disk-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", str(folder)], capture_output=True, check=False
    )
    try:
        yield folder if mounted.returncode == 0 else None
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "-l", str(folder)], check=False)
        with suppress(OSError):
            folder.rmdir()


class Disk:
    """Something that gets full: a small file system, or else a limit on the length of files that the server writes."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.place: Place | None = None

    def fill(self) -> None:
        if self.folder is not None:
            with (self.folder / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
                while ballast.write(b"\0" * 65_536):
                    pass
        else:
            self.limit(1_000)

    def free(self) -> None:
        if self.folder is not None:
            (self.folder / "ballast").unlink()
        else:
            self.limit(resource.RLIM_INFINITY)

    def limit(self, longest: int) -> None:
        assert self.place is not None
        for process in self.place.running.values():
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (longest, resource.RLIM_INFINITY))


@pytest.fixture(params=["disk", "limit"])
def disk(request: pytest.FixtureRequest) -> Iterator[Disk]:
    if request.param == "limit":
        yield Disk(None)
        return
    with small_disk(64 * 1024 * 1024) as folder:
        yield Disk(folder)


def test_full_disk_is_told_nothing_is_half_written_and_after_room_is_made_work_goes_on(disk: Disk) -> None:
    home = disk.folder / "company" if disk.folder else None
    with served_place(home=home) as place, place.client() as http:
        disk.place = place
        place.start("server", "worker")
        first = create(http, "Первый").json()["id"]
        assert send(http, os.urandom(50_000)).status_code == 201
        disk.fill()
        acknowledged: list[int] = []
        refused = 0
        while refused < 10:
            made = create(http, f"Клиент {len(acknowledged)}")
            if made.status_code == 201:
                acknowledged.append(made.json()["id"])
            else:
                assert made.status_code == 503 and code(made) in UNHAPPY, made.text
                refused += 1
        sent = send(http, os.urandom(3_000_000))
        assert sent.status_code == 503 and code(sent) in UNHAPPY, sent.text
        assert http.get(f"/api/records/counterparty/{first}").status_code == 200, "a full disk can still be read"
        assert (
            len(http.get("/api/records/counterparty", params={"limit": 1000}).json()["rows"]) == len(acknowledged) + 1
        )
        assert list((place.home / "files").glob(".part-*")) == []
        disk.free()
        assert comes(lambda: create(http, "После"), 201)
        assert comes(lambda: send(http, os.urandom(100_000)), 201)
        rows = http.get("/api/records/counterparty", params={"limit": 1000}).json()["rows"]
        assert {row[0] for row in rows} >= {first, *acknowledged}
        no_findings(place)


@pytest.mark.parametrize("what", ["postgresql"])
def test_full_disk_of_postgresql_is_told_and_after_room_is_made_work_goes_on(what: str) -> None:
    """Its tables are on a small file system; its log is not, or the server itself would stop."""
    with small_disk(48 * 1024 * 1024) as folder:
        if folder is None:
            pytest.skip("a file system cannot be mounted here; the error itself is tried on SQLite")
        with durable_cluster() as cluster:
            owner = cluster.made.directory.stat()
            room = folder / "tables"
            room.mkdir()
            os.chown(room, owner.st_uid, owner.st_gid)
            with psycopg.connect(cluster.url, autocommit=True) as db:
                db.execute(f"CREATE TABLESPACE small LOCATION '{room}'")
                db.execute("CREATE DATABASE tight TABLESPACE small")
            with served_place(cluster.url.rsplit("/", 1)[0] + "/tight") as place, place.client() as http:
                place.start("server", "worker")
                assert create(http, "Первый").status_code == 201
                Disk(folder).fill()
                acknowledged, refused = [], 0
                told = "слово " * 40
                while refused < 3:
                    operations = [{"do": "create", "values": {"title": f"{told}{one}"}} for one in range(200)]
                    made = http.post("/api/records/counterparty/bulk", json={"operations": operations})
                    if made.status_code == 200:
                        acknowledged += [one["id"] for one in made.json()["results"]]
                    else:
                        assert made.status_code == 503 and code(made) == "disk_full", made.text
                        refused += 1
                Disk(folder).free()
                assert comes(lambda: create(http, "После"), 201)
                counted = http.post("/api/records/counterparty/query", json={"count": "exact", "limit": 0}).json()
                assert counted["count"]["value"] >= len(acknowledged) + 2
                no_findings(place)


# --- the database


@pytest.mark.parametrize("what", ["postgresql"])
def test_database_that_goes_away_and_returns_is_told_in_words_and_nobody_starts_anything_anew(what: str) -> None:
    with durable_cluster() as cluster, served_place(cluster.url) as place, place.client() as http:
        place.start("server", "worker")
        place.wait_for_worker()
        first = create(http, "Первый").json()["id"]
        with http.stream("GET", "/api/live", headers={"Accept-Language": "ru"}) as live:
            told = live.iter_lines()
            assert "hello" in next(line for line in told if line.startswith("data: "))
            cluster.shut()
            for ask in (
                lambda: create(http, "Нет базы"),
                lambda: http.get(f"/api/records/counterparty/{first}", headers={"Accept-Language": "ru"}),
                lambda: http.get("/api/session"),
            ):
                answer: Any = ask()
                assert answer.status_code == 503 and code(answer) == "database_gone", answer.text
                assert answer.json()["error"]["text"]
            cluster.start()
            assert comes(lambda: http.get(f"/api/records/counterparty/{first}"), 200)
            assert comes(lambda: create(http, "После"), 201)
            assert any('"counterparty"' in line for line in told if line.startswith("data: ")), "the stream goes on"
        job = http.post(
            "/api/records/counterparty/bulk", json={"filter": 'city = "Уфа"', "change": {"city": "Казань"}}
        ).json()["job"]
        assert wait(lambda: http.get(f"/api/jobs/{job}").json()["state"] == "done", 60), (
            f"the worker goes on: {http.get(f'/api/jobs/{job}').text}\n{place.said()}"
        )
        no_findings(place)


# --- a stranger's lock


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program writes and does not end."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_readers_go_on_while_another_process_has_locked_the_base_and_writers_after_it() -> None:
    """Twice as many write as there are threads: whoever reads is not behind them."""
    with served_place() as place, place.client() as http:
        place.start("server", "worker")
        first = create(http, "Первый").json()["id"]
        answers: list[int] = []
        with locked(place.home / "company.sqlite"):
            writers = [threading.Thread(target=_write, args=(place, answers, number)) for number in range(16)]
            for one in writers:
                one.start()
            time.sleep(0.5)
            for _ in range(20):
                assert http.get(f"/api/records/counterparty/{first}").status_code == 200
            assert answers == [], "nobody wrote into a locked base"
        for one in writers:
            one.join(90)
        assert answers == [201] * 16
        no_findings(place)


def _write(place: Place, answers: list[int], number: int) -> None:
    with place.client() as http:
        answers.append(create(http, f"Клиент {number}").status_code)


def test_base_that_stays_locked_is_told_as_busy(
    sqlite_home: Path, home: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_engine, "WAIT_SECONDS", 0.3)
    shutil.copytree(sqlite_home, home)
    with opened_company(home, clock) as company:
        site = Site(Cast(company))
        olga = site.browser("Ольга")
        with locked(home / "company.sqlite"):
            told = olga.refused("POST", "/api/records/deal", 503, {"values": {"title": "Насосы"}})
            assert told["code"] == "database_busy"
            assert olga.ids("deal") == []
        assert olga.create("deal", title="Насосы")["version"] == 1
        site.close()


# --- two servers


def test_of_two_servers_started_at_once_on_one_home_exactly_one_serves() -> None:
    with served_place() as place:
        second = Place(place.home, place.log)
        servers = []
        for one in (place, second):
            one_thread = threading.Thread(target=_try_to_start, args=(one,))
            one_thread.start()
            servers.append(one_thread)
        for one_thread in servers:
            one_thread.join()
        serving = [one for one in (place, second) if one.running["server"].poll() is None]
        assert len(serving) == 1, place.said()
        assert str(place.home) in place.said() and "Traceback" not in place.said()
        with suppress(KeyError):
            second.kill("server")


def _try_to_start(place: Place) -> None:
    with suppress(AssertionError):
        place.start("server")
