"""One open stream: who listens, up to where he was told, and the way across from the follower's thread.

    id: 3f9c0a1b22d4:1587          the feed and the position up to which everything has been told
    data: {"entity": "contact", "ids": [42], …}

Marks come in blocks of their own after the events they cover, so a stream that breaks between two events is
resumed before the first of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from svyaz.access.actor import Actor

# Whoever does not read is owed no more than this many events; then one «read everything again» instead.
MOST_WAITING = 200
# A list of thousands is read again no oftener than this, however much is written.
RELOAD_PAUSE_SECONDS = 2.0
ALL = "*"


def encode(event: Any) -> bytes:
    return b"data: " + orjson.dumps(event) + b"\n\n"


RELOAD_ALL = encode({"reload": ALL})


class Mailbox:
    """Filled and emptied in the event loop only; the follower hands over through `deliver`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, mark: str) -> None:
        self.loop = loop
        self.mark = mark
        self.closed = False
        self._events: list[bytes] = []
        self._told = asyncio.Event()

    def put(self, events: Sequence[bytes], mark: str, closed: bool) -> None:
        self.mark = mark
        self.closed = self.closed or closed
        self._events += events
        if len(self._events) > MOST_WAITING:
            self._events = [RELOAD_ALL]
        if events or closed:
            self._told.set()

    async def take(self, seconds: float) -> bytes:
        """What is waiting, with the mark after it; b"" when nothing came for so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._told.wait()
        except TimeoutError:
            return b""
        self._told.clear()
        events, self._events = self._events, []
        return b"".join(events) + self.marked()

    def marked(self) -> bytes:
        return f"id: {self.mark}\n\n".encode()


@dataclass(slots=True, eq=False)
class Listener:
    """Of the follower's thread, but for the mailbox.  key: the session key or token it listens by.

    reloaded  entity -> when it was last told to read it again;  owed: entity -> position of what was put off
    """

    key: str
    actor: Actor
    position: int
    mailbox: Mailbox
    reloaded: dict[str, float] = field(default_factory=dict)
    owed: dict[str, int] = field(default_factory=dict)
    events: list[bytes] = field(default_factory=list)
    closed: bool = False

    def say(self, event: bytes) -> None:
        self.events.append(event)

    def reload(self, entity: str, now: float) -> None:
        """At once, or when the pause is over if the last was a moment ago."""
        if now - self.reloaded.get(entity, -RELOAD_PAUSE_SECONDS) >= RELOAD_PAUSE_SECONDS:
            self.reloaded[entity] = now
            self.owed.pop(entity, None)
            self.say(encode({"reload": entity}))
        else:
            self.owed.setdefault(entity, self.position)

    def pay(self, now: float) -> None:
        """Say what was put off and is due."""
        for entity in list(self.owed):
            self.reload(entity, now)

    @property
    def told(self) -> int:
        """Everything up to here has been told; what is owed lies after it."""
        return min(self.owed.values(), default=self.position)


def deliver(listeners: Sequence[Listener], feed: str | None) -> None:
    """Hand over what the listeners have been told; one call into each event loop, however many there are.

    feed None: the marks stay where they were.
    """
    loops: dict[asyncio.AbstractEventLoop, list[tuple[Mailbox, list[bytes], str, bool]]] = {}
    for one in listeners:
        mark = one.mailbox.mark if feed is None else f"{feed}:{one.told}"
        if one.events or one.closed or mark != one.mailbox.mark:
            loops.setdefault(one.mailbox.loop, []).append((one.mailbox, one.events, mark, one.closed))
            one.events = []
    for loop, letters in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_put_all, letters)


def _put_all(letters: list[tuple[Mailbox, list[bytes], str, bool]]) -> None:
    for mailbox, events, mark, closed in letters:
        mailbox.put(events, mark, closed)
