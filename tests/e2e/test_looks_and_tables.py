"""Values of dictionaries, shared views, and an object made of a spreadsheet: arranged in the configurator, seen by people."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import check_accessible
from tests.e2e.conftest import DESKTOP, PHONE, Opener, Site, add_person


def values(site: Site, dictionary: str) -> list[Any]:
    page = site.query(dictionary, fields=["title", "order", "archived", "parent"], sort="order,title", limit=100)
    return [dict(zip(page["columns"], row, strict=True)) for row in page["rows"]]  # type: ignore[call-overload]


def titles(page: Page) -> Any:
    return page.locator(".value .name")


def test_values_are_added_carried_by_keys_nested_archived_and_taken_back_from_a_merge(
    site: Site, open_page: Opener
) -> None:
    page = open_page("/-/configurator/dictionaries/sector/values")
    add = page.get_by_role("textbox", name="Новое значение")
    for title in ("Мелиорация", "Орошение"):
        add.fill(title)
        add.press("Enter")
        expect(page.get_by_role("textbox", name=f"Значение «{title}»")).to_be_visible()
    menu = page.get_by_role("button", name="Значение «Орошение»: действия")
    menu.focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator(".value", has=menu)).to_have_attribute("style", re.compile("--depth: 1"))
    expect(menu).to_be_focused()
    held = {one["title"]: one for one in values(site, "sector")}
    assert held["Орошение"]["parent"][1] == "Мелиорация"

    menu.click()
    page.get_by_role("menuitem", name="В архив").click()
    expect(page.get_by_role("button", name="В архиве: 1")).to_be_visible()
    expect(page.get_by_role("textbox", name="Значение «Орошение»")).to_have_count(0)

    first = held["Мелиорация"]["id"]
    client = site.create("counterparty", title="ООО «Полив»", sector=first)
    page.get_by_role("button", name="Значение «Мелиорация»: действия").click()
    page.get_by_role("menuitem", name="Объединить с…").click()
    into = next(one for one in values(site, "sector") if one["title"] not in ("Мелиорация", "Орошение"))
    with page.expect_response(lambda answer: answer.url.endswith("/merge")) as merged:
        page.get_by_role("dialog").get_by_role("option", name=into["title"], exact=True).click()
    page.get_by_role("button", name="Отменить", exact=True).click()  # the way back is offered for some seconds
    assert merged.value.json()["moved"] == 2, "the client and the value nested below"
    expect(page.get_by_role("textbox", name="Значение «Мелиорация»")).to_be_visible()
    assert site.read("counterparty", client)["values"]["sector"][0] == first  # type: ignore[index]


def test_shared_view_is_added_with_its_columns_and_order_and_stands_where_it_was_put(
    site: Site, open_page: Opener
) -> None:
    page = open_page("/-/configurator/objects/product/views")
    page.get_by_role("button", name="Добавить вид").click()
    dialog = page.get_by_role("dialog", name="Новый вид")
    dialog.get_by_label("Название вида").fill("Дорогие")
    for column in ("Название", "Цена"):
        dialog.get_by_role("button", name="Добавить столбец").click()
        page.get_by_role("listbox", name="Добавить столбец").get_by_role("option", name=column, exact=True).click()
    dialog.get_by_role("textbox", name="Показывать только те, для которых").fill("[Цена] > 1000")
    dialog.get_by_label("Порядок").select_option(label="Цена")
    dialog.get_by_label("По убыванию").check()
    dialog.get_by_role("button", name="Сохранить").click()
    expect(dialog).to_be_hidden()
    menu = page.get_by_role("button", name="Вид «Дорогие»: действия")
    expect(menu).to_be_visible()
    shown = [one["title"] for one in site.http.get("/api/schema").json()["entities"]["product"]["views"]]
    assert shown[-1] == "Дорогие" and len(shown) > 1, "views that nobody wrote are still there"
    menu.focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".view").nth(len(shown) - 2)).to_contain_text("Дорогие")
    view = site.http.get("/api/schema").json()["entities"]["product"]["views"][len(shown) - 2]
    assert view["columns"] == ["title", "price"] and view["sort"] == ["-price"] and view["filter"] == "price > 1000"
    menu.click()
    page.get_by_role("menuitem", name="Удалить вид").click()
    expect(menu).to_have_count(0)
    assert "Дорогие" not in [
        one["title"] for one in site.http.get("/api/schema").json()["entities"]["product"]["views"]
    ]


def test_spreadsheet_becomes_an_object_with_its_rows_and_may_be_taken_back(
    site: Site, open_page: Opener, tmp_path: Path
) -> None:
    clients = [site.create("counterparty", title=f"ООО «Связной {at}»") and f"ООО «Связной {at}»" for at in range(4)]
    rows = [f"Договор {at};{clients[at % 4]};{at * 100},50;2026-03-{at + 1:02};лишнее" for at in range(20)]
    file = tmp_path / "Договоры.csv"
    file.write_text("Название;Клиент;Сумма;Дата;Мусор\n" + "\n".join(rows), encoding="utf-8")
    page = open_page("/-/configurator/table")
    page.get_by_label("Выбрать файл").set_input_files(file)
    expect(page.get_by_text("20 строк в файле", exact=False)).to_be_visible()
    expect(page.get_by_role("combobox", name="На что указывает «Клиент»")).to_have_value("counterparty")
    expect(page.get_by_role("combobox", name="Тип поля «Сумма»")).to_have_value("money")
    page.get_by_role("checkbox", name="Брать столбец «Мусор»").uncheck()
    page.get_by_role("textbox", name="Название поля 4").fill("Подписан")
    page.get_by_role("button", name="Создать и загрузить").click()
    expect(page.get_by_text("Создано 20 записей.")).to_be_visible(timeout=60_000)
    link = page.get_by_role("link", name="Открыть список")
    entity = str(link.get_attribute("href")).strip("/")
    schema = site.http.get("/api/schema").json()["entities"][entity]
    assert {"Подписан", "Клиент"} <= {one["title"] for one in schema["fields"]}
    assert "Мусор" not in {one["title"] for one in schema["fields"]}
    assert site.query(entity, count="exact", limit=1)["count"] == {"value": 20, "capped": False}
    page.get_by_role("button", name="Отменить загрузку").click()
    page.get_by_role("dialog").get_by_role("button", name="Отменить загрузку").click()
    expect(page.get_by_text("Загрузка отменена")).to_be_visible(timeout=60_000)
    assert site.query(entity, count="exact", limit=1)["count"] == {"value": 0, "capped": False}


def test_view_opens_first_for_a_role_and_no_longer(site: Site, open_page: Opener) -> None:
    page = open_page("/-/configurator/objects/contact/views")
    seller = add_person(site, "pavel", "Павел Продавцов", role="manager")

    def first() -> object:
        return seller.get("/api/views/contact").json()["default"]

    page.get_by_role("button", name="Добавить вид").click()
    dialog = page.get_by_role("dialog", name="Новый вид")
    dialog.get_by_label("Название вида").fill("Для продаж")
    dialog.get_by_role("checkbox", name="Менеджер").check()
    dialog.get_by_role("button", name="Сохранить").click()
    made = page.locator(".view").filter(has_text="Для продаж")
    expect(made).to_contain_text("открывается первым: Менеджер")
    key = str(made.get_attribute("data-id"))
    assert first() == key
    made.get_by_role("button", name="Настроить").or_(made.get_by_role("button").first).first.click()
    dialog = page.get_by_role("dialog", name="Вид «Для продаж»")
    dialog.get_by_role("checkbox", name="Менеджер").uncheck()
    dialog.get_by_role("button", name="Сохранить").click()
    expect(made).not_to_contain_text("открывается первым")
    assert first() == ""


def test_map_shows_every_record_and_not_the_first_thousand(site: Site, open_page: Opener) -> None:
    rows = "".join(f"Абонент {at};55.79{at % 9}, 49.12{at % 7}\n" for at in range(1200))
    told = site.http.post("/api/schema/from_table", files={"file": ("Точки.csv", "Название;Где\n" + rows)}).json()
    table = told["table"] | {"title": {"ru": "Точка", "plural": "Точки"}}
    table["field"] = [one | ({"type": "place"} if one["title"] == "Где" else {}) for one in table["field"]]
    revision = site.http.get("/api/schema/source").json()["revision"]
    made = site.http.post(f"/api/schema/from_table/{told['file']}", json={"revision": revision, "table": table}).json()
    place = next(one["key"] for one in table["field"] if one["title"] == "Где")
    body = {"title": "Карта", "view": {"kind": "map", "more": {"place": place}, "columns": []}}
    view = site.http.post(f"/api/views/{made['entity']}", json=body).json()["key"]
    page = open_page(f"/-/import/{made['import']}")
    expect(page.get_by_role("heading", name="Загружено")).to_be_visible(timeout=120_000)
    page.goto(f"{site.url}/{made['entity']}?view={view}&at=55.79000,49.12000,4.00")
    expect(page.get_by_role("button", name=re.compile(r"^1\s?200 записей рядом"))).to_be_visible(timeout=60_000)


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")])
@pytest.mark.parametrize(
    ("path", "ready"),
    [
        ("dictionaries/source/values", "Новое значение"),
        ("objects/deal/views", "Добавить вид"),
        ("table", "Excel"),
    ],
)
def test_values_views_and_tables_are_accessible_and_fit_the_screen(
    site: Site, open_page: Opener, path: str, ready: str, size: dict[str, int], theme: str
) -> None:
    page = open_page(f"/-/configurator/{path}", size=size, theme=theme)
    expect(page.get_by_text(ready).or_(page.get_by_label(ready)).first).to_be_visible()
    assert check_accessible(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
