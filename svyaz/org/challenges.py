"""What sign-in has begun and waits for: asked once, answered once, within minutes, by the same browser.

The key goes into a cookie that scripts cannot read; the base keeps its SHA-256.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from svyaz.kernel.problem import Problem
from svyaz.org.sessions import digest
from svyaz.storage import second_steps
from svyaz.storage.accounts import micros
from svyaz.storage.session import Session

LIFE = timedelta(minutes=10)


class ChallengeGone(Problem):
    """Too late, answered already, or begun by another browser."""

    code = "challenge_gone"
    status = 401


def ask(session: Session, kind: str, employee: int | None, facts: Any) -> str:
    key = secrets.token_urlsafe(32)
    second_steps.put_challenge(session, digest(key), kind, employee, facts, micros(session.now + LIFE))
    return key


def look(session: Session, key: str, kind: str) -> tuple[int | None, Any]:
    """(employee, facts), left as it is.  Raises ChallengeGone."""
    found = second_steps.find_challenge(session, digest(key), kind)
    if found is None:
        raise ChallengeGone()
    return found


def take(session: Session, key: str, kind: str) -> tuple[int | None, Any]:
    """(employee, facts); nobody takes it again.  Raises ChallengeGone."""
    found = second_steps.take_challenge(session, digest(key), kind)
    if found is None:
        raise ChallengeGone()
    return found
