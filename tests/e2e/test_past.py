"""«Как было на…»: a list, a card and a report of a past moment, with a banner that says so and a way back."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from playwright.sync_api import expect

from tests.browser import check_accessible
from tests.e2e.conftest import DESKTOP, PHONE, Opener, Site


def server_time(site: Site) -> datetime:
    return parsedate_to_datetime(site.http.get("/api/session").headers["date"]).astimezone(UTC)


def moment_of(site: Site, deal: int) -> str:
    """When the deal was added, once the server's clock has gone on: what is written after this was not known then."""
    at = str(site.read("deal", deal)["values"]["created_at"])  # type: ignore[index]
    while server_time(site) <= datetime.fromisoformat(at):
        time.sleep(0.05)
    return at


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_list_and_card_are_shown_as_they_were_and_cannot_be_changed(
    site: Site, open_page: Opener, size: dict[str, int]
) -> None:
    deal = site.create("deal", title=f"Прошлое {size['width']}")
    at = moment_of(site, deal)
    site.change("deal", deal, title=f"Настоящее {size['width']}")
    page = open_page(f"/-/past/deal?at={at}&sort=-created_at&fields=title,stage,amount", size=size)
    expect(page.get_by_role("status").filter(has_text="Показано, как было")).to_be_visible()
    table = page.get_by_role("region", name="Сделки")
    expect(table.get_by_role("button", name=f"Прошлое {size['width']}")).to_be_visible()
    expect(table.get_by_text(f"Настоящее {size['width']}")).to_have_count(0)
    check_accessible(page)

    table.get_by_role("button", name=f"Прошлое {size['width']}").click()
    card = page.get_by_role("dialog")
    expect(card.get_by_text("Название")).to_be_visible()
    expect(card.get_by_role("textbox")).to_have_count(0)
    card.get_by_role("link", name="Открыть как сейчас").click()
    expect(page).to_have_url(re.compile(rf"/deal/{deal}"))


def test_list_of_the_day_leads_there_and_back(site: Site, open_page: Opener) -> None:
    page = open_page("/deal")
    page.get_by_role("button", name="Другие действия").first.click()
    page.get_by_role("menuitem", name="Как было на…").click()
    expect(page).to_have_url(re.compile(r"/-/past/deal"))
    expect(page.get_by_text("Показано, как было")).to_be_visible()
    # The sample was brought in today: yesterday there was nothing, by the end of today there is everything.
    expect(page.get_by_text("В тот день таких записей не было")).to_be_visible()
    today = page.get_by_label("Другой день").get_attribute("max")
    assert today
    page.get_by_label("Другой день").fill(today)
    whole = site.query("deal", limit=0, count="exact")["count"]["value"]
    expect(page.get_by_role("status").filter(has_text=re.compile(rf"^{whole} сдел|^{whole} запис"))).to_be_visible()
    page.get_by_role("button", name="Показать как сейчас").click()
    expect(page).to_have_url(re.compile(r"/deal\?"))


def test_report_goes_back_and_its_cells_lead_to_lists_of_that_moment(site: Site, open_page: Opener) -> None:
    deal = site.create("deal", title="До")
    before = site.http.post("/api/reports/run", json={"entity": "deal", "rows": ["stage"]}).json()
    new = before["rows"].index(["new"])
    was = before["cells"][new][0][0]
    at = moment_of(site, deal)
    site.create("deal", title="После")
    page = open_page(f"/-/reports?kind=pivot&of=deal&rows=stage&measures=count&at={at}")
    expect(page.get_by_text("Показано, как было")).to_be_visible()
    link = page.get_by_role("link", name=re.compile(rf"^Новая: {was}\. Открыть список"))
    expect(link).to_be_visible()
    check_accessible(page)
    link.click()
    expect(page).to_have_url(re.compile(r"/-/past/deal\?"))
    expect(page.get_by_role("status").filter(has_text=re.compile(rf"^{was} запис"))).to_be_visible()
    expect(page.get_by_role("button", name="После")).to_have_count(0)
    page.go_back()
    page.get_by_role("button", name="Показать как сейчас").click()
    expect(page.get_by_role("link", name=re.compile(rf"^Новая: {was + 1}\. Открыть список"))).to_be_visible()
