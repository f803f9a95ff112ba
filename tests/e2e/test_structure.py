"""«Структура»: the company is looked at, searched, and people are moved by mouse and by keyboard; a person is dismissed."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import PHONE, Opener, Site


def of(site: Site, entity: str, id: int, field: str) -> object:
    values = site.read(entity, id)["values"]
    assert isinstance(values, dict)
    return values[field]


def opened(open_page: Opener, **how: object) -> Page:
    page = open_page("/-/people/structure", **how)
    expect(page.get_by_role("region", name="Структура компании")).to_be_visible()
    return page


def box(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def chip(page: Page, title: str, person: str) -> Locator:
    return box(page, title).get_by_role("button", name=re.compile(person))


def test_person_is_dragged_to_another_department_and_back_by_undo(open_page: Opener, site: Site) -> None:
    fro, to = site.create("department", title="Доставка"), site.create("department", title="Склад")
    person = site.create("employee", surname="Перевозов", department=fro)
    page = opened(open_page)
    carried = chip(page, "Доставка", "Перевозов")
    expect(carried).to_be_visible()
    carried.scroll_into_view_if_needed()
    start, end = carried.bounding_box(), box(page, "Склад").bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 40, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(end["x"] + 60, end["y"] + 20, steps=8)
    page.mouse.up()
    expect(chip(page, "Склад", "Перевозов")).to_be_visible()
    assert of(site, "employee", person, "department") == [to, "Склад"]
    page.get_by_role("button", name="Отменить").click()
    expect(chip(page, "Доставка", "Перевозов")).to_be_visible()
    assert of(site, "employee", person, "department") == [fro, "Доставка"]


def test_person_is_found_moved_and_made_deputy_by_keyboard(open_page: Opener, site: Site) -> None:
    fro, to = site.create("department", title="Закупки"), site.create("department", title="Тендеры")
    person = site.create("employee", surname="Тендеров", department=fro)
    site.create("vacancy", title="Логист", department=fro)
    page = opened(open_page)
    expect(box(page, "Закупки").get_by_text("Вакансия: Логист")).to_be_visible()
    page.get_by_role("searchbox").fill("тендеров")
    expect(page.get_by_text("1 / 1")).to_be_visible()
    chip(page, "Закупки", "Тендеров").press("Enter")
    dialog = page.get_by_role("dialog", name="Тендеров")
    dialog.get_by_label("Перевести в отдел").select_option("Тендеры")
    dialog.get_by_role("button", name="Перевести").press("Enter")
    chip(page, "Тендеры", "Тендеров").press("Enter")
    dialog.get_by_role("button", name="Назначить заместителем").press("Enter")
    expect(box(page, "Тендеры").get_by_role("img", name="Заместитель")).to_be_visible()
    assert of(site, "employee", person, "department") == [to, "Тендеры"]
    assert of(site, "department", to, "deputies") == [[person, "Тендеров"]]

    box(page, "Закупки").get_by_role("button", name="Закупки", exact=True).press("Enter")
    below = page.get_by_role("dialog", name="Закупки")
    below.get_by_label("Входит в").select_option("Тендеры")
    below.get_by_role("button", name="Перевести").press("Enter")
    expect(page.get_by_role("button", name="Свернуть: Тендеры")).to_be_visible()
    assert of(site, "department", fro, "parent") == [to, "Тендеры"]


def test_on_a_phone_the_structure_is_a_tree_that_folds(open_page: Opener, site: Site) -> None:
    top = site.create("department", title="Завод")
    site.create("department", title="Цех", parent=top)
    page = opened(open_page, size=PHONE)
    expect(box(page, "Цех")).to_be_visible()
    page.get_by_role("button", name="Свернуть: Завод").click()
    expect(box(page, "Цех")).to_have_count(0)
    page.get_by_role("button", name="Развернуть: Завод").click()
    expect(box(page, "Цех")).to_be_visible()


def test_person_is_dismissed_his_work_goes_over_and_comes_back(open_page: Opener, site: Site) -> None:
    heir = site.create("employee", surname="Преемников")
    leaver = site.http.post(
        "/api/people", json={"values": {"surname": "Уходилов"}, "login": "uhodilov", "roles": ["manager"]}
    )
    id = int(leaver.json()["id"])
    deal = site.create("deal", title="Сделка Уходилова", responsible=id)
    page = open_page(f"/-/people/list/{id}")
    page.get_by_role("button", name="Уволить").click()
    dialog = page.get_by_role("dialog", name="Увольнение: Уходилов")
    expect(dialog.get_by_text("Сделки: 1 запись")).to_be_visible()
    dialog.get_by_label("Кому передать", exact=True).select_option("Преемников")
    dialog.get_by_role("button", name="Уволить").click()
    expect(page.get_by_text("Уходилов: доступ закрыт, дела переданы")).to_be_visible(timeout=60_000)
    assert of(site, "deal", deal, "responsible") == [heir, "Преемников"]
    page.get_by_role("button", name="Отменить").click()
    expect(page.get_by_text("Уходилов: всё возвращено, доступ пока закрыт")).to_be_visible(timeout=60_000)
    assert of(site, "deal", deal, "responsible") == [id, "Уходилов"]
    expect(page.get_by_role("button", name="Впустить снова")).to_be_visible()
