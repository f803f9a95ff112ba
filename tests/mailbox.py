"""A real SMTP server on this machine: aiosmtpd, with STARTTLS, logins and refusals.

with mailbox() as box:                           box.port, box.letters (parsed, the newest last)
with mailbox(tls=True, login="crm", password="тайна") as box: ...
box.refuse = {"nobody@example.ru": "550 5.1.1 unknown user"}
"""

from __future__ import annotations

import atexit
import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass
class Mailbox:
    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    conversations: int = 0
    refuse: dict[str, str] = field(default_factory=dict)
    refuse_sender: str = ""
    login: str = ""
    password: str = ""

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str, answers: Any) -> Any:
        self.conversations += 1
        session.host_name = hostname
        return answers

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if self.refuse_sender:
            return self.refuse_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.letters.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        self.recipients += envelope.rcpt_tos
        return "250 OK"

    def may(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        fits = (data.login.decode(), data.password.decode()) == (self.login, self.password)
        return AuthResult(success=fits, handled=False)


def link_in(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    found = re.search(r"\S+/-/invitation#\S+", body.get_content())
    assert found is not None, body.get_content()
    return found[0]


@contextmanager
def mailbox(tls: ssl.SSLContext | None = None, login: str = "", password: str = "") -> Iterator[Mailbox]:
    """tls: the letters go after STARTTLS, and only so.  login: nobody sends without it."""
    box = Mailbox(login=login, password=password)
    asked: dict[str, Any] = {}
    if tls is not None:
        asked |= {"tls_context": tls, "require_starttls": True}
    if login:
        asked |= {"authenticator": box.may, "auth_required": True, "auth_require_tls": tls is not None}
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), **asked)
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()


@cache
def standing() -> Mailbox:
    """One for a whole run, for tests that only need some server to be there."""
    kept = ExitStack()
    atexit.register(kept.close)
    return kept.enter_context(mailbox())


@contextmanager
def silent_server() -> Iterator[int]:
    """Takes a connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def take() -> None:
            try:
                while True:
                    kept.append(server.accept()[0])
            except OSError:
                pass

        threading.Thread(target=take, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        for one in kept:
            one.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def certificate(folder: Path, name: str = "localhost") -> tuple[ssl.SSLContext, Path]:
    """For a server of that name, and the file that whoever trusts it is given."""
    key, kept = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -keyout {key} -out {kept} -days 2 -subj /CN={name}"
        f" -addext subjectAltName=DNS:{name}",
        shell=True,
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(kept, key)
    return context, kept
