"""Deleting, restoring and purging, and what it does to those who point there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from svyaz.access.denials import DeniedDelete, DeniedDeleteRecord
from svyaz.kernel.problem import NotFound, Problem
from svyaz.records import purge, trash
from svyaz.records.problems import NotInTrash, RecordInUse
from svyaz.records.purge import purge_old, purge_records
from svyaz.records.trash_page import read_trash
from tests.cast import Cast


def test_deleted_record_is_out_of_sight_and_comes_back_whole(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    client = boss.create("counterparty", title="Лютик", phones="+79161234567")
    before = romashka.living_digest()
    boss.delete("counterparty", client.id)
    assert boss.ids("counterparty") == []
    assert boss.open("counterparty", client.id).deleted_at == "2026-03-03T09:00:00Z"
    items = boss.read(read_trash).items
    assert [(one.entity, one.label, one.deleted_by[1]) for one in items] == [
        ("counterparty", "Лютик", "Мария Сергеевна Лебедева")
    ]
    boss.restore("counterparty", client.id)
    assert romashka.living_digest() == before
    assert boss.open("counterparty", client.id).version == 3


def test_what_a_deletion_would_do_is_told_beforehand_and_is_what_it_does(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    parent = boss.create("counterparty", title="Головная")
    child = boss.create("counterparty", title="Дочка", parent=parent.id)
    sale = boss.create("deal", title="Насосы", counterparty=child.id)
    line = boss.create("deal_line", deal=sale.id, title="Насос", price="10")

    plan = boss.read(trash.plan_delete, "counterparty", [parent.id])
    assert [(one.entity, one.field, one.ids, dict(one.labels)) for one in plan.clear] == [
        ("counterparty", "parent", (child.id,), {child.id: "Дочка"})
    ]
    assert (plan.refuse, dict(plan.records)) == ((), {"counterparty": (parent.id,)})
    assert dict(boss.read(trash.plan_delete, "deal", [sale.id]).records) == {
        "deal": (sale.id,),
        "deal_line": (line.id,),
    }

    with romashka.nothing_changes(), pytest.raises(RecordInUse) as held:
        boss.delete("counterparty", child.id)
    assert (held.value.facts["record"], held.value.facts["uses"]) == ("Дочка", ["Сделка: «Насосы»"])

    boss.delete("counterparty", parent.id)
    assert boss.open("counterparty", child.id).values["parent"] is None
    boss.delete("deal", sale.id)
    assert boss.ids("deal_line") == []
    boss.restore("deal", sale.id)
    assert boss.ids("deal_line") == [line.id]
    assert boss.open("deal", sale.id).values["amount"] == ["10.00", "RUB"]


def test_line_deleted_earlier_does_not_come_back_with_its_card(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    sale = boss.create("deal", title="Насосы")
    first, second = (boss.create("deal_line", deal=sale.id, title=title, price="10") for title in ("А", "Б"))
    boss.delete("deal_line", first.id)
    boss.delete("deal", sale.id)
    boss.restore("deal", sale.id)
    assert boss.ids("deal_line") == [second.id]


def test_holder_one_may_not_see_is_counted_but_not_named(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    grant = replace(
        romashka.snapshot.roles["manager"].grants["counterparty"],
        verbs={"see": "all", "add": "all", "change": "all", "delete": "all"},
    )
    client = romashka.system.create("counterparty", title="Лютик", responsible=olga.id)
    romashka.system.create("deal", title="Тайная", counterparty=client.id, responsible=romashka.people["Анна"])
    romashka.give_role("Ольга", "sweeper", grant)
    with romashka.nothing_changes(), pytest.raises(RecordInUse) as held:
        romashka.person("Ольга").delete("counterparty", client.id)
    assert held.value.facts["uses"] == ["Сделка (1)"]


REFUSED = [
    # who        whose             what he is told
    ("Ольга", "Ольга", DeniedDelete),  # a salesperson deletes no deals at all
    ("Игорь", "Анна", DeniedDeleteRecord),
]


@pytest.mark.parametrize(("who", "whose", "problem"), REFUSED)
def test_who_may_not_delete_is_told_and_nothing_happens(
    romashka: Cast, who: str, whose: str, problem: type[Problem]
) -> None:
    sale = romashka.system.create("deal", title="Насосы", responsible=romashka.people[whose])
    with romashka.nothing_changes(), pytest.raises(problem):
        romashka.person(who).delete("deal", sale.id)


def test_restoring_is_for_those_who_may_delete_and_only_from_the_trash(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    sale = boss.create("deal", title="Насосы", responsible=romashka.people["Анна"])
    with romashka.nothing_changes(), pytest.raises(NotInTrash):
        boss.restore("deal", sale.id)
    boss.delete("deal", sale.id)
    for who, problem in (("Ольга", DeniedDelete), ("Игорь", NotFound)):
        with romashka.nothing_changes(), pytest.raises(problem):
            romashka.person(who).restore("deal", sale.id)


def test_unique_value_taken_meanwhile_forbids_restoring(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    first = boss.create("deal", title="Первая", external_number="А")
    boss.delete("deal", first.id)
    boss.create("deal", title="Вторая", external_number="а")
    with romashka.nothing_changes(), pytest.raises(Problem) as taken:
        boss.restore("deal", first.id)
    assert (taken.value.code, taken.value.facts["record"]) == ("value_taken", "Вторая")


def test_purged_record_is_gone_with_its_comments_and_cannot_come_back(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    sale = boss.create("deal", title="Насосы")
    boss.create("comment", about=["deal", sale.id], body="Тайна")
    with romashka.nothing_changes(), pytest.raises(NotInTrash):
        boss.write(purge_records, "deal", [sale.id])
    boss.delete("deal", sale.id)
    assert boss.write(purge_records, "deal", [sale.id]) == 2
    with pytest.raises(NotFound):
        boss.open("deal", sale.id)
    assert romashka.system.ids("comment", kept="all") == []


def test_trash_is_emptied_after_its_time(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    old, fresh = (boss.create("deal", title=title) for title in ("Старая", "Свежая"))
    boss.delete("deal", old.id)
    romashka.tick(days=80)
    boss.delete("deal", fresh.id)
    romashka.tick(days=20)
    with romashka.company.write() as session:
        assert purge_old(session) == 1
        assert purge_old(session) == 0
    assert boss.ids("deal", kept="deleted") == [fresh.id]


def test_old_trash_is_emptied_a_part_at_a_time(romashka: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge, "AT_ONCE", 2)
    boss = romashka.person("Мария Сергеевна")
    made = [boss.create("deal", title=str(at)).id for at in range(3)]
    boss.delete("deal", *made)
    romashka.tick(days=100)
    parts = []
    for _ in range(3):
        with romashka.company.write() as session:
            parts.append(purge_old(session))
    assert parts == [2, 1, 0]


def test_trash_comes_in_pages_and_shows_only_what_one_may_see(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    made = [boss.create("deal", title=str(at), responsible=romashka.people["Ольга"]).id for at in range(5)]
    hers = boss.create("deal", title="Чужая", responsible=romashka.people["Анна"]).id
    boss.delete("deal", *made, hers)
    first = romashka.person("Ольга").read(read_trash, "deal", limit=3)
    rest = romashka.person("Ольга").read(read_trash, "deal", limit=3, after=first.next)
    assert [one.id for one in (*first.items, *rest.items)] == made[::-1]
    assert rest.next is None
