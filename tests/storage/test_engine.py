"""Transactions: what commits, who waits for whom, and what a person is told when the machine fails."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from svyaz.storage.engine import Database, PostgresDatabase, Session, SqliteDatabase, open_postgres, open_sqlite
from svyaz.storage.fair_lock import FairLock
from svyaz.storage.problems import DatabaseBusy, DatabaseGone, DiskFull
from svyaz.storage.session import for_psycopg
from tests.conftest import SCHEMA, opened_postgres


def put(session: Session, key: str) -> None:
    session.run("INSERT INTO sv_meta (key, value) VALUES (?, ?)", (key, "x"))


def keys(database: Database) -> list[str]:
    with database.read() as session:
        return [row[0] for row in session.fetch("SELECT key FROM sv_meta ORDER BY key")]


def test_exception_in_the_middle_writes_nothing(database: Database) -> None:
    def write() -> None:
        with database.write() as session:
            put(session, "a")
            raise LookupError

    with pytest.raises(LookupError):
        write()
    assert keys(database) == []


def test_what_waits_for_the_commit_is_called_after_it_and_never_after_a_rollback(database: Database) -> None:
    seen: list[list[str]] = []

    def write(fails: bool) -> None:
        with database.write() as session:
            put(session, "a")
            session.after_commit(lambda: seen.append(keys(database)))
            if fails:
                raise LookupError

    with pytest.raises(LookupError):
        write(fails=True)
    assert seen == []
    write(fails=False)
    assert seen == [["a"]]


def test_reader_sees_one_state_of_the_base_whatever_is_written_meanwhile(database: Database) -> None:
    with database.read() as reader:
        assert reader.fetch("SELECT COUNT(*) FROM sv_meta") == [(0,)]
        with database.write() as writer:
            put(writer, "a")
        assert reader.fetch("SELECT COUNT(*) FROM sv_meta") == [(0,)]
    assert keys(database) == ["a"]


def test_reader_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"read-?only"), database.read() as session:
        put(session, "a")
    assert keys(database) == []


def test_question_marks_and_percents_in_text_are_text(database: Database) -> None:
    with database.write() as session:
        session.run("INSERT INTO sv_meta (key, value) VALUES ('100% ?', ?)", ("50%s ?",))
        assert session.fetch(
            "SELECT key, value, '%' FROM sv_meta WHERE key LIKE '100%' AND value = ?", ("50%s ?",)
        ) == [("100% ?", "50%s ?", "%")]
        assert session.fetch("SELECT '?%'") == [("?%",)]
    assert for_psycopg("a = ? AND b LIKE '%?''?' AND \"c?\" % 2") == "a = %s AND b LIKE '%%?''?' AND \"c?\" %% 2"


def test_list_is_one_parameter_however_long(database: Database) -> None:
    with database.write() as session:
        for key in ("a", "b", "c"):
            put(session, key)
        wanted = session.list_parameter(["a", "c", *(str(number) for number in range(100_000))])
        assert session.fetch(
            f"SELECT key FROM sv_meta WHERE {session.in_list('key', 'text')} ORDER BY key", (wanted,)
        ) == [*(("a",), ("c",))]


def test_full_disk_is_told_in_words_and_leaves_nothing_half_written(database: Database) -> None:
    def fill() -> None:
        with database.write() as session:
            put(session, "before")
            if isinstance(database, SqliteDatabase):
                session.run("PRAGMA max_page_count=1")
                for number in range(2_000):
                    session.run("INSERT INTO sv_meta (key, value) VALUES (?, ?)", (str(number), "x" * 4_000))
            else:
                session.run("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100', MESSAGE = 'disk full'; END $$")

    with pytest.raises(DiskFull):
        fill()
    assert keys(database) == []
    with database.write() as session:
        if isinstance(database, SqliteDatabase):
            session.run("PRAGMA max_page_count=1073741823")
        put(session, "after")
    assert keys(database) == ["after"]


def test_swallowed_error_cannot_pass_for_a_commit() -> None:
    with opened_postgres() as database:

        def write() -> None:
            with database.write() as session:
                put(session, "a")
                with pytest.raises(Exception, match="no_such"):
                    session.run("SELECT no_such")

        with pytest.raises(RuntimeError, match="swallowed"):
            write()
        assert keys(database) == []


def cut_off(database: PostgresDatabase, pid: int) -> None:
    with open_postgres(database.url, SCHEMA).write() as other:
        other.run("SELECT pg_terminate_backend(?)", (pid,))


def test_database_that_goes_in_the_middle_is_told_in_words_and_comes_back_for_the_next_request() -> None:
    with opened_postgres() as database:

        def write() -> None:
            with database.write() as session:
                put(session, "a")
                cut_off(database, session.fetch("SELECT pg_backend_pid()")[0][0])
                put(session, "b")

        with pytest.raises(DatabaseGone):
            write()
        with database.write() as session:
            put(session, "c")
        assert keys(database) == ["c"]


def test_connection_that_died_while_idle_is_replaced_without_a_word() -> None:
    with opened_postgres() as database:
        with database.read() as session:
            pid = session.fetch("SELECT pg_backend_pid()")[0][0]
        cut_off(database, pid)
        assert keys(database) == []


def test_absent_server_is_told_in_words() -> None:
    database = open_postgres("postgresql://nobody@127.0.0.1:1/none", SCHEMA)
    with pytest.raises(DatabaseGone), database.read():
        pass


def test_search_path_never_outlives_its_transaction() -> None:
    with opened_postgres() as database:
        with database.write() as session:
            assert session.fetch("SELECT current_schema()") == [(SCHEMA,)]
        with database.outside() as plain:
            assert plain.fetch("SHOW search_path") != [('"$user", public',)]
        connection = database._idle[-1]
        assert connection.execute("SHOW search_path").fetchone() == ('"$user", public',)


def test_write_inside_a_write_is_told_to_the_programmer_at_once(sqlite_template: Path, tmp_path: Path) -> None:
    database = open_sqlite(tmp_path / "x.sqlite", synchronous="OFF")
    with database.write(), pytest.raises(RuntimeError, match="inside"), database.write():
        pass
    database.close()
    with pytest.raises(DatabaseGone), database.read():
        pass


def test_writers_are_let_in_by_the_order_of_their_coming() -> None:
    lock = FairLock()
    order: list[int] = []
    assert lock.acquire(1)

    def come(number: int) -> None:
        assert lock.acquire(10)
        order.append(number)
        lock.release()

    threads = []
    for number in range(10):
        thread = threading.Thread(target=come, args=(number,))
        thread.start()
        threads.append(thread)
        while len(lock._waiting) <= number:
            time.sleep(0.001)
    assert not lock.acquire(0.01)
    lock.release()
    for thread in threads:
        thread.join()
    assert order == list(range(10))
    assert lock.acquire(0)


def test_threads_write_at_once_and_nothing_is_lost(database: Database) -> None:
    with database.write() as session:
        session.run("INSERT INTO sv_counter (name, value) VALUES ('n', 0)")
    failed: list[BaseException] = []

    def count() -> None:
        try:
            for _ in range(25):
                with database.write() as session:
                    session.run("UPDATE sv_counter SET value = value + 1 WHERE name = 'n'")
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with database.read() as session:
        assert session.fetch("SELECT value FROM sv_counter WHERE name = 'n'") == [(200,)]


def test_base_held_by_another_process_too_long_is_busy_in_words(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("svyaz.storage.sqlite_engine.WAIT_SECONDS", 0.1)
    database = open_sqlite(tmp_path / "x.sqlite", synchronous="OFF")
    other = open_sqlite(tmp_path / "x.sqlite", synchronous="OFF")
    with database.write():
        with pytest.raises(DatabaseBusy), other.write():
            pass
        with other.read() as session:
            session.fetch("SELECT 1")
    with other.write() as session:
        session.fetch("SELECT 1")
    database.close()
    other.close()


COUNTING = """
import sys
from pathlib import Path
from svyaz.storage.engine import open_sqlite, open_postgres
database = open_sqlite(Path(sys.argv[1])) if "://" not in sys.argv[1] else open_postgres(sys.argv[1], "svyaz")
for _ in range(40):
    with database.write() as session:
        value = session.fetch("SELECT value FROM sv_counter WHERE name = 'n'" + sys.argv[2])[0][0]
        session.run("UPDATE sv_counter SET value = ? WHERE name = 'n'", (value + 1,))
database.close()
"""


def test_three_processes_read_and_then_write_and_none_is_told_to_come_again(database: Database) -> None:
    with database.write() as session:
        session.run("INSERT INTO sv_counter (name, value) VALUES ('n', 0)")
    lock = "" if isinstance(database, SqliteDatabase) else " FOR UPDATE"
    where = str(database.path) if isinstance(database, SqliteDatabase) else database.url  # type: ignore[attr-defined]
    processes = [subprocess.Popen([sys.executable, "-c", COUNTING, where, lock]) for _ in range(3)]
    assert [process.wait(120) for process in processes] == [0, 0, 0]
    with database.read() as session:
        assert session.fetch("SELECT value FROM sv_counter WHERE name = 'n'") == [(120,)]


KILLED = """
import sys
from pathlib import Path
from svyaz.storage.engine import open_sqlite, open_postgres
database = open_sqlite(Path(sys.argv[1])) if "://" not in sys.argv[1] else open_postgres(sys.argv[1], "svyaz")
number = int(sys.argv[2])
while True:
    with database.write() as session:
        session.run("INSERT INTO sv_meta (key, value) VALUES (?, '1')", (f"{number:06}a",))
        session.run("INSERT INTO sv_meta (key, value) VALUES (?, '1')", (f"{number:06}b",))
    print(number, flush=True)
    number += 1
"""


def test_kill_loses_nothing_acknowledged_and_leaves_nothing_half_written(database: Database) -> None:
    where = str(database.path) if isinstance(database, SqliteDatabase) else database.url  # type: ignore[attr-defined]
    acknowledged: set[int] = set()
    for round in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, where, str(round * 1_000)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            for line in writer.stdout:
                acknowledged.add(int(line))
                if int(line) % 1_000 == 30:
                    break
            writer.kill()
            acknowledged |= {int(line) for line in writer.stdout if line.endswith("\n")}
    assert len(acknowledged) >= 4 * 31
    kept = keys(database)
    assert {f"{number:06}a" for number in acknowledged} <= set(kept)
    assert {one[:-1] for one in kept if one.endswith("a")} == {one[:-1] for one in kept if one.endswith("b")}
