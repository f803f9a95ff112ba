"""Two ways to listen in a test.

room.listen("Ольга")     a listener whose looks the test makes: `heard()` looks once and answers what he was told
served.listen("Ольга")   the same over a socket of a server that really runs, with its follower
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Mapping
from typing import Any

import uvicorn

from svyaz.jobs.follower import Follower
from svyaz.live.hub import Live
from svyaz.live.listener import Listener, Mailbox
from svyaz.storage import changes
from tests.api.site import Caller, Site
from tests.own_loop import OwnLoop


def parse(told: bytes) -> tuple[list[Any], str | None]:
    """Events of a piece of the stream, and the last mark in it."""
    events, mark = [], None
    for block in told.decode().split("\n\n"):
        for line in block.split("\n"):
            if line.startswith("data: "):
                events.append(json.loads(line[6:]))
            elif line.startswith("id: "):
                mark = line[4:]
    return events, mark


class Time:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


class Room:
    """A hub without a server.  time: what the hub takes for the clock."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.time = Time()
        self.live = Live(site.company, self.time)
        self.follower = Follower(site.company, (self.live.look,))
        self.runner = OwnLoop()

    def close(self) -> None:
        self.runner.close()

    def look(self, passed: float = 0.25) -> None:
        self.time.at += passed
        self.follower.step()

    def listen(self, name: str, after: int | None = None) -> Ear:
        """after: a position to go on from; None: from now on, and the hub has settled."""
        ear = Ear(self, self.site.browser(name), name, after)
        if after is None:
            self.look()
            ear.take()
        return ear


class Ear:
    def __init__(self, room: Room, caller: Caller, name: str, after: int | None) -> None:
        self.room = room
        self.caller = caller
        changes.publish(room.site.company.database)
        with room.site.company.read() as session:
            position = changes.last_position(session) if after is None else after
        key = caller.headers["Cookie"].partition("=")[2]
        self.mailbox = Mailbox(room.runner.get_loop(), "")
        self.listener = Listener(key, room.site.cast.actor(name), position, self.mailbox)
        room.live._join(self.listener)

    @property
    def position(self) -> int:
        return int(self.mailbox.mark.partition(":")[2])

    def take(self) -> list[Any]:
        return parse(self.room.runner.run(self.mailbox.take(0.01)))[0]

    def heard(self, passed: float = 0.25) -> list[Any]:
        self.room.look(passed)
        return self.take()

    def ids(self, entity: str, passed: float = 0.25) -> list[int]:
        """Of living records of the entity that he was told of in this look."""
        return [id for one in self.heard(passed) if one.get("entity") == entity for id in one["ids"]]


class Served:
    """The application behind a real socket, with its lifespan: the follower runs."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        settings = uvicorn.Config(site.app, log_level="error", lifespan="on", timeout_graceful_shutdown=5)
        self.server = uvicorn.Server(settings)
        self.thread = threading.Thread(target=self.server.run, args=([self.socket],), daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        self.wires: list[Wire] = []

    @property
    def live(self) -> Live:
        live: Live = self.site.app.state.live
        return live

    def listen(self, name: str, path: str = "/api/live", **headers: str) -> Wire:
        return self.wire({**self.site.browser(name).headers, **headers}, path)

    def wire(self, headers: Mapping[str, str], path: str = "/api/live") -> Wire:
        wire = Wire(self.port, headers, path)
        self.wires.append(wire)
        return wire

    def close(self) -> None:
        for wire in self.wires:
            wire.close()
        self.live.stop()
        self.server.should_exit = True
        self.thread.join(20)
        self.socket.close()


class Wire:
    """A connection that reads what it is sent, as a browser does."""

    def __init__(self, port: int, headers: Mapping[str, str], path: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=15)
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: svyaz.test\r\n{lines}\r\n".encode())
        self.rest = b""
        self.ended = False
        self.mark = ""
        while b"\r\n\r\n" not in self.rest:
            self._more()
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        self.status = int(head.split()[1])
        self.head = head.decode().lower()

    def _more(self) -> None:
        part = self.socket.recv(65_536)
        if not part:
            self.ended = True
            raise EOFError
        self.rest += part

    def next(self, seconds: float = 30) -> Any:
        """The next event; None when the stream has ended; raises TimeoutError when none came."""
        until = time.monotonic() + seconds
        while True:
            start = self.rest.find(b"data: ")
            end = self.rest.find(b"\n\n", start)
            marks = self.rest[: end if start >= 0 else None].split(b"id: ")[1:]
            if marks and b"\n" in marks[-1]:
                self.mark = marks[-1].partition(b"\n")[0].decode()
            if start >= 0 and end >= 0:
                event = json.loads(self.rest[start + 6 : end])
                self.rest = self.rest[end + 2 :]
                return event
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self.socket.settimeout(left)
            try:
                self._more()
            except EOFError:
                return None

    def until(self, wanted: str, seconds: float = 30) -> Any:
        """The next event that has this key; others before it are passed over."""
        while True:
            event = self.next(seconds)
            if event is None or wanted in event:
                return event

    def close(self) -> None:
        self.socket.close()
