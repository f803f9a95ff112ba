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

from collections.abc import Iterator, Mapping
from dataclasses import replace

from svyaz.expression import problems
from svyaz.expression.arguments import choose_form, wrong_kind
from svyaz.expression.functions.definition import MOST_SCALE, Argument, Form
from svyaz.expression.functions.table import FUNCTIONS
from svyaz.expression.literals import (
    date_of,
    empty_of,
    instant_of,
    number_literal,
    plain_number,
    text_literal,
)
from svyaz.expression.parse import parse
from svyaz.expression.problems import WrongFormula, near_names
from svyaz.expression.say import to_text
from svyaz.expression.scope import Scope, Slot
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
    Path,
    Type,
)
from svyaz.kernel.problem import raise_all
from svyaz.kernel.text import fold

COMPARISONS = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}  # and how each reads backwards
ORDERED = ("number", "text", "date", "datetime")
SHOWN = ("text", "number", "choice", "date", "datetime")
DAYS = Type("number", scale=MOST_SCALE)


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


class _Checker:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.problems: list[WrongFormula] = []
        self.choices: dict[tuple[str, ...], Mapping[str, str]] = {}

    # ------------------------------------------------------------ nodes

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

    def of_slot(self, slot: Slot, at: int) -> Path:
        if slot.type.kind == "choice":
            self.choices[slot.keys] = slot.choices
        return Path(slot.keys, slot.type, at)

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

    def wrong(self, node: Node, problem: type[WrongFormula], **facts: object) -> Node:
        self.problems.append(problem(node.at, **{"source": to_text(node), **facts}))
        return Constant(None, UNKNOWN, node.at)

    # ------------------------------------------------------------ operators

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
                left_kind=_kind(left),
                right_kind=_kind(right),
            )
        left, right = sides
        function = call.function
        if function not in ("=", "<>") and left.type.kind not in ORDERED:
            return self.wrong(left, problems.NoOrder, kind=left.type.kind)
        if right.type.many and not left.type.many:
            left, right, function = right, left, COMPARISONS[function]
        return self.built(replace(call, function=function), (left, right), YES_NO)

    def alike(self, left: Node, right: Node) -> tuple[Node, Node] | None:
        """Both sides brought to what can be compared; None when they cannot be."""
        if left.type.many and right.type.many:
            return None
        for one, other, swapped in ((left, right, False), (right, left, True)):
            pair = self.brought(one, other)
            if pair is not None:
                return (pair[1], pair[0]) if swapped else pair
        return None

    def brought(self, one: Node, other: Node) -> tuple[Node, Node] | None:
        """`other` brought to `one`, or both to something third."""
        kind, given = one.type.kind, other.type.kind
        written = text_literal(other)
        if kind == "empty":
            return None
        if given == "empty":
            return one, empty_of(one.type, other.at)
        if kind == "choice" and written is not None:
            return one, self.choice(one, written, other)
        if kind == "datetime" and written is not None:
            instant = _instant(written, other.at)
            if instant is not None:
                return one, instant
            day = date_of(written)
            return (_day(one), Constant(day, DATE, other.at)) if day and not one.type.many else None
        if kind == "date" and written is not None:
            day = date_of(written)
            return (one, Constant(day, DATE, other.at)) if day else None
        if kind == "datetime" and given == "date":
            return None if one.type.many else (_day(one), other)
        if kind == "link" and given == "number":
            return self.link_and_number(one, other)
        if kind == "link" and given == "text" and isinstance(one, Path):
            label = self.scope.slot((*one.keys, "label"))
            return (self.of_slot(label, one.at), other) if label is not None else None
        return (one, other) if kind == given else None

    def link_and_number(self, link: Node, number: Node) -> tuple[Node, Node] | None:
        value = number_literal(number)
        if value is not None and number.type.scale == 0:
            return link, Constant(int(value), Type("link", to=link.type.to), number.at)
        return (link, number) if number.type.scale == 0 else None

    def choice(self, beside: Node, written: str, literal: Node) -> Node:
        """A choice by its title or key: Constant of the key; otherwise what is like it is suggested."""
        named = {fold(key): key for key in beside.type.options}
        for path in _paths(beside):
            named = {**self.choices.get(path.keys, {}), **named}
        key = named.get(fold(written))
        if key is not None:
            return Constant(key, Type("choice", options=beside.type.options), literal.at)
        near = near_names(problems.close(fold(written), named))
        source = to_text(beside)
        if near:
            return self.wrong(literal, problems.UnknownChoiceNear, name=written, source=source, near=near)
        return self.wrong(literal, problems.UnknownChoice, name=written, source=source)

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
                "left_kind": _kind(left),
                "right_kind": _kind(right),
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
                return self.built(call, (_day(left), _day(right)), INTEGER)
        return None

    def day_literal(self, node: Node, beside: Node) -> Node:
        written = text_literal(node)
        if written is None or beside.type.kind not in ("date", "datetime"):
            return node
        day = date_of(written)
        if day is not None:
            return Constant(day, DATE, node.at)
        return _instant(written, node.at) or node

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

    # ------------------------------------------------------------ functions

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
        return self.built(call, tuple(mixed), _widest(same))

    def same(self, call: Call, nodes: list[Node]) -> list[Node] | None:
        """Values brought to one type: the first that is neither empty nor a text literal says which kind."""
        many = next((one for one in nodes if one.type.many), None)
        if many is not None:
            self.wrong(many, problems.WantsOne, kind=many.type.kind)
            return None
        leading = [one for one in nodes if one.type != EMPTY and text_literal(one) is None]
        first = (leading or [one for one in nodes if one.type != EMPTY] or nodes)[0]
        result = []
        for node in nodes:
            brought = self.bring(node, first)
            if brought is None:
                facts = {"left": to_text(first), "right": to_text(node)}
                kinds = {"left_kind": _kind(first), "right_kind": _kind(node)}
                self.wrong(node, problems.DifferentKinds, function=call.function, **facts, **kinds)
                return None
            result.append(brought)
        if any(one.type == UNKNOWN for one in result):
            return None
        widest = _widest(result)
        return [replace(one, type=widest) if _is_empty(one) else one for one in result]

    def bring(self, node: Node, to: Node) -> Node | None:
        """`node` as a value of the kind of `to`, by literals only: nothing is computed that was not written."""
        kind, written = to.type.kind, text_literal(node)
        if node.type == EMPTY and kind != "empty":
            return empty_of(to.type, node.at)
        if kind == "choice" and written is not None:
            return self.choice(to, written, node)
        if kind == "date" and written is not None:
            day = date_of(written)
            return Constant(day, DATE, node.at) if day else None
        if kind == "datetime" and written is not None:
            return _instant(written, node.at)
        number = number_literal(node)
        if kind == "link" and number is not None and node.type.scale == 0:
            return Constant(int(number), Type("link", to=to.type.to), node.at)
        return node if node.type.kind == kind else None

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
            return self.built(call, tuple(arguments), _widest(arguments))
        if call.function == "date" and all(isinstance(one, Constant) for one in arguments):
            return self.written_day(call, arguments)
        result = form.result if isinstance(form.result, Type) else form.result(tuple(arguments))
        return self.built(call, tuple(arguments), result)

    def argument(self, node: Node, argument: Argument) -> Node:
        problem = wrong_kind(node, argument)
        if problem is not None:
            return self.wrong(node, problem, kind=_kind(node))
        if not argument.kinds or node.type.kind in argument.kinds:
            return node
        if node.type == EMPTY:
            return Constant(None, Type(argument.kinds[0]), node.at)
        written = text_literal(node)
        day = date_of(written) if written is not None else None
        return Constant(day, DATE, node.at) if day is not None else _day(node)

    def count(self, call: Call) -> Node:
        return self.wrong(
            call,
            problems.ArgumentCount,
            function=call.function,
            given=len(call.arguments),
            example=FUNCTIONS[call.function].example,
        )

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
        instant = _instant(written, call.at) if call.function == "datetime" else None
        return instant or self.wrong(call.arguments[0], problems.NoSuchDate)

    def written_day(self, call: Call, parts: list[Node]) -> Node:
        """date(2026; 1; 31) of numbers that are written out."""
        numbers = [number_literal(part) for part in parts]
        if len(numbers) != 3 or None in numbers:
            return self.built(call, tuple(parts), DATE)
        year, month, day = (int(number) for number in numbers if number is not None)
        found = date_of(f"{year:04}-{month:02}-{day:02}")
        return self.wrong(call, problems.NoSuchDate) if found is None else Constant(found, DATE, call.at)

    # ------------------------------------------------------------ what is wanted

    def one(self, node: Node, type: Type) -> Node:
        """One value of this kind, and nothing is converted."""
        if node.type == UNKNOWN:
            return node
        if node.type == EMPTY:
            return empty_of(type, node.at)
        if node.type.many:
            return self.wrong(node, problems.WantsOne, kind=node.type.kind)
        return node if node.type.kind == type.kind else self.wrong(node, problems.WANTS[type.kind], kind=_kind(node))

    def wanted(self, node: Node, expected: Type) -> Node:
        """The result of the whole formula."""
        if node.type.many and not expected.many:
            return self.wrong(node, problems.WantsOne, kind=node.type.kind)
        if expected.kind in ("unknown", "empty"):
            return node
        brought = self.bring(node, Constant(None, expected))
        if brought is None and expected.kind == "date" and node.type.kind == "datetime":
            brought = _day(node)
        return brought or self.wrong(node, problems.WANTS[expected.kind], kind=_kind(node))

    def built(self, call: Call, arguments: tuple[Node, ...], type: Type) -> Node:
        if any(argument.type == UNKNOWN for argument in arguments):
            type = UNKNOWN
        return replace(call, arguments=arguments, type=type)


# ---------------------------------------------------------------- small steps


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


def _instant(written: str, at: int) -> Node | None:
    instant = instant_of(written)
    if isinstance(instant, str):
        return Call("datetime", (Constant(instant, TEXT, at),), DATETIME, at)
    return Constant(instant, DATETIME, at) if instant is not None else None


def _day(node: Node) -> Node:
    return Call("date", (node,), DATE, node.at) if node.type.kind == "datetime" else node


def _scale(sign: str, left: Node, right: Node) -> int:
    one, other = left.type.scale, right.type.scale
    match sign:
        case "*":
            return min(MOST_SCALE, one + other)
        case "/":
            return MOST_SCALE
    return max(one, other)


def _widest(nodes: list[Node]) -> Type:
    """One type for values of one kind: the largest scale, all options, all targets."""
    first = nodes[0].type
    options = tuple(dict.fromkeys(option for node in nodes for option in node.type.options))
    anywhere = any(node.type.kind == "link" and not node.type.to for node in nodes)
    to = () if anywhere else tuple(dict.fromkeys(target for node in nodes for target in node.type.to))
    return Type(first.kind, max(node.type.scale for node in nodes), to, options)


def _is_empty(node: Node) -> bool:
    return isinstance(node, Constant) and node.value is None


def _kind(node: Node) -> str:
    return node.type.kind


def _paths(node: Node) -> Iterator[Path]:
    if isinstance(node, Path):
        yield node
    elif isinstance(node, Call):
        for argument in node.arguments:
            yield from _paths(argument)


__all__ = ["Scope", "Slot", "check", "formula"]
