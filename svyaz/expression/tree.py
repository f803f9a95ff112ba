"""The formula as a tree: what the parser makes, the checker types, and two compilers read.

Nodes are frozen and hashable, so a tree is its own cache key.  `at` is the offset in the source
text, left out of comparison: two formulas that differ in spaces are equal.

A tree from the parser is *untyped*: every `type` is UNKNOWN and every Path is as written.
A tree from `check` is *typed*: each node has its type, each Path is resolved to field keys
(titles are gone), literals are converted to the type they are compared with.
Only typed trees are compiled (evaluate.compile_python, storage.compile_expression).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal as OneOf

Kind = OneOf["number", "text", "choice", "yes_no", "date", "datetime", "link", "empty", "unknown"]


@dataclass(frozen=True, slots=True)
class Type:
    """What a value is.

    kind   number: Decimal of `scale` digits after the point (0: whole).  Money is a number in the
           company's currency.  choice: one of `options`, compared by key.  link: a record id;
           `to` are the allowed entities, several of them or none for a link to any object.
    many   several values: `=` means any of them, `empty` none (house.md «Several values»)
    """

    kind: Kind
    scale: int = 0
    to: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    many: bool = False


UNKNOWN = Type("unknown")
EMPTY = Type("empty")
NUMBER = Type("number", scale=6)
INTEGER = Type("number")
TEXT = Type("text")
YES_NO = Type("yes_no")
DATE = Type("date")
DATETIME = Type("datetime")


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal.  value: Decimal, str, bool, date, datetime, int (a record id) or None (`empty`)."""

    value: Any
    type: Type = UNKNOWN
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Path:
    """A field, or a field of a linked record: ("company", "city").  `label`, `id` and `entity` are also fields."""

    keys: tuple[str, ...]
    type: Type = UNKNOWN
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function by its English key: `if`, `coalesce`, `today`, `me`…  and the operators by their names:

    `and` `or` `not` `=` `<>` `<` `<=` `>` `>=` `+` `-` `*` `/` `%` `&` `neg` `in` (first argument in the rest).
    """

    function: str
    arguments: tuple[Node, ...] = ()
    type: Type = UNKNOWN
    at: int = field(default=0, compare=False)


SHARED = ("shared", "shared_edit")


@dataclass(frozen=True, slots=True)
class Reach:
    """True when the employee in `path` is within the reader's `scope` (org/hierarchy.py names them).

    Of the scopes SHARED it is a record, and true when this has been opened to the reader, to see or to change.

    Not in the grammar: access builds it; SQL answers from sv_reach, Python from Ground.reach.
    """

    scope: str
    path: Path
    type: Type = YES_NO
    at: int = field(default=0, compare=False)


Node = Constant | Path | Call | Reach

ALWAYS = Constant(True, YES_NO)
NEVER = Constant(False, YES_NO)


def both(left: Node | None, right: Node | None) -> Node | None:
    """Conjunction in which None and ALWAYS are «no condition»."""
    if left is None or left == ALWAYS:
        return right
    if right is None or right == ALWAYS:
        return left
    return Call("and", (left, right), YES_NO)


def any_of(nodes: tuple[Node, ...]) -> Node:
    """Disjunction; of nothing it is NEVER: no rule, no rows."""
    if not nodes or ALWAYS in nodes:
        return ALWAYS if ALWAYS in nodes else NEVER
    return nodes[0] if len(nodes) == 1 else Call("or", nodes, YES_NO)
