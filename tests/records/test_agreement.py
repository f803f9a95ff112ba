"""`svyaz check` finds what the tables and the log tell differently, and finds nothing where they agree."""

from __future__ import annotations

import pytest

from svyaz.records.agreement import disagreements
from svyaz.records.purge import purge_records
from svyaz.storage import blobs
from tests.cast import Cast


@pytest.fixture
def deal(romashka: Cast) -> int:
    """A record with a life: changed, moved, deleted, restored; beside it one that is purged."""
    olga = romashka.person("Ольга")
    id = olga.create("deal", title="Насосы", amount="10.00").id
    olga.change("deal", id, title="Трубы", amount="7.00 USD", priority="high")
    olga.change("deal", id, stage="needs", auditors=[romashka.people["Пётр"]])
    romashka.system.delete("deal", id)
    romashka.system.restore("deal", id)
    gone = olga.create("deal", title="Уйдёт").id
    romashka.system.delete("deal", gone)
    romashka.system.write(purge_records, "deal", [gone])
    return id


def found(cast: Cast) -> list[str]:
    with cast.company.read() as session:
        return disagreements(session, cast.company.blobs)


def test_base_where_much_happened_agrees_with_its_log(romashka: Cast, deal: int) -> None:
    assert found(romashka) == []


LIES = [
    ("UPDATE deal SET title = 'Подлог' WHERE sv_id = {id}", "title is 'Подлог', the log says 'Трубы'"),
    (
        "UPDATE deal SET sv_version = sv_version - 1 WHERE sv_id = {id}",
        "the table has version 4, the log 1, 2, 3, 4, 5",
    ),
    ("UPDATE deal SET sv_deleted_at = sv_created_at WHERE sv_id = {id}", "the log ends with life"),
    ("DELETE FROM sv_change WHERE record = {id} AND version = 2", "the log 1, 3, 4, 5"),
    ("DELETE FROM sv_change WHERE record = {id}", "the log nothing"),
    ("DELETE FROM deal WHERE sv_id = {id}", "in the log and not in the table"),
    ("UPDATE sv_stage_move SET stage = 'new' WHERE record = {id}", "stands not where its last stay is"),
    ("UPDATE sv_stage_move SET left_at = entered_at WHERE record = {id}", "stands not where its last stay is"),
]


@pytest.mark.parametrize(("lie", "told"), LIES)
def test_lie_in_a_table_or_in_the_log_is_told_by_the_number_of_its_record(
    romashka: Cast, deal: int, lie: str, told: str
) -> None:
    with romashka.company.write() as session:
        assert session.run(lie.format(id=deal)) > 0
    lines = [one for one in found(romashka) if one.startswith(f"deal {deal}: ")]
    assert any(told in one for one in lines), found(romashka)


def test_bytes_that_went_missing_are_told(romashka: Cast) -> None:
    kept = blobs.keep(romashka.company.blobs, "акт.txt", [b"1234"], 100)
    with romashka.company.write() as session:
        blobs.name_file(session, kept, "акт.txt", "text/plain", None)
    assert found(romashka) == []
    blobs.path_of(romashka.company.blobs, kept.sha256).write_bytes(b"12")
    assert found(romashka) == [f"missing file {kept.sha256}"]
