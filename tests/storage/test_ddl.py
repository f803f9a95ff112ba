"""Changing tables: what is planned, what is kept, and that a failure leaves everything as it was."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from svyaz.kernel.text import sort_key
from svyaz.schema.snapshot import Entity
from svyaz.storage import catalog, ddl, record_tables
from svyaz.storage.convert import CannotConvert
from svyaz.storage.ddl import UniqueHasDuplicates
from svyaz.storage.engine import Database
from svyaz.storage.ids import take_ids
from svyaz.storage.problems import DatabaseBusy, UniqueTaken
from svyaz.storage.record_tables import NewRecord
from tests.conftest import opened_postgres
from tests.storage.made import a_field, a_snapshot, an_entity, changed, client, install

AT = datetime(2026, 3, 3, 11, 5, tzinfo=UTC)


def add(database: Database, *values: dict[str, Any]) -> list[int]:
    with database.write() as session:
        ids = take_ids(session, len(values))
        records = [NewRecord(id, one, "", {}, AT, None) for id, one in zip(ids, values, strict=True)]
        record_tables.insert(session, "thing", records)
    return ids


def values(database: Database, field: str, kept: str = "") -> list[Any]:
    with database.read() as session:
        ids = [row[0] for row in session.fetch('SELECT sv_id FROM "thing" ORDER BY sv_id')]
        return [record_tables.fetch(session, "thing", [id])[id].values[field] for id in ids]


def a_thing(*fields: Any) -> Entity:
    return an_entity(51, "thing", *(fields or (a_field(2, "size", "text"), a_field(3, "title", "text"))))


def everything(database: Database) -> Any:
    with database.read() as session:
        names = sorted(catalog.tables(session))
        return names, [sorted(catalog.columns(session, name)) for name in names], sorted(catalog.indexes(session))


def test_equal_configurations_need_no_steps(database: Database) -> None:
    snapshot = a_snapshot(client())
    assert ddl.plan(snapshot, replace(snapshot, revision=2), database.dialect).steps == ()


def test_plan_says_what_it_will_do_and_what_it_risks(database: Database) -> None:
    before = a_snapshot(a_thing())
    other = an_entity(9, "other", a_field(10, "name", "text"))
    after = a_snapshot(a_thing(a_field(2, "size", "integer", column="size__2"), a_field(4, "extra", "date")), other)
    plan = ddl.plan(before, after, database.dialect)
    said = [(step.explains, step.facts.get("field", ""), step.risk) for step in plan.steps]
    assert said == [
        ("plan_create_entity", "", "safe"),
        ("plan_add_column", "size", "safe"),
        ("plan_add_field", "extra", "safe"),
        ("plan_convert_field", "size", "slow"),
        ("plan_drop_field", "title", "loses"),
    ]
    assert plan.risk == "loses"
    assert ddl.plan(before, before, database.dialect).risk == "safe"


def test_added_field_is_empty_in_old_records_and_works_in_new_ones(database: Database) -> None:
    before = install(database, a_snapshot(a_thing()))
    add(database, {"title": "стол"})
    new = (a_field(4, "much", "money"), a_field(5, "tags", "phone"), a_field(6, "new", "yes_no"))
    install(database, a_snapshot(a_thing(*a_thing().fields, *new)), before)
    add(database, {"title": "стул", "new": True})
    assert values(database, "much") == [None, None]
    assert values(database, "tags") == [(), ()]
    assert values(database, "new") == [False, True]


def test_hidden_field_keeps_its_data(database: Database) -> None:
    before = install(database, a_snapshot(a_thing()))
    add(database, {"size": "12"})
    hidden = a_snapshot(changed(a_thing(), "size", hidden=True))
    assert ddl.plan(before, hidden, database.dialect).steps == ()
    install(database, hidden, before)
    assert values(database, "size") == ["12"]


def test_field_changes_its_type_and_what_does_not_fit_is_named_and_comes_back(database: Database) -> None:
    before = install(database, a_snapshot(a_thing()))
    ids = add(database, {"size": "12"}, {"size": "12 шт"}, {"size": None}, {"size": "-7"})
    after = a_snapshot(a_thing(a_field(2, "size", "integer", column="size__2"), a_field(3, "title", "text")))
    done = ddl.carry_out(database, lambda session: ddl.run(session, ddl.plan(before, after, session.dialect)))
    install(database, after, after)
    assert [(one.field, one.count, one.examples) for one in done.not_converted] == [("size", 1, ((ids[1], "12 шт"),))]
    assert values(database, "size") == [12, None, None, -7]

    with database.write() as session:
        record_tables.update(session, "thing", ids[0], 1, {"size": 13}, None, {}, None, AT)
        record_tables.update(session, "thing", ids[3], 1, {"size": None}, None, {}, None, AT)
    install(database, before, after)
    assert values(database, "size") == ["13", "12 шт", None, None]


def test_one_value_becomes_several_and_sorts_out_by_rows(database: Database) -> None:
    before = install(database, a_snapshot(a_thing()))
    add(database, {"size": "+7 916 123-45-67"}, {"size": None})
    after = a_snapshot(a_thing(a_field(2, "size", "phone", column="size__2"), a_field(3, "title", "text")))
    install(database, after, before)
    phones, none = values(database, "size")
    assert [one.value for one in phones] == ["+79161234567"]
    assert none == ()


def test_finer_scale_rewrites_the_numbers_and_not_their_meaning(database: Database) -> None:
    before = install(database, a_snapshot(a_thing(a_field(2, "size", "decimal", {"scale": 2}))))
    add(database, {"size": Decimal("12.50")}, {"size": None})
    install(database, a_snapshot(a_thing(a_field(2, "size", "decimal", {"scale": 4}))), before)
    assert values(database, "size") == [Decimal("12.5000"), None]


def test_change_of_type_that_means_nothing_is_refused_before_anything_runs(database: Database) -> None:
    before = a_snapshot(a_thing(a_field(2, "size", "yes_no")))
    after = a_snapshot(a_thing(a_field(2, "size", "file", column="size__2")))
    with pytest.raises(CannotConvert) as refused:
        ddl.plan(before, after, database.dialect)
    assert refused.value.facts == {"field": "size", "before": "yes_no", "after": "file"}


def test_field_becomes_unique_and_the_base_keeps_it_so(database: Database) -> None:
    before = install(database, a_snapshot(a_thing()))
    one, gone = add(database, {"title": "Стол"}, {"title": "Стул"})
    with database.write() as session:
        record_tables.mark_deleted(session, "thing", [gone], None, AT)
    after = install(database, a_snapshot(changed(a_thing(), "title", unique=True)), before)
    with pytest.raises(UniqueTaken):
        add(database, {"title": "СТОЛ"})
    with database.read() as session:
        assert record_tables.taken_keys(session, "thing", "title", [sort_key("стол")]) == {sort_key("стол"): one}
    install(database, before, after)
    add(database, {"title": "СТОЛ"})


def test_field_with_repeating_values_cannot_become_unique_and_says_which(database: Database) -> None:
    before = install(database, a_snapshot(a_thing()))
    add(database, {"title": "стол"}, {"title": "Стол"}, {"title": "стул"})
    was = everything(database)
    with pytest.raises(UniqueHasDuplicates) as refused:
        install(database, a_snapshot(changed(a_thing(), "title", unique=True)), before)
    assert refused.value.facts == {"entity": "thing", "field": "title", "count": 1, "examples": "стол"}
    assert everything(database) == was


def test_dropped_field_takes_its_columns_of_all_types_and_nothing_else(database: Database) -> None:
    text = a_snapshot(a_thing())
    install(database, text)
    money = install(database, a_snapshot(changed(a_thing(a_field(2, "size", "money", column="size__2"), a_thing().fields[1]), "title", indexed=True, unique=True)), text)  # fmt: skip
    reused = a_field(7, "size", "integer", column="size__3")
    install(database, a_snapshot(a_thing(reused)), money)
    add(database, {"size": 5})
    with database.read() as session:
        columns = {one for one in catalog.columns(session, "thing") if not one.startswith("sv_")}
        assert columns == {"size__3"}
        assert not {one for one in catalog.indexes(session) if one.startswith(("uq_3", "ik_3"))}


def test_dropped_entity_takes_its_tables(database: Database) -> None:
    before = install(database, a_snapshot(client(), a_thing()))
    install(database, a_snapshot(a_thing()), before)
    with database.read() as session:
        assert not [one for one in catalog.tables(session) if one == "client" or one.startswith("ln_")]


def test_failure_in_the_middle_leaves_the_base_as_it_was(database: Database) -> None:
    before = install(database, a_snapshot(a_thing()))
    add(database, {"size": "12"})
    was = everything(database)
    fields = (a_field(2, "size", "integer", column="size__2"), a_field(4, "extra", "phone"), a_field(5, "owner", "link", {"to": ["thing"]}))  # fmt: skip
    after = a_snapshot(a_thing(*fields), client())

    def fails(session: Any) -> None:
        ddl.run(session, ddl.plan(before, after, session.dialect))
        raise RuntimeError("the power went off")

    with pytest.raises(RuntimeError, match="power"):
        ddl.carry_out(database, fails)
    assert everything(database) == was
    assert values(database, "size") == ["12"]
    add(database, {"size": "still works"})


def test_index_on_demand_is_found_missing_and_is_built(database: Database) -> None:
    before = install(database, a_snapshot(a_thing()))
    fields = (a_field(2, "size", "integer", column="size__2", indexed=True), a_field(3, "title", "text", indexed=True))
    after = install(database, a_snapshot(a_thing(*fields)), before)
    with database.read() as session:
        missing = ddl.missing_indexes(session, after)
    expected = ["ix_2__2", "ik_3"] if database.dialect == "postgresql" else []
    assert [index.name for index in missing] == expected
    ddl.build_indexes(database, missing)
    with database.read() as session:
        assert ddl.missing_indexes(session, after) == []
        assert {"ix_2__2", "ik_3"} <= catalog.indexes(session)


def test_long_report_delays_a_change_of_tables_and_does_not_lose_it() -> None:
    with opened_postgres() as database:
        before = install(database, a_snapshot(a_thing()))
        after = a_snapshot(a_thing(*a_thing().fields, a_field(4, "extra", "date")))
        waited: list[float] = []
        reading, go_on = threading.Event(), threading.Event()

        def report() -> None:
            with database.read() as session:
                session.fetch('SELECT COUNT(*) FROM "thing"')
                reading.set()
                go_on.wait(30)

        reader = threading.Thread(target=report)
        reader.start()
        reading.wait(30)

        def sleep(seconds: float) -> None:
            waited.append(seconds)
            go_on.set()
            reader.join()

        ddl.carry_out(database, lambda session: ddl.run(session, ddl.plan(before, after, session.dialect)), sleep)
        assert len(waited) == 1
        with database.read() as session:
            assert "extra" in catalog.columns(session, "thing")


def test_change_of_tables_gives_up_in_words_when_nobody_lets_it_in() -> None:
    with opened_postgres() as database:
        before = install(database, a_snapshot(a_thing()))
        after = a_snapshot(a_thing(*a_thing().fields, a_field(4, "extra", "date")))
        waited: list[float] = []
        with database.read() as session:
            session.fetch('SELECT COUNT(*) FROM "thing"')
            with pytest.raises(DatabaseBusy):
                ddl.carry_out(database, lambda one: (one.run("SET LOCAL lock_timeout = '20ms'"), ddl.run(one, ddl.plan(before, after, one.dialect))), waited.append)  # fmt: skip
        assert len(waited) == ddl.ATTEMPTS - 1


def test_writers_and_a_change_of_tables_exclude_each_other() -> None:
    with opened_postgres() as database:
        install(database, a_snapshot(a_thing()))
        order: list[str] = []

        changing, release = threading.Event(), threading.Event()

        def work(session: Any) -> None:
            changing.set()
            release.wait(30)
            order.append("tables")

        def write() -> None:
            with database.write():
                order.append("write")

        changer = threading.Thread(target=ddl.carry_out, args=(database, work))
        writer = threading.Thread(target=write)
        changer.start()
        changing.wait(30)
        writer.start()
        writer.join(0.2)
        release.set()
        changer.join()
        writer.join()
        assert order == ["tables", "write"]
