"""Statements about records and the packing of values into them, made once for a shape and cached.

A shape is (digest of the configuration, dialect, entity, fields touched): the same form saved twice
builds no SQL, and two companies of one configuration share the text (the schema is not in it).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from svyaz.kernel.text import sort_key
from svyaz.storage import names
from svyaz.storage.layout import SYSTEM, FieldLayout, Layout, StoredColumn, layout
from svyaz.storage.session import Session

Put = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where one field stands in a row of parameters.

    start  index of its first column;  puts: converter of each column for this driver
    base   index of the part "base", filled by the caller's rate;  key: index of the shadow key
    """

    placed: FieldLayout
    start: int
    puts: tuple[Put, ...]
    base: int | None
    key: int | None

    def fill(self, row: list[Any], value: Any, base: Mapping[str, int | None]) -> None:
        """Put a canonical value into `row`."""
        placed = self.placed
        at = self.start
        for part, put in zip(placed.type.pack(value, placed.field.options), self.puts, strict=True):
            if part is not None:  # the row came blank: None, and False for a yes/no
                row[at] = part if put is None else put(part)
            at += 1
        if self.base is not None:
            row[self.base] = base.get(placed.field.key)
        if self.key is not None:
            row[self.key] = None if value is None else placed.type.key(value, placed.field.options)


@dataclass(frozen=True, slots=True)
class RowShape:
    """names: columns in order; blank: a row of them without values; places: by field key."""

    names: tuple[str, ...]
    blank: tuple[Any, ...]
    places: Mapping[str, Place]


_SHAPES: dict[tuple[str, str, str, tuple[str, ...]], RowShape] = {}
_MOST_SHAPES = 4096


def shape_of(session: Session, entity: str, keys: tuple[str, ...] | None) -> RowShape:
    """Columns of these fields (None: of all, after the system's) and how they are filled."""
    name = (session.snapshot.digest, session.dialect, entity, keys if keys is not None else ("*",))
    shape = _SHAPES.get(name)
    if shape is None:
        if len(_SHAPES) >= _MOST_SHAPES:
            _SHAPES.clear()
        shape = _SHAPES[name] = _make_shape(session, layout(session.snapshot, entity), keys)
    return shape


def _make_shape(session: Session, placed: Layout, keys: tuple[str, ...] | None) -> RowShape:
    columns: list[StoredColumn] = list(SYSTEM) if keys is None else []
    places = {}
    for one in placed.row_fields:
        if keys is not None and one.field.key not in keys:
            continue
        start = len(columns)
        columns.extend(one.own)
        base = next((start + at for at, column in enumerate(one.columns) if column.part == "base"), None)
        places[one.field.key] = Place(
            one,
            start,
            tuple(session.put(column.kind) for column in one.columns),
            base,
            start + len(one.columns) if one.key else None,
        )
    blank = tuple(_no(session) if column.kind == "yes_no" else None for column in columns)
    return RowShape(tuple(column.name for column in columns), blank, places)


@dataclass(frozen=True, slots=True)
class Reading:
    """How records are read whole, or some of their fields.

    text     takes one list of ids, or an only id; the system's columns first
    spans    key, unpack, options, and where the field's columns stand in a row
    many     key and unpack of fields of several values;  lines: objects of whose lines the record may be the card
    several  statements that take the same, each with the keys it reads, a line's after a dot: rows are (place among these, record, position, …)
    """

    text: str
    spans: tuple[tuple[str, Callable[..., Any], Any, int, int], ...]
    many: tuple[tuple[str, Callable[..., Any]], ...]
    lines: tuple[str, ...]
    several: tuple[tuple[str, tuple[str, ...]], ...]


_READINGS: dict[tuple[str, str, str, tuple[str, ...] | None, str, bool], Reading] = {}
_KEPT_COLUMNS = tuple(column.name for column in SYSTEM[:9])


def reading_of(session: Session, entity: str, fields: Sequence[str] | None, holding: str, only: bool) -> Reading:
    """holding: the end of the query, that locks the rows.  only: of one record, by its id."""
    name = (session.snapshot.digest, session.dialect, entity, None if fields is None else tuple(fields), holding, only)
    found = _READINGS.get(name)
    if found is None:
        if len(_READINGS) >= _MOST_SHAPES:
            _READINGS.clear()
        found = _READINGS[name] = _make_reading(session, layout(session.snapshot, entity), fields, holding, only)
    return found


def _make_reading(session: Session, placed: Layout, fields: Sequence[str] | None, holding: str, only: bool) -> Reading:
    keys = placed.fields if fields is None else fields
    wanted = [placed.fields[key] for key in keys if key in placed.fields]
    own = [one for one in wanted if one.columns]
    columns = [*_KEPT_COLUMNS, *(f'"{column.name}"' for one in own for column in one.columns)]
    spans = []
    start = len(_KEPT_COLUMNS)
    for one in own:
        spans.append((one.field.key, one.type.unpack, one.field.options, start, start + len(one.columns)))
        start += len(one.columns)
    many = [one for one in wanted if one.table]
    lines = _lines_of(session, placed) if fields is None else []
    alike: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for one in many:
        kinds = tuple(column.kind for column in one.rows)
        told = ", ".join(("sv_record", "sv_position", *(f'"{column.name}"' for column in one.rows)))
        arm = f'{told} FROM "{one.table}" WHERE {_among(session, "sv_record", only)}'
        alike.setdefault(kinds, []).append((one.field.key, arm))
    for key, link in lines:
        among = f"{_among(session, link, only)} AND sv_deleted_at IS NULL"
        arm = f'{link}, 0, 0 FROM "{names.table(session.snapshot.entities[key])}" WHERE {among}'
        alike.setdefault(("bigint",), []).append((f".{key}", f"{arm} GROUP BY {link}"))
    return Reading(
        f'SELECT {", ".join(columns)} FROM "{placed.table}" WHERE {_among(session, "sv_id", only)}{holding}',
        tuple(spans),
        tuple((one.field.key, one.unpack) for one in many),
        tuple(key for key, _ in lines),
        tuple((_several_text(group), tuple(key for key, _ in group)) for group in alike.values()),
    )


def _lines_of(session: Session, placed: Layout) -> list[tuple[str, str]]:
    """Objects that are lines of these cards, each with the column that names the card."""
    found = []
    for shape in session.snapshot.entities.values():
        card = shape.by_key.get(shape.parent) if shape.kind == "line" else None
        if card is not None and card.targets == (placed.entity.key,):
            column = layout(session.snapshot, shape.key).fields[card.key].columns[0]
            found.append((shape.key, f'"{column.name}"'))
    return found


def _among(session: Session, column: str, only: bool) -> str:
    return f"{column} = ?" if only else session.in_list(column, "bigint")


def _several_text(arms: Sequence[tuple[str, str]]) -> str:
    """What is kept in rows that look alike is read by one statement: it takes the list of ids once for each."""
    return " UNION ALL ".join(f"SELECT {place}, {arm}" for place, (_, arm) in enumerate(arms))


def _no(session: Session) -> Any:
    put = session.put("yes_no")
    return put(False) if put else False


@lru_cache(maxsize=4096)
def update_text(table: str, columns: tuple[str, ...], with_label: bool, with_version: bool) -> str:
    """Parameters: the columns, at, by, [label, its key,] id, [version]."""
    names = (*columns, "sv_changed_at", "sv_changed_by", *(("sv_label", "sv_label__key") if with_label else ()))
    sets = ", ".join(f'"{name}" = ?' for name in names)
    version = " AND sv_version = ?" if with_version else ""
    return (
        f'UPDATE "{table}" SET sv_version = sv_version + 1, {sets} WHERE sv_id = ? AND sv_deleted_at IS NULL{version}'
    )


@dataclass(frozen=True, slots=True)
class Update:
    """One of many changes.  seen_version None: whatever it is now.  label None: it stays."""

    id: int
    seen_version: int | None
    values: Mapping[str, Any]
    label: str | None
    base: Mapping[str, int | None] = field(default_factory=dict)


def update_row(shape: RowShape, change: Update, at: Any, by: int | None) -> list[Any]:
    """What `update_text` of these fields takes."""
    row = list(shape.blank)
    for key, place in shape.places.items():
        place.fill(row, change.values[key], change.base)
    row += (at, by)
    if change.label is not None:
        row += (change.label, sort_key(change.label))
    row.append(change.id)
    if change.seen_version is not None:
        row.append(change.seen_version)
    return row


def many_rows(session: Session, placed: FieldLayout, record: int, value: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows of a field of several values: (record, position, its columns)."""
    puts = [session.put(column.kind) for column in placed.rows]
    return [
        (
            record,
            at,
            *(part if put is None or part is None else put(part) for part, put in zip(parts, puts, strict=True)),
        )
        for at, parts in enumerate(placed.pack(value))
    ]


def many_columns(placed: FieldLayout) -> tuple[str, ...]:
    return ("sv_record", "sv_position", *(column.name for column in placed.rows))
