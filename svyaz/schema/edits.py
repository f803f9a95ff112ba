"""Small changes of a configuration, Source -> Source.  They only edit; resolve says whether the outcome holds.

Each is pure, so undo is the source before.  Numbers come from source.assign_numbers afterwards.
A field that a trait brings is edited like any other: its entity gets a table with the key and what is changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from svyaz.schema.problems import EntityUnknown, FieldUnknown
from svyaz.schema.source import Part, Source, Table

FIXED = ("key", "number", "numbers", "columns", "gone")  # never changed by hand


def add_entity(source: Source, table: Table, origin: str = "") -> Source:
    part = Part(f"entities/{table.get('key', '')}.toml", origin, _without_fixed(table, keep="key"))
    return replace(source, entities=(*source.entities, part))


def add_dictionary(source: Source, table: Table, origin: str = "") -> Source:
    part = Part(f"dictionaries/{table.get('key', '')}.toml", origin, _without_fixed(table, keep="key"))
    return replace(source, dictionaries=(*source.dictionaries, part))


def change_entity(source: Source, entity: str, **changes: Any) -> Source:
    """Title, icon, label, traits, pipeline, view, form…: a value of None takes the setting away."""
    return _edit(source, entity, lambda table: _changed(table, changes))


def hide_entity(source: Source, entity: str) -> Source:
    return change_entity(source, entity, hidden=True)


def show_entity(source: Source, entity: str) -> Source:
    return change_entity(source, entity, hidden=None)


def add_field(source: Source, entity: str, table: Table, at: int | None = None) -> Source:
    """at: its place among the written fields, the last by default.  A key used before gets a column of its own."""

    def edited(whole: Table) -> Table:
        fields = list(whole.get("field", ()))
        fields.insert(len(fields) if at is None else at, _without_fixed(table, keep="key"))
        return {**whole, "field": fields, **_column(whole, table.get("key", ""))}

    return _edit(source, entity, edited)


def change_field(source: Source, entity: str, field: str, **changes: Any) -> Source:
    """Anything but its key and its type; None takes a setting away."""
    return _edit(source, entity, lambda whole: _edit_field(whole, field, lambda one: _changed(one, changes), entity))


def hide_field(source: Source, entity: str, field: str) -> Source:
    return change_field(source, entity, field, hidden=True)


def show_field(source: Source, entity: str, field: str) -> Source:
    return change_field(source, entity, field, hidden=None)


def retype_field(source: Source, entity: str, field: str, kind: str, **options: Any) -> Source:
    """The number stays, so history goes on; values move to a new column `<key>__2`.  Old options are dropped."""

    def edited(whole: Table) -> Table:
        plain = {"key", "title", "required", "unique", "indexed", "role", "hint", "hidden", "check_title"}
        moved = _edit_field(
            whole,
            field,
            lambda one: {**{key: value for key, value in one.items() if key in plain}, "type": kind, **options},
            entity,
        )
        worn = {**whole.get("gone", {}), field: whole.get("gone", {}).get(field, 0) + 1}
        return {**moved, "gone": worn, **_column({**moved, "gone": worn}, field)}

    return _edit(source, entity, edited)


def drop_field(source: Source, entity: str, field: str) -> Source:
    """For good: the number is not used again, and a new field of this key will have another column."""

    def edited(whole: Table) -> Table:
        fields = [one for one in whole.get("field", ()) if one.get("key") != field]
        if len(fields) == len(whole.get("field", ())):
            raise FieldUnknown(field=field, entity=entity)
        gone = {**whole.get("gone", {}), field: whole.get("gone", {}).get(field, 0) + 1}
        return {
            **whole,
            "field": fields,
            "numbers": _except(whole.get("numbers", {}), field),
            "columns": _except(whole.get("columns", {}), field),
            "gone": gone,
        }

    return _edit(source, entity, edited)


def put_role(source: Source, table: Table, origin: str = "") -> Source:
    """Add a role, or put it in the place of the one with its key."""
    key = table.get("key")
    if any(part.table.get("key") == key for part in source.roles):
        roles = tuple(replace(one, table=table) if one.table.get("key") == key else one for one in source.roles)
        return replace(source, roles=roles)
    return replace(source, roles=(*source.roles, Part(f"roles/{key}.toml", origin, table)))


def drop_role(source: Source, key: str) -> Source:
    return replace(source, roles=tuple(one for one in source.roles if one.table.get("key") != key))


def change_settings(source: Source, **changes: Any) -> Source:
    return replace(source, settings=_changed(source.settings, changes))


def _edit(source: Source, entity: str, edited: Any) -> Source:
    """Raises EntityUnknown."""
    found = False

    def one(part: Part) -> Part:
        nonlocal found
        if part.table.get("key") != entity:
            return part
        found = True
        return replace(part, table=edited(part.table))

    entities, dictionaries = tuple(map(one, source.entities)), tuple(map(one, source.dictionaries))
    if not found:
        raise EntityUnknown(entity=entity)
    return replace(source, entities=entities, dictionaries=dictionaries)


def _edit_field(whole: Table, field: str, edited: Any, entity: str) -> Table:
    """Of a field that is not written but numbered (a trait brings it) a table is written, with the key alone."""
    fields = list(whole.get("field", ()))
    written = any(one.get("key") == field for one in fields)
    if not written and field not in whole.get("numbers", {}):
        raise FieldUnknown(field=field, entity=entity)
    if not written:
        return {**whole, "field": [*fields, edited({"key": field})]}
    return {**whole, "field": [edited(one) if one.get("key") == field else one for one in fields]}


def _column(whole: Table, field: str) -> dict[str, Any]:
    """`<key>__<n>` for a key whose column of old still stands in the table."""
    worn = whole.get("gone", {}).get(field, 0)
    return {"columns": {**whole.get("columns", {}), field: f"{field}__{worn + 1}"}} if worn else {}


def _changed(table: Table, changes: Mapping[str, Any]) -> dict[str, Any]:
    allowed = {key: value for key, value in changes.items() if key not in FIXED}
    return {key: value for key, value in {**table, **allowed}.items() if value is not None}


def _without_fixed(table: Table, keep: str) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key == keep or key not in FIXED}


def _except(table: Table, key: str) -> dict[str, Any]:
    return {name: value for name, value in table.items() if name != key}
