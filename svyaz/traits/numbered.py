"""Trait `numbered`: a record has a number of its own, given once at creation and never twice."""

from __future__ import annotations

from svyaz.schema.snapshot import Title, TraitShape

SHAPE = TraitShape(
    key="numbered",
    title=Title("Нумерация", "Numbering"),
    fields=(
        {
            "key": "number",
            "title": {"ru": "Номер", "en": "Number"},
            "type": "autonumber",
            "pattern": "{0000}",
            "reset": "never",
            "role": "number",
            "unique": True,
        },
    ),
)
