"""A company sets up its mail, invites a person by a letter; she opens the link, chooses a password and is in."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import PHONE, Opener, Site
from tests.mailbox import Mailbox, link_in, mailbox


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    with mailbox() as opened:
        yield opened


def set_up(page: Page, site: Site, box: Mailbox) -> None:
    """By hand, as an administrator does."""
    page.get_by_label("Сервер SMTP").fill("127.0.0.1")
    page.get_by_label("Защита соединения").select_option("none")
    page.get_by_label("Порт").fill(str(box.port))
    page.get_by_label("Сервис внутри нашей сети").check()
    page.get_by_label("Письма от адреса").fill("crm@romashka.ru")
    page.get_by_label("Адрес системы").fill(site.url)
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_role("form", name="Проверочное письмо")).to_be_visible()


def letter_to(box: Mailbox, mailbox: str) -> str:
    """The link of the last letter to this mailbox, when it has come."""
    until = time.monotonic() + 60
    while mailbox not in box.recipients and time.monotonic() < until:
        time.sleep(0.1)
    at = len(box.recipients) - 1 - box.recipients[::-1].index(mailbox)
    return link_in(box.letters[at])


def test_person_gets_the_letter_opens_the_link_chooses_a_password_and_is_in(
    open_page: Opener, site: Site, box: Mailbox, browser: Browser
) -> None:
    page = open_page("/-/settings/mail")
    set_up(page, site, box)
    test = page.get_by_role("form", name="Проверочное письмо")
    test.get_by_label("Кому").fill("admin@romashka.ru")
    test.get_by_role("button", name="Отправить").click()
    expect(test.get_by_text("Сервер принял письмо для admin@romashka.ru")).to_be_visible()
    box.refuse["nobody@romashka.ru"] = "550 5.1.1 unknown user"
    test.get_by_label("Кому").fill("nobody@romashka.ru")
    test.get_by_role("button", name="Отправить").click()
    expect(test.get_by_role("alert")).to_contain_text("550 5.1.1 unknown user")

    values = {"surname": "Вересова", "email": "veresova@romashka.ru"}
    body = {"values": values, "login": "veresova@romashka.ru", "roles": ["manager"], "by": "letter"}
    made = site.http.post("/api/people", json=body).json()
    page.goto(f"{site.url}/-/people/list/{made['id']}")
    panel = page.get_by_role("region", name="Доступ: Вересова")
    expect(panel.get_by_role("heading", name="Приглашение")).to_be_visible()
    link = letter_to(box, "veresova@romashka.ru")

    theirs = browser.new_context(viewport=PHONE, locale="ru-RU")
    hers = theirs.new_page()
    hers.goto(link)
    expect(hers.get_by_role("heading", name=re.compile("Добро пожаловать"))).to_be_visible()
    expect(hers.get_by_text("ваш логин: veresova@romashka.ru")).to_be_visible()
    hers.get_by_label("Пароль", exact=True).fill("мой-пароль-77")
    hers.get_by_label("Пароль ещё раз").fill("мой-пароль-78")
    expect(hers.get_by_role("alert")).to_have_text("Пароли не совпадают")
    hers.get_by_label("Пароль ещё раз").fill("мой-пароль-77")
    hers.get_by_role("button", name="Сохранить и войти").click()
    expect(hers).to_have_url(re.compile("/-/(home|start)"))

    hers.goto(f"{site.url}/-/about")
    hers.goto(link)
    expect(hers.get_by_role("heading", name="Ссылка не действует")).to_be_visible()
    theirs.close()


def test_forgotten_password_is_asked_for_by_letter(site: Site, box: Mailbox, browser: Browser) -> None:
    mail = {"host": "127.0.0.1", "port": box.port, "security": "none", "private": True, "sender": "crm@romashka.ru"}
    assert site.http.put("/api/mail", json={**mail, "address": site.url}).status_code == 204
    body = {"values": {"surname": "Гречко", "email": "grechko@romashka.ru"}, "login": "grechko", "roles": ["manager"]}
    assert site.http.post("/api/people", json=body).status_code == 201
    theirs = browser.new_context(locale="ru-RU")
    hers = theirs.new_page()
    hers.goto(f"{site.url}/-/login")
    hers.get_by_role("link", name="Забыли пароль?").click()
    expect(hers.get_by_role("heading", name="Забыли пароль?")).to_be_visible()
    hers.get_by_label("Логин или почта").fill("grechko@romashka.ru")
    hers.get_by_role("button", name="Прислать письмо").click()
    expect(hers.get_by_text("письмо придёт через минуту")).to_be_visible()
    hers.goto(letter_to(box, "grechko@romashka.ru"))
    hers.get_by_label("Пароль", exact=True).fill("совсем-новый-1")
    hers.get_by_label("Пароль ещё раз").fill("совсем-новый-1")
    hers.get_by_role("button", name="Сохранить пароль").click()
    expect(hers.get_by_role("heading", name="Пароль изменён")).to_be_visible()
    hers.get_by_role("link", name="Ко входу").click()
    expect(hers.get_by_role("heading", name=re.compile("^Вход в"))).to_be_visible()
    hers.get_by_label("Логин или почта").fill("grechko")
    hers.get_by_label("Пароль", exact=True).fill("совсем-новый-1")
    hers.get_by_role("button", name="Войти").click()
    expect(hers).to_have_url(re.compile("/-/(home|start)"))
    theirs.close()


def test_link_is_handed_over_by_hand_and_revoked(open_page: Opener, site: Site) -> None:
    id = site.create("employee", surname="Дроздова")
    page = open_page(f"/-/people/list/{id}")
    panel = page.get_by_role("region", name="Доступ: Дроздова")
    panel.get_by_label("Вход (логин)").fill("drozdova")
    panel.get_by_role("radio", name="Ссылкой, передам лично").check()
    panel.get_by_role("button", name="Дать доступ").click()
    shown = page.get_by_role("dialog", name="Ссылка для входа: Дроздова")
    expect(shown.get_by_role("definition").nth(1)).to_contain_text("/-/invitation#")
    shown.get_by_role("button", name="Готово").click()
    expect(panel.get_by_role("status")).to_contain_text("Ссылка передана лично")
    panel.get_by_role("button", name="Отозвать").click()
    expect(panel.get_by_role("status")).to_have_text("Приглашение отозвано.")
