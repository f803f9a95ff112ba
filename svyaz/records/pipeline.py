"""The way of a record into the base, the same for one card, for a bulk change and for an import.

    traits fill and refuse -> required -> the fields' own rules -> links -> whose scope -> unique   (problems gathered)
    numbers -> labels -> rows -> log -> traits go on                                                (written)

Nothing is written until every draft has been looked at; drafts with problems either stop the call or,
with `each`, are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from svyaz.access.apply import condition, may_enter, who_may_enter
from svyaz.access.denials import DeniedAddRecord, DeniedStage
from svyaz.access.explain import who_may
from svyaz.expression.tree import Node
from svyaz.kernel.problem import Problem, raise_all
from svyaz.records import recompute
from svyaz.records.accept import check_required
from svyaz.records.conditions import check_conditions, nodes_of
from svyaz.records.draft import Draft
from svyaz.records.entry import Entry, plain_body, say
from svyaz.records.files import attach_files, check_files
from svyaz.records.formulas import evaluate, recall_for
from svyaz.records.links import check_links
from svyaz.records.numbers import give_numbers
from svyaz.records.problems import CheckFailed
from svyaz.records.rates import fill_bases
from svyaz.records.trait import traits_of
from svyaz.records.unique import check_unique, say_taken
from svyaz.storage import changes, ids, record_tables
from svyaz.storage.changes import Change
from svyaz.storage.problems import UniqueTaken
from svyaz.storage.reach import reach_of
from svyaz.storage.record_rows import Update
from svyaz.storage.record_tables import NewRecord
from svyaz.storage.told_change import Told, Wanted, change_and_tell

LABEL_LENGTH = 500


@dataclass(slots=True)
class Written:
    """ids: of written records, in the order given, None where a draft was left out;
    problems: index in the order given -> what was wrong with it (only with `each`);
    blank: of an only record, the fields of several values that it has none of;  told: see Draft."""

    ids: list[int | None] = field(default_factory=list)
    problems: dict[int, tuple[Problem, ...]] = field(default_factory=dict)
    blank: frozenset[str] = frozenset()
    told: Told | None = None


def examine(entry: Entry, drafts: Sequence[Draft]) -> None:
    """Everything that may refuse; problems go into the drafts.

    A draft with a value that was not understood is still asked whatever can be asked without that value, so
    that a form is corrected once and not field after field.  A record one may not write is asked nothing.
    """
    asked = [draft for draft in drafts if draft.stored is not None or not draft.id]
    broken = [(draft, list(draft.problems)) for draft in asked if draft.problems]
    unsound = {id(draft) for draft, _ in broken}
    for trait in traits_of(entry):
        if trait.before:
            trait.before(entry, asked)
    whole = [draft for draft in asked if id(draft) not in unsound]
    _check_fields(entry, asked, whole)
    check_links(entry, asked)
    check_files(entry, asked)
    _check_stage_entered(entry, [draft for draft in asked if draft.stored is not None])
    _check_scope_of_new(entry, [draft for draft in whole if draft.stored is None])
    check_unique(entry, asked)
    for draft, first in broken:
        places = {problem.place for problem in first}
        more = draft.problems[len(first) :]
        draft.problems = [*first, *(problem for problem in more if problem.place not in places)]


def _check_fields(entry: Entry, asked: Sequence[Draft], whole: Sequence[Draft]) -> None:
    """Required ones of all, rules only of those whose every value is known."""
    checked = [one for one in entry.fields.values() if one.check is not None] if entry.checks else []
    nodes = [one.check for one in checked if one.check is not None]
    recall_for(entry, whole, [*nodes, *nodes_of(entry), entry.shape.label])
    for draft in asked:
        fill_bases(entry, draft)
        if entry.checks:
            every = entry.fields if draft.stored is None else draft.changed()
            draft.problems += check_required(entry, draft.values, draft.place, every)
    for draft in whole:
        for one in checked:
            if one.check is not None and evaluate(entry, draft, one.check) is not True:
                rule = one.check_title.say(entry.actor.language) if one.check_title else say(one, entry)
                draft.problems.append(CheckFailed(f"{draft.place}values.{one.key}", field=say(one, entry), rule=rule))
        draft.problems += check_conditions(entry, draft)


def sieve(drafts: Sequence[Draft], each: bool) -> tuple[list[Draft], dict[int, tuple[Problem, ...]]]:
    """Drafts to go on with, and the problems of the rest; without `each` any problem stops the call."""
    wrong = {index: tuple(draft.problems) for index, draft in enumerate(drafts) if draft.problems}
    if wrong and not each:
        raise_all([problem for problems in wrong.values() for problem in problems])
    return [draft for draft in drafts if not draft.problems], wrong


def write_new(entry: Entry, drafts: Sequence[Draft]) -> None:
    """Insert, log, let traits go on."""
    if not drafts:
        return
    for draft, id in zip(drafts, ids.take_ids(entry.session, len(drafts)), strict=True):
        draft.id = id
    give_numbers(entry, drafts)
    _label(entry, drafts)
    now, by = entry.session.now, entry.by
    with told_in_words(entry):
        record_tables.insert(
            entry.session,
            entry.shape.key,
            [
                NewRecord(
                    id=draft.id,
                    values=draft.values,
                    label=draft.label,
                    base=draft.base,
                    created_at=(draft.past and draft.past.created_at) or now,
                    created_by=by,
                )
                for draft in drafts
            ],
        )
    log(entry, "Created", ((draft.id, 1, {}) for draft in drafts))
    _go_on(entry, drafts)


def write_changed(entry: Entry, drafts: Sequence[Draft], wanted: Callable[[], Wanted] | None = None) -> list[Draft]:
    """Update those that really change and log them; returns these.  Rows are locked by the caller.

    wanted: what an only record is to tell of itself when it is written (Draft.told).
    """
    moved = [(draft, draft.changed()) for draft in drafts]
    moved = [(draft, changed) for draft, changed in moved if changed]
    changing = [draft for draft, _ in moved]
    if not changing:
        return []
    _label(entry, changing)
    updates = []
    for draft, changed in moved:
        assert draft.stored is not None
        values = {key: after for key, (_, after) in changed.items()}
        values.update(_rated_again(entry, draft, changed))
        label = draft.label if draft.label != draft.stored.label else None
        updates.append(Update(draft.id, draft.stored.version, values, label, draft.base))
        draft.version = draft.stored.version + 1
    notes = [note(entry, "Changed", draft.id, draft.version, changed) for draft, changed in moved]
    only = changing[0] if len(changing) == 1 else None
    with told_in_words(entry):
        if only is not None and wanted is not None:
            only.told = change_and_tell(entry.session, entry.shape.key, updates[0], entry.by, notes[0], wanted())
        if only is None or only.told is None:
            left = record_tables.update_many(entry.session, entry.shape.key, updates, entry.by, entry.session.now)
            if left:
                raise RuntimeError(f"records {left} moved although they were locked")
            changes.append(entry.session, notes)
    _go_on(entry, changing)
    return changing


def log(entry: Entry, kind: str, written: Iterable[tuple[int, int, dict[str, tuple[Any, Any]]]]) -> None:
    """One row of the change log for each (id, version, changed values)."""
    changes.append(entry.session, [note(entry, kind, id, version, changed) for id, version, changed in written])


def note(entry: Entry, kind: str, id: int, version: int, changed: dict[str, tuple[Any, Any]]) -> Change:
    """The line of the change log of one record."""
    return Change(
        kind=kind,
        entity=entry.shape.number,
        record=id,
        version=version,
        actor=entry.by,
        cause=entry.cause,
        batch=entry.batch,
        at=entry.session.now,
        body=plain_body(entry, changed) if changed else {},
    )


@contextmanager
def told_in_words(entry: Entry) -> Iterator[None]:
    """Somebody took the value between our look and our write: the base noticed, and the person is told as usual."""
    try:
        yield
    except UniqueTaken as taken:
        raise say_taken(entry.session, entry.actor, taken) from taken


def label_of(entry: Entry) -> Callable[[Draft], str]:
    """How a record of the entity names itself; a record whose formula gives nothing is «№ 17»."""
    node: Node = entry.shape.label

    def label(draft: Draft) -> str:
        said = evaluate(entry, draft, node)
        return str(said)[:LABEL_LENGTH] if said not in (None, "") else f"№ {draft.id}"

    return label


def _label(entry: Entry, drafts: Sequence[Draft]) -> None:
    label = label_of(entry)
    for draft in drafts:
        draft.label = label(draft)


def _rated_again(entry: Entry, draft: Draft, changed: dict[str, tuple[Any, Any]]) -> dict[str, Any]:
    """Money values that did not change but whose rate is of a date that did: their base goes with them."""
    return {
        key: draft.values.get(key)
        for key, one in entry.fields.items()
        if one.type == "money" and one.options.get("rate_on") in changed and draft.values.get(key) is not None
    }


def _check_scope_of_new(entry: Entry, drafts: Sequence[Draft]) -> None:
    """A new record must lie where the actor may add: a manager does not create deals of another department."""
    snapshot, actor, shape = entry.session.snapshot, entry.actor, entry.shape
    allowed = condition(snapshot, actor, shape.key, "add") if drafts else None
    if allowed is None:
        return
    recall_for(entry, drafts, [allowed])
    entry.ground = replace(entry.ground, reach=reach_of(entry.session, actor.employee))
    for draft in drafts:
        if not draft.problems and evaluate(entry, draft, allowed) is not True:
            who = who_may(snapshot, shape, "add", actor)
            place = draft.place.rstrip(".")
            draft.problems.append(DeniedAddRecord(place, entity=shape.title.say(actor.language), who_may=who))


def _check_stage_entered(entry: Entry, drafts: Sequence[Draft]) -> None:
    """A role may let change a record and not let move it to a stage; what a new one may begin with, `add` says."""
    field = entry.shape.by_role("stage")
    if field is None or entry.mode == "inner":
        return
    for draft in drafts:
        stage = entry.shape.stages.get(draft.values.get(field.key) or "")
        if (
            stage
            and draft.moves(field.key)
            and not may_enter(entry.session.snapshot, entry.actor, entry.shape, stage.key)
        ):
            who = who_may_enter(entry.session.snapshot, entry.actor, entry.shape, stage.key)
            place = f"{draft.place}values.{field.key}"
            draft.problems.append(DeniedStage(place, stage=stage.title.say(entry.actor.language), who_may=who))


def _go_on(entry: Entry, drafts: Sequence[Draft]) -> None:
    recompute.written(entry, drafts)
    attach_files(entry, drafts)
    for trait in traits_of(entry):
        if trait.after:
            trait.after(entry, drafts)
