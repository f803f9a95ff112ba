"""Formula text into tokens, with limits on length, depth and number kept while reading.

Written by hand as one regular expression, so that the first thing that is wrong is named by what it is
(a quote never closed, a comma in a number) and so that a hostile text costs one pass and no recursion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lark import Token
from lark.lexer import Lexer

from svyaz.expression.problems import (
    DoubleEquals,
    FormulaTooDeep,
    FormulaTooLarge,
    NumberTooLong,
    UnclosedBracket,
    UnclosedQuote,
    UnclosedTitle,
    UnknownCharacter,
)
from svyaz.expression.words import RESERVED
from svyaz.kernel.text import fold

MOST_DEPTH = 40  # brackets in brackets, and levels of the tree: SQL compilers recurse over it
MOST_TOKENS = 2_000
WHOLE_DIGITS = 18
FRACTION_DIGITS = 6

TOKEN = re.compile(
    r"""
      (?P<SPACE>[ \t\r\n\u00a0\u2009\u202f]+)
    | (?P<NUMBER>[0-9]+(?:\.[0-9]+)?)
    | (?P<NAME>[A-Za-zА-Яа-яЁё][A-Za-zА-Яа-яЁё0-9_]*)
    | (?P<TITLE>\[(?:[^\[\]]|\]\])+\](?!\]))
    | (?P<TEXT>"(?:[^"]|"")*"|'(?:[^']|'')*')
    | (?P<DOUBLE>==)
    | (?P<COMPARE><>|!=|<=|>=|=|<|>)
    | (?P<PLUS>\+) | (?P<MINUS>[-−]) | (?P<TIMES>[*/%]) | (?P<JOIN>&)
    | (?P<OPEN>\() | (?P<CLOSE>\)) | (?P<DOT>\.) | (?P<COMMA>[;,])
    """,
    re.VERBOSE,
)


def tokens(text: str) -> Iterator[Token]:
    """Raises BadFormula at the first thing that is no token, and when a limit is passed."""
    position = 0
    read = 0
    opened: list[int] = []
    while position < len(text):
        found = TOKEN.match(text, position)
        if found is None:
            raise _not_a_token(text, position)
        kind, value, position = str(found.lastgroup), found.group(), found.end()
        if kind == "SPACE":
            continue
        read += 1
        if read > MOST_TOKENS:
            raise FormulaTooLarge(found.start(), most=MOST_TOKENS, found=value, expected=())
        match kind:
            case "NAME":
                kind = RESERVED.get(fold(value), kind)
            case "NUMBER":
                _check_number(value, found.start())
            case "DOUBLE":
                raise DoubleEquals(found.start(), found=value, expected=("sign",), near="=")
            case "OPEN":
                opened.append(found.start())
                if len(opened) > MOST_DEPTH:
                    raise FormulaTooDeep(found.start(), most=MOST_DEPTH, found=value, expected=())
            case "CLOSE" if opened:
                opened.pop()
        yield Token(kind, value, start_pos=found.start(), end_pos=found.end())
    if opened:
        raise UnclosedBracket(opened[-1], found="", expected=("bracket",))


class ReadyTokens(Lexer):
    """What lark asks of a lexer, when the tokens were read already."""

    def __init__(self, lexer_conf: Any) -> None:
        pass

    def lex(self, read: Any, parser_state: Any = None) -> Iterator[Token]:
        return iter(read)


def _check_number(value: str, at: int) -> None:
    whole, _, fraction = value.partition(".")
    if len(fraction) > FRACTION_DIGITS or len(whole.lstrip("0")) + len(fraction) > WHOLE_DIGITS:
        raise NumberTooLong(at, found=value, expected=("number",), digits=WHOLE_DIGITS, scale=FRACTION_DIGITS)


def _not_a_token(text: str, at: int) -> Exception:
    if text[at] in "\"'":
        return UnclosedQuote(at, found=text[at], expected=("quote",))
    if text[at] == "[":
        return UnclosedTitle(at, found="[", expected=("title",))
    return UnknownCharacter(at, found=text[at], expected=("value", "sign"))
