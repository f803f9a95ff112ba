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
from dataclasses import dataclass
from datetime import timedelta

from svyaz.kernel.problem import Problem
from svyaz.kernel.text import fold
from svyaz.org import journal
from svyaz.org.passwords import may_enter_with
from svyaz.storage import accounts
from svyaz.storage.session import Session

LIFE = timedelta(days=14)
TOUCH_EVERY = timedelta(minutes=10)
WINDOW = timedelta(minutes=15)
PER_LOGIN, PER_ADDRESS = 5, 40
TOKEN_PREFIX = "svz_"
TOKEN_SCOPES = ("all", "read")


class SignInFailed(Problem):
    """One answer for an unknown login, a wrong password and a closed person."""

    code = "sign_in_failed"
    status = 401


class TooManyAttempts(Problem):
    code = "too_many_attempts"  # facts: minutes
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
    since = accounts.micros(session.now - WINDOW)
    if (
        accounts.count_attempts(session, _attempted(login, address), since) >= PER_LOGIN
        or accounts.count_attempts(session, address, since) >= PER_ADDRESS
    ):
        raise TooManyAttempts(minutes=int(WINDOW.total_seconds() // 60))


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


def _attempted(login: str, address: str) -> str:
    return f"{fold(login.strip())[:200]}|{address}"


def open_session(session: Session, person: accounts.Login, address: str, browser: str) -> Opened:
    """A new key at every sign-in: a key known before sign-in is worth nothing after it."""
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
    journal.note(session, "came_in", person.employee, person.employee, address, browser)
    return Opened(key, csrf, person.employee, person.must_change)


def find_signed_in(session: Session, key: str) -> accounts.SignedIn | None:
    """The living session behind a cookie or the token behind `Authorization: Bearer svz_…`."""
    if not key or len(key) > 200:
        return None
    find = accounts.find_token if key.startswith(TOKEN_PREFIX) else accounts.find_session
    found = find(session, digest(key))
    return found if found is not None and is_living(session, found) else None


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
