"""Which columns and tables keep the values of an entity, and how a value is taken there and back.

A Layout is made once for an entity of a configuration and cached by (digest, entity key): statements,
queries and DDL all read it, nobody looks into the database to learn what it has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from svyaz.fields.base import ColumnKind, Columns, FieldType, Rows
from svyaz.fields.registry import TYPES
from svyaz.schema.snapshot import Entity, Field, Snapshot
from svyaz.storage import names


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """part: which part of the value it is, "" the first; "key" for the shadow key."""

    name: str
    kind: ColumnKind
    part: str = ""


@dataclass(frozen=True, slots=True)
class FieldLayout:
    """Where one field lives.

    columns   in the record's own row, in the order of pack(); () for several values
    value     the column that filters and sorts by value (money: the sum in the company's currency)
    key       the shadow column, None when the field has none
    table     of several values, with `rows` as its columns after sv_record and sv_position; None otherwise
    """

    field: Field
    type: FieldType
    columns: tuple[StoredColumn, ...] = ()
    value: StoredColumn | None = None
    key: StoredColumn | None = None
    table: str | None = None
    rows: tuple[StoredColumn, ...] = ()

    @property
    def own(self) -> tuple[StoredColumn, ...]:
        """All its columns in the record's row, the shadow key last."""
        return (*self.columns, self.key) if self.key else self.columns

    def pack(self, value: Any) -> Any:
        return self.type.pack(value, self.field.options)

    def unpack(self, stored: Any) -> Any:
        return self.type.unpack(stored, self.field.options)

    def shadow(self, value: Any) -> str | None:
        return None if value is None else self.type.key(value, self.field.options)


# Columns that every record has, before those of its fields.
SYSTEM: tuple[StoredColumn, ...] = (
    StoredColumn("sv_id", "bigint"),
    StoredColumn("sv_version", "bigint"),
    StoredColumn("sv_created_at", "datetime"),
    StoredColumn("sv_created_by", "bigint"),
    StoredColumn("sv_changed_at", "datetime"),
    StoredColumn("sv_changed_by", "bigint"),
    StoredColumn("sv_deleted_at", "datetime"),
    StoredColumn("sv_deleted_by", "bigint"),
    StoredColumn("sv_label", "text"),
    StoredColumn("sv_label__key", "text"),
)

# Keys of the system fields of the schema -> their columns.
SYSTEM_FIELDS: Mapping[str, StoredColumn] = {
    "id": SYSTEM[0],
    "version": SYSTEM[1],
    "created_at": SYSTEM[2],
    "created_by": SYSTEM[3],
    "changed_at": SYSTEM[4],
    "changed_by": SYSTEM[5],
    "deleted_at": SYSTEM[6],
    "deleted_by": SYSTEM[7],
    "label": SYSTEM[8],
}


@dataclass(frozen=True, slots=True)
class Layout:
    """fields: by key, hidden ones too (their data is kept), system and computed ones not."""

    entity: Entity
    table: str
    fields: Mapping[str, FieldLayout]
    columns: tuple[StoredColumn, ...] = field(default=())

    @property
    def row_fields(self) -> Sequence[FieldLayout]:
        return [one for one in self.fields.values() if one.columns]

    @property
    def many_fields(self) -> Sequence[FieldLayout]:
        return [one for one in self.fields.values() if one.table]


def layout(snapshot: Snapshot, entity: str) -> Layout:
    """The layout of an entity by its key; made once for a configuration."""
    return _cached(snapshot.digest, entity, _Uncompared(snapshot))


def layout_of(entity: Entity) -> Layout:
    """The same without a cache, for plans of change and for tests."""
    fields = {}
    columns = list(SYSTEM)
    for one in entity.fields:
        placed = None if one.system else field_layout(one)
        if placed is not None:
            fields[one.key] = placed
            columns.extend(placed.own)
    return Layout(entity, names.table(entity), fields, tuple(columns))


def field_layout(one: Field) -> FieldLayout | None:
    """None for a computed field: nothing of it is kept."""
    kind: FieldType = TYPES[one.type]
    storage = kind.storage(one.options)
    if isinstance(storage, Columns):
        columns = tuple(StoredColumn(names.column(one, part.part), part.kind, part.part) for part in storage.columns)
        value = next((column for column in columns if column.part == storage.value_part), columns[0])
        has_key = one.unique or kind.compare(one.options).sort == "key"
        key = StoredColumn(names.key_column(one), "text", "key") if has_key else None
        return FieldLayout(one, kind, columns=columns, value=value, key=key)
    if isinstance(storage, Rows):
        rows = tuple(StoredColumn(names.rows_column(part.part), part.kind, part.part) for part in storage.columns)
        return FieldLayout(one, kind, table=names.rows_table(one), rows=rows)
    return None


class _Uncompared:
    """Carries the snapshot to the cached function without being part of its key: the digest is."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Uncompared)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=4096)
def _cached(digest: str, entity: str, carried: _Uncompared) -> Layout:
    return layout_of(carried.snapshot.entities[entity])
