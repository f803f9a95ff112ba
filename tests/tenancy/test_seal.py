"""Sealed secrets: read only with the key of this home, for what they were sealed for, and untouched."""

from __future__ import annotations

import base64
import threading
from pathlib import Path

from svyaz.tenancy.backup import restore_backup, write_backup
from svyaz.tenancy.seal import KEY_FILE, PREFIX, Sealer, sealer
from svyaz.traits.registry import SHAPES
from tests.cast import Cast, romashka

__all__ = ["romashka"]


def test_what_was_sealed_opens_as_it_was(tmp_path: Path) -> None:
    one = sealer(tmp_path)
    kept = one.seal("тайна ☂", "почта")
    assert "тайна" not in kept and kept != one.seal("тайна ☂", "почта")
    assert sealer(tmp_path).open(kept, "почта") == "тайна ☂"


def test_other_key_other_purpose_and_touched_text_open_nothing(tmp_path: Path) -> None:
    one = sealer(tmp_path)
    kept = one.seal("тайна", "почта")
    raw = bytearray(base64.b64decode(kept[len(PREFIX) :]))
    for at in range(len(raw)):
        touched = bytes(raw[:at]) + bytes([raw[at] ^ 1]) + bytes(raw[at + 1 :])
        assert one.open(PREFIX + base64.b64encode(touched).decode(), "почта") == ""
    for wrong in ("", "тайна", PREFIX, PREFIX + "####", PREFIX + "AAAA"):
        assert one.open(wrong, "почта") == ""
    assert one.open(kept, "другое") == "" and Sealer(bytes(32)).open(kept, "почта") == ""


def test_key_is_read_by_its_owner_alone_and_two_at_once_make_one(tmp_path: Path) -> None:
    keys: list[bytes] = []
    threads = [threading.Thread(target=lambda: keys.append(sealer(tmp_path).key)) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(set(keys)) == 1 and len(keys) == 8
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == [KEY_FILE]


def test_restored_company_reads_its_secrets(romashka: Cast, tmp_path: Path) -> None:
    kept = sealer(romashka.company.home).seal("тайна", "почта")
    write_backup(romashka.company, tmp_path / "copy.zip")
    assert (tmp_path / "copy.zip").stat().st_mode & 0o777 == 0o600
    restore_backup(tmp_path / "copy.zip", tmp_path / "again", SHAPES).close()
    assert sealer(tmp_path / "again").open(kept, "почта") == "тайна"
    assert (tmp_path / "again" / KEY_FILE).stat().st_mode & 0o777 == 0o600
