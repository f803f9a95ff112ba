"""The shell: one line becomes a record, Ctrl+K reaches everything, what is personal goes with the person, examples go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import PASSWORD, PHONE, Opener, Site, served, settle, sign_in_first


@pytest.fixture
def plain_shell(site: Site) -> Iterator[None]:
    """The person's looks as they are for a newcomer, before and after."""
    forget(site)
    yield
    forget(site)


def forget(site: Site) -> None:
    for key in ("shell", "recent"):
        assert site.http.put(f"/api/preferences/{key}", json={"value": None}).status_code == 204


def ready(page: Page) -> Page:
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    return page


def test_line_typed_from_anywhere_becomes_an_activity_with_its_person_and_time(site: Site, open_page: Opener) -> None:
    contact = site.create("contact", first_name="Тихон", surname="Быстров")
    page = ready(open_page("/deal?view=all"))
    page.keyboard.press("Alt+n")
    page.get_by_role("textbox", name="Быстрое добавление").fill("Позвонить Быстрову завтра в 15")
    expect(page.get_by_role("button", name="Вид: Звонок")).to_be_visible()
    expect(page.get_by_role("button", name="О чём: Тихон Быстров")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Срок: .*15:00"))).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Добавлено: Позвонить Быстрову")).to_be_visible()

    (made,) = site.query("activity", filter="subject = 'Позвонить Быстрову'", fields=["kind", "about", "due_at"])[
        "rows"
    ]
    assert made[2] == "call"
    assert made[3][:2] == ["contact", contact]
    page.get_by_role("button", name="Открыть").click()
    expect(page).to_have_url(re.compile(r"/activity/\d+"))


def test_what_was_understood_may_be_put_right_before_saving(site: Site, open_page: Opener) -> None:
    page = ready(open_page("/deal?view=all"))
    page.get_by_role("button", name="Добавить строкой").click()
    page.get_by_role("textbox", name="Быстрое добавление").fill("Сделка Правка чипов 250 000")
    page.get_by_role("button", name=re.compile("Сумма: 250")).click()
    page.get_by_role("dialog", name="Сумма").get_by_role("textbox", name="Сумма").fill("300 000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=re.compile(r"Сумма: 300")).first).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Добавить", exact=True).click()
    expect(page.get_by_text("Добавлено: Правка чипов")).to_be_visible()
    (made,) = site.query("deal", filter="title = 'Правка чипов'", fields=["amount"])["rows"]
    assert made[2] == ["300000.00", "RUB"]


def test_palette_finds_commands_and_settings_by_other_words_too(open_page: Opener) -> None:
    page = ready(open_page("/deal?view=all"))
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Поиск и команды").fill("праздники")
    page.get_by_role("option", name="Рабочий календарь").click()
    expect(page).to_have_url(re.compile("/-/settings/calendar$"))
    expect(page.get_by_role("heading", name="Рабочий календарь")).to_be_visible()
    expect(page).to_have_title("Настройки компании — Ромашка")


def test_letters_typed_before_a_box_has_come_are_not_lost_and_are_no_commands(open_page: Opener) -> None:
    page = open_page("/-/about")

    def late(route: Route) -> None:
        page.wait_for_timeout(1500)
        route.continue_()

    page.route(re.compile(r"assets/(PaletteBox|PopBody|QuickAddBox)-.*\.js"), late)
    page.goto(page.url.replace("/-/about", "/-/reports"))
    ready(page)
    page.keyboard.press("Control+k")
    page.keyboard.type("deal?", delay=30)
    expect(page.get_by_role("combobox", name="Поиск и команды")).to_have_value("deal?")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Alt+n")
    page.keyboard.type("buy", delay=30)
    expect(page.get_by_role("textbox", name="Быстрое добавление")).to_have_value("buy")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Добавить")).and_(
        page.get_by_role("main").get_by_role("button")
    ).first.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("stage", delay=30)
    expect(page.get_by_role("combobox")).to_have_value("stage")


def test_chosen_view_is_in_sight_among_many(site: Site, open_page: Opener) -> None:
    keys = [
        site.http.post("/api/views/contact", json={"title": f"Представление номер {n:02}", "view": {"columns": ["label"]}})
        .json()["key"]
        for n in range(14)
    ]  # fmt: skip
    for size in (None, PHONE):
        page = ready(open_page(f"/contact?view={keys[-1]}", **({"size": size} if size else {})))
        tab = page.get_by_role("tab", name="Представление номер 13")
        expect(tab).to_have_attribute("aria-selected", "true")
        expect(tab).to_be_in_viewport(ratio=0.7)
        page.goto(f"{site.url}/contact?view={keys[0]}")
        expect(page.get_by_role("tab", name="Представление номер 00")).to_be_in_viewport(ratio=0.7)
    for key in keys:
        assert site.http.delete(f"/api/views/contact/{key[1:]}").status_code < 300


@pytest.mark.usefixtures("plain_shell")
def test_pinned_record_is_in_the_menu_of_every_device(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Закреплённая сделка")
    page = ready(open_page(f"/deal/{id}"))
    expect(page).to_have_title(re.compile("Закреплённая сделка — Сделки — Ромашка"))
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Поиск и команды").fill("закрепить")
    page.get_by_role("option", name="Закрепить эту запись").click()
    menu = page.get_by_role("navigation", name="Разделы")
    expect(
        menu.get_by_role("list", name="Закреплённое").get_by_role("link", name="Закреплённая сделка")
    ).to_be_visible()
    expect(page.get_by_text("Закреплённая сделка").first).to_be_visible()
    settle()
    page.goto(f"{site.url}/counterparty")  # leaving the page keeps what was chosen a moment ago

    settle()
    other = ready(open_page("/product"))
    pinned = other.get_by_role("list", name="Закреплённое")
    expect(pinned.get_by_role("link", name="Закреплённая сделка")).to_be_visible()
    pinned.get_by_role("button", name="Открепить «Закреплённая сделка»").click()
    expect(other.get_by_role("list", name="Недавнее").get_by_role("link", name="Закреплённая сделка")).to_be_visible()


@pytest.mark.usefixtures("plain_shell")
def test_start_page_and_theme_are_kept_on_the_server(site: Site, open_page: Opener) -> None:
    page = ready(open_page("/-/me"))
    page.get_by_label("Начальная страница").select_option(label="Отчёты")
    page.get_by_label("Плотность").select_option(label="Плотная")
    page.get_by_label("Тема", exact=True).select_option(label="Тёмная тема")
    page.goto(f"{site.url}/product")
    ready(page)
    other = ready(open_page("/"))
    expect(other).to_have_url(re.compile("/-/reports"))
    expect(other.locator("html")).to_have_attribute("data-theme", "dark")
    expect(other.locator("html")).to_have_attribute("data-density", "compact")


def test_help_is_about_the_screen_and_question_mark_shows_the_keys(open_page: Opener) -> None:
    page = ready(open_page("/-/trash"))
    page.keyboard.press("F1")
    panel = page.get_by_role("dialog", name="Помощь")
    expect(panel.get_by_text("Корзина: удалённое лежит здесь")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.keyboard.press("?")
    expect(panel.get_by_text("Добавить строкой")).to_be_visible()


def test_reminder_rings_without_a_reload(site: Site, open_page: Opener) -> None:
    page = ready(open_page("/product"))
    bell = page.get_by_role("button", name=re.compile(r"^(Уведомления: )?\d+ (непрочитан|нов|уведомлен)|[Нн]епрочитан"))
    soon = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    site.create("activity", subject="Напомнить о звонке", kind="call", remind_at=soon)
    expect(bell).to_be_visible(timeout=60_000)
    expect(page).to_have_title(re.compile(r"^\(\d+\) "))
    bell.click()
    page.get_by_role("link", name=re.compile("Напомнить о звонке")).first.click()
    expect(page).to_have_url(re.compile(r"/activity/\d+"))


def test_company_is_renamed_for_everybody_and_at_the_sign_in(site: Site, open_page: Opener) -> None:
    page = ready(open_page("/-/settings/general"))
    page.get_by_label("Название").fill("Ромашка и Ко")
    page.get_by_label("Название").press("Tab")
    expect(page.get_by_text("Сохранено")).to_be_visible()
    expect(page.get_by_role("navigation", name="Разделы").get_by_text("Ромашка и Ко")).to_be_visible()
    stranger = open_page("/-/login", signed_in=False)
    expect(stranger.get_by_role("heading", name=re.compile("Ромашка и Ко"))).to_be_visible()
    assert site.http.put("/api/company", json={"title": "Ромашка"}).status_code == 204


def test_day_of_the_calendar_is_changed_by_a_press_and_taken_back(site: Site, open_page: Opener) -> None:
    page = ready(open_page("/-/settings/calendar"))
    expect(page.get_by_text("247 рабочих дней")).to_be_visible()
    day = page.get_by_role("button", name=re.compile("четверг, 5 ноября"))
    day.click()  # an hour shorter
    day.click()  # a day off
    expect(page.get_by_text("246 рабочих дней")).to_be_visible()
    page.get_by_role("button", name="Как в производственном календаре").click()
    expect(page.get_by_text("247 рабочих дней")).to_be_visible()


def test_long_press_on_a_phone_opens_a_menu(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Долгое нажатие")
    forget(site)
    assert site.http.put("/api/preferences/recent", json={"value": [["deal", id]]}).status_code == 204
    page = ready(open_page("/product", size=PHONE))
    page.get_by_role("button", name="Меню").click()
    place = page.get_by_role("list", name="Недавнее").get_by_role("link", name="Долгое нажатие")
    place.click(button="right")
    page.get_by_role("menuitem", name="Закрепить").click()
    expect(page.get_by_role("list", name="Закреплённое").get_by_role("link", name="Долгое нажатие")).to_be_visible()
    page.goto("about:blank")
    forget(site)


def test_installed_program_says_what_works_without_the_network_and_keeps_no_data(site: Site, open_page: Opener) -> None:
    manifest = site.http.get("/manifest.webmanifest")
    assert manifest.headers["content-type"].startswith("application/manifest+json")
    for one in manifest.json()["icons"]:
        assert site.http.get(one["src"]).status_code == 200
    page = ready(open_page("/deal?view=all", service_workers="allow"))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    ready(page)
    kept = page.evaluate(
        "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name)"
        ".then((cache) => cache.keys())))).then((all) => all.flat().map((one) => new URL(one.url).pathname))"
    )
    assert "/offline.html" in kept
    assert not [path for path in kept if path.startswith("/api/")]
    page.context.set_offline(True)
    page.goto(f"{site.url}/counterparty")
    expect(page.get_by_role("heading", name="Нет связи с сервером")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("link", name="Попробовать ещё раз").click()
    expect(page.get_by_role("heading", name="Контрагенты", level=1)).to_be_visible()


def test_examples_are_removed_by_one_press_and_come_back_by_another(tmp_path: Path, browser: Browser) -> None:
    with served(tmp_path) as (url, printed):
        site = sign_in_first(url, printed)
        page = browser.new_page(locale="ru-RU", reduced_motion="reduce", service_workers="block")
        page.goto(f"{url}/-/login?next=/-/start")
        page.get_by_label("Логин").fill(site.login)
        page.get_by_label("Пароль").fill(PASSWORD)
        page.get_by_role("button", name="Войти").click()
        expect(page.get_by_role("progressbar", name=re.compile("Сделано"))).to_be_visible()
        before = site.query("deal", limit=0, count="exact")["count"]
        page.get_by_role("button", name="Удалить примеры").click()
        box = page.get_by_role("dialog", name="Удалить примеры")
        expect(box.get_by_text(re.compile("В корзину уйд"))).to_be_visible()
        box.get_by_role("button", name="Удалить примеры").click()
        expect(page.get_by_role("button", name="Вернуть примеры")).to_be_visible(timeout=90_000)
        assert site.query("deal", limit=0, count="exact")["count"]["value"] == 0
        page.get_by_role("button", name="Вернуть примеры").click()
        expect(page.get_by_role("button", name="Удалить примеры")).to_be_visible(timeout=90_000)
        assert site.query("deal", limit=0, count="exact")["count"] == before
        page.context.close()
