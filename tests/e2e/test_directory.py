"""Six hundred people come from a real Active Directory by mouse, and one of them comes in by the domain's password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.directory_servers import UNIT, RunningDirectory, domain
from tests.e2e.conftest import Opener
from tests.exchange.active_directory.firm import MANY, PASSWORD, plan

# The whole road of six hundred, on a machine that is busy with other tests.
LONG = 180_000


@pytest.fixture(scope="module")
def samba(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDirectory]:
    with domain(tmp_path_factory.mktemp("samba") / "domain", plan()) as running:
        yield running


def test_people_of_a_domain_are_compared_taken_and_come_in_by_the_password_of_the_domain(
    open_page: Opener, samba: RunningDirectory, tmp_path: Path
) -> None:
    certificate = tmp_path / "office.cer"
    certificate.write_text(samba.ca)
    page = open_page("/-/people")
    page.get_by_role("link", name="Active Directory").click()
    page.get_by_label("Сервер").fill(samba.host)
    page.get_by_label("Учётная запись").fill(samba.login)
    page.get_by_label("Пароль", exact=True).fill("не тот")
    page.get_by_label("Где искать").fill(UNIT)
    page.get_by_role("button", name="Проверить соединение").click()
    expect(page.get_by_role("alert")).to_contain_text("никто не ручается", timeout=LONG)
    page.get_by_label("Сертификат центра сертификации").set_input_files(certificate)
    page.get_by_role("button", name="Проверить соединение").click()
    expect(page.get_by_role("alert")).to_contain_text("не принял учётную запись", timeout=LONG)
    page.get_by_label("Пароль", exact=True).fill(samba.password)
    page.get_by_label("Входят с паролем домена").check()
    page.get_by_role("checkbox", name="Менеджер").check()
    page.get_by_role("button", name="Проверить соединение").click()
    expect(page.get_by_role("status").filter(has_text="Соединение есть")).to_contain_text(f"{MANY + 7}", timeout=LONG)
    page.get_by_role("button", name="Сохранить").click()

    page.get_by_role("button", name="Сверить").click()
    look = page.get_by_role("region", name="Сверка")
    apply = look.get_by_role("button", name=re.compile("^Применить: 603"))
    expect(apply).to_be_visible(timeout=LONG)
    look.get_by_role("tab", name=re.compile("^С замечаниями")).click()
    expect(look.get_by_text("в каталоге у двоих").first).to_be_visible()
    apply.click()
    expect(look.get_by_text("Применено")).to_be_visible(timeout=LONG)

    guest = open_page("/-/login", signed_in=False)
    guest.get_by_label("Логин").fill("SVYAZ\\petrov")
    guest.get_by_label("Пароль").fill(PASSWORD)
    guest.get_by_role("button", name="Войти").click()
    expect(guest.get_by_role("button", name="Пётр Петров")).to_be_visible(timeout=LONG)
