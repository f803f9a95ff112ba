"""Functions: the form that is meant, its arguments brought to it, its result."""

from __future__ import annotations

from dataclasses import replace

from svyaz.expression import problems
from svyaz.expression.arguments import choose_form, wrong_kind
from svyaz.expression.bringing import as_day, instant_literal, kind_of, widest
from svyaz.expression.functions.definition import Argument, Form
from svyaz.expression.functions.table import FUNCTIONS
from svyaz.expression.literals import date_of, number_literal, text_literal
from svyaz.expression.operators import Operators
from svyaz.expression.tree import DATE, DATETIME, EMPTY, UNKNOWN, YES_NO, Call, Constant, Node, Type


class Calls(Operators):
    def conditional(self, call: Call) -> Node:
        if len(call.arguments) < 2:
            return self.count(call)
        last = len(call.arguments) - len(call.arguments) % 2
        conditions = [self.one(one, YES_NO) for one in call.arguments[:last:2]]
        values = [one for place, one in enumerate(call.arguments) if place % 2 or place == last]
        same = self.same(call, values)
        if same is None:
            return Constant(None, UNKNOWN, call.at)
        if same[0].type == EMPTY:
            return Constant(None, EMPTY, call.at)
        mixed: list[Node] = []
        for condition, value in zip(conditions, same, strict=False):
            mixed += (condition, value)
        if len(call.arguments) % 2:
            mixed.append(same[-1])
        return self.built(call, tuple(mixed), widest(same))

    def function(self, call: Call) -> Node:
        function = FUNCTIONS[call.function]
        literal = self.written_date(call)
        if literal is not None:
            return literal
        form = choose_form(function, call.arguments)
        if form is None:
            return self.count(call)
        if not (form.arguments and form.arguments[0].same):
            return self.filled(call, form, call.arguments)
        same = self.same(call, list(call.arguments))
        if same is None:
            return Constant(None, UNKNOWN, call.at)
        return same[0] if same[0].type == EMPTY else self.filled(call, form, tuple(same))

    def filled(self, call: Call, form: Form, given: tuple[Node, ...]) -> Node:
        arguments = []
        for place, node in enumerate(given):
            argument = form.argument(place)
            assert argument is not None, "choose_form counted them"
            arguments.append(self.argument(node, argument))
        if any(one.type == UNKNOWN for one in arguments):
            return Constant(None, UNKNOWN, call.at)
        if call.function == "is_empty" and arguments[0].type == EMPTY:
            return Constant(True, YES_NO, call.at)
        if call.function == "has":
            return self.comparison(replace(call, function="="))
        if form.arguments and form.arguments[0].same:
            return self.built(call, tuple(arguments), widest(arguments))
        if call.function == "date" and all(isinstance(one, Constant) for one in arguments):
            return self.written_day(call, arguments)
        result = form.result if isinstance(form.result, Type) else form.result(tuple(arguments))
        return self.built(call, tuple(arguments), result)

    def argument(self, node: Node, argument: Argument) -> Node:
        problem = wrong_kind(node, argument)
        if problem is not None:
            return self.wrong(node, problem, kind=kind_of(node))
        if not argument.kinds or node.type.kind in argument.kinds:
            return node
        if node.type == EMPTY:
            return Constant(None, Type(argument.kinds[0]), node.at)
        written = text_literal(node)
        day = date_of(written) if written is not None else None
        return Constant(day, DATE, node.at) if day is not None else as_day(node)

    def written_date(self, call: Call) -> Node | None:
        """date("2026-01-31"), datetime("2026-01-31 14:05"): known before the formula is run."""
        if call.function not in ("date", "datetime") or len(call.arguments) != 1:
            return None
        if call.arguments[0].type == (DATE if call.function == "date" else DATETIME):
            return call.arguments[0]
        written = text_literal(call.arguments[0])
        if written is None:
            return None
        day = date_of(written)
        if day is not None:
            literal = Constant(day, DATE, call.at)
            return literal if call.function == "date" else self.built(call, (literal,), DATETIME)
        instant = instant_literal(written, call.at) if call.function == "datetime" else None
        return instant or self.wrong(call.arguments[0], problems.NoSuchDate)

    def written_day(self, call: Call, parts: list[Node]) -> Node:
        """date(2026; 1; 31) of numbers that are written out."""
        numbers = [number_literal(part) for part in parts]
        if len(numbers) != 3 or None in numbers:
            return self.built(call, tuple(parts), DATE)
        year, month, day = (int(number) for number in numbers if number is not None)
        found = date_of(f"{year:04}-{month:02}-{day:02}")
        return self.wrong(call, problems.NoSuchDate) if found is None else Constant(found, DATE, call.at)
