"""Keep the index up to the change log, a small portion at a time.

A step reads and takes words apart beside the writers, then writes entries and the new position in one short
transaction; if another follower was first, what was prepared is thrown away.  Three kinds of step:

    plan    the configuration or the rules of words have changed: which objects and groups there are
    feed    records that changed after the position
    sweep   records of an object whose plan is new, the newest first: until it has ended, the old are not found

What is deleted or purged leaves, what is restored returns: an entry is what the record says now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from svyaz.access.actor import SYSTEM
from svyaz.expression.tree import INTEGER, YES_NO, Call, Constant, Path
from svyaz.records.read import ground_of
from svyaz.schema.snapshot import Entity, Snapshot
from svyaz.search.groups import LABEL, fields_of, wanted_groups
from svyaz.search.texts import entry_of, kept_texts, words_in, write_body
from svyaz.search.tokens import FORM
from svyaz.storage import changes, record_tables, run_query, search_entries, search_state, search_words
from svyaz.storage.changes import Change
from svyaz.storage.query import Order, Query
from svyaz.storage.search_entries import GROUPS, Entry
from svyaz.storage.search_state import TOP, Plan, State
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company

PORTION = 100  # records of a step: some ten milliseconds of the writer
FEED = 1_000  # changes looked at in a step


@dataclass(slots=True)
class Portion:
    """What one object's part of a step does to the index."""

    entity: int
    out: list[Entry] = field(default_factory=list)
    put: list[Entry] = field(default_factory=list)
    moved: Counter[str] = field(default_factory=Counter)
    forms: dict[str, str] = field(default_factory=dict)
    below: int | None = None
    swept: bool = False


def follow(company: Company) -> bool:
    """One step.  Whether there was anything to do, so that the caller comes again at once."""
    changes.publish(company.database)
    with company.read() as session:
        state = search_state.read_state(session)
        plans = search_state.read_plans(session)
        if state.revision != session.snapshot.revision or state.form != FORM:
            portions, position = None, state.position
        else:
            feed = changes.after(session, state.position, FEED)
            portions, position = _feed(session, plans, feed, state.position)
            if not feed:
                portions = _sweep(session, plans)
                if not portions:
                    return False
    with company.write() as session:
        if portions is None:
            _plan(session, state)
        elif session.snapshot.revision == state.revision:
            _write(session, state, portions, position)
    return True


def catch_up(company: Company, most: int = 100_000) -> int:
    """Steps until there is nothing to do; how many.  For tests and the command line."""
    count = 0
    while count < most and follow(company):
        count += 1
    return count


def _feed(session: Session, plans: dict[int, Plan], feed: Sequence[Change], position: int) -> tuple[list[Portion], int]:
    """The first changes that touch no more than a portion of records, and the position after them."""
    touched: dict[int, dict[int, None]] = {}
    count = 0
    for change in feed:
        plan = plans.get(change.entity)
        if plan is not None and _says_anew(plan, change):
            records = touched.setdefault(change.entity, {})
            if change.record not in records:
                if count == PORTION:
                    break
                count += 1
                records[change.record] = None
        position = change.position or position
    return [_portion(session, plans[entity], list(records)) for entity, records in touched.items()], position


def _says_anew(plan: Plan, change: Change) -> bool:
    """Whether what is found may be otherwise now: a stage moved changes no text."""
    if change.kind != "Changed":
        return True
    fields = {number: kind for group in plan.groups.values() for number, kind in group}
    return LABEL in fields.values() or not fields.keys().isdisjoint(change.body)


def _sweep(session: Session, plans: dict[int, Plan]) -> list[Portion]:
    plan = next((one for one in plans.values() if one.below is not None), None)
    entity = session.snapshot.by_number.get(plan.entity) if plan else None
    if plan is None or entity is None:
        return []
    where = Call("<", (Path(("id",), INTEGER), Constant(plan.below, INTEGER)), YES_NO)
    query = Query(entity.key, (), where, order=(Order(("id",), descending=True),), limit=PORTION)
    page = run_query.page(session, query, ground_of(session, SYSTEM))
    records = [row[0] for row in page.rows]
    portion = _portion(session, plan, records)
    portion.swept = True
    portion.below = records[-1] if page.next else None
    return [portion]


def _portion(session: Session, plan: Plan, records: Sequence[int]) -> Portion:
    """Compare what the index has of these records with what they say now."""
    entity = session.snapshot.by_number[plan.entity]
    before = search_entries.read_bodies(session, plan.entity, records)
    now = _bodies(session, entity, plan, records)
    portion = Portion(plan.entity)
    for id, body in before.items():
        if now.get(id) != body:
            portion.out.append(entry_of(id, body))
            portion.moved.subtract(words_in(body).keys())
    for id, body in now.items():
        if before.get(id) != body:
            portion.put.append(entry_of(id, body))
            words = words_in(body)
            portion.moved.update(words.keys())
            portion.forms.update(words)
    return portion


def _bodies(session: Session, entity: Entity, plan: Plan, records: Sequence[int]) -> dict[int, str]:
    groups = {number: fields_of(entity, group) or [] for number, group in plan.groups.items()}
    keys = [one.key for fields in groups.values() for one in fields if one.key != LABEL]
    made = {}
    for id, stored in record_tables.fetch(session, entity.key, records, keys).items():
        if stored.deleted_at is not None:
            continue
        for number, fields in groups.items():
            body = kept_texts(stored, fields)
            if body:
                made[id * GROUPS + number] = write_body(body)
    return made


def _write(session: Session, state: State, portions: Sequence[Portion], position: int) -> None:
    if not search_state.move_state(session, state, position, state.revision, FORM):
        return
    for one in portions:
        if one.out or one.put:
            search_entries.replace_entries(session, one.entity, one.out, one.put)
            search_words.count_words(session, one.entity, one.moved, one.forms)
        if one.swept:
            search_state.sweep_on(session, one.entity, one.below)


def _plan(session: Session, state: State) -> None:
    """Objects that are new or split otherwise are to be gone through; those that left take their tables along."""
    anew = not state.stamp or state.form != FORM
    position = changes.last_position(session) if anew else state.position
    snapshot: Snapshot = session.snapshot
    if not search_state.move_state(session, state, position, snapshot.revision, FORM):
        return
    plans, wanted = search_state.read_plans(session), wanted_groups(snapshot)
    for entity in plans.keys() - wanted.keys() if not anew else plans.keys():
        search_entries.drop_tables(session, entity)
        search_words.drop_words(session, entity)
        search_state.drop_plan(session, entity)
    for entity, groups in wanted.items():
        plan = None if anew else plans.get(entity)
        if plan is None or plan.free + len(groups) > GROUPS:
            search_entries.create_tables(session, entity)
            search_words.drop_words(session, entity)
            search_state.write_plan(session, Plan(entity, dict(enumerate(groups)), len(groups), TOP))
        elif set(plan.groups.values()) != set(groups):
            search_state.write_plan(session, _replanned(plan, groups))


def _replanned(plan: Plan, groups: Sequence[tuple[tuple[int, str], ...]]) -> Plan:
    """Groups that stay keep their numbers; a number that left is not given again."""
    known = {group: number for number, group in plan.groups.items()}
    kept = {known[group]: group for group in groups if group in known}
    fresh = [group for group in groups if group not in known]
    added = {plan.free + at: group for at, group in enumerate(fresh)}
    return Plan(plan.entity, {**kept, **added}, plan.free + len(fresh), TOP)
