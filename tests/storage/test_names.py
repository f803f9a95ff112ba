"""Every physical name fits the strictest database and meets no other."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest

from svyaz.fields.registry import PLAIN as TYPES
from svyaz.schema.snapshot import Entity, Snapshot
from svyaz.storage import catalog, ddl, names, system_tables
from svyaz.storage.engine import Database
from svyaz.storage.layout import layout_of
from tests.snapshots import sales_snapshot
from tests.storage.made import a_field, a_snapshot, an_entity, client, install

LONGEST_KEY = "abcdefghijklmnopqrstuvwxyz"
QUOTED = re.compile(r'"([^"]+)"|\b(sv_\w+|ix_\w+|uq_\w+)')


def everything() -> Entity:
    """An entity with a field of every type, each under the longest key there may be, each retyped twelve times."""
    fields = []
    for number, type in enumerate(TYPES, start=1_000_000):
        key = f"{LONGEST_KEY[:-3]}{number % 1000:03}"
        options = {"to": ["x"]} if type in ("link", "links") else {}
        options |= {"options": [{"key": "a", "title": {"ru": "А"}}]} if type in ("choice", "choices") else {}
        options |= {"bik": "bik"} if type == "account" else {}
        one = replace(a_field(number, key, "text"), type=type, options=complete(type, options))
        unique = TYPES[type].compare(one.options).unique
        fields.append(replace(one, unique=unique, indexed=True, column=f"{key}__12"))
    return an_entity(2_000_000_000, LONGEST_KEY, *fields)


def complete(type: str, options: dict[str, object]) -> dict[str, object]:
    filled, problems = TYPES[type].check_options(options, "")
    assert problems == [], (type, problems)
    return {**filled, "stages": [], "numbers": {"x": 1}, "many": filled.get("many", False)}


def made_names(statements: list[str]) -> set[str]:
    return {one or other for text in statements for one, other in QUOTED.findall(text)}


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_every_name_fits_31_bytes_on_every_database(dialect: str) -> None:
    snapshots: list[Snapshot] = [sales_snapshot(), a_snapshot(everything())]
    statements = list(system_tables.statements(dialect))
    for snapshot in snapshots:
        for step in ddl.plan(None, snapshot, dialect).steps:
            statements += step.sql
    long = {name for name in made_names(statements) if len(name.encode()) > names.LONGEST and name != "C"}
    assert len(statements) > 100
    assert long == set()


def test_no_two_things_of_an_entity_have_one_name() -> None:
    for entity in (everything(), *sales_snapshot().entities.values()):
        counted = Counter(column.name for column in layout_of(entity).columns)
        assert [name for name, times in counted.items() if times > 1] == []


def test_no_two_tables_or_indexes_of_a_company_have_one_name() -> None:
    statements = list(system_tables.statements("postgresql"))
    for step in ddl.plan(None, sales_snapshot(), "postgresql").steps:
        statements += step.sql
    created = [
        match[1] or match[2]
        for text in statements
        if (
            match := re.match(
                r'CREATE (?:UNIQUE )?(?:TABLE|INDEX|SEQUENCE) (?:IF NOT EXISTS )?(?:"([^"]+)"|(\w+))', text
            )
        )
    ]
    assert len(created) > 60
    assert [name for name, times in Counter(created).items() if times > 1] == []


def test_long_name_gives_way_to_a_number_and_stays_the_same() -> None:
    field = a_field(77, LONGEST_KEY, "money")
    assert names.column(field) == LONGEST_KEY
    assert names.column(field, "cur") == f"{LONGEST_KEY}__cur"
    assert names.column(field, "base") == "f_77__base"
    assert names.column(replace(field, column=f"{LONGEST_KEY}__2"), "cur") == "f_77__2__cur"
    assert names.rows_table(replace(field, column=f"{LONGEST_KEY}__2")) == "ln_77__2"


def test_object_whose_key_looks_like_a_name_of_ours_meets_nothing(database: Database) -> None:
    leave = an_entity(300, "ln_108", a_field(301, "title", "text"))
    index = an_entity(302, "ix_109", a_field(303, "title", "text"))
    snapshot = install(database, a_snapshot(client(), leave, index))
    with database.read() as session:
        assert catalog.differences(session, snapshot) == []
        assert {"ln_108", "ln_108__t", "ix_109__t"} <= catalog.tables(session)
