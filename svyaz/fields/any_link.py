"""Link to a record of any object: what a task or a call is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from svyaz.expression.tree import Type
from svyaz.fields.base import Column, Columns, Compare, Json, Options, Terms, Words
from svyaz.fields.link import ON_DELETE, LinkNotUnderstood, record_id, targets
from svyaz.fields.option import Option, one_of, read_options
from svyaz.fields.single import EQUAL, Single
from svyaz.kernel.problem import BadValue, Problem
from svyaz.kernel.text import shown
from svyaz.kernel.values import Ref

TYPED = re.compile(r"\s*([a-z0-9_]+)\s*[:/ ]\s*([0-9]{1,16})\s*")


class LinkTargetRefused(BadValue):
    code = "link_target_refused"  # facts: entity, allowed


class AnyLink(Single):
    """to        keys of entities it may point to, () for all
    numbers      entity key -> number, of all entities; put there by the schema: the column keeps the number"""

    name = "any_link"
    known: ClassVar[Mapping[str, Option]] = {"to": targets(), "on_delete": one_of("clear", *ON_DELETE)}

    def check_options(self, options: Options, place: str) -> tuple[Options, list[Problem]]:
        given = {name: value for name, value in options.items() if name != "numbers"}
        if isinstance(given.get("to"), str):
            given["to"] = (given["to"],)
        complete, problems = read_options(given, place, self.known)
        return {**complete, "to": tuple(complete["to"]), "numbers": options.get("numbers", {})}, problems

    def storage(self, options: Options) -> Columns:
        return Columns((Column("bigint"), Column("bigint", "ent")))

    def compare(self, options: Options) -> Compare:
        return Compare(EQUAL, sort="label")

    def understand(self, raw: Any, options: Options, terms: Terms) -> Ref:
        """Ref, [entity, id], [entity, id, label], {"entity", "id", "label"?}, "company:5"."""
        entity, told = _parts(raw)
        if entity not in options["numbers"] or (options["to"] and entity not in options["to"]):
            raise LinkTargetRefused(entity=shown(entity), allowed=list(options["to"] or options["numbers"])[:10])
        return Ref(entity, record_id(told))

    def pack(self, value: Any, options: Options) -> tuple[Any, ...]:
        return (None, None) if value is None else (value.id, options["numbers"][value.entity])

    def unpack(self, stored: Any, options: Options) -> Ref | None:
        if stored[0] is None:
            return None
        return next((Ref(key, stored[0]) for key, number in options["numbers"].items() if number == stored[1]), None)

    def wire(self, options: Options) -> Callable[..., Json] | None:
        """[entity, id]; the label is joined by the list as of other links."""
        keys = {number: key for key, number in options["numbers"].items()}
        return lambda id, number: None if id is None else [keys.get(number), id]

    def plain(self, value: Any, options: Options) -> Json:
        return None if value is None else [value.entity, value.id]

    def say(self, value: Any, options: Options, words: Words) -> str:
        return "" if value is None else f"{value.entity} № {value.id}"

    def key(self, value: Any, options: Options) -> str | None:
        return None

    def expression_type(self, options: Options) -> Type:
        return Type("link", to=tuple(options["to"]))


def _parts(raw: Any) -> tuple[str, Any]:
    if isinstance(raw, Ref):
        return raw.entity, raw.id
    if isinstance(raw, Mapping) and raw.keys() <= {"entity", "id", "label"} and isinstance(raw.get("entity"), str):
        return raw["entity"], raw.get("id")
    if isinstance(raw, list | tuple) and len(raw) in (2, 3) and isinstance(raw[0], str):
        return raw[0], raw[1]
    typed = TYPED.fullmatch(raw) if isinstance(raw, str) and len(raw) < 100 else None
    if typed is None:
        raise LinkNotUnderstood(value=shown(raw))
    return typed[1], typed[2]
