"""Formula text → untyped tree.

The tree is built by the LALR parser as it goes, without recursion; depth is measured with a stack before
anybody recurses over the tree.  A function is looked up here (there is one list of them), a field is not:
that needs to know the record, see check.py.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedToken

from svyaz.expression.functions.table import BY_NAME
from svyaz.expression.grammar import GRAMMAR
from svyaz.expression.lexer import MOST_DEPTH, ReadyTokens, tokens
from svyaz.expression.problems import (
    BadFormula,
    BracketExpected,
    CommaInNumber,
    EndsEarly,
    FormulaEmpty,
    FormulaTooDeep,
    FormulaTooLarge,
    FormulaTooLong,
    SignExpected,
    UnknownFunction,
    UnknownFunctionNear,
    ValueExpected,
    close,
    near_names,
)
from svyaz.expression.tree import Call, Constant, Node, Path
from svyaz.kernel.text import fold

MOST_LENGTH = 4_000
MOST_NODES = 1_000

Parts = list[Any]


def parse(text: str) -> Node:
    """An untyped tree; every node knows its offset.  Raises BadFormula (its subclasses say what is wrong).

    parse(to_text(tree)) == tree for every tree it returns.
    """
    if len(text) > MOST_LENGTH:
        raise FormulaTooLong(length=len(text), most=MOST_LENGTH, found="", expected=())
    return _parse(text)


def depth_of(tree: Node) -> tuple[int, int]:
    """Levels and nodes of a tree, without recursion."""
    levels = count = 0
    waiting = [(tree, 1)]
    while waiting:
        node, level = waiting.pop()
        levels, count = max(levels, level), count + 1
        if isinstance(node, Call):
            waiting.extend((argument, level + 1) for argument in node.arguments)
    return levels, count


class _Builder(Transformer[Token, Node]):
    """One method for each name of the grammar; its parts are tokens and the nodes already built."""

    def start(self, parts: Parts) -> Node:
        return _node(parts[0])

    def chain(self, parts: Parts) -> Node:
        """a and b and c: one node of three arguments, for a long list of conditions is not deep."""
        if len(parts) == 1:
            return _node(parts[0])
        return Call(_operator(parts[1]), tuple(parts[::2]), at=_at(parts[1]))

    def pair(self, parts: Parts) -> Node:
        """a - b - c: from left to right."""
        node = _node(parts[0])
        for sign, right in zip(parts[1::2], parts[2::2], strict=True):
            node = Call(_operator(sign), (node, right), at=_at(sign))
        return node

    def prefix(self, parts: Parts) -> Node:
        return Call("not" if parts[0].type == "NOT" else "neg", (parts[1],), at=_at(parts[0]))

    def belongs(self, parts: Parts) -> Node:
        return Call("in", (parts[0], *parts[3]), at=_at(parts[1]))

    def not_belongs(self, parts: Parts) -> Node:
        return Call("not", (Call("in", (parts[0], *parts[4]), at=_at(parts[2])),), at=_at(parts[1]))

    def number(self, parts: Parts) -> Node:
        return Constant(Decimal(str(parts[0])), at=_at(parts[0]))

    def text(self, parts: Parts) -> Node:
        quote = parts[0][0]
        return Constant(parts[0][1:-1].replace(quote * 2, quote), at=_at(parts[0]))

    def yes(self, parts: Parts) -> Node:
        return Constant(True, at=_at(parts[0]))

    def no(self, parts: Parts) -> Node:
        return Constant(False, at=_at(parts[0]))

    def empty(self, parts: Parts) -> Node:
        return Constant(None, at=_at(parts[0]))

    def inside(self, parts: Parts) -> Node:
        return _node(parts[1])

    def path(self, parts: Parts) -> Node:
        return Path(tuple(_segment(part) for part in parts[::2]), at=_at(parts[0]))

    def arguments(self, parts: Parts) -> Any:
        return parts[::2]

    def call(self, parts: Parts) -> Node:
        name = parts[0]
        function = BY_NAME.get(fold(name))
        if function is None:
            raise _unknown_function(name)
        return Call(function.key, tuple(parts[2] or ()), at=_at(name))


_PARSER = Lark(GRAMMAR, parser="lalr", lexer=ReadyTokens, transformer=_Builder(), maybe_placeholders=True)


@lru_cache(maxsize=1024)
def _parse(text: str) -> Node:
    read = list(tokens(text))
    if not read:
        raise FormulaEmpty(found="", expected=("value",))
    try:
        tree = _node(_PARSER.parse(read))
    except UnexpectedToken as error:
        raise _explain(error, read) from None
    levels, count = depth_of(tree)
    if levels > MOST_DEPTH:
        raise FormulaTooDeep(most=MOST_DEPTH, found="", expected=())
    if count > MOST_NODES:
        raise FormulaTooLarge(most=MOST_NODES, found="", expected=())
    return tree


def _node(built: Any) -> Node:
    assert isinstance(built, (Call, Constant, Path)), built
    return built


def _at(token: Token) -> int:
    return token.start_pos or 0


def _operator(token: Token) -> str:
    written = {"AND": "and", "OR": "or", "MINUS": "-"}.get(token.type, str(token))
    return "<>" if written == "!=" else written


def _segment(token: Token) -> str:
    return token[1:-1].replace("]]", "]").strip() if token.type == "TITLE" else str(token)


def _unknown_function(name: Token) -> BadFormula:
    near = near_names(close(fold(name), (one for pair in BY_NAME.values() for one in (pair.key, pair.name_ru))))
    facts = {"found": str(name), "name": str(name), "expected": ("function",)}
    return UnknownFunctionNear(_at(name), near=near, **facts) if near else UnknownFunction(_at(name), **facts)


def _explain(error: UnexpectedToken, read: list[Token]) -> BadFormula:
    """What stands in the wrong place, and what kind of thing was wanted there."""
    token = error.token
    wants_value = "NUMBER" in error.expected
    expected = ("value",) if wants_value else ("sign", "end")
    if token.type == "$END":
        after = str(read[-1])
        return EndsEarly(_end(read[-1]), found="", after=after, expected=expected)
    place = next(index for index, one in enumerate(read) if one.start_pos == token.start_pos)
    before = read[place - 1] if place else None
    after_it = read[place + 1] if place + 1 < len(read) else None
    if token == "," and before is not None and after_it is not None and before.type == after_it.type == "NUMBER":
        return CommaInNumber(_at(token), found=",", expected=expected, near=f"{before}.{after_it}")
    if wants_value:
        return ValueExpected(_at(token), found=str(token), expected=expected)
    if error.expected == {"OPEN"}:
        return BracketExpected(_at(token), found=str(token), after=str(before or ""), expected=("bracket",))
    return SignExpected(_at(token), found=str(token), expected=expected)


def _end(token: Token) -> int:
    return _at(token) + len(token)
