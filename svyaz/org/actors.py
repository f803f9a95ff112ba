"""From an employee to an Actor: roles, departments, groups; and who is within whose reach.

Built from the records of employee, department and group (org/entities/*.toml) and sv_role_member.
`sv_reach(reader, scope, employee)` is rebuilt whole when people or structure change: 500 people
make some thousands of rows, and the SQL of a list never carries a list of ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal as OneOf

from svyaz.access.actor import Actor
from svyaz.expression.ground import Ground
from svyaz.schema.snapshot import Snapshot
from svyaz.storage import accounts, reach, record_tables, run_query
from svyaz.storage.query import Query
from svyaz.storage.session import Session

PEOPLE = ("employee", "department", "group")


def abilities_of(snapshot: Snapshot, roles: Iterable[str]) -> frozenset[str]:
    return frozenset(ability for key in roles if key in snapshot.roles for ability in snapshot.roles[key].abilities)


def build_actor(
    session: Session, employee: int, *, kind: OneOf["person", "token"] = "person", language: str = ""
) -> Actor | None:
    """None when there is no such living employee, or he works here no longer."""
    stored = record_tables.fetch(session, "employee", [employee]).get(employee)
    if stored is None or stored.deleted_at is not None or stored.values.get("active") is False:
        return None
    roles = accounts.roles_of(session, employee)
    settings = session.snapshot.settings
    groups = tuple(group.id for group in _all(session, "group") if employee in (group.values.get("members") or ()))
    department = stored.values.get("department")
    return Actor(
        employee=employee,
        roles=roles,
        departments=(department,) if department else (),
        groups=groups,
        language=language or settings.language,
        zone=settings.zone,
        abilities=abilities_of(session.snapshot, roles),
        kind=kind,
    )


def rebuild_reach(session: Session) -> int:
    """Write sv_reach anew; returns the number of rows.

    department        colleagues of the reader's department, and of departments the reader heads
    department_below  the same with all departments beneath them
    """
    people = {one.id: one.values.get("department") for one in _all(session, "employee")}
    departments = list(_all(session, "department"))
    parents = {one.id: one.values.get("parent") for one in departments}
    heads: dict[int, set[int]] = {}
    for one in departments:
        if head := one.values.get("head"):
            heads.setdefault(head, set()).add(one.id)
    members: dict[int, list[int]] = {}
    for person, department in people.items():
        if department:
            members.setdefault(department, []).append(person)
    below = departments_below(parents)
    rows: list[tuple[int, str, int]] = []
    for reader, department in people.items():
        mine = heads.get(reader, set()) | ({department} if department else set())
        deep = {far for near in mine for far in below.get(near, {near})}
        for scope, reached in (("department", mine), ("department_below", deep)):
            seen = {reader} | {person for one in reached for person in members.get(one, ())}
            rows += [(reader, scope, person) for person in sorted(seen)]
    reach.set_reach(session, rows)
    accounts.bump_org_revision(session)
    return len(rows)


def departments_below(parents: Mapping[int, int | None]) -> dict[int, set[int]]:
    """Each department with itself and all beneath it; a loop in the data ends where it began."""
    children: dict[int, list[int]] = {}
    for one, parent in parents.items():
        if parent:
            children.setdefault(parent, []).append(one)
    below: dict[int, set[int]] = {}
    for one in parents:
        seen: set[int] = set()
        waiting = [one]
        while waiting:
            near = waiting.pop()
            if near not in seen:
                seen.add(near)
                waiting += children.get(near, ())
        below[one] = seen
    return below


def _all(session: Session, entity: str) -> Iterable[record_tables.Stored]:
    """Living records of an org entity; the system reads them, nobody is asked."""
    if entity not in session.snapshot.entities:
        return ()
    ids = run_query.ids(
        session, Query(entity, columns=(), limit=100_000), Ground(None, session.now, session.snapshot.settings.zone)
    )
    return record_tables.fetch(session, entity, ids).values()
