"""All marks, each against its baseline, on each database apart; results as JSON and as a page.

    python -m bench                         a base of a million sales; two hours or so
    python -m bench --deals 20000 --quick   everything once, in a few minutes
    python -m bench --only list,one --home sqlite=DIR --home postgresql=DIR

PostgreSQL is measured when SVYAZ_TEST_POSTGRES names a server that nobody else uses (`make bench` starts one).
A base given by --home is copied before anything is written into it.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench import bulk, five_hundred, heavy, listening, page, reading, recounting, searching, starting, writing
from bench.base import Base, make_base, read_base
from bench.reading import Effort, add_reads, plan_of, serving
from bench.result import Found, write
from bench.rows import Sizes
from svyaz.tenancy.home import HomeSettings, write_settings

ADDRESS = "SVYAZ_TEST_POSTGRES"
RESULTS = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True, slots=True)
class Much:
    """How much is done: rounds, requests in a round, rows of an import."""

    effort: Effort
    heavy_rounds: int
    bulk_rounds: int
    rows: int
    searches: int
    starts: int
    crowd_seconds: int = five_hundred.SECONDS


FULL = Much(Effort(7, 1_500), 5, 3, 100_000, 40, 3)
QUICK = Much(Effort(3, 400), 3, 1, 5_000, 10, 1, 20)
TINY = Much(Effort(1, 20), 1, 1, 200, 1, 1, 2)

# What is measured, in this order; those of a group share their servers.
READS = ("list", "one", "search", "pivot", "scan", "as_of", "export")
WRITES = ("change", "change_http", "change_p99", "import", "live", "index", "recount")
PEOPLE = ("rights", "crowd")
ALL = ("start", *READS, *WRITES, *PEOPLE)


def measure(base: Base, much: Much, only: frozenset[str], say: Callable[[Found], None]) -> None:
    if "start" in only:
        _say(say, starting.measure_start(base, much.starts))
    if only & frozenset(READS):
        with tempfile.TemporaryDirectory() as folder:
            _measure_reads(base, much, only, say, Path(folder))
    if only & frozenset(WRITES):
        with copied(base) as copy, tempfile.TemporaryDirectory() as folder:
            _measure_writes(copy, much, only, say, Path(folder))
    if only & frozenset(PEOPLE):
        with copied(base) as copy:
            readers = five_hundred.fill_up(copy)
            if "rights" in only:
                _say(say, five_hundred.measure_rights(copy, readers, much.effort))
            if "crowd" in only:
                _say(say, [five_hundred.measure_crowd(copy, readers, much.crowd_seconds)])


def _measure_reads(base: Base, much: Much, only: frozenset[str], say: Callable[[Found], None], folder: Path) -> None:
    plan = plan_of(base)
    ones = add_reads(base, plan)
    heavy.add_heavy(base, plan)
    bulk.add_export(base, plan)
    with serving(base, plan, folder) as pair:
        if only & {"list", "one"}:
            _say(say, reading.measure_reads(pair, ones, much.effort))
        if "search" in only:
            _say(say, [searching.measure_search(pair, much.searches)])
        if only & {"pivot", "scan"}:
            _say(say, heavy.measure_heavy(pair, much.heavy_rounds))
        if "as_of" in only:
            _say(say, heavy.measure_past(pair, much.heavy_rounds))
        if "export" in only:
            _say(say, [bulk.measure_export(pair, much.bulk_rounds)])


def _measure_writes(base: Base, much: Much, only: frozenset[str], say: Callable[[Found], None], folder: Path) -> None:
    if "change" in only:
        _say(say, [writing.measure_change(base, much.effort)])
    if "recount" in only:
        _say(say, recounting.measure_recount(base, much.bulk_rounds))
    if only & {"import", "change_p99"}:
        _say(say, bulk.measure_import(base, much.rows, much.bulk_rounds))
    plan = plan_of(base)
    plan.changes = writing.statements_of(base, plan, writing.chosen(base, writing.RECORDS, "bare", theirs=True))
    with serving(base, plan, folder) as pair:
        if "change_http" in only:
            _say(say, [writing.measure_http(pair, much.effort)])
        if "live" in only:
            _say(say, [listening.measure_live(pair, much.rows, much.bulk_rounds)])
        if "index" in only:
            _say(say, [heavy.measure_index(pair, much.heavy_rounds)])
    if "change_p99" in only:
        bulk.fill(plan, bulk.moved(bulk.last_import(base), 100))
        with serving(base, plan, folder) as pair:
            _say(say, [writing.measure_p99(pair, bulk.make_file(base, much.rows, 3_000), much.rows, 1)])


def _say(say: Callable[[Found], None], found: list[Found]) -> None:
    for one in found:
        say(one)


@contextmanager
def copied(base: Base) -> Iterator[Base]:
    """The same base to write into; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="svyaz-bench-") as folder:
        home = Path(folder) / "home"
        shutil.copytree(base.home, home)
        if not base.url:
            yield replace(base, home=home)
            return
        name = f"bench_copy_{os.getpid()}"
        url = _database(base.url, name)
        with psycopg.connect(_database(base.url, "template1"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{urlsplit(base.url).path[1:]}"')
        (home / "settings.toml").unlink()
        write_settings(home, HomeSettings(url, base.schema))
        try:
            yield replace(base, home=home, url=url)
        finally:
            drop_database(base.url, name)


def _database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def drop_database(url: str, name: str) -> None:
    with psycopg.connect(_database(url, "template1"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def generated(deals: int, url: str) -> Iterator[Base]:
    """A base of its own; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="svyaz-bench-") as folder:
        name = f"bench_{os.getpid()}"
        own = _database(url, name) if url else ""
        if url:
            with psycopg.connect(url, autocommit=True) as connection:
                with suppress(psycopg.Error):  # a run that measures must not meet a vacuum of its own base
                    connection.execute("ALTER SYSTEM SET autovacuum = off")
                    connection.execute("SELECT pg_reload_conf()")
                connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        try:
            yield make_base(Path(folder) / "home", Sizes.of(deals), url=own, say=_progress)
        finally:
            if url:
                drop_database(url, name)


def _progress(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def run(
    bases: list[Callable[[], Any]], much: Much, only: frozenset[str], out: Path, about: dict[str, Any]
) -> list[Found]:
    found: list[Found] = []

    def say(one: Found) -> None:
        found.append(one)
        sign = "≤" if one.mark.most else "≥"
        said = "да " if one.met else "НЕТ"
        print(
            f"{said} {one.database:10} {one.mark.key:12} {one.value} {one.mark.unit} ({sign} {one.mark.limit})",
            flush=True,
        )
        write(out / "marks.json", {**about, "marks": [each.told() for each in found]})

    for make in bases:
        with make() as base:
            measure(base, much, only, say)
    (out / "marks.html").write_text(page.draw({**about, "marks": [one.told() for one in found]}), encoding="utf-8")
    return found


def about(deals: int, much: Much) -> dict[str, Any]:
    """When, on what kind of machine and on how much: no names of machines and no paths."""
    memory = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    return {
        "at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": {
            "cores": os.cpu_count(),
            "memory_gb": round(int(memory.split()[1]) / 2**20),
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
        },
        "deals": deals,
        "rows": much.rows,
        "rounds": much.effort.rounds,
    }


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m bench")
    asked.add_argument("--deals", type=int, default=1_000_000)
    asked.add_argument("--quick", action="store_true", help="few rounds: shows that it works, not how fast it is")
    asked.add_argument("--tiny", action="store_true", help="one round of almost nothing")
    asked.add_argument("--rows", type=int, help="of an import")
    asked.add_argument("--only", default="", help=f"of {', '.join(ALL)}")
    asked.add_argument("--database", choices=("sqlite", "postgresql"))
    asked.add_argument("--home", action="append", default=[], help="a base made by `python -m bench.base`")
    asked.add_argument("--out", type=Path, default=RESULTS)
    given = asked.parse_args()
    much = TINY if given.tiny else QUICK if given.quick else FULL
    much = replace(much, rows=given.rows) if given.rows else much
    only = frozenset(given.only.split(",")) if given.only else frozenset(ALL)
    if only - frozenset(ALL):
        asked.error(f"unknown: {', '.join(sorted(only - frozenset(ALL)))}")
    if given.home:
        homes = [read_base(Path(one)) for one in given.home]
        bases = [lambda base=base: _given(base) for base in homes]  # type: ignore[misc]
        deals = homes[0].sizes.deals
    else:
        urls = ["", *([os.environ[ADDRESS]] if os.environ.get(ADDRESS) else [])]
        urls = [url for url in urls if given.database in (None, "postgresql" if url else "sqlite")]
        bases = [lambda url=url: generated(given.deals, url) for url in urls]  # type: ignore[misc]
        deals = given.deals
    began = time.monotonic()
    found = run(bases, much, only, given.out, about(deals, much))
    print(f"{time.monotonic() - began:.0f} s, {given.out / 'marks.html'}")
    return 0 if all(one.met for one in found) else 1


@contextmanager
def _given(base: Base) -> Iterator[Base]:
    yield base


if __name__ == "__main__":
    sys.exit(main())
