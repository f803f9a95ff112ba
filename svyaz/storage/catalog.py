"""What the database says it has.  Only for changing tables and for the check at start: never on a request."""

from __future__ import annotations

from svyaz.storage.session import Session


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
