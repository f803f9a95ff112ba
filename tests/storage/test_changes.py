"""The log: what was changed, by whom, in which order, and a feed without holes."""

from __future__ import annotations

import random
import threading
import time
from datetime import UTC, datetime

from svyaz.storage import changes
from svyaz.storage.changes import Change
from svyaz.storage.engine import Database
from tests.conftest import opened_postgres

AT = datetime(2026, 3, 3, 11, 5, tzinfo=UTC)


def change(record: int, version: int = 1, **rest: object) -> Change:
    values = {"kind": "Changed", "entity": 1, "actor": 7, "cause": "person", "batch": None, "at": AT, **rest}
    return Change(record=record, version=version, **values)  # type: ignore[arg-type]


def test_change_is_read_back_as_it_was_written(database: Database) -> None:
    body = {101: (None, "Ромашка"), 103: ([120050, "RUB"], [100, "USD"]), 110: ([], [3, 5])}
    with database.write() as session:
        changes.append(session, [change(42, 2, body=body), change(42, 3, kind="Deleted", actor=None)])
    changes.publish(database)
    with database.read() as session:
        deleted, changed = changes.of_record(session, 1, 42)
    assert changed.body == {101: (None, "Ромашка"), 103: ([120050, "RUB"], [100, "USD"]), 110: ([], [3, 5])}
    assert (changed.kind, changed.actor, changed.cause, changed.at, changed.version) == (
        *("Changed", 7, "person", AT),
        2,
    )
    assert (deleted.kind, deleted.actor, deleted.body) == ("Deleted", None, {})


def test_history_of_a_record_is_newest_first_and_goes_on_from_where_one_stopped(database: Database) -> None:
    with database.write() as session:
        changes.append(session, [change(42, version) for version in range(1, 8)] + [change(43)])
    with database.read() as session:
        first = changes.of_record(session, 1, 42, limit=3)
        rest = changes.of_record(session, 1, 42, after=first[-1].seq)
        assert [one.version for one in first + rest] == [7, 6, 5, 4, 3, 2, 1]
        assert changes.of_record(session, 2, 42) == []
        assert [one.version for one in changes.since_version(session, 1, 42, 5)] == [6, 7]
        assert first[0].seq is not None
        assert changes.find_change(session, first[0].seq) == first[0]


def test_batch_keeps_its_changes_in_order_and_knows_what_undid_it(database: Database) -> None:
    with database.write() as session:
        batch = changes.new_batch(session, 7, "import", "клиенты.xlsx")
        changes.append(session, [change(number, batch=batch) for number in range(100)])
        undo = changes.new_batch(session, 8, "undo", "", undoes=batch)
    with database.read() as session:
        assert [one.record for one in changes.of_batch(session, batch)] == list(range(100))
        first = changes.of_batch(session, batch, limit=30)
        assert [one.record for one in changes.of_batch(session, batch, after=first[-1].seq or 0, limit=2)] == [30, 31]
        kept = changes.find_batch(session, batch)
        assert kept is not None
        assert (kept.title, kept.cause, kept.undone_by, kept.undoes) == ("клиенты.xlsx", "import", undo, None)
        assert changes.find_batch(session, 10**9) is None


def test_positions_are_without_gaps_from_one(database: Database) -> None:
    for start in (0, 30):
        with database.write() as session:
            changes.append(session, [change(start + number) for number in range(30)])
        changes.publish(database)
    with database.read() as session:
        assert [one.position for one in changes.after(session, 0)] == list(range(1, 61))
        assert [one.record for one in changes.after(session, 20, limit=3)] == [20, 21, 22]
        assert changes.last_position(session) == 60
        assert changes.after(session, 60) == []


def test_change_of_an_earlier_transaction_that_commits_later_is_not_missed() -> None:
    with opened_postgres() as database:
        with database.write() as slow:
            changes.append(slow, [change(1)])
            with database.write() as quick:
                changes.append(quick, [change(2)])
            assert changes.publish(database) == 0  # position 1 may still be the slow one's
            with database.read() as session:
                assert changes.after(session, 0) == []
        assert changes.publish(database) == 2
        with database.read() as session:
            assert [(one.position, one.record) for one in changes.after(session, 0)] == [(1, 1), (2, 2)]


def test_follower_of_the_feed_sees_every_change_once_however_commits_interleave() -> None:
    with opened_postgres() as database:
        seen: list[int] = []
        failed: list[BaseException] = []
        written = threading.Event()

        def write(number: int) -> None:
            order = random.Random(number)
            try:
                for one in range(25):
                    with database.write() as session:
                        changes.append(session, [change(number * 1_000 + one)])
                        time.sleep(order.random() * 0.004)
                        changes.append(session, [change(number * 1_000 + 500 + one)])
            except BaseException as error:
                failed.append(error)

        def follow() -> None:
            position = 0
            while True:
                last = written.is_set()
                changes.publish(database)
                with database.read() as session:
                    fresh = changes.after(session, position, 40)
                assert [one.position for one in fresh] == list(range(position + 1, position + len(fresh) + 1))
                seen.extend(one.record for one in fresh)
                position += len(fresh)
                if last and not fresh:
                    return

        writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
        followers = [threading.Thread(target=changes.publish, args=(database,)) for _ in range(2)]
        follower = threading.Thread(target=follow)
        for thread in (*writers, *followers, follower):
            thread.start()
        for thread in (*writers, *followers):
            thread.join()
        written.set()
        follower.join()
        assert failed == []
        assert len(seen) == 6 * 50
        assert len(set(seen)) == len(seen)
