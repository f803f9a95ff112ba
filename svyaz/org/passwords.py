"""Passwords: argon2id with the library's own defaults, and one-time passwords people can type."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from svyaz.kernel.problem import Problem

SHORTEST, LONGEST = 8, 200
# No letters or digits that look alike on paper: the first password is read off a terminal.
LETTERS = "abcdefghkmnpqrstuvwxyz23456789"

_hasher = PasswordHasher()
# Checked when there is no such login, so that an absent and a wrong one take equal time.
_nobody = _hasher.hash(secrets.token_urlsafe(16))


class PasswordTooShort(Problem):
    code = "password_too_short"  # facts: shortest


class PasswordTooLong(Problem):
    code = "password_too_long"  # facts: longest


def hash_password(password: str) -> str:
    if len(password) < SHORTEST:
        raise PasswordTooShort("password", shortest=SHORTEST)
    if len(password) > LONGEST:
        raise PasswordTooLong("password", longest=LONGEST)
    return _hasher.hash(password)


def may_enter_with(password: str, password_hash: str | None) -> bool:
    """Whether the password fits; a missing hash costs the same time and never fits."""
    try:
        return _hasher.verify(password_hash or _nobody, password[: LONGEST + 1]) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def one_time_password() -> str:
    """Three groups of four: 58 bits, enough behind five attempts in fifteen minutes."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
