"""The company about itself: name, currency, clock, mark, calendar, numbering, connectors.  For who configures."""

from __future__ import annotations

from typing import Any

import msgspec

from svyaz.api.call import Call
from svyaz.api.errors import BadRequest
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.kernel.problem import NotFound
from svyaz.org import company_settings, logo, numbering, requisites_lookup, working_calendar
from svyaz.org.working_calendar import YearCalendar
from svyaz.records.purge import KEEP_DAYS


class CompanyBody(msgspec.Struct, forbid_unknown_fields=True):
    title: str | None = None
    currency: str | None = None
    zone: str | None = None
    first_weekday: int | None = None


class WeekBody(msgspec.Struct, forbid_unknown_fields=True):
    weekdays: list[int]
    hours: list[list[str]]


class YearBody(msgspec.Struct, forbid_unknown_fields=True):
    days: dict[str, str] | None


class NumberingBody(msgspec.Struct, forbid_unknown_fields=True):
    entity: str
    field: str
    pattern: str
    reset: str


class ConnectorBody(msgspec.Struct, forbid_unknown_fields=True):
    url: str
    token: str | None = None
    private: bool = False


def show_company(call: Call) -> Answer:
    """GET /api/company"""
    with call.reading() as (session, _):
        settings = session.snapshot.settings
        connector = requisites_lookup.read_connector(session)
        body = {
            "title": settings.title,
            "currency": settings.currency,
            "currency_held_by": company_settings.find_sums(session),
            "zone": settings.zone,
            "first_weekday": settings.first_weekday,
            "logo": logo.find_digest(session),
            "trash_days": KEEP_DAYS,
            "requisites": {
                "url": connector.url if connector else "",
                "has_token": bool(connector and connector.token),
                "private": bool(connector and connector.private),
                "usual_url": requisites_lookup.USUAL_URL,
            },
        }
    return Answer(body=body)


def change_company(call: Call) -> Answer:
    """PUT /api/company  body: some of {"title", "currency", "zone", "first_weekday"}"""
    body = call.body(CompanyBody)
    changes = {key: value for key, value in msgspec.structs.asdict(body).items() if value is not None}
    with call.writing() as (_, actor):
        pass
    company_settings.change_company(call.company, actor, changes)
    return Answer(204)


def show_logo(call: Call) -> Answer:
    """GET /api/company/logo?v=digest: before signing in too."""
    with call.company.read() as session:
        kept = logo.read_logo(session)
    if kept is None:
        raise NotFound("logo", entity="logo", id=0)
    return Answer(
        content=kept.content,
        media_type=kept.media_type,
        headers={
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, max-age=86400",
        },
    )


def put_logo(call: Call) -> Answer:
    """POST /api/company/logo  multipart: file, a PNG, JPEG or WebP up to 512 KB"""
    sent = call.incoming.uploads.get("file")
    if sent is None:
        raise BadRequest("file", expected="multipart: file")
    looked = logo.look_at_file(sent.path)
    with call.writing() as (session, _):
        logo.set_logo(session, looked)
    return Answer(201, {"logo": looked.digest})


def drop_logo(call: Call) -> Answer:
    """DELETE /api/company/logo"""
    with call.writing() as (session, _):
        logo.set_logo(session, None)
    return Answer(204)


def show_calendar(call: Call) -> Answer:
    """GET /api/company/calendar/{year}: everybody may know when the company works."""
    with call.reading() as (session, _):
        return Answer(body=_calendar(working_calendar.read_year(session, _year(call))))


def put_week(call: Call) -> Answer:
    """PUT /api/company/week  body: {"weekdays": [1, 2, 3, 4, 5], "hours": [["09:00", "18:00"]]}"""
    body = call.body(WeekBody)
    with call.writing() as (session, _):
        working_calendar.set_week(session, body.weekdays, body.hours)
    return Answer(204)


def put_year(call: Call) -> Answer:
    """PUT /api/company/calendar/{year}  body: {"days": {"2026-05-08": "off"}}; null: as the law has it again"""
    body = call.body(YearBody)
    with call.writing() as (session, _):
        working_calendar.set_year(session, _year(call), body.days)
        return Answer(body=_calendar(working_calendar.read_year(session, _year(call))))


def show_numbering(call: Call) -> Answer:
    """GET /api/company/numbering"""
    with call.reading() as (session, actor):
        told = [
            {
                "entity": one.entity.key,
                "entity_title": one.entity.title.say(actor.language),
                "field": one.field.key,
                "title": one.field.title.say(actor.language),
                "pattern": one.field.options["pattern"],
                "reset": one.field.options["reset"],
                "last": one.last,
                "examples": list(one.examples),
            }
            for one in numbering.list_numbering(session)
        ]
    return Answer(body={"numbering": told})


def try_numbering(call: Call) -> Answer:
    """POST /api/company/numbering/example  body: {"entity", "field", "pattern", "reset"}; writes nothing"""
    body = call.body(NumberingBody)
    with call.reading() as (session, _):
        examples = numbering.show_examples(session, body.pattern, body.reset, body.entity, body.field)
    return Answer(body={"examples": list(examples)})


def put_numbering(call: Call) -> Answer:
    """PUT /api/company/numbering  body: {"entity", "field", "pattern", "reset": "year"|"never"}"""
    body = call.body(NumberingBody)
    with call.writing() as (_, actor):
        pass
    numbering.change_numbering(call.company, actor, body.entity, body.field, body.pattern, body.reset)
    return Answer(204)


def put_connector(call: Call) -> Answer:
    """PUT /api/company/requisites  body: {"url", "token"?, "private"?}; url "" switches it off.  The token is never told."""
    body = call.body(ConnectorBody)
    with call.writing() as (session, _):
        requisites_lookup.set_connector(session, body.url.strip(), body.token, body.private)
    return Answer(204)


def find_requisites(call: Call) -> Answer:
    """GET /api/requisites/{inn}: role of a field -> value, from the service the company has configured"""
    with call.reading() as (session, _):
        connector = requisites_lookup.read_connector(session)
    if connector is None:
        return Answer(body={"configured": False, "values": {}})
    return Answer(
        body={"configured": True, "values": requisites_lookup.look_up(connector, call.incoming.params["inn"])}
    )


def _year(call: Call) -> int:
    given = call.incoming.params["year"]
    if not given.isascii() or not given.isdigit() or len(given) != 4:
        raise BadRequest("year", expected="2000…2100")
    return int(given)


def _calendar(told: YearCalendar) -> dict[str, Any]:
    return {
        "year": told.year,
        "weekdays": list(told.weekdays),
        "hours": [list(part) for part in told.hours],
        "days": {day.isoformat(): kind for day, kind in told.days.items()},
        "own": told.own,
        "named": told.named,
        "worked": told.worked,
    }


CONFIGURE = "configure"
ROUTES = (
    Route("GET", "/api/company", show_company, "The company about itself", needs=CONFIGURE),
    Route(
        "PUT",
        "/api/company",
        change_company,
        "Name, currency, zone, week",
        needs=CONFIGURE,
        body=CompanyBody,
        status=204,
    ),
    Route("GET", "/api/company/logo", show_logo, "The company's mark", needs="nobody", answer="file"),
    Route("POST", "/api/company/logo", put_logo, "Put the mark", needs=CONFIGURE, upload=True, status=201),
    Route("DELETE", "/api/company/logo", drop_logo, "Take the mark away", needs=CONFIGURE, status=204),
    Route("GET", "/api/company/calendar/{year}", show_calendar, "When the company works"),
    Route("PUT", "/api/company/calendar/{year}", put_year, "Days of a year", needs=CONFIGURE, body=YearBody),
    Route("PUT", "/api/company/week", put_week, "Working days and hours", needs=CONFIGURE, body=WeekBody, status=204),
    Route("GET", "/api/company/numbering", show_numbering, "How records are numbered", needs=CONFIGURE),
    Route(
        "PUT",
        "/api/company/numbering",
        put_numbering,
        "Change a numbering",
        needs=CONFIGURE,
        body=NumberingBody,
        status=204,
    ),
    Route(
        "POST",
        "/api/company/numbering/example",
        try_numbering,
        "What a pattern would give",
        needs=CONFIGURE,
        body=NumberingBody,
        reads=True,
    ),
    Route(
        "PUT",
        "/api/company/requisites",
        put_connector,
        "The service that knows requisites",
        needs=CONFIGURE,
        body=ConnectorBody,
        status=204,
    ),
    Route("GET", "/api/requisites/{inn}", find_requisites, "Requisites of a company by its INN"),
)
