"""Marks of reading over HTTP: a list, one record, an unindexed list, a pivot, an export, the past.

Ours is `svyaz serve`; theirs is bench.bare with the very statements that ours runs, or, where it says so, with SQL
written by hand.  CPU of the serving process and of the database together.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

from bench.base import SEED, Base
from bench.http_load import Request, send_all
from bench.plan import Plan, listen
from bench.processes import Cluster, Server, cluster_of, settle
from bench.product import Listing, Product, Svyaz
from bench.result import Found, Mark, Spent, compared, in_turns, ratio
from svyaz.org.actors import build_actor
from svyaz.records.read import ListRequest, read_page, read_record

LIST = Mark("list", "Список 50 записей с отбором, порядком и названием контрагента", 1.5)
ONE = Mark("one", "Одна запись", 2.0)
VARIANTS = 40
CLIENTS = 4


@dataclass(frozen=True, slots=True)
class Effort:
    """rounds of A and B, and how many requests in each for what costs about a millisecond."""

    rounds: int = 5
    times: int = 1_000


@dataclass(frozen=True, slots=True)
class Pair:
    """Our server and the bare one over the same base."""

    base: Base
    product: Product
    bare: Server
    cluster: Cluster
    plan: Plan

    def ours(self, requests: Sequence[Request], clients: int = CLIENTS) -> Spent:
        return self._spent(self.product.server, requests, clients)

    def theirs(self, question: str, times: int, variants: int, clients: int = CLIENTS, method: str = "GET") -> Spent:
        requests = [Request(method, f"/{question}/{at % variants}") for at in range(times)]
        return self._spent(self.bare, requests, clients)

    def _spent(self, server: Server, requests: Sequence[Request], clients: int) -> Spent:
        before, database, wall = server.cpu(), self.cluster.cpu(), time.perf_counter()
        send_all(server.port, requests, clients)
        wall = time.perf_counter() - wall
        return Spent(server.cpu() - before, self.cluster.cpu() - database, wall)


@contextmanager
def serving(base: Base, plan: Plan, folder: Path) -> Iterator[Pair]:
    """Both servers, started and quiet."""
    kept = folder / "plan.pickle"
    kept.write_bytes(pickle.dumps(plan))
    product, bare = Svyaz(base), Server(["-m", "bench.bare", "--plan", str(kept)])
    try:
        product.server.start()
        bare.start()
        cluster = cluster_of(base.url)
        settle(product.server, cluster)
        yield Pair(base, product, bare, cluster, plan)
    finally:
        product.server.stop()
        bare.stop()


def plan_of(base: Base) -> Plan:
    return Plan(base.home / "company.sqlite", base.url, base.schema)


# ---------------------------------------------------------------- a list and a record


def listings(base: Base, count: int = VARIANTS) -> list[Listing]:
    """Lists that an index answers: from a day on, in the order of days."""
    first = base.imported_at.date() - timedelta(days=900)
    return [Listing(since=str(first + timedelta(days=17 * at)), priorities=("normal", "high")) for at in range(count)]


def readers(base: Base) -> list[str]:
    """Heads of departments that have others beneath them: they see about a quarter of the sales."""
    heads = [at for at, role in enumerate(base.roles) if role == "head"]
    tops = max(base.sizes.departments // 5, 1)
    return [f"p{at}" for at in heads if at % base.sizes.departments < tops]


def list_requests(base: Base) -> list[tuple[str, Listing]]:
    who = readers(base)
    return [(who[at % len(who)], listing) for at, listing in enumerate(listings(base))]


def add_reads(base: Base, plan: Plan) -> list[tuple[str, int]]:
    """The statements of lists and of single records; returns who reads which record."""
    product = Svyaz(base)
    company = base.open()
    ones: list[tuple[str, int]] = []
    chance = Random(f"{SEED} one")
    try:
        with company.read() as session:
            for login, listing in list_requests(base):
                actor = build_actor(session, base.employee(login))
                assert actor is not None
                request = ListRequest(product.filter(listing), listing.sort, product.fields(), limit=listing.limit)
                with listen(session) as heard:
                    page = read_page(session, actor, "deal", request)
                assert len(page.rows) == listing.limit, (login, listing, len(page.rows))
                plan.reads.setdefault("list", []).append(list(heard))
                id = chance.choice(page.rows)[0]
                ones.append((login, id))
                with listen(session) as heard:
                    read_record(session, actor, "deal", id)
                plan.reads.setdefault("one", []).append([one for one in heard if not one[0].startswith("SELECT 1")])
                plan.reads.setdefault("one_whole", []).append(list(heard))
    finally:
        company.close()
    return ones


def measure_reads(pair: Pair, ones: Sequence[tuple[str, int]], effort: Effort) -> list[Found]:
    product, base = pair.product, pair.base
    signed = {login: product.sign_in(login) for login in readers(base)}
    pages = [product.page(signed[login], listing) for login, listing in list_requests(base)]
    records = [product.one(signed[login], id) for login, id in ones]
    found = []
    for mark, question, requests in ((LIST, "list", pages), (ONE, "one", records)):
        pair.ours(requests * 2)
        pair.theirs(question, len(requests) * 2, len(requests))
        many = [requests[at % len(requests)] for at in range(effort.times)]
        rounds = in_turns(
            effort.rounds,
            lambda many=many: pair.ours(many),  # type: ignore[misc]
            lambda question=question: pair.theirs(question, effort.times, VARIANTS),  # type: ignore[misc]
        )
        found.append(Found(mark, base.dialect, round(ratio(rounds), 3), compared(rounds, effort.times)))
    return found
