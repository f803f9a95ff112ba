"""Trait `staged`: a record stands on a stage of a pipeline, and every stay is remembered with its dates."""

from __future__ import annotations

from svyaz.schema.snapshot import Title, TraitShape

SHAPE = TraitShape(
    key="staged",
    title=Title("Этапы", "Stages"),
    fields=(
        {"key": "stage", "title": {"ru": "Этап", "en": "Stage"}, "type": "stage", "role": "stage", "required": True},
        {"key": "closed_on", "title": {"ru": "Дата закрытия", "en": "Closed on"}, "type": "date", "role": "closed_on"},
    ),
)
