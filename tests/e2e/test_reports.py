"""Reports: a table of one's own choice, the funnel, and the way from a figure to its records."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import check_accessible
from tests.e2e.conftest import DESKTOP, PHONE, Opener, Site

FUNNEL = "/-/reports?kind=funnel&of=deal"
PIVOT = "/-/reports?kind=pivot&of=deal"


def run(site: Site, path: str, **body: object) -> dict[str, object]:
    answer = site.http.post(f"/api/reports/{path}", json={"entity": "deal", **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def digits(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def test_menu_leads_to_the_reports_and_something_is_shown_at_once(open_page: Opener) -> None:
    page = open_page("/deal")
    page.get_by_role("link", name="Отчёты").click()
    expect(page.get_by_role("heading", name="Отчёты", level=1)).to_be_visible()
    expect(page.get_by_role("region").get_by_role("rowheader", name="Всего")).to_be_visible()


def test_page_on_its_way_is_not_called_off_by_a_list_that_changes_meanwhile(open_page: Opener) -> None:
    page = open_page("/deal?view=all")
    head = page.get_by_role("columnheader", name="Сумма")
    expect(head).to_be_visible()
    held: list[Route] = []
    page.route("**/assets/ReportsPage-*.js", lambda route: held.append(route))
    page.get_by_role("link", name="Отчёты").click()
    head.click()
    expect(head).to_have_attribute("aria-sort", re.compile("ascending|descending"))
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    expect(page.get_by_role("heading", name="Отчёты", level=1)).to_be_visible()


def test_cell_of_the_table_opens_the_list_of_exactly_its_records(site: Site, open_page: Opener) -> None:
    told = run(site, "run", rows=["responsible"], columns=["stage"], measures=["count"])
    column = told["columns"].index(["talks"])
    row = next(place for place, cells in enumerate(told["cells"]) if cells[column] and told["rows"][place])
    who, count = told["rows"][row][0][1], told["cells"][row][column][0]

    page = open_page(f"{PIVOT}&rows=responsible&columns=stage&measures=count")
    page.get_by_role("link", name=f"{who} · Переговоры: {count}. Открыть список").click()
    expect(page.get_by_role("tab", name=f"{who} · Переговоры", selected=True)).to_be_visible()
    expect(page.get_by_text(re.compile(rf"Всего:\s*{count}$"))).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Отчёты")).to_be_visible()

    page.get_by_role("link", name=re.compile("^Всего: .*Открыть список")).last.click()
    whole = site.query("deal", limit=0, count="exact")["count"]["value"]
    expect(page.get_by_text(re.compile(rf"Всего:\s*{whole}$"))).to_be_visible()


def test_report_is_put_together_by_keyboard_through_a_link_and_its_address_is_the_report(
    site: Site, open_page: Opener
) -> None:
    page = open_page(f"{PIVOT}&rows=&measures=count")
    page.get_by_role("button", name="Добавить в строки").press("Enter")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("контрагент: поля")
    page.keyboard.press("Enter")
    page.keyboard.type("вид")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Контрагент: Вид")).to_be_visible()
    page.get_by_role("button", name="Добавить в столбцы").press("Enter")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("создано")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Создано, по месяцам")).to_be_visible()
    page.get_by_role("button", name="Создано, по месяцам").press("Enter")
    page.get_by_role("menuitem", name="по годам").click()
    page.get_by_role("button", name="Добавить расчёт").press("Enter")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("сумма")
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Сумма").first).to_be_visible()

    asked = parse_qs(urlsplit(page.url).query)
    assert asked["rows"] == ["counterparty.kind"]
    assert (asked["columns"], asked["measures"]) == (["created_at:year"], ["count,sum:amount"])
    told = run(site, "run", rows=["counterparty.kind"], columns=["created_at:year"], measures=["count", "sum:amount"])
    total = page.get_by_role("row").last.get_by_role("cell").all_inner_texts()
    assert digits(total[-2]) == told["cells"][-1][-1][0]
    assert digits(total[-1]) == int(float(told["cells"][-1][-1][1][0]))

    other = open_page(page.url.removeprefix(site.url))
    expect(other.get_by_role("row").last).to_have_text(page.get_by_role("row").last.inner_text().replace("\t", ""))


def test_condition_narrows_the_report(site: Site, open_page: Opener) -> None:
    page = open_page(f"{PIVOT}&rows=stage&measures=count")
    page.get_by_role("button", name="Фильтр").click()
    page.get_by_role("combobox", name="Поле для условия").fill("Приоритет")
    page.keyboard.press("Enter")
    page.get_by_role("option", name="Высокий").click()
    want = site.query("deal", filter='priority = "high"', limit=0, count="exact")["count"]["value"]
    last = page.get_by_role("row").last
    expect(last.get_by_role("cell")).to_have_text(str(want))


def test_file_holds_the_table_that_is_on_the_screen(site: Site, open_page: Opener, tmp_path: Path) -> None:
    page = open_page(f"{PIVOT}&rows=stage&measures=count,sum:amount")
    expect(page.get_by_role("row").last).to_contain_text("Всего")
    with page.expect_download() as loading:
        page.get_by_role("button", name="Скачать CSV").click()
    file = tmp_path / "report.csv"
    loading.value.save_as(file)
    lines = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    told = run(site, "run", rows=["stage"], measures=["count", "sum:amount"])
    assert lines[0] == ["Этап", "Количество", "Сумма"]
    assert [line[1] for line in lines[1:]] == [str(cells[0][0]) for cells in told["cells"]]
    assert [line[2] for line in lines[1:]] == [cells[0][1][0] if cells[0][1] else "" for cells in told["cells"]]


def test_report_kept_under_a_name_is_there_for_its_owner_the_next_time(open_page: Opener) -> None:
    page = open_page(f"{PIVOT}&rows=source&measures=count&chart=none")
    page.get_by_role("button", name="Сохранённые").click()
    page.get_by_role("menuitem", name="Сохранить отчёт").click()
    page.get_by_label("Название отчёта").fill("Откуда сделки")
    page.get_by_role("dialog").get_by_role("button", name="Сохранить отчёт").click()
    expect(page.get_by_text("Отчёт «Откуда сделки» сохранён")).to_be_visible()
    with page.expect_response(lambda answer: "/api/preferences/reports" in answer.url):
        pass
    later = open_page("/-/reports")
    later.get_by_role("button", name="Сохранённые").click()
    later.get_by_role("menuitem", name="Откуда сделки").first.click()
    expect(later.get_by_role("columnheader", name="Источник")).to_be_visible()
    assert "rows=source" in later.url
    later.get_by_role("button", name="Сохранённые").click()
    later.get_by_role("menuitem", name="Откуда сделки").last.click()
    later.get_by_role("button", name="Сохранённые").click()
    expect(later.get_by_role("menuitem", name="Откуда сделки")).to_have_count(0)


# ------------------------------------------------------------------ funnel


def test_funnel_shows_the_figures_of_the_server_and_opens_the_records_behind_each(
    site: Site, open_page: Opener
) -> None:
    told = run(site, "funnel")
    page = open_page(FUNNEL)
    table = page.get_by_role("region", name="По этапам")
    for stage, row in zip(told["stages"], told["whole"]["rows"], strict=True):
        line = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name=stage["title"]))
        expect(line.get_by_role("cell").first).to_contain_text(str(row["entered"]["records"]))
    weakest = next(one["title"] for one in told["stages"] if one["key"] == told["whole"]["weakest"])
    expect(table.get_by_role("row").filter(has_text="слабое место")).to_contain_text(weakest)

    row = next(one for one in told["whole"]["rows"] if one["in_progress"]["records"] > 1)
    title = next(one["title"] for one in told["stages"] if one["key"] == row["stage"])
    table.get_by_role("button", name=f"{title}: В работе").click()
    box = page.get_by_role("dialog", name=f"{title} · В работе")
    expect(box.get_by_role("listitem")).to_have_count(row["in_progress"]["records"])
    assert all(text == title for text in box.locator(".chip").all_inner_texts())
    box.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/deal/\d+"))


def test_losses_stand_by_reason_and_stage_and_lead_to_the_deals(site: Site, open_page: Opener) -> None:
    loss = run(site, "funnel")["losses"][0]
    page = open_page(FUNNEL)
    table = page.get_by_role("region", name="Упущенная прибыль")
    line = table.get_by_role("row").filter(has_text=loss["reason"][1])
    line.get_by_role("button").last.click()
    box = page.get_by_role("dialog", name=re.compile(f"Потеряны · {loss['reason'][1]}"))
    expect(box.get_by_role("listitem")).to_have_count(loss["records"])


def test_period_pipeline_manager_and_cut_stay_in_the_address(site: Site, open_page: Opener) -> None:
    page = open_page(FUNNEL)
    page.get_by_role("button", name="за всё время").click()
    page.get_by_label("От", exact=True).fill("2020-01-01")
    page.get_by_label("До", exact=True).fill("2020-12-31")
    expect(page.get_by_text("За этот период движений не было")).to_be_visible()
    page.get_by_role("button", name="за всё время").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Разрез").click()
    page.get_by_role("combobox", name="Разрез").fill("ответственный")
    page.keyboard.press("Enter")
    told = run(site, "funnel", by="responsible")
    group = told["groups"][0]
    page.get_by_role("region", name="Ответственный").get_by_role("button", name=group["value"][1]).click()
    picture = page.get_by_role("list", name=re.compile("^Воронка"))
    expect(picture.get_by_role("listitem").first).to_contain_text(str(group["rows"][0]["entered"]["records"]))
    again = open_page(page.url.removeprefix(site.url))
    first = again.get_by_role("list", name=re.compile("^Воронка")).get_by_role("listitem").first
    expect(first).to_contain_text(str(group["rows"][0]["entered"]["records"]))
    again.get_by_role("button", name=f"Убрать условие: {group['value'][1]}").click()
    expect(first).to_contain_text(str(told["whole"]["rows"][0]["entered"]["records"]))


def test_seller_without_the_right_to_a_field_is_refused_in_words(site: Site, open_page: Opener) -> None:
    """The address is typed by hand: a field that is not there is left out, a spoiled filter is told."""
    page = open_page(f"{PIVOT}&rows=no_such_field,stage&measures=count")
    expect(page.get_by_role("columnheader", name="Этап")).to_be_visible()
    page = open_page(f"{FUNNEL}&only=amount%20%3E&named=x")
    expect(page.get_by_text("Отчёт не построен")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_in_reports(open_page: Opener, size: dict[str, int], theme: str) -> None:
    page = open_page(f"{PIVOT}&rows=responsible&columns=stage&measures=count,sum:amount", size=size, theme=theme)
    expect(page.get_by_role("rowheader", name="Всего")).to_be_visible()
    assert check_accessible(page) == []
    no_wider_than_the_screen(page)
    page = open_page(f"{FUNNEL}&by=responsible", size=size, theme=theme)
    expect(page.get_by_role("region", name="По этапам")).to_be_visible()
    assert check_accessible(page) == []
    no_wider_than_the_screen(page)
    page.get_by_role("list", name=re.compile("^Воронка")).get_by_role("button").first.click()
    expect(page.get_by_role("dialog").get_by_role("listitem").first).to_be_visible()
    assert check_accessible(page) == []


def no_wider_than_the_screen(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
