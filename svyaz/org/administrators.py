"""Somebody must always be able to set rights right: the last administrator is not taken away.

An administrator is a person who comes in and whose roles together let him manage people and the configuration.

Every change of roles and ways in moves org_revision, one row that two such transactions cannot both hold: the
second waits for the first to commit and then counts what is left.  So the count comes after the change.
"""

from __future__ import annotations

from svyaz.kernel.problem import Problem
from svyaz.schema.snapshot import Snapshot
from svyaz.storage import accounts
from svyaz.storage.session import Session

NEEDED = frozenset({"people", "configure"})


class LastAdministrator(Problem):
    code = "last_administrator"


def rules_all(snapshot: Snapshot, roles: tuple[str, ...]) -> bool:
    given = frozenset[str]().union(*(snapshot.roles[key].abilities for key in roles if key in snapshot.roles))
    return given >= NEEDED


def administrators(session: Session, snapshot: Snapshot | None = None) -> set[int]:
    """Employees.  snapshot: by which roles, those in force when not given."""
    by = snapshot or session.snapshot
    come_in = set(accounts.employees_with_login(session))
    return {one for one, roles in accounts.all_roles(session).items() if one in come_in and rules_all(by, roles)}


def is_administrator(session: Session, employee: int) -> bool:
    """Asked before the change: only who is one can be the last."""
    login = accounts.login_of(session, employee)
    return login is not None and login.active and rules_all(session.snapshot, accounts.roles_of(session, employee))


def keep_one(session: Session) -> None:
    """After the change of somebody who was an administrator.  Raises LastAdministrator."""
    if not administrators(session):
        raise LastAdministrator()
