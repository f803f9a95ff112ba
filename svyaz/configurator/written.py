"""The configuration as an administrator edits it: tables as in TOML, with what traits bring; and what there is to use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from svyaz.fields.registry import TYPES
from svyaz.schema.shapes import field_tables
from svyaz.schema.snapshot import TraitShape
from svyaz.schema.source import Part
from svyaz.storage.session import Session
from svyaz.storage.tallies import count_records
from svyaz.tenancy.company import current_source

COMPUTED = ("formula", "lookup", "rollup")
INSIDE = ("number", "numbers", "columns", "gone")


def written(session: Session, shapes: Sequence[TraitShape]) -> dict[str, Any]:
    source = current_source(session)
    return {
        "revision": session.snapshot.revision,
        "source": {
            "settings": dict(source.settings),
            "entities": [_table(part, "", shapes) for part in source.entities],
            "dictionaries": [_table(part, "dictionary", shapes) for part in source.dictionaries],
            "roles": [{**part.table, "origin": part.origin} for part in source.roles],
            "menu": [dict(one) for one in source.menu],
            "home": dict(source.home),
        },
        "counts": {key: count_records(session, key, "living") for key in session.snapshot.entities},
    }


def _table(part: Part, kind: str, shapes: Sequence[TraitShape]) -> dict[str, Any]:
    own = {one.get("key") for one in part.table.get("field", ())}
    fields = []
    for one, place in field_tables(part.table, kind, shapes):
        trait = place.removeprefix("trait ").partition(":")[0] if place.startswith("trait ") else ""
        fields.append(one if one.get("key") in own else {**one, "trait": trait or "dictionary"})
    bare = {key: value for key, value in part.table.items() if key not in INSIDE}
    return {**bare, "field": fields, "origin": part.origin}


def palette(shapes: Sequence[TraitShape], language: str) -> dict[str, Any]:
    """Types of fields with their options and what they may become; traits with theirs."""
    types = []
    for key, kind in TYPES.items():
        known = getattr(kind, "known", {})
        types.append(
            {
                "key": key,
                "options": [{"key": name, "default": option.default} for name, option in known.items()],
                "becomes": [other for other in TYPES if other != key and kind.convert(other) is not None],
                "computed": key in COMPUTED,
            }
        )
    traits = [
        {
            "key": shape.key,
            "title": shape.title.say(language),
            "options": dict(shape.options),
            "fields": [str(one["key"]) for one in shape.fields],
        }
        for shape in shapes
    ]
    return {"types": types, "traits": traits}
