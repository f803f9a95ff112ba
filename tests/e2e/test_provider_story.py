"""A provider's system from nothing: described in lines, filled from a file, used, and closed — every action counted.

An action is one decision of a person: a press, a line typed, a choice.  docs/usability.md says how many they are.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Opener, Site, add_person, settle
from tests.e2e.test_usability import TABLE

MOST = 40
PROMISED = re.compile(r"\*\*(\d+) шагов\*\*")
LINES = """
Лицевой счёт*
Телефон
Адрес: справочник
Тариф: справочник
  Плата за месяц
Оборудование
  MAC-адрес
  IP-адрес
  Порт
Платёж
  Сумма
  Дата
Начисление
  Сумма
  Дата
Долг на начало
Оплачено = сумма(Платёж; Сумма)
Начислено = сумма(Начисление; Сумма)
Долг = максимум(иначе([Долг на начало]; 0) + иначе([Начислено]; 0) - иначе([Оплачено]; 0); 0)
""".strip().splitlines()
HEAD = ("Название", "Лицевой счёт", "Телефон", "Адрес", "Тариф", "Долг на начало")
SUBSCRIBERS, DEBTORS = 500, 333


@dataclass(slots=True)
class Hand:
    page: Page
    count: int = 0

    def press(self, where: Locator) -> None:
        where.click()
        self.count += 1

    def type(self, where: Locator, *lines: str) -> None:
        where.fill("\n".join(lines))
        self.count += len(lines)

    def choose(self, where: Locator, label: str) -> None:
        where.select_option(label=label)
        self.count += 1

    def give(self, where: Locator, file: Path) -> None:
        where.set_input_files(file)
        self.count += 1

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def menu(self, name: str) -> None:
        self.press(self.page.get_by_role("link", name=name, exact=True))


def subscribers(folder: Path) -> Path:
    """As a former program of the provider exports them: two of three have a debt."""
    file = folder / "Абоненты.csv"
    with file.open("w", encoding="cp1251", newline="") as sheet:
        lines = csv.writer(sheet, delimiter=";")
        lines.writerow(HEAD)
        for at in range(SUBSCRIBERS):
            address, tariff = f"Казань, Баумана, {at % 40 + 1}", ("Старт", "Дом", "Игровой")[at % 3]
            phone = f"+7 843 2{at % 90 + 10:02d}-{at // 100 + 10:02d}-{at % 100:02d}"
            lines.writerow([f"Абонент {at:03d}", 100_000 + at, phone, address, tariff, ("0", "450,50", "1200")[at % 3]])
    return file


def test_provider_builds_fills_and_hands_over_a_system_of_his_own(
    site: Site, open_page: Opener, tmp_path: Path
) -> None:
    page = open_page("/deal?view=all")
    hand = Hand(page)
    build(hand)
    expect(page.get_by_role("button", name="Изменить поле «Долг»", exact=True)).to_be_visible()

    hand.menu("Абоненты")
    hand.press(page.get_by_role("link", name="Загрузить таблицу"))
    hand.give(page.locator("input[type=file]"), subscribers(tmp_path))
    hand.press(hand.button("Проверить"))
    hand.press(hand.button(re.compile(f"^Загрузить {SUBSCRIBERS}")))
    expect(page.get_by_role("heading", name="Загружено")).to_be_visible(timeout=120_000)

    see_debtors(hand)
    expect(page.get_by_text(re.compile(rf"Всего:\s*{DEBTORS}"))).to_be_visible(timeout=60_000)
    hand.press(page.get_by_role("gridcell").get_by_role("link").first)
    expect(page.get_by_text(re.compile(r"450,50"))).not_to_have_count(0)
    hand_over(site, open_page)
    lock(hand)
    nobody_configures(site, open_page)
    promised = PROMISED.search(TABLE.read_text("utf-8"))
    assert promised and int(promised[1]) == hand.count <= MOST, hand.count
    assert_it_counts(site)


def build(hand: Hand) -> None:
    hand.menu("Конфигуратор")
    hand.press(hand.button("Объект"))
    box = hand.page.get_by_role("dialog")
    hand.type(box.get_by_label("Название в единственном числе"), "Абонент")
    hand.press(box.get_by_role("checkbox", name=re.compile("^Этапы")))
    hand.press(box.get_by_role("button", name="Создать и перечислить поля"))
    hand.type(box.get_by_label("По строке на поле"), *LINES)
    hand.press(box.get_by_role("button", name=f"Добавить {len(LINES)} строк"))


def see_debtors(hand: Hand) -> None:
    hand.menu("Абоненты")
    hand.press(hand.button("Фильтр"))
    hand.press(hand.page.get_by_role("option", name="Долг", exact=True))
    hand.choose(hand.page.get_by_role("combobox", name="Долг", exact=True), "больше")
    hand.type(hand.page.get_by_placeholder("Значение"), "0")


def hand_over(site: Site, open_page: Opener) -> None:
    """Whoever sells sees the new objects and no configurator: neither in the menu nor by its address."""
    seller = add_person(site, "sveta", "Светлана Продавцова", role="manager")
    page = open_page("/-/login", signed_in=False)
    page.context.add_cookies(
        [{"name": one.name, "value": one.value or "", "url": site.url} for one in seller.cookies.jar]
    )
    page.goto(f"{site.url}/-/configurator/objects/abonent/fields")
    expect(page.get_by_role("heading", name="Нет доступа")).to_be_visible()
    expect(page.get_by_role("link", name="Конфигуратор", exact=True)).to_have_count(0)
    assert seller.get("/api/schema/source").status_code == 403


def lock(hand: Hand) -> None:
    """The product is ready: its configurator is closed for everybody, for who built it too."""
    hand.menu("Конфигуратор")
    hand.press(hand.page.get_by_role("link", name="Решения", exact=True))
    hand.press(hand.button("Закрыть конфигуратор для всех"))
    hand.press(hand.page.get_by_role("dialog").get_by_role("button", name="Закрыть для всех"))
    expect(hand.page.get_by_role("link", name="Конфигуратор", exact=True)).to_have_count(0)


def nobody_configures(site: Site, open_page: Opener) -> None:
    """Not from the menu, not by its address, not by the API; and what was built works on."""
    page = open_page("/-/configurator/objects/abonent/fields")
    expect(page.get_by_text(re.compile("передана готовой")).first).to_be_visible()
    expect(page.get_by_role("link", name="Конфигуратор", exact=True)).to_have_count(0)
    told = site.http.get("/api/schema/source")
    assert (told.status_code, told.json()["error"]["code"]) == (403, "configurator_locked")
    edits = [{"do": "put_settings", "set": {"locked": False}}]
    for path in ("plan", "apply"):
        refused = site.http.post(f"/api/schema/{path}", json={"revision": 1, "edits": edits})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "configurator_locked"), path


def assert_it_counts(site: Site) -> None:
    """A payment and a charge, and what equipment refuses, as the API has it too."""
    settle()
    page = site.query("abonent", filter='title = "Абонент 001"', fields=["dolg"], limit=1)
    who = page["rows"][0][page["columns"].index("id")]  # type: ignore[index,union-attr]
    site.create("platezh", summa=["400", "RUB"], data="2026-03-01", abonent=who)
    site.create("nachislenie", summa=["100", "RUB"], data="2026-03-02", abonent=who)
    assert site.read("abonent", who)["values"]["dolg"] == ["150.50", "RUB"]  # type: ignore[index,call-overload]
    device = {"mac_adres": "00:1a:2b:3c:4d:5e", "ip_adres": "10.0.4.17", "port": 7, "abonent": who}
    site.create("oborudovanie", **device)
    for unfit in (device, device | {"mac_adres": "00-1a", "ip_adres": "10.0.4.18"}):
        refused = site.http.post("/api/records/oborudovanie", json={"values": unfit})
        assert refused.status_code == 422, refused.text
