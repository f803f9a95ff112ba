"""What holds for every screen: both themes, both languages, a phone's width, nobody shut out, nothing from abroad."""

from __future__ import annotations

import gzip
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import check_accessible
from tests.e2e.conftest import DESKTOP, PHONE, Opener, Site

FIRST_SCREEN_KB = 110
SCREENS = {
    "login": "/-/login",
    "list": "/deal?view=all",
    "board": "/deal?view=funnel",
    "card": "/deal/{deal}",
    "client": "/counterparty/{client}",
    "trash": "/-/trash",
    "password": "/-/password",
    "about": "/-/about",
    "home": "/-/home",
    "home_of_all": "/-/configurator/home",
    "rights": "/-/configurator/rights/manager",
    "solutions": "/-/configurator/solutions",
    "start": "/-/start",
    "settings": "/-/settings/general",
    "money": "/-/settings/money",
    "calendar": "/-/settings/calendar",
    "numbering": "/-/settings/numbering",
    "sign_in": "/-/settings/sign_in",
    "services": "/-/settings/services",
    "data": "/-/settings/data",
    "me": "/-/me",
    "security": "/-/me/security",
    "tokens": "/-/me/tokens",
    "sessions": "/-/me/sessions",
    "mail": "/-/settings/mail",
    "people": "/-/people",
    "person": "/-/people/list/{me}",
    "structure": "/-/people/structure",
    "journal": "/-/people/journal",
    "directory": "/-/people/directory",
    "missing": "/-/no/such/page",
}


@pytest.fixture(scope="module")
def places(site: Site) -> dict[str, int]:
    """A deal and a client of the sample company that have something on every part of the card."""
    client = site.query("counterparty", filter="not (phones = empty) and not (inn = empty)", fields=["label"], limit=1)
    deal = site.query("deal", filter="not (amount = empty) and not (counterparty = empty)", fields=["label"], limit=1)
    me = site.http.get("/api/me").json()["id"]
    return {"client": client["rows"][0][0], "deal": deal["rows"][0][0], "me": me}


def opened(open_page: Opener, places: dict[str, int], screen: str, **how: object) -> Page:
    page = open_page(SCREENS[screen].format(**places), signed_in=screen != "login", **how)
    expect(page.get_by_role("heading").or_(page.get_by_text("Не найдено", exact=True)).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing(
    screen: str, size: dict[str, int], theme: str, places: dict[str, int], open_page: Opener
) -> None:
    assert check_accessible(opened(open_page, places, screen, size=size, theme=theme)) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_what_opens_over_a_screen(theme: str, places: dict[str, int], open_page: Opener) -> None:
    page = opened(open_page, places, "list", theme=theme)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Поиск и команды")).to_be_focused()
    assert check_accessible(page) == []
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Создать сделку").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert check_accessible(page) == []
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Фильтр").click()
    expect(page.get_by_role("combobox", name="Поле для условия")).to_be_focused()
    assert check_accessible(page) == []
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Столбцы").click()
    expect(page.get_by_label("Найти поле")).to_be_visible()
    assert check_accessible(page) == []


@pytest.mark.parametrize("tab", ["Товары", "История"])
def test_axe_finds_nothing_on_the_tabs_of_a_card(tab: str, places: dict[str, int], open_page: Opener) -> None:
    page = opened(open_page, places, "card")
    page.get_by_role("tab", name=tab).click()
    page.wait_for_load_state("networkidle")
    assert check_accessible(page) == []


# Boxes of the configurator: where each is opened, and by what.
BOXES = {
    "object": ("objects", "Объект"),
    "field": ("objects/deal/fields", "Добавить поле"),
    "outline": ("objects/deal/fields", "Списком"),
    "parent link": ("objects/deal/links", "Добавить связь"),
    "child link": ("objects/deal/links", "Добавить дочернюю"),
    "many to many": ("objects/deal/links", "Многие ко многим"),
    "lines": ("objects/deal/links", "Добавить таблицу"),
    "stage": ("objects/deal/pipelines", "Добавить этап"),
    "view": ("objects/deal/views", "Добавить вид"),
}


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_axe_finds_nothing_in_the_boxes_of_the_configurator(
    size: dict[str, int], theme: str, open_page: Opener
) -> None:
    page = open_page("/-/configurator", size=size, theme=theme)
    origin = page.url.partition("/-/")[0]
    for box, (place, button) in BOXES.items():
        page.goto(f"{origin}/-/configurator/{'' if place == 'objects' else place}")
        page.get_by_role("button", name=button, exact=True).first.click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        assert check_accessible(page) == [], box
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), box
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)


CONFIGURED = ["", "objects/deal/object", "objects/deal/fields", "objects/deal/links", "objects/deal/pipelines"]
CONFIGURED += ["objects/deal/form", "objects/deal/views", "dictionaries/source/values"]
CONFIGURED += ["menu", "rights/manager", "versions", "table"]


def test_configurator_speaks_english_throughout(site: Site, open_page: Opener) -> None:
    assert site.http.put("/api/me/language", json={"language": "en"}).status_code == 200
    try:
        page = open_page("/-/configurator")
        origin = page.url.partition("/-/")[0]
        for place in CONFIGURED:
            page.goto(f"{origin}/-/configurator/{place}")
            expect(page.get_by_role("heading", name="Configurator", level=1)).to_be_visible()
            expect(page.get_by_role("main").locator("[aria-busy]")).to_have_count(0)
            page.wait_for_load_state("networkidle")
            said = page.evaluate(OWN_WORDS)
            assert len(said) > 1, place
            assert [one for one in said if re.search("[а-яё]", one, re.IGNORECASE)] == [], place
    finally:
        assert site.http.put("/api/me/language", json={"language": "ru"}).status_code == 200


# What the interface itself says: headings, buttons and marks; records and their values are the company's.
OWN_WORDS = """() => [...document.querySelectorAll('main button, main h1, main h2, main h3, main p, main label, main a.tab')]
    .filter(one => !one.closest('.value, .values, .cols > nav, [data-zone=menu]')).map(one => one.innerText)"""


@pytest.mark.parametrize("screen", SCREENS)
def test_phone_has_no_sideways_scroll(screen: str, places: dict[str, int], open_page: Opener) -> None:
    page = opened(open_page, places, screen, size=PHONE)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"]


def test_phone_goes_from_list_to_card_and_adds_by_the_plus(places: dict[str, int], open_page: Opener) -> None:
    page = opened(open_page, places, "list", size=PHONE)
    page.get_by_role("region", name="Сделки").get_by_role("link").first.click()
    page.get_by_role("tab", name="Карточка").click()
    expect(page.get_by_role("tab", name="Общее")).to_be_visible()
    page.get_by_role("tab", name="Товары").click()
    expect(page.get_by_role("heading", name="Товары и услуги")).to_be_visible()
    page.get_by_role("tab", name="Лента").click()
    expect(page.get_by_role("region", name="Лента")).to_be_visible()
    page.get_by_role("button", name="Назад").click()
    page.get_by_role("navigation", name="Разделы").get_by_role("button", name="Добавить строкой").click()
    page.get_by_role("dialog", name="Быстрое добавление").get_by_role("button", name="Создать сделку").click()
    expect(page.get_by_role("dialog", name="Создать сделку")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Меню").click()
    page.get_by_role("dialog").get_by_role("link", name="Корзина").click()
    expect(page.get_by_role("heading", name="Корзина", level=1)).to_be_visible()


def test_english_is_english_everywhere(places: dict[str, int], open_page: Opener) -> None:
    page = opened(open_page, places, "list")
    page.get_by_role("button", name="Артём Волков").click()
    page.get_by_role("menuitem", name="English").click()
    expect(page.get_by_role("heading", name="Deals", level=1)).to_be_visible()
    expect(page.get_by_role("columnheader", name="Amount")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^Total:"))).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "en"
    own = page.evaluate("""() => [...document.querySelectorAll('button, h1, [role=columnheader], footer')]
        .filter(element => !element.closest('.who')).map(element => element.innerText).join(' ')""")
    assert not re.search("[а-яё]", own.replace("Русский", ""), re.IGNORECASE), own

    page.get_by_role("button", name="Артём Волков").click()
    page.get_by_role("menuitem", name="Русский").click()
    expect(page.get_by_role("heading", name="Сделки", level=1)).to_be_visible()


def test_chosen_theme_is_there_before_the_first_paint(places: dict[str, int], open_page: Opener, site: Site) -> None:
    page = opened(open_page, places, "list", theme="light")
    page.get_by_role("button", name="Тёмная тема").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.reload(wait_until="commit")
    page.wait_for_selector("body", state="attached")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    expect(page.get_by_role("button", name="Светлая тема")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    # The choice is the person's on every device; the other tests look at both themes by the system's wish.
    assert site.http.put("/api/preferences/shell", json={"value": None}).status_code == 204


def test_first_screen_is_light_and_its_policy_forbids_foreign_code(site: Site, open_page: Opener) -> None:
    page = open_page("/-/login", signed_in=False)
    page.wait_for_load_state("networkidle")
    page.context.add_cookies(
        [{"name": one.name, "value": one.value or "", "url": site.url} for one in site.http.cookies.jar]
    )
    scripts: dict[str, int] = {}
    page.on(
        "response",
        lambda answer: (
            scripts.update({answer.url: len(gzip.compress(answer.body(), 6))}) if answer.url.endswith(".js") else None
        ),
    )
    # What is asked before the list itself is asked; what comes meanwhile, on a slow machine, is not waited for.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    answer = page.goto(f"{site.url}/deal?view=all")
    expect(page.get_by_role("gridcell").first).to_be_visible()
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    scripts_from = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
    assert scripts_from.split() == ["script-src", "'self'"]
    page.wait_for_load_state("networkidle")
    first = asked[: next(place for place, url in enumerate(asked) if "/query" in url)]
    needed = sum(scripts.get(url, 0) for url in dict.fromkeys(first)) / 1024
    assert needed > 50
    assert needed < FIRST_SCREEN_KB, f"{needed:.0f} KB of {sorted(scripts)}"
