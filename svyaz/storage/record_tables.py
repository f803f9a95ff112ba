"""Records in their tables: put in, read back, change, delete and restore.  Who may is not asked here.

A record is a row of its entity's table; values of a field of several values are rows of ln_<number>.
Values are canonical Python by field key (fields.base); storage packs them.  No foreign keys: what a
deletion does to those who point here is carried out by records.write.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal as OneOf

from svyaz.kernel.text import sort_key
from svyaz.storage import names
from svyaz.storage.layout import FieldLayout, Layout, layout
from svyaz.storage.problems import UniqueTaken
from svyaz.storage.record_rows import Update, many_columns, many_rows, reading_of, shape_of, update_row, update_text
from svyaz.storage.row_locks import lock_text
from svyaz.storage.session import Row, Session, UniqueViolated, take_instant

Kept = OneOf["living", "deleted", "all"]
_KEPT = {"living": " AND sv_deleted_at IS NULL", "deleted": " AND sv_deleted_at IS NOT NULL", "all": ""}


@dataclass(frozen=True, slots=True)
class NewRecord:
    """values: canonical, by field key; a field not named is empty.  base: money field -> sum in the company's
    currency, None without a rate."""

    id: int
    values: Mapping[str, Any]
    label: str
    base: Mapping[str, int | None]
    created_at: datetime
    created_by: int | None


@dataclass(frozen=True, slots=True)
class Stored:
    """lined: objects of whose lines this card has some that live; known of a record that was read whole."""

    id: int
    version: int
    created_at: datetime
    created_by: int | None
    changed_at: datetime
    changed_by: int | None
    deleted_at: datetime | None
    deleted_by: int | None
    label: str
    values: dict[str, Any]
    lined: frozenset[str] = frozenset()


def insert(session: Session, entity: str, records: Sequence[NewRecord]) -> None:
    """Add records with ids from `take_ids`.  Raises UniqueTaken."""
    placed = layout(session.snapshot, entity)
    shape = shape_of(session, entity, None)
    places, blank, instant = shape.places, shape.blank, session.put_instant
    many: dict[str, list[tuple[Any, ...]]] = {one.field.key: [] for one in placed.many_fields}
    rows = []
    for record in records:
        row = list(blank)
        at = instant(record.created_at)
        row[:10] = (
            *(record.id, 1, at, record.created_by, at, record.created_by, None, None),
            *(record.label, sort_key(record.label)),
        )
        base = record.base
        for key, value in record.values.items():
            place = places.get(key)
            if place is not None:
                if value is not None:
                    place.fill(row, value, base)
            elif value and key in many:
                many[key] += many_rows(session, placed.fields[key], record.id, value)
        rows.append(row)
    try:
        session.insert_rows(placed.table, shape.names, rows)
    except UniqueViolated as refused:
        raise unique_taken(session, placed, refused, {record.id: record.values for record in records}) from refused
    for key, values in many.items():
        one = placed.fields[key]
        if values and one.table:
            session.insert_rows(one.table, many_columns(one), values)


def fetch_to_change(session: Session, entity: str, ids: Sequence[int]) -> dict[int, Stored]:
    """Living records, whole, held by this transaction until its end; on PostgreSQL in one round trip.

    Whoever waited for the lock is given the row as the one before left it (READ COMMITTED), and the values of several
    are asked for after it.
    """
    found = fetch(session, entity, ids, None, lock_text(session, "change"))
    return {id: stored for id, stored in found.items() if stored.deleted_at is None}


def fetch(
    session: Session,
    entity: str,
    ids: Sequence[int],
    fields: Sequence[str] | None = None,
    holding: str = "",
) -> dict[int, Stored]:
    """Records by id in any state, with all values or those of `fields`; an absent id is absent in the answer.

    holding   the end of the query, that locks the rows
    """
    if not ids:
        return {}
    only = len(ids) == 1
    reading = reading_of(session, entity, fields, holding, only)
    listed = ids[0] if only else session.list_parameter(ids)
    rows, *several = session.fetch_all(
        [(reading.text, (listed,)), *((text, (listed,) * len(group)) for text, group in reading.several)]
    )
    parts: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for (_, group), told in zip(reading.several, several, strict=True):
        for row in sorted(told):  # by (place, record, position), of which no two have the same
            parts[group[row[0]], row[1]].append(row[3:])
    found = {}
    for row in rows:
        id = row[0]
        values = {key: unpack(row[first:end], options) for key, unpack, options, first, end in reading.spans}
        for key, unpack_rows in reading.many:
            values[key] = unpack_rows(parts.get((key, id), ()))
        found[id] = Stored(
            *(id, row[1], _instant(row[2]), row[3], _instant(row[4]), row[5]),
            *(take_instant(row[6]), row[7], row[8], values),
            frozenset(key for key in reading.lines if (f".{key}", id) in parts),
        )
    return found


def update(
    session: Session,
    entity: str,
    id: int,
    seen_version: int,
    values: Mapping[str, Any],
    label: str | None,
    base: Mapping[str, int | None],
    actor: int | None,
    at: datetime,
) -> bool:
    """Write these values of a living record; False when its version has moved or it is gone."""
    moved = update_many(session, entity, [Update(id, seen_version, values, label, base)], actor, at)
    return not moved


def update_many(session: Session, entity: str, changes: Sequence[Update], actor: int | None, at: datetime) -> list[int]:
    """Write many; returns ids that were left alone because their version moved or they are gone.

    Changes of the same fields go as one statement.  Raises UniqueTaken.
    """
    placed = layout(session.snapshot, entity)
    moved: list[int] = []
    if len(changes) > 1:
        changes, moved = _still_as_seen(session, placed, changes)
    groups: dict[tuple[tuple[str, ...], bool, bool], list[Update]] = defaultdict(list)
    for change in changes:
        keys = tuple(sorted(key for key in change.values if key in placed.fields))
        groups[keys, change.label is not None, change.seen_version is not None].append(change)
    for (keys, with_label, with_version), group in groups.items():
        shape = shape_of(session, entity, keys)
        text = update_text(placed.table, shape.names, with_label, with_version)
        when = session.put_instant(at)
        rows = []
        for change in group:
            rows.append(update_row(shape, change, when, actor))
        try:
            touched = session.run(text, rows[0]) if len(rows) == 1 else session.run_many(text, rows)
        except UniqueViolated as refused:
            raise unique_taken(session, placed, refused, {change.id: change.values for change in group}) from refused
        if touched != len(rows):
            if len(rows) > 1:
                raise RuntimeError("a record moved under the lock of its own transaction")
            moved.append(group[0].id)
            continue
        _replace_many(session, placed, keys, group)
    return moved


def _still_as_seen(session: Session, placed: Layout, changes: Sequence[Update]) -> tuple[list[Update], list[int]]:
    """Lock the rows, in order of ids so that two bulk changes never wait for each other."""
    lock = " ORDER BY sv_id FOR NO KEY UPDATE" if session.dialect == "postgresql" else ""
    versions: dict[int, int] = dict(
        session.fetch(
            f'SELECT sv_id, sv_version FROM "{placed.table}"'
            f" WHERE {session.in_list('sv_id', 'bigint')} AND sv_deleted_at IS NULL{lock}",
            (session.list_parameter(change.id for change in changes),),
        )
    )
    as_seen = [
        change for change in changes if change.id in versions and change.seen_version in (None, versions[change.id])
    ]
    kept = {change.id for change in as_seen}
    return as_seen, [change.id for change in changes if change.id not in kept]


def _replace_many(session: Session, placed: Layout, keys: Iterable[str], group: Sequence[Update]) -> None:
    for key in keys:
        one = placed.fields[key]
        if not one.table:
            continue
        session.run(
            f'DELETE FROM "{one.table}" WHERE {session.in_list("sv_record", "bigint")}',
            (session.list_parameter(change.id for change in group),),
        )
        rows = [row for change in group for row in many_rows(session, one, change.id, change.values[key] or ())]
        session.insert_rows(one.table, many_columns(one), rows)


def mark_deleted(session: Session, entity: str, ids: Sequence[int], actor: int | None, at: datetime) -> int:
    """Into the trash; returns how many were living.  Unique keys are emptied: others may take the values."""
    placed = layout(session.snapshot, entity)
    emptied = "".join(f', "{one.key.name}" = NULL' for one in _unique(placed) if one.key)
    return session.run(
        f'UPDATE "{placed.table}" SET sv_version = sv_version + 1, sv_deleted_at = ?, sv_deleted_by = ?{emptied}'
        f" WHERE {session.in_list('sv_id', 'bigint')} AND sv_deleted_at IS NULL",
        (session.put_instant(at), actor, session.list_parameter(ids)),
    )


def mark_restored(session: Session, entity: str, ids: Sequence[int], actor: int | None, at: datetime) -> int:
    """Back from the trash; returns how many were in it.  Raises UniqueTaken when a value was taken meanwhile."""
    placed = layout(session.snapshot, entity)
    unique = [one for one in _unique(placed) if one.key]
    deleted = [
        stored
        for stored in fetch(session, entity, ids, [one.field.key for one in unique]).values()
        if stored.deleted_at is not None
    ]
    for one in unique:
        values = [stored.values[one.field.key] for stored in deleted]
        keys = [one.shadow(value) for value in values]
        taken = taken_keys(session, entity, one.field.key, [key for key in keys if key is not None])
        for value, key in zip(values, keys, strict=True):
            if key is not None and key in taken:
                plain = one.type.plain(value, one.field.options)
                raise UniqueTaken(entity=entity, field=one.field.key, value=plain, id=taken[key])
    sets = "".join(f', "{one.key.name}" = ?' for one in unique if one.key)
    rows = [
        (
            *(session.put_instant(at), actor),
            *(one.shadow(stored.values[one.field.key]) for one in unique),
            stored.id,
        )
        for stored in deleted
    ]
    try:
        return session.run_many(
            f'UPDATE "{placed.table}" SET sv_version = sv_version + 1, sv_deleted_at = NULL, sv_deleted_by = NULL,'
            f" sv_changed_at = ?, sv_changed_by = ?{sets} WHERE sv_id = ? AND sv_deleted_at IS NOT NULL",
            rows,
        )
    except UniqueViolated as refused:
        raise unique_taken(session, placed, refused, {stored.id: stored.values for stored in deleted}) from refused


def purge(session: Session, entity: str, ids: Sequence[int]) -> int:
    """For good: the rows and the rows of several values.  Only from the trash."""
    placed = layout(session.snapshot, entity)
    gone = session.fetch(
        f'SELECT sv_id FROM "{placed.table}" WHERE {session.in_list("sv_id", "bigint")} AND sv_deleted_at IS NOT NULL',
        (session.list_parameter(ids),),
    )
    listed = session.list_parameter(row[0] for row in gone)
    for one in placed.many_fields:
        session.run(f'DELETE FROM "{one.table}" WHERE {session.in_list("sv_record", "bigint")}', (listed,))
    return session.run(f'DELETE FROM "{placed.table}" WHERE {session.in_list("sv_id", "bigint")}', (listed,))


def find_by_key(
    session: Session, entity: str, key: str, keys: Sequence[Any], kept: Kept = "living"
) -> dict[Any, list[int]]:
    """Which records have these values of a field: by its shadow key, else by the value itself.

    keys   shadow keys (text) for a field that has them; numbers of records for links; else the stored text
    Returns only keys that somebody has, ids ascending.  Shadow keys of unique fields are empty in the trash.
    """
    if not keys:
        return {}
    one = layout(session.snapshot, entity).fields[key]
    table = layout(session.snapshot, entity).table
    listed = session.list_parameter(keys)
    if one.table:
        column = one.rows[0]
        name = f'v."{column.name}"'
        source = f'"{one.table}" v JOIN "{table}" r ON r.sv_id = v.sv_record'
    else:
        column = one.key or one.columns[0]
        name = f'"{column.name}"'
        source = f'"{table}"'
    rows = session.fetch(
        f"SELECT {name}, sv_id FROM {source} WHERE {session.in_list(name, column.kind)}{_KEPT[kept]} ORDER BY sv_id",
        (listed,),
    )
    return _collected(rows)


def taken_keys(
    session: Session, entity: str, key: str, keys: Sequence[str], except_ids: Sequence[int] = ()
) -> dict[str, int]:
    """Which of these unique keys living records hold, and who; records in `except_ids` do not count."""
    mine = set(except_ids)
    found = find_by_key(session, entity, key, keys)
    others = {held: [id for id in ids if id not in mine] for held, ids in found.items()}
    return {held: ids[0] for held, ids in others.items() if ids}


def labels(session: Session, entity: str, ids: Sequence[int]) -> dict[int, str]:
    """Labels by id, of deleted records too."""
    if not ids:
        return {}
    table = layout(session.snapshot, entity).table
    return dict(
        session.fetch(
            f'SELECT sv_id, sv_label FROM "{table}" WHERE {session.in_list("sv_id", "bigint")}',
            (session.list_parameter(ids),),
        )
    )


def find_by_label(session: Session, entity: str, label_keys: Sequence[str]) -> dict[str, list[int]]:
    """Living records by `sort_key` of their label, ids ascending."""
    if not label_keys:
        return {}
    table = layout(session.snapshot, entity).table
    return _collected(
        session.fetch(
            f'SELECT sv_label__key, sv_id FROM "{table}"'
            f" WHERE {session.in_list('sv_label__key', 'text')} AND sv_deleted_at IS NULL ORDER BY sv_id",
            (session.list_parameter(label_keys),),
        )
    )


def _collected(rows: Iterable[tuple[Any, ...]]) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = {}
    for key, id in rows:
        found.setdefault(key, []).append(id)
    return found


def _unique(placed: Layout) -> list[FieldLayout]:
    return [one for one in placed.fields.values() if one.field.unique]


def _instant(stored: Any) -> datetime:
    at = take_instant(stored)
    assert at is not None
    return at


def unique_taken(
    session: Session, placed: Layout, refused: UniqueViolated, values: Mapping[int, Mapping[str, Any]]
) -> UniqueTaken:
    """Say which field and whose value.  After PostgreSQL's refusal the transaction is dead: id stays unknown."""
    for one in _unique(placed):
        if one.key and refused.where in (f"{placed.table}.{one.key.name}", names.unique_index(one.field)):
            break
    else:
        raise refused
    key = one.field.key
    facts = {"entity": placed.entity.key, "field": key}
    for id, given in values.items():
        value = given.get(key)
        shadow = one.shadow(value)
        if shadow is None or refused.value not in (None, shadow):
            continue
        if session.dialect == "postgresql":
            return UniqueTaken(**facts, value=one.type.plain(value, one.field.options), id=None)
        holders = taken_keys(session, placed.entity.key, key, [shadow], [id])
        if holders:
            return UniqueTaken(**facts, value=one.type.plain(value, one.field.options), id=holders[shadow])
    return UniqueTaken(**facts, value=None, id=None)
