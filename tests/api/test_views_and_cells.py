"""Views people keep and share, pasted cells, rules of colour, next steps, a condition as it is typed."""

from __future__ import annotations

from typing import Any

import pytest

from svyaz.schema.snapshot import Grant
from tests.api.site import Caller, Site

VIEWS = "/api/views/deal"
ALL = {"see": "all", "add": "all", "change": "all"}


def keep(caller: Caller, title: str, status: int = 201, **more: Any) -> Any:
    view = more.pop("view", {"columns": ["title", "amount"], "filter": "amount > 1000", "sort": ["-amount"]})
    return caller.post(VIEWS, {"title": title, "view": view, **more}, status)


def titles(caller: Caller) -> list[str]:
    return [one["title"] for one in caller.get(VIEWS)["views"]]


def test_own_view_is_seen_by_its_keeper_alone(site: Site) -> None:
    olga, petr = site.browser("Ольга"), site.browser("Пётр")
    made = keep(olga, "Мои крупные")
    assert titles(olga) == ["Мои крупные"] and titles(petr) == []
    for method, body in (("PATCH", {"title": "Чужое"}), ("DELETE", None)):
        told = petr.refused(method, f"{VIEWS}/{made['id']}", 404, body)
        assert told["code"] == "not_found"
    assert olga.get(VIEWS)["views"][0]["view"]["sort"] == ["-amount"]


def test_view_is_shared_by_those_with_the_right_and_with_the_roles_named(site: Site) -> None:
    olga, igor, maria = (site.browser(name) for name in ("Ольга", "Игорь", "Мария Сергеевна"))
    assert olga.refused("POST", VIEWS, 403, {"title": "Всем", "view": {}, "shared": True})["code"] == "denied_ability"
    shared = keep(igor, "Менеджерам", shared=True, roles=["manager"])
    assert titles(olga) == ["Менеджерам"]
    assert titles(maria) == ["Менеджерам"], "whoever may keep shared views sees all of them"
    assert olga.get(VIEWS)["views"][0]["may_change"] is False
    assert olga.refused("PATCH", f"{VIEWS}/{shared['id']}", 403, {"title": "Моё"})["code"] == "denied_ability"
    igor.patch(f"{VIEWS}/{shared['id']}", {"roles": ["head"]})
    assert titles(olga) == []
    igor.refused("PATCH", f"{VIEWS}/{shared['id']}", 404, {"roles": ["нет такой"]})


def test_second_of_two_editors_of_a_view_is_told(site: Site) -> None:
    igor, maria = site.browser("Игорь"), site.browser("Мария Сергеевна")
    shared = keep(igor, "Общее", shared=True)
    maria.patch(f"{VIEWS}/{shared['id']}", {"version": 1, "title": "Общее дело"})
    told = igor.refused("PATCH", f"{VIEWS}/{shared['id']}", 409, {"version": 1, "title": "Моё"})
    assert told["code"] == "view_changed_meanwhile" and "Общее дело" in told["text"]


def test_deleted_view_comes_back(site: Site) -> None:
    olga = site.browser("Ольга")
    made = keep(olga, "Ненужное")
    olga.delete(f"{VIEWS}/{made['id']}", 204)
    assert titles(olga) == []
    olga.refused("PATCH", f"{VIEWS}/{made['id']}", 404, {"title": "Призрак"})
    olga.patch(f"{VIEWS}/{made['id']}", {"deleted": False})
    assert titles(olga) == ["Ненужное"]


@pytest.mark.parametrize(
    "view",
    [
        {"filter": "нет_такого > 1"},
        {"filter": "amount >"},
        {"sort": ["nonsense"]},
        {"columns": ["title", "nonsense"]},
        {"group": "nonsense"},
        {"colours": [{"hue": 10, "rule": "amount & "}]},
        {"kind": "calendar", "more": {"date": "nonsense"}},
        {"kind": "calendar", "more": {"date": "amount"}},
        {"kind": "tree", "more": {"parent": "counterparty"}},
    ],
)
def test_view_that_asks_for_what_is_not_there_is_not_kept(site: Site, view: dict[str, Any]) -> None:
    olga = site.browser("Ольга")
    assert keep(olga, "Кривое", 422, view=view)["error"]["text"]
    assert titles(olga) == []


def test_view_needs_a_name(site: Site) -> None:
    assert keep(site.browser("Ольга"), "  ", 422)["error"]["code"] == "view_title_empty"


def test_shared_view_never_shows_what_its_reader_may_not_see(site: Site) -> None:
    site.cast.give_role("Пётр", "blind", Grant("deal", ALL, fields={"amount": "hidden"}))
    igor, petr = site.browser("Игорь"), site.browser("Пётр")
    colours = [{"hue": 25, "rule": "amount > 5"}, {"hue": 140, "rule": 'stage = "new"'}]
    view = {
        "columns": ["title", "amount"], "filter": "amount > 1000", "sort": ["-amount", "title"], "group": "amount",
        "colours": colours, "asked": [{"id": 1}],
    }  # fmt: skip
    keep(igor, "По сумме", shared=True, view=view)
    (told,) = petr.get(VIEWS)["views"]
    assert told["view"]["columns"] == ["title"] and told["view"]["sort"] == ["title"] and told["view"]["group"] == ""
    assert told["view"]["filter"] == "" and told["view"]["asked"] is None
    assert [one["hue"] for one in told["view"]["colours"]] == [140]
    assert len(told["problems"]) == 2 and all("amount" in one["text"] for one in told["problems"])
    assert not any("1000" in one["text"] for one in told["problems"])


def test_calendar_of_a_hidden_day_is_told_without_it(site: Site) -> None:
    site.cast.give_role("Пётр", "blind", Grant("deal", ALL, fields={"close_on": "hidden"}))
    igor, petr = site.browser("Игорь"), site.browser("Пётр")
    keep(igor, "Сроки", shared=True, view={"kind": "calendar", "more": {"date": "close_on", "until": "closed_on"}})
    (told,) = petr.get(VIEWS)["views"]
    assert (told["view"]["kind"], told["view"]["more"]) == ("calendar", {"until": "closed_on"})
    assert igor.get(VIEWS)["views"][0]["view"]["more"] == {"date": "close_on", "until": "closed_on"}


def test_view_that_opens_first_is_ones_own_choice_or_that_of_the_role(site: Site) -> None:
    olga, igor = site.browser("Ольга"), site.browser("Игорь")
    assert olga.get(VIEWS)["default"] == ""
    igor.put(f"{VIEWS}/default", {"view": "all", "role": "manager"}, 204)
    assert olga.get(VIEWS)["default"] == "all"
    mine = keep(olga, "Моё")
    olga.put(f"{VIEWS}/default", {"view": mine["key"]}, 204)
    assert olga.get(VIEWS)["default"] == mine["key"]
    assert olga.refused("PUT", f"{VIEWS}/default", 403, {"view": "all", "role": "head"})["code"] == "denied_ability"
    olga.refused("PUT", f"{VIEWS}/default", 404, {"view": "v999999"})


def test_whoever_may_not_see_the_object_has_no_views_of_it(site: Site) -> None:
    site.cast.give_role("Пётр", "stranger", Grant("product", ALL))
    petr = site.browser("Пётр")
    petr.refused("GET", VIEWS, 404)
    petr.refused("POST", VIEWS, 404, {"title": "Чужое", "view": {}})


def test_days_are_grouped_by_months_and_a_view_may_ask_so(site: Site) -> None:
    olga = site.browser("Ольга")
    for day in ("2027-01-05", "2027-01-31", "2027-02-01"):
        olga.create("deal", title=day, close_on=day)
    told = olga.post("/api/records/deal/query", {"group": "close_on:month", "first": 5})["groups"]
    assert [(one["value"], one["count"]) for one in told] == [("2027-01-01", 2), ("2027-02-01", 1)]
    assert keep(olga, "По месяцам", view={"group": "close_on:month"})["view"]["group"] == "close_on:month"
    assert olga.refused("POST", "/api/records/deal/query", 422, {"group": "close_on:era"})["code"] == "cannot_group"


# ------------------------------------------------------------------ pasted cells


def paste(caller: Caller, columns: list[str], *rows: list[str], entity: str = "deal") -> list[dict[str, Any]]:
    body = {"columns": columns, "rows": [{"texts": list(row)} for row in rows]}
    return caller.post(f"/api/records/{entity}/cells", body)["rows"]


def test_texts_of_a_russian_spreadsheet_become_values(site: Site) -> None:
    olga = site.browser("Ольга")
    client = olga.create("counterparty", title="ООО «Лютик»")
    with site.nothing_changes():
        (row,) = paste(
            olga,
            ["title", "amount", "stage", "close_on", "counterparty", "responsible"],
            ["Насосы", "1 250 000,50 ₽", "Новая", "31.01.2027", "ооо «лютик»", "Ольга Смирнова"],
        )
    assert row["problems"] == []
    values = row["values"]
    assert values["amount"] == ["1250000.50", "RUB"] and values["stage"] == "new"
    assert values["close_on"] == "2027-01-31"
    assert values["counterparty"] == [client["id"], "ООО «Лютик»"]
    assert values["responsible"] == [site.people["Ольга"], "Ольга Смирнова"]


def test_what_does_not_fit_is_told_with_its_place_and_the_rest_is_read(site: Site) -> None:
    olga = site.browser("Ольга")
    bad, good = paste(
        olga, ["title", "amount", "counterparty", "close_on"], ["А", "много", "Никто", "32.13.2027"], ["Б", "5", "", ""]
    )
    assert {one["place"] for one in bad["problems"]} == {"values.amount", "values.counterparty", "values.close_on"}
    assert bad["values"] == {"title": "А"}
    assert good["problems"] == [] and good["values"]["counterparty"] is None


def test_rules_of_the_door_are_told_before_anything_is_written(site: Site) -> None:
    olga = site.browser("Ольга")
    made = olga.create("counterparty", title="Есть")
    body = {"columns": ["title"], "rows": [{"id": made["id"], "version": 1, "texts": [""]}]}
    with site.nothing_changes():
        (row,) = olga.post("/api/records/counterparty/cells", body)["rows"]
    assert row["problems"][0]["code"] == "field_required"


def test_currency_that_is_written_is_kept(site: Site) -> None:
    (one, two) = paste(site.browser("Ольга"), ["title", "amount"], ["А", "$100"], ["Б", "100,5 EUR"])
    assert one["values"]["amount"] == ["100.00", "USD"] and two["values"]["amount"] == ["100.50", "EUR"]


def test_hidden_record_is_not_found_by_a_pasted_name(site: Site) -> None:
    anna, olga = site.browser("Анна"), site.browser("Ольга")
    anna.create("deal", title="Чужая")
    site.cast.give_role("Ольга", "narrow", Grant("counterparty", {"see": "own", "add": "all"}), Grant("deal", ALL))
    site.browser("Артём").create("counterparty", title="Чужой клиент")
    (row,) = paste(site.browser("Ольга"), ["title", "counterparty"], ["А", "Чужой клиент"])
    assert row["problems"][0]["code"] == "link_name_unknown"
    assert olga is not None


def test_field_one_may_not_fill_cannot_be_pasted(site: Site) -> None:
    site.cast.give_role("Ольга", "looker", Grant("deal", ALL, fields={"amount": "read"}))
    told = site.browser("Ольга").refused(
        "POST", "/api/records/deal/cells", 403, {"columns": ["amount"], "rows": [{"texts": ["5"]}]}
    )
    assert told["code"] == "field_read_only"


# ------------------------------------------------------------------ marks, steps, formulas


def test_rule_of_colour_is_told_of_the_rows_asked_and_seen(site: Site) -> None:
    olga = site.browser("Ольга")
    small, large = (
        olga.create("deal", title=title, amount=amount)["id"] for title, amount in (("А", "5"), ("Б", "500"))
    )
    body = {"ids": [small, large, 999_999], "rules": ["amount > 100", 'stage = "new"', "amount > 10000"]}
    told = olga.post("/api/records/deal/marks", body)["marks"]
    assert [sorted(one) for one in told] == [[large], sorted([small, large]), []]
    assert olga.refused("POST", "/api/records/deal/marks", 422, {"ids": [small], "rules": ["amount >"]})


def test_nearest_planned_activity_is_the_next_step(site: Site) -> None:
    olga = site.browser("Ольга")
    deal, idle = olga.create("deal", title="С делом")["id"], olga.create("deal", title="Без дела")["id"]
    olga.post(f"/api/records/deal/{deal}/timeline", {"kind": "task", "title": "Без срока"}, 201)
    olga.post(
        f"/api/records/deal/{deal}/timeline",
        {"kind": "call", "title": "Позже", "due_at": "2026-12-20T09:00:00Z"}, 201,
    )  # fmt: skip
    near = olga.post(
        f"/api/records/deal/{deal}/timeline",
        {"kind": "call", "title": "Позвонить", "due_at": "2026-12-01T09:00:00Z"}, 201,
    )  # fmt: skip
    steps = olga.post("/api/records/deal/next-steps", {"ids": [deal, idle]})["steps"]
    assert steps == [[deal, near["id"], "call", "Позвонить", "2026-12-01T09:00:00Z"]]
    olga.change("activity", near["id"], near["version"], done_at="2026-11-30T09:00:00Z")
    assert olga.post("/api/records/deal/next-steps", {"ids": [deal]})["steps"][0][3] == "Позже"


def test_steps_of_a_record_one_may_not_see_are_not_told(site: Site) -> None:
    artem = site.browser("Артём")
    deal = artem.create("deal", title="Чужая")["id"]
    artem.post(f"/api/records/deal/{deal}/timeline", {"kind": "task", "title": "Тайное"}, 201)
    site.cast.give_role("Ольга", "own", Grant("deal", {"see": "own"}), Grant("activity", {"see": "all"}))
    assert site.browser("Ольга").post("/api/records/deal/next-steps", {"ids": [deal]})["steps"] == []


def test_condition_is_read_by_titles_and_told_by_them(site: Site) -> None:
    told = site.browser("Ольга").post("/api/records/deal/formula", {"text": '[Сумма] > 100000 и Этап = "Новая"'})
    assert told["problems"] == []
    assert told["formula"] == 'amount > 100000 и stage = "new"'
    again = site.browser("Ольга").post("/api/records/deal/formula", {"text": told["formula"]})
    assert again["titles"] == 'Сумма > 100000 и Этап = "Новая"'


@pytest.mark.parametrize("text", ["[Сумма] >", "[Нет такого] = 1", "Сумма", 'Сумма > "много"', "(" * 200])
def test_condition_that_cannot_be_asked_says_why(site: Site, text: str) -> None:
    told = site.browser("Ольга").post("/api/records/deal/formula", {"text": text})
    assert told["problems"] and all(one["text"] for one in told["problems"])


def test_whoever_types_by_titles_is_offered_titles(site: Site) -> None:
    told = site.browser("Ольга").post("/api/records/deal/formula", {"text": "Контрагнет = 5"})
    assert "«Контрагент»" in told["problems"][0]["text"]


def test_functions_of_the_language_are_told_in_the_language_of_the_reader(site: Site) -> None:
    names = {one["name"] for one in site.browser("Ольга").get("/api/formula-functions")["functions"]}
    assert "сегодня" in names
