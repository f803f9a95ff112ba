"""What a function of the language is: its names, what it takes, what it gives, how Python answers.

The SQL twin of each lives in storage/compile_expression.py; the docstring of the Python answer is the law
for both.  Words used in these laws:

    empty      None.  A text is never "": a function that would give "" gives empty.
    strict     any empty argument makes the result empty, and the Python answer is not even called.
               Others get None and say themselves what it means.
    whole      a number of scale 0.
    fits       |value| < 10^18 / 10^scale of the node: what 18 digits hold.  A number that does not fit is empty.
    many       a tuple of values, never with empties in it: a far empty value is left out, equal ones are kept.
    local      in the company's zone (Ground.zone).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal as OneOf

from svyaz.expression.tree import Kind, Node, Type

MOST_DIGITS = 18
MOST_SCALE = 6
MOST_TEXT = 10_000  # characters of a joined text; `left`, `right`, `mid` never look further either
SPACES = " \t\n\r\u00a0\u2009\u202f"  # what trim and number leave off: SQL has no notion of «any blank»

LIMITS = tuple(Decimal(10 ** (MOST_DIGITS - scale)) for scale in range(MOST_SCALE + 1))


@dataclass(frozen=True, slots=True)
class Argument:
    """What may stand in one place.

    kinds     which kinds of value; none named: any kind.  A date is made of a date-time where only dates fit,
              and of a text literal "2026-01-31".
    several   "no": one value only; "must": only many values; "may": both, and then *any* of the values suffices
    whole     a number must have no digits after the point
    literal   must be written out, for the type of the result depends on it
    same      is brought to one type with the other arguments that say so (numbers to the largest scale:
              what does not fit there is empty)
    """

    kinds: tuple[Kind, ...] = ()
    several: OneOf["no", "may", "must"] = "no"
    whole: bool = False
    literal: bool = False
    same: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """One way to call a function.

    least     how many arguments must be there
    repeated  the last argument may come again and again
    result    the type, or how it follows from the arguments already typed
    strict    see the words above
    ground    the answer takes the Ground as its last argument
    """

    arguments: tuple[Argument, ...]
    result: Type | Callable[[tuple[Node, ...]], Type]
    answer: Callable[..., Any]
    least: int
    repeated: bool = False
    strict: bool = True
    ground: bool = False

    def argument(self, index: int) -> Argument | None:
        if index < len(self.arguments):
            return self.arguments[index]
        return self.arguments[-1] if self.repeated and self.arguments else None

    def takes(self, count: int) -> bool:
        return self.least <= count and (self.repeated or count <= len(self.arguments))


@dataclass(frozen=True, slots=True)
class Function:
    """key: English name, what the tree holds.  example: a formula that shows it, in Russian names.
    ru, en: one sentence for a person."""

    key: str
    name_ru: str
    example: str
    ru: str
    en: str
    forms: tuple[Form, ...]


def fits(value: Any, scale: int) -> Any:
    """The number, or empty when 18 digits do not hold it at this scale."""
    limit = LIMITS[scale]
    return value if -limit < value < limit else None


def common(arguments: tuple[Node, ...]) -> Type:
    """The type of the arguments that were brought to one."""
    return arguments[0].type
