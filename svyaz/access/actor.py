"""Who asks: an employee with roles, a token that speaks for one, or the system itself.

An Actor is made once per request (org/sessions.py) from today's roles and departments, and is
passed second to every function that reads or writes: nobody looks it up aside (rule 7).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as OneOf

# kind, roles, whether nobody, roles of those stood in for, whether in a group, shares
Standing = tuple[str, tuple[str, ...], bool, tuple[str, ...], bool, tuple[tuple[str, bool], ...]]


@dataclass(frozen=True, slots=True)
class Actor:
    """employee     id of the employee record; None for the system and for a token of nobody
    roles        keys of roles; a key the snapshot no longer has gives nothing
    departments  ids of the employee's departments;  groups: ids of groups
    abilities    rights that are not about one entity: configure, bulk, import, people, views
    login        id in sv_login, None for tokens and the system
    stood_roles  roles of those whom he stands in for today: their grants reach what these people reach
    shares       entities of which records are opened to him one by one, and whether some of them to change
    share_mark   which these are: it differs when one of them does
    """

    employee: int | None
    roles: tuple[str, ...] = ()
    departments: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    language: str = "ru"
    zone: str = "Europe/Moscow"
    abilities: frozenset[str] = frozenset()
    kind: OneOf["person", "token", "system"] = "person"
    login: int | None = None
    stood_roles: tuple[str, ...] = ()
    shares: tuple[tuple[str, bool], ...] = ()
    share_mark: str = ""

    @property
    def standing(self) -> Standing:
        """All of an actor that conditions depend on: with the digest of the configuration it keys their caches.
        Who he is comes into a query as the parameter `me`."""
        return self.kind, self.roles, self.employee is None, self.stood_roles, bool(self.groups), self.shares

    @property
    def is_system(self) -> bool:
        return self.kind == "system"


SYSTEM = Actor(employee=None, kind="system")
"""Rules, imports of the shipped sample, jobs: everything the company itself does."""
