"""A button of a card that writes into its record: the values are worked out from the record and written as by hand.

There is no right in a button.  Who presses it changes the record himself, field by field, within his own rights; what
he may not read is not worked out for him either.  A variant of the card may not show the button, and it works
all the same for whoever could have typed what it writes.
"""

from __future__ import annotations

from dataclasses import dataclass

from svyaz.access.actor import Actor
from svyaz.access.apply import condition
from svyaz.access.paths import paths_of
from svyaz.kernel.problem import Problem
from svyaz.records.conditions import may_be_pressed
from svyaz.records.denial import explain_no
from svyaz.records.draft import Draft
from svyaz.records.entry import open_entry
from svyaz.records.formulas import evaluate
from svyaz.records.links import seen_ids
from svyaz.records.rates import fill_bases
from svyaz.records.read import RecordView, view_after_write
from svyaz.records.reader_scope import ReaderScope
from svyaz.records.write import RecordChange, change_many
from svyaz.storage import changes, record_tables
from svyaz.storage.session import Session


class ButtonUnknown(Problem):
    """The card has no such button, or it writes nothing.  facts: button"""

    code = "button_unknown"  # facts: button


class ButtonReadsHidden(Problem):
    """What it would write is made of a field that who pressed it may not see.  facts: button"""

    code = "button_reads_hidden"  # facts: button


class ButtonNotNow(Problem):
    """The record is not what the button is for: its card does not show it any more, or not yet.  facts: button"""

    code = "button_not_now"  # facts: button
    status = 409


@dataclass(frozen=True, slots=True)
class Pressed:
    """batch: what takes it back."""

    record: RecordView
    batch: int


def press_button(
    session: Session, actor: Actor, entity: str, id: int, key: str, seen_version: int | None = None
) -> Pressed:
    """Raises ButtonUnknown, ButtonNotNow, ButtonReadsHidden and whatever an ordinary change may, with places "values.<key>"."""
    session.repeats = True
    condition(session.snapshot, actor, entity, "change")
    entry = open_entry(session, actor, entity)
    if id not in seen_ids(entry, entity, [id], "change"):
        raise explain_no(session, actor, entry.shape, id, "change")
    button = entry.shape.form.buttons.get(key)
    if button is None or button.do != "set":
        raise ButtonUnknown(button=key)
    reader = ReaderScope(session.snapshot, actor, entity)
    if any(reader.last_field(keys) is None for node in button.values.values() for keys in paths_of(node)):
        raise ButtonReadsHidden(button=button.title.say(actor.language))
    stored = record_tables.fetch(session, entity, [id])[id]
    draft = Draft("", {}, dict(stored.values), stored, id=id, label=stored.label)
    fill_bases(entry, draft)
    if not may_be_pressed(entry, draft, key):
        raise ButtonNotNow(button=button.title.say(actor.language))
    values = {field: evaluate(entry, draft, node) for field, node in button.values.items()}
    batch = changes.new_batch(session, actor.employee, "person", "button")
    written = change_many(session, actor, entity, [RecordChange(id, values, seen_version)], batch=batch, places=[""])
    return Pressed(view_after_write(session, actor, entity, id, written.blank), batch)
