"""Configurations made by hand, so that tests of storage do not wait for the schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from svyaz.expression.tree import TEXT, Constant
from svyaz.fields.registry import TYPES
from svyaz.schema.snapshot import Entity, Field, Settings, Snapshot, Title
from svyaz.storage import ddl
from svyaz.storage.engine import Database


def a_field(number: int, key: str, type: str, options: Mapping[str, Any] | None = None, **rest: Any) -> Field:
    complete, problems = TYPES[type].check_options(options or {}, "")
    assert not problems, problems
    return Field(
        number, key, rest.pop("column", key), Title(key), type, {**complete, **(rest.pop("more", None) or {})}, **rest
    )


def an_entity(number: int, key: str, *fields: Field) -> Entity:
    return Entity(
        number, key, Title(key), "record", "", 0, Constant("", TEXT), fields, {},
        by_key={one.key: one for one in fields}, by_number={one.number: one for one in fields},
    )  # fmt: skip


def a_snapshot(*entities: Entity, revision: int = 1) -> Snapshot:
    return Snapshot(
        revision,
        repr([(one.number, one.key, one.fields) for one in entities]),
        Settings(),
        {one.key: one for one in entities},
        {},
        (),
        by_number={one.number: one for one in entities},
    )


def client(**changed: Any) -> Entity:
    """An entity with a field of every way to be stored."""
    fields = [
        a_field(101, "name", "text"),
        a_field(102, "inn", "text", unique=True),
        a_field(103, "amount", "money"),
        a_field(104, "share", "percent"),
        a_field(105, "founded_on", "date"),
        a_field(106, "called_at", "datetime"),
        a_field(107, "vip", "yes_no"),
        a_field(108, "phones", "phone"),
        a_field(109, "owner", "link", {"to": ["client"]}),
        a_field(110, "friends", "links", {"to": ["client"]}),
        a_field(111, "about", "any_link", {"to": []}, more={"numbers": {"client": 1}}),
        a_field(112, "staff", "integer"),
        a_field(113, "note", "long_text"),
    ]
    return an_entity(1, "client", *[changed.get(one.key, one) for one in fields])


def install(database: Database, after: Snapshot, before: Snapshot | None = None) -> Snapshot:
    """Make the tables and let every session see the configuration."""
    ddl.carry_out(database, lambda session: ddl.run(session, ddl.plan(before, after, session.dialect)))
    see(database, after)
    return after


def see(database: Database, snapshot: Snapshot) -> None:
    def configure(session: Any) -> None:
        session.snapshot = snapshot

    database.configure = configure


def changed(entity: Entity, key: str, **how: Any) -> Entity:
    fields = tuple(replace(one, **how) if one.key == key else one for one in entity.fields)
    return an_entity(entity.number, entity.key, *fields)
