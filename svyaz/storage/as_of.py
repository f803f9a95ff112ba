"""The base as it was at a moment: its tables are covered, for one transaction, by what they held then.

    sv_touched_<n>    ids of the records of an entity that have changed since
    sv_past_<n>       those of them that were there, as they were
    view <table>      the table without the touched ones, and the past ones beside: under the table's own name

Temporary names come before the company's own in both databases, so every query that storage makes runs on the
past unchanged: lists, totals, far labels, rights.  The transaction is `database.aside()`: it is rolled back, and
nothing of it is left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from svyaz.kernel.text import sort_key
from svyaz.storage import changes
from svyaz.storage.changes import Change
from svyaz.storage.layout import Layout, layout
from svyaz.storage.record_rows import many_columns, many_rows, shape_of
from svyaz.storage.session import Session, take_instant

# A transaction writes its moment when it begins and its rows later, so moments are in order only roughly.
SLACK = 10_000


@dataclass(frozen=True, slots=True)
class PastRecord:
    """values: canonical, whole;  base: sums in the company's currency of its money fields."""

    id: int
    version: int
    created_at: datetime
    created_by: int | None
    changed_at: datetime
    changed_by: int | None
    deleted_at: datetime | None
    deleted_by: int | None
    label: str
    values: Mapping[str, Any]
    base: Mapping[str, int | None]


def since(session: Session, at: datetime) -> tuple[int, list[Change]]:
    """(first, changes): every change made after the moment, in the order of the log, from `seq` first on; some
    made before it may be among them."""
    first = max(1, _first_after(session, at) - SLACK)
    return first, changes.from_seq(session, first)


def _first_after(session: Session, at: datetime) -> int:
    """The seq at which the log passes the moment: by halving, for it has no index by time."""
    low = 1
    high = int(session.fetch("SELECT COALESCE(MAX(seq), 0) + 1 FROM sv_change")[0][0])
    while low < high:
        middle = (low + high) // 2
        found = session.fetch("SELECT seq, at FROM sv_change WHERE seq >= ? ORDER BY seq LIMIT 1", (middle,))
        when = take_instant(found[0][1]) if found else None
        if when is None or when > at:
            high = middle
        else:
            low = int(found[0][0]) + 1
    return low


def last_before(session: Session, records: Collection[int], seq: int, kinds: Sequence[str]) -> dict[int, Change]:
    """The last change of one of these kinds that each record had before `seq`; one without any is absent."""
    if not records:
        return {}
    among = ", ".join("?" for _ in kinds)
    rows = session.fetch(
        f"SELECT MAX(seq) FROM sv_change WHERE {session.in_list('record', 'bigint')} AND seq < ?"
        f" AND kind IN ({among}) GROUP BY record",
        (session.list_parameter(records), seq, *kinds),
    )
    return {one.record: one for one in changes.by_seq(session, [int(row[0]) for row in rows])}


def bases(session: Session, entity: str, ids: Collection[int]) -> dict[int, dict[str, int | None]]:
    """Sums in the company's currency that money fields keep now."""
    placed = layout(session.snapshot, entity)
    held = [
        (one.field.key, column.name) for one in placed.row_fields for column in one.columns if column.part == "base"
    ]
    if not held or not ids:
        return {}
    columns = ", ".join(f'"{name}"' for _, name in held)
    rows = session.fetch(
        f'SELECT sv_id, {columns} FROM "{placed.table}" WHERE {session.in_list("sv_id", "bigint")}',
        (session.list_parameter(ids),),
    )
    keys = [key for key, _ in held]
    return {row[0]: dict(zip(keys, row[1:], strict=True)) for row in rows}


def cover(session: Session, entity: str, touched: Collection[int], past: Sequence[PastRecord]) -> None:
    """From now on in this transaction the entity is what it was: `touched` are replaced by `past`."""
    placed = layout(session.snapshot, entity)
    number = placed.entity.number
    home = "main" if session.dialect == "sqlite" else str(session.fetch("SELECT current_schema()")[0][0])
    gone = f"sv_touched_{number}"
    session.run(f'CREATE TEMP TABLE "{gone}" (id bigint PRIMARY KEY)')
    session.insert_rows(gone, ("id",), [(id,) for id in sorted(touched)])
    rows = [_row(session, placed, one) for one in past]
    _cover(session, home, placed.table, f"sv_past_{number}", gone, "sv_id", shape_of(session, entity, None).names, rows)
    for one in placed.many_fields:
        assert one.table is not None
        several = [
            row for record in past for row in many_rows(session, one, record.id, record.values.get(one.field.key) or ())
        ]
        _cover(session, home, one.table, f"sv_past_{one.table}", gone, "sv_record", many_columns(one), several)


def _cover(
    session: Session,
    home: str,
    table: str,
    past: str,
    gone: str,
    key: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> None:
    listed = ", ".join(f'"{name}"' for name in columns)
    session.run(f'CREATE TEMP TABLE "{past}" AS SELECT {listed} FROM "{home}"."{table}" WHERE 1 = 0')
    session.insert_rows(past, columns, rows)
    session.run(
        f'CREATE TEMP VIEW "{table}" AS SELECT {listed} FROM "{home}"."{table}" t'
        f' WHERE NOT EXISTS (SELECT 1 FROM "{gone}" g WHERE g.id = t."{key}")'
        f' UNION ALL SELECT {listed} FROM "{past}"'
    )


def _row(session: Session, placed: Layout, one: PastRecord) -> list[Any]:
    """As record_tables.insert fills it, with a past of its own.  In the trash unique keys are empty."""
    shape = shape_of(session, placed.entity.key, None)
    row = list(shape.blank)
    instant = session.put_instant
    row[:10] = (
        *(one.id, one.version, instant(one.created_at), one.created_by, instant(one.changed_at), one.changed_by),
        *(instant(one.deleted_at), one.deleted_by, one.label, sort_key(one.label)),
    )
    for key, place in shape.places.items():
        value = one.values.get(key)
        if value is None:
            continue
        place.fill(row, value, one.base)
        if place.key is not None and one.deleted_at is not None and place.placed.field.unique:
            row[place.key] = None
    return row
