"""«Права»: a role is read, changed in its cells and folds, told in words before it is applied, taken back, and inherits."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Opener, Site


def open_rights(open_page: Opener, role: str, title: str) -> Page:
    page = open_page(f"/-/configurator/rights/{role}")
    expect(page.get_by_role("region", name=f"Права роли «{title}»")).to_be_visible()
    return page


def grant(site: Site, role: str, entity: str) -> dict[str, Any]:
    told = site.http.get("/api/rights").json()
    (found,) = [one for one in told["roles"] if one["key"] == role]
    return found["grants"][entity]


def apply(page: Page, *steps: str) -> None:
    page.get_by_role("button", name="Применить 1 изменение").click()
    plan = page.get_by_role("dialog")
    for one in steps:
        expect(plan.get_by_text(one)).to_be_visible()
    plan.get_by_role("button", name="Применить", exact=True).click()
    expect(plan).to_be_hidden()
    expect(page.get_by_role("button", name="Новая роль")).to_be_visible()


def test_right_is_changed_in_its_cell_told_in_words_first_and_taken_back(open_page: Opener, site: Site) -> None:
    page = open_rights(open_page, "manager", "Менеджер")
    before = grant(site, "manager", "contact")["verbs"]
    page.get_by_label("Контактное лицо: удалять", exact=True).select_option("own")
    apply(page, "Роль «Менеджер», Контактное лицо: удалять — было нельзя, станет свои.")
    assert grant(site, "manager", "contact")["verbs"] == {**before, "delete": "own"}
    page.get_by_role("button", name="Отменить", exact=True).click()
    expect(page.get_by_label("Контактное лицо: удалять", exact=True)).to_have_value("")
    assert grant(site, "manager", "contact")["verbs"] == before


def test_field_is_hidden_and_a_rule_of_the_object_stays(open_page: Opener, site: Site) -> None:
    page = open_rights(open_page, "manager", "Менеджер")
    fold = page.get_by_role("region", name="Права роли").get_by_role("button", name="Дело")
    fold.focus()
    page.keyboard.press("Enter")
    expect(fold).to_have_attribute("aria-expanded", "true")
    fields = page.get_by_role("region", name="Поля")
    fields.get_by_role("combobox").last.select_option("hidden")
    apply(page, "станет скрыто")
    told = grant(site, "manager", "activity")
    assert told["rule"] is True and list(told["fields"].values()) == ["hidden"]


def test_new_role_inherits_and_its_cells_say_from_whom(open_page: Opener, site: Site) -> None:
    page = open_rights(open_page, "manager", "Менеджер")
    page.get_by_role("button", name="Новая роль").click()
    box = page.get_by_role("dialog", name="Новая роль")
    box.get_by_label("Название").fill("Наставник")
    box.get_by_label("Наследует от").select_option("manager")
    box.get_by_role("button", name="Создать роль").click()
    expect(page.get_by_role("region", name="Права роли «Наставник»")).to_be_visible()
    expect(page.get_by_text("свои — от роли «Менеджер»").first).to_be_visible()
    (made,) = [one for one in site.http.get("/api/rights").json()["roles"] if one["title"] == "Наставник"]
    assert made["parent"] == "manager" and made["grants"] == {}


def test_two_roles_are_compared_and_what_is_put_back_is_no_change(open_page: Opener) -> None:
    page = open_rights(open_page, "director", "Директор")
    page.get_by_label("Сравнить с").select_option(label="Менеджер")
    expect(page.get_by_text("там: нельзя").first).to_be_visible()
    cell = page.get_by_label("Сделка: удалять", exact=True)
    cell.select_option("own")
    expect(page.get_by_role("button", name="Применить 1 изменение")).to_be_visible()
    cell.select_option("all")
    expect(page.get_by_role("button", name="Применить")).to_have_count(0)
