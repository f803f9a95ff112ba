"""Who is asking: sign-in, the cookie session, the API token.

Keys are 32 random bytes; the database keeps their SHA-256.  A session lives 14 days since it was
last seen and ends at once when its person is closed: every request looks at both rows.

Attempts are counted per login-and-address and per address, not per login alone: a stranger who
guesses from one address must not lock the administrator out of his own.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

from svyaz.kernel.problem import Problem
from svyaz.kernel.text import fold
from svyaz.org import journal, two_factor
from svyaz.org.passwords import may_enter_with
from svyaz.storage import accounts
from svyaz.storage.session import Session

LIFE = timedelta(days=14)
TOUCH_EVERY = timedelta(minutes=10)
WINDOW = timedelta(minutes=15)
PER_LOGIN, PER_ADDRESS = 5, 40
CONFIRMED_FOR = timedelta(minutes=15)
TOKEN_PREFIX = "svz_"
TOKEN_SCOPES = ("all", "read")


class SignInFailed(Problem):
    """One answer for an unknown login, a wrong password and a closed person."""

    code = "sign_in_failed"
    status = 401


class TooManyAttempts(Problem):
    code = "too_many_attempts"  # facts: seconds, minutes, rest
    status = 429


class NotSignedIn(Problem):
    code = "not_signed_in"
    status = 401


class WrongPassword(Problem):
    code = "wrong_password"


class PasswordSame(Problem):
    """A one-time password was seen by others: the same once more is no change."""

    code = "password_same"


class PasswordMustChange(Problem):
    """Until the one-time password is replaced, only «who am I», the change itself and leaving are open."""

    code = "password_must_change"
    status = 403


class TokenReadOnly(Problem):
    """Told before any record is looked at, so it says nothing of what exists."""

    code = "token_read_only"
    status = 403


class SecondStepNeeded(Problem):
    """Until the person has set up a second step that is asked of him, only that is open."""

    code = "second_step_needed"
    status = 403


class ConfirmNeeded(Problem):
    """What opens further ways in is done by who has just shown that he is himself, not by who found a screen unlocked."""

    code = "confirm_needed"
    status = 403


class OnlyInPerson(Problem):
    """A token, however it came into somebody's hands, changes nothing about how its owner comes in."""

    code = "only_in_person"
    status = 403


class UnknownTokenScope(Problem):
    code = "unknown_token_scope"  # facts: scope, known


class TokenMakesNoTokens(Problem):
    code = "token_makes_no_tokens"
    status = 403


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just opened: `key` goes into the cookie and is seen only now."""

    key: str
    csrf: str
    employee: int
    must_change: bool


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def check_attempts(session: Session, login: str, address: str) -> None:
    """Raises TooManyAttempts with the seconds until the next guess is heard."""
    _check((session, _attempted(login, address), PER_LOGIN), (session, address, PER_ADDRESS))


def check_steps(session: Session, employee: int, address: str) -> None:
    """The same of second steps.  Counted for the person: who comes so far knows his password already."""
    _check((session, _stepped(employee), PER_LOGIN), (session, address, PER_ADDRESS))


def _check(*counted: tuple[Session, str, int]) -> None:
    for session, key, most in counted:
        now = accounts.micros(session.now)
        window = int(WINDOW.total_seconds()) * 1_000_000
        held = accounts.attempt_before(session, key, now - window, most)
        if held is not None:
            seconds = max(1, -(-(held + window - now) // 1_000_000))
            raise TooManyAttempts(seconds=seconds, minutes=seconds // 60, rest=seconds % 60)


def find_login(session: Session, login: str) -> accounts.Login | None:
    return accounts.find_login(session, fold(login.strip()))


def may_enter(found: accounts.Login | None, password: str) -> bool:
    """Takes the same time when there is no such login.  Half of a tenth of a second: call it outside of transactions."""
    fits = may_enter_with(password, found.password_hash if found else None)
    return found is not None and fits and found.active


def note_failure(
    session: Session, login: str, address: str, browser: str = "", person: accounts.Login | None = None
) -> None:
    """person: whose login it is, None when it is nobody's."""
    now = session.now
    key, since = _attempted(login, address), accounts.micros(now - WINDOW)
    accounts.add_attempt(session, (key, address), accounts.micros(now), since)
    over = accounts.count_attempts(session, key, since) >= PER_LOGIN
    kind = "attempts_over" if over else "refused" if person is None or person.active else "refused_closed"
    journal.note(session, kind, None, person.employee if person else None, address, browser)


def note_wrong_step(session: Session, employee: int, address: str, browser: str) -> None:
    now = session.now
    key, since = _stepped(employee), accounts.micros(now - WINDOW)
    accounts.add_attempt(session, (key, address), accounts.micros(now), since)
    over = accounts.count_attempts(session, key, since) >= PER_LOGIN
    journal.note(session, "attempts_over" if over else "second_refused", None, employee, address, browser)


def _stepped(employee: int) -> str:
    return f"second step of {employee}"


def _attempted(login: str, address: str) -> str:
    """By the short name: «olga», «olga@firm.local» and «FIRM\\olga» come to one door and are guesses at one password."""
    return f"{fold(short_name(login))[:200]}|{address}"


def short_name(login: str) -> str:
    return login.rpartition("\\")[2].partition("@")[0].strip()


def open_session(
    session: Session, person: accounts.Login, address: str, browser: str, by: tuple[str, ...] = ("password",)
) -> Opened:
    """A new key at every sign-in: a key known before sign-in is worth nothing after it.  by: what let the person in."""
    key, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    at = session.now
    accounts.forget_old_sessions(session, accounts.micros(at))
    accounts.put_session(
        session,
        digest(key),
        person.employee,
        csrf,
        accounts.micros(at),
        accounts.micros(at + LIFE),
        address[:60],
        browser[:300],
    )
    accounts.clear_attempts(session, _attempted(person.login, address))
    accounts.clear_attempts(session, _stepped(person.employee))
    journal.note(session, "came_in", person.employee, person.employee, address, browser, by=list(by))
    return Opened(key, csrf, person.employee, person.must_change)


def find_signed_in(session: Session, key: str) -> accounts.SignedIn | None:
    """The living session behind a cookie or the token behind `Authorization: Bearer svz_…`."""
    if not key or len(key) > 200:
        return None
    find = accounts.find_token if key.startswith(TOKEN_PREFIX) else accounts.find_session
    found = find(session, digest(key))
    if found is None or not is_living(session, found):
        return None
    # A token is a secret of its own, made by who had come in with all steps.
    must = bool(found.csrf) and two_factor.must_set_up(session, found.employee)
    return replace(found, must_second=True) if must else found


def is_living(session: Session, found: accounts.SignedIn) -> bool:
    return found.active and found.expires_at >= accounts.micros(session.now)


def signed_in(session: Session, keys: Collection[str]) -> dict[str, accounts.SignedIn]:
    """find_signed_in of many keys at once (without the org revision); a key that no longer opens is absent."""
    hashes = {digest(key): key for key in keys}
    now = accounts.micros(session.now)
    found = accounts.find_sessions(session, list(hashes))
    return {hashes[at]: one for at, one in found.items() if one.active and one.expires_at >= now}


def wants_touch(session: Session, found: accounts.SignedIn) -> bool:
    return accounts.micros(session.now - TOUCH_EVERY) > found.seen_at


def touch(session: Session, key: str) -> None:
    now = accounts.micros(session.now)
    if key.startswith(TOKEN_PREFIX):
        accounts.touch_token(session, digest(key), now)
    else:
        accounts.touch_session(session, digest(key), now, accounts.micros(session.now + LIFE))


def same_csrf(found: accounts.SignedIn, given: str) -> bool:
    return bool(found.csrf) and hmac.compare_digest(found.csrf.encode(), given.encode())


def check_confirmed(session: Session, found: accounts.SignedIn | None) -> None:
    """Raises OnlyInPerson for a token, ConfirmNeeded when the person has shown long ago that he is himself."""
    if found is None or not found.csrf:
        raise OnlyInPerson()
    if found.confirmed_at < accounts.micros(session.now - CONFIRMED_FOR):
        raise ConfirmNeeded()


def set_password(session: Session, employee: int, password_hash: str, keep: str) -> None:
    """All other sessions of the person end: whoever stole one is out.  keep: the key of the session that stays."""
    accounts.set_password(session, employee, password_hash, must_change=False)
    accounts.end_sessions_of(session, employee, digest(keep))


def session_id(key_hash: str) -> str:
    """What a session is called in the list of one's sessions; nobody comes in with it."""
    return key_hash[:16]


def end_session(session: Session, employee: int, id: str) -> bool:
    """End one of the person's own sessions; False when there is none such."""
    for key_hash, *_ in accounts.sessions_of(session, employee, 0):
        if session_id(key_hash) == id:
            accounts.end_session(session, key_hash)
            return True
    return False


def create_token(session: Session, employee: int, title: str, scope: str, days: int, token_id: int) -> str:
    """The token, shown once.  scope: "all" (whatever the person may) or "read" (reads only)."""
    if scope not in TOKEN_SCOPES:
        raise UnknownTokenScope("scope", scope=scope, known=", ".join(TOKEN_SCOPES))
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    at = session.now
    accounts.put_token(
        session,
        digest(token),
        token_id,
        employee,
        title[:200],
        scope,
        accounts.micros(at),
        accounts.micros(at + timedelta(days=days)),
    )
    return token
