"""Settings of the company: what an administrator changes is in force at once, and a wrong one changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.calls import PICTURE
from tests.api.party import serve_party
from tests.api.site import Site


@pytest.fixture
def service() -> Iterator[Any]:
    with serve_party() as server:
        yield server


def test_name_zone_and_week_are_in_force_at_once(site: Site) -> None:
    artem = site.browser("Артём")
    artem.put("/api/company", {"title": "  ООО  «Ромашка» ", "zone": "Asia/Omsk", "first_weekday": 7}, 204)
    told = artem.get("/api/company")
    assert (told["title"], told["zone"], told["first_weekday"]) == ("ООО «Ромашка»", "Asia/Omsk", 7)
    assert artem.get("/api/schema")["settings"]["zone"] == "Asia/Omsk"
    assert site.stranger().get("/api/session")["company"] == "ООО «Ромашка»"


WRONG = [
    ({"title": "  "}, "company_title_wrong"),
    ({"title": "я" * 101}, "company_title_wrong"),
    ({"currency": "XXQ"}, "currency_unknown"),
    ({"zone": "Луна/База"}, "zone_unknown"),
    ({"first_weekday": 8}, "weekday_wrong"),
]


@pytest.mark.parametrize(("body", "code"), WRONG)
def test_wrong_setting_is_refused_and_changes_nothing(site: Site, body: Any, code: str) -> None:
    artem = site.browser("Артём")
    with site.nothing_changes():
        assert artem.refused("PUT", "/api/company", 422, body)["code"] == code


def test_currency_is_chosen_before_the_first_sum_and_not_after(site: Site) -> None:
    artem = site.browser("Артём")
    artem.put("/api/company", {"currency": "kzt"}, 204)
    assert artem.get("/api/schema")["settings"]["currency"] == "KZT"
    artem.create("deal", title="Насосы", amount="1200")
    assert artem.get("/api/company")["currency_held_by"] == "Сделка"
    assert artem.refused("PUT", "/api/company", 409, {"currency": "RUB"})["code"] == "currency_in_use"
    artem.put("/api/company", {"currency": "KZT", "title": "Ромашка"}, 204)


def test_salesperson_may_not_look_at_the_settings(site: Site) -> None:
    assert site.browser("Ольга").refused("GET", "/api/company", 403)["code"] == "denied_ability"


def test_mark_is_seen_before_signing_in_and_taken_away(site: Site) -> None:
    artem, stranger = site.browser("Артём"), site.stranger()
    assert stranger.get("/api/session")["logo"] is None
    digest = artem.upload("/api/company/logo", "знак.png", PICTURE)["logo"]
    assert stranger.get("/api/session")["logo"] == digest
    shown = stranger.send("GET", f"/api/company/logo?v={digest}")
    assert (shown.status_code, shown.content, shown.headers["content-type"]) == (200, PICTURE, "image/png")
    assert "sandbox" in shown.headers["content-security-policy"]
    artem.delete("/api/company/logo", 204)
    assert stranger.refused("GET", "/api/company/logo", 404)


NOT_PICTURES = [
    ("знак.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "logo_not_picture"),
    ("знак.png", b"<html><script>alert(1)</script></html>", "logo_not_picture"),
    ("знак.png", PICTURE[:15], "logo_not_picture"),
    ("знак.png", PICTURE[:16] + (9000).to_bytes(4, "big") * 2, "logo_sides_wrong"),
    ("знак.png", PICTURE + b"0" * 600_000, "logo_too_large"),
    ("знак.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 30, "logo_not_picture"),
]


@pytest.mark.parametrize(("name", "content", "code"), NOT_PICTURES)
def test_what_is_no_picture_is_no_mark_whatever_its_name(site: Site, name: str, content: bytes, code: str) -> None:
    artem = site.browser("Артём")
    answer = artem.send("POST", "/api/company/logo", files={"file": (name, content, "image/png")})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    assert site.stranger().get("/api/session")["logo"] is None


def test_calendar_of_a_year_is_the_law_until_somebody_edits_it(site: Site) -> None:
    artem, olga = site.browser("Артём"), site.browser("Ольга")
    told = olga.get("/api/company/calendar/2026")
    assert told["days"]["2026-01-01"] == "off"
    assert (told["worked"], told["own"], told["named"]) == (247, False, True)
    days = {**told["days"], "2026-05-08": "off"}
    assert artem.put("/api/company/calendar/2026", {"days": days})["worked"] == 246
    assert olga.get("/api/company/calendar/2026")["own"] is True
    assert artem.put("/api/company/calendar/2026", {"days": None})["worked"] == 247
    artem.put("/api/company/week", {"weekdays": [1, 2, 3, 4], "hours": [["10:00", "19:00"]]}, 204)
    assert olga.get("/api/company/calendar/2026")["worked"] < 210


BAD_CALENDARS = [
    ("/api/company/calendar/2026", {"days": {"2025-05-08": "off"}}, "calendar_day_wrong"),
    ("/api/company/calendar/2026", {"days": {"2026-02-30": "off"}}, "calendar_day_wrong"),
    ("/api/company/calendar/2026", {"days": {"2026-02-20": "праздник"}}, "calendar_day_wrong"),
    ("/api/company/calendar/1999", {"days": {}}, "calendar_year_wrong"),
    ("/api/company/week", {"weekdays": [], "hours": [["09:00", "18:00"]]}, "working_week_wrong"),
    ("/api/company/week", {"weekdays": [1, 9], "hours": [["09:00", "18:00"]]}, "working_week_wrong"),
    ("/api/company/week", {"weekdays": [1], "hours": [["18:00", "09:00"]]}, "working_hours_wrong"),
    ("/api/company/week", {"weekdays": [1], "hours": [["9", "18"]]}, "working_hours_wrong"),
    ("/api/company/week", {"weekdays": [1], "hours": []}, "working_hours_wrong"),
]


@pytest.mark.parametrize(("path", "body", "code"), BAD_CALENDARS)
def test_calendar_that_cannot_be_is_refused(site: Site, path: str, body: Any, code: str) -> None:
    assert site.browser("Артём").refused("PUT", path, 422, body)["code"] == code


def test_numbering_goes_on_by_the_new_pattern_and_shows_what_comes_next(site: Site) -> None:
    artem = site.browser("Артём")
    first = artem.create("deal", title="Насосы")["values"]["number"]
    (shown,) = [one for one in artem.get("/api/company/numbering")["numbering"] if one["entity"] == "deal"]
    assert first == "0001"
    assert shown["examples"][0] == "0002"
    wanted = {"entity": "deal", "field": "number", "pattern": "СД-{год}-{000}", "reset": "never"}
    expected = artem.post("/api/company/numbering/example", wanted)["examples"][0]
    artem.put("/api/company/numbering", wanted, 204)
    assert artem.create("deal", title="Трубы")["values"]["number"] == expected
    assert expected.endswith("-002")


def test_pattern_that_would_repeat_numbers_is_refused(site: Site) -> None:
    artem = site.browser("Артём")
    body = {"entity": "deal", "field": "number", "pattern": "{0000}", "reset": "year"}
    assert artem.refused("PUT", "/api/company/numbering", 422, body)["code"] == "pattern_without_year"
    assert artem.refused("PUT", "/api/company/numbering", 422, {**body, "pattern": "СД"})["code"]
    assert artem.refused("PUT", "/api/company/numbering", 404, {**body, "field": "title"})["code"] == "not_found"


def test_requisites_come_from_the_service_that_the_company_chose(site: Site, service: Any) -> None:
    artem, olga = site.browser("Артём"), site.browser("Ольга")
    assert olga.get("/api/requisites/7707083893") == {"configured": False, "values": {}}
    artem.put("/api/company/requisites", {"url": service.url, "token": "тайный-ключ", "private": True}, 204)
    assert olga.get("/api/me")["requisites_by_inn"] is True
    assert olga.get("/api/requisites/7707083893")["values"] == {
        "title": "ПАО Сбербанк",
        "legal_title": "ПУБЛИЧНОЕ АКЦИОНЕРНОЕ ОБЩЕСТВО «СБЕРБАНК РОССИИ»",
        "inn": "7707083893",
        "kpp": "773601001",
        "ogrn": "1027700132195",
        "legal_address": "117312, г Москва, ул Вавилова, д 19",
    }
    ((authorization, asked),) = service.asked
    assert asked["query"] == "7707083893"
    assert authorization.encode("latin-1").decode() == "Token тайный-ключ"


def test_key_of_the_service_is_told_to_nobody_and_goes_to_no_other_address(site: Site, service: Any) -> None:
    artem = site.browser("Артём")
    artem.put("/api/company/requisites", {"url": service.url, "token": "s3cret", "private": True}, 204)
    told = artem.send("GET", "/api/company").text
    assert "s3cret" not in told
    assert artem.get("/api/company")["requisites"]["has_token"] is True
    artem.put("/api/company/requisites", {"url": service.url, "private": True}, 204)  # the key stays
    artem.get("/api/requisites/7707083893")
    assert service.asked[-1][0] == "Token s3cret"
    artem.put("/api/company/requisites", {"url": service.url + "?other", "private": True}, 204)
    artem.get("/api/requisites/7707083893")
    assert service.asked[-1][0] is None


TROUBLES: list[tuple[tuple[int, Any], int, str]] = [
    ((403, {"family": "CLIENT_ERROR"}), 502, "connector_refused"),
    ((200, {"suggestions": []}), 404, "inn_unknown"),
    ((200, {"suggestions": [{"value": "чужая", "data": {"inn": "7736207543"}}]}), 404, "inn_unknown"),
    ((200, b"<html>captcha</html>"), 502, "outgoing_nonsense"),
    ((200, [1, 2]), 502, "outgoing_nonsense"),
    ((200, b"x" * 600_000), 502, "outgoing_too_large"),
]


@pytest.mark.parametrize(("answers", "status", "code"), TROUBLES)
def test_trouble_of_the_service_is_said_in_words(
    site: Site, service: Any, answers: Any, status: int, code: str
) -> None:
    site.browser("Артём").put("/api/company/requisites", {"url": service.url, "private": True}, 204)
    service.answers = answers
    assert site.browser("Ольга").refused("GET", "/api/requisites/7707083893", status)["code"] == code


def test_service_inside_the_office_is_asked_only_when_allowed(site: Site, service: Any) -> None:
    artem = site.browser("Артём")
    assert artem.refused("PUT", "/api/company/requisites", 422, {"url": service.url})["code"] == "outgoing_not_https"
    artem.put("/api/company/requisites", {"url": service.url.replace("http:", "https:")}, 204)
    assert artem.refused("GET", "/api/requisites/7707083893", 422)["code"] == "outgoing_inside"
    assert service.asked == []


def test_wrong_inn_is_not_asked_at_all(site: Site, service: Any) -> None:
    site.browser("Артём").put("/api/company/requisites", {"url": service.url, "private": True}, 204)
    assert site.browser("Ольга").refused("GET", "/api/requisites/7707083894", 422)["code"] == "inn_not_right"
    assert service.asked == []


def test_language_and_looks_go_with_the_person_to_another_device(site: Site) -> None:
    olga = site.browser("Ольга")
    olga.put("/api/me/language", {"language": "en"})
    olga.put("/api/preferences/shell", {"value": {"theme": "dark", "start": "/counterparty"}}, 204)
    answer = site.stranger().send("POST", "/api/session", {"login": "olga", "password": "верный-пароль-7"})
    assert answer.json()["language"] == "en"
    assert "svyaz_language=en" in answer.headers.get_list("set-cookie")[1]
    assert site.browser("Ольга").get("/api/me")["shell"] == {"theme": "dark", "start": "/counterparty"}
