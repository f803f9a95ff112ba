"""Many new records into their table, from columns of canonical values: no object is made for a row but the row itself.

Columns in which nobody has a value are left out of the statement: their default is to be empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from typing import Any

from svyaz.kernel.text import sort_keys
from svyaz.storage.layout import FieldLayout, layout
from svyaz.storage.record_rows import many_columns, many_rows
from svyaz.storage.record_tables import unique_taken
from svyaz.storage.session import Session, UniqueViolated


@dataclass(frozen=True, slots=True)
class NewColumns:
    """values: canonical, by field key; a field without a column is empty in every record.  base: of money fields.
    keys: shadow keys that are known already;  label_keys: those of the labels.  created_at: of all, or of each."""

    ids: Sequence[int]
    values: Mapping[str, Sequence[Any]]
    base: Mapping[str, Sequence[int | None]]
    labels: Sequence[str]
    label_keys: Sequence[str | None] | None
    keys: Mapping[str, Sequence[str | None]]
    created_at: datetime | Sequence[datetime]
    created_by: int | None


def insert_columns(session: Session, entity: str, new: NewColumns) -> None:
    """Add records with ids from `take_ids`.  Raises UniqueTaken."""
    placed = layout(session.snapshot, entity)
    put = session.put_instant
    at: Iterable[Any] = (
        repeat(put(new.created_at)) if isinstance(new.created_at, datetime) else list(map(put, new.created_at))
    )
    by = repeat(new.created_by)
    label_keys = new.label_keys if new.label_keys is not None else sort_keys(new.labels)
    names = ["sv_id", "sv_version", "sv_created_at", "sv_created_by", "sv_changed_at", "sv_changed_by"]
    names += ["sv_label", "sv_label__key"]
    columns: list[Iterable[Any]] = [new.ids, repeat(1), at, by, at, by, new.labels, label_keys]
    for key, values in new.values.items():
        one = placed.fields.get(key)
        if one is None or not one.columns:
            continue
        for name, column in _packed(session, one, values, new):
            names.append(name)
            columns.append(column)
    try:
        session.insert_rows(placed.table, names, list(zip(*columns, strict=False)))
    except UniqueViolated as refused:
        held = {id: {key: column[at] for key, column in new.values.items()} for at, id in enumerate(new.ids)}
        raise unique_taken(session, placed, refused, held) from refused
    for one in placed.many_fields:
        values = new.values.get(one.field.key, ())
        rows = [
            row
            for id, value in zip(new.ids, values, strict=False)
            if value
            for row in many_rows(session, one, id, value)
        ]
        if rows and one.table:
            session.insert_rows(one.table, many_columns(one), rows)


def _packed(
    session: Session, one: FieldLayout, values: Sequence[Any], new: NewColumns
) -> Iterable[tuple[str, Sequence[Any]]]:
    """(name, values as the driver takes them) of each column of a field, the shadow key last."""
    key = one.field.key
    for column, given in zip(one.columns, one.type.pack_all(values, one.field.options), strict=True):
        if column.part == "base":
            given = new.base.get(key) or given
        put = session.put(column.kind)
        if given.count(None) == len(given):
            continue
        if put is not None:
            known = {value: put(value) for value in set(given)}
            given = [known[value] for value in given]
        yield column.name, given
    if one.key:
        ready = new.keys.get(key)
        yield one.key.name, ready if ready is not None else one.type.key_all(values, one.field.options)
