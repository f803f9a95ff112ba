"""A company is made whole or not at all, opened again as it was, and changes its configuration in one go."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from svyaz.kernel.problem import Problem
from svyaz.schema.source import Part, Source
from svyaz.storage import catalog, changes, ddl, record_tables, revisions
from svyaz.storage.ids import take_id
from svyaz.storage.migrations.runner import BaseIsNewer
from svyaz.storage.record_tables import NewRecord
from svyaz.tenancy import company as companies
from svyaz.tenancy.company import Company
from svyaz.tenancy.home import HomeNotEmpty, HomeNotFound, HomeSettings, HomeUnreadable
from svyaz.tenancy.lock import HomeInUse, ServerLock
from svyaz.traits.registry import SHAPES
from tests.conftest import NOW, SCHEMA
from tests.snapshots import org_source


def with_field(company: Company, field: Mapping[str, Any]) -> Source:
    """The configuration in force with one more field of the counterparty."""
    with company.read() as session:
        source = companies.current_source(session)

    def added(part: Part) -> Part:
        if part.table["key"] != "counterparty":
            return part
        return replace(part, table={**part.table, "field": [*part.table["field"], field]})

    return replace(source, entities=tuple(added(part) for part in source.entities))


INDUSTRY = {"key": "industry", "title": {"ru": "Отрасль"}, "type": "text"}


def test_company_opens_with_the_configuration_it_was_made_with(company: Company, home: Path) -> None:
    assert company.snapshot.revision == 1
    assert {"employee", "counterparty"} <= set(company.snapshot.entities)
    again = companies.open(home, SHAPES)
    try:
        assert again.snapshot.digest == company.snapshot.digest
        assert again.settings.currency == "RUB"
    finally:
        again.close()


def test_every_table_and_index_that_the_configuration_asks_for_is_there(company: Company) -> None:
    with company.read() as session:
        assert set(session.snapshot.entities) <= catalog.tables(session)
        assert ddl.missing_indexes(session, session.snapshot) == []
        assert catalog.differences(session, session.snapshot) == []


def test_damage_done_behind_our_back_is_named(company: Company) -> None:
    with company.write() as session:
        link = next(one for one in session.snapshot.entities["deal"].fields if one.type == "links")
        session.run(f"INSERT INTO ln_{link.number} (sv_record, sv_position, value) VALUES (987, 0, 1)")
        session.run('DROP TABLE "contact"')
        stage = next(one for one in session.snapshot.entities["deal"].fields if one.type == "stage")
        session.run(f"DROP INDEX ix_{stage.number}")
    with company.read() as session:
        found = catalog.differences(session, session.snapshot)
    assert sorted(found) == [
        f"missing index ix_{stage.number}",
        "missing table contact",
        f"rows without a record in ln_{link.number}: 1",
    ]


def test_new_field_brings_a_revision_a_column_and_a_line_in_the_log(company: Company) -> None:
    applied = companies.apply_source(company, with_field(company, INDUSTRY), 7, "Отрасль")
    assert (applied.snapshot.revision, company.snapshot.revision) == (2, 2)
    assert [step.explains for step in applied.plan.steps] == ["plan_add_field"]
    field = applied.snapshot.entities["counterparty"].by_key["industry"]
    assert field.number > max(one.number for one in company.snapshot.entities["employee"].fields)
    with company.read() as session:
        assert "industry" in catalog.columns(session, "counterparty")
        newest = revisions.list_revisions(session)[0]
        assert (newest.number, newest.actor, newest.title) == (2, 7, "Отрасль")
        assert newest.steps[0]["explains"] == "plan_add_field"
    changes.publish(company.database)
    with company.read() as session:
        assert [one.kind for one in changes.after(session, 0)] == ["Schema", "Schema"]


def test_equal_configuration_makes_no_revision(company: Company) -> None:
    with company.read() as session:
        source = companies.current_source(session)
    assert companies.apply_source(company, source, None).snapshot.revision == 1
    assert companies.plan_source(company, source).steps == ()


def test_number_of_a_removed_field_is_not_given_again(company: Company) -> None:
    with company.read() as session:
        before = companies.current_source(session)
    first = companies.apply_source(company, with_field(company, INDUSTRY), None).snapshot
    companies.apply_source(company, before, None)
    again = companies.apply_source(company, with_field(company, INDUSTRY), None).snapshot
    numbers = [one.entities["counterparty"].by_key["industry"].number for one in (first, again)]
    assert numbers[0] < numbers[1]


def test_wrong_configuration_is_refused_and_nothing_changes(company: Company) -> None:
    wrong = {"key": "industry", "title": {"ru": "Отрасль"}, "type": "no_such_type"}
    with pytest.raises(Problem):
        companies.apply_source(company, with_field(company, wrong), None)
    assert company.snapshot.revision == 1
    with company.read() as session:
        assert "industry" not in catalog.columns(session, "counterparty")


def test_configuration_that_breaks_on_the_tables_leaves_no_trace(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*arguments: object) -> None:
        raise RuntimeError("the power went off")

    source = with_field(company, INDUSTRY)
    monkeypatch.setattr(revisions, "keep_next_number", fails)
    with pytest.raises(RuntimeError, match="power"):
        companies.apply_source(company, source, None)
    monkeypatch.undo()
    assert company.snapshot.revision == 1
    with company.read() as session:
        assert "industry" not in catalog.columns(session, "counterparty")
        assert revisions.current_revision(session) == 1


def test_another_process_notices_a_new_revision_in_its_next_transaction(company: Company, home: Path) -> None:
    other = companies.open(home, SHAPES)
    try:
        assert other.snapshot.revision == 1
        companies.apply_source(company, with_field(company, INDUSTRY), None)
        with other.write() as session:
            assert session.snapshot.revision == 2
            record = NewRecord(take_id(session), {"industry": "Торговля"}, "x", {}, NOW, None)
            record_tables.insert(session, "counterparty", [record])
    finally:
        other.close()


def test_two_administrators_at_once_make_two_revisions(company: Company) -> None:
    def industry(key: str) -> Source:
        return with_field(company, {"key": key, "title": {"ru": key}, "type": "integer"})

    sources = [industry("first"), industry("second")]
    failed: list[BaseException] = []

    def apply(source: Source) -> None:
        try:
            companies.apply_source(company, source, None)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=apply, args=(source,)) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with company.read() as session:
        assert [one.number for one in revisions.list_revisions(session)] == [3, 2, 1]


def test_failed_creation_leaves_nothing_behind(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    bad = Source(entities=(Part("x", "", {"key": "no title"}),))
    with pytest.raises(Problem):
        companies.create(home, bad, SHAPES)
    assert not home.exists()

    def fails(*arguments: object) -> None:
        raise RuntimeError("the power went off")

    for settings in (HomeSettings(), HomeSettings(postgres_url, SCHEMA)):
        with monkeypatch.context() as patched:
            patched.setattr(revisions, "keep_next_number", fails)
            with pytest.raises(RuntimeError, match="power"):
                companies.create(home, org_source(), SHAPES, settings=settings)
        assert [one.name for one in home.iterdir()] == []
        company = companies.create(home, org_source(), SHAPES, settings=settings)
        assert company.snapshot.revision == 1
        company.close()
        shutil.rmtree(home)


def test_company_is_not_made_over_another(company: Company, home: Path) -> None:
    with pytest.raises(HomeNotEmpty):
        companies.create(home, org_source(), SHAPES)
    assert company.snapshot.revision == 1


def test_schema_that_holds_a_company_is_not_given_to_a_second(tmp_path: Path, postgres_url: str) -> None:
    settings = HomeSettings(postgres_url, SCHEMA)
    first = companies.create(tmp_path / "first", org_source(), SHAPES, settings=settings)
    with pytest.raises(HomeNotEmpty):
        companies.create(tmp_path / "second", org_source(), SHAPES, settings=settings)
    assert first.snapshot.revision == 1
    first.close()


def test_two_companies_in_two_schemas_of_one_database_never_meet(tmp_path: Path, postgres_url: str) -> None:
    made = [
        companies.create(tmp_path / key, org_source(), SHAPES, settings=HomeSettings(postgres_url, key))
        for key in ("romashka", "lyutik")
    ]
    with made[0].write() as session:
        record = NewRecord(take_id(session), {}, "Ольга", {}, NOW, None)
        record_tables.insert(session, "department", [record])
    with made[1].read() as session:
        assert session.fetch("SELECT sv_label FROM department") == []
    with made[0].read() as session:
        assert session.fetch("SELECT sv_label FROM department") == [("Ольга",)]
    for company in made:
        company.close()


def test_wrong_homes_are_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(HomeNotFound):
        companies.open(tmp_path / "nowhere", SHAPES)
    (tmp_path / "settings.toml").write_text("[database\n")
    with pytest.raises(HomeUnreadable):
        companies.open(tmp_path, SHAPES)
    (tmp_path / "settings.toml").write_text("[database]\nurl = ''\n")
    with pytest.raises(HomeUnreadable):
        companies.open(tmp_path, SHAPES)


def test_password_of_the_database_is_read_by_the_owner_only(tmp_path: Path) -> None:
    companies.write_settings(tmp_path, HomeSettings('postgresql://u:p"\\@h/d', "svyaz"))
    assert (tmp_path / "settings.toml").stat().st_mode & 0o077 == 0
    assert companies.read_settings(tmp_path).url == 'postgresql://u:p"\\@h/d'


def test_older_version_does_not_open_the_base_of_a_newer_one(company: Company, home: Path) -> None:
    with company.write() as session:
        at = session.put_instant(session.now)
        session.run("INSERT INTO sv_migration (number, title, at) VALUES (9999, 'from the future', ?)", (at,))
    with pytest.raises(BaseIsNewer):
        companies.open(home, SHAPES)


def test_second_server_of_a_home_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    lock = ServerLock(tmp_path)
    with pytest.raises(HomeInUse):
        ServerLock(tmp_path)
    lock.release()
    ServerLock(tmp_path).release()


def test_lock_of_a_server_that_was_killed_is_free(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from svyaz.tenancy.lock import ServerLock;"
        "lock = ServerLock(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"held\n"
        with pytest.raises(HomeInUse):
            ServerLock(tmp_path)
        server.kill()
    ServerLock(tmp_path).release()


def test_damaged_base_is_told_and_not_a_crash(sqlite_home: Path, home: Path) -> None:
    shutil.copytree(sqlite_home, home)
    (home / "company.sqlite").write_bytes(b"this is not a base" * 100)
    with pytest.raises(Problem) as refused:
        companies.open(home, SHAPES)
    assert refused.value.code == "database_gone"
