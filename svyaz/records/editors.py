"""Two people, one record: what is merged and what is asked (house.md «Two editors»)."""

from __future__ import annotations

from typing import Any

from svyaz.records.cells import plain_cell
from svyaz.records.draft import Draft
from svyaz.records.entry import Entry, say
from svyaz.records.problems import RecordChangedMeanwhile, VersionAhead
from svyaz.storage import changes, record_tables
from svyaz.storage.changes import Change


def check_version(entry: Entry, draft: Draft) -> None:
    """Adds RecordChangedMeanwhile when a field given here was written since the version seen, with another value.

    Fields that nobody else touched go on: `draft.values` is already theirs merged with ours.
    """
    stored = draft.stored
    if stored is None or draft.seen is None or draft.seen == stored.version:
        return
    if draft.seen > stored.version:
        draft.problems.append(VersionAhead(draft.place, record=stored.label, version=stored.version, seen=draft.seen))
        return
    since = changes.since_version(entry.session, entry.shape.number, stored.id, draft.seen)
    told = []
    last: Change | None = None
    for key, mine in draft.given.items():
        field, kind = entry.fields[key], entry.types[key]
        touching = [change for change in since if field.number in change.body]
        if not touching or stored.values.get(key) == mine:
            continue
        last = touching[-1] if last is None or (touching[-1].version > last.version) else last
        told.append(
            {
                "field": key,
                "title": say(field, entry),
                "seen": _cell(entry, key, touching[0].body[field.number][0]),
                "now": _cell(entry, key, kind.plain(stored.values.get(key), field.options)),
                "mine": _cell(entry, key, kind.plain(mine, field.options)),
            }
        )
    if told and last is not None:
        draft.problems.append(
            RecordChangedMeanwhile(
                draft.place.rstrip("."),
                record=stored.label,
                changed=[one["title"] for one in told],
                who=_who(entry, last.actor),
                at=last.at,
                fields=told,
                version=stored.version,
            )
        )


def _cell(entry: Entry, key: str, plain: Any) -> Any:
    return plain_cell(entry.session, entry.actor, entry.ground, entry.fields[key], plain)


def _who(entry: Entry, employee: int | None) -> str:
    if employee is None:
        return "Связь"
    return record_tables.labels(entry.session, "employee", [employee]).get(employee) or "—"
