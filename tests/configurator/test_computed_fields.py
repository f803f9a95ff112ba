"""Formulas, look-ups and roll-ups: true at once, or a moment later where many records follow, on both databases."""

from __future__ import annotations

from typing import Any

from tests.api.site import Caller, Site
from tests.configurator.test_over_http import apply


def field(on: str, key: str, kind: str, **rest: Any) -> dict[str, Any]:
    return {"do": "add_field", "entity": on, "field": {"key": key, "title": key, "type": kind, **rest}}


PROVIDER = (
    {"do": "add_entity", "table": {"key": "tariff", "title": "Тариф", "field": [
        {"key": "title", "title": "Имя", "type": "text"}, {"key": "fee", "title": "Плата", "type": "money"}]}},
    {"do": "add_entity", "table": {"key": "abonent", "title": "Абонент", "field": [
        {"key": "title", "title": "ФИО", "type": "text"},
        {"key": "tariff", "title": "Тариф", "type": "link", "to": "tariff", "on_delete": "clear"},
        {"key": "kind", "title": "Вид", "type": "choice", "options": [
            {"key": "home", "title": "Дом"}, {"key": "firm", "title": "Фирма"}]}]}},
    {"do": "add_entity", "table": {"key": "payment", "title": "Платёж", "field": [
        {"key": "abonent", "title": "Абонент", "type": "link", "to": "abonent", "on_delete": "delete"},
        {"key": "paid_on", "title": "Дата", "type": "date"},
        {"key": "sum", "title": "Сумма", "type": "money"},
        {"key": "done", "title": "Проведён", "type": "yes_no"}]}},
    field("abonent", "paid", "rollup", entity="payment", function="sum", value="sum", where="done"),
    field("abonent", "payments", "rollup", entity="payment", function="count"),
    field("abonent", "last_sum", "rollup", entity="payment", function="last", value="sum", order="paid_on"),
    field("abonent", "average", "rollup", entity="payment", function="avg", value="sum"),
    field("abonent", "middle", "rollup", entity="payment", function="median", value="sum"),
    field("abonent", "last_day", "rollup", entity="payment", function="max", value="paid_on"),
    field("abonent", "fee", "lookup", path="tariff.fee"),
    field("abonent", "debt", "formula", formula="coalesce(fee, 0) * 2 - coalesce(paid, 0)", shows="money"),
    field("abonent", "state", "formula", formula="if(debt > 0, 'должен', 'чист')"),
    field("abonent", "silent_days", "formula", formula="days_between(last_day, today())"),
    field("payment", "of_kind", "lookup", path="abonent.kind"),
    field("payment", "share", "formula", formula="round(sum / abonent.paid * 100, 1)", shows="percent"),
    field("tariff", "owed", "rollup", entity="abonent", function="sum", value="debt"),
)  # fmt: skip


def values(caller: Caller, entity: str, id: int, *keys: str) -> list[Any]:
    found = caller.open(entity, id)["values"]
    return [found[key] for key in keys]


def test_balance_of_a_subscriber_follows_payments_tariff_and_moves_between_cards(site: Site) -> None:
    artem = site.browser("Артём")
    apply(artem, *PROVIDER)
    tariff = artem.create("tariff", title="Сто", fee="500.00")["id"]
    one, two = (artem.create("abonent", title=name, tariff=tariff, kind="home")["id"] for name in ("Иванов", "Петров"))
    assert values(artem, "abonent", one, "paid", "payments", "fee", "debt", "state") == [
        None, 0, ["500.00", "RUB"], ["1000.00", "RUB"], "должен",
    ]  # fmt: skip
    pays = [
        artem.create("payment", abonent=one, sum=said, paid_on=day, done=True)["id"]
        for said, day in (("300.00", "2026-02-01"), ("100.00", "2026-03-01"), ("700.01", "2026-01-01"))
    ]
    assert values(artem, "abonent", one, "paid", "payments", "last_sum", "average", "middle", "last_day") == [
        ["1100.01", "RUB"], 3, ["100.00", "RUB"], ["366.67", "RUB"], ["300.00", "RUB"], "2026-03-01",
    ]  # fmt: skip
    assert values(artem, "abonent", one, "debt", "state", "silent_days") == [["-100.01", "RUB"], "чист", 2]
    assert values(artem, "tariff", tariff, "owed") == [["899.99", "RUB"]]

    artem.change("payment", pays[2], 1, abonent=two)  # to another card: both are counted anew
    assert values(artem, "abonent", one, "paid", "payments") == [["400.00", "RUB"], 2]
    assert values(artem, "abonent", two, "paid", "state") == [["700.01", "RUB"], "должен"]
    artem.change("payment", pays[0], 1, done=False)
    assert values(artem, "abonent", one, "paid", "debt") == [["100.00", "RUB"], ["900.00", "RUB"]]
    artem.delete(f"/api/records/payment/{pays[1]}")
    assert values(artem, "abonent", one, "paid", "payments", "last_day") == [None, 1, "2026-02-01"]

    artem.change("tariff", tariff, 1, fee="600.00")
    site.run_jobs()  # a look-up in many records comes after the commit
    assert values(artem, "abonent", one, "fee", "debt") == [["600.00", "RUB"], ["1200.00", "RUB"]]
    assert values(artem, "tariff", tariff, "owed") == [["1699.99", "RUB"]]
    assert values(artem, "payment", pays[2], "of_kind") == ["home"]


def test_computed_field_is_filtered_sorted_grouped_totalled_and_exported_like_any_other(site: Site) -> None:
    artem = site.browser("Артём")
    apply(artem, *PROVIDER)
    tariff = artem.create("tariff", title="Сто", fee="500.00")["id"]
    ids = [artem.create("abonent", title=f"А{n}", tariff=tariff)["id"] for n in range(3)]
    for at, id in enumerate(ids):
        artem.create("payment", abonent=id, sum=f"{at * 600}.00", paid_on=f"2026-03-0{3 - at}", done=True)
    assert artem.ids("abonent", filter="debt > 0", sort="-debt") == [ids[0], ids[1]]
    assert artem.ids("abonent", filter="state = 'должен'", sort="state,debt") == [ids[1], ids[0]]
    assert artem.ids("abonent", filter="silent_days >= 1", sort="-silent_days") == [ids[2], ids[1]]
    assert artem.ids("payment", filter="abonent.silent_days = 1") == artem.ids("payment", filter="abonent.title = 'А1'")
    told = artem.post(
        "/api/records/abonent/query",
        {
            "group": "state",
            "first": 5,
            "totals": [{"function": "sum", "field": "debt"}, {"function": "max", "field": "silent_days"}],
        },
    )
    assert [(one["value"], one["count"], one["totals"]) for one in told["groups"]] == [
        ("должен", 2, [["1400.00", "RUB"], 1]),
        ("чист", 1, [["-200.00", "RUB"], 2]),
    ]
    report = {"entity": "abonent", "rows": ["state"], "columns": [], "measures": ["avg:debt", "median:silent_days"]}
    artem.post("/api/reports/run", report)
    text = artem.call(
        "GET", "/api/records/abonent?fields=title,debt,state,silent_days&sort=title", headers={"Accept": "text/csv"}
    )
    assert "А1;400,00" in text.decode() or "400" in text.decode()
    assert artem.get("/api/records/abonent", fields="title,fee,last_day,silent_days", sort="title")["rows"][0][2:] == [
        "А0", ["500.00", "RUB"], "2026-03-03", 0,
    ]  # fmt: skip


def test_nobody_fills_a_computed_field_and_it_is_told_as_the_type_it_gives(site: Site) -> None:
    artem = site.browser("Артём")
    apply(artem, *PROVIDER)
    error = artem.refused("POST", "/api/records/abonent", 403, {"values": {"title": "А", "debt": "1"}})
    assert error["code"] == "field_read_only"
    fields = {one["key"]: one for one in artem.get("/api/schema")["entities"]["abonent"]["fields"]}
    assert fields["debt"]["right"] == "read" and fields["debt"]["options"]["result"]["type"] == "money"
    assert fields["silent_days"]["options"]["result"]["type"] == "integer" and fields["silent_days"]["sortable"]
    assert {
        one["title"] for one in artem.get("/api/schema")["entities"]["payment"]["fields"] if one["key"] == "of_kind"
    }


def test_circle_of_formulas_through_three_objects_is_refused_with_its_path(site: Site) -> None:
    artem = site.browser("Артём")
    apply(artem, *PROVIDER[:3])
    circle = [
        field("tariff", "a", "rollup", entity="abonent", function="sum", value="b"),
        field("abonent", "b", "rollup", entity="payment", function="sum", value="c"),
        field("payment", "c", "formula", formula="abonent.tariff.a + 1"),
    ]
    error = artem.refused("POST", "/api/schema/plan", 422, {"revision": 2, "edits": circle})
    assert error["code"] == "formula_loop" and "tariff.a" in error["text"]
    path = error["facts"]["path"].split(" → ")
    assert path[0] == path[-1] and set(path) == {"tariff.a", "abonent.b", "payment.c"}


WRONG = (
    ({"type": "formula", "formula": "x" * 100_000}, "formula_missing"),
    ({"type": "formula", "formula": "(" * 1000 + "1" + ")" * 1000}, "formula_too_deep"),
    ({"type": "formula", "formula": "title +"}, None),
    ({"type": "formula", "formula": "me()"}, "formula_of_reader"),
    ({"type": "formula", "formula": "empty"}, "formula_of_nothing"),
    ({"type": "formula", "formula": "contacts"}, "formula_of_several"),
    ({"type": "formula", "formula": "title", "required": True}, "computed_held"),
    ({"type": "lookup", "path": "counterparty.nothing"}, None),
    ({"type": "rollup", "entity": "nothing"}, "schema_entity_unknown"),
    ({"type": "rollup", "entity": "product"}, "rollup_link_unclear"),
    ({"type": "rollup", "entity": "deal_line", "function": "sum", "value": "title"}, "rollup_impossible"),
    ({"type": "rollup", "entity": "deal_line", "function": "sum"}, "rollup_impossible"),
    ({"type": "rollup", "entity": "deal_line", "function": "product"}, "option_wrong"),
)


def test_what_cannot_be_computed_is_refused_with_a_reason(site: Site) -> None:
    artem = site.browser("Артём")
    for options, code in WRONG:
        edit = {"do": "add_field", "entity": "deal", "field": {"key": "made", "title": "Поле", **options}}
        error = artem.refused("POST", "/api/schema/plan", 422, {"revision": 1, "edits": [edit]})
        told = {error["code"], *(one["code"] for one in error["problems"])}
        assert code is None or code in told, (options, told)


def test_formula_becomes_a_plain_field_that_keeps_what_it_gave(site: Site) -> None:
    artem = site.browser("Артём")
    apply(artem, *PROVIDER)
    tariff = artem.create("tariff", title="Сто", fee="500.00")["id"]
    one = artem.create("abonent", title="А", tariff=tariff)["id"]
    apply(
        artem,
        {"do": "drop_field", "entity": "tariff", "field": "owed"},
        {"do": "change_field", "entity": "abonent", "field": "state", "set": {"formula": "if(fee > 0, 'платит', '')"}},
        {"do": "retype_field", "entity": "abonent", "field": "debt", "type": "money"},
        confirm=artem.post("/api/schema/plan", {"revision": 2, "edits": [
            {"do": "drop_field", "entity": "tariff", "field": "owed"},
            {"do": "change_field", "entity": "abonent", "field": "state", "set": {"formula": "if(fee > 0, 'платит', '')"}},
            {"do": "retype_field", "entity": "abonent", "field": "debt", "type": "money"},
        ]})["digest"],
    )  # fmt: skip
    assert values(artem, "abonent", one, "debt", "state") == [["1000.00", "RUB"], "платит"]
