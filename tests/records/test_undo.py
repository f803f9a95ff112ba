"""Undo and redo: of one change, of a bulk action, of a deletion, of an import."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from svyaz.kernel.problem import Problem
from svyaz.records import bulk, history, undo, write
from svyaz.records.problems import NothingToUndo, UndoBlocked
from svyaz.records.write import RecordChange
from svyaz.storage import changes
from tests.cast import Cast, Person


def batch_of(person: Person, title: str = "bulk") -> int:
    number: int = person.write(lambda session, actor: changes.new_batch(session, actor.employee, "person", title))
    return number


def last_seq(person: Person, entity: str, id: int) -> int:
    seq: int = person.read(history.read_history, entity, id).items[0].seq
    return seq


def test_undo_of_an_import_leaves_living_data_as_it_was_and_redo_brings_it_back(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    old = boss.create("counterparty", title="Прежний", city="Казань")
    before = romashka.living_digest()
    batch = batch_of(boss)
    made = boss.write(
        write.create_many,
        "counterparty",
        [{"title": "Дочка"}, {"title": "Головная", "phones": "+79161234567"}],
        cause="import",
        batch=batch,
    ).ids
    boss.write(
        write.change_many,
        "counterparty",
        [RecordChange(made[0], {"parent": made[1]}), RecordChange(old.id, {"city": "Москва", "parent": made[1]})],
        cause="import",
        batch=batch,
    )
    boss.write(write.create_many, "deal", [{"title": "Насосы", "counterparty": made[1]}], cause="import", batch=batch)
    after = romashka.living_digest()

    done = boss.undo(batch)
    assert (done.back, done.kept) == (4, ())
    assert romashka.living_digest() == before
    redone = boss.undo(done.batch)
    assert redone.kept == ()
    assert romashka.living_digest() == after
    boss.undo(redone.batch)
    assert romashka.living_digest() == before


def test_what_others_changed_since_is_kept_and_listed_unless_forced(romashka: Cast) -> None:
    boss, igor = romashka.person("Мария Сергеевна"), romashka.person("Игорь")
    batch = batch_of(boss)
    owner = romashka.people["Ольга"]
    rows = [{"title": title, "responsible": owner} for title in "АБВ"]
    one, two, three = boss.write(write.create_many, "deal", rows, batch=batch).ids
    igor.change("deal", two, priority="high")
    boss.delete("deal", three)

    plan = boss.read(undo.plan_undo, batch)
    assert [way.id for way in plan.back] == [one]
    assert [(kept.id, kept.label, kept.reason) for kept in plan.kept] == [(two, "Б", "changed")]
    boss.undo(batch)
    assert boss.ids("deal") == [two]
    with romashka.nothing_changes(), pytest.raises(NothingToUndo):
        boss.undo(batch)
    forced = boss.undo(batch, force=True)
    assert (forced.back, forced.kept, boss.ids("deal")) == (1, (), [])


def test_undo_asks_todays_right_of_every_record_and_field(romashka: Cast) -> None:
    boss, olga = romashka.person("Мария Сергеевна"), romashka.person("Ольга")
    mine = olga.create("deal", title="Моя", amount="1")
    hers = romashka.person("Анна").create("deal", title="Чужая", amount="1")
    batch = batch_of(boss)
    asked = [RecordChange(id, {"amount": "100"}) for id in (mine.id, hers.id)]
    boss.write(write.change_many, "deal", asked, batch=batch)

    done = olga.undo(batch)
    assert [(kept.id, kept.label, kept.reason) for kept in done.kept] == [(hers.id, None, "denied")]
    assert olga.open("deal", mine.id).values["amount"] == ["1.00", "RUB"]

    batch = batch_of(boss)
    boss.write(write.change_many, "deal", [RecordChange(mine.id, {"amount": "200"})], batch=batch)
    grant = romashka.snapshot.roles["manager"].grants["deal"]
    romashka.give_role("Ольга", "blind", replace(grant, fields={"amount": "hidden"}))
    plan = romashka.person("Ольга").read(undo.plan_undo, batch)
    assert [kept.reason for kept in plan.kept] == ["denied"]


def test_undo_of_a_deletion_brings_back_what_went_along_and_links_that_were_emptied(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    parent = boss.create("counterparty", title="Головная")
    boss.create("counterparty", title="Дочка", parent=parent.id)
    sale = boss.create("deal", title="Насосы")
    boss.create("deal_line", deal=sale.id, title="Насос", price="10", quantity="3")
    before = romashka.living_digest()
    first = boss.delete("counterparty", parent.id)
    second = boss.delete("deal", sale.id)
    boss.undo(second)
    boss.undo(first)
    assert romashka.living_digest() == before


def test_created_record_that_somebody_links_to_since_is_kept_with_the_reason(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    batch = batch_of(boss)
    client, other = boss.write(
        write.create_many, "counterparty", [{"title": "Лютик"}, {"title": "Другой"}], batch=batch
    ).ids
    boss.create("deal", title="Насосы", counterparty=client)
    done = boss.undo(batch)
    assert [(kept.id, kept.reason, kept.problem.code) for kept in done.kept] == [(client, "blocked", "record_in_use")]
    assert boss.ids("counterparty") == [client]
    assert other


def test_old_value_that_was_taken_meanwhile_stays_back(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    first = boss.create("deal", title="Первая", external_number="А")
    batch = batch_of(boss)
    boss.write(write.change_many, "deal", [RecordChange(first.id, {"external_number": "Б"})], batch=batch)
    boss.create("deal", title="Вторая", external_number="А")
    done = boss.undo(batch)
    assert [(kept.reason, kept.problem.code) for kept in done.kept] == [("blocked", "value_taken")]


# --- one change from the history


def test_one_change_is_taken_back_field_by_field(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    mine = olga.create("deal", title="Насосы")
    olga.change("deal", mine.id, title="Краны", priority="high")
    seq = last_seq(olga, "deal", mine.id)
    olga.change("deal", mine.id, close_on="2026-05-01")
    olga.write(undo.undo_change, "deal", mine.id, seq)
    values = olga.open("deal", mine.id).values
    assert (values["title"], values["priority"], values["close_on"]) == ("Насосы", None, "2026-05-01")


def test_change_whose_fields_were_written_since_is_not_taken_back_unless_forced(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    mine = olga.create("deal", title="Насосы")
    olga.change("deal", mine.id, title="Краны")
    seq = last_seq(olga, "deal", mine.id)
    olga.change("deal", mine.id, title="Трубы")
    with romashka.nothing_changes(), pytest.raises(UndoBlocked):
        olga.write(undo.undo_change, "deal", mine.id, seq)
    olga.write(undo.undo_change, "deal", mine.id, seq, force=True)
    assert olga.open("deal", mine.id).values["title"] == "Насосы"


def test_change_of_another_record_is_not_found_under_this_one(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    one, two = (olga.create("deal", title=title) for title in "АБ")
    olga.change("deal", two.id, title="В")
    seq = last_seq(olga, "deal", two.id)
    with romashka.nothing_changes(), pytest.raises(Problem) as absent:
        olga.write(undo.undo_change, "deal", one.id, seq)
    assert absent.value.code == "not_found"


def test_deletion_and_creation_are_taken_back_from_the_history_as_well(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    sale = boss.create("deal", title="Насосы")
    created = last_seq(boss, "deal", sale.id)
    boss.write(undo.undo_change, "deal", sale.id, created)
    assert boss.ids("deal") == []
    boss.write(undo.undo_change, "deal", sale.id, last_seq(boss, "deal", sale.id))
    assert boss.ids("deal") == [sale.id]


# --- bulk


def operations(*many: dict[str, Any]) -> list[dict[str, Any]]:
    return list(many)


def test_bulk_of_all_or_nothing(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    mine = olga.create("deal", title="Насосы")
    asked = operations(
        {"do": "create", "values": {"title": "Новая"}},
        {"do": "change", "id": mine.id, "version": 1, "values": {"title": "Краны"}},
        {"do": "create", "values": {"title": "Плохая", "amount": "много"}},
    )
    with romashka.nothing_changes(), pytest.raises(Problem) as caught:
        olga.write(bulk.bulk_operations, "deal", asked)
    assert caught.value.place == "operations[2].values.amount"


def test_bulk_of_each_for_itself_tells_the_fate_of_each_and_is_undone_as_one(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    client = boss.create("counterparty", title="Лютик")
    held = boss.create("deal", title="Держит", counterparty=client.id)
    before = romashka.living_digest()
    asked = operations(
        {"do": "create", "values": {"title": "Новый"}},
        {"do": "create", "values": {"title": ""}},
        {"do": "change", "id": client.id, "version": 1, "values": {"city": "Казань"}},
        {"do": "delete", "id": client.id},
    )
    done = boss.write(bulk.bulk_operations, "counterparty", asked, atomic=False)
    told = [[one.code for one in result.problems] for result in done.results]
    assert told == [[], ["field_required"], [], ["record_in_use"]]
    assert [result.id is None for result in done.results] == [False, True, False, True]
    assert boss.undo(done.batch).kept == ()
    assert romashka.living_digest() == before
    assert held.id


def test_bulk_has_its_limit_and_names_what_an_operation_lacks(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    for asked, code in (
        ([{"do": "create", "values": {}}] * 1001, "too_many_records"),
        ([], "too_many_records"),
        ([{"do": "change", "values": {}}], "bulk_not_understood"),
        ([{"do": "delete", "id": 1}, {"do": "delete", "id": 1}], "bulk_not_understood"),
    ):
        with romashka.nothing_changes(), pytest.raises(Problem) as caught:
            olga.write(bulk.bulk_operations, "deal", asked)
        assert caught.value.code == code
