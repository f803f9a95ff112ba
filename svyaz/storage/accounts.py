"""Rows behind sign-in: logins, sessions, tokens, role members, failed attempts.

Secrets are kept as hashes only: passwords by argon2id (org/passwords.py), session keys and
tokens by SHA-256.  Times are microseconds since 1970 UTC, so both databases compare alike.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from svyaz.storage.session import Row, Session


@dataclass(frozen=True, slots=True)
class Login:
    employee: int
    login: str
    password_hash: str | None
    active: bool
    must_change: bool
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A living session or token together with whether its person may still come in."""

    employee: int
    csrf: str
    active: bool
    expires_at: int
    seen_at: int
    scope: str
    org_revision: int
    must_change: bool = False
    confirmed_at: int = 0
    must_second: bool = False  # told by org/sessions.py: a second step is asked of the person and not there yet
    views_as: int | None = None  # the employee as whom the session looks at the company (storage/view_as.py)


def micros(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


def moment(stored: int) -> datetime:
    return datetime.fromtimestamp(stored / 1_000_000, tz=UTC)


# --- logins


def put_login(
    session: Session, employee: int, login: str, login_key: str, password_hash: str | None, must_change: bool
) -> None:
    """Add or replace the login of an employee."""
    session.run("DELETE FROM sv_login WHERE employee = ?", (employee,))
    session.run(
        "INSERT INTO sv_login (employee, login, login_key, password_hash, active, must_change) VALUES (?, ?, ?, ?, ?, ?)",
        (employee, login, login_key, password_hash, 1, int(must_change)),
    )
    bump_org_revision(session)
    bump_sign_revision(session)


def find_login(session: Session, login_key: str) -> Login | None:
    return _login(
        session.fetch(
            "SELECT employee, login, password_hash, active, must_change, blocked FROM sv_login WHERE login_key = ?",
            (login_key,),
        )
    )


def login_of(session: Session, employee: int) -> Login | None:
    return _login(
        session.fetch(
            "SELECT employee, login, password_hash, active, must_change, blocked FROM sv_login WHERE employee = ?",
            (employee,),
        )
    )


def _login(rows: list[Row]) -> Login | None:
    if not rows:
        return None
    employee, login, password_hash, active, must_change, blocked = rows[0]
    return Login(employee, login, password_hash, bool(active), bool(must_change), bool(blocked))


def all_logins(session: Session) -> dict[int, Login]:
    """employee -> his way in."""
    rows = session.fetch("SELECT employee, login, password_hash, active, must_change, blocked FROM sv_login")
    return {row[0]: Login(row[0], row[1], row[2], bool(row[3]), bool(row[4]), bool(row[5])) for row in rows}


def people_who_came_in(session: Session) -> list[int]:
    """Employees who have replaced their one-time password."""
    return [row[0] for row in session.fetch("SELECT employee FROM sv_login WHERE active = 1 AND must_change = 0")]


def employees_with_login(session: Session) -> list[int]:
    return [row[0] for row in session.fetch("SELECT employee FROM sv_login WHERE active = 1 ORDER BY employee")]


def all_with_login(session: Session) -> list[int]:
    """Shut ones too."""
    return [row[0] for row in session.fetch("SELECT employee FROM sv_login ORDER BY employee")]


def set_password(session: Session, employee: int, password_hash: str, must_change: bool) -> None:
    session.run(
        "UPDATE sv_login SET password_hash = ?, must_change = ? WHERE employee = ?",
        (password_hash, int(must_change), employee),
    )
    bump_sign_revision(session)


def rename_login(session: Session, employee: int, login: str, login_key: str) -> None:
    """The password and the sessions stay."""
    session.run("UPDATE sv_login SET login = ?, login_key = ? WHERE employee = ?", (login, login_key, employee))
    bump_org_revision(session)


def close_login(session: Session, employee: int) -> None:
    """The person no longer comes in: sessions and tokens end with the same commit."""
    session.run("UPDATE sv_login SET active = 0 WHERE employee = ?", (employee,))
    session.run("DELETE FROM sv_session WHERE employee = ?", (employee,))
    session.run("DELETE FROM sv_token WHERE employee = ?", (employee,))
    bump_org_revision(session)
    bump_sign_revision(session)


def open_login(session: Session, employee: int) -> None:
    """Of whom a person has blocked it stays shut: unblock_login opens it."""
    session.run("UPDATE sv_login SET active = 1 WHERE employee = ? AND blocked = 0", (employee,))
    bump_org_revision(session)
    bump_sign_revision(session)


def block_login(session: Session, employee: int) -> None:
    session.run("UPDATE sv_login SET blocked = 1 WHERE employee = ?", (employee,))
    close_login(session, employee)


def unblock_login(session: Session, employee: int, works_here: bool) -> None:
    """Whoever was dismissed meanwhile stays shut until he is taken back."""
    session.run("UPDATE sv_login SET blocked = 0, active = ? WHERE employee = ?", (int(works_here), employee))
    bump_org_revision(session)
    bump_sign_revision(session)


@dataclass(frozen=True, slots=True)
class WayIn:
    """seen_at: of the sessions that live still; 0: none."""

    login: str
    active: bool
    must_change: bool
    blocked: bool
    seen_at: int


def ways_in(session: Session) -> dict[int, WayIn]:
    """Of everybody who has a login."""
    rows = session.fetch(
        "SELECT l.employee, l.login, l.active, l.must_change, l.blocked, COALESCE(MAX(s.seen_at), 0) FROM sv_login l"
        " LEFT JOIN sv_session s ON s.employee = l.employee"
        " GROUP BY l.employee, l.login, l.active, l.must_change, l.blocked"
    )
    return {row[0]: WayIn(row[1], bool(row[2]), bool(row[3]), bool(row[4]), int(row[5])) for row in rows}


# --- sessions


def put_session(
    session: Session, key_hash: str, employee: int, csrf: str, at: int, expires_at: int, address: str, browser: str
) -> None:
    session.run(
        "INSERT INTO sv_session (key_hash, employee, csrf, created_at, seen_at, expires_at, address, browser, confirmed_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (key_hash, employee, csrf, at, at, expires_at, address, browser, at),
    )


def find_session(session: Session, key_hash: str) -> SignedIn | None:
    """The session, its person and the org revision in one look: the price of every request."""
    rows = session.fetch(
        "SELECT s.employee, s.csrf, l.active, s.expires_at, s.seen_at, m.value, l.must_change, s.confirmed_at,"
        " v.employee FROM sv_session s JOIN sv_login l ON l.employee = s.employee"
        " LEFT JOIN sv_view_as v ON v.key_hash = s.key_hash"
        " LEFT JOIN sv_meta m ON m.key = 'org_revision' WHERE s.key_hash = ?",
        (key_hash,),
    )
    if not rows:
        return None
    employee, csrf, active, expires_at, seen_at, org_revision, must_change, confirmed_at, views_as = rows[0]
    return SignedIn(
        *(employee, csrf, bool(active), expires_at, seen_at, "all", int(org_revision or 0), bool(must_change)),
        confirmed_at=confirmed_at,
        views_as=views_as,
    )


def find_sessions(session: Session, key_hashes: Collection[str]) -> dict[str, SignedIn]:
    """The same of many sessions and tokens at once, for those who listen; an unknown one is absent."""
    listed = session.list_parameter(key_hashes)
    found = {}
    for text in (
        "SELECT s.key_hash, s.employee, s.csrf, l.active, s.expires_at, s.seen_at, 'all', l.must_change"
        " FROM sv_session s JOIN sv_login l ON l.employee = s.employee WHERE {among}",
        "SELECT s.key_hash, s.employee, '', l.active, s.expires_at, COALESCE(s.used_at, 0), s.scope, 0"
        " FROM sv_token s JOIN sv_login l ON l.employee = s.employee WHERE {among}",
    ):
        for row in session.fetch(text.format(among=session.in_list("s.key_hash", "text")), (listed,)):
            key_hash, employee, csrf, active, expires_at, seen_at, scope, must_change = row
            found[key_hash] = SignedIn(employee, csrf, bool(active), expires_at, seen_at, scope, 0, bool(must_change))
    return found


def touch_session(session: Session, key_hash: str, at: int, expires_at: int) -> None:
    session.run("UPDATE sv_session SET seen_at = ?, expires_at = ? WHERE key_hash = ?", (at, expires_at, key_hash))


def confirm_session(session: Session, key_hash: str) -> None:
    session.run("UPDATE sv_session SET confirmed_at = ? WHERE key_hash = ?", (micros(session.now), key_hash))
    bump_sign_revision(session)


def end_session(session: Session, key_hash: str) -> None:
    session.run("DELETE FROM sv_session WHERE key_hash = ?", (key_hash,))
    bump_sign_revision(session)


def end_sessions_of(session: Session, employee: int, except_hash: str = "") -> None:
    session.run("DELETE FROM sv_session WHERE employee = ? AND key_hash <> ?", (employee, except_hash))
    bump_sign_revision(session)


def sessions_of(session: Session, employee: int, at: int) -> list[tuple[str, int, int, str, str]]:
    """(key_hash, created_at, seen_at, address, browser) of the person's living sessions, the last seen first."""
    return session.fetch(
        "SELECT key_hash, created_at, seen_at, address, browser FROM sv_session"
        " WHERE employee = ? AND expires_at >= ? ORDER BY seen_at DESC, key_hash",
        (employee, at),
    )


def forget_old_sessions(session: Session, at: int) -> int:
    return session.run("DELETE FROM sv_session WHERE expires_at < ?", (at,))


# --- tokens


def put_token(
    session: Session, key_hash: str, token_id: int, employee: int, title: str, scope: str, at: int, expires_at: int
) -> None:
    session.run(
        "INSERT INTO sv_token (id, key_hash, employee, title, scope, created_at, expires_at, used_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
        (token_id, key_hash, employee, title, scope, at, expires_at),
    )


def find_token(session: Session, key_hash: str) -> SignedIn | None:
    rows = session.fetch(
        "SELECT t.employee, l.active, t.expires_at, t.used_at, t.scope, m.value"
        " FROM sv_token t JOIN sv_login l ON l.employee = t.employee"
        " LEFT JOIN sv_meta m ON m.key = 'org_revision' WHERE t.key_hash = ?",
        (key_hash,),
    )
    if not rows:
        return None
    employee, active, expires_at, used_at, scope, org_revision = rows[0]
    return SignedIn(employee, "", bool(active), expires_at, used_at or 0, scope, int(org_revision or 0))


def touch_token(session: Session, key_hash: str, at: int) -> None:
    session.run("UPDATE sv_token SET used_at = ? WHERE key_hash = ?", (at, key_hash))


def tokens_of(session: Session, employee: int) -> list[tuple[int, str, str, int, int, int | None]]:
    """(id, title, scope, created_at, expires_at, used_at); never the token itself: it was shown once."""
    return session.fetch(
        "SELECT id, title, scope, created_at, expires_at, used_at FROM sv_token WHERE employee = ? ORDER BY id",
        (employee,),
    )


def drop_token(session: Session, employee: int, token_id: int) -> bool:
    bump_sign_revision(session)
    return session.run("DELETE FROM sv_token WHERE employee = ? AND id = ?", (employee, token_id)) > 0


# --- roles


def roles_of(session: Session, employee: int) -> tuple[str, ...]:
    return tuple(
        row[0] for row in session.fetch("SELECT role FROM sv_role_member WHERE employee = ? ORDER BY role", (employee,))
    )


def all_roles(session: Session) -> dict[int, tuple[str, ...]]:
    """employee -> roles, of everybody who has any."""
    found: dict[int, tuple[str, ...]] = {}
    for employee, role in session.fetch("SELECT employee, role FROM sv_role_member ORDER BY employee, role"):
        found[employee] = (*found.get(employee, ()), role)
    return found


def set_roles(session: Session, employee: int, roles: tuple[str, ...]) -> None:
    session.run("DELETE FROM sv_role_member WHERE employee = ?", (employee,))
    session.run_many(
        "INSERT INTO sv_role_member (employee, role) VALUES (?, ?)", [(employee, role) for role in sorted(set(roles))]
    )
    bump_org_revision(session)


# --- failed attempts


def count_attempts(session: Session, key: str, since: int) -> int:
    return int(session.fetch("SELECT COUNT(*) FROM sv_attempt WHERE key = ? AND at >= ?", (key, since))[0][0])


def attempt_before(session: Session, key: str, since: int, number: int) -> int | None:
    """When the attempt was made that is `number` from the last, 1 for the last itself; None: there were fewer."""
    rows = session.fetch(
        "SELECT at FROM sv_attempt WHERE key = ? AND at >= ? ORDER BY at DESC LIMIT 1 OFFSET ?",
        (key, since, number - 1),
    )
    return rows[0][0] if rows else None


def add_attempt(session: Session, keys: tuple[str, ...], at: int, forget_before: int) -> None:
    session.run("DELETE FROM sv_attempt WHERE at < ?", (forget_before,))
    session.run_many("INSERT INTO sv_attempt (key, at) VALUES (?, ?)", [(key, at) for key in keys])


def clear_attempts(session: Session, key: str) -> None:
    session.run("DELETE FROM sv_attempt WHERE key = ?", (key,))


# --- org revision


def org_revision(session: Session) -> int:
    rows = session.fetch("SELECT value FROM sv_meta WHERE key = 'org_revision'", ())
    return int(rows[0][0]) if rows else 0


def bump_org_revision(session: Session) -> None:
    """Whoever caches actors caches by this number: any change of people, roles or structure moves it."""
    _bump(session, "org_revision")


def bump_sign_revision(session: Session) -> None:
    """Whoever remembers who is signed in remembers by this number: whatever ends a session or a token, or asks more of
    its owner, moves it in the same commit."""
    _bump(session, "sign_revision")


def _bump(session: Session, key: str) -> None:
    session.run(
        "INSERT INTO sv_meta (key, value) VALUES (?, '1') ON CONFLICT (key) DO UPDATE"
        " SET value = CAST(CAST(sv_meta.value AS INTEGER) + 1 AS TEXT)",
        (key,),
    )


def employees_with_role(session: Session, role: str) -> list[int]:
    return [
        row[0] for row in session.fetch("SELECT employee FROM sv_role_member WHERE role = ? ORDER BY employee", (role,))
    ]
