"""What one does in the constructor by hand: a block of a card is carried, a spreadsheet becomes an object."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Opener, Site
from tests.e2e.test_form_designer import form_of, save, section
from tests.e2e.test_provider_story import Hand

MOST = 8  # actions from the open configurator to the object with its data: at five seconds each, under a minute


def carry(page: Page, what: Locator, to: Locator, into: Locator) -> None:
    """By its head, to before `to`; let go once the place is shown."""
    what.scroll_into_view_if_needed()
    start, target = what.bounding_box(), to.bounding_box()
    assert start and target
    page.mouse.move(start["x"] + 16, start["y"] + 16)
    page.mouse.down()
    page.mouse.move(target["x"] + 24, target["y"] + 6, steps=8)
    expect(into.locator(".hole")).to_be_visible()
    page.mouse.up()


def test_block_of_a_card_is_carried_over_its_fields_and_stands_there_on_the_card(site: Site, open_page: Opener) -> None:
    words = {"title": {"ru": "Памятка"}, "kind": "text", "text": {"ru": "Позвоните до обеда"}}
    fields = {"title": {"ru": "О товаре"}, "fields": ["title", "price"]}
    form = {"tab": [{"title": {"ru": "Основное"}, "section": [fields, words]}]}
    revision = site.http.get("/api/schema/source").json()["revision"]
    edits = [{"do": "put_form", "entity": "product", "form": form}]
    assert site.http.post("/api/schema/apply", json={"revision": revision, "edits": edits}).is_success
    page = open_page("/-/configurator/objects/product/form")
    note = page.get_by_role("region", name="Блок «Памятка»")
    carry(page, note, section(page, "О товаре"), page.locator("[data-zone=sections]"))
    expect(page.locator("[data-zone=sections] > section").first).to_have_accessible_name("Блок «Памятка»")
    save(page)
    assert [part.get("kind") for part in form_of(site, "product")["tab"][0]["section"]] == ["text", None]
    card = open_page(f"/product/{site.create('product', title='Насос с памяткой')}")
    expect(card.get_by_role("tabpanel").locator("section").first).to_contain_text("Позвоните до обеда")


def test_spreadsheet_becomes_an_object_with_its_data_and_links_in_few_actions(
    site: Site, open_page: Opener, tmp_path: Path
) -> None:
    names = [f"ООО «Клиент {at}»" for at in range(48)]
    for name in names:
        site.create("counterparty", title=name, kind="company")
    file = tmp_path / "Договоры.csv"
    rows = [f"Договор {at};{name};{at + 1}" for at, name in enumerate([*names, "ООО «Новый А»", "ООО «Новый Б»"])]
    file.write_text("\n".join(["Название;Кто;Мест", *rows]), encoding="utf-8")
    page = open_page("/-/configurator")
    hand = Hand(page)
    hand.press(page.get_by_role("link", name="Из таблицы", exact=True))
    hand.give(page.locator("input[type=file]"), file)
    expect(page.get_by_text("найдено 48 из 50")).to_be_visible()
    expect(page.get_by_text("появятся: ООО «Новый А» · ООО «Новый Б»")).to_be_visible()
    hand.type(page.get_by_label("Название в единственном числе"), "Договор из таблицы")
    hand.press(hand.button("Создать и загрузить"))
    hand.press(page.get_by_role("link", name="Открыть список", exact=True))
    expect(page.get_by_text(re.compile(r"Всего:\s*50"))).to_be_visible(timeout=60_000)
    assert hand.count <= MOST, hand.count
