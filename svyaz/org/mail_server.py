"""«Почта для писем системы»: the server that takes letters of the company, and one conversation with it.

    with talk(server) as connection:
        connection.send(message)

The address of the server is looked up once and the connection is made to that very address; one of the office's own
network is allowed by whoever configures it.  The certificate is of the name that was meant, always.  The password is
kept sealed, is never told in an answer and never stands in a problem: what the server says is, one line of it.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import EmailMessage
from typing import Any

from svyaz.fields.email import Email, EmailNotUnderstood
from svyaz.kernel.outgoing import AddressInside, OutgoingFailed, is_public
from svyaz.kernel.problem import Problem
from svyaz.kernel.text import clean, shown
from svyaz.storage import settings
from svyaz.storage.session import Session
from svyaz.tenancy.seal import Sealer

KEY, PURPOSE = "mail", "mail password"
SECURITY = ("starttls", "tls", "none")
STEP_SECONDS, TALK_SECONDS = 15.0, 90.0
LONGEST = 200
MOST_HOURS = 720
USUAL_HOURS = 72


class MailNotSet(Problem):
    """Letters are sent by nobody yet."""

    code = "mail_not_set"
    status = 409


class MailServerWrong(Problem):
    code = "mail_server_wrong"  # facts: host


class MailPortWrong(Problem):
    code = "mail_port_wrong"


class MailSecurityWrong(Problem):
    code = "mail_security_wrong"  # facts: known


class MailHoursWrong(Problem):
    code = "mail_hours_wrong"  # facts: most


class PasswordInPlain(Problem):
    """Over an open connection everybody on the way reads it."""

    code = "mail_password_in_plain"


class MailTrouble(Problem):
    """The server did not take a letter.  later: it may another time, with nobody's help."""

    code = "mail_trouble"  # facts: host, answer
    later = True


class MailUnreachable(MailTrouble):
    code = "mail_unreachable"  # facts: port


class MailSilent(MailTrouble):
    code = "mail_silent"


class MailNotTrusted(MailTrouble):
    code = "mail_not_trusted"


class MailNotSecure(MailTrouble):
    """STARTTLS was asked for and the server does not know it."""

    code = "mail_not_secure"


class MailLoginRefused(MailTrouble):
    code = "mail_login_refused"


class MailSenderRefused(MailTrouble):
    code = "mail_sender_refused"  # facts: sender


class MailRecipientRefused(MailTrouble):
    """later: only when the server said so («4…», as greylisting does)."""

    code = "mail_recipient_refused"  # facts: recipient

    def __init__(self, place: str = "", *, later: bool = False, **facts: Any) -> None:
        super().__init__(place, **facts)
        self.later = later


@dataclass(frozen=True, slots=True)
class MailServer:
    """sender: the address letters come from;  private: the server stands in the office's own network;  hours: an
    invitation lives."""

    host: str
    port: int
    security: str
    login: str
    password: str = field(repr=False)
    sender: str = ""
    sender_name: str = ""
    private: bool = False
    hours: int = USUAL_HOURS


def is_set(session: Session) -> bool:
    return bool(settings.read(session, KEY))


def read_server(session: Session, sealer: Sealer) -> MailServer | None:
    kept = settings.read(session, KEY)
    if not kept:
        return None
    return MailServer(**{**kept, "password": sealer.open(kept["password"], PURPOSE)})


def need_server(session: Session, sealer: Sealer) -> MailServer:
    """Raises MailNotSet."""
    server = read_server(session, sealer)
    if server is None:
        raise MailNotSet()
    return server


def set_server(session: Session, sealer: Sealer, said: MailServer, keep_password: bool) -> None:
    """host "": no letters.  keep_password: the one that is kept, if server and login are the same: a password given for
    one host is never sent to another."""
    if not said.host.strip():
        settings.write(session, KEY, None)
        return
    server = _checked(session, said)
    before = read_server(session, sealer)
    password = server.password
    if keep_password:
        same = before is not None and (before.host, before.login) == (server.host, server.login)
        password = before.password if before is not None and same else ""
    if server.security == "none" and password and not server.private:
        raise PasswordInPlain("security")
    kept = {
        "host": server.host,
        "port": server.port,
        "security": server.security,
        "login": server.login,
        "password": sealer.seal(password, PURPOSE) if password else "",
        "sender": server.sender,
        "sender_name": server.sender_name,
        "private": server.private,
        "hours": server.hours,
    }
    settings.write(session, KEY, kept)


def _checked(session: Session, said: MailServer) -> MailServer:
    host = said.host.strip().rstrip(".").lower()
    if not all(one.isalnum() or one in ".-:" for one in host) or len(host) > LONGEST:
        raise MailServerWrong("host", host=shown(host))
    if not 1 <= said.port <= 65_535:
        raise MailPortWrong("port")
    if said.security not in SECURITY:
        raise MailSecurityWrong("security", known=", ".join(SECURITY))
    if not 1 <= said.hours <= MOST_HOURS:
        raise MailHoursWrong("hours", most=MOST_HOURS)
    return MailServer(
        host,
        said.port,
        said.security,
        clean(said.login, LONGEST, lines=False),
        said.password[:LONGEST],
        read_mailbox(session, said.sender, "sender"),
        clean(said.sender_name, LONGEST, lines=False),
        said.private,
        said.hours,
    )


def read_mailbox(session: Session, said: str, place: str) -> str:
    """One address, as the field of e-mail reads it.  Raises EmailNotUnderstood at the place."""
    try:
        return Email().read(clean(said, LONGEST, lines=False), session.terms)[0]
    except EmailNotUnderstood:
        raise EmailNotUnderstood(place, value=shown(said)) from None


class Talk:
    """A conversation that has come as far as a letter."""

    def __init__(self, server: MailServer, smtp: smtplib.SMTP) -> None:
        self.server = server
        self._smtp = smtp

    def send(self, message: EmailMessage, recipient: str) -> None:
        """Raises MailTrouble.  Others may be sent in the same conversation after a refusal."""
        try:
            self._smtp.send_message(message, from_addr=self.server.sender, to_addrs=[recipient])
        except (OSError, smtplib.SMTPException, MessageError, UnicodeError) as trouble:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.rset()
            raise _said(self.server, trouble, recipient) from None


@contextmanager
def talk(server: MailServer) -> Iterator[Talk]:
    """Connected, secured and let in.  Raises MailTrouble, OutgoingRefused.  Outside of any transaction."""
    smtp = None
    cut: threading.Timer | None = None
    try:
        try:
            address = _resolve(server)
            kind: type[_Plain] | type[_Secure] = _Secure if server.security == "tls" else _Plain
            smtp = kind(address, server)
            # A server that says a byte a second is cut like one that says nothing.
            cut = threading.Timer(TALK_SECONDS, _hang_up, [smtp])
            cut.daemon = True
            cut.start()
            if server.security == "starttls":
                smtp.starttls(context=ssl.create_default_context())
            if server.login:
                _let_in(smtp, server)
        except (OSError, smtplib.SMTPException, UnicodeError) as trouble:
            raise _said(server, trouble) from None
        yield Talk(server, smtp)
    finally:
        if cut is not None:
            cut.cancel()
        if smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()


class _Plain(smtplib.SMTP):
    """To the address that was looked at; the name is for the certificate."""

    def __init__(self, address: str, server: MailServer) -> None:
        self.address = address
        super().__init__(server.host, server.port, local_hostname="svyaz", timeout=STEP_SECONDS)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return socket.create_connection((self.address, port), timeout)


class _Secure(smtplib.SMTP_SSL):
    def __init__(self, address: str, server: MailServer) -> None:
        self.address = address
        context = ssl.create_default_context()
        super().__init__(server.host, server.port, local_hostname="svyaz", timeout=STEP_SECONDS, context=context)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((self.address, port), timeout)
        return self.context.wrap_socket(plain, server_hostname=host)


def _let_in(smtp: smtplib.SMTP, server: MailServer) -> None:
    """The library's own way knows no password outside of ASCII."""
    if (server.login + server.password).isascii():
        smtp.login(server.login, server.password)
        return
    smtp.ehlo_or_helo_if_needed()
    told = b64encode(f"\0{server.login}\0{server.password}".encode()).decode()
    code, answer = smtp.docmd("AUTH", f"PLAIN {told}")
    if code not in (235, 503):
        raise smtplib.SMTPAuthenticationError(code, answer)


def _hang_up(smtp: smtplib.SMTP) -> None:
    if smtp.sock is not None:
        with suppress(OSError):
            smtp.sock.shutdown(socket.SHUT_RDWR)


def _resolve(server: MailServer) -> str:
    try:
        found = [str(one[4][0]) for one in socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise OutgoingFailed(host=server.host) from None
    if not server.private and not all(is_public(one) for one in found):
        raise AddressInside(host=server.host)
    return found[0]


def _said(server: MailServer, trouble: Exception, recipient: str = "") -> MailTrouble:
    """What went wrong in our words, with one line of theirs."""
    host, answer = server.host, _answer(trouble)
    match trouble:
        case smtplib.SMTPAuthenticationError():
            return MailLoginRefused(host=host, answer=answer)
        case smtplib.SMTPSenderRefused():
            return MailSenderRefused(host=host, answer=answer, sender=server.sender)
        case smtplib.SMTPRecipientsRefused():
            code = next((one[0] for one in trouble.recipients.values()), 0)
            return MailRecipientRefused(host=host, answer=answer, recipient=recipient, later=code < 500)
        case smtplib.SMTPNotSupportedError() if server.security == "starttls" and not recipient:
            return MailNotSecure(host=host, answer=answer)
        case UnicodeError() | MessageError():
            return MailRecipientRefused(host=host, answer="", recipient=recipient)
        case ssl.SSLError():
            return MailNotTrusted(host=host, answer="")
        case TimeoutError():
            return MailSilent(host=host, answer="")
        case smtplib.SMTPServerDisconnected() | ConnectionResetError() | BrokenPipeError():
            return MailSilent(host=host, answer="")
        case smtplib.SMTPResponseException() | smtplib.SMTPException():
            return MailTrouble(host=host, answer=answer)
        case _:
            return MailUnreachable(host=host, answer="", port=server.port)


def _answer(trouble: Exception) -> str:
    """«550 5.1.1 unknown user», cut and cleaned; a login or a password is in none of them."""
    if isinstance(trouble, smtplib.SMTPRecipientsRefused):
        said = next((f"{code} {_text(text)}" for code, text in trouble.recipients.values()), "")
    elif isinstance(trouble, smtplib.SMTPResponseException):
        said = f"{trouble.smtp_code} {_text(trouble.smtp_error)}"
    else:
        said = ""
    return " ".join(said.split())[:LONGEST]


def _text(said: Any) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return "".join(one if one.isprintable() else " " for one in text)
