"""A company's configuration is handed on as files: exported, installed elsewhere, upgraded, compared, taken out."""

from __future__ import annotations

import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from svyaz.access.actor import SYSTEM
from svyaz.cli import main
from svyaz.configurator import edits as op
from svyaz.configurator.apply import PlanNotConfirmed, apply_wanted
from svyaz.configurator.plan import Wanted, make_plan
from svyaz.kernel.clock import FixedClock
from svyaz.kernel.problem import Problem
from svyaz.records import write as records
from svyaz.schema.digest import canonical
from svyaz.schema.snapshot import Snapshot
from svyaz.solutions import install as solutions
from svyaz.solutions.package import ArchiveRefused, SolutionNewer, opened, write
from svyaz.solutions.shipped import shipped, source_of
from svyaz.solutions.toml_text import toml_text
from svyaz.storage import catalog
from svyaz.tenancy import company as companies
from svyaz.tenancy.company import Company
from svyaz.tenancy.home import HomeSettings
from svyaz.traits.registry import SHAPES, TRAITS
from tests.api.site import Site
from tests.cast import romashka
from tests.configurator.test_any_edits import Administrator
from tests.conftest import NOW, SCHEMA
from tests.postgres import fresh_database, template_database

__all__ = ["romashka"]


def change(company: Company, *edits: op.Edit) -> None:
    plan = make_plan(company, Wanted(company.snapshot.revision, edits))
    apply_wanted(company, SYSTEM, Wanted(company.snapshot.revision, edits), confirm=plan.digest)


def install(company: Company, what: Path, take: str = "here") -> list[str]:
    with opened(what) as package:
        prepared = solutions.prepare_install(company, package, take)
        solutions.install(company, SYSTEM, package, prepared, "решение", prepared.plan.digest)
    return [one.place for one in prepared.conflicts]


def exported(company: Company, out: Path, key: str = "own", version: str = "1") -> Path:
    with company.read() as session:
        package = solutions.export(session, key, {"ru": "Своё"}, version)
    write(package, out)
    return out


def meaning(snapshot: Snapshot) -> Any:
    """What a configuration says, without what belongs to one base: numbers, columns, whose it is."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            dropped = ("number", "numbers", "column", "origin", "revision")
            return {key: plain(one) for key, one in value.items() if key not in dropped}
        return [plain(one) for one in value] if isinstance(value, list) else value

    told = plain(canonical((snapshot.entities, snapshot.roles, snapshot.menu, snapshot.home)))
    return told


@pytest.fixture
def empty(company: Company, tmp_path: Path) -> Iterator[Company]:
    """Another company with nothing but what lies beneath every solution, on the same kind of database."""
    with company.read() as session:
        dialect = session.dialect
    with ExitStack() as stack:
        kept = HomeSettings()
        if dialect == "postgresql":
            kept = HomeSettings(
                stack.enter_context(fresh_database(template_database("blank", lambda url: None))), SCHEMA
            )
        made = companies.create(tmp_path / "empty", source_of([]), SHAPES, FixedClock(NOW), kept, synchronous="OFF")
        made.conduct = TRAITS
        yield made
        made.close()


@pytest.mark.parametrize("seed", range(3))
def test_configuration_after_any_edits_says_the_same_in_an_empty_base(
    company: Company, empty: Company, tmp_path: Path, seed: int
) -> None:
    company.conduct = TRAITS
    administrator = Administrator(company, 50 + seed)
    done = 0
    while done < 10:
        plan = administrator.plan()
        if plan is None or plan.asks:
            continue
        try:
            solutions.apply_plan(company, SYSTEM, plan, confirm=plan.digest)
        except Problem:
            continue
        done += 1
    out = tmp_path / ("own.zip" if seed else "own")
    exported(company, out)
    assert install(empty, out) == []
    assert meaning(empty.snapshot) == meaning(company.snapshot)
    with empty.read() as session:
        assert catalog.differences(session, session.snapshot) == []
    assert exported(company, tmp_path / "a.zip").read_bytes() == exported(company, tmp_path / "b.zip").read_bytes()


def test_upgrade_keeps_what_the_company_changed_and_tells_what_both_did(company: Company, tmp_path: Path) -> None:
    company.conduct = TRAITS
    folder = exported(company, tmp_path / "sales", "sales")
    change(
        company,
        op.ChangeField("deal", "title", {"title": "О чём"}),
        op.AddField("deal", {"key": "own", "title": "Своё", "type": "text"}),
        op.ChangeField("deal", "close_on", {"title": "Срок"}),
        op.DropField("deal", "engaged_on"),
    )
    text = (folder / "entities" / "deal.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["key"] == "deal"
    text = text.replace('"Закрыть до"', '"Закрыть к"').replace('"Причина отказа"', '"Почему нет"')
    text = text.replace('key = "description"', 'key = "about"')
    (folder / "entities" / "deal.toml").write_text(text, encoding="utf-8")
    form = folder / "entities" / "deal.toml"
    form.write_text(form.read_text(encoding="utf-8").replace('"description"', '"about"'), encoding="utf-8")

    assert install(company, folder) == ["deal: field.close_on.title"]
    deal = company.snapshot.entities["deal"]
    said = {one.key: one.title.ru for one in deal.fields}
    assert said["title"] == "О чём" and said["own"] == "Своё"  # local changes stay
    assert said["close_on"] == "Срок"  # both changed it: what is here stays, and it was told
    assert said["loss_reason"] == "Почему нет" and said["about"] == "Описание"  # the solution's news came
    assert deal.by_key["description"].hidden and "engaged_on" not in said  # hidden, not dropped; dropped stays so
    assert install(company, folder) == []  # once more: nothing new
    with company.read() as session, opened(folder) as package:
        assert any("Срок" in line for line in solutions.difference_lines(session, package))


def test_provider_is_installed_beside_sales_works_and_is_taken_out_with_a_plan(company: Company) -> None:
    company.conduct = TRAITS
    before = meaning(company.snapshot)
    install(company, shipped()["isp"])
    with company.write() as session:
        one = records.create_record(session, SYSTEM, "subscriber", {"title": "Иванов"}).id
        records.create_record(session, SYSTEM, "charge", {"subscriber": one, "sum": "500.00"})
        records.create_record(session, SYSTEM, "payment", {"subscriber": one, "sum": "120.00"})
        found = records.view_after_write(session, SYSTEM, "subscriber", one).values
        assert found["balance"] == ["-380.00", "RUB"] and found["debt"] == ["380.00", "RUB"]
        for bad in ("00:1a:2b:3c:4d", "00:1a:2b:3c:4d:5g", "001a2b3c4d5e"):
            with pytest.raises(Problem, match="check_failed"):
                records.create_record(session, SYSTEM, "equipment", {"title": "R", "mac": bad})
        records.create_record(
            session, SYSTEM, "equipment", {"title": "R", "mac": "00:1A:2b:3c:4d:5e", "ip": "10.0.0.1"}
        )
    prepared = solutions.prepare_uninstall(company, "isp")
    assert {step.entity for step in prepared.plan.steps if step.kind == "lost" and step.entity} == {
        "address", "charge", "equipment", "payment", "subscriber", "tariff", "ticket",
    }  # fmt: skip
    with pytest.raises(PlanNotConfirmed):
        solutions.uninstall(company, SYSTEM, "isp", prepared, "", "")
    solutions.uninstall(company, SYSTEM, "isp", prepared, "", prepared.plan.digest)
    assert meaning(company.snapshot) == before
    with company.read() as session:
        assert catalog.differences(session, session.snapshot) == []
        assert "isp" not in solutions.installed(session)
    with pytest.raises(Problem, match="solution_not_installed"):
        solutions.prepare_uninstall(company, "isp")


def test_every_shipped_solution_is_whole_alone() -> None:
    for folder in shipped().values():
        with opened(folder) as package:
            solutions.check(package, SHAPES)


def archive(path: Path, files: dict[str, Any]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            one = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)
            one.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(one, content)
    return path


HEAD = 'key = "bad"\ntitle = "Чужое"\n'
LINK = zipfile.ZipInfo("bad/entities/a.toml")
LINK.external_attr = 0o120777 << 16
HOSTILE: tuple[tuple[str, dict[Any, Any]], ...] = (
    ("path", {"../../etc/evil.toml": HEAD}),
    ("path", {"/etc/evil.toml": HEAD}),
    ("path", {"C:\\evil.toml": HEAD}),
    ("path", {"bad\\..\\..\\evil.toml": HEAD}),
    ("link", {LINK: "/etc/passwd"}),
    ("kind", {"bad/solution.toml": HEAD, "bad/run.py": "import os"}),
    ("size", {"bad/entities/bomb.toml": "a" * 4_900_000}),
    ("count", {f"bad/entities/{at}.toml": "" for at in range(2_001)}),
)


@pytest.mark.parametrize(("why", "files"), HOSTILE)
def test_hostile_archive_is_refused_before_anything_is_unpacked(
    tmp_path: Path, why: str, files: dict[Any, Any]
) -> None:
    with pytest.raises(ArchiveRefused) as refused, opened(archive(tmp_path / "bad.zip", files)):
        raise AssertionError("it was opened")
    assert refused.value.facts["why"] == why
    assert [one.name for one in tmp_path.rglob("*")] == ["bad.zip"]


def test_solution_of_a_newer_version_and_a_broken_archive_are_refused(tmp_path: Path) -> None:
    newer = archive(tmp_path / "newer.zip", {"bad/solution.toml": HEAD + "format = 2\n"})
    with pytest.raises(SolutionNewer), opened(newer):
        pass
    (tmp_path / "torn.zip").write_bytes(newer.read_bytes()[:60])
    with pytest.raises(ArchiveRefused), opened(tmp_path / "torn.zip"):
        pass


def test_script_in_a_title_stays_a_text_and_a_sign_that_cannot_be_seen_is_refused(
    company: Company, tmp_path: Path
) -> None:
    entity = (
        'key = "thing"\ntitle = "<script>alert(1)</script>"\n[[field]]\nkey = "title"\ntitle = "Имя"\ntype = "text"\n'
    )
    install(
        company, archive(tmp_path / "script.zip", {"x/solution.toml": 'key = "x"\n', "x/entities/thing.toml": entity})
    )
    assert company.snapshot.entities["thing"].title.ru == "<script>alert(1)</script>"
    turned = entity.replace("<script>", "\u202e").replace("thing", "other")
    with pytest.raises(Problem, match="setting_not_allowed"):
        install(
            company, archive(tmp_path / "turned.zip", {"y/solution.toml": 'key = "y"\n', "y/entities/a.toml": turned})
        )


def test_locked_product_closes_the_configurator_for_all_by_the_api(romashka: Any) -> None:
    site = Site(romashka)
    try:
        change(site.company, op.PutSettings({"locked": True}))
        artem = site.browser("Артём")
        assert artem.get("/api/schema")["settings"]["locked"] is True
        for method, path, body in (
            ("GET", "/api/schema/source", None),
            ("GET", "/api/schema/revisions", None),
            ("POST", "/api/schema/plan", {"revision": 2}),
            ("POST", "/api/schema/apply", {"revision": 2, "edits": [{"do": "put_settings", "set": {"locked": None}}]}),
            ("POST", "/api/schema/undo", {"revision": 2}),
        ):
            assert artem.refused(method, path, 403, body)["code"] == "configurator_locked"
    finally:
        site.close()


KEYS = st.sampled_from(["key", "title", "note", "two words", "список"])
TEXTS = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=12)
SCALARS = st.one_of(TEXTS, st.integers(-(10**9), 10**9), st.booleans())
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.dictionaries(
        st.one_of(KEYS, st.sampled_from(["options", "field", "form", "traits", "menu"])), VALUES, max_size=5
    )
)
def test_any_table_is_the_same_after_being_written_and_read(table: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text(table)) == table


def test_command_line_exports_checks_installs_compares_and_locks(
    company: Company, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    company.close()
    out, at = tmp_path / "own.zip", ["--home", str(home)]
    assert main(["solution", "export", "sales", *at, "--out", str(out)]) == 0
    assert main(["solution", "check", str(out)]) == 0
    assert main(["solution", "diff", str(out), *at]) == 0
    assert main(["solution", "install", "isp", *at]) == 0  # told, not done
    assert "Появится объект «Абонент»." in capsys.readouterr().out
    assert main(["solution", "diff", "isp", *at]) == 1
    assert main(["solution", "install", "isp", *at, "--yes", "--sample"]) == 0
    assert main(["solution", "lock", *at]) == 0
    assert main(["solution", "uninstall", "isp", *at, "--yes"]) == 0
    assert main(["solution", "uninstall", "isp", *at]) == 1
    assert "не установлено" in capsys.readouterr().err
