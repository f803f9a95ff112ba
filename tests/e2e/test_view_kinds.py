"""Other ways to see the same records: a calendar, cards, a tree, bars of time, a chart."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser import check_accessible
from tests.e2e.conftest import PHONE, Opener, Site

# ---------------------------------------------------------------- the calendar


def plan(site: Site, subject: str, due: str) -> int:
    return site.create("activity", subject=subject, due_at=due, kind="call")


def calendar(word: str, at: str = "month:2027-03-10") -> str:
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
    id = plan(site, "Несём по календарю", "2027-03-10T07:30:00Z")
    page = open_page(calendar("Несём по календарю"))
    expect(day(page, "2027-03-10").get_by_role("button", name="10:30 Несём по календарю")).to_be_visible()
    drag(page, mark(page, "Несём по календарю"), day(page, "2027-03-18"))
    expect(day(page, "2027-03-18").get_by_role("button", name="10:30 Несём по календарю")).to_be_visible()
    assert site.read("activity", id)["values"]["due_at"] == "2027-03-18T07:30:00Z"
    expect(page).to_have_url(re.compile("view=calendar"))  # the drop is not a press that opens the card
    page.get_by_role("button", name="Отменить").click()
    expect(day(page, "2027-03-10").get_by_role("button", name="10:30 Несём по календарю")).to_be_visible()
    assert site.read("activity", id)["values"]["due_at"] == "2027-03-10T07:30:00Z"


def test_keys_walk_over_days_and_carry_a_record(site: Site, open_page: Opener) -> None:
    id = plan(site, "Клавишами по дням", "2027-03-10T07:30:00Z")
    page = open_page(calendar("Клавишами по дням"))
    expect(mark(page, "Клавишами по дням")).to_be_visible()
    day(page, "2027-03-10").focus()
    page.keyboard.press("ArrowDown")
    expect(day(page, "2027-03-17")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(day(page, "2027-03-10")).to_be_focused()
    mark(page, "Клавишами по дням").focus()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.keyboard.press("Control+ArrowRight")
    expect(day(page, "2027-03-11").get_by_role("button", name="Клавишами по дням")).to_be_focused()
    assert site.read("activity", id)["values"]["due_at"] == "2027-03-11T07:30:00Z"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/activity/{id}"))


def test_press_on_a_day_begins_a_record_of_that_day(open_page: Opener) -> None:
    page = open_page(calendar("такого нет"))
    day(page, "2027-03-24").click(position={"x": 30, "y": 60})
    expect(page.get_by_role("dialog").get_by_text("24 мар. 2027, 10:00")).to_be_visible()


def test_address_keeps_the_days_and_back_returns_to_them(open_page: Opener) -> None:
    page = open_page("/activity?view=calendar&at=week:2027-03-10")
    expect(page.get_by_role("heading", name="8 мар. 2027 – 14 мар. 2027")).to_be_visible()
    page.get_by_role("button", name="Позже").click()
    expect(page.get_by_role("heading", name="15 мар. 2027 – 21 мар. 2027")).to_be_visible()
    expect(page).to_have_url(re.compile("at=week:2027-03-17"))
    page.get_by_role("radio", name="Месяц").click()
    expect(page.get_by_role("heading", name="март 2027")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="март 2027")).to_be_visible()


def test_only_records_of_the_days_in_sight_are_read(site: Site, open_page: Opener) -> None:
    plan(site, "Далёкий месяц", "2027-05-10T07:30:00Z")
    page = open_page(calendar("Далёкий месяц"))
    with page.expect_response(lambda answer: "2027-03-28T21:00:00Z" in (answer.request.post_data or "")) as april:
        page.get_by_role("button", name="Позже").click()
    assert april.value.json()["rows"] == [], "the days of April and the ends of its weeks hold nothing"
    page.get_by_role("button", name="Позже").click()
    expect(day(page, "2027-05-10").get_by_role("button", name="Далёкий месяц")).to_be_visible()


def test_what_another_person_changes_moves_in_an_open_calendar(site: Site, open_page: Opener) -> None:
    id = plan(site, "Двигает другой", "2027-03-10T07:30:00Z")
    page = open_page(calendar("Двигает другой"))
    expect(day(page, "2027-03-10").get_by_role("button", name="Двигает другой")).to_be_visible()
    site.change("activity", id, due_at="2027-03-12T08:00:00Z")
    expect(day(page, "2027-03-12").get_by_role("button", name="11:00 Двигает другой")).to_be_visible(timeout=20_000)


def test_person_keeps_a_calendar_of_deals_by_the_day_he_chooses(site: Site, open_page: Opener) -> None:
    site.create("deal", title="В моём календаре", close_on="2027-03-15")
    page = open_page("/deal?view=all")
    page.get_by_role("button", name="Другие действия", exact=True).click()
    page.get_by_role("menuitem", name="Сохранить как новое представление…").click()
    box = page.get_by_role("dialog")
    box.get_by_role("textbox", name="Название").fill("Сроки по дням")
    box.get_by_text("Календарь").click()
    expect(box.get_by_label("День")).to_have_value("close_on")
    box.get_by_role("button", name="Сохранить представление").click()
    expect(page.get_by_role("tab", name="Сроки по дням")).to_have_attribute("aria-selected", "true")
    kept = site.http.get("/api/views/deal").json()["views"]
    assert [(one["title"], one["view"]["kind"]) for one in kept] == [("Сроки по дням", "calendar")]
    page.goto(f"{site.url}/deal?view={kept[0]['key']}&at=month:2027-03-01&q=моём")
    expect(day(page, "2027-03-15").get_by_role("button", name="В моём календаре")).to_be_visible()


def test_calendar_is_accessible_and_on_a_phone_shows_the_chosen_day(site: Site, open_page: Opener) -> None:
    plan(site, "На телефоне виден", "2027-03-10T07:30:00Z")
    for at in ("month:2027-03-10", "week:2027-03-10", "day:2027-03-10"):
        page = open_page(calendar("На телефоне виден", at))
        expect(mark(page, "На телефоне виден")).to_be_visible()
        check_accessible(page)
    page = open_page(calendar("На телефоне виден", "month:2027-03-09"), size=PHONE, theme="dark")
    day(page, "2027-03-10").click(position={"x": 40, "y": 6})
    chosen = page.get_by_role("region", name="10 марта 2027")
    expect(chosen.get_by_role("button", name="10:30 На телефоне виден")).to_be_visible()
    check_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
