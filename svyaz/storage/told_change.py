"""One record changed, logged and told as it stands then: on PostgreSQL by one statement, on SQLite by two.

The row comes back from UPDATE … RETURNING with the very columns, labels and condition that a reading of it would
select.  A statement does not see its own work in other rows of its table, so whatever looks there (a record linked to
one of its own object) is not told this way: the caller reads it as usual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from svyaz.expression.ground import Ground
from svyaz.expression.tree import Node
from svyaz.storage import changes
from svyaz.storage.binds import Run
from svyaz.storage.changes import Change
from svyaz.storage.compile_query import PagePlan, ask, told_plan
from svyaz.storage.layout import layout
from svyaz.storage.query import Keys
from svyaz.storage.read_rows import cells
from svyaz.storage.record_rows import Update, shape_of, update_row, update_text
from svyaz.storage.record_tables import unique_taken
from svyaz.storage.session import Row, Session, UniqueViolated


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be told: cells of these columns, if the condition holds for the record as it will be."""

    columns: Sequence[Keys]
    where: Node | None
    far: Mapping[str, Node]
    ground: Ground


@dataclass(frozen=True, slots=True)
class Told:
    """row: as selected, the condition last.  written: what the session had written by then."""

    plan: PagePlan
    run: Run
    row: Row
    written: int


def change_and_tell(
    session: Session, entity: str, change: Update, actor: int | None, note: Change, wanted: Wanted
) -> Told | None:
    """Write a living record that this transaction holds, of the version that was read, and its line of the log.

    None: nothing was done, for it cannot be told in the same breath.  Raises UniqueTaken.
    """
    placed = layout(session.snapshot, entity)
    if change.label is not None or any(placed.fields[key].table for key in change.values if key in placed.fields):
        return None
    asked = ask(session, entity, wanted.where, wanted.far, "all")
    plan = told_plan(asked, wanted.columns)
    if plan is None:
        return None
    keys = tuple(sorted(key for key in change.values if key in placed.fields))
    shape = shape_of(session, entity, keys)
    text = f"{update_text(placed.table, shape.names, False, True)} RETURNING {plan.statement.sql}"
    run = asked.run(wanted.ground)
    given = [*update_row(shape, change, session.put_instant(note.at), actor), *plan.statement.parameters(run)]
    try:
        if session.dialect == "postgresql":
            rows = session.fetch(f"WITH noted AS ({changes.NOTE}) {text}", [*changes.row_of(session, note), *given])
        else:
            rows = session.fetch(text, given)
            session.run(changes.NOTE, changes.row_of(session, note))
    except UniqueViolated as refused:
        raise unique_taken(session, placed, refused, {change.id: change.values}) from refused
    if len(rows) != 1:
        raise RuntimeError("a record moved under the lock of its own transaction")
    changes.tell(session)
    return Told(plan, run, rows[0], session.written)


def told_cells(session: Session, told: Told) -> list[Any] | None:
    """The row as a page has it; None when the condition does not hold."""
    return cells(session, told.plan, told.run, [told.row[:-1]])[0] if told.row[-1] else None
