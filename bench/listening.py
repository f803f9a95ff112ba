"""The mark of live updates: an import with 200 people listening against the same with nobody.

Real sockets, sign-in and rights: salespeople, heads of departments and directors.  In turns, so that a busy machine
disturbs both alike; by the CPU of the server and of the database, and by the clock beside it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

from bench.bulk import import_once, make_file
from bench.http_load import Request
from bench.processes import settle
from bench.product import sign_in_all
from bench.reading import Pair
from bench.result import Found, Mark, compared, ratio

LIVE = Mark("live", "Импорт при 200 слушателях против импорта без них", 1.1)
LISTENERS = 200
BEGIN_SECONDS = 120


class Listeners:
    """They read whatever comes and count it, in a thread with a loop of its own."""

    def __init__(self, port: int, requests: Sequence[Request]) -> None:
        self.port, self.requests = port, requests
        self.events = 0
        self.here = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.tasks: list[asyncio.Task[None]] = []
        self.thread = threading.Thread(target=self._work)

    def come(self) -> None:
        self.thread.start()
        if not self.here.wait(BEGIN_SECONDS):
            raise RuntimeError(f"of {len(self.requests)} listeners {self.events} have come")

    def leave(self) -> None:
        self.loop.call_soon_threadsafe(lambda: [one.cancel() for one in self.tasks])
        self.thread.join()

    def _work(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._listen_all())

    async def _listen_all(self) -> None:
        self.tasks = [asyncio.ensure_future(self._listen(one)) for one in self.requests]
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _listen(self, request: Request) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request.bytes())
        try:
            async for line in reader:
                if line.startswith(b"data: "):
                    self.events += 1
                    if self.events == len(self.requests):  # everybody has had his hello
                        self.here.set()
        finally:
            writer.close()


def measure_live(pair: Pair, rows: int, rounds: int) -> Found:
    base, product = pair.base, pair.product
    admin = product.sign_in(base.login("admin"))
    logins = [f"p{at % len(base.people)}" for at in range(LISTENERS)]
    signed = dict(zip(set(logins), sign_in_all(product, list(set(logins))), strict=True))
    requests = [product.listen(signed[login]) for login in logins]
    import_once(pair, admin, "warm.xlsx", make_file(base, min(rows, 500), 2_000))
    found: list[tuple[Any, Any]] = []
    events = 0
    for turn in range(rounds):
        pairs = []
        for heard in (False, True) if turn % 2 else (True, False):
            file = make_file(base, rows, 2_001 + 2 * turn + heard)
            listeners = Listeners(product.server.port, requests)
            if heard:
                listeners.come()
            pairs.append((heard, import_once(pair, admin, f"live-{turn}.xlsx", file)))
            if heard:
                settle(product.server, pair.cluster)
                events += listeners.events - len(requests)
                listeners.leave()
            settle(product.server, pair.cluster)
        found.append((dict(pairs)[True], dict(pairs)[False]))
    facts = compared(found, rows) | {
        "rows": rows,
        "listeners": LISTENERS,
        "events_per_listener": round(events / rounds / LISTENERS, 1),
        "ratio_wall": round(ratio(found, lambda one: one.wall), 3),
    }
    return Found(LIVE, base.dialect, round(ratio(found), 3), facts)
