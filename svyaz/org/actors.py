"""From an employee to an Actor: roles, departments, groups; and who is within whose reach.

Built from the records of employee, department, group and absence (org/entities/*.toml) and sv_role_member.
`sv_reach(reader, scope, employee)` is computed whole when people or structure change, and each midnight: 500
people make some thousands of rows, of which the changed are written.  The SQL of a list carries no list of ids.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal as OneOf

from svyaz.access.actor import Actor
from svyaz.org.hierarchy import living, reach_rows, read_hierarchy, stood_for_today
from svyaz.schema.snapshot import Snapshot
from svyaz.storage import accounts, reach, record_tables, shares
from svyaz.storage.session import Session


def abilities_of(snapshot: Snapshot, roles: Iterable[str]) -> frozenset[str]:
    return frozenset(ability for key in roles if key in snapshot.roles for ability in snapshot.roles[key].abilities)


def build_actor(
    session: Session, employee: int, *, kind: OneOf["person", "token"] = "person", language: str = ""
) -> Actor | None:
    """None when there is no such living employee, or he works here no longer."""
    stored = record_tables.fetch(session, "employee", [employee]).get(employee)
    if stored is None or stored.deleted_at is not None or stored.values.get("active") is False:
        return None
    roles = session.snapshot.with_ancestors(accounts.roles_of(session, employee))
    settings = session.snapshot.settings
    groups = tuple(group.id for group in living(session, "group") if employee in (group.values.get("members") or ()))
    department, more = stored.values.get("department"), stored.values.get("departments") or ()
    absent = [who for instead, who in stood_for_today(session) if instead == employee]
    opened = shares.with_reader(session, employee)
    return Actor(
        employee=employee,
        roles=roles,
        departments=tuple(dict.fromkeys([*((department,) if department else ()), *more])),
        groups=groups,
        language=language or settings.language,
        zone=settings.zone,
        abilities=abilities_of(session.snapshot, roles),
        kind=kind,
        stood_roles=session.snapshot.with_ancestors(
            sorted({role for one in absent for role in accounts.roles_of(session, one)})
        ),
        shares=_shared(session.snapshot, opened),
        share_mark=",".join(f"{one.id}" for one in opened),
    )


def _shared(snapshot: Snapshot, opened: Iterable[shares.Share]) -> tuple[tuple[str, bool], ...]:
    found: dict[str, bool] = {}
    for one in opened:
        if one.entity in snapshot.by_number:
            key = snapshot.by_number[one.entity].key
            found[key] = found.get(key, False) or one.edit
    return tuple(sorted(found.items()))


def rebuild_reach(session: Session) -> int:
    """Write sv_reach anew (hierarchy.py says what of); returns the number of rows.

    The revision is moved first: of two changes of the structure at once the second waits for the first here, and
    then reads what it has left.
    """
    accounts.bump_org_revision(session)
    rows = reach_rows(read_hierarchy(session))
    reach.set_reach(session, rows)
    return len(rows)
