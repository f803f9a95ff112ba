"""The tables here are the specification of access: who sees, changes and deletes what."""

from __future__ import annotations

import pytest

from svyaz.access.actor import SYSTEM, Actor
from svyaz.access.apply import condition, far_conditions, may
from svyaz.access.denials import DeniedChange, DeniedChangeRecord, DeniedSeeRecord
from svyaz.expression.tree import ALWAYS, NEVER
from svyaz.kernel.problem import NotFound
from svyaz.records import read
from svyaz.records.read import ListRequest
from svyaz.schema.snapshot import Grant
from svyaz.storage.query import Measure
from tests.cast import Cast
from tests.snapshots import sales_snapshot

STRANGER = Actor(employee=7, roles=("nobody",))

CASES = [
    # role         scope               whose deal         sees?
    ("manager", "own", "Ольга", True),
    ("manager", "own", "Пётр", False),
    ("manager", "own", "Анна", False),
    ("manager", "taking_part", "Ольга", True),
    ("manager", "taking_part", "Пётр", False),
    ("manager", "department", "Пётр", True),
    ("manager", "department", "Анна", False),
    ("manager", "department_below", "Пётр", True),
    ("manager", "department_below", "Анна", False),
    ("manager", "all", "Анна", True),
]


@pytest.mark.parametrize(("role", "scope", "whose", "sees"), CASES)
def test_scope_decides_list_total_and_single_read_alike(
    romashka: Cast, role: str, scope: str, whose: str, sees: bool
) -> None:
    romashka.give_role("Ольга", role, Grant("deal", {"see": scope}))
    sale = romashka.system.create("deal", title="Насосы", amount="100", responsible=romashka.people[whose])

    with romashka.acting_as("Ольга") as olga:
        assert (sale.id in olga.ids("deal")) is sees
        assert (olga.read(read.read_count, "deal", ListRequest()).value == 1) is sees
        if sees:
            assert olga.open("deal", sale.id).label == "Насосы"
        else:
            with pytest.raises(DeniedSeeRecord):
                olga.open("deal", sale.id)


@pytest.mark.parametrize(("role", "scope", "whose", "sees"), CASES)
def test_scope_decides_totals_and_groups_of_a_board_like_the_list(
    romashka: Cast, role: str, scope: str, whose: str, sees: bool
) -> None:
    romashka.give_role("Ольга", role, Grant("deal", {"see": scope}))
    romashka.system.create("deal", title="Насосы", amount="100", responsible=romashka.people[whose])

    with romashka.acting_as("Ольга") as olga:
        assert olga.read(read.read_totals, "deal", ListRequest(), [Measure("count")]) == [int(sees)]
        groups = olga.read(read.read_groups, "deal", ListRequest(), "stage", [Measure("sum", ("amount",))], 10)
        assert sum(one.count for one in groups) == int(sees)


PART = [
    # field            value by name     sees by taking_part?
    ("co_executors", ["Ольга"], True),
    ("auditors", ["Анна", "Ольга"], True),
    ("auditors", ["Анна"], False),
]


@pytest.mark.parametrize(("field", "people", "sees"), PART)
def test_participant_sees_what_he_takes_part_in(romashka: Cast, field: str, people: list[str], sees: bool) -> None:
    romashka.give_role("Ольга", "watcher", Grant("deal", {"see": "taking_part"}))
    ids = [romashka.people[name] for name in people]
    sale = romashka.system.create("deal", title="Насосы", responsible=romashka.people["Анна"], **{field: ids})
    assert (sale.id in romashka.person("Ольга").ids("deal")) is sees


def test_record_rule_narrows_the_scope(romashka: Cast) -> None:
    manager = sales_snapshot().roles["manager"].grants["activity"]
    romashka.give_role("Ольга", "one", Grant("activity", {"see": "all"}, manager.rule))
    romashka.system.create("activity", subject="Чужое", responsible=romashka.people["Анна"])
    mine = romashka.system.create("activity", subject="Моё", responsible=romashka.people["Ольга"])
    assert romashka.person("Ольга").ids("activity") == [mine.id]


def test_no_role_no_rows_and_the_entity_is_not_found_like_one_that_does_not_exist() -> None:
    snapshot = sales_snapshot()
    for entity in ("deal", "no_such_thing"):
        with pytest.raises(NotFound) as refused:
            condition(snapshot, STRANGER, entity, "see")
        assert refused.value.facts == {"entity": entity}


def test_verb_that_is_not_granted_is_denied_before_any_query_and_names_who_may() -> None:
    reader = Actor(employee=7, roles=("manager",))
    with pytest.raises(DeniedChange) as refused:
        condition(sales_snapshot(), reader, "product", "change")
    assert refused.value.facts["entity"] == "Товар"
    assert "Директор" in refused.value.facts["who_may"]
    assert "Менеджер" not in refused.value.facts["who_may"]


def test_system_has_no_condition_and_scope_all_without_a_rule_has_none_either() -> None:
    snapshot = sales_snapshot()
    assert condition(snapshot, SYSTEM, "deal", "delete") is None
    assert condition(snapshot, Actor(employee=7, roles=("director",)), "deal", "change") is None


def test_actor_who_is_nobody_owns_nothing() -> None:
    """`responsible = me()` of nobody would match every record that has no responsible."""
    nobody = Actor(employee=None, roles=("manager",), kind="token")
    assert condition(sales_snapshot(), nobody, "deal", "see") == NEVER


def test_far_entities_not_seen_at_all_read_as_empty() -> None:
    snapshot = sales_snapshot()
    far = far_conditions(snapshot, Actor(employee=7, roles=("manager",)), ("deal", "product", "no_such_thing"))
    assert "product" not in far
    assert far["no_such_thing"] == NEVER
    assert far["deal"] not in (ALWAYS, NEVER)


def test_role_that_left_the_configuration_gives_nothing() -> None:
    assert not may(sales_snapshot(), Actor(employee=7, roles=("gone",)), "deal", "see")


def test_roles_add_up(romashka: Cast) -> None:
    sale = romashka.system.create("deal", title="Насосы", responsible=romashka.people["Анна"])
    two = Actor(employee=romashka.people["Ольга"], roles=("manager", "director"))
    with romashka.company.read() as session:
        assert read.read_record(session, two, "deal", sale.id).rights["delete"]


# --- 403 or 404


def test_colleague_is_told_whose_the_record_is_and_a_stranger_nothing(romashka: Cast) -> None:
    sale = romashka.system.create("deal", title="Тайная", responsible=romashka.people["Анна"])
    with romashka.acting_as("Ольга") as olga, romashka.nothing_changes():
        with pytest.raises(DeniedSeeRecord) as refused:
            olga.open("deal", sale.id)
        assert refused.value.facts["number"] == sale.id
        assert refused.value.facts["department"] == "Опт"
        assert "Тайная" not in str(refused.value)
        with pytest.raises(NotFound):
            olga.open("deal", sale.id + 1000)
    token = Actor(employee=romashka.people["Ольга"], roles=("manager",), kind="token")
    told = []
    with romashka.company.read() as session:
        for id in (sale.id, sale.id + 1000):
            with pytest.raises(NotFound) as absent:
                read.read_record(session, token, "deal", id)
            told.append({**absent.value.facts, "id": 0})
    assert told[0] == told[1]


CHANGES = [
    # who                  whose deal   may change?  may delete?
    ("Ольга", "Ольга", True, False),
    ("Ольга", "Пётр", False, False),
    ("Игорь", "Пётр", True, True),
    ("Игорь", "Анна", False, False),
    ("Мария Сергеевна", "Анна", True, True),
]


@pytest.mark.parametrize(("who", "whose", "changes", "deletes"), CHANGES)
def test_right_to_change_and_delete(romashka: Cast, who: str, whose: str, changes: bool, deletes: bool) -> None:
    sale = romashka.system.create("deal", title="Насосы", responsible=romashka.people[whose])
    with romashka.acting_as(who) as person:
        if changes:
            assert person.change("deal", sale.id, title="Другие").values["title"] == "Другие"
        else:
            with romashka.nothing_changes(), pytest.raises(DeniedChangeRecord):
                person.change("deal", sale.id, title="Другие")
        if deletes:
            person.delete("deal", sale.id)
        else:
            with romashka.nothing_changes(), pytest.raises(Exception) as refused:
                person.delete("deal", sale.id)
            assert refused.value.status == 403


def test_who_may_not_change_a_record_is_told_nothing_of_what_it_lacks(romashka: Cast) -> None:
    hers = romashka.system.create("counterparty", title="Лютик", responsible=romashka.people["Пётр"])
    with romashka.nothing_changes(), pytest.raises(DeniedChangeRecord):
        romashka.person("Ольга").change("counterparty", hers.id, title=None)


# --- lines and comments follow what they belong to


def test_lines_have_the_rights_of_their_card(romashka: Cast) -> None:
    mine = romashka.system.create("deal", title="Моя", responsible=romashka.people["Ольга"])
    other = romashka.system.create("deal", title="Чужая", responsible=romashka.people["Анна"])
    here = romashka.system.create("deal_line", deal=mine.id, title="Насос", price="10")
    there = romashka.system.create("deal_line", deal=other.id, title="Кран", price="10")
    with romashka.acting_as("Ольга") as olga:
        assert olga.ids("deal_line") == [here.id]
        olga.change("deal_line", here.id, quantity="2")
        with romashka.nothing_changes(), pytest.raises(DeniedChangeRecord):
            olga.change("deal_line", there.id, quantity="2")
        with romashka.nothing_changes(), pytest.raises(Exception) as refused:
            olga.change("deal_line", here.id, deal=other.id)
        assert refused.value.code == "link_not_found"
        with romashka.nothing_changes(), pytest.raises(Exception) as refused:
            olga.create("deal_line", deal=other.id, title="Насос", price="10")
        assert refused.value.status in (403, 422)


def test_comment_is_seen_only_with_the_record_it_is_about(romashka: Cast) -> None:
    mine = romashka.system.create("deal", title="Моя", responsible=romashka.people["Ольга"])
    other = romashka.system.create("deal", title="Чужая", responsible=romashka.people["Анна"])
    here = romashka.system.create("comment", about=["deal", mine.id], body="Перезвонить")
    there = romashka.system.create("comment", about=["deal", other.id], body="Скидка 40 %")
    assert romashka.person("Ольга").ids("comment") == [here.id]
    assert romashka.person("Мария Сергеевна").ids("comment") == sorted([here.id, there.id])


def test_activity_about_a_hidden_record_is_seen_by_its_responsible_but_the_link_is_hidden(romashka: Cast) -> None:
    other = romashka.system.create("deal", title="Чужая", responsible=romashka.people["Анна"])
    given = romashka.system.create(
        "activity", subject="Помочь", about=["deal", other.id], responsible=romashka.people["Ольга"]
    )
    view = romashka.person("Ольга").open("activity", given.id)
    assert "Чужая" not in repr(view)
    assert romashka.person("Пётр").ids("activity") == []
