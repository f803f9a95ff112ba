"""Letters of the system: written down in the transaction of what they tell of, sent after it by a job.

A letter goes at least once and has one Message-ID however often it is tried: a mailbox shows it once.  What the server
refuses for the time being is tried again after a minute, five, half an hour, two hours, six, twelve; then it is given
up in the open (the card of the person and the settings of mail say why).
"""

from __future__ import annotations

import html
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

import orjson

from svyaz.jobs.queue import enqueue
from svyaz.jobs.worker import JobContext
from svyaz.kernel.problem import Problem
from svyaz.kernel.text import clean
from svyaz.org.mail_server import MailNotSet, MailRecipientRefused, MailServer, MailTrouble, read_server, talk
from svyaz.storage import ids, letters
from svyaz.storage.accounts import micros
from svyaz.storage.letters import Kept
from svyaz.storage.session import Session
from svyaz.tenancy.seal import Sealer, sealer

TASK = "letters"
PAUSES_SECONDS = (60, 300, 1_800, 7_200, 21_600, 43_200)
HOLD = timedelta(minutes=5)
IN_ONE_TALK = 50
KEPT = timedelta(days=90)
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Letter:
    """paragraphs: plain text;  link: a button in the HTML and an address in the text, after the first paragraph."""

    recipient: str
    name: str
    subject: str
    paragraphs: tuple[str, ...]
    link: str = ""
    button: str = ""


def post(session: Session, seal: Sealer, letter: Letter, site: str) -> int:
    """Its id.  It goes after the commit; a transaction that is rolled back sends nothing.  site: host of the company."""
    id = ids.take_id(session)
    message_id = f"<{id}.{secrets.token_hex(8)}@{site}>"
    sealed = seal.seal(orjson.dumps(asdict(letter)).decode(), _purpose(id))
    letters.put(session, id, letter.recipient, message_id, sealed)
    enqueue(session, TASK, {})
    return id


def run(context: JobContext, arguments: Mapping[str, Any]) -> dict[str, int]:
    """The job: everything that is due, many letters in one conversation; then another job for those that wait."""
    company, seal, gone = context.company, sealer(context.company.home), 0
    while not context.cancelled():
        with company.read() as session:
            due, server = letters.next_at(session), read_server(session, seal)
            now = micros(session.now)
        if due is None or due > now:
            break
        taken, sent = _talk(context, seal, server)
        gone += sent
        if not taken:
            break
    with company.write() as session:
        due = letters.next_at(session)
        if due is not None:
            at = datetime.fromtimestamp(due / 1_000_000, tz=UTC)
            enqueue(session, TASK, {}, key=f"{TASK}:{due}", run_at=at)
    return {"sent": gone}


def _talk(context: JobContext, seal: Sealer, server: MailServer | None) -> tuple[int, int]:
    """How many were taken up and how many of them have gone, in one conversation."""
    taken = sent = 0
    first = _take(context)
    if first is None:
        return 0, 0
    try:
        if server is None:
            raise MailNotSet()
        with talk(server) as line:
            one: Kept | None = first
            while one is not None:
                taken += 1
                first = one
                try:
                    line.send(compose(server, one.message_id, _open(seal, one), context.clock.now()), one.recipient)
                except MailTrouble as trouble:
                    _not_gone(context, one, trouble)
                else:
                    sent += 1
                    with context.company.write() as session:
                        letters.sent(session, one.id)
                if taken == IN_ONE_TALK or context.cancelled():
                    break
                one = _take(context)
    except Problem as trouble:
        if taken == 0:  # no conversation came about: the letter it was begun for waits, the others need not try
            _not_gone(context, first, trouble)
            with context.company.write() as session:
                letters.put_off(session, micros(session.now + timedelta(seconds=PAUSES_SECONDS[0])))
        return 0, sent
    return taken, sent


def hurry(session: Session) -> None:
    """What waited for its next attempt is tried now."""
    if letters.hurry(session):
        enqueue(session, TASK, {})


def send_now(server: MailServer, letter: Letter, site: str, at: datetime) -> None:
    """A letter to try the server with: in this call, not by the queue.  Outside of any transaction.  Raises MailTrouble."""
    message = compose(server, f"<{secrets.token_hex(12)}@{site}>", letter, at)
    with talk(server) as line:
        line.send(message, letter.recipient)


def kept_problem(told: Mapping[str, Any]) -> Problem:
    """What was kept of a trouble, to be said in words."""
    problem = Problem(**told["facts"])
    problem.code = told["code"]  # type: ignore[misc]
    return problem


def _take(context: JobContext) -> Kept | None:
    with context.company.write() as session:
        context.hold(session)
        return letters.take_due(session, micros(session.now + HOLD))


def _not_gone(context: JobContext, one: Kept, trouble: Problem) -> None:
    told = {"code": trouble.code, "facts": trouble.facts}
    later = getattr(trouble, "later", True) and one.attempts <= len(PAUSES_SECONDS)
    with context.company.write() as session:
        if later:
            pause = timedelta(seconds=PAUSES_SECONDS[one.attempts - 1])
            letters.wait(session, one.id, micros(session.now + pause), told)
        else:
            letters.failed(session, one.id, told)


def _open(seal: Sealer, one: Kept) -> Letter:
    """Raises MailTrouble for good: what was sealed with a key that is gone is not read by anybody."""
    text = seal.open(one.sealed, _purpose(one.id))
    if not text:
        raise LetterUnreadable(host="", answer="")
    told = orjson.loads(text)
    return Letter(**{**told, "paragraphs": tuple(told["paragraphs"])})


class LetterUnreadable(MailTrouble):
    code = "letter_unreadable"
    later = False


def _purpose(id: int) -> str:
    return f"letter:{id}"


def compose(server: MailServer, message_id: str, letter: Letter, at: datetime) -> EmailMessage:
    """Plain text and simple HTML.  Names come from people: no line break of theirs becomes a header of ours.

    Raises MailRecipientRefused: an address that no header can hold."""
    try:
        return _composed(server, message_id, letter, at)
    except (ValueError, IndexError, MessageError):
        raise MailRecipientRefused(host=server.host, answer="", recipient=letter.recipient) from None


def _composed(server: MailServer, message_id: str, letter: Letter, at: datetime) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(one_line(server.sender_name), addr_spec=server.sender)
    message["To"] = Address(one_line(letter.name), addr_spec=letter.recipient)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_plain(letter))
    message.add_alternative(_html(letter), subtype="html")
    return message


def one_line(text: str) -> str:
    return clean(" ".join(text.split()), lines=False)[:LONGEST_NAME]


def _plain(letter: Letter) -> str:
    first, *rest = letter.paragraphs
    parts = [first, *([letter.link] if letter.link else []), *rest]
    return "\n\n".join(parts) + "\n"


def _html(letter: Letter) -> str:
    first, *rest = (f"<p>{html.escape(one).replace(chr(10), '<br>')}</p>" for one in letter.paragraphs)
    button = (
        f'<p><a href="{html.escape(letter.link)}" style="display:inline-block;padding:10px 18px;border-radius:8px;'
        f'background:#2f5bea;color:#fff;text-decoration:none">{html.escape(letter.button)}</a></p>'
        if letter.link
        else ""
    )
    body = "".join([first, button, *rest])
    return (
        '<!doctype html><html><head><meta charset="utf-8"></head>'
        f'<body style="font:15px/1.5 sans-serif;color:#1d2129;max-width:560px">{body}</body></html>'
    )
