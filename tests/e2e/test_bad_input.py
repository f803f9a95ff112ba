"""Much more than anybody planned for: 300 options, 200 fields, names of thousands of letters, thousands of cards in a column."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import check_accessible
from tests.e2e.conftest import DESKTOP, PHONE, Opener, Site
from tests.e2e.test_card import value
from tests.e2e.test_list import cell, find

OPTIONS, FIELDS, CARDS, LETTERS = 300, 198, 3_000, 4_000
LONG = "Щ" * LETTERS


@pytest.fixture(scope="module")
def wide(site: Site) -> Site:
    """An object of 200 fields, its choice of 300 options, a board by that choice with 3,000 cards in one column."""
    options = [{"key": f"o{n:03}", "title": {"ru": f"Вариант {n:03}"}} for n in range(OPTIONS)]
    fields = [
        {"key": f"f{n:03}", "title": {"ru": f"Поле {n:03}"}, "type": "integer" if n % 3 == 0 else "text"}
        for n in range(FIELDS)
    ]
    table = {
        "key": "wide",
        "title": {"ru": "Широкая", "plural": "Широкие", "accusative": "широкую"},
        "label": "title",
        "field": [
            {"key": "title", "title": {"ru": "Название"}, "type": "text", "required": True, "max": LETTERS},
            {"key": "kind", "title": {"ru": "Вид"}, "type": "choice", "options": options},
            {"key": "level", "title": {"ru": "Уровень"}, "type": "choice", "options": options[:3]},
            *fields,
        ],
        "view": [
            {"key": "all", "title": {"ru": "Все"}, "kind": "list"},
            {"key": "levels", "title": {"ru": "Доска"}, "kind": "board", "group": "level"},
        ],
    }
    revision = site.http.get("/api/schema").json()["revision"]
    made = site.http.post(
        "/api/schema/apply", json={"revision": revision, "edits": [{"do": "add_entity", "table": table}]}, timeout=120
    )
    assert made.status_code == 200, made.text
    operations = [
        {"do": "create", "values": {"title": f"Карточка {n:05}", "level": "o000", "f000": n}} for n in range(CARDS)
    ]
    for start in range(0, CARDS, 1_000):
        body = {"operations": operations[start : start + 1_000], "atomic": True}
        answer = site.http.post("/api/records/wide/bulk", json=body, timeout=120)
        assert answer.status_code == 200, answer.text
    site.create("wide", title=LONG, kind="o299", level="o001", **{f"f{n:03}": "д" * 300 for n in (1, 2)})
    return site


def id_of(site: Site, filter: str) -> int:
    page = site.query("wide", fields=["id"], filter=filter, limit=1)
    return int(page["rows"][0][page["columns"].index("id")])


def stays_inside(page: Page) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"the page is {wide} px wider than the screen"


def test_one_of_three_hundred_options_is_found_by_typing_and_by_keys(wide: Site, open_page: Opener) -> None:
    id = id_of(wide, 'title = "Карточка 00007"')
    page = open_page(f"/wide/{id}")
    value(page, "Вид").click()
    expect(page.get_by_role("option")).to_have_count(OPTIONS)
    page.keyboard.type("вариант 271")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(value(page, "Вид")).to_have_accessible_name(re.compile("Вариант 271"))
    value(page, "Вид").click()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("option", name="Вариант 274")
    expect(chosen).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(value(page, "Вид")).to_have_accessible_name(re.compile("Вариант 274"))
    assert wide.read("wide", id)["values"]["kind"] == "o274"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_card_of_two_hundred_fields_with_a_name_of_thousands_of_letters_is_used_to_its_last_field(
    wide: Site, open_page: Opener, size: dict[str, int]
) -> None:
    id = id_of(wide, 'kind = "o299"')
    page = open_page(f"/wide/{id}", size=size)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    stays_inside(page)
    check_accessible(page)
    last = f"Поле {FIELDS - 1:03}"
    value(page, last).click()
    page.get_by_role("textbox", name=last, exact=True).fill(f"Последнее, {size['width']}")
    page.keyboard.press("Enter")
    expect(value(page, last)).to_have_accessible_name(re.compile(f"Последнее, {size['width']}"))
    expect(value(page, last)).to_be_in_viewport()
    assert wide.read("wide", id)["values"][f"f{FIELDS - 1:03}"] == f"Последнее, {size['width']}"


def test_longer_name_than_may_be_is_told_and_not_lost(wide: Site, open_page: Opener) -> None:
    id = wide.create("wide", title="Станет длиннее, чем можно")
    page = open_page(f"/wide/{id}")
    value(page, "Название").click()
    box = page.get_by_role("textbox", name="Название", exact=True)
    box.fill("Щ" * 5_000)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text(re.compile(r"4\s?000"))).to_be_visible()
    expect(box).to_have_value("Щ" * 5_000)
    box.fill(LONG)
    page.keyboard.press("Enter")
    expect(box).to_have_count(0)
    assert wide.read("wide", id)["values"]["title"] == LONG


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_list_with_a_name_of_thousands_of_letters_keeps_its_shape(
    wide: Site, open_page: Opener, size: dict[str, int]
) -> None:
    page = open_page("/wide?view=all", size=size)
    page.get_by_role("searchbox", name="Искать в списке").fill("ЩЩЩЩ")
    link = page.get_by_role("link", name=re.compile("^Щ{100}")).first
    expect(link).to_be_visible()
    box = link.bounding_box()
    assert box and box["height"] < 80
    stays_inside(page)


def test_list_of_two_hundred_columns_draws_those_in_sight_and_edits_the_last(wide: Site, open_page: Opener) -> None:
    shown = ["title", "kind", *(f"f{n:03}" for n in range(FIELDS))]
    body = {
        "kind": "list", "columns": shown, "widths": {}, "filter": "", "asked": [], "sort": ["f000"], "group": "", "totals": {},
        "total": "", "pipeline": "", "colours": [], "height": "normal", "pinned": 1, "more": {},
    }  # fmt: skip
    made = wide.http.post("/api/views/wide", json={"title": "Все столбцы", "shared": False, "roles": [], "view": body})
    assert made.status_code == 201, made.text
    id = id_of(wide, 'title = "Карточка 00011"')
    page = open_page(f"/wide?view={made.json()['key']}")
    find(page, "Карточка 00011")
    assert page.get_by_role("columnheader").count() < 40, "only columns in sight are drawn"
    page.get_by_role("grid").focus()
    page.keyboard.press("End")
    last = f"Поле {FIELDS - 1:03}"
    expect(page.get_by_role("columnheader", name=last)).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name=last, exact=True).fill("Дошли до края")
    page.keyboard.press("Enter")
    expect(page.get_by_role("gridcell", name="Дошли до края")).to_be_visible()
    assert wide.read("wide", id)["values"][f"f{FIELDS - 1:03}"] == "Дошли до края"
    page.keyboard.press("Home")
    expect(cell(page, 0, "Название")).to_be_in_viewport()


def test_column_of_thousands_of_cards_reads_and_draws_only_what_is_looked_at(wide: Site, open_page: Opener) -> None:
    asked: list[dict[str, object]] = []
    page = open_page("/-/about")
    page.on("request", lambda one: asked.append(one.post_data_json) if one.url.endswith("/wide/query") else None)
    page.goto(f"{wide.url}/wide?view=levels")
    column = page.get_by_role("region", name="Вариант 000", exact=True)
    expect(column.locator("header .count")).to_have_text(re.compile(r"^3\s?0\d\d$"))
    expect(column.get_by_role("article").first).to_be_visible()
    assert all(int(str(one.get("first") or one.get("limit") or 0)) <= 50 for one in asked), asked
    seen = len(asked)
    beyond = column.get_by_role("article").nth(120)  # of those drawn at once
    expect(beyond).to_have_count(0)
    last = column.locator(f"[aria-posinset='{CARDS}']")
    for _ in range(100):  # cards are of any height: how far the end is, is known when one comes near it
        column.locator(".cards").evaluate("(box) => box.scrollTo(0, box.scrollHeight)")
        page.wait_for_timeout(100)
        if last.count():
            break
    expect(last).to_be_visible()
    expect(beyond).to_have_count(0)
    further = asked[seen:]
    assert len(further) <= 24, "a jump to the end does not read what lies between"
    assert all(int(str(one.get("first") or one.get("limit") or 0)) <= 50 for one in further), further
    stays_inside(page)


def test_board_by_a_choice_of_three_hundred_options_opens(wide: Site, open_page: Opener) -> None:
    page = open_page("/wide?view=levels")
    page.get_by_role("combobox", name="Колонки").select_option(label="Вид")
    expect(page.get_by_role("region", name="Вариант 299", exact=True)).to_be_attached()
    expect(page.get_by_role("region", name="Вариант 000", exact=True)).to_be_visible()
    stays_inside(page)
