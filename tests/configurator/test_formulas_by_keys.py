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
