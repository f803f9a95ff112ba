"""Whether a value may stand as an argument of a function, and which form of the function is meant."""

from __future__ import annotations

from collections.abc import Sequence

from svyaz.expression import problems
from svyaz.expression.functions.definition import MOST_SCALE, Argument, Form, Function
from svyaz.expression.literals import date_of, number_literal, text_literal
from svyaz.expression.problems import WrongKind
from svyaz.expression.tree import EMPTY, Constant, Node


def choose_form(function: Function, given: Sequence[Node]) -> Form | None:
    """The first form that takes these arguments; if none does, the first of so many arguments; None: no such number."""
    counted = [form for form in function.forms if form.takes(len(given))]
    fitting = (form for form in counted if not any(map(wrong_kind, given, map(form.argument, range(len(given))))))
    return next(fitting, counted[0] if counted else None)


def wrong_kind(node: Node, argument: Argument | None) -> type[WrongKind] | None:
    """The problem to be told, or None."""
    if argument is None:
        return None
    if argument.several == "must" and not node.type.many:
        return problems.WantsSeveral
    if argument.several == "no" and node.type.many:
        return problems.WantsOne
    if not _kind_fits(node, argument):
        return _wanted(argument)
    if argument.whole and node.type.kind == "number" and node.type.scale:
        return problems.WantsWhole
    if argument.literal and not _written_out(node):
        return problems.WantsLiteral
    return None


def _written_out(node: Node) -> bool:
    """A text, or a number of digits from −6 to 6 (round has the only such argument)."""
    number = number_literal(node)
    return abs(number) <= MOST_SCALE if number is not None else isinstance(node, Constant)


def _kind_fits(node: Node, argument: Argument) -> bool:
    if not argument.kinds or node.type.kind in argument.kinds:
        return True
    if node.type == EMPTY:
        return not argument.literal
    if argument.kinds == ("date",) and not node.type.many:
        written = text_literal(node)
        return node.type.kind == "datetime" or (written is not None and date_of(written) is not None)
    return False


def _wanted(argument: Argument) -> type[WrongKind]:
    if argument.whole:
        return problems.WantsWhole
    if len(argument.kinds) > 1:
        return problems.WantsOrdered if argument.same else problems.WantsShown
    return problems.WANTS[argument.kinds[0]]
