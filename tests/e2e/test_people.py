"""«Сотрудники и доступ»: a person is added, comes in, is given other roles, is shut out; the journal tells of it."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Opener, Site


def open_people(open_page: Opener, path: str = "/-/people", **how: object) -> Page:
    page = open_page(path, **how)
    expect(page.get_by_role("heading", name="Сотрудники и доступ", level=1)).to_be_visible()
    return page


def add(page: Page, surname: str, role: str = "Менеджер") -> tuple[str, str]:
    """Adds a person with access; the login and the password as shown."""
    page.get_by_role("button", name="Добавить сотрудника").click()
    box = page.get_by_role("dialog", name="Добавить сотрудника")
    box.get_by_role("button", name=re.compile("^Фамилия")).click()
    page.keyboard.type(surname)
    page.keyboard.press("Tab")
    expect(box.get_by_label("Вход (логин)")).not_to_have_value("")
    box.get_by_role("checkbox", name=role).check()
    box.get_by_role("button", name="Добавить сотрудника").click()
    shown = page.get_by_role("dialog", name=re.compile("^Доступ: "))
    told = shown.get_by_role("definition")
    expect(told).to_have_count(2)
    login, once = told.nth(0).inner_text(), told.nth(1).inner_text()
    shown.get_by_role("button", name="Готово").click()
    return login, once


def may_enter(site: Site, login: str, password: str) -> bool:
    return httpx.post(f"{site.url}/api/session", json={"login": login, "password": password}).status_code == 200


def test_person_is_added_with_access_shut_out_and_let_in_again(open_page: Opener, site: Site) -> None:
    page = open_people(open_page)
    login, once = add(page, "Прохорова")
    assert login == "prohorova" and may_enter(site, login, once)

    panel = page.get_by_role("region", name="Доступ: Прохорова")
    expect(panel.get_by_text("Ждёт первого входа")).to_be_visible()
    panel.get_by_role("checkbox", name="Руководитель отдела").check()
    panel.get_by_role("button", name="Сохранить").click()
    expect(panel.get_by_role("button", name="Сохранить")).to_be_hidden()
    panel.get_by_role("button", name="Заблокировать").click()
    panel.get_by_role("alertdialog").get_by_role("button", name="Заблокировать").click()
    expect(panel.get_by_text("Заблокирован")).to_be_visible()
    assert not may_enter(site, login, once)
    panel.get_by_role("button", name="Впустить снова").click()
    expect(panel.get_by_text("Ждёт первого входа")).to_be_visible()
    assert may_enter(site, login, once)

    panel.get_by_role("link", name="Журнал").click()
    rows = page.get_by_role("list", name="Журнал")
    expect(rows.get_by_text("Прохорова: доступ закрыт", exact=True)).to_be_visible()
    expect(rows.get_by_text("Прохорова: роли — было Менеджер, стало Руководитель отдела, Менеджер")).to_be_visible()


def test_new_password_is_shown_once_and_the_former_is_worth_nothing(open_page: Opener, site: Site) -> None:
    page = open_people(open_page)
    login, once = add(page, "Рябова")
    panel = page.get_by_role("region", name="Доступ: Рябова")
    panel.get_by_role("button", name="Новый пароль").click()
    shown = page.get_by_role("dialog", name="Доступ: Рябова")
    fresh = shown.get_by_role("definition").nth(1).inner_text()
    assert fresh != once and may_enter(site, login, fresh) and not may_enter(site, login, once)
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    expect(page.get_by_text(fresh)).to_have_count(0)


def test_sessions_of_a_person_are_seen_and_ended(open_page: Opener, site: Site) -> None:
    page = open_people(open_page)
    login, once = add(page, "Сычёва")
    theirs = httpx.Client(base_url=site.url)
    assert theirs.post("/api/session", json={"login": login, "password": once}).status_code == 200
    page.reload()
    panel = page.get_by_role("region", name="Доступ: Сычёва")
    panel.get_by_role("button", name="Завершить работу").click()
    expect(panel.get_by_text("Сейчас нигде")).to_be_visible()
    assert theirs.get("/api/me").status_code == 401


def test_card_without_access_is_given_it_later(open_page: Opener, site: Site) -> None:
    id = site.create("employee", surname="Тихонова")
    page = open_people(open_page, f"/-/people/list/{id}")
    panel = page.get_by_role("region", name="Доступ: Тихонова")
    panel.get_by_label("Вход (логин)").fill("tihonova")
    panel.get_by_role("checkbox", name="Менеджер").check()
    panel.get_by_role("button", name="Дать доступ").click()
    once = page.get_by_role("dialog", name="Доступ: Тихонова").get_by_role("definition").nth(1).inner_text()
    assert may_enter(site, "tihonova", once)


def test_last_administrator_is_told_why_he_stays(open_page: Opener, site: Site) -> None:
    me = site.http.get("/api/me").json()["id"]
    page = open_people(open_page, f"/-/people/list/{me}")
    panel = page.get_by_role("region", name="Доступ: Артём Волков")
    panel.get_by_role("checkbox", name="Администратор").uncheck()
    panel.get_by_role("button", name="Сохранить").click()
    expect(panel.get_by_role("alert")).to_contain_text("последний администратор")
    expect(panel.get_by_role("button", name="Заблокировать")).to_have_count(0)


def test_list_is_narrowed_by_typing_and_by_state_and_walked_by_keys(open_page: Opener, site: Site) -> None:
    site.create("employee", surname="Уварова")
    page = open_people(open_page)
    rows = page.get_by_role("list", name="Люди").get_by_role("link")
    page.get_by_label("Имя, должность или вход").fill("увар")
    expect(rows).to_have_count(1)
    page.get_by_label("Доступ", exact=True).select_option("blocked")
    expect(page.get_by_text("Ничего не найдено")).to_be_visible()
    page.get_by_label("Доступ", exact=True).select_option("none")
    expect(rows).to_have_count(1)
    rows.first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Доступ: Уварова")).to_be_visible()


def test_phone_shows_the_person_in_place_of_the_list(open_page: Opener, site: Site) -> None:
    site.create("employee", surname="Фадеева")
    page = open_people(open_page, size=PHONE)
    page.get_by_role("list", name="Люди").get_by_role("link", name="Фадеева").click()
    expect(page.get_by_role("region", name="Доступ: Фадеева")).to_be_visible()
    page.get_by_role("region", name="Доступ: Фадеева").get_by_role("button", name="Назад").click()
    expect(page.get_by_role("list", name="Люди")).to_be_visible()
