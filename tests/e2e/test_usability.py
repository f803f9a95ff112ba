"""Ten tasks of a new user, each done as a person does it, with every step counted, at a desktop and on a phone.

A step is what a person decides to do: a press, a line typed, a key.  docs/usability.md says how many each task takes;
a change that makes a task longer fails here until the page says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, Opener, Site

TABLE = Path(__file__).resolve().parents[2] / "docs" / "usability.md"
ROW = re.compile(r"^\| (?P<task>[^|]+?) \| (?P<desktop>\d+) \| (?P<phone>\d+) \|", re.MULTILINE)


@dataclass(slots=True)
class Hand:
    """Counts what is done.  small: a phone."""

    page: Page
    site: Site
    small: bool
    steps: int = 0
    done: list[str] = field(default_factory=list)

    def press(self, where: Locator) -> None:
        where.click()
        self._count(f"press {where}")

    def type(self, where: Locator, text: str) -> None:
        where.fill(text)
        self._count(f"type {text}")

    def key(self, key: str) -> None:
        self.page.keyboard.press(key)
        self._count(f"key {key}")

    def choose(self, where: Locator, label: str) -> None:
        where.select_option(label=label)
        self._count(f"choose {label}")

    def _count(self, what: str) -> None:
        self.steps += 1
        self.done.append(what)

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name)

    def menu(self, name: str) -> None:
        """To a section: on a phone what is not in the bar is behind «Меню»."""
        if self.small:
            self.press(self.button("Меню"))
            self.press(self.page.get_by_role("dialog").get_by_role("link", name=name, exact=True))
        else:
            self.press(self.page.get_by_role("link", name=name, exact=True))

    def quick(self, text: str) -> None:
        self.press(self.button("Добавить строкой"))
        self.type(self.page.get_by_role("textbox", name="Быстрое добавление"), text)


def add_a_client(hand: Hand) -> None:
    hand.quick("Контрагент ООО «Первый клиент» 8 916 123-45-67")
    expect(hand.button(re.compile("Телефоны"))).to_be_visible()
    hand.key("Enter")
    expect(hand.page.get_by_text("Добавлено: ООО «Первый клиент»")).to_be_visible()


def add_a_deal(hand: Hand) -> None:
    hand.quick("Сделка Первая продажа 250 000")
    expect(hand.button(re.compile("Сумма: 250"))).to_be_visible()
    hand.key("Enter")
    expect(hand.page.get_by_text("Добавлено: Первая продажа")).to_be_visible()


def plan_a_call(hand: Hand) -> None:
    hand.quick("Позвонить завтра в 15")
    expect(hand.button("Вид: Звонок")).to_be_visible()
    hand.key("Enter")
    expect(hand.page.get_by_text("Добавлено: Позвонить")).to_be_visible()


def find_a_client(hand: Hand) -> None:
    if hand.small:
        hand.press(hand.button("Меню"))
        hand.press(hand.button("Поиск и команды"))
    else:
        hand.key("Control+k")
    hand.type(hand.page.get_by_role("combobox", name="Поиск и команды"), "СтройДвор")
    hand.press(
        hand.page.get_by_role("group", name="Контрагенты").get_by_role("option", name=re.compile("СтройДвор")).first
    )
    expect(hand.page).to_have_url(re.compile(r"/counterparty/\d+"))


def look_at_my_plan(hand: Hand) -> None:
    hand.menu("Дела")
    expect(hand.page.get_by_role("tab", name="Мой план")).to_have_attribute("aria-selected", "true")


def restore_a_deleted_record(hand: Hand) -> None:
    id = hand.site.create("product", title="Удалённый товар")
    assert hand.site.http.request("DELETE", f"/api/records/product/{id}").status_code == 200
    hand.menu("Корзина")
    expect(hand.page.get_by_role("heading", name="Корзина", level=1)).to_be_visible()


def see_the_funnel(hand: Hand) -> None:
    hand.menu("Отчёты")
    expect(hand.page.get_by_role("heading", name="Отчёты", level=1)).to_be_visible()


def change_the_theme(hand: Hand) -> None:
    if hand.small:
        hand.press(hand.button("Меню"))
    hand.press(hand.button("Тёмная тема"))
    expect(hand.page.locator("html")).to_have_attribute("data-theme", "dark")


def name_the_company(hand: Hand) -> None:
    if hand.small:
        hand.press(hand.button("Меню"))
        hand.press(hand.page.get_by_role("link", name="Настройки компании"))
    else:
        hand.press(hand.page.get_by_role("button", name="Артём Волков"))
        hand.press(hand.page.get_by_role("menuitem", name="Настройки компании"))
    hand.type(hand.page.get_by_label("Название"), "Ромашка-2")
    hand.key("Tab")
    expect(hand.page.get_by_text("Сохранено")).to_be_visible()


def ask_for_help(hand: Hand) -> None:
    if hand.small:
        hand.press(hand.button("Меню"))
    hand.press(hand.button("Помощь").last)
    expect(hand.page.get_by_role("dialog", name="Помощь")).to_be_visible()


TASKS: dict[str, Callable[[Hand], None]] = {
    "Завести клиента с телефоном": add_a_client,
    "Завести сделку с суммой": add_a_deal,
    "Запланировать звонок на завтра": plan_a_call,
    "Найти клиента и открыть карточку": find_a_client,
    "Посмотреть свой план": look_at_my_plan,
    "Найти удалённое": restore_a_deleted_record,
    "Открыть отчёты": see_the_funnel,
    "Включить тёмную тему": change_the_theme,
    "Назвать компанию": name_the_company,
    "Получить помощь об экране": ask_for_help,
}


@pytest.fixture
def as_before(site: Site) -> object:
    yield
    assert site.http.put("/api/company", json={"title": "Ромашка"}).status_code == 204
    for key in ("shell", "recent"):
        assert site.http.put(f"/api/preferences/{key}", json={"value": None}).status_code == 204


@pytest.mark.usefixtures("as_before")
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("task", TASKS)
def test_task_of_a_new_user_takes_as_many_steps_as_the_page_says(
    task: str, size: dict[str, int], site: Site, open_page: Opener
) -> None:
    promised = {row["task"]: (int(row["desktop"]), int(row["phone"])) for row in ROW.finditer(TABLE.read_text("utf-8"))}
    assert set(promised) == set(TASKS)
    page = open_page("/deal?view=all", size=size)
    expect(page.get_by_role("heading", name="Сделки", level=1)).to_be_visible()
    hand = Hand(page, site, size is PHONE)
    TASKS[task](hand)
    page.goto("about:blank")  # what was chosen a moment ago is kept before it is put back
    assert hand.steps == promised[task][size is PHONE], hand.done
