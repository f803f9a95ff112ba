"""Which fields an entity has: its own, those its traits bring, those of its kind, as tables still unread.

A trait's field is added unless the entity writes a field of that key or that role; then the entity's own
settings win one by one: `[[field]] key = "responsible"  title = "Менеджер"` is enough to give it another title,
`[[field]] key = "seller"  role = "responsible"` to give it another key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from svyaz.schema.snapshot import TraitShape

Table = Mapping[str, Any]

COMMON = tomllib.loads(files("svyaz.schema").joinpath("every_entity.toml").read_text(encoding="utf-8"))


def trait_options(table: Table) -> dict[str, Any]:
    """traits = ["staged"] or traits = { staged = {…} }: trait -> its options as written."""
    written = table.get("traits", ())
    if isinstance(written, Mapping):
        return {str(key): options for key, options in written.items()}
    return {key: {} for key in written if isinstance(key, str)} if isinstance(written, (list, tuple)) else {}


def field_tables(table: Table, kind: str, traits: Sequence[TraitShape]) -> list[tuple[dict[str, Any], str]]:
    """Each field with how to call it: "field 3 (amount)", "trait staged: field 1 (stage)".

    kind   "dictionary" for a dictionary part, anything else for an entity
    """
    written = table.get("field", ())
    own = [dict(one) for one in written if isinstance(one, Mapping)] if isinstance(written, (list, tuple)) else []
    places = [f"field {position}" for position, _ in enumerate(own, start=1)]
    chosen = trait_options(table)
    brought = [
        (dict(one), f"trait {shape.key}: field {position}")
        for shape in traits
        if shape.key in chosen
        for position, one in enumerate(shape.fields, start=1)
    ]
    if kind == "dictionary":
        brought = [(dict(one), f"field {at}") for at, one in enumerate(COMMON["dictionary"]["field"], 1)] + brought
        for one, _ in brought:
            if one.get("to") == "$self":
                one["to"] = [table.get("key")]
    added: list[tuple[dict[str, Any], str]] = []
    for one, place in brought:
        at = _place_of(one, own)
        if at is None:
            added.append((one, place))
        else:
            own[at] = {**one, **own[at]}
    both = (
        [*added, *zip(own, places, strict=True)] if kind == "dictionary" else [*zip(own, places, strict=True), *added]
    )
    return [(one, f"{place} ({one['key']})" if isinstance(one.get("key"), str) else place) for one, place in both]


def _place_of(brought: Table, own: Sequence[Table]) -> int | None:
    for position, one in enumerate(own):
        same_role = bool(brought.get("role") and one.get("key")) and one.get("role") == brought.get("role")
        if same_role or one.get("key") == brought.get("key"):
            return position
    return None
