"""All rows of a company as plain JSON, and back: the same for both databases, so a base moves between them.

The search index is left out: it is made anew from the records.  Instants are ISO 8601, yes/no are true and false
on PostgreSQL and 0 and 1 on SQLite; what comes in is turned into what the database at hand keeps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from svyaz.storage import catalog
from svyaz.storage.session import Row, Session

PORTION = 5_000
# Tables read by portions, by a number that every row has; the rest are read whole.
NUMBERED = ("sv_id", "seq", "id")


def tables(session: Session) -> list[str]:
    """Every table that is not made anew from others, in order of name."""
    return sorted(one for one in catalog.tables(session) if not one.startswith(("sv_search", "sqlite_")))


def rows_of(session: Session, table: str) -> tuple[list[str], Iterator[Sequence[Row]]]:
    """Names of columns, and portions of rows."""
    columns = sorted(catalog.columns(session, table))
    names = ", ".join(f'"{one}"' for one in columns)
    key = next((one for one in NUMBERED if one in columns), None)

    def portions() -> Iterator[Sequence[Row]]:
        if key is None:
            yield session.fetch(f'SELECT {names} FROM "{table}"')
            return
        last = -1
        while part := session.fetch(
            f'SELECT {names} FROM "{table}" WHERE "{key}" > ? ORDER BY "{key}" LIMIT {PORTION}', (last,)
        ):
            yield part
            last = part[-1][columns.index(key)]

    return columns, portions()


def last_id(session: Session) -> int:
    """The greatest number any record has been given."""
    if session.dialect == "sqlite":
        return int(session.fetch("SELECT value FROM sv_counter WHERE name = 'id'")[0][0])
    return int(session.fetch("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM sv_id")[0][0])


def empty(session: Session, table: str) -> None:
    session.run(f'DELETE FROM "{table}"')


def put_rows(session: Session, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Columns this base does not have are left out: they were kept for former types of fields."""
    have = catalog.columns(session, table)
    kept = [at for at, one in enumerate(columns) if one in have]
    turned = _yes_no(session, table)
    names = [columns[at] for at in kept]
    session.insert_rows(
        table, names, [tuple(_value(session, row[at], columns[at] in turned) for at in kept) for row in rows]
    )


def _yes_no(session: Session, table: str) -> set[str]:
    if session.dialect == "sqlite":
        return set()
    return {
        row[0]
        for row in session.fetch(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema()"
            " AND table_name = ? AND data_type = 'boolean'",
            (table,),
        )
    }


def _value(session: Session, value: Any, yes_no: bool) -> Any:
    if yes_no:
        return bool(value)
    return int(value) if isinstance(value, bool) and session.dialect == "sqlite" else value


def settle(session: Session, last: int) -> None:
    """After all rows are in: the sequences go on from where they were, positions are those of this database."""
    if session.dialect == "sqlite":
        session.run("DELETE FROM sv_counter WHERE name = 'id'")
        session.run("INSERT INTO sv_counter (name, value) VALUES ('id', ?)", (last,))
        return
    session.run("DELETE FROM sv_counter WHERE name = 'id'")
    session.fetch("SELECT setval('sv_id', ?, TRUE)", (max(last, 1),))
    for table, column in (("sv_change", "seq"), ("sv_stage_move", "id"), ("sv_attempt", "id")):
        top = int(session.fetch(f'SELECT COALESCE(MAX("{column}"), 0) FROM "{table}"')[0][0])
        session.fetch(
            "SELECT setval(pg_get_serial_sequence(quote_ident(current_schema()) || '.' || ?, ?), ?, TRUE)",
            (table, column, max(top, 1)),
        )
    # Transaction ids died with the other cluster: whatever has no position yet gets one in the order it was written.
    session.run(
        "UPDATE sv_change SET xid = 0, position = made.place FROM (SELECT seq, row_number() OVER (ORDER BY"
        " position NULLS LAST, seq) AS place FROM sv_change) AS made WHERE made.seq = sv_change.seq"
    )
    session.run("DELETE FROM sv_counter WHERE name = 'position'")
    session.run("INSERT INTO sv_counter (name, value) SELECT 'position', COUNT(*) FROM sv_change")
