"""Other ways to see the same records: a calendar, cards, a tree, bars of time, a chart."""

from __future__ import annotations

import base64
import re

from playwright.sync_api import Locator, Page, expect

from tests.browser import check_accessible
from tests.e2e.conftest import PHONE, Opener, Site

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)  # one pixel

# ---------------------------------------------------------------- the calendar


def plan(site: Site, subject: str, due: str) -> int:
    return site.create("activity", subject=subject, due_at=due, kind="call")


def calendar(word: str, at: str = "month:2032-03-10") -> str:
    return f"/activity?view=calendar&q={word}&at={at}"


def mark(page: Page, subject: str) -> Locator:
    return page.locator(".calendar").get_by_role("button", name=re.compile(re.escape(subject)))


def day(page: Page, iso: str) -> Locator:
    return page.locator(f"[data-day='{iso}']")


def drag(page: Page, what: Locator, onto: Locator) -> None:
    start, end = what.bounding_box(), onto.bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 20, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] - 12, steps=8)
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
        page.mouse.up()
    assert saved.value.ok


def test_record_carried_to_another_day_keeps_its_time_and_is_put_back(site: Site, open_page: Opener) -> None:
    id = plan(site, "Несём по календарю", "2032-03-10T07:30:00Z")
    page = open_page(calendar("Несём по календарю"))
    expect(day(page, "2032-03-10").get_by_role("button", name="10:30 Несём по календарю")).to_be_visible()
    drag(page, mark(page, "Несём по календарю"), day(page, "2032-03-18"))
    expect(day(page, "2032-03-18").get_by_role("button", name="10:30 Несём по календарю")).to_be_visible()
    assert site.read("activity", id)["values"]["due_at"] == "2032-03-18T07:30:00Z"
    expect(page).to_have_url(re.compile("view=calendar"))  # the drop is not a press that opens the card
    page.get_by_role("button", name="Отменить").click()
    expect(day(page, "2032-03-10").get_by_role("button", name="10:30 Несём по календарю")).to_be_visible()
    assert site.read("activity", id)["values"]["due_at"] == "2032-03-10T07:30:00Z"


def test_keys_walk_over_days_and_carry_a_record(site: Site, open_page: Opener) -> None:
    id = plan(site, "Клавишами по дням", "2032-03-10T07:30:00Z")
    page = open_page(calendar("Клавишами по дням"))
    expect(mark(page, "Клавишами по дням")).to_be_visible()
    day(page, "2032-03-10").focus()
    page.keyboard.press("ArrowDown")
    expect(day(page, "2032-03-17")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(day(page, "2032-03-10")).to_be_focused()
    mark(page, "Клавишами по дням").focus()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.keyboard.press("Control+ArrowRight")
    expect(day(page, "2032-03-11").get_by_role("button", name="Клавишами по дням")).to_be_focused()
    assert site.read("activity", id)["values"]["due_at"] == "2032-03-11T07:30:00Z"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/activity/{id}"))


def test_press_on_a_day_begins_a_record_of_that_day(open_page: Opener) -> None:
    page = open_page(calendar("такого нет"))
    day(page, "2032-03-24").click(position={"x": 30, "y": 60})
    expect(page.get_by_role("dialog").get_by_text("24 мар. 2032, 10:00")).to_be_visible()


def test_address_keeps_the_days_and_back_returns_to_them(open_page: Opener) -> None:
    page = open_page("/activity?view=calendar&at=week:2032-03-10")
    expect(page.get_by_role("heading", name="8 мар. 2032 – 14 мар. 2032")).to_be_visible()
    page.get_by_role("button", name="Позже").click()
    expect(page.get_by_role("heading", name="15 мар. 2032 – 21 мар. 2032")).to_be_visible()
    expect(page).to_have_url(re.compile("at=week:2032-03-17"))
    page.get_by_role("radio", name="Месяц").click()
    expect(page.get_by_role("heading", name="март 2032")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="март 2032")).to_be_visible()


def test_only_records_of_the_days_in_sight_are_read(site: Site, open_page: Opener) -> None:
    plan(site, "Далёкий месяц", "2032-05-10T07:30:00Z")
    page = open_page(calendar("Далёкий месяц"))
    with page.expect_response(lambda answer: "2032-03-28T21:00:00Z" in (answer.request.post_data or "")) as april:
        page.get_by_role("button", name="Позже").click()
    assert april.value.json()["rows"] == [], "the days of April and the ends of its weeks hold nothing"
    page.get_by_role("button", name="Позже").click()
    expect(day(page, "2032-05-10").get_by_role("button", name="Далёкий месяц")).to_be_visible()


def test_what_another_person_changes_moves_in_an_open_calendar(site: Site, open_page: Opener) -> None:
    id = plan(site, "Двигает другой", "2032-03-10T07:30:00Z")
    page = open_page(calendar("Двигает другой"))
    expect(day(page, "2032-03-10").get_by_role("button", name="Двигает другой")).to_be_visible()
    site.change("activity", id, due_at="2032-03-12T08:00:00Z")
    expect(day(page, "2032-03-12").get_by_role("button", name="11:00 Двигает другой")).to_be_visible(timeout=20_000)


def test_person_keeps_a_calendar_of_deals_by_the_day_he_chooses(site: Site, open_page: Opener) -> None:
    site.create("deal", title="В моём календаре", close_on="2032-03-15")
    page = open_page("/deal?view=all")
    page.get_by_role("button", name="Другие действия", exact=True).click()
    page.get_by_role("menuitem", name="Сохранить как новое представление…").click()
    box = page.get_by_role("dialog")
    box.get_by_role("textbox", name="Название").fill("Сроки по дням")
    box.get_by_text("Календарь").click()
    expect(box.get_by_label("День")).to_have_value("close_on")
    box.get_by_role("button", name="Сохранить представление").click()
    expect(page.get_by_role("tab", name="Сроки по дням")).to_have_attribute("aria-selected", "true")
    kept = {one["title"]: one for one in site.http.get("/api/views/deal").json()["views"]}["Сроки по дням"]
    assert (kept["view"]["kind"], kept["view"]["columns"][0]) == ("calendar", "title")
    page.goto(f"{site.url}/deal?view={kept['key']}&at=month:2032-03-01&q=моём")
    expect(day(page, "2032-03-15").get_by_role("button", name="В моём календаре")).to_be_visible()


def test_calendar_is_accessible_and_on_a_phone_shows_the_chosen_day(site: Site, open_page: Opener) -> None:
    plan(site, "На телефоне виден", "2032-03-10T07:30:00Z")
    for at in ("month:2032-03-10", "week:2032-03-10", "day:2032-03-10"):
        page = open_page(calendar("На телефоне виден", at))
        expect(mark(page, "На телефоне виден")).to_be_visible()
        check_accessible(page)
    page = open_page(calendar("На телефоне виден", "month:2032-03-09"), size=PHONE, theme="dark")
    day(page, "2032-03-10").click(position={"x": 40, "y": 6})
    chosen = page.get_by_role("region", name="10 марта 2032")
    expect(chosen.get_by_role("button", name="10:30 На телефоне виден")).to_be_visible()
    check_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


# ---------------------------------------------------------------- cards and the tree


def test_cards_show_the_picture_and_the_fields_and_are_walked_over_by_keys(site: Site, open_page: Opener) -> None:
    for name in ("Карточкина", "Карточкина-Вторая"):
        picture = site.http.post("/api/files", files={"file": ("портрет.png", DOT, "image/png")}).json()["id"]
        site.create("employee", surname=name, first_name="Анна", position_title="Снабженец", photo=[picture])
    page = open_page("/employee?view=cards&q=Карточкина")
    card = page.get_by_role("article", name="Анна Карточкина", exact=True)
    expect(card.get_by_text("Снабженец")).to_be_visible()
    expect(card.locator("img")).to_have_js_property("naturalWidth", 1)
    check_accessible(page)
    cards = page.get_by_role("article")
    expect(cards).to_have_count(2)
    cards.first.focus()
    page.keyboard.press("ArrowRight")
    expect(cards.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/employee/\d+"))


def test_thousands_of_cards_are_read_as_they_are_scrolled_to(site: Site, open_page: Opener) -> None:
    many = [{"do": "create", "values": {"title": f"Клиент карточкой {n:03}"}} for n in range(400)]
    answer = site.http.post("/api/records/counterparty/bulk", json={"operations": many, "atomic": False})
    assert answer.status_code == 200, answer.text
    kept = site.http.post(
        "/api/views/counterparty", json={"title": "Карточками", "view": {"kind": "gallery", "sort": ["title"]}}
    ).json()
    page = open_page(f"/counterparty?view={kept['key']}&q=карточкой", size=PHONE)
    first = page.get_by_role("article", name="Клиент карточкой 000")
    expect(first).to_be_visible()
    assert page.get_by_role("article").count() < 30
    first.focus()
    page.keyboard.press("End")
    expect(page.get_by_role("article", name="Клиент карточкой 399")).to_be_focused()
    expect(page.get_by_role("article", name="Клиент карточкой 399")).to_contain_text("Клиент карточкой 399")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def node(page: Page, title: str) -> Locator:
    return page.get_by_role("treeitem", name=re.compile(rf"^{re.escape(title)}(,|$)"))


def branch(site: Site, word: str) -> tuple[int, int, int]:
    top = site.create("department", title=f"{word}: дирекция")
    middle = site.create("department", title=f"{word}: отдел", parent=top)
    return top, middle, site.create("department", title=f"{word}: группа", parent=middle)


def test_tree_is_opened_level_by_level_with_counts_and_by_keys(site: Site, open_page: Opener) -> None:
    branch(site, "Ветка")
    page = open_page("/department?view=tree")
    top = node(page, "Ветка: дирекция")
    expect(top).to_have_attribute("aria-label", "Ветка: дирекция, внутри 1 запись")
    expect(node(page, "Ветка: отдел")).to_have_count(0)
    top.focus()
    page.keyboard.press("ArrowRight")
    expect(node(page, "Ветка: отдел")).to_have_attribute("aria-level", "2")
    page.keyboard.press("ArrowRight")
    expect(node(page, "Ветка: отдел")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(node(page, "Ветка: группа")).to_be_visible()
    check_accessible(page)
    page.reload()
    expect(node(page, "Ветка: отдел")).to_be_visible()  # what was open is open


def test_record_goes_into_another_and_out_by_keys_and_mouse_but_never_into_itself(
    site: Site, open_page: Opener
) -> None:
    top, middle, low = branch(site, "Перенос")
    page = open_page("/department?view=tree")
    node(page, "Перенос: дирекция").focus()
    page.keyboard.press("ArrowRight")
    node(page, "Перенос: отдел").focus()
    page.keyboard.press("ArrowRight")
    node(page, "Перенос: группа").focus()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.keyboard.press("Control+ArrowLeft")
    expect(node(page, "Перенос: группа")).to_have_attribute("aria-level", "2")
    assert site.read("department", low)["values"]["parent"][0] == top
    page.get_by_role("button", name="Отменить").click()
    expect(node(page, "Перенос: отдел")).to_have_attribute("aria-label", "Перенос: отдел, внутри 1 запись")
    assert site.read("department", low)["values"]["parent"][0] == middle
    start, end = node(page, "Перенос: дирекция").bounding_box(), node(page, "Перенос: отдел").bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 70, start["y"] + 18)
    page.mouse.down()
    page.mouse.move(end["x"] + 300, end["y"] + 18, steps=6)
    page.mouse.up()
    expect(page.get_by_text("«Перенос: дирекция» не может быть внутри себя")).to_be_attached()
    assert site.read("department", top)["values"]["parent"] is None


def test_question_leaves_of_a_tree_what_was_found_and_the_way_to_it(site: Site, open_page: Opener) -> None:
    branch(site, "Поиск по дереву")
    page = open_page("/department?view=tree&q=Поиск по дереву: группа")
    expect(node(page, "Поиск по дереву: группа")).to_have_attribute("aria-level", "3")
    expect(node(page, "Поиск по дереву: дирекция")).to_be_visible()
    expect(page.get_by_role("treeitem")).to_have_count(3)
    check_accessible(page)


# ---------------------------------------------------------------- bars of time and the chart


def keep_view(site: Site, title: str, kind: str, group: str = "", **more: str) -> str:
    view = {"kind": kind, "group": group, "more": more, "columns": ["title", "amount"]}
    answer = site.http.post("/api/views/deal", json={"title": title, "view": view})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["key"])


def bar(page: Page, title: str) -> Locator:
    return page.locator(".gantt").get_by_role("button", name=re.compile(rf"^{re.escape(title)},"))


def pull(page: Page, bar: Locator, from_end: bool, by: int) -> None:
    box = bar.bounding_box()
    assert box
    x, y = (box["x"] + box["width"] - 3 if from_end else box["x"] + box["width"] / 2), box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by, y, steps=6)
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
        page.mouse.up()
    assert saved.value.ok


def test_bar_is_moved_and_stretched_by_mouse_and_keys_and_put_back(site: Site, open_page: Opener) -> None:
    view = keep_view(site, "Полосы", "gantt", date="engaged_on", until="close_on")
    id = site.create("deal", title="Полоса времени", engaged_on="2032-03-10", close_on="2032-03-16")

    def days() -> tuple[str, str]:
        values = site.read("deal", id)["values"]
        return values["engaged_on"], values["close_on"]

    page = open_page(f"/deal?view={view}&q=Полоса времени&at=day:2032-03-10")
    expect(bar(page, "Полоса времени")).to_have_attribute("aria-label", re.compile("10 мар. 2032 – 16 мар. 2032"))
    pull(page, bar(page, "Полоса времени"), False, 80)
    assert days() == ("2032-03-12", "2032-03-18")
    page.get_by_role("button", name="Отменить").last.click()
    expect(bar(page, "Полоса времени")).to_have_attribute("aria-label", re.compile("10 мар. 2032 – 16 мар. 2032"))
    pull(page, bar(page, "Полоса времени"), True, 120)
    expect(bar(page, "Полоса времени")).to_have_attribute("aria-label", re.compile("10 мар. 2032 – 19 мар. 2032"))
    assert days() == ("2032-03-10", "2032-03-19")
    bar(page, "Полоса времени").focus()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.keyboard.press("Shift+ArrowLeft")
    expect(bar(page, "Полоса времени")).to_have_attribute("aria-label", re.compile("10 мар. 2032 – 18 мар. 2032"))
    expect(bar(page, "Полоса времени")).to_be_focused()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.keyboard.press("Control+ArrowRight")
    expect(bar(page, "Полоса времени")).to_have_attribute("aria-label", re.compile("11 мар. 2032 – 19 мар. 2032"))
    assert days() == ("2032-03-11", "2032-03-19")
    expect(page).to_have_url(re.compile(f"view={view}"))  # letting go is not a press that opens the card


def test_bars_keep_their_days_and_zoom_in_the_address_and_are_accessible(site: Site, open_page: Opener) -> None:
    view = keep_view(site, "Полосы в адресе", "gantt", date="engaged_on", until="close_on")
    site.create("deal", title="Длинная полоса", engaged_on="2032-01-10", close_on="2032-09-16")
    page = open_page(f"/deal?view={view}&q=Длинная полоса&at=week:2032-03-10")
    expect(bar(page, "Длинная полоса")).to_be_visible()
    check_accessible(page)
    page.get_by_role("radio", name="Месяц").click()
    expect(page).to_have_url(re.compile("at=month:2032-03-10"))
    page.get_by_role("button", name="Позже").click()
    expect(page).to_have_url(re.compile("at=month:2032-07-08"))
    expect(bar(page, "Длинная полоса")).to_be_visible()
    page.get_by_role("button", name="Сегодня").click()
    expect(page).to_have_url(re.compile("at=month(&|$)"))
    page = open_page(f"/deal?view={view}&q=Длинная полоса&at=week:2032-03-10", size=PHONE, theme="dark")
    expect(bar(page, "Длинная полоса")).to_be_visible()
    check_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_part_of_a_chart_opens_its_records(site: Site, open_page: Opener) -> None:
    for at, amount in enumerate(("100000", "250000", "50000")):
        site.create("deal", title=f"Для диаграммы {at}", amount=amount, stage="new" if at else "offer")
    view = keep_view(site, "По этапам", "chart", group="stage")
    page = open_page(f"/deal?view={view}&q=Для диаграммы")
    parts = page.get_by_role("list", name="Количество, Этап").get_by_role("listitem")
    expect(parts).to_have_text([re.compile(r"Новая\s*2"), re.compile(r"Коммерческое предложение\s*1")])
    page.get_by_role("combobox", name="Считать").select_option(label="Сумма")
    expect(page.get_by_role("list", name="Сумма, Этап").get_by_role("listitem").first).to_contain_text("300 000 ₽")
    for look in ("Линия", "Кольцо", "Столбцы"):
        page.get_by_role("radio", name=look).click()
        expect(page.get_by_role("list", name="Сумма, Этап").get_by_role("listitem")).to_have_count(2)
        check_accessible(page)
    page.get_by_role("link", name=re.compile("Новая")).click()
    expect(page.get_by_role("tab", name="Новая")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("gridcell", name="Для диаграммы 1")).to_be_visible()
    expect(page.get_by_role("gridcell", name="Для диаграммы 0")).to_have_count(0)


def test_chart_by_months_has_its_empty_ones_and_follows_what_others_do(site: Site, open_page: Opener) -> None:
    for day in ("2032-02-10", "2032-04-02"):
        site.create("deal", title="Помесячно", close_on=day)
    view = keep_view(site, "По месяцам", "chart", group="close_on:month", look="line")
    page = open_page(f"/deal?view={view}&q=Помесячно", size=PHONE)
    parts = page.get_by_role("list", name="Количество, Закрыть до").get_by_role("listitem")
    expect(parts).to_have_text(
        [re.compile(r"февраль 2032\s*1"), re.compile(r"март 2032\s*0"), re.compile(r"апрель 2032\s*1")]
    )
    site.create("deal", title="Помесячно ещё", close_on="2032-03-15")
    expect(parts.nth(1)).to_have_text(re.compile(r"март 2032\s*1"), timeout=20_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


# ---------------------------------------------------------------- the map


def with_places(site: Site) -> str:
    """Counterparties get a field of a place, and a map stands on it; once for all tests of the map."""
    source = site.http.get("/api/schema/source").json()
    known = {one["key"]: one for one in site.http.get("/api/schema").json()["entities"]["counterparty"]["fields"]}
    if "spot" not in known:
        field = {"key": "spot", "title": "На карте", "type": "place"}
        edits = [{"do": "add_field", "entity": "counterparty", "field": field}]
        answer = site.http.post("/api/schema/apply", json={"revision": source["revision"], "edits": edits})
        assert answer.status_code == 200, answer.text
    view = {"kind": "map", "more": {"place": "spot"}, "columns": ["title"]}
    return str(site.http.post("/api/views/counterparty", json={"title": "Где они", "view": view}).json()["key"])


def test_near_records_are_one_mark_that_opens_by_coming_closer(site: Site, open_page: Opener) -> None:
    view = with_places(site)
    site.create("counterparty", title="Картой: Казань", spot="55.796, 49.108")
    for n in range(3):
        site.create("counterparty", title=f"Картой: Москва {n}", spot=f"55.75{n}, 37.61{n}")
    page = open_page(f"/counterparty?view={view}&q=Картой")
    expect(page.get_by_role("button", name="3 записи рядом")).to_be_visible()
    expect(page.get_by_role("button", name="Картой: Казань")).to_be_visible()
    check_accessible(page)
    page.get_by_role("button", name="3 записи рядом").click()
    expect(page.get_by_role("button", name="Картой: Москва 2")).to_be_visible()
    expect(page.get_by_role("button", name="Картой: Казань")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"at=55\.75\d+,37\.61\d+,"))
    page.reload()
    expect(page.get_by_role("button", name="Картой: Москва 2")).to_be_visible()
    page.get_by_role("button", name="Показать все").click()
    expect(page.get_by_role("button", name="Картой: Казань")).to_be_visible()
    page.get_by_role("region", name="Где они").focus()
    page.keyboard.press("+")
    expect(page).to_have_url(re.compile("at="))
    page.keyboard.press("Home")
    expect(page).not_to_have_url(re.compile("at="))


def test_records_of_one_place_open_as_a_list_and_a_map_is_dragged_on_a_phone(site: Site, open_page: Opener) -> None:
    view = with_places(site)
    for n in range(2):
        site.create("counterparty", title=f"Один дом {n}", spot="56.5, 60.6")
    page = open_page(f"/counterparty?view={view}&q=Один дом", size=PHONE, theme="dark")
    mark = page.get_by_role("button", name="2 записи рядом")
    expect(mark).to_be_visible()
    check_accessible(page)
    start = mark.bounding_box()
    assert start
    page.mouse.move(120, 500)
    page.mouse.down()
    page.mouse.move(180, 560, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile("at="))
    moved = mark.bounding_box()
    assert moved and abs(moved["x"] - start["x"] - 60) < 4 and abs(moved["y"] - start["y"] - 60) < 4
    mark.click()
    expect(page.get_by_role("tab", name="2 записи в одном месте")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("Один дом 1")).to_be_visible()
