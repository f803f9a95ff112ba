"""«Кто это видит?», «Посмотреть как сотрудник» and «Поделиться» from the menu of a card, by mouse and by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import check_accessible
from tests.e2e.conftest import DESKTOP, PHONE, Opener, Site


@pytest.fixture(scope="module")
def colleague(site: Site) -> int:
    """A manager who may come in and has no records of his own."""
    body = {"values": {"surname": "Ветрова"}, "login": "vetrova", "roles": ["manager"]}
    answer = site.http.post("/api/people", json=body)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def from_menu(page: Page, item: str, box: str) -> Locator:
    page.get_by_role("button", name="Другие действия").click()
    page.get_by_role("menuitem", name=item).click()
    opened = page.get_by_role("dialog", name=re.compile(f"^{box}"))
    expect(opened).to_be_visible()
    return opened


def pick(page: Page, box: Locator, button: str, text: str) -> None:
    box.get_by_role("button", name=re.compile(f"^{button}")).click()
    page.get_by_role("combobox", name=button).fill(text)
    page.get_by_role("option", name=re.compile(text)).click()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_administrator_asks_who_sees_a_record_and_looks_as_a_colleague(
    open_page: Opener, site: Site, colleague: int, size: dict[str, int]
) -> None:
    deal = site.create("deal", title=f"Кто видит {size['width']}")
    page = open_page(f"/deal/{deal}", size=size)
    box = from_menu(page, "Кто это видит?", "Кто это видит")
    verdicts = box.get_by_role("table")
    expect(verdicts.get_by_role("row", name=re.compile("^видеть да .*Администратор"))).to_be_visible()
    expect(box.get_by_role("region").get_by_role("button", name=re.compile("Ветрова"))).to_have_count(0)
    assert check_accessible(page) == []
    pick(page, box, "Сотрудник", "Ветрова")
    expect(verdicts.get_by_role("row", name=re.compile("^видеть нет .*Менеджер"))).to_be_visible()
    box.get_by_role("button", name="Посмотреть как этот сотрудник").click()

    bar = page.get_by_role("complementary", name="Просмотр от имени сотрудника")
    expect(bar).to_contain_text("Вы смотрите как Ветрова")
    assert check_accessible(page) == []
    page.goto(f"{site.url}/deal/{deal}")
    expect(page.get_by_text(re.compile(f"№ {deal} — в отделе"))).to_be_visible()
    page.get_by_role("button", name="Закончить").press("Enter")
    expect(page.get_by_role("heading", name=f"Кто видит {size['width']}", level=1)).to_be_visible()
    expect(bar).to_be_hidden()


def test_record_is_shared_taken_away_and_given_back(open_page: Opener, site: Site, colleague: int) -> None:
    deal = site.create("deal", title="Поделённая")
    page = open_page(f"/deal/{deal}")
    box = from_menu(page, "Поделиться", "Поделиться")
    pick(page, box, "Сотрудник", "Ветрова")
    box.get_by_label("Что можно").select_option("смотреть и менять")
    box.get_by_label(re.compile("^По день")).fill("2099-12-31")
    box.get_by_role("button", name="Поделиться").click()
    shares = box.get_by_role("list", name="Кому открыто")
    expect(shares.get_by_role("listitem")).to_have_text(re.compile("Ветрова.*смотреть и менять"))
    assert check_accessible(page) == []
    box.get_by_role("button", name="Закрыть для: Ветрова").click()
    expect(box.get_by_text("Пока никому отдельно не открыто.")).to_be_visible()
    box.get_by_role("button", name="Отменить").click()
    expect(shares.get_by_role("listitem")).to_have_text(re.compile("Ветрова.*смотреть и менять"))
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    box = from_menu(page, "Кто это видит?", "Кто это видит")
    expect(box.get_by_role("button", name=re.compile("Ветрова.*Записью поделились"))).to_be_visible()


def test_one_looks_as_a_colleague_from_the_list_of_people(open_page: Opener, site: Site, colleague: int) -> None:
    page = open_page("/-/people")
    page.get_by_role("link", name=re.compile("Ветрова")).click()
    panel = page.get_by_role("region", name=re.compile("^Доступ: Ветрова"))
    panel.get_by_role("button", name="Посмотреть как этот сотрудник").click()
    bar = page.get_by_role("complementary", name="Просмотр от имени сотрудника")
    expect(bar).to_contain_text("Вы смотрите как Ветрова")
    bar.get_by_role("button", name="Закончить").click()
    expect(bar).to_be_hidden()
