"""«Почта для писем системы»: the server, a test letter, what waits.  For who configures."""

from __future__ import annotations

from typing import Any

import msgspec

from svyaz.api.call import Call
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.kernel.words import Words, load_words
from svyaz.org import letters, mail_server
from svyaz.org.mail_server import MailServer
from svyaz.org.public_address import host_of, read_address, set_address
from svyaz.storage import letters as kept_letters
from svyaz.tenancy.seal import sealer

CONFIGURE = "configure"


class MailBody(msgspec.Struct, forbid_unknown_fields=True):
    """host "": no letters.  password, address null: what is kept.  address: where links in letters lead."""

    host: str
    port: int = 587
    security: str = "starttls"
    login: str = ""
    password: str | None = None
    sender: str = ""
    sender_name: str = ""
    private: bool = False
    hours: int = mail_server.USUAL_HOURS
    address: str | None = None


class TestBody(msgspec.Struct, forbid_unknown_fields=True):
    to: str


def show_mail(call: Call) -> Answer:
    """GET /api/mail: the password is never told; what waits and what was given up, with the last reason"""
    with call.reading() as (session, _):
        server = mail_server.read_server(session, sealer(call.company.home))
        counts = kept_letters.counts(session)
        body = {
            "host": server.host if server else "",
            "port": server.port if server else 587,
            "security": server.security if server else "starttls",
            "login": server.login if server else "",
            "has_password": bool(server and server.password),
            "sender": server.sender if server else "",
            "sender_name": server.sender_name if server else session.snapshot.settings.title,
            "private": bool(server and server.private),
            "hours": server.hours if server else mail_server.USUAL_HOURS,
            "address": read_address(session),
            "waiting": counts.get(kept_letters.WAITING, 0),
            "failed": counts.get(kept_letters.FAILED, 0),
            "problem": say_kept(call.words, kept_letters.last_problem(session)),
        }
    return Answer(body=body)


def put_mail(call: Call) -> Answer:
    """PUT /api/mail  body: MailBody.  What waited for another attempt is tried at once."""
    body = call.body(MailBody)
    said = MailServer(
        body.host,
        body.port,
        body.security,
        body.login,
        body.password or "",
        body.sender,
        body.sender_name,
        body.private,
        body.hours,
    )
    with call.writing() as (session, _):
        mail_server.set_server(session, sealer(call.company.home), said, keep_password=body.password is None)
        if body.address is not None:
            set_address(session, body.address)
        if body.host.strip():
            letters.hurry(session)
    return Answer(204)


def try_mail(call: Call) -> Answer:
    """POST /api/mail/test  body: {"to"}: a letter to this mailbox, now; what the server has against it is the answer"""
    body = call.body(TestBody)
    with call.writing() as (session, actor):
        server = mail_server.need_server(session, sealer(call.company.home))
        recipient = mail_server.read_mailbox(session, body.to, "to")
        words = load_words(actor.language)
        title, site = session.snapshot.settings.title, host_of(read_address(session)) or server.host
    told = {"company": title}
    letter = letters.Letter(recipient, "", words.say("letter_test", **told), (words.say("letter_test_text", **told),))
    letters.send_now(server, letter, site, call.company.clock.now())
    return Answer(body={"to": recipient})


def say_kept(words: Words, problem: dict[str, Any] | None) -> str:
    """The trouble of a letter that was kept as code and facts; "" when there was none."""
    return words.problem(letters.kept_problem(problem)) if problem else ""


ROUTES = (
    Route("GET", "/api/mail", show_mail, "The mail server for letters of the system", needs=CONFIGURE),
    Route("PUT", "/api/mail", put_mail, "Set the mail server", needs=CONFIGURE, body=MailBody, status=204),
    Route("POST", "/api/mail/test", try_mail, "Send a test letter", needs=CONFIGURE, body=TestBody),
)
