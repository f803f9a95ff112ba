"""Traits `timeline` (a card has a feed and plans) and `activity` (the entity of calls, meetings, letters, notes, tasks).

An activity is planned while `done_at` is empty; `remind_at` asks for a notice at that moment.
"""

from __future__ import annotations

from svyaz.schema.snapshot import Title, TraitShape

SHAPE = TraitShape(key="timeline", title=Title("Лента и дела", "Timeline"))

KINDS = (
    {"key": "call", "title": {"ru": "Звонок", "en": "Call"}, "hue": 145},
    {"key": "meeting", "title": {"ru": "Встреча", "en": "Meeting"}, "hue": 260},
    {"key": "letter", "title": {"ru": "Письмо", "en": "Letter"}, "hue": 220},
    {"key": "note", "title": {"ru": "Заметка", "en": "Note"}, "hue": 85},
    {"key": "task", "title": {"ru": "Задача", "en": "Task"}, "hue": 30},
)

ACTIVITY_SHAPE = TraitShape(
    key="activity",
    title=Title("Дело", "Activity"),
    fields=(
        {"key": "subject", "title": {"ru": "Тема", "en": "Subject"}, "type": "text", "role": "subject"},
        {
            "key": "kind",
            "title": {"ru": "Вид", "en": "Kind"},
            "type": "choice",
            "options": list(KINDS),
            "role": "kind",
            "required": True,
            "default": "'note'",
        },
        {"key": "about", "title": {"ru": "О чём", "en": "About"}, "type": "any_link", "to": [], "role": "about"},
        {
            "key": "responsible",
            "title": {"ru": "Ответственный", "en": "Responsible"},
            "type": "employee",
            "role": "responsible",
            "default": "me()",
        },
        {"key": "due_at", "title": {"ru": "Срок", "en": "Due"}, "type": "datetime", "role": "due_at"},
        {"key": "remind_at", "title": {"ru": "Напомнить", "en": "Remind at"}, "type": "datetime", "role": "remind_at"},
        {"key": "done_at", "title": {"ru": "Выполнено", "en": "Done"}, "type": "datetime", "role": "done_at"},
        {"key": "body", "title": {"ru": "Текст", "en": "Text"}, "type": "long_text", "role": "body"},
        {"key": "files", "title": {"ru": "Файлы", "en": "Files"}, "type": "file", "role": "files"},
    ),
)
