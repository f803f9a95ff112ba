"""Trait `staged`: a record stands on a stage of a pipeline, and every stay is remembered with its dates.

A record without a stage gets the first of the first pipeline.  Entering a stage asks for the fields it
requires.  A stage that ends the work (won, lost) sets the date of closing; going back to work clears it.
The stay is written in the transaction of the move; an import marked «история» gives its own dates and is
not asked for what stages require.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from svyaz.kernel.problem import BadValue
from svyaz.records.draft import Draft
from svyaz.records.entry import Entry
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


TRAIT = Trait(SHAPE.key, before=before, after=after)
