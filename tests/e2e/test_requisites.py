"""«Заполнить по ИНН» and the pin of a card: what is found is shown, saved and takes nothing that people wrote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.api.party import serve_party
from tests.e2e.conftest import Opener, Site

INN = "7707083893"


@pytest.fixture
def service(site: Site) -> Iterator[Any]:
    with serve_party() as server:
        configure(site, server.url)
        yield server
    configure(site, "")


def configure(site: Site, url: str) -> None:
    answer = site.http.put("/api/company/requisites", json={"url": url, "token": "ключ", "private": True})
    assert answer.status_code == 204, answer.text


def test_card_is_filled_by_its_inn_and_keeps_what_people_wrote(site: Site, service: Any, open_page: Opener) -> None:
    id = site.create("counterparty", title="Банк наш", inn=INN, kpp="770101001")
    page = open_page(f"/counterparty/{id}")
    page.get_by_role("tab", name="Реквизиты").click()
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
        page.get_by_role("button", name="Заполнить по ИНН").click()
    assert saved.value.ok
    expect(page.get_by_role("button", name="ОГРН: 1027700132195")).to_be_visible()
    values = site.read("counterparty", id)["values"]
    assert (values["ogrn"], values["kpp"], values["title"]) == ("1027700132195", "770101001", "Банк наш")
    assert values["legal_address"] == "117312, г Москва, ул Вавилова, д 19"

    page.get_by_role("button", name="Заполнить по ИНН").click()
    expect(page.get_by_text("Всё уже заполнено")).to_be_visible()


def test_new_counterparty_is_filled_before_it_is_saved(site: Site, service: Any, open_page: Opener) -> None:
    page = open_page("/counterparty?view=all")
    page.get_by_role("button", name="Создать контрагента").click()
    form = page.get_by_role("dialog", name="Создать контрагента")
    expect(form.get_by_role("button", name="Заполнить по ИНН")).to_have_count(0)
    form.get_by_role("button", name="ИНН: не заполнено").click()
    form.get_by_role("textbox", name="ИНН").fill(INN)
    page.keyboard.press("Tab")
    form.get_by_role("button", name="Заполнить по ИНН").click()
    expect(form.get_by_role("button", name="КПП: 773601001")).to_be_visible()
    expect(form.get_by_role("button", name="Название: ПАО Сбербанк")).to_be_visible()
    form.get_by_role("button", name="Создать", exact=True).click()
    expect(page.get_by_role("heading", name="ПАО Сбербанк", level=1)).to_be_visible()
    found = site.query("counterparty", filter="title = 'ПАО Сбербанк'", fields=["ogrn"])["rows"]
    assert [row[2] for row in found] == ["1027700132195"]


def test_trouble_of_the_service_is_said_and_the_card_stays(site: Site, service: Any, open_page: Opener) -> None:
    id = site.create("counterparty", title="Неизвестный банк", inn=INN)
    service.answers = (200, {"suggestions": []})
    page = open_page(f"/counterparty/{id}")
    page.get_by_role("tab", name="Реквизиты").click()
    page.get_by_role("button", name="Заполнить по ИНН").click()
    expect(page.get_by_role("status").filter(has_text=f"не знает компании с ИНН {INN}")).to_be_visible()
    expect(page.get_by_role("button", name="Заполнить по ИНН")).to_be_enabled()


def test_nothing_is_offered_where_no_service_was_chosen(site: Site, open_page: Opener) -> None:
    id = site.create("counterparty", title="Без сервиса", inn=INN)
    page = open_page(f"/counterparty/{id}")
    page.get_by_role("tab", name="Реквизиты").click()
    expect(page.get_by_role("button", name=f"ИНН: {INN}")).to_be_visible()
    expect(page.get_by_role("button", name="Заполнить по ИНН")).to_have_count(0)


def test_card_is_pinned_and_unpinned_from_its_menu(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Приколотая сделка")
    page = open_page(f"/deal/{id}")
    pinned = page.get_by_role("list", name="Закреплённое").get_by_role("link", name="Приколотая сделка")
    menu = page.get_by_role("button", name="Другие действия")
    menu.click()
    page.get_by_role("menuitem", name="Закрепить", exact=True).click()
    expect(pinned).to_be_visible()
    menu.click()
    page.get_by_role("menuitem", name="Открепить", exact=True).click()
    expect(pinned).to_have_count(0)
    page.goto("about:blank")  # what was chosen a moment ago is kept before it is put back
    assert site.http.put("/api/preferences/shell", json={"value": None}).status_code == 204
