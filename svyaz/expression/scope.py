"""What a formula may speak of: the checker asks, schema.scope answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from svyaz.expression.tree import Type


@dataclass(frozen=True, slots=True)
class Slot:
    """A field that a path leads to.

    keys           the path by keys, whatever it was written by
    type           of its value; `many` when the field or any link on the way has several values
    choices        folded title or key -> key, for a choice
    titles         the path by titles, for people; () when they are not known: then keys are shown
    choice_titles  key -> title as it is shown; a key not here is shown itself
    """

    keys: tuple[str, ...]
    type: Type
    choices: Mapping[str, str] = field(default_factory=dict)
    titles: tuple[str, ...] = ()
    choice_titles: Mapping[str, str] = field(default_factory=dict)


class Scope(Protocol):
    def slot(self, keys: tuple[str, ...]) -> Slot | None:
        """Each segment is a key, or a title when exactly one field is called so; None: there is no such field,
        or the one who writes the formula may not know of it."""
        ...

    def suggest(self, key: str) -> list[str]:
        """Names like this one, nearest first."""
        ...
