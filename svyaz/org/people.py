"""Give an employee a way in: login, first password, roles."""

from __future__ import annotations

from collections.abc import Sequence

from svyaz.kernel.problem import Problem
from svyaz.kernel.text import clean, fold
from svyaz.org.passwords import hash_password, one_time_password
from svyaz.storage import accounts, record_tables
from svyaz.storage.session import Session


class LoginTaken(Problem):
    code = "login_taken"  # facts: login


class LoginMissing(Problem):
    code = "login_missing"


class UnknownRole(Problem):
    code = "unknown_role"  # facts: role, known


def let_in(session: Session, employee: int, login: str, roles: tuple[str, ...], password: str | None = None) -> str:
    """Create the login of an employee and return the password: the one given or a one-time one
    that must be changed at the first sign-in."""
    check_roles(session, roles)
    chosen = password or one_time_password()
    put_way_in(session, employee, login, hash_password(chosen), must_change=password is None)
    accounts.set_roles(session, employee, roles)
    return chosen


def put_way_in(session: Session, employee: int, login: str, password_hash: str | None, must_change: bool) -> None:
    """password_hash None: comes in by other ways.  Raises LoginMissing, LoginTaken."""
    login = clean(login).strip()
    if not login or len(login) > 200:
        raise LoginMissing("login")
    taken = accounts.find_login(session, fold(login))
    if taken is not None and taken.employee != employee:
        raise LoginTaken("login", login=login)
    accounts.put_login(session, employee, login, fold(login), password_hash, must_change)


def name_of(session: Session, employee: int) -> str:
    """How the person is called; everyone may know it of himself, whatever his roles."""
    return names_of(session, [employee]).get(employee, "")


def names_of(session: Session, employees: Sequence[int]) -> dict[int, str]:
    """How people are called, for whoever keeps their access; those who are not there are left out."""
    return record_tables.labels(session, "employee", employees)


def check_roles(session: Session, roles: tuple[str, ...]) -> None:
    known = session.snapshot.roles
    for role in roles:
        if role not in known:
            raise UnknownRole("roles", role=role, known=", ".join(sorted(known)))
