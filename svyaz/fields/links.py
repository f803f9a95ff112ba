"""Links to several records: contacts of a sale, participants of a meeting."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from svyaz.expression.tree import Type
from svyaz.fields.base import Column, Compare, Options, Terms, Words
from svyaz.fields.link import ON_DELETE, check_link_options, is_cell, record_id, targets
from svyaz.fields.option import Option, one_of
from svyaz.fields.several import Several
from svyaz.kernel.problem import Problem

MOST_TYPED = 20_000  # characters


class Links(Several):
    """on_delete   clear: the link goes, the record stays"""

    name = "links"
    columns = (Column("bigint"),)
    known: ClassVar[Mapping[str, Option]] = {"to": targets(), "on_delete": one_of("clear", *ON_DELETE)}

    def check_options(self, options: Options, place: str) -> tuple[Options, list[Problem]]:
        return check_link_options(options, place, self.known)

    def compare(self, options: Options) -> Compare:
        return Compare(self.operators, sort="label")

    def entries(self, raw: Any, options: Options) -> Iterable[Any]:
        """[5, 6], [[5, "Ольга"], 6], one cell [5, "Ольга"] alone, "5, 6"."""
        return id_entries(raw)

    def understand(self, raw: Any, options: Options, terms: Terms) -> int:
        return record_id(raw)

    def say(self, value: Any, options: Options, words: Words) -> str:
        return ", ".join(f"№ {one}" for one in value or ())

    def expression_type(self, options: Options) -> Type:
        return Type("link", to=tuple(options["to"]), many=True)


def id_entries(raw: Any) -> Iterable[Any]:
    if isinstance(raw, str) and len(raw) < MOST_TYPED:
        return re.split(r"[,;\n]", raw)
    if is_cell(raw) and not isinstance(raw[0], list | tuple | str | Mapping):
        return [raw]
    return raw if isinstance(raw, list | tuple) else [raw]
