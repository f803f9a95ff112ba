"""The card: values, stages, timeline, files, history, related records, trash."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser import check_accessible
from tests.e2e.conftest import Opener, Site


def value(page: Page, title: str) -> Locator:
    """The button of a value of the form; its name begins with the field's title."""
    return page.get_by_role("button", name=re.compile(rf"^{re.escape(title)}: .*Изменить$"))


def test_values_are_pressed_edited_and_saved_one_by_one(site: Site, open_page: Opener) -> None:
    id = site.create("counterparty", title="ООО «Карточка»")
    page = open_page(f"/counterparty/{id}")

    value(page, "Телефоны").click()
    page.get_by_role("textbox", name="Телефоны").first.fill("8 (916) 123-45-67")
    page.get_by_role("textbox", name="Что это: Телефоны").fill("секретарь")
    page.get_by_role("button", name="Готово").click()
    expect(page.get_by_role("link", name="+7 916 123-45-67")).to_be_visible()

    value(page, "Кто нам").click()
    page.get_by_role("option", name="Клиент").click()
    page.get_by_role("option", name="Партнёр").click()
    page.keyboard.press("Escape")
    expect(value(page, "Кто нам")).to_have_accessible_name(re.compile("Клиент, Партнёр"))

    value(page, "Город").click()
    page.get_by_role("textbox", name="Город").fill("Казань")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Казань", exact=True)).to_be_visible()

    values = site.read("counterparty", id)["values"]
    assert values["phones"] == [["+79161234567", "секретарь"]]
    assert values["roles"] == ["client", "partner"]
    assert values["city"] == "Казань"


def test_wrong_value_is_explained_and_not_kept(site: Site, open_page: Opener) -> None:
    id = site.create("counterparty", title="ООО «Неверный ИНН»")
    page = open_page(f"/counterparty/{id}")
    page.get_by_role("tab", name="Реквизиты").click()
    value(page, "ИНН").click()
    page.get_by_role("textbox", name="ИНН").fill("7707083890")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text("контрольные цифры")).to_be_visible()
    expect(page.get_by_role("textbox", name="ИНН")).to_have_value("7707083890")  # to be put right, not typed anew
    page.keyboard.press("Escape")
    expect(value(page, "ИНН")).to_have_accessible_name(re.compile("не заполнено"))
    assert site.read("counterparty", id)["values"]["inn"] is None


def test_two_people_changing_one_field_see_both_values_and_choose(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Двое правят")
    page = open_page(f"/deal/{id}")
    expect(page.get_by_role("heading", name="Двое правят", level=1)).to_be_visible()
    site.change("deal", id, title="Двое правят: коллега", priority="high")

    value(page, "Название").click()
    page.get_by_role("textbox", name="Название").fill("Двое правят: я")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Двое правят: коллега", exact=True)).to_be_visible()
    expect(dialog.get_by_text("Двое правят: я", exact=True)).to_be_visible()
    dialog.get_by_role("radio", name="Взять своё").check()
    dialog.get_by_role("button", name="Записать выбранное").click()
    expect(page.get_by_role("heading", name="Двое правят: я", level=1)).to_be_visible()
    values = site.read("deal", id)["values"]
    assert (values["title"], values["priority"]) == ("Двое правят: я", "high")


def test_history_of_a_field_takes_a_change_back(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Было", amount="100")
    site.change("deal", id, title="Стало")
    site.change("deal", id, amount="200")
    page = open_page(f"/deal/{id}")
    page.get_by_role("tab", name="История").click()
    page.get_by_label("История поля").select_option(label="Название")
    entry = page.get_by_role("listitem").filter(has_text="Стало")
    expect(entry.get_by_text("Было")).to_be_visible()
    entry.get_by_role("button", name="Вернуть").click()
    expect(page.get_by_role("heading", name="Было", level=1)).to_be_visible()
    values = site.read("deal", id)["values"]
    assert (values["title"], values["amount"][0]) == ("Было", "200.00")


def test_notes_comments_tasks_and_files_stand_in_the_timeline(site: Site, open_page: Opener, tmp_path: Path) -> None:
    id = site.create("deal", title="Лента сделки")
    page = open_page(f"/deal/{id}")
    timeline = page.get_by_role("region", name="Лента")

    page.get_by_role("textbox", name="Заметка").fill("Позвонили, думают до пятницы")
    page.get_by_role("button", name="Добавить", exact=True).click()
    expect(timeline.get_by_role("article").filter(has_text="думают до пятницы")).to_be_visible()

    page.get_by_role("radio", name="Комментарий").click()
    page.get_by_role("textbox", name="Комментарий").fill("Коллеги, кто поедет?")
    page.keyboard.press("Control+Enter")
    expect(timeline.get_by_role("article").filter(has_text="кто поедет")).to_be_visible()

    page.get_by_role("radio", name="Задача").click()
    page.get_by_role("textbox", name="Задача").fill("Подготовить договор")
    page.get_by_label("Срок").fill("2027-01-15T11:30")
    page.get_by_role("button", name="Добавить", exact=True).click()
    plan = timeline.get_by_role("article").filter(has_text="Подготовить договор")
    expect(plan.get_by_text("15 янв. 2027, 11:30")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("Запланировано"))).to_be_visible()
    page.get_by_role("button", name="Выполнить: Подготовить договор").click()
    expect(page.get_by_role("heading", name=re.compile("Запланировано"))).to_have_count(0)
    expect(plan).to_be_visible()

    paper = tmp_path / "Смета.txt"
    paper.write_text("итого: 5", encoding="utf-8")
    page.get_by_role("radio", name="Заметка").click()
    page.locator("form input[type=file]").set_input_files(paper)
    page.get_by_role("textbox", name="Заметка").fill("Смета во вложении")
    page.get_by_role("button", name="Добавить", exact=True).click()
    link = timeline.get_by_role("link", name=re.compile("Смета.txt"))
    expect(link).to_be_visible()
    answer = site.http.get(link.get_attribute("href") or "")
    assert answer.text == "итого: 5"


def test_change_of_stage_is_told_in_the_timeline(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Этап в ленте")
    page = open_page(f"/deal/{id}")
    page.get_by_role("radio", name="Квалификация").click()
    expect(page.get_by_role("radio", name="Квалификация")).to_be_checked()
    entry = page.get_by_role("region", name="Лента").get_by_role("article").filter(has_text="Смена этапа")
    expect(entry.filter(has_text="Квалификация")).to_be_visible()


def test_goods_of_a_deal_are_its_lines_and_make_its_sum(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="С товарами")
    page = open_page(f"/deal/{id}")
    page.get_by_role("tab", name="Товары").click()
    expect(page.get_by_text("Пока нет записей.")).to_be_visible()
    site.create("deal_line", deal=id, title="Насос", quantity="3", price="1000")
    page.reload()
    page.get_by_role("tab", name="Товары").click()
    grid = page.get_by_role("grid")
    expect(grid.get_by_role("row").nth(1)).to_contain_text("Насос")
    expect(page.get_by_text(re.compile(r"Сумма:\s3\s000\s₽"))).to_be_visible()


def test_deleted_record_is_brought_back_from_the_message_and_from_the_trash(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Туда и обратно")
    page = open_page(f"/deal/{id}")

    def delete() -> None:
        # Brought back from the message it lies over the list, which has such a menu of its own.
        page.get_by_role("button", name="Другие действия").last.click()
        page.get_by_role("menuitem", name="Удалить").click()
        expect(page.get_by_text("«Туда и обратно» — в корзине")).to_be_visible()

    delete()
    assert site.read("deal", id)["deleted_at"] is not None
    page.get_by_role("button", name="Отменить").click()
    expect(page.get_by_role("heading", name="Туда и обратно", level=1)).to_be_visible()
    assert site.read("deal", id)["deleted_at"] is None

    delete()
    page.get_by_role("link", name="Корзина").click()
    row = page.get_by_role("main").get_by_role("listitem").filter(has_text="Туда и обратно")
    row.get_by_role("button", name="Восстановить").click()
    expect(row).to_have_count(0)
    assert site.read("deal", id)["deleted_at"] is None


def test_double_is_warned_of_while_a_new_client_is_being_typed(site: Site, open_page: Opener) -> None:
    known = site.create("counterparty", title="ООО «Уже есть»", phones="+7 843 111-22-33")
    page = open_page("/counterparty")
    page.get_by_role("button", name="Создать контрагента").click()
    dialog = page.get_by_role("dialog", name="Создать контрагента")
    dialog.get_by_role("button", name="Название").click()
    page.get_by_role("textbox", name="Название").fill("ООО «Уже есть», второй раз")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Телефоны").click()
    page.get_by_role("textbox", name="Телефоны").first.fill("8 843 111 22 33")
    page.get_by_role("button", name="Готово").click()
    expect(dialog.get_by_role("alert").get_by_role("link", name="ООО «Уже есть»")).to_have_attribute(
        "href", f"/counterparty/{known}"
    )


def test_double_is_warned_of_while_a_client_is_being_changed_and_stays_told(site: Site, open_page: Opener) -> None:
    site.create("counterparty", title="ООО «Уже есть такой»", inn="7707083893", phones=[["+79162223344", ""]])
    id = site.create("counterparty", title="ООО «Меняем на чужое»")
    page = open_page(f"/counterparty/{id}")
    page.get_by_role("tab", name="Реквизиты").click()
    value(page, "ИНН").click()
    page.get_by_role("textbox", name="ИНН").fill("7707083893")
    told = page.get_by_role("alert")
    expect(told).to_contain_text("Похоже, такая запись уже есть:")
    expect(told.get_by_role("link", name="ООО «Уже есть такой»")).to_be_visible()
    page.keyboard.press("Escape")
    expect(told).to_have_count(0)

    page.get_by_role("tab").first.click()
    value(page, "Телефоны").click()
    page.get_by_role("textbox", name="Телефоны").first.fill("8 916 222-33-44")
    page.get_by_role("button", name="Готово").click()
    expect(page.get_by_role("link", name="+7 916 222-33-44")).to_be_visible()
    told.get_by_role("link", name="ООО «Уже есть такой»").click()
    expect(page.get_by_role("heading", name="ООО «Уже есть такой»", level=1)).to_be_visible()


def test_palette_goes_to_sections_finds_records_and_begins_new_ones(site: Site, open_page: Opener) -> None:
    id = site.create("counterparty", title="ООО «Палитра»")
    page = open_page("/deal")
    expect(page.get_by_role("heading", name="Сделки", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Поиск и команды").fill("палитр")
    expect(page.get_by_role("option", name="ООО «Палитра»")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.url}/counterparty/{id}")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Поиск и команды").fill("товары")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"{site.url}/product($|\\?)"))


def test_palette_finds_by_words_inside_records_and_marks_them(site: Site, open_page: Opener) -> None:
    note = "Просит звонить после обеда, любит <b>бирюзовый</b> кафель"
    id = site.create("counterparty", title="ООО «Мозаика»", note=note)
    page = open_page("/deal")
    expect(page.get_by_role("heading", name="Сделки", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    ask = page.get_by_role("combobox", name="Поиск и команды")
    hit = page.get_by_role("option", name="ООО «Мозаика»")
    for _ in range(10):  # a saved record is in the index in about a second
        ask.fill("")
        ask.fill("бирюзовая")
        page.wait_for_timeout(500)
        if hit.count():
            break
    expect(hit.locator("mark")).to_have_text("бирюзовый")
    expect(hit).to_contain_text("<b>бирюзовый</b>")
    assert check_accessible(page) == []
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.url}/counterparty/{id}")


def test_palette_says_which_words_it_searched_for_when_a_typo_was_forgiven(site: Site, open_page: Opener) -> None:
    page = open_page("/deal")
    expect(page.get_by_role("heading", name="Сделки", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Поиск и команды").fill("насосв")
    expect(page.get_by_text("Показано для:")).to_be_visible()
    expect(page.get_by_role("option").first).to_contain_text(re.compile("насос", re.IGNORECASE))


def test_palette_finds_names_while_the_index_does_not_answer(site: Site, open_page: Opener) -> None:
    site.create("counterparty", title="ООО «Неиндексированное»")
    page = open_page("/deal")
    page.route("**/api/search*", lambda route: route.fulfill(status=503, json={"error": {"code": "busy", "text": ""}}))
    expect(page.get_by_role("heading", name="Сделки", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Поиск и команды").fill("неиндекс")
    expect(page.get_by_role("option", name="ООО «Неиндексированное»")).to_be_visible()


def test_past_deadline_is_red_only_while_the_record_is_in_work(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Просрочка", close_on="2026-01-15", amount="1000")
    page = open_page(f"/deal/{id}")
    day = page.get_by_role("definition").filter(has=page.get_by_role("button", name="Закрыть до:")).locator(".num")
    expect(day).to_have_class(re.compile("overdue"))
    entity = site.http.get("/api/schema").json()["entities"]["deal"]
    lost = next(one for one in entity["pipelines"][0]["stages"] if one["ends"] == "lost")
    reason = site.query("loss_reason", fields=["label"], limit=1)["rows"][0][0]
    site.change("deal", id, stage=lost["key"], **({"loss_reason": reason} if "loss_reason" in lost["requires"] else {}))
    expect(day).not_to_have_class(re.compile("overdue"))


def test_bell_tells_of_a_reminder_opens_its_record_and_is_silent_again(site: Site, open_page: Opener) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    me = site.http.get("/api/me").json()["id"]
    id = site.create("activity", kind="call", subject="Перезвонить в «Прибой»", responsible=me, remind_at=soon)
    for _ in range(30):
        if site.http.get("/api/notices").json()["notices"]:
            break
        time.sleep(0.5)
    page = open_page("/deal")
    page.get_by_role("button", name="Уведомления: 1 новое").click()
    notice = page.get_by_role("link", name="Перезвонить в «Прибой»")
    expect(notice).to_be_visible()
    assert check_accessible(page) == []
    notice.click()
    expect(page).to_have_url(f"{site.url}/activity/{id}")
    expect(page.get_by_role("button", name="Уведомления", exact=True)).to_be_visible()
