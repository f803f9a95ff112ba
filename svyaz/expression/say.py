"""A tree as text, and a text with titles in place of keys.

to_text       by keys, the way formulas are stored; brackets only where the reading would change
show_titles   a stored formula as people see it: amount > 5 → [Сумма сделки] > 5, stage = "won" → stage = "Выиграна"
read_titles   back: a formula as typed → as stored.  Spaces and the rest of the text are kept
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from lark import Token

from svyaz.expression.lexer import tokens
from svyaz.expression.parse import parse
from svyaz.expression.scope import Scope, Slot
from svyaz.expression.tree import Call, Constant, Node, Path, Reach
from svyaz.expression.words import is_word
from svyaz.kernel.text import fold

NAME = re.compile(r"[A-Za-zА-Яа-яЁё][A-Za-zА-Яа-яЁё0-9_]*")
TIGHTNESS = {
    "or": 1, "and": 2, "not": 3,
    "=": 4, "<>": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "in": 4,
    "&": 5, "+": 6, "-": 6, "*": 7, "/": 7, "%": 7, "neg": 8,
}  # fmt: skip
VALUE = 9


def to_text(tree: Node) -> str:
    """parse(to_text(tree)) == tree for a tree of the parser; check(parse(to_text(tree))) == tree for a typed one.

    A Reach is not in the grammar and is only shown: reach("department", responsible).
    """
    return _written(tree, 0)


def show_titles(text: str, scope: Scope) -> str:
    """Raises BadFormula.  What the scope does not know stays as it is."""
    return _replaced(text, scope, _title_of, lambda slot, word: slot.choice_titles.get(word))


def read_titles(text: str, scope: Scope) -> str:
    """Raises BadFormula.  What the scope does not know stays as it is, for check to complain of."""
    return _replaced(text, scope, lambda slot: slot.keys, lambda slot, word: slot.choices.get(fold(word)))


def quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def segment(name: str) -> str:
    """A key or a one-word title as it is, any other title in brackets."""
    return name if NAME.fullmatch(name) and not is_word(name) else "[" + name.replace("]", "]]") + "]"


def _written(node: Node, around: int) -> str:
    match node:
        case Constant():
            return _constant(node.value)
        case Path():
            return ".".join(map(segment, node.keys))
        case Reach():
            return f"reach({quote(node.scope)}, {_written(node.path, 0)})"
    own = TIGHTNESS.get(node.function, VALUE)
    told = _call(node, own)
    return f"({told})" if own < around else told


def _call(node: Call, own: int) -> str:
    first, *others = node.arguments or (None,)
    match node.function:
        case "not" if first is not None:
            return f"not {_written(first, own)}"
        case "neg" if first is not None:
            return f"-{_written(first, own)}"
        case "in" if first is not None:
            return f"{_written(first, own + 1)} in ({', '.join(_written(one, 0) for one in others)})"
        case "and" | "or" | "&" if others:
            return f" {node.function} ".join(_written(one, own + 1) for one in node.arguments)
        case "and" | "or" | "&" if first is not None:
            return _written(first, own)
        case sign if sign in TIGHTNESS and first is not None:
            left = own + 1 if own == TIGHTNESS["="] else own
            return f"{_written(first, left)} {sign} {_written(others[0], own + 1)}"
    return f"{node.function}({', '.join(_written(one, 0) for one in node.arguments)})"


def _constant(value: object) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "true" if value else "false"
        case str():
            return quote(value)
        case datetime():
            return f'datetime("{value.isoformat().replace("+00:00", "Z")}")'
        case date():
            return f"date({value.year}, {value.month}, {value.day})"
        case Decimal():
            return format(value, "f")
    return str(value)


def _title_of(slot: Slot) -> tuple[str, ...]:
    return slot.titles or slot.keys


def _replaced(
    text: str, scope: Scope, path: Callable[[Slot], tuple[str, ...]], choice: Callable[[Slot, str], str | None]
) -> str:
    """Paths and the choices compared with them, each put in its place in the text."""
    changes: dict[int, tuple[int, str]] = {}
    read = list(tokens(text))
    place = {one.start_pos: index for index, one in enumerate(read)}
    waiting: list[Node] = [parse(text)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Path):
            slot = scope.slot(node.keys)
            if slot is not None:
                end = _end_of_path(read, place[node.at])
                changes[node.at] = (end, ".".join(map(segment, path(slot))))
        elif isinstance(node, Call):
            waiting.extend(node.arguments)
            for at, word in _choices(node, scope, choice):
                changes[at] = (at + len(read[place[at]]), quote(word))
    for at in sorted(changes, reverse=True):
        end, word = changes[at]
        text = text[:at] + word + text[end:]
    return text


def _choices(call: Call, scope: Scope, choice: Callable[[Slot, str], str | None]) -> list[tuple[int, str]]:
    """The text literals that stand beside a field of choices in a comparison, `in`, `has`."""
    if call.function not in ("=", "<>", "in", "has"):
        return []
    slots = [scope.slot(one.keys) for one in call.arguments if isinstance(one, Path)]
    slot = next((one for one in slots if one is not None and one.type.kind == "choice"), None)
    if slot is None:
        return []
    written = [one for one in call.arguments if isinstance(one, Constant) and isinstance(one.value, str)]
    found = [(one.at, choice(slot, str(one.value))) for one in written]
    return [(at, word) for at, word in found if word is not None]


def _end_of_path(read: list[Token], first: int) -> int:
    last = first
    while last + 2 < len(read) and read[last + 1].type == "DOT":
        last += 2
    return (read[last].start_pos or 0) + len(read[last])
