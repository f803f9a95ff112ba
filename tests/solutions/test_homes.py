"""The home page: shipped ones hold, what a reader may not see is not there, it is planned, undone, handed on and merged."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from svyaz.access.actor import SYSTEM
from svyaz.configurator import edits as op
from svyaz.configurator.apply import apply_wanted
from svyaz.configurator.plan import Wanted, make_plan
from svyaz.kernel.problem import Problem, Problems
from svyaz.solutions import install as solutions
from svyaz.solutions.package import files_of, opened, write
from svyaz.solutions.shipped import shipped
from svyaz.tenancy.company import Company
from svyaz.traits.registry import SHAPES, TRAITS
from tests.api.site import Site
from tests.cast import romashka

__all__ = ["romashka"]


def change(company: Company, *edits: op.Edit) -> list[str]:
    """Codes of the steps of the plan that was applied."""
    company.conduct = TRAITS
    plan = make_plan(company, Wanted(company.snapshot.revision, edits))
    apply_wanted(company, SYSTEM, Wanted(company.snapshot.revision, edits), confirm=plan.digest)
    return [step.code for step in plan.steps]


def block(key: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "kind": kind, **more}


def page(*blocks: dict[str, Any], columns: int = 3) -> dict[str, Any]:
    return {"columns": columns, "block": list(blocks)}


LATE = block("late", "list", entity="deal", view="late", columns=["amount", "close_on"])
WON = block("won", "figure", entity="deal", measure="sum:amount", date="closed_on", period="month")


def keys(company: Company) -> list[str]:
    assert company.snapshot.home is not None
    return [one.key for one in company.snapshot.home.blocks]


def test_every_shipped_solution_brings_a_home_page_that_holds() -> None:
    for key, folder in shipped().items():
        with opened(folder) as package:
            home = solutions.check(package, SHAPES).home
            assert home is not None and len(home.blocks) >= 6, key
            assert {"plan", "figure", "list", "chart", "buttons"} <= {one.kind for one in home.blocks}, key
            assert tomllib.loads(files_of(package)["solution.toml"])["home"] == package.source.home


def test_home_page_is_planned_in_words_and_undone(company: Company) -> None:
    before = keys(company)
    assert change(company, op.PutHome(page(LATE, WON))) == ["plan_changed_home"]
    assert keys(company) == ["late", "won"]
    number = company.snapshot.revision
    apply_wanted(company, SYSTEM, Wanted(number, restore=number - 1))
    assert keys(company) == before
    assert change(company, op.PutHome(page(LATE), role="manager")) == ["plan_changed_role_home"]
    role = company.snapshot.roles["manager"].home
    assert role is not None and [one.key for one in role.blocks] == ["late"] and keys(company) == before
    with pytest.raises(Problem, match="setting_not_allowed"):
        change(company, op.PutHome(page(LATE), role="nobody"))


WRONG = (
    block("a", "list", entity="nothing"),
    block("a", "list", entity="deal", view="nothing"),
    block("a", "list", entity="deal", columns=["nothing"]),
    block("a", "list", entity="deal", filter="nothing = 1"),
    block("a", "list", entity="deal", limit=1000),
    block("a", "figure", entity="deal", measure="sum:title"),
    block("a", "figure", entity="deal", date="title", period="month"),
    block("a", "chart", entity="deal"),
    block("a", "chart", entity="deal", group="stage:month"),
    block("a", "buttons", entities=["nothing"]),
    block("a", "nothing"),
    block("a", "recent", odd=1),
    block("a", "text", text="a" * 4_001),
    {"kind": "recent"},
)


@pytest.mark.parametrize("wrong", WRONG)
def test_block_that_cannot_be_is_refused_with_its_place(company: Company, wrong: dict[str, Any]) -> None:
    with pytest.raises(Problem) as refused:
        change(company, op.PutHome(page(block("first", "recent"), wrong)))
    told = refused.value.problems if isinstance(refused.value, Problems) else (refused.value,)
    assert all(one.place.startswith("home: block 2") for one in told)


def test_what_is_dropped_leaves_the_page_and_the_rest_stays(company: Company) -> None:
    own = {"key": "own", "title": "Своё", "type": "decimal"}
    change(company, op.AddField("deal", own))
    more = block("own", "figure", entity="deal", measure="sum:own")
    listed = block("listed", "list", entity="deal", view="late", columns=["own", "amount"])
    change(company, op.PutHome(page(more, listed, WON)))
    plan = make_plan(company, Wanted(company.snapshot.revision, [op.DropField("deal", "own")]))
    assert {use.kind for step in plan.steps for use in step.uses} >= {"home"}
    change(company, op.DropField("deal", "own"), op.DropView("deal", "late"))
    assert company.snapshot.home is not None
    first, second = company.snapshot.home.blocks
    assert (first.key, first.columns, first.view, second.key) == ("listed", ("amount",), "", "won")


def test_home_page_goes_with_the_files_and_a_later_one_is_merged_block_by_block(
    company: Company, tmp_path: Path
) -> None:
    company.conduct = TRAITS
    change(company, op.PutHome(page(LATE, WON)))
    with company.read() as session:
        package = solutions.export(session, "sales", {"ru": "Продажи"}, "1")
    write(package, tmp_path / "sales")

    def install() -> list[str]:
        with opened(tmp_path / "sales") as package:
            prepared = solutions.prepare_install(company, package)
            solutions.install(company, SYSTEM, package, prepared, "", prepared.plan.digest)
            return [one.place for one in prepared.conflicts]

    assert install() == []
    change(company, op.PutHome(page({**WON, "title": "Моё"}, LATE, block("mine", "recent"), columns=2)))
    head = tmp_path / "sales" / "solution.toml"
    text = head.read_text(encoding="utf-8").replace('period = "month"', 'period = "week"\ntitle = "Их"')
    head.write_text(text, encoding="utf-8")
    assert install() == ["home: block.won.title"]
    assert company.snapshot.home is not None
    assert [one.key for one in company.snapshot.home.blocks] == ["won", "late", "mine"]
    won = company.snapshot.home.blocks[0]
    assert (won.title.ru, won.period, company.snapshot.home.columns) == ("Моё", "week", 2)


def test_reader_has_the_page_of_his_role_without_what_he_may_not_see(romashka: Any) -> None:
    site = Site(romashka)
    try:
        role = {"title": "Кладовщик", "key": "keeper", "grants": {"product": {"see": "all"}}}
        text = block("text", "text", text={"ru": "Привет", "en": "Hello"})
        blocks = (LATE, WON, block("goods", "list", entity="product", columns=["price", "sku"]), text)
        add = block("add", "buttons", entities=["deal", "product"])
        change(site.company, op.PutHome(page(*blocks, add)), op.PutRole(role))
        artem = site.browser("Артём")
        told = artem.get("/api/schema")["home"]
        assert [one["key"] for one in told["blocks"]] == ["late", "won", "goods", "text", "add"] and not told["own"]
        assert told["blocks"][3]["text"] == "Привет"
        snapshot = site.company.snapshot
        manager = dict(snapshot.roles["manager"].grants)
        assert "deal" in manager
        source = artem.get("/api/schema/source")
        (found,) = [one for one in source["source"]["roles"] if one["key"] == "manager"]
        table = {key: value for key, value in found.items() if key != "origin"}
        table["grants"]["deal"] = {"see": "taking_part", "fields": {"amount": "hidden", "close_on": "hidden"}}
        filtered = block("filtered", "list", entity="deal", filter="amount > 100")
        change(site.company, op.PutRole(table), op.PutHome(page(*blocks, add, filtered)))
        olga = site.browser("Ольга")
        told = {one["key"]: one for one in olga.get("/api/schema")["home"]["blocks"]}
        assert "won" not in told and "filtered" not in told  # a sum and a filter of what she may not read
        assert told["late"]["columns"] == []
        change(site.company, op.PutHome(page(text, columns=1), role="manager"))
        home = olga.get("/api/schema")["home"]
        assert home["own"] and home["columns"] == 1 and [one["key"] for one in home["blocks"]] == ["text"]
    finally:
        site.close()
