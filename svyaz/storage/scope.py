"""From a path of keys to SQL: far tables are joined once per prefix, living rows the reader may see only.

A Frame is one SELECT in the making; a Scope is one table in it, as an entity.  Links to one entity
are LEFT JOINs of the frame; links to several entities and links to any object are scalar sub-selects
(60 entities would pass the limit of joins of SQLite); several values are EXISTS.

The reader's condition on a far entity stands in the ON, so a hidden record reads as empty.  The
condition has paths of its own, whose hops are conditioned again.  An entity whose rule leads back to
itself would never end: from the second time round its hops are only living.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import sqlalchemy as sa

from svyaz.expression.tree import Node
from svyaz.schema.snapshot import Entity, Field, Snapshot
from svyaz.storage.as_of_names import past_table, present_table, untouched
from svyaz.storage.binds import Binds, Condition, Sql, sql_type
from svyaz.storage.layout import SYSTEM_FIELDS, FieldLayout, layout
from svyaz.storage.names import quoted, rows_column
from svyaz.storage.query import Keys
from svyaz.storage.session import Dialect

TURNS = 2  # how often an entity may stand on the trail before its hops go unconditioned


class Conditions(Protocol):
    """The compiler of formulas, as much as scopes need of it."""

    def condition(self, node: Node, scope: Scope) -> Condition: ...

    def computed(self, scope: Scope, field: Field) -> Sql: ...


@dataclass(slots=True)
class Making:
    """What one compilation shares: parameters, aliases, the reader's conditions (with holes).

    whole   the answer has very many rows: a label is better joined than asked for row by row
    few     records are found by their ids: no other index of the table serves
    """

    snapshot: Snapshot
    dialect: Dialect
    far: Mapping[str, Node]
    binds: Binds
    covered: frozenset[str] = frozenset()
    whole: bool = False
    few: bool = False
    conditions: Conditions = field(init=False)
    taken: int = 0

    def alias(self, letter: str) -> str:
        self.taken += 1
        return f"{letter}{self.taken}"


class Frame:
    """One SELECT: its FROM grows as paths ask for far tables.  table: what it began with in place of the entity's own."""

    def __init__(self, source: sa.FromClause, table: sa.FromClause | None = None) -> None:
        self.own = source
        self.source = source
        self.table = table
        self.hops: dict[tuple[str, str], Scope] = {}

    def join(self, table: sa.FromClause, on: Condition) -> None:
        self.source = self.source.join(table, on)

    def outer_join(self, table: sa.FromClause, on: Condition) -> None:
        self.source = self.source.outerjoin(table, on)


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """A table in a frame.  trail: entities whose conditions are being compiled around it.

    past   of a far table in the past: the alias of the records that were other then.  Of the two at most one is
           joined, so a value is that of whichever is there
    """

    making: Making
    frame: Frame
    alias: str
    entity: Entity
    trail: tuple[str, ...]
    past: str = ""

    def column(self, name: str, kind: Any) -> Sql:
        type_ = sql_type(self.making.dialect, kind)
        own: Sql = sa.literal_column(f"{self.alias}.{quoted(name)}", type_)
        if not self.past:
            return own
        return sa.func.coalesce(sa.literal_column(f"{self.past}.{quoted(name)}", type_), own, type_=type_)

    @property
    def id(self) -> Sql:
        return self.column("sv_id", "bigint")

    def place(self, key: str) -> FieldLayout:
        """Raises KeyError for system fields and for those that keep nothing."""
        return layout(self.making.snapshot, self.entity.key).fields[key]


def aliased(table: str, alias: str) -> sa.FromClause:
    return sa.table(table).alias(alias)


def root_scope(making: Making, entity: Entity, table: sa.FromClause | None = None, alias: str = "t") -> Scope:
    """table: instead of the entity's own."""
    own = aliased(layout(making.snapshot, entity.key).table, alias) if table is None else table.alias(alias)
    return Scope(making, Frame(own, table), alias, entity, (entity.key,))


# ------------------------------------------------------------------ links


def targets_of(scope: Scope, key: str) -> tuple[str, ...]:
    """Entities that the link `key` may lead to; a link to any object leads to every entity."""
    if key in ("created_by", "changed_by", "deleted_by"):
        return ("employee",)
    one = scope.entity.by_key[key]
    return one.targets or tuple(scope.making.snapshot.entities)


def is_many(scope: Scope, key: str) -> bool:
    if key in SYSTEM_FIELDS:
        return False
    place = layout(scope.making.snapshot, scope.entity.key).fields.get(key)
    return place is not None and place.table is not None


def own_value(scope: Scope, key: str) -> Sql:
    """The value column of a field of one value: what filters and sorts."""
    if key in SYSTEM_FIELDS:
        column = SYSTEM_FIELDS[key]
        return scope.column(column.name, column.kind)
    one = scope.entity.by_key[key]
    if is_written_out(one):
        return scope.making.conditions.computed(scope, one)
    value = scope.place(key).value
    if value is None:
        raise KeyError(key)
    return scope.column(value.name, value.kind)


def is_written_out(field: Field) -> bool:
    """Whether the value is an expression of the query: a computed one that depends on today is not kept."""
    return field.computed is not None and field.computed.volatile


def hop(scope: Scope, key: str) -> Scope:
    """The far table of a link to one entity, joined when nobody has asked for it yet."""
    known = scope.frame.hops.get((scope.alias, key))
    if known is None:
        known = join_far(scope, own_value(scope, key), targets_of(scope, key)[0])
        scope.frame.hops[scope.alias, key] = known
    return known


def join_far(scope: Scope, id_: Sql, target: str) -> Scope:
    """LEFT JOIN the living, visible record of `target` with this id.

    In the past two tables are joined by their keys, what was other then and what was not: a table that is a union
    of both would be read whole for each list.
    """
    if target in scope.making.covered:
        entity = scope.making.snapshot.entities[target]
        placed = layout(scope.making.snapshot, target)
        trail = (*scope.trail, target)
        past = Scope(scope.making, scope.frame, scope.making.alias("j"), entity, trail)
        scope.frame.outer_join(past_table(placed).alias(past.alias), sa.and_(past.id == id_, *visible(past)))
        now = Scope(scope.making, scope.frame, scope.making.alias("j"), entity, trail)
        scope.frame.outer_join(
            present_table(placed, scope.making.dialect).alias(now.alias),
            sa.and_(now.id == id_, untouched(placed, now.id), *visible(now)),
        )
        return replace(now, past=past.alias)
    far = far_scope(scope, target, scope.frame)
    scope.frame.outer_join(_table(far), sa.and_(far.id == id_, *visible(far)))
    return far


def far_scope(scope: Scope, target: str, frame: Frame | None = None) -> Scope:
    making = scope.making
    entity = making.snapshot.entities[target]
    alias = making.alias("j")
    own = frame or Frame(aliased(layout(making.snapshot, target).table, alias))
    return Scope(making, own, alias, entity, (*scope.trail, target))


def visible(far: Scope) -> list[Condition]:
    """Living, and within what the reader may see of that entity."""
    living = far.column("sv_deleted_at", "datetime").is_(None)
    rule = far.making.far.get(far.entity.key)
    if rule is None or far.trail.count(far.entity.key) > TURNS:
        return [living]
    # The rule may join tables of its own, which an ON cannot: it is tried without joins first.
    alone = replace(far, frame=Frame(_table(far)))
    condition = far.making.conditions.condition(rule, alone)
    if not alone.frame.hops:
        return [living, condition]
    inner = far_scope(far, far.entity.key)
    inner = Scope(inner.making, inner.frame, inner.alias, inner.entity, far.trail)
    condition = far.making.conditions.condition(rule, inner)
    same: sa.Select[Any] = (
        sa.select(sa.literal_column("1")).select_from(inner.frame.source).where(inner.id == far.id, condition)
    )
    return [living, sa.exists(same)]


def _table(scope: Scope) -> sa.FromClause:
    return aliased(layout(scope.making.snapshot, scope.entity.key).table, scope.alias)


# ------------------------------------------------------------------ paths


def value_at(scope: Scope, keys: Keys) -> Sql:
    """The value at the end of a path without several values on its way."""
    first, rest = keys[0], keys[1:]
    if not rest:
        return (
            entity_of(scope) if first == "entity" and "entity" not in scope.entity.by_key else own_value(scope, first)
        )
    targets = targets_of(scope, first)
    if len(targets) == 1 and "ent" not in _parts(scope, first):
        return value_at(hop(scope, first), rest)
    return spread(scope, first, lambda far: value_at(far, rest) if has(far, rest) else None)


def spread(scope: Scope, key: str, read: Callable[[Scope], Sql | None]) -> Sql:
    """A value of the far record of a link to several entities, or to any: one sub-select for each target."""
    reads = []
    for target in targets_of(scope, key):
        far = far_scope(scope, target)
        value = read(far)
        if value is not None:
            where = sa.and_(far.id == own_value(scope, key), *visible(far))
            select = sa.select(value).select_from(far.frame.source).where(where).scalar_subquery()
            reads.append((scope.making.snapshot.entities[target].number, select))
    if not reads:
        return sa.null()
    entity_column = _parts(scope, key).get("ent")
    if entity_column is None:  # ids are unique in the company: at most one of the tables has it
        return reads[0][1] if len(reads) == 1 else sa.func.coalesce(*[select for _, select in reads])
    number = scope.column(entity_column, "bigint")
    return sa.case(*[(number == sa.literal_column(str(of)), select) for of, select in reads])


def label_at(scope: Scope, key: str) -> Sql:
    """The label of the far record of a link, for a cell.

    A sub-select, unless the far table is joined already: PostgreSQL weighs every join against every other, and a card
    with seven links took 2.4 ms to plan and 0.1 ms to read; sub-selects are planned one by one.  Of two hundred thousand rows each would
    be run for every row, where a join is hashed once: four times the CPU.
    """
    alone = len(targets_of(scope, key)) == 1 and (scope.alias, key) not in scope.frame.hops
    if alone and not scope.making.whole and scope.making.covered.isdisjoint(targets_of(scope, key)):
        return spread(scope, key, lambda far: far.column("sv_label", "text"))
    return value_at(scope, (key, "label"))


def entity_number(scope: Scope, key: str) -> Sql | None:
    """The column of a link to any object that says which entity; None for other fields."""
    name = _parts(scope, key).get("ent")
    return None if name is None else scope.column(name, "bigint")


def _parts(scope: Scope, key: str) -> dict[str, str]:
    if key in SYSTEM_FIELDS:
        return {}
    return {column.part: column.name for column in scope.place(key).columns}


def has(scope: Scope, keys: Keys) -> bool:
    """Whether the entity has such a field (targets of one link need not have the same)."""
    return keys[0] in scope.entity.by_key or keys[0] in SYSTEM_FIELDS or keys[0] == "entity"


def entity_of(scope: Scope) -> Sql:
    """The key of the record's entity, empty where there is no record."""
    return sa.case((scope.id.is_not(None), scope.making.binds.fixed(scope.entity.key, "text")))


# ------------------------------------------------------------------ several values


def many_at(scope: Scope, keys: Keys) -> int | None:
    """How many single hops go before the first field of several values; None when there is none."""
    entity = scope.entity
    snapshot = scope.making.snapshot
    for index, key in enumerate(keys):
        placed = layout(snapshot, entity.key).fields.get(key)
        if placed is not None and placed.table is not None:
            return index
        if index + 1 == len(keys):
            return None
        probe = Scope(scope.making, scope.frame, scope.alias, entity, scope.trail)
        targets = targets_of(probe, key)
        if len(targets) != 1:
            return None
        entity = snapshot.entities[targets[0]]
    return None


@dataclass(frozen=True, slots=True, eq=False)
class Several:
    """The rows of a field of several values, as the start of a SELECT of its own.

    owner   condition that ties the rows to the record they belong to
    scope   the far record of a link, None for other fields
    """

    frame: Frame
    alias: str
    place: FieldLayout
    owner: Sql
    scope: Scope | None

    def column(self, part: str, dialect: Dialect) -> Sql:
        kind = next(column.kind for column in self.place.rows if column.part == part)
        return sa.literal_column(f"{self.alias}.{quoted(rows_column(part))}", sql_type(dialect, kind))


def several(scope: Scope, key: str, target: str | None) -> Several:
    """The rows of a field; with a target, joined to the living, visible records of it that links lead to."""
    making = scope.making
    place = scope.place(key)
    assert place.table is not None
    alias = making.alias("l")
    frame = Frame(aliased(place.table, alias))
    owner = sa.literal_column(f"{alias}.sv_record", sa.BigInteger())
    inside = Scope(making, frame, alias, scope.entity, scope.trail)
    value = sa.literal_column(f"{alias}.value", sa.BigInteger())
    far = join_far(inside, value, target) if target else None
    return Several(frame, alias, place, owner, far)


def some(scope: Scope, keys: Keys, holds: Callable[[Sql], Condition]) -> Condition:
    """EXISTS a value at a path through several values for which `holds` is true."""
    index = many_at(scope, keys)
    if index is None:
        return holds(value_at(scope, keys))
    for key in keys[:index]:
        scope = hop(scope, key)
    key, rest = keys[index], keys[index + 1 :]
    found = []
    for target in targets_of(scope, key) if rest else (None,):
        rows = several(scope, key, target)
        if rows.scope is None:
            inner = holds(rows.column("", scope.making.dialect))
        elif has(rows.scope, rest):
            inner = some(rows.scope, rest, holds)
        else:
            continue
        select: sa.Select[Any] = (
            sa.select(sa.literal_column("1")).select_from(rows.frame.source).where(rows.owner == scope.id, inner)
        )
        found.append(sa.exists(select))
    return sa.or_(sa.false(), *found)


def tally(scope: Scope, keys: Keys) -> Sql:
    """How many values there are at a path through several values; empty ones are not counted."""
    index = many_at(scope, keys)
    if index is None:
        return sa.case((value_at(scope, keys).is_not(None), sa.literal_column("1")), else_=sa.literal_column("0"))
    for key in keys[:index]:
        scope = hop(scope, key)
    key, rest = keys[index], keys[index + 1 :]
    counts: list[Sql] = []
    for target in targets_of(scope, key) if rest else (None,):
        rows = several(scope, key, target)
        number: Sql = sa.func.count()
        if rows.scope is not None:
            if not has(rows.scope, rest):
                continue
            number = sa.func.coalesce(sa.func.sum(tally(rows.scope, rest)), sa.literal_column("0"))
        whole = sa.cast(number, sa.BigInteger())
        counts.append(sa.select(whole).select_from(rows.frame.source).where(rows.owner == scope.id).scalar_subquery())
    return _sum(counts) if counts else sa.literal_column("0")


def _sum(numbers: list[Sql]) -> Sql:
    whole = numbers[0]
    for one in numbers[1:]:
        whole = whole + one
    return whole
