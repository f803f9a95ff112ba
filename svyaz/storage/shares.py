"""Records opened to a person, a group or a department one by one: rows of sv_share.

`whom` is an id of any of the three: numbers of records are one sequence.  Who a reader is when something is shared
with him is in sv_reach, scope `named`: himself, his groups, his departments and those above them.
until: the share holds before this instant; None: until it is taken away.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from svyaz.storage.accounts import bump_org_revision
from svyaz.storage.ids import take_id
from svyaz.storage.session import Row, Session, take_instant

_COLUMNS = "id, entity, record, kind, whom, edit, until, created_at, created_by"
_NAMED = "JOIN sv_reach r ON r.employee = s.whom AND r.scope = 'named' WHERE r.reader = ?"


@dataclass(frozen=True, slots=True)
class Share:
    """entity: its number;  kind: employee, group or department, what `whom` is of."""

    id: int
    entity: int
    record: int
    kind: str
    whom: int
    edit: bool
    until: datetime | None
    created_at: datetime
    created_by: int | None


def put(
    session: Session,
    entity: int,
    record: int,
    kind: str,
    whom: int,
    edit: bool,
    until: datetime | None,
    by: int | None,
) -> int:
    """A share of the same record with the same is replaced."""
    session.run("DELETE FROM sv_share WHERE record = ? AND whom = ?", (record, whom))
    id = take_id(session)
    session.run(
        f"INSERT INTO sv_share ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (id, entity, record, kind, whom, int(edit), session.put_instant(until), session.put_instant(session.now), by),
    )
    bump_org_revision(session)
    return id


def drop(session: Session, id: int) -> None:
    session.run("DELETE FROM sv_share WHERE id = ?", (id,))
    bump_org_revision(session)


def forget(session: Session, records: Collection[int]) -> None:
    """Of records that are purged."""
    among = session.in_list("record", "bigint")
    session.run(f"DELETE FROM sv_share WHERE {among}", (session.list_parameter(records),))


def sweep(session: Session) -> int:
    """Those that have ended."""
    return session.run("DELETE FROM sv_share WHERE until <= ?", (session.put_instant(session.now),))


def find(session: Session, id: int) -> Share | None:
    rows = session.fetch(f"SELECT {_COLUMNS} FROM sv_share WHERE id = ?", (id,))
    return _share(rows[0]) if rows else None


def of_record(session: Session, record: int) -> list[Share]:
    """Those that hold now, the first given first."""
    return [
        _share(row)
        for row in session.fetch(
            f"SELECT {_COLUMNS} FROM sv_share WHERE record = ? AND (until IS NULL OR until > ?) ORDER BY id",
            (record, session.put_instant(session.now)),
        )
    ]


def with_reader(session: Session, reader: int) -> list[Share]:
    """All that is shared with him, himself or as one of a group or a department; by id."""
    columns = ", ".join(f"s.{one}" for one in _COLUMNS.split(", "))
    return [
        _share(row)
        for row in session.fetch(
            f"SELECT {columns} FROM sv_share s {_NAMED} AND (s.until IS NULL OR s.until > ?) ORDER BY s.id",
            (reader, session.put_instant(session.now)),
        )
    ]


def _share(row: Row) -> Share:
    id, entity, record, kind, whom, edit, until, created_at, created_by = row
    created = take_instant(created_at)
    assert created is not None
    return Share(id, entity, record, kind, whom, bool(edit), take_instant(until), created, created_by)
