"""Arithmetic as closures: exact decimals.  The law, the same in SQL:

An empty operand gives empty.
+ -   numbers: both are first brought to the scale of the node (what does not fit there is empty), then exactly
*     exact, then rounded half away from zero to the scale of the node (6 digits at most)
/     rounded half away from zero to 6 digits; by zero: empty
%     floored: the result has the sign of the divisor, −7 % 3 = 2; both first brought to the scale of the
      node; by zero: empty
neg   the opposite
A result that does not fit (|value| ≥ 10^18 / 10^scale) is empty.

date + n, date − n            n days (whole); out of the years 1…9999: empty.  The date is always on the left
date-time + n, − n            n days of 86,400 seconds, rounded half away from zero to a second; as above
date − date                   days, whole
date-time − date-time         days, rounded half away from zero to 6 digits
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from svyaz.expression.compare import Closure, Make, Row
from svyaz.expression.functions.dates import add_days
from svyaz.expression.functions.definition import LIMITS, MOST_SCALE
from svyaz.expression.functions.numbers import EXACT, STEPS
from svyaz.expression.ground import Ground
from svyaz.expression.tree import Call, Constant, Node, Type

ARITHMETIC = ("+", "-", "*", "/", "%", "neg")
DAY_SECONDS = 86_400
MOST_SPAN = Decimal(4_000_000)

Operation = Callable[[Any, Any], Any]


def arithmetic(call: Call, make: Make) -> Closure:
    if call.function == "neg":
        return _negative(make(call.arguments[0]))
    left, right = call.arguments
    one, other = make(left), make(right)
    kinds = left.type.kind, right.type.kind
    if kinds != ("number", "number"):
        return _strict(_calendar(call.function, kinds), one, other)
    if call.function in ("+", "-", "%"):
        one, other = brought(one, left, call.type), brought(other, right, call.type)
    return _numbers(call.function, call.type.scale, one, other, right)


def brought(closure: Closure, node: Node, to: Type) -> Closure:
    """A number brought to a larger scale: empty when 18 digits do not hold it there."""
    if node.type.kind != "number" or node.type.scale == to.scale:
        return closure
    most = LIMITS[to.scale]
    least = -most
    if isinstance(node, Constant):
        value = node.value if node.value is not None and least < node.value < most else None
        return lambda row, ground: value

    def fitting(row: Row, ground: Ground) -> Any:
        value = closure(row, ground)
        return value if value is not None and least < value < most else None

    return fitting


def _numbers(sign: str, scale: int, one: Closure, other: Closure, right: Node) -> Closure:
    """The constant on the right is taken out of the loop: `amount * 0.9` is what formulas are made of."""
    most, operation = LIMITS[scale], _operation(sign, scale)
    least = -most
    if isinstance(right, Constant) and right.value is not None and least < right.value < most:
        by = Decimal(right.value)

        def with_constant(row: Row, ground: Ground) -> Any:
            value = one(row, ground)
            if value is None:
                return None
            result = operation(value, by)
            return result if result is not None and least < result < most else None

        return with_constant

    def with_both(row: Row, ground: Ground) -> Any:
        value, by = one(row, ground), other(row, ground)
        if value is None or by is None:
            return None
        result = operation(value, by)
        return result if result is not None and least < result < most else None

    return with_both


def _operation(sign: str, scale: int) -> Operation:
    match sign:
        case "+":
            return EXACT.add
        case "-":
            return EXACT.subtract
        case "*":
            return _product(scale)
        case "/":
            return _quotient
    return _remainder


def _product(scale: int) -> Operation:
    multiply, quantize, step = EXACT.multiply, EXACT.quantize, STEPS[scale]
    if scale < MOST_SCALE:
        return multiply  # the scale is the sum of both: nothing to round
    return lambda one, other: quantize(multiply(one, other), step)


def _quotient(one: Any, other: Any) -> Any:
    return EXACT.quantize(EXACT.divide(one, other), STEPS[MOST_SCALE]) if other else None


def _remainder(one: Any, other: Any) -> Any:
    if not other:
        return None
    rest = EXACT.remainder(one, other)  # has the sign of `one`
    return EXACT.add(rest, other) if rest and (rest < 0) != (other < 0) else rest


def _negative(closure: Closure) -> Closure:
    def negative(row: Row, ground: Ground) -> Any:
        value = closure(row, ground)
        return EXACT.minus(value) if value is not None else None

    return negative


def _strict(operation: Operation, one: Closure, other: Closure) -> Closure:
    def strict(row: Row, ground: Ground) -> Any:
        value, by = one(row, ground), other(row, ground)
        return operation(value, by) if value is not None and by is not None else None

    return strict


def _calendar(sign: str, kinds: tuple[str, str]) -> Operation:
    match sign, kinds:
        case "+", ("date", "number"):
            return add_days
        case "-", ("date", "number"):
            return lambda day, count: add_days(day, -count)
        case "+", ("datetime", "number"):
            return later
        case "-", ("datetime", "number"):
            return lambda instant, days: later(instant, -days)
        case "-", ("date", "date"):
            return lambda one, other: (one - other).days
    return lambda one, other: EXACT.quantize(EXACT.divide(_seconds(one - other), DAY_SECONDS), STEPS[MOST_SCALE])


def later(instant: datetime, days: Any) -> datetime | None:
    if not -MOST_SPAN < days < MOST_SPAN:
        return None
    try:
        return instant + timedelta(seconds=int(EXACT.quantize(EXACT.multiply(days, DAY_SECONDS), STEPS[0])))
    except OverflowError:
        return None


def _seconds(span: timedelta) -> int:
    return span.days * DAY_SECONDS + span.seconds
