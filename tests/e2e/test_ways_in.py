"""Ways in beyond a password, as a person has them: a passkey, a second step, an outside provider."""

from __future__ import annotations

import re
import time
from base64 import b32decode
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect

from svyaz.org.two_factor import STEP_SECONDS, code_at
from tests.e2e.conftest import PASSWORD, Site, add_person
from tests.provider import provider, put_person

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def by_name(site: Site) -> str:
    """The same server by a name: a passkey is bound to a name and not to an address of numbers."""
    return site.url.replace("127.0.0.1", "localhost")


@contextmanager
def stranger(browser: Browser, url: str) -> Iterator[Page]:
    context = browser.new_context(base_url=url, locale="ru-RU", timezone_id="Europe/Moscow", service_workers="block")
    try:
        yield context.new_page()
    finally:
        context.close()


def enter(page: Page, login: str) -> None:
    page.goto("/-/login")
    page.get_by_label("Логин").fill(login)
    page.get_by_label("Пароль").fill(PASSWORD)
    page.get_by_role("button", name="Войти", exact=True).click()


def leave(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()
    page.get_by_role("menuitem", name="Выйти").click()
    expect(page).to_have_url(re.compile("/-/login$"))


def test_passkey_is_added_named_and_lets_in_without_a_password(site: Site, browser: Browser) -> None:
    site.http.put("/api/company/sign-in", json={"address": by_name(site)}).raise_for_status()
    add_person(site, "klyuch", "Ключевская Анна")
    with stranger(browser, by_name(site)) as page:
        device = page.context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        made = device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]
        enter(page, "klyuch")
        expect(page).to_have_url(re.compile("/-/home"))
        page.goto("/-/me/security")
        keys = page.get_by_role("region", name="Ключи доступа")
        keys.get_by_role("button", name="Добавить ключ").click()
        keys.get_by_label("Название ключа").fill("Рабочий ноутбук")
        keys.get_by_role("button", name="Сохранить").click()
        expect(keys.get_by_role("listitem")).to_contain_text("Рабочий ноутбук")
        leave(page, "Ключевская")

        page.get_by_role("button", name="Ключом доступа").click()
        expect(page).to_have_url(re.compile("/-/home"))
        page.goto("/-/me/security")
        expect(page.get_by_role("list", name="Входы под вашим именем")).to_contain_text("Вход: ключ доступа")
        leave(page, "Ключевская")

        # Whose finger is not known to the device does not come in, and nothing is told but that.
        device.send("WebAuthn.setUserVerified", {"authenticatorId": made, "isUserVerified": False})
        page.get_by_role("button", name="Ключом доступа").click()
        expect(page.get_by_role("button", name="Ключом доступа")).to_be_enabled()
        expect(page).to_have_url(re.compile("/-/login$"))


def test_second_step_is_set_up_asked_and_passed_by_a_code_from_paper(site: Site, browser: Browser) -> None:
    add_person(site, "shagova", "Шагова Вера")
    with stranger(browser, site.url) as page:
        enter(page, "shagova")
        expect(page).to_have_url(re.compile("/-/home"))
        page.goto("/-/me/security")
        part = page.get_by_role("region", name="Второй шаг входа")
        part.get_by_role("button", name="Включить").click()
        expect(part.get_by_role("img", name="Код для приложения")).to_be_visible()
        secret = b32decode("".join(part.locator(".secret").inner_text().split()))
        part.get_by_label("Код, который показало приложение").fill(code_at(secret, int(time.time()) // STEP_SECONDS))
        part.get_by_role("button", name="Включить").click()
        paper = part.get_by_role("group", name="Коды восстановления").get_by_role("listitem")
        expect(paper).to_have_count(10)
        code = paper.first.inner_text()
        part.get_by_role("button", name="Коды сохранены").click()
        leave(page, "Шагова")

        enter(page, "shagova")
        said = page.get_by_label("Код из приложения или код восстановления")
        expect(said).to_be_focused()
        said.fill("000000")
        said.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Код не подошёл")
        said.fill(code)
        said.press("Enter")
        expect(page).to_have_url(re.compile("/-/home"))
        page.goto("/-/me/security")
        expect(part).to_contain_text("Осталось 9 кодов восстановления")
        part.get_by_role("button", name="Выключить").click()
        part.get_by_role("alertdialog").get_by_role("button", name="Выключить").click()
        expect(part.get_by_role("button", name="Включить")).to_be_visible()


def test_person_comes_in_through_an_outside_provider_and_lands_where_he_was_going(site: Site, browser: Browser) -> None:
    add_person(site, "vneshniy@example.ru", "Внешний Олег")
    with provider() as issuer, stranger(browser, by_name(site)) as page:
        told = {"issuer": issuer, "client_id": "svyaz", "secret": "тайна", "title": "Проверка", "private": True}
        rules = {"address": by_name(site), "openid": told}
        site.http.put("/api/company/sign-in", json=rules).raise_for_status()
        put_person(issuer, "oleg", email="vneshniy@example.ru", email_verified=True)
        page.goto("/deal")
        page.get_by_role("button", name="Через Проверка").click()
        page.locator("input[name=sub]").fill("oleg")
        page.get_by_role("button", name="Authorize").click()
        expect(page).to_have_url(re.compile("/deal"))
        expect(page.get_by_role("button", name="Внешний")).to_be_visible()
        assert "code=" not in page.url
        site.http.put("/api/company/sign-in", json={"openid": {"issuer": ""}}).raise_for_status()
