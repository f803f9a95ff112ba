"""Small changes of a configuration, Source -> Source.  They only edit; resolve says whether the outcome holds.

Each is pure, so undo is the source before.  Numbers come from source.assign_numbers afterwards.
A field that a trait brings is edited like any other: its entity gets a table with the key and what is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from svyaz.kernel.problem import Problem
from svyaz.schema.problems import EntityUnknown, FieldUnknown
from svyaz.schema.shapes import field_tables, trait_options
from svyaz.schema.snapshot import TraitShape
from svyaz.schema.source import Part, Source, Table


class FieldOfTrait(Problem):
    """A field that a trait brings is not dropped by itself: it would come back with the next look.  It may be hidden."""

    code = "field_of_trait"  # facts: field


class ObjectNeeded(Problem):
    """Employees, departments, activities… lie beneath every solution: they may be hidden, not dropped."""

    code = "object_needed"  # facts: entity


FIXED = ("key", "number", "numbers", "columns", "gone")  # never changed by hand


def add_entity(source: Source, table: Table, origin: str = "") -> Source:
    part = Part(f"entities/{table.get('key', '')}.toml", origin, _without_fixed(table, keep="key"))
    return replace(source, entities=(*source.entities, part))


def add_dictionary(source: Source, table: Table, origin: str = "") -> Source:
    part = Part(f"dictionaries/{table.get('key', '')}.toml", origin, _without_fixed(table, keep="key"))
    return replace(source, dictionaries=(*source.dictionaries, part))


def change_entity(source: Source, entity: str, **changes: Any) -> Source:
    """Title, icon, label, traits, pipeline, view, form…: a value of None takes the setting away."""
    return set_entity(source, entity, changes)


def set_entity(source: Source, entity: str, changes: Mapping[str, Any]) -> Source:
    """change_entity with settings of any name."""
    return _edit(source, entity, lambda table: _changed(table, changes))


def hide_entity(source: Source, entity: str) -> Source:
    return change_entity(source, entity, hidden=True)


def show_entity(source: Source, entity: str) -> Source:
    return change_entity(source, entity, hidden=None)


def drop_entity(source: Source, entity: str) -> Source:
    """For good, with its place in the menu, in roles and on cards of others.  Raises ObjectNeeded, EntityUnknown."""
    parts = [*source.entities, *source.dictionaries]
    found = next((part for part in parts if part.table.get("key") == entity), None)
    if found is None:
        raise EntityUnknown(entity=entity)
    if found.origin == "org":
        raise ObjectNeeded(entity=entity)

    def without(part: Part) -> Part:
        return replace(part, table=_without_details(part.table, entity))

    def ungranted(part: Part) -> Part:
        grants = part.table.get("grants")
        if not isinstance(grants, Mapping) or entity not in grants:
            return part
        return replace(part, table={**part.table, "grants": _except(grants, entity)})

    return each_home(
        replace(
            source,
            entities=tuple(without(part) for part in source.entities if part is not found),
            dictionaries=tuple(without(part) for part in source.dictionaries if part is not found),
            roles=tuple(map(ungranted, source.roles)),
            menu=tuple(one for one in source.menu if one.get("entity") != entity),
        ),
        lambda block: _block_without(block, entity),
    )


def each_home(source: Source, edited: Callable[[Table], Table | None]) -> Source:
    """Every block of the home pages, of the company and of roles, edited; None takes one out."""

    def one(page: Any) -> Any:
        if not isinstance(page, Mapping) or not isinstance(page.get("block"), list):
            return page
        return {
            **page,
            "block": [
                made
                for each in page["block"]
                if (made := edited(each) if isinstance(each, Mapping) else each) is not None
            ],
        }

    def of_role(part: Part) -> Part:
        return replace(part, table={**part.table, "home": one(part.table["home"])}) if "home" in part.table else part

    return replace(source, home=one(source.home), roles=tuple(map(of_role, source.roles)))


def _block_without(block: Table, entity: str) -> Table | None:
    if block.get("entity") == entity:
        return None
    if not isinstance(block.get("entities"), list):
        return block
    return {**block, "entities": [one for one in block["entities"] if one != entity]}


def put_trait(source: Source, entity: str, trait: str, options: Table, shapes: Sequence[TraitShape]) -> Source:
    """Switch a trait on, or give it other options.  Its fields that were hidden when it went are shown again."""
    brought = [one for shape in shapes if shape.key == trait for one in shape.fields]

    def edited(whole: Table) -> Table:
        fields = [
            _except(one, "hidden") if trait not in trait_options(whole) and _brought(one, brought) else one
            for one in whole.get("field", ())
        ]
        return {**whole, "traits": {**trait_options(whole), trait: dict(options)}, "field": fields}

    return _edit(source, entity, edited)


def drop_trait(source: Source, entity: str, trait: str, shapes: Sequence[TraitShape]) -> Source:
    """Switch it off: the fields it brought are written down and hidden, so that no value is lost."""
    brought = [one for shape in shapes if shape.key == trait for one in shape.fields]

    def edited(whole: Table) -> Table:
        kept = [one for one, _ in field_tables(whole, "", shapes)]
        own = {one.get("key") for one in whole.get("field", ())}
        fields = [
            {**one, "hidden": True, "required": False}
            if _brought(one, brought)
            else next((mine for mine in whole.get("field", ()) if mine.get("key") == one.get("key")), one)
            for one in kept
            if one.get("key") in own or _brought(one, brought)
        ]
        return {**whole, "traits": _except(trait_options(whole), trait), "field": fields}

    return _edit(source, entity, edited)


def _brought(one: Table, brought: Sequence[Table]) -> bool:
    return any(
        one.get("key") == each.get("key") or (each.get("role") and one.get("role") == each.get("role"))
        for each in brought
    )


def move_field(source: Source, entity: str, field: str, at: int, shapes: Sequence[TraitShape]) -> Source:
    """at: its place among all fields as they are shown; those that traits bring are written by their keys then."""
    dictionary = any(part.table.get("key") == entity for part in source.dictionaries)

    def edited(whole: Table) -> Table:
        own = {one.get("key"): one for one in whole.get("field", ())}
        shown = [
            one["key"] for one, _ in field_tables(whole, "dictionary" if dictionary else "", shapes) if "key" in one
        ]
        if field not in shown:
            raise FieldUnknown(field=field, entity=entity)
        rest = [key for key in shown if key != field]
        return {**whole, "field": [own.get(key, {"key": key}) for key in (*rest[:at], field, *rest[at:])]}

    return _edit(source, entity, edited)


def edit_entity(source: Source, entity: str, edited: Callable[[Table], Table]) -> Source:
    """Any change of the table of an entity but of its key and numbers.  Raises EntityUnknown."""

    def kept(whole: Table) -> Table:
        made = dict(edited(whole))
        return {**made, **{key: whole[key] for key in FIXED if key in whole}}

    return _edit(source, entity, kept)


def put_menu(source: Source, menu: Sequence[Table]) -> Source:
    return replace(source, menu=tuple(menu))


def add_field(source: Source, entity: str, table: Table, at: int | None = None) -> Source:
    """at: its place among the written fields, the last by default.  A key used before gets a column of its own."""

    def edited(whole: Table) -> Table:
        fields = list(whole.get("field", ()))
        fields.insert(len(fields) if at is None else at, _without_fixed(table, keep="key"))
        return {**whole, "field": fields, **_column(whole, table.get("key", ""))}

    return _edit(source, entity, edited)


def change_field(source: Source, entity: str, field: str, **changes: Any) -> Source:
    """Anything but its key and its type; None takes a setting away."""
    return set_field(source, entity, field, changes)


def set_field(source: Source, entity: str, field: str, changes: Mapping[str, Any]) -> Source:
    """change_field with settings of any name."""
    return _edit(source, entity, lambda whole: _edit_field(whole, field, lambda one: _changed(one, changes), entity))


def hide_field(source: Source, entity: str, field: str) -> Source:
    return change_field(source, entity, field, hidden=True)


def show_field(source: Source, entity: str, field: str) -> Source:
    return change_field(source, entity, field, hidden=None)


def retype_field(source: Source, entity: str, field: str, kind: str, **options: Any) -> Source:
    return retype(source, entity, field, kind, options)


def retype(source: Source, entity: str, field: str, kind: str, options: Mapping[str, Any]) -> Source:
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


def drop_field(source: Source, entity: str, field: str, shapes: Sequence[TraitShape] = ()) -> Source:
    """For good: the number is not used again, and a new field of this key will have another column.

    Raises FieldUnknown, FieldOfTrait.
    """
    dictionary = any(part.table.get("key") == entity for part in source.dictionaries)

    def edited(whole: Table) -> Table:
        bare = {**whole, "field": [one for one in whole.get("field", ()) if one.get("key") != field]}
        kind = "dictionary" if dictionary else ""
        before = next((one for one, _ in field_tables(whole, kind, shapes) if one.get("key") == field), {})
        for one, _ in field_tables(bare, kind, shapes):
            if one.get("key") == field or (before.get("role") and one.get("role") == before.get("role")):
                raise FieldOfTrait(field=field)
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
    return set_settings(source, changes)


def set_settings(source: Source, changes: Mapping[str, Any]) -> Source:
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


def _without_details(table: Table, entity: str) -> Table:
    """A table without what its card, in any variant, shows and does with an entity."""
    form = table.get("form")
    if not isinstance(form, Mapping):
        return table
    made = dict(form)
    if isinstance(form.get("tab"), list):
        made["tab"] = [_tab_without(tab, entity) for tab in form["tab"]]
    if isinstance(form.get("variant"), list):
        made["variant"] = [
            {**one, "tab": [_tab_without(tab, entity) for tab in one["tab"]]}
            if isinstance(one.get("tab"), list)
            else one
            for one in form["variant"]
        ]
    return {**table, "form": made}


def _tab_without(tab: Table, entity: str) -> Table:
    made = dict(tab)
    if isinstance(tab.get("detail"), list):
        made["detail"] = [one for one in tab["detail"] if one.get("entity") != entity]
    if isinstance(tab.get("section"), list):
        parts = [
            {**one, "buttons": [each for each in one["buttons"] if each.get("entity") != entity]}
            if isinstance(one.get("buttons"), list)
            else one
            for one in tab["section"]
            if one.get("entity") != entity
        ]
        made["section"] = [one for one in parts if one.get("buttons") != []]
    return made


def _except(table: Table, key: str) -> dict[str, Any]:
    return {name: value for name, value in table.items() if name != key}
