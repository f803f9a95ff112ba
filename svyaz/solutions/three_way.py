"""An upgrade of a solution: what was shipped before, what the company made of it, what is shipped now.

What nobody changed here follows the solution; what was changed here stays; what both changed, each otherwise, stays
as it is here and is told as a conflict.  Lists of things with keys (fields, stages, options, views) are merged thing by
thing, lists of names name by name, tabs and sections of a card by their places while there are as many of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ABSENT = object()


@dataclass(frozen=True, slots=True)
class Conflict:
    """place   "abonent: field.debt.formula";  here, shipped: what stands here and what came, None for absent"""

    place: str
    here: Any
    shipped: Any


@dataclass(slots=True)
class Merging:
    """take   "here" or "shipped": which side of a conflict stands;  takes: the same for single places"""

    take: str
    conflicts: list[Conflict]
    takes: Mapping[str, str] = field(default_factory=dict)

    def merge(self, base: Any, here: Any, shipped: Any, place: str) -> Any:
        """What the outcome holds; ABSENT for nothing."""
        if here == shipped or shipped == base:
            return here
        if here == base:
            return shipped
        if isinstance(here, Mapping) and isinstance(shipped, Mapping):
            return self.tables(base if isinstance(base, Mapping) else {}, here, shipped, place)
        if _keyed(here) and _keyed(shipped):
            return self.lists(base if _keyed(base) else [], here, shipped, place)
        if all(isinstance(one, list) for one in (base, here, shipped)):
            if all(isinstance(one, str) for one in (*base, *here, *shipped)):
                return _names(base, here, shipped)
            same = len(base) == len(here) == len(shipped)
            if same and all(isinstance(one, Mapping) for one in (*base, *here, *shipped)):
                triples = zip(base, here, shipped, strict=True)  # tabs and sections of a card have no keys
                return [self.tables(*three, f"{place}.{at + 1}") for at, three in enumerate(triples)]
        self.conflicts.append(Conflict(place, _told(here), _told(shipped)))
        return here if self.takes.get(place, self.take) == "here" else shipped

    def tables(
        self, base: Mapping[str, Any], here: Mapping[str, Any], shipped: Mapping[str, Any], place: str
    ) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for key in (*here, *(key for key in shipped if key not in here)):
            value = self.merge(base.get(key, ABSENT), here.get(key, ABSENT), shipped.get(key, ABSENT), _at(place, key))
            if value is not ABSENT:
                merged[key] = value
        return merged

    def lists(
        self, base: Sequence[Mapping[str, Any]], here: Sequence[Any], shipped: Sequence[Any], place: str
    ) -> list[Any]:
        """In the order of here, what is new after the thing it is shipped after.

        A field that the solution ships no more is hidden here, not dropped: its values are the company's.
        """
        old, mine, new = ({one["key"]: one for one in listed} for listed in (base, here, shipped))
        order = [one["key"] for one in here]
        before = ""
        for one in shipped:
            if one["key"] not in mine:
                order.insert(order.index(before) + 1 if before in order else len(order), one["key"])
            before = one["key"]
        merged = []
        for key in order:
            was, now, then = old.get(key, ABSENT), mine.get(key, ABSENT), new.get(key, ABSENT)
            if then is ABSENT and was is not ABSENT and now is not ABSENT and place.endswith(": field"):
                merged.append({**mine[key], "hidden": True})
                continue
            value = self.merge(was, now, then, _at(place, key))
            if value is not ABSENT:
                merged.append(value)
        return merged


def _names(base: Sequence[str], here: Sequence[str], shipped: Sequence[str]) -> list[str]:
    """A list of fields or columns: what either side took out is out, what the solution added comes after the one that
    it is shipped after."""
    kept = [one for one in here if one in shipped or one not in base]
    before = ""
    for one in shipped:
        if one not in base and one not in kept:
            kept.insert(kept.index(before) + 1 if before in kept else len(kept), one)
        before = one
    return kept


def _keyed(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(one, Mapping) and "key" in one for one in value)


def _at(place: str, key: str) -> str:
    return f"{place}{key}" if place.endswith(": ") else f"{place}.{key}"


def _told(value: Any) -> Any:
    return None if value is ABSENT else value
