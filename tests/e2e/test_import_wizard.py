"""The wizard of imports: from a dropped file to its report and back, as a person does it."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser import check_accessible
from tests.e2e.conftest import DESKTOP, PHONE, Opener, Site
from tests.exchange.test_import import content_of, table


def drop(page: Page, name: str, content: bytes) -> None:
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})


def begin(open_page: Opener, entity: str, name: str, content: bytes, **how: object) -> Page:
    page = open_page(f"/-/import?entity={entity}", **how)
    expect(page.get_by_role("heading", name="Мои загрузки")).to_be_visible()
    drop(page, name, content)
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    return page


def aim(page: Page, column: str, field: str, more: bool = False) -> None:
    """Put a column into a field, or into one more."""
    line = page.get_by_role("group", name=column, exact=True)
    if more:
        line.get_by_role("button", name="И ещё в одно поле").click()
    line.get_by_role("button", name=re.compile("^Поле для столбца")).last.click()
    page.get_by_role("combobox", name=re.compile("^Поле для столбца")).fill(field)
    page.get_by_role("option", name=field, exact=True).click()
    expect(line.get_by_role("button", name=re.compile(re.escape(field))).first).to_be_visible()


def check(page: Page) -> None:
    page.get_by_role("button", name="Проверить", exact=True).click()
    expect(page.get_by_role("tab", name=re.compile("^Все"))).to_be_visible(timeout=30_000)


def load(page: Page, rows: str) -> None:
    page.get_by_role("button", name=f"Загрузить {rows}").click()
    expect(page.get_by_role("heading", name="Загружено")).to_be_visible(timeout=30_000)


def titles(site: Site, entity: str, filter: str) -> list[str]:
    told = site.query(entity, filter=filter, fields=["label"], sort="label", limit=200)
    return [row[told["columns"].index("label")] for row in told["rows"]]


def test_spreadsheets_with_the_usual_troubles_are_put_right_and_loaded(site: Site, open_page: Opener) -> None:
    page = begin(open_page, "product", "products.csv", content_of("product"))
    page.get_by_label("series: если не нашлось").or_(
        page.get_by_label(re.compile("если не нашлось"))
    ).first.select_option(label="создать запись")
    check(page)
    expect(
        page.get_by_text("Заодно появятся записи: Серии — 2.").or_(page.get_by_text("Заодно появятся"))
    ).to_be_visible()
    load(page, "3 строки")

    page = begin(open_page, "counterparty", "accounts.csv", content_of("counterparty"))
    aim(page, "subsidiary_of", "Головная компания")
    aim(page, "sector", "Отрасль")
    check(page)
    # A parent further down the file is found; the one that is nowhere is asked about, and so are the sectors.
    unknown = page.get_by_role("region", name="Не понято однозначно")
    expect(unknown.get_by_text("Unknown Holding")).to_be_visible()
    expect(unknown.get_by_text("Acme Corporation")).to_have_count(0)
    page.get_by_role("button", name="Создать «Unknown Holding»").click()
    page.get_by_role("button", name="Пусто вместо «medical»").click()
    for value in ("technolgy", "software"):
        page.get_by_role("button", name=f"Создать «{value}»").click()
    page.get_by_role("button", name="Проверить заново").click()
    expect(page.get_by_text("Все строки понятны")).to_be_visible(timeout=30_000)
    load(page, "3 строки")

    page = begin(open_page, "deal", "sales.csv", content_of("deal"))
    aim(page, "engage_date", "Начало работы")
    aim(page, "engage_date", "Дата этапа: Новая", more=True)
    aim(page, "close_date", "Дата завершения")
    line = page.get_by_role("group", name="engage_date", exact=True)
    expect(line.get_by_text("20 октября 2016")).to_be_visible()
    expect(page.get_by_text("Даты этапов действуют только с отметкой «История».")).to_be_visible()
    page.get_by_role("checkbox", name="История").check()
    page.get_by_label("Порядок в датах").select_option(label="день, месяц, год")
    expect(line.get_by_text("10/20/2016")).to_contain_text("столбец читается как 31.12.2026")
    page.get_by_label("Порядок в датах").select_option(label="месяц, день, год")
    check(page)
    page.get_by_role("button", name="Это «GTX Pro»?").click()
    # «Won» and «Lost» are stages of two pipelines: which is meant is asked.
    for value, stage in (("Won", "Выиграна"), ("Lost", "Проиграна")):
        expect(page.get_by_role("listitem").filter(has_text=value)).to_contain_text("подходит несколько")
        page.get_by_role("button", name=f"Выбрать для «{value}»").click()
        page.get_by_role("option", name=stage).click()
    page.get_by_role("button", name="Проверить заново").click()
    expect(page.get_by_text("Все строки понятны")).to_be_visible(timeout=30_000)
    load(page, "4 строки")

    told = site.query(
        "deal",
        filter='external_number in ("1C1I7A6R", "Z063OYW0")',
        sort="external_number",
        fields=["stage", "product.title", "counterparty.title", "engaged_on", "closed_on", "amount"],
    )
    assert [row[2:] for row in told["rows"]] == [
        ["won", "GTX Pro", "Betatech", "2016-10-20", "2017-03-01", ["1054.00", "RUB"]],
        ["lost", "GTX Pro", "Acme Corporation", "2016-10-25", "2017-03-11", ["0.00", "RUB"]],
    ]
    page.get_by_role("link", name="Показать созданные").click()
    expect(page.get_by_text(re.compile(r"Всего:\s*4$"))).to_be_visible()


def test_rows_with_errors_are_told_by_cell_downloaded_and_everything_is_taken_back(
    site: Site, open_page: Opener, tmp_path: Path
) -> None:
    rows = [["Ошибка раз", "7707083893", "Уфа"], ["Ошибка два", "7707083894", "Омск"], ["Ошибка три", "", "Тверь"]]
    page = begin(open_page, "counterparty", "ошибки.csv", table("Название,ИНН,Город", rows))
    check(page)
    expect(page.get_by_role("tab", name="С ошибкой 1")).to_have_attribute("aria-selected", "true")
    wrong = page.get_by_role("row").filter(has_text="Ошибка два")
    expect(wrong).to_contain_text("ИНН:")
    expect(wrong).to_contain_text("3")
    page.get_by_role("tab", name="Будут созданы 2").click()
    expect(page.get_by_role("row").filter(has_text="Ошибка")).to_have_count(2)
    expect(page).to_have_url(re.compile("fate=created"))
    load(page, "2 строки")

    with page.expect_download() as waiting:
        page.get_by_role("link", name="Скачать строки с ошибками").click()
    waiting.value.save_as(tmp_path / "errors.csv")
    lines = list(csv.reader(io.StringIO((tmp_path / "errors.csv").read_text("utf-8-sig")), delimiter=";"))
    assert [line[:3] for line in lines] == [["Название", "ИНН", "Город"], ["Ошибка два", "7707083894", "Омск"]]

    # One of the two is changed by somebody since: it is told before anything is undone, and stays.
    (id,) = [row[0] for row in site.query("counterparty", filter='title = "Ошибка три"', fields=["label"])["rows"]]
    site.change("counterparty", id, city="Тула")
    page.get_by_role("button", name="Отменить загрузку").click()
    asked = page.get_by_role("dialog")
    expect(asked.get_by_role("link", name="Ошибка три")).to_be_visible()
    expect(asked).to_contain_text("изменена после загрузки")
    expect(asked).to_contain_text("вернётся 1 запись")
    asked.get_by_role("button", name="Отменить загрузку").click()
    expect(page.get_by_role("heading", name="Загрузка отменена")).to_be_visible(timeout=30_000)
    assert titles(site, "counterparty", 'starts_with(title, "Ошибка")') == ["Ошибка три"]
    page.reload()
    expect(page.get_by_role("heading", name="Загрузка отменена")).to_be_visible()
    page.get_by_role("link", name="Мои загрузки").click()
    expect(page.get_by_role("link", name=re.compile("ошибки.csv")).first).to_contain_text("отменена")


MANY = 300_000  # enough to be watched while it is loaded


def test_run_is_watched_left_found_again_and_stopped(site: Site, open_page: Opener) -> None:
    before = site.query("counterparty", limit=0, count="exact")["count"]["value"]
    content = table("Название,Город", ([f"Длинная загрузка {n}", "Казань"] for n in range(MANY)))
    page = begin(open_page, "counterparty", "много.csv", content)
    page.get_by_role("button", name="Проверить", exact=True).click()
    bar = page.get_by_role("progressbar")
    expect(bar).to_be_visible()
    page.get_by_role("button", name="Остановить").click()
    expect(page.get_by_text("Проверка остановлена")).to_be_visible(timeout=30_000)
    run = page.url.split("/import/")[1].split("?")[0]
    assert site.http.post(f"/api/imports/{run}/run", json={}).status_code == 202
    page.reload()

    expect(page.get_by_role("heading", name="Идёт загрузка")).to_be_visible()
    expect(page.get_by_text(re.compile(r"в секунду"))).to_be_visible(timeout=30_000)
    expect(bar).to_have_attribute("aria-valuenow", re.compile(r"^[1-9]"), timeout=30_000)
    page.reload()
    expect(bar).to_have_attribute("aria-valuenow", re.compile(r"^[1-9]"), timeout=30_000)
    assert check_accessible(page) == []
    page.get_by_role("link", name="Мои загрузки").click()
    page.get_by_role("link", name=re.compile("много.csv")).first.click()
    page.get_by_role("button", name="Остановить").click()
    expect(page.get_by_role("heading", name="Загрузка остановлена")).to_be_visible(timeout=30_000)
    now = site.query("counterparty", limit=0, count="exact")["count"]["value"]
    assert before < now < before + MANY

    page.get_by_role("button", name="Отменить загрузку").click()
    page.get_by_role("dialog").get_by_role("button", name="Отменить загрузку").click()
    expect(page.get_by_role("heading", name="Загрузка отменена")).to_be_visible(timeout=120_000)
    assert site.query("counterparty", limit=0, count="exact")["count"]["value"] == before


BROKEN = {
    "torn.xlsx": (b"PK\x03\x04 not really", "torn.xlsx"),
    "empty.csv": (b"", "empty.csv"),
    "picture.png": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "picture.png"),
    "wide.csv": (b";".join(b"c%d" % n for n in range(10_000)) + b"\r\n" + b";" * 9_999, "2 000"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_file_that_cannot_be_read_is_told_in_words_where_one_stands(open_page: Opener, name: str) -> None:
    content, said = BROKEN[name]
    page = open_page("/-/import?entity=deal")
    drop(page, name, content)
    told = page.get_by_role("alert")
    expect(told).to_be_visible()
    assert said.replace(" ", "") in re.sub(r"\s", "", told.inner_text()), told.inner_text()
    expect(page).to_have_url(re.compile("/-/import"))
    drop(page, "good.csv", "Название\r\nСделка\r\n".encode())  # and the next file is taken as if nothing had been
    expect(page.get_by_role("heading", name="good.csv", level=1)).to_be_visible()


def test_cells_pasted_from_a_spreadsheet_become_a_table(open_page: Opener) -> None:
    page = open_page("/-/import?entity=counterparty")
    expect(page.get_by_role("heading", name="Мои загрузки")).to_be_visible()
    text = "Название\tИНН\nООО «Из буфера»\t7707083893\n"
    page.evaluate(
        """text => { const data = new DataTransfer(); data.setData("text/plain", text);
        document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true })); }""",
        text,
    )
    expect(page.get_by_role("heading", name="Вставлено из буфера.csv", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="Поле для столбца «ИНН»: ИНН")).to_be_visible()


def test_sheet_and_row_of_headings_are_chosen_by_eye(open_page: Opener) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Не то"])  # type: ignore[union-attr]
    sheet = book.create_sheet("Клиенты")
    for row in (["Отчёт за март"], [], ["Название", "Город"], ["Лист и строка", "Псков"]):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    page = begin(open_page, "counterparty", "книга.xlsx", out.getvalue())
    page.get_by_role("combobox", name="Лист", exact=True).select_option(label="Клиенты")
    expect(page.get_by_role("button", name="Строка 3: здесь заголовки")).to_be_visible()
    page.get_by_role("button", name="Строка 1: взять как заголовки").click()
    expect(page.get_by_role("button", name="Строка 1: здесь заголовки")).to_be_visible()
    page.get_by_role("button", name="Строка 3: взять как заголовки").press("Enter")
    expect(page.get_by_role("button", name="Строка 3: здесь заголовки")).to_be_visible()
    page.get_by_role("button", name="Дальше").click()
    expect(page.get_by_role("button", name="Поле для столбца «Город»: Город")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Строка 3: здесь заголовки")).to_be_visible()
    page.go_forward()
    check(page)
    expect(page.get_by_role("row").filter(has_text="Лист и строка")).to_be_visible()
    page.reload()
    expect(page.get_by_role("row").filter(has_text="Лист и строка")).to_be_visible()


def test_saved_plan_finds_its_columns_in_a_file_of_another_order(site: Site, open_page: Opener) -> None:
    first = table("client,town,code", [["План раз", "Уфа", "77"]])
    page = begin(open_page, "counterparty", "первый.csv", first)
    aim(page, "town", "Город")
    aim(page, "code", "Заметка")
    page.get_by_role("checkbox", name=re.compile("^Название")).check()
    page.get_by_role("button", name="Сохранённые планы").click()
    page.get_by_label("Имя плана").fill("Выгрузка соседей")
    page.get_by_role("button", name="Сохранить план").click()
    expect(page.get_by_text("План «Выгрузка соседей» сохранён")).to_be_visible()

    page = begin(open_page, "counterparty", "второй.csv", table("code,client,town", [["78", "План два", "Омск"]]))
    page.get_by_role("button", name="Сохранённые планы").click()
    page.get_by_role("button", name="Применить: Выгрузка соседей").click()
    expect(page.get_by_role("button", name="Поле для столбца «code»: Заметка")).to_be_visible()
    expect(page.get_by_role("button", name="Поле для столбца «town»: Город")).to_be_visible()
    expect(page.get_by_role("checkbox", name=re.compile("^Название"))).to_be_checked()
    check(page)
    load(page, "1 строку")
    (row,) = site.query("counterparty", filter='title = "План два"', fields=["city", "note"])["rows"]
    assert row[2:] == ["Омск", "78"]


def test_mistake_in_the_plan_is_told_at_its_column(open_page: Opener) -> None:
    page = begin(open_page, "counterparty", "дважды.csv", table("Название,Имя", [["А", "Б"]]))
    aim(page, "Имя", "Название *")
    line = page.get_by_role("group", name="Имя", exact=True)
    expect(line.get_by_role("alert")).to_contain_text("указывают два столбца")
    expect(page.get_by_role("button", name="Проверить", exact=True)).to_be_disabled()
    line.get_by_role("button", name="Убрать поле").click()
    expect(page.get_by_role("button", name="Проверить", exact=True)).to_be_enabled()


def test_loading_is_reached_from_the_list_and_from_the_palette(open_page: Opener) -> None:
    page = open_page("/contact")
    page.get_by_role("button", name="Другие действия").click()
    page.get_by_role("menuitem", name="Загрузить таблицу").click()
    expect(page.get_by_label("Куда загрузить")).to_have_value("contact")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Поиск и команды").fill("загрузить")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Загрузка таблиц")).to_be_visible()
    expect(page.get_by_role("navigation", name="Разделы").get_by_role("link", name="Загрузка таблиц")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_on_any_step(site: Site, open_page: Opener, size: dict[str, int], theme: str) -> None:
    mark = f"{size['width']} {theme}"
    rows = [[f"Доступность {mark}", "7707083893", "GTXPro"], ["", "1", ""], [f"Вторая {mark}", "", "Альфа"]]
    page = begin(open_page, "counterparty", "axe.csv", table("Название,ИНН,Отрасль", rows), size=size, theme=theme)

    def looked(what: str) -> None:
        page.wait_for_load_state("networkidle")
        assert check_accessible(page) == [], what
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], what

    expect(page.get_by_role("group", name="ИНН", exact=True)).to_be_visible()
    looked("columns")
    page.get_by_role("button", name=re.compile("^Поле для столбца «ИНН»")).click()
    expect(page.get_by_role("combobox", name=re.compile("^Поле для столбца"))).to_be_focused()
    looked("picker")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Сохранённые планы").click()
    expect(page.get_by_label("Имя плана")).to_be_visible()
    looked("plans")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Таблица").click()
    expect(page.get_by_role("button", name="Строка 1: здесь заголовки")).to_be_visible()
    looked("table")
    page.get_by_role("button", name="Дальше").click()
    check(page)
    looked("check")
    page.get_by_role("button", name="Создать «GTXPro»").click()
    page.get_by_role("button", name="Пусто вместо «Альфа»").click()
    looked("chosen")
    page.get_by_role("button", name="Проверить заново").click()
    load(page, "2 строки")
    looked("report")
    page.get_by_role("button", name="Отменить загрузку").click()
    expect(page.get_by_role("dialog")).to_contain_text("К прежнему")
    looked("undo")
    page.get_by_role("dialog").get_by_role("button", name="Отменить загрузку").click()
    expect(page.get_by_role("heading", name="Загрузка отменена")).to_be_visible(timeout=30_000)
    looked("undone")
    page.get_by_role("link", name="Мои загрузки").click()
    expect(page.get_by_role("link", name=re.compile("axe.csv")).first).to_be_visible()
    looked("start")
