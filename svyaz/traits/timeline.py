"""Traits `timeline` (a card has a feed and plans) and `activity` (the entity of calls, meetings, letters, notes, tasks).

An activity is planned while `done_at` is empty; `remind_at` asks for a notice at that moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from svyaz.jobs.queue import enqueue
from svyaz.jobs.worker import JobContext
from svyaz.records.draft import Draft
from svyaz.records.entry import Entry
from svyaz.records.new_rows import NewRows, RowDraft
from svyaz.records.trait import Trait
from svyaz.schema.snapshot import Title, TraitShape
from svyaz.storage import notices, record_tables
from svyaz.storage.session import Session, iso_instant

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

REMIND = "remind"


def after_activity(entry: Entry, drafts: Sequence[Draft]) -> None:
    """Ask for a reminder at the hour that was set; what is done needs none."""
    roles = _roles(entry.shape.fields)
    remind, done = roles.get("remind_at"), roles.get("done_at")
    for draft in drafts:
        at = draft.values.get(remind) if remind else None
        if not isinstance(at, datetime) or not draft.moves(str(remind)) or draft.values.get(str(done)) is not None:
            continue
        if at <= entry.session.now and entry.mode != "usual":
            continue  # an import of last year's calls reminds nobody
        told = {"entity": entry.shape.key, "id": draft.id, "remind_at": iso_instant(at)}
        enqueue(entry.session, REMIND, told, key=f"{REMIND}:{draft.id}:{told['remind_at']}", run_at=at)


def remind(session: Session, arguments: Mapping[str, Any]) -> int | None:
    """Put a notice before the responsible, if the activity still asks for it; returns its id.

    The job may be late or run twice: the hour is compared with what stands in the record now, and one
    reminder of one hour is told once.
    """
    shape = session.snapshot.entities.get(str(arguments["entity"]))
    record = (
        record_tables.fetch(session, shape.key, [int(arguments["id"])]).get(int(arguments["id"])) if shape else None
    )
    if shape is None or record is None or record.deleted_at is not None:
        return None
    roles = _roles(shape.fields)
    whom = record.values.get(roles.get("responsible", "")) or record.created_by
    still = iso_instant(record.values.get(roles["remind_at"])) == arguments["remind_at"]
    if not still or record.values.get(roles.get("done_at", "")) is not None or not isinstance(whom, int):
        return None
    return notices.add_notice(session, whom, "reminder", shape.number, record.id)


def run_remind(context: JobContext, arguments: Mapping[str, Any]) -> Any:
    """The job: the notice and its end in one transaction, so a worker that dies tells nothing twice."""
    with context.company.write() as session:
        told = remind(session, arguments)
        context.finish(session, {"notice": told})
        return {"notice": told}


def _roles(fields: Sequence[Any]) -> dict[str, str]:
    return {one.role: one.key for one in fields if one.role and not one.hidden}


def after_activities(entry: Entry, rows: NewRows) -> None:
    """Only those that ask for a reminder are looked at."""
    remind = _roles(entry.shape.fields).get("remind_at", "")
    asking: list[Any] = [RowDraft(rows, at) for at, hour in enumerate(rows.values.get(remind, ())) if hour is not None]
    after_activity(entry, asking)


ACTIVITY_TRAIT = Trait(ACTIVITY_SHAPE.key, after=after_activity, rows_after=after_activities)
