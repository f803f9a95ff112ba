"""Every trait there is, in one visible list: what each brings (SHAPES) and how each conducts itself (TRAITS)."""

from __future__ import annotations

from collections.abc import Mapping

from svyaz.jobs.worker import Runner
from svyaz.records.trait import Trait
from svyaz.schema.snapshot import TraitShape
from svyaz.traits import discussed, numbered, participants, positions, requisites, staged, structure, timeline

SHAPES: tuple[TraitShape, ...] = (
    staged.SHAPE,
    participants.SHAPE,
    positions.SHAPE,
    positions.LINE_SHAPE,
    numbered.SHAPE,
    requisites.SHAPE,
    discussed.SHAPE,
    discussed.COMMENT_SHAPE,
    timeline.SHAPE,
    timeline.ACTIVITY_SHAPE,
    structure.SHAPE,
)

TRAITS: tuple[Trait, ...] = (
    staged.TRAIT,
    requisites.TRAIT,
    positions.TRAIT,
    positions.LINE_TRAIT,
    timeline.ACTIVITY_TRAIT,
)

RUNNERS: Mapping[str, Runner] = {timeline.REMIND: timeline.run_remind}
