"""The second step of sign-in: codes of an authenticator (RFC 6238) and recovery codes on paper.

A code is of one step of thirty seconds; the steps beside the present one are taken too, for clocks differ.  A step is
taken once: a code seen over a shoulder, or sent twice, opens nothing.  Forty lines of our own do it: HMAC-SHA-1,
six digits, thirty seconds are what every authenticator understands and what no library could make otherwise.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass
from urllib.parse import quote

from svyaz.kernel.problem import Problem
from svyaz.org.administrators import is_administrator
from svyaz.org.passwords import one_time_password
from svyaz.storage import accounts, second_steps, settings
from svyaz.storage.session import Session
from svyaz.tenancy.seal import Sealer

STEP_SECONDS, DIGITS, BESIDE = 30, 6, 1
SECRET_BYTES = 20
CODES = 10
RULE = "second_step"
FOR_WHOM = ("nobody", "administrators", "everybody")


class SecondStepWrong(Problem):
    """One answer for a wrong code, a code taken before and a recovery code that was used."""

    code = "second_step_wrong"
    status = 401


class CodeWrong(Problem):
    """The first code, by which a person shows that the authenticator has been set up."""

    code = "second_code_wrong"


class NotBegun(Problem):
    code = "second_not_begun"


class AlreadyOn(Problem):
    code = "second_already_on"
    status = 409


class RequiredOfYou(Problem):
    code = "second_required_of_you"
    status = 403


@dataclass(frozen=True, slots=True)
class Begun:
    """secret: for typing by hand;  address: for the picture; both are seen only now."""

    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class Rule:
    """whom: one of FOR_WHOM;  roles: keys of roles of which it is asked besides."""

    whom: str = "nobody"
    roles: tuple[str, ...] = ()


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """RFC 4226, 5.3, of a step of RFC 6238."""
    hashed = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    at = hashed[-1] & 0x0F
    number = struct.unpack(">I", hashed[at : at + 4])[0] & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_now(session: Session) -> int:
    return int(session.now.timestamp()) // STEP_SECONDS


def find_step(secret: bytes, code: str, now: int) -> int | None:
    """The step whose code it is, of those that are near; every one is compared, so the time tells nothing."""
    found = None
    for step in range(now - BESIDE, now + BESIDE + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            found = step
    return found


def begin(session: Session, sealer: Sealer, employee: int, login: str) -> Begun:
    """A new secret; until its first code is given it asks nothing of anybody.  Raises AlreadyOn."""
    if is_on(session, employee):
        raise AlreadyOn()
    secret = secrets.token_bytes(SECRET_BYTES)
    told = base64.b32encode(secret).decode()
    second_steps.put_factor(session, employee, sealer.seal(told, _purpose(employee)))
    title = session.snapshot.settings.title
    label = quote(f"{title}:{login}", safe="")
    return Begun(told, f"otpauth://totp/{label}?secret={told}&issuer={quote(title, safe='')}")


def confirm(session: Session, sealer: Sealer, employee: int, code: str) -> list[str]:
    """On from now; recovery codes, shown only now.  Raises NotBegun, AlreadyOn, CodeWrong."""
    factor = second_steps.find_factor(session, employee)
    if factor is None:
        raise NotBegun()
    if factor.confirmed:
        raise AlreadyOn()
    if not _takes(session, sealer, factor, digits_of(code)):
        raise CodeWrong("code")
    second_steps.confirm_factor(session, employee)
    return new_codes(session, employee)


def new_codes(session: Session, employee: int) -> list[str]:
    """Ten codes of twelve letters, 59 bits each: past guessing even from their hashes.  The former ones end."""
    made = [one_time_password() for _ in range(CODES)]
    second_steps.put_recovery_codes(session, employee, [_hash(employee, one.replace("-", "")) for one in made])
    return made


def passes(session: Session, sealer: Sealer, employee: int, said: str) -> str:
    """By what the person has passed: "code", "recovery", or "" when he has not.  What was taken is spent."""
    factor = second_steps.find_factor(session, employee)
    if factor is None or not factor.confirmed:
        return ""
    plain = digits_of(said)
    if len(plain) == DIGITS and plain.isdigit():
        return "code" if _takes(session, sealer, factor, plain) else ""
    letters = plain.replace("-", "").lower()
    return "recovery" if second_steps.take_recovery_code(session, employee, _hash(employee, letters)) else ""


def is_on(session: Session, employee: int) -> bool:
    factor = second_steps.find_factor(session, employee)
    return factor is not None and factor.confirmed


def turn_off(session: Session, employee: int) -> bool:
    """Whether it was on.  Raises RequiredOfYou where the company asks it of this person."""
    if is_required(session, employee) and not second_steps.passkeys_of(session, employee):
        raise RequiredOfYou()
    was_on = is_on(session, employee)
    second_steps.drop_factor(session, employee)
    return was_on


def read_rule(session: Session) -> Rule:
    kept = settings.read(session, RULE) or {}
    return Rule(kept.get("whom", "nobody"), tuple(kept.get("roles", ())))


def set_rule(session: Session, rule: Rule) -> None:
    """From the next request on: whoever lacks a second step sets one up before anything else."""
    settings.write(session, RULE, {"whom": rule.whom, "roles": list(rule.roles)})
    accounts.bump_sign_revision(session)


def is_required(session: Session, employee: int) -> bool:
    rule = read_rule(session)
    if rule.whom == "everybody":
        return True
    if rule.whom == "administrators" and is_administrator(session, employee):
        return True
    return bool(rule.roles) and not set(rule.roles).isdisjoint(accounts.roles_of(session, employee))


def must_set_up(session: Session, employee: int) -> bool:
    """Asked of the person and not there: neither codes nor a passkey, which is two steps in one."""
    return (
        is_required(session, employee)
        and not is_on(session, employee)
        and not second_steps.passkeys_of(session, employee)
    )


def digits_of(said: str) -> str:
    """People type «123 456», and authenticators show it so."""
    return "".join(said.split())[:40]


def _takes(session: Session, sealer: Sealer, factor: second_steps.SecondFactor, code: str) -> bool:
    told = sealer.open(factor.secret, _purpose(factor.employee))
    if not told:
        return False
    step = find_step(base64.b32decode(told), code, step_now(session))
    return step is not None and second_steps.take_step(session, factor.employee, step)


def _purpose(employee: int) -> str:
    return f"second_step:{employee}"


def _hash(employee: int, letters: str) -> str:
    return hashlib.sha256(f"{employee}:{letters}".encode()).hexdigest()
