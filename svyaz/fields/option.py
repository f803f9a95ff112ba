"""Options of a field: what each type allows, with defaults; every unknown or wrong one is named at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from svyaz.kernel.problem import Problem
from svyaz.kernel.text import shown


class OptionUnknown(Problem):
    code = "option_unknown"  # facts: option, known


class OptionWrong(Problem):
    code = "option_wrong"  # facts: option, value, expected


class OptionMissing(Problem):
    code = "option_missing"  # facts: option


@dataclass(frozen=True, slots=True)
class Option:
    """fits: whether a value will do; expected: how to say it to a person of any language, "0…6"."""

    default: Any
    fits: Callable[[Any], bool]
    expected: str


def whole(default: int | None, low: int, high: int) -> Option:
    return Option(default, lambda raw: type(raw) is int and low <= raw <= high, f"{low}…{high}")


def flag(default: bool) -> Option:
    return Option(default, lambda raw: isinstance(raw, bool), "true | false")


def one_of(default: str, *allowed: str) -> Option:
    return Option(default, lambda raw: isinstance(raw, str) and raw in allowed, " | ".join(allowed))


def key_or_nothing() -> Option:
    return Option("", lambda raw: isinstance(raw, str), "key")


def read_options(
    raw: Mapping[str, Any], place: str, known: Mapping[str, Option]
) -> tuple[dict[str, Any], list[Problem]]:
    """Complete options: those given where they fit, defaults for the rest; and what is wrong with the given."""
    complete = {name: option.default for name, option in known.items()}
    problems: list[Problem] = []
    for name, value in raw.items():
        option = known.get(name)
        if option is None:
            problems.append(OptionUnknown(place, option=shown(name), known=", ".join(known)))
        elif value is not option.default and not option.fits(value):
            problems.append(OptionWrong(place, option=name, value=shown(value), expected=option.expected))
        else:
            complete[name] = value
    return complete, problems
