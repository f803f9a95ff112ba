"""Everybody who listens to a company in this process, and what they are told at each look of the follower.

    live = Live(company)
    follower = Follower(company, (live.look,))          # one thread reads the log for all
    Answer(stream=lambda: live.stream(asked))           # one coroutine a listener, no thread

At each look: is everybody still signed in and who they were (at least every 5 s, and at once when people, roles or
structure change); then the changes since the last look; then who is on the cards.  A look with nobody listening
asks the base nothing.

A listener holds a position of his own, so one who comes back with an old position is told what he missed by the
same code, once; one who missed too much is told to read everything again.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from svyaz.access.actor import Actor
from svyaz.kernel.problem import Problem
from svyaz.live.listener import RELOAD_ALL, Listener, Mailbox, deliver, encode
from svyaz.live.presence import Card, Presence
from svyaz.live.sight import alike, seen_ids, sight_of
from svyaz.live.telling import Look, Reached, tell
from svyaz.org.actors import build_actor
from svyaz.org.sessions import signed_in
from svyaz.org.view_as import looks_as
from svyaz.records.cells import seen_labels
from svyaz.storage import accounts, changes, notices, reach, record_tables
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company

CHECK_SECONDS = 5.0
PEOPLE_PAUSE_SECONDS = 1.0
HEARTBEAT_SECONDS = 15.0
MOST_MISSED = 20_000  # positions; more than that is not told one by one
NOTICES_BACK = 1_000  # ids; a transaction that took its id earlier may commit later
MOST_STREAMS = 20  # of one person


class TooManyStreams(Problem):
    code = "too_many_streams"  # facts: most, seconds
    status = 429


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants to listen, and from where.  known False: what he saw before is of no use, he reads everything again.

    revision  of the configuration, told at once;  seconds None: until he leaves
    """

    key: str
    actor: Actor
    feed: str
    position: int
    revision: int
    known: bool = True
    seconds: float | None = None


@dataclass(slots=True)
class Live:
    company: Company
    now: Callable[[], float] = time.monotonic
    presence: Presence = field(init=False)
    _listeners: list[Listener] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _reach: Mapping[int, Reached] = field(default_factory=dict)
    _people: tuple[int, int] = (-1, -1)  # (org revision, revision of the configuration) the actors are of
    _built: float = float("-inf")
    _checked: float = float("-inf")
    _stopped: bool = False
    _notices: frozenset[int] | None = None  # ids told already, of the last ones; None: nobody has listened yet
    _rung: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.presence = Presence(self.now)

    # --- in the event loop

    async def stream(self, asked: Asked) -> AsyncIterator[bytes]:
        """Server-sent events, until the listener leaves, is put out, or the server stops."""
        loop = asyncio.get_running_loop()
        mailbox = Mailbox(loop, f"{asked.feed}:{asked.position}")
        listener = Listener(asked.key, asked.actor, asked.position, mailbox)
        until = None if asked.seconds is None else loop.time() + asked.seconds
        self._join(listener)
        try:
            yield b"retry: 2000\n" + encode(
                {"hello": {"position": asked.position, "feed": asked.feed, "revision": asked.revision}}
            )
            yield (b"" if asked.known else RELOAD_ALL) + mailbox.marked()
            while not mailbox.closed:
                left = HEARTBEAT_SECONDS if until is None else min(HEARTBEAT_SECONDS, until - loop.time())
                if left <= 0:
                    return
                told = await mailbox.take(left)
                if told:
                    yield told
                elif until is None or loop.time() < until:
                    yield b":\n" + mailbox.marked()
        finally:
            self._leave(listener)

    def check_room(self, actor: Actor) -> None:
        """Raise TooManyStreams when the person listens in too many places."""
        with self._guard:
            count = sum(one.actor.employee == actor.employee for one in self._listeners)
        if count >= MOST_STREAMS:
            raise TooManyStreams(most=MOST_STREAMS, seconds=60)

    def _join(self, listener: Listener) -> None:
        with self._guard:
            listener.closed = self._stopped
            self._listeners.append(listener)
        if self._stopped:
            listener.mailbox.closed = True

    def _leave(self, listener: Listener) -> None:
        with self._guard:
            if listener in self._listeners:
                self._listeners.remove(listener)

    def stop(self) -> None:
        """End all streams: the server stops, and must not wait for those who only listen."""
        with self._guard:
            self._stopped = True
            listeners = list(self._listeners)
        for one in listeners:
            one.closed = True
        deliver(listeners, None)

    @property
    def count(self) -> int:
        return len(self._listeners)

    # --- in the follower's thread

    def look(self) -> None:
        """Tell everybody what happened since the last look."""
        with self._guard:
            listeners = [one for one in self._listeners if not one.closed]
        if not listeners:
            return
        now = self.now()
        with self.company.read() as session:
            feed = changes.feed_of(session)
            if self._know_people(session, listeners, now):
                staying = [one for one in listeners if not one.closed]
                self._tell(session, staying, now)
                self._tell_notices(session, staying)
                self._tell_presence(session, staying, now)
        deliver(listeners, feed)

    def _tell(self, session: Session, listeners: Sequence[Listener], now: float) -> None:
        last = changes.last_position(session)
        look = Look(session, now, self._reach)
        for one in listeners:
            one.pay(now)
        for after in {one.position for one in listeners}:
            group = [one for one in listeners if one.position == after]
            if not 0 <= last - after <= MOST_MISSED:
                for one in group:
                    one.say(RELOAD_ALL)
            elif after < last:
                tell(look, group, after, last)
            for one in group:
                one.position = last

    def _tell_notices(self, session: Session, listeners: Sequence[Listener]) -> None:
        """{"notices": true} to whom the bell has something new to show, or who has read some of it in another tab."""
        if self._notices is None:
            self._notices = frozenset(id for id, _ in notices.since(session, notices.last_id(session) - NOTICES_BACK))
        floor = max(self._notices, default=0) - NOTICES_BACK
        found = notices.since(session, floor)
        new = {employee for id, employee in found if id not in self._notices}
        self._notices = frozenset(id for id, _ in found)
        with self._guard:
            new |= self._rung
            self._rung = set()
        for one in listeners if new else ():
            if one.actor.employee in new:
                one.say(encode({"notices": True}))

    def ring(self, employee: int) -> None:
        """Other tabs of this person read the bell anew at the next look."""
        with self._guard:
            self._rung.add(employee)

    def _know_people(self, session: Session, listeners: Sequence[Listener], now: float) -> bool:
        """Put out those who may no longer listen; know the others as they are now.

        False when that is not known yet: an import of people moves the revision with every portion, and to build two
        hundred actors each time would slow it.  Nothing is told meanwhile, and nothing is lost.
        """
        people = (accounts.org_revision(session), session.snapshot.revision)
        moved = people != self._people
        if moved or now - self._checked >= CHECK_SECONDS:
            self._checked = now
            signed = signed_in(session, {one.key for one in listeners})
            for one in listeners:
                one.closed = one.key not in signed or signed[one.key].must_change
            looking = looks_as(session, signed)
            for one in listeners:
                # Who begins or ends to look as a colleague listens anew, as whom he is now.
                one.closed = one.closed or looking[one.key] != one.actor.employee
        new = [one for one in listeners if one.actor.employee not in self._reach]
        if moved and now - self._built < PEOPLE_PAUSE_SECONDS:
            return False
        if moved:
            self._built = now
            self._people = people
            self._build_again(session, [one for one in listeners if not one.closed])
        elif new:
            self._reach = {**self._reach, **_reach_of(session, new)}
        return True

    def _build_again(self, session: Session, listeners: Sequence[Listener]) -> None:
        """Everybody anew; who has other roles, departments or reach than before reads everything again."""
        reached = _reach_of(session, listeners)
        actors: dict[tuple[int | None, str, str], Actor | None] = {}
        for one in listeners:
            was = one.actor
            asked = (was.employee, was.kind, was.language)
            if asked not in actors and was.employee is not None and was.kind != "system":
                actors[asked] = build_actor(session, was.employee, kind=was.kind, language=was.language)
            actor = actors.get(asked)
            if actor is None:
                one.closed = True
                continue
            one.actor = actor
            rights = (actor.roles, actor.departments, actor.groups, actor.stood_roles, actor.share_mark)
            known = self._reach.get(actor.employee or 0)
            if rights != (was.roles, was.departments, was.groups, was.stood_roles, was.share_mark) or known not in (
                None,
                reached[actor.employee or 0],
            ):
                one.say(RELOAD_ALL)
        self._reach = reached

    def _tell_presence(self, session: Session, listeners: Sequence[Listener], now: float) -> None:
        for card in self.presence.take_changed():
            there = self.presence.on(card)
            for one in listeners:
                if one.actor.employee in there and self._sees(session, one, card, now):
                    people = names(session, one.actor, there)
                    one.say(encode({"present": {"entity": card[0], "id": card[1], "people": people}}))

    def _sees(self, session: Session, listener: Listener, card: Card, now: float) -> bool:
        entity, id = card
        sight = sight_of(session.snapshot, listener.actor, entity)
        if sight is None:
            return False
        stored = record_tables.fetch(session, entity, [id], sorted(sight.reads)) if sight.near is not None else {}
        known = alike(sight, stored.values()) if sight.near is not None else []
        ground = Look(session, now, self._reach).ground(listener.actor)
        return id in seen_ids(session, sight, listener.actor, ground, [id], known)


def names(session: Session, actor: Actor, people: Sequence[int]) -> list[list[object]]:
    """[[id, label], …] of the others; a label is None where the reader may not see the person's card."""
    others = [one for one in people if one != actor.employee]
    look = Look(session, 0, {})
    labels = seen_labels(session, actor, look.ground(actor), "employee", others)
    return [[one, labels.get(one)] for one in others]


def _reach_of(session: Session, listeners: Sequence[Listener]) -> Mapping[int, Reached]:
    return reach.reached_by(session, {one.actor.employee for one in listeners if one.actor.employee is not None})
