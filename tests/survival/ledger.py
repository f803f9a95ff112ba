"""What clients know of the base: what was acknowledged must be there; what got no answer may be there, whole, or not."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

_LETTERS = "бвгджзклмнпрстфхцчшщ"
_numbers = itertools.count(1)


def new_code() -> str:
    """A word that stands nowhere else in the base and has no neighbours a letter away."""
    number, word = next(_numbers) * 7_919, ""
    while number:
        number, at = divmod(number, len(_LETTERS))
        word += _LETTERS[at] + "аоуэ"[at % 4]
    return f"яы{word}йъ"


@dataclass(frozen=True, slots=True)
class Shape:
    """A record at one version.  values: as the API says them, of the fields that clients write."""

    version: int
    values: tuple[tuple[str, Any], ...]
    living: bool = True

    def written(self, values: dict[str, Any]) -> Shape:
        return replace(self, version=self.version + 1, values=tuple(sorted({**dict(self.values), **values}.items())))

    def moved(self, living: bool) -> Shape:
        return replace(self, version=self.version + 1, living=living)


@dataclass(slots=True, eq=False)
class Held:
    """A record of one client.  possible: one shape when it is certain."""

    entity: str
    id: int
    possible: list[Shape]

    @property
    def is_certain(self) -> bool:
        return len(self.possible) == 1

    @property
    def now(self) -> Shape:
        return self.possible[-1]


@dataclass(slots=True)
class Group:
    """Records written by one request or one job: all of them or none.  must: it was acknowledged."""

    what: str
    pairs: list[tuple[Held, Shape, Shape]]  # before, after
    must: bool


@dataclass(slots=True)
class Wanted:
    """A creation without an answer: asked again under the same key it makes one record."""

    key: str
    entity: str
    values: dict[str, Any]


@dataclass(slots=True)
class Import:
    """city: what every row of it and nothing else says.  run, undo: «must» when acknowledged, «may» when not."""

    id: int
    city: str
    titles: list[str]
    run: str = "no"
    undo: str = "no"


@dataclass(slots=True)
class Ledger:
    held: list[Held] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    # Of the architect's fields: (type, title, hidden), None where there is none; several when nobody knows.
    fields: dict[str, list[tuple[str, str, bool] | None]] = field(default_factory=dict)
    files: dict[int, bytes] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str) -> None:
        with self.guard:
            self.counts[what] += 1

    def find(self, told: str) -> None:
        with self.guard:
            self.findings.append(told)

    @property
    def acknowledged(self) -> int:
        return sum(count for what, count in self.counts.items() if not what.startswith("!"))
