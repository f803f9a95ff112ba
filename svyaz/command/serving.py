"""Serve a home over HTTP, or only run its jobs."""

from __future__ import annotations

import argparse
import logging
import signal
import socket
import threading
from collections.abc import Callable

import uvicorn

from svyaz.app import build_app, open_home
from svyaz.command.companies import DEMO_TITLE, make, tell_way_in
from svyaz.jobs.follower import Follower
from svyaz.kernel.unswept import leave_grown
from svyaz.tenancy.lock import ServerLock


def serve(options: argparse.Namespace) -> int:
    """Blocks until a signal.  A second server on the same home is refused before it touches anything."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    if options.demo and not (options.home / "settings.toml").exists():
        tell_way_in(*make(options.home, ("sales",), DEMO_TITLE, demo=True, url=options.database), options.language)
    lock = ServerLock(options.home) if options.home.is_dir() else None
    opened = open_home(options.home)
    if not options.no_worker:
        opened.worker.start()

    def stopped() -> None:
        opened.worker.stop()
        opened.company.close()
        if lock is not None:
            lock.release()

    app = build_app(opened, secure=options.secure, limits=not options.no_limits, on_stop=stopped)
    leave_grown()
    print(f"Связь: http://{options.host}:{options.port}", flush=True)
    settings = uvicorn.Config(
        app,
        host=options.host,
        port=options.port,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
        server_header=False,
    )
    _Server(settings, app.state.live.stop).run()
    return 0


class _Server(uvicorn.Server):
    """Pages that only listen never end by themselves: they are let go first, then the rest may finish."""

    def __init__(self, settings: uvicorn.Config, let_go: Callable[[], None]) -> None:
        super().__init__(settings)
        self.let_go = let_go

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.let_go()
        await super().shutdown(sockets)


def work(options: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    opened = open_home(options.home)
    stop = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: stop.set())
    follower = Follower(opened.company)
    follower.start()
    opened.worker.start()
    leave_grown()
    stop.wait()
    opened.worker.stop()
    follower.stop()
    opened.company.close()
    return 0
