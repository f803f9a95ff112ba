"""The structure of a company: whom a head reaches, circles that are refused, who stands in for the absent."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from svyaz.kernel.problem import Problem
from svyaz.org.actors import rebuild_reach
from svyaz.org.hierarchy import Branch, Hierarchy, Place, find_cycle, reach_rows, today_of
from svyaz.org.structure import StructureCycle
from svyaz.org.ways_in import RightsBeyondYours
from svyaz.schema.snapshot import Grant
from svyaz.storage import accounts, reach
from tests.cast import Cast, Person


def reached(company: Hierarchy, reader: int, scope: str) -> set[int]:
    return {id for who, at, id in reach_rows(company) if who == reader and at == scope}


# 1 Директор heads «Компания» (10); 2 heads «Продажи» (11) beneath it with 3 as deputy; 4, 5 work there; 6 in «Юг»
# (12) beneath «Продажи» that nobody heads; 7 is in «Опт» (13) too and reports to 5 in person; 8 is beside.
COMPANY = Hierarchy(
    people={
        1: Place((10,)),
        2: Place((11,)),
        3: Place((11,)),
        4: Place((11,)),
        5: Place((11, 13)),
        6: Place((12,)),
        7: Place((13,), (5,)),
        8: Place(()),
    },
    departments={10: Branch(None, 1), 11: Branch(10, 2, (3,)), 12: Branch(11), 13: Branch()},
    groups={20: (4, 7)},
)


@pytest.mark.parametrize(
    ("reader", "scope", "who"),
    [
        (1, "department", {1}),
        (1, "department_below", {1, 2, 3, 4, 5, 6}),
        (1, "subordinates", {1, 2, 3, 4, 5, 6, 7}),  # 7 by the personal head
        (2, "department", {2, 3, 4, 5}),
        (2, "subordinates", {2, 3, 4, 5, 6, 7}),
        (3, "department_below", {2, 3, 4, 5, 6}),
        (3, "subordinates", {3, 4, 5, 6, 7}),  # a deputy does not lead his head
        (4, "subordinates", {4}),
        (5, "department", {2, 3, 4, 5, 7}),  # in two departments
        (5, "subordinates", {5, 7}),
        (6, "department", {6}),
        (8, "department_below", {8}),
        (7, "group", {20}),
        (8, "group", set()),
    ],
)
def test_heads_deputies_and_people_of_several_departments_reach_whom_they_should(
    reader: int, scope: str, who: set[int]
) -> None:
    assert reached(COMPANY, reader, scope) == who


def test_a_loop_in_old_data_ends_where_it_began() -> None:
    loop = Hierarchy({1: Place((10,), (2,)), 2: Place((11,), (1,))}, {10: Branch(11, 1), 11: Branch(10, 2)})
    assert reached(loop, 1, "subordinates") == {1, 2} == reached(loop, 2, "department_below")


@pytest.mark.parametrize(
    ("edges", "start", "way"),
    [
        ({}, 1, ()),
        ({1: (1,)}, 1, (1, 1)),
        ({1: (2,), 2: (1,)}, 1, (1, 2, 1)),
        ({1: (2, 3), 2: (), 3: (4,), 4: (1,)}, 1, (1, 3, 4, 1)),
        ({1: (2,), 2: (3,), 3: (2,)}, 1, ()),  # a circle above, not through it
    ],
)
def test_a_circle_is_told_with_the_way_round(
    edges: dict[int, tuple[int, ...]], start: int, way: tuple[int, ...]
) -> None:
    assert find_cycle(edges, start) == way


def test_five_hundred_people_in_sixty_departments_are_reckoned_at_once() -> None:
    people = {id: Place((1000 + id % 60,)) for id in range(1, 501)}
    departments = {1000 + n: Branch(1000 + (n - 1) // 3 if n else None, n + 1, (n + 101,)) for n in range(60)}
    rows = reach_rows(Hierarchy(people, departments))
    assert len(rows) == len(set(rows)) and {id for who, at, id in rows if (who, at) == (1, "subordinates")} >= set(
        people
    )


def test_circles_are_refused_with_their_path_and_nothing_changes(romashka: Cast) -> None:
    artem, sales = romashka.person("Артём"), romashka.departments["Продажи"]
    south = artem.create("department", title="Юг", parent=sales).id
    city = artem.create("department", title="Сочи", parent=south).id
    igor, olga = romashka.people["Игорь"], romashka.people["Ольга"]
    artem.change("employee", olga, heads=[igor])
    with romashka.nothing_changes():
        with pytest.raises(StructureCycle) as told:
            artem.change("department", sales, parent=city)
        assert told.value.facts["path"] == "Продажи → Сочи → Юг → Продажи" and told.value.place == "values.parent"
        for id, values in ((igor, {"head": olga}), (olga, {"head": olga})):
            with pytest.raises(StructureCycle):
                artem.change("employee", id, **values)
    artem.change("department", city, parent=sales)


def test_two_who_make_half_a_circle_each_at_once_do_not_make_it(romashka: Cast) -> None:
    artem = romashka.person("Артём")
    one, other = romashka.departments["Продажи"], romashka.departments["Опт"]
    both, refused = threading.Barrier(2), list[Problem]()

    def move(id: int, parent: int) -> None:
        both.wait(60)
        try:
            artem.change("department", id, parent=parent)
        except Problem as problem:
            refused.append(problem)

    threads = [threading.Thread(target=move, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    parents = [artem.open("department", id).values["parent"] for id in (one, other)]
    assert len(refused) == 1 and parents.count(None) == 1


def test_a_head_sees_all_of_his_people_without_taking_part_and_a_deputy_too(romashka: Cast) -> None:
    artem, olga, anna = romashka.person("Артём"), romashka.person("Ольга"), romashka.person("Анна")
    south = artem.create("department", title="Юг", parent=romashka.departments["Продажи"]).id
    artem.change("employee", romashka.people["Анна"], department=south)
    made = [olga.create("deal", title="Насосы").id, anna.create("deal", title="Трубы").id]
    tasks = [anna.create("activity", kind="task", subject="Позвонить").id]
    every = Grant("deal", {"see": "subordinates", "change": "subordinates"})
    romashka.give_role("Пётр", "lead", every, Grant("activity", {"see": "subordinates"}))
    petr = romashka.person("Пётр")
    assert petr.ids("deal") == [] == petr.ids("activity")
    artem.change("department", romashka.departments["Продажи"], deputies=[petr.id])
    petr = romashka.person("Пётр")
    assert petr.ids("deal") == made and petr.ids("activity") == tasks
    petr.change("deal", made[1], title="Трубы, 200 мм")
    assert romashka.person("Игорь").ids("deal") == made  # the head, by «department_below»
    artem.change("department", romashka.departments["Продажи"], deputies=[])
    assert romashka.person("Пётр").ids("deal") == []


def test_who_is_in_two_departments_is_a_colleague_in_both(romashka: Cast) -> None:
    anna = romashka.person("Анна")
    deal = anna.create("deal", title="Трубы").id
    assert romashka.person("Игорь").ids("deal") == []
    romashka.person("Артём").change("employee", romashka.people["Анна"], departments=[romashka.departments["Продажи"]])
    assert romashka.person("Игорь").ids("deal") == [deal]
    assert romashka.actor("Анна").departments == (romashka.departments["Опт"], romashka.departments["Продажи"])


def test_a_group_takes_part_as_each_of_its_members_does(romashka: Cast) -> None:
    artem, olga = romashka.person("Артём"), romashka.person("Ольга")
    group = artem.create("group", title="Тендеры", members=[romashka.people["Пётр"]]).id
    deals = [olga.create("deal", title="Насосы", groups=[group]).id, olga.create("deal", title="Трубы").id]
    petr = romashka.person("Пётр")
    assert petr.ids("deal") == deals[:1] and petr.open("deal", deals[0]).rights["change"] is False
    assert petr.ids("deal", filter="groups = empty") == []
    assert romashka.person("Анна").ids("deal") == []
    artem.change("group", group, members=[romashka.people["Анна"]])
    assert romashka.person("Пётр").ids("deal") == [] and romashka.person("Анна").ids("deal") == deals[:1]
    artem.delete("group", group)
    assert romashka.person("Анна").ids("deal") == []
    artem.restore("group", group)
    assert romashka.actor("Анна").groups == (group,)


def test_who_stands_in_takes_part_with_the_groups_of_the_absent(romashka: Cast) -> None:
    artem, petr = romashka.person("Артём"), romashka.person("Пётр")
    group = artem.create("group", title="Тендеры", members=[petr.id]).id
    deal = romashka.person("Ольга").create("deal", title="Насосы", groups=[group]).id
    away(romashka, petr, substitute=romashka.people["Анна"])
    assert romashka.person("Анна").ids("deal") == [deal]


def away(romashka: Cast, who: Person, days: int = 7, **values: object) -> int:
    with romashka.company.read() as session:
        today = today_of(session)
    until = today + timedelta(days=days)
    return who.create("absence", **{"starts_on": str(today), "ends_on": str(until), **values}).id


def test_who_stands_in_sees_and_does_what_the_absent_does_until_the_last_day(romashka: Cast) -> None:
    igor, petr = romashka.person("Игорь"), romashka.person("Пётр")
    olgas = romashka.person("Ольга").create("deal", title="Насосы").id
    own = igor.create("deal", title="Переговоры").id
    assert petr.ids("deal") == []
    id = away(romashka, igor, substitute=petr.id)
    petr = romashka.person("Пётр")
    assert petr.ids("deal") == sorted([olgas, own])
    petr.change("deal", olgas, title="Насосы и трубы")
    assert "bulk" not in petr.actor.abilities  # rights to records, not abilities
    assert romashka.person("Анна").ids("deal") == []
    romashka.tick(days=8)
    with romashka.company.write() as session:
        rebuild_reach(session)  # as the worker does at midnight
    assert romashka.person("Пётр").ids("deal") == []
    igor.delete("absence", id)


def test_a_stand_in_loses_at_once_when_the_absence_is_shortened(romashka: Cast) -> None:
    igor, petr = romashka.person("Игорь"), romashka.person("Пётр")
    romashka.person("Ольга").create("deal", title="Насосы")
    id = away(romashka, igor, substitute=petr.id)
    assert len(romashka.person("Пётр").ids("deal")) == 1
    igor.change("absence", id, substitute=None)
    assert romashka.person("Пётр").ids("deal") == []
    with romashka.company.read() as session:
        assert not [scope for scope in reach.reached(session, petr.id or 0) if scope.startswith("for:")]


def test_nobody_makes_himself_the_stand_in_of_one_who_may_more(romashka: Cast) -> None:
    romashka.give_role(
        "Пётр",
        "hr",
        Grant("absence", dict.fromkeys(("see", "add", "change"), "all")),
        Grant("employee", {"see": "all"}),
    )
    petr, artem = romashka.person("Пётр"), romashka.people["Артём"]
    plain = away(romashka, petr, employee=artem)
    with romashka.nothing_changes():
        with pytest.raises(RightsBeyondYours):
            away(romashka, petr, employee=artem, substitute=petr.id)
        with pytest.raises(RightsBeyondYours):
            petr.change("absence", plain, substitute=petr.id)
        with pytest.raises(Problem):
            away(romashka, petr, days=-1)
    away(romashka, petr, substitute=artem)  # one's own rights are one's own to hand on


def test_the_reach_is_written_by_what_differs_and_moves_the_revision(romashka: Cast) -> None:
    with romashka.company.write() as session:
        before = accounts.org_revision(session), session.fetch("SELECT reader, scope, employee FROM sv_reach")
        rebuild_reach(session)
        after = session.fetch("SELECT reader, scope, employee FROM sv_reach")
        assert sorted(after) == sorted(before[1]) and accounts.org_revision(session) == before[0] + 1
        reach.set_reach(session, [(1, "department", 2), (1, "department", 2), (3, "subordinates", 4)])
        assert sorted(session.fetch("SELECT reader, scope, employee FROM sv_reach")) == [
            (1, "department", 2),
            (3, "subordinates", 4),
        ]
