"""The engine's tables of an old base are brought up once, in order, and a cut-off run goes on."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from svyaz.storage.engine import Database
from svyaz.storage.migrations.runner import BaseIsNewer, Migration, bring_up, stamp
from svyaz.storage.system_tables import METADATA


def add_origin(db: sa.Connection) -> None:
    """As a real one: looks before it acts, fills by batches, commits as it goes."""
    if "origin" not in {column["name"] for column in sa.inspect(db).get_columns("sv_meta")}:
        db.execute(sa.text("ALTER TABLE sv_meta ADD COLUMN origin TEXT"))
        db.commit()
    while db.execute(
        sa.text(
            "UPDATE sv_meta SET origin = 'person' WHERE key IN"
            " (SELECT key FROM sv_meta WHERE origin IS NULL ORDER BY key LIMIT 500)"
        )
    ).rowcount:
        db.commit()


def fails(db: sa.Connection) -> None:
    db.execute(sa.text("UPDATE sv_meta SET value = 'half'"))
    raise RuntimeError("cut off")


def filled(database: Database) -> None:
    with database.write() as session:
        session.run_many("INSERT INTO sv_meta (key, value) VALUES (?, 'x')", [(str(at),) for at in range(1_200)])


def test_migrations_run_once_in_order_of_their_numbers(database: Database) -> None:
    filled(database)
    order: list[int] = []
    migrations = [
        Migration(2, "second", lambda db: order.append(2)),
        Migration(1, "add origin", lambda db: (order.append(1), add_origin(db))[0]),
    ]
    assert bring_up(database, migrations) == [1, 2]
    assert order == [1, 2]
    assert bring_up(database, migrations) == []
    assert bring_up(database, [*migrations, Migration(3, "third", lambda db: None)]) == [3]
    with database.read() as session:
        assert session.fetch("SELECT COUNT(*) FROM sv_meta WHERE origin = 'person'") == [(1_200,)]


def test_cut_off_migration_is_run_again_and_what_it_did_not_commit_is_gone(database: Database) -> None:
    filled(database)
    with pytest.raises(RuntimeError, match="cut off"):
        bring_up(database, [Migration(1, "add origin", fails)])
    with database.read() as session:
        assert session.fetch("SELECT COUNT(*) FROM sv_meta WHERE value = 'half'") == [(0,)]
    assert bring_up(database, [Migration(1, "add origin", add_origin)]) == [1]


def test_new_base_has_them_all_and_a_newer_base_is_refused(database: Database) -> None:
    migrations = [Migration(number, "", fails) for number in (1, 2)]
    with database.write() as session:
        stamp(session, migrations)
    assert bring_up(database, migrations) == []
    with pytest.raises(BaseIsNewer) as refused:
        bring_up(database, migrations[:1])
    assert refused.value.facts == {"number": 2, "known": 1}


def test_system_tables_are_in_the_list_and_no_others(database: Database) -> None:
    with database.read() as session:
        source = "sqlite_master WHERE type = 'table'" if session.dialect == "sqlite" else "pg_tables WHERE schemaname = current_schema()"  # fmt: skip
        column = "name" if session.dialect == "sqlite" else "tablename"
        there = {row[0] for row in session.fetch(f"SELECT {column} FROM {source}")} - {"sqlite_sequence"}
    assert there == set(METADATA.tables)
