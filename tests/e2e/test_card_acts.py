"""What is done on a card: a record made from inside a link, a copy, another pipeline, files looked at, the feed narrowed, paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import check_accessible
from tests.e2e.conftest import PHONE, Opener, Site
from tests.e2e.test_card import value

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
PDF = b"%PDF-1.1\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n"


def act(page: Page, name: str) -> None:
    page.get_by_role("button", name="Другие действия").last.click()
    page.get_by_role("menuitem", name=name).click()


def test_contact_is_created_from_inside_the_link_with_what_was_typed_and_the_focus_comes_back(
    site: Site, open_page: Opener
) -> None:
    id = site.create("deal", title="Контакт на ходу")
    page = open_page(f"/deal/{id}")
    value(page, "Контрагент").click()
    page.get_by_role("combobox", name="Контрагент").fill("ООО «Новичок»")
    page.get_by_role("option", name="Создать контрагента «ООО «Новичок»»").click()
    dialog = page.get_by_role("dialog", name="Создать контрагента")
    expect(dialog.get_by_text("ООО «Новичок»", exact=True)).to_be_visible()
    dialog.get_by_role("button", name="Создать", exact=True).click()
    expect(value(page, "Контрагент")).to_have_accessible_name(re.compile("Новичок"))
    expect(value(page, "Контрагент")).to_be_focused()
    expect(page).to_have_url(f"{site.url}/deal/{id}")
    client = site.read("deal", id)["values"]["counterparty"]
    assert client[1] == "ООО «Новичок»"


def test_link_inside_a_new_record_is_filled_by_keys_and_may_be_given_up(site: Site, open_page: Opener) -> None:
    page = open_page("/deal?view=all")
    page.get_by_role("button", name="Создать сделку").click()
    dialog = page.get_by_role("dialog", name="Создать сделку")
    dialog.get_by_role("button", name=re.compile("^Контрагент")).click()
    page.get_by_role("combobox", name="Контрагент").fill("7707083893")
    option = page.get_by_role("option", name=re.compile("Создать контрагента"))
    expect(option).to_have_attribute("data-highlighted", "true")
    page.keyboard.press("Enter")
    inside = page.get_by_role("dialog", name="Создать контрагента")
    expect(inside).to_be_visible()
    inside.get_by_role("button", name="Отмена").click()
    expect(inside).to_have_count(0)
    expect(dialog.get_by_role("button", name=re.compile("^Контрагент: не заполнено"))).to_be_visible()


def test_copy_has_the_lines_of_the_original_and_is_taken_back_from_the_message(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="С позициями", stage="talks")
    site.create("deal_line", deal=id, title="Насос", quantity=2, price="1500")
    page = open_page(f"/deal/{id}")
    act(page, "Создать копию")
    expect(page.get_by_text("Создана копия: «С позициями»")).to_be_visible()
    expect(page.get_by_role("radio", name="Новая")).to_be_checked()
    page.get_by_role("tab", name="Товары").click()
    expect(page.get_by_role("gridcell", name="Насос")).to_be_visible()
    copied = int(page.url.rsplit("/", 1)[1])
    assert copied != id
    page.get_by_role("button", name="Отменить").click()
    expect(page).not_to_have_url(re.compile(f"/deal/{copied}$"))
    assert site.read("deal", copied)["deleted_at"] is not None


def test_deal_goes_to_another_pipeline_and_comes_back_by_one_press(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Другая воронка", stage="talks")
    page = open_page(f"/deal/{id}")
    act(page, "Перевести в другую воронку")
    dialog = page.get_by_role("dialog", name="Перевести в другую воронку")
    place = dialog.get_by_label("Чем станет «Переговоры»")
    expect(place).to_have_value("engaging")  # as far along the way
    place.select_option(label="Поиск клиента")
    dialog.get_by_role("button", name="Перевести", exact=True).click()
    expect(page.get_by_role("radio", name="Поиск клиента")).to_be_checked()
    assert site.read("deal", id)["values"]["stage"] == "prospecting"
    page.get_by_role("button", name="Отменить").click()
    expect(page.get_by_role("radio", name="Переговоры")).to_be_checked()


def test_what_stages_of_the_other_pipeline_ask_for_is_asked_on_the_way(site: Site, open_page: Opener) -> None:
    client = site.create("counterparty", title="ООО «Спросят»")
    id = site.create("deal", title="Спросят сумму", stage="won", counterparty=client)
    page = open_page(f"/deal/{id}")
    act(page, "Перевести в другую воронку")
    page.get_by_role("dialog").get_by_role("button", name="Перевести", exact=True).click()
    asked = page.get_by_role("dialog").filter(has_text="Сумма")
    asked.get_by_role("button", name=re.compile("^Сумма")).click()
    page.get_by_role("textbox", name="Сумма").fill("90 000")
    page.keyboard.press("Enter")
    asked.get_by_role("button", name="Сохранить и продолжить").click()
    expect(page.get_by_role("radio", name="Успешно")).to_be_checked()


@pytest.mark.parametrize(
    ("name", "content", "media"),
    [
        ("опасно.html", b"<script>parent.ran = 1</script>", "text/html"),
        ("опасно.svg", b"<svg onload='ran=1'/>", "image/svg+xml"),
    ],
)
def test_file_that_could_run_is_only_saved(
    site: Site, open_page: Opener, tmp_path: Path, name: str, content: bytes, media: str
) -> None:
    page = with_file(site, open_page, tmp_path, name, content)
    dialog = page.get_by_role("dialog", name=name)
    expect(dialog.get_by_text("Этот файл здесь не показать")).to_be_visible()
    answer = site.http.get(dialog.get_by_role("link", name="Сохранить").get_attribute("href") or "")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert page.evaluate("() => window.ran") is None


def with_file(site: Site, open_page: Opener, folder: Path, name: str, content: bytes) -> Page:
    id = site.create("deal", title=f"Файл {name}")
    (folder / name).write_bytes(content)
    page = open_page(f"/deal/{id}")
    page.locator("form input[type=file]").set_input_files(folder / name)
    page.get_by_role("button", name="Добавить", exact=True).click()
    page.get_by_role("region", name="Лента").get_by_role("link", name=re.compile(re.escape(name))).click()
    return page


def test_picture_text_and_pdf_are_looked_at_in_place(site: Site, open_page: Opener, tmp_path: Path) -> None:
    page = with_file(site, open_page, tmp_path, "схема.png", PNG)
    expect(page.get_by_role("dialog").get_by_role("img", name="схема.png")).to_be_visible()
    page = with_file(site, open_page, tmp_path, "старый.txt", "Счёт на оплату".encode("cp1251"))
    expect(page.get_by_role("dialog").get_by_text("Счёт на оплату")).to_be_visible()
    page = with_file(site, open_page, tmp_path, "договор.pdf", PDF)
    frame = page.get_by_role("dialog").locator("iframe[title='договор.pdf']")
    expect(frame).to_be_visible()
    answer = site.http.get(frame.get_attribute("src") or "")
    assert answer.headers["content-type"] == "application/pdf"
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]


def test_feed_takes_a_call_that_has_been_and_shows_only_what_is_asked(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Лента по видам")
    page = open_page(f"/deal/{id}")
    timeline = page.get_by_role("region", name="Лента")
    page.get_by_role("radio", name="Звонок").click()
    page.get_by_role("radio", name="Уже было").click()
    page.get_by_role("textbox", name="Звонок").fill("Говорили о сроках")
    page.get_by_role("button", name="Добавить", exact=True).click()
    expect(timeline.get_by_role("article").filter(has_text="Говорили о сроках")).to_be_visible()
    page.get_by_role("radio", name="Письмо").click()
    page.get_by_role("textbox", name="Письмо").fill("Отправлено предложение")
    page.get_by_role("button", name="Добавить", exact=True).click()
    letter = timeline.get_by_role("article").filter(has_text="Отправлено предложение")
    expect(letter).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("Запланировано"))).to_have_count(0)

    timeline.get_by_role("button", name="Звонки").click()
    expect(letter).to_have_count(0)
    expect(timeline.get_by_role("article").filter(has_text="Говорили о сроках")).to_be_visible()
    timeline.get_by_role("button", name="Встречи").click()
    expect(timeline.get_by_text("Такого в ленте нет")).to_be_visible()
    timeline.get_by_role("button", name="Всё").click()
    expect(letter).to_be_visible()


def test_record_in_the_trash_says_so_and_is_brought_back_from_its_card(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Открыли удалённую")
    assert site.http.delete(f"/api/records/deal/{id}").status_code == 200
    page = open_page(f"/deal/{id}")
    expect(page.get_by_text("Запись в корзине")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Изменить$"))).to_have_count(0)
    page.get_by_role("button", name="Вернуть из корзины").click()
    expect(value(page, "Название")).to_be_visible()
    assert site.read("deal", id)["deleted_at"] is None


def test_on_paper_there_is_the_record_without_menus(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="На бумаге", amount="1200")
    page = open_page(f"/deal/{id}")
    expect(page.get_by_role("heading", name="На бумаге", level=1)).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="На бумаге", level=1)).to_be_visible()
    expect(page.get_by_text("О сделке")).to_be_visible()
    expect(page.get_by_role("button", name="Другие действия")).to_be_hidden()
    expect(page.get_by_role("textbox", name="Заметка")).to_be_hidden()
    expect(page.get_by_role("link", name="Контрагенты")).to_be_hidden()


NAMES = {
    "длинное": "Ы" * 290,
    "справа налево": "\u202eмудрёное\u202c شركة النور",
    "картинки": "🚀👩‍👩‍👧‍👦 Ремонт 🇷🇺",
    "невидимые": "Сде\u200bлка\u2060 с\u00ad пробелами",
    "разметка": "<img src=x onerror='window.ran=1'><b>жирно</b>",
}


@pytest.mark.parametrize("kind", list(NAMES))
def test_strange_name_breaks_neither_the_card_nor_the_board(site: Site, open_page: Opener, kind: str) -> None:
    id = site.create("deal", title=NAMES[kind], amount="1")
    page = open_page(f"/deal/{id}", size=PHONE)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), (
        "the page does not scroll sideways"
    )
    assert page.evaluate("() => window.ran") is None
    page.goto(f"{site.url}/deal?view=funnel")
    page.get_by_role("searchbox", name="Искать в списке").fill(NAMES[kind][:40])
    expect(page.locator(f".card[data-id='{id}']")).to_be_visible()
    assert page.evaluate("() => window.ran") is None


def test_field_that_is_typed_in_stays_in_view_above_the_keyboard_of_a_phone(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="С клавиатурой")
    page = open_page(f"/deal/{id}", size=PHONE)
    page.get_by_role("tab", name="Карточка").click()
    field = value(page, "Номер во внешней системе")
    field.scroll_into_view_if_needed()
    field.click()
    box = page.get_by_role("textbox", name="Номер во внешней системе")
    page.set_viewport_size({"width": 390, "height": 480})
    expect(box).to_be_in_viewport()


def test_card_and_its_boxes_pass_axe(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Для проверки", stage="talks")
    for theme in ("light", "dark"):
        page = open_page(f"/deal/{id}", theme=theme)
        expect(page.get_by_role("region", name="Лента")).to_be_visible()
        check_accessible(page)
        act(page, "Перевести в другую воронку")
        expect(page.get_by_role("dialog", name="Перевести в другую воронку")).to_be_visible()
        check_accessible(page)


def test_page_enlarged_twice_shows_the_whole_card_one_part_below_another(site: Site, open_page: Opener) -> None:
    id = site.create("deal", title="Крупно", stage="talks")
    page = open_page(f"/deal/{id}", size={"width": 720, "height": 450})  # 1440 × 900 at 200 %
    note = page.get_by_role("textbox", name="Заметка")
    note.scroll_into_view_if_needed()
    box, form = note.bounding_box(), value(page, "Название").bounding_box()
    assert box and form and box["width"] > 300 and box["y"] > form["y"]
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
