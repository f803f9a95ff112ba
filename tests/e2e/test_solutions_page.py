"""«Решения» in the configurator: installed with examples by a plan, upgraded with a choice, handed on, refused, taken out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site

Opener = Callable[..., Page]
HEAD = 'key = "clinic"\ntitle = "Клиника <b>№ 1</b>"\nversion = "{version}"\n'
ENTITY = (
    'key = "patient"\ntitle = "Пациент"\nlabel = "title"\n[[field]]\nkey = "title"\ntitle = "{title}"\ntype = "text"\n'
)
ZIP = "application/zip"


def archive(version: str, title: str = "Имя", **more: str) -> dict[str, object]:
    made = io.BytesIO()
    files = {"solution.toml": HEAD.format(version=version), "entities/patient.toml": ENTITY.format(title=title), **more}
    with zipfile.ZipFile(made, "w") as out:
        for name, text in files.items():
            out.writestr(f"clinic/{name}", text)
    return {"name": "clinic.zip", "mimeType": ZIP, "buffer": made.getvalue()}


def send(page: Page, file: dict[str, object]) -> None:
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]


def test_shipped_solution_is_installed_with_examples_and_taken_out_after_a_warning(
    site: Site, open_page: Opener
) -> None:
    page = open_page("/-/configurator/solutions")
    desk = page.get_by_role("listitem", name="Служба поддержки", exact=True)
    desk.get_by_role("button", name="Установить").click()
    box = page.get_by_role("dialog")
    expect(box).to_contain_text("Появится объект «Заявка».")
    box.get_by_label("Загрузить и примеры данных").check()
    box.get_by_role("button", name="Установить").click()
    expect(page.get_by_text("Примеры загружены")).to_be_visible(timeout=60_000)
    expect(desk.get_by_text("Как в поставке")).to_be_visible()
    assert site.query("desk_request", fields=["label"], limit=1)["rows"]

    desk.get_by_role("button", name="Ещё действия").click()
    page.get_by_role("menuitem", name="Убрать").click()
    box = page.get_by_role("dialog")
    expect(box.get_by_role("list", name="Что будет сделано")).to_contain_text("будет удалён навсегда, с ним")
    expect(box.get_by_role("button", name="Убрать с потерей данных")).to_be_disabled()
    box.get_by_role("checkbox").check()
    box.get_by_role("button", name="Убрать с потерей данных").click()
    expect(desk.get_by_role("button", name="Установить")).to_be_visible(timeout=60_000)


def test_file_is_installed_then_upgraded_with_a_choice_of_each_conflict(site: Site, open_page: Opener) -> None:
    page = open_page("/-/configurator/solutions")
    expect(page.get_by_role("heading", name="Установлены")).to_be_visible()
    send(page, archive("1"))
    box = page.get_by_role("dialog", name="Установить «Клиника <b>№ 1</b>», версия 1")
    box.get_by_role("button", name="Установить").click()
    clinic = page.get_by_role("listitem", name="Клиника <b>№ 1</b>")
    expect(clinic).to_contain_text("Пациент")

    revision = site.http.get("/api/schema/source").json()["revision"]
    edit = {"do": "change_field", "entity": "patient", "field": "title", "set": {"title": "Фамилия"}}
    assert site.http.post("/api/schema/apply", json={"revision": revision, "edits": [edit]}).status_code == 200
    page.reload()
    clinic.get_by_role("button", name="Изменено у вас: 1 место").click()
    expect(page.get_by_role("dialog")).to_contain_text("«Пациент»: поле «Фамилия» — название")
    page.keyboard.press("Escape")

    send(page, archive("2", title="ФИО"))
    box = page.get_by_role("dialog")
    expect(box).to_contain_text("Правили и вы, и решение: 1 место")
    expect(box.get_by_label("Оставить ваше")).to_be_checked()
    box.get_by_label("Взять из решения").check()
    expect(box.get_by_role("list", name="Что будет сделано")).to_contain_text("ФИО")
    box.get_by_role("button", name="Обновить").click()
    expect(clinic).to_contain_text("версия 2")


def test_hostile_and_broken_files_are_refused_in_words_with_their_places(site: Site, open_page: Opener) -> None:
    page = open_page("/-/configurator/solutions")
    expect(page.get_by_role("heading", name="Установлены")).to_be_visible()
    send(page, {"name": "bad.zip", "mimeType": ZIP, "buffer": b"nothing of the kind"})
    expect(page.get_by_role("alert")).to_contain_text("Это не архив .zip")
    send(page, archive("1", **{"../../evil.toml": "a = 1"}))
    expect(page.get_by_role("alert")).to_contain_text("путь в нём ведёт наружу")
    wrong = ENTITY.format(title="Имя").replace("patient", "visit").replace('"text"', '"nothing"')
    send(page, archive("1", **{"entities/visit.toml": wrong}))
    expect(page.get_by_role("alert")).to_contain_text("entities/visit.toml: field 1")


def test_configuration_is_downloaded_and_the_lock_says_how_it_is_opened(
    site: Site, open_page: Opener, tmp_path: Path
) -> None:
    page = open_page("/-/configurator/solutions")
    page.get_by_role("button", name="Выгрузить").click()
    box = page.get_by_role("dialog", name="Выгрузить")
    box.get_by_label("Ключ").fill("Так нельзя")
    expect(box.get_by_role("alert")).to_be_visible()
    box.get_by_label("Ключ").fill("ours")
    with page.expect_download() as told:
        box.get_by_role("link", name="Скачать .zip").click()
    told.value.save_as(tmp_path / "ours.zip")
    with zipfile.ZipFile(tmp_path / "ours.zip") as made:
        assert "ours/entities/deal.toml" in made.namelist() and "[home]" in made.read("ours/solution.toml").decode()
    expect(box).to_have_count(0)
    page.get_by_role("button", name="Закрыть конфигуратор для всех").click()
    expect(page.get_by_role("dialog")).to_contain_text("svyaz solution unlock")
