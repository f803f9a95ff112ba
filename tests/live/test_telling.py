"""Who is told what: the same people see the same records by list and by live, and nobody learns of others'."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from svyaz.access.actor import SYSTEM
from svyaz.kernel.problem import Problem
from svyaz.records import write
from svyaz.records.purge import purge_records
from svyaz.records.read import ListRequest, read_ids
from svyaz.schema.snapshot import Grant
from svyaz.storage import accounts, changes
from svyaz.storage.changes import Change
from svyaz.tenancy.company import apply_source, current_source
from tests.live.listening import Room


def test_change_is_told_to_who_sees_the_record_and_to_nobody_else(room: Room) -> None:
    ears = {name: room.listen(name) for name in ("Ольга", "Пётр", "Анна", "Игорь", "Мария Сергеевна")}
    deal = room.site.cast.person("Ольга").create("deal", title="Насосы")
    room.look()
    told = {name: [one for one in ear.take() if one.get("entity") == "deal"] for name, ear in ears.items()}
    event = {"entity": "deal", "ids": [deal.id], "versions": [1], "kinds": ["Created"], "deleted": []}
    assert told == {
        "Ольга": [event],
        "Пётр": [],
        "Анна": [],
        "Игорь": [event],
        "Мария Сергеевна": [event],
    }


def test_several_changes_of_a_record_between_two_looks_are_one_event_with_its_last_version(room: Room) -> None:
    olga = room.listen("Ольга")
    person = room.site.cast.person("Ольга")
    deal = person.create("deal", title="Насосы")
    person.change("deal", deal.id, title="Трубы")
    last = person.change("deal", deal.id, title="Трубы и насосы")
    (told,) = [one for one in olga.heard() if one.get("entity") == "deal"]
    assert (told["ids"], told["versions"], told["kinds"]) == ([deal.id], [last.version], ["Created"])
    assert olga.heard() == []


def test_deleted_and_restored_record_is_told_as_such(room: Room) -> None:
    olga = room.listen("Ольга")
    cast = room.site.cast
    deal = cast.person("Ольга").create("deal", title="Насосы")
    olga.heard()
    cast.system.delete("deal", deal.id)
    (told,) = [one for one in olga.heard() if one.get("entity") == "deal"]
    assert (told["ids"], told["deleted"]) == ([], [deal.id])
    cast.system.restore("deal", deal.id)
    (told,) = [one for one in olga.heard() if one.get("entity") == "deal"]
    assert (told["ids"], told["kinds"], told["deleted"]) == ([deal.id], ["Restored"], [])


def test_record_that_leaves_ones_sight_is_told_by_reload_without_its_id(room: Room) -> None:
    olga, petr, anna = (room.listen(name) for name in ("Ольга", "Пётр", "Анна"))
    cast = room.site.cast
    deal = cast.person("Ольга").create("deal", title="Насосы")
    room.look()
    for ear in (olga, petr, anna):
        ear.take()
    cast.system.change("deal", deal.id, responsible=cast.people["Пётр"])
    room.look(3)
    assert {"reload": "deal"} in olga.take()
    assert [one["ids"] for one in petr.take() if one.get("entity") == "deal"] == [[deal.id]]
    assert [one for one in anna.take() if "deal" in (one.get("entity"), one.get("reload"))] == []


def test_record_that_leaves_the_sight_of_a_department_is_told_to_its_head(room: Room) -> None:
    igor = room.listen("Игорь")
    cast = room.site.cast
    deal = cast.person("Ольга").create("deal", title="Насосы")
    igor.heard()
    cast.system.change("deal", deal.id, responsible=cast.people["Анна"])
    told = igor.heard(3)
    assert {"reload": "deal"} in told
    assert [one for one in told if one.get("entity") == "deal"] == []


def test_many_changes_at_once_are_one_reload_and_not_a_list(room: Room) -> None:
    olga, maria = room.listen("Ольга"), room.listen("Мария Сергеевна")
    cast = room.site.cast
    with room.site.company.write() as session:
        rows = [{"title": f"Сделка {number}", "responsible": cast.people["Анна"]} for number in range(201)]
        write.create_many(session, SYSTEM, "deal", rows, cause="import", batch=None)
    room.look()
    assert [one for one in maria.take() if one.get("entity") == "deal"] == []
    assert {"reload": "deal"} in olga.take()


def test_reload_is_told_again_no_oftener_than_the_pause_but_the_last_one_is_not_lost(room: Room) -> None:
    maria = room.listen("Мария Сергеевна")

    def write_many() -> None:
        with room.site.company.write() as session:
            rows = [{"title": f"Сделка {number}"} for number in range(210)]
            write.create_many(session, SYSTEM, "deal", rows, cause="import", batch=None)

    told = []
    write_many()
    told.append(maria.heard())
    before = maria.position
    for _ in range(3):
        write_many()
        told.append(maria.heard())
    assert [{"reload": "deal"} in one for one in told] == [True, False, False, False]
    assert maria.position == before, "a stream that broke now must be told of what is owed"
    assert {"reload": "deal"} in maria.heard(2)
    with room.site.company.read() as session:
        assert maria.position == changes.last_position(session)
    assert {"reload": "deal"} not in maria.heard(2)


def test_new_configuration_is_told_to_everybody(room: Room) -> None:
    olga = room.listen("Ольга")
    with room.site.company.read() as session:
        source = current_source(session)
    source.settings["title"] = "Другая «Ромашка»"  # type: ignore[index]
    applied = apply_source(room.site.company, source, None)
    assert {"schema": applied.snapshot.revision} in olga.heard(2)


def test_recomputed_field_is_a_reload_to_those_who_may_read_it(room: Room) -> None:
    cast = room.site.cast
    shape = cast.snapshot.entities["deal"]
    cast.give_role("Пётр", "blind", Grant("deal", {"see": "all"}, fields={"amount": "hidden"}))
    maria, petr, artem = room.listen("Мария Сергеевна"), room.listen("Пётр"), room.listen("Артём")
    with room.site.company.write() as session:
        body = {shape.by_key["amount"].number: (None, [1, 2, 3])}
        one = Change("Recomputed", shape.number, 0, 0, None, "recompute", None, session.now, body)
        changes.append(session, [one])
    room.look(3)
    assert maria.take() == [{"reload": "deal"}]
    assert artem.take() == [{"reload": "deal"}]
    assert petr.take() == []


def test_purged_record_is_told_by_its_id_only_to_who_sees_them_all(room: Room) -> None:
    cast = room.site.cast
    deal = cast.person("Ольга").create("deal", title="Насосы")
    cast.system.delete("deal", deal.id)
    olga, maria = room.listen("Ольга"), room.listen("Мария Сергеевна")
    cast.system.write(purge_records, "deal", [deal.id])
    room.look(3)
    assert [one["deleted"] for one in maria.take() if one.get("entity") == "deal"] == [[deal.id]]
    told = olga.take()
    assert str(deal.id) not in [str(id) for one in told for id in (*one.get("ids", ()), *one.get("deleted", ()))]
    assert {"reload": "deal"} in told


def test_rule_that_looks_through_a_link_is_asked_of_the_base_and_reloads_when_the_far_field_moves(room: Room) -> None:
    cast = room.site.cast
    with room.site.company.read() as session:
        source = current_source(session)
    looked_through = {
        "deal": {"see": "all", "rule": 'counterparty.title = "Лютик"'},
        "counterparty": {"see": "all"},
    }
    roles = tuple(
        replace(part, table={**part.table, "grants": {**part.table["grants"], **looked_through}})
        if part.table["key"] == "manager"
        else part
        for part in source.roles
    )
    apply_source(room.site.company, replace(source, roles=roles), None)
    firm = cast.system.create("counterparty", title="Лютик")
    other = cast.system.create("counterparty", title="Василёк")
    olga = room.listen("Ольга")
    seen = cast.system.create("deal", title="Её", counterparty=firm.id)
    unseen = cast.system.create("deal", title="Не её", counterparty=other.id)
    room.look(3)
    told = [one for one in olga.take() if one.get("entity") == "deal"]
    assert [one["ids"] for one in told] == [[seen.id]]
    cast.system.change("counterparty", other.id, title="Лютик")
    assert {"reload": "deal"} in olga.heard(3)
    with room.site.company.read() as session:
        actor = cast.actor("Ольга")
        assert unseen.id in read_ids(session, actor, "deal", ListRequest())


# --- roles, departments, dismissal


def test_person_whose_role_changed_reads_everything_again_and_hears_by_the_new_role(room: Room) -> None:
    cast = room.site.cast
    anna, olga = room.listen("Анна"), room.listen("Ольга")
    with room.site.company.write() as session:
        accounts.set_roles(session, cast.people["Анна"], ("director",))
    deal = cast.person("Ольга").create("deal", title="Насосы")
    room.look(2)
    told = anna.take()
    assert told[0] == {"reload": "*"}
    assert [one["ids"] for one in told if one.get("entity") == "deal"] == [[deal.id]]
    assert {"reload": "*"} not in olga.take()


def test_head_of_another_department_from_now_on_reads_everything_again(room: Room) -> None:
    cast = room.site.cast
    igor, olga = room.listen("Игорь"), room.listen("Ольга")
    deal = cast.person("Анна").create("deal", title="Опт")
    assert igor.ids("deal") == []
    cast.system.change("department", cast.departments["Опт"], head=cast.people["Игорь"])
    room.look(2)
    assert {"reload": "*"} in igor.take()
    assert {"reload": "*"} not in olga.take()
    cast.person("Анна").change("deal", deal.id, title="Опт и розница")
    assert igor.ids("deal") == [deal.id]


def test_nothing_is_told_by_rights_of_yesterday_while_people_are_being_imported(room: Room) -> None:
    """Two changes of people within a second: the second is not looked up yet, so everybody waits a little."""
    cast = room.site.cast
    olga = room.listen("Ольга")
    for role in ("director", "manager"):
        with room.site.company.write() as session:
            accounts.set_roles(session, cast.people["Ольга"], (role,))
        foreign = cast.person("Анна").create("deal", title="Чужая")
        room.look(0.25)
        assert olga.take() == []
    own = cast.person("Ольга").create("deal", title="Своя")
    told = [id for one in olga.heard(2) if one.get("entity") == "deal" for id in one["ids"]]
    assert told == [own.id]
    assert foreign.id not in told


def test_stream_of_a_dismissed_person_ends_and_tells_nothing_of_what_came_after(room: Room) -> None:
    cast = room.site.cast
    olga = room.listen("Ольга")
    with room.site.company.write() as session:
        accounts.close_login(session, cast.people["Ольга"])
    cast.system.create("deal", title="После", responsible=cast.people["Ольга"])
    assert olga.heard(0.25) == []
    assert olga.mailbox.closed


def test_stream_ends_within_five_seconds_of_signing_out(room: Room) -> None:
    olga = room.listen("Ольга")
    olga.caller.delete("/api/session", 204)
    room.look(5)
    assert olga.take() == []
    assert olga.mailbox.closed


# --- the whole against the door


@pytest.mark.parametrize("seed", range(4))
def test_whoever_hears_of_a_record_sees_it_and_whoever_sees_it_hears(room: Room, seed: int) -> None:
    """Random work of everybody; after each look the ids told are exactly the changed ones in one's list or trash,
    and a record that left one's list is covered by a reload."""
    order = random.Random(seed)
    cast = room.site.cast
    names = ("Ольга", "Пётр", "Анна", "Игорь", "Мария Сергеевна")
    ears = {name: room.listen(name) for name in names}
    ids: list[int] = []
    entities = ("deal", "contact")
    made: dict[int, str] = {}
    position = ears["Ольга"].position

    def visible(name: str, entity: str) -> set[int]:
        with cast.company.read() as session:
            actor = cast.actor(name)
            return {
                id
                for kept in ("living", "deleted")
                for id in read_ids(session, actor, entity, ListRequest(kept=kept))  # type: ignore[arg-type]
            }

    for _ in range(6):
        before = {(name, entity): visible(name, entity) for name in names for entity in entities}
        for _ in range(order.randint(1, 6)):
            action = order.choice(("create", "create", "give", "retitle", "join", "delete", "restore"))
            who = cast.people[order.choice(names[:4])]
            if action == "create" or not ids:
                entity = order.choice(entities)
                named = {"title": "Сделка"} if entity == "deal" else {"first_name": "Вера"}
                id = cast.system.create(entity, responsible=who, **named).id
                ids.append(id)
                made[id] = entity
            else:
                id = order.choice(ids)
                values = {
                    "give": {"responsible": who},
                    "retitle": {"title" if made[id] == "deal" else "first_name": f"Имя {order.random()}"},
                    "join": {"co_executors": [who]} if made[id] == "deal" else {"responsible": who},
                }
                try:
                    if action == "delete":
                        cast.system.delete(made[id], id)
                    elif action == "restore":
                        cast.system.restore(made[id], id)
                    else:
                        cast.system.change(made[id], id, **values[action])
                except Problem:
                    continue
        room.look(3)
        with cast.company.read() as session:
            last = changes.last_position(session)
            touched = {one.record for one in changes.between(session, position, last)}
            position = last
        for name, ear in ears.items():
            heard = ear.take()
            reloaded = {one["reload"] for one in heard if "reload" in one}
            for entity in entities:
                told = {id for one in heard if one.get("entity") == entity for id in (*one["ids"], *one["deleted"])}
                now = visible(name, entity)
                changed = {id for id in touched if made.get(id) == entity}
                assert told <= now, (name, entity)
                assert told >= changed & now, (name, entity)
                if (changed & before[name, entity]) - now:
                    assert entity in reloaded, (name, entity)
