"""What pipeline.examine asks, asked of columns: rows of which anything is not plainly so are doubted.

Rows may depend on one another by unique values alone, so rows with equal ones are doubted together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from svyaz.access.apply import condition
from svyaz.expression.tree import Node
from svyaz.fields.column import ABSENT, accept_all
from svyaz.records.accept import GIVEN_BY_US
from svyaz.records.conditions import conditional, nodes_of
from svyaz.records.entry import TYPES_OF_FILES, Entry, recall
from svyaz.records.formulas import evaluate, far_hops, link_targets, own_keys
from svyaz.records.links import know_links
from svyaz.records.new_rows import NewRows, RowDraft, each_row
from svyaz.records.rates import fill_base_columns
from svyaz.records.trait import traits_of
from svyaz.storage import record_tables
from svyaz.storage.reach import reach_of


def examine_rows(entry: Entry, rows: NewRows) -> None:
    """Understand what was given and ask everything; `rows.values`, `rows.base` and `rows.doubted` are the answer."""
    _accept(entry, rows)
    _defaults(entry, rows)
    for trait in traits_of(entry):
        if trait.rows_before:
            trait.rows_before(entry, rows)
    checks = [one for one in entry.fields.values() if one.check is not None] if entry.checks else []
    said = [one.check for one in checks if one.check is not None]
    _recall(entry, rows, [*said, *nodes_of(entry), entry.shape.label])
    fill_base_columns(entry, rows)
    for key in [one.key for one in entry.fields.values() if one.required and entry.checks]:
        rows.doubt_where(_empty(rows, key))
    for one in checks:
        if one.check is not None:
            _doubt_untrue(entry, rows, one.check)
    if entry.checks:
        _conditions(entry, rows)
    _links(entry, rows)
    for key, field in entry.fields.items():
        if field.type in TYPES_OF_FILES and key in rows.values:
            rows.doubt_where(at for at, value in enumerate(rows.values[key]) if value)
    _scope(entry, rows)
    _unique(entry, rows)


def _accept(entry: Entry, rows: NewRows) -> None:
    session, terms = entry.session, entry.session.terms
    for key, raws in rows.given.items():
        field, right = entry.fields.get(key), entry.rights.get(key, "hidden")
        foreign = field is not None and field.type in GIVEN_BY_US and entry.cause not in ("import", "demo")
        if field is None or right != "edit" or foreign:
            rows.doubt_where(at for at, raw in enumerate(raws) if raw is not ABSENT)
            continue
        name = (session.snapshot.digest, entry.shape.key, key)
        rows.values[key], bad = accept_all(entry.types[key], raws, field.options, terms, name)
        rows.doubt_where(bad)


def _defaults(entry: Entry, rows: NewRows) -> None:
    """A default reads no field, so it is one for all rows."""
    for key, field in entry.fields.items():
        if field.default is None:
            continue
        raws = rows.given.get(key)
        if raws is not None and ABSENT not in raws:
            continue
        blank: Any = RowDraft(NewRows(1, {}))
        said = entry.types[key].accept(evaluate(entry, blank, field.default), field.options, entry.session.terms)
        if raws is None:
            rows.values[key] = [said] * rows.count
            continue
        column = rows.column(key)
        for at, raw in enumerate(raws):
            if raw is ABSENT:
                column[at] = said


def _empty(rows: NewRows, key: str) -> Iterable[int]:
    column = rows.values.get(key)
    if column is None:
        return range(rows.count)
    if None not in column and () not in column:
        return ()
    return [at for at, value in enumerate(column) if value in (None, ())]


def _recall(entry: Entry, rows: NewRows, nodes: Iterable[Node]) -> None:
    """Fetch in one go what formulas will ask of linked records (the first hop)."""
    for key, whole in far_hops(nodes).items():
        by_entity: dict[str, list[int]] = {}
        for value in set(rows.values.get(key, ())):
            for entity, id in link_targets(entry.shape.by_key[key], value):
                by_entity.setdefault(entity, []).append(id)
        for entity, ids in by_entity.items():
            recall(entry, entity, ids, whole)


def _doubt_untrue(entry: Entry, rows: NewRows, node: Node) -> None:
    """A formula over few different values (whose record it is) is asked once for each of them."""
    keys = own_keys(entry.shape, node)
    if keys is None:
        told = each_row(rows, lambda one: evaluate(entry, one, node) is True)
        rows.doubt_where(at for at, good in enumerate(told) if not good)
        return
    columns = [rows.values[key] for key in keys if key in rows.values]
    columns += [rows.base[key] for key in keys if key in rows.base]
    known: dict[Any, bool] = {}
    one: Any = RowDraft(rows)
    for at, seen in enumerate(zip(*columns, strict=True) if columns else [()] * rows.count):
        good = known.get(seen)
        if good is None:
            good = known[seen] = evaluate(entry, one.to(at), node) is True
        if not good:
            rows.doubted.add(at)


def _conditions(entry: Entry, rows: NewRows) -> None:
    """Rows that lack what a condition of the card asks for, or bring what one may make read-only."""
    one: Any = RowDraft(rows)
    for field, asked in conditional(entry):
        required = asked.required
        if required is not None:
            empty = list(_empty(rows, field.key))
            rows.doubt_where(at for at in empty if evaluate(entry, one.to(at), required) is True)
        if asked.read_only is not None:
            rows.doubt_where(at for at, raw in enumerate(rows.given.get(field.key, ())) if raw is not ABSENT)


def _links(entry: Entry, rows: NewRows) -> None:
    pointing: list[tuple[list[Any], dict[Any, list[tuple[str, int]]]]] = []
    wanted: dict[str, list[int]] = {}
    for key in entry.links:
        if key in rows.values:
            field = entry.fields[key]
            to = {value: link_targets(field, value) for value in set(rows.values[key])}
            pointing.append((rows.values[key], to))
            for entity, id in (one for targets in to.values() for one in targets):
                wanted.setdefault(entity, []).append(id)
    know_links(entry, wanted)
    for column, to in pointing:
        unseen = {
            value for value, targets in to.items() if not all(entry.seen_links[entity][id] for entity, id in targets)
        }
        if unseen:
            rows.doubt_where(at for at, value in enumerate(column) if value in unseen)


def _scope(entry: Entry, rows: NewRows) -> None:
    allowed = condition(entry.session.snapshot, entry.actor, entry.shape.key, "add")
    if allowed is None:
        return
    _recall(entry, rows, [allowed])
    entry.ground = replace(entry.ground, reach=reach_of(entry.session, entry.actor.employee))
    _doubt_untrue(entry, rows, allowed)


def _unique(entry: Entry, rows: NewRows) -> None:
    for key, field in entry.fields.items():
        if not field.unique or key not in rows.values:
            continue
        shadows = rows.keys(entry, key)
        different = {one for one in shadows if one is not None}
        if not different:
            continue
        taken = set(record_tables.taken_keys(entry.session, entry.shape.key, key, list(different)))
        if taken or len(different) + shadows.count(None) < rows.count:
            seen: dict[str, int] = {}
            for shadow in shadows:
                if shadow is not None:
                    seen[shadow] = seen.get(shadow, 0) + 1
            rows.doubt_where(
                at for at, one in enumerate(shadows) if one is not None and (one in taken or seen[one] > 1)
            )
