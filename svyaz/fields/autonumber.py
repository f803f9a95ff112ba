"""Number given once at creation by a pattern: «СЧ-{год}-{0000}» -> «СЧ-2026-0042».

The count itself is taken in storage/numbering.py; here is how a pattern is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from svyaz.fields.base import Options, Terms
from svyaz.fields.option import Option, flag, one_of, read_options
from svyaz.fields.single import Conversions, Single, same
from svyaz.fields.text import sorting_keys, text_of
from svyaz.kernel.problem import Problem
from svyaz.kernel.text import shown, sort_key

MOST = 100
PLACE = re.compile(r"\{([^{}]*)\}")
YEAR = ("год", "year")
SHORT_YEAR = ("гг", "yy")
MONTH = ("месяц", "month")


class PatternWithoutYear(Problem):
    """Numbers that begin anew each year would repeat."""

    code = "pattern_without_year"  # facts: pattern


class Autonumber(Single):
    """pattern   {0000}: the count, as many digits at least; {год} {гг} {месяц} or {year} {yy} {month}
    reset        "year": the count begins at 1 each year of the company's zone
    gapless      a number is never lost: creations wait for each other (invoices)"""

    name = "autonumber"
    known: ClassVar[Mapping[str, Option]] = {
        "pattern": Option("{0000}", lambda raw: isinstance(raw, str) and is_pattern(raw), "СЧ-{год}-{0000}"),
        "reset": one_of("never", "year", "never"),
        "gapless": flag(False),
    }
    becomes: ClassVar[Conversions] = {"text": same, "long_text": same}

    def check_options(self, options: Options, place: str) -> tuple[Options, list[Problem]]:
        complete, problems = read_options(options, place, self.known)
        named = PLACE.findall(complete["pattern"])
        if complete["reset"] == "year" and not any(one in YEAR + SHORT_YEAR for one in named):
            problems.append(PatternWithoutYear(place, pattern=shown(complete["pattern"])))
        return complete, problems

    def understand(self, raw: Any, options: Options, terms: Terms) -> str | None:
        """Numbers that came from another system are kept as they are."""
        return text_of(raw, MOST, lines=False)

    def key(self, value: Any, options: Options) -> str | None:
        return None if value is None else sort_key(value)

    def key_all(self, values: Sequence[Any], options: Options) -> list[str | None]:
        return sorting_keys(values)

    def plain_text(self, options: Options) -> int | None:
        return MOST


def is_pattern(pattern: str) -> bool:
    """One {0…}, and every other place is known."""
    places = PLACE.findall(pattern)
    counts = [one for one in places if re.fullmatch("0{1,12}", one)]
    rest = [one for one in places if one not in counts]
    return len(counts) == 1 and set(rest) <= {*YEAR, *SHORT_YEAR, *MONTH} and len(pattern) <= 60


def number_text(pattern: str, count: int, day: date) -> str:
    """number_text("СЧ-{год}-{0000}", 42, date(2026, 11, 3)) == "СЧ-2026-0042"; a longer count is never cut."""

    def fill(place: re.Match[str]) -> str:
        told = place[1]
        if told in YEAR:
            return f"{day.year:04d}"
        if told in SHORT_YEAR:
            return f"{day.year % 100:02d}"
        return f"{day.month:02d}" if told in MONTH else f"{count:0{len(told)}d}"

    return PLACE.sub(fill, pattern)


def number_texts(pattern: str, counts: Iterable[int], day: date) -> list[str]:
    """number_text of each: the pattern is read once."""
    width = next(len(place) for place in PLACE.findall(pattern) if set(place) == {"0"})
    mark = "0" * width
    before, _, after = pattern.partition(f"{{{mark}}}")
    head, tail = (number_text(part, 0, day) for part in (before, after))
    return [f"{head}{count:0{width}d}{tail}" for count in counts]


def count_of(pattern: str, number: str) -> int | None:
    """The count inside a number made by the pattern, in any year; None for a number of another shape."""
    shape = PLACE.sub(lambda place: "\0" if set(place[1]) == {"0"} else "\1", pattern)
    shape = re.escape(shape).replace("\0", "([0-9]+)").replace("\1", "[0-9]{2,4}")
    found = re.fullmatch(shape, number)
    return int(found[1]) if found and len(found[1]) < 18 else None


def period_of(reset: str, day: date) -> str:
    """What the count belongs to: "2026" or, when it never begins anew, ""."""
    return f"{day.year:04d}" if reset == "year" else ""
