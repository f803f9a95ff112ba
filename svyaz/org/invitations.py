"""Invitations to come in, and forgotten passwords: one-time links, by letter or by hand.

A link is 32 random bytes, kept as their SHA-256.  It works once, until its hour, while the password that was in force
when it was made still is: whoever changes a password or blocks a person makes the links of before worth nothing.  A new
link revokes the former ones.  No password stands in a letter.

The secret stands behind «#» in the address, so that it reaches no log of a server on the way.  Looking at the page uses
nothing up: mail scanners open every link.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from svyaz.access.actor import SYSTEM, Actor
from svyaz.jobs.queue import enqueue
from svyaz.jobs.worker import JobContext
from svyaz.kernel.problem import NotFound, Problem
from svyaz.kernel.text import fold
from svyaz.kernel.words import load_words
from svyaz.org import journal, mail_server
from svyaz.org.letters import Letter, post
from svyaz.org.people import name_of
from svyaz.org.public_address import host_of, need_address, read_address
from svyaz.org.sessions import digest
from svyaz.org.ways_in import NoWayIn, managed
from svyaz.records.read import ListRequest, read_page
from svyaz.storage import accounts, ids, invitations, letters
from svyaz.storage.accounts import micros
from svyaz.storage.invitations import Last, Link
from svyaz.storage.session import Session
from svyaz.tenancy.seal import Sealer, sealer

INVITATION, RESET = "invitation", "reset"
WAYS = ("letter", "link")
RESET_HOURS = 1
FORGOTTEN = "forgotten_password"
WINDOW = timedelta(minutes=15)
PER_PERSON, PER_ADDRESS, WRONG_PER_ADDRESS = 3, 30, 40
KEPT = timedelta(days=90)
PAGE = "/-/invitation#"


class InvitationGone(NotFound):
    """Used, revoked, late, or never made: a stranger is not told which."""

    code = "invitation_gone"


class AlreadyEntered(Problem):
    """There is nothing to invite to: a forgotten password is another matter."""

    code = "already_entered"  # facts: who


class InvitationBlocked(Problem):
    """Whoever is shut out is let in first, by a decision of its own."""

    code = "invitation_blocked"  # facts: who
    status = 409


class LinksTooOften(Problem):
    code = "links_too_often"  # facts: minutes
    status = 429


class NoMailbox(Problem):
    """There is no address on the card to write to."""

    code = "no_mailbox"  # facts: who


@dataclass(frozen=True, slots=True)
class Made:
    """token: for a link that is handed over by hand, "" when it went by letter."""

    token: str = field(repr=False)
    expires_at: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """Whom a link lets in."""

    kind: str
    link: int
    login: accounts.Login


def may_write(session: Session) -> bool:
    """Whether letters with links can go: there is a server, and it is known where a link leads."""
    return mail_server.is_set(session) and bool(read_address(session))


def invite(session: Session, seal: Sealer, actor: Actor, employee: int, by: str) -> Made:
    """A new link for a person who has a login and has not come in yet; the former ones are worth nothing.

    Raises what managing people does, NoWayIn, AlreadyEntered, InvitationBlocked, NoMailbox, MailNotSet, AddressNotSet.
    """
    seen = managed(session, actor, employee)
    login = accounts.login_of(session, employee)
    if login is None:
        raise NoWayIn(who=seen.label)
    if login.blocked or not login.active:
        raise InvitationBlocked(who=seen.label)
    if not login.must_change:
        raise AlreadyEntered(who=seen.label)
    server = mail_server.need_server(session, seal) if by == "letter" else mail_server.read_server(session, seal)
    hours = server.hours if server else mail_server.USUAL_HOURS
    made = _make(session, seal, login, INVITATION, hours, by, actor)
    journal.note(session, "invited", actor.employee, employee, by=by)
    return made


def revoke(session: Session, actor: Actor, employee: int) -> None:
    managed(session, actor, employee)
    if _revoke(session, employee):
        journal.note(session, "invitation_revoked", actor.employee, employee)


def state_of(last: Last | None, now: int) -> dict[str, Any] | None:
    """How the last invitation of a person is: {"state", "until", "problem"}; None when there was none.

    state: used, revoked, expired, sending (the letter has not gone yet), failed, sent, link (handed over by hand)
    """
    if last is None:
        return None
    if last.used_at is not None:
        state = "used"
    elif last.revoked_at is not None:
        state = "revoked"
    elif last.expires_at < now:
        state = "expired"
    else:
        by_letter = {letters.WAITING: "sending", letters.SENT: "sent", letters.FAILED: "failed"}
        state = by_letter.get(last.letter, "link")
    return {
        "state": state,
        "until": last.expires_at,
        "problem": last.problem if state in ("sending", "failed") else None,
    }


def open_link(session: Session, token: str) -> Opened:
    """Whom it lets in, without letting him in.  Raises InvitationGone."""
    link = invitations.find(session, digest(token)) if 20 <= len(token) <= 100 else None
    if link is None or link.used_at is not None or link.revoked_at is not None:
        raise InvitationGone(entity="invitation", id=0)
    login = accounts.login_of(session, link.employee)
    living = link.expires_at >= micros(session.now) and login is not None and login.active and not login.blocked
    if (
        login is None
        or not living
        or link.stamp != _stamp(login)
        or (link.kind == INVITATION and not login.must_change)
    ):
        raise InvitationGone(entity="invitation", id=0)
    return Opened(link.kind, link.id, login)


def accept(session: Session, token: str, password_hash: str, address: str, browser: str) -> Opened:
    """The password of his own, once: all that was open in his name ends.  Raises InvitationGone."""
    opened = open_link(session, token)
    if not invitations.use(session, opened.link):
        raise InvitationGone(entity="invitation", id=0)
    employee = opened.login.employee
    accounts.set_password(session, employee, password_hash, must_change=False)
    accounts.end_sessions_of(session, employee)
    kind = "invitation_used" if opened.kind == INVITATION else "password_by_letter"
    journal.note(session, kind, employee, employee, address, browser)
    return opened


def check_tries(session: Session, address: str) -> None:
    """Raises LinksTooOften: who tries links is slowed down like who tries passwords.  Good links are not counted: an
    office of five hundred comes in from one address."""
    _check(session, f"link|{address}", WRONG_PER_ADDRESS)


def note_wrong(session: Session, address: str) -> None:
    _add(session, f"link|{address}")


def ask_reset(session: Session, login: str, address: str, browser: str) -> None:
    """The same for a login that is there and one that is not: a line in the queue.  Raises LinksTooOften by address."""
    _check(session, f"forgotten|{address}", PER_ADDRESS)
    _add(session, f"forgotten|{address}")
    enqueue(session, FORGOTTEN, {"login": login[:200], "address": address[:60], "browser": browser[:300]})


def run_reset(context: JobContext, arguments: Mapping[str, Any]) -> None:
    """The job: a letter to the mailbox on the card, if there is such a person, he may come in and is not written to
    over and over.  What it did is told in the journal, to those who manage people."""
    with context.company.write() as session:
        login = _find(session, str(arguments["login"]))
        if login is not None and login.active and not login.blocked and may_write(session):
            key = f"forgotten of {login.employee}"
            if accounts.count_attempts(session, key, micros(session.now - WINDOW)) < PER_PERSON:
                _add(session, key)
                _reset(session, sealer(context.company.home), login, arguments)
        context.finish(session)


def _reset(session: Session, seal: Sealer, login: accounts.Login, arguments: Mapping[str, Any]) -> None:
    try:
        _make(session, seal, login, RESET, RESET_HOURS, "letter", None)
    except NoMailbox:
        return
    journal.note(session, "reset_asked", None, login.employee, arguments["address"], arguments["browser"])


def _find(session: Session, said: str) -> accounts.Login | None:
    """By the login, else by the mailbox when it is of one person alone."""
    login = accounts.find_login(session, fold(said.strip()))
    if login is not None or "@" not in said:
        return login
    mailbox = said.strip().lower()
    page = read_page(
        session,
        SYSTEM,
        "employee",
        ListRequest(filter=f"email = {_quoted(mailbox)}", fields=("label",), limit=2),
    )
    return accounts.login_of(session, page.rows[0][0]) if len(page.rows) == 1 else None


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "").replace('"', "") + '"'


def _make(
    session: Session, seal: Sealer, login: accounts.Login, kind: str, hours: int, by: str, actor: Actor | None
) -> Made:
    token = secrets.token_urlsafe(32)
    expires_at = micros(session.now + timedelta(hours=hours))
    letter = _write(session, seal, login, kind, hours, token) if by == "letter" else None
    _revoke(session, login.employee)  # after the letter: who cannot be written to keeps the link that he has
    invitations.put(
        session,
        Link(
            ids.take_id(session),
            login.employee,
            kind,
            _stamp(login),
            micros(session.now),
            expires_at,
            None,
            None,
            letter,
        ),
        digest(token),
        actor.employee if actor else None,
    )
    return Made("" if letter is not None else token, expires_at)


def _write(session: Session, seal: Sealer, login: accounts.Login, kind: str, hours: int, token: str) -> int:
    address, who = need_address(session), name_of(session, login.employee)
    recipient = mailbox_of(session, login.employee)
    if not recipient:
        raise NoMailbox("email", who=who)
    words = load_words(session.snapshot.settings.language)
    told = {"company": session.snapshot.settings.title, "who": who, "login": login.login, "address": address}
    if kind == INVITATION:
        subject = words.say("letter_invitation", **told)
        parts = (
            words.say("letter_invitation_text", **told),
            words.say("letter_invitation_way", **told),
            words.say("letter_invitation_hours", n=hours),
        )
        button = words.say("letter_invitation_button")
    else:
        subject = words.say("letter_reset", **told)
        parts = (
            words.say("letter_reset_text", **told),
            words.say("letter_reset_hours", n=hours),
            words.say("letter_reset_not_you"),
        )
        button = words.say("letter_reset_button")
    letter = Letter(recipient, who, subject, parts, f"{address}{PAGE}{token}", button)
    return post(session, seal, letter, host_of(address))


def mailbox_of(session: Session, employee: int) -> str:
    """The first of the card; "" when there is none."""
    asked = ListRequest(filter=f"id = {int(employee)}", fields=("email",), limit=1, kept="all")
    for row in read_page(session, SYSTEM, "employee", asked).rows:
        cell = row[-1]
        first = cell[0] if isinstance(cell, list | tuple) and cell else None
        return str(first[0] if isinstance(first, list | tuple) else first or "")
    return ""


def _revoke(session: Session, employee: int) -> bool:
    revoked = invitations.revoke(session, employee)
    for link in revoked:
        if link.letter is not None:
            letters.drop(session, link.letter)
    return bool(revoked)


def _check(session: Session, key: str, most: int) -> None:
    if accounts.count_attempts(session, key, micros(session.now - WINDOW)) >= most:
        raise LinksTooOften(minutes=int(WINDOW.total_seconds() // 60))


def _add(session: Session, key: str) -> None:
    accounts.add_attempt(session, (key,), micros(session.now), micros(session.now - WINDOW))


def _stamp(login: accounts.Login) -> str:
    return hashlib.sha256((login.password_hash or "").encode()).hexdigest()[:16]


def sweep(session: Session) -> int:
    letters.forget_old(session, micros(session.now - KEPT))
    return invitations.forget_old(session, micros(session.now - KEPT))
