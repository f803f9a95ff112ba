"""Go back to a moment: what the base knew then (not when things happened).

    with company.aside() as session:
        go_back(session, at)
        read_page(session, …)        any reading; it sees the base as it was

Each record that changed since is rolled back by its own changes, from the first made after the moment on: fields
get the value before, what was created is not there, what was deleted is, what was restored lies in the trash
again.  The configuration and the rights are today's: an added field is empty before it was added, and the reader
sees what his role today would have shown him then, of records whose history he may see.

Not brought back: records purged since, for nothing is left of them.  Refused by name: an entity that has lost a
field since (its values are gone with it).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from svyaz.access.actor import SYSTEM
from svyaz.access.paths import paths_of
from svyaz.fields.registry import TYPES
from svyaz.kernel.clock import day_bounds, parse_instant
from svyaz.kernel.problem import Problem
from svyaz.records.draft import Draft
from svyaz.records.entry import open_entry
from svyaz.records.formulas import recall_for
from svyaz.records.pipeline import label_of
from svyaz.records.rates import fill_bases
from svyaz.schema.snapshot import Entity, Field
from svyaz.storage import as_of, record_tables, revisions
from svyaz.storage.as_of import PastRecord
from svyaz.storage.changes import Change
from svyaz.storage.record_tables import Stored
from svyaz.storage.session import Session

MOST_CHANGED = 200_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
LIFE = ("Created", "Deleted", "Restored", "Erased")
WRITES = ("Created", "Changed", "Restored", "Linked", "Unlinked")


class AsOfTooFar(Problem):
    code = "as_of_too_far"  # facts: count, limit


class AsOfFieldDropped(Problem):
    code = "as_of_field_dropped"  # facts: entity, fields


def moment_of(said: str, zone: str) -> datetime:
    """An instant with its zone, or a day: its last second in the zone.  Raises BadValue."""
    if _DAY.fullmatch(said):
        try:
            return day_bounds(zone, date.fromisoformat(said))[1] - timedelta(seconds=1)
        except (ValueError, OverflowError):
            pass
    return parse_instant(said)


def go_back(session: Session, at: datetime, entity: str = "") -> None:
    """The base of this transaction becomes that of the moment.  entity: what will be read, to be asked whether it
    can be.  Raises AsOfFieldDropped, AsOfTooFar."""
    if entity in session.snapshot.entities:
        _check_fields(session, session.snapshot.entities[entity], at)
    first, made = as_of.since(session, at)
    since: dict[int, dict[int, list[Change]]] = {}
    earlier: dict[int, list[Change]] = {}
    for one in made:
        if not one.record or not one.entity or one.kind == "Recomputed":
            continue
        records = since.setdefault(one.entity, {})
        if one.record in records:
            records[one.record].append(one)
        elif one.at > at:
            records[one.record] = [one]
        else:
            earlier.setdefault(one.record, []).append(one)
    count = sum(len(records) for records in since.values())
    if count > MOST_CHANGED:
        raise AsOfTooFar("as_of", count=count, limit=MOST_CHANGED)
    # All is computed on the present before any of it is covered.
    covers = [
        (shape, records, _past(session, shape, records, earlier, first))
        for number, records in since.items()
        if records and (shape := session.snapshot.by_number.get(number)) is not None
    ]
    for shape, records, past in covers:
        as_of.cover(session, shape.key, records, past)
    session.past = at


def _check_fields(session: Session, shape: Entity, at: datetime) -> None:
    then = revisions.source_at(session, at) or {}
    tables = [one["table"] for kind in ("entities", "dictionaries") for one in then.get(kind, ())]
    table = next((one for one in tables if one.get("number") == shape.number), None)
    if table is None:
        return
    lost = [key for key, number in table.get("numbers", {}).items() if number not in shape.by_number]
    if lost:
        raise AsOfFieldDropped("as_of", entity=shape.title.ru, fields=", ".join(lost))


def _past(
    session: Session,
    shape: Entity,
    records: Mapping[int, Sequence[Change]],
    earlier: Mapping[int, Sequence[Change]],
    first: int,
) -> list[PastRecord]:
    """The records of an entity that were there, as they were."""
    there = {id: made for id, made in records.items() if not any(one.kind == "Created" for one in made[:1])}
    stored = record_tables.fetch(session, shape.key, list(there))
    bases = as_of.bases(session, shape.key, list(stored))
    wrote = as_of.last_before(session, list(stored), first, WRITES)
    trashed = as_of.last_before(session, list(stored), first, ("Deleted",))
    for id in stored:
        for one in earlier.get(id, ()):
            if one.kind in WRITES:
                wrote[id] = one
            elif one.kind == "Deleted":
                trashed[id] = one
    drafts = [_draft(session, shape, one, there[id]) for id, one in stored.items()]
    _label(session, shape, drafts, there, bases)
    return [_record(draft, there[draft.id], wrote.get(draft.id), trashed.get(draft.id)) for draft in drafts]


def _draft(session: Session, shape: Entity, stored: Stored, made: Sequence[Change]) -> Draft:
    values = dict(stored.values)
    for one in reversed(made):
        for number, (before, _) in one.body.items():
            field = shape.by_number.get(number)
            if field is not None:
                values[field.key] = _canonical(session, field, before)
    return Draft("", {}, values, stored, id=stored.id, label=stored.label)


def _canonical(session: Session, field: Field, plain: Any) -> Any:
    kind = TYPES[field.type]
    many = kind.expression_type(field.options).many
    if plain in (None, []):
        return () if many else None
    try:
        return kind.accept(plain, field.options, session.terms)
    except (Problem, TypeError, ValueError):  # of a type that the field had then and that today's does not take
        return () if many else None


def _label(
    session: Session,
    shape: Entity,
    drafts: Sequence[Draft],
    there: Mapping[int, Sequence[Change]],
    bases: Mapping[int, Mapping[str, int | None]],
) -> None:
    """Labels of those in whom what they are made of has moved, and sums in the company's currency."""
    entry = open_entry(session, SYSTEM, shape.key)
    asked = {shape.by_key[keys[0]].number for keys in paths_of(shape.label) if keys[0] in shape.by_key}
    moved = {draft.id: {number for one in there[draft.id] for number in one.body} for draft in drafts}
    for draft in drafts:
        fill_bases(entry, draft)
        for key, base in bases.get(draft.id, {}).items():
            rated = shape.by_key[key].options.get("rate_on") or ""
            on = {shape.by_key[key].number, *([shape.by_key[rated].number] if rated in shape.by_key else [])}
            if not on & moved[draft.id]:
                draft.base[key] = base
    renamed = [draft for draft in drafts if asked & moved[draft.id]]
    recall_for(entry, renamed, [shape.label])
    label = label_of(entry)
    for draft in renamed:
        draft.label = label(draft)


def _record(draft: Draft, made: Sequence[Change], wrote: Change | None, trashed: Change | None) -> PastRecord:
    stored = draft.stored
    assert stored is not None
    life = next((one.kind for one in made if one.kind in LIFE), None)
    deleted_at, deleted_by = stored.deleted_at, stored.deleted_by
    if life == "Deleted":
        deleted_at = deleted_by = None
    elif life == "Restored" and trashed is not None:
        deleted_at, deleted_by = trashed.at, trashed.actor
    first_written = wrote is None or wrote.kind == "Created"
    return PastRecord(
        id=draft.id,
        version=made[0].version - 1,
        created_at=stored.created_at,
        created_by=stored.created_by,
        changed_at=stored.created_at if first_written or wrote is None else wrote.at,
        changed_by=stored.created_by if first_written or wrote is None else wrote.actor,
        deleted_at=deleted_at,
        deleted_by=deleted_by,
        label=draft.label,
        values=draft.values,
        base=draft.base,
    )
