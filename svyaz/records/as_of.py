"""Go back to a moment: what the base knew then (not when things happened).

    with company.aside() as session:          or company.pasts.at(moment), which keeps what it has made
        go_back(session, at)
        read_page(session, …)        any reading; it sees the base as it was

Each record that changed since is rolled back by its own changes, from the first made after the moment on: fields
get the value before, what was created is not there, what was deleted is, what was restored lies in the trash
again.  The configuration and the rights are today's: an added field is empty before it was added, and the reader
sees what his role today would have shown him then, of records whose history he may see.

Not brought back: records purged since, for nothing is left of them; computed fields, of which the log keeps no values:
they are as they are today, and the page says so.  Refused by name: an entity that has lost a
field since (its values are gone with it).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from svyaz.access.actor import SYSTEM
from svyaz.access.paths import paths_of
from svyaz.kernel.clock import day_bounds, parse_instant
from svyaz.kernel.problem import Problem
from svyaz.kernel.text import sort_key
from svyaz.records.draft import Draft
from svyaz.records.entry import open_entry
from svyaz.records.formulas import recall_for
from svyaz.records.pipeline import label_of
from svyaz.records.rates import fill_bases
from svyaz.schema.snapshot import Entity
from svyaz.storage import as_of, record_tables, revisions
from svyaz.storage.as_of import Found, Seen, Touched
from svyaz.storage.pasts import Spoiled
from svyaz.storage.session import Session

MOST_CHANGED = 500_000  # 12 µs each, and as much again for their indexes
CHUNK = 2_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class AsOfTooFar(Problem):
    code = "as_of_too_far"  # facts: count, limit


class AsOfFieldDropped(Problem):
    code = "as_of_field_dropped"  # facts: entity, fields


@dataclass(frozen=True, slots=True)
class Past:
    """What a connection shows.  seen: how much of the log is in it; count: records that were other then;
    checked: entities found to have lost no field since."""

    at: datetime
    digest: str
    covered: frozenset[str]
    known: Mapping[int, Collection[int]]
    seen: Seen
    count: int
    checked: frozenset[str]


def moment_of(said: str, zone: str) -> datetime:
    """An instant with its zone, or a day: its last second in the zone.  Raises BadValue."""
    if _DAY.fullmatch(said):
        try:
            return day_bounds(zone, date.fromisoformat(said))[1] - timedelta(seconds=1)
        except (ValueError, OverflowError):
            pass
    return parse_instant(said)


def instant_of(said: str) -> datetime | None:
    """What needs no zone to be understood; None: a day, or nothing that a moment is."""
    try:
        return None if _DAY.fullmatch(said) else parse_instant(said)
    except Problem:
        return None


def go_back(session: Session, at: datetime, entity: str = "", kept: Past | None = None) -> Past:
    """The base of this transaction becomes that of the moment; returns what to give as `kept` the next time on the
    same connection.  entity: what will be read, to be asked whether it can be.

    Raises AsOfFieldDropped, AsOfTooFar; Spoiled when what was kept is of another configuration or
    something was erased since.
    """
    checked = kept.checked if kept is not None else frozenset()
    if entity in session.snapshot.entities and entity not in checked:
        check_fields(session, entity, at)
        checked |= {entity}
    if kept is None:
        found, seen = as_of.since(session, at)
        as_of.cover_moves(session, at)
        kept = Past(at, session.snapshot.digest, frozenset(), {}, seen, 0, checked)
    else:
        if kept.digest != session.snapshot.digest:
            raise Spoiled()
        session.covered = kept.covered
        known = kept.known
        found, seen, erased = as_of.fresh(
            session, at, kept.seen, lambda number, record: record in known.get(number, ())
        )
        if erased:
            raise Spoiled()
    count = kept.count + sum(one.there for records in found.values() for one in records.values())
    if count > MOST_CHANGED:
        raise AsOfTooFar("as_of", count=count, limit=MOST_CHANGED)
    covered = _cover(session, found)
    known_now = kept.known
    if found:
        both = {**kept.known, **found}
        known_now = {number: {*kept.known.get(number, ()), *found.get(number, ())} for number in both}
    session.past = at
    return Past(at, kept.digest, covered, known_now, seen, count, checked)


def check_fields(session: Session, entity: str, at: datetime) -> None:
    """Raises AsOfFieldDropped."""
    shape = session.snapshot.entities[entity]
    then = revisions.source_at(session, at) or {}
    tables = [one["table"] for kind in ("entities", "dictionaries") for one in then.get(kind, ())]
    table = next((one for one in tables if one.get("number") == shape.number), None)
    if table is None:
        return
    lost = [key for key, number in table.get("numbers", {}).items() if number not in shape.by_number]
    if lost:
        raise AsOfFieldDropped("as_of", entity=shape.title.ru, fields=", ".join(lost))


def _cover(session: Session, found: Found) -> frozenset[str]:
    """Rows of all entities first, then what is computed of them: labels, sums in the company's currency."""
    shapes = {number: shape for number in found if (shape := session.snapshot.by_number.get(number)) is not None}
    before = session.covered
    rated = {number: as_of.cover(session, shape.key, found[number]) for number, shape in shapes.items()}
    for number, shape in shapes.items():
        _compute(session, shape, found[number], rated[number])
    as_of.finish(session, [shape.key for shape in shapes.values() if shape.key not in before])
    return session.covered


def _compute(session: Session, shape: Entity, records: Mapping[int, Touched], rated: Sequence[int]) -> None:
    named = {str(shape.by_key[keys[0]].number) for keys in paths_of(shape.label) if keys[0] in shape.by_key}
    renamed = {id for id, one in records.items() if one.there and not named.isdisjoint(one.before)}
    rates = set(rated)
    wanted = sorted(renamed | rates)
    entry = open_entry(session, SYSTEM, shape.key)
    label = label_of(entry)
    for start in range(0, len(wanted), CHUNK):
        stored = record_tables.fetch(session, shape.key, wanted[start : start + CHUNK])
        drafts = [Draft("", {}, dict(one.values), one, id=id, label=one.label) for id, one in stored.items()]
        for draft in drafts:
            fill_bases(entry, draft)
        as_of.put_bases(
            session,
            shape.key,
            {draft.id: _moved(shape, draft, records[draft.id].before) for draft in drafts if draft.id in rates},
        )
        again = [draft for draft in drafts if draft.id in renamed]
        recall_for(entry, again, [shape.label])
        as_of.put_labels(session, shape.key, [(said := label(draft), sort_key(said), draft.id) for draft in again])


def _moved(shape: Entity, draft: Draft, before: Mapping[str, object]) -> dict[str, int | None]:
    """Sums whose value or whose date of the rate has moved; the others are kept as they were written."""
    found = {}
    for key, base in draft.base.items():
        field = shape.by_key[key]
        by = shape.by_key.get(field.options.get("rate_on") or "")
        if str(field.number) in before or (by is not None and str(by.number) in before):
            found[key] = base
    return found
