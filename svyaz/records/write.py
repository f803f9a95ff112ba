"""The one door for change: create and change records, one or many, by the actor's rights.

    create_record   change_record              one card
    create_many     change_many                2,000 at a time: an import, a bulk change

The order of decisions is in pipeline.py.  Everything happens in the caller's transaction; a Problem
raised from here means that nothing of the call may be kept: the caller lets it roll back.

Rights: a new record must lie within the actor's scope of `add` once it is written.  A change is judged
by the record as it was: handing one's own record over is a change one may make, and what one may not see
one may not link to.  A line must also land in a card the actor may change.

Two editors: a change that brings an older version is merged when it touches other fields than those
written since, after all checks have run on the merged record; the same field with another value is
RecordChangedMeanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.apply import condition
from svyaz.kernel.problem import Denied, Problem
from svyaz.records.accept import accept_values
from svyaz.records.conditions import NO_STATE, State, state_of
from svyaz.records.denial import explain_no
from svyaz.records.draft import Draft, Past
from svyaz.records.editors import check_version
from svyaz.records.entry import Entry, Mode, open_entry
from svyaz.records.formulas import evaluate
from svyaz.records.links import seen_ids
from svyaz.records.new_rows import NewRows, rows_of
from svyaz.records.pipeline import Written, examine, sieve, write_changed, write_new
from svyaz.records.read import RecordView, view_after_write, wanted_after_write
from svyaz.records.write_rows import create_rows, goes_by_columns
from svyaz.storage import record_tables
from svyaz.storage.record_tables import Stored
from svyaz.storage.session import Session


@dataclass(frozen=True, slots=True)
class RecordChange:
    """values as sent;  seen_version: what the sender looked at, None: whatever it is now."""

    id: int
    values: Mapping[str, Any]
    seen_version: int | None = None


def create_record(
    session: Session, actor: Actor, entity: str, values: Mapping[str, Any], *, cause: str = "person"
) -> RecordView:
    """Raises Problem(s) with places "values.<key>", Denied, NotFound."""
    written = create_many(session, actor, entity, [values], cause=cause, places=[""])
    id = written.ids[0]
    assert id is not None
    return view_after_write(session, actor, entity, id, written.blank)


def create_many(
    session: Session,
    actor: Actor,
    entity: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    cause: str = "person",
    batch: int | None = None,
    past: Sequence[Past | None] | None = None,
    each: bool = False,
    places: Sequence[str] | None = None,
    mode: Mode | None = None,
) -> Written:
    """Create records in a few statements.

    past    what an import knows of each row's own past; given at all, the run is «история»
    each    rows with problems are left out and told in Written.problems; without it any problem stops all
    places  what to put before "values.<key>" in problems; "rows[3]." when not given
    """
    condition(session.snapshot, actor, entity, "add")
    entry = open_entry(session, actor, entity, cause=cause, batch=batch, mode=mode or ("past" if past else "usual"))

    def draft(at: int) -> Draft:
        place = places[at] if places else f"rows[{at}]."
        return _draft(entry, place, rows[at], None, past[at] if past else None)

    if goes_by_columns(entry, len(rows)):
        return create_rows(entry, NewRows(len(rows), rows_of(rows), past or None), each, draft)
    drafts = [draft(at) for at in range(len(rows))]
    examine(entry, drafts)
    good, wrong = sieve(drafts, each)
    write_new(entry, good)
    return Written([draft.id or None for draft in drafts], wrong, _blank(entry, drafts))


def create_columns(
    session: Session, actor: Actor, entity: str, rows: NewRows, *, cause: str, batch: int | None = None
) -> Written:
    """create_many of rows given by columns (`rows.given`, `rows.past`): rows with problems are left out and told.

    Places of problems are "values.<key>", whatever the row.
    """
    condition(session.snapshot, actor, entity, "add")
    mode: Mode = "past" if rows.past else "usual"
    entry = open_entry(session, actor, entity, cause=cause, batch=batch, mode=mode)

    def draft(at: int) -> Draft:
        return _draft(entry, "", rows.raw(at), None, rows.past[at] if rows.past else None)

    if goes_by_columns(entry, rows.count):
        return create_rows(entry, rows, True, draft)
    drafts = [draft(at) for at in range(rows.count)]
    examine(entry, drafts)
    good, wrong = sieve(drafts, True)
    write_new(entry, good)
    return Written([one.id or None for one in drafts], wrong)


def change_record(
    session: Session,
    actor: Actor,
    entity: str,
    id: int,
    values: Mapping[str, Any],
    seen_version: int | None,
    *,
    cause: str = "person",
) -> RecordView:
    """Raises Problem(s) with places "values.<key>", RecordChangedMeanwhile, Denied, NotFound."""
    session.repeats = True
    asked = [RecordChange(id, values, seen_version)]
    written = change_many(session, actor, entity, asked, cause=cause, places=[""], telling=True)
    return view_after_write(session, actor, entity, id, written.blank, written.told)


def change_many(
    session: Session,
    actor: Actor,
    entity: str,
    changes: Sequence[RecordChange],
    *,
    cause: str = "person",
    batch: int | None = None,
    each: bool = False,
    places: Sequence[str] | None = None,
    mode: Mode = "usual",
    past: Sequence[Past | None] | None = None,
    telling: bool = False,
) -> Written:
    """Change records in a few statements; an id may come once.  See create_many for `each` and `places`.

    telling   of an only record, that it will be read afterwards

    Written.ids has the id of every record that was allowed, changed or already so.
    """
    within = condition(session.snapshot, actor, entity, "change")
    entry = open_entry(session, actor, entity, cause=cause, batch=batch, mode=mode)
    stored = record_tables.fetch_to_change(session, entity, sorted({change.id for change in changes}))
    if within is not None:
        allowed = seen_ids(entry, entity, list(stored), "change")
        stored = {id: record for id, record in stored.items() if id in allowed}
    drafts = []
    for index, change in enumerate(changes):
        place = places[index] if places else f"rows[{index}]."
        record = stored.get(change.id)
        if record is None:
            draft = Draft(place, {}, {}, id=change.id)
            draft.problems.append(explain_no(session, actor, entry.shape, change.id, "change"))
        else:
            draft = _draft(entry, place, change.values, record, past[index] if past else None)
            draft.seen = change.seen_version
            if not draft.problems:
                check_version(entry, draft)
        drafts.append(draft)
    examine(entry, drafts)
    good, wrong = sieve(drafts, each)
    blank = _blank(entry, drafts)
    changed = write_changed(
        entry, good, (lambda: wanted_after_write(session, actor, entity, blank)) if telling else None
    )
    _check_lines_stay_in_ones_cards(entry, changed)
    told = changed[0].told if len(changed) == 1 else None
    return Written([None if draft.problems else draft.id for draft in drafts], wrong, blank, told)


def check_record(
    session: Session, actor: Actor, entity: str, values: Mapping[str, Any], id: int | None = None
) -> list[Problem]:
    """What saving these values would be refused for; writes nothing and may be asked in a reading transaction.

    id   of the record that would be changed, None: a new one.  A right that is missing is among the problems.
    """
    verb = "add" if id is None else "change"
    try:
        condition(session.snapshot, actor, entity, verb)
    except Denied as problem:
        return [problem]
    entry = open_entry(session, actor, entity)
    stored = None
    if id is not None:
        if id not in seen_ids(entry, entity, [id], "change"):
            return [explain_no(session, actor, entry.shape, id, "change")]
        stored = record_tables.fetch(session, entity, [id])[id]
    draft = _draft(entry, "", values, stored)
    examine(entry, [draft])
    return draft.problems


def state_while_filling(
    session: Session, actor: Actor, entity: str, values: Mapping[str, Any], id: int | None = None
) -> State:
    """Which fields of the card the conditions hide, require and lock with these values; what is half typed is left out.

    id   as in check_record; of a record one may not change nothing is told: its card is read-only
    """
    if not session.snapshot.entities[entity].form.depends:
        return NO_STATE
    entry = open_entry(session, actor, entity)
    stored = None
    if id is not None:
        if id not in seen_ids(entry, entity, [id], "change"):
            return NO_STATE
        stored = record_tables.fetch(session, entity, [id])[id]
    return state_of(entry, _draft(entry, "", values, stored))


def _draft(entry: Entry, place: str, row: Mapping[str, Any], stored: Stored | None, past: Past | None = None) -> Draft:
    """What was sent, understood and laid over what is there; a new record gets its defaults."""
    given, problems = accept_values(entry, row, place)
    draft = Draft(place, given, {**(stored.values if stored else {}), **given}, stored, past=past, problems=problems)
    if stored is not None:
        draft.id, draft.label = stored.id, stored.label
        return draft
    for key, field in entry.fields.items():
        if field.default is not None and key not in row:
            said = evaluate(entry, draft, field.default)
            draft.values[key] = entry.types[key].accept(said, field.options, entry.session.terms)
    return draft


def _blank(entry: Entry, drafts: Sequence[Draft]) -> frozenset[str]:
    if len(drafts) != 1:
        return frozenset()
    return frozenset(key for key in entry.several if not drafts[0].values.get(key))


def _check_lines_stay_in_ones_cards(entry: Entry, changed: Sequence[Draft]) -> None:
    """A line moved to another card must land in one that the actor may change too."""
    moved = [draft.id for draft in changed if entry.shape.kind == "line" and draft.moves(entry.shape.parent)]
    left = set(moved) - seen_ids(entry, entry.shape.key, moved, "change") if moved else set()
    for id in sorted(left):
        raise explain_no(entry.session, entry.actor, entry.shape, id, "change")
