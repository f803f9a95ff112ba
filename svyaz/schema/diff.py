"""What differs between two configurations, as a closed list of changes.

A thing is the same thing when it has the same *number*: a key never changes, and a field dropped and made anew under
its old key is another field.  diff(a, b) is empty exactly when a.digest == b.digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from svyaz.schema.digest import canonical
from svyaz.schema.snapshot import Entity, Field, Snapshot

COMPANY_OPTIONS = ("numbers", "base")


@dataclass(frozen=True, slots=True)
class EntityAdded:
    entity: Entity


@dataclass(frozen=True, slots=True)
class EntityChanged:
    """what   names of the attributes of Entity that differ; its fields are told apart."""

    before: Entity
    after: Entity
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntityHidden:
    entity: Entity


@dataclass(frozen=True, slots=True)
class EntityShown:
    entity: Entity


@dataclass(frozen=True, slots=True)
class EntityDropped:
    entity: Entity


@dataclass(frozen=True, slots=True)
class FieldAdded:
    entity: str
    field: Field


@dataclass(frozen=True, slots=True)
class FieldChanged:
    """what   names of the attributes of Field that differ: "title", "required", "options"…"""

    entity: str
    before: Field
    after: Field
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldRetyped:
    """Another type or another column: its values are copied over."""

    entity: str
    before: Field
    after: Field


@dataclass(frozen=True, slots=True)
class FieldHidden:
    entity: str
    field: Field


@dataclass(frozen=True, slots=True)
class FieldShown:
    entity: str
    field: Field


@dataclass(frozen=True, slots=True)
class FieldDropped:
    entity: str
    field: Field


@dataclass(frozen=True, slots=True)
class FieldsReordered:
    entity: str


@dataclass(frozen=True, slots=True)
class RoleChanged:
    """kind   added, changed or dropped."""

    key: str
    kind: str


@dataclass(frozen=True, slots=True)
class MenuChanged:
    pass


@dataclass(frozen=True, slots=True)
class HomeChanged:
    """The home page of the company; that of a role is of the role."""


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    what: tuple[str, ...]


SchemaChange = (
    EntityAdded
    | EntityChanged
    | EntityHidden
    | EntityShown
    | EntityDropped
    | FieldAdded
    | FieldChanged
    | FieldRetyped
    | FieldHidden
    | FieldShown
    | FieldDropped
    | FieldsReordered
    | RoleChanged
    | MenuChanged
    | HomeChanged
    | SettingsChanged
)


def diff(before: Snapshot, after: Snapshot) -> list[SchemaChange]:
    """Entities in the order of `after`, then those dropped, then roles, menu, home page and settings."""
    changes: list[SchemaChange] = []
    old = {one.number: one for one in before.entities.values()}
    for entity in after.entities.values():
        was = old.pop(entity.number, None)
        changes += [EntityAdded(entity)] if was is None else _entity(was, entity)
    changes += [EntityDropped(one) for one in old.values()]
    for key in sorted(before.roles.keys() | after.roles.keys()):
        if key not in before.roles:
            changes.append(RoleChanged(key, "added"))
        elif key not in after.roles:
            changes.append(RoleChanged(key, "dropped"))
        elif _differ(before.roles[key], after.roles[key]):
            changes.append(RoleChanged(key, "changed"))
    if _differ(before.menu, after.menu):
        changes.append(MenuChanged())
    if _differ(before.home, after.home):
        changes.append(HomeChanged())
    if settings := _names(before.settings, after.settings):
        changes.append(SettingsChanged(settings))
    return changes


def _entity(before: Entity, after: Entity) -> list[SchemaChange]:
    changes: list[SchemaChange] = []
    what = tuple(name for name in _names(before, after) if name not in ("fields", "hidden"))
    if what:
        changes.append(EntityChanged(before, after, what))
    if before.hidden != after.hidden:
        changes.append(EntityHidden(after) if after.hidden else EntityShown(after))
    old: Mapping[int, Field] = {one.number: one for one in before.fields}
    new: Mapping[int, Field] = {one.number: one for one in after.fields}
    for number, field in new.items():
        changes += [FieldAdded(after.key, field)] if number not in old else _field(after.key, old[number], field)
    changes += [FieldDropped(after.key, field) for number, field in old.items() if number not in new]
    if [one for one in old if one in new] != [one for one in new if one in old]:
        changes.append(FieldsReordered(after.key))
    return changes


def _field(entity: str, before: Field, after: Field) -> list[SchemaChange]:
    changes: list[SchemaChange] = []
    if before.type != after.type or before.column != after.column:
        changes.append(FieldRetyped(entity, before, after))
    same = _own_options(before) == _own_options(after)
    apart = ("type", "column", "hidden", *(("options",) if same else ()))
    what = tuple(name for name in _names(before, after) if name not in apart)
    if what:
        changes.append(FieldChanged(entity, before, after, what))
    if before.hidden != after.hidden:
        changes.append(FieldHidden(entity, after) if after.hidden else FieldShown(entity, after))
    return changes


def _own_options(field: Field) -> Any:
    """Without what resolve adds of the company: a new object is told as itself, not by every link to any object."""
    return canonical({key: value for key, value in field.options.items() if key not in COMPANY_OPTIONS})


def _names(before: Any, after: Any) -> tuple[str, ...]:
    """Which compared attributes of two equal dataclasses differ."""
    names = (one.name for one in fields(before) if one.compare)
    return tuple(name for name in names if _differ(getattr(before, name), getattr(after, name)))


def _differ(before: Any, after: Any) -> bool:
    """By canonical form, as the digest sees it: a list and a tuple of the same are the same."""
    return bool(canonical(before) != canonical(after))
