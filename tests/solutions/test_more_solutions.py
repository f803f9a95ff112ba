"""«Оптовая торговля», «Служба поддержки», «Проектное агентство»: beside sales, with their samples, right to the last kopeck."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from svyaz.access.actor import SYSTEM
from svyaz.kernel.durations import parse_duration
from svyaz.kernel.problem import Problem
from svyaz.records import write as records
from svyaz.schema.snapshot import Entity
from svyaz.solutions import install as solutions
from svyaz.solutions.package import opened
from svyaz.solutions.sample import load_sample
from svyaz.solutions.shipped import shipped
from svyaz.storage import catalog
from svyaz.tenancy.company import Company
from svyaz.traits.registry import SHAPES, TRAITS
from tests.cast import Cast, romashka
from tests.solutions.samples import rows

__all__ = ["romashka"]

KEYS = ("wholesale", "service_desk", "agency")


def install(company: Company, key: str, sample: bool = True) -> None:
    company.conduct = TRAITS
    with opened(shipped()[key]) as package:
        prepared = solutions.prepare_install(company, package)
        assert prepared.conflicts == ()
        solutions.install(company, SYSTEM, package, prepared, "решение", prepared.plan.digest)
        if sample:
            load_sample(company, package.sample, logins=False)  # type: ignore[arg-type]


def all_of(company: Company, entity: str, *keys: str) -> dict[str, tuple[Any, ...]]:
    """label -> values of the fields, as the API tells them."""
    with company.write() as session:
        ids = [row[0] for row in session.fetch(f'SELECT sv_id FROM "{entity}" ORDER BY sv_id')]
        views = [records.view_after_write(session, SYSTEM, entity, id) for id in ids]
    return {view.label: tuple(view.values[key] for key in keys) for view in views}


def money(value: Any) -> Decimal:
    return Decimal(value[0]) if value else Decimal(0)


@pytest.mark.parametrize("key", KEYS)
def test_solution_stands_beside_sales_and_is_taken_out_whole(company: Company, key: str) -> None:
    company.conduct = TRAITS
    before = set(company.snapshot.entities), set(company.snapshot.roles)
    install(company, key)
    with company.read() as session:
        assert catalog.differences(session, session.snapshot) == []
    entities: list[Entity] = [one for name, one in company.snapshot.entities.items() if name not in before[0]]
    for entity in entities:
        assert {"genitive", "accusative", "genitive_plural"} <= set(entity.title.forms), entity.key
    prepared = solutions.prepare_uninstall(company, key)
    solutions.uninstall(company, SYSTEM, key, prepared, key, prepared.plan.digest)
    assert (set(company.snapshot.entities), set(company.snapshot.roles)) == before
    with company.read() as session:
        assert catalog.differences(session, session.snapshot) == []


def test_all_solutions_live_in_one_company(company: Company) -> None:
    for key in (*KEYS, "isp"):
        install(company, key, sample=False)
    with company.read() as session:
        assert set(KEYS) | {"isp"} <= set(solutions.installed(session))
        assert catalog.differences(session, session.snapshot) == []


def test_stock_reserve_and_debt_of_wholesale_agree_with_its_papers(company: Company) -> None:
    install(company, "wholesale")
    folder = shipped()["wholesale"] / "sample"
    supplies = [f"П-{at:04d}" for at, one in enumerate(rows("supply", folder), 1) if one["received_on"]]
    orders = {f"З-{at:04d}": one for at, one in enumerate(rows("sale_order", folder), 1)}
    stock = {one["title"]: Decimal(0) for one in rows("goods", folder)}
    reserved = dict.fromkeys(stock, Decimal(0))
    shipped_sums: dict[str, Decimal] = {}
    for line in rows("supply_line", folder):
        if line["supply"] in supplies:
            stock[line["product"]] += Decimal(line["quantity"])
    for line in rows("sale_line", folder):
        order, quantity = orders[line["sale_order"]], Decimal(line["quantity"])
        if order["shipped_on"]:
            stock[line["product"]] -= quantity
            sums = shipped_sums.get(order["buyer"], Decimal(0)) + quantity * Decimal(line["price"])
            shipped_sums[order["buyer"]] = sums
        elif order["stage"] in ("confirmed", "picked"):
            reserved[line["product"]] += quantity
    told = all_of(company, "goods", "rest", "reserved", "free", "to_order", "least")
    assert {key: Decimal(one[0]) for key, one in told.items()} == stock
    assert {key: Decimal(one[1] or 0) for key, one in told.items()} == reserved
    assert {key: one[3] for key, one in told.items()} == {
        key: stock[key] - reserved[key] < Decimal(one[4]) for key, one in told.items()
    }
    assert {one[3] for one in told.values()} == {True, False}
    paid: dict[str, Decimal] = {}
    for one in rows("buyer_payment", folder):
        paid[one["buyer"]] = paid.get(one["buyer"], Decimal(0)) + Decimal(one["sum"])
    buyers = all_of(company, "buyer", "debt", "overdue", "stop", "contact")
    zero = Decimal(0)
    assert {key: money(one[0]) for key, one in buyers.items()} == {
        key: max(shipped_sums.get(key, zero) - paid.get(key, zero), zero) for key in buyers
    }
    assert buyers["Сеть «Домашний уют»"][1] is True  # shipped eighteen days ago, fourteen to pay
    assert buyers["ИП Громов"][1] is False
    assert buyers["ООО «Офис-сервис»"][3] == {"last": "Тарасов", "first": "Олег", "middle": "Викторович"}


def test_time_norms_and_marks_of_the_desk_follow_its_works(company: Company) -> None:
    install(company, "service_desk")
    told = all_of(company, "desk_request", "spent", "norm", "left", "over", "cost", "mark")
    assert told["Не печатает счета"] == (7800, 14400, 6600, False, ["1950.00", "RUB"], 4)
    assert told["Терминал не держит заряд"] == (18600, 14400, -4200, True, ["4650.00", "RUB"], 3)
    assert told["Медленно работает ноутбук"][:4] == (None, 14400, 14400, False)
    service = all_of(company, "desk_service", "requests", "open", "usual", "mark")
    assert service["Ремонт рабочего места"] == (4, 2, (7800 + 18600 + 15600) // 3, "3.50")
    assets = all_of(company, "desk_asset", "requests", "spent", "repairs", "warranty_till", "under_warranty", "tag")
    assert assets["И-0002 Принтер лазерный"][:3] == (2, 7800 + 15600, ["5850.00", "RUB"])
    assert (assets["И-0002 Принтер лазерный"][4], assets["И-0003 Ноутбук 15″"][4]) == (False, True)
    assert assets["И-0001 Ноутбук 14″"][5] == "#1e5bd6"
    assert all_of(company, "desk_person", "requests", "open")["Абрамова Нина Сергеевна"] == (2, 1)


def test_profit_of_a_project_is_its_budget_without_hours_and_costs(company: Company) -> None:
    install(company, "agency")
    folder = shipped()["agency"] / "sample"
    rates = {one["title"]: Decimal(one["rate"]) for one in rows("agency_rate", folder)}
    spent: dict[str, int] = {}
    labour: dict[str, Decimal] = {}
    for one in rows("time_entry", folder):
        took = parse_duration(one["took"])
        spent[one["project"]] = spent.get(one["project"], 0) + took
        labour[one["project"]] = labour.get(one["project"], Decimal(0)) + took * rates[one["grade"]] / 3600
    costs: dict[str, Decimal] = {}
    for one in rows("agency_cost", folder):
        costs[one["project"]] = costs.get(one["project"], Decimal(0)) + Decimal(one["sum"])
    told = all_of(company, "agency_project", "spent", "labour", "costs", "profit", "budget", "trouble", "debt")
    for title, (took, work, cost, profit, budget, _, _) in told.items():
        assert (took or 0, money(work), money(cost)) == (
            spent.get(title, 0), labour.get(title, Decimal(0)), costs.get(title, Decimal(0)),
        )  # fmt: skip
        assert money(profit) == money(budget) - money(work) - money(cost)
    assert told["Ролик для ЖК"][5] is True  # two days late and over its sixty hours
    assert told["Новая упаковка"][5] is False
    assert told["Ролик для ЖК"][6] == ["100000.00", "RUB"]
    client = all_of(company, "agency_client", "projects", "open", "revenue", "debt")
    assert client["ООО «Северный чай»"] == (2, 1, ["510000.00", "RUB"], ["0.00", "RUB"])
    tasks = all_of(company, "agency_task", "spent", "planned", "over")
    assert tasks["Съёмка"] == (48 * 3600, 24 * 3600, True)


def test_checks_of_the_solutions_refuse_what_cannot_be(company: Company) -> None:
    install(company, "agency", sample=False)
    install(company, "service_desk", sample=False)
    with company.write() as session:
        wrong = {"title": "Всё", "react": "4 ч", "solve": "1 ч"}
        with pytest.raises(Problem, match="check_failed"):
            records.create_record(session, SYSTEM, "desk_service", wrong)
        client = records.create_record(session, SYSTEM, "agency_client", {"title": "К"}).id
        project = records.create_record(session, SYSTEM, "agency_project", {"title": "П", "client": client}).id
        for took in ("0 мин", "25 ч"):
            with pytest.raises(Problem, match="check_failed"):
                records.create_record(session, SYSTEM, "time_entry", {"project": project, "took": took})
        with pytest.raises(Problem, match="stage_not_next"):
            records.change_record(session, SYSTEM, "agency_project", project, {"stage": "done"}, 1)


def test_roles_hide_money_from_those_who_make_and_ship(romashka: Cast) -> None:
    company = romashka.company
    hidden = {
        "storekeeper": {"goods": ("cost", "margin"), "buyer": ("debt", "credit"), "sale_order": ("left",)},
        "agency_maker": {"agency_project": ("budget", "profit", "labour"), "time_entry": ("cost", "rate")},
        "desk_dispatcher": {"desk_work": ("rate", "cost"), "desk_request": ("cost",)},
    }
    for key in KEYS:
        install(company, key, sample=False)
    for role, told in hidden.items():
        grants = company.snapshot.roles[role].grants
        for entity, fields in told.items():
            assert {grants[entity].fields[key] for key in fields} == {"hidden"}
    for key in KEYS:
        with opened(shipped()[key]) as package:
            roles = solutions.check(package, SHAPES).roles.values()
        assert [len(role.grants) > 5 for role in roles if "configure" in role.abilities] == [True]


def test_every_object_of_a_solution_has_its_page_in_the_guide() -> None:
    for key in KEYS:
        page = (shipped()[key].parents[1] / "docs" / "user" / f"{key.replace('_', '-')}.md").read_text(encoding="utf-8")
        with opened(shipped()[key]) as package:
            snapshot = solutions.check(package, SHAPES)
        own = [one for one in snapshot.entities.values() if one.origin not in ("org", "") and one.kind == "record"]
        assert [
            one.title.ru for one in own if f"«{one.title.ru}»" not in page and f"«{one.title.plural}»" not in page
        ] == []
