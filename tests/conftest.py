"""What every test may ask for: an empty base on each database, and a company with the sales solution in it.

database    system tables only, on SQLite and then on PostgreSQL; a copy of a template, so it costs
            milliseconds and tens of milliseconds
company     the same with org + «Продажи» applied, revision 1; no people and no records yet
clock       what the company's time is: it stands at 3 March 2026, 12:00 in Moscow, until a test moves it
home        the folder of that company
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from svyaz.kernel.clock import FixedClock
from svyaz.storage import system_tables
from svyaz.storage.engine import Database, PostgresDatabase, SqliteDatabase, open_postgres, open_sqlite
from svyaz.tenancy import company as companies
from svyaz.tenancy.company import Company
from svyaz.tenancy.home import HomeSettings, open_database, read_settings, write_settings
from svyaz.traits.registry import SHAPES
from tests.postgres import fresh_database, template_database
from tests.snapshots import sales_snapshot, sales_source

DIALECTS = ("sqlite", "postgresql")
SCHEMA = "svyaz"
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


# --- an empty base


def prepare_postgres(url: str) -> None:
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


# --- a company


@pytest.fixture(scope="session")
def sqlite_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company to be copied, never opened by a test."""
    home = tmp_path_factory.mktemp("company") / "romashka"
    companies.create(home, sales_source(), SHAPES, FixedClock(NOW), synchronous="OFF").close()
    return home


@pytest.fixture(scope="session")
def postgres_home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database to be copied."""

    def prepare(url: str) -> None:
        home = tmp_path_factory.mktemp("company") / "romashka"
        companies.create(home, sales_source(), SHAPES, FixedClock(NOW), HomeSettings(url, SCHEMA)).close()

    return template_database("company", prepare)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "romashka"


@pytest.fixture(params=DIALECTS)
def company(request: pytest.FixtureRequest, home: Path, clock: FixedClock) -> Iterator[Company]:
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("sqlite_home"), home)
        with opened_company(home, clock) as company:
            yield company
    else:
        with fresh_database(request.getfixturevalue("postgres_home")) as url:
            (home / "files").mkdir(parents=True)
            write_settings(home, HomeSettings(url, SCHEMA))
            with opened_company(home, clock) as company:
                yield company


@contextmanager
def opened_company(home: Path, clock: FixedClock) -> Iterator[Company]:
    """As companies.open, but the configuration is not resolved anew for every test: it is the cached one."""
    database = open_database(home, read_settings(home), clock.now, "OFF")
    company = Company(home, database, SHAPES, clock)
    company.remember(sales_snapshot())
    try:
        yield company
    finally:
        company.close()
