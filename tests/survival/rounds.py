"""Kill the server, the worker and PostgreSQL under a load of writes, again and again; prove that nothing is lost.

    make survive                                  20 rounds on SQLite, 20 on PostgreSQL, 10 kills of PostgreSQL itself
    python -m tests.survival.rounds --rounds 3    fewer
    python -m tests.survival.rounds --only sqlite --seed 7

Ends with 1 when anything was found.  The moments of the kills are random; the seed repeats the load, not the moment.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.survival.architect import Architect
from tests.survival.ledger import Ledger
from tests.survival.load import Client, let_go
from tests.survival.places import Cluster, Place, durable_cluster, served_place
from tests.survival.proof import pass_a_minute, prove, wait

VICTIMS = (("server",), ("worker",), ("server", "worker"))


@dataclass(slots=True)
class Report:
    title: str
    rounds: int = 0
    kills: dict[str, int] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)

    def said(self) -> str:
        killed = ", ".join(f"{name} {count}" for name, count in self.kills.items())
        done = ", ".join(f"{name} {count}" for name, count in sorted(self.ledger.counts.items()))
        lines = [f"{self.title}: {self.rounds} rounds; killed: {killed}; acknowledged: {self.ledger.acknowledged}"]
        lines += [f"    {done}", f"    findings: {len(self.ledger.findings)}"]
        return "\n".join(lines + [f"      - {one[:1_500]}" for one in self.ledger.findings[:50]])


def kill_processes(place: Place, rounds: int, seed: int, longest: float = 4.0, clients: int = 4) -> Report:
    """Rounds in which the server, the worker or both are killed."""
    report, order, seen = Report(place.home.name), random.Random(seed), 0
    place.start("server", "worker")
    for number in range(rounds):
        load = under_load(place, report.ledger, seed + number, clients, architect=number % 2 == 1)
        time.sleep(0.7 + order.random() * longest)
        victims = VICTIMS[number % 3] if rounds > 1 else VICTIMS[2]
        place.kill(*victims)
        let_go(load)
        fell(report, victims)
        company = place.opened()  # a fall is mended by whoever opens the base first
        pass_a_minute(company)
        company.close()
        place.start(*victims)
        seen = proved(place, report, number, seen)
    return report


def kill_postgres(place: Place, cluster: Cluster, rounds: int, seed: int, longest: float = 4.0) -> Report:
    """Rounds in which PostgreSQL dies under a server and a worker that live on, and comes back a little later."""
    report, order, seen = Report("PostgreSQL killed"), random.Random(seed), 0
    place.start("server", "worker")
    place.wait_for_worker()
    for number in range(rounds):
        load = under_load(place, report.ledger, seed + number, architect=number % 2 == 1)
        time.sleep(0.7 + order.random() * longest)
        cluster.kill()
        time.sleep(order.random() * 1.5)
        cluster.start()
        fell(report, ("postgres",))
        goes_on(report.ledger)
        let_go(load)
        company = place.opened()
        pass_a_minute(company)
        company.close()
        seen = proved(place, report, number, seen)
    return report


def goes_on(ledger: Ledger) -> None:
    """Clients are answered again, and no server was started anew."""
    before = ledger.acknowledged
    if not wait(lambda: ledger.acknowledged > before + 5):
        ledger.find("PostgreSQL is back and nothing is written any more")


def under_load(place: Place, ledger: Ledger, seed: int, clients: int = 4, architect: bool = False) -> list[Client]:
    """Clients that have begun: the first imports, the others work on records, an architect changes the configuration."""
    started = [Client(place, ledger, seed * 100 + number, importer=number == 0) for number in range(clients)]
    if architect:
        started.append(Architect(place, ledger, seed, importer=False))
    for one in started:
        one.start()
    return started


def fell(report: Report, victims: tuple[str, ...]) -> None:
    for one in victims:
        report.kills[one] = report.kills.get(one, 0) + 1


def proved(place: Place, report: Report, number: int, seen: int) -> int:
    before = len(report.ledger.findings)
    for name, process in list(place.running.items()):
        if process.poll() is not None:
            report.ledger.find(f"the {name} ended by itself:\n{place.said()}")
            place.start(name)
    seen = prove(place, report.ledger, seen)
    report.rounds += 1
    found = len(report.ledger.findings) - before
    print(
        f"  round {number + 1}: acknowledged {report.ledger.acknowledged}, position {seen}, found {found}", flush=True
    )
    return seen


def run(rounds: int, falls: int, seed: int, only: str) -> list[Report]:
    reports = []
    if only in ("", "sqlite"):
        print("SQLite", flush=True)
        with served_place() as place:
            reports.append(kill_processes(place, rounds, seed))
            reports[-1].title = "SQLite"
    if only in ("", "postgresql"):
        with ExitStack() as stack:
            cluster = stack.enter_context(durable_cluster())
            print("PostgreSQL", flush=True)
            with served_place(cluster.url) as place:
                reports.append(kill_processes(place, rounds, seed))
                reports[-1].title = "PostgreSQL"
        with ExitStack() as stack:
            cluster = stack.enter_context(durable_cluster())
            print("PostgreSQL itself", flush=True)
            with served_place(cluster.url) as place:
                reports.append(kill_postgres(place, cluster, falls, seed))
    return reports


def main() -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--falls", type=int, default=10, help="kills of PostgreSQL itself")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--only", choices=("", "sqlite", "postgresql"), default="")
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    reports = run(asked.rounds, asked.falls, asked.seed, asked.only)
    print("\n".join(one.said() for one in reports))
    return 1 if any(one.ledger.findings for one in reports) else 0


if __name__ == "__main__":
    sys.exit(main())
