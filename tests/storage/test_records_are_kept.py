"""Records come back from both databases as they went in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from svyaz.kernel.text import sort_key
from svyaz.kernel.values import Labelled, Money, Ref
from svyaz.storage import record_tables
from svyaz.storage.engine import Database, Session
from svyaz.storage.ids import take_ids
from svyaz.storage.problems import UniqueTaken
from svyaz.storage.record_rows import Update
from svyaz.storage.record_tables import NewRecord
from tests.storage.made import a_snapshot, client, install

AT = datetime(2026, 3, 3, 11, 5, tzinfo=UTC)
LATER = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
INN, OTHER_INN = "7707083893", "7728168971"
KEY, OTHER_KEY = sort_key(INN), sort_key(OTHER_INN)

FULL: dict[str, Any] = {
    "name": "ООО «Ромашка» 100%?",
    "inn": INN,
    "amount": Money(120050, "RUB"),
    "share": Decimal("12.50"),
    "founded_on": date(1999, 12, 31),
    "called_at": datetime(2026, 3, 3, 11, 5, 7, tzinfo=UTC),
    "vip": True,
    "phones": (Labelled("+79161234567", "рабочий"), Labelled("+79161234568")),
    "owner": 77,
    "friends": (5, 3, 4),
    "about": Ref("client", 9),
    "staff": -5,
    "note": "строка\nвторая",
}
EMPTY: dict[str, Any] = dict.fromkeys(FULL) | {"vip": False, "phones": (), "friends": ()}


@pytest.fixture
def base(database: Database) -> Database:
    install(database, a_snapshot(client()))
    return database


def add(session: Session, *values: dict[str, Any]) -> list[int]:
    ids = take_ids(session, len(values))
    record_tables.insert(
        session,
        "client",
        [
            NewRecord(id, one, one.get("name") or f"№ {id}", {"amount": 120050}, AT, 7)
            for id, one in zip(ids, values, strict=True)
        ],
    )
    return ids


def test_every_kind_of_value_comes_back_as_it_was_written(base: Database) -> None:
    with base.write() as session:
        (id,) = add(session, FULL)
    with base.read() as session:
        stored = record_tables.fetch(session, "client", [id])[id]
    assert stored.values == FULL
    assert (stored.version, stored.label, stored.created_at, stored.created_by) == (1, FULL["name"], AT, 7)
    assert (stored.changed_at, stored.deleted_at) == (AT, None)


def test_record_without_values_is_empty_and_not_something_else(base: Database) -> None:
    with base.write() as session:
        (id,) = add(session, {})
    with base.read() as session:
        assert record_tables.fetch(session, "client", [id])[id].values == EMPTY


def test_many_records_go_in_at_once_with_all_their_values(base: Database) -> None:
    with base.write() as session:
        ids = add(session, *[{**FULL, "inn": None, "staff": number} for number in range(300)])
    with base.read() as session:
        stored = record_tables.fetch(session, "client", ids)
    assert [stored[id].values["staff"] for id in ids] == list(range(300))
    assert all(stored[id].values["phones"] == FULL["phones"] for id in ids)


def test_only_the_asked_fields_are_read(base: Database) -> None:
    with base.write() as session:
        (id,) = add(session, FULL)
        assert record_tables.fetch(session, "client", [id, id + 1], ["staff", "friends"])[id].values == {
            "staff": -5,
            "friends": (5, 3, 4),
        }


def test_change_writes_only_the_named_fields_and_moves_the_version(base: Database) -> None:
    new = {"name": None, "vip": False, "phones": (Labelled("+74951234567"),), "friends": (), "share": Decimal("0.01")}
    with base.write() as session:
        (id,) = add(session, FULL)
        assert record_tables.update(session, "client", id, 1, new, "Лютик", {}, 8, LATER)
    with base.read() as session:
        stored = record_tables.fetch(session, "client", [id])[id]
    assert stored.values == {**FULL, **new}
    assert (stored.version, stored.label, stored.changed_at, stored.changed_by, stored.created_at) == (
        *(2, "Лютик", LATER, 8),
        AT,
    )


def test_second_of_two_editors_changes_nothing(base: Database) -> None:
    with base.write() as session:
        (id,) = add(session, FULL)
        assert record_tables.update(session, "client", id, 1, {"staff": 1}, None, {}, 8, LATER)
        assert not record_tables.update(session, "client", id, 1, {"staff": 2, "friends": ()}, None, {}, 9, LATER)
        assert record_tables.fetch(session, "client", [id])[id].values == {**FULL, "staff": 1}


def test_bulk_change_names_those_that_moved_and_changes_the_rest(base: Database) -> None:
    with base.write() as session:
        one, two, three = add(session, {"staff": 1}, {"staff": 2}, {"staff": 3})
        record_tables.update(session, "client", two, 1, {"staff": 20}, None, {}, 8, LATER)
        moved = record_tables.update_many(
            session,
            "client",
            [
                Update(one, 1, {"staff": 10, "friends": (two,)}, "первый"),
                Update(two, 1, {"staff": 22, "friends": (one,)}, "второй"),
                Update(three, None, {"name": "Третий"}, None),
            ],
            *(8, LATER),
        )
        stored = record_tables.fetch(session, "client", [one, two, three])
    assert moved == [two]
    assert [stored[id].values["staff"] for id in (one, two, three)] == [10, 20, 3]
    assert stored[one].values["friends"] == (two,)
    assert stored[two].values["friends"] == ()
    assert stored[three].values["name"] == "Третий"


def test_deleted_record_frees_its_unique_value_and_gets_it_back_if_nobody_took_it(base: Database) -> None:
    with base.write() as session:
        (first,) = add(session, {"inn": INN})
        assert record_tables.mark_deleted(session, "client", [first], 8, LATER) == 1
        assert record_tables.taken_keys(session, "client", "inn", [KEY]) == {}
        assert record_tables.mark_restored(session, "client", [first], 8, LATER) == 1
        assert record_tables.taken_keys(session, "client", "inn", [KEY, OTHER_KEY]) == {KEY: first}
        assert record_tables.taken_keys(session, "client", "inn", [KEY], [first]) == {}


def test_restoring_is_refused_when_the_unique_value_was_taken_meanwhile(base: Database) -> None:
    with base.write() as session:
        (first,) = add(session, {"inn": INN})
        record_tables.mark_deleted(session, "client", [first], 8, LATER)
        (second,) = add(session, {"inn": INN})
        with pytest.raises(UniqueTaken) as refused:
            record_tables.mark_restored(session, "client", [first], 8, LATER)
    assert refused.value.facts == {"entity": "client", "field": "inn", "value": INN, "id": second}


def test_database_itself_refuses_a_second_living_record_with_a_unique_value(base: Database) -> None:
    with base.write() as session:
        (first,) = add(session, {"inn": INN})
    with pytest.raises(UniqueTaken) as refused, base.write() as session:
        add(session, {"inn": OTHER_INN}, {"inn": INN})
    assert (refused.value.facts["field"], refused.value.facts["value"]) == ("inn", INN)
    assert refused.value.facts["id"] in (first, None)
    with base.read() as session:
        assert record_tables.taken_keys(session, "client", "inn", [KEY, OTHER_KEY]) == {KEY: first}
    with base.write() as session:
        (other,) = add(session, {"inn": OTHER_INN})
    with pytest.raises(UniqueTaken), base.write() as session:
        record_tables.update(session, "client", other, 1, {"inn": INN}, None, {}, 8, LATER)


def test_purged_record_leaves_nothing_and_a_living_one_cannot_be_purged(base: Database) -> None:
    with base.write() as session:
        gone, living = add(session, {"friends": (1,), "phones": FULL["phones"]}, {"friends": (2,)})
        record_tables.mark_deleted(session, "client", [gone], 8, LATER)
        assert record_tables.purge(session, "client", [gone, living]) == 1
        assert list(record_tables.fetch(session, "client", [gone, living])) == [living]
        assert session.fetch("SELECT sv_record FROM ln_110") == [(living,)]
        assert session.fetch("SELECT COUNT(*) FROM ln_108") == [(0,)]


def test_records_are_found_by_key_by_value_by_phone_and_by_label(base: Database) -> None:
    with base.write() as session:
        one, two, gone = add(
            session,
            {"name": "Ёлка 7", "staff": 5, "phones": FULL["phones"], "friends": (900,)},
            {"name": "ёлка  7", "staff": 5},
            {"name": "Ёлка 7", "staff": 5, "phones": FULL["phones"]},
        )
        record_tables.mark_deleted(session, "client", [gone], 8, LATER)
        key = sort_key("ёлка 7")
        assert record_tables.find_by_key(session, "client", "name", [key, "нет"]) == {key: [one, two]}
        assert record_tables.find_by_key(session, "client", "staff", [5, 6]) == {5: [one, two]}
        assert record_tables.find_by_key(session, "client", "staff", [5], kept="all") == {5: [one, two, gone]}
        phone = "+79161234567"
        assert record_tables.find_by_key(session, "client", "phones", [phone]) == {phone: [one]}
        assert record_tables.find_by_key(session, "client", "phones", [phone], kept="deleted") == {phone: [gone]}
        assert record_tables.find_by_key(session, "client", "friends", [900]) == {900: [one]}
        assert record_tables.find_by_label(session, "client", [key]) == {key: [one, two]}
        assert record_tables.labels(session, "client", [one, gone, 10**9]) == {one: "Ёлка 7", gone: "Ёлка 7"}


def test_ids_are_never_given_twice_even_after_a_rollback_or_a_purge(base: Database) -> None:
    with base.write() as session:
        first = take_ids(session, 3)
        assert len(set(first)) == 3
    with base.write() as session:
        assert min(take_ids(session, 2)) > max(first)
        assert take_ids(session, 0) == []
