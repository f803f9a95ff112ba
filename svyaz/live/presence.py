"""Who else is on a card: kept in the memory of this process, forgotten 30 s after the last word.

Whoever has a card open says so every 15 s; those who are on the same card are told the names of the others.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

LIFE_SECONDS = 30.0
MOST_CARDS = 20  # of one person at once; the one he said the longest ago is forgotten

Card = tuple[str, int]


@dataclass(slots=True)
class Presence:
    """now: of a clock that does not jump.  Safe to call from any thread."""

    now: Callable[[], float]
    _until: dict[Card, dict[int, float]] = field(default_factory=dict)
    _changed: set[Card] = field(default_factory=set)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def come(self, employee: int, card: Card) -> None:
        """He is on the card, for the next 30 s."""
        with self._guard:
            there = self._until.setdefault(card, {})
            if employee not in there:
                self._changed.add(card)
                self._make_room(employee, card)
            there[employee] = self.now() + LIFE_SECONDS

    def leave(self, employee: int, cards: Iterable[Card] | None = None) -> None:
        """He closed these cards; None: all of his."""
        with self._guard:
            for card in self._cards_of(employee) if cards is None else list(cards):
                self._drop(employee, card)

    def on(self, card: Card) -> tuple[int, ...]:
        """Employees on the card now, in order of their ids."""
        at = self.now()
        with self._guard:
            return tuple(sorted(one for one, until in self._until.get(card, {}).items() if until > at))

    def take_changed(self) -> list[Card]:
        """Cards where somebody came, left or was forgotten since the last call."""
        at = self.now()
        with self._guard:
            late = [(one, card) for card, there in self._until.items() for one, until in there.items() if until <= at]
            for employee, card in late:
                self._drop(employee, card)
            changed, self._changed = sorted(self._changed), set()
            return changed

    def _make_room(self, employee: int, card: Card) -> None:
        others = [one for one in self._cards_of(employee) if one != card]
        if len(others) >= MOST_CARDS:
            self._drop(employee, min(others, key=lambda one: self._until[one][employee]))

    def _cards_of(self, employee: int) -> list[Card]:
        return [card for card, there in self._until.items() if employee in there]

    def _drop(self, employee: int, card: Card) -> None:
        there = self._until.get(card, {})
        if there.pop(employee, None) is not None:
            self._changed.add(card)
        if not there:
            self._until.pop(card, None)
