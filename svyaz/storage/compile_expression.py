"""A typed formula as SQL, with the same answers as expression.evaluate: tests compare them on random trees.

`condition` makes a truth value for WHERE, `value` anything else.  Logic is two-valued: empty equals
empty, an order with an empty side is false.  SQL's third value is let through only where it does not
matter (under AND and OR of a WHERE): there `column = ?` can use an index; under NOT it is made false.

Several values: a comparison holds when it holds for any of them (EXISTS).
Text is compared by fold; equality with a constant goes through the shadow key first, which has an index.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeGuard

import sqlalchemy as sa

from svyaz.expression.tree import SHARED, Call, Constant, Node, Path, Reach, Type
from svyaz.kernel.text import sort_key
from svyaz.schema.snapshot import Field
from svyaz.storage import compile_functions
from svyaz.storage.binds import Binds, Condition, Sql, sql_type
from svyaz.storage.computing import computed_value
from svyaz.storage.few import is_among, is_me, opened
from svyaz.storage.layout import SYSTEM_FIELDS
from svyaz.storage.pieces import Pieces
from svyaz.storage.pieces_postgres import PostgresPieces
from svyaz.storage.pieces_sqlite import SqlitePieces
from svyaz.storage.scope import Making, Scope, hop, is_written_out, some, tally, targets_of, value_at
from svyaz.storage.session import Dialect
from svyaz.storage.shape import Hole

PIECES: Mapping[Dialect, Pieces] = {"sqlite": SqlitePieces(), "postgresql": PostgresPieces()}
MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
COMPARISONS = tuple(MIRROR)


class Formulas:
    """Compiles formulas for one statement; the scope says where a path begins."""

    def __init__(self, making: Making) -> None:
        self.making = making
        self.binds: Binds = making.binds
        self.pieces = PIECES[making.dialect]
        making.conditions = self

    def computed(self, scope: Scope, field: Field) -> Sql:
        """The value of a field that nobody fills, written out."""
        return computed_value(scope, field)

    # ------------------------------------------------------------------ truth

    def condition(self, node: Node, scope: Scope, exact: bool = False) -> Condition:
        """exact: never NULL.  Otherwise NULL may stand for false."""
        if isinstance(node, Constant):
            return sa.true() if node.value is True else sa.false()
        if isinstance(node, Reach) and node.scope in SHARED:
            return some(scope, node.path.keys, lambda value: self.pieces.among(value, opened(self.making, node.scope)))
        if isinstance(node, Reach):
            return some(scope, node.path.keys, lambda value: self._within_reach(node.scope, value))
        if isinstance(node, Path):
            if node.type.many:
                return some(scope, node.keys, lambda value: value)
            own = value_at(scope, node.keys)
            return _never_null(own) if exact and len(node.keys) > 1 else own
        if node.function == "and":
            return sa.and_(sa.true(), *[self.condition(one, scope, exact) for one in node.arguments])
        if node.function == "or":
            return sa.or_(sa.false(), *[self.condition(one, scope, exact) for one in node.arguments])
        if node.function == "not":
            return sa.not_(self.condition(node.arguments[0], scope, True))
        if node.function in COMPARISONS:
            left, right = node.arguments
            return self.compare(node.function, left, right, scope, exact)
        if node.function == "in":
            return self._in(node, scope, exact)
        if node.function == "among":
            return is_among(self.making, scope, node)
        found = compile_functions.TRUTHS.get(node.function)
        if found is not None:
            return found(self, node, scope, exact)
        made = self.value(node, scope)
        return _never_null(made) if exact else made

    def _within_reach(self, reach: str, employee: Sql) -> Condition:
        def column(name: str, kind: type[sa.BigInteger] | type[sa.Text]) -> Sql:
            return sa.literal_column(f"r.{name}", kind())

        return sa.exists(
            sa.select(sa.literal_column("1"))
            .select_from(sa.table("sv_reach").alias("r"))
            .where(
                column("reader", sa.BigInteger) == self.binds.ground("me"),
                column("scope", sa.Text) == self.binds.fixed(reach, "text"),
                column("employee", sa.BigInteger) == employee,
            )
        )

    # ------------------------------------------------------------------ comparison

    def compare(self, operator: str, left: Node, right: Node, scope: Scope, exact: bool) -> Condition:
        if operator == "<>":
            return sa.not_(self.compare("=", left, right, scope, True))
        if _is_empty(left):
            left, right, operator = right, left, MIRROR[operator]
        if _is_empty(right):
            return self.empty(left, scope) if operator == "=" else sa.false()
        if left.type.many or right.type.many:
            return self._any(operator, left, right, scope)
        if isinstance(left, Constant) and not isinstance(right, Constant):
            left, right, operator = right, left, MIRROR[operator]
        if left.type.kind == "text" or right.type.kind == "text":
            shadow = self._shadow(left, right, scope) if operator == "=" else None
            if shadow is not None:
                return _never_null(shadow) if exact else shadow
            return self._ordered(operator, self.folded(left, scope), self.folded(right, scope), right, exact)
        if left.type.kind == "number" and _is_hole(right) and left.type.scale > right.type.scale:
            # The constant is brought to the scale of the column, once, and not every value of the column to its own.
            finer = Constant(right.value, replace(right.type, scale=left.type.scale))
            return self._ordered(operator, self.value(left, scope), self._constant(finer), right, exact)
        one, other = self.value(left, scope), self.value(right, scope)
        if left.type.kind == "number":
            return self._numbers(operator, one, left.type.scale, other, right.type.scale, right, exact)
        return self._ordered(operator, one, other, right, exact)

    def empty(self, node: Node, scope: Scope) -> Condition:
        """No value; no values at all."""
        if isinstance(node, Path) and node.type.many:
            return sa.not_(some(scope, node.keys, lambda value: value.is_not(None)))
        return self.value(node, scope).is_(None)

    def _any(self, operator: str, left: Node, right: Node, scope: Scope) -> Condition:
        """Holds for any of several values; on both sides, for any pair."""
        if not left.type.many:
            left, right, operator = right, left, MIRROR[operator]
        assert isinstance(left, Path)
        kind = left.type

        def with_right(value: Sql) -> Condition:
            if right.type.many:
                assert isinstance(right, Path)
                pair: Callable[[Sql], Condition] = lambda other: self._pair(operator, value, kind, other, right.type)  # noqa: E731
                return some(scope, right.keys, pair)
            if right.type.kind == "text":
                return self._pair(operator, self.pieces.fold(value), kind, self.folded(right, scope), right.type, False)
            return self._pair(operator, value, kind, self.value(right, scope), right.type)

        found = some(scope, left.keys, with_right)
        if operator != "=" or isinstance(right, Constant) or right.type.many or is_me(right):
            return found
        return sa.or_(found, sa.and_(self.value(right, scope).is_(None), self.empty(left, scope)))

    def _pair(self, operator: str, one: Sql, kind: Type, other: Sql, other_kind: Type, fold: bool = True) -> Condition:
        """Both sides must be there: an empty far value is not among the several."""
        if kind.kind == "text" and fold:
            one, other = self.pieces.fold(one), self.pieces.fold(other)
        if kind.kind == "number" and kind.scale != other_kind.scale:
            held = self._numbers(operator, one, kind.scale, other, other_kind.scale, Constant(Hole(0)), False)
            return sa.and_(one.is_not(None), other.is_not(None), held)
        return _plain(operator, one, other)

    def _ordered(self, operator: str, one: Sql, other: Sql, right: Node, exact: bool) -> Condition:
        if operator != "=":
            held = _plain(operator, one, other)
            return _never_null(held) if exact else held
        if is_me(right) or (isinstance(right, Constant) and isinstance(right.value, Hole)):
            # Not empty: an index serves `=`.
            held = one == other
            return sa.and_(one.is_not(None), held) if exact else held
        return one.is_not_distinct_from(other)

    def _numbers(
        self, operator: str, one: Sql, scale: int, other: Sql, other_scale: int, right: Node, exact: bool
    ) -> Condition:
        """Numbers of different scales: the finer one is brought down, so nothing overflows and an index serves.

        With d = 10^(difference):  a·d <= b  <=>  a <= floor(b/d);   a·d < b  <=>  a < ceil(b/d).
        """
        if scale == other_scale:
            return self._ordered(operator, one, other, right, exact)
        if scale > other_scale:
            one, other, scale, other_scale = other, one, other_scale, scale
            operator, right = MIRROR[operator], Call("finer", ())
        down = other_scale - scale
        floor = self.pieces.round_down(other, down)
        if operator == "=":
            rest = other % sa.literal_column(str(10**down), sa.BigInteger())
            whole = sa.func.coalesce(rest, sa.literal_column("0"), type_=sa.BigInteger()) == sa.literal_column("0")
            return sa.and_(self._ordered("=", one, floor, right, exact), whole)
        bound = floor if operator in ("<=", ">") else -self.pieces.round_down(-other, down)
        return self._ordered(operator, one, bound, right, exact)

    def _in(self, node: Call, scope: Scope, exact: bool) -> Condition:
        first, rest = node.arguments[0], node.arguments[1:]
        last = rest[-1] if rest else None
        if not (isinstance(last, Constant) and isinstance(last.value, Hole) and last.type.many):
            return sa.or_(sa.false(), *[self.compare("=", first, one, scope, exact) for one in rest])
        index, kind = last.value.index, last.type
        if first.type.many:
            assert isinstance(first, Path)
            return some(scope, first.keys, lambda value: self._listed(value, first.type, index, kind))
        if kind.kind == "text":
            found = self._key_column(first, scope)
            held = self._listed(self.value(first, scope), first.type, index, kind)
            if found is not None:
                held = sa.and_(self.binds.among_constants(found[0], index, "text", 0, found[1]), held)
        else:
            held = self._listed(self.value(first, scope), first.type, index, kind)
        return _never_null(held) if exact else held

    def _listed(self, value: Sql, of: Type, index: int, kind: Type) -> Condition:
        if kind.kind == "text":
            return self.binds.among_constants(self.pieces.fold(value), index, "text", 0, "fold")
        scale = max(of.scale, kind.scale)
        if kind.kind == "number" and of.scale < scale:
            value = self.pieces.rescale(value, scale - of.scale)
        return self.binds.among_constants(value, index, kind.kind, scale)

    # ------------------------------------------------------------------ text

    def folded(self, node: Node, scope: Scope) -> Sql:
        if isinstance(node, Constant) and isinstance(node.value, Hole) and node.type.kind == "text":
            constant = self.binds.constant(node.value.index, "text", 0, "fold")
            # Two constants side by side would be ordered by the database's own collation.
            return constant.collate("C") if self.making.dialect == "postgresql" else constant
        if isinstance(node, Constant) and node.value == "":
            return sa.null()
        return self.pieces.fold(self.value(node, scope))

    def _key_column(self, node: Node, scope: Scope) -> tuple[Sql, str] | None:
        """The shadow key of a text field, if the path leads to one, and the form of a constant beside it."""
        if not isinstance(node, Path) or node.type.many or node.type.kind != "text":
            return None
        for key in node.keys[:-1]:
            if len(targets_of(scope, key)) != 1 or scope.entity.by_key[key].type == "any_link":
                return None
            scope = hop(scope, key)
        last = node.keys[-1]
        if last == "label":
            return scope.column("sv_label__key", "text"), "key"
        if last in SYSTEM_FIELDS or last not in scope.entity.by_key or is_written_out(scope.entity.by_key[last]):
            return None
        place = scope.place(last)
        if place.key is None:
            return None
        # Identifiers (ИНН) are their own keys; other texts go by sort_key.
        sorted_by_key = place.type.key("9", place.field.options) == sort_key("9")
        return scope.column(place.key.name, "text"), "key" if sorted_by_key else ""

    def _shadow(self, left: Node, right: Node, scope: Scope) -> Condition | None:
        """Equality through the key, made exact by fold: keys leave runs of blanks and far tails out."""
        if not (isinstance(right, Constant) and isinstance(right.value, Hole)):
            return None
        found = self._key_column(left, scope)
        if found is None:
            return None
        column, form = found
        key = self.binds.constant(right.value.index, "text", 0, form)
        return sa.and_(column == key, self.folded(left, scope) == self.folded(right, scope))

    # ------------------------------------------------------------------ values

    def value(self, node: Node, scope: Scope) -> Sql:
        """number: whole units of 10^-scale of the node's type; yes_no: a boolean, empty only from a path."""
        if isinstance(node, Constant):
            return self._constant(node)
        if isinstance(node, Path):
            return value_at(scope, node.keys)
        if isinstance(node, Call) and node.function in compile_functions.VALUES:
            return compile_functions.VALUES[node.function](self, node, scope)
        return sa.case((self.condition(node, scope), sa.true()), else_=sa.false())

    def _constant(self, node: Constant) -> Sql:
        value = node.value
        if isinstance(value, Hole):
            return self.binds.constant(value.index, node.type.kind, node.type.scale)
        if value is True or value is False:
            return sa.true() if value else sa.false()
        if node.type.kind in ("empty", "unknown"):
            return sa.null()
        return sa.cast(sa.null(), sql_type(self.making.dialect, node.type.kind))

    def number(self, node: Node, scope: Scope, scale: int) -> Sql:
        """A number brought to a scale; empty when it does not fit there."""
        return self.pieces.rescale(self.value(node, scope), scale - node.type.scale)

    def count(self, node: Node, scope: Scope) -> Sql:
        assert isinstance(node, Path)
        return tally(scope, node.keys)


def _is_hole(node: Node) -> TypeGuard[Constant]:
    return isinstance(node, Constant) and isinstance(node.value, Hole)


def _is_empty(node: Node) -> bool:
    return isinstance(node, Constant) and (node.value is None or node.value == "")


def _never_null(condition: Condition) -> Condition:
    return sa.func.coalesce(condition, sa.false(), type_=sa.Boolean())


def _plain(operator: str, one: Sql, other: Sql) -> Condition:
    if operator == "=":
        return one == other
    if operator == "<>":
        return one != other
    if operator == "<":
        return one < other
    if operator == "<=":
        return one <= other
    return one > other if operator == ">" else one >= other
