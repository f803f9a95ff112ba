"""Pipelines of an entity and their stages.  A stage key is unique in the whole entity: the pipeline follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from svyaz.schema.problems import KeyTaken, SettingMissing, SettingNotAllowed
from svyaz.schema.reading import Reading, duplicates
from svyaz.schema.snapshot import Pipeline, Stage

MOST_STAGES = 200
ENDS = ("won", "lost")
HUE_OF_END = {"won": 150, "lost": 25}
PROBABILITY_OF_END = {"won": 100, "lost": 0}


def read_pipelines(reading: Reading) -> tuple[Pipeline, ...]:
    problems = reading.problems
    tables = reading.tables("pipeline")
    repeated = duplicates([str(one.get("key", "")) for one in tables])
    first: dict[str, str] = {}
    found: list[Pipeline] = []
    for position, table in enumerate(tables):
        place = f"{reading.place}: pipeline {position + 1}"
        inside = Reading(table, place, problems)
        key, title = inside.key(), inside.title()
        if position in repeated:
            problems.append(KeyTaken(place, key=key, first=f"pipeline {repeated[position] + 1}"))
            continue
        stages = []
        for at, one in enumerate(inside.tables("stages")[:MOST_STAGES]):
            stage = _stage(Reading(one, f"{place} ({key}): stage {at + 1}", problems), at)
            if stage is None:
                continue
            where = f"pipeline {key}: stage {at + 1}"
            if stage.key in first:
                problems.append(KeyTaken(f"{reading.place}: {where}", key=stage.key, first=first[stage.key]))
                continue
            first[stage.key] = where
            stages.append(stage)
        if not stages:
            problems.append(SettingMissing(place, setting="stages"))
        inside.finish()
        if key and stages:
            found.append(Pipeline(key, title, tuple(stages)))
    for stage in (one for pipeline in found for one in pipeline.stages):
        for unknown in set(stage.next) - set(first):
            place = f"{reading.place}: stage {stage.key}"
            problems.append(SettingNotAllowed(place, setting="next", value=unknown, allowed=", ".join(first)))
    return tuple(found)


def _stage(reading: Reading, at: int) -> Stage | None:
    key, title = reading.key(), reading.title()
    ends = reading.text("ends", allowed=ENDS)
    hue = reading.whole("hue", HUE_OF_END.get(ends, (250 + 40 * at) % 360), 0, 359)
    probability = reading.whole("probability_percent", PROBABILITY_OF_END.get(ends), 0, 100)
    requires, following = reading.texts("requires"), reading.texts("next")
    reading.finish()
    return Stage(key, title, hue or 0, probability, ends, requires, following) if key else None


def stage_options(pipelines: Sequence[Pipeline]) -> dict[str, Any]:
    """A stage field's options come from the pipelines of its entity, in their order."""
    stages = [stage for pipeline in pipelines for stage in pipeline.stages]
    return {
        "stages": [stage.key for stage in stages],
        "options": [
            {
                "key": stage.key,
                "title": {"ru": stage.title.ru, "en": stage.title.en},
                "hue": stage.hue,
                "archived": False,
            }
            for stage in stages
        ],
    }
