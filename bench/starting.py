"""Marks of a server that has just come: CPU until the first answer, memory when it has answered and rests."""

from __future__ import annotations

from statistics import median

from bench.base import Base
from bench.http_load import send_all
from bench.processes import cluster_of, memory_of, settle
from bench.product import Svyaz
from bench.reading import list_requests
from bench.result import Found, Mark

START = Mark("start", "CPU от запуска до первого ответа", 1.5, "s")
MEMORY = Mark("memory", "Память в покое", 120, "MB")


def measure_start(base: Base, rounds: int) -> list[Found]:
    """The first answer is a list of 50 to a reader with rights; the memory is asked after forty lists and a pause."""
    spent, idle, most = [], [], []
    cluster = cluster_of(base.url)
    product = Svyaz(base)
    product.server.start()
    signed = {login: product.sign_in(login) for login, _ in list_requests(base)}
    product.server.stop()
    asked = [product.page(signed[login], listing) for login, listing in list_requests(base)]
    for _ in range(rounds):
        product = Svyaz(base)
        product.server.start()
        send_all(product.server.port, asked[:1], 1)
        spent.append(product.server.cpu())
        send_all(product.server.port, asked)
        settle(product.server, cluster)
        idle.append(memory_of(product.server.pid))
        most.append(memory_of(product.server.pid, "VmHWM"))
        product.server.stop()
    return [
        Found(START, base.dialect, round(median(spent), 2), {"rounds": spent}),
        Found(
            MEMORY,
            base.dialect,
            round(median(idle), 1),
            {"rounds": [round(one, 1) for one in idle], "most": round(max(most), 1)},
        ),
    ]
