"""A value declared unique belongs to one living record; who has it is told only to those who may see it."""

from __future__ import annotations

from collections.abc import Sequence

from svyaz.access.actor import Actor
from svyaz.expression.ground import Ground
from svyaz.kernel.problem import Problem
from svyaz.records.cells import seen_labels
from svyaz.records.draft import Draft
from svyaz.records.entry import Entry, far_label, say
from svyaz.records.links import seen_ids
from svyaz.records.problems import ValueTaken, ValueTakenUnseen
from svyaz.storage import record_tables
from svyaz.storage.problems import UniqueTaken
from svyaz.storage.session import Session


def check_unique(entry: Entry, drafts: Sequence[Draft]) -> None:
    """Against the living records and against one another; the first of two equal drafts wins."""
    for key, field in entry.fields.items():
        if not field.unique:
            continue
        kind = entry.types[key]
        keyed = [
            (draft, shadow)
            for draft in drafts
            if draft.moves(key) and (shadow := kind.key(draft.values.get(key), field.options)) is not None
        ]
        if not keyed:
            continue
        mine = [draft.id for draft in drafts if draft.stored]
        # A record of this same call gives its value up only if it takes another one.
        staying = {draft.id for draft in drafts if draft.stored and not draft.moves(key)}
        taken = record_tables.taken_keys(
            entry.session,
            entry.shape.key,
            key,
            [shadow for _, shadow in keyed],
            [id for id in mine if id not in staying],
        )
        seen = seen_ids(entry, entry.shape.key, set(taken.values())) if taken else set()
        first: dict[str, Draft] = {}
        for draft, shadow in keyed:
            holder = taken.get(shadow)
            place = f"{draft.place}values.{key}"
            value = kind.plain(draft.values[key], field.options)
            if holder is not None and holder in seen:
                label = far_label(entry, entry.shape.key, holder)
                draft.problems.append(ValueTaken(place, field=say(field, entry), value=value, record=label, id=holder))
            elif holder is not None:
                draft.problems.append(ValueTakenUnseen(place, field=say(field, entry), value=value))
            elif shadow in first:
                other = first[shadow]
                draft.problems.append(
                    ValueTaken(
                        place, field=say(field, entry), value=value, record=other.label or other.place, id=other.id
                    )
                )
            else:
                first[shadow] = draft


def say_taken(session: Session, actor: Actor, taken: UniqueTaken) -> Problem:
    """Storage's refusal in words that do not tell of a record one may not see."""
    shape = session.snapshot.entities[taken.facts["entity"]]
    one = shape.by_key[taken.facts["field"]]
    facts = {"field": one.title.say(actor.language), "value": taken.facts["value"]}
    holder = taken.facts["id"]
    ground = Ground(actor.employee, session.now, session.snapshot.settings.zone)
    # After PostgreSQL's refusal nothing more can be asked in this transaction, and `holder` is None.
    seen = seen_labels(session, actor, ground, shape.key, [holder]) if holder else {}
    if holder in seen:
        return ValueTaken(f"values.{one.key}", record=seen[holder], id=holder, **facts)
    return ValueTakenUnseen(f"values.{one.key}", **facts)
