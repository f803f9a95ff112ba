"""Several options of a fixed list: tags, interests."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from svyaz.expression.tree import Type
from svyaz.fields.base import Compare, Options, Terms, Words
from svyaz.fields.choice import Choice, ChoiceUnknown, find_option, option_title
from svyaz.fields.several import Several
from svyaz.kernel.problem import Problem

MOST_TYPED = 20_000  # characters


class Choices(Several):
    name = "choices"

    def check_options(self, options: Options, place: str) -> tuple[Options, list[Problem]]:
        return Choice().check_options(options, place)

    def compare(self, options: Options) -> Compare:
        return Compare(self.operators, sort="order")

    def entries(self, raw: Any, options: Options) -> Iterable[Any]:
        """Text is one title, or titles parted by ; or line ends, or by commas: a title may hold a comma itself."""
        if not isinstance(raw, str) or len(raw) > MOST_TYPED:
            return super().entries(raw, options)
        return [title for line in re.split(r"[;\n]", raw) for title in _titles(line, options)]

    def understand(self, raw: Any, options: Options, terms: Terms) -> str:
        return find_option(raw, options)

    def say(self, value: Any, options: Options, words: Words) -> str:
        titles = [option_title(one, options, words.language) for one in value or ()]
        return ("; " if any("," in title for title in titles) else ", ").join(titles)

    def expression_type(self, options: Options) -> Type:
        return Type("choice", options=tuple(one["key"] for one in options["options"]), many=True)


def _titles(line: str, options: Options) -> list[str]:
    try:
        find_option(line, options)
    except ChoiceUnknown:
        return line.split(",")
    return [line]
