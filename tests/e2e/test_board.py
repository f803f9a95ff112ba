"""The board: columns with totals, cards carried by mouse, finger and keyboard."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import check_accessible
from tests.e2e.conftest import DESKTOP, PHONE, Opener, Site, add_person

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


def test_new_card_is_added_by_its_name_right_in_the_column(site: Site, open_page: Opener) -> None:
    page = open_page(FUNNEL)
    expect(lane(page, "Переговоры").get_by_role("article").first).to_be_visible()
    page.get_by_role("button", name="Добавить в «Переговоры»").click()
    box = page.get_by_role("textbox", name="Новая запись в «Переговоры»")
    expect(box).to_be_focused()
    for title in ("Добавлена на доске", "И ещё одна следом"):
        box.fill(title)
        page.keyboard.press("Enter")
        expect(lane(page, "Переговоры").get_by_role("article", name=title)).to_be_visible()
        expect(box).to_have_value("")
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    rows = site.query("deal", filter='title = "И ещё одна следом"', fields=["stage"])["rows"]
    assert [row[2] for row in rows] == ["talks"]


def test_card_of_which_more_must_be_said_is_added_by_the_whole_form(site: Site, open_page: Opener) -> None:
    page = open_page(FUNNEL)
    page.get_by_role("button", name="Добавить в «Договор»").click()
    page.get_by_role("textbox", name="Новая запись в «Договор»").fill("Нужны сумма и клиент")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Создать сделку")
    expect(dialog.get_by_text("Нужны сумма и клиент")).to_be_visible()
    expect(dialog.get_by_text("Договор", exact=True)).to_be_visible()


def test_long_column_is_read_and_drawn_only_where_it_is_looked_at(site: Site, open_page: Opener) -> None:
    operations = [{"do": "create", "values": {"title": f"Длинный столбец {n:03}"}} for n in range(400)]
    assert site.http.post("/api/records/deal/bulk", json={"operations": operations}).status_code == 200
    page = open_page(FUNNEL)
    with page.expect_response(lambda answer: "/query" in answer.url and "столбец" in (answer.request.post_data or "")):
        page.get_by_role("searchbox", name="Искать в списке").fill("Длинный столбец")
    new = lane(page, "Новая")
    expect(new.locator("header .count")).to_have_text("400")
    cards = new.get_by_role("article")
    expect(cards.first).to_have_attribute("aria-posinset", "1")
    expect(cards.first).to_have_attribute("aria-setsize", "400")
    new.locator("[data-zone]").evaluate("element => element.scrollTo(0, element.scrollHeight / 2)")
    expect(cards.first).to_have_attribute("aria-posinset", re.compile(r"^(1[5-9]\d|2[0-4]\d)$"))
    new.locator("[data-zone]").evaluate("element => element.scrollTo(0, element.scrollHeight)")
    expect(new.locator("article[aria-posinset='400']")).to_be_visible()
    assert cards.count() < 80, "what is out of sight is not drawn"
    cards.last.focus()
    page.keyboard.press("Home")
    expect(new.locator("article[aria-posinset='1']")).to_be_focused()
    page.keyboard.press("End")
    expect(new.locator("article[aria-posinset='400']")).to_be_focused()


def test_card_goes_into_and_out_of_the_middle_of_a_long_column(site: Site, open_page: Opener) -> None:
    operations = [{"do": "create", "values": {"title": f"Середина столбца {n:03}"}} for n in range(120)]
    assert site.http.post("/api/records/deal/bulk", json={"operations": operations}).status_code == 200
    id = site.create("deal", title="Середина столбца: в гости", stage="qualified")
    page = open_page(FUNNEL)
    with page.expect_response(lambda answer: "/query" in answer.url and "Середина" in (answer.request.post_data or "")):
        page.get_by_role("searchbox", name="Искать в списке").fill("Середина столбца")
    new, qualified = lane(page, "Новая"), lane(page, "Квалификация")
    expect(new.locator("header .count")).to_have_text("120")
    column = new.locator("[data-zone]")
    column.evaluate("element => element.scrollTo(0, element.scrollHeight / 2)")
    expect(new.locator("article[aria-posinset='60']")).to_be_visible()
    carry(page, qualified.get_by_role("article"), column, 300)
    expect(new.locator("header .count")).to_have_text("121")
    expect(qualified.locator("header .count")).to_have_text("0")
    assert site.read("deal", id)["values"]["stage"] == "new"
    title = new.locator("article[aria-posinset='60']").get_attribute("aria-label") or ""
    # By its name: the order of the column may still be on its way.
    carry(page, new.get_by_role("article", name=title, exact=True), qualified.locator("[data-zone]"), 60)
    expect(new.locator("header .count")).to_have_text("120")
    expect(qualified.get_by_role("article", name=title)).to_be_visible()


def carry(page: Page, card: Locator, zone: Locator, down: int) -> None:
    card.scroll_into_view_if_needed()
    start, target = card.bounding_box(), zone.bounding_box()
    assert start and target
    page.mouse.move(start["x"] + 40, start["y"] + 15)
    page.mouse.down()
    page.mouse.move(target["x"] + 60, target["y"] + down, steps=8)
    with page.expect_response(lambda answer: answer.request.method == "PATCH" and answer.ok):
        page.mouse.up()


def test_board_stands_over_another_field_and_in_swim_lanes_and_is_found_so_again(site: Site, open_page: Opener) -> None:
    low = site.create("deal", title="Дорожки: низкий", priority="low")
    site.create("deal", title="Дорожки: высокий", priority="high")
    page = open_page("/deal?view=equipment")
    page.get_by_role("combobox", name="Колонки").select_option(label="Приоритет")
    with page.expect_response(lambda answer: "/query" in answer.url and "Дорожки" in (answer.request.post_data or "")):
        page.get_by_role("searchbox", name="Искать в списке").fill("Дорожки:")
    expect(lane(page, "Низкий").get_by_role("article", name="Дорожки: низкий")).to_be_visible()
    expect(lane(page, "Высокий").get_by_role("article")).to_have_count(1)
    page.get_by_role("combobox", name="Дорожки").select_option(label="Этап")
    row = page.get_by_role("region", name="Новая", exact=True)
    expect(row.get_by_role("article", name="Дорожки: низкий")).to_be_visible()
    row.get_by_role("button", name=re.compile("^Новая")).click()
    expect(row.get_by_role("article")).to_have_count(0)
    row.get_by_role("button", name=re.compile("^Новая")).click()
    row.get_by_role("article", name="Дорожки: низкий").focus()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.keyboard.press("Control+ArrowRight")
    assert site.read("deal", low)["values"]["priority"] == "normal"
    with page.expect_response(lambda answer: "/preferences/view.deal.equipment" in answer.url):
        page.get_by_role("combobox", name="Дорожки").select_option(label="без дорожек")
    page.reload()
    expect(page.get_by_role("combobox", name="Колонки")).to_have_value("priority")
    page.get_by_role("combobox", name="Колонки").select_option(label="Этап")


def test_column_is_folded_and_says_when_there_are_too_many(site: Site, open_page: Opener) -> None:
    for n in range(2):
        site.create("deal", title=f"Ограничение {n}", stage="offer")
    page = open_page(FUNNEL)
    with page.expect_response(
        lambda answer: "/query" in answer.url and "Ограничение" in (answer.request.post_data or "")
    ):
        page.get_by_role("searchbox", name="Искать в списке").fill("Ограничение")
    offer = lane(page, "Коммерческое предложение")
    offer.get_by_role("button", name="Колонка «Коммерческое предложение»").click()
    page.get_by_role("textbox", name="Не больше карточек").fill("1")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(offer.locator("header .count")).to_contain_text("больше, чем решено")
    offer.get_by_role("button", name="Колонка «Коммерческое предложение»").click()
    page.get_by_role("button", name="Свернуть колонку").click()
    expect(offer.get_by_role("article")).to_have_count(0)
    page.get_by_role("button", name="Развернуть «Коммерческое предложение»").click()
    expect(offer.get_by_role("article")).to_have_count(2)


def test_limits_and_folded_columns_are_kept_with_a_shared_view_and_are_each_persons_own_to_change(
    site: Site, open_page: Opener
) -> None:
    page = open_page(FUNNEL)
    lane(page, "Переговоры").get_by_role("button", name="Колонка «Переговоры»").click()
    page.get_by_role("textbox", name="Не больше карточек").fill("7")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    lane(page, "Договор").get_by_role("button", name="Колонка «Договор»").click()
    page.get_by_role("button", name="Свернуть колонку").click()
    page.get_by_role("button", name="Сохранить вид").click()
    box = page.get_by_role("dialog", name="Новое представление")
    box.get_by_label("Название").fill("Доска с пределами")
    box.get_by_label("Сотрудники компании").check()
    box.get_by_label("Открывать у них первым").check()
    box.get_by_role("button", name="Сохранить представление").click()
    expect(page.get_by_role("tab", name="Доска с пределами")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("button", name="Сохранить вид")).to_have_count(0)
    page.get_by_role("tab", name="Воронка").click()
    expect(lane(page, "Переговоры").locator("header .count")).not_to_contain_text("/")

    other = add_person(site, "board_reader", "Ольга Пределова")
    second = open_page("/-/about", signed_in=False)
    second.context.add_cookies(
        [{"name": one.name, "value": one.value or "", "url": site.url} for one in other.cookies.jar]
    )
    second.goto(f"{site.url}/deal")
    expect(second.get_by_role("tab", name="Доска с пределами")).to_have_attribute("aria-selected", "true")
    expect(lane(second, "Переговоры").locator("header .count")).to_contain_text(re.compile(r"/\s7"))
    with second.expect_response(lambda answer: "/preferences/view.deal.v" in answer.url):
        second.get_by_role("button", name="Развернуть «Договор»").click()
    expect(second.get_by_role("button", name="Сохранить вид")).to_be_visible()
    page.get_by_role("tab", name="Доска с пределами").click()
    expect(page.get_by_role("button", name="Развернуть «Договор»")).to_be_visible()
    second.reload()
    expect(lane(second, "Договор").get_by_role("button", name="Колонка «Договор»")).to_be_visible()
    assert site.http.put("/api/views/deal/default", json={"view": "", "role": "admin"}).status_code < 300


def test_card_says_what_is_planned_next_or_that_nothing_is(site: Site, open_page: Opener) -> None:
    ids = {name: site.create("deal", title=f"Шаги: {name}") for name in ("ничего", "завтра", "вчера")}
    for name, day in (("завтра", 1), ("вчера", -1)):
        due = (datetime.now(UTC) + timedelta(days=day)).isoformat(timespec="seconds")
        body = {"kind": "call", "title": f"Позвонить {name}", "due_at": due}
        assert site.http.post(f"/api/records/deal/{ids[name]}/timeline", json=body).status_code == 201
    page = open_page(FUNNEL)
    with page.expect_response(lambda answer: "/query" in answer.url and "Шаги" in (answer.request.post_data or "")):
        page.get_by_role("searchbox", name="Искать в списке").fill("Шаги:")
    expect(page.get_by_role("article", name="Шаги: ничего")).to_contain_text("Нет следующего шага")
    expect(page.get_by_role("article", name="Шаги: завтра")).to_contain_text("Следующий шаг: Позвонить завтра")
    expect(page.get_by_role("article", name="Шаги: вчера")).to_contain_text("Просрочено: Позвонить вчера")


def test_value_is_changed_on_the_board_without_opening_the_card(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Быстрая правка")
    page = open_page(FUNNEL)
    find(page, "Быстрая правка").focus()
    page.keyboard.press("e")
    dialog = page.get_by_role("dialog", name="Быстрая правка")
    dialog.get_by_role("button", name=re.compile("^Сумма: ")).click()
    dialog.get_by_role("textbox", name="Сумма").fill("77 000")
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Готово").click()
    expect(page.get_by_role("article", name="Быстрая правка")).to_contain_text("77 000 ₽")
    assert site.read("deal", id)["values"]["amount"][0] == "77000.00"


def test_board_in_every_look_passes_axe(open_page: Opener) -> None:
    for size, theme in ((DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light")):
        page = open_page(FUNNEL, size=size, theme=theme)
        expect(page.get_by_role("article").first).to_be_visible()
        check_accessible(page)
