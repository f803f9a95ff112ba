"""What may be wrong in an edit, as issue of bad input lists it: each is told in words before anything is done."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.site import Caller, Site
from tests.configurator.test_over_http import apply, codes, plan


def refused(caller: Caller, *edits: dict[str, Any]) -> list[str]:
    """Codes of the refusal of the plan; the configuration is as it was."""
    before = caller.get("/api/schema/source")
    error = caller.refused("POST", "/api/schema/plan", 422, {"revision": before["revision"], "edits": list(edits)})
    assert error["text"]
    assert caller.get("/api/schema/source") == before
    return [one["code"] for one in error["problems"]] or [error["code"]]


def add(field: dict[str, Any], entity: str = "deal") -> dict[str, Any]:
    return {"do": "add_field", "entity": entity, "field": {"title": "Новое", **field}}


@pytest.mark.parametrize(
    "key", ["and", "if", "select", "group", "sv_id", "имя", "A", "a__b", "a" * 27, "1a", "a b", "a'"]
)
def test_key_that_cannot_be_is_refused_or_serves_like_any_other(site: Site, key: str) -> None:
    artem = site.browser("Артём")
    field = add({"key": key, "type": "integer"})
    answer = artem.send("POST", "/api/schema/plan", {"revision": 1, "edits": [field]})
    if answer.status_code == 422:
        assert all("key" in code for code in refused(artem, field))
        return
    assert key in ("select", "group")  # words of SQL, which names are quoted against
    apply(artem, field)
    deal = artem.create("deal", title="Насосы", **{key: 7})["id"]
    assert artem.ids("deal", filter=f"{key} = 7") == [deal]


def test_key_of_26_characters_serves_in_formulas_filters_and_indexes(site: Site) -> None:
    artem, key = site.browser("Артём"), "a" * 26
    apply(
        artem,
        add({"key": key, "type": "text", "unique": True}),
        add({"key": "b", "type": "formula", "formula": f'{key} & "!"'}),
    )
    deal = artem.create("deal", title="Насосы", **{key: "x"})["id"]
    assert artem.open("deal", deal)["values"]["b"] == "x!" and artem.ids("deal", filter=f'{key} = "x"', sort=key) == [
        deal
    ]


def test_two_fields_of_one_title_get_two_keys_and_a_formula_by_that_title_is_refused(site: Site) -> None:
    artem = site.browser("Артём")
    apply(artem, add({"title": "Долг", "type": "integer"}), add({"title": "Долг", "type": "integer"}))
    known = {one["key"] for one in artem.get("/api/schema")["entities"]["deal"]["fields"]}
    assert {"dolg", "dolg_2"} <= known
    assert refused(artem, add({"type": "formula", "formula": "[Долг] * 2"}))
    apply(artem, add({"key": "sum", "title": "Вместе", "type": "formula", "formula": "dolg + dolg_2"}))


def test_circle_of_formulas_through_three_objects_is_told_by_its_path(site: Site) -> None:
    artem = site.browser("Артём")
    name = {"key": "title", "title": "Имя", "type": "text"}

    def link(to: str) -> dict[str, Any]:
        return {"key": "next", "title": "Следующий", "type": "link", "to": to, "on_delete": "clear"}

    apply(
        artem,
        *(
            {"do": "add_entity", "table": {"key": key, "title": key, "field": [name]}}
            for key in ("one", "two", "three")
        ),
    )
    apply(
        artem,
        *(
            {"do": "add_field", "entity": a, "field": link(b)}
            for a, b in (("one", "two"), ("two", "three"), ("three", "one"))
        ),
    )
    circle = [add({"key": "x", "type": "formula", "formula": "next.x + 1"}, key) for key in ("one", "two", "three")]
    error = artem.refused("POST", "/api/schema/plan", 422, {"revision": 3, "edits": circle})
    assert error["code"] == "formula_loop"
    assert all(f"{key}.x" in error["text"] for key in ("one", "two", "three"))


def test_field_that_becomes_required_over_empty_records_says_how_many_and_keeps_them(site: Site) -> None:
    artem = site.browser("Артём")
    for at in range(3):
        artem.create("deal", title=f"Д{at}")
    edit = {"do": "change_field", "entity": "deal", "field": "description", "set": {"required": True}}
    told = plan(artem, edit)
    assert codes(told) == ["plan_required_field"] and told["records"] == 3 and "3" in told["steps"][0]["text"]
    apply(artem, edit)
    assert len(artem.ids("deal")) == 3


def test_unique_over_values_that_repeat_names_them(site: Site) -> None:
    artem = site.browser("Артём")
    for title in ("Насосы", "насосы", "Трубы", "Трубы"):
        artem.create("deal", title=title)
    unique = {"do": "change_field", "entity": "deal", "field": "title", "set": {"unique": True}}
    error = artem.refused("POST", "/api/schema/plan", 422, {"revision": 1, "edits": [unique]})
    assert error["code"] == "unique_has_duplicates" and error["facts"]["count"] == 2
    assert "насосы" in error["text"].lower() and "трубы" in error["text"].lower()


def test_stage_that_goes_with_records_on_it_asks_where_they_go(site: Site) -> None:
    artem = site.browser("Артём")
    artem.create("deal", title="Насосы", stage="needs")
    drop = {"do": "drop_stage", "entity": "deal", "stage": "needs"}
    told = plan(artem, drop)
    assert [(one["value"], one["count"]) for one in told["asks"]] == [("needs", 1)]
    error = artem.refused("POST", "/api/schema/apply", 422, {"revision": 1, "edits": [drop]})
    assert error["code"] == "plan_asks"


@pytest.mark.parametrize(
    "formula", ["1 + " * 25_000 + "1", "(" * 1_000 + "1" + ")" * 1_000, "-" * 1_000 + "1", "not " * 1_000 + "true"]
)
@pytest.mark.parametrize("where", ["formula", "check"])
def test_formula_too_long_or_too_deep_is_refused_in_words(site: Site, formula: str, where: str) -> None:
    artem = site.browser("Артём")
    field = {"type": "formula", "formula": formula} if where == "formula" else {"type": "integer", "check": formula}
    assert refused(artem, add(field))
