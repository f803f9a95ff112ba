"""Two people at two screens: what one does the other sees, and nobody's typing is lost."""

from __future__ import annotations

import itertools

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Opener, Site, add_person

SOON_MS = 20_000  # a second on a quiet machine; the whole run keeps both cores busy
names = itertools.count(1)


def made_deal(site: Site, **values: object) -> tuple[int, str]:
    title = f"Живая сделка {next(names)}"
    # Due long ago: first on a board, which shows the first of each stage, whatever other tests have made.
    return site.create("deal", **{"title": title, "close_on": "2020-01-01"} | values), title


def row(page: Page, title: str) -> Locator:
    return page.get_by_role("row").filter(has_text=title)


def heard(page: Page) -> None:
    """The page has its stream: what happens from now on is told to it."""
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    expect(page.get_by_text("Нет связи", exact=True)).to_have_count(0)


def opened(open_page: Opener, path: str) -> Page:
    page = open_page(path)
    heard(page)
    return page


def test_change_in_one_browser_is_seen_in_the_list_the_board_and_the_card_of_others(
    site: Site, open_page: Opener
) -> None:
    id, title = made_deal(site)
    theirs = opened(open_page, "/deal?view=all")
    board = opened(open_page, "/deal?view=funnel")
    card = opened(open_page, f"/deal/{id}")
    mine = opened(open_page, f"/deal/{id}")
    expect(row(theirs, title)).to_have_count(1)

    mine.get_by_role("button", name="Сумма:").click()
    mine.get_by_role("textbox", name="Сумма").fill("7654321")
    mine.keyboard.press("Enter")
    expect(row(theirs, title)).to_contain_text("7 654 321", timeout=SOON_MS)
    expect(board.get_by_role("article").filter(has_text=title)).to_contain_text("7 654 321", timeout=SOON_MS)
    expect(card.get_by_role("main")).to_contain_text("7 654 321", timeout=SOON_MS)

    mine.get_by_role("radio", name="Квалификация").click()
    lane = board.get_by_role("region", name="Квалификация")
    expect(lane.get_by_role("article").filter(has_text=title)).to_be_visible(timeout=SOON_MS)
    expect(row(theirs, title)).to_contain_text("Квалификация", timeout=SOON_MS)


def test_new_and_deleted_records_come_to_and_leave_an_open_list_with_its_totals(site: Site, open_page: Opener) -> None:
    page = opened(open_page, "/deal?view=all")
    count = page.locator("footer")
    before = site.query("deal", limit=0, count="exact")["count"]["value"]
    expect(count).to_contain_text(str(before))
    id, title = made_deal(site)
    expect(row(page, title)).to_have_count(1, timeout=SOON_MS)
    expect(count).to_contain_text(str(before + 1), timeout=SOON_MS)

    assert site.http.delete(f"/api/records/deal/{id}").status_code == 200
    expect(row(page, title)).to_have_count(0, timeout=SOON_MS)
    expect(count).to_contain_text(str(before), timeout=SOON_MS)


def test_typing_is_not_overwritten_and_the_same_field_of_two_people_is_asked_about(
    site: Site, open_page: Opener
) -> None:
    id, title = made_deal(site, amount="100")
    page = opened(open_page, f"/deal/{id}")
    page.get_by_role("button", name="Сумма:").click()
    editor = page.get_by_role("textbox", name="Сумма")
    editor.fill("111")
    site.change("deal", id, amount="222")
    page.wait_for_timeout(1_200)
    expect(editor).to_have_value("111")
    page.keyboard.press("Enter")
    clash = page.get_by_role("dialog", name=f"Запись «{title}» уже изменена")
    expect(clash).to_contain_text("222")


def test_what_waited_for_the_end_of_an_edit_is_shown_after_it(site: Site, open_page: Opener) -> None:
    id, _ = made_deal(site, amount="100")
    page = opened(open_page, f"/deal/{id}")
    page.get_by_role("button", name="Название:").click()
    site.change("deal", id, amount="333")
    page.wait_for_timeout(1_200)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Сумма: 333")).to_be_visible(timeout=SOON_MS)


def test_comment_of_another_comes_into_an_open_timeline(site: Site, open_page: Opener) -> None:
    id, _ = made_deal(site)
    page = opened(open_page, f"/deal/{id}")
    expect(page.get_by_role("region", name="Лента")).to_be_visible()
    said = site.http.post(f"/api/records/deal/{id}/timeline", json={"kind": "comment", "text": "Видно сразу"})
    assert said.status_code == 201, said.text
    expect(page.get_by_text("Видно сразу")).to_be_visible(timeout=SOON_MS)


def test_lost_connection_is_said_and_all_is_read_again_when_it_is_back(site: Site, open_page: Opener) -> None:
    id, title = made_deal(site)
    page = opened(open_page, "/deal?view=all")
    expect(row(page, title)).to_have_count(1)
    page.context.set_offline(True)
    lost = page.get_by_text("Нет связи", exact=True)
    expect(lost).to_be_visible(timeout=SOON_MS)
    site.change("deal", id, amount="4567890")
    _, other = made_deal(site)
    page.context.set_offline(False)
    expect(lost).to_have_count(0, timeout=SOON_MS)
    expect(row(page, title)).to_contain_text("4 567 890", timeout=SOON_MS)
    expect(row(page, other)).to_have_count(1, timeout=SOON_MS)


def test_changed_configuration_comes_without_losing_what_is_typed(site: Site, open_page: Opener) -> None:
    page = opened(open_page, "/deal?view=all")
    page.get_by_role("button", name="Создать сделку").click()
    dialog = page.get_by_role("dialog", name="Создать сделку")
    dialog.get_by_role("button", name="Название:").click()
    dialog.get_by_role("textbox", name="Название").fill("Недописанное")
    # The server says that there is a newer revision than the page has read.
    with page.expect_response("**/api/schema") as told:
        page.evaluate("dispatchEvent(new Event('offline'))")
        page.route(
            "**/api/live",
            lambda route: route.fulfill(content_type="text/event-stream", body='data: {"schema": 999}\n\n'),
        )
        page.evaluate("dispatchEvent(new Event('online'))")
    assert told.value.ok
    page.unroute("**/api/live")
    expect(dialog.get_by_role("textbox", name="Название")).to_have_value("Недописанное")


def test_others_on_the_card_are_shown_until_they_leave(site: Site, open_page: Opener) -> None:
    olga = add_person(site, "olya", "Ольга Соседова")
    id, _ = made_deal(site)
    mine = opened(open_page, f"/deal/{id}")
    here = mine.get_by_role("img", name="Сейчас здесь: Ольга Соседова")
    expect(here).to_have_count(0)
    theirs = open_page("/-/login", signed_in=False)
    theirs.context.add_cookies(
        [{"name": one.name, "value": one.value or "", "url": site.url} for one in olga.cookies.jar]
    )
    theirs.goto(f"{site.url}/deal/{id}")
    expect(here).to_be_visible(timeout=SOON_MS)
    expect(theirs.get_by_role("img", name="Сейчас здесь: Артём Волков")).to_be_visible(timeout=SOON_MS)
    theirs.get_by_role("button", name="Назад").click()
    expect(here).to_have_count(0, timeout=SOON_MS)
