"""Link to one record of an object.  The id is kept; whether it exists and may be seen is asked by records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from svyaz.expression.tree import Type
from svyaz.fields.base import Compare, Options, Terms, Words
from svyaz.fields.option import Option, OptionMissing, one_of, read_options
from svyaz.fields.single import EQUAL, Conversions, Single, same
from svyaz.kernel.problem import BadValue, Problem
from svyaz.kernel.text import shown

MOST = 2**53 - 1
ON_DELETE = ("refuse", "clear", "delete")


class LinkNotUnderstood(BadValue):
    code = "link_not_understood"  # facts: value


def targets() -> Option:
    return Option((), lambda raw: isinstance(raw, list | tuple) and all(isinstance(one, str) for one in raw), "[key]")


class Link(Single):
    """to: keys of entities (a single key may be given);  on_delete: of the far record."""

    name = "link"
    kind = "bigint"
    known: ClassVar[Mapping[str, Option]] = {"to": targets(), "on_delete": one_of("refuse", *ON_DELETE)}
    becomes: ClassVar[Conversions] = {"links": same}

    def check_options(self, options: Options, place: str) -> tuple[Options, list[Problem]]:
        return check_link_options(options, place, self.known)

    def compare(self, options: Options) -> Compare:
        return Compare(EQUAL, sort="label", unique=True)

    def understand(self, raw: Any, options: Options, terms: Terms) -> int:
        """5, "5", [5, "ООО Ромашка"], {"id": 5}, and [5] alone."""
        return record_id(raw)

    def say(self, value: Any, options: Options, words: Words) -> str:
        return "" if value is None else f"№ {value}"

    def expression_type(self, options: Options) -> Type:
        return Type("link", to=tuple(options["to"]))


def check_link_options(options: Options, place: str, known: Mapping[str, Option]) -> tuple[Options, list[Problem]]:
    given = dict(options)
    if isinstance(given.get("to"), str):
        given["to"] = (given["to"],)
    complete, problems = read_options(given, place, known)
    complete["to"] = tuple(complete["to"])
    if not complete["to"] and not given.get("to"):
        problems.append(OptionMissing(place, option="to"))
    return complete, problems


def record_id(raw: Any) -> int:
    """Raises LinkNotUnderstood."""
    told = raw
    if isinstance(told, Mapping) and told.keys() <= {"id", "label"}:
        told = told.get("id")
    elif isinstance(told, list | tuple) and (len(told) == 1 or is_cell(told)):
        told = told[0]
    if isinstance(told, str) and len(told) < 20 and told.strip().isascii() and told.strip().isdigit():
        told = int(told)
    if type(told) is not int or not 1 <= told <= MOST:
        raise LinkNotUnderstood(value=shown(raw))
    return told


def is_cell(raw: Any) -> bool:
    """[id, label] and [id, null], not a list of two ids."""
    return isinstance(raw, list | tuple) and len(raw) == 2 and (raw[1] is None or isinstance(raw[1], str))
