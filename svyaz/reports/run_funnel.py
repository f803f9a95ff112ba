"""Ask for a funnel under the reader's rights, tell it as JSON, find the records behind a figure.

Records, hidden fields and paths through links are decided by records.read in the same functions as for
a list.  The stage itself must be readable; a sum or a loss reason that is not is left out, for nobody
named it; a field that was named — to cut by, in the filter — is refused.

The loss reason is the field that a lost stage asks for on entering, by the configuration.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.apply import read_entity
from svyaz.expression.tree import both
from svyaz.kernel.clock import day_bounds
from svyaz.kernel.problem import Problem
from svyaz.records.cells import id_in
from svyaz.records.read import ListRequest, ask, check_measures, ground_of, list_columns, make_query
from svyaz.records.reader_scope import ReaderScope
from svyaz.reports.clauses import clause
from svyaz.reports.funnel import STAGE_FIGURES, WHOLE_FIGURES, Counted, FunnelRow, funnel, marks_of
from svyaz.reports.pivot import MeasureNeedsField, dimension_of
from svyaz.schema.snapshot import Entity, Pipeline, Stage
from svyaz.storage import funnel as stored, run_query
from svyaz.storage.funnel import FunnelAnswer, FunnelGroup, FunnelQuery, Tally
from svyaz.storage.query import Dimension, Measure
from svyaz.storage.session import Session

KINDS_OF_REASON = ("link", "choice", "employee", "department")  # what a loss reason may be kept in
STUCK = "stuck"


class NotStaged(Problem):
    """The object has no stages, so it has no funnel."""

    code = "not_staged"  # facts: entity


class UnknownPipeline(Problem):
    code = "unknown_pipeline"  # facts: pipeline, known


class UnknownFigure(Problem):
    """A figure that funnels do not have, or a stage that this pipeline does not."""

    code = "unknown_figure"  # facts: figure, known


class PeriodBackwards(Problem):
    code = "period_backwards"  # facts: first, last


@dataclass(frozen=True, slots=True)
class FunnelRequest:
    """pipeline   "" takes the first
    first, last   the period in days of the company's zone, both included; None is open
    by   "responsible", "created_at:month": a path and a grain; "" does not cut
    filter   a formula; "" takes all
    amount   a path, "" for none; None takes the field whose role is «amount»
    """

    entity: str
    pipeline: str = ""
    first: date | None = None
    last: date | None = None
    by: str = ""
    filter: str = ""
    amount: str | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    shape: Entity
    pipeline: Pipeline
    stages: tuple[Stage, ...]
    query: FunnelQuery


def run_funnel(session: Session, actor: Actor, request: FunnelRequest) -> dict[str, Any]:
    """{"entity", "pipeline", "from", "to", "by", "amount", "reason", "stages": [{"key", "title", "hue"}],
    "whole": figures, "groups": [{"value", "filter", figures…}], "losses": [{"reason", "filter",
    "records", "amount", "stages": [{"stage", "records", "amount"}]}]}

    figures   {"rows": [one for each stage], "won", "lost", "win_share", "weakest": key of a stage or null}
    row       {"stage", "entered", "went_on", "won_after", "left", "in_progress", "lost", "decided", "conversion",
              "days_median", "days_90"} and "stuck": stand longer than nine tenths of finished stays did
    a count is {"records", "amount"}; amount is null when there is no sum to read

    Raises NotFound, NotStaged, UnknownPipeline, PeriodBackwards, UnknownField, problems of the formula.
    """
    asked = _ask(session, actor, request)
    answer = stored.courses(session, asked.query, ground_of(session, actor))
    by = asked.query.by
    return {
        "entity": asked.shape.key,
        "pipeline": asked.pipeline.key,
        "from": request.first and request.first.isoformat(),
        "to": request.last and request.last.isoformat(),
        "by": request.by or None,
        "amount": ".".join(asked.query.amount) or None,
        "reason": ".".join(asked.query.reason) or None,
        "stages": [{"key": one.key, "title": one.title.say(actor.language), "hue": one.hue} for one in asked.stages],
        "whole": _told(asked, answer, answer.whole),
        "groups": [
            {"value": one.cell, "filter": clause(session.snapshot, asked.shape.key, by, one.cell)}
            | _told(asked, answer, one)
            for one in answer.groups
            if by
        ],
        "losses": _losses(session, asked, answer),
    }


@dataclass(frozen=True, slots=True)
class BehindRequest:
    """figure   of FunnelRow, or "stuck"; stage "" for "won" and "lost" of the whole
    fields   paths to show, () the columns of the list"""

    figure: str
    stage: str = ""
    fields: tuple[str, ...] = ()
    limit: int = 50
    offset: int = 0


def read_behind(session: Session, actor: Actor, request: FunnelRequest, behind: BehindRequest) -> dict[str, Any]:
    """The records that a figure of this funnel counts: {"columns", "rows", "count"}, newest first.

    A group of a cut funnel, or one loss reason, is asked for by its own filter joined to the funnel's.
    Raises what run_funnel does, and UnknownFigure.
    """
    asked = _ask(session, actor, request)
    ids = _behind(session, actor, asked, behind)
    fields = behind.fields or list_columns(session.snapshot, actor, asked.shape)
    shown = ids[behind.offset : behind.offset + behind.limit]
    query = make_query(session, actor, request.entity, ListRequest(fields=fields, limit=behind.limit))
    query = replace(query, where=both(query.where, id_in(shown)))
    page = run_query.page(session, query, ground_of(session, actor))
    rows = {row[0]: row for row in page.rows}
    return {"columns": page.columns, "rows": [rows[id] for id in shown if id in rows], "count": len(ids)}


def _behind(session: Session, actor: Actor, asked: _Asked, behind: BehindRequest) -> list[int]:
    ground = ground_of(session, actor)
    figures = STAGE_FIGURES if behind.stage else WHOLE_FIGURES
    places = {one.key: place for place, one in enumerate(asked.stages, 1)}
    known = (*figures, STUCK) if behind.stage else tuple(figures)
    if behind.figure not in known:
        raise UnknownFigure("figure", figure=behind.figure, known=", ".join(known))
    if behind.stage and behind.stage not in places:
        raise UnknownFigure("stage", figure=behind.stage, known=", ".join(places))
    stage = places.get(behind.stage, 0)
    query = replace(asked.query, by=None)
    if behind.figure == STUCK:
        return stored.stuck_records(session, query, ground, stage)
    marks = marks_of(stored.tallies(session, query, ground), figures[behind.figure], stage, len(asked.stages))
    return stored.records(session, query, ground, marks) if marks else []


# ------------------------------------------------------------------ asking


def _ask(session: Session, actor: Actor, request: FunnelRequest) -> _Asked:
    snapshot = session.snapshot
    shape = read_entity(snapshot, actor, request.entity)
    field = shape.by_role("stage")
    if field is None or not shape.pipelines:
        raise NotStaged("entity", entity=shape.title.say(actor.language))
    pipeline = next((one for one in shape.pipelines if one.key == (request.pipeline or shape.pipelines[0].key)), None)
    if pipeline is None:
        known = ", ".join(one.key for one in shape.pipelines)
        raise UnknownPipeline("pipeline", pipeline=request.pipeline, known=known)
    by = dimension_of(request.by, "by") if request.by else None
    narrowed = ask(session, actor, shape.key, filter=request.filter, paths=[(field.key,), *([by.path] if by else [])])
    since, until = _period(session, request)
    stages = tuple(one for one in pipeline.stages if not one.ends)
    query = FunnelQuery(
        shape.key,
        tuple(one.key for one in stages),
        tuple(one.key for one in pipeline.stages if one.ends == "won"),
        tuple(one.key for one in pipeline.stages if one.ends == "lost"),
        since=since,
        until=until,
        by=by,
        amount=_amount(session, actor, shape, request.amount),
        reason=_reason(session, actor, shape, pipeline),
        where=narrowed.where,
        far=narrowed.far,
    )
    return _Asked(shape, pipeline, stages, query)


def _period(session: Session, request: FunnelRequest) -> tuple[datetime | None, datetime | None]:
    """[since, until) in UTC."""
    if request.first and request.last and request.first > request.last:
        raise PeriodBackwards("from", first=request.first.isoformat(), last=request.last.isoformat())
    since, until = (_bounds(session, day) for day in (request.first, request.last))
    return since and since[0], until and until[1]


def _bounds(session: Session, day: date | None) -> tuple[datetime, datetime] | None:
    """None also for the first and the last day of all: beyond them there is nothing to leave out."""
    try:
        return None if day is None else day_bounds(session.snapshot.settings.zone, day)
    except OverflowError:
        return None


def _amount(session: Session, actor: Actor, shape: Entity, asked: str | None) -> tuple[str, ...]:
    scope = ReaderScope(session.snapshot, actor, shape.key)
    if asked is None:
        usual = shape.by_role("amount")
        return (usual.key,) if usual and scope.slot((usual.key,)) else ()
    if not asked:
        return ()
    path = tuple(asked.split("."))
    if not all(path):
        raise MeasureNeedsField("amount", function="sum")
    check_measures(session.snapshot, actor, shape.key, [Measure("sum", path)])
    return path


def _reason(session: Session, actor: Actor, shape: Entity, pipeline: Pipeline) -> tuple[str, ...]:
    """The first field that a lost stage asks for and that divides records: of this pipeline, else of the others."""
    scope = ReaderScope(session.snapshot, actor, shape.key)
    others = (one for one in shape.pipelines if one.key != pipeline.key)
    for one in (pipeline, *others):
        for key in (key for stage in one.stages if stage.ends == "lost" for key in stage.requires):
            field = shape.by_key.get(key)
            single = field is not None and field.type in KINDS_OF_REASON and not field.options.get("many")
            if single and scope.slot((key,)) is not None:
                return (key,)
    return ()


# ------------------------------------------------------------------ telling


def _told(asked: _Asked, answer: FunnelAnswer, group: FunnelGroup) -> dict[str, Any]:
    made = funnel(group.tallies, group.lengths, len(asked.stages))
    return {
        "rows": [_told_row(answer, stage.key, row) for stage, row in zip(asked.stages, made.rows, strict=True)],
        "won": _told_count(answer, made.won),
        "lost": _told_count(answer, made.lost),
        "win_share": made.win_share,
        "weakest": None if made.weakest is None else asked.stages[made.weakest].key,
    }


def _told_row(answer: FunnelAnswer, stage: str, row: FunnelRow) -> dict[str, Any]:
    counts = {key: _told_count(answer, getattr(row, key)) for key in STAGE_FIGURES}
    return {
        "stage": stage,
        **counts,
        "decided": row.decided,
        "conversion": row.conversion,
        "days_median": row.days_median,
        "days_90": row.days_90,
        "stuck": row.stuck,
    }


def _told_count(answer: FunnelAnswer, counted: Counted) -> dict[str, Any]:
    return {"records": counted.records, "amount": answer.say(counted.amount)}


def _losses(session: Session, asked: _Asked, answer: FunnelAnswer) -> list[dict[str, Any]]:
    """Lost within the period, by reason and by the stage lost from, the most frequent first;
    one line when there is no reason to read."""
    by_reason: dict[Any, list[Tally]] = {}
    for tally in answer.whole.tallies:
        reason = tuple(tally.reason) if isinstance(tally.reason, list) else tally.reason
        by_reason.setdefault(reason, []).append(tally)
    told = []
    for tallies in by_reason.values():
        made = funnel(tallies, {}, len(asked.stages))
        if not made.lost.records:
            continue
        cell, path = tallies[0].reason, asked.query.reason
        stages = [
            {"stage": stage.key, **_told_count(answer, row.lost)}
            for stage, row in zip(asked.stages, made.rows, strict=True)
            if row.lost.records
        ]
        filter = clause(session.snapshot, asked.shape.key, Dimension(path), cell) if path else ""
        told.append({"reason": cell, "filter": filter, **_told_count(answer, made.lost), "stages": stages})
    return sorted(told, key=lambda one: (one["reason"] is None, -one["records"], str(one["reason"])))
