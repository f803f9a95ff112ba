"""Trait `staged`: a record stands on a stage of a pipeline, and every stay is remembered with its dates.

A record without a stage gets the first of the first pipeline.  Entering a stage asks for the fields it
requires.  A stage that ends the work (won, lost) sets the date of closing; going back to work clears it.
The stay is written in the transaction of the move; an import marked «история» gives its own dates and is
not asked for what stages require.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from svyaz.kernel.problem import BadValue
from svyaz.records.draft import Draft
from svyaz.records.entry import Entry
from svyaz.records.new_rows import NewRows, RowDraft
from svyaz.records.trait import Trait
from svyaz.schema.snapshot import Entity, Stage, Title, TraitShape
from svyaz.storage import stage_moves
from svyaz.storage.stage_moves import StageMove

SHAPE = TraitShape(
    key="staged",
    title=Title("Этапы", "Stages"),
    fields=(
        {"key": "stage", "title": {"ru": "Этап", "en": "Stage"}, "type": "stage", "role": "stage", "required": True},
        {"key": "closed_on", "title": {"ru": "Дата закрытия", "en": "Closed on"}, "type": "date", "role": "closed_on"},
    ),
)


class StageRequires(BadValue):
    """facts: stage, field (titles)"""

    code = "stage_requires"


class StageNotNext(BadValue):
    """facts: stage, to, allowed (titles)"""

    code = "stage_not_next"  # facts: stage, to, allowed


class StageUnknown(BadValue):
    """An import named a stage that no pipeline has.  facts: stage"""

    code = "stage_unknown"


def before(entry: Entry, drafts: Sequence[Draft]) -> None:
    if entry.mode not in ("usual", "past"):
        return
    field = entry.shape.by_role("stage")
    stages = entry.shape.stages
    if field is None or not stages:
        return
    for draft in drafts:
        _take_from_past(draft, field.key, stages)
        if draft.stored is None and draft.values.get(field.key) is None:
            draft.values[field.key] = next(iter(stages))
        stage = stages.get(draft.values.get(field.key, ""))
        if stage is None or not draft.moves(field.key):
            continue
        _close(entry, draft, stage)
        if entry.mode == "usual":
            _check_way(entry, draft, field.key, stages, stage)
            draft.problems += [
                StageRequires(
                    f"{draft.place}values.{key}", stage=stage.title.say(entry.actor.language), field=_title(entry, key)
                )
                for key in stage.requires
                if draft.values.get(key) in (None, ())
            ]


def after(entry: Entry, drafts: Sequence[Draft]) -> None:
    field = entry.shape.by_role("stage")
    if field is None:
        return
    stays: list[StageMove] = []
    for draft in drafts:
        stage = draft.values.get(field.key)
        if not draft.moves(field.key):
            continue
        at = entry.session.now
        entered = _entered(draft, stage, at)
        if draft.stored is not None:
            stage_moves.close_move(entry.session, draft.id, entered[0][1] if entered else at)
        stays += _stays(entry.shape, draft.id, entered)
    if stays:
        stage_moves.backfill(entry.session, entry.shape.number, stays)


def pipeline_of(shape: Entity, stage: str) -> str:
    """The pipeline follows from the stage: keys of stages are unique within the entity."""
    return next((one.key for one in shape.pipelines if any(each.key == stage for each in one.stages)), "")


def _entered(draft: Draft, stage: str | None, now: datetime) -> list[tuple[str, datetime]]:
    """Which stages this write enters, and when; the last is where the record stands."""
    known = list(draft.past.stages) if draft.past else []
    if stage is None:
        return []
    if not known or known[-1][0] != stage:
        born = draft.past.created_at if draft.past and draft.stored is None else None
        known.append((stage, max(born or now, known[-1][1]) if known else born or now))
    return known


def _stays(shape: Entity, record: int, entered: Sequence[tuple[str, datetime]]) -> list[StageMove]:
    left: list[datetime | None] = [*(at for _, at in entered[1:]), None]
    return [
        StageMove(record, pipeline_of(shape, stage), stage, at, until)
        for (stage, at), until in zip(entered, left, strict=True)
    ]


def _check_way(entry: Entry, draft: Draft, key: str, stages: Mapping[str, Stage], to: Stage) -> None:
    """A stage may name those that a person goes on to from it."""
    here = stages.get(draft.stored.values.get(key) or "") if draft.stored else None
    if here is not None and here.next and to.key not in here.next:
        language = entry.actor.language
        allowed = ", ".join(stages[one].title.say(language) for one in here.next if one in stages)
        place = f"{draft.place}values.{key}"
        facts = {"stage": here.title.say(language), "to": to.title.say(language), "allowed": allowed}
        draft.problems.append(StageNotNext(place, **facts))


def _take_from_past(draft: Draft, key: str, stages: Mapping[str, Stage]) -> None:
    """The last of the dated stages is where the record stands, unless the row itself says otherwise."""
    if draft.past is None or not draft.past.stages:
        return
    draft.problems += [
        StageUnknown(f"{draft.place}values.{key}", stage=stage) for stage, _ in draft.past.stages if stage not in stages
    ]
    if draft.values.get(key) is None and not draft.problems:
        draft.values[key] = draft.past.stages[-1][0]


def _close(entry: Entry, draft: Draft, stage: Stage) -> None:
    closed = entry.shape.by_role("closed_on")
    if closed is None or closed.key in draft.given:
        return
    if stage.ends:
        draft.values[closed.key] = _day_of_closing(entry, draft, stage.key)
    elif draft.stored is not None:
        draft.values[closed.key] = None


def _day_of_closing(entry: Entry, draft: Draft, stage: str) -> date:
    dated = dict(draft.past.stages) if draft.past else {}
    return dated.get(stage, entry.session.now).astimezone(ZoneInfo(entry.ground.zone)).date()


def _title(entry: Entry, key: str) -> str:
    return entry.shape.by_key[key].title.say(entry.actor.language) if key in entry.shape.by_key else key


def before_new(entry: Entry, rows: NewRows) -> None:
    """The first stage for those who have none, the day of closing; a row that a stage would refuse is doubted."""
    field, closed = entry.shape.by_role("stage"), entry.shape.by_role("closed_on")
    stages = entry.shape.stages
    if field is None or not stages:
        return
    column, first = rows.column(field.key), next(iter(stages))
    for at, past in enumerate(rows.past or ()):
        if past is not None and past.stages:
            if any(stage not in stages for stage, _ in past.stages):
                rows.doubted.add(at)
            elif column[at] is None:
                column[at] = past.stages[-1][0]
    if None in column:
        column[:] = [first if stage is None else stage for stage in column]
    one: Any = RowDraft(rows)
    for key in set(column):
        stage = stages.get(key)
        if stage is None or not (stage.ends or (stage.requires and entry.mode == "usual")):
            continue
        for at in [at for at, stands in enumerate(column) if stands == key]:
            if stage.ends and closed is not None and not rows.gives(closed.key, at):
                rows.column(closed.key)[at] = _day_of_closing(entry, one.to(at), key)
        if entry.mode == "usual":
            empty = [rows.column(needed) for needed in stage.requires]
            rows.doubt_where(
                at
                for at, stands in enumerate(column)
                if stands == key and any(values[at] in (None, ()) for values in empty)
            )


def after_new(entry: Entry, rows: NewRows) -> None:
    field = entry.shape.by_role("stage")
    column = rows.values.get(field.key) if field is not None else None
    if column is None:
        return
    now = entry.session.now
    if rows.past is not None:
        one: Any = RowDraft(rows)
        stays: list[StageMove] = []
        for at, stage in enumerate(column):
            if stage is not None:
                stays += _stays(entry.shape, rows.ids[at], _entered(one.to(at), stage, now))
        stage_moves.backfill(entry.session, entry.shape.number, stays)
        return
    pipelines = {stage: pipeline_of(entry.shape, stage) for stage in set(column) if stage is not None}
    standing = [(id, stage) for id, stage in zip(rows.ids, column, strict=True) if stage is not None]
    stage_moves.open_moves(
        entry.session, entry.shape.number, [(id, pipelines[stage], stage) for id, stage in standing], now
    )


TRAIT = Trait(SHAPE.key, before=before, after=after, rows_before=before_new, rows_after=after_new)
