"""Files: ids of what storage keeps.  Whether a file exists and may be seen is asked by records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from svyaz.expression.tree import Type
from svyaz.fields.base import Column, Options, Terms, Words
from svyaz.fields.links import id_entries
from svyaz.fields.option import Option, whole
from svyaz.fields.several import Several
from svyaz.kernel.problem import BadValue
from svyaz.kernel.text import shown


class FileNotUnderstood(BadValue):
    code = "file_not_understood"  # facts: value


class File(Several):
    """max   how many files"""

    name = "file"
    columns = (Column("bigint"),)
    operators = ("empty",)
    known: ClassVar[Mapping[str, Option]] = {"max": whole(20, 1, 100)}

    def entries(self, raw: Any, options: Options) -> Iterable[Any]:
        """[5, 6], cells [[5, "договор.pdf", 1200], …], one cell alone."""
        if isinstance(raw, list | tuple) and len(raw) > 1 and type(raw[0]) is int and isinstance(raw[1], str):
            return [raw]
        return id_entries(raw)

    def understand(self, raw: Any, options: Options, terms: Terms) -> int:
        told = raw
        if isinstance(told, list | tuple) and told:
            told = told[0]
        elif isinstance(told, Mapping):
            told = told.get("id")
        if isinstance(told, str) and len(told) < 20 and told.strip().isascii() and told.strip().isdigit():
            told = int(told)
        if type(told) is not int or not 1 <= told < 2**53:
            raise FileNotUnderstood(value=shown(raw))
        return told

    def say(self, value: Any, options: Options, words: Words) -> str:
        return words.say("files", n=len(value)) if value else ""

    def expression_type(self, options: Options) -> Type:
        return Type("link", many=True)
