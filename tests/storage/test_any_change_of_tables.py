"""Whatever an administrator does to the fields, in whatever order, the base is what the configuration says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from svyaz.schema.snapshot import Field, Snapshot
from svyaz.storage import catalog, ddl, record_tables, system_tables
from svyaz.storage.convert import CannotConvert
from svyaz.storage.engine import Database, open_sqlite
from svyaz.storage.ids import take_ids
from svyaz.storage.record_tables import NewRecord
from tests.conftest import opened_postgres
from tests.storage.made import a_field, a_snapshot, an_entity, install

AT = datetime(2026, 3, 3, 11, 5, tzinfo=UTC)
TYPES = (
    "text",
    "long_text",
    "integer",
    "decimal",
    "money",
    "percent",
    "date",
    "datetime",
    "yes_no",
    "phone",
    "email",
    "url",
)
LINKS = ("link", "links", "employee")
VALUES = ["12", "7.5", "2026-03-03", "+79161234567", "olga@example.ru", "да", None]

Edit = tuple[str, int, int]
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["add", "retype", "drop", "unique", "index", "hide", "entity"]),
        st.integers(0, 30),
        st.integers(0, 30),
    ),
    min_size=1,
    max_size=8,
)


def field_of(number: int, key: str, type: str, **rest: Any) -> Field:
    return a_field(number, key, type, {"to": ["thing"]} if type in ("link", "links") else {}, **rest)


class Editor:
    """Turns random numbers into edits that the schema would let through."""

    def __init__(self) -> None:
        self.number = 100
        self.fields: list[Field] = [field_of(2, "title", "text")]
        self.generations: dict[str, int] = {}
        self.second = False

    def snapshot(self, revision: int) -> Snapshot:
        thing = an_entity(1, "thing", *self.fields)
        other = [an_entity(50, "other", field_of(51, "name", "text", unique=True))] if self.second else []
        return a_snapshot(thing, *other, revision=revision)

    def edit(self, what: str, which: int, how: int) -> None:
        types = TYPES + LINKS
        if what == "entity":
            self.second = not self.second
            return
        if what == "add" or not self.fields:
            self.number += 1
            self.fields.append(field_of(self.number, f"f{self.number}", types[how % len(types)]))
            return
        at = which % len(self.fields)
        old = self.fields[at]
        if what == "drop":
            del self.fields[at]
        elif what == "retype":
            generation = self.generations[old.key] = self.generations.get(old.key, 1) + 1
            self.fields[at] = field_of(old.number, old.key, TYPES[how % len(TYPES)], column=f"{old.key}__{generation}")
        elif what == "unique" and old.type in ("text", "integer"):
            self.fields[at] = replace(old, unique=not old.unique)
        elif what == "index":
            self.fields[at] = replace(old, indexed=not old.indexed)
        elif what == "hide":
            self.fields[at] = replace(old, hidden=not old.hidden)


def live_through(database: Database, edits: list[Edit]) -> None:
    editor = Editor()
    now = install(database, editor.snapshot(1))
    with database.write() as session:
        ids = take_ids(session, len(VALUES))
        records = [
            NewRecord(id, {"title": text}, text or "", {}, AT, None) for id, text in zip(ids, VALUES, strict=True)
        ]
        record_tables.insert(session, "thing", records)
    for revision, edit in enumerate(edits, start=2):
        kept = (list(editor.fields), editor.second)
        editor.edit(*edit)
        after = editor.snapshot(revision)
        try:
            install(database, after, now)
        except CannotConvert:
            editor.fields, editor.second = kept
            continue
        now = after
        with database.read() as session:
            missing = ddl.missing_indexes(session, now)
        ddl.build_indexes(database, missing)
        with database.read() as session:
            assert catalog.differences(session, now) == []
            assert ddl.plan(now, replace(now, revision=revision + 1), session.dialect).steps == ()
            stored = record_tables.fetch(session, "thing", ids)
            assert len(stored) == len(ids)
            if "title" in {one.key for one in editor.fields if one.column == "title"}:
                assert [stored[id].values["title"] for id in ids] == VALUES


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits=EDITS)
def test_base_follows_any_edits_on_sqlite(edits: list[Edit], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder: Path = tmp_path_factory.mktemp("base")
    database = open_sqlite(folder / "company.sqlite", synchronous="OFF")
    with database.write() as session:
        system_tables.create(session)
    try:
        live_through(database, edits)
    finally:
        database.close()


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits=EDITS)
def test_base_follows_any_edits_on_postgresql(edits: list[Edit]) -> None:
    with opened_postgres() as database:
        live_through(database, edits)
