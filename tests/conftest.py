"""What every test may ask for: an empty base on each database, and a company with the sales solution in it.

database    system tables only, on SQLite and then on PostgreSQL; a copy of a template, so it costs
            milliseconds and tens of milliseconds
company     the same with org + sales applied, revision 1; no people and no records yet
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from svyaz.storage import system_tables
from svyaz.storage.engine import Database, PostgresDatabase, SqliteDatabase, open_postgres, open_sqlite
from tests.postgres import fresh_database, template_database

DIALECTS = ("sqlite", "postgresql")
SCHEMA = "svyaz"


def prepare_postgres(url: str) -> None:
    """An empty company in a database of its own."""
    database = open_postgres(url, SCHEMA)
    with database.write() as session:
        session.run(f'CREATE SCHEMA "{SCHEMA}"')
        system_tables.create(session)
    database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "company.sqlite"
    database = open_sqlite(path, synchronous="OFF")
    with database.write() as session:
        system_tables.create(session)
    database.close()
    return path


@contextmanager
def opened_sqlite(template: Path, folder: Path) -> Iterator[SqliteDatabase]:
    """A copy of the template.  synchronous=OFF: a test has no power cut to survive."""
    path = folder / "company.sqlite"
    shutil.copyfile(template, path)
    database = open_sqlite(path, synchronous="OFF")
    try:
        yield database
    finally:
        database.close()


@contextmanager
def opened_postgres() -> Iterator[PostgresDatabase]:
    with fresh_database(template_database("system", prepare_postgres)) as url:
        database = open_postgres(url, SCHEMA)
        try:
            yield database
        finally:
            database.close()


@pytest.fixture(params=DIALECTS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        with opened_sqlite(request.getfixturevalue("sqlite_template"), tmp_path) as database:
            yield database
    else:
        with opened_postgres() as database:
            yield database
