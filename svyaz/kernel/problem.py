"""What a person can understand and put right.

A Problem carries a code and facts, never prose: the words live in locale/<lang>.toml under
[problems] and the code, so one problem reads well in Russian, in English and in a log.
api/errors.py turns a Problem into 4xx; any other exception is a bug and becomes 500.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar


class Problem(Exception):
    """One thing that is wrong: `code` says what, `facts` fill the words, `place` says where.

    place   a path people and programs both read: "values.amount", "company.toml: field 3", "row 17"
    """

    code: ClassVar[str] = "problem"
    status: ClassVar[int] = 422

    def __init__(self, place: str = "", **facts: Any) -> None:
        super().__init__(self.code, place, facts)
        self.place = place
        self.facts = facts

    def __str__(self) -> str:
        told = ", ".join(f"{key}={value!r}" for key, value in self.facts.items())
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.code}({told})"


class Problems(Problem):
    """Several problems at once: a form, a file and a schema are told all that is wrong in one go."""

    code = "several_problems"  # facts: count

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(count=len(problems))
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "; ".join(str(problem) for problem in self.problems)


class BadValue(Problem):
    """A value that its field cannot take; subclasses and fields give the code of the exact reason."""

    code = "bad_value"  # facts: value, expected


class NotFound(Problem):
    """Absent and forbidden look the same to a stranger (house.md «403 or 404»)."""

    code = "not_found"  # facts: entity, id
    status = 404


class Denied(Problem):
    """A colleague who may see the entity is told why not and who can help."""

    code = "denied"  # facts: entity, verb
    status = 403


def raise_all(problems: Sequence[Problem]) -> None:
    """Raise nothing, the one problem, or all of them together."""
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise Problems(problems)
