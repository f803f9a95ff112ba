"""Marks of recounting a computed field of all records: what it costs, and how long it keeps others from writing.

A formula of money is added to every sale.  The baseline is what somebody would do who cares for nothing but the
figure: an UPDATE of the same columns by ranges of ids, in transactions of the size the product begins with.  Meanwhile a
colleague writes into another object, one line after another, and the longest he waits is the second mark.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

from bench.base import Base
from bench.processes import cluster_of
from bench.result import Found, Mark, Spent, compared, in_turns, percentile, ratio
from svyaz.access.actor import SYSTEM
from svyaz.app import RUNNERS
from svyaz.jobs.worker import Worker
from svyaz.kernel.clock import SystemClock
from svyaz.records import recompute, write
from svyaz.schema import edits
from svyaz.storage.layout import layout
from svyaz.tenancy import company as tenancy
from svyaz.tenancy.company import Company

RECOUNT = Mark("recount", "Пересчёт формулы всех сделок против UPDATE по частям", 3.0)
HELD = Mark("recount_held", "Дольше всего чужая запись ждала пересчёта", 250, "ms")
KEY = "bench_formula"
PAUSE = 0.002  # of the colleague, between two lines


def measure_recount(base: Base, rounds: int) -> list[Found]:
    company = base.open()
    try:
        with company.read() as session:
            source = tenancy.current_source(session)
        table = {"key": KEY, "title": KEY, "type": "formula", "formula": "amount * 2", "shows": "money"}
        tenancy.apply_source(company, edits.add_field(source, "deal", table), None)
        cluster = cluster_of(base.url)
        worker = Worker(company, RUNNERS, SystemClock())

        def ours() -> None:
            with company.write() as session:
                recompute.whole_field(session, "deal", KEY, None)
            worker.run_all()

        def spent(does: Callable[[], None]) -> Spent:
            _empty(company)
            cpu, database, wall = time.process_time(), cluster.cpu(), time.perf_counter()
            does()
            return Spent(time.process_time() - cpu, cluster.cpu() - database, time.perf_counter() - wall)

        turns = in_turns(rounds, lambda: spent(ours), lambda: spent(lambda: _by_hand(company)))
        by_clock = ratio(turns, lambda one: one.wall)
        facts = compared(turns, 1) | {"deals": base.sizes.deals, "cpu": round(ratio(turns), 2)}
        _empty(company)
        waits = _waits_beside(company, ours)
        _check(company)
        told: dict[str, Any] = {"writes": len(waits), "p99": round(1000 * percentile(waits, 0.99), 1)}
        return [
            Found(RECOUNT, base.dialect, round(by_clock, 2), facts),
            Found(HELD, base.dialect, round(1000 * waits[-1], 1), told),
        ]
    finally:
        company.close()


def _columns(company: Company) -> list[str]:
    return [one.name for one in layout(company.snapshot, "deal").fields[KEY].own]


def _empty(company: Company) -> None:
    sets = ", ".join(f'"{name}" = NULL' for name in _columns(company))
    with company.write() as session:
        session.run(f"UPDATE deal SET {sets}")
    if company.database.dialect == "postgresql":
        with company.database.outside() as session:
            session.run("VACUUM deal")
    else:
        with closing(sqlite3.connect(company.home / "company.sqlite")) as base:
            base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    os.sync()  # what emptying has left to write is not to be waited for by those who are measured


def _by_hand(company: Company) -> None:
    minor, currency, base = _columns(company)
    with company.read() as session:
        ids = [row[0] for row in session.fetch("SELECT sv_id FROM deal ORDER BY sv_id")]
    for start in range(0, len(ids), recompute.PORTION):
        part = ids[start : start + recompute.PORTION]
        with company.write() as session:
            session.run(
                f'UPDATE deal SET "{minor}" = amount__base * 2, "{currency}" = CASE WHEN amount__base IS NOT NULL'
                f" THEN 'RUB' END, \"{base}\" = amount__base * 2 WHERE sv_id >= ? AND sv_id <= ?",
                (part[0], part[-1]),
            )


def _waits_beside(company: Company, does: Callable[[], None]) -> list[float]:
    """Seconds that each small write of a colleague took while it ran, the shortest first."""
    waits: list[float] = []
    stop = threading.Event()

    def colleague() -> None:
        at = 0
        while not stop.is_set():
            began = time.perf_counter()
            with company.write() as session:
                write.create_record(session, SYSTEM, "source", {"title": f"Источник {at}"})
            waits.append(time.perf_counter() - began)
            at += 1
            time.sleep(PAUSE)

    thread = threading.Thread(target=colleague)
    thread.start()
    try:
        does()
    finally:
        stop.set()
        thread.join()
    return sorted(waits)


def _check(company: Company) -> None:
    """What was counted is right, or its speed means nothing."""
    minor = _columns(company)[0]
    with company.read() as session:
        wrong = session.fetch(
            f'SELECT COUNT(*) FROM deal WHERE "{minor}" IS NOT NULL AND "{minor}" <> amount__base * 2'
        )
        made = session.fetch(f'SELECT COUNT(*) FROM deal WHERE "{minor}" IS NOT NULL')
        wanted = session.fetch("SELECT COUNT(*) FROM deal WHERE amount__base IS NOT NULL")
    if wrong[0][0] or made != wanted:
        raise RuntimeError(f"{wrong[0][0]} wrong, {made[0][0]} of {wanted[0][0]} made")
