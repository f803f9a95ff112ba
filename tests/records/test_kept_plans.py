"""A change of one card lets PostgreSQL keep plans; tables change under them, and a pooler is in nobody's way."""

from __future__ import annotations

from typing import Any

import pytest

from svyaz.records.as_of import go_back
from svyaz.schema import edits
from svyaz.storage import postgres_engine, record_tables
from svyaz.storage.changes import publish
from svyaz.storage.postgres_engine import PostgresDatabase
from svyaz.tenancy.company import apply_source, current_source
from tests.cast import Cast, Person

MOOD: dict[str, Any] = {"key": "mood", "title": {"ru": "Настроение"}, "type": "text"}
TIMES = 12  # the server plans a statement anew five times before it keeps a plan of its own


def change_again_and_again(olga: Person, id: int, value: Any) -> None:
    for turn in range(TIMES):
        told = olga.change("deal", id, title=f"Насосы {turn}", mood=value)
        assert (told.values["title"], told.values["mood"]) == (f"Насосы {turn}", value)
        olga.change("deal", id, mood=None)


def plans_kept(cast: Cast) -> int:
    """Plans of the connection that is taken next."""
    with cast.company.write() as session:
        return int(session.fetch("SELECT COUNT(*) FROM pg_prepared_statements")[0][0])


def test_card_is_changed_again_and_again_while_its_field_changes_its_type(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    id = olga.create("deal", title="Насосы").id
    with romashka.company.read() as session:
        source = edits.add_field(current_source(session), "deal", MOOD)
    apply_source(romashka.company, source, None)
    for kind, value in (("text", "12"), ("integer", 12), ("text", "доброе")):
        with (
            romashka.company.read() as aside
        ):  # it holds the connection that keeps the plans: another changes the table
            source = current_source(aside)
            if aside.snapshot.entities["deal"].by_key["mood"].type != kind:
                apply_source(romashka.company, edits.retype_field(source, "deal", "mood", kind), None)
        change_again_and_again(olga, id, value)
    if isinstance(romashka.company.database, PostgresDatabase):
        assert plans_kept(romashka) > 0


def test_plan_kept_before_the_configuration_changed_is_not_asked_after(romashka: Cast) -> None:
    """Columns of a field are never called as another's, so of cards no text comes back with another meaning: here one does."""
    if not isinstance(romashka.company.database, PostgresDatabase):
        pytest.skip("SQLite prepares a statement anew by itself")

    def asked() -> list[Any]:
        with romashka.company.write() as session:
            session.repeats = True
            return session.fetch("SELECT mood FROM probe WHERE 1 = ?", (1,))

    with romashka.company.write() as session:
        session.run("CREATE TABLE probe (mood text)")
        session.run("INSERT INTO probe VALUES ('12')")
    for _ in range(TIMES):
        assert asked() == [("12",)]
    assert plans_kept(romashka) > 0
    with romashka.company.read() as aside:  # it holds the connection that keeps the plan
        with romashka.company.write() as session:
            session.run("ALTER TABLE probe ALTER COLUMN mood TYPE bigint USING mood::bigint")
        apply_source(romashka.company, edits.add_field(current_source(aside), "deal", MOOD), None)
    for _ in range(TIMES):
        assert asked() == [(12,)]


def test_plan_kept_for_the_past_is_not_asked_once_more_is_covered_by_it(romashka: Cast) -> None:
    """A view that hides a table from then on makes no kept plan anew."""
    olga = romashka.person("Ольга")
    client = olga.create("counterparty", title="Ромашка").id
    at = romashka.company.clock.now()
    romashka.tick(minutes=1)

    def title() -> str:
        with romashka.company.pasts.at(at, lambda session, made: go_back(session, at, "counterparty", made)) as session:
            return str(record_tables.fetch(session, "counterparty", [client])[client].values["title"])

    for _ in range(TIMES):
        assert title() == "Ромашка"
    olga.change("counterparty", client, title="Лютик")
    if isinstance(romashka.company.database, PostgresDatabase):
        publish(romashka.company.database)
    for _ in range(TIMES):
        assert title() == "Ромашка"


def test_behind_a_pooler_no_plan_is_kept(romashka: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    if not isinstance(romashka.company.database, PostgresDatabase):
        pytest.skip("SQLite keeps statements in its driver")
    monkeypatch.setattr(postgres_engine, "leads_straight", lambda connection: False)
    database = romashka.company.database
    database.close()
    database._closed = False  # the company's connections begin anew, as after a restart
    olga = romashka.person("Ольга")
    id = olga.create("deal", title="Насосы").id
    for turn in range(TIMES):
        olga.change("deal", id, title=f"Насосы {turn}")
    assert plans_kept(romashka) == 0
