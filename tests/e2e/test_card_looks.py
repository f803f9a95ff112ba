"""Variants of a card and what stands on it besides fields: drawn in the configurator, seen and pressed on the card."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.browser import check_accessible
from tests.e2e.conftest import PHONE, Opener, Site
from tests.e2e.test_form_designer import form_of, save, section, value

WHOLE = {"title": "О контрагенте", "fields": ["title", "kind", "city", "address", "website"]}
NARROW = {"title": "Человек", "fields": ["title", "kind", "city", "note"]}


def put_form(site: Site, entity: str, form: dict[str, Any]) -> None:
    revision = site.http.get("/api/schema").json()["revision"]
    edit = {"do": "put_form", "entity": entity, "form": form}
    answer = site.http.post("/api/schema/apply", json={"revision": revision, "edits": [edit]})
    assert answer.status_code == 200, answer.text


def look(key: str, part: dict[str, Any], **whom: Any) -> dict[str, Any]:
    return {"key": key, "title": key, "tab": [{"title": "Общее", "section": [part]}], **whom}


def test_variant_is_copied_described_and_shown_to_records_that_it_is_for(site: Site, open_page: Opener) -> None:
    page = open_page("/-/configurator/objects/product/form")
    page.get_by_role("button", name="Вариант", exact=True).click()
    dialog = page.get_by_role("dialog", name=re.compile("кому показывать"))
    expect(dialog.get_by_text("прав не даёт и не отнимает")).to_be_visible()
    dialog.get_by_label("Название варианта").fill("Снят с продажи")
    dialog.get_by_label("Поле, от которого зависит вариант").select_option(label="Продаём")
    dialog.get_by_role("checkbox", name="Нет", exact=True).check()
    dialog.get_by_role("button", name="Готово").click()
    expect(dialog).to_be_hidden()
    mine = page.get_by_role("button", name="Снят с продажи", exact=True)
    expect(mine).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Поле «Артикул»: действия").focus()
    page.keyboard.press("Delete")
    expect(section(page, "О товаре").locator("[data-id=sku]")).to_have_count(0)
    page.get_by_role("button", name="Основной вид").click()
    expect(section(page, "О товаре").locator("[data-id=sku]")).to_be_visible()
    save(page)
    variant = form_of(site, "product")["variant"][0]
    assert (variant["title"], variant["by"], variant["values"]) == ({"ru": "Снят с продажи"}, "active", ["no"])

    gone = site.create("product", title="Снятый насос", sku="СН-1", active=False)
    card = open_page(f"/product/{gone}")
    expect(value(card, "Единица")).to_be_visible()
    expect(value(card, "Артикул")).to_have_count(0)
    site.change("product", gone, active=True)
    expect(value(card, "Артикул")).to_be_visible()


def test_what_is_being_typed_outlives_the_change_of_the_variant(site: Site, open_page: Opener) -> None:
    base = {"tab": [{"title": "Общее", "section": [WHOLE]}]}
    put_form(site, "counterparty", {**base, "variant": [look("person", NARROW, by="kind", values=["person"])]})
    id = site.create("counterparty", title="Смена вида", kind="company", city="Уфа")
    card = open_page(f"/counterparty/{id}")
    value(card, "Адрес").click()
    typed = card.get_by_role("textbox", name="Адрес")
    typed.fill("Ленина, 5")
    site.http.patch(f"/api/records/counterparty/{id}", json={"version": 1, "values": {"kind": "person"}})
    expect(typed).to_have_value("Ленина, 5")
    typed.press("Enter")
    expect(value(card, "Заметка")).to_be_visible()
    expect(value(card, "Адрес")).to_have_count(0)
    assert site.read("counterparty", id)["values"]["address"] == "Ленина, 5"
    value(card, "Вид").click()
    card.get_by_role("option", name=re.compile("^Компания|^Организация|^Юр")).first.click()
    expect(value(card, "Адрес")).to_be_visible()


def test_phone_has_a_card_of_its_own_and_what_must_be_filled_is_asked_for_on_it(site: Site, open_page: Opener) -> None:
    asked = {"key": "founded_year", "required_if": 'city = "Пермь"'}
    form = {
        "tab": [{"title": "Общее", "section": [{"title": "О контрагенте", "fields": ["title", "city", asked]}]}],
        "variant": [look("door", {"title": "У двери", "fields": ["title", "city"]}, phone=True)],
    }
    put_form(site, "counterparty", form)
    id = site.create("counterparty", title="С телефона", kind="company", city="Пермь", founded_year=1999)
    wide = open_page(f"/counterparty/{id}")
    expect(value(wide, "Год основания")).to_be_visible()
    page = open_page(f"/counterparty/{id}", size=PHONE)
    page.get_by_role("tab", name="Карточка").click()
    expect(page.get_by_role("button", name="У двери")).to_be_visible()
    expect(value(page, "Год основания")).to_have_count(0)
    assert check_accessible(page) == []
    put_form(site, "counterparty", {**form, "tab": [{"title": "Общее", "section": [WHOLE]}]})
    other = site.create("counterparty", title="Без года", kind="company", city="Пермь")
    put_form(site, "counterparty", form)
    page.goto(f"{site.url}/counterparty/{other}")
    page.get_by_role("tab", name="Карточка").click()
    expect(page.get_by_role("button", name="Без этого не сохранить")).to_be_visible()
    expect(value(page, "Год основания")).to_be_visible()


BLOCKS = [
    {"kind": "text", "title": "Памятка", "text": "# Сначала\n- **позвонить**\n<b>не HTML</b> [отчёты](/-/reports)"},
    {"kind": "buttons", "buttons": [
        {"key": "vip", "title": "Сделать главным", "do": "set", "values": {"city": '"Казань"', "address": '"Баумана, 1"'}},
        {"key": "sale", "title": "Новая сделка", "do": "create", "entity": "deal", "by": "counterparty"},
        {"key": "sales", "title": "Все сделки", "do": "open", "entity": "deal", "by": "counterparty"},
    ]},
    {"kind": "figure", "title": "Сделок всего", "entity": "deal", "by": "counterparty", "function": "count"},
    {"kind": "figure", "title": "На сумму", "entity": "deal", "by": "counterparty", "function": "sum", "value": "amount"},
    {"kind": "chart", "title": "По этапам", "entity": "deal", "by": "counterparty", "group": "stage", "look": "bars"},
    {"title": "О контрагенте", "fields": ["title", "city", "address"]},
]  # fmt: skip


def test_blocks_show_what_is_related_and_buttons_do_what_they_say(site: Site, open_page: Opener) -> None:
    put_form(site, "counterparty", {"tab": [{"title": "Общее", "section": BLOCKS}]})
    id = site.create("counterparty", title="С блоками", kind="company", city="Уфа")
    site.create("deal", title="Первая с блоками", counterparty=id, amount="1000")
    page = open_page(f"/counterparty/{id}")
    words = page.get_by_role("region", name="Памятка")
    expect(words.get_by_text("<b>не HTML</b>")).to_be_visible()
    expect(words.get_by_role("link", name="отчёты")).to_have_attribute("href", "/-/reports")
    expect(page.get_by_role("link", name=re.compile("Сделок всего"))).to_contain_text("1")
    expect(page.get_by_role("link", name=re.compile("На сумму"))).to_contain_text(re.compile("1.000"))
    expect(page.get_by_role("region", name="По этапам").get_by_role("listitem")).to_have_count(1)
    assert check_accessible(page) == []

    page.get_by_role("button", name="Сделать главным").click()
    expect(page.get_by_text("Баумана, 1", exact=True)).to_be_visible()
    page.get_by_role("button", name="Отменить", exact=True).click()
    expect(page.get_by_text("Баумана, 1", exact=True)).to_have_count(0)
    expect(page.get_by_text("Уфа", exact=True).first).to_be_visible()

    page.get_by_role("button", name="Новая сделка").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=re.compile("^Название")).click()
    dialog.get_by_role("textbox", name="Название").fill("Вторая с блоками")
    dialog.get_by_role("button", name="Создать").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("link", name=re.compile("Сделок всего"))).to_contain_text("2")
    page.get_by_role("button", name="Все сделки").click()
    expect(page).to_have_url(re.compile(r"/deal\?"))
    expect(page.get_by_text("Вторая с блоками").first).to_be_visible()
