"""Rows behind the ways in beyond a password: the second step, recovery codes, passkeys, outside logins, challenges.

Recovery codes and the keys of challenges are kept as SHA-256, the secret of the second step sealed (tenancy/seal.py).
Times are microseconds since 1970 UTC, as in storage/accounts.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from svyaz.storage.accounts import bump_sign_revision, micros
from svyaz.storage.session import Session


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """last_step: of the last code that was taken; none of it or before it is taken again."""

    employee: int
    secret: str
    confirmed: bool
    last_step: int
    created_at: int


@dataclass(frozen=True, slots=True)
class Passkey:
    """credential, public_key: base64url."""

    id: int
    employee: int
    credential: str
    public_key: str
    sign_count: int
    title: str
    created_at: int
    used_at: int | None


# --- the second step


def find_factor(session: Session, employee: int) -> SecondFactor | None:
    rows = session.fetch(
        "SELECT employee, secret, confirmed, last_step, created_at FROM sv_second_factor WHERE employee = ?",
        (employee,),
    )
    if not rows:
        return None
    whose, secret, confirmed, last_step, created_at = rows[0]
    return SecondFactor(whose, secret, bool(confirmed), last_step, created_at)


def put_factor(session: Session, employee: int, secret: str) -> None:
    """Begun, not yet confirmed: asks nothing of anybody until it is."""
    session.run("DELETE FROM sv_second_factor WHERE employee = ?", (employee,))
    session.run(
        "INSERT INTO sv_second_factor (employee, secret, confirmed, last_step, created_at) VALUES (?, ?, 0, 0, ?)",
        (employee, secret, micros(session.now)),
    )


def confirm_factor(session: Session, employee: int) -> None:
    session.run("UPDATE sv_second_factor SET confirmed = 1 WHERE employee = ?", (employee,))
    bump_sign_revision(session)


def take_step(session: Session, employee: int, step: int) -> bool:
    """False when this step, or a later one, has been taken: of two requests with one code one comes in."""
    return (
        session.run(
            "UPDATE sv_second_factor SET last_step = ? WHERE employee = ? AND last_step < ?", (step, employee, step)
        )
        > 0
    )


def drop_factor(session: Session, employee: int) -> bool:
    session.run("DELETE FROM sv_recovery_code WHERE employee = ?", (employee,))
    gone = session.run("DELETE FROM sv_second_factor WHERE employee = ?", (employee,)) > 0
    bump_sign_revision(session)
    return gone


def people_with_factor(session: Session) -> set[int]:
    return {row[0] for row in session.fetch("SELECT employee FROM sv_second_factor WHERE confirmed = 1")}


def put_recovery_codes(session: Session, employee: int, hashes: list[str]) -> None:
    """The former ones are worth nothing."""
    session.run("DELETE FROM sv_recovery_code WHERE employee = ?", (employee,))
    session.run_many(
        "INSERT INTO sv_recovery_code (employee, code_hash) VALUES (?, ?)", [(employee, one) for one in hashes]
    )


def take_recovery_code(session: Session, employee: int, code_hash: str) -> bool:
    return session.run("DELETE FROM sv_recovery_code WHERE employee = ? AND code_hash = ?", (employee, code_hash)) > 0


def count_recovery_codes(session: Session, employee: int) -> int:
    return int(session.fetch("SELECT COUNT(*) FROM sv_recovery_code WHERE employee = ?", (employee,))[0][0])


# --- passkeys

PASSKEY = "id, employee, credential, public_key, sign_count, title, created_at, used_at"


def put_passkey(session: Session, made: Passkey) -> None:
    session.run(
        f"INSERT INTO sv_passkey ({PASSKEY}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (made.id, made.employee, made.credential, made.public_key, made.sign_count, made.title, made.created_at, None),
    )
    bump_sign_revision(session)


def passkeys_of(session: Session, employee: int) -> list[Passkey]:
    rows = session.fetch(f"SELECT {PASSKEY} FROM sv_passkey WHERE employee = ? ORDER BY id", (employee,))
    return [Passkey(*row) for row in rows]


def find_passkey(session: Session, credential: str) -> Passkey | None:
    rows = session.fetch(f"SELECT {PASSKEY} FROM sv_passkey WHERE credential = ?", (credential,))
    return Passkey(*rows[0]) if rows else None


def use_passkey(session: Session, id: int, sign_count: int) -> None:
    session.run("UPDATE sv_passkey SET sign_count = ?, used_at = ? WHERE id = ?", (sign_count, micros(session.now), id))


def rename_passkey(session: Session, employee: int, id: int, title: str) -> bool:
    return session.run("UPDATE sv_passkey SET title = ? WHERE employee = ? AND id = ?", (title, employee, id)) > 0


def drop_passkey(session: Session, employee: int, id: int) -> bool:
    bump_sign_revision(session)
    return session.run("DELETE FROM sv_passkey WHERE employee = ? AND id = ?", (employee, id)) > 0


def drop_passkeys(session: Session, employee: int) -> int:
    bump_sign_revision(session)
    return session.run("DELETE FROM sv_passkey WHERE employee = ?", (employee,))


# --- logins of an outside provider


def find_outside(session: Session, issuer: str, subject: str) -> int | None:
    rows = session.fetch("SELECT employee FROM sv_outside_login WHERE issuer = ? AND subject = ?", (issuer, subject))
    return rows[0][0] if rows else None


def put_outside(session: Session, issuer: str, subject: str, employee: int) -> None:
    session.run(
        "INSERT INTO sv_outside_login (issuer, subject, employee, created_at) VALUES (?, ?, ?, ?)",
        (issuer, subject, employee, micros(session.now)),
    )


def outside_of(session: Session, employee: int) -> list[str]:
    return [
        row[0]
        for row in session.fetch("SELECT issuer FROM sv_outside_login WHERE employee = ? ORDER BY issuer", (employee,))
    ]


def drop_outside(session: Session, employee: int) -> int:
    return session.run("DELETE FROM sv_outside_login WHERE employee = ?", (employee,))


# --- what was begun and waits for its answer


def put_challenge(session: Session, key_hash: str, kind: str, employee: int | None, facts: Any, until: int) -> None:
    session.run("DELETE FROM sv_challenge WHERE expires_at < ?", (micros(session.now),))
    session.run(
        "INSERT INTO sv_challenge (key_hash, kind, employee, facts, expires_at) VALUES (?, ?, ?, ?, ?)",
        (key_hash, kind, employee, orjson.dumps(facts).decode(), until),
    )


def find_challenge(session: Session, key_hash: str, kind: str) -> tuple[int | None, Any] | None:
    """(employee, facts) of one that lives still."""
    rows = session.fetch(
        "SELECT employee, facts FROM sv_challenge WHERE key_hash = ? AND kind = ? AND expires_at >= ?",
        (key_hash, kind, micros(session.now)),
    )
    return (rows[0][0], orjson.loads(rows[0][1])) if rows else None


def take_challenge(session: Session, key_hash: str, kind: str) -> tuple[int | None, Any] | None:
    """The same, and nobody takes it a second time: of two at once the second finds no row to delete."""
    found = find_challenge(session, key_hash, kind)
    gone = session.run("DELETE FROM sv_challenge WHERE key_hash = ? AND kind = ?", (key_hash, kind))
    return found if gone else None
