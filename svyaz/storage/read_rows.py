"""From selected rows to rows of cells; several values are read by one more query for all of the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from svyaz.expression.ground import Ground
from svyaz.storage.binds import Run, list_value
from svyaz.storage.cells import Columns
from svyaz.storage.compile_query import Asked, PagePlan, rows_plan
from svyaz.storage.query import Keys
from svyaz.storage.session import Row, Session


def rows_of(
    session: Session, asked: Asked, columns: Sequence[Keys], ground: Ground, ids: Sequence[int]
) -> list[list[Any]]:
    """Rows of these records in the order of `ids`; which of them may be seen was decided when ids were found."""
    if not ids:
        return []
    plan = rows_plan(asked, columns)
    run = asked.run(ground, {"ids": list_value(session.dialect, ids)})
    found = {row[0]: row for row in session.fetch(plan.statement.sql, plan.statement.parameters(run))}
    return cells(session, plan, run, [found[id] for id in ids if id in found])


def cells(session: Session, plan: PagePlan, run: Run, found: Sequence[Row]) -> list[list[Any]]:
    """Selected rows as rows of cells."""
    columns = plan.columns
    width = 2 + len(columns.steps)
    if columns.plain:
        if plan.cursor == width and not plan.kinds:
            return [list(row) for row in found]
        return [list(row[:width]) for row in found]
    if not found:
        return []
    several = _several(session, columns, run, found)
    if len(found) == 1:
        return [_one(columns, several, found[0])]
    given = list(zip(*found, strict=True))
    made: list[Iterable[Any]] = [given[0], given[1]]
    for place, (first, size, make, whole) in enumerate(columns.steps):
        parts = given[first + 2 : first + 2 + size]
        if place in several:
            lists = several[place]
            made.append([lists.get(owner, []) for owner in parts[0]])
        elif make is None:
            made.append(parts[0])
        else:
            made.append(map(make, *parts) if whole is None else whole(*parts))
    return list(map(list, zip(*made, strict=True)))


def _one(columns: Columns, several: dict[int, dict[int, list[Any]]], row: Row) -> list[Any]:
    made = [row[0], row[1]]
    for place, (first, size, make, _) in enumerate(columns.steps):
        if place in several:
            made.append(several[place].get(row[first + 2], []))
        else:
            made.append(row[first + 2] if make is None else make(*row[first + 2 : first + 2 + size]))
    return made


def _several(session: Session, columns: Columns, run: Run, found: Sequence[Row]) -> dict[int, dict[int, list[Any]]]:
    """For each column of several values: owner's id -> list of cells.  One query for a column, not for a row, and all
    of them together."""
    asked = []
    for place, (first, queries) in columns.several.items():
        owners = {row[first + 2] for row in found} - {None}
        inner = Run(run.constants, run.ground, {"ids": list_value(session.dialect, owners)})
        asked += [(place, one, one.statement.parameters(inner)) for one in (queries if owners else ())]
    collected: dict[int, dict[int, list[Any]]] = {place: {} for place in columns.several}
    answers = session.fetch_all([(one.statement.sql, given) for _, one, given in asked])
    for (place, query, _), rows in zip(asked, answers, strict=True):
        lists, make, end = collected[place], query.make, 1 + query.width
        for row in rows:
            cell = row[1] if make is None else make(*row[1:end])
            if cell is not None:
                lists.setdefault(row[0], []).append(cell)
    return collected
