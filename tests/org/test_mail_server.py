"""Each trouble with a mail server is told in its own words; certificates and passwords are guarded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from svyaz.kernel.outgoing import AddressInside, OutgoingFailed
from svyaz.kernel.problem import Problem
from svyaz.kernel.words import load_words
from svyaz.org import letters, mail_server
from svyaz.org.letters import Letter
from svyaz.org.mail_server import MailServer
from svyaz.tenancy.seal import sealer
from tests.cast import Cast
from tests.mailbox import Mailbox, certificate, free_port, mailbox, silent_server

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LETTER = Letter("olga@example.ru", "Ольга", "Проверка", ("Здравствуйте!",))


def server(port: int, **more: object) -> MailServer:
    told = {"host": "localhost", "port": port, "security": "none", "login": "", "password": "", "private": True}
    return MailServer(**{**told, "sender": "crm@example.ru", **more})  # type: ignore[arg-type]


def refusal(said: MailServer, letter: Letter = LETTER) -> Problem:
    with pytest.raises(Problem) as caught:
        letters.send_now(said, letter, "example.ru", NOW)
    assert load_words("ru").problem(caught.value) != str(caught.value)
    return caught.value


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    with mailbox() as opened:
        yield opened


def test_letter_is_russian_in_both_forms_and_says_it_is_made_by_a_program(box: Mailbox) -> None:
    letters.send_now(server(box.port, sender_name="ООО «Ромашка»"), LETTER, "example.ru", NOW)
    letter = box.letters[-1]
    assert letter["From"] == "ООО «Ромашка» <crm@example.ru>" and letter["Subject"] == "Проверка"
    assert letter["Auto-Submitted"] == "auto-generated" and letter["Date"] and letter["Message-ID"]
    assert letter.get_body(("plain",)).get_content().strip() == "Здравствуйте!"
    assert "Здравствуйте!" in letter.get_body(("html",)).get_content()


def test_nobody_listens_there() -> None:
    assert refusal(server(free_port())).code == "mail_unreachable"


def test_server_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_server, "STEP_SECONDS", 0.3)
    with silent_server() as port:
        assert refusal(server(port)).code == "mail_silent"


def test_endless_slow_server_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_server, "TALK_SECONDS", 0.3)
    with silent_server() as port:
        assert refusal(server(port)).code == "mail_silent"


def test_recipient_is_refused_and_the_servers_own_words_are_told(box: Mailbox) -> None:
    box.refuse = {"olga@example.ru": "550 5.1.1 unknown user"}
    problem = refusal(server(box.port))
    box.refuse = {}
    assert problem.code == "mail_recipient_refused" and problem.facts["answer"] == "550 5.1.1 unknown user"
    assert problem.later is False  # type: ignore[attr-defined]


def test_sender_is_refused(box: Mailbox) -> None:
    box.refuse_sender = "553 5.7.1 not your address"
    problem = refusal(server(box.port))
    box.refuse_sender = ""
    assert problem.code == "mail_sender_refused"


def test_address_that_no_header_holds_is_refused_without_a_bug(box: Mailbox) -> None:
    for wrong in ("оля@пример.рф", "a@b@c", "", "a\r\nBcc: x@y.ru@z.ru"):
        assert refusal(server(box.port), Letter(wrong, "", "Тема", ("Текст",))).code == "mail_recipient_refused"


def test_wrong_password_is_told_without_it() -> None:
    with mailbox(login="crm", password="верный") as box:
        problem = refusal(server(box.port, login="crm", password="неверный"))
        assert problem.code == "mail_login_refused" and "неверный" not in str(problem)
        letters.send_now(server(box.port, login="crm", password="верный"), LETTER, "example.ru", NOW)
        assert len(box.letters) == 1


def test_starttls_asks_for_a_certificate_somebody_vouches_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, kept = certificate(tmp_path)
    with mailbox(tls=context) as box:
        said = server(box.port, security="starttls")
        assert refusal(said).code == "mail_not_trusted"
        monkeypatch.setenv("SSL_CERT_FILE", str(kept))
        letters.send_now(said, LETTER, "example.ru", NOW)
        assert len(box.letters) == 1
        assert refusal(server(box.port, security="starttls", host="127.0.0.1")).code == "mail_not_trusted"


def test_server_without_starttls_is_not_written_to_in_the_open(box: Mailbox) -> None:
    before = len(box.letters)
    assert refusal(server(box.port, security="starttls")).code == "mail_not_secure"
    assert refusal(server(box.port, security="tls")).code in ("mail_not_trusted", "mail_silent")
    assert len(box.letters) == before


def test_server_inside_is_for_who_allowed_it_and_an_unknown_name_is_told(box: Mailbox) -> None:
    assert isinstance(refusal(server(box.port, private=False)), AddressInside)
    assert isinstance(refusal(server(box.port, host="no-such-host.invalid")), OutgoingFailed)


def test_kept_password_goes_to_its_own_server_and_login_only(romashka: Cast) -> None:
    seal = sealer(romashka.company.home)
    with romashka.company.write() as session:
        mail_server.set_server(session, seal, server(587, login="crm", password="тайна"), keep_password=False)
        mail_server.set_server(session, seal, server(25, login="crm"), keep_password=True)
        kept = mail_server.read_server(session, seal)
        assert kept is not None and (kept.password, kept.port) == ("тайна", 25) and "тайна" not in repr(kept)
        mail_server.set_server(session, seal, server(25, login="crm", host="127.0.0.2"), keep_password=True)
        kept = mail_server.read_server(session, seal)
        assert kept is not None and kept.password == ""


def test_settings_that_cannot_work_are_refused(romashka: Cast) -> None:
    seal = sealer(romashka.company.home)
    wrong = {
        "mail_server_wrong": server(25, host="smtp example"),
        "mail_port_wrong": server(0),
        "mail_security_wrong": server(25, security="ssl3"),
        "mail_hours_wrong": server(25, hours=0),
        "mail_password_in_plain": server(25, login="a", password="b", private=False),
        "email_not_understood": server(25, sender="не адрес"),
    }
    with romashka.company.write() as session:
        for code, said in wrong.items():
            with pytest.raises(Problem) as caught:
                mail_server.set_server(session, seal, said, keep_password=False)
            assert caught.value.code == code
        assert mail_server.read_server(session, seal) is None
