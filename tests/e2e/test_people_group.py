"""A list of people is pasted, looked at line by line, and its good lines become cards."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Site


def test_pasted_list_is_shown_as_understood_and_its_good_lines_become_cards(open_page: Opener, site: Site) -> None:
    page = open_page("/-/people")
    page.get_by_role("button", name="Добавить группу").click()
    box = page.get_by_role("dialog", name="Добавить группу")
    said = "Фонарёв Лев <fonarev@example.ru>\nЦаплина\tИнга\tcaplina@example.ru\nБез почты"
    box.get_by_label("Список: по сотруднику в строке").fill(said)
    box.get_by_role("button", name="Посмотреть").click()
    expect(box.get_by_role("row", name="3 Без почты нет почты")).to_be_visible()
    box.get_by_role("button", name="Добавить 2").click()
    expect(box.get_by_text("Добавлены карточки: 2, приглашения отправляются: 0.")).to_be_visible()
    box.get_by_role("button", name="Готово").click()
    people = page.get_by_role("list", name="Люди")
    expect(people.get_by_role("link", name="Лев Фонарёв")).to_be_visible()
    expect(people.get_by_role("link", name="Инга Цаплина")).to_be_visible()
