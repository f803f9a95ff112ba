"""A record on its way in: what was given, what it will be, what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from svyaz.kernel.problem import Problem
from svyaz.storage.record_tables import Stored
from svyaz.storage.told_change import Told


@dataclass(frozen=True, slots=True)
class Past:
    """What an import knows of a record's own past (house.md «Import», the mark «история»).

    created_at  when it came to be;  stages: ((stage key, entered_at), …) in order of time
    """

    created_at: datetime | None = None
    stages: tuple[tuple[str, datetime], ...] = ()


@dataclass(slots=True)
class Draft:
    """One record of a create (stored is None) or of a change.

    place    where problems are: "" alone, "rows[3]." in a list
    given    keys the caller named, canonical values
    values   the whole record as it will be; traits write here
    told     the written record as its writer will read it, where the base has told it while writing
    seen     the version the caller saw, None: whatever it is now
    """

    place: str
    given: dict[str, Any]
    values: dict[str, Any]
    stored: Stored | None = None
    seen: int | None = None
    past: Past | None = None
    problems: list[Problem] = field(default_factory=list)
    id: int = 0
    version: int = 1
    label: str = ""
    base: dict[str, int | None] = field(default_factory=dict)
    told: Told | None = None

    @property
    def before(self) -> Mapping[str, Any]:
        return self.stored.values if self.stored else {}

    def changed(self) -> dict[str, tuple[Any, Any]]:
        """key -> (before, after) of what this write really changes."""
        if self.stored is None:
            return {}
        before = self.stored.values
        return {
            key: (was, value)
            for key, value in self.values.items()
            if (was := before.get(key)) is not value and was != value  # most are the very ones that were read
        }

    def moves(self, key: str) -> bool:
        """Whether this write gives the field another value; at creation: any value at all."""
        if self.stored is None:
            return self.values.get(key) not in (None, ())
        return self.stored.values.get(key) != self.values.get(key)
