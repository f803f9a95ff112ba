"""The way in and out."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.e2e.conftest import PASSWORD, Opener, Site, first_password, served


def test_wrong_password_is_explained_and_the_right_one_leads_where_the_person_was_going(
    site: Site, open_page: Opener
) -> None:
    page = open_page("/counterparty", signed_in=False)
    expect(page).to_have_url(f"{site.url}/-/login?next=/counterparty")

    page.get_by_label("Логин").fill(site.login)
    page.get_by_label("Пароль").fill("не тот")
    page.get_by_role("button", name="Войти").click()
    expect(page.get_by_role("alert")).not_to_be_empty()

    page.get_by_label("Пароль").fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    expect(page).to_have_url(re.compile(f"{site.url}/counterparty($|\\?)"))
    expect(page.get_by_role("heading", name="Контрагенты")).to_be_visible()


def test_address_of_another_site_in_the_link_is_not_followed_after_signing_in(site: Site, open_page: Opener) -> None:
    page = open_page("/-/login?next=//example.org/deal", signed_in=False)
    page.get_by_label("Логин").fill(site.login)
    page.get_by_label("Пароль").fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.startswith(site.url)


def test_person_who_has_signed_out_is_asked_to_sign_in_again(site: Site, open_page: Opener) -> None:
    page = open_page("/-/login", signed_in=False)
    page.get_by_label("Логин").fill(site.login)
    page.get_by_label("Пароль").fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    page.get_by_role("button", name="Артём Волков").click()
    page.get_by_role("menuitem", name="Выйти").click()
    expect(page).to_have_url(f"{site.url}/-/login")
    page.goto(f"{site.url}/deal")
    expect(page.get_by_role("button", name="Войти")).to_be_visible()


def test_page_that_is_not_there_is_told_so(site: Site, open_page: Opener) -> None:
    for path in ("/no_such_object", "/deal/999999999", "/-/nowhere/at/all"):
        page = open_page(path)
        expect(page.get_by_text("Не найдено", exact=True)).to_be_visible()
        page.get_by_role("link", name="На главную").click()
        expect(page).to_have_url(re.compile(rf"^{re.escape(site.url)}/-/home(\?|$)"))


def test_first_password_is_changed_before_anything_else_is_shown(tmp_path: Path, browser: Browser) -> None:
    with served(tmp_path) as (url, printed):
        login, once = first_password(printed)
        page = browser.new_page(locale="ru-RU")
        page.goto(f"{url}/deal")
        page.get_by_label("Логин").fill(login)
        page.get_by_label("Пароль").fill(once)
        page.get_by_role("button", name="Войти").click()
        expect(page).to_have_url(f"{url}/-/password")
        page.goto(f"{url}/deal")
        expect(page).to_have_url(f"{url}/-/password")

        page.get_by_label("Нынешний пароль").fill(once)
        page.get_by_label("Новый пароль", exact=True).fill(PASSWORD)
        page.get_by_label("Новый пароль ещё раз").fill("не тот же")
        expect(page.get_by_text("Пароли не совпадают")).to_be_visible()
        expect(page.get_by_role("button", name="Сменить пароль")).to_be_disabled()
        page.get_by_label("Новый пароль ещё раз").fill(PASSWORD)
        page.get_by_role("button", name="Сменить пароль").click()
        expect(page.get_by_role("heading", name="Главная", level=1)).to_be_visible()
        page.context.close()
