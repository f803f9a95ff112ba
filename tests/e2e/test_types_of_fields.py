"""Fields of the newer types on a card and in a list, as a person fills and reads them."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser import check_accessible
from tests.e2e.conftest import Opener, Site

FIELDS = [
    {"key": "title", "title": {"ru": "Название"}, "type": "text", "required": True},
    {"key": "who", "title": {"ru": "ФИО"}, "type": "person_name", "initials": True},
    {"key": "home", "title": {"ru": "Адрес"}, "type": "address"},
    {"key": "took", "title": {"ru": "Время"}, "type": "duration"},
    {"key": "mark", "title": {"ru": "Оценка"}, "type": "rating"},
    {"key": "tint", "title": {"ru": "Цвет"}, "type": "colour"},
    {"key": "point", "title": {"ru": "Точка"}, "type": "place"},
    {"key": "code", "title": {"ru": "Штрихкод"}, "type": "barcode", "kind": "ean13"},
    {"key": "cost", "title": {"ru": "Стоимость"}, "type": "formula", "formula": "took / 3600 * 1000", "shows": "money"},
]


def make_object(site: Site, key: str) -> None:
    revision = site.http.get("/api/schema/source").json()["revision"]
    view = {"key": "all", "title": "Все", "columns": ["title", "who", "took", "mark", "cost"], "sort": ["who"]}
    table = {
        "view": [view],
        "key": key,
        "title": {"ru": f"Заказ {key}", "plural": f"Заказы {key}"},
        "label": "title",
        "field": FIELDS,
    }
    answer = site.http.post(
        "/api/schema/apply", json={"revision": revision, "edits": [{"do": "add_entity", "table": table}]}
    )
    assert answer.status_code == 200, answer.text


def value(page: Page, title: str) -> Locator:
    """The button of a value of the form; its name begins with the field's title."""
    return page.get_by_role("button", name=re.compile(rf"^{re.escape(title)}: .*Изменить$"))


def says(page: Page, title: str, text: str) -> None:
    """No-break spaces, which keep «1 ч» on one line, are spaces here."""
    pattern = re.escape(f"{title}: {text}. Изменить").replace(r"\ ", r"\s")
    expect(value(page, title)).to_have_accessible_name(re.compile(pattern))


def test_name_address_length_stars_and_colour_are_filled_as_people_write_them(site: Site, open_page: Opener) -> None:
    make_object(site, "visit")
    made = site.create("visit", title="Замер окон")
    page = open_page(f"/visit/{made}")

    value(page, "ФИО").click()
    page.get_by_role("textbox", name="ФИО").fill("Ольга Петровна Иванова")
    page.keyboard.press("Enter")
    says(page, "ФИО", "Иванова Ольга Петровна")
    value(page, "ФИО").click()
    page.get_by_role("textbox", name="Фамилия").fill("Сидорова")
    expect(page.get_by_role("textbox", name="ФИО")).to_have_value("Сидорова Ольга Петровна")
    page.get_by_role("button", name="Готово").click()
    says(page, "ФИО", "Сидорова Ольга Петровна")

    value(page, "Адрес").click()
    page.get_by_role("textbox", name="Адрес").fill("420111, г. Казань, ул. Баумана, 5, кв. 12")
    page.keyboard.press("Enter")
    says(page, "Адрес", "420111, г. Казань, ул. Баумана, д. 5, кв. 12")

    value(page, "Время").click()
    page.get_by_role("textbox", name="Время").fill("90")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text("не длительность")).to_be_visible()
    page.get_by_role("textbox", name="Время").fill("1:30")
    page.keyboard.press("Enter")
    says(page, "Время", "1 ч 30 мин")
    expect(page.get_by_text(re.compile(r"1\s500\s₽"))).to_be_visible()  # the formula follows, in roubles

    value(page, "Оценка").click()
    page.get_by_role("option", name="4 из 5").click()
    says(page, "Оценка", "★★★★☆")

    value(page, "Цвет").click()
    page.get_by_role("button", name="#1e5bd6").click()
    says(page, "Цвет", "#1e5bd6")
    check_accessible(page)

    values = site.read("visit", made)["values"]
    assert values["who"] == {"last": "Сидорова", "first": "Ольга", "middle": "Петровна"}
    assert values["home"] == {
        "postcode": "420111",
        "city": "г. Казань",
        "street": "ул. Баумана",
        "house": "5",
        "flat": "12",
    }
    assert (values["took"], values["mark"], values["tint"]) == (5400, 4, "#1e5bd6")


def test_place_and_code_are_shown_on_a_card_and_a_wrong_code_is_told(site: Site, open_page: Opener) -> None:
    make_object(site, "crate")
    made = site.create("crate", title="Ящик", code="4600051000057", point="55.751244, 37.618423")
    page = open_page(f"/crate/{made}")
    expect(page.get_by_role("img", name="Штрихкод: 4600051000057")).to_be_visible()
    expect(page.get_by_role("button", name="Напечатать код: Штрихкод")).to_be_visible()
    expect(page.get_by_role("link", name="55.751244, 37.618423")).to_have_attribute("href", "geo:55.751244,37.618423")
    check_accessible(page)
    value(page, "Штрихкод").click()
    page.get_by_role("textbox", name="Штрихкод").fill("4600051000058")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text("контрольные цифры")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("img", name="Штрихкод: 4600051000057")).to_be_visible()


def test_list_shows_initials_stars_lengths_and_what_a_formula_gives(site: Site, open_page: Opener) -> None:
    make_object(site, "shift")
    for title, who, took, mark in (
        ("Первая", "Иванов Иван Иванович", "1:30", 5),
        ("Вторая", "Ольга Белова", "45 мин", 3),
    ):
        site.create("shift", title=title, who=who, took=took, mark=mark)
    page = open_page("/shift")
    expect(page.get_by_role("gridcell", name=re.compile(r"^Белова\sО\.$"))).to_be_visible()
    expect(page.get_by_role("gridcell", name=re.compile(r"^Иванов\sИ\.\sИ\.$"))).to_be_visible()
    expect(page.get_by_role("gridcell", name="5 из 5")).to_be_visible()
    expect(page.get_by_role("gridcell", name=re.compile(r"^1\sч\s30\sмин$"))).to_be_visible()
    expect(page.get_by_role("gridcell", name=re.compile(r"^1\s500\s₽$"))).to_be_visible()
    check_accessible(page)
