"""PostgreSQL for tests: one private server for a run, a database for each test.

    with fresh_database() as url: ...                   an empty database, dropped afterwards
    template = template_database("empty", prepare)      prepared once in a run
    with fresh_database(template) as url: ...           a copy of it, about 30 ms

A server is started when the first test asks, and once for all xdist workers.  Whoever has a
server already names it in SVYAZ_TEST_POSTGRES (a superuser's address).  No programs of
PostgreSQL on the machine is a failure with words, never a skip.
"""

import fcntl
import hashlib
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from tools import test_postgres

RUN = "SVYAZ_TEST_RUN"  # a folder that the processes of one pytest run share
_numbers = itertools.count(1)


def server_url() -> str:
    """The address of the run's server; starts it when nobody has."""
    given = os.environ.get(test_postgres.ADDRESS)
    if given:
        return given
    run = Path(os.environ[RUN])
    announce = run / "postgres"
    with (run / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not announce.exists():
            _start_guard(run, announce)
    said = announce.read_text()
    if said.startswith("!"):
        pytest.fail(said[1:], pytrace=False)
    os.environ[test_postgres.ADDRESS] = said
    return said


def _start_guard(run: Path, announce: Path) -> None:
    owner = (run / "owner").read_text()
    guard = subprocess.Popen(
        [sys.executable, str(test_postgres.__file__), "--guard", owner, "--announce", str(announce)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    (run / "guard").write_text(str(guard.pid))
    while not announce.exists():
        if guard.poll() is not None and not announce.exists():
            raise RuntimeError("the guard of the test server ended before the server answered")
        time.sleep(0.02)


@contextmanager
def fresh_database(template: str | None = None) -> Iterator[str]:
    """A database of one's own, empty or a copy of `template` (a name from template_database)."""
    name = f"t_{os.getpid()}_{next(_numbers)}"
    create_database(name, template)
    try:
        yield url_of(name)
    finally:
        drop_database(name)


def template_database(name: str, prepare: Callable[[str], None]) -> str:
    """The name of a database that `prepare(url)` has filled, once in a run; copy it, do not change it.

    `prepare` must close its connections: PostgreSQL copies only a database nobody is in.
    """
    whole = f"template_{name}"
    with psycopg.connect(server_url(), autocommit=True) as db:
        # One worker prepares, the others wait: an advisory lock is released even if it dies.
        lock = int.from_bytes(hashlib.sha256(whole.encode()).digest()[:7])
        db.execute("SELECT pg_advisory_lock(%s)", [lock])
        if db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [whole]).fetchone():
            return whole
        part = f"{whole}_part"
        drop_database(part)
        create_database(part)
        prepare(url_of(part))
        db.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(part), sql.Identifier(whole)))
    return whole


def create_database(name: str, template: str | None = None) -> None:
    source = sql.Identifier(template or "template0")
    with psycopg.connect(server_url(), autocommit=True) as db:
        db.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), source))


def drop_database(name: str) -> None:
    with psycopg.connect(server_url(), autocommit=True) as db:
        db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def url_of(database: str) -> str:
    return urlunsplit(urlsplit(server_url())._replace(path=f"/{database}"))


# How pytest runs it: the root conftest.py names this file as a plugin.


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return  # an xdist worker: the folder came with the environment
    run = Path(tempfile.mkdtemp(prefix="svyaz-tests-"))
    (run / "owner").write_text(str(os.getpid()))
    os.environ[RUN] = str(run)


def pytest_unconfigure(config: pytest.Config) -> None:
    run = os.environ.get(RUN)
    if hasattr(config, "workerinput") or not run:
        return
    guard = Path(run) / "guard"
    if guard.exists():
        _stop(int(guard.read_text()))
    shutil.rmtree(run, ignore_errors=True)
    del os.environ[RUN]


def _stop(guard: int) -> None:
    """Ask the guard to end and wait for it, so that nothing outlives the run."""
    try:
        os.kill(guard, 15)
    except ProcessLookupError:
        return
    for _ in range(500):
        try:
            if os.waitpid(guard, os.WNOHANG)[0]:
                return
        except ChildProcessError:  # a worker's child, not ours
            if not test_postgres.alive(guard):
                return
        time.sleep(0.02)


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """An empty database for one test."""
    with fresh_database() as url:
        yield url
