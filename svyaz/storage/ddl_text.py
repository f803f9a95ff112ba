"""DDL text of tables, columns and indexes of records.  Names are quoted: an entity may be called `group`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from svyaz.fields.base import ColumnKind
from svyaz.schema.snapshot import Entity, Snapshot
from svyaz.storage import names
from svyaz.storage.layout import SYSTEM, FieldLayout, Layout, StoredColumn, field_layout, layout

KINDS: Mapping[str, Mapping[ColumnKind, str]] = {
    "sqlite": {
        "bigint": "INTEGER",
        "text": "TEXT",
        "yes_no": "INTEGER NOT NULL DEFAULT 0",
        "date": "TEXT",
        "datetime": "TEXT",
    },
    # COLLATE "C": equality and order by bytes, as on SQLite; people's order comes from the shadow keys.
    "postgresql": {
        "bigint": "BIGINT",
        "text": 'TEXT COLLATE "C"',
        "yes_no": "BOOLEAN NOT NULL DEFAULT false",
        "date": "DATE",
        "datetime": "TIMESTAMPTZ",
    },
}

_REQUIRED = {"sv_version", "sv_created_at", "sv_changed_at", "sv_label", "sv_label__key"}


@dataclass(frozen=True, slots=True)
class Index:
    """where: a condition of a partial index, "" for none."""

    name: str
    table: str
    columns: tuple[str, ...]
    unique: bool = False
    where: str = ""

    def sql(self, how: str = "") -> str:
        """how: "IF NOT EXISTS", "CONCURRENTLY IF NOT EXISTS" or nothing."""
        listed = ", ".join(f'"{column}"' for column in self.columns)
        unique = "UNIQUE " if self.unique else ""
        where = f" WHERE {self.where}" if self.where else ""
        return f'CREATE {unique}INDEX {how + " " if how else ""}"{self.name}" ON "{self.table}" ({listed}){where}'


def column_text(column: StoredColumn, dialect: str) -> str:
    return f'"{column.name}" {KINDS[dialect][column.kind]}'


def record_table(placed: Layout, dialect: str) -> str:
    parts = []
    for column in placed.columns:
        text = column_text(column, dialect)
        if column is SYSTEM[0]:
            text += " PRIMARY KEY"
        elif column.name in _REQUIRED:
            text += " NOT NULL"
        parts.append(text)
    return f'CREATE TABLE "{placed.table}" ({", ".join(parts)})'


def many_table(placed: FieldLayout, dialect: str) -> str:
    """On SQLite the key is the table itself: reading the values of a record is one look."""
    kinds = KINDS[dialect]
    columns = ", ".join(column_text(column, dialect) for column in placed.rows)
    tail = " WITHOUT ROWID" if dialect == "sqlite" else ""
    return (
        f'CREATE TABLE IF NOT EXISTS "{placed.table}" (sv_record {kinds["bigint"]} NOT NULL,'
        f" sv_position INTEGER NOT NULL, {columns}, PRIMARY KEY (sv_record, sv_position)){tail}"
    )


def entity_indexes(entity: Entity) -> tuple[Index, ...]:
    table = names.table(entity)
    return (
        Index(names.label_index(entity), table, ("sv_label__key",)),
        Index(names.created_index(entity), table, ("sv_created_at", "sv_id")),  # newest first, unless told otherwise
        Index(names.deleted_index(entity), table, ("sv_deleted_at",), where="sv_deleted_at IS NOT NULL"),
    )


def field_indexes(table: str, placed: FieldLayout) -> tuple[Index, ...]:
    """Links and stages always; unique fields; others on demand (`indexed`): by value, and by the shadow key."""
    one = placed.field
    if placed.table:
        return (Index(names.value_index(one), placed.table, (placed.rows[0].name, "sv_record")),)
    made = []
    if one.unique and placed.key:
        made.append(Index(names.unique_index(one), table, (placed.key.name,), unique=True))
    if one.targets or one.type in ("any_link", "stage"):
        made.append(Index(names.value_index(one), table, tuple(column.name for column in placed.columns)))
    elif one.indexed and placed.key and not one.unique:
        made.append(Index(names.key_index(one), table, (placed.key.name,)))
    elif one.indexed and placed.value and (placed.value.kind != "text" or placed.type.compare(one.options).sort):
        # Long text has no order and would not fit: PostgreSQL takes 2,700 bytes into an index.
        made.append(Index(names.value_index(one), table, (placed.value.name,)))
    return tuple(made)


def wants_index(snapshot: Snapshot, entity: str, key: str) -> bool:
    """Whether the field has no index and could have one, if the configuration said so (`indexed`)."""
    placed = layout(snapshot, entity).fields.get(key)
    if placed is None or field_indexes("", placed):
        return False
    indexed = field_layout(replace(placed.field, indexed=True))
    return indexed is not None and bool(field_indexes("", indexed))
