"""Take back a whole batch (an import, a bulk change, a deletion) or one change from a record's history.

For each record of the batch its *net* way back is found: what was created goes to the trash, what was deleted
comes out of it, and each field gets the value it had before the batch first touched it.  Order: out of the
trash, then values, then into the trash, so that links find their targets.

A record is taken back only when it is still as the batch left it (its version is the batch's last).  Those
that others changed since are kept and listed, unless `force`; so are those the actor may not write today,
those whose old value no longer fits, and those that are purged.  An undo is a batch itself: redo is undoing it.
Worked tables: docs/algorithms/undo.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Literal as OneOf

from svyaz.access.actor import Actor
from svyaz.access.apply import condition, far_of, may
from svyaz.expression.tree import both
from svyaz.fields.registry import TYPES
from svyaz.kernel.problem import BadValue, NotFound, Problem
from svyaz.records.cells import id_in, seen_labels
from svyaz.records.denial import explain_no
from svyaz.records.draft import Draft
from svyaz.records.entry import Entry, open_entry
from svyaz.records.pipeline import examine, write_changed
from svyaz.records.problems import FieldReadOnly, NothingToUndo, TooManyRecords, UndoBlocked
from svyaz.records.read import ground_of
from svyaz.records.trash import delete_allowed, restore_allowed
from svyaz.schema.snapshot import Entity
from svyaz.storage import changes, record_tables, run_query
from svyaz.storage.changes import Change
from svyaz.storage.query import Query
from svyaz.storage.record_tables import Stored
from svyaz.storage.row_locks import lock
from svyaz.storage.session import Session

MOST_IN_ONE_GO = 5_000
AT_ONCE = 500
Reason = OneOf["changed", "gone", "denied", "blocked"]


@dataclass(frozen=True, slots=True)
class Kept:
    """A record left as it is.  label: None when the actor may not see it.

    reason   changed: others wrote it since;  gone: purged, or in the trash;  denied: no right to write it today;
             blocked: what it was no longer fits, `problem` says why
    """

    entity: str
    id: int
    label: str | None
    reason: Reason
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Back:
    """The net way back of one record.  before: field number -> value in plain form; version: as the batch left it."""

    entity: str
    id: int
    version: int
    action: OneOf["delete", "restore", "change"]
    before: Mapping[int, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UndoPlan:
    batch: int
    back: tuple[Back, ...]
    kept: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class Undone:
    """batch: of the undo, which can be undone in turn;  back: how many records were taken back."""

    batch: int
    back: int
    kept: tuple[Kept, ...]


def plan_undo(session: Session, actor: Actor, batch: int, force: bool = False) -> UndoPlan:
    """What undoing the batch would take back and what it would keep; writes nothing.

    Raises NotFound for an unknown batch, NothingToUndo for one undone already.
    """
    found = changes.find_batch(session, batch)
    if found is None:
        raise NotFound(entity="batch", id=batch)
    later = changes.find_batch(session, found.undone_by) if found.undone_by else None
    if later is not None and later.undone_by is None and not force:
        raise NothingToUndo(batch=batch)
    ways = net_ways(session, changes.of_batch(session, batch))
    back: list[Back] = []
    kept: list[Kept] = []
    for entity, group in _by_entity(ways).items():
        stored = record_tables.fetch(session, entity, [one.id for one in group], []) if entity else {}
        allowed = _allowed(session, actor, entity, group)
        labels = seen_labels(session, actor, ground_of(session, actor), entity, [one.id for one in group])
        for one in group:
            reason = _why_kept(session, one, stored.get(one.id), one.id in allowed, force)
            if reason is None:
                back.append(one)
            elif reason != "done":
                kept.append(Kept(entity, one.id, labels.get(one.id), reason))
    return UndoPlan(batch, tuple(back), tuple(kept))


def undo_batch(session: Session, actor: Actor, batch: int, force: bool = False) -> Undone:
    """Take the batch back in this transaction.  Over MOST_IN_ONE_GO records: raises TooManyRecords, use the job."""
    plan = plan_undo(session, actor, batch, force)
    if len(plan.back) > MOST_IN_ONE_GO:
        raise TooManyRecords(count=len(plan.back), limit=MOST_IN_ONE_GO)
    undo = changes.new_batch(session, actor.employee, "undo", "undo", undoes=batch)
    kept = list(plan.kept)
    going = going_of(plan)
    coming = coming_of(plan)
    for part in parts(plan):
        kept += undo_part(session, actor, part, undo, going, coming)
    return Undone(undo, len(plan.back) - (len(kept) - len(plan.kept)), tuple(kept))


def parts(plan: UndoPlan) -> list[list[Back]]:
    """The plan in the order it is carried out, in parts of one entity and one action, small enough for one write."""
    made = []
    for action in ("restore", "change", "delete"):
        ways = [one for one in plan.back if one.action == action]
        for group in _by_entity(ways[::-1] if action == "delete" else ways).values():
            made += [group[start : start + AT_ONCE] for start in range(0, len(group), AT_ONCE)]
    return made


def going_of(plan: UndoPlan) -> dict[str, set[int]]:
    """Everything that the undo sends to the trash, by entity."""
    going: dict[str, set[int]] = {}
    for one in plan.back:
        if one.action == "delete":
            going.setdefault(one.entity, set()).add(one.id)
    return going


def coming_of(plan: UndoPlan) -> dict[str, set[int]]:
    """Everything that the undo brings back from the trash, by entity."""
    coming: dict[str, set[int]] = {}
    for one in plan.back:
        if one.action == "restore":
            coming.setdefault(one.entity, set()).add(one.id)
    return coming


def undo_part(
    session: Session,
    actor: Actor,
    part: Sequence[Back],
    undo: int,
    going: Mapping[str, Set[int]],
    coming: Mapping[str, Set[int]],
) -> list[Kept]:
    """Carry out one part; returns what had to be kept after all.  Safe to repeat."""
    if not part:
        return []
    entity, action = part[0].entity, part[0].action
    living = lock(session, entity, [one.id for one in part], "delete" if action == "delete" else "change")
    if action == "change":
        return _change_back(session, actor, entity, part, undo)
    if action == "restore":
        return [kept for one in part if one.id not in living for kept in _restore(session, actor, one, undo, coming)]
    return _delete_back(session, actor, entity, [one.id for one in part if one.id in living], undo, going)


def still_planned(session: Session, part: Sequence[Back], undo: int, force: bool) -> list[Back]:
    """Of a part carried out later than planned: what nobody but this very undo has written since."""
    if not part:
        return []
    number = session.snapshot.entities[part[0].entity].number
    stored = record_tables.fetch(session, part[0].entity, [one.id for one in part], [])
    left = []
    for one in part:
        if one.id not in stored:
            continue
        last = changes.of_record(session, number, one.id, limit=1)
        if force or stored[one.id].version == one.version or (last and last[0].batch == undo):
            left.append(one)
    return left


def undo_change(session: Session, actor: Actor, entity: str, id: int, seq: int, force: bool = False) -> Undone:
    """Take back one entry of a record's history, if what it wrote is still there.

    Raises NotFound, Denied, FieldReadOnly for a field the actor may not fill, UndoBlocked when somebody has
    written the same fields since (not with `force`).
    """
    condition(session.snapshot, actor, entity, "see")
    shape = session.snapshot.entities[entity]
    change = changes.find_change(session, seq)
    if change is None or change.entity != shape.number or change.record != id:
        raise NotFound(entity=shape.title.say(actor.language), id=id)
    ways = net_ways(session, [change])
    if not ways:
        raise NothingToUndo(batch=seq)
    way = ways[0]
    stored = record_tables.fetch(session, entity, [id]).get(id)
    if way.id not in _allowed(session, actor, entity, [way]):
        raise _refusal(session, actor, shape, way)
    if stored is None or (stored.deleted_at is None) == (way.action == "restore"):
        raise UndoBlocked(record=stored.label if stored else str(id), reason="gone")
    if not force and way.action == "change" and not _still(shape, stored, change):
        raise UndoBlocked(record=stored.label, reason="changed")
    undo = changes.new_batch(session, actor.employee, "undo", "undo")
    kept = undo_part(session, actor, [way], undo, {entity: {id}}, {entity: {id}})
    if kept and kept[0].problem is not None:
        raise kept[0].problem
    return Undone(undo, 1, ())


def net_ways(session: Session, made: Sequence[Change]) -> list[Back]:
    """One way back for each record, in the order the batch first touched them.  Fields that are gone are left out."""
    grouped: dict[tuple[int, int], list[Change]] = {}
    for change in made:
        if change.kind in ("Created", "Changed", "Deleted", "Restored"):
            grouped.setdefault((change.entity, change.record), []).append(change)
    ways = []
    for (number, id), group in grouped.items():
        shape = session.snapshot.by_number.get(number)
        if shape is None:
            continue
        before: dict[int, Any] = {}
        for change in group:
            for field_number, (was, _) in change.body.items():
                before.setdefault(field_number, was)
        way = _way(group)
        if way is not None and (way != "change" or before):
            ways.append(Back(shape.key, id, group[-1].version, way, before))
            if way == "restore" and before:
                ways.append(Back(shape.key, id, group[-1].version, "change", before))
    return ways


def _way(group: Sequence[Change]) -> OneOf["delete", "restore", "change"] | None:
    """From what happened to a record to what takes it back; None: it came and went, nothing is left to do."""
    turns = [change.kind for change in group if change.kind != "Changed"]
    if not turns:
        return "change"
    was_living = turns[0] == "Deleted"
    is_living = turns[-1] != "Deleted"
    if was_living == is_living:
        return "change" if was_living else None
    return "restore" if was_living else "delete"


def _why_kept(
    session: Session, one: Back, stored: Stored | None, allowed: bool, force: bool
) -> Reason | OneOf["done"] | None:
    if stored is None:
        return "gone"
    if one.action == "delete" and stored.deleted_at is not None:
        return "done"
    if one.action == "restore" and stored.deleted_at is None:
        return "done"
    if not force and stored.version != one.version:
        return "changed"
    if not allowed:
        return "denied"
    return "gone" if one.action == "change" and stored.deleted_at is not None and not _comes_back(one, stored) else None


def _comes_back(one: Back, stored: Stored) -> bool:
    """Values of a record that the same undo takes out of the trash first."""
    return stored.version == one.version


def _allowed(session: Session, actor: Actor, entity: str, group: Sequence[Back]) -> set[int]:
    """Of these, what the actor may write today: the verb for the record, and every field that would change."""
    allowed: set[int] = set()
    snapshot = session.snapshot
    shape = snapshot.entities[entity]
    rights = open_entry(session, actor, entity).rights if may(snapshot, actor, entity, "see") else {}
    for verb, ways in _by_verb(group).items():
        if not may(snapshot, actor, entity, verb):
            continue
        where = condition(snapshot, actor, entity, verb)
        far = far_of(snapshot, actor)
        ids = list({one.id for one in ways})
        for start in range(0, len(ids), 2000):
            some = ids[start : start + 2000]
            query = Query(entity, (), both(where, id_in(some)), limit=len(some), far=far, kept="all")
            inside = set(run_query.ids(session, query, ground_of(session, actor)))
            allowed |= {
                one.id
                for one in ways
                if one.id in inside
                and (
                    one.action != "change"
                    or all(rights.get(shape.by_number[n].key) == "edit" for n in one.before if n in shape.by_number)
                )
            }
    return allowed


def _by_verb(group: Sequence[Back]) -> dict[str, list[Back]]:
    told: dict[str, list[Back]] = {}
    for one in group:
        told.setdefault("change" if one.action == "change" else "delete", []).append(one)
    return told


def _by_entity(ways: Sequence[Back]) -> dict[str, list[Back]]:
    told: dict[str, list[Back]] = {}
    for one in ways:
        told.setdefault(one.entity, []).append(one)
    return told


def _change_back(session: Session, actor: Actor, entity: str, part: Sequence[Back], undo: int) -> list[Kept]:
    entry = open_entry(session, actor, entity, cause="undo", batch=undo, mode="undo")
    stored = record_tables.fetch(session, entity, [one.id for one in part])
    drafts, kept = [], []
    for one in part:
        record = stored[one.id]
        if record.deleted_at is not None:
            continue  # it could not be taken out of the trash, and that has been told
        try:
            values = _values_before(entry, one)
        except BadValue as problem:
            kept.append(Kept(entity, one.id, record.label, "blocked", problem))
            continue
        drafts.append(Draft("", values, {**record.values, **values}, record, id=one.id, label=record.label))
    examine(entry, drafts)
    kept += [Kept(entity, one.id, one.label, "blocked", one.problems[0]) for one in drafts if one.problems]
    write_changed(entry, [draft for draft in drafts if not draft.problems])
    return kept


def _values_before(entry: Entry, one: Back) -> dict[str, Any]:
    values = {}
    for number, plain in one.before.items():
        field = entry.shape.by_number.get(number)
        if field is not None and field.key in entry.fields:
            values[field.key] = entry.types[field.key].accept(plain, field.options, entry.session.terms)
    return values


def _restore(session: Session, actor: Actor, one: Back, undo: int, coming: Mapping[str, Set[int]]) -> list[Kept]:
    try:
        restore_allowed(session, actor, one.entity, [one.id], cause="undo", batch=undo, mode="undo", coming=coming)
    except BadValue as problem:
        return [Kept(one.entity, one.id, None, "blocked", problem)]
    return []


def _delete_back(
    session: Session, actor: Actor, entity: str, ids: Sequence[int], undo: int, going: Mapping[str, Set[int]]
) -> list[Kept]:
    """All at once; if somebody holds one of them, one by one, so that only the held stay."""
    if not ids:
        return []
    try:
        delete_allowed(session, actor, entity, ids, cause="undo", batch=undo, mode="undo", going=going)
        return []
    except Problem as problem:
        if len(ids) == 1:
            label = record_tables.labels(session, entity, ids).get(ids[0])
            return [Kept(entity, ids[0], label, "blocked", problem)]
    return [kept for id in ids for kept in _delete_back(session, actor, entity, [id], undo, going)]


def _still(shape: Entity, stored: Stored, change: Change) -> bool:
    """Whether every field still has the value that this change gave it."""
    from_log = {shape.by_number[n].key: after for n, (_, after) in change.body.items() if n in shape.by_number}
    return all(_plain(shape, stored, key) == after for key, after in from_log.items())


def _plain(shape: Entity, stored: Stored, key: str) -> Any:
    one = shape.by_key[key]
    return TYPES[one.type].plain(stored.values.get(key), one.options)


def _refusal(session: Session, actor: Actor, shape: Entity, way: Back) -> Problem:
    verb = "change" if way.action == "change" else "delete"
    entry = open_entry(session, actor, shape.key)
    for number in way.before if way.action == "change" else ():
        one = shape.by_number.get(number)
        if one is not None and entry.rights.get(one.key) == "read":
            return FieldReadOnly(field=one.title.say(actor.language))
    condition(session.snapshot, actor, shape.key, verb)
    return explain_no(session, actor, shape, way.id, verb)
