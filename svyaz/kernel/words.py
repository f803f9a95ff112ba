"""The words of one language, read from locale/<language>.toml, and how facts are put into them.

An entry is a text with {facts}, or a table of plural forms picked by a number among the facts:

    records  = { one = "{n} запись", few = "{n} записи", many = "{n} записей" }
    too_long = { by = "max", one = "…", few = "…", many = "…" }     # by another fact than n

Facts are said by their kind: Decimal, Money, date and datetime as in cells, several joined by commas,
`n` with its thousands grouped; anything else as it is.  {size:number} groups thousands too.
The section [ui] is not read here: tools/make_words.py makes the browser's modules of it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from string import Formatter
from types import MappingProxyType
from typing import Any

from svyaz.kernel.problem import Problem, Problems
from svyaz.kernel.russian import plural, say_date, say_instant, say_money, say_number
from svyaz.kernel.values import Money

LANGUAGES = ("ru", "en")
UNKNOWN_FACT = "…"

Entry = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Words:
    """zone: of the person who reads, for the times among the facts."""

    language: str
    sections: Mapping[str, Mapping[str, Entry]]
    zone: str = "Europe/Moscow"

    def in_zone(self, zone: str) -> Words:
        return replace(self, zone=zone)

    def has(self, key: str, section: str = "words") -> bool:
        return key in self.sections[section]

    def say(self, key: str, **facts: Any) -> str:
        """The words of [words] under the key.  KeyError when there are none: a mistake of ours, not of a person."""
        return self._fill(self.sections["words"][key], facts)

    def problem(self, problem: Problem) -> str:
        """What went wrong, for a person.  Several problems: each on its own line."""
        if isinstance(problem, Problems):
            return "\n".join(self.problem(one) for one in problem.problems)
        entry = self.sections["problems"].get(problem.code)
        return str(problem) if entry is None else self._fill(entry, problem.facts)

    def _fill(self, entry: Entry, facts: Mapping[str, Any]) -> str:
        return _Filler(self).vformat(self._form(entry, facts), (), facts)

    def _form(self, entry: Entry, facts: Mapping[str, Any]) -> str:
        if isinstance(entry, str):
            return entry
        n = facts.get(entry.get("by", "n"), 0)
        count = n if isinstance(n, int) else 0
        if self.language == "ru":
            return plural(count, entry["one"], entry["few"], entry["many"])
        return entry["one"] if count == 1 else entry["many"]

    def fact(self, value: Any) -> str:
        if isinstance(value, datetime):
            return say_instant(value, self.language, self.zone)
        if isinstance(value, date):
            return say_date(value, self.language)
        if isinstance(value, Decimal):
            return say_number(value, self.language)
        if isinstance(value, Money):
            return say_money(value, self.language)
        if isinstance(value, str | int | float):
            return str(value)
        if isinstance(value, Iterable):
            return ", ".join(self.fact(one) for one in value)
        return UNKNOWN_FACT if value is None else str(value)


class _Filler(Formatter):
    """str.format over facts only: no attributes, no indexes, and an absent fact never breaks a refusal."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def get_field(self, field_name: str, args: Any, kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        value = kwargs.get(field_name)
        if field_name == "n" and isinstance(value, int):
            return say_number(value, self.words.language), field_name
        return value, field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "number" and isinstance(value, int | Decimal):
            return say_number(value, self.words.language)
        return self.words.fact(value)


@cache
def load_words(language: str) -> Words:
    """The words of the language; an unknown language gets Russian."""
    language = language if language in LANGUAGES else "ru"
    text = (files("svyaz") / "locale" / f"{language}.toml").read_text("utf-8")
    tables = tomllib.loads(text)
    sections = {name: MappingProxyType(tables.get(name, {})) for name in ("words", "problems")}
    return Words(language, MappingProxyType(sections))
