"""The main paths in Firefox, from signing in to a report: what only Chromium would let pass is seen here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import PASSWORD, Site
from tests.e2e.firefox import CONTROL, ENTER, RIGHT, Firefox, firefox

PICTURES = os.environ.get("SVYAZ_FIREFOX_PICTURES", "")  # a folder: what was seen is left there


@pytest.fixture(scope="module")
def fox(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """Signed in, as a person does it."""
    with firefox(tmp_path_factory.mktemp("firefox")) as fox:
        fox.size(1440, 900)
        fox.go(f"{site.url}/-/login?next=/deal?view=all")
        fox.type("input", "Логин", site.login)
        fox.type("input", "Пароль", PASSWORD)
        fox.click("button", "^Войти$")
        fox.find("h1", "^Сделки$")
        yield fox
        assert fox.complaints(site.url) == []


def shown(fox: Firefox, name: str) -> None:
    if PICTURES:
        Path(PICTURES, f"{name}.png").write_bytes(fox.picture())


def test_list_is_scrolled_and_a_row_opens_its_card_where_a_field_is_edited(fox: Firefox, site: Site) -> None:
    for place in range(60):
        site.create("deal", title=f"Лиса {place:02}")
    fox.go(f'{site.url}/deal?view=all&where=[["title","contains","Лиса"]]&sort=title')
    x, y, width, height = fox.box("[role=grid]")
    fox.find("[role=gridcell] a", "^Лиса 00$")
    shown(fox, "list")

    def at_the_end() -> bool:
        fox.wheel((x + width / 2, y + height / 2), 900)
        return bool(fox.script("return document.body.innerText.includes('Лиса 59')"))

    fox.until(at_the_end, "the last row")
    fox.click("[role=gridcell] a", "^Лиса 59$")
    fox.find("h1", "^Лиса 59$")
    fox.click("button", "^Сумма: .*Изменить$")
    fox.type("input", "^Сумма", "90000")
    fox.press(ENTER)
    fox.find("button", "^Сумма: 90.000.*Изменить$")
    shown(fox, "card")
    id = fox.script("return location.pathname").rsplit("/", 1)[1]
    fox.until(lambda: site.read("deal", int(id))["values"]["amount"] == ["90000.00", "RUB"], "kept by the server")  # type: ignore[index]


def test_card_of_the_board_goes_on_by_keys_and_by_mouse(fox: Firefox, site: Site) -> None:
    id = site.create("deal", title="Лисой по доске")

    def stage() -> object:
        return site.read("deal", id)["values"]["stage"]  # type: ignore[index]

    fox.go(f"{site.url}/deal?view=funnel&q=Лисой")
    fox.script("arguments[0].focus()", fox.find("[role=article], article", "Лисой по доске"))
    fox.press(CONTROL, RIGHT)
    fox.until(lambda: stage() == "qualified", "the next stage by keys")
    fox.find("section[aria-label='Квалификация'] article, [role=region][aria-label='Квалификация'] article", "Лисой")
    shown(fox, "board")
    card = fox.box("article", "Лисой по доске")
    to = fox.box("[aria-label='Новая'] [data-zone]")
    fox.drag((card[0] + 40, card[1] + 15), (to[0] + 60, to[1] + 60))
    fox.until(lambda: stage() == "new", "back by the mouse")


def test_configurator_and_reports_are_drawn(fox: Firefox, site: Site) -> None:
    fox.go(f"{site.url}/-/configurator/objects/deal/fields")
    fox.find("h1", "^Конфигуратор$")
    fox.find("button", "^Добавить поле$")
    fox.click("button", "^Добавить поле$")
    fox.find("[role=dialog] button, [role=dialog] [role=radio]", "^Деньги|^Сумма|^Текст")
    shown(fox, "configurator")
    fox.go(f"{site.url}/-/reports?kind=pivot&of=deal&rows=responsible&columns=stage&measures=count")
    fox.until(
        lambda: fox.script("return document.querySelectorAll('main svg rect, main svg path').length > 20"), "chart"
    )
    shown(fox, "report")
