"""A group of people at once: a list is looked at, then its good lines are added by portions."""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from typing import Literal

import msgspec

from svyaz.access.abilities import require_ability
from svyaz.api.call import Call
from svyaz.api.errors import BadRequest
from svyaz.api.route import Route
from svyaz.exchange.tables import Cell, open_table, rows
from svyaz.kernel.http import Answer
from svyaz.kernel.text import clean
from svyaz.org import invitations, ways_in
from svyaz.org.people_lines import MOST_LINES, TooManyLines, read_lines
from svyaz.records.write import create_record
from svyaz.tenancy.seal import sealer

PEOPLE = "people"
PORTION = 50


class Pasted(msgspec.Struct, forbid_unknown_fields=True):
    text: str


class Person(msgspec.Struct, forbid_unknown_fields=True):
    surname: str
    email: str
    first_name: str = ""
    patronymic: str = ""


class Group(msgspec.Struct, forbid_unknown_fields=True):
    """by: a letter with a link to each, or cards alone.  department: its id."""

    people: list[Person]
    roles: list[str] = []
    department: int | None = None
    by: Literal["letter", "none"] = "letter"


def look(call: Call) -> Answer:
    """POST /api/people/group/look  body: {"text"}: people of a pasted list, with what is wrong about each line"""
    body = call.body(Pasted)
    with call.reading() as (session, actor):
        require_ability(session.snapshot, actor, PEOPLE)
        return Answer(
            body={"lines": [asdict(line) for line in read_lines(session, actor, body.text)], "portion": PORTION}
        )


def text_of(call: Call) -> Answer:
    """POST /api/people/group/file  multipart: file (.xlsx, .xls, .csv): its first sheet as a list to be looked at"""
    sent = call.incoming.uploads.get("file")
    if sent is None:
        raise BadRequest("file", expected="multipart: file")
    with call.reading() as (session, actor):
        require_ability(session.snapshot, actor, PEOPLE)
    name = clean(sent.name)[:255] or "file"
    lines = ["\t".join(map(_said, row)) for row in islice(rows(open_table(sent.path, name)), MOST_LINES + 2)]
    if sum(bool(line) for line in lines) > MOST_LINES + 1:  # one may be of headings
        raise TooManyLines("file", count=MOST_LINES + 1, most=MOST_LINES)
    return Answer(body={"text": "\n".join(lines)})


def _said(cell: Cell) -> str:
    return clean("" if cell is None else str(cell), lines=False).replace("\t", " ").strip()


def add(call: Call) -> Answer:
    """POST /api/people/group  body: Group, at most 50 people: all of them or none; logins are their mailboxes"""
    body = call.body(Group)
    if not 1 <= len(body.people) <= PORTION:
        raise BadRequest("people", expected=f"1…{PORTION}")
    made = []
    with call.writing() as (session, actor):
        require_ability(session.snapshot, actor, PEOPLE)
        for one in body.people:
            values = {key: value for key, value in msgspec.structs.asdict(one).items() if value}
            if body.department is not None:
                values["department"] = body.department
            card = create_record(session, actor, "employee", values)
            if body.by == "letter":
                ways_in.give_access(session, actor, card.id, clean(one.email).strip(), tuple(body.roles), None)
                invitations.invite(session, sealer(call.company.home), actor, card.id, "letter")
            made.append({"id": card.id, "label": card.label})
    return Answer(201, {"made": made, "invited": len(made) if body.by == "letter" else 0})


ROUTES = (
    Route("POST", "/api/people/group/look", look, "Look at a list of people", needs=PEOPLE, body=Pasted, reads=True),
    Route(
        "POST",
        "/api/people/group/file",
        text_of,
        "A spreadsheet as a list of people",
        needs=PEOPLE,
        upload=True,
        reads=True,
    ),
    Route("POST", "/api/people/group", add, "Add a group of people", needs=PEOPLE, body=Group, status=201),
)
