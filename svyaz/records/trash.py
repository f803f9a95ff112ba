"""Delete into the trash, restore, purge; what a deletion does to those who point here is told beforehand.

What a link field says in `on_delete` decides about the record that holds the link:
    refuse   the deletion is refused while such records live
    clear    the link is emptied, as a change of that record
    delete   that record goes along, and what points to it is asked in turn
All this is conduct of the configuration: it needs the right to delete the record itself, not each of
those that follow.  Whoever holds a record is named only to those who may see it; the rest are counted.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from svyaz.access.actor import SYSTEM, Actor
from svyaz.access.apply import condition, far_of
from svyaz.expression.tree import both
from svyaz.kernel.problem import Problem, raise_all
from svyaz.records import recompute
from svyaz.records.cells import id_in, seen_labels
from svyaz.records.denial import explain_no
from svyaz.records.entry import Entry, Mode, open_entry
from svyaz.records.formulas import link_targets
from svyaz.records.inner import write_inner
from svyaz.records.links import seen_ids
from svyaz.records.pipeline import log
from svyaz.records.problems import LinkInTrash, NotInTrash, RecordInUse
from svyaz.records.read import ground_of
from svyaz.records.trait import traits_of
from svyaz.records.unique import say_taken
from svyaz.schema.snapshot import Entity
from svyaz.storage import changes, record_tables, run_query
from svyaz.storage.problems import UniqueTaken
from svyaz.storage.query import Query
from svyaz.storage.record_tables import Stored
from svyaz.storage.row_locks import lock
from svyaz.storage.session import Session

SHOWN = 5  # how many holders are named in a refusal


@dataclass(frozen=True, slots=True)
class Held:
    """Records of one entity that point to the doomed by one field.  ids: all; labels: of the few one may see."""

    entity: str
    field: str
    ids: tuple[int, ...]
    labels: Mapping[int, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeletePlan:
    """records   entity -> ids that go to the trash, the asked ones first, those that go along after them
    clear     links that will be emptied;  refuse: what forbids the deletion"""

    records: Mapping[str, tuple[int, ...]]
    clear: tuple[Held, ...]
    refuse: tuple[Held, ...]


def plan_delete(session: Session, actor: Actor, entity: str, ids: Sequence[int]) -> DeletePlan:
    """What deleting these would do; writes nothing.  Raises Denied or NotFound for those one may not delete."""
    allowed_ids(session, actor, entity, ids, "delete")
    return _plan(session, actor, entity, ids, {})


def delete_records(
    session: Session, actor: Actor, entity: str, ids: Sequence[int], *, cause: str = "person", batch: int | None = None
) -> int:
    """Into the trash, with all that goes along; returns the batch, which `undo_batch` takes back whole.

    Raises RecordInUse for each record that is held, Denied or NotFound; then nothing is written.
    """
    lock(session, entity, ids, "delete")
    allowed_ids(session, actor, entity, ids, "delete")
    return delete_allowed(session, actor, entity, ids, cause=cause, batch=batch)


def delete_allowed(
    session: Session,
    actor: Actor,
    entity: str,
    ids: Sequence[int],
    *,
    cause: str,
    batch: int | None,
    mode: Mode = "usual",
    going: Mapping[str, Set[int]] | None = None,
) -> int:
    """The same after the right has been asked: undo comes here.

    going   records that the caller is about to delete as well: they hold nothing and are not touched here
    """
    plan = _plan(session, actor, entity, ids, going or {})
    if plan.refuse:
        raise_all(_in_use(session, actor, entity, ids, plan))
    if batch is None:
        batch = changes.new_batch(session, actor.employee, cause, "delete")
    for held in plan.clear:
        _clear(session, actor, held, plan, cause, batch)
    for key, doomed in reversed(list(plan.records.items())):
        entry = open_entry(session, SYSTEM, key, cause=cause, batch=batch, mode=mode, by=actor.employee)
        stored = record_tables.fetch(session, key, doomed)
        record_tables.mark_deleted(session, key, doomed, actor.employee, session.now)
        log(entry, "Deleted", ((id, stored[id].version + 1, {}) for id in doomed))
        _tell(entry, [stored[id] for id in doomed], gone=True)
    return batch


def restore_records(
    session: Session, actor: Actor, entity: str, ids: Sequence[int], *, cause: str = "person", batch: int | None = None
) -> int:
    """Back from the trash with what went there along with them; who may delete may restore.

    Raises NotInTrash, ValueTaken when a unique value was taken meanwhile, LinkInTrash when what the record
    belongs to is in the trash itself; a link of a field that says «clear» is emptied.
    """
    allowed_ids(session, actor, entity, ids, "delete", kept="deleted")
    if batch is None:
        batch = changes.new_batch(session, actor.employee, cause, "restore")
    back = _went_along(session, entity, ids)
    coming = {key: set(group) for key, group in back.items()}
    for key, group in back.items():
        restore_allowed(session, actor, key, group, cause=cause, batch=batch, coming=coming)
    return batch


def restore_allowed(
    session: Session,
    actor: Actor,
    entity: str,
    ids: Sequence[int],
    *,
    cause: str,
    batch: int,
    mode: Mode = "usual",
    coming: Mapping[str, Set[int]] | None = None,
) -> None:
    """The same after the right has been asked: undo comes here.

    coming   records that the caller brings back as well
    """
    entry = open_entry(session, SYSTEM, entity, cause=cause, batch=batch, mode=mode, by=actor.employee)
    stored = record_tables.fetch(session, entity, ids)
    emptied = _check_targets(entry, actor, stored, coming or {entity: set(ids)})
    try:
        record_tables.mark_restored(session, entity, ids, actor.employee, session.now)
    except UniqueTaken as taken:
        raise say_taken(session, actor, taken) from taken
    log(entry, "Restored", ((id, stored[id].version + 1, {}) for id in ids))
    write_inner(session, entity, emptied, cause=cause, batch=batch, by=actor.employee)
    _tell(entry, [stored[id] for id in ids], gone=False)


def allowed_ids(
    session: Session, actor: Actor, entity: str, ids: Sequence[int], verb: str, kept: str = "living"
) -> None:
    """Raises for the first of `ids` that is not there or that the actor may not `verb`."""
    allowed = condition(session.snapshot, actor, entity, verb)
    entry = open_entry(session, actor, entity)
    if kept == "living":
        inside = seen_ids(entry, entity, ids, verb)
    else:
        far = far_of(session.snapshot, actor)
        query = Query(entity, (), both(allowed, id_in(ids)), limit=max(len(ids), 1), far=far, kept="deleted")
        inside = set(run_query.ids(session, query, ground_of(session, actor)))
    for id in ids:
        if id not in inside:
            living = kept != "living" and record_tables.fetch(session, entity, [id], []).get(id)
            if living and living.deleted_at is None and id in seen_ids(entry, entity, [id]):
                raise NotInTrash(id=id)
            raise explain_no(session, actor, entry.shape, id, verb)


def _plan(session: Session, actor: Actor, entity: str, ids: Sequence[int], going: Mapping[str, Set[int]]) -> DeletePlan:
    snapshot = session.snapshot
    doomed: dict[str, dict[int, None]] = {entity: dict.fromkeys(ids)}
    clear: dict[tuple[str, str], dict[int, None]] = {}
    refuse: dict[tuple[str, str], dict[int, None]] = {}
    ahead: list[tuple[str, list[int]]] = [(entity, list(ids))]
    while ahead:
        here, group = ahead.pop(0)
        for child, link in snapshot.children.get(here, ()):
            one = snapshot.entities[child].by_key[link]
            if one.system or one.hidden:
                continue
            found = record_tables.find_by_key(session, child, link, group)
            holders = [id for ids in found.values() for id in ids if id not in going.get(child, ())]
            says = one.options.get("on_delete", "refuse")
            if says == "delete":
                known = doomed.setdefault(child, {})
                fresh = [id for id in dict.fromkeys(holders) if id not in known]
                known.update(dict.fromkeys(fresh))
                if fresh:
                    ahead.append((child, fresh))
            else:
                (clear if says == "clear" else refuse).setdefault((child, link), {}).update(dict.fromkeys(holders))
    return DeletePlan(
        records={key: tuple(group) for key, group in doomed.items() if group},
        clear=_held(session, actor, clear, doomed),
        refuse=_held(session, actor, refuse, doomed),
    )


def _held(
    session: Session,
    actor: Actor,
    found: Mapping[tuple[str, str], Mapping[int, None]],
    doomed: Mapping[str, Mapping[int, None]],
) -> tuple[Held, ...]:
    """Without those that go to the trash themselves."""
    told = []
    for (child, link), holders in found.items():
        ids = tuple(id for id in holders if id not in doomed.get(child, {}))
        if ids:
            labels = seen_labels(session, actor, ground_of(session, actor), child, ids[:SHOWN])
            told.append(Held(child, link, ids, labels))
    return tuple(told)


def _in_use(session: Session, actor: Actor, entity: str, ids: Sequence[int], plan: DeletePlan) -> list[Problem]:
    labels = record_tables.labels(session, entity, ids)
    uses = []
    for held in plan.refuse:
        shape: Entity = session.snapshot.entities[held.entity]
        named = ", ".join(f"«{label}»" for label in held.labels.values())
        title = shape.title.say(actor.language)
        uses.append(
            f"{title}: {named}" if len(held.labels) == len(held.ids) else f"{title} ({len(held.ids)}) {named}".strip()
        )
    return [RecordInUse(record=", ".join(labels.get(id, str(id)) for id in ids), uses=uses)]


def _clear(session: Session, actor: Actor, held: Held, plan: DeletePlan, cause: str, batch: int) -> None:
    one = session.snapshot.entities[held.entity].by_key[held.field]
    gone = {id for target in one.targets for id in plan.records.get(target, ())}
    emptied = {}
    for id, stored in record_tables.fetch(session, held.entity, held.ids, [held.field]).items():
        value = stored.values[held.field]
        emptied[id] = {held.field: tuple(far for far in value if far not in gone) if isinstance(value, tuple) else None}
    write_inner(session, held.entity, emptied, cause=cause, batch=batch, by=actor.employee)


def _went_along(session: Session, entity: str, ids: Sequence[int]) -> dict[str, list[int]]:
    """entity -> ids to restore: the asked ones and what was deleted with them, holders of `delete` links."""
    snapshot = session.snapshot
    back: dict[str, dict[int, None]] = {entity: dict.fromkeys(ids)}
    ahead: list[tuple[str, list[int]]] = [(entity, list(ids))]
    while ahead:
        here, group = ahead.pop(0)
        batches = {id: _batch_of_deletion(session, snapshot.entities[here].number, id) for id in group}
        for child, link in snapshot.children.get(here, ()):
            one = snapshot.entities[child].by_key[link]
            if one.system or one.hidden or one.options.get("on_delete", "refuse") != "delete":
                continue
            for target, holders in record_tables.find_by_key(session, child, link, group, "deleted").items():
                number = snapshot.entities[child].number
                with_it = [
                    id
                    for id in holders
                    if batches[target] is not None and _batch_of_deletion(session, number, id) == batches[target]
                ]
                fresh = [id for id in with_it if id not in back.get(child, {})]
                back.setdefault(child, {}).update(dict.fromkeys(fresh))
                if fresh:
                    ahead.append((child, fresh))
    return {key: list(group) for key, group in back.items() if group}


def _check_targets(
    entry: Entry, actor: Actor, stored: Mapping[int, Stored], coming: Mapping[str, Set[int]]
) -> dict[int, dict[str, Any]]:
    """Links to what is still in the trash: emptied where the field says «clear», else nothing comes back."""
    session, snapshot = entry.session, entry.session.snapshot
    pointing: list[tuple[int, str, str, int]] = []
    for key, field in entry.fields.items():
        if any((entry.shape.key, key) in snapshot.children.get(target, ()) for target in field.targets):
            for id, one in stored.items():
                pointing += [(id, key, entity, far) for entity, far in link_targets(field, one.values.get(key))]
    living: dict[str, set[int]] = {}
    for entity in {entity for _, _, entity, _ in pointing}:
        found = record_tables.fetch(session, entity, [id for _, _, its, id in pointing if its == entity], [])
        living[entity] = {id for id, one in found.items() if one.deleted_at is None} | set(coming.get(entity, ()))
    emptied: dict[int, dict[str, Any]] = {}
    for id, key, entity, target in pointing:
        if target in living[entity]:
            continue
        if entry.fields[key].options.get("on_delete") != "clear":
            seen = seen_labels(session, actor, ground_of(session, actor), entity, [target], "all")
            title = entry.fields[key].title.say(actor.language)
            far = seen.get(target, f"№ {target}")
            raise LinkInTrash(f"values.{key}", record=stored[id].label, field=title, far=far)
        value = emptied.setdefault(id, {}).get(key, stored[id].values[key])
        emptied[id][key] = tuple(one for one in value if one != target) if isinstance(value, tuple) else None
    return emptied


def _batch_of_deletion(session: Session, number: int, id: int) -> int | None:
    last = next((one for one in changes.of_record(session, number, id, limit=10) if one.kind == "Deleted"), None)
    return last.batch if last else None


def _tell(entry: Entry, records: Sequence[Stored], gone: bool) -> None:
    recompute.moved(entry, records, gone)
    for trait in traits_of(entry):
        if trait.moved:
            trait.moved(entry, records, gone)
