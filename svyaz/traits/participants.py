"""Trait `participants`: who answers for a record, who helps and who watches; scopes `own` and `taking_part` read them.

A group takes part as each of its members does, from the moment one is in it.
"""

from __future__ import annotations

from svyaz.schema.snapshot import Title, TraitShape

SHAPE = TraitShape(
    key="participants",
    title=Title("Участники", "Participants"),
    fields=(
        {
            "key": "responsible",
            "title": {"ru": "Ответственный", "en": "Responsible"},
            "type": "employee",
            "role": "responsible",
            "default": "me()",
        },
        {
            "key": "co_executors",
            "title": {"ru": "Соисполнители", "en": "Co-executors"},
            "type": "links",
            "to": ["employee"],
            "on_delete": "clear",
            "role": "co_executors",
        },
        {
            "key": "auditors",
            "title": {"ru": "Наблюдатели", "en": "Auditors"},
            "type": "links",
            "to": ["employee"],
            "on_delete": "clear",
            "role": "auditors",
        },
        {
            "key": "groups",
            "title": {"ru": "Группы", "en": "Groups"},
            "type": "links",
            "to": ["group"],
            "on_delete": "clear",
            "role": "groups",
        },
    ),
)
