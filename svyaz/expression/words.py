"""The words of the language that are not functions.  Case of letters does not matter."""

from __future__ import annotations

from svyaz.expression.functions.table import BY_NAME
from svyaz.kernel.text import fold

AND = ("and", "и")
OR = ("or", "или")
NOT = ("not", "не")
IN = ("in", "в")
TRUE = ("true", "истина", "да")
FALSE = ("false", "ложь", "нет")
EMPTY = ("empty", "пусто")

RESERVED = {
    word: kind
    for kind, words in (
        ("AND", AND), ("OR", OR), ("NOT", NOT), ("IN", IN), ("TRUE", TRUE), ("FALSE", FALSE), ("EMPTY", EMPTY),
    )
    for word in words
}  # fmt: skip


def is_word(written: str) -> bool:
    """Whether the language already means something by it standing alone (a function is told by its bracket)."""
    return fold(written) in RESERVED


def is_function(written: str) -> bool:
    return fold(written) in BY_NAME
