"""One HTTP call as handlers see it: who asks, of which company, with what body.

A handler is a plain function `(Call) -> Answer`: parse, one call inward, answer.  It decides nothing.
The framework stays in server.py; handlers run in its pool of threads.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

import msgspec

from svyaz.access.actor import Actor
from svyaz.access.apply import require
from svyaz.api.errors import BadRequest, WrongOrigin
from svyaz.api.limits import Limits
from svyaz.kernel.http import Incoming
from svyaz.kernel.problem import NotFound, Problem
from svyaz.kernel.text import TextHasNul, shown
from svyaz.kernel.words import load_words
from svyaz.live.hub import Live
from svyaz.org.actors import build_actor
from svyaz.org.sessions import (
    NotSignedIn,
    PasswordMustChange,
    SecondStepNeeded,
    TokenReadOnly,
    find_signed_in,
    is_living,
    same_csrf,
    touch,
    wants_touch,
)
from svyaz.org.view_as import ViewingOnly, lapse, may_view
from svyaz.records.as_of import go_back, instant_of, moment_of
from svyaz.storage.accounts import SignedIn
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company

LOG = logging.getLogger("svyaz.api")
T = TypeVar("T")
COOKIE = "svyaz_session"
CSRF_HEADER = "x-svyaz-csrf"
LEAST, MOST, DEEPEST = -(2**63), 2**63 - 1, 100
OF_RECORDS = ("values", "change")


@dataclass(slots=True)
class Actors:
    """Actors already built, by (employee, org revision, schema revision): people change rarely, requests are many."""

    limit: int = 2_000
    _kept: dict[tuple[int, int, int, str], Actor] = field(default_factory=dict)
    _signed: dict[str, tuple[Any, SignedIn]] = field(default_factory=dict)
    _hints: Limits = field(default_factory=lambda: Limits(per_second=1 / 30, burst=20))

    def may_hint(self, employee: int | None) -> bool:
        """Whether to tell that a double exists among records the asker may not see: twenty, then two a minute."""
        return self._hints.take(str(employee)) >= 0

    def signed_in(self, session: Session, key: str) -> SignedIn | None:
        """Whose the key is.  Remembered by the numbers that this transaction began by reading: they move in the commit
        that ends a session, a token or a person's way in, so nobody stays a request longer than he may."""
        stamp = session.opened and session.opened[1:]
        kept = self._signed.get(key)
        if kept is not None and kept[0] == stamp and is_living(session, kept[1]):
            return kept[1]
        found = find_signed_in(session, key)
        if found is not None and stamp:
            if len(self._signed) >= self.limit:
                self._signed.clear()
            self._signed[key] = (stamp, found)
        return found

    def forget(self, key: str) -> None:
        """When it was seen last has been noted anew."""
        self._signed.pop(key, None)

    def of(self, session: Session, found: SignedIn, language: str) -> Actor | None:
        kind: Literal["person", "token"] = "token" if not found.csrf else "person"
        key = (found.employee, found.org_revision, session.snapshot.revision, kind + language)
        actor = self._kept.get(key)
        if actor is None:
            actor = build_actor(session, found.employee, kind=kind, language=language)
            if actor is not None:
                if len(self._kept) >= self.limit:
                    self._kept.clear()
                self._kept[key] = actor
        return actor


@dataclass(slots=True)
class Call:
    """changes, writes, early, setup, oneself: as in Route.  viewing: it was asked in a view as a colleague."""

    incoming: Incoming
    company: Company
    actors: Actors
    changes: bool = False
    writes: bool = False
    early: bool = False
    setup: bool = False
    late_touch: bool = False
    oneself: bool = False
    viewing: bool = False
    lapsed: bool = False
    live: Live | None = None

    @property
    def key(self) -> str:
        """The session key or token that came with the request, "" when none did."""
        given = self.incoming.headers.get("authorization", "")
        if given.lower().startswith("bearer "):
            return given[7:].strip()
        return self.incoming.cookies.get(COOKIE, "")

    @property
    def language(self) -> str:
        """«ru» unless the reader asks for English: by cookie of the page, else by Accept-Language."""
        chosen = self.incoming.cookies.get("svyaz_language", "")
        if chosen in ("ru", "en"):
            return chosen
        given = self.incoming.headers.get("accept-language", "").lower()
        return "en" if given.startswith("en") else "ru"

    @property
    def browser(self) -> str:
        return self.incoming.headers.get("user-agent", "")

    @property
    def words(self) -> Any:
        return load_words(self.language)

    def actor(self, session: Session) -> Actor:
        found = self.actors.signed_in(session, self.key)
        if found is None:
            raise NotSignedIn()
        if self.changes and found.csrf and not same_csrf(found, self.incoming.headers.get(CSRF_HEADER, "")):
            raise WrongOrigin()
        if self.writes and found.scope == "read":
            raise TokenReadOnly()
        if found.must_change and not self.early:
            raise PasswordMustChange()
        if found.must_second and not (self.early or self.setup):
            raise SecondStepNeeded()
        actor = self.actors.of(session, found, self.language)
        if actor is None:
            raise NotSignedIn()
        self.late_touch = self.late_touch or wants_touch(session, found)
        return actor if self.oneself or not found.csrf else self._as_viewed(session, found, actor)

    def _as_viewed(self, session: Session, found: SignedIn, actor: Actor) -> Actor:
        """Whom the session looks as; who has lost the right to it is himself again."""
        if found.views_as is None:
            return actor
        asked = self.actors.of(session, replace(found, employee=found.views_as), self.language)
        if asked is None or not may_view(session.snapshot, actor, asked):
            self.lapsed = self.late_touch = True
            return actor
        self.viewing = True
        if self.writes:
            raise ViewingOnly()
        return asked

    @contextmanager
    def reading(self) -> Iterator[tuple[Session, Actor]]:
        with self.company.read() as session:
            yield session, self.actor(session)

    @contextmanager
    def reading_as_of(self, said: str, entity: str) -> Iterator[tuple[Session, Actor]]:
        """As `reading`, of the base as it was: `said` is an instant, a day (its end in the company's zone) or "" for now.
        entity: what will be read."""
        if not said:
            with self.reading() as asked:
                yield asked
            return
        at = instant_of(said)
        if at is None or not self.company.pasts.is_kept(at):  # for whom may not look nothing is made, and none let go
            with self.reading() as (session, actor):
                require(session.snapshot, actor, entity, "history")
                at = moment_of(said, session.snapshot.settings.zone)
        moment = at

        def go(session: Session, made: Any) -> Any:
            """Asked before anything is brought back: a refusal of the moment tells what the object once had."""
            require(session.snapshot, self.actor(session), entity, "history")
            return go_back(session, moment, entity, made)

        with self.company.pasts.at(moment, go) as session:
            actor = self.actor(session)
            require(session.snapshot, actor, entity, "history")
            yield session, actor

    @contextmanager
    def writing(self) -> Iterator[tuple[Session, Actor]]:
        """Authorised inside the transaction that writes: a person closed a moment ago changes nothing."""
        with self.company.write() as session:
            actor = self.actor(session)
            if self.viewing:
                raise ViewingOnly()
            yield session, actor

    def touch(self) -> None:
        """Note that the caller was here.  Done after the answer: a reader neither waits for a base that is locked nor
        is refused where a disk is full."""
        self.late_touch = False
        try:
            with self.company.write() as session:
                touch(session, self.key)
                if self.lapsed:
                    lapse(session, self.key)
            self.actors.forget(self.key)
        except Problem as problem:
            LOG.info("who was here is not noted: %s", problem)

    def body(self, shape: type[T]) -> T:
        """The JSON body as `shape`; unknown keys and wrong types are refused by name."""
        if not self.incoming.body:
            raise BadRequest("body", expected="JSON")
        try:
            told = msgspec.json.decode(self.incoming.body, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
            raise BadRequest("body", expected=str(wrong)[:300]) from None
        _check_plain("body", told)
        return told

    def query(self, name: str, default: str = "") -> str:
        given = self.incoming.query.get(name, default)
        _check_plain(name, given)
        return given

    def number(self, name: str, default: int, least: int, most: int) -> int:
        given = self.query(name)
        if not given:
            return default
        if not given.isascii() or not given.lstrip("-").isdigit() or len(given) > 12:
            raise BadRequest(name, expected=f"{least}…{most}")
        if not least <= int(given) <= most:
            raise BadRequest(name, expected=f"{least}…{most}")
        return int(given)

    def only(self, *known: str) -> None:
        """Refuse query parameters nobody reads: a misspelt filter must not return everything."""
        for name in self.incoming.query:
            if name not in known:
                raise BadRequest(name, expected=", ".join(known))

    def id(self, name: str = "id") -> int:
        given = self.incoming.params[name]
        if not given.isascii() or not given.isdigit() or len(given) > 18:
            raise NotFound(name, entity=self.incoming.params.get("entity", ""), id=given[:40])
        return int(given)


def _check_plain(name: str, given: Any, deep: int = 0) -> None:
    """What no base and no answer can hold is refused before it gets there: a NUL in a filter, a search, a name
    (PostgreSQL takes none in any text), a whole number beyond 64 bits, an endless nest.

    Values of records are looked at by their fields, each with its place.
    """
    match given:
        case str():
            if "\0" in given:
                raise TextHasNul(name, value=shown(given))
        case int():
            if not LEAST <= given <= MOST:
                raise BadRequest(name, expected=f"{LEAST}…{MOST}")
        case list() | dict() | msgspec.Struct():
            if deep == DEEPEST:
                raise BadRequest(name, expected=f"≤ {DEEPEST} [[…]]")
            for key, one in _parts(name, given):
                _check_plain(key, one, deep + 1)


def _parts(name: str, given: list[Any] | dict[str, Any] | msgspec.Struct) -> Iterator[tuple[str, Any]]:
    if isinstance(given, list):
        yield from ((name, one) for one in given)
    elif isinstance(given, dict):
        for key, one in given.items():
            _check_plain(name, key)
            yield key, one
    else:
        yield from ((key, getattr(given, key)) for key in given.__struct_fields__ if key not in OF_RECORDS)
