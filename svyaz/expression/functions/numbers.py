"""Numbers: exact decimals of at most six digits after the point, rounded half away from zero."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from typing import Any

from svyaz.expression.functions.definition import MOST_SCALE, SPACES, Argument, Form, Function, common, fits
from svyaz.expression.tree import INTEGER, NUMBER, Constant, Node, Type

# 60 digits: the product of two numbers is exact, and a quotient is never rounded twice by accident
# (it would have to lie within 10^-31 of a half).
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
STEPS = tuple(Decimal(1).scaleb(-scale) for scale in range(MOST_SCALE + 1))
NUMERAL = re.compile(r"[+-]?[0-9]{1,20}(?:[.,][0-9]{1,20})?")
ANY_SPACE = re.compile(f"[{SPACES}]")

ONE = Argument(("number",))
ORDERED = Argument(("number", "date", "datetime"), same=True)


def smallest(*given: Any) -> Any:
    """The least of the values that are not empty; empty when all are.  Numbers are first brought to one scale."""
    return min((value for value in given if value is not None), default=None)


def largest(*given: Any) -> Any:
    """The greatest of the values that are not empty; empty when all are.  Numbers are first brought to one scale."""
    return max((value for value in given if value is not None), default=None)


def absolute(value: Any) -> Any:
    """Without its sign."""
    return EXACT.abs(value)


def rounded(value: Any, digits: Any = 0) -> Any:
    """Half away from zero to so many digits after the point, −6 … 6: round(2.5) = 3, round(-2.5) = -3.

    Negative digits round to tens, hundreds…: round(1250; -2) = 1300.  More digits than the number has
    change nothing.  The scale of the result is min(scale of the number, digits), and 0 at least.
    Only a rounding up to tens may not fit.
    """
    places = int(digits)
    if places >= 0:
        return EXACT.quantize(Decimal(value), STEPS[places])
    ten = Decimal(1).scaleb(-places)
    return fits(EXACT.multiply(EXACT.quantize(EXACT.divide(value, ten), STEPS[0]), ten), 0)


def floor(value: Any) -> Any:
    """The nearest whole number that is not greater: floor(-1.2) = -2."""
    return EXACT.create_decimal(value).to_integral_value(ROUND_FLOOR)


def ceil(value: Any) -> Any:
    """The nearest whole number that is not less: ceil(-1.2) = -1."""
    return EXACT.create_decimal(value).to_integral_value(ROUND_CEILING)


def number(text: str) -> Any:
    """A number of scale 6 from a text, empty when it is not one.

    All characters of SPACES are left out wherever they stand; what is left must match NUMERAL: a sign or none,
    1–20 digits 0-9, and perhaps a point or a comma with 1–20 digits.  Rounded half away from zero to
    6 digits; empty when it does not fit.
    """
    bare = ANY_SPACE.sub("", text)
    if not NUMERAL.fullmatch(bare):
        return None
    return fits(EXACT.quantize(Decimal(bare.replace(",", ".")), STEPS[MOST_SCALE]), MOST_SCALE)


def _rounded_type(arguments: tuple[Node, ...]) -> Type:
    """`digits` is a literal, so the scale of the result is known before any record is seen."""
    digits = int(arguments[1].value) if len(arguments) == 2 and isinstance(arguments[1], Constant) else 0
    return Type("number", scale=max(0, min(arguments[0].type.scale, digits)))


FUNCTIONS = (
    Function(
        "min",
        "минимум",
        "минимум([Скидка]; 30)",
        "Наименьшее из заполненных значений: чисел, дат.",
        "The least of the values that are filled in: numbers, dates.",
        (Form((ORDERED,), common, smallest, least=1, repeated=True, strict=False),),
    ),
    Function(
        "max",
        "максимум",
        "максимум([Остаток]; 0)",
        "Наибольшее из заполненных значений: чисел, дат.",
        "The greatest of the values that are filled in: numbers, dates.",
        (Form((ORDERED,), common, largest, least=1, repeated=True, strict=False),),
    ),
    Function(
        "abs",
        "модуль",
        "модуль([План] - [Факт])",
        "Число без знака.",
        "A number without its sign.",
        (Form((ONE,), common, absolute, least=1),),
    ),
    Function(
        "round",
        "округл",
        "округл([Сумма] / 3; 2)",
        "Округление до стольких знаков после точки (без второго значения — до целого); "
        "−2 округляет до сотен. Половина округляется от нуля.",
        "Rounds to so many digits after the point (without the second value, to a whole number); "
        "-2 rounds to hundreds. Halves go away from zero.",
        (Form((ONE, Argument(("number",), whole=True, literal=True)), _rounded_type, rounded, least=1),),
    ),
    Function(
        "floor",
        "вниз",
        "вниз([Часы])",
        "Целое число, не большее данного.",
        "The whole number that is not greater.",
        (Form((ONE,), INTEGER, floor, least=1),),
    ),
    Function(
        "ceil",
        "вверх",
        "вверх([Вес])",
        "Целое число, не меньшее данного.",
        "The whole number that is not less.",
        (Form((ONE,), INTEGER, ceil, least=1),),
    ),
    Function(
        "number",
        "число",
        "число([Код]) + 1",
        "Число из текста; пусто, если в тексте не число. Годится и точка, и запятая.",
        "A number out of a text; empty when the text is not one. Both point and comma will do.",
        (Form((Argument(("text",)),), NUMBER, number, least=1),),
    ),
)
