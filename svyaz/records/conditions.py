"""Fields of a card that are seen, must be filled or may not be changed by a formula, asked while a record is written.

visible    of the record as it will be: what is not seen keeps its value, and is not asked for
required   of the record as it will be; asked where this write brings it about or empties the field: a condition
           made yesterday must not forbid correcting a phone today
read_only  of the record as it stands; of a new one, as it would be without the field itself
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from svyaz.access.paths import paths_of
from svyaz.expression.say import show_titles, to_text
from svyaz.expression.tree import Node
from svyaz.kernel.problem import Problem
from svyaz.records.draft import Draft
from svyaz.records.entry import Entry, say
from svyaz.records.formulas import evaluate
from svyaz.records.problems import FieldLocked, FieldLockedNow, FieldRequired
from svyaz.records.rates import fill_bases
from svyaz.records.reader_scope import ReaderScope
from svyaz.schema.scope import EntityScope
from svyaz.schema.snapshot import Conditions, Field

EMPTY = (None, ())
State = Mapping[str, list[str]]
NO_STATE: State = {"hidden": [], "required": [], "read_only": [], "buttons": []}


def nodes_of(entry: Entry) -> list[Node]:
    """What a write will evaluate, for looking linked records up at once."""
    found = []
    for one in entry.shape.form.conditions.values() if entry.checks else ():
        found += [node for node in (one.visible, one.required, one.read_only) if node is not None]
    return found


def conditional(entry: Entry) -> Iterator[tuple[Field, Conditions]]:
    for key, one in entry.shape.form.conditions.items():
        if key in entry.fields:
            yield entry.fields[key], one


def keys_of_state(entry: Entry) -> list[str] | None:
    """Own fields that the conditions read: all that a card being opened must look at again; None: the whole record,
    for a sum of money is taken by the rate of the record's day."""
    nodes = [
        node
        for one in entry.shape.form.conditions.values()
        for node in (one.visible, one.required, one.read_only)
        if node is not None
    ]
    nodes += entry.shape.form.pressed_if.values()
    keys = {keys[0] for node in nodes for keys in paths_of(node)} & entry.fields.keys()
    return None if any(entry.fields[key].type == "money" for key in keys) else sorted(keys)


def check_conditions(entry: Entry, draft: Draft) -> list[Problem]:
    """What the conditions refuse in a draft whose every value is known."""
    if not entry.checks or not entry.shape.form.conditions:
        return []
    told: list[Problem] = []
    before = _before(entry, draft)
    for field, one in conditional(entry):
        key, place = field.key, f"{draft.place}values.{field.key}"
        if one.read_only is not None and _touched(draft, key) and _locked(entry, draft, before, key, one.read_only):
            told.append(_refusal(entry, field, place, one.read_only))
        elif one.required is not None and _missing(entry, draft, key, one.required):
            if before is None or not _missing(entry, before, key, one.required):
                told.append(FieldRequired(place, field=say(field, entry)))
    return told


def state_of(entry: Entry, draft: Draft) -> State:
    """Which fields of the card the reader does not see now, must fill in, may not change; and buttons that it has not."""
    if not entry.shape.form.depends:
        return NO_STATE
    fill_bases(entry, draft)
    before = _before(entry, draft)
    found: dict[str, list[str]] = {name: [] for name in NO_STATE}
    for key, one in entry.shape.form.conditions.items():
        if entry.rights.get(key, "hidden") == "hidden":
            continue
        if one.visible is not None and evaluate(entry, draft, one.visible) is not True:
            found["hidden"].append(key)
        if one.required is not None and evaluate(entry, draft, one.required) is True:
            found["required"].append(key)
        if one.read_only is not None and _locked(entry, draft, before, key, one.read_only):
            found["read_only"].append(key)
    found["buttons"] = [key for key in entry.shape.form.pressed_if if not may_be_pressed(entry, draft, key)]
    return found


def may_be_pressed(entry: Entry, draft: Draft, button: str) -> bool:
    """Whether the card of the record has this button now; the sums of the draft are filled in."""
    node = entry.shape.form.pressed_if.get(button)
    return node is None or evaluate(entry, draft, node) is True


def _missing(entry: Entry, draft: Draft, key: str, node: Node) -> bool:
    return draft.values.get(key) in EMPTY and evaluate(entry, draft, node) is True


def _touched(draft: Draft, key: str) -> bool:
    """Whether the caller gives the field another value than it has; a default is nobody's change."""
    if key not in draft.given:
        return False
    if draft.stored is not None:
        return bool(draft.given[key] != draft.stored.values.get(key))
    return draft.given[key] not in EMPTY


def _locked(entry: Entry, draft: Draft, before: Draft | None, key: str, node: Node) -> bool:
    if before is not None:
        return evaluate(entry, before, node) is True
    several = key in entry.several
    bare = replace(draft, values={**draft.values, key: () if several else None}, base={**draft.base, key: None})
    return evaluate(entry, bare, node) is True


def _before(entry: Entry, draft: Draft) -> Draft | None:
    stored = draft.stored
    if stored is None:
        return None
    found = Draft(draft.place, {}, dict(stored.values), stored, id=stored.id, label=stored.label)
    fill_bases(entry, found)
    return found


def _refusal(entry: Entry, field: Field, place: str, node: Node) -> Problem:
    """With the condition as its author wrote it, by titles; without it to whom it would tell of what he may not read."""
    snapshot, actor, title = entry.session.snapshot, entry.actor, say(field, entry)
    reader = ReaderScope(snapshot, actor, entry.shape.key)
    if any(reader.last_field(keys) is None for keys in paths_of(node)):
        return FieldLockedNow(place, field=title)
    scope = EntityScope(snapshot.entities, entry.shape.key, actor.language)
    return FieldLocked(place, field=title, rule=show_titles(to_text(node), scope))


__all__ = [
    "NO_STATE",
    "State",
    "check_conditions",
    "conditional",
    "keys_of_state",
    "may_be_pressed",
    "nodes_of",
    "state_of",
]
