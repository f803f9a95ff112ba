"""Stage moves, numbers, reach and files."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from svyaz.storage import blobs, numbering, reach, stage_moves
from svyaz.storage.blobs import FileTooLarge
from svyaz.storage.engine import Database
from svyaz.storage.problems import DatabaseGone, DiskFull
from svyaz.storage.stage_moves import StageMove

DAY = [datetime(2026, 3, day, 11, 5, tzinfo=UTC) for day in range(1, 10)]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return tmp_path / "files"


def test_stays_of_a_record_tell_where_it_stood_and_stands(database: Database) -> None:
    with database.write() as session:
        stage_moves.open_move(session, 1, 42, "sales", "new", DAY[0])
        assert stage_moves.close_move(session, 42, DAY[2]) == 1
        stage_moves.open_move(session, 1, 42, "sales", "won", DAY[2])
        assert stage_moves.close_move(session, 43, DAY[2]) == 0
        assert stage_moves.moves_of(session, 42) == [
            StageMove(42, "sales", "new", DAY[0], DAY[2]),
            StageMove(42, "sales", "won", DAY[2], None),
        ]


def test_stay_never_ends_before_it_began(database: Database) -> None:
    with database.write() as session:
        stage_moves.open_move(session, 1, 42, "sales", "new", DAY[5])
        stage_moves.close_move(session, 42, DAY[1])
        assert stage_moves.moves_of(session, 42) == [StageMove(42, "sales", "new", DAY[5], DAY[5])]


def test_import_gives_the_stays_of_the_past_and_an_undo_takes_them_away(database: Database) -> None:
    past = [StageMove(record, "sales", "new", DAY[1], DAY[record % 5 + 2]) for record in range(60)]
    with database.write() as session:
        stage_moves.backfill(session, 1, past)
        assert stage_moves.moves_of_many(session, range(60)) == past
        assert stage_moves.forget_moves(session, [1, 2, 99]) == 2
        assert stage_moves.moves_of(session, 1) == []


def test_numbers_go_on_within_a_period_and_begin_anew_in_the_next(database: Database) -> None:
    with database.write() as session:
        assert numbering.take_number(session, 7, "2026") == 1
        assert numbering.take_number(session, 7, "2026", 10) == 2
        assert numbering.take_number(session, 7, "2026") == 12
        assert numbering.take_number(session, 7, "2027") == 1
        assert numbering.take_number(session, 8, "2026") == 1
        numbering.raise_number(session, 7, "2027", 500)
        numbering.raise_number(session, 7, "2027", 400)
        numbering.raise_number(session, 9, "", 5)
        assert numbering.take_number(session, 7, "2027") == 501
        assert numbering.take_number(session, 9, "") == 6


def test_number_of_a_record_that_was_not_kept_goes_to_the_next_one(database: Database) -> None:
    def fails() -> None:
        with database.write() as session:
            numbering.take_number(session, 7, "")
            raise LookupError

    with pytest.raises(LookupError):
        fails()
    with database.write() as session:
        assert numbering.take_number(session, 7, "") == 1


def test_two_people_at_once_never_get_one_number(database: Database) -> None:
    given: list[int] = []

    def take() -> None:
        for _ in range(20):
            with database.write() as session:
                number = numbering.take_number(session, 7, "2026")
            given.append(number)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == list(range(1, 81))


def test_reach_answers_by_reader_scope_and_employee(database: Database) -> None:
    with database.write() as session:
        reach.set_reach(session, [(9, "department", 9)])
        reach.set_reach(session, [(1, "department", 1), (1, "department_below", 2), (1, "department", 1)])
        may = reach.reach_of(session, 1)
        assert (may("department", 1), may("department", 2), may("department_below", 2)) == (True, False, True)
        assert not reach.reach_of(session, 9)("department", 9)
        assert not reach.reach_of(session, None)("department", 1)


def test_file_comes_back_byte_by_byte_and_the_same_bytes_lie_once(database: Database, files: Path) -> None:
    kept = blobs.keep(files, "договор.pdf", [b"PDF", b"-1.7"], 100)
    again = blobs.keep(files, "копия.pdf", [b"PDF-1.7"], 100)
    assert kept == again
    assert (kept.sha256, kept.size) == (hashlib.sha256(b"PDF-1.7").hexdigest(), 7)
    assert [path.name for path in files.rglob("*") if path.is_file()] == [kept.sha256]
    with database.write() as session:
        first = blobs.name_file(session, kept, "договор.pdf", "application/pdf", 7)
        second = blobs.name_file(session, again, "копия.pdf", "application/pdf", 7)
        assert blobs.attach(session, [first.id, second.id], 1, 42) == 2
        assert blobs.attach(session, [first.id], 1, 43) == 0
        assert [file.name for file in blobs.files_of(session, 42)] == ["копия.pdf", "договор.pdf"]
        (found,) = blobs.find_files(session, [first.id, 10**9])
    assert (found.name, found.size, found.record, found.created_by) == ("договор.pdf", 7, 42, 7)
    with blobs.open_file(files, found.sha256) as file:
        assert file.read() == b"PDF-1.7"


def test_too_large_a_file_and_a_full_disk_leave_nothing(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileTooLarge):
        blobs.keep(files, "видео.mp4", [b"x" * 60, b"x" * 60], 100)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull):
        blobs.keep(files, "a.txt", [b"x"], 100)
    assert list(files.iterdir()) == []


def test_missing_bytes_are_told_in_words(files: Path) -> None:
    with pytest.raises(DatabaseGone):
        blobs.open_file(files, "0" * 64)


def test_sweep_takes_forgotten_uploads_and_never_what_a_record_has(database: Database, files: Path) -> None:
    contents = [b"attached", b"forgotten", b"never named"]
    attached, forgotten, _ = [blobs.keep(files, "x", [one], 100) for one in contents]
    (files / ".part-cut-off").write_bytes(b"half")
    with database.write() as session:
        blobs.attach(session, [blobs.name_file(session, attached, "a", "text/plain", 7).id], 1, 42)
        blobs.name_file(session, forgotten, "b", "text/plain", 7)
        assert blobs.sweep(session, files, session.now - timedelta(days=1)) == 0
    assert len([path for path in files.rglob("*") if path.is_file()]) == 4
    with database.write() as session:
        assert blobs.sweep(session, files, session.now + timedelta(days=1)) == 1
    assert [path.name for path in files.rglob("*") if path.is_file()] == [attached.sha256]
