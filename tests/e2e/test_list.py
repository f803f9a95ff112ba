"""The list: order, conditions, totals, editing in place, many at once."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Opener, Site


def cell(page: Page, row: int, column: str) -> Locator:
    """The cell of the row-th line (from 0) under the heading."""
    heads = page.get_by_role("columnheader")
    expect(page.get_by_role("columnheader", name=column)).to_be_visible()
    index = [text.strip() for text in heads.all_inner_texts()].index(column)
    return page.locator(f"[role=row][aria-rowindex='{row + 2}']").get_by_role("gridcell").nth(index)


def find(page: Page, text: str) -> None:
    """Narrow the list by the search, and wait until only what was looked for is left."""
    expect(page.get_by_role("gridcell").first).to_be_visible()
    with page.expect_response(lambda answer: "/query" in answer.url and text in (answer.request.post_data or "")):
        page.get_by_role("searchbox", name="Искать в списке").fill(text)
    expect(page.get_by_role("gridcell").get_by_role("link", name=text).first).to_be_visible()


def test_footer_counts_and_adds_up_exactly_what_the_server_does(site: Site, open_page: Opener) -> None:
    told = site.query("deal", limit=0, count="exact", totals=[{"function": "sum", "field": "amount"}])
    page = open_page("/deal?view=all")
    expect(page.get_by_text(re.compile(rf"Всего:\s*{told['count']['value']}$"))).to_be_visible()
    sum_shown = page.get_by_text(re.compile("^Сумма:"))
    expect(sum_shown).to_contain_text(re.compile(r"\d"))
    shown = re.sub(r"\D", "", sum_shown.inner_text())
    assert shown == re.sub(r"\.00$", "", told["totals"][0][0])


def test_pressing_a_heading_orders_rows_up_then_down_then_as_before(site: Site, open_page: Opener) -> None:
    page = open_page("/deal?view=all")
    expect(page.get_by_role("gridcell").first).to_be_visible()
    head = page.get_by_role("columnheader", name="Сумма")
    for direction, sort in (("ascending", "amount"), ("descending", "-amount")):
        head.get_by_role("button").click()
        expect(head).to_have_attribute("aria-sort", direction)
        first = site.query("deal", fields=["label"], sort=sort, limit=1)
        label = first["rows"][0][first["columns"].index("label")]
        expect(cell(page, 0, "Название").get_by_role("link")).to_have_text(label)
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "none")


def test_conditions_become_chips_and_narrow_rows_and_totals_alike(site: Site, open_page: Opener) -> None:
    page = open_page("/deal?view=all")
    page.get_by_role("button", name="Фильтр").click()
    page.get_by_role("combobox", name="Поле для условия").fill("Этап")
    page.keyboard.press("Enter")
    page.get_by_role("option", name="Новая").click()
    page.get_by_role("option", name="Квалификация").click()
    page.keyboard.press("Escape")

    want = site.query("deal", filter='stage in ("new", "qualified")', limit=0, count="exact")["count"]["value"]
    expect(page.get_by_text(re.compile(rf"Всего:\s*{want}$"))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Этап.*Новая, Квалификация"))).to_be_visible()

    page.get_by_role("button", name="Фильтр").click()
    page.get_by_role("combobox", name="Поле для условия").fill("Сумма")
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Сумма").get_by_role("combobox").select_option(label="не меньше")
    page.get_by_label("Значение: Сумма").fill("100 000")
    both = '(stage in ("new", "qualified")) and (amount >= 100000)'
    want = site.query("deal", filter=both, limit=0, count="exact")["count"]["value"]
    expect(page.get_by_text(re.compile(rf"Всего:\s*{want}$"))).to_be_visible()

    page.reload()  # conditions are the person's own and stay
    expect(page.get_by_text(re.compile(rf"Всего:\s*{want}$"))).to_be_visible()
    page.get_by_role("button", name="Сбросить").click()
    everything = site.query("deal", limit=0, count="exact")["count"]["value"]
    expect(page.get_by_text(re.compile(rf"Всего:\s*{everything}$"))).to_be_visible()


def test_search_that_finds_nothing_says_so_and_offers_a_way_out(open_page: Opener) -> None:
    page = open_page("/deal?view=all")
    page.get_by_role("searchbox", name="Искать в списке").fill("такого точно нет")
    expect(page.get_by_text("Ничего не найдено")).to_be_visible()
    page.get_by_role("button", name="Сбросить").click()
    expect(page.get_by_role("gridcell").first).to_be_visible()


def test_cells_are_edited_in_place_by_mouse(site: Site, open_page: Opener) -> None:
    client = site.create("counterparty", title="АО «Правка в списке»")
    id = site.create("deal", title="Правка мышью", amount="1000")
    page = open_page("/deal?view=all")
    find(page, "Правка мышью")

    cell(page, 0, "Сумма").dblclick()
    page.get_by_role("textbox", name="Сумма").fill("1 250 000,50 ₽")
    page.keyboard.press("Enter")
    expect(cell(page, 0, "Сумма")).to_have_text(re.compile(r"1\s250\s000,50\s₽"))

    cell(page, 0, "Этап").dblclick()
    page.get_by_role("option", name="Переговоры").click()
    expect(cell(page, 0, "Этап")).to_have_text("Переговоры")

    cell(page, 0, "Контрагент").dblclick()
    page.get_by_role("combobox", name="Контрагент").fill("правка в сп")
    page.get_by_role("option", name="АО «Правка в списке»").click()
    expect(cell(page, 0, "Контрагент")).to_contain_text("Правка в списке")

    cell(page, 0, "Закрыть до").dblclick()
    page.get_by_label("Закрыть до").fill("2027-01-31")
    page.keyboard.press("Enter")
    expect(cell(page, 0, "Закрыть до")).to_have_text("31 янв. 2027")

    values = site.read("deal", id)["values"]
    assert values["amount"] == ["1250000.50", "RUB"]
    assert values["stage"] == "talks"
    assert values["counterparty"][0] == client
    assert values["close_on"] == "2027-01-31"


def test_list_is_worked_by_keyboard_alone(site: Site, open_page: Opener) -> None:
    first = site.create("deal", title="Клавиши: первая")
    second = site.create("deal", title="Клавиши: вторая")
    page = open_page("/deal?view=all")
    find(page, "Клавиши")
    page.get_by_role("grid").focus()

    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Название")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("Клавиши: передумали")
    page.keyboard.press("Escape")
    expect(page.get_by_role("gridcell", name="Клавиши: передумали")).to_have_count(0)

    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.type("5000")  # a letter begins the edit
    page.keyboard.press("Enter")
    page.keyboard.type("7000")  # and Enter has gone down
    page.keyboard.press("Enter")
    expect(cell(page, 1, "Сумма")).to_have_text(re.compile(r"7\s?000\s₽"))
    amounts = {site.read("deal", id)["values"]["amount"][0] for id in (first, second)}
    assert amounts == {"5000.00", "7000.00"}

    page.keyboard.press("ArrowUp")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile(rf"/deal/({first}|{second})$"))


def test_value_that_is_not_understood_is_not_lost_and_not_saved(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Не число", amount="10")
    page = open_page("/deal?view=all")
    find(page, "Не число")
    cell(page, 0, "Сумма").dblclick()
    page.get_by_role("textbox", name="Сумма").fill("много")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text("«много» — не сумма")).to_be_visible()
    expect(page.get_by_role("textbox", name="Сумма")).to_have_value("много")
    assert site.read("deal", id)["values"]["amount"] == ["10.00", "RUB"]


def test_refusal_of_the_server_puts_the_old_value_back_and_says_why(site: Site, open_page: Opener) -> None:
    site.create("counterparty", title="ООО «Отказ»")
    page = open_page("/counterparty")
    find(page, "ООО «Отказ»")
    name = cell(page, 0, "Название")
    name.click(position={"x": 4, "y": 4})
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Название").fill("")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text("Название")).to_be_visible()
    expect(name).to_have_text("ООО «Отказ»")


def test_selected_rows_are_changed_and_deleted_together_and_brought_back(site: Site, open_page: Opener) -> None:
    ids = [site.create("deal", title=f"Пачка {n}") for n in (1, 2, 3)]
    page = open_page("/deal?view=all")
    find(page, "Пачка")
    page.get_by_role("grid").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.get_by_text("Выбрано 2 записи")).to_be_visible()

    page.get_by_role("toolbar").get_by_role("button", name="Изменить").click()
    page.get_by_role("combobox", name="Какое поле изменить").fill("Приоритет")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Приоритет").click()
    page.get_by_role("option", name="Высокий").click()
    page.get_by_role("button", name="Изменить 2 записи").click()
    expect(page.get_by_text("Изменено 2 записи")).to_be_visible()
    assert sorted(str(site.read("deal", id)["values"]["priority"]) for id in ids) == ["None", "high", "high"]

    page.get_by_role("grid").focus()
    page.get_by_label("Выбрать все").dispatch_event("change")
    expect(page.get_by_text("Выбрано 3 записи")).to_be_visible()
    page.get_by_role("button", name="Удалить").click()
    expect(page.get_by_text("Удалено 3 записи")).to_be_visible()
    expect(page.get_by_text("Ничего не найдено")).to_be_visible()
    page.get_by_role("button", name="Отменить").last.click()
    expect(page.get_by_text(re.compile(r"Всего:\s*3$"))).to_be_visible()


def test_columns_are_hidden_widened_and_moved_and_stay_so(open_page: Opener) -> None:
    page = open_page("/contact")
    expect(page.get_by_role("gridcell").first).to_be_visible()
    heads = [text.strip() for text in page.get_by_role("columnheader").all_inner_texts()][1:-1]
    page.get_by_role("button", name="Столбцы").click()
    page.get_by_role("button", name=f"Скрыть: {heads[2]}", exact=True).click()
    page.get_by_role("button", name=f"Левее: {heads[1]}", exact=True).click()
    page.keyboard.press("Escape")
    want = [heads[1], heads[0], *heads[3:]]
    expect(page.get_by_role("columnheader")).to_have_count(len(want) + 2)

    page.wait_for_timeout(900)  # settings are written a moment after the last change
    page.reload()
    expect(page.get_by_role("gridcell").first).to_be_visible()
    assert [text.strip() for text in page.get_by_role("columnheader").all_inner_texts()][1:-1] == want
    page.get_by_role("button", name="Другие действия").click()
    page.get_by_role("menuitem", name="Вернуть вид по умолчанию").click()
    expect(page.get_by_role("columnheader")).to_have_count(len(heads) + 2)


def test_list_goes_out_to_excel_as_it_is_narrowed(site: Site, open_page: Opener, tmp_path: Path) -> None:
    site.create("deal", title="Выгрузка одной сделки")
    page = open_page("/deal?view=all")
    find(page, "Выгрузка одной")
    page.get_by_role("button", name="Другие действия").click()
    with page.expect_download() as waiting:
        page.get_by_role("menuitem", name="Выгрузить в Excel").click()
    waiting.value.save_as(tmp_path / "list.xlsx")
    assert (tmp_path / "list.xlsx").read_bytes()[:2] == b"PK"


def test_rows_far_below_are_read_when_they_are_scrolled_to(site: Site, open_page: Opener) -> None:
    operations = [{"do": "create", "values": {"title": f"Длинный список {n:03}"}} for n in range(260)]
    answer = site.http.post("/api/records/product/bulk", json={"operations": operations, "atomic": True})
    assert answer.status_code == 200, answer.text
    page = open_page("/product")
    find(page, "Длинный список")
    page.get_by_role("grid").focus()
    page.keyboard.press("Control+End")
    rows = site.query("product", filter='contains(label, "Длинный список")', count="exact", limit=0)["count"]["value"]
    assert rows == 260
    expect(page.locator("[role=row][aria-rowindex='261']").get_by_text("Длинный список")).to_be_visible()
    assert page.get_by_role("row").count() < 60, "only rows in sight are drawn"
