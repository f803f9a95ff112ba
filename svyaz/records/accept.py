"""From what was sent to canonical values, all problems at once, each with its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svyaz.kernel.problem import BadValue, Problem
from svyaz.records.entry import Entry, say
from svyaz.records.problems import FieldReadOnly, FieldRequired, UnknownField

GIVEN_BY_US = ("autonumber",)  # an import may bring numbers of the old program, a person may not


def accept_values(entry: Entry, raw: Mapping[str, Any], place: str) -> tuple[dict[str, Any], list[Problem]]:
    """Canonical values of the named fields; what could not be taken is absent and told.

    A key that does not exist and a field the actor may not read are refused in the same words.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    terms = entry.session.terms
    for key, given in raw.items():
        right = entry.rights.get(key, "hidden")
        if right == "hidden":
            problems.append(UnknownField(f"{place}values.{key}", field=key))
            continue
        field = entry.fields.get(key)
        if field is None or right == "read" or (field.type in GIVEN_BY_US and entry.cause not in ("import", "demo")):
            title = entry.shape.by_key[key].title.say(entry.actor.language)
            problems.append(FieldReadOnly(f"{place}values.{key}", field=title))
            continue
        try:
            values[key] = entry.types[key].accept(given, field.options, terms)
        except BadValue as problem:
            problem.place = f"{place}values.{key}"
            problem.facts.setdefault("field", say(field, entry))
            problems.append(problem)
    return values, problems


def check_required(entry: Entry, values: Mapping[str, Any], place: str, asked: Mapping[str, Any]) -> list[Problem]:
    """Required fields among `asked` that are empty.  At creation all fields are asked; a change asks only
    what it touches: a field made required yesterday must not forbid correcting a phone today."""
    return [
        FieldRequired(f"{place}values.{key}", field=say(field, entry))
        for key, field in entry.fields.items()
        if field.required and key in asked and values.get(key) in (None, ())
    ]
