"""Nothing typed is lost: the session ends, the network goes, the tab is closed, the clock lies, nothing may be kept."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import httpx
from playwright.sync_api import Page, expect

from tests.browser import check_accessible
from tests.e2e.conftest import PASSWORD, Opener, Site
from tests.e2e.test_card import value


def own_session(site: Site, page: Page) -> httpx.Client:
    """The page gets a session of its own, so that ending it ends nobody else's."""
    http = httpx.Client(base_url=site.url)
    answer = http.post("/api/session", json={"login": site.login, "password": PASSWORD})
    assert answer.status_code == 200
    http.headers["X-Svyaz-CSRF"] = answer.json()["csrf"]
    page.context.clear_cookies()
    page.context.add_cookies(
        [{"name": one.name, "value": one.value or "", "url": site.url} for one in http.cookies.jar]
    )
    page.reload()
    return http


def test_session_that_ends_in_the_middle_asks_for_the_password_over_the_card_and_goes_on(
    site: Site, open_page: Opener
) -> None:
    id = site.create("deal", title="Сеанс кончится")
    page = open_page(f"/deal/{id}")
    http = own_session(site, page)
    value(page, "Название").click()
    page.get_by_role("textbox", name="Название").fill("Набрано до конца сеанса")
    page.get_by_role("textbox", name="Заметка").wait_for()
    assert http.delete("/api/session").status_code == 204
    page.keyboard.press("Enter")
    box = page.get_by_role("dialog", name="Войдите ещё раз")
    box.get_by_label("Пароль").fill("не тот пароль")
    box.get_by_role("button", name="Войти").click()
    expect(box.get_by_role("alert")).to_be_visible()
    box.get_by_label("Пароль").fill(PASSWORD)
    box.get_by_role("button", name="Войти").click()
    expect(box).to_have_count(0)
    expect(page.get_by_role("heading", name="Набрано до конца сеанса", level=1)).to_be_visible()
    assert site.read("deal", id)["values"]["title"] == "Набрано до конца сеанса"
    expect(page).to_have_url(f"{site.url}/deal/{id}")


def test_change_made_without_a_network_stands_and_goes_when_the_network_is_back(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Без сети", amount="5")
    page = open_page(f"/deal/{id}")
    expect(page.get_by_role("heading", name="Без сети", level=1)).to_be_visible()
    page.context.set_offline(True)
    value(page, "Название").click()
    page.get_by_role("textbox", name="Название").fill("Набрано без сети")
    page.keyboard.press("Enter")
    value(page, "Сумма").click()
    page.get_by_role("textbox", name="Сумма").fill("800")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Не отправлено: 1")).to_be_visible()
    expect(value(page, "Название")).to_have_accessible_name(re.compile("Набрано без сети"))
    assert site.read("deal", id)["values"]["title"] == "Без сети"
    page.context.set_offline(False)
    expect(page.get_by_text("Не отправлено")).to_have_count(0)
    values = site.read("deal", id)["values"]
    assert (values["title"], values["amount"][0]) == ("Набрано без сети", "800.00")


def test_change_kept_without_a_network_outlives_the_page(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Закроют вкладку")
    page = open_page(f"/deal/{id}")
    expect(page.get_by_role("heading", name="Закроют вкладку", level=1)).to_be_visible()
    page.route(
        "**/api/records/deal/*", lambda route: route.abort() if route.request.method == "PATCH" else route.continue_()
    )
    value(page, "Название").click()
    page.get_by_role("textbox", name="Название").fill("Дошло после закрытия")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Не отправлено: 1")).to_be_visible()
    other = page.context.new_page()
    page.close()
    with other.expect_response(lambda answer: answer.request.method == "PATCH" and answer.ok):
        other.goto(f"{site.url}/deal/{id}")
    expect(other.get_by_role("heading", name="Дошло после закрытия", level=1)).to_be_visible()


def test_note_and_new_record_that_were_not_finished_are_found_again(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Недописано")
    page = open_page(f"/deal/{id}")
    page.get_by_role("textbox", name="Заметка").fill("Половина мысли")
    page.reload()
    expect(page.get_by_role("textbox", name="Заметка")).to_have_value("Половина мысли")
    page.get_by_role("button", name="Добавить", exact=True).click()
    expect(page.get_by_role("article").filter(has_text="Половина мысли")).to_be_visible()
    page.reload()
    expect(page.get_by_role("textbox", name="Заметка")).to_have_value("")

    page.goto(f"{site.url}/deal?view=all")
    page.get_by_role("button", name="Создать сделку").click()
    dialog = page.get_by_role("dialog", name="Создать сделку")
    dialog.get_by_role("button", name="Название").click()
    dialog.get_by_role("textbox", name="Название").fill("Не успели создать")
    page.keyboard.press("Tab")
    page.reload()
    page.get_by_role("button", name="Создать сделку").click()
    expect(dialog.get_by_text("Восстановлено то, что вы не закончили.")).to_be_visible()
    expect(dialog.get_by_text("Не успели создать")).to_be_visible()
    dialog.get_by_role("button", name="Начать заново").click()
    expect(dialog.get_by_text("Не успели создать")).to_have_count(0)


def test_card_works_where_nothing_may_be_kept(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Хранить нельзя")
    page = open_page("/-/about")
    page.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('denied', 'SecurityError') }})"
    )
    page.goto(f"{site.url}/deal/{id}")
    page.get_by_role("textbox", name="Заметка").fill("И без хранилища")
    page.get_by_role("button", name="Добавить", exact=True).click()
    expect(page.get_by_role("article").filter(has_text="И без хранилища")).to_be_visible()


def test_clock_that_is_a_day_off_makes_nothing_late(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Часы врут")
    due = (datetime.now(UTC) + timedelta(hours=6)).isoformat(timespec="seconds")
    body = {"kind": "call", "title": "Позвонить через шесть часов", "due_at": due}
    assert site.http.post(f"/api/records/deal/{id}/timeline", json=body).status_code == 201
    page = open_page("/-/about")
    page.clock.install(time=datetime.now(UTC) + timedelta(days=1))
    page.goto(f"{site.url}/deal/{id}")
    plan = page.get_by_role("article").filter(has_text="Позвонить через шесть часов")
    expect(plan.get_by_text(re.compile(r"^(Сегодня|Завтра), \d\d:\d\d$"))).to_be_visible()
    expect(plan.locator(".late")).to_have_count(0)
    with page.expect_response(lambda answer: answer.request.method == "PATCH" and answer.ok):
        plan.get_by_role("button", name="Выполнить: Позвонить через шесть часов").click()
    (done,) = [
        one for one in site.http.get(f"/api/records/deal/{id}/timeline").json()["done"] if one["title"] == body["title"]
    ]
    assert abs(datetime.fromisoformat(done["done_at"]) - datetime.now(UTC)) < timedelta(minutes=30)


def test_another_tab_that_signed_in_anew_spoils_nothing_in_this_one(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Две вкладки")
    page = open_page(f"/deal/{id}")
    expect(page.get_by_role("heading", name="Две вкладки", level=1)).to_be_visible()
    http = httpx.Client(base_url=site.url)
    http.post("/api/session", json={"login": site.login, "password": PASSWORD})
    page.context.add_cookies(
        [{"name": one.name, "value": one.value or "", "url": site.url} for one in http.cookies.jar]
    )
    value(page, "Название").click()
    page.get_by_role("textbox", name="Название").fill("Две вкладки, одна запись")
    with page.expect_response(lambda answer: answer.request.method == "PATCH" and answer.ok):
        page.keyboard.press("Enter")
    assert site.read("deal", id)["values"]["title"] == "Две вкладки, одна запись"


def test_what_a_colleague_changed_while_one_was_without_a_network_is_asked_about(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Оба правили")
    page = open_page(f"/deal/{id}")
    expect(page.get_by_role("heading", name="Оба правили", level=1)).to_be_visible()
    page.context.set_offline(True)
    value(page, "Название").click()
    page.get_by_role("textbox", name="Название").fill("Оба правили: я без сети")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Не отправлено: 1")).to_be_visible()
    site.change("deal", id, title="Оба правили: коллега")
    page.context.set_offline(False)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Оба правили: коллега", exact=True)).to_be_visible()
    expect(dialog.get_by_text("Оба правили: я без сети", exact=True)).to_be_visible()
    dialog.get_by_role("button", name="Записать выбранное").click()
    expect(page.get_by_role("heading", name="Оба правили: я без сети", level=1)).to_be_visible()


def test_changes_of_two_tabs_are_kept_together_and_each_goes_once(site: Site, open_page: Opener) -> None:
    first, second = site.create("deal", title="Две вкладки: раз"), site.create("deal", title="Две вкладки: два")
    page = open_page(f"/deal/{first}")
    expect(page.get_by_role("heading", name="Две вкладки: раз", level=1)).to_be_visible()
    other = page.context.new_page()
    other.goto(f"{site.url}/deal/{second}")
    expect(other.get_by_role("heading", name="Две вкладки: два", level=1)).to_be_visible()
    page.context.set_offline(True)
    for tab, field, text in ((page, "Название", "Раз без сети"), (other, "Название", "Два без сети")):
        value(tab, field).click()
        tab.get_by_role("textbox", name=field).fill(text)
        tab.keyboard.press("Enter")
    expect(page.get_by_text("Не отправлено: 2")).to_be_visible()
    expect(other.get_by_text("Не отправлено: 2")).to_be_visible()
    # The network is not back yet; one of the tabs is closed.
    other.close()
    sent: list[str] = []
    page.context.on("request", lambda one: sent.append(one.url) if one.method == "PATCH" else None)
    page.context.set_offline(False)
    expect(page.get_by_text("Не отправлено")).to_have_count(0)
    assert [site.read("deal", id)["values"]["title"] for id in (first, second)] == ["Раз без сети", "Два без сети"]
    assert sorted(int(url.rsplit("/", 1)[1]) for url in sent) == [first, second]


def test_change_the_server_always_breaks_on_is_told_of_copied_given_up_and_brought_back(
    site: Site, open_page: Opener
) -> None:
    id = site.create("deal", title="Вечная ошибка")
    page = open_page(f"/deal/{id}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(page.get_by_role("heading", name="Вечная ошибка", level=1)).to_be_visible()
    broken = {"error": {"code": "server_broken", "text": "Ошибка на сервере № 41.", "problems": []}}
    page.route(
        f"**/api/records/deal/{id}",
        lambda route: route.fulfill(status=500, json=broken) if route.request.method == "PATCH" else route.fallback(),
    )
    value(page, "Название").click()
    page.get_by_role("textbox", name="Название").fill("Никак не сохранить")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Не отправлено: 1").click()
    box = page.get_by_role("dialog", name="Ещё не на сервере")
    edit = box.get_by_role("listitem")
    expect(edit.get_by_role("link", name="Вечная ошибка")).to_have_attribute("href", f"/deal/{id}")
    with page.expect_response(lambda answer: answer.request.method == "PATCH" and answer.status == 500):
        edit.get_by_role("button", name="Повторить").click()
    expect(edit.get_by_text("Сервер не справился: Ошибка на сервере № 41.")).to_be_visible()
    expect(edit.locator("dd")).to_have_text(["Вечная ошибкаНикак не сохранить"])
    assert check_accessible(page) == []
    edit.get_by_role("button", name="Скопировать текст").click()
    expect(page.get_by_text("Текст правки скопирован")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "Вечная ошибка\nНазвание: Никак не сохранить"
    edit.get_by_role("button", name="Отменить правку").click()
    expect(box).to_have_count(0)
    expect(page.get_by_text("Не отправлено")).to_have_count(0)
    expect(value(page, "Название")).to_have_accessible_name(re.compile("Вечная ошибка"))
    page.unroute(f"**/api/records/deal/{id}")
    with page.expect_response(lambda answer: answer.request.method == "PATCH" and answer.ok):
        page.get_by_role("button", name="Вернуть правку").click()
    expect(page.get_by_role("heading", name="Никак не сохранить", level=1)).to_be_visible()
    assert site.read("deal", id)["values"]["title"] == "Никак не сохранить"


def test_change_refused_after_the_network_is_back_stays_until_the_person_decides(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Откажут потом")
    page = open_page(f"/deal/{id}")
    expect(page.get_by_role("heading", name="Откажут потом", level=1)).to_be_visible()
    refused = {"error": {"code": "denied", "text": "Это поле вам больше не доступно.", "problems": []}}
    answers = [lambda route: route.abort(), lambda route: route.fulfill(status=403, json=refused)]
    page.route(
        f"**/api/records/deal/{id}",
        lambda route: (
            answers[0 if len(answers) == 2 else -1](route) if route.request.method == "PATCH" else route.fallback()
        ),
    )
    value(page, "Название").click()
    page.get_by_role("textbox", name="Название").fill("Длинный текст, который жалко")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Не отправлено: 1")).to_be_visible()
    answers.pop(0)
    page.get_by_role("button", name="Не отправлено: 1").click()
    edit = page.get_by_role("dialog", name="Ещё не на сервере").get_by_role("listitem")
    edit.get_by_role("button", name="Повторить").click()
    expect(edit.get_by_text("Сервер не принял: Это поле вам больше не доступно.")).to_be_visible()
    page.keyboard.press("Escape")
    page.reload()
    expect(value(page, "Название")).to_have_accessible_name(re.compile("Длинный текст, который жалко"))
    page.get_by_role("button", name="Не отправлено: 1").click()
    expect(edit.get_by_text("Сервер не принял: Это поле вам больше не доступно.")).to_be_visible()
    edit.get_by_role("button", name="Отменить правку").click()
    expect(page.get_by_role("heading", name="Откажут потом", level=1)).to_be_visible()
