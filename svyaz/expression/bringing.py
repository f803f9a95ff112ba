"""Values brought to one another by literals: nothing is computed that was not written.

`brought` and `alike` are for two sides of a comparison, `bring` and `same` for values of which one is chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from svyaz.expression import problems
from svyaz.expression.literals import date_of, empty_of, instant_of, number_literal, text_literal
from svyaz.expression.problems import WrongFormula, near_names
from svyaz.expression.say import to_text
from svyaz.expression.scope import Scope, Slot
from svyaz.expression.tree import DATE, DATETIME, EMPTY, TEXT, UNKNOWN, Call, Constant, Node, Path, Type
from svyaz.kernel.text import fold


class Bringing:
    """The first part of the checker: what it knows, how it complains, how values meet."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.problems: list[WrongFormula] = []
        self.choices: dict[tuple[str, ...], Mapping[str, str]] = {}

    def wrong(self, node: Node, problem: type[WrongFormula], **facts: object) -> Node:
        self.problems.append(problem(node.at, **{"source": to_text(node), **facts}))
        return Constant(None, UNKNOWN, node.at)

    def of_slot(self, slot: Slot, at: int) -> Path:
        if slot.type.kind == "choice":
            self.choices[slot.keys] = slot.choices
        return Path(slot.keys, slot.type, at)

    def built(self, call: Call, arguments: tuple[Node, ...], type: Type) -> Node:
        if any(argument.type == UNKNOWN for argument in arguments):
            type = UNKNOWN
        return replace(call, arguments=arguments, type=type)

    def one(self, node: Node, type: Type) -> Node:
        """One value of this kind, and nothing is converted."""
        if node.type == UNKNOWN:
            return node
        if node.type == EMPTY:
            return empty_of(type, node.at)
        if node.type.many:
            return self.wrong(node, problems.WantsOne, kind=node.type.kind)
        return node if node.type.kind == type.kind else self.wrong(node, problems.WANTS[type.kind], kind=kind_of(node))

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
            instant = instant_literal(written, other.at)
            if instant is not None:
                return one, instant
            day = date_of(written)
            return (as_day(one), Constant(day, DATE, other.at)) if day and not one.type.many else None
        if kind == "date" and written is not None:
            day = date_of(written)
            return (one, Constant(day, DATE, other.at)) if day else None
        if kind == "datetime" and given == "date":
            return None if one.type.many else (as_day(one), other)
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
                kinds = {"left_kind": kind_of(first), "right_kind": kind_of(node)}
                self.wrong(node, problems.DifferentKinds, function=call.function, **facts, **kinds)
                return None
            result.append(brought)
        if any(one.type == UNKNOWN for one in result):
            return None
        type = widest(result)
        return [replace(one, type=type) if is_blank(one) else one for one in result]

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
            return instant_literal(written, node.at)
        number = number_literal(node)
        if kind == "link" and number is not None and node.type.scale == 0:
            return Constant(int(number), Type("link", to=to.type.to), node.at)
        return node if node.type.kind == kind else None


# ---------------------------------------------------------------- small steps


def instant_literal(written: str, at: int) -> Node | None:
    instant = instant_of(written)
    if isinstance(instant, str):
        return Call("datetime", (Constant(instant, TEXT, at),), DATETIME, at)
    return Constant(instant, DATETIME, at) if instant is not None else None


def as_day(node: Node) -> Node:
    return Call("date", (node,), DATE, node.at) if node.type.kind == "datetime" else node


def widest(nodes: list[Node]) -> Type:
    """One type for values of one kind: the largest scale, all options, all targets."""
    first = nodes[0].type
    options = tuple(dict.fromkeys(option for node in nodes for option in node.type.options))
    anywhere = any(node.type.kind == "link" and not node.type.to for node in nodes)
    to = () if anywhere else tuple(dict.fromkeys(target for node in nodes for target in node.type.to))
    return Type(first.kind, max(node.type.scale for node in nodes), to, options)


def is_blank(node: Node) -> bool:
    return isinstance(node, Constant) and node.value is None


def kind_of(node: Node) -> str:
    return node.type.kind


def _paths(node: Node) -> Iterator[Path]:
    if isinstance(node, Path):
        yield node
    elif isinstance(node, Call):
        for argument in node.arguments:
            yield from _paths(argument)
