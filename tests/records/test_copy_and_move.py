"""A copy of a record with its lines, and records taken to another pipeline; on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from svyaz.kernel.problem import NotFound, Problem, Problems
from svyaz.records.copying import copy_record
from svyaz.records.files import readable_file
from svyaz.records.history import read_history
from svyaz.records.moving import move_to_pipeline
from svyaz.storage import blobs
from tests.cast import Cast


def codes(problem: Problem) -> list[tuple[str, str]]:
    several = list(problem.problems) if isinstance(problem, Problems) else [problem]
    return sorted((one.place, one.code) for one in several)


def lines_of(cast: Cast, deal: int) -> list[list[Any]]:
    rows = cast.system.list("deal_line", filter=f"deal = {deal}", sort="id", fields=("title", "quantity", "price"))
    return [row[2:] for row in rows]


def test_copy_has_the_values_and_lines_of_the_original_and_is_undone_as_a_whole(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    original = olga.create("deal", title="Насосы", priority="high", stage="talks", external_number="А-1")
    for title, price in (("Насос", "100"), ("Муфта", "7.5")):
        olga.create("deal_line", deal=original.id, title=title, quantity=2, price=price)
    before = (olga.ids("deal"), romashka.system.ids("deal_line"))
    made = olga.write(copy_record, "deal", original.id, {"title": "Насосы, ещё раз"})
    assert made.id != original.id and made.values["number"] != original.values["number"]
    assert (made.values["title"], made.values["priority"]) == ("Насосы, ещё раз", "high")
    assert made.values["stage"] == "new", "the work on a copy begins anew"
    assert made.values["external_number"] is None, "what is unique stays with the original"
    assert lines_of(romashka, made.id) == lines_of(romashka, original.id) and len(lines_of(romashka, made.id)) == 2
    assert made.values["amount"] == olga.open("deal", original.id).values["amount"]
    (entry, *_) = [one for one in olga.read(batches, "deal", made.id) if one is not None]
    assert romashka.person("Артём").undo(entry).kept == ()
    assert (olga.ids("deal"), romashka.system.ids("deal_line")) == before


def test_copy_takes_the_files_along_as_files_of_its_own(romashka: Cast) -> None:
    olga, petr = romashka.person("Ольга"), romashka.person("Пётр")
    kept = blobs.keep(romashka.company.blobs, "договор.txt", [b"text"], 100)
    files = [
        olga.write(
            lambda session, actor, name=name: blobs.name_file(session, kept, name, "text/plain", actor.employee).id
        )
        for name in ("договор.txt", "акт.txt")
    ]
    sale = olga.create("deal", title="Насосы")
    note = olga.create("activity", kind="note", subject="Договор", files=files, about=["deal", sale.id])
    made = olga.write(copy_record, "activity", note.id, {})
    assert [file[1:] for file in made.values["files"]] == [["договор.txt", 4], ["акт.txt", 4]]
    own = [file[0] for file in made.values["files"]]
    assert not set(own) & set(files), "a file belongs to one record"
    assert [olga.read(readable_file, id).sha256 for id in own] == [kept.sha256] * 2
    with pytest.raises(Problem):
        petr.read(readable_file, own[0])
    assert olga.change("activity", made.id, files=[]).values["files"] == []
    assert len(olga.open("activity", note.id).values["files"]) == 2
    without = olga.write(copy_record, "activity", note.id, {"files": []})
    assert without.values["files"] == []


def batches(session: Any, actor: Any, entity: str, id: int) -> list[int | None]:
    return [one.batch for one in read_history(session, actor, entity, id).items]


def test_copy_begins_on_the_first_stage_of_its_own_pipeline(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    won = olga.create("deal", title="Станок", stage="won")
    made = olga.write(copy_record, "deal", won.id, {})
    assert (made.values["stage"], made.values["closed_on"]) == ("prospecting", None)


def test_what_one_may_not_see_one_may_not_copy(romashka: Cast) -> None:
    strange = romashka.person("Анна").create("deal", title="Чужая")
    with romashka.nothing_changes(), pytest.raises(Problem) as caught:
        romashka.person("Ольга").write(copy_record, "deal", strange.id, {})
    assert caught.value.status in (403, 404)
    with pytest.raises(NotFound):
        romashka.person("Ольга").write(copy_record, "deal", 999_999, {})


def test_stages_of_one_pipeline_become_the_named_ones_of_another_in_one_batch(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    ids = [olga.create("deal", title=f"Сделка {n}", stage=stage).id for n, stage in enumerate(("new", "talks", "won"))]
    before = romashka.living_digest()
    done = olga.write(move_to_pipeline, "deal", ids, "products", {"new": "prospecting", "talks": "engaging"}, {})
    stages = [olga.open("deal", id).values["stage"] for id in ids]
    assert stages == ["prospecting", "engaging", "won"], "one already there stays where it is"
    assert [one.id for one in done.results] == ids
    olga.undo(done.batch)
    assert romashka.living_digest() == before


def test_stage_without_a_place_and_a_place_of_another_pipeline_are_named(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    ids = [olga.create("deal", title=stage, stage=stage).id for stage in ("new", "talks")]
    with romashka.nothing_changes(), pytest.raises(Problem) as caught:
        olga.write(move_to_pipeline, "deal", ids, "products", {"new": "contract"}, {})
    assert codes(caught.value) == [("stages.new", "stage_of_another"), ("stages.talks", "stage_not_mapped")]
    with pytest.raises(Problem) as caught:
        olga.write(move_to_pipeline, "deal", ids, "nowhere", {}, {})
    assert caught.value.code == "pipeline_unknown"


def test_what_the_stage_entered_asks_for_is_asked_of_every_record_and_given_to_all_at_once(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    client = olga.create("counterparty", title="ООО «Лютик»").id
    ids = [olga.create("deal", title="Одна", stage="prospecting").id, olga.create("deal", title="Две", stage="won").id]
    asked = {"prospecting": "contract", "won": "success"}
    with romashka.nothing_changes(), pytest.raises(Problem) as caught:
        olga.write(move_to_pipeline, "deal", ids, "sales", asked, {"counterparty": client})
    assert codes(caught.value) == [
        ("operations[0].values.amount", "stage_requires"),
        ("operations[1].values.amount", "stage_requires"),
    ]
    olga.write(move_to_pipeline, "deal", ids, "sales", asked, {"counterparty": client, "amount": "5"})
    assert [olga.open("deal", id).values["stage"] for id in ids] == ["contract", "success"]
