"""A group of people at once: a pasted list becomes people to be added, each line with what is wrong about it.

A line is «Иванов Иван Петрович <ivanov@example.ru>», or cells of a table in any order: CSV, or as Excel pastes them.
The cell with «@» is the mailbox, the others are the name: surname, first name, patronymic.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass

from svyaz.access.actor import Actor
from svyaz.fields.email import NAMED, Email, EmailNotUnderstood
from svyaz.kernel.problem import Problem
from svyaz.kernel.text import clean, fold
from svyaz.records.read import MOST_ROWS, ListRequest, read_page
from svyaz.storage import accounts
from svyaz.storage.session import Session

MOST_LINES = 1_000
LONGEST_NAME = 100
SIGNS = ("\t", ";", ",")


class TooManyLines(Problem):
    """More is a table, and tables are brought in by import."""

    code = "too_many_people"  # facts: count, most


@dataclass(frozen=True, slots=True)
class Line:
    """problem: no_name, long_name, no_email, bad_email, twice (in the list) or exists (in the company); "" when good."""

    row: int
    surname: str
    first_name: str
    patronymic: str
    email: str
    problem: str = ""


def read_lines(session: Session, actor: Actor, text: str) -> list[Line]:
    """Blank lines and a line of headings are passed over.  Raises TooManyLines before anything is looked at."""
    told = [(row, line) for row, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(told) > MOST_LINES:
        raise TooManyLines(count=len(told), most=MOST_LINES)
    known, listed, found = _known(session, actor), set[str](), list[Line]()
    for row, text_line in told:
        line = _read(session, row, clean(text_line, lines=False))
        if line is None:
            continue
        if not line.problem and line.email in listed:
            line = Line(row, line.surname, line.first_name, line.patronymic, line.email, "twice")
        elif not line.problem and line.email in known:
            line = Line(row, line.surname, line.first_name, line.patronymic, line.email, "exists")
        listed.add(line.email)
        found.append(line)
    return found


def _read(session: Session, row: int, text: str) -> Line | None:
    named = NAMED.fullmatch(text)
    cells = [named["label"], named["address"]] if named else _cells(text)
    written = [cell for cell in cells if "@" in cell]
    if not written and row == 1 and any(fold(cell) in ("почта", "e-mail", "email", "фамилия") for cell in cells):
        return None
    words = " ".join(cell for cell in cells if "@" not in cell).split()
    surname, first, *rest = [*words, "", ""][: max(3, len(words))]
    patronymic = " ".join(rest).strip()
    email, problem = "", ""
    try:
        email = Email().read(written[0], session.terms)[0] if written else ""
    except EmailNotUnderstood:
        email, problem = written[0][:LONGEST_NAME], "bad_email"
    if not words:
        problem = "no_name"
    elif max(map(len, (surname, first, patronymic))) > LONGEST_NAME:
        problem = "long_name"
    elif not written:
        problem = "no_email"
    return Line(row, surname[:LONGEST_NAME], first[:LONGEST_NAME], patronymic[:LONGEST_NAME], email, problem)


def _cells(text: str) -> list[str]:
    sign = next((one for one in SIGNS if one in text), None)
    if sign is None:  # «Иванов Иван ivanov@example.ru»
        return re.split(r"\s+", text)
    return [cell.strip() for cell in next(csv.reader([text], delimiter=sign))]


def _known(session: Session, actor: Actor) -> set[str]:
    """Mailboxes and logins that are taken, as far as the asker sees people."""
    found = {fold(way.login) for way in accounts.ways_in(session).values()}
    after: str | None = None
    while True:
        asked = ListRequest(fields=("email",), limit=MOST_ROWS, after=after)
        page = read_page(session, actor, "employee", asked)
        found |= {str(one[0] if isinstance(one, list) else one) for row in page.rows for one in row[-1] or ()}
        after = page.next
        if after is None:
            return found
