"""The formulas of a configuration: label, default, check, rule and filter, each typed and each with its own limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from svyaz.expression.check import formula
from svyaz.expression.parse import parse
from svyaz.expression.scope import Scope, Slot
from svyaz.expression.tree import TEXT, YES_NO, Call, Node, Path, Type
from svyaz.kernel.problem import Problem, Problems
from svyaz.schema.problems import (
    CheckThroughLink,
    DefaultUsesField,
    FormulaMissing,
    LabelThroughLink,
    LabelUnfit,
)

PASSING = ("today", "now", "me")
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Bench:
    """What a formula is checked with.  broken: keys of fields that have problems of their own already."""

    scope: Scope
    broken: frozenset[str]
    problems: list[Problem]

    def typed(self, text: Any, place: str, expected: Type | None) -> Node | None:
        """None when it cannot be: the problem is told, or the formula speaks of a broken field."""
        if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
            self.problems.append(FormulaMissing(place, limit=LONGEST))
            return None
        try:
            if self.broken and any(self.broken & set(path.keys) for path in paths(parse(text))):
                return None
            return formula(text, self.scope, expected)
        except Problems as several:
            for one in several.problems:
                self._tell(one, place)
        except Problem as one:
            self._tell(one, place)
        return None

    def _tell(self, problem: Problem, place: str) -> None:
        problem.place = f"{place}: {problem.place}" if problem.place else place
        self.problems.append(problem)


class NoFields:
    """The scope of a default: there is no record yet."""

    def slot(self, keys: tuple[str, ...]) -> Slot | None:
        return None

    def suggest(self, key: str) -> list[str]:
        return []


def label(bench: Bench, text: str, place: str) -> Node | None:
    """A label is stored, so it may use only what changes with the record itself."""
    node = bench.typed(text, place, TEXT)
    if node is None:
        return None
    before = len(bench.problems)
    for path in paths(node):
        if len(path.keys) > 1 or path.type.kind == "link":
            bench.problems.append(LabelThroughLink(place, path=".".join(path.keys)))
        elif path.keys[0] in ("label", "created_at", "created_by", "changed_at", "changed_by"):
            bench.problems.append(LabelUnfit(place, used=path.keys[0]))
    for name in sorted(functions(node) & set(PASSING)):
        bench.problems.append(LabelUnfit(place, used=f"{name}()"))
    return node if len(bench.problems) == before else None


def default(bench: Bench, raw: Any, place: str, expected: Type) -> Node | None:
    """raw: formula text, or plainly true, false or a whole number.  Fields are refused: there is no record yet."""
    if isinstance(raw, (bool, int)):
        raw = str(raw).lower()
    if not isinstance(raw, str):
        bench.problems.append(FormulaMissing(place, limit=LONGEST))
        return None
    try:
        used = next(paths(parse(raw)), None)
    except Problem:
        used = None  # typed() tells it
    if used is not None:
        bench.problems.append(DefaultUsesField(place, path=".".join(used.keys)))
        return None
    return replace(bench, scope=NoFields()).typed(raw, place, expected)


def check(bench: Bench, text: Any, place: str) -> Node | None:
    """A check reads the record in hand and nothing else, so that saving costs no query."""
    node = bench.typed(text, place, YES_NO)
    far = next((path for path in paths(node) if len(path.keys) > 1), None) if node else None
    if far is not None:
        bench.problems.append(CheckThroughLink(place, path=".".join(far.keys)))
        return None
    return node


def paths(node: Node) -> Iterator[Path]:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Path):
            yield one
        elif isinstance(one, Call):
            waiting.extend(reversed(one.arguments))


def functions(node: Node) -> set[str]:
    if not isinstance(node, Call):
        return set()
    return {node.function}.union(*map(functions, node.arguments))
