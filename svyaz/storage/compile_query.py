"""Query → SQL text, once for each shape.

    Asked        a question taken apart: its constants, and its shape, which is the key of the cache
    PagePlan     rows of a list as cells, with the cursor of the last one
    the others   ids, whether one record is there, how many, totals

Everything that differs between two questions of one shape is a parameter; a statement is compiled in
1–3 ms and then costs a look into a dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal as OneOf, TypeVar

import sqlalchemy as sa

from svyaz.expression.ground import Ground
from svyaz.expression.tree import Node
from svyaz.fields.base import ColumnKind
from svyaz.schema.snapshot import Snapshot
from svyaz.storage.arms import add_up, merge, ordinal_order
from svyaz.storage.as_of_names import among_touched, past_table, present_table, untouched
from svyaz.storage.binds import Binds, Condition, Run, Sql, Statement
from svyaz.storage.catalog import indexes_of
from svyaz.storage.cells import Columns, add_column
from svyaz.storage.compile_expression import Formulas
from svyaz.storage.compile_order import SortKey, after, found_keys, order_by, sort_keys
from svyaz.storage.layout import layout
from svyaz.storage.names import quoted
from svyaz.storage.query import Keys, Order
from svyaz.storage.scope import Making, Scope, root_scope
from svyaz.storage.session import Dialect, Session
from svyaz.storage.shape import Known, shape_of, with_holes
from svyaz.storage.statement_cache import CACHE

Kept = OneOf["living", "deleted", "all"]
Arm = OneOf["", "present", "past", "today", "gone"]
Made = TypeVar("Made")


@dataclass(slots=True)
class Asked:
    """A question taken apart."""

    snapshot: Snapshot
    dialect: Dialect
    entity: str
    where: Node | None
    far: Mapping[str, Node]
    kept: Kept
    constants: list[Any]
    shape: Hashable
    covered: frozenset[str] = frozenset()

    def plan(self, key: Hashable, make: Callable[[], Made]) -> Made:
        name = (self.snapshot.digest, self.dialect, self.entity, self.kept, self.shape, self.covered, key)
        return CACHE.get(name, make)

    @property
    def arms(self) -> tuple[Arm, ...]:
        """From which tables the records come: one, or in the past two, each with indexes of its own."""
        return ("present", "past") if self.entity in self.covered else ("",)

    def run(self, ground: Ground, extra: Mapping[str, Any] | None = None) -> Run:
        return Run(self.constants, ground, extra or {})

    def start(self, conditioned: bool = True, arm: Arm = "", whole: bool = False, alias: str = "t") -> Start:
        """A statement to be compiled: its scope, its formulas, its condition (or none).

        arm: "" for all records; of a past: "present", untouched since, and "past", the others as they were; to count:
        "today", all as they are now, and "gone", those of them that were other then.
        whole: see Making.  alias: what the records are called in the statement.
        """
        where, next_hole = with_holes(self.where)
        far = {}
        for entity in sorted(self.far):
            node, next_hole = with_holes(self.far[entity], next_hole)
            if node is not None:
                far[entity] = node
        binds = Binds(self.dialect)
        making = Making(self.snapshot, self.dialect, far, binds, self.covered, whole)
        formulas = Formulas(making)
        placed = layout(self.snapshot, self.entity)
        table = None if not arm else past_table(placed) if arm == "past" else present_table(placed, self.dialect)
        scope = root_scope(making, placed.entity, table, alias)
        conditions: list[Condition] = []
        if arm == "present":
            conditions.append(untouched(placed, scope.id))
        elif arm == "gone":
            conditions.append(among_touched(placed, scope.id))
        if self.kept != "all" and conditioned:
            deleted_at = scope.column("sv_deleted_at", "datetime")
            conditions.append(deleted_at.is_(None) if self.kept == "living" else deleted_at.is_not(None))
        if where is not None and conditioned:
            conditions.append(formulas.condition(where, scope))
        return Start(making, formulas, scope, conditions)


@dataclass(slots=True)
class Start:
    making: Making
    formulas: Formulas
    scope: Scope
    conditions: list[Condition]

    @property
    def binds(self) -> Binds:
        return self.making.binds

    def fresh(self) -> Scope:
        """A scope for a statement beside this one: the reader's conditions hold there too."""
        binds = Binds(self.making.dialect)
        making = Making(self.making.snapshot, self.making.dialect, self.making.far, binds, self.making.covered)
        Formulas(making)
        return root_scope(making, self.scope.entity)

    def select(self, *columns: Sql) -> sa.Select[Any]:
        """FROM is taken last: paths in `columns` have joined their tables by now."""
        select = sa.select(*columns).select_from(self.scope.frame.source).where(*self.conditions)
        if self.making.few and self.scope.frame.table is None:
            # The planner would rather walk an index in the order of the list; by its own key a row is found all the same.
            select = select.with_hint(self.scope.frame.own, "NOT INDEXED", "sqlite")
        return select


def ask(session: Session, entity: str, where: Node | None, far: Mapping[str, Node], kept: Kept) -> Asked:
    constants: list[Any] = []
    shape = (shape_of(where, constants), _remembered(far, constants) if far else ())
    return Asked(session.snapshot, session.dialect, entity, where, far, kept, constants, shape, session.covered)


# The reader's conditions are the same mapping from request to request: its shape is kept by identity.
_SHAPES: dict[int, tuple[Mapping[str, Node], Hashable, tuple[Any, ...]]] = {}
MOST_SHAPES = 10_000


def _remembered(far: Mapping[str, Node], constants: list[Any]) -> Hashable:
    found = _SHAPES.get(id(far))
    if found is None or found[0] is not far:
        own: list[Any] = []
        shape = Known(tuple((key, shape_of(far[key], own)) for key in sorted(far)))
        if len(_SHAPES) >= MOST_SHAPES:
            _SHAPES.clear()
        found = _SHAPES[id(far)] = (far, shape, tuple(own))
    constants.extend(found[2])
    return found[1]


# ------------------------------------------------------------------ pages


@dataclass(frozen=True, slots=True)
class PagePlan:
    """statement: id, version, cells' columns from 2, values of the cursor from `cursor`."""

    statement: Statement
    columns: Columns
    cursor: int
    kinds: tuple[ColumnKind, ...]


def page_plan(
    asked: Asked, columns: Sequence[Keys], order: Sequence[Order], empty: tuple[bool, ...] | None, whole: bool = False
) -> PagePlan:
    """empty: None for the first page, else which values of the cursor are NULL.  whole: everything is read to its end."""

    def make() -> PagePlan:
        statements = []
        for arm in asked.arms:
            start = asked.start(arm=arm, whole=whole)
            scope = start.scope
            keys = sort_keys(scope, order)
            if empty is not None:
                start.conditions.append(after(start.binds, scope, keys, empty))
            if _walks(scope, keys):
                keys = _find_first(start, keys)
                scope = start.scope
            cells = _cells(start, columns)
            place = 2 + len(cells.selects)
            select = start.select(scope.id, _version(scope), *cells.selects, *[key.wire for key in keys])
            select = select.order_by(*order_by(scope, keys)).limit(start.binds.extra("limit", "bigint"))
            statements.append(start.binds.statement(select))
        merged = merge(statements, ordinal_order(keys, place), limit="limit")
        return PagePlan(merged, cells, place, tuple(key.kind for key in keys))

    return asked.plan(("page", tuple(columns), tuple(order), empty, whole), make)


def _walks(scope: Scope, keys: Sequence[SortKey]) -> bool:
    """Whether no index has this order, so that all there is must be looked at before the first row is known."""
    if not keys:
        return False
    placed = layout(scope.making.snapshot, scope.entity.key)
    whole = [one for one in indexes_of(placed).values() if one.table == placed.table and not one.where]
    ordered = {"sv_id", *(one.columns[0] for one in whole)}
    return str(keys[0].sql) not in {f"{scope.alias}.{quoted(name)}" for name in ordered}


def _find_first(start: Start, keys: Sequence[SortKey]) -> list[SortKey]:
    """Ids of the page are found and cut first, and only their rows are read for columns and names: to sort whole rows
    costs more than to look at them.  The statement becomes one over the rows found; its keys are returned."""
    table = start.scope.frame.table
    named = [key.sql.label(f"k{place}") for place, key in enumerate(keys)]
    ids = start.select(start.scope.id.label("id"), *named).order_by(*order_by(start.scope, keys))
    found = ids.limit(start.binds.extra("limit", "bigint")).subquery("p")
    start.scope = root_scope(start.making, start.scope.entity, table)
    start.scope.frame.join(found, sa.literal_column("p.id", sa.BigInteger()) == start.scope.id)
    start.conditions = []
    return found_keys(start.scope, "p", keys)


def rows_plan(asked: Asked, columns: Sequence[Keys]) -> PagePlan:
    """Rows by ids, in no order."""

    def make() -> PagePlan:
        statements = []
        for arm in asked.arms:
            start = asked.start(conditioned=False, arm=arm)
            scope = start.scope
            start.conditions.append(start.binds.among(scope.id, "ids", "bigint"))
            cells = _cells(start, columns)
            select = start.select(scope.id, _version(scope), *cells.selects)
            statements.append(start.binds.statement(select))
        return PagePlan(merge(statements), cells, 2 + len(cells.selects), ())

    return asked.plan(("rows", tuple(columns)), make)


def one_plan(asked: Asked, columns: Sequence[Keys]) -> PagePlan:
    """The row of one record, `id`, if the condition holds for it."""

    def make() -> PagePlan:
        statements = []
        for arm in asked.arms:
            start = asked.start(arm=arm)
            scope = start.scope
            start.conditions.insert(0, scope.id == start.binds.extra("id", "bigint"))
            cells = _cells(start, columns)
            select = start.select(scope.id, _version(scope), *cells.selects)
            statements.append(start.binds.statement(select))
        return PagePlan(merge(statements), cells, 2 + len(cells.selects), ())

    return asked.plan(("one", tuple(columns)), make)


def told_plan(asked: Asked, columns: Sequence[Keys]) -> PagePlan | None:
    """What stands after RETURNING of a record's own UPDATE: its row as a page has it, and whether the condition holds.

    None where that would look into the table itself: a statement sees the other rows, and this one through a link, as
    they were before it.
    """

    def make() -> tuple[PagePlan | None]:
        placed = layout(asked.snapshot, asked.entity)
        start = asked.start(alias=quoted(placed.table))  # SQLite knows no other name of it there
        made = _cells(start, columns)
        holds = sa.case((sa.and_(sa.true(), *start.conditions), sa.literal_column("1")))
        statement = start.binds.statement(sa.select(start.scope.id, _version(start.scope), *made.selects, holds))
        if isinstance(start.scope.frame.source, sa.Join) or re.search(
            rf'(FROM|JOIN) "?{placed.table}\b', statement.sql
        ):
            return (None,)
        told = Statement(statement.sql.removeprefix("SELECT "), statement.takes)
        return (PagePlan(told, made, 2 + len(made.selects), ()),)

    return asked.plan(("told", tuple(columns)), make)[0]


def _cells(start: Start, columns: Sequence[Keys]) -> Columns:
    cells = Columns()
    for keys in columns:
        add_column(cells, start.scope, keys, start.fresh)
    return cells


def _version(scope: Scope) -> Sql:
    return scope.column("sv_version", "bigint")


# ------------------------------------------------------------------ ids and counts


@dataclass(frozen=True, slots=True)
class IdsPlan:
    """statement: ids, and after each the values of its cursor when it is limited."""

    statement: Statement
    kinds: tuple[ColumnKind, ...]


def ids_plan(asked: Asked, order: Sequence[Order], limited: bool, by_index: bool = False) -> IdsPlan:
    """by_index: so many are passed over that what only an index tells of them is asked, where it can be."""

    def make() -> IdsPlan:
        statements = []
        for arm in asked.arms:
            start = asked.start(arm=arm)
            keys = sort_keys(start.scope, order)
            if by_index and _all_that_live(asked) and not _walks(start.scope, keys):
                start.conditions[:] = [start.scope.id.not_in(_in_trash(start.scope))]
            wires = [key.wire for key in keys] if limited or arm else []
            select = start.select(start.scope.id, *wires).order_by(*order_by(start.scope, keys))
            if limited and arm:
                select = select.limit(start.binds.extra("reach", "bigint"))
            elif limited:
                select = select.limit(start.binds.extra("limit", "bigint"))
                select = select.offset(start.binds.extra("offset", "bigint"))
            statements.append(start.binds.statement(select))
        limit, offset = ("limit", "offset") if limited else ("", "")
        merged = merge(statements, ordinal_order(keys, 1), limit, offset)
        return IdsPlan(merged, tuple(key.kind for key in keys))

    return asked.plan(("ids", tuple(order), limited, by_index), make)


def _all_that_live(asked: Asked) -> bool:
    """Whether SQLite is asked of every record but those in the trash, as the base is now.

    An index does not know what lies in the trash, so each row that is passed over or counted would be read from the
    table; the trash is small and has an index of its own.  PostgreSQL sorts keys alone by itself, and would look into
    a trash that does not fit its memory again and again.
    """
    return asked.dialect == "sqlite" and asked.where is None and asked.kept == "living" and asked.arms == ("",)


def _in_trash(scope: Scope) -> sa.Select[Any]:
    """Ids, from the index of what lies there."""
    table = sa.table(
        layout(scope.making.snapshot, scope.entity.key).table, sa.column("sv_id"), sa.column("sv_deleted_at")
    )
    trash = table.alias("trash")
    return sa.select(trash.c.sv_id).where(trash.c.sv_deleted_at.is_not(None))


def exists_plan(asked: Asked) -> Statement:
    def make() -> Statement:
        statements = []
        for arm in asked.arms:
            start = asked.start(arm=arm)
            start.conditions.insert(0, start.scope.id == start.binds.extra("id", "bigint"))
            statements.append(start.binds.statement(start.select(sa.literal_column("1"))))
        return merge(statements)

    return asked.plan("exists", make)


def count_plan(asked: Asked, capped: bool) -> Statement:
    def make() -> Statement:
        statements = []
        if not capped and _all_that_live(asked):
            every, trash = asked.start(conditioned=False), asked.start(conditioned=False)
            trash.conditions.append(trash.scope.column("sv_deleted_at", "datetime").is_not(None))
            told = [one.binds.statement(one.select(sa.func.count())) for one in (every, trash)]
            return add_up(told, "+-")
        arms: tuple[Arm, ...] = (
            ("today", "gone", "past") if asked.entity in asked.covered and not capped else asked.arms
        )
        for arm in arms:
            start = asked.start(arm=arm)
            if not capped:
                statements.append(start.binds.statement(start.select(sa.func.count())))
                continue
            some = start.select(sa.literal_column("1")).limit(start.binds.extra("limit", "bigint")).subquery("some")
            statements.append(start.binds.statement(sa.select(sa.func.count()).select_from(some)))
        return add_up(statements, "+-+" if len(arms) == 3 else "++")

    return asked.plan(("count", capped), make)
