"""The list as a spreadsheet: ranges, copy and paste, fill, undo; groups, colours, columns; very wide and very odd lists."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser import check_accessible
from tests.e2e.conftest import PHONE, Opener, Site
from tests.e2e.test_list import cell, find

CLIPBOARD = ["clipboard-read", "clipboard-write"]


def opened(site: Site, open_page: Opener, name: str, count: int, **values: object) -> tuple[Page, list[int]]:
    """A list of fresh deals «name 1», «name 2» … in that order, the grid in focus."""
    ids = [site.create("deal", title=f"{name} {n}", **values) for n in range(1, count + 1)]
    page = open_page("/deal?view=all&sort=title", permissions=CLIPBOARD)
    find(page, name)
    expect(cell(page, count - 1, "Название")).to_have_text(re.compile(f"^{name} {count}"))
    page.get_by_role("grid").focus()
    return page, ids


def put(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)


def got(page: Page) -> str:
    return str(page.evaluate("() => navigator.clipboard.readText()"))


def caret(page: Page, row: int, column: str) -> None:
    cell(page, row, column).click(position={"x": 100, "y": 8})
    expect(page.get_by_role("grid")).to_be_focused()


def type_russian(page: Page, text: str) -> None:
    """Key by key, as a Russian keyboard does: `keyboard.type` inserts such letters without pressing anything."""
    keys = page.context.new_cdp_session(page)
    for letter in text:
        keys.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": letter, "text": letter})
        keys.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": letter})


def amounts(site: Site, ids: list[int]) -> list[str | None]:
    return [(site.read("deal", id)["values"]["amount"] or [None])[0] for id in ids]


def test_range_is_chosen_by_keys_and_by_mouse_and_copied_as_a_table(site: Site, open_page: Opener) -> None:
    page, _ = opened(site, open_page, "Копия", 3, amount="1500.50", close_on="2027-01-31")
    caret(page, 0, "Этап")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("[role=gridcell][aria-selected=true]")).to_have_count(4)
    page.keyboard.press("Control+c")
    expect(page.get_by_text("Скопировано 4 ячейки")).to_be_visible()
    assert got(page) == "Новая\t1500,50\nНовая\t1500,50"

    first, last = cell(page, 0, "Сумма").bounding_box(), cell(page, 2, "Закрыть до").bounding_box()
    assert first and last
    page.mouse.move(first["x"] + 12, first["y"] + 12)
    page.mouse.down()
    page.mouse.move(last["x"] + 20, last["y"] + 5, steps=6)
    page.mouse.up()
    expect(page.locator("[role=gridcell][aria-selected=true]")).to_have_count(9)
    cell(page, 0, "Этап").click(modifiers=["Control"])
    expect(page.locator("[role=gridcell][aria-selected=true]")).to_have_count(10)
    page.keyboard.press("Escape")
    expect(page.locator("[role=gridcell][aria-selected=true]")).to_have_count(0)


def test_table_of_excel_is_pasted_over_cells_and_taken_back_by_one_key(site: Site, open_page: Opener) -> None:
    client = site.create("counterparty", title="ООО «Вставка»")
    page, ids = opened(site, open_page, "Вставка", 2, amount="1")
    caret(page, 0, "Контрагент")
    put(page, "ООО «Вставка»\tПереговоры\t1 250 000,50 ₽\r\nооо «вставка»\tКвалификация\t300\r\n")
    page.keyboard.press("Control+v")
    expect(page.get_by_text("Вставлено: 2 записи")).to_be_visible()
    expect(cell(page, 0, "Сумма")).to_have_text(re.compile(r"1\s250\s000,50\s₽"))
    values = [site.read("deal", id)["values"] for id in ids]
    assert [one["counterparty"][0] for one in values] == [client, client]
    assert [one["stage"] for one in values] == ["talks", "qualified"]

    page.keyboard.press("Control+z")
    expect(cell(page, 0, "Сумма")).to_have_text(re.compile(r"^1\s₽"))
    assert amounts(site, ids) == ["1.00", "1.00"]
    page.keyboard.press("Control+Shift+z")
    expect(cell(page, 1, "Сумма")).to_have_text(re.compile(r"^300\s₽"))


def test_what_does_not_fit_is_shown_before_anything_is_written(site: Site, open_page: Opener) -> None:
    page, ids = opened(site, open_page, "Кривая вставка", 2, amount="7")
    caret(page, 0, "Сумма")
    put(page, "много\n500\n900")
    page.keyboard.press("Control+v")
    box = page.get_by_role("dialog", name="Что вставится")
    expect(box.get_by_text("Не подходит 1 строка")).to_be_visible()
    expect(box.get_by_role("cell", name="много", exact=True)).to_be_visible()
    expect(box.get_by_text(re.compile("Появится 1 новая запись"))).to_be_visible()
    assert amounts(site, ids) == ["7.00", "7.00"], "nothing is written while it is looked at"
    assert check_accessible(page) == []
    box.get_by_role("button", name="Без новых записей").click()
    expect(cell(page, 1, "Сумма")).to_have_text(re.compile(r"^500\s₽"))
    expect(page.get_by_role("grid")).to_be_focused()
    assert amounts(site, ids) == ["7.00", "500.00"]


def test_rows_pasted_below_the_last_become_new_records(site: Site, open_page: Opener) -> None:
    page, _ = opened(site, open_page, "Ниже конца", 1)
    page.keyboard.press("ArrowDown")
    caret(page, 0, "Название")
    put(page, "Ниже конца 1\nНиже конца 2\nНиже конца 3")
    page.keyboard.press("Control+v")
    page.get_by_role("dialog", name="Что вставится").get_by_role("button", name="Вставить", exact=True).click()
    expect(page.get_by_text(re.compile(r"Всего:\s*3$"))).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_text(re.compile(r"Всего:\s*1$"))).to_be_visible()


def test_column_is_filled_down_by_key_and_by_the_corner(site: Site, open_page: Opener) -> None:
    page, ids = opened(site, open_page, "Заполнить", 4, amount="1")
    caret(page, 0, "Сумма")
    page.keyboard.type("4200")
    page.keyboard.press("Enter")
    expect(cell(page, 0, "Сумма")).to_have_text(re.compile(r"^4\s?200\s₽"))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+d")
    expect(cell(page, 1, "Сумма")).to_have_text(re.compile(r"^4\s?200\s₽"))
    expect(page.get_by_text("Заполнена 1 запись")).to_be_visible()

    caret(page, 1, "Сумма")
    corner = page.locator(".corner").bounding_box()
    below = cell(page, 3, "Сумма").bounding_box()
    assert corner and below
    page.mouse.move(corner["x"] + 4, corner["y"] + 4)
    page.mouse.down()
    page.mouse.move(below["x"] + 40, below["y"] + 20, steps=8)
    page.mouse.up()
    expect(page.get_by_text("Заполнено 2 записи")).to_be_visible()
    expect(cell(page, 3, "Сумма")).to_have_text(re.compile(r"^4\s?200\s₽"))
    assert amounts(site, ids) == ["4200.00"] * 4


def test_a_series_goes_on_when_it_is_drawn_by_the_corner_and_by_the_key(site: Site, open_page: Opener) -> None:
    page, ids = opened(site, open_page, "Ряд", 5)
    for id, amount, day in ((ids[0], "100", "2027-10-31"), (ids[1], "150", "2027-11-30")):
        site.change("deal", id, amount=amount, close_on=day)
    expect(cell(page, 1, "Сумма")).to_have_text(re.compile(r"^150\s₽"))
    expect(cell(page, 1, "Закрыть до")).to_have_text(re.compile(r"^30 ноя\S* 2027"))
    caret(page, 0, "Сумма")
    page.keyboard.press("Shift+ArrowDown")
    corner = page.locator(".corner").bounding_box()
    below = cell(page, 4, "Сумма").bounding_box()
    assert corner and below
    page.mouse.move(corner["x"] + 4, corner["y"] + 4)
    page.mouse.down()
    page.mouse.move(below["x"] + 40, below["y"] + 20, steps=8)
    page.mouse.up()
    expect(cell(page, 4, "Сумма")).to_have_text(re.compile(r"^300\s₽"))
    expect(page.get_by_text("Заполнено 3 записи")).to_be_visible()
    assert amounts(site, ids) == ["100.00", "150.00", "200.00", "250.00", "300.00"]

    caret(page, 0, "Закрыть до")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+d")
    expect(cell(page, 4, "Закрыть до")).to_have_text(re.compile(r"^29 фев\S* 2028"))
    assert [site.read("deal", id)["values"]["close_on"] for id in ids[2:]] == ["2027-12-31", "2028-01-31", "2028-02-29"]
    page.keyboard.press("Control+z")
    expect(cell(page, 4, "Закрыть до")).to_have_text("")
    assert site.read("deal", ids[1])["values"]["close_on"] == "2027-11-30"


def test_more_than_a_thousand_rows_are_pasted_in_portions_and_taken_back_at_once(site: Site, open_page: Opener) -> None:
    count = 1_200
    operations = [{"do": "create", "values": {"title": f"Длинная вставка {n:04}"}} for n in range(count)]
    for start in range(0, count, 1_000):
        answer = site.http.post("/api/records/product/bulk", json={"operations": operations[start : start + 1_000]})
        assert answer.status_code == 200, answer.text
    page = open_page("/product?sort=title", permissions=CLIPBOARD)
    find(page, "Длинная вставка")
    expect(page.get_by_text(re.compile(r"Всего:\s*1\s?200$"))).to_be_visible()
    caret(page, 0, "Артикул")
    put(page, "\n".join(f"ДВ-{n:04}" for n in range(count)))
    page.keyboard.press("Control+v")
    expect(page.get_by_text(re.compile(r"Вставлено: 1\s?200 записей"))).to_be_visible(timeout=60_000)
    narrow = 'contains(sku, "ДВ-")'
    assert site.query("product", filter=narrow, limit=0, count="exact")["count"]["value"] == count
    page.keyboard.press("Control+z")
    expect(cell(page, 0, "Артикул")).to_have_text("", timeout=60_000)
    expect(page.get_by_role("gridcell", name="ДВ-0001")).to_have_count(0)
    assert site.query("product", filter=narrow, limit=0, count="exact")["count"]["value"] == 0


def test_long_paste_is_stopped_between_its_portions(site: Site, open_page: Opener) -> None:
    page, ids = opened(site, open_page, "Остановить вставку", 1, amount="5")
    caret(page, 0, "Сумма")
    put(page, "\n".join(str(n) for n in range(2_500)))
    held: list[Route] = []
    page.route("**/api/records/deal/cells", lambda route: held.append(route))
    page.keyboard.press("Control+v")
    going = page.get_by_role("status").filter(has_text="из 2")
    expect(going).to_be_visible()
    going.get_by_role("button", name="Остановить").click()
    held[0].continue_()
    expect(page.get_by_text("Вставка остановлена: ничего не записано.")).to_be_visible()
    assert len(held) == 1
    page.unroute("**/api/records/deal/cells")
    assert amounts(site, ids) == ["5.00"]


def test_delete_empties_all_that_is_chosen_in_one_undoable_step(site: Site, open_page: Opener) -> None:
    page, ids = opened(site, open_page, "Опустошить", 3, amount="10", close_on="2027-01-31")
    caret(page, 0, "Сумма")
    for key in ("Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    page.keyboard.press("Delete")
    expect(page.get_by_text("Очищено 3 записи")).to_be_visible()
    expect(cell(page, 2, "Сумма")).to_have_text("")
    assert amounts(site, ids) == [None, None, None]
    page.get_by_role("button", name="Отменить").last.click()
    expect(cell(page, 2, "Сумма")).to_have_text(re.compile(r"^10\s₽"))
    assert site.read("deal", ids[0])["values"]["close_on"] == "2027-01-31"


def test_every_type_is_edited_by_typing_in_its_cell(site: Site, open_page: Opener) -> None:
    client = site.create("counterparty", title="АО «Набором»")
    page, ids = opened(site, open_page, "Набором", 1)
    typed = {"Сумма": "5000", "Закрыть до": "31.01.2027"}
    for column, text in typed.items():
        caret(page, 0, column)
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        expect(cell(page, 0, column)).not_to_have_text("")
    caret(page, 0, "Этап")
    type_russian(page, "пере")
    expect(page.get_by_role("combobox", name="Этап")).to_have_value("пере")
    page.keyboard.press("Enter")
    expect(cell(page, 0, "Этап")).to_have_text("Переговоры")
    caret(page, 0, "Контрагент")
    type_russian(page, "набором")
    expect(page.get_by_role("option", name="АО «Набором»")).to_be_visible()
    page.keyboard.press("Enter")
    expect(cell(page, 0, "Контрагент")).to_contain_text("Набором")
    expect(page.get_by_role("grid")).to_be_focused()
    values = site.read("deal", ids[0])["values"]
    assert values["close_on"] == "2027-01-31" and values["counterparty"][0] == client and values["stage"] == "talks"


def test_list_is_grouped_with_counts_and_totals_and_folds(site: Site, open_page: Opener) -> None:
    for stage in ("new", "new", "talks"):
        site.create("deal", title="Группы", stage=stage, amount="100")
    page = open_page("/deal?view=all&q=Группы&group=stage")
    head = page.get_by_role("row").filter(has=page.get_by_role("button", name=re.compile("^Новая")))
    expect(head.get_by_text(re.compile(r"^2$"))).to_be_visible()
    expect(head.get_by_text(re.compile(r"^Сумма:\s*200\s₽$"))).to_be_visible()
    expect(page.get_by_role("gridcell").get_by_role("link", name="Группы")).to_have_count(3)
    assert check_accessible(page) == []
    page.get_by_role("button", name=re.compile("^Новая")).click()
    expect(page.get_by_role("gridcell").get_by_role("link", name="Группы")).to_have_count(1)
    expect(page.get_by_role("gridcell").get_by_role("button", expanded=False)).to_have_count(1)
    page.get_by_role("button", name="Вид", exact=True).click()
    page.get_by_label("Группировать по полю").select_option(label="Без групп")
    page.keyboard.press("Escape")
    expect(page.get_by_role("gridcell").get_by_role("link", name="Группы")).to_have_count(3)


def test_days_are_grouped_by_months(site: Site, open_page: Opener) -> None:
    for day in ("2027-03-01", "2027-03-31", "2027-04-01"):
        site.create("deal", title="Помесячно", close_on=day)
    page = open_page("/deal?view=all&q=Помесячно")
    expect(page.get_by_role("gridcell").get_by_role("link", name="Помесячно")).to_have_count(3)
    page.get_by_role("button", name="Вид", exact=True).click()
    page.get_by_label("Группировать по полю").select_option(label="Закрыть до по месяцам")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=re.compile("^март 2027"))).to_be_visible()
    page.get_by_role("button", name=re.compile("^март 2027")).click()
    expect(page.get_by_role("gridcell").get_by_role("link", name="Помесячно")).to_have_count(1)
    expect(page).to_have_url(re.compile("group=close_on"))


def test_rows_are_coloured_by_a_rule(site: Site, open_page: Opener) -> None:
    site.create("deal", title="Цвет большая", amount="900000")
    site.create("deal", title="Цвет малая", amount="10")
    page = open_page("/deal?view=all&q=Цвет&sort=title")
    page.get_by_role("button", name="Вид", exact=True).click()
    page.get_by_role("button", name="Правило").click()
    page.get_by_role("tab", name="Текстом").click()
    page.get_by_role("textbox", name="Условие текстом").fill("[Сумма] > 500000")
    page.get_by_role("button", name="Применить").click()
    expect(page.locator("[role=row].tone")).to_have_count(1)
    expect(page.locator("[role=row].tone")).to_contain_text("Цвет большая")
    site.change(
        "deal", site.query("deal", filter='title = "Цвет малая"', fields=["label"])["rows"][0][0], amount="600000"
    )
    expect(page.locator("[role=row].tone")).to_have_count(2)


def heads(page: Page) -> list[str]:
    return [text.strip() for text in page.get_by_role("columnheader").all_inner_texts()][1:-1]


def test_columns_are_moved_widened_pinned_and_hidden_by_keys(open_page: Opener) -> None:
    page = open_page("/contact?view=all")
    expect(page.get_by_role("gridcell").first).to_be_visible()
    before = heads(page)
    page.get_by_role("grid").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Alt+ArrowRight")
    expect(page.get_by_role("columnheader").nth(3)).to_contain_text(before[1])
    page.keyboard.press("Alt+ArrowLeft")
    expect(page.get_by_role("columnheader").nth(2)).to_contain_text(before[1])

    head = page.get_by_role("columnheader", name=before[1])
    was = head.bounding_box()
    page.keyboard.press("Alt+Shift+ArrowRight")
    expect(head).to_have_css("width", f"{round(was['width']) + 20}px")

    page.keyboard.press("Alt+ArrowDown")
    page.get_by_role("menuitem", name="Закрепить до этого столбца").click()
    expect(head).to_have_css("position", "sticky")
    expect(page.get_by_role("grid")).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    assert check_accessible(page) == []
    page.get_by_role("menuitem", name="Скрыть столбец").click()
    expect(page.get_by_role("columnheader", name=before[1])).to_have_count(0)
    page.get_by_role("button", name="Другие действия").click()
    page.get_by_role("menuitem", name="Вернуть вид по умолчанию").click()
    expect(page.get_by_role("columnheader", name=before[1])).to_have_count(1)


def test_order_is_set_from_the_heading_by_keys(open_page: Opener) -> None:
    page = open_page("/deal?view=all")
    expect(page.get_by_role("gridcell").first).to_be_visible()
    page.get_by_role("grid").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader").nth(1)).to_have_attribute("aria-sort", "ascending")


def test_all_that_match_are_changed_with_progress_and_brought_back(site: Site, open_page: Opener) -> None:
    for half in range(2):
        operations = [{"do": "create", "values": {"title": f"Много {half}-{n:04}"}} for n in range(1000)]
        answer = site.http.post("/api/records/product/bulk", json={"operations": operations})
        assert answer.status_code == 200, answer.text
    page = open_page("/product?view=all&q=Много")
    expect(page.get_by_role("gridcell").get_by_role("link", name="Много").first).to_be_visible()
    page.get_by_role("grid").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name=re.compile(r"^Выбрать все 2\s?000")).click()
    expect(page.get_by_text(re.compile(r"Выбрано 2\s?000 записей"))).to_be_visible()
    page.get_by_role("button", name="Удалить").click()
    expect(page.get_by_text(re.compile(r"Удалено 2\s?000 записей"))).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Отменить").last.click()
    expect(page.get_by_role("gridcell").get_by_role("link", name="Много").first).to_be_visible(timeout=60_000)


def test_responsible_of_many_is_assigned_in_two_steps(site: Site, open_page: Opener) -> None:
    page, ids = opened(site, open_page, "Назначить", 2)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.get_by_role("toolbar").get_by_role("button", name="Назначить").click()
    box = page.get_by_role("dialog")
    box.get_by_role("button", name=re.compile("^Ответственный")).click()
    page.get_by_role("combobox", name="Ответственный").fill("Анна")
    page.get_by_role("option", name="Анна Соколова").click()
    box.get_by_role("button", name="Изменить 2 записи").click()
    expect(page.get_by_text("Изменено 2 записи")).to_be_visible()
    assert {site.read("deal", id)["values"]["responsible"][1] for id in ids} == {"Анна Соколова"}


def test_chosen_columns_go_out_to_a_file(site: Site, open_page: Opener, tmp_path: Path) -> None:
    page, _ = opened(site, open_page, "В файл", 2, amount="5")
    page.get_by_role("button", name="Другие действия").click()
    page.get_by_role("menuitem", name="Выгрузить…").click()
    box = page.get_by_role("dialog", name="Выгрузка")
    expect(box.get_by_text("Будет выгружено 2 записи")).to_be_visible()
    box.get_by_label("CSV").check()
    box.get_by_label("Этап", exact=True).uncheck()
    assert check_accessible(page) == []
    with page.expect_download() as waiting:
        box.get_by_role("button", name="Выгрузить").click()
    waiting.value.save_as(tmp_path / "list.csv")
    lines = (tmp_path / "list.csv").read_text(encoding="utf-8-sig").splitlines()
    assert "Этап" not in lines[0] and "Сумма" in lines[0] and len(lines) == 3


def test_next_step_is_seen_on_the_row(site: Site, open_page: Opener) -> None:
    idle = site.create("deal", title="Шаг: без шага")
    late = site.create("deal", title="Шаг: просрочен")
    for id, at in ((late, "2020-01-01T09:00:00Z"),):
        body = {"kind": "call", "title": "Позвонить", "due_at": at}
        assert site.http.post(f"/api/records/deal/{id}/timeline", json=body).status_code == 201
    page = open_page("/deal?view=all&q=Шаг:&sort=title")
    expect(cell(page, 0, "Название")).to_contain_text("Нет следующего шага")
    expect(cell(page, 1, "Название")).to_contain_text("Просрочено: Позвонить")
    assert idle


# ------------------------------------------------------------------ odd input


def test_odd_titles_are_shown_as_they_are(site: Site, open_page: Opener) -> None:
    odd = {
        "html": "Странно <img src=x onerror=alert(1)><b>жирно</b>",
        "rtl": "Странно עברית שלום",
        "emoji": "Странно 👩‍👩‍👧‍👦 семья",
        "zero": "Странно ноль\u200bширины",
        "long": "Странно " + "длинное " * 35,
    }
    for title in odd.values():
        site.create("deal", title=title.strip())
    page = open_page("/deal?view=all&q=Странно")
    expect(page.get_by_role("gridcell").get_by_role("link", name="Странно")).to_have_count(len(odd))
    expect(page.get_by_text(odd["html"])).to_be_visible()
    assert page.locator("[role=grid] img").count() == 0
    assert all(one.bounding_box()["height"] <= 40 for one in page.locator("[role=row]").all())


def test_hundreds_of_columns_are_drawn_only_in_sight(site: Site, open_page: Opener) -> None:
    paths = list(site.http.get("/api/schema").json()["entities"]["deal"]["fields"])
    own = [field["key"] for field in paths]
    far = [
        f"{link['key']}.{field['key']}"
        for link in paths
        if len(link["options"].get("to", [])) == 1
        for field in site.http.get("/api/schema")
        .json()["entities"]
        .get(link["options"]["to"][0], {"fields": []})["fields"]
    ]
    columns = ["title", *[one for one in [*own, *far] if one != "title"]][:120]
    made = site.http.post("/api/views/deal", json={"title": "Широкий", "view": {"columns": columns}})
    assert made.status_code == 201, made.text
    page = open_page(f"/deal?view={made.json()['key']}")
    expect(page.get_by_role("gridcell").first).to_be_visible()
    grid = page.get_by_role("grid")
    expect(grid).to_have_attribute("aria-colcount", str(len(columns) + 2))
    assert page.get_by_role("columnheader").count() < 40
    grid.focus()
    page.keyboard.press("End")
    expect(page.locator(f"[role=columnheader][aria-colindex='{len(columns) + 1}']")).to_be_visible()
    assert page.locator("[role=row][aria-rowindex='2'] [role=gridcell]").count() < 40


# ------------------------------------------------------------------ phone


def swipe(page: Page, row: Locator, by: int) -> None:
    box = row.bounding_box()
    assert box
    touch = page.context.new_cdp_session(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 7):
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x + by * step / 6, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_phone_row_is_swiped_to_select_and_to_act(site: Site, open_page: Opener) -> None:
    for n in (1, 2):
        site.create("deal", title=f"Смахнуть {n}")
    page = open_page("/deal?view=all&q=Смахнуть&sort=title", size=PHONE)
    rows = page.get_by_role("region", name="Сделки").get_by_role("link")
    expect(rows).to_have_count(2)
    swipe(page, rows.nth(0), 140)
    expect(page.get_by_text("Выбрана 1 запись")).to_be_visible()
    rows.nth(1).click()
    expect(page.get_by_text("Выбрано 2 записи")).to_be_visible()
    assert check_accessible(page) == []
    page.get_by_role("button", name="Снять выбор").click()
    swipe(page, rows.nth(0), -140)
    menu = page.get_by_role("dialog", name="Смахнуть 1")
    expect(menu.get_by_role("button", name="Открыть карточку")).to_be_visible()
    assert check_accessible(page) == []
    menu.get_by_role("button", name="Удалить").click()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Отменить").last.click()
    expect(rows).to_have_count(2)
