"""A backup of a living base, restored into either database, is the same company."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from svyaz.records.history import read_history
from svyaz.storage import blobs, catalog
from svyaz.tenancy.backup import BackupBroken, BackupExists, BackupNewer, restore_backup, write_backup
from svyaz.tenancy.home import HomeNotEmpty, HomeSettings
from svyaz.traits.registry import SHAPES
from tests.cast import CONDUCT, Cast, living_digest, romashka
from tests.postgres import fresh_database

__all__ = ["romashka"]


@pytest.fixture(params=["sqlite", "postgresql"])
def into(request: pytest.FixtureRequest) -> Iterator[HomeSettings]:
    if request.param == "sqlite":
        yield HomeSettings()
    else:
        with fresh_database() as url:
            yield HomeSettings(url, "restored")


def work(cast: Cast) -> int:
    """Something of every kind: links, several values, money, a file, history, trash, an undo."""
    olga = cast.person("Ольга")
    kept = blobs.keep(cast.company.blobs, "счёт.txt", [b"bytes"], 1000)
    with cast.company.write() as session:
        file = blobs.name_file(session, kept, "счёт.txt", "text/plain", olga.id)
    client = olga.create("counterparty", title="Ёж «и Ко»", phones=["+79161234567"], roles=["client", "partner"])
    sale = olga.create("deal", title="Насосы", amount="1200.50", counterparty=client.id, close_on="2026-12-01")
    olga.change("deal", sale.id, stage="offer", priority="high")
    olga.create("activity", kind="note", subject="Заметка", about=["deal", sale.id], files=[file.id])
    gone = cast.system.create("deal", title="В корзину")
    cast.system.undo(cast.system.delete("deal", gone.id))
    cast.system.delete("deal", gone.id)
    return sale.id


def test_restored_company_is_the_same_and_goes_on(romashka: Cast, tmp_path: Path, into: HomeSettings) -> None:
    sale = work(romashka)
    with romashka.company.read() as session:
        before = living_digest(session)
    told = romashka.system.read(read_history, "deal", sale)
    counted = write_backup(romashka.company, tmp_path / "copy.zip")
    assert counted["deal"] == 2 and not any(name.startswith("sv_search") for name in counted)

    company = restore_backup(tmp_path / "copy.zip", tmp_path / "again", SHAPES, into)
    try:
        company.conduct = CONDUCT
        with company.read() as session:
            assert living_digest(session) == before
            assert catalog.differences(session, session.snapshot) == []
        again = Cast.__new__(Cast)
        again.company, again.people = company, romashka.people
        assert again.system.read(read_history, "deal", sale) == told
        assert [one.read_bytes() for one in company.blobs.glob("??/*")] == [b"bytes"]
        new = again.system.create("deal", title="После")
        assert new.id > max(row[0] for row in romashka.system.list("deal", kept="all"))
        again.system.change("deal", sale, stage="contract")
        assert again.system.read(read_history, "deal", sale).items[0].fields
    finally:
        company.close()


def test_backup_never_writes_over_a_file_and_restore_never_over_a_home(romashka: Cast, tmp_path: Path) -> None:
    write_backup(romashka.company, tmp_path / "copy.zip")
    with pytest.raises(BackupExists):
        write_backup(romashka.company, tmp_path / "copy.zip")
    with pytest.raises(HomeNotEmpty):
        restore_backup(tmp_path / "copy.zip", romashka.company.home, SHAPES)


def rewritten(source: Path, target: Path, change: Any) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            for told, content in change(name, old.read(name)):
                new.writestr(told, content)
    return target


HOSTILE = {
    "slip": (
        lambda name, content: (
            [(name, content), ("../../etc/passwd", b"x")] if name == "manifest.json" else [(name, content)]
        ),
        BackupBroken,
    ),
    "table of another": (
        lambda name, content: [(name.replace("tables/deal.", "tables/absent."), content)],
        BackupBroken,
    ),
    "torn row": (
        lambda name, content: [(name, content[:-5] if name == "tables/employee.ndjson" else content)],
        BackupBroken,
    ),
    "no manifest": (lambda name, content: [] if name == "manifest.json" else [(name, content)], BackupBroken),
    "newer": (
        lambda name, content: [
            (name, json.dumps({**json.loads(content), "format": 99}).encode() if name == "manifest.json" else content)
        ],
        BackupNewer,
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_or_torn_backup_is_refused_and_leaves_nothing(romashka: Cast, tmp_path: Path, kind: str) -> None:
    write_backup(romashka.company, tmp_path / "copy.zip")
    change, problem = HOSTILE[kind]
    bad = rewritten(tmp_path / "copy.zip", tmp_path / "bad.zip", change)
    with pytest.raises(problem):
        restore_backup(bad, tmp_path / "again", SHAPES)
    assert not (tmp_path / "again" / "company.sqlite").exists()
    (tmp_path / "text.zip").write_text("not a zip")
    with pytest.raises(BackupBroken):
        restore_backup(tmp_path / "text.zip", tmp_path / "again", SHAPES)
