"""Many new records at once, by columns: the same checks, the same rows, the same log as pipeline, in a tenth of the time.

    examine_rows     every column understood and asked; rows with anything unusual are doubted
    doubted rows     examined one by one by pipeline.examine: wrong ones are told, good ones take their places again
    written          ids, numbers, labels, rows, log, traits: in the order the rows were given

Equal to the slow way by a property test: tests/records/test_many_new.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from svyaz.expression.tree import Call, Node, Path
from svyaz.kernel.problem import Problem
from svyaz.records import recompute
from svyaz.records.draft import Draft
from svyaz.records.entry import Entry
from svyaz.records.examine_rows import examine_rows
from svyaz.records.files import attach_files
from svyaz.records.formulas import evaluate
from svyaz.records.new_rows import NewRows, RowDraft, each_row
from svyaz.records.numbers import give_number_columns
from svyaz.records.pipeline import LABEL_LENGTH, Written, examine, sieve, told_in_words
from svyaz.records.trait import traits_of
from svyaz.schema.depends import graph_of
from svyaz.storage import changes, ids
from svyaz.storage.record_columns import NewColumns, insert_columns

FEWEST = 16  # for fewer records columns cost more than they save


def goes_by_columns(entry: Entry, count: int) -> bool:
    """Whether nothing about the entity must see its records one by one."""
    return (
        count >= FEWEST
        and entry.mode in ("usual", "past")
        and all((not one.before or one.rows_before) and (not one.after or one.rows_after) for one in traits_of(entry))
    )


def create_rows(entry: Entry, rows: NewRows, each: bool, draft: Callable[[int], Draft]) -> Written:
    """Create records by columns; the right to add was asked by the caller.

    draft   the row of a place as write.py makes it, for the doubted
    """
    examine_rows(entry, rows)
    doubted = {at: draft(at) for at in sorted(rows.doubted)}
    problems: dict[int, tuple[Problem, ...]] = {}
    if doubted:
        drafts = list(doubted.values())
        examine(entry, drafts)
        sieve(drafts, each)
        for at, one in doubted.items():
            if one.problems:
                problems[at] = tuple(one.problems)
            else:
                rows.put(entry, at, one)
    places = [at for at in range(rows.count) if at not in problems] if problems else range(rows.count)
    written = rows.keep(places)
    _write(entry, written)
    told: list[int | None] = [None] * rows.count
    for at, id in zip(places, written.ids, strict=True):
        told[at] = id
    if doubted:
        for at, one in doubted.items():
            one.id = told[at] or 0
        attach_files(entry, [one for one in doubted.values() if one.id])
    return Written(told, problems)


def _write(entry: Entry, rows: NewRows) -> None:
    if not rows.count:
        return
    session, shape = entry.session, entry.shape
    rows.ids = ids.take_ids(session, rows.count)
    give_number_columns(entry, rows)
    named = _label(entry, rows)
    created: Any = session.now
    if rows.past is not None:
        created = [(past and past.created_at) or session.now for past in rows.past]
    keyed = {key: rows.keys(entry, key) for key in (*rows.shadows, named) if key}
    with told_in_words(entry):
        insert_columns(
            session,
            shape.key,
            NewColumns(rows.ids, rows.values, rows.base, rows.labels, keyed.get(named), keyed, created, entry.by),
        )
    changes.append_created(session, shape.number, rows.ids, entry.by, entry.cause, entry.batch)
    if shape.key in graph_of(session.snapshot).touched:
        born: Any = [RowDraft(rows, at) for at in range(rows.count)]
        recompute.written(entry, born)
    for trait in traits_of(entry):
        if trait.rows_after:
            trait.rows_after(entry, rows)


def _label(entry: Entry, rows: NewRows) -> str:
    """Fill `rows.labels`; returns the field whose values they are as they stand, so that its keys serve, or ""."""
    node = entry.shape.label
    said, named = _whole(entry, rows, node)
    if said is None:
        said = each_row(rows, lambda one: evaluate(entry, one, node))
    if named and max(map(len, said)) <= LABEL_LENGTH:
        rows.labels = said
        return named
    rows.labels = [
        str(text)[:LABEL_LENGTH] if text not in (None, "") else f"№ {id}"
        for text, id in zip(said, rows.ids, strict=True)
    ]
    return ""


def _whole(entry: Entry, rows: NewRows, node: Node) -> tuple[list[Any] | None, str]:
    """A formula's values as a column when it is a text field, or the first of several that has a value; and the field
    when every row has its value.  (None, ""): it must be asked row by row."""
    if isinstance(node, Path) and len(node.keys) == 1:
        key = node.keys[0]
        if key not in entry.fields or entry.fields[key].type not in ("text", "autonumber"):
            return None, ""
        column = rows.column(key)
        return column, "" if None in column else key
    if isinstance(node, Call) and node.function == "coalesce":
        said, named = _whole(entry, rows, node.arguments[0])
        if named:
            return said, named
    return None, ""
