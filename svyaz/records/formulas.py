"""What a formula of an entity sees while a record of it is being written: its own new values and far records.

Values here are those of the formula language: money is a Decimal in the company's currency, a phone its
E.164, a link the id.  Far records are read whole: a label or a check is the company's, not the reader's
(the configurator warns when one tells more than its readers may see).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from svyaz.access.paths import paths_of
from svyaz.expression.evaluate import compile_python
from svyaz.expression.tree import Node
from svyaz.fields.registry import TYPES
from svyaz.kernel.money import exponent
from svyaz.kernel.values import Labelled, Lined, Money, Ref
from svyaz.records.draft import Draft
from svyaz.records.entry import Entry, far_label, far_record, recall
from svyaz.schema.snapshot import Entity, Field
from svyaz.storage.record_tables import Stored

Keys = tuple[str, ...]
MOST_COMPILED = 4096
_COMPILED: dict[int, tuple[Node, Any]] = {}


def evaluate(entry: Entry, draft: Draft, node: Node) -> Any:
    # By identity: hashing the tree would cost more than running it.  The node is kept, so its id is not reused.
    known = _COMPILED.get(id(node))
    if known is None or known[0] is not node:
        if len(_COMPILED) > MOST_COMPILED:
            _COMPILED.clear()
        known = _COMPILED[id(node)] = (node, compile_python(node))
    return known[1](lambda keys: _read(entry, draft, keys), entry.ground)


def recall_for(entry: Entry, drafts: Sequence[Draft], nodes: Iterable[Node]) -> None:
    """Fetch in one go what the formulas of these drafts will ask of linked records (the first hop)."""
    for key, whole in far_hops(nodes).items():
        field = entry.shape.by_key[key]
        by_entity: dict[str, list[int]] = {}
        for draft in drafts:
            for entity, id in link_targets(field, _own(entry, draft, field)):
                by_entity.setdefault(entity, []).append(id)
        for entity, ids in by_entity.items():
            recall(entry, entity, ids, whole)


def far_hops(nodes: Iterable[Node]) -> dict[str, bool]:
    """Links that the formulas go through -> whether they read more of the far record than its label."""
    wanted: dict[str, bool] = {}
    for node in nodes:
        for keys in paths_of(node):
            if len(keys) > 1:
                wanted[keys[0]] = wanted.get(keys[0], False) or keys[1:] != ("label",)
    return wanted


def own_keys(shape: Entity, node: Node) -> list[str] | None:
    """The record's own fields that a formula begins from; None when it reads what the engine keeps (id, label…)."""
    keys = sorted({path[0] for path in paths_of(node)})
    return None if any(shape.by_key[key].system for key in keys) else keys


def link_targets(field: Field, value: Any) -> list[tuple[str, int]]:
    """(entity, id) of each record a link value points to; () when the field is not a link."""
    if isinstance(value, Ref):
        return [(value.entity, value.id)]
    if value is None or value == ():
        return []
    to = targets(field)
    if not to:
        return []
    return [(to[0], id) for id in (value if isinstance(value, tuple) else (value,))]


def targets(field: Field) -> tuple[str, ...]:
    """Entities a link field points to; () for a field that is no link or a link to any object."""
    kind = TYPES[field.type].expression_type(field.options)
    return kind.to if kind.kind == "link" else ()


def spoken(value: Any, base: int | None, currency: str) -> Any:
    """A canonical value as the formula language has it.  base: a money's sum in the company's `currency`, minor."""
    if isinstance(value, Money):
        return None if base is None else Decimal(base).scaleb(-exponent(currency))
    if isinstance(value, Ref):
        return value.id
    if isinstance(value, Labelled):
        return value.value
    if isinstance(value, Lined):
        return str(value)
    if isinstance(value, tuple):
        return tuple(spoken(one, None, currency) for one in value)
    return value


def _read(entry: Entry, draft: Draft, keys: Keys) -> Any:
    field = entry.shape.by_key[keys[0]]
    value = draft.values.get(keys[0]) if not field.system else None
    if len(keys) == 1 and (type(value) is str or type(value) is int):
        return value
    value = _own(entry, draft, field)
    if len(keys) > 1:
        return _beyond(entry, field, value, keys[1:])
    return spoken(value, draft.base.get(field.key), entry.session.terms.currency)


def _own(entry: Entry, draft: Draft, field: Field) -> Any:
    if not field.system:
        return draft.values.get(field.key, () if TYPES[field.type].expression_type(field.options).many else None)
    stored = draft.stored
    return {
        "id": draft.id or None,
        "label": draft.label,
        "created_at": stored.created_at if stored else entry.session.now,
        "created_by": stored.created_by if stored else entry.actor.employee,
        "changed_at": entry.session.now,
        "changed_by": entry.actor.employee,
    }[field.key]


def _beyond(entry: Entry, field: Field, value: Any, rest: Keys) -> Any:
    """The far end of a path: one value through one link, a tuple through several."""
    found = [_far(entry, entity, id, rest) for entity, id in link_targets(field, value)]
    if not TYPES[field.type].expression_type(field.options).many:
        return found[0] if found else None
    flat: list[Any] = []
    for one in found:
        flat.extend(one if isinstance(one, tuple) else () if one is None else (one,))
    return tuple(flat)


def _far(entry: Entry, entity: str, id: int, keys: Keys) -> Any:
    if keys == ("label",):
        return far_label(entry, entity, id)
    if keys == ("id",):
        return id
    if keys == ("entity",):
        return entity
    record = far_record(entry, entity, id)
    if record is None:
        return None
    shape: Entity = entry.session.snapshot.entities[entity]
    field = shape.by_key[keys[0]]
    value = _system_value(record, field.key) if field.system else record.values.get(field.key)
    if len(keys) > 1:
        return _beyond(entry, field, value, keys[1:])
    currency = entry.session.terms.currency
    base = value.minor if isinstance(value, Money) and value.currency == currency else None
    return spoken(value, base, currency)


def _system_value(record: Stored, key: str) -> Any:
    return getattr(record, key)
