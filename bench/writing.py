"""Marks of writing one change: through records.change in one process, over HTTP, and while a large import runs.

The baseline does what any honest product must, in one transaction of the raw driver with the same promise of keeping
it: reads the record's row, writes it if its version is still the one read, and puts the row of the log.  A rate of
changes is a matter of the clock: most of a change is waiting for the disk, on both sides; the ratio of CPU stands beside.
Everything here works on a copy of the base.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from random import Random
from typing import Any

import orjson

from bench.base import SEED, Base
from bench.http_load import Client, Request, send_all
from bench.plan import Plan, RawChange, change_by_hand
from bench.processes import cluster_of, settle
from bench.reading import Effort, Pair, plan_of
from bench.result import Found, Mark, Spent, by_the_clock, in_turns, percentile
from svyaz.kernel.unswept import leave_grown
from svyaz.org.actors import build_actor
from svyaz.records.write import change_record

CHANGE = Mark("change", "Изменение через records.change, штук в секунду", 0.5, most=False)
HTTP = Mark("change_http", "Изменение по HTTP, штук в секунду", 0.5, most=False)
P99 = Mark("change_p99", "p99 изменений, пока идёт импорт", 3.0)
RECORDS = 2_000
PAUSE = 0.03  # between two changes of one client while an import runs: people do not type faster


@dataclass(frozen=True, slots=True)
class Changed:
    id: int
    amount: int


def chosen(base: Base, count: int, what: str, theirs: bool = False) -> list[int]:
    """Ours are every second sale and theirs the others: a change by hand must not make a version of ours an old one."""
    first, last = base.deals
    half = range(first + theirs, last + 1, 2)
    return sorted(Random(f"{SEED} {what}").sample(half, min(count, len(half))))


def versions(base: Base, ids: Sequence[int]) -> dict[int, int]:
    company = base.open()
    try:
        with company.read() as session:
            listed = session.list_parameter(ids)
            sql = f"SELECT sv_id, sv_version FROM deal WHERE {session.in_list('sv_id', 'bigint')}"
            return dict(session.fetch(sql, (listed,)))
    finally:
        company.close()


def statements_of(base: Base, plan: Plan, ids: Sequence[int]) -> list[RawChange]:
    """What somebody would write by hand: the row is read, its new sum written, the old and the new one put in the log."""
    company = base.open()
    try:
        with company.read() as session:
            shape = session.snapshot.entities["deal"]
            number, at = shape.by_key["amount"].number, session.put_instant(session.now)
    finally:
        company.close()
    look = plan.mark("SELECT sv_version, t.* FROM deal AS t WHERE sv_id = ?")
    update = plan.mark(
        "UPDATE deal SET sv_version = sv_version + 1, amount = ?, amount__base = ?, sv_changed_at = ?, sv_changed_by = ?"
        " WHERE sv_id = ? AND sv_version = ? AND sv_deleted_at IS NULL"
    )
    note = plan.mark(
        "INSERT INTO sv_change (entity, record, version, kind, actor, cause, batch, at, body)"
        " VALUES (?, ?, ?, 'Changed', ?, 'person', NULL, ?, ?)"
    )
    chance, by = Random(f"{SEED} sums"), base.people[0]
    made = []
    for id in ids:
        sum_ = chance.randrange(1_000, 10_000_000)
        body = orjson.dumps({str(number): [["1.00", "RUB"], [f"{sum_}.00", "RUB"]]}).decode()
        written = (sum_ * 100, sum_ * 100, at, by, id)
        made.append(RawChange(look, id, update, written, note, (shape.number, id), (by, at, body)))
    return made


# ---------------------------------------------------------------- in one process


def measure_change(base: Base, effort: Effort) -> Found:
    """records.change_record against the statements by hand, one after another, each in a transaction of its own."""
    plan, cluster = plan_of(base), cluster_of(base.url)
    ids = chosen(base, RECORDS, "change")
    statements = cycle(statements_of(base, plan, ids))
    company, connection = base.open(), plan.connect()
    with company.read() as session:
        actor = build_actor(session, base.people[0])
    assert actor is not None
    leave_grown()  # as a server does
    amounts, mine = Random(f"{SEED} new sums"), cycle(ids)
    times = max(effort.times // 4, 20)

    def ours() -> None:
        id = next(mine)
        with company.write() as session:
            change_record(session, actor, "deal", id, {"amount": amounts.randrange(1_000, 10_000_000)}, None)

    def theirs() -> None:
        change_by_hand(connection, next(statements))

    def spent(work: Callable[[], None]) -> Spent:
        before, database, wall = time.process_time(), cluster.cpu(), time.perf_counter()
        for _ in range(times):
            work()
        wall = time.perf_counter() - wall
        return Spent(time.process_time() - before, cluster.cpu() - database, wall)

    try:
        spent(ours), spent(theirs)
        rounds = in_turns(effort.rounds, lambda: spent(ours), lambda: spent(theirs))
    finally:
        company.close()
        connection.close()
    return by_the_clock(CHANGE, base.dialect, rounds, times)


# ---------------------------------------------------------------- over HTTP


class Changing:
    """Changes of a product one after another: each knows the version that the one before it left."""

    def __init__(self, pair: Pair, who: Any, ids: Sequence[int]) -> None:
        self.pair, self.who = pair, who
        self.versions = versions(pair.base, ids)
        self.amounts = Random(f"{SEED} typed sums")
        self.turn = cycle(ids)

    def requests(self, count: int) -> list[Request]:
        """The next ones; a record comes once in each call, so that they may be sent in any order."""
        made = []
        for _ in range(count):
            id = next(self.turn)
            amount = self.amounts.randrange(1_000, 10_000_000)
            made.append(self.pair.product.change(self.who, id, self.versions[id], amount))
            self.versions[id] += 1
        return made


def measure_http(pair: Pair, effort: Effort) -> Found:
    who = pair.product.sign_in(pair.base.login("director"))
    changing = Changing(pair, who, chosen(pair.base, RECORDS, "http"))
    times = min(max(effort.times // 4, 20), RECORDS)

    def ours() -> Spent:
        requests = changing.requests(times)
        settle(pair.product.server, pair.cluster)
        return pair.ours(requests)

    def theirs() -> Spent:
        return pair.theirs("change", times, len(pair.plan.changes), method="POST")

    ours(), theirs()
    rounds = in_turns(effort.rounds, ours, theirs)
    return by_the_clock(HTTP, pair.base.dialect, rounds, times)


# ---------------------------------------------------------------- while a large import runs


def measure_p99(pair: Pair, file: bytes, rows: int, rounds: int) -> Found:
    """One client changes records at the pace of people while `rows` come in; ours while our import runs, theirs while
    the same rows go in by hand in the bare server."""
    base, product = pair.base, pair.product
    who = product.sign_in(base.login("director"))
    admin = product.sign_in(base.login("admin"))
    changing = Changing(pair, who, chosen(base, RECORDS, "while importing"))
    ours: list[float] = []
    theirs: list[float] = []
    for turn in range(rounds):
        brought = product.bring(admin, f"rows{turn}.xlsx", file)
        product.run(admin, brought)
        ours += _while(
            pair.product.server.port,
            (one for _ in cycle([0]) for one in changing.requests(1)),
            lambda brought=brought: product.is_running(admin, brought),  # type: ignore[misc]
        )
        settle(product.server, pair.cluster)
        theirs += _beside_bare(pair)
    facts = {
        "rows": rows,
        "changes": [len(ours), len(theirs)],
        "ours_ms": {str(share): round(percentile(ours, share) * 1000, 1) for share in (0.5, 0.95, 0.99, 1)},
        "baseline_ms": {str(share): round(percentile(theirs, share) * 1000, 1) for share in (0.5, 0.95, 0.99, 1)},
    }
    return Found(P99, base.dialect, round(percentile(ours, 0.99) / percentile(theirs, 0.99), 2), facts)


def _while(port: int, requests: Iterator[Request], runs: Callable[[], bool]) -> list[float]:
    spent = []
    client = Client(port)
    until = 0.0
    while True:
        began = time.perf_counter()
        client.send(next(requests))
        spent.append(time.perf_counter() - began)
        time.sleep(PAUSE)
        if time.monotonic() > until:  # the question itself must not disturb
            if not runs():
                client.close()
                return spent
            until = time.monotonic() + 1


def _beside_bare(pair: Pair) -> list[float]:
    importing = threading.Thread(target=send_all, args=(pair.bare.port, [Request("POST", "/import/0")], 1))
    importing.start()
    changes = cycle([Request("POST", f"/change/{at}") for at in range(len(pair.plan.changes))])
    return _while(pair.bare.port, changes, importing.is_alive)
