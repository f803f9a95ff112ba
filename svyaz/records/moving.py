"""Records taken to another pipeline, each stage to the one that was named for it: one batch, undone as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.apply import require
from svyaz.kernel.problem import BadValue, Problem, raise_all
from svyaz.records.bulk import MOST, BulkDone, Result, beyond_bulk
from svyaz.records.problems import TooManyRecords
from svyaz.records.write import RecordChange, change_many
from svyaz.schema.snapshot import Pipeline
from svyaz.storage import changes, record_tables
from svyaz.storage.session import Session


class PipelineUnknown(BadValue):
    """No such pipeline, or an object without stages.  facts: pipeline"""

    code = "pipeline_unknown"


class StageNotMapped(BadValue):
    """A stage that records stand on has no place named for it.  facts: stage, pipeline (titles)"""

    code = "stage_not_mapped"


class StageOfAnother(BadValue):
    """The place that was named is no stage of the pipeline.  facts: stage, pipeline"""

    code = "stage_of_another"


def move_to_pipeline(
    session: Session,
    actor: Actor,
    entity: str,
    ids: Sequence[int],
    pipeline: str,
    stages: Mapping[str, str],
    values: Mapping[str, Any],
    seen: Mapping[int, int] | None = None,
) -> BulkDone:
    """Each record of `ids` goes to stages[its stage]; one already in the pipeline stays where it is.

    stages   stage they stand on -> stage of the new pipeline
    values   what the stages entered ask for, given to every record
    seen     version of a record that was looked at

    Nothing is written when one of them is refused.  Raises TooManyRecords, PipelineUnknown, StageNotMapped,
    StageOfAnother, and what a change may be refused for, with places "operations[3].values.amount".
    """
    require(session.snapshot, actor, entity, "change")
    shape = session.snapshot.entities[entity]
    field = shape.by_role("stage")
    chosen = next((one for one in shape.pipelines if one.key == pipeline), None)
    if field is None or chosen is None:
        raise PipelineUnknown("pipeline", pipeline=pipeline)
    if not 1 <= len(set(ids)) <= MOST:
        raise TooManyRecords("ids", count=len(ids), limit=MOST)
    asked = list(dict.fromkeys(ids))
    raise_all(list(beyond_bulk(session, actor, entity, {id: at for at, id in enumerate(asked)}).values()))
    own = {one.key for one in chosen.stages}
    stood = {id: one.values.get(field.key) for id, one in record_tables.fetch(session, entity, sorted(asked)).items()}
    _check_map(session, actor, entity, chosen, stages, {str(one) for one in stood.values() if one and one not in own})
    batch = changes.new_batch(session, actor.employee, "person", "bulk")
    wanted = [
        RecordChange(id, {**values, **_goes(field.key, stood.get(id), own, stages)}, (seen or {}).get(id))
        for id in asked
    ]
    places = [f"operations[{at}]." for at in range(len(wanted))]
    written = change_many(session, actor, entity, wanted, batch=batch, places=places)
    return BulkDone(batch, [Result(id) for id in written.ids])


def _goes(key: str, stands: Any, own: set[str], stages: Mapping[str, str]) -> dict[str, str]:
    return {key: stages[str(stands)]} if stands not in own and str(stands) in stages else {}


def _check_map(
    session: Session, actor: Actor, entity: str, chosen: Pipeline, stages: Mapping[str, str], left: set[str]
) -> None:
    """Every stage that is left has a place, and every place is a stage of the pipeline that is entered."""
    shape, language = session.snapshot.entities[entity], actor.language
    title = chosen.title.say(language)
    own = {one.key for one in chosen.stages}
    problems: list[Problem] = [
        StageOfAnother(f"stages.{before}", stage=after, pipeline=title)
        for before, after in stages.items()
        if after not in own
    ]
    problems += [
        StageNotMapped(f"stages.{one}", stage=shape.stages[one].title.say(language), pipeline=title)
        for one in shape.stages
        if one in left and one not in stages
    ]
    raise_all(problems)
