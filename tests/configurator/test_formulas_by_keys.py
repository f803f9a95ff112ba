"""A formula sent by titles is kept by keys, so that a rename breaks nothing; both databases."""

from __future__ import annotations

from typing import Any

from tests.api.site import Caller, Site
from tests.configurator.test_over_http import apply


def table_of(caller: Caller, entity: str) -> Any:
    return next(one for one in caller.get("/api/schema/source")["source"]["entities"] if one["key"] == entity)


def field_of(caller: Caller, entity: str, key: str) -> Any:
    return next(one for one in table_of(caller, entity)["field"] if one["key"] == key)


def test_formula_by_titles_is_kept_by_keys_and_outlives_every_rename(site: Site) -> None:
    artem = site.browser("Артём")
    fields = (
        {"key": "twice", "title": "Вдвое", "type": "formula", "formula": "[Сумма] * 2"},
        {"key": "again", "title": "Ещё раз", "type": "formula", "formula": "[Вдвое] + 1"},
        {"key": "is_new", "title": "Новая?", "type": "formula", "formula": 'Этап = "Новая"'},
        {"key": "town", "title": "Откуда", "type": "lookup", "path": "Клиент.Город"},
        {"key": "whole", "title": "Целое", "type": "integer", "check": "[Целое] > 0"},
    )
    schema = artem.get("/api/schema")["entities"]["deal"]
    titles = {one["key"]: one["title"] for one in schema["fields"]}
    said = {"Сумма": titles["amount"], "Этап": titles["stage"], "Клиент": titles["counterparty"]}
    stage = schema["pipelines"][0]["stages"][0]["title"]

    def typed(text: str) -> str:
        text = text.replace("[Сумма]", f"[{said['Сумма']}]").replace('Этап = "Новая"', f'[{said["Этап"]}] = "{stage}"')
        return text.replace("Клиент.", f"{said['Клиент']}.")

    edits = [
        {"do": "add_field", "entity": "deal", "field": {k: typed(v) if k in ("formula", "path") else v for k, v in one.items()}}
        for one in fields
    ]  # fmt: skip
    apply(artem, *edits)
    assert [field_of(artem, "deal", key)["formula"] for key in ("twice", "again")] == ["amount * 2", "twice + 1"]
    first = schema["pipelines"][0]["stages"][0]["key"]
    assert field_of(artem, "deal", "is_new")["formula"] == f'stage = "{first}"'
    assert field_of(artem, "deal", "town")["path"] == "counterparty.city"
    assert field_of(artem, "deal", "whole")["check"] == "whole > 0"
    deal = artem.create("deal", title="Насосы", amount="10.00", whole=1)["id"]
    apply(
        artem,
        {"do": "change_field", "entity": "deal", "field": "amount", "set": {"title": {"ru": "Бюджет"}}},
        {"do": "change_field", "entity": "deal", "field": "twice", "set": {"title": {"ru": "Дважды"}}},
        {"do": "change_field", "entity": "deal", "field": "stage", "set": {"title": {"ru": "Шаг"}}},
    )
    artem.change("deal", deal, 1, amount="11.00")
    values = artem.open("deal", deal)["values"]
    assert (values["twice"], values["again"], values["is_new"]) == ("22.00", "23.00", True)
    shown = artem.post("/api/records/deal/formula", {"text": "amount > 2"})["titles"]
    assert shown == "Бюджет > 2"


def test_filters_conditions_roll_ups_and_rules_by_titles_are_kept_by_keys(site: Site) -> None:
    artem = site.browser("Артём")
    titles = {one["key"]: one["title"] for one in artem.get("/api/schema")["entities"]["deal"]["fields"]}
    amount = f"[{titles['amount']}]"
    placed = {"key": "description", "visible_if": f"{amount} > 5"}
    apply(
        artem,
        {"do": "put_view", "entity": "deal", "view": {"key": "dear", "title": "Дорогие", "filter": f"{amount} > 100"}},
        {"do": "add_field", "entity": "counterparty", "field": {
            "key": "dear", "title": "Дорогих", "type": "rollup", "entity": "deal", "function": "sum",
            "value": amount, "where": f"{amount} > 100"}},
        {"do": "put_form", "entity": "deal", "form": {"tab": [{"title": "Общее", "section": [
            {"title": "Всё", "fields": ["title", placed]}]}]}},
    )  # fmt: skip
    table = table_of(artem, "deal")
    assert next(one for one in table["view"] if one["key"] == "dear")["filter"] == "amount > 100"
    assert table["form"]["tab"][0]["section"][0]["fields"][1]["visible_if"] == "amount > 5"
    rollup = field_of(artem, "counterparty", "dear")
    assert (rollup["value"], rollup["where"]) == ("amount", "amount > 100")


def test_buttons_of_a_card_and_blocks_of_the_home_page_by_titles_are_kept_by_keys_and_outlive_renames(
    site: Site,
) -> None:
    artem = site.browser("Артём")
    titles = {one["key"]: one["title"] for one in artem.get("/api/schema")["entities"]["deal"]["fields"]}
    amount, title = f"[{titles['amount']}]", f"[{titles['title']}]"
    button = {
        "key": "dear",
        "title": "Дороже",
        "do": "set",
        "values": {"amount": f"{amount} * 2"},
        "visible_if": f"{amount} < 100",
    }
    related = {
        "key": "deals",
        "title": "Дорогие",
        "do": "open",
        "entity": "deal",
        "by": "counterparty",
        "filter": f"{amount} > 100",
    }
    figure = {"kind": "figure", "entity": "deal", "by": "counterparty", "function": "count", "filter": f"{amount} > 7"}
    look = [
        {
            "title": "Общее",
            "section": [{"title": "О ней", "fields": ["title"]}, {"kind": "buttons", "buttons": [button]}],
        }
    ]
    other = [
        {
            "title": "Общее",
            "section": [
                {
                    "kind": "buttons",
                    "buttons": [{**button, "key": "named", "values": {"description": f'{title} & "!"'}}],
                }
            ],
        }
    ]
    variant = {"key": "urgent", "title": "Срочная", "by": "priority", "values": ["high"], "tab": other}
    block = {"key": "dear", "kind": "list", "entity": "deal", "filter": f"{amount} > 100"}
    role = next(one for one in artem.get("/api/schema/source")["source"]["roles"] if one["key"] == "manager")
    apply(
        artem,
        {"do": "put_form", "entity": "deal", "form": {"tab": look, "variant": [variant]}},
        {"do": "put_form", "entity": "counterparty", "form": {"tab": [
            {"title": "Общее", "section": [{"title": "О нём", "fields": ["title"]}, figure, {"kind": "buttons", "buttons": [related]}]}]}},
        {"do": "put_home", "home": {"columns": 2, "block": [block]}},
        {"do": "put_home", "home": {"block": [{**block, "filter": f"{amount} > 5"}]}, "role": role["key"]},
    )  # fmt: skip
    form = table_of(artem, "deal")["form"]
    kept = form["tab"][0]["section"][1]["buttons"][0]
    assert (kept["values"], kept["visible_if"]) == ({"amount": "amount * 2"}, "amount < 100")
    (kept,) = form["variant"][0]["tab"][0]["section"][0]["buttons"]
    assert (form["variant"][0]["values"], kept["values"]) == (["high"], {"description": 'title & "!"'})
    sections = table_of(artem, "counterparty")["form"]["tab"][0]["section"]
    assert (sections[1]["filter"], sections[2]["buttons"][0]["filter"]) == ("amount > 7", "amount > 100")
    source = artem.get("/api/schema/source")["source"]
    role = next(one for one in source["roles"] if one["key"] == role["key"])
    assert [page["block"][0]["filter"] for page in (source["home"], role["home"])] == ["amount > 100", "amount > 5"]
    apply(
        artem,
        {"do": "change_field", "entity": "deal", "field": "amount", "set": {"title": {"ru": "Бюджет"}}},
        {"do": "change_field", "entity": "deal", "field": "title", "set": {"title": {"ru": "Имя"}}},
    )
    deal = artem.create("deal", title="Насосы", amount="40.00")["id"]
    pressed = artem.post(f"/api/records/deal/{deal}/press", {"button": "dear"})["record"]
    assert (pressed["values"]["amount"], pressed["form"]["buttons"]) == (["80.00", "RUB"], [])
    assert (
        artem.post(f"/api/records/deal/{deal}/press", {"button": "named"})["record"]["values"]["description"]
        == "Насосы!"
    )
