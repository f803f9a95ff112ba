"""How many records, and how many of them have a value: for the words of a plan.  And values moved in the trash."""

from __future__ import annotations

from typing import Any

from svyaz.storage.layout import layout
from svyaz.storage.session import Session


def count_records(session: Session, entity: str, kept: str = "all") -> int:
    where = " WHERE sv_deleted_at IS NULL" if kept == "living" else ""
    found: int = session.fetch(f'SELECT COUNT(*) FROM "{layout(session.snapshot, entity).table}"{where}')[0][0]
    return found


def count_filled(session: Session, entity: str, field: str) -> int:
    """Records, those in the trash too, that have a value in this field; a yes/no counts when it says yes."""
    placed = layout(session.snapshot, entity)
    one = placed.fields.get(field)
    if one is None:
        return 0
    if one.table:
        return int(session.fetch(f'SELECT COUNT(DISTINCT sv_record) FROM "{one.table}"')[0][0])
    column = one.columns[0]
    if column.kind == "yes_no":
        yes = f'"{column.name}"' if session.dialect == "postgresql" else f'"{column.name}" = 1'
        return int(session.fetch(f'SELECT COUNT(*) FROM "{placed.table}" WHERE {yes}')[0][0])
    return int(session.fetch(f'SELECT COUNT("{column.name}") FROM "{placed.table}"')[0][0])


def replace_in_trash(session: Session, entity: str, field: str, before: Any, after: Any) -> None:
    """Give another value to what lies in the trash, so that it can come back; for stages and options only.

    after   None empties the field
    """
    placed = layout(session.snapshot, entity)
    one = placed.fields[field]
    inside = f'IN (SELECT sv_id FROM "{placed.table}" WHERE sv_deleted_at IS NOT NULL)'
    if one.table is None:
        name = one.columns[0].name
        session.run(
            f'UPDATE "{placed.table}" SET "{name}" = ? WHERE "{name}" = ? AND sv_deleted_at IS NOT NULL',
            (after, before),
        )
        return
    same = f'EXISTS (SELECT 1 FROM "{one.table}" o WHERE o.sv_record = "{one.table}".sv_record AND o.value = ?)'
    if after is not None:
        session.run(
            f'UPDATE "{one.table}" SET value = ? WHERE value = ? AND sv_record {inside} AND NOT {same}',
            (after, before, after),
        )
    session.run(f'DELETE FROM "{one.table}" WHERE value = ? AND sv_record {inside}', (before,))
