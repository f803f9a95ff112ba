"""Attached files: bytes lie in the home folder under their SHA-256, what people know of them in sv_file.

The same file attached ten times lies once.  A file is on the disk, whole and synced, before the row that
names it commits; a row without a record is an upload nobody used, and `sweep` takes it away.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from svyaz.kernel.problem import Problem
from svyaz.storage.ids import take_id
from svyaz.storage.problems import DatabaseGone, DiskFull, is_full
from svyaz.storage.session import Row, Session, take_instant


class FileTooLarge(Problem):
    code = "file_too_large"  # facts: name, most_bytes
    status = 413


@dataclass(frozen=True, slots=True)
class StoredFile:
    """entity (number) and record: where it is attached; None while it is only uploaded."""

    id: int
    sha256: str
    name: str
    media_type: str
    size: int
    created_at: datetime
    created_by: int | None
    entity: int | None
    record: int | None


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes that are on the disk already, not yet named by a row."""

    sha256: str
    size: int


def keep(folder: Path, name: str, chunks: Iterable[bytes], most_bytes: int) -> Kept:
    """Write the bytes to the folder, outside of any transaction; nothing is left of a failed one.

    Raises FileTooLarge as soon as the limit is passed, DiskFull.
    """
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    part, path = tempfile.mkstemp(prefix=".part-", dir=folder)
    try:
        with os.fdopen(part, "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > most_bytes:
                    raise FileTooLarge(name=name, most_bytes=most_bytes)
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        target = path_of(folder, digest.hexdigest())
        if not target.parent.exists():
            target.parent.mkdir(exist_ok=True)
            _sync_folder(folder)
        os.replace(path, target)
        _sync_folder(target.parent)
    except OSError as error:
        if is_full(error):
            raise DiskFull() from error
        raise
    finally:
        with suppress(FileNotFoundError):
            os.unlink(path)
    return Kept(digest.hexdigest(), size)


def name_file(session: Session, kept: Kept, name: str, media_type: str, actor: int | None) -> StoredFile:
    """A row for kept bytes; attach it to a record with `attach`."""
    file = StoredFile(take_id(session), kept.sha256, name, media_type, kept.size, session.now, actor, None, None)
    session.run(
        "INSERT INTO sv_file (id, sha256, name, media_type, size, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (file.id, file.sha256, name, media_type, file.size, session.put_instant(session.now), actor),
    )
    return file


def name_again(session: Session, ids: Sequence[int], actor: int | None) -> list[StoredFile]:
    """New rows for the bytes of these files, nobody's yet: what belongs to one record can be given to another so."""
    files = find_files(session, ids)
    return [name_file(session, Kept(one.sha256, one.size), one.name, one.media_type, actor) for one in files]


def attach(session: Session, ids: Sequence[int], entity_number: int, record: int) -> int:
    """Say whose the files are; only those nobody has yet, or this record has.  Returns how many."""
    return session.run(
        f"UPDATE sv_file SET entity = ?, record = ? WHERE {session.in_list('id', 'bigint')}"
        " AND (record IS NULL OR record = ?)",
        (entity_number, record, session.list_parameter(ids), record),
    )


def find_files(session: Session, ids: Sequence[int]) -> list[StoredFile]:
    """In the order of `ids`; absent ones are left out."""
    if not ids:
        return []
    rows = session.fetch(f"{_SELECT} WHERE {session.in_list('id', 'bigint')}", (session.list_parameter(ids),))
    found = {row[0]: _file(row) for row in rows}
    return [found[id] for id in ids if id in found]


def files_of(session: Session, record: int) -> list[StoredFile]:
    """Attached to a record, newest first."""
    return [_file(row) for row in session.fetch(f"{_SELECT} WHERE record = ? ORDER BY id DESC", (record,))]


def open_file(folder: Path, sha256: str) -> BinaryIO:
    """The bytes.  Raises DatabaseGone when the row is there and the bytes are not: the home was damaged."""
    try:
        return path_of(folder, sha256).open("rb")
    except FileNotFoundError as error:
        raise DatabaseGone(reason=f"files/{sha256[:2]}/{sha256} is missing") from error


def path_of(folder: Path, sha256: str) -> Path:
    """A folder for every first byte, so that none of them holds a million names."""
    return folder / sha256[:2] / sha256


def sweep(session: Session, folder: Path, before: datetime) -> int:
    """Forget uploads nobody used since `before`, and bytes that no row names; returns how many rows went.

    Bytes younger than `before` stay: an upload may be waiting for its row.  They go after the commit: rows
    that a rollback brings back must find theirs.
    """
    gone = session.run("DELETE FROM sv_file WHERE record IS NULL AND created_at < ?", (session.put_instant(before),))
    named = {row[0] for row in session.fetch("SELECT DISTINCT sha256 FROM sv_file")}
    old = [
        path
        for path in (*folder.glob("??/*"), *folder.glob(".part-*"))
        if path.name not in named and _is_older(path, before)
    ]
    session.after_commit(lambda: _remove(old, before))
    return gone


def _remove(paths: Sequence[Path], before: datetime) -> None:
    """Looked at once more: the same bytes may have been uploaded anew since, and wait for their row."""
    for path in paths:
        if _is_older(path, before):
            path.unlink(missing_ok=True)


def _is_older(path: Path, before: datetime) -> bool:
    try:
        return path.stat().st_mtime < before.timestamp()
    except FileNotFoundError:
        return False


_SELECT = "SELECT id, sha256, name, media_type, size, created_at, created_by, entity, record FROM sv_file"


def _file(row: Row) -> StoredFile:
    id, sha256, name, media_type, size, created_at, created_by, entity, record = row
    at = take_instant(created_at)
    assert at is not None
    return StoredFile(id, sha256, name, media_type, size, at, created_by, entity, record)


def _sync_folder(folder: Path) -> None:
    """The name must survive a power cut as well; where folders cannot be opened, the system does it itself."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
