"""A day of a salesperson by the keyboard alone: nothing is pressed, pointed at or focused but by keys."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import PASSWORD, Opener, Site, add_person

MOST_TABS = 120


class Keys:
    """The hands of a person without a mouse: Tab until a thing has the focus, then keys for it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def reach(self, where: Locator, tab: str = "Tab") -> None:
        expect(where).to_be_visible()
        for _ in range(MOST_TABS):
            if where.evaluate("element => element === document.activeElement"):
                return
            self.press(tab)
        raise AssertionError(f"not reached by {MOST_TABS} × {tab}: {where}")

    def enter(self, where: Locator, tab: str = "Tab") -> None:
        self.reach(where, tab)
        self.press("Enter")

    def choose(self, title: str) -> None:
        """An entry of the menu that is open."""
        entry = self.page.get_by_role("menuitem", name=title, exact=True)
        expect(entry).to_be_visible()
        self.reach(entry, "ArrowDown")
        self.press("Enter")


def test_day_of_a_salesperson_needs_no_mouse(site: Site, open_page: Opener) -> None:
    add_person(site, "klava", "Клава Ключева")
    ids = [site.create("deal", title=f"Безмышье {n}", amount="1000") for n in (1, 2, 3)]
    page = open_page("/-/login", signed_in=False)
    keys = Keys(page)

    sign_in(page, keys)
    open_list(page, keys)
    filter_list(page, keys)
    open_and_leaf(page, keys)
    edit_amount(site, page, keys, ids[0])
    write_down(site, page, keys, ids[0])
    move_stage(site, page, keys, ids[0])
    undo_in_list(site, page, keys, ids[0])
    add_by_line(site, page, keys)
    find_by_palette(site, page, keys, ids[1])
    move_on_board(site, page, keys, ids[2])
    sign_out(site, page, keys)


def sign_in(page: Page, keys: Keys) -> None:
    keys.reach(page.get_by_label("Логин"))
    keys.type("klava")
    keys.reach(page.get_by_label("Пароль"))
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1).first).to_be_visible()


def open_list(page: Page, keys: Keys) -> None:
    sections = page.get_by_role("navigation", name="Разделы")
    keys.enter(sections.get_by_role("link", name="Контрагенты", exact=True))
    expect(page.get_by_role("heading", name="Контрагенты", level=1)).to_be_visible()
    keys.enter(sections.get_by_role("link", name="Сделки", exact=True))
    expect(page.get_by_role("heading", name="Сделки", level=1)).to_be_visible()
    keys.enter(page.get_by_role("tab", name="Все сделки"))
    expect(page.get_by_role("grid")).to_be_visible()


def filter_list(page: Page, keys: Keys) -> None:
    keys.enter(page.get_by_role("button", name="Фильтр", exact=True))
    expect(page.get_by_role("combobox", name="Поле для условия")).to_be_focused()
    keys.type("Название")
    expect(page.get_by_role("option", name="Название", exact=True)).to_be_visible()
    keys.press("Enter")
    box = page.get_by_role("dialog", name="Название")
    keys.reach(box.get_by_role("textbox"))
    keys.type("Безмышье")
    keys.press("Enter", "Escape")
    expect(page.get_by_role("grid").get_by_role("link", name="Безмышье 1")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^Всего: 3"))).to_be_visible()


def open_and_leaf(page: Page, keys: Keys) -> None:
    """The first of the list, on to the next, and back."""
    keys.reach(page.get_by_role("grid"))
    keys.press("Control+Home", "Control+Enter")
    heading = page.get_by_role("heading", name=re.compile("Безмышье"), level=1)
    expect(heading).to_be_visible()
    first = heading.inner_text()
    keys.press("j")
    expect(heading).not_to_have_text(first)
    keys.press("k")
    expect(heading).to_have_text(first)
    while heading.inner_text() != "Безмышье 1":
        shown = heading.inner_text()
        keys.press("j")
        expect(heading).not_to_have_text(shown)


def edit_amount(site: Site, page: Page, keys: Keys, id: int) -> None:
    keys.enter(page.get_by_role("button", name=re.compile("^Сумма: .*Изменить")))
    expect(page.get_by_role("textbox", name="Сумма")).to_be_focused()
    keys.type("250 000")
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
        keys.press("Enter")
    assert saved.value.ok
    amount = page.get_by_role("button", name=re.compile(r"^Сумма: 250"))
    expect(amount).to_be_focused()
    assert site.read("deal", id)["values"]["amount"] == ["250000.00", "RUB"]


def write_down(site: Site, page: Page, keys: Keys, id: int) -> None:
    feed = page.get_by_role("region", name="Лента")
    keys.reach(feed.get_by_role("textbox", name="Заметка"))
    keys.type("Просили счёт до пятницы")
    keys.press("Control+Enter")
    expect(feed.get_by_role("article").get_by_text("Просили счёт до пятницы")).to_be_visible()

    keys.reach(feed.get_by_role("radio", name="Звонок"), "Shift+Tab")
    keys.press("Space")
    keys.reach(feed.get_by_role("textbox", name="Звонок"))
    keys.type("Уточнить адрес")
    keys.press("Control+Enter")
    expect(feed.get_by_text("Уточнить адрес", exact=True)).to_be_visible()
    calls = site.query("activity", filter="subject = 'Уточнить адрес'", fields=["kind", "about", "done_at"])["rows"]
    assert [(row[2], row[3][:2], row[4]) for row in calls] == [("call", ["deal", id], None)]


def move_stage(site: Site, page: Page, keys: Keys, id: int) -> None:
    stages = page.get_by_role("radiogroup", name="Этап")
    keys.reach(stages.get_by_role("radio", name="Новая"), "Shift+Tab")
    keys.press("ArrowRight")
    expect(stages.get_by_role("radio", name="Квалификация")).to_be_focused()
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
        keys.press("Space")
    assert saved.value.ok
    expect(stages.get_by_role("radio", name="Квалификация")).to_be_checked()
    assert site.read("deal", id)["values"]["stage"] == "qualified"


def undo_in_list(site: Site, page: Page, keys: Keys, id: int) -> None:
    """The card is left by Esc, and the focus is in the list again; an edit there is taken back by Ctrl+Z."""
    keys.press("Escape")
    expect(page.get_by_role("heading", name="Безмышье 1", level=1)).to_have_count(0)
    expect(page.get_by_role("grid")).to_be_focused()
    title = page.get_by_role("grid").get_by_role("link", name="Безмышье 1", exact=True)
    expect(title).to_be_visible()
    keys.press("Control+Home", "F2")
    expect(page.get_by_role("textbox", name="Название")).to_be_focused()
    keys.type("Безмышье, но с ошибкой")
    with page.expect_response(lambda answer: answer.request.method in ("PATCH", "POST") and answer.ok):
        keys.press("Enter")
    wrong = page.get_by_role("grid").get_by_role("link", name="Безмышье, но с ошибкой")
    expect(wrong).to_be_visible()
    expect(page.get_by_role("grid")).to_be_focused()
    keys.press("Control+z")
    expect(wrong).to_have_count(0)
    expect(page.get_by_text(re.compile(r"^Всего: 3"))).to_be_visible()


def add_by_line(site: Site, page: Page, keys: Keys) -> None:
    keys.press("Alt+n")
    expect(page.get_by_role("textbox", name="Быстрое добавление")).to_be_focused()
    keys.type("Сделка Новая без мыши 90 000")
    expect(page.get_by_role("button", name=re.compile("Сумма: 90"))).to_be_visible()
    keys.press("Enter")
    expect(page.get_by_text("Добавлено: Новая без мыши")).to_be_visible()
    assert site.query("deal", filter="title = 'Новая без мыши'", fields=["label"])["rows"]


def find_by_palette(site: Site, page: Page, keys: Keys, id: int) -> None:
    keys.press("Control+k")
    expect(page.get_by_role("combobox", name="Поиск и команды")).to_be_focused()
    keys.type("Безмышье 2")
    found = page.get_by_role("group", name="Сделки").get_by_role("option", name=re.compile("Безмышье 2"))
    expect(found).to_be_visible()
    for _ in range(MOST_TABS):
        if found.get_attribute("aria-selected") == "true":
            break
        keys.press("ArrowDown")
    keys.press("Enter")
    expect(page).to_have_url(f"{site.url}/deal/{id}")
    expect(page.get_by_role("heading", name="Безмышье 2", level=1)).to_be_visible()


def move_on_board(site: Site, page: Page, keys: Keys, id: int) -> None:
    keys.enter(page.get_by_role("navigation", name="Разделы").get_by_role("link", name="Сделки", exact=True))
    expect(page.get_by_role("heading", name="Сделки", level=1)).to_be_visible()
    keys.enter(page.get_by_role("tab", name="Воронка"))
    keys.reach(page.get_by_role("searchbox", name="Искать в списке"))
    keys.type("Безмышье 3")
    card = page.get_by_role("article", name="Безмышье 3")
    expect(page.get_by_role("article")).to_have_count(1)
    keys.reach(card)
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
        keys.press("Control+ArrowRight")
    assert saved.value.ok
    expect(page.get_by_role("region", name="Квалификация", exact=True).get_by_role("article")).to_be_focused()
    assert site.read("deal", id)["values"]["stage"] == "qualified"


def sign_out(site: Site, page: Page, keys: Keys) -> None:
    keys.enter(page.get_by_role("button", name="Клава Ключева"))
    keys.choose("Выйти")
    expect(page).to_have_url(f"{site.url}/-/login")
    expect(page.get_by_label("Логин")).to_be_visible()
