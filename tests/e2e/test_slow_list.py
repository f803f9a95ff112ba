"""A list that answers slowly says why, and one press builds the index it lacks."""

from __future__ import annotations

import re
import time
from typing import Any

from playwright.sync_api import expect

from tests.browser import check_accessible
from tests.e2e.conftest import Opener, Site


def test_slow_list_names_the_field_and_is_made_fast(site: Site, open_page: Opener) -> None:
    page = open_page("/deal")
    expect(page.get_by_text(re.compile("Всего:"))).to_be_visible()

    def late(route: Any) -> None:
        time.sleep(1.7)
        route.continue_()

    page.route("**/api/records/deal/query", late)
    page.goto(page.url.split("/deal")[0] + "/deal?view=all&sort=engaged_on")
    note = page.get_by_role("status").filter(has_text="Список отвечает долго")
    expect(note).to_contain_text("«Начало работы»")
    check_accessible(page)
    page.unroute("**/api/records/deal/query")
    note.get_by_role("button", name="Ускорить").click()
    expect(page.get_by_text("Указатель построен")).to_be_visible(timeout=60_000)
    expect(note).to_have_count(0)
    assert site.http.get("/api/records/deal/speed", params={"sort": "engaged_on"}).json()["fields"] == []
