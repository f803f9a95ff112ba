"""Comparisons as closures.  The law, the same in SQL:

=  <>     of one value: empty equals empty and nothing else.  Texts are compared folded (kernel.text.fold)
< <= > >= with an empty side: false.  Texts by folded code points (bytes of UTF-8), numbers exactly
many      on the left.  `=`: any of them; of an empty right side: there are none.  `<>` is not `=`.
          `<` and the like: any of them
in        `x in (a; b)` is `x = a or x = b`
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from svyaz.expression.ground import Ground
from svyaz.expression.tree import Call, Constant, Node, Path
from svyaz.kernel.text import fold

Row = Callable[[tuple[str, ...]], Any]
Closure = Callable[[Row, Ground], Any]
Make = Callable[[Node], Closure]

ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def comparison(call: Call, make: Make) -> Closure:
    left, right = call.arguments
    folded = left.type.kind == "text"
    one, other = side(left, make), side(right, make)
    if call.function in ORDERS:
        order = ORDERS[call.function]
        return _any_ordered(order, one, other) if left.type.many else _ordered(order, one, other, right)
    if left.type.many:
        equal = _any_equal(one, other)
    elif isinstance(left, Path) and not folded and isinstance(right, Constant) and left.type.kind != "link":
        equal = _field_is(left.keys, right.value)
    else:
        equal = _equal(one, other, right)
    return equal if call.function == "=" else negated(equal)


def belongs(call: Call, make: Make) -> Closure:
    left, *items = call.arguments
    one = side(left, make)
    if left.type.many:
        parts = [_any_equal(one, side(item, make)) for item in items]
        return lambda row, ground: any(part(row, ground) for part in parts)
    constants = [item for item in items if isinstance(item, Constant)]
    if len(constants) == len(items):
        values = frozenset(map(_compared, constants))
        return lambda row, ground: one(row, ground) in values
    others = [side(item, make) for item in items]

    def found(row: Row, ground: Ground) -> bool:
        value = one(row, ground)
        return any(other(row, ground) == value for other in others)

    return found


def negated(closure: Closure) -> Closure:
    return lambda row, ground: not closure(row, ground)


def side(node: Node, make: Make) -> Closure:
    """The value as it is compared: texts folded."""
    closure = make(node)
    if node.type.kind != "text":
        return closure
    if isinstance(node, Constant):
        value = _compared(node)
        return lambda row, ground: value
    if node.type.many:
        return lambda row, ground: tuple(fold(one) for one in closure(row, ground))

    def folded(row: Row, ground: Ground) -> Any:
        value = closure(row, ground)
        return fold(value) if value is not None else None

    return folded


def _field_is(keys: tuple[str, ...], value: Any) -> Closure:
    return lambda row, ground: row(keys) == value


def _equal(one: Closure, other: Closure, right: Node) -> Closure:
    if isinstance(right, Constant):
        value = _compared(right)
        return lambda row, ground: one(row, ground) == value
    return lambda row, ground: one(row, ground) == other(row, ground)


def _any_equal(one: Closure, other: Closure) -> Closure:
    def any_equal(row: Row, ground: Ground) -> bool:
        values, value = one(row, ground), other(row, ground)
        return value in values if value is not None else not values

    return any_equal


def _ordered(order: Callable[[Any, Any], bool], one: Closure, other: Closure, right: Node) -> Closure:
    if isinstance(right, Constant) and right.value is not None:
        bound = _compared(right)

        def ordered_to(row: Row, ground: Ground) -> bool:
            value = one(row, ground)
            return value is not None and order(value, bound)

        return ordered_to

    def ordered(row: Row, ground: Ground) -> bool:
        value, bound = one(row, ground), other(row, ground)
        return value is not None and bound is not None and order(value, bound)

    return ordered


def _any_ordered(order: Callable[[Any, Any], bool], one: Closure, other: Closure) -> Closure:
    def any_ordered(row: Row, ground: Ground) -> bool:
        bound = other(row, ground)
        return bound is not None and any(order(value, bound) for value in one(row, ground))

    return any_ordered


def _compared(constant: Constant) -> Any:
    is_text = constant.type.kind == "text" and constant.value is not None
    return fold(constant.value) if is_text else constant.value
