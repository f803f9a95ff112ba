"""Traits `discussed` (people may comment a record) and `comment` (the entity that keeps the comments).

A comment is a record like any other: it has rights, history, trash and search.  `about` names what it is about.
"""

from __future__ import annotations

from svyaz.schema.snapshot import Title, TraitShape

SHAPE = TraitShape(key="discussed", title=Title("Обсуждение", "Discussion"))

COMMENT_SHAPE = TraitShape(
    key="comment",
    title=Title("Комментарий", "Comment"),
    fields=(
        {
            "key": "about",
            "title": {"ru": "О чём", "en": "About"},
            "type": "any_link",
            "to": [],
            "role": "about",
            "required": True,
        },
        {
            "key": "body",
            "title": {"ru": "Текст", "en": "Text"},
            "type": "long_text",
            "role": "body",
            "required": True,
        },
        {"key": "files", "title": {"ru": "Файлы", "en": "Files"}, "type": "file", "role": "files"},
    ),
)
