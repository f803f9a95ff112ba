"""An administrator changes the structure while somebody types: the other browser shows it at once, and the typing stays."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Opener, Site, settle
from tests.e2e.test_configurator import apply, make_object
from tests.e2e.test_live import heard

SOON_MS = 30_000
STAGES = [{"key": key, "title": {"ru": title}} for key, title in (("first", "Приём"), ("second", "Ремонт"))]
FIELDS = (
    {"key": "phone", "title": {"ru": "Телефон"}, "type": "phone"},
    {"key": "colour", "title": {"ru": "Оттенок"}, "type": "text"},
    {"key": "note", "title": {"ru": "Заметка"}, "type": "text"},
)


def card(site: Site, open_page: Opener, key: str) -> tuple[Page, int]:
    """The card of a record of an object made for this test, open before somebody who does not configure anything."""
    pipeline = {"key": "main", "title": {"ru": "Мастерская"}, "stages": STAGES}
    make_object(site, key, f"Заказ {key}", *FIELDS, traits={"staged": {}, "discussed": {}}, pipeline=[pipeline])
    record = site.create(key, title="Часы", colour="синий", stage="first")
    page = open_page(f"/{key}/{record}")
    heard(page)
    expect(page.get_by_role("button", name="Оттенок: синий")).to_be_visible()
    return page, record


def typing(page: Page, field: str, text: str) -> Locator:
    page.get_by_role("button", name=f"{field}:").click()
    box = page.get_by_role("textbox", name=field)
    box.fill(text)
    return box


def field(key: str, do: str, **more: Any) -> dict[str, Any]:
    return {"do": do, "entity": key, **more}


def test_new_renamed_and_hidden_fields_come_to_an_open_card_and_the_typing_stays(site: Site, open_page: Opener) -> None:
    key = "hands_one"
    page, record = card(site, open_page, key)
    box = typing(page, "Заметка", "наполовину напеч")
    new = {"key": "later", "title": {"ru": "Мастер"}, "type": "text"}
    apply(site, field(key, "add_field", field=new))
    expect(page.get_by_role("button", name="Мастер:")).to_be_visible(timeout=SOON_MS)
    apply(site, field(key, "change_field", field="phone", set={"title": {"ru": "Как позвонить"}}))
    expect(page.get_by_text("Как позвонить", exact=True)).to_be_visible(timeout=SOON_MS)
    apply(site, field(key, "hide_field", field="colour"))
    expect(page.get_by_role("button", name="Оттенок: синий")).to_have_count(0, timeout=SOON_MS)
    expect(box).to_have_value("наполовину напеч")
    expect(box).to_be_focused()
    box.press_sequentially("атано")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Заметка: наполовину напечатано")).to_be_visible()
    apply(site, field(key, "show_field", field="colour"))
    expect(page.get_by_role("button", name="Оттенок: синий")).to_be_visible(timeout=SOON_MS)
    assert site.read(key, record)["values"]["note"] == "наполовину напечатано"  # type: ignore[index,call-overload]


def test_a_card_drawn_anew_and_stages_renamed_leave_the_typing_alone(site: Site, open_page: Opener) -> None:
    key = "hands_two"
    page, record = card(site, open_page, key)
    typing(page, "Заметка", "не потерять")
    apply(site, field(key, "put_stage", pipeline="main", stage={"key": "second", "title": {"ru": "В мастерской"}}))
    expect(page.get_by_role("radio", name="В мастерской")).to_be_visible(timeout=SOON_MS)
    apply(site, field(key, "put_stage", pipeline="main", stage={"title": {"ru": "Выдача"}}))
    expect(page.get_by_role("radio", name="Выдача")).to_be_visible(timeout=SOON_MS)
    section = {"title": {"ru": "Самое нужное"}, "fields": ["note", "title", "colour"]}
    form = {"tab": [{"title": {"ru": "Главное"}, "section": [section]}]}
    apply(site, field(key, "put_form", form=form))
    expect(page.get_by_text("Самое нужное", exact=True)).to_be_visible(timeout=SOON_MS)
    # The field is elsewhere now: what was typed is in it, kept.
    expect(page.get_by_role("button", name="Заметка: не потерять")).to_be_visible()
    settle()
    assert site.read(key, record)["values"]["note"] == "не потерять"  # type: ignore[index,call-overload]


def test_what_is_typed_into_a_field_that_is_hidden_meanwhile_is_not_lost_silently(
    site: Site, open_page: Opener
) -> None:
    key = "hands_three"
    page, _ = card(site, open_page, key)
    typing(page, "Заметка", "в поле, которого нет")
    apply(site, field(key, "hide_field", field="note"))
    expect(page.get_by_text("Не сохранено: Заметка — «в поле, которого нет»")).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_role("textbox", name="Заметка")).to_have_count(0, timeout=SOON_MS)


def test_a_comment_and_a_new_record_being_typed_survive_a_change_of_fields(site: Site, open_page: Opener) -> None:
    key = "hands_four"
    page, _ = card(site, open_page, key)
    page.goto(f"{site.url}/{key}")
    heard(page)
    page.get_by_role("button", name="Создать").first.click()
    box = page.get_by_role("dialog")
    box.get_by_role("button", name="Название:").click()
    page.get_by_role("textbox", name="Название").fill("Новые ча")
    new = {"key": "urgent", "title": {"ru": "Срочно"}, "type": "yes_no", "required": False}
    apply(site, field(key, "add_field", field=new))
    expect(page.get_by_role("columnheader", name="Срочно")).to_have_count(0)
    text = page.get_by_role("textbox", name="Название")
    expect(text).to_have_value("Новые ча")
    text.press_sequentially("сы")
    page.keyboard.press("Enter")
    box.get_by_role("button", name="Создать", exact=True).click()
    expect(page.get_by_text("Новые часы").first).to_be_visible()
