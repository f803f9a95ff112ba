"""What can be wrong with a formula.  Every problem says where: `at`, the offset in the text from 0, and
`position`, the same from 1, for people.

BadFormula   the text is not a formula: parse raises one
WrongFormula  it is one, but not over these fields and types: check raises all of them
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

from svyaz.kernel.problem import Problem


class FormulaProblem(Problem):
    code = "bad_formula"  # facts: at, position

    def __init__(self, at: int = 0, **facts: Any) -> None:
        super().__init__("", at=at, position=at + 1, **facts)


class BadFormula(FormulaProblem):
    """facts of all: at, position, found (what stands there, "" at the end), expected (codes of what may stand)"""

    code = "bad_formula"


class FormulaTooLong(BadFormula):
    code = "formula_too_long"  # facts: length, most


class FormulaTooDeep(BadFormula):
    code = "formula_too_deep"  # facts: most


class FormulaTooLarge(BadFormula):
    code = "formula_too_large"  # facts: most


class FormulaEmpty(BadFormula):
    code = "formula_empty"


class UnknownCharacter(BadFormula):
    code = "formula_unknown_character"  # facts: found


class UnclosedQuote(BadFormula):
    code = "formula_unclosed_quote"  # facts: found


class UnclosedTitle(BadFormula):
    code = "formula_unclosed_title"


class UnclosedBracket(BadFormula):
    """`at` is where it opens."""

    code = "formula_unclosed_bracket"


class EndsEarly(BadFormula):
    code = "formula_ends_early"  # facts: after


class ValueExpected(BadFormula):
    code = "formula_value_expected"  # facts: found


class SignExpected(BadFormula):
    code = "formula_sign_expected"  # facts: found


class BracketExpected(BadFormula):
    code = "formula_bracket_expected"  # facts: found, after


class CommaInNumber(BadFormula):
    code = "formula_comma_in_number"  # facts: found, near


class DoubleEquals(BadFormula):
    code = "formula_double_equals"  # facts: found, near


class NumberTooLong(BadFormula):
    code = "formula_number_too_long"  # facts: found, digits, scale


class UnknownFunction(BadFormula):
    code = "formula_unknown_function"  # facts: name


class UnknownFunctionNear(UnknownFunction):
    code = "formula_unknown_function_near"  # facts: name, near


class WrongFormula(FormulaProblem):
    """facts of all: at, position, source (the part of the formula that is meant)"""

    code = "bad_formula"


class UnknownField(WrongFormula):
    code = "formula_unknown_field"  # facts: name


class UnknownFieldNear(UnknownField):
    code = "formula_unknown_field_near"  # facts: name, near


class UnknownChoice(WrongFormula):
    code = "formula_unknown_choice"  # facts: name, source


class UnknownChoiceNear(UnknownChoice):
    code = "formula_unknown_choice_near"  # facts: name, source, near


class CannotCompare(WrongFormula):
    code = "formula_cannot_compare"  # facts: left, right, left_kind, right_kind


class NoOrder(WrongFormula):
    """Greater and less make no sense for choices, links, yes/no."""

    code = "formula_no_order"  # facts: source, kind


class DifferentKinds(WrongFormula):
    """Values that must come to one type: of if, coalesce, min, max."""

    code = "formula_different_kinds"  # facts: function, left, right, left_kind, right_kind


class CannotCalculate(WrongFormula):
    code = "formula_cannot_calculate"  # facts: sign, left, right, left_kind, right_kind


class ArgumentCount(WrongFormula):
    code = "formula_argument_count"  # facts: function, given, example


class WrongKind(WrongFormula):
    """What is wanted is the code: `formula_wants_<kind>`; facts: source, kind"""


class WantsNumber(WrongKind):
    code = "formula_wants_number"


class WantsWhole(WrongKind):
    code = "formula_wants_whole"


class WantsText(WrongKind):
    code = "formula_wants_text"


class WantsChoice(WrongKind):
    code = "formula_wants_choice"


class WantsYesNo(WrongKind):
    code = "formula_wants_yes_no"


class WantsDate(WrongKind):
    code = "formula_wants_date"


class WantsDatetime(WrongKind):
    code = "formula_wants_datetime"


class WantsLink(WrongKind):
    code = "formula_wants_link"


class WantsSeveral(WrongKind):
    code = "formula_wants_several"


class WantsOne(WrongKind):
    """Many values where one is needed."""

    code = "formula_wants_one"


class WantsShown(WrongKind):
    """What cannot be written as text: a link, yes/no."""

    code = "formula_wants_shown"


class WantsOrdered(WrongKind):
    code = "formula_wants_ordered"


class WantsLiteral(WrongKind):
    code = "formula_wants_literal"


class NoSuchDate(WrongFormula):
    code = "formula_no_such_date"  # facts: source


WANTS: dict[str, type[WrongKind]] = {
    "number": WantsNumber, "text": WantsText, "choice": WantsChoice, "yes_no": WantsYesNo,
    "date": WantsDate, "datetime": WantsDatetime, "link": WantsLink,
}  # fmt: skip


def close(written: str, names: Iterable[str]) -> list[str]:
    """Up to three names like the one written, the nearest first."""
    return difflib.get_close_matches(written, sorted(set(names)), n=3, cutoff=0.65)


def near_names(names: Sequence[str]) -> str:
    """For the fact `near`: «Сумма», «Сумма долга»; "" when nothing is near."""
    return ", ".join(f"«{name}»" for name in names)
