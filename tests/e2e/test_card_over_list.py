"""The card over its list: opened beside it, gone along by keys, spread to a page, glanced at from a link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import check_accessible
from tests.e2e.conftest import DESKTOP, PHONE, Opener, Site


@pytest.fixture(scope="module")
def three(site: Site) -> list[int]:
    return [site.create("deal", title=f"Подряд {n}") for n in (1, 2, 3)]


LIST = '/deal?view=all&where=[["title","contains","Подряд"]]&sort=title'


def opened(page: Page, title: str) -> None:
    page.get_by_role("grid").get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()


def test_card_opens_beside_the_list_and_back_esc_and_a_new_page_know_where_they_are(
    site: Site, three: list[int], open_page: Opener
) -> None:
    page = open_page(LIST)
    opened(page, "Подряд 1")
    expect(page).to_have_url(f"{site.url}/deal/{three[0]}")
    expect(page.get_by_role("grid").get_by_role("link", name="Подряд 3")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Подряд 1", level=1)).to_be_visible()
    expect(page.get_by_role("grid").get_by_role("link", name="Подряд 3")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1, name="Подряд 1")).to_have_count(0)
    expect(page).to_have_url(re.compile("view=all"))
    opened(page, "Подряд 2")
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="Подряд 2")).to_have_count(0)
    expect(page.get_by_role("grid")).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("region", name="Подряд 2")).to_be_visible()
    page.get_by_role("button", name="На всю страницу").click()
    expect(page.get_by_role("grid")).to_have_count(0)
    expect(page.get_by_role("heading", name="Подряд 2", level=1)).to_be_visible()


def test_sent_link_opens_the_card_as_a_page(three: list[int], open_page: Opener) -> None:
    page = open_page(f"/deal/{three[0]}")
    expect(page.get_by_role("heading", name="Подряд 1", level=1)).to_be_visible()
    expect(page.get_by_role("grid")).to_have_count(0)


def test_keys_lead_along_the_list_in_its_order_and_say_where_it_ends(
    site: Site, three: list[int], open_page: Opener
) -> None:
    page = open_page(LIST)
    opened(page, "Подряд 2")
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Подряд 3", level=1)).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_text("Это последняя запись списка")).to_be_visible()
    page.keyboard.press("k")
    page.keyboard.press("k")
    expect(page.get_by_role("heading", name="Подряд 1", level=1)).to_be_visible()
    page.get_by_role("button", name="Следующая запись").click()
    expect(page).to_have_url(f"{site.url}/deal/{three[1]}")
    # Back leaves the card, however many were looked through.
    page.go_back()
    expect(page).to_have_url(re.compile("view=all"))


def test_keys_do_not_leave_a_card_in_which_something_is_typed(three: list[int], open_page: Opener) -> None:
    page = open_page(LIST)
    opened(page, "Подряд 2")
    page.get_by_role("textbox", name="Заметка").press_sequentially("jk")
    expect(page.get_by_role("textbox", name="Заметка")).to_have_value("jk")
    expect(page.get_by_role("heading", name="Подряд 2", level=1)).to_be_visible()
    page.get_by_role("textbox", name="Заметка").fill("")


def test_on_a_phone_the_card_takes_the_whole_screen(three: list[int], open_page: Opener) -> None:
    page = open_page(LIST, size=PHONE)
    page.get_by_role("link", name=re.compile("Подряд 1")).first.click()
    expect(page.get_by_role("heading", name="Подряд 1", level=1)).to_be_visible()
    expect(page.get_by_role("heading", name="Сделки", level=1)).to_have_count(0)


def test_link_is_glanced_at_by_a_mouse_that_rests_on_it_and_by_the_focus(site: Site, open_page: Opener) -> None:
    client = site.create("counterparty", title="ООО «Взгляд»", city="Казань")
    id = site.create("deal", title="Со взглядом", counterparty=client)
    page = open_page(f"/deal/{id}")
    page.get_by_role("link", name="ООО «Взгляд»").hover()
    glance = page.get_by_label("Кратко: ООО «Взгляд»")
    expect(glance.get_by_text("Казань")).to_be_visible()
    page.keyboard.press("Escape")
    expect(glance).to_have_count(0)
    expect(page.get_by_role("heading", name="Со взглядом", level=1)).to_be_visible()


def test_sheet_over_a_list_passes_axe(three: list[int], open_page: Opener) -> None:
    for theme in ("light", "dark"):
        page = open_page(LIST, theme=theme, size=DESKTOP)
        opened(page, "Подряд 1")
        expect(page.get_by_role("region", name="Лента")).to_be_visible()
        check_accessible(page)
