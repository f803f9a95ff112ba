"""Reports: run a pivot, a funnel, and see the records behind a figure."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from svyaz.api.call import Call
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.reports.pivot import ReportRequest, run_report
from svyaz.reports.run_funnel import BehindRequest, FunnelRequest, read_behind, run_funnel


class ReportBody(msgspec.Struct, forbid_unknown_fields=True):
    entity: str
    rows: list[str] = []
    columns: list[str] = []
    measures: list[str] = []
    filter: str = ""
    as_of: str = ""


class FunnelBody(msgspec.Struct, forbid_unknown_fields=True):
    """from, to   days of the company's zone, both included; null is open: when it happened.
    as_of      what the base knew at a moment: an instant or a day, "" for now
    """

    entity: str
    pipeline: str = ""
    first: date | None = msgspec.field(default=None, name="from")
    last: date | None = msgspec.field(default=None, name="to")
    by: str | None = None
    filter: str = ""
    amount: str | None = None
    as_of: str = ""


class BehindBody(FunnelBody, forbid_unknown_fields=True, kw_only=True):
    figure: str
    stage: str = ""
    fields: list[str] = []
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 50
    offset: Annotated[int, msgspec.Meta(ge=0)] = 0


def run(call: Call) -> Answer:
    """POST /api/reports/run  body: {"entity", "rows", "columns", "measures", "filter", "as_of"}"""
    body = call.body(ReportBody)
    request = ReportRequest(body.entity, tuple(body.rows), tuple(body.columns), tuple(body.measures), body.filter)
    with call.reading_as_of(body.as_of, body.entity) as (session, actor):
        return Answer(body=run_report(session, actor, request))


def funnel(call: Call) -> Answer:
    """POST /api/reports/funnel  body: {"entity", "pipeline", "from", "to", "by", "filter", "amount", "as_of"}"""
    body = call.body(FunnelBody)
    request = _request(body)
    with call.reading_as_of(body.as_of, body.entity) as (session, actor):
        return Answer(body=run_funnel(session, actor, request))


def behind(call: Call) -> Answer:
    """POST /api/reports/funnel/records  body: of the funnel and {"figure", "stage", "fields", "limit", "offset"}"""
    body = call.body(BehindBody)
    asked = BehindRequest(body.figure, body.stage, tuple(body.fields), body.limit, body.offset)
    with call.reading_as_of(body.as_of, body.entity) as (session, actor):
        return Answer(body=read_behind(session, actor, _request(body), asked))


def _request(body: FunnelBody) -> FunnelRequest:
    return FunnelRequest(body.entity, body.pipeline, body.first, body.last, body.by or "", body.filter, body.amount)


ROUTES = (
    Route("POST", "/api/reports/run", run, "Run a pivot", body=ReportBody, reads=True),
    Route("POST", "/api/reports/funnel", funnel, "Run a funnel", body=FunnelBody, reads=True),
    Route(
        "POST",
        "/api/reports/funnel/records",
        behind,
        "Records behind a figure of a funnel",
        body=BehindBody,
        reads=True,
    ),
)
