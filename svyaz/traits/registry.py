"""Every trait there is, in one visible list: what each brings (SHAPES) and how each conducts itself (TRAITS)."""

from __future__ import annotations

from svyaz.schema.snapshot import TraitShape
from svyaz.traits import discussed, numbered, participants, positions, requisites, staged, timeline

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
)
