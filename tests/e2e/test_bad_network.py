"""A network or a server that fails: nothing typed is lost, and what went wrong is said with a way to try again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.conftest import Opener, Site
from tests.e2e.test_board import FUNNEL, lane
from tests.e2e.test_card import value
from tests.e2e.test_list import cell, find

BROKEN = {"error": {"code": "server_broken", "text": "Ошибка на сервере № 17.", "problems": []}}
UNSENT = re.compile(r"Не отправлено: 1$")


@contextmanager
def answered(page: Page, method: str, address: str | re.Pattern[str], how: str) -> Iterator[list[str]]:
    """While inside, such calls are "broken" (500), "lost" (done, and the answer never comes) or "swallowed" (not even done)."""
    met: list[str] = []

    def answer(route: Route) -> None:
        if route.request.method != method:
            return route.fallback()
        met.append(route.request.url)
        if how == "broken":
            return route.fulfill(status=500, json=BROKEN)
        if how == "lost":
            route.fetch()
        return None  # never answered: the page has to give up by itself

    page.route(address, answer)
    yield met
    page.unroute(address, answer)


def wait_until_met(page: Page, met: list[str]) -> None:
    for _ in range(1200):
        if met:
            return
        page.wait_for_timeout(50)
    raise AssertionError("the call was not made in a minute")


def patient(open_page: Opener, site: Site, path: str) -> Page:
    """A page whose clock the test moves on: a minute of waiting for an answer passes at once."""
    page = open_page("/-/about")
    page.clock.install()
    page.goto(site.url + path)
    return page


def slowed(page: Page, seconds: float) -> None:
    page.context.new_cdp_session(page).send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": seconds * 1000, "downloadThroughput": -1, "uploadThroughput": -1},
    )


def heading(page: Page, title: str) -> Locator:
    return page.get_by_role("heading", name=title, exact=True, level=1)


def type_into(page: Page, title: str, text: str) -> None:
    value(page, title).click()
    page.get_by_role("textbox", name=title, exact=True).fill(text)
    page.keyboard.press("Enter")


def test_change_that_the_server_broke_on_stands_and_is_sent_again(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Сервер сломан")
    page = open_page(f"/deal/{id}")
    expect(heading(page, "Сервер сломан")).to_be_visible()
    with answered(page, "PATCH", f"**/api/records/deal/{id}", "broken"):
        type_into(page, "Название", "Набрано при ошибке 500")
        expect(page.get_by_text("Сервер не справился: изменение сохранено здесь")).to_be_visible()
        expect(value(page, "Название")).to_have_accessible_name(re.compile("Набрано при ошибке 500"))
        type_into(page, "Сумма", "4321")
    expect(page.get_by_role("button", name=UNSENT)).to_have_count(0)
    expect(heading(page, "Набрано при ошибке 500")).to_be_visible()
    values = site.read("deal", id)["values"]
    assert (values["title"], values["amount"][0]) == ("Набрано при ошибке 500", "4321.00")


def test_cell_of_a_list_that_could_not_be_saved_keeps_what_was_typed(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Ячейка при ошибке", amount="1")
    page = open_page("/deal?view=all")
    find(page, "Ячейка при ошибке")
    with answered(page, "PATCH", f"**/api/records/deal/{id}", "broken"):
        cell(page, 0, "Сумма").dblclick()
        page.get_by_role("textbox", name="Сумма").fill("765 000")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name=UNSENT)).to_be_visible()
        expect(cell(page, 0, "Сумма")).to_have_text(re.compile(r"765\s000"))
    expect(page.get_by_role("button", name=UNSENT)).to_have_count(0)
    expect(cell(page, 0, "Сумма")).to_have_text(re.compile(r"765\s000"))
    assert site.read("deal", id)["values"]["amount"][0] == "765000.00"


def test_change_that_is_never_answered_is_kept_and_is_no_clash_with_oneself(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Ответ потерян", amount="1")
    page = patient(open_page, site, f"/deal/{id}")
    expect(heading(page, "Ответ потерян")).to_be_visible()
    with answered(page, "PATCH", f"**/api/records/deal/{id}", "lost") as met:
        type_into(page, "Сумма", "800")
        expect(value(page, "Сумма")).to_have_accessible_name(re.compile(r"800"))
        type_into(page, "Название", "Набрано, пока ждали")
        wait_until_met(page, met)
        page.clock.fast_forward(21_000)
        expect(page.get_by_text("Сервер не отвечает: изменение сохранено здесь")).to_be_visible()
    expect(page.get_by_role("button", name=UNSENT)).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(heading(page, "Набрано, пока ждали")).to_be_visible()
    values = site.read("deal", id)["values"]
    assert (values["title"], values["amount"][0]) == ("Набрано, пока ждали", "800.00")


@pytest.mark.parametrize("how", ["broken", "lost"])
def test_new_record_that_was_not_answered_keeps_its_form_and_is_made_once(
    site: Site, open_page: Opener, how: str
) -> None:
    title = f"Создание при сбое: {how}"
    page = patient(open_page, site, "/deal?view=all")
    page.get_by_role("button", name="Создать сделку").click()
    dialog = page.get_by_role("dialog", name="Создать сделку")
    dialog.get_by_role("button", name="Название").click()
    dialog.get_by_role("textbox", name="Название").fill(title)
    with answered(page, "POST", re.compile("/api/records/deal$"), how) as met:
        dialog.get_by_role("button", name="Создать", exact=True).click()
        if how == "lost":
            wait_until_met(page, met)
            page.clock.fast_forward(61_000)
        told = "Ошибка на сервере № 17." if how == "broken" else "Сервер так и не ответил."
        expect(dialog.get_by_role("alert").filter(has_text=told)).to_be_visible()
        expect(dialog.get_by_text(title)).to_be_visible()
    dialog.get_by_role("button", name="Создать", exact=True).click()
    expect(heading(page, title)).to_be_visible()
    assert site.query("deal", filter=f'title = "{title}"', limit=0, count="exact")["count"]["value"] == 1


@pytest.mark.parametrize("how", ["broken", "lost"])
def test_note_that_was_not_answered_stays_written_and_is_added_once(site: Site, open_page: Opener, how: str) -> None:
    id = site.create("deal", title=f"Заметка при сбое: {how}")
    page = patient(open_page, site, f"/deal/{id}")
    note = page.get_by_role("textbox", name="Заметка")
    note.fill("Дословно, что сказал клиент")
    add = page.get_by_role("button", name="Добавить", exact=True)
    with answered(page, "POST", f"**/api/records/deal/{id}/timeline", how) as met:
        add.click()
        if how == "lost":
            wait_until_met(page, met)
            page.clock.fast_forward(61_000)
        told = "Ошибка на сервере № 17." if how == "broken" else "Сервер так и не ответил."
        expect(page.get_by_role("status").get_by_text(told)).to_be_visible()
        expect(note).to_have_value("Дословно, что сказал клиент")
    add.click()
    expect(note).to_have_value("")
    expect(page.get_by_role("article").filter(has_text="Дословно, что сказал клиент")).to_have_count(1)
    page.reload()
    expect(page.get_by_role("article").filter(has_text="Дословно, что сказал клиент")).to_have_count(1)


@pytest.mark.parametrize(
    ("path", "call", "method", "shown"),
    [
        ("/deal?view=all", "**/api/records/deal/query", "POST", "grid"),
        (FUNNEL, "**/api/records/deal/query", "POST", "article"),
        ("/deal/{deal}", "**/api/records/deal/{deal}", "GET", "radiogroup"),
        ("/-/trash", "**/api/trash*", "GET", "checkbox"),
        ("/-/reports", "**/api/reports/**", "POST", "table"),
    ],
)
def test_screen_that_could_not_be_read_says_why_and_is_read_again(
    site: Site, open_page: Opener, path: str, call: str, method: str, shown: str
) -> None:
    id = site.create("deal", title=f"Не прочитать: {path}")
    gone = site.create("deal", title=f"В корзину ради {path}")
    assert site.http.delete(f"/api/records/deal/{gone}").status_code == 200
    page = open_page("/-/about")
    with answered(page, method, call.format(deal=id), "broken"):
        page.goto(site.url + path.format(deal=id))
        expect(page.get_by_text("Ошибка на сервере № 17.").first).to_be_visible()
    page.get_by_role("button", name="Повторить").first.click()
    expect(page.get_by_role("main").get_by_role(shown).first).to_be_visible()
    expect(page.get_by_role("main").get_by_text("Ошибка на сервере № 17.")).to_have_count(0)


def test_list_that_is_never_answered_says_so_and_is_read_again(site: Site, open_page: Opener) -> None:
    page = open_page("/-/about")
    page.clock.install()
    with answered(page, "POST", "**/api/records/contact/query", "swallowed") as met:
        page.goto(f"{site.url}/contact")
        wait_until_met(page, met)
        page.clock.fast_forward(61_000)
        expect(page.get_by_text("Сервер так и не ответил.")).to_be_visible()
    page.get_by_role("button", name="Повторить").click()
    expect(page.get_by_role("gridcell").first).to_be_visible()


def test_further_part_of_a_list_that_does_not_come_leaves_the_rest_in_sight(site: Site, open_page: Opener) -> None:
    operations = [{"do": "create", "values": {"title": f"Дальше не читается {n:03}"}} for n in range(260)]
    answer = site.http.post("/api/records/product/bulk", json={"operations": operations, "atomic": True})
    assert answer.status_code == 200, answer.text
    page = open_page("/product")
    find(page, "Дальше не читается")
    expect(page.get_by_text(re.compile(r"Всего:\s*260$"))).to_be_visible()
    page.get_by_role("grid").focus()
    with answered(page, "POST", "**/api/records/product/query", "broken"):
        page.keyboard.press("Control+End")
        told = page.get_by_role("status").filter(has_text="Ошибка на сервере № 17.")
        expect(told).to_be_visible()
        expect(page.get_by_text("Не удалось показать записи")).to_have_count(0)
    told.get_by_role("button", name="Повторить").click()
    expect(page.locator("[role=row][aria-rowindex='261']").get_by_text("Дальше не читается")).to_be_visible()


def test_on_a_slow_network_changes_made_one_after_another_do_not_clash(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Медленная сеть", amount="1")
    page = open_page(f"/deal/{id}")
    expect(heading(page, "Медленная сеть")).to_be_visible()
    slowed(page, 2)
    type_into(page, "Название", "Медленная сеть, раз")
    type_into(page, "Сумма", "200")
    type_into(page, "Название", "Медленная сеть, два")
    seen = value(page, "Название")
    expect(seen).to_have_accessible_name(re.compile("Медленная сеть, два"))
    page.get_by_role("textbox", name="Заметка").fill("Пишем, пока сохраняется")
    page.get_by_role("button", name="Добавить", exact=True).click()
    expect(page.get_by_role("article").filter(has_text="Пишем, пока сохраняется")).to_be_visible()
    slowed(page, 0)
    values = site.read("deal", id)["values"]
    assert (values["title"], values["amount"][0]) == ("Медленная сеть, два", "200.00")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(seen).to_have_accessible_name(re.compile("Медленная сеть, два"))
    expect(heading(page, "Медленная сеть, два")).to_be_visible()


def test_on_a_slow_network_the_last_search_wins(site: Site, open_page: Opener) -> None:
    for title in ("Медленный поиск: первая", "Медленный поиск: вторая"):
        site.create("deal", title=title)
    page = open_page("/deal?view=all")
    expect(page.get_by_role("gridcell").first).to_be_visible()
    slowed(page, 2)
    box = page.get_by_role("searchbox", name="Искать в списке")
    with page.expect_request(lambda one: "Медленный поиск" in (one.post_data or "")):
        box.fill("Медленный поиск")
    box.fill("поиск: вторая")
    expect(page.get_by_text(re.compile(r"Всего:\s*1$"))).to_be_visible()
    expect(page.get_by_role("gridcell").get_by_role("link", name="Медленный поиск: вторая")).to_be_visible()
    expect(page.get_by_role("gridcell").get_by_role("link", name="Медленный поиск: первая")).to_have_count(0)


def test_board_without_a_network_keeps_a_moved_card_and_the_name_of_a_new_one(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Переносим без сети", close_on="2020-01-01")
    page = open_page(FUNNEL)
    card = page.get_by_role("article").filter(has_text="Переносим без сети")
    expect(card).to_be_visible()
    page.context.set_offline(True)
    card.focus()
    page.keyboard.press("Control+ArrowRight")
    expect(lane(page, "Квалификация").get_by_role("article").filter(has_text="Переносим без сети")).to_be_visible()
    expect(page.get_by_role("button", name=UNSENT)).to_be_visible()

    lane(page, "Новая").get_by_role("button", name="Добавить в «Новая»").click()
    new = page.get_by_role("textbox", name="Новая запись в «Новая»")
    new.fill("Названа без сети")
    new.press("Enter")
    expect(page.get_by_role("status").get_by_text("Проверьте сеть и повторите.").first).to_be_visible()
    expect(new).to_have_value("Названа без сети")
    page.context.set_offline(False)
    expect(page.get_by_role("button", name=UNSENT)).to_have_count(0)
    with page.expect_response(lambda answer: answer.url.endswith("/api/records/deal") and answer.status == 201):
        new.press("Enter")
    expect(new).to_have_value("")
    made = site.query("deal", filter='title = "Названа без сети"', limit=0, count="exact")
    assert made["count"]["value"] == 1
    assert site.read("deal", id)["values"]["stage"] == "qualified"
