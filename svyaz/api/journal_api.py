"""The journal: who came in, what was done about rights, what was exported, what was settled.  Read, searched, exported."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import quote

from svyaz.api.call import Call
from svyaz.api.errors import BadRequest
from svyaz.api.route import Route
from svyaz.exchange.export import FORMS, write_rows
from svyaz.exchange.export_cells import ExportColumn
from svyaz.kernel.clock import day_bounds
from svyaz.kernel.http import Answer
from svyaz.org import journal
from svyaz.org.people import names_of
from svyaz.records.read import read_record
from svyaz.schema.snapshot import Snapshot
from svyaz.storage import accounts
from svyaz.storage.journal import Entry
from svyaz.storage.session import Session

PEOPLE = "people"
MOST, PORTION, MOST_ROWS = 200, 1_000, 200_000
ASKED = ("of", "employee", "q", "since", "until")
EXPORTED_AS = ("xlsx", "csv")
COLUMNS = ("at", "kind", "actor", "employee", "address", "browser", "facts")


def show_journal(call: Call) -> Answer:
    """GET /api/journal?of=entries|ways|rights|exports|settings&employee=&q=&since=&until=&before=&limit=: newest first.

    q: in the address, the browser, what was done and to whom;  since, until: days in the company's zone, both included.
    """
    call.only(*ASKED, "before", "limit")
    before, limit = call.number("before", 0, 0, 10**11), call.number("limit", 50, 1, MOST)
    with call.reading() as (session, actor):
        asked = _asked(call, session)
        if asked["employee"] is not None:
            read_record(session, actor, "employee", asked["employee"])
        found, further = journal.read(session, before=before or None, limit=limit, **asked)
        rows = _rows(session, found, actor.language)
    return Answer(body={"entries": rows, "next": further})


def export_journal(call: Call) -> Answer:
    """GET /api/journal/export?format=xlsx|csv and the same questions: all of it, newest first.  The journal tells it too."""
    call.only(*ASKED, "format")
    form = call.query("format", "xlsx")
    if form not in EXPORTED_AS:
        raise BadRequest("format", expected=", ".join(EXPORTED_AS))
    with call.reading() as (session, actor):
        asked = _asked(call, session)
        if asked["employee"] is not None:
            read_record(session, actor, "employee", asked["employee"])
        columns = _columns(session.snapshot, call, actor.zone)
    with call.company.write() as session:
        journal.note(session, "journal_exported", actor.employee, actor.employee, call.incoming.address, call.browser)

    def cells() -> Iterator[list[Any]]:
        before, told = None, 0
        while told < MOST_ROWS:
            with call.reading() as (session, reader):
                found, before = journal.read(session, before=before, limit=PORTION, **asked)
                rows = _rows(session, found, reader.language)
            for one in rows:
                yield [one["at"].isoformat(), *(_text(key, one[key], call) for key in COLUMNS[1:])]
            told += len(rows)
            if before is None:
                return

    name = quote(f"{call.words.say('journal.title')}.{form}")
    return Answer(
        content=write_rows(form, columns, cells(), call.language),
        media_type=FORMS[form],
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )


def _asked(call: Call, session: Session) -> dict[str, Any]:
    of, employee = call.query("of"), call.number("employee", 0, 0, 2**31)
    if of and of not in journal.GROUPS:
        raise BadRequest("of", expected=", ".join(journal.GROUPS))
    zone = session.snapshot.settings.zone
    since, until = _day(call, "since"), _day(call, "until")
    return {
        "kinds": journal.GROUPS[of] if of else (),
        "employee": employee or None,
        "since": day_bounds(zone, since)[0] if since else None,
        "until": day_bounds(zone, until)[1] if until else None,
        "q": call.query("q").strip()[:100],
    }


def _day(call: Call, name: str) -> date | None:
    said = call.query(name)
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise BadRequest(name, expected="2026-12-31") from None


def _rows(session: Session, found: list[Entry], language: str) -> list[dict[str, Any]]:
    labels = names_of(session, sorted({id for one in found for id in (one.actor, one.employee) if id is not None}))
    titles = {key: role.title.say(language) for key, role in session.snapshot.roles.items()}
    return [
        {
            "id": one.id,
            "at": accounts.moment(one.at),
            "kind": one.kind,
            "actor": _person(one.actor, labels),
            "employee": _person(one.employee, labels),
            "address": one.address,
            "browser": one.browser,
            "facts": _named(one.facts, titles),
        }
        for one in found
    ]


def _person(id: int | None, labels: dict[int, str]) -> list[Any] | None:
    return None if id is None else [id, labels.get(id)]


def _named(facts: dict[str, Any], titles: dict[str, str]) -> dict[str, Any]:
    """Lists of roles by their titles: a role that is gone by its key."""
    return {
        name: [titles.get(str(one), str(one)) for one in value] if isinstance(value, list) else value
        for name, value in facts.items()
    }


def _columns(snapshot: Snapshot, call: Call, zone: str) -> list[ExportColumn]:
    """Of the kinds of fields that tell an instant and a text."""
    shapes = {field.key: field for field in snapshot.entities["employee"].fields}
    made = [("at", shapes["changed_at"])] + [(key, shapes["surname"]) for key in COLUMNS[1:]]
    return [ExportColumn((key,), call.words.say(f"journal.{key}"), field, zone, {}, "") for key, field in made]


def _text(key: str, value: Any, call: Call) -> str:
    if key == "kind":
        return call.words.say(f"journal.{value}") if call.words.has(f"journal.{value}") else str(value)
    if isinstance(value, dict):
        return "; ".join(
            f"{key}: {', '.join(map(str, one)) if isinstance(one, list) else one}" for key, one in value.items()
        )
    if isinstance(value, list):
        return str(value[1] or f"№ {value[0]}")
    return "" if value is None else str(value)


QUERY = (("of", "string"), ("employee", "integer"), ("q", "string"), ("since", "string"), ("until", "string"))
ROUTES = (
    Route(
        "GET",
        "/api/journal",
        show_journal,
        "Who came in and what was done about rights",
        needs=PEOPLE,
        query=(*QUERY, ("before", "integer"), ("limit", "integer")),
    ),
    Route(
        "GET",
        "/api/journal/export",
        export_journal,
        "The journal as a file",
        needs=PEOPLE,
        query=(*QUERY, ("format", "string")),
        answer="file",
    ),
)
