"""Every main screen looks as the picture that is kept of it: in both themes, at a desktop and on a phone.

The company's clock stands (`standing.py`), its data are the sample's, and nothing that a page writes about itself
(what was opened lately) is kept, so that a screen is the same whatever was opened before.  A screen is waited for
until it is like its picture.  When one is meant to look otherwise: `make pictures`, and look at what git shows.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.conftest import NOW
from tests.e2e.conftest import DESKTOP, PHONE, Opener, Site, served, sign_in_first
from tests.e2e.likeness import Unlike, compare, keep, small
from tests.exchange.test_import import content_of

PICTURES = Path(__file__).resolve().parent / "pictures"
WRONG = PICTURES / "wrong"  # what was seen and where it differs; not kept in git
TO_BE_KEPT = os.environ.get("SVYAZ_PICTURES") == "keep"
LIKE_WITHIN = 20  # seconds
SIZES = {"desktop": DESKTOP, "phone": PHONE}
THEMES = ("light", "dark")

SCREENS = {
    "login": "/-/login",
    "home": "/-/home",
    "start": "/-/start",
    "list": "/deal?view=all",
    "board": "/deal?view=funnel",
    "card_over_list": "/deal?view=all",
    "card": "/deal/{deal}",
    "client": "/counterparty/{client}",
    "calendar": "/deal?view=calendar",
    "gallery": "/employee?view=cards",
    "tree": "/department?view=tree",
    "gantt": "/deal?view={gantt}",
    "chart": "/deal?view=chart",
    "map": "/counterparty?view={map}",
    "report": "/-/reports?kind=pivot&of=deal&rows=responsible&columns=stage&measures=count",
    "funnel": "/-/reports?kind=funnel&of=deal",
    "past": "/-/past/deal?at=2026-03-03T09:00:00Z",
    "import": "/-/import/{import}",
    "trash": "/-/trash",
    "settings": "/-/settings/general",
    "money": "/-/settings/money",
    "me": "/-/me",
    "about": "/-/about",
    "objects": "/-/configurator",
    "fields": "/-/configurator/objects/deal/fields",
    "form": "/-/configurator/objects/deal/form",
    "pipelines": "/-/configurator/objects/deal/pipelines",
    "menu": "/-/configurator/menu",
    "versions": "/-/configurator/versions",
    "people": "/-/people",
}
# Where there is something to wait for beyond the network; a picture taken for keeping must not be half a screen.
WAITED = '[aria-busy="true"], .skeleton, .skel'


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("pictures")
    with served(folder, "tests.e2e.standing") as (url, printed):
        yield replace(sign_in_first(url, printed), home=folder / "home")


@pytest.fixture(scope="module")
def places(site: Site) -> dict[str, object]:
    """What the sample has nothing of: places for a map, a file that is being brought in, something in the bin."""

    def first(entity: str, filter: str) -> int:
        return int(site.query(entity, filter=filter, fields=["label"], sort="id", limit=1)["rows"][0][0])  # type: ignore[index]

    def view(entity: str, title: str, **view: object) -> str:
        answer = site.http.post(f"/api/views/{entity}", json={"title": title, "view": view})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["key"])

    field = {"key": "spot", "title": "На карте", "type": "place"}
    revision = site.http.get("/api/schema/source").json()["revision"]
    edits = [{"do": "add_field", "entity": "counterparty", "field": field}]
    applied = site.http.post("/api/schema/apply", json={"revision": revision, "edits": edits})
    assert applied.status_code == 200, applied.text
    for id, spot in enumerate(("55.751, 37.618", "55.796, 49.108", "59.939, 30.316", "56.838, 60.597"), 1):
        found = site.query("counterparty", fields=["label"], sort="id", limit=id)["rows"][id - 1][0]  # type: ignore[index]
        site.change("counterparty", found, spot=spot)
    gone = site.create("product", title="Снятый с продажи насос")
    assert site.http.request("DELETE", f"/api/records/product/{gone}").status_code == 200
    brought = site.http.post(
        "/api/imports", data={"entity": "product"}, files={"file": ("products.csv", content_of("product"), "text/csv")}
    )
    assert brought.status_code in (200, 201), brought.text
    return {
        "deal": first("deal", "not (amount = empty) and not (counterparty = empty)"),
        "client": first("counterparty", "not (phones = empty) and not (inn = empty)"),
        "gantt": view(
            "deal", "Полосы", kind="gantt", more={"date": "engaged_on", "until": "close_on"}, columns=["title"]
        ),
        "map": view("counterparty", "Где они", kind="map", more={"place": "spot"}, columns=["title"]),
        "import": brought.json()["id"],
    }


def opened(open_page: Opener, site: Site, places: dict[str, object], screen: str, size: str) -> Page:
    page = open_page("/offline.html", size=SIZES[size], signed_in=screen != "login")  # the clock stands before the page
    page.context.clock.set_fixed_time(NOW)
    page.context.route("**/api/preferences/**", forgotten)
    page.goto(site.url + SCREENS[screen].format(**places))
    expect(page.get_by_role("heading").or_(page.get_by_role("search")).first).to_be_visible()
    if screen == "card_over_list":
        page.get_by_role("grid").get_by_role("link").first.click()
        expect(page.get_by_role("heading", level=1).nth(1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("Не найдено", exact=True)).to_have_count(0)
    page.evaluate("document.fonts.ready.then(() => undefined)")
    return page


def forgotten(route: Route) -> None:
    if route.request.method == "GET":
        route.fallback()
    else:
        route.fulfill(status=204)


def seen(page: Page) -> bytes:
    page.mouse.move(0, 0)
    return page.screenshot(animations="disabled", caret="hide")


def at_rest(page: Page) -> Image.Image:
    """Twice the same, with a second between, and nothing on its way."""
    expect(page.locator(WAITED)).to_have_count(0)
    before = seen(page)
    for _ in range(20):
        page.wait_for_timeout(1_000)
        if (now := seen(page)) == before:
            return small(now)
        before = now
    raise AssertionError("the screen does not come to rest")


def unlike(page: Page, path: Path) -> tuple[Unlike, Image.Image] | None:
    """None: it is like its picture, now or soon."""
    kept = Image.open(path)
    until = time.monotonic() + LIKE_WITHIN
    while True:
        now = small(seen(page))
        found = compare(kept, now)
        if not found.too_much:
            return None
        if time.monotonic() > until:
            return found, now
        page.wait_for_timeout(300)


def sizes_of(screen: str) -> tuple[str, ...]:
    return ("desktop",) if screen == "card_over_list" else tuple(SIZES)  # on a phone it is a page: `card`


def held() -> list[str]:
    """The screens with kept pictures; for keeping, all: a screen added to the list is held from the next keeping on."""
    return list(SCREENS) if TO_BE_KEPT else [one for one in SCREENS if list(PICTURES.glob(f"{one}-*-*.png"))]


@pytest.mark.parametrize("screen", held())
def test_screen_looks_as_its_picture(screen: str, site: Site, places: dict[str, object], open_page: Opener) -> None:
    wrong: list[str] = []
    for size in sizes_of(screen):
        page = opened(open_page, site, places, screen, size)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            name = f"{screen}-{size}-{theme}.png"
            if TO_BE_KEPT:
                keep(at_rest(page), PICTURES / name)
            elif not (PICTURES / name).is_file():
                wrong.append(f"{name} is not kept")
            elif found := unlike(page, PICTURES / name):
                WRONG.mkdir(exist_ok=True)
                found[1].save(WRONG / name)
                found[0].shown.save(WRONG / name.replace(".png", ".difference.png"))
                wrong.append(f"{name}: {found[0]}")
    assert not wrong, "\n".join(
        [*wrong, f"What was seen, and in red where it differs: {WRONG}.", "If it is meant to look so: make pictures"]
    )


def test_each_kept_picture_is_of_a_screen() -> None:
    names = {f"{screen}-{size}-{theme}.png" for screen in held() for size in sizes_of(screen) for theme in THEMES}
    assert {path.name for path in PICTURES.glob("*.png")} == names
    assert "login" in held()


# ---------------------------------------------------------------- is what breaks a screen seen, and what does not let be

BREAKS = {
    "all moved by 8 pixels": "document.querySelector('main').style.translate = '8px 8px'",
    "the menu is gone": "document.querySelector('nav').style.visibility = 'hidden'",
    "the tools of the list are gone": "document.querySelector('[role=searchbox], [type=search]').parentElement.parentElement.style.display = 'none'",
    "another grey": "document.querySelector('main').style.background = '#ececf0'",
    "another accent": "document.documentElement.style.setProperty('--accent', '#0a7a2f')",
    "a letter larger": "document.body.style.fontSize = '15px'; document.querySelectorAll('main *').forEach((one) => one.style.fontSize = '15px')",
}
ALLOWED = {
    "another number": "document.querySelectorAll('[role=gridcell]')[6].textContent = '908 765 ₽'",
    "another name": "document.querySelectorAll('[role=gridcell] a')[2].textContent = 'Совсем другое название'",
}


def test_what_breaks_a_screen_is_seen_and_another_number_is_let_be(
    site: Site, places: dict[str, object], open_page: Opener
) -> None:
    page = opened(open_page, site, places, "list", "desktop")
    whole = at_rest(page)
    for what, done in {**BREAKS, **ALLOWED}.items():
        page.evaluate(f"() => {{ {done} }}")
        found = compare(whole, small(seen(page)))
        assert found.too_much == (what in BREAKS), f"{what}: {found}"
        page.reload()
        assert not compare(whole, at_rest(page)).too_much
