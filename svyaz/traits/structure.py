"""Trait `structure`: the record is part of the company's structure, so a change of it may change who sees what.

Only a shape here: what follows from a change (org/structure.py) lies a layer above.
"""

from __future__ import annotations

from svyaz.schema.snapshot import Title, TraitShape

SHAPE = TraitShape(key="structure", title=Title("Структура компании", "Company structure"))
