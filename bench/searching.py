"""The mark of the search: p95 with rights over everything that was generated, over HTTP, one question at a time.

Seven kinds of question (a word, two words, a beginning, a frequent word, digits, a part of a word, a typo) by three
readers: who sees all, whose department below, who only what he takes part in.  By the clock, for a person waits by
the clock; CPU is told beside it.
"""

from __future__ import annotations

import time
from random import Random

from bench import texts
from bench.base import SEED, Base
from bench.http_load import Client
from bench.processes import fine_cpu_of, settle
from bench.reading import Pair, readers
from bench.result import Found, Mark, percentile

SEARCH = Mark("search", "Поиск с правами, p95", 50, "ms")


def questions(base: Base, times: int) -> dict[str, list[str]]:
    """Of words that are there."""
    chance = Random(f"{SEED} search")
    company = base.open()
    try:
        with company.read() as session:
            firms = [
                row[0] for row in session.fetch("SELECT title FROM counterparty WHERE sv_id % 97 = 0 ORDER BY sv_id")
            ]
            people = [
                row[0] for row in session.fetch("SELECT sv_label FROM contact WHERE sv_id % 97 = 0 ORDER BY sv_id")
            ]
    finally:
        company.close()
    words = [one.split("«")[1].split("»")[0] for one in firms]

    def word() -> str:
        return chance.choice(words)

    return {
        "слово": [word() for _ in range(times)],
        "два слова": [chance.choice(people) for _ in range(times)],
        "начало": [word()[: chance.randint(2, 6)] for _ in range(times)],
        "частое слово": [chance.choice(("ооо", "договор", "поставка", "счёт", "насосов")) for _ in range(times)],
        "цифры": [str(chance.randrange(10**4, 10**6)) for _ in range(times)],
        "часть слова": [word()[3:8] for _ in range(times)],
        "опечатка": [one[:4] + one[5:] for one in (word() for _ in range(times))],
        "сделка": [texts.sale(chance) for _ in range(times)],
    }


def measure_search(pair: Pair, times: int) -> Found:
    base, product = pair.base, pair.product
    signed = [product.sign_in(login) for login in (base.login("director"), readers(base)[0], base.login("manager"))]
    asked = questions(base, times)
    client = Client(product.server.port)
    for who in signed:
        client.send(product.search(who, "насос"))
    settle(product.server, pair.cluster)
    by_kind, every, cpu = {}, [], []
    for kind, told in asked.items():
        spent, used = [], []
        for text in told:
            for who in signed:
                before, began = _cpu(pair), time.perf_counter()
                client.send(product.search(who, text))
                spent.append(time.perf_counter() - began)
                used.append(_cpu(pair) - before)
        by_kind[kind] = {
            "p50_ms": ms(percentile(spent, 0.5)),
            "p95_ms": ms(percentile(spent, 0.95)),
            "cpu_p50_ms": ms(percentile(used, 0.5)),
            "cpu_p95_ms": ms(percentile(used, 0.95)),
        }
        every += spent
        cpu += used
    client.close()
    sizes = base.sizes
    facts = {
        "entries": sizes.companies + sizes.contacts + sizes.deals + sizes.comments,
        "searches": len(every),
        "p50_ms": ms(percentile(every, 0.5)),
        "cpu_p50_ms": ms(percentile(cpu, 0.5)),
        "cpu_p95_ms": ms(percentile(cpu, 0.95)),
        "kinds": by_kind,
    }
    return Found(SEARCH, base.dialect, ms(percentile(every, 0.95)), facts)


def _cpu(pair: Pair) -> float:
    return fine_cpu_of(pair.product.server.pid) + pair.cluster.fine_cpu()


def ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
