"""A backup of a company: one zip of plain files, taken from a live base, restored into either database.

    manifest.json           what this is: format, version, the configuration in force, the last number given
    tables/<name>.ndjson    first line: names of columns; then a row a line
    files/<sha256>          attached files, by their content
    secret.key              what secrets in the tables are sealed with (tenancy/seal.py), if the company has any

Everything is read in one transaction, so the copy is of one moment however long it takes.
"""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import orjson

from svyaz import __version__
from svyaz.kernel.clock import Clock, SystemClock
from svyaz.kernel.problem import Problem
from svyaz.schema.snapshot import TraitShape
from svyaz.schema.source import from_json, to_json
from svyaz.storage import changes, dump
from svyaz.storage.engine import PostgresDatabase
from svyaz.tenancy.company import Company, create, current_source
from svyaz.tenancy.home import HomeSettings
from svyaz.tenancy.seal import KEY_BYTES, KEY_FILE

FORMAT = 1
PORTION = 2_000
TABLE = re.compile(r"^tables/([a-z][a-z0-9_]{0,62})\.ndjson$")
FILE = re.compile(r"^files/([0-9a-f]{64})$")
MOST_MANIFEST = 64 * 1024 * 1024


class BackupBroken(Problem):
    code = "backup_broken"  # facts: file, why


class BackupNewer(Problem):
    code = "backup_newer"  # facts: file, version


class BackupExists(Problem):
    code = "backup_exists"  # facts: file


def write_backup(company: Company, path: Path) -> dict[str, int]:
    """Write the backup beside its final name, then rename: a torn one is never taken for whole.

    Returns {table: rows}.  Raises BackupExists.
    """
    if path.exists():
        raise BackupExists(file=str(path))
    part = path.with_name(path.name + ".part")
    counted: dict[str, int] = {}
    changes.publish(company.database)
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            os.chmod(part, 0o600)
            with company.read() as session:
                manifest = {
                    "format": FORMAT,
                    "version": __version__,
                    "title": session.snapshot.settings.title,
                    "at": session.now.isoformat(),
                    "last_id": dump.last_id(session),
                    "source": to_json(current_source(session)),
                }
                archive.writestr("manifest.json", orjson.dumps(manifest))
                for table in dump.tables(session):
                    columns, portions = dump.rows_of(session, table)
                    with archive.open(f"tables/{table}.ndjson", "w", force_zip64=True) as out:
                        counted[table] = _write_table(out, columns, portions)
            if (company.home / KEY_FILE).exists():
                archive.write(company.home / KEY_FILE, KEY_FILE)
            for file in sorted(company.blobs.glob("??/*")):
                if FILE.match(f"files/{file.name}"):
                    archive.write(file, f"files/{file.name}", zipfile.ZIP_STORED)
        os.replace(part, path)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    return counted


def _write_table(out: IO[bytes], columns: Sequence[str], portions: Iterator[Sequence[Sequence[Any]]]) -> int:
    count = 0
    out.write(orjson.dumps(list(columns)) + b"\n")
    for rows in portions:
        for row in rows:
            out.write(orjson.dumps(row, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS) + b"\n")
        count += len(rows)
    return count


def restore_backup(
    path: Path,
    home: Path,
    traits: Sequence[TraitShape],
    settings: HomeSettings | None = None,
    clock: Clock | None = None,
) -> Company:
    """Make a new home of the backup; nothing is left of one that fails.  Raises BackupBroken, BackupNewer, HomeNotEmpty."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive, path)
            company = create(home, from_json(manifest["source"]), traits, clock or SystemClock(), settings)
            try:
                _fill(company, archive, manifest, path)
            except BaseException:
                _unmake(company)
                raise
    except (zipfile.BadZipFile, OSError, ValueError, KeyError, TypeError, EOFError) as wrong:
        raise BackupBroken(file=str(path), why=str(wrong)[:200]) from None
    return company


def _manifest(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    """Checked before anything is made; names outside the two folders are refused (zip-slip)."""
    for name in archive.namelist():
        if name not in ("manifest.json", KEY_FILE) and not TABLE.match(name) and not FILE.match(name):
            raise BackupBroken(file=str(path), why=name[:100])
    if archive.getinfo("manifest.json").file_size > MOST_MANIFEST:
        raise BackupBroken(file=str(path), why="manifest.json")
    if KEY_FILE in archive.namelist() and archive.getinfo(KEY_FILE).file_size != KEY_BYTES:
        raise BackupBroken(file=str(path), why=KEY_FILE)
    manifest: dict[str, Any] = orjson.loads(archive.read("manifest.json"))
    if int(manifest["format"]) > FORMAT:
        raise BackupNewer(file=str(path), version=str(manifest.get("version", "?")))
    return manifest


def _fill(company: Company, archive: zipfile.ZipFile, manifest: dict[str, Any], path: Path) -> None:
    with company.write() as session:
        known = set(dump.tables(session))
        for table in known:
            dump.empty(session, table)
        for name in archive.namelist():
            if (match := TABLE.match(name)) is None:
                continue
            if match[1] not in known:
                raise BackupBroken(file=str(path), why=name)
            with archive.open(name) as lines:
                columns = orjson.loads(lines.readline())
                rows: list[Any] = []
                for line in lines:
                    rows.append(orjson.loads(line))
                    if len(rows) == PORTION:
                        dump.put_rows(session, match[1], columns, rows)
                        rows = []
                dump.put_rows(session, match[1], columns, rows)
        dump.settle(session, int(manifest["last_id"]))
        # Whoever followed the feed of the old base must not take this one's positions for its own.
        changes.new_feed(session)
    if KEY_FILE in archive.namelist():
        handle = os.open(company.home / KEY_FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as key:
            key.write(archive.read(KEY_FILE))
    for name in archive.namelist():
        if match := FILE.match(name):
            target = company.blobs / match[1][:2] / match[1]
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(name) as source, target.open("wb") as out:
                shutil.copyfileobj(source, out)


def _unmake(company: Company) -> None:
    database = company.database
    if isinstance(database, PostgresDatabase):
        database.configure = None
        with database.write() as session:
            session.run(f'DROP SCHEMA "{database.schema}" CASCADE')
    company.close()
    shutil.rmtree(company.home, ignore_errors=True)
