"""The feed of one company does not wait for writers of another that share its PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from svyaz.storage import changes
from svyaz.storage.changes import Change
from svyaz.storage.engine import Database
from tests.conftest import opened_postgres

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def change(record: int) -> Change:
    return Change("Created", 1, record, 1, None, "test", None, AT)


@pytest.fixture
def lyutik() -> Iterator[Database]:
    with opened_postgres() as database:
        yield database


@pytest.fixture
def romashka_base() -> Iterator[Database]:
    with opened_postgres() as database:
        yield database


def test_long_write_in_another_database_does_not_hold_the_feed(romashka_base: Database, lyutik: Database) -> None:
    with lyutik.write() as writing:
        changes.append(writing, [change(1)])  # it has a transaction id now and keeps it
        with romashka_base.write() as session:
            changes.append(session, [change(2)])
        assert changes.publish(romashka_base) == 1


def test_write_in_progress_in_the_same_database_holds_it(romashka_base: Database) -> None:
    with romashka_base.write() as early:
        changes.append(early, [change(1)])
        with romashka_base.write() as late:
            changes.append(late, [change(2)])
        assert changes.publish(romashka_base) == 0
    assert changes.publish(romashka_base) == 2
    with romashka_base.read() as session:
        assert [one.record for one in changes.after(session, 0, 10)] == [1, 2]
