"""The way in and out."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import PASSWORD, Opener, Site


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
    expect(page).to_have_url(f"{site.url}/counterparty")
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
        expect(page).to_have_url(f"{site.url}/deal")
