"""A mark, what was found, and whether it is met."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

HALF_A_TICK = 0.005


@dataclass(frozen=True, slots=True)
class Mark:
    """key     how it is named on the command line
    title   what is measured, in a few words
    most    whether `limit` is the most allowed (a cost) or the least (a speed)
    unit    "×" of the baseline, "ms", "MB", "s"
    """

    key: str
    title: str
    limit: float
    unit: str = "×"
    most: bool = True

    def met(self, value: float) -> bool:
        return value <= self.limit if self.most else value >= self.limit


@dataclass(frozen=True, slots=True)
class Found:
    mark: Mark
    database: str
    value: float
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        return self.mark.met(self.value)

    def told(self) -> dict[str, Any]:
        return {**asdict(self), "met": self.met}


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds of one round: of the serving process, of its database server (0 on SQLite); and by the clock."""

    server: float
    database: float
    wall: float

    @property
    def total(self) -> float:
        return self.server + self.database


def in_turns(rounds: int, ours: Callable[[], Spent], theirs: Callable[[], Spent]) -> list[tuple[Spent, Spent]]:
    """Both in each round, now one first and now the other, so that a busy machine disturbs both alike."""
    found = []
    for turn in range(rounds):
        if turn % 2:
            second = theirs()
            found.append((ours(), second))
        else:
            first = ours()
            found.append((first, theirs()))
    return found


def ratio(rounds: Sequence[tuple[Spent, Spent]], of: Callable[[Spent], float] = lambda one: one.total) -> float:
    """The median of the rounds' ratios, ours to theirs; what the clock has not seen is taken for half a tick of it."""
    return median(of(ours) / (of(theirs) or HALF_A_TICK) for ours, theirs in rounds)


def compared(rounds: Sequence[tuple[Spent, Spent]], times: int) -> dict[str, Any]:
    """Facts of a comparison; times: how many were asked in a round.  Milliseconds of CPU for one."""

    def each(side: int, of: Callable[[Spent], float]) -> float:
        return round(median(of(one[side]) for one in rounds) / times * 1000, 4)

    told: dict[str, Any] = {
        "rounds": [round(ours.total / (theirs.total or HALF_A_TICK), 3) for ours, theirs in rounds],
        "ours_ms": each(0, lambda one: one.total),
        "baseline_ms": each(1, lambda one: one.total),
        "ours_wall_ms": each(0, lambda one: one.wall),
        "baseline_wall_ms": each(1, lambda one: one.wall),
    }
    if any(one.database for pair in rounds for one in pair):
        told |= {
            "ours_server_ms": each(0, lambda one: one.server),
            "ours_database_ms": each(0, lambda one: one.database),
            "baseline_server_ms": each(1, lambda one: one.server),
            "baseline_database_ms": each(1, lambda one: one.database),
            "ratio_server": round(ratio(rounds, lambda one: one.server), 3),
        }
    return told


def by_the_clock(mark: Mark, database: str, rounds: Sequence[tuple[Spent, Spent]], times: int) -> Found:
    """A rate, ours to theirs, as somebody with a watch finds it; that of CPU stands beside."""
    facts = compared(rounds, times) | {"ratio_cpu": round(1 / ratio(rounds), 3)}
    return Found(mark, database, round(1 / ratio(rounds, lambda one: one.wall), 3), facts)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def write(path: Path, told: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1, default=str))
