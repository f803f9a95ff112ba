"""«Главная»: blocks show what there is and react to changes; everybody arranges a page of his own, or that of all."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Site

Opener = Callable[..., Page]


def block(page: Page, title: str):  # type: ignore[no-untyped-def]
    return page.get_by_role("region", name=title, exact=True)


def test_first_page_is_built_of_blocks_and_each_leads_to_its_records(site: Site, open_page: Opener) -> None:
    page = open_page("/")
    expect(page.get_by_role("heading", name="Главная")).to_be_visible()
    expect(page.get_by_role("button", name="Добавить сделку")).to_be_visible()
    expect(block(page, "Новые сделки за месяц").get_by_role("link")).to_be_visible()
    funnel = block(page, "Сделки в работе по этапам")
    expect(funnel.get_by_role("link", name="Переговоры")).to_be_visible()
    block(page, "Просроченные").get_by_role("link", name="открыть все").click()
    expect(page.get_by_role("heading", name="Сделки")).to_be_visible()


def test_block_reacts_to_what_others_do(site: Site, open_page: Opener) -> None:
    page = open_page("/-/home")
    figure = block(page, "Новые сделки за месяц").get_by_role("link")
    expect(figure).to_be_visible()
    before = int(figure.inner_text().replace("\xa0", ""))
    site.create("deal", title="Сделка для главной")
    expect(figure).to_have_text(str(before + 1))


def test_thing_to_do_today_is_done_by_one_press_and_taken_back(site: Site, open_page: Opener) -> None:
    me = site.http.get("/api/me").json()["id"]
    id = site.create("activity", kind="task", subject="Дело с главной", responsible=me, due_at="2020-01-05T09:00:00Z")
    page = open_page("/-/home")
    plan = block(page, "План на сегодня")
    plan.get_by_role("button", name="Выполнено: Дело с главной").click()
    expect(plan.get_by_role("link", name="Дело с главной")).to_have_count(0)
    assert site.read("activity", id)["values"]["done_at"]
    page.get_by_role("button", name="Отменить").click()
    expect(plan.get_by_role("link", name="Дело с главной")).to_be_visible()


def test_own_page_is_arranged_by_keys_and_boxes_and_given_back(site: Site, open_page: Opener) -> None:
    page = open_page("/-/home")
    page.get_by_role("button", name="Настроить").click()
    first = page.get_by_role("region").nth(0)
    expect(first).to_have_accessible_name("Добавить")
    more = page.get_by_role("button", name="Блок «Добавить»: действия")
    more.focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.get_by_role("status").filter(has_text="Добавить: место 2 из")).to_be_attached()
    expect(first).to_have_accessible_name("Выиграно за месяц")
    page.get_by_role("button", name="Добавить блок").click()
    box = page.get_by_role("dialog", name="Новый блок")
    box.get_by_label("Что показать").select_option("text")
    box.get_by_role("textbox", name="Заголовок").fill("Памятка")
    box.get_by_role("textbox", name="Текст").fill("Звоним до обеда — [план](/activity)")
    box.get_by_role("button", name="Добавить", exact=True).click()
    expect(block(page, "Памятка")).to_contain_text("Звоним до обеда")
    page.get_by_role("button", name="Сохранить").click()
    expect(block(page, "Памятка").get_by_role("link", name="план")).to_have_attribute("href", "/activity")
    expect(page.get_by_text("Главная сохранена")).to_be_visible()
    page.get_by_role("button", name="Настроить").click()
    page.get_by_role("button", name="Вернуть как у всех").click()
    expect(block(page, "Памятка")).to_have_count(0)
    expect(page.get_by_role("region").nth(1)).to_have_accessible_name("Выиграно за месяц")


def test_page_of_all_is_changed_in_the_configurator_with_a_way_back(site: Site, open_page: Opener) -> None:
    page, other = open_page("/-/configurator/home"), open_page("/-/home", size=PHONE)
    expect(block(other, "Закреплённое")).to_be_visible()
    page.get_by_role("button", name="Блок «Закреплённое»: действия").click()
    page.get_by_role("menuitem", name="Убрать").click()
    page.get_by_role("button", name="Сохранить").click()
    plan = page.get_by_role("dialog", name="Что изменится")
    told = page.get_by_text("Главная страница изменена")
    expect(plan.or_(told).first).to_be_visible()
    expect(block(other, "Закреплённое")).to_have_count(0)
    page.get_by_role("button", name="Отменить").click()
    expect(block(other, "Закреплённое")).to_be_visible()
