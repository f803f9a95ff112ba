"""Invitations and forgotten passwords, with a real SMTP server: the letter comes, its link works once, nothing leaks."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from svyaz.org import mail_server
from svyaz.storage import queue
from svyaz.tenancy.seal import sealer
from tests.api.site import PASSWORD, Caller, Site
from tests.mailbox import Mailbox, link_in, mailbox

ADDRESS = "https://crm.romashka.ru"


@pytest.fixture
def box(site: Site) -> Iterator[Mailbox]:
    with mailbox() as opened:
        set_up(site, opened.port)
        yield opened


def set_up(site: Site, port: int, **more: Any) -> None:
    body = {
        "address": ADDRESS,
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "private": True,
        "sender": "crm@romashka.ru",
    }
    site.browser("Артём").put("/api/mail", {**body, **more}, 204)


def add(site: Site, by: str = "letter", **values: Any) -> dict[str, Any]:
    given = {"surname": "Белова", "first_name": "Вера", "email": "belova@example.ru", **values}
    body = {"values": given, "login": "belova", "roles": ["manager"], "by": by}
    return site.browser("Артём").post("/api/people", body, status=201)


def token_of(link: str) -> str:
    return link.partition("#")[2]


def accept(site: Site, token: str, password: str = "мой-пароль-77", status: int = 200) -> Any:
    answer = site.stranger().send("POST", "/api/invitations/accept", {"token": token, "password": password})
    assert answer.status_code == status, answer.text
    return answer


def enters(site: Site, login: str, password: str) -> bool:
    return site.stranger().send("POST", "/api/session", {"login": login, "password": password}).status_code == 200


def test_letter_comes_its_link_sets_a_password_signs_in_and_works_once(site: Site, box: Mailbox) -> None:
    made = add(site)
    assert (made["password"], made["link"]) == (None, None)
    site.run_jobs()
    (letter,) = box.letters
    link = link_in(letter)
    assert link.startswith(f"{ADDRESS}/-/invitation#")
    told = letter.get_body(("plain",)).get_content()
    assert ADDRESS in told and "логин: belova" in told and "Вера Белова" in told and "72 часа" in told
    assert letter["To"] == "Вера Белова <belova@example.ru>" and box.recipients == ["belova@example.ru"]
    assert link in letter.get_body(("html",)).get_content()
    seen = site.stranger().post("/api/invitations/look", {"token": token_of(link)})
    assert seen == {"kind": "invitation", "label": "Вера Белова", "login": "belova", "company": seen["company"]}
    answer = accept(site, token_of(link))
    vera = Caller(site, {"Cookie": f"svyaz_session={answer.cookies['svyaz_session']}"}, "")
    assert vera.get("/api/me")["login"] == "belova" and not vera.get("/api/me")["must_change"]
    assert enters(site, "belova", "мой-пароль-77")
    assert accept(site, token_of(link), "чужой-пароль", 404).json()["error"]["code"] == "invitation_gone"
    assert not enters(site, "belova", "чужой-пароль")
    artem = site.browser("Артём")
    assert artem.get(f"/api/people/{made['id']}")["invitation"]["state"] == "used"
    kinds = [one["kind"] for one in artem.get("/api/journal", employee=made["id"])["entries"]]
    assert kinds == ["refused", "came_in", "came_in", "invitation_used", "invited", "access_given"]


def test_without_a_server_the_link_is_handed_over_by_hand(site: Site) -> None:
    artem = site.browser("Артём")
    error = artem.refused("POST", "/api/people", 409, {"values": {"surname": "Белова"}, "login": "b", "by": "letter"})
    assert error["code"] == "mail_not_set"
    made = add(site, by="link")
    assert made["link"].startswith("/-/invitation#")
    assert artem.get(f"/api/people/{made['id']}")["invitation"]["state"] == "link"
    accept(site, token_of(made["link"]))
    assert enters(site, "belova", "мой-пароль-77")


def test_sent_anew_only_the_new_link_works_and_a_revoked_one_does_not(site: Site, box: Mailbox) -> None:
    made, artem = add(site), site.browser("Артём")
    site.run_jobs()
    artem.post(f"/api/people/{made['id']}/invitation", {})
    site.run_jobs()
    first, second = (token_of(link_in(letter)) for letter in box.letters)
    site.stranger().refused("POST", "/api/invitations/look", 404, {"token": first})
    site.stranger().post("/api/invitations/look", {"token": second})
    artem.delete(f"/api/people/{made['id']}/invitation", 204)
    accept(site, second, status=404)
    assert artem.get(f"/api/people/{made['id']}")["invitation"]["state"] == "revoked"


def test_link_is_worth_nothing_after_its_hour_a_new_password_or_a_block(site: Site, box: Mailbox) -> None:
    artem = site.browser("Артём")
    made = add(site)
    person = f"/api/people/{made['id']}"
    site.run_jobs()
    token = token_of(link_in(box.letters[-1]))
    artem.post(f"{person}/block", status=204)
    accept(site, token, status=404)
    assert artem.refused("POST", f"{person}/invitation", 409, {})["code"] == "invitation_blocked"
    artem.post(f"{person}/let-in", status=204)
    site.stranger().post("/api/invitations/look", {"token": token})
    artem.post(f"{person}/password")
    accept(site, token, status=404)
    artem.post(f"{person}/invitation", {})
    site.run_jobs()
    token = token_of(link_in(box.letters[-1]))
    site.cast.tick(hours=72, seconds=1)
    accept(site, token, status=404)
    rows = site.browser("Артём").get("/api/people", q="belova")["people"]
    assert [one["invitation"] for one in rows] == ["expired"]


def test_whoever_has_come_in_is_not_invited(site: Site, box: Mailbox) -> None:
    artem = site.browser("Артём")
    error = artem.refused("POST", f"/api/people/{site.people['Ольга']}/invitation", 422, {})
    assert error["code"] == "already_entered"
    site.run_jobs()
    assert box.letters == []


def test_names_with_line_breaks_and_markup_make_no_header_and_no_tag(site: Site, box: Mailbox) -> None:
    add(site, surname="Бел\r\nBcc: all@example.ru", first_name="<b>Вера</b>")
    site.run_jobs()
    (letter,) = box.letters
    assert letter["Bcc"] is None and "\n" not in letter["To"] and box.recipients == ["belova@example.ru"]
    assert "<b>Вера" not in letter.get_body(("html",)).get_content()


def test_letter_waits_for_the_server_and_keeps_its_message_id(site: Site, box: Mailbox) -> None:
    box.refuse["belova@example.ru"] = "451 4.7.1 try again later"
    made, artem = add(site), site.browser("Артём")
    site.run_jobs()
    told = artem.get(f"/api/people/{made['id']}")["invitation"]
    assert told["state"] == "sending" and "451 4.7.1 try again later" in told["problem"]
    with site.company.read() as session:
        (kept,) = session.fetch("SELECT message_id, sealed FROM sv_letter")
    box.refuse.clear()
    site.cast.tick(minutes=2)
    site.run_jobs()
    (letter,) = box.letters
    assert letter["Message-ID"] == kept[0] and kept[1].startswith("sealed:")
    assert artem.get(f"/api/people/{made['id']}")["invitation"]["state"] == "sent"
    with site.company.read() as session:
        assert session.fetch("SELECT sealed FROM sv_letter") == [(None,)]


def test_address_that_is_refused_for_good_is_told_and_not_tried_again(site: Site, box: Mailbox) -> None:
    box.refuse["belova@example.ru"] = "550 5.1.1 unknown user"
    made = add(site)
    site.run_jobs()
    told = site.browser("Артём").get(f"/api/people/{made['id']}")["invitation"]
    assert told["state"] == "failed" and "550 5.1.1 unknown user" in told["problem"]
    with site.company.read() as session:
        assert queue.jobs_in(session, "ready", 10) == []


def test_many_letters_go_in_few_conversations(site: Site, box: Mailbox) -> None:
    artem = site.browser("Артём")
    for number in range(7):
        values = {"surname": f"Новый{number}", "email": f"n{number}@example.ru"}
        artem.post("/api/people", {"values": values, "login": f"n{number}", "by": "letter"}, status=201)
    site.run_jobs()
    assert sorted(box.recipients) == [f"n{number}@example.ru" for number in range(7)]
    assert box.conversations == 1


def test_forgotten_password_comes_by_letter_and_signs_nobody_in_by_itself(site: Site, box: Mailbox) -> None:
    olga = site.people["Ольга"]
    version = site.browser("Артём").open("employee", olga)["version"]
    site.browser("Артём").change("employee", olga, version, email="olga@romashka.ru")
    stolen = site.browser("Ольга")
    stranger = site.stranger()
    told = [stranger.post("/api/invitations/forgotten", {"login": said}, 202) for said in ("olga", "nobody")]
    assert told[0] == told[1]
    site.run_jobs()
    (letter,) = box.letters
    assert box.recipients == ["olga@romashka.ru"] and "мой пароль" not in str(letter)
    answer = accept(site, token_of(link_in(letter)), "совсем-новый-1")
    assert answer.json()["signed_in"] is False and "svyaz_session" not in answer.cookies
    assert enters(site, "olga", "совсем-новый-1") and not enters(site, "olga", PASSWORD)
    stolen.refused("GET", "/api/me", 401)
    stranger.post("/api/invitations/forgotten", {"login": "OLGA@romashka.ru"}, 202)
    site.run_jobs()
    assert len(box.letters) == 2


def test_forgotten_password_writes_three_letters_at_most_and_none_to_the_blocked(site: Site, box: Mailbox) -> None:
    artem = site.browser("Артём")
    made = add(site)
    site.run_jobs()
    for _ in range(5):
        site.stranger().post("/api/invitations/forgotten", {"login": "belova"}, 202)
        site.run_jobs()
    assert len(box.letters) == 1 + 3
    artem.post(f"/api/people/{made['id']}/block", status=204)
    site.cast.tick(hours=1)
    site.stranger().post("/api/invitations/forgotten", {"login": "belova"}, 202)
    site.run_jobs()
    assert len(box.letters) == 1 + 3


def test_links_are_not_guessed_and_asked_for_without_end(site: Site) -> None:
    for _ in range(40):
        site.stranger().refused("POST", "/api/invitations/look", 404, {"token": "x" * 43})
    error = site.stranger().refused("POST", "/api/invitations/look", 429, {"token": "x" * 43})
    assert error["code"] == "links_too_often"
    for _ in range(30):
        site.stranger().post("/api/invitations/forgotten", {"login": "nobody"}, 202)
    site.stranger().refused("POST", "/api/invitations/forgotten", 429, {"login": "nobody"})


def test_neither_the_link_nor_the_password_of_the_mailbox_stands_in_base_answer_or_log(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with mailbox(login="crm", password="ОченьТайно1") as box:
        set_up(site, box.port, login="crm", password="ОченьТайно1")
        artem = site.browser("Артём")
        told = artem.get("/api/mail")
        assert told["has_password"] is True and "password" not in told
        add(site)
        with site.company.read() as session:
            kept = str(session.fetch("SELECT * FROM sv_letter")) + str(session.fetch("SELECT * FROM sv_invitation"))
            kept += str(session.fetch("SELECT * FROM sv_setting")) + str(session.fetch("SELECT * FROM sv_job"))
            assert mail_server.read_server(session, sealer(site.company.home)).password == "ОченьТайно1"  # type: ignore[union-attr]
        site.run_jobs()
        token = token_of(link_in(box.letters[0]))
        box.password = "другой"
        error = artem.refused("POST", "/api/mail/test", 422, {"to": "a@example.ru"})
    assert error["code"] == "mail_login_refused"
    for secret in (token, "ОченьТайно1"):
        assert secret not in kept and secret not in str(error) and secret not in caplog.text


def test_only_who_manages_people_invites_and_only_who_configures_sees_the_mail(site: Site) -> None:
    maria = site.browser("Мария Сергеевна")
    maria.refused("POST", f"/api/people/{site.people['Ольга']}/invitation", 403, {})
    maria.refused("GET", "/api/mail", 403)


def test_who_cannot_be_written_to_keeps_the_link_he_was_handed(site: Site, box: Mailbox) -> None:
    made = add(site, by="link", email=None)
    site.stranger().post("/api/invitations/forgotten", {"login": "belova"}, 202)
    site.run_jobs()
    assert box.letters == []
    error = site.browser("Артём").refused("POST", f"/api/people/{made['id']}/invitation", 422, {})
    assert error["code"] == "no_mailbox"
    accept(site, token_of(made["link"]))
