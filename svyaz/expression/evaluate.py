"""Typed tree → Python closure.

    run = compile_python(formula("amount * 0.9", scope))
    run(row, ground) → Decimal or None

`row` gives the value of a path by its keys, as fields keep it canonically:
    number      int or Decimal, of at most `scale` digits.  Money: the sum in the company's currency as a Decimal,
                None without a rate (Money itself has no rate in it, so it is refused)
    text, choice  str;  yes_no  bool;  date  date;  datetime  aware, UTC
    link        the record id; a Ref of a link to any object will do as well
    many        any sequence of such values, empties in it are left out; Labelled gives its value
    empty       None, and () or None for many
Far values of a hidden or an absent record are None.

The result has the same forms; numbers are Decimals in value (digits after the point at most `scale`).

Everything is closed over nodes of our own; no text of a user is ever evaluated by Python.  Laws of operators:
compare.py, arithmetic.py and here; of functions: the docstring of each.
    and, or, not    empty is false; the result is never empty
    &               see functions.texts.joined
    Reach           an empty path is false; otherwise Ground.reach(scope, employee); of many, any; no reach: false
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from svyaz.expression.arguments import choose_form
from svyaz.expression.arithmetic import ARITHMETIC, arithmetic, brought
from svyaz.expression.compare import Closure, Row, belongs, comparison, negated
from svyaz.expression.functions.definition import MOST_TEXT, Form
from svyaz.expression.functions.table import FUNCTIONS
from svyaz.expression.functions.texts import number_text
from svyaz.expression.ground import Ground
from svyaz.expression.tree import Call, Constant, Node, Path, Reach
from svyaz.kernel.values import Labelled, Money, Ref


def compile_python(tree: Node) -> Closure:
    """A closure (row, ground) → value.  `tree` must come from check, or be composed of such trees."""
    closure = _make(tree)
    if tree.type.kind != "link" or isinstance(tree, Path):
        return closure
    return lambda row, ground: closure(row, ground) or None  # 0 is me() of nobody


def _make(node: Node) -> Closure:
    if isinstance(node, Path):
        return _path(node)
    if isinstance(node, Constant):
        value = node.value
        return lambda row, ground: value
    if isinstance(node, Reach):
        return _reach(node)
    closure = _call(node)
    if _is_settled(node):
        value = closure(_no_row, NOWHERE)
        return lambda row, ground: value
    return closure


def _call(call: Call) -> Closure:
    match call.function:
        case "and":
            return _all([_make(one) for one in call.arguments])
        case "or":
            return _any([_make(one) for one in call.arguments])
        case "not":
            return negated(_make(call.arguments[0]))
        case "=" | "<>" | "<" | "<=" | ">" | ">=":
            return comparison(call, _make)
        case "in":
            return belongs(call, _make)
        case "&":
            return _joined(call.arguments)
        case "if":
            return _if(call)
        case "coalesce" if len(call.arguments) == 2:
            return _coalesced(*(brought(_make(one), one, call.type) for one in call.arguments))
        case function if function in ARITHMETIC:
            return arithmetic(call, _make)
    form = choose_form(FUNCTIONS[call.function], call.arguments)
    assert form is not None, f"not a typed tree: {call}"
    return _function(call, form)


def _path(path: Path) -> Closure:
    keys, kind, many = path.keys, path.type.kind, path.type.many
    if many:
        return lambda row, ground: tuple(_plain(one) for one in row(keys) or () if one is not None)
    if kind == "link" and len(path.type.to) != 1:
        return lambda row, ground: _plain(row(keys))
    return lambda row, ground: row(keys)


def _plain(value: Any) -> Any:
    if isinstance(value, Labelled):
        return value.value
    if isinstance(value, Ref):
        return value.id
    if isinstance(value, Money):
        raise TypeError("a formula takes money as a number in the company's currency")
    return value


def _all(parts: list[Closure]) -> Closure:
    if len(parts) == 2:
        one, other = parts
        return lambda row, ground: bool(one(row, ground) and other(row, ground))

    return lambda row, ground: all(part(row, ground) for part in parts)


def _any(parts: list[Closure]) -> Closure:
    if len(parts) == 2:
        one, other = parts
        return lambda row, ground: bool(one(row, ground) or other(row, ground))

    return lambda row, ground: any(part(row, ground) for part in parts)


def _joined(given: tuple[Node, ...]) -> Closure:
    parts = [_make(one) for one in given]
    if len(parts) == 3 and isinstance(given[1], Constant):  # surname & " " & name
        one, between, other = parts[0], given[1].value or "", parts[2]
        return lambda row, ground: ((one(row, ground) or "") + between + (other(row, ground) or ""))[:MOST_TEXT] or None
    if len(parts) == 2:
        one, other = parts
        return lambda row, ground: ((one(row, ground) or "") + (other(row, ground) or ""))[:MOST_TEXT] or None
    return lambda row, ground: "".join([part(row, ground) or "" for part in parts])[:MOST_TEXT] or None


def _coalesced(one: Closure, other: Closure) -> Closure:
    def coalesced(row: Row, ground: Ground) -> Any:
        value = one(row, ground)
        return value if value is not None else other(row, ground)

    return coalesced


def _if(call: Call) -> Closure:
    parts = [_make(one) for one in call.arguments]
    values = [brought(_make(one), one, call.type) for one in call.arguments]
    if len(parts) == 3:
        condition, then, otherwise = parts[0], values[1], values[2]
        return lambda row, ground: then(row, ground) if condition(row, ground) else otherwise(row, ground)
    pairs = [(parts[place], values[place + 1]) for place in range(0, len(parts) - 1, 2)]
    last = values[-1] if len(parts) % 2 else None

    def chosen(row: Row, ground: Ground) -> Any:
        for condition, then in pairs:
            if condition(row, ground):
                return then(row, ground)
        return last(row, ground) if last else None

    return chosen


def _reach(node: Reach) -> Closure:
    path, scope, many = _path(node.path), node.scope, node.path.type.many

    def reached(row: Row, ground: Ground) -> bool:
        value = path(row, ground)
        if ground.reach is None or value is None:
            return False
        return any(ground.reach(scope, one) for one in value) if many else ground.reach(scope, value)

    return reached


def _function(call: Call, form: Form) -> Closure:
    """The Python answer with what Form says round it: strictness, ground, any of many, no empty texts."""
    parts = [_make(one) for one in call.arguments]
    if form.arguments and form.arguments[0].same:
        parts = [brought(part, one, call.type) for part, one in zip(parts, call.arguments, strict=True)]
    if call.function == "text" and call.arguments[0].type.kind == "number":
        return _answered(number_text, parts, True, False)
    closure = _answered(form.answer, parts, form.strict, form.ground)
    if (
        form.arguments
        and form.arguments[0].several == "may"
        and form.arguments[0].kinds
        and call.arguments[0].type.many
    ):
        closure = _of_any(form.answer, parts[0], parts[1:])
    return _no_blank(closure) if call.type.kind == "text" else closure


def _answered(answer: Callable[..., Any], parts: list[Closure], strict: bool, grounded: bool) -> Closure:
    if len(parts) == 1 and strict:
        (only,) = parts
        if grounded:

            def told_by_ground(row: Row, ground: Ground) -> Any:
                value = only(row, ground)
                return answer(value, ground) if value is not None else None

            return told_by_ground

        def told(row: Row, ground: Ground) -> Any:
            value = only(row, ground)
            return answer(value) if value is not None else None

        return told

    def called(row: Row, ground: Ground) -> Any:
        given = [part(row, ground) for part in parts]
        if strict and None in given:
            return None
        return answer(*given, ground) if grounded else answer(*given)

    return called


def _of_any(answer: Callable[..., Any], many: Closure, others: list[Closure]) -> Closure:
    def of_any(row: Row, ground: Ground) -> bool:
        rest = [other(row, ground) for other in others]
        return any(answer(value, *rest) for value in many(row, ground))

    return of_any


def _no_blank(closure: Closure) -> Closure:
    return lambda row, ground: closure(row, ground) or None


# ---------------------------------------------------------------- what does not depend on the record

NOWHERE = Ground(None, datetime(2000, 1, 1, tzinfo=UTC))


def _no_row(keys: tuple[str, ...]) -> Any:
    raise AssertionError(f"{keys} in what was thought settled")


def _is_settled(node: Node) -> bool:
    """Neither the record nor the ground is asked: the value is computed once."""
    if isinstance(node, Constant):
        return True
    if not isinstance(node, Call):
        return False
    function = FUNCTIONS.get(node.function)
    if function is not None and any(form.ground for form in function.forms):
        return False
    return all(_is_settled(one) for one in node.arguments)


__all__ = ["Closure", "Row", "compile_python"]
