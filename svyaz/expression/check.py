"""Untyped tree → typed tree: names become fields, literals become what they stand beside, every node gets its type.

All problems are told at once, each with its place.  A part that is wrong has type UNKNOWN and whatever is
built on it is not complained of again.

What a typed tree never holds, so that the two compilers need not know of it:
    titles                  Path.keys are keys
    has, concat             written as `=` and `&`
    a type EMPTY            `empty` takes the type of what it stands beside (a formula that is just `empty` apart)
    text beside a choice    the literal is already the key; a link compared with text is a path to its label
    & over not-text         its arguments are texts: text(…) stands round the others
    date beside date-time   date(…) stands round the date-time: they are compared as local days
    many on the right       of `=` `<>` `<` …: the sides are swapped
    an invented date        date(2026, 1, 31), "31.01.2026" beside a date are Constants

Scales of numbers: + - % the larger of the two, * their sum but 6 at most, / 6; min, max, coalesce, if the largest.
"""

from __future__ import annotations

from dataclasses import replace

from svyaz.expression import problems
from svyaz.expression.bringing import as_day, kind_of
from svyaz.expression.calls import Calls
from svyaz.expression.literals import plain_number
from svyaz.expression.parse import parse
from svyaz.expression.problems import near_names
from svyaz.expression.scope import Scope, Slot
from svyaz.expression.tree import EMPTY, TEXT, UNKNOWN, YES_NO, Call, Constant, Node, Path, Type
from svyaz.kernel.problem import raise_all

__all__ = ["Scope", "Slot", "check", "formula"]


def formula(text: str, scope: Scope, expected: Type | None = None) -> Node:
    """Parse and check.  Raises BadFormula, a WrongFormula, or Problems of several."""
    return check(parse(text), scope, expected)


def check(tree: Node, scope: Scope, expected: Type | None = None) -> Node:
    """A typed tree; a typed tree is given back equal.  Raises a WrongFormula or Problems of several.

    expected   the kind the result must be of: a text literal, a number or `empty` is brought to it.  The
               scale is not enforced (whoever keeps the result rounds it); one value will do where several may be.
    """
    checker = _Checker(scope)
    node = checker.node(tree)
    if expected is not None and node.type != UNKNOWN:
        node = checker.wanted(node, expected)
    raise_all(checker.problems)
    return node


class _Checker(Calls):
    def node(self, node: Node) -> Node:
        match node:
            case Constant():
                return _constant(node)
            case Path():
                return self.path(node)
            case Call():
                arguments = tuple(self.node(argument) for argument in node.arguments)
                if any(argument.type == UNKNOWN for argument in arguments):
                    return replace(node, arguments=arguments, type=UNKNOWN)
                return self.call(replace(node, arguments=arguments))
        return node

    def path(self, path: Path) -> Node:
        slot = self.scope.slot(path.keys)
        if slot is None:
            return self.unknown(path)
        return self.of_slot(slot, path.at)

    def unknown(self, path: Path) -> Node:
        known = next(
            (size for size in range(len(path.keys) - 1, 0, -1) if self.scope.slot(path.keys[:size]) is not None), 0
        )
        name = ".".join(path.keys[: known + 1])
        near = near_names(self.scope.suggest(path.keys[0])) if known == 0 else ""
        if near:
            return self.wrong(path, problems.UnknownFieldNear, name=name, near=near)
        return self.wrong(path, problems.UnknownField, name=name)

    def call(self, call: Call) -> Node:
        match call.function:
            case "and" | "or" | "not":
                return self.logic(call)
            case "=" | "<>" | "<" | "<=" | ">" | ">=":
                return self.comparison(call)
            case "in":
                return self.belongs(call)
            case "+" | "-" | "*" | "/" | "%" | "neg":
                return self.arithmetic(call)
            case "&" | "concat":
                return self.joining(call)
            case "if":
                return self.conditional(call)
        return self.function(call)

    def wanted(self, node: Node, expected: Type) -> Node:
        """The result of the whole formula."""
        if node.type.many and not expected.many:
            return self.wrong(node, problems.WantsOne, kind=node.type.kind)
        if expected.kind in ("unknown", "empty"):
            return node
        brought = self.bring(node, Constant(None, expected))
        if brought is None and expected.kind == "date" and node.type.kind == "datetime":
            brought = as_day(node)
        return brought or self.wrong(node, problems.WANTS[expected.kind], kind=kind_of(node))


def _constant(node: Constant) -> Node:
    if node.type != UNKNOWN:
        return node
    value = node.value
    if value is None or value == "":
        return Constant(None, EMPTY, node.at)
    if isinstance(value, bool):
        return Constant(value, YES_NO, node.at)
    if isinstance(value, str):
        return Constant(value, TEXT, node.at)
    number, scale = plain_number(value)
    return Constant(number, Type("number", scale=scale), node.at)
