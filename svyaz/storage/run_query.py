"""Run a Query: pages, ids, counts.  Everything goes out as JSON-ready cells.

Access is in the query already (records.read puts it there); here nothing is filtered in Python, so
a page of 50 has 50 rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from svyaz.expression.ground import Ground
from svyaz.expression.tree import Node
from svyaz.kernel.unswept import unswept
from svyaz.storage.compile_order import cursor_parameters, mark_of, open_cursor, write_cursor
from svyaz.storage.compile_query import (
    Asked,
    Kept,
    ask,
    count_plan,
    exists_plan,
    ids_plan,
    one_plan,
    page_plan,
)
from svyaz.storage.query import Count, Keys, Page, Query
from svyaz.storage.read_rows import cells, rows_of
from svyaz.storage.run_groups import Group, groups, totals
from svyaz.storage.run_pivot import PivotAnswer, pivot, told_pivot
from svyaz.storage.session import Session

BATCH = 1_000  # rows of one step of an export
EVERY = 2**62
FAR = 10_000  # rows passed over: from here on it pays to know the trash first


def page(session: Session, query: Query, ground: Ground) -> Page:
    """A page of a list: by cursor or from the start in one statement, by offset ids first.

    Page.next is a cursor when there are more rows, else None.  Raises BadCursor, CannotSort.
    """
    asked = _asked(session, query)
    if query.offset:
        return _jump(session, query, asked, ground)
    mark = mark_of(query.entity, query.order)
    values: list[Any] = []
    extra: dict[str, Any] = {"limit": query.limit + 1}
    empty = None
    if query.after is not None:
        values, id = open_cursor(query.after, mark)
        empty = tuple(value is None for value in values)
        kinds = page_plan(asked, query.columns, query.order, None).kinds
        extra |= cursor_parameters(session.dialect, kinds, values, id)
    plan = page_plan(asked, query.columns, query.order, empty)
    run = asked.run(ground, extra)
    found = session.fetch(plan.statement.sql, plan.statement.parameters(run))
    following = None
    if len(found) > query.limit:
        del found[query.limit :]
        last = found[-1] if found else None
        following = write_cursor(mark, last[plan.cursor :], last[0]) if last else None
    return Page(header(query.columns), cells(session, plan, run, found), following)


def one(
    session: Session,
    entity: str,
    id: int,
    columns: Sequence[Keys],
    where: Node | None,
    far: Mapping[str, Node],
    ground: Ground,
    kept: Kept = "all",
) -> list[Any] | None:
    """The row of one record as a page has it; None when it is not there or the condition does not hold for it."""
    asked = ask(session, entity, where, far, kept)
    plan = one_plan(asked, columns)
    run = asked.run(ground, {"id": id})
    found = cells(session, plan, run, session.fetch(plan.statement.sql, plan.statement.parameters(run)))
    return found[0] if found else None


def ids(session: Session, query: Query, ground: Ground) -> list[int]:
    """All ids of the query in its order (columns, limit, offset and cursor are not looked at)."""
    return _ids(session, query, ground)


def exists(
    session: Session,
    entity: str,
    id: int,
    where: Node | None,
    far: Mapping[str, Node],
    ground: Ground,
    kept: Kept = "living",
) -> bool:
    """Whether the record is there and the condition holds for it."""
    asked = ask(session, entity, where, far, kept)
    statement = exists_plan(asked)
    return bool(session.fetch(statement.sql, statement.parameters(asked.run(ground, {"id": id}))))


def count(session: Session, query: Query, ground: Ground, cap: int | None = None) -> Count:
    """How many records; with a cap it stops counting there and says so."""
    asked = _asked(session, query)
    statement = count_plan(asked, cap is not None)
    extra = {} if cap is None else {"limit": cap + 1}
    value = session.fetch(statement.sql, statement.parameters(asked.run(ground, extra)))[0][0]
    return Count(value, False) if cap is None or value <= cap else Count(cap, True)


def stream(session: Session, query: Query, ground: Ground) -> Iterator[list[Any]]:
    """Every row, for exports; in memory are the ids and one batch.

    In the order of ids they come as they lie.  In another order ids come first: a keyset over a sort without an index
    would sort the rest again for each batch, and whole rows would be sorted in memory.
    """
    asked = _asked(session, query)
    if {one.path for one in query.order} <= {("id",)} and len(asked.arms) == 1:
        plan = page_plan(asked, query.columns, query.order, None, whole=True)
        run = asked.run(ground, {"limit": EVERY})
        for found in session.stream(plan.statement.sql, plan.statement.parameters(run), BATCH):
            with unswept():
                made = cells(session, plan, run, found)
            yield from made
        return
    every = _ids(session, query, ground)
    for start in range(0, len(every), BATCH):
        with unswept():
            made = rows_of(session, asked, query.columns, ground, every[start : start + BATCH])
        yield from made


def header(columns: Sequence[Keys]) -> tuple[str, ...]:
    return ("id", "version", *[".".join(keys) for keys in columns])


def _asked(session: Session, query: Query) -> Asked:
    return ask(session, query.entity, query.where, query.far, query.kept)


def _jump(session: Session, query: Query, asked: Asked, ground: Ground) -> Page:
    """By offset: ids of the page first, so that far tables are joined for 50 rows and not for those passed over."""
    statement = ids_plan(asked, query.order, limited=True, by_index=query.offset >= FAR).statement
    limit = query.limit + 1
    run = asked.run(ground, {"limit": limit, "offset": query.offset, "reach": limit + query.offset})
    found = session.fetch(statement.sql, statement.parameters(run))
    following = None
    if len(found) > query.limit:
        del found[query.limit :]
        last = found[-1] if found else None
        following = write_cursor(mark_of(query.entity, query.order), last[1:], last[0]) if last else None
    return Page(
        header(query.columns), rows_of(session, asked, query.columns, ground, [row[0] for row in found]), following
    )


def _ids(session: Session, query: Query, ground: Ground) -> list[int]:
    asked = _asked(session, query)
    statement = ids_plan(asked, query.order, limited=False).statement
    return [row[0] for row in session.fetch(statement.sql, statement.parameters(asked.run(ground)))]


__all__ = [
    "Group",
    "PivotAnswer",
    "count",
    "exists",
    "groups",
    "header",
    "ids",
    "one",
    "page",
    "pivot",
    "stream",
    "told_pivot",
    "totals",
]
