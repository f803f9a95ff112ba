"""Operators: what they take, what they give, how mixed kinds are settled."""

from __future__ import annotations

from dataclasses import replace

from svyaz.expression import problems
from svyaz.expression.bringing import Bringing, as_day, instant_literal, kind_of
from svyaz.expression.functions.definition import MOST_SCALE
from svyaz.expression.functions.table import FUNCTIONS
from svyaz.expression.literals import date_of, empty_of, number_literal, text_literal
from svyaz.expression.say import to_text
from svyaz.expression.tree import (
    DATE,
    DATETIME,
    EMPTY,
    INTEGER,
    TEXT,
    UNKNOWN,
    YES_NO,
    Call,
    Constant,
    Node,
    Type,
)

COMPARISONS = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}  # and how each reads backwards
ORDERED = ("number", "text", "date", "datetime")
SHOWN = ("text", "number", "choice", "date", "datetime")
DAYS = Type("number", scale=MOST_SCALE)


class Operators(Bringing):
    def logic(self, call: Call) -> Node:
        return self.built(call, tuple(self.one(argument, YES_NO) for argument in call.arguments), YES_NO)

    def comparison(self, call: Call) -> Node:
        left, right = call.arguments
        if left.type == right.type == EMPTY:
            return Constant(call.function == "=", YES_NO, call.at)
        sides = self.alike(left, right)
        if sides is None:
            return self.wrong(
                call,
                problems.CannotCompare,
                left=to_text(left),
                right=to_text(right),
                left_kind=kind_of(left),
                right_kind=kind_of(right),
            )
        left, right = sides
        function = call.function
        if function not in ("=", "<>") and left.type.kind not in ORDERED:
            return self.wrong(left, problems.NoOrder, kind=left.type.kind)
        if right.type.many and not left.type.many:
            left, right, function = right, left, COMPARISONS[function]
        return self.built(replace(call, function=function), (left, right), YES_NO)

    def belongs(self, call: Call) -> Node:
        """x in (a; b) is x = a or x = b, and is written so when the items do not agree on what x is brought to."""
        left, *items = call.arguments
        equal = [self.comparison(Call("=", (left, item), at=item.at)) for item in items]
        if any(one.type == UNKNOWN for one in equal):
            return replace(call, type=UNKNOWN)
        many = next((item for item in items if item.type.many), None)
        if many is not None:
            return self.wrong(many, problems.WantsOne, kind=many.type.kind)
        sides = [one.arguments for one in equal if isinstance(one, Call) and one.function == "="]
        if len(sides) == len(items) and all(side[0] == sides[0][0] for side in sides):
            return self.built(call, (sides[0][0], *(side[1] for side in sides)), YES_NO)
        return equal[0] if len(equal) == 1 else self.built(replace(call, function="or"), tuple(equal), YES_NO)

    def arithmetic(self, call: Call) -> Node:
        arguments = tuple(empty_of(INTEGER, one.at) if one.type == EMPTY else one for one in call.arguments)
        many = next((one for one in arguments if one.type.many), None)
        if many is not None:
            return self.wrong(many, problems.WantsOne, kind=many.type.kind)
        if call.function == "neg":
            return self.negative(call, arguments[0])
        left, right = (self.day_literal(one, other) for one, other in (arguments, arguments[::-1]))
        if left.type.kind == right.type.kind == "number":
            return self.built(call, (left, right), Type("number", scale=_scale(call.function, left, right)))
        result = self.calendar(call, left, right)
        if result is None:
            facts = {
                "left": to_text(left),
                "right": to_text(right),
                "left_kind": kind_of(left),
                "right_kind": kind_of(right),
            }
            return self.wrong(call, problems.CannotCalculate, sign=call.function, **facts)
        return result

    def negative(self, call: Call, value: Node) -> Node:
        number = number_literal(value)
        if number is not None:
            return Constant(-number if number else number, value.type, call.at)
        return self.built(call, (self.one(value, DAYS),), value.type)

    def calendar(self, call: Call, left: Node, right: Node) -> Node | None:
        kinds = (left.type.kind, right.type.kind)
        if call.function == "+" and kinds[0] == "number":
            left, right, kinds = right, left, kinds[::-1]
        match call.function, kinds:
            case (("+" | "-"), ("date", "number")):
                if right.type.scale:
                    return self.wrong(right, problems.WantsWhole, kind="number")
                return self.built(call, (left, right), DATE)
            case (("+" | "-"), ("datetime", "number")):
                return self.built(call, (left, right), DATETIME)
            case "-", ("date", "date"):
                return self.built(call, (left, right), INTEGER)
            case "-", ("datetime", "datetime"):
                return self.built(call, (left, right), DAYS)
            case "-", ("date", "datetime") | ("datetime", "date"):
                return self.built(call, (as_day(left), as_day(right)), INTEGER)
        return None

    def day_literal(self, node: Node, beside: Node) -> Node:
        written = text_literal(node)
        if written is None or beside.type.kind not in ("date", "datetime"):
            return node
        day = date_of(written)
        if day is not None:
            return Constant(day, DATE, node.at)
        return instant_literal(written, node.at) or node

    def joining(self, call: Call) -> Node:
        if call.function == "concat" and not call.arguments:
            return self.count(call)
        texts = []
        for one in call.arguments:
            if one.type.many or one.type.kind not in (*SHOWN, "empty"):
                problem = problems.WantsOne if one.type.many else problems.WantsShown
                return self.wrong(one, problem, kind=one.type.kind)
            texts.append(self.shown(one))
        return texts[0] if len(texts) == 1 else self.built(replace(call, function="&"), tuple(texts), TEXT)

    def shown(self, node: Node) -> Node:
        if node.type == EMPTY:
            return empty_of(TEXT, node.at)
        return node if node.type.kind == "text" else Call("text", (node,), TEXT, node.at)

    def count(self, call: Call) -> Node:
        return self.wrong(
            call,
            problems.ArgumentCount,
            function=call.function,
            given=len(call.arguments),
            example=FUNCTIONS[call.function].example,
        )


def _scale(sign: str, left: Node, right: Node) -> int:
    one, other = left.type.scale, right.type.scale
    match sign:
        case "*":
            return min(MOST_SCALE, one + other)
        case "/":
            return MOST_SCALE
    return max(one, other)
