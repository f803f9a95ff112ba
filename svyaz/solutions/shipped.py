"""Solutions that come with the product: where they lie and what configuration they make.

A company's source is the entities of org (beneath every solution) with the solutions it chose.
In a wheel they are in svyaz/solutions_shipped, in a checkout in solutions/ beside the package.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from svyaz.kernel.problem import Problem
from svyaz.schema.source import Source, merge, read_folder

PACKAGE = Path(__file__).parent.parent


class SolutionUnknown(Problem):
    code = "solution_unknown"  # facts: solution, known


def solutions_folder() -> Path:
    packed = PACKAGE / "solutions_shipped"
    return packed if packed.is_dir() else PACKAGE.parent / "solutions"


def shipped() -> dict[str, Path]:
    """key -> folder of every solution that came along."""
    folder = solutions_folder()
    return {one.name: one for one in sorted(folder.iterdir()) if (one / "entities").is_dir()} if folder.is_dir() else {}


def source_of(keys: Sequence[str], title: str | None = None) -> Source:
    """The source of a company with these solutions; `title` is what the company is called."""
    known = shipped()
    for key in keys:
        if key not in known:
            raise SolutionUnknown(solution=key, known=", ".join(known) or "—")
    made = merge([read_folder(PACKAGE / "org"), *(read_folder(known[key]) for key in keys)])
    if title:
        made = replace(made, settings={**made.settings, "title": title})
    return made
