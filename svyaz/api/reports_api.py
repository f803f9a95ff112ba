"""Reports: run a pivot."""

from __future__ import annotations

import msgspec

from svyaz.api.call import Call
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.reports.pivot import ReportRequest, run_report


class ReportBody(msgspec.Struct, forbid_unknown_fields=True):
    entity: str
    rows: list[str] = []
    columns: list[str] = []
    measures: list[str] = []
    filter: str = ""


def run(call: Call) -> Answer:
    """POST /api/reports/run  body: {"entity", "rows", "columns", "measures", "filter"}"""
    body = call.body(ReportBody)
    request = ReportRequest(body.entity, tuple(body.rows), tuple(body.columns), tuple(body.measures), body.filter)
    with call.reading() as (session, actor):
        return Answer(body=run_report(session, actor, request))


ROUTES = (Route("POST", "/api/reports/run", run, "Run a pivot", body=ReportBody, reads=True),)
