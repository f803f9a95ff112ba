"""What the database says it has.  Only for changing tables and for checks: never on a request."""

from __future__ import annotations

from svyaz.schema.snapshot import Snapshot
from svyaz.storage.ddl_text import Index, entity_indexes, field_indexes
from svyaz.storage.layout import Layout, layout_of
from svyaz.storage.session import Session
from svyaz.storage.system_tables import METADATA


def tables(session: Session) -> set[str]:
    if session.dialect == "sqlite":
        return {row[0] for row in session.fetch("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {row[0] for row in session.fetch("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")}


def columns(session: Session, table: str) -> set[str]:
    """Empty when there is no such table."""
    if session.dialect == "sqlite":
        return {row[0] for row in session.fetch("SELECT name FROM pragma_table_info(?)", (table,))}
    return {
        row[0]
        for row in session.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(quote_ident(current_schema()) || '.' ||"
            " quote_ident(?)) AND attnum > 0 AND NOT attisdropped",
            (table,),
        )
    }


def indexes(session: Session) -> set[str]:
    """Names of valid indexes: a CONCURRENTLY that failed leaves one that is not."""
    if session.dialect == "sqlite":
        return {row[0] for row in session.fetch("SELECT name FROM sqlite_master WHERE type = 'index'")}
    return {
        row[0]
        for row in session.fetch(
            "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE c.relnamespace = current_schema()::regnamespace AND i.indisvalid"
        )
    }


def indexes_of(placed: Layout) -> dict[str, Index]:
    """What an entity must have, by name."""
    made = list(entity_indexes(placed.entity))
    for one in placed.fields.values():
        made += field_indexes(placed.table, one)
    return {index.name: index for index in made}


def differences(session: Session, snapshot: Snapshot) -> list[str]:
    """Where the base is not what the configuration says; empty when all is well.

    One line for each, in the database's own names: "missing column counterparty.inn".  Columns left by former
    types of fields are no difference: they are kept on purpose.
    """
    found = [] if session.dialect == "postgresql" else _damaged(session)
    has_tables, has_indexes = tables(session), indexes(session)
    found += [f"missing table {name}" for name in METADATA.tables if name not in has_tables]
    for entity in snapshot.entities.values():
        placed = layout_of(entity)
        if placed.table not in has_tables:
            found.append(f"missing table {placed.table}")
            continue
        has = columns(session, placed.table)
        found += [f"missing column {placed.table}.{one.name}" for one in placed.columns if one.name not in has]
        found += [f"missing index {name}" for name in indexes_of(placed) if name not in has_indexes]
        for one in placed.many_fields:
            if one.table not in has_tables:
                found.append(f"missing table {one.table}")
                continue
            lost = session.fetch(
                f'SELECT COUNT(*) FROM "{one.table}" v WHERE NOT EXISTS'
                f' (SELECT 1 FROM "{placed.table}" r WHERE r.sv_id = v.sv_record)'
            )[0][0]
            if lost:
                found.append(f"rows without a record in {one.table}: {lost}")
    return found


def _damaged(session: Session) -> list[str]:
    return [f"damaged: {row[0]}" for row in session.fetch("PRAGMA quick_check") if row[0] != "ok"]
