"""What a dry run remembers, so that its fates are those the real run will give.

Each portion is rolled back, so a later row cannot find in the base what an earlier one would have put there:
its keys, its unique values, its name.  They are remembered here instead, as 8-byte prints: a file of a million
rows with two keys costs some 150 MB at worst and usually a tenth of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from svyaz.exchange.file_rows import FileRow, Reading
from svyaz.kernel.problem import Problem
from svyaz.kernel.text import fold
from svyaz.records.duplicates import compared_keys
from svyaz.schema.snapshot import Entity
from svyaz.storage.problems import UniqueTaken
from svyaz.storage.session import Session


@dataclass(slots=True)
class Rehearsal:
    """keys, unique: prints of what earlier rows would have written.
    made: entity -> folded names of records that links would make.
    waiting: row -> (field, word) of links to rows of the file itself, whose absence would be a trouble."""

    keys: set[int] = field(default_factory=set)
    unique: set[int] = field(default_factory=set)
    made: dict[str, set[str]] = field(default_factory=dict)
    waiting: dict[int, list[tuple[str, str]]] = field(default_factory=dict)

    def is_known(self, keys: Iterable[tuple[str, Any]]) -> bool:
        return any(hash(one) in self.keys for one in keys)

    def taken(self, session: Session, entity: Entity, row: FileRow) -> list[Problem]:
        """Values that must not repeat and would belong to an earlier row by now."""
        return [
            UniqueTaken(f"values.{key}", entity=entity.key, field=key, value=value, id=None)
            for key, value in self._unique(session, entity, row)
            if hash((key, value)) in self.unique
        ]

    def remember(self, session: Session, entity: Entity, row: FileRow, keys: Iterable[tuple[str, Any]]) -> None:
        self.keys.update(hash(one) for one in keys)
        self.unique.update(hash(one) for one in self._unique(session, entity, row))

    def note_made(self, entity: str, word: str) -> None:
        self.made.setdefault(entity, set()).add(fold(word))

    def lost(self, reading: Reading, own: set[str]) -> dict[int, list[tuple[str, str]]]:
        """Of the waiting links those whose record no row of the file makes either."""
        found = {}
        for row, links in self.waiting.items():
            if gone := [(key, word) for key, word in links if fold(word) not in own]:
                found[row] = gone
        return found

    def _unique(self, session: Session, entity: Entity, row: FileRow) -> Sequence[tuple[str, Any]]:
        return [
            (one.key, value)
            for one in entity.fields
            if one.unique and not one.hidden and row.values.get(one.key) is not None
            for value in compared_keys(session, one, row.values[one.key])
        ]
