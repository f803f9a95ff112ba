"""Computed fields as SQL: formulas, look-ups and roll-ups, inside a query or to be kept beside the record.

A roll-up is a sub-select over the living children; a sum that 18 digits do not hold is empty, as anywhere in the
formula language.  Trees of the configuration bring their constants along (Held), so that they may stand in any
statement.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from svyaz.expression.tree import Call, Constant, Node, Path, Type
from svyaz.fields.computed import shown_as
from svyaz.fields.registry import TYPES
from svyaz.kernel.money import exponent
from svyaz.schema.snapshot import Computation, Field
from svyaz.storage.binds import Condition, Held, Sql
from svyaz.storage.pieces import Pieces
from svyaz.storage.scope import Scope, aliased, far_scope, value_at, visible
from svyaz.storage.shape import Hole, shape_of, with_holes

NUMBERS = itertools.count()
HIGH = 10**9


def held(node: Node) -> Node:
    """The tree with its constants inside, in the form that the compiler of formulas takes."""
    constants: list[Any] = []
    shape_of(node, constants)
    holed, _ = with_holes(node)
    assert holed is not None
    return _fill(holed, constants)


def _fill(node: Node, constants: list[Any]) -> Node:
    if isinstance(node, Call):
        return replace(node, arguments=tuple(_fill(one, constants) for one in node.arguments))
    if isinstance(node, Constant) and isinstance(node.value, Hole):
        index: Any = Held(next(NUMBERS), constants[node.value.index])
        return replace(node, value=Hole(index))
    return node


def computed_value(scope: Scope, field: Field) -> Sql:
    """The value of a computed field of the scope's record: what filters and sorts, a number at its result's scale."""
    computed = field.computed
    assert computed is not None
    kind = TYPES[field.type].expression_type(field.options)
    if computed.function:
        return _rollup(scope, computed, kind)
    assert computed.node is not None
    return _scaled(scope, held(computed.node), kind)


def _scaled(scope: Scope, node: Node, kind: Type) -> Sql:
    formulas: Any = scope.making.conditions
    if kind.kind == "number":
        found: Sql = formulas.number(node, scope, kind.scale)
        return found
    value: Sql = formulas.value(node, scope)
    if kind.kind == "text":
        return sa.func.nullif(value, sa.literal_column("''"), type_=sa.Text())
    if kind.kind == "yes_no":
        return sa.func.coalesce(value, sa.false(), type_=sa.Boolean())
    return value


def _rollup(scope: Scope, computed: Computation, kind: Type) -> Sql:
    formulas: Any = scope.making.conditions
    child = far_scope(scope, computed.entity)
    conditions: list[Condition] = [_points_here(scope, child, computed.by), *visible(child)]
    if computed.where is not None:
        conditions.append(formulas.condition(held(computed.where), child))
    if computed.function == "count":
        return _select(child, conditions, sa.func.count(), scope)
    assert computed.node is not None
    if computed.function in ("sum", "avg", "median"):
        return _measured(scope, child, conditions, computed, kind)
    value = _scaled(child, held(computed.node), kind)
    if computed.function in ("min", "max"):
        best: Sql = (sa.func.min if computed.function == "min" else sa.func.max)(value, type_=value.type)
        return _select(child, conditions, best, scope)
    return _at_the_end(scope, child, conditions, computed, value)


def _points_here(scope: Scope, child: Scope, by: str) -> Condition:
    """«the child's link names this record»; of several links any of them."""
    place = child.place(by)
    if place.table is not None:
        alias = scope.making.alias("l")
        row = sa.literal_column(f"{alias}.sv_record", sa.BigInteger())
        named = sa.literal_column(f"{alias}.value", sa.BigInteger())
        inside = sa.select(row).select_from(aliased(place.table, alias)).where(named == scope.id)
        return child.id.in_(inside)
    same: Condition = child.column(place.columns[0].name, "bigint") == scope.id
    of = next((column for column in place.columns if column.part == "ent"), None)
    if of is None:
        return same
    number = sa.literal_column(str(scope.entity.number), sa.BigInteger())
    return sa.and_(same, child.column(of.name, "bigint") == number)


def _select(child: Scope, conditions: list[Condition], value: Sql, scope: Scope) -> Sql:
    """FROM is taken last: paths have joined their tables by now."""
    chosen: Any = sa.select(value).select_from(child.frame.source).where(*conditions)
    found: Sql = chosen.scalar_subquery()
    return found


def _measured(scope: Scope, child: Scope, conditions: list[Condition], computed: Computation, kind: Type) -> Sql:
    formulas: Any = scope.making.conditions
    pieces: Pieces = formulas.pieces
    assert computed.node is not None
    own = computed.node.type.scale
    value = formulas.number(held(computed.node), child, own)
    if computed.function == "median":
        return _median(scope, child, conditions, value, kind.scale - own)
    high, low = pieces.whole_sum(value)
    count: Any = sa.func.count(value)
    rows: Any = (
        sa.select(count.label("n"), high.label("high"), low.label("low"))
        .select_from(child.frame.source)
        .where(*conditions)
        .subquery(scope.making.alias("s"))
    )
    total = _whole(rows.c.high, rows.c.low)
    if computed.function == "sum":
        return sa.select(sa.case((rows.c.n > _number(0), total))).scalar_subquery()
    average = pieces.divide(total, sa.cast(sa.func.nullif(rows.c.n, _number(0)), sa.BigInteger()), kind.scale - own)
    return sa.select(average).scalar_subquery()


def _whole(high: Sql, low: Sql) -> Sql:
    """high · 10^9 + low, empty where 18 digits do not hold it; the parts come from a sum of any length."""
    small = sa.func.coalesce(high, _number(0), type_=sa.BigInteger())
    rest = sa.func.coalesce(low, _number(0), type_=sa.BigInteger())
    carried = small + rest // _number(HIGH)
    fits = sa.and_(carried > _number(-HIGH), carried < _number(HIGH))
    return sa.cast(sa.case((fits, sa.cast(small, sa.BigInteger()) * _number(HIGH) + rest)), sa.BigInteger())


def _median(scope: Scope, child: Scope, conditions: list[Condition], value: Sql, up: int) -> Sql:
    formulas: Any = scope.making.conditions
    place: Any = sa.func.row_number().over(order_by=value)
    number: Any = sa.func.count().over()
    ranked: Any = (
        sa.select(value.label("v"), place.label("place"), number.label("number"))
        .select_from(child.frame.source)
        .where(*conditions, value.is_not(None))
        .subquery(scope.making.alias("m"))
    )
    whole, two = ranked.c, _number(2)
    middle = sa.or_(whole.place == (whole.number + _number(1)) // two, whole.place == (whole.number + two) // two)
    total: Any = sa.cast(sa.func.sum(whole.v), sa.BigInteger())
    count: Any = sa.cast(sa.func.nullif(sa.func.count(), _number(0)), sa.BigInteger())
    average = formulas.pieces.divide(total, count, up)
    return sa.select(average).select_from(ranked).where(middle).scalar_subquery()


def _at_the_end(scope: Scope, child: Scope, conditions: list[Condition], computed: Computation, value: Sql) -> Sql:
    """The value of the first or the last child that has one."""
    path = Path(computed.order) if computed.order else None
    order = value_at(child, path.keys) if path else child.column("sv_created_at", "datetime")
    descending = computed.function == "last"
    first = order.desc() if descending else order.asc()
    second = child.id.desc() if descending else child.id.asc()
    chosen: Any = (
        sa.select(value)
        .select_from(child.frame.source)
        .where(*conditions, value.is_not(None))
        .order_by(first.nulls_last(), second)
        .limit(_number(1))
    )
    found: Sql = chosen.scalar_subquery()
    return found


def _number(value: int) -> Sql:
    return sa.literal_column(str(value), sa.BigInteger())


def money_minor(scope: Scope, field: Field, value: Sql) -> tuple[Sql, Sql, Sql]:
    """Minor units, currency and the sum in the company's currency of a computed sum of money."""
    _, options = shown_as(field.type, field.options)
    currency = options["base"]
    kind = TYPES[field.type].expression_type(field.options)
    formulas: Any = scope.making.conditions
    minor = formulas.pieces.rescale(value, exponent(currency) - kind.scale)
    named = sa.case((minor.is_not(None), sa.literal_column(f"'{currency}'", sa.Text())))
    return minor, named, minor
