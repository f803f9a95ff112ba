"""The shape of a condition: the formula without its constants, so that one SQL text serves every filter alike.

`shape_of` is asked on every request and must be cheap: it gives a tuple that is the cache key, and
collects the constants on the way.  `with_holes` is asked once for a shape: the same walk, which puts
a Hole where a constant stood; the compiler makes a parameter of it.  Both walk in the same order.

A list of constants after `in` is one parameter, however long it is.  The digits of `round` stay in
the shape, for the type of the result hangs on them.  Yes, no and empty stay in the shape: SQL differs for them (`IS NULL`), and there are only three.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

from svyaz.expression.tree import Call, Constant, Node, Path


@dataclass(frozen=True, slots=True)
class Hole:
    """Stands for the constant number `index` of the query."""

    index: int


class Known:
    """A large shape that is asked for again and again: its hash is counted once."""

    __slots__ = ("hash", "shape")

    def __init__(self, shape: Hashable) -> None:
        self.shape = shape
        self.hash = hash(shape)

    def __hash__(self) -> int:
        return self.hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Known) and self.hash == other.hash and self.shape == other.shape)


def shape_of(node: Node | None, constants: list[Any]) -> Hashable:
    """The cache key of a tree; appends its constants, in order, to `constants`."""
    if node is None:
        return None
    if isinstance(node, Call):
        if node.function == "in" and (listed := _listed(node)):
            first = shape_of(node.arguments[0], constants)
            constants.append(tuple(one.value for one in listed))
            return ("in", first, "*", listed[0].type.kind, listed[0].type.scale)
        if node.function == "round":  # the scale of the result hangs on the digits
            digits = tuple(one.value for one in node.arguments[1:] if isinstance(one, Constant))
            return ("round", shape_of(node.arguments[0], constants), *digits)
        return (node.function, node.type.scale, *[shape_of(one, constants) for one in node.arguments])
    if isinstance(node, Path):
        return node.keys
    if isinstance(node, Constant):
        if _stays(node.value):
            return ("!", node.value, node.type.kind)
        constants.append(node.value)
        return ("?", node.type.kind, node.type.scale)
    return ("Reach", node.scope, node.path.keys)


def with_holes(node: Node | None, first: int = 0) -> tuple[Node | None, int]:
    """The tree with Holes numbered from `first`, and the next free number."""
    if node is None:
        return None, first
    if isinstance(node, Call):
        if node.function == "in" and (listed := _listed(node)):
            only, first = with_holes(node.arguments[0], first)
            assert only is not None
            return Call("in", (only, Constant(Hole(first), replace(listed[0].type, many=True))), node.type), first + 1
        arguments: list[Node] = []
        for place, one in enumerate(node.arguments):
            if node.function == "round" and place:  # the scale of the result hangs on it
                arguments.append(one)
                continue
            holed, first = with_holes(one, first)
            assert holed is not None
            arguments.append(holed)
        return Call(node.function, tuple(arguments), node.type), first
    if isinstance(node, Constant) and not _stays(node.value):
        return Constant(Hole(first), node.type), first + 1
    return node, first


def _listed(node: Call) -> list[Constant]:
    """The alternatives of `in` when all are constants of one type: together they are one parameter."""
    listed = [one for one in node.arguments[1:] if isinstance(one, Constant) and not _stays(one.value)]
    same = len(listed) == len(node.arguments) - 1 and all(one.type == listed[0].type for one in listed)
    return listed if same and not isinstance(node.arguments[0], Constant) else []


def _stays(value: Any) -> bool:
    return value is None or value is True or value is False or value == ""
