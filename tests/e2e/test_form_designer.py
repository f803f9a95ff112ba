"""The card drawn by pointer and by keys, its conditions, the menu: what is arranged in the configurator is what people see."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import check_accessible
from tests.e2e.conftest import DESKTOP, PHONE, Opener, Site


def form_of(site: Site, entity: str) -> dict[str, Any]:
    """The form as it is written now."""
    source = site.http.get("/api/schema/source").json()["source"]
    found: dict[str, Any] = next(one["form"] for one in source["entities"] if one["key"] == entity)
    return found


def section(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=f"Раздел «{title}»")


def titles(part: Locator) -> Locator:
    return part.locator(".tile > .grow")


def carry(page: Page, what: Locator, to: Locator, into: Locator) -> None:
    """By mouse: lifted, carried over `to`, let go once the place in `into` is shown."""
    what.scroll_into_view_if_needed()
    start, target = what.bounding_box(), to.bounding_box()
    assert start and target
    page.mouse.move(start["x"] + 20, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(target["x"] + 24, target["y"] + 6, steps=8)
    expect(into.locator(".hole")).to_be_visible()
    page.mouse.up()


def save(page: Page) -> None:
    with page.expect_response(lambda answer: answer.url.endswith("/api/schema/apply")) as applied:
        page.get_by_role("button", name="Сохранить", exact=True).click()
    assert applied.value.ok
    expect(page.get_by_role("button", name="Сохранить", exact=True)).to_be_disabled()


def test_field_carried_from_the_palette_and_between_sections_stands_where_it_was_let_go(
    site: Site, open_page: Opener
) -> None:
    page = open_page("/-/configurator/objects/product/form")
    about, price = section(page, "О товаре"), section(page, "Цена")
    expect(titles(about)).to_have_count(5)
    about.get_by_role("button", name="2 колонки").click()
    carry(page, price.locator("[data-id=unit]"), about.locator("[data-id=series]"), about)
    expect(about.locator(".tile").nth(2)).to_contain_text("Единица")
    offered = page.get_by_role("complementary", name="Не на карточке")
    carry(page, offered.locator("[data-id=created_at]"), price.locator("[data-id=price]"), price)
    expect(price.locator(".tile").first).to_contain_text("Создано")
    carry(page, about.locator("[data-id=description]"), offered.locator(".palette"), offered)
    expect(offered.locator("[data-id=description]")).to_be_visible()
    save(page)

    parts = form_of(site, "product")["tab"][0]["section"]
    assert parts[0]["columns"] == 2
    assert parts[0]["fields"] == ["title", "sku", "unit", "series", "active"]
    assert parts[1]["fields"] == ["created_at", "price", "vat_percent"]
    id = site.create("product", title="Насос на карточке")
    card = open_page(f"/product/{id}")
    first = card.locator("dl").first
    expect(first).to_have_class(re.compile("several"))
    expect(first.get_by_text("Описание")).to_have_count(0)


def test_fields_sections_and_tabs_are_arranged_without_a_mouse(site: Site, open_page: Opener) -> None:
    page = open_page("/-/configurator/objects/contact/form")
    menu = page.get_by_role("button", name="Поле «Имя»: действия")
    menu.focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(menu).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="место 3 из")).to_have_count(1)
    page.get_by_role("button", name="Добавить раздел").click()
    name = page.get_by_role("textbox", name="Название раздела").last
    name.fill("Ещё о человеке")
    name.press("Enter")
    added = section(page, "Ещё о человеке")
    expect(added).to_be_visible()
    page.get_by_role("button", name="Добавить поле «Создано»").focus()
    page.keyboard.press("Enter")
    expect(titles(added)).to_have_text(["Создано"])
    page.get_by_role("button", name="Добавить вкладку").click()
    page.get_by_role("textbox", name="Название вкладки").fill("Личное")
    page.get_by_role("textbox", name="Название вкладки").press("Enter")
    expect(page.get_by_role("button", name="Личное", exact=True)).to_be_visible()
    save(page)
    form = form_of(site, "contact")
    first = form["tab"][0]["section"][0]["fields"]
    assert first.index("first_name") == 2, first
    assert form["tab"][0]["section"][-1] == {"title": {"ru": "Ещё о человеке"}, "fields": ["created_at"]}
    assert form["tab"][-1]["title"] == {"ru": "Личное"}


def condition(page: Page, field: str, name: str, text: str) -> None:
    page.get_by_role("button", name=f"Поле «{field}»: действия").click()
    page.get_by_role("menuitem", name="Условия…").click()
    dialog = page.get_by_role("dialog", name=f"Условия поля «{field}»")
    dialog.get_by_role("textbox", name=name).fill(text)
    dialog.get_by_role("button", name="Готово").click()
    expect(dialog).to_be_hidden()


def value(page: Page, title: str) -> Locator:
    return page.get_by_role("button", name=re.compile(rf"^{re.escape(title)}: .*Изменить$"))


def test_card_reacts_while_one_types_and_the_server_asks_for_what_the_formula_requires(
    site: Site, open_page: Opener
) -> None:
    page = open_page("/-/configurator/objects/counterparty/form")
    condition(page, "Заметка", "Показывать, если", '[Город] = "Казань"')
    condition(page, "Адрес", "Обязательно, если", '[Город] = "Пермь"')
    condition(page, "Сайт", "Только чтение, если", '[Город] = "Тула"')
    expect(page.locator("[data-id=note]").get_by_role("img", name="Показывать, если")).to_be_visible()
    save(page)

    id = site.create("counterparty", title="ООО «Условия»", city="Уфа", note="Помнит всё", website="https://a.ru")
    card = open_page(f"/counterparty/{id}")
    expect(value(card, "Сайт")).to_be_visible()
    expect(value(card, "Заметка")).to_have_count(0)
    value(card, "Город").click()
    card.get_by_role("textbox", name="Город").fill("Казань")
    expect(value(card, "Заметка")).to_be_visible()
    card.keyboard.press("Escape")
    expect(value(card, "Заметка")).to_have_count(0)

    value(card, "Город").click()
    card.get_by_role("textbox", name="Город").fill("Пермь")
    card.keyboard.press("Enter")
    asked = card.get_by_role("dialog")
    asked.get_by_role("button", name=re.compile("^Адрес")).click()
    asked.get_by_role("textbox", name="Адрес").fill("Ленина, 1")
    card.keyboard.press("Enter")
    asked.get_by_role("button", name="Сохранить и продолжить").click()
    expect(card.get_by_text("Ленина, 1", exact=True)).to_be_visible()
    assert site.read("counterparty", id)["values"]["city"] == "Пермь"

    site.change("counterparty", id, city="Тула")
    card.reload()
    expect(card.get_by_text("Тула", exact=True)).to_be_visible()
    expect(value(card, "Сайт")).to_have_count(0)
    told = site.http.patch(
        f"/api/records/counterparty/{id}", json={"version": 3, "values": {"website": "https://b.ru"}}
    )
    assert told.status_code == 422 and told.json()["error"]["code"] == "field_locked", told.text
    assert site.read("counterparty", id)["values"]["note"] == "Помнит всё"


def test_wrong_formula_stays_in_the_dialog_with_its_reason(site: Site, open_page: Opener) -> None:
    page = open_page("/-/configurator/objects/deal/form")
    page.get_by_role("button", name="Поле «Сумма»: действия").click()
    page.get_by_role("menuitem", name="Условия…").click()
    dialog = page.get_by_role("dialog", name="Условия поля «Сумма»")
    dialog.get_by_role("textbox", name="Показывать, если").fill("[Нет такого поля] > 1")
    dialog.get_by_role("button", name="Готово").click()
    expect(dialog.get_by_role("alert").first).to_contain_text("Нет такого поля")
    assert check_accessible(page) == []


def test_detail_set_short_form_and_the_way_back_to_the_usual(site: Site, open_page: Opener) -> None:
    page = open_page("/-/configurator/objects/product/form")
    page.get_by_role("button", name="Короткая форма").click()
    page.get_by_role("button", name="Поле «Название»: действия").click()
    page.get_by_role("menuitem", name="Убрать из короткой формы").click()
    expect(page.locator(".side [data-id=title]")).to_be_visible()
    page.get_by_role("button", name="Отменить последний шаг").click()
    expect(page.locator(".quick [data-id=title]")).to_be_visible()
    page.get_by_role("button", name="Сделки", exact=True).click()
    page.get_by_role("button", name="Набор деталей", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Строки сделки")).click()
    added = page.get_by_role("region", name="Набор деталей: Строки сделки")
    added.get_by_role("button", name="Настроить").click()
    dialog = page.get_by_role("dialog", name="Набор деталей: Строки сделки")
    dialog.get_by_label("Название").fill("Где купили")
    columns = dialog.get_by_role("button", name=re.compile("^Убрать столбец"))
    expect(columns).to_have_count(4)
    columns.last.click()
    expect(columns).to_have_count(3)
    dialog.get_by_role("button", name="Готово").click()
    expect(page.get_by_role("region", name="Набор деталей: Где купили")).to_be_visible()
    save(page)
    detail = form_of(site, "product")["tab"][-1]["detail"][-1]
    assert (detail["title"]["ru"], len(detail["columns"])) == ("Где купили", 3)
    with page.expect_response(lambda answer: answer.url.endswith("/api/schema/apply")):
        page.get_by_role("button", name="Как у всех").click()
    expect(page.get_by_role("button", name="Как у всех")).to_have_count(0)
    source = site.http.get("/api/schema/source").json()["source"]
    assert next(one for one in source["entities"] if one["key"] == "product").get("form") is None


def test_menu_is_rearranged_by_mouse_and_keys_grouped_and_shortened(site: Site, open_page: Opener) -> None:
    page = open_page("/-/configurator/menu")
    page.get_by_role("button", name="Добавить группу").click()
    name = page.get_by_role("textbox", name="Название группы").last
    name.fill("Склад")
    name.press("Enter")
    store = page.get_by_role("region", name="Склад")
    items = page.locator(".groups .item")
    carry(page, items.filter(has_text="Товары"), store.locator(".items"), store)
    expect(store.locator(".item")).to_have_text(["Товары"])
    people = page.get_by_role("button", name="«Контакты»: действия")
    people.focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(people).to_be_focused()
    page.get_by_role("button", name="«Отделы»: действия").click()
    page.get_by_role("menuitem", name="Убрать из меню").click()
    expect(page.get_by_role("complementary", name="Не в меню").get_by_text("Отделы")).to_be_visible()
    save(page)
    told = [(one["entity"], one["group"]) for one in site.http.get("/api/schema").json()["menu"]]
    assert told.index(("contact", "")) < told.index(("counterparty", ""))
    assert told[-1] == ("product", "Склад")
    assert "department" not in dict(told)
    side = page.get_by_role("navigation").first
    expect(side.get_by_role("link", name="Отделы")).to_have_count(0)


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")])
@pytest.mark.parametrize("path", ["objects/deal/form", "menu"])
def test_designer_and_menu_are_accessible_and_fit_the_screen(
    site: Site, open_page: Opener, path: str, size: dict[str, int], theme: str
) -> None:
    page = open_page(f"/-/configurator/{path}", size=size, theme=theme)
    expect(page.get_by_role("button", name="Сохранить", exact=True)).to_be_visible()
    assert check_accessible(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
