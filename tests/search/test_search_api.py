"""GET /api/search, as the palette calls it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from svyaz.search.follow import catch_up
from tests.api.site import Site
from tests.cast import Cast


@pytest.fixture
def site(romashka: Cast) -> Iterator[Site]:
    opened = Site(romashka)
    yield opened
    opened.close()


def test_answer_is_grouped_with_snippets_and_a_way_on(site: Site) -> None:
    olga = site.browser("Ольга")
    sales = [olga.create("deal", title=f"Поставка насосов {at}")["id"] for at in range(3)]
    firm = olga.create("counterparty", title="Насосный завод")["id"]
    catch_up(site.company)
    told = olga.get("/api/search", q="насосы", limit=2)
    groups = [(one["entity"], one["title"], [item["id"] for item in one["items"]]) for one in told["groups"]]
    assert groups == [("deal", "Сделки", sales[:0:-1]), ("counterparty", "Контрагенты", [firm])]
    assert [one["more"] for one in told["groups"]] == [True, False]
    first, _ = told["groups"]
    assert first["items"][0] == {
        "id": sales[2],
        "label": "Поставка насосов 2",
        "field": "title",
        "snippet": {"text": "Поставка насосов 2", "marks": [[9, 16]]},
        "about": None,
    }
    (rest,) = olga.get("/api/search", q="насосы", entity="deal", after=first["next"])["groups"]
    assert ([item["id"] for item in rest["items"]], rest["more"], rest["next"]) == ([sales[0]], False, None)
    assert told["words"] == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"q": "насос", "limit": 0}, "bad_request"),
        ({"q": "насос", "limit": 1000}, "bad_request"),
        ({"q": "насос", "qq": "насос"}, "bad_request"),
        ({"q": "насос", "after": "w5"}, "search_cursor_wrong"),
        ({"q": "насос", "entity": "deal", "after": "1; DROP TABLE deal"}, "search_cursor_wrong"),
    ],
)
def test_call_that_makes_no_sense_is_refused(site: Site, asked: dict[str, str], code: str) -> None:
    assert site.browser("Ольга").refused("GET", "/api/search", 400, params=asked)["code"] == code


def test_object_that_one_does_not_see_is_not_there(site: Site) -> None:
    site.cast.give_role("Ольга", "narrow")
    for entity in ("deal", "nothing"):
        told = site.browser("Ольга").refused("GET", "/api/search", 404, params={"q": "насос", "entity": entity})
        assert told["code"] == "not_found"
    assert site.browser("Ольга").get("/api/search", q="насос") == {"groups": [], "words": []}
