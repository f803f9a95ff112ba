"""The board: columns with totals, cards carried by mouse, finger and keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import PHONE, Opener, Site

FUNNEL = "/deal?view=funnel"


def lane(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def count(page: Page, title: str) -> int:
    return int(re.sub(r"\D", "", lane(page, title).locator("header .count").inner_text()))


def find(page: Page, text: str) -> Locator:
    with page.expect_response(lambda answer: "/query" in answer.url and text in (answer.request.post_data or "")):
        page.get_by_role("searchbox", name="Искать в списке").fill(text)
    card = page.get_by_role("article").filter(has_text=text)
    expect(card).to_be_visible()
    return card


@pytest.fixture
def client(site: Site) -> int:
    return site.create("counterparty", title="ООО «Доска»")


def test_columns_are_the_stages_of_the_pipeline_with_count_and_sum(site: Site, open_page: Opener) -> None:
    page = open_page(FUNNEL)
    groups = site.query("deal", group="stage", first=1, totals=[{"function": "sum", "field": "amount"}])["groups"]
    new = next(group for group in groups if group["value"] == "new")
    expect(lane(page, "Новая").locator("header .count")).to_have_text(str(new["count"]))
    titles = page.get_by_role("region").get_by_role("heading", level=2).all_inner_texts()
    assert titles[:3] == ["Новая", "Квалификация", "Выявление потребности"]
    assert "Выиграна" not in titles, "a stage of the other pipeline has no place here"


def test_card_carried_by_mouse_changes_its_stage_and_both_totals(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Несём мышью", amount="1000000")
    page = open_page(FUNNEL)
    card = find(page, "Несём мышью")
    start, target = card.bounding_box(), lane(page, "Квалификация").locator("[data-zone]").bounding_box()
    assert start and target
    page.mouse.move(start["x"] + 40, start["y"] + 15)
    page.mouse.down()
    page.mouse.move(target["x"] + 60, target["y"] + 60, steps=8)
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
        page.mouse.up()
    assert saved.value.ok
    expect(lane(page, "Квалификация").get_by_role("article")).to_have_count(1)
    expect(lane(page, "Квалификация").get_by_text(re.compile(r"^1\sмлн\s₽$"))).to_be_visible()
    expect(lane(page, "Новая").locator("header .count")).to_have_text("0")
    assert site.read("deal", id)["values"]["stage"] == "qualified"
    expect(page).to_have_url(re.compile("view=funnel"))  # the drop is not a press that opens the card


def test_escape_puts_the_card_back(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Передумали нести")
    page = open_page(FUNNEL)
    start = find(page, "Передумали нести").bounding_box()
    target = lane(page, "Переговоры").locator("[data-zone]").bounding_box()
    assert start and target
    page.mouse.move(start["x"] + 40, start["y"] + 15)
    page.mouse.down()
    page.mouse.move(target["x"] + 60, target["y"] + 60, steps=5)
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(lane(page, "Новая").get_by_role("article")).to_have_count(1)
    assert site.read("deal", id)["values"]["stage"] == "new"


def test_card_goes_to_the_next_stage_by_keyboard_and_opens_by_enter(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Несём клавишами")
    page = open_page(FUNNEL)
    find(page, "Несём клавишами").focus()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.keyboard.press("Control+ArrowRight")
    expect(lane(page, "Квалификация").get_by_role("article")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.url}/deal/{id}")
    assert site.read("deal", id)["values"]["stage"] == "qualified"


def test_stage_that_needs_fields_asks_for_them_and_then_lets_in(site: Site, client: int, open_page: Opener) -> None:
    id = site.create("deal", title="Нужны поля", counterparty=client)
    page = open_page(f"/deal/{id}")
    page.get_by_role("radio", name="Договор").click()
    dialog = page.get_by_role("dialog", name="Чтобы перейти на этап «Договор»")
    expect(dialog.get_by_text("Контрагент")).to_have_count(0)  # that one is filled in already
    dialog.get_by_role("button", name="Сумма").click()
    page.get_by_role("textbox", name="Сумма").fill("90 000")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Сохранить и продолжить").click()
    expect(page.get_by_role("radio", name="Договор")).to_be_checked()
    values = site.read("deal", id)["values"]
    assert (values["stage"], values["amount"]) == ("contract", ["90000.00", "RUB"])


def test_stage_is_not_entered_when_the_asked_fields_are_not_given(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Не хотим заполнять")
    page = open_page(FUNNEL)
    find(page, "Не хотим заполнять").focus()
    for _ in range(4):
        page.keyboard.press("Control+ArrowRight")
        page.wait_for_timeout(300)
    page.keyboard.press("Control+ArrowRight")
    page.get_by_role("dialog").get_by_role("button", name="Отмена").click()
    expect(lane(page, "Переговоры").get_by_role("article")).to_have_count(1)
    assert site.read("deal", id)["values"]["stage"] == "talks"


def test_card_is_carried_by_a_finger_after_a_long_press(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Несём пальцем")
    page = open_page(FUNNEL, size=PHONE)
    box = find(page, "Несём пальцем").bounding_box()
    assert box
    touch = page.context.new_cdp_session(page)

    def finger(kind: str, x: float = 0, y: float = 0) -> None:
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    x, y = box["x"] + 60, box["y"] + 20
    finger("touchStart", x, y)
    page.wait_for_timeout(450)
    finger("touchMove", 380, y + 30)
    page.wait_for_timeout(500)  # at the edge the board scrolls under the finger
    finger("touchMove", 200, y + 60)
    page.wait_for_timeout(100)
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        finger("touchEnd")
    assert site.read("deal", id)["values"]["stage"] != "new"


def test_new_card_is_added_into_the_column_whose_plus_was_pressed(site: Site, open_page: Opener) -> None:
    page = open_page(FUNNEL)
    page.get_by_role("button", name="Добавить в «Переговоры»").click()
    dialog = page.get_by_role("dialog", name="Создать сделку")
    dialog.get_by_role("button", name="Название").click()
    page.get_by_role("textbox", name="Название").fill("Добавлена на доске")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Создать").click()
    expect(page.get_by_role("heading", name="Добавлена на доске")).to_be_visible()
    expect(page.get_by_role("radio", name="Переговоры")).to_be_checked()


def test_rest_of_a_long_column_comes_by_scrolling(site: Site, open_page: Opener) -> None:
    operations = [{"do": "create", "values": {"title": f"Длинный столбец {n:02}"}} for n in range(45)]
    assert site.http.post("/api/records/deal/bulk", json={"operations": operations}).status_code == 200
    page = open_page(FUNNEL)
    with page.expect_response(lambda answer: "/query" in answer.url and "столбец" in (answer.request.post_data or "")):
        page.get_by_role("searchbox", name="Искать в списке").fill("Длинный столбец")
    new = lane(page, "Новая")
    expect(new.get_by_role("article")).to_have_count(20)
    new.locator("[data-zone]").evaluate("element => element.scrollTo(0, element.scrollHeight)")
    expect(new.get_by_role("article")).to_have_count(45)
