"""Move the values of a field into its new columns: another type, another scale, or a shadow key it had not.

Values are converted by the old type's `convert` and understood by the new type's `accept`, as if a person
had typed them.  What does not fit is left in the old column and reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from svyaz.fields.base import Terms
from svyaz.fields.computed import shown_as
from svyaz.fields.registry import PLAIN
from svyaz.kernel.problem import BadValue, Problem, raise_all
from svyaz.kernel.values import Money
from svyaz.schema.snapshot import Settings
from svyaz.storage import catalog
from svyaz.storage.layout import FieldLayout
from svyaz.storage.record_rows import many_columns, many_rows
from svyaz.storage.session import Session

CHUNK = 2_000
SHOWN = 20


class CannotConvert(Problem):
    code = "cannot_convert_field"  # facts: field, before, after


@dataclass(frozen=True, slots=True)
class Conversion:
    """only_key: values stay where they are, the shadow key is filled."""

    table: str
    before: FieldLayout
    after: FieldLayout
    settings: Settings
    only_key: bool = False


@dataclass(frozen=True, slots=True)
class NotConverted:
    """How many values of a field stayed behind, and the first of them as (record id, plain value)."""

    field: str
    count: int
    examples: tuple[tuple[int, Any], ...]


def may_convert(conversions: Sequence[Conversion]) -> None:
    raise_all(
        [
            CannotConvert(field=one.after.field.key, before=one.before.field.type, after=one.after.field.type)
            for one in conversions
            if not one.only_key and _way(one.before, one.after) is None
        ]
    )


def convert_values(session: Session, conversion: Conversion) -> list[NotConverted]:
    """Walk over all records in order of ids; () or one report."""
    before, after = conversion.before, conversion.after
    way = (lambda value: value) if conversion.only_key else _way(before, after)
    assert way is not None
    back = None if conversion.only_key else _way(after, before)
    terms = Terms(conversion.settings.currency, conversion.settings.zone, conversion.settings.region)
    returns = _had_column(session, conversion)
    count = 0
    examples: list[tuple[int, Any]] = []
    if after.table and not conversion.only_key:
        session.run(f'DELETE FROM "{after.table}"')
    for chunk in _chunks(session, conversion.table, before, after if returns else None):
        moved = []
        for id, value, kept in chunk:
            try:
                fresh = value if conversion.only_key else _understood(value, way, after, terms)
            except BadValue:
                fresh = None
                count += 1
                if len(examples) < SHOWN:
                    examples.append((id, before.type.plain(value, before.field.options)))
            # Going back to a column that kept its old values: what never fitted the other type was not
            # emptied by a person, it only could not be shown; it comes back.
            if returns and fresh in (None, ()) and kept not in (None, ()) and not _fits(kept, back, before, terms):
                continue
            moved.append((id, fresh))
        _write(session, conversion, moved, terms)
    return [NotConverted(after.field.key, count, tuple(examples))] if count else []


def preview(session: Session, conversion: Conversion) -> list[NotConverted]:
    """What `convert_values` would leave behind, without writing: the same walk, some 20 µs a record."""
    before, after = conversion.before, conversion.after
    if conversion.only_key:
        return []
    way = _way(before, after)
    assert way is not None
    terms = Terms(conversion.settings.currency, conversion.settings.zone, conversion.settings.region)
    count = 0
    examples: list[tuple[int, Any]] = []
    for chunk in _chunks(session, conversion.table, before, None):
        for id, value, _ in chunk:
            try:
                _understood(value, way, after, terms)
            except BadValue:
                count += 1
                if len(examples) < SHOWN:
                    examples.append((id, before.type.plain(value, before.field.options)))
    return [NotConverted(after.field.key, count, tuple(examples))] if count else []


def _way(before: FieldLayout, after: FieldLayout) -> Callable[[Any], Any] | None:
    if before.field.type == after.field.type:
        options = before.field.options
        return lambda value: before.type.plain(value, options)
    name, options = shown_as(before.field.type, before.field.options)
    if name == after.field.type:  # a formula that becomes a plain field of what it gave
        return lambda value: PLAIN[name].plain(value, options)
    return PLAIN[name].convert(after.field.type)


def _understood(value: Any, way: Callable[[Any], Any], after: FieldLayout, terms: Terms) -> Any:
    if value is None or value == ():
        return () if after.table else None
    return after.type.accept(way(value), after.field.options, terms)


def _fits(kept: Any, back: Callable[[Any], Any] | None, before: FieldLayout, terms: Terms) -> bool:
    try:
        return back is not None and _understood(kept, back, before, terms) not in (None, ())
    except BadValue:
        return False


def _had_column(session: Session, conversion: Conversion) -> bool:
    """Whether the target column was there before this change: columns just added are still all empty."""
    before, after = conversion.before, conversion.after
    if conversion.only_key or not after.columns or before.columns == after.columns:
        return False
    name = after.columns[0].name
    if name not in catalog.columns(session, conversion.table):
        return False
    return bool(session.fetch(f'SELECT 1 FROM "{conversion.table}" WHERE "{name}" IS NOT NULL LIMIT 1'))


def _chunks(
    session: Session, table: str, before: FieldLayout, kept: FieldLayout | None
) -> Iterator[list[tuple[int, Any, Any]]]:
    """(id, value in the old place, value found in the new place or None), ascending, trash included."""
    own = [f'"{column.name}"' for column in before.columns]
    old = [f'"{column.name}"' for column in kept.columns] if kept else []
    last = 0
    while True:
        rows = session.fetch(
            f'SELECT {", ".join(("sv_id", *own, *old))} FROM "{table}" WHERE sv_id > ? ORDER BY sv_id LIMIT {CHUNK}',
            (last,),
        )
        if not rows:
            return
        last = rows[-1][0]
        if before.table:
            values = _many(session, before, [row[0] for row in rows])
            yield [(row[0], values.get(row[0], ()), None) for row in rows]
        else:
            width = len(own) + 1
            yield [(row[0], before.unpack(row[1:width]), kept.unpack(row[width:]) if kept else None) for row in rows]


def _many(session: Session, before: FieldLayout, ids: Sequence[int]) -> dict[int, Any]:
    columns = ", ".join(f'"{column.name}"' for column in before.rows)
    collected: dict[int, list[tuple[Any, ...]]] = {}
    for row in session.fetch(
        f'SELECT sv_record, {columns} FROM "{before.table}" WHERE {session.in_list("sv_record", "bigint")}'
        " ORDER BY sv_record, sv_position",
        (session.list_parameter(ids),),
    ):
        collected.setdefault(row[0], []).append(row[1:])
    return {id: before.unpack(rows) for id, rows in collected.items()}


def _write(session: Session, conversion: Conversion, moved: Sequence[tuple[int, Any]], terms: Terms) -> None:
    after = conversion.after
    if after.table:
        rows = [row for id, value in moved for row in many_rows(session, after, id, value or ())]
        session.insert_rows(after.table, many_columns(after), rows)
        return
    columns = () if conversion.only_key else after.columns
    sets = [f'"{column.name}" = ?' for column in columns]
    if after.key:
        # A record in the trash has no unique key: another may have taken the value.
        unique = after.field.unique
        sets.append(f'"{after.key.name}" = ' + ("CASE WHEN sv_deleted_at IS NULL THEN ? END" if unique else "?"))
    parameters = []
    for id, value in moved:
        row: list[Any] = []
        if columns:
            for column, part in zip(columns, after.pack(value), strict=True):
                if column.part == "base" and isinstance(value, Money):
                    part = value.minor if value.currency == terms.currency else None
                if part is None and column.kind == "yes_no":
                    part = False
                put = session.put(column.kind)
                row.append(part if put is None or part is None else put(part))
        if after.key:
            row.append(after.shadow(value))
        parameters.append((*row, id))
    session.run_many(f'UPDATE "{conversion.table}" SET {", ".join(sets)} WHERE sv_id = ?', parameters)
