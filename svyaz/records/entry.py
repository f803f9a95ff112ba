"""One call of writing: who writes into which entity, by what right, and what was looked up on the way.

An Entry lives as long as the call.  Its caches are what makes a batch of 2,000 rows cost a few
statements: rights by field, far records, labels and rates are asked once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal as OneOf

from svyaz.access.actor import Actor, Standing
from svyaz.access.apply import Carried, read_entity
from svyaz.access.fields import right
from svyaz.expression.ground import Ground
from svyaz.fields.base import FieldType, Rows
from svyaz.fields.registry import TYPES
from svyaz.schema.snapshot import Entity, Field
from svyaz.storage import record_tables
from svyaz.storage.record_tables import Stored
from svyaz.storage.session import Session

TYPES_OF_FILES = ("file", "image")
Mode = OneOf["usual", "past", "undo", "inner"]


@dataclass(slots=True)
class Entry:
    """mode   usual: a person, a rule, an import
            past: an import marked «история»: stage requirements, notices and numbering are off
            undo: values go back as they were: nothing is asked that was not asked of them then
            inner: a trait writes what it computed (the sum of positions)
    by     whom the log names: the actor's employee, also where a trait writes by the system's right
    cause  person, import, undo, token… as the log says it;  batch: what this write is part of
    fields living fields people fill, by key;  rights: key -> "hidden" | "read" | "edit"
    several  keys of those that keep several values;  links  keys of those that point to records;  files  of files
    """

    session: Session
    actor: Actor
    by: int | None
    shape: Entity
    cause: str
    batch: int | None
    mode: Mode
    ground: Ground
    fields: dict[str, Field]
    types: dict[str, FieldType]
    rights: dict[str, str]
    several: frozenset[str]
    links: tuple[str, ...]
    files: tuple[str, ...]
    far_records: dict[str, dict[int, Stored]] = field(default_factory=dict)
    far_labels: dict[str, dict[int, str]] = field(default_factory=dict)
    seen_links: dict[str, dict[int, bool]] = field(default_factory=dict)
    rates: dict[tuple[str, date], Decimal | None] = field(default_factory=dict)

    @property
    def checks(self) -> bool:
        """Whether required fields, stage requirements and the fields' own rules are asked."""
        return self.mode in ("usual", "past")


def open_entry(
    session: Session,
    actor: Actor,
    entity: str,
    *,
    cause: str = "person",
    batch: int | None = None,
    mode: Mode = "usual",
    by: int | None = None,
) -> Entry:
    """Raises NotFound when the actor sees nothing of the entity.  The right of the verb is asked by the caller.

    by   whom the log names when the system writes for somebody: sums of positions, links emptied by a deletion
    """
    shape = read_entity(session.snapshot, actor, entity)
    fields, types, rights, several, links, files = _known(
        session.snapshot.digest, actor.standing, entity, Carried(session.snapshot, actor)
    )
    return Entry(
        session=session,
        actor=actor,
        by=by if actor.employee is None else actor.employee,
        shape=shape,
        cause=cause,
        batch=batch,
        mode=mode,
        ground=Ground(me=actor.employee, now=session.now, zone=session.snapshot.settings.zone),
        fields=fields,
        types=types,
        rights=rights,
        several=several,
        links=links,
        files=files,
    )


@lru_cache(maxsize=1024)
def _known(
    digest: str, standing: Standing, entity: str, carried: Carried
) -> tuple[dict[str, Field], dict[str, FieldType], dict[str, str], frozenset[str], tuple[str, ...], tuple[str, ...]]:
    """Fields, their types and rights to them: the same in every call of a role until the configuration changes."""
    snapshot, actor = carried.hand_over()
    shape = snapshot.entities[entity]
    fields = {one.key: one for one in shape.fields if not one.system and not one.hidden}
    types = {key: TYPES[one.type] for key, one in fields.items()}
    several = frozenset(key for key, one in fields.items() if isinstance(types[key].storage(one.options), Rows))
    links = tuple(key for key, one in fields.items() if types[key].expression_type(one.options).kind == "link")
    files = tuple(key for key, one in fields.items() if one.type in TYPES_OF_FILES)
    rights = {one.key: right(snapshot, actor, entity, one.key) for one in shape.fields}
    return fields, types, rights, several, links, files


def far_record(entry: Entry, entity: str, id: int) -> Stored | None:
    """A living record of another entity, whole and without regard to the actor: for formulas and labels only."""
    known = entry.far_records.setdefault(entity, {})
    if id not in known:
        known.update(record_tables.fetch(entry.session, entity, [id]))
    found = known.get(id)
    return found if found is not None and found.deleted_at is None else None


def far_label(entry: Entry, entity: str, id: int) -> str | None:
    known = entry.far_labels.setdefault(entity, {})
    if id not in known:
        known.update(record_tables.labels(entry.session, entity, [id]))
    return known.get(id)


def recall(entry: Entry, entity: str, ids: Iterable[int], whole: bool) -> None:
    """Look up many far records at once, so that formulas of a batch do not ask one by one."""
    if whole:
        records = entry.far_records.setdefault(entity, {})
        wanted = [id for id in dict.fromkeys(ids) if id not in records]
        if wanted:
            records.update(record_tables.fetch(entry.session, entity, wanted))
        return
    labels = entry.far_labels.setdefault(entity, {})
    wanted = [id for id in dict.fromkeys(ids) if id not in labels]
    if wanted:
        labels.update(record_tables.labels(entry.session, entity, wanted))


def say(field: Field, entry: Entry) -> str:
    return field.title.say(entry.actor.language)


def plain_body(entry: Entry, changed: dict[str, tuple[Any, Any]]) -> dict[int, tuple[Any, Any]]:
    """{field number: (before, after)} as the log keeps it."""
    body = {}
    for key, (before, after) in changed.items():
        one, kind = entry.fields[key], entry.types[key]
        body[one.number] = (kind.plain(before, one.options), kind.plain(after, one.options))
    return body
