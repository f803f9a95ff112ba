"""«Конфигуратор» in a browser: an object for a business nobody foresaw, and changes that lose nothing unasked."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser import check_accessible
from tests.e2e.conftest import DESKTOP, PHONE, ROOT, Opener, Site, add_person, settle, sign_in_first

NAME = {"key": "title", "title": {"ru": "Название"}, "type": "text", "required": True}


def apply(site: Site, *edits: object, by: httpx.Client | None = None, title: str = "") -> None:
    """As an administrator does it by the API, on the configuration that is in force."""
    settle()
    http = by or site.http
    revision = http.get("/api/schema/source").json()["revision"]
    answer = http.post("/api/schema/apply", json={"revision": revision, "edits": edits, "title": title})
    assert answer.status_code == 200, answer.text


def make_object(site: Site, key: str, title: str, *fields: object, **more: object) -> None:
    table = {"key": key, "title": {"ru": title, "plural": title}, "label": "title", "field": [NAME, *fields], **more}
    apply(site, {"do": "add_entity", "table": table})


def field_keys(site: Site, entity: str) -> list[str]:
    """Fields of an object in their order, without hidden ones."""
    settle()
    source = site.http.get("/api/schema/source").json()["source"]
    table = next(one for one in source["entities"] if one["key"] == entity)
    return [one["key"] for one in table["field"] if not one.get("hidden")]


def opened(open_page: Opener, place: str, **how: object) -> Page:
    page = open_page(f"/-/configurator/{place}", **how)
    expect(page.get_by_role("main").locator("[aria-busy]")).to_have_count(0)
    expect(page.get_by_role("heading", name="Конфигуратор", level=1)).to_be_visible()
    return page


@contextmanager
def changed(page: Page) -> Iterator[None]:
    """What is done within makes a new version, and the page shows it: its number stands at the top."""
    version = page.locator("header a[href$='/versions']")
    expect(version).to_have_text(re.compile(r"Версия \d+"))
    before = version.inner_text()
    yield
    expect(version).not_to_have_text(before)


def add_field(page: Page, title: str, kind: str, last: bool = False) -> None:
    """In the open box of a new field; the box stays for the next one unless this is the last."""
    box = page.get_by_role("dialog")
    box.get_by_label("Название поля").fill(title)
    box.get_by_role("radio", name=kind, exact=True).click()
    if kind == "Выбор одного":
        box.get_by_label("Значение 1", exact=True).fill("Человек")
        box.get_by_label("Значение 1", exact=True).press("Enter")
        box.get_by_label("Значение 2", exact=True).fill("Организация")
    with changed(page):
        box.get_by_role("button", name="Добавить поле" if last else "Добавить и ещё одно", exact=True).click()


def test_an_object_for_a_business_nobody_foresaw_is_made_and_used_at_once(site: Site, open_page: Opener) -> None:
    make_object(site, "payment_in", "Платёж", {"key": "amount", "title": {"ru": "Сумма"}, "type": "money"})
    page = opened(open_page, "")
    page.get_by_role("button", name="Объект", exact=True).click()
    box = page.get_by_role("dialog", name="Новый объект")
    box.get_by_label("Название в единственном числе").fill("Абонент")
    expect(box.get_by_text("Абоненты, добавить абонента")).to_be_visible()
    box.get_by_role("checkbox", name=re.compile("^Этапы")).check()
    box.get_by_role("button", name="Создать «Абонент»").click()
    expect(page.get_by_role("heading", name="Абоненты", level=2)).to_be_visible()

    page.get_by_role("button", name="Добавить поле").click()
    for title, kind in (("Лицевой счёт", "Текст"), ("Телефоны", "Телефон"), ("Подключён", "Дата")):
        add_field(page, title, kind)
        expect(page.get_by_role("dialog").get_by_label("Название поля")).to_have_value("")
    add_field(page, "Кто это", "Выбор одного")
    expect(page.get_by_role("dialog").get_by_label("Название поля")).to_have_value("")
    add_field(page, "Скидка", "Процент", last=True)
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.get_by_role("link", name="Связи").click()
    page.get_by_role("button", name="Добавить дочернюю").click()
    box = page.get_by_role("dialog", name="Дочерняя связь")
    box.get_by_label("Какой объект будет ссылаться").select_option(label="Платёж")
    with changed(page):
        box.get_by_role("button", name="Добавить", exact=True).click()

    page.get_by_role("link", name="Поля", exact=True).click()
    page.get_by_role("button", name="Добавить поле").click()
    box = page.get_by_role("dialog")
    box.get_by_label("Название поля").fill("Оплачено")
    box.get_by_role("radio", name="Сводка по дочерним").click()
    box.get_by_label("По каким записям").select_option("payment_in abonent")
    box.get_by_label("Что посчитать").select_option("sum")
    box.get_by_label("По какому полю").select_option("amount")
    with changed(page):
        box.get_by_role("button", name="Добавить поле", exact=True).click()

    page.get_by_role("link", name="Воронки").click()
    page.get_by_role("button", name="Добавить этап").click()
    box = page.get_by_role("dialog", name="Новый этап")
    box.get_by_label("Название").fill("Проверка адреса")
    with changed(page):
        box.get_by_role("button", name="Добавить этап").click()
    stages = page.get_by_role("region", name="Основная").get_by_role("listitem")
    expect(stages).to_have_text(
        [re.compile(one) for one in ("Новая", "В работе", "Проверка адреса", "Завершена", "Отказ")]
    )

    page.get_by_role("navigation", name="Разделы").get_by_role("link", name="Абоненты").click()
    page.get_by_role("button", name="Создать абонента").first.click()
    box = page.get_by_role("dialog", name="Создать абонента")
    box.get_by_role("button", name=re.compile("^Название")).click()
    page.get_by_role("textbox", name="Название").fill("Иванова Мария")
    page.keyboard.press("Enter")
    expect(box.get_by_text("Иванова Мария")).to_be_visible()
    box.get_by_role("button", name="Создать", exact=True).click()
    expect(page.get_by_text("Иванова Мария").first).to_be_visible()
    made = site.query("abonent", filter='title = "Иванова Мария"', fields=["stage"], limit=1)
    number = made["rows"][0][made["columns"].index("id")]
    site.create("payment_in", title="Касса", amount=["700.50", "RUB"], abonent=number)
    assert site.read("abonent", number)["values"]["oplacheno"] == ["700.50", "RUB"]


def test_a_small_change_is_done_at_once_and_taken_back(site: Site, open_page: Opener) -> None:
    make_object(site, "small", "Мелочи")
    page = opened(open_page, "objects/small/fields")
    page.get_by_role("button", name="Добавить поле").click()
    add_field(page, "Заметка", "Длинный текст", last=True)
    with changed(page):
        page.get_by_role("button", name="Отменить", exact=True).click()
    expect(page.get_by_role("button", name="Изменить поле «Заметка»")).to_have_count(0)
    assert field_keys(site, "small") == ["title"]


def test_what_would_be_lost_is_named_and_agreed_to(site: Site, open_page: Opener) -> None:
    make_object(site, "losing", "Потери", {"key": "colour", "title": {"ru": "Оттенок"}, "type": "text"})
    site.create("losing", title="Первая", colour="красный")
    page = opened(open_page, "objects/losing/fields")

    page.get_by_role("button", name="Действия: Оттенок").click()
    page.get_by_role("menuitem", name="Удалить навсегда").click()
    plan = page.get_by_role("dialog", name="Что изменится")
    expect(plan.get_by_text("будет удалено навсегда, с ним значение 1 записи")).to_be_visible()
    expect(plan.get_by_role("button", name="Удалить навсегда")).to_be_disabled()
    plan.get_by_role("button", name="Отмена").click()
    expect(plan).to_have_count(0)
    assert field_keys(site, "losing") == ["title", "colour"]

    page.get_by_role("button", name="Действия: Оттенок").click()
    page.get_by_role("menuitem", name="Удалить навсегда").click()
    plan.get_by_role("checkbox", name=re.compile("^Понимаю")).check()
    with changed(page):
        plan.get_by_role("button", name="Удалить навсегда").click()
    assert field_keys(site, "losing") == ["title"]


def test_a_hidden_field_keeps_its_values_and_comes_back_with_them(site: Site, open_page: Opener) -> None:
    make_object(site, "hiding", "Прятки", {"key": "size", "title": {"ru": "Размер"}, "type": "integer"})
    record = site.create("hiding", title="Первая", size=42)
    page = opened(open_page, "objects/hiding/fields")
    page.get_by_role("button", name="Действия: Размер").click()
    page.get_by_role("menuitem", name="Скрыть").click()
    with changed(page):
        page.get_by_role("dialog", name="Что изменится").get_by_role("button", name="Применить").click()
    assert field_keys(site, "hiding") == ["title"]
    with changed(page):
        page.get_by_role("button", name="Показать", exact=True).click()
    assert site.read("hiding", record)["values"]["size"] == 42


def test_values_that_a_new_type_cannot_hold_are_shown_before(site: Site, open_page: Opener) -> None:
    make_object(site, "retyping", "Замена", {"key": "pieces", "title": {"ru": "Штук"}, "type": "text"})
    fits = site.create("retyping", title="Годится", pieces="12")
    site.create("retyping", title="Не годится", pieces="дюжина")
    page = opened(open_page, "objects/retyping/fields")
    page.get_by_role("button", name="Изменить поле «Штук»").click()
    box = page.get_by_role("dialog")
    box.get_by_role("button", name="Тип: Текст").click()
    box.get_by_role("radio", name="Целое число").click()
    box.get_by_role("button", name="Сохранить").click()
    plan = page.get_by_role("dialog", name="Что изменится")
    expect(plan.get_by_text("1 значение поля «Штук» не подойдёт новому типу")).to_be_visible()
    expect(plan.get_by_text("дюжина")).to_be_visible()
    with changed(page):
        plan.get_by_role("button", name="Применить").click()
    assert site.read("retyping", fits)["values"]["pieces"] == 12


def test_records_of_a_stage_that_goes_are_asked_about(site: Site, open_page: Opener) -> None:
    stages = [{"key": key, "title": {"ru": title}} for key, title in (("first", "Приём"), ("second", "Ремонт"))]
    pipeline = {"key": "main", "title": {"ru": "Мастерская"}, "stages": stages}
    make_object(site, "workshop", "Заказы", traits={"staged": {}}, pipeline=[pipeline])
    record = site.create("workshop", title="Часы", stage="first")
    page = opened(open_page, "objects/workshop/pipelines")
    page.get_by_role("button", name="Действия: Приём").click()
    page.get_by_role("menuitem", name="Убрать этап").click()
    plan = page.get_by_role("dialog", name="Что изменится")
    where = plan.get_by_label("1 запись со значением «Приём»: куда её перевести?")
    expect(plan.get_by_role("button", name="Применить")).to_be_disabled()
    where.select_option(label="Ремонт")
    with changed(page):
        plan.get_by_role("button", name="Применить").click()
    assert site.read("workshop", record)["values"]["stage"] == "second"


def test_the_second_of_two_administrators_is_told_who_was_first_and_loses_nothing(
    site: Site, open_page: Opener
) -> None:
    make_object(site, "shared_one", "Общее")
    page = opened(open_page, "objects/shared_one/fields")
    page.get_by_role("button", name="Добавить поле").click()
    box = page.get_by_role("dialog")
    box.get_by_label("Название поля").fill("Моё")

    vera = add_person(site, "vera", "Вера Настройкина")
    field = {"title": {"ru": "Её"}, "type": "text"}
    apply(site, {"do": "add_field", "entity": "shared_one", "field": field}, by=vera, title="Добавлено поле «Её»")

    box.get_by_role("button", name="Добавить поле", exact=True).click()
    plan = page.get_by_role("dialog", name="Что изменится")
    expect(plan.get_by_role("status").filter(has_text="Вера Настройкина")).to_contain_text("Добавлено поле «Её»")
    with changed(page):
        plan.get_by_role("button", name="Применить").click()
    assert field_keys(site, "shared_one") == ["title", "ee", "moe"]


def test_what_is_wrong_is_said_beside_it_and_what_was_typed_stays(site: Site, open_page: Opener) -> None:
    make_object(site, "wrongs", "Ошибки", {"key": "price", "title": {"ru": "Цена"}, "type": "decimal"})
    page = opened(open_page, "objects/wrongs/fields")
    page.get_by_role("button", name="Добавить поле").click()
    box = page.get_by_role("dialog")
    box.get_by_role("button", name="Добавить поле", exact=True).click()
    expect(box.get_by_label("Название поля")).to_have_attribute("aria-invalid", "true")
    expect(box.get_by_role("alert")).to_have_text("Назовите поле")

    box.get_by_label("Название поля").fill("Вдвое")
    box.get_by_role("radio", name="Формула").click()
    formula = box.get_by_role("textbox", name="Формула")
    formula.fill("[Цена] *")
    expect(box.get_by_text("Формула обрывается").first).to_be_visible()
    box.get_by_role("button", name="Добавить поле", exact=True).click()
    expect(box.get_by_role("alert")).to_contain_text("Формула обрывается")
    formula.fill("[Цена] * 2")
    expect(box.get_by_text("Формула понятна.")).to_be_visible()
    with changed(page):
        box.get_by_role("button", name="Добавить поле", exact=True).click()
    # Kept by keys, so that a renamed field breaks no formula.
    record = site.create("wrongs", title="Чай", price="1.5")
    apply(site, {"do": "change_field", "entity": "wrongs", "field": "price", "set": {"title": {"ru": "Стоимость"}}})
    assert float(site.read("wrongs", record)["values"]["vdvoe"]) == 3


def test_fields_are_put_in_order_by_keys(site: Site, open_page: Opener) -> None:
    fields = [{"key": key, "title": {"ru": title}, "type": "text"} for key, title in (("one", "Раз"), ("two", "Два"))]
    make_object(site, "ordered", "Порядок", *fields)
    page = opened(open_page, "objects/ordered/fields")
    page.get_by_role("button", name="Изменить поле «Раз»").focus()
    with changed(page):
        page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_role("list", name="Поля").get_by_role("listitem")).to_have_text(
        [re.compile(one) for one in ("Название", "Два", "Раз")]
    )
    assert field_keys(site, "ordered") == ["title", "two", "one"]


def test_a_former_version_is_compared_and_restored(site: Site, open_page: Opener) -> None:
    make_object(site, "version_one", "Редакции")
    before = site.http.get("/api/schema/source").json()["revision"]
    field = {"key": "later", "title": {"ru": "Позднее"}, "type": "text"}
    apply(site, {"do": "add_field", "entity": "version_one", "field": field}, title="Лишнее поле")
    page = opened(open_page, "versions")
    page.get_by_role("button", name=f"Сравнить нынешнюю с версией {before}", exact=True).click()
    box = page.get_by_role("dialog", name="Чем отличаются версии")
    expect(box.get_by_role("listitem")).to_contain_text(["«Позднее»"])
    box.get_by_label("Стала").select_option(str(before))
    expect(box.get_by_text("Ничем: они одинаковы.")).to_be_visible()
    box.get_by_label("Была").select_option(str(before - 1))
    expect(box.get_by_role("listitem").filter(has_text="«Редакции»").first).to_be_visible()
    expect(box.get_by_role("button", name=f"Вернуть версию {before - 1}")).to_be_visible()
    box.get_by_label("Была").select_option(str(before))
    box.get_by_role("button", name=f"Вернуть версию {before}").click()
    plan = page.get_by_role("dialog", name="Что изменится")
    plan.get_by_role("checkbox", name=re.compile("^Понимаю")).check()
    with changed(page):
        plan.get_by_role("button", name="Удалить навсегда").click()
    assert field_keys(site, "version_one") == ["title"]


def test_change_that_walks_over_records_waits_for_the_night_and_is_called_off(site: Site, open_page: Opener) -> None:
    make_object(site, "nightly", "Ночное", {"key": "code", "title": {"ru": "Код"}, "type": "text"})
    site.http.post("/api/records/nightly", json={"values": {"title": "Первое", "code": "а"}}).raise_for_status()
    page = opened(open_page, "objects/nightly/fields")
    page.get_by_role("button", name="Изменить поле «Код»").click()
    box = page.get_by_role("dialog", name="Поле «Код»")
    box.get_by_role("checkbox", name="Быстрый поиск и порядок").check()
    box.get_by_role("button", name="Сохранить", exact=True).click()
    plan = page.get_by_role("dialog", name="Что изменится")
    plan.get_by_label("Когда").select_option("at")
    expect(plan.get_by_label("День и час")).to_be_visible()
    check_accessible(page)
    plan.get_by_label("Когда").select_option("night")
    plan.get_by_role("button", name="Поставить", exact=True).click()
    expect(plan).to_have_count(0)
    waits = page.get_by_role("list", name="Ждут своего часа")
    expect(waits.get_by_role("listitem")).to_contain_text(["Ждёт:"])
    expect(waits).to_contain_text("02:00")
    check_accessible(page)
    waits.get_by_role("button", name=re.compile("^Отменить: ")).click()
    expect(waits).to_have_count(0)
    assert site.http.get("/api/schema/later").json()["changes"] == []


def test_change_that_came_too_late_for_its_night_is_planned_anew(site: Site, open_page: Opener) -> None:
    make_object(site, "belated", "Запоздалое", {"key": "code", "title": {"ru": "Код"}, "type": "text"})
    site.http.post("/api/records/belated", json={"values": {"title": "Первое", "code": "а"}}).raise_for_status()
    revision = site.http.get("/api/schema/source").json()["revision"]
    edit = {"do": "change_field", "entity": "belated", "field": "code", "set": {"indexed": True}}
    body = {"revision": revision, "edits": [edit], "title": "Искать по коду"}
    site.http.post("/api/schema/later", json=body).raise_for_status()
    page = opened(open_page, "objects/belated/fields")
    waits = page.get_by_role("list", name="Ждут своего часа")
    expect(waits.get_by_role("button", name="Применить сейчас: Искать по коду")).to_be_visible()
    apply(site, {"do": "change_entity", "entity": "belated", "set": {"title": {"ru": "Опоздавшее"}}})
    expect(waits).to_contain_text("само не применится")
    waits.get_by_role("button", name="Посмотреть план: Искать по коду").click()
    plan = page.get_by_role("dialog", name="Что изменится")
    with changed(page):
        plan.get_by_role("button", name="Применить", exact=True).click()
    expect(waits).to_have_count(0)
    settle()
    source = site.http.get("/api/schema/source").json()["source"]
    fields = next(one for one in source["entities"] if one["key"] == "belated")["field"]
    assert next(one for one in fields if one["key"] == "code")["indexed"] is True


def test_who_may_not_configure_neither_sees_the_door_nor_opens_it(site: Site, open_page: Opener) -> None:
    command = [sys.executable, "-m", "svyaz.cli", "--language", "ru", "user", "add", "--home", str(site.home)]
    made = subprocess.run(
        [*command, "--login", "seller", "--name", "Продавцова Нина", "--role", "manager"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    seller = sign_in_first(site.url, made.stdout)
    page = open_page("/-/login", signed_in=False)
    page.context.add_cookies(
        [{"name": one.name, "value": one.value or "", "url": site.url} for one in seller.http.cookies.jar]
    )
    page.goto(f"{site.url}/-/configurator")
    expect(page.get_by_text("Менять устройство системы может только тот")).to_be_visible()
    menu = page.get_by_role("navigation", name="Разделы")
    expect(menu.get_by_role("link", name="Корзина")).to_be_visible()
    expect(menu.get_by_role("link", name="Конфигуратор")).to_have_count(0)


PLACES = (
    ("", "Сделки"),
    ("objects/deal/object", "Сделки"),
    ("objects/deal/fields", "Сделки"),
    ("objects/deal/links", "Сделки"),
    ("objects/deal/pipelines", "Сделки"),
    ("versions", "Версии"),
)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_and_nothing_goes_sideways(
    size: dict[str, int], theme: str, site: Site, open_page: Opener
) -> None:
    page = opened(open_page, "", size=size, theme=theme)
    for place, title in PLACES:
        page.goto(f"{site.url}/-/configurator/{place}")
        expect(
            page.get_by_role("heading", name=title, exact=True).or_(page.get_by_role("link", name=title)).first
        ).to_be_visible()
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
        page.wait_for_load_state("networkidle")
        assert check_accessible(page) == [], place
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], place


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_boxes(theme: str, site: Site, open_page: Opener) -> None:
    page = opened(open_page, "objects/deal/fields", theme=theme)
    page.get_by_role("button", name="Добавить поле").click()
    expect(page.get_by_role("dialog").get_by_label("Название поля")).to_be_focused()
    assert check_accessible(page) == []
    page.get_by_role("dialog").get_by_role("radio", name="Выбор одного").click()
    expect(page.get_by_role("dialog").get_by_label("Значение 1", exact=True)).to_be_visible()
    assert check_accessible(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.get_by_role("button", name="Действия: Приоритет").click()
    page.get_by_role("menuitem", name="Удалить навсегда").click()
    expect(page.get_by_role("dialog", name="Что изменится")).to_be_visible()
    assert check_accessible(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.get_by_role("button", name="Объект", exact=True).click()
    expect(
        page.get_by_role("dialog", name="Новый объект").get_by_label("Название в единственном числе")
    ).to_be_focused()
    assert check_accessible(page) == []
