"""Order of a list, and the place where the next page begins (keyset).

Empty values come last both ways; the id is always the last key, ascending.  What a field sorts by is
said by its type (fields.base.Compare.sort): its shadow key, its value, the order of its options, the
label of the far record.  Several values sort by the first.

The cursor is base64 of JSON: a mark of this very order, the values of the last row, its id.  It comes
from outside, so everything in it is checked; a cursor of another order is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa

from svyaz.fields.base import ColumnKind
from svyaz.fields.computed import shown_as
from svyaz.fields.registry import TYPES
from svyaz.kernel.clock import parse_instant
from svyaz.kernel.problem import Problem
from svyaz.storage.binds import MOST, Binds, Condition, Sql, value_of
from svyaz.storage.cells import LINK_FIELDS
from svyaz.storage.compile_expression import PIECES
from svyaz.storage.layout import SYSTEM_FIELDS
from svyaz.storage.query import Keys, Order
from svyaz.storage.scope import (
    Scope,
    entity_number,
    has,
    hop,
    is_written_out,
    many_at,
    own_value,
    several,
    spread,
    targets_of,
    value_at,
)
from svyaz.storage.session import Dialect

MOST_CURSOR = 8_000  # characters: eight keys of 200 letters in base64


class CannotSort(Problem):
    """The field has no order: long text, files."""

    code = "cannot_sort"  # facts: entity, path


class BadCursor(Problem):
    """The mark of the next page is spoiled, or belongs to another list or order."""

    code = "bad_cursor"
    status = 400


@dataclass(frozen=True, slots=True)
class SortKey:
    """sql: what is compared; kind: of its values; wire: as it is put into the cursor."""

    sql: Sql
    kind: ColumnKind
    wire: Sql
    descending: bool


def sort_keys(scope: Scope, order: Sequence[Order]) -> list[SortKey]:
    """Raises CannotSort.  A path named twice counts once."""
    found: dict[Keys, SortKey] = {}
    for one in order:
        if one.path in found or one.path == ("id",):
            if one.path == ("id",) and one.path not in found:
                found[one.path] = SortKey(scope.id, "bigint", scope.id, one.descending)
            continue
        sql, kind = sort_value(scope, one.path)
        found[one.path] = SortKey(sql, kind, _wire(scope, sql, kind), one.descending)
    return list(found.values())


def _wire(scope: Scope, sql: Sql, kind: ColumnKind) -> Sql:
    pieces = PIECES[scope.making.dialect]
    return pieces.wire_date(sql) if kind == "date" else pieces.wire_instant(sql) if kind == "datetime" else sql


def found_keys(scope: Scope, table: str, keys: Sequence[SortKey]) -> list[SortKey]:
    """The same keys as columns k0, k1, … of a table of ids that are found already."""
    found = []
    for place, key in enumerate(keys):
        sql: Sql = sa.literal_column(f"{table}.k{place}", key.sql.type)
        found.append(SortKey(sql, key.kind, _wire(scope, sql, key.kind), key.descending))
    return found


def order_by(scope: Scope, keys: Sequence[SortKey]) -> list[sa.ColumnElement[Any]]:
    ordered = [
        key.sql.desc().nulls_last() if key.descending else key.sql.asc().nulls_last()
        for key in keys
        if key.sql is not scope.id
    ]
    return [*ordered, scope.id.asc()]


def sort_value(scope: Scope, keys: Keys) -> tuple[Sql, ColumnKind]:
    """What a path is sorted by, and the kind of it."""
    index = many_at(scope, keys)
    if index is not None:
        return _first_of_several(scope, keys, index)
    first, rest = keys[0], keys[1:]
    if rest:
        return _far_value(scope, first, rest)
    if first in LINK_FIELDS:
        return _far_value(scope, first, ("label",))
    if first == "label":
        return scope.column("sv_label__key", "text"), "text"
    if first in SYSTEM_FIELDS:
        return own_value(scope, first), SYSTEM_FIELDS[first].kind
    if first == "entity":
        return value_at(scope, keys), "text"
    one = scope.entity.by_key[first]
    if is_written_out(one):
        kind = TYPES[one.type].expression_type(one.options).kind
        if TYPES[one.type].compare(one.options).sort is None:
            raise CannotSort(entity=scope.entity.key, path=".".join(keys))
        return own_value(scope, first), "bigint" if kind == "number" else kind  # type: ignore[return-value]
    place = scope.place(first)
    how = place.type.compare(place.field.options).sort
    if how == "label":
        return _far_value(scope, first, ("label",))
    if how == "order":
        options = shown_as(place.field.type, place.field.options)[1]
        return _position(scope, options, own_value(scope, first)), "bigint"
    column = place.key if how == "key" else place.value
    if how is None or column is None:
        raise CannotSort(entity=scope.entity.key, path=".".join(keys))
    return scope.column(column.name, column.kind), column.kind


def _far_value(scope: Scope, key: str, rest: Keys) -> tuple[Sql, ColumnKind]:
    if len(targets_of(scope, key)) == 1 and entity_number(scope, key) is None:
        return sort_value(hop(scope, key), rest)
    kinds: list[ColumnKind] = []

    def read(far: Scope) -> Sql | None:
        if not has(far, rest[:1]):
            return None
        value, kind = sort_value(far, rest)
        kinds.append(kind)
        return value

    value = spread(scope, key, read)
    return value, kinds[0] if kinds else "text"


def _position(scope: Scope, options: Any, value: Sql) -> Sql:
    """Place of the option in its list; one that is not there any more comes after them."""
    listed = [option["key"] for option in options["options"]]
    bind = scope.making.binds.fixed
    pairs = [
        (value == bind(key, "text"), sa.literal_column(str(place), sa.BigInteger())) for place, key in enumerate(listed)
    ]
    last = sa.literal_column(str(len(listed)), sa.BigInteger())
    return sa.case((value.is_(None), sa.cast(sa.null(), sa.BigInteger())), *pairs, else_=last)


def _first_of_several(scope: Scope, keys: Keys, index: int) -> tuple[Sql, ColumnKind]:
    for key in keys[:index]:
        scope = hop(scope, key)
    key, rest = keys[index], keys[index + 1 :]
    place = scope.place(key)
    how = place.type.compare(place.field.options).sort
    kind = TYPES[place.field.type].expression_type(place.field.options).kind
    if how is None and not rest:
        raise CannotSort(entity=scope.entity.key, path=".".join(keys))
    target = targets_of(scope, key)[0] if rest or kind == "link" else None
    rows = several(scope, key, target)
    if rows.scope is not None:
        value, value_kind = sort_value(rows.scope, rest or ("label",))
    else:
        value, value_kind = rows.column("", scope.making.dialect), place.rows[0].kind
        if how == "order":
            value, value_kind = _position(scope, place.field.options, value), "bigint"
    position = sa.literal_column(f"{rows.alias}.sv_position", sa.BigInteger())
    select = (
        sa.select(value)
        .select_from(rows.frame.source)
        .where(rows.owner == scope.id)
        .order_by(position)
        .limit(sa.literal_column("1"))
    )
    return select.scalar_subquery(), value_kind


# ------------------------------------------------------------------ keyset


def after(binds: Binds, scope: Scope, keys: Sequence[SortKey], empty: Sequence[bool]) -> Condition:
    """Rows that come after the cursor's.  empty: which of the cursor's values are NULL."""
    condition = scope.id > binds.extra("after_id", "bigint")
    for place in reversed(range(len(keys))):
        key = keys[place]
        if key.sql is scope.id:
            given = binds.extra("after_id", "bigint")
            condition = scope.id < given if key.descending else scope.id > given
        elif empty[place]:
            condition = sa.and_(key.sql.is_(None), condition)
        else:
            given = binds.extra(f"after{place}", key.kind)
            beyond = key.sql < given if key.descending else key.sql > given
            condition = sa.or_(beyond, sa.and_(key.sql == given, condition), key.sql.is_(None))
    return condition


@lru_cache(maxsize=1024)
def mark_of(entity: str, order: tuple[Order, ...]) -> str:
    """Tells a cursor of this list and order from any other."""
    told = repr((entity, [(one.path, one.descending) for one in order]))
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def write_cursor(mark: str, values: Sequence[Any], id: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([mark, *values, id])).decode().rstrip("=")


def open_cursor(text: str, mark: str) -> tuple[list[Any], int]:
    """The values and the id.  Raises BadCursor."""
    if len(text) > MOST_CURSOR:
        raise BadCursor()
    try:
        given = orjson.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise BadCursor() from None
    if not isinstance(given, list) or len(given) < 2 or given[0] != mark:
        raise BadCursor()
    return given[1:-1], _whole(given[-1])


def cursor_parameters(dialect: Dialect, kinds: Sequence[ColumnKind], values: Sequence[Any], id: int) -> dict[str, Any]:
    """Values of the cursor as parameters of the statement.  Raises BadCursor."""
    if len(kinds) != len(values):
        raise BadCursor()
    taken: dict[str, Any] = {"after_id": id}
    for place, (kind, value) in enumerate(zip(kinds, values, strict=True)):
        if value is not None:
            taken[f"after{place}"] = value_of(dialect, kind, _value(kind, value))
    return taken


def _value(kind: ColumnKind, value: Any) -> Any:
    if kind == "bigint":
        return _whole(value)
    if kind == "yes_no":
        if value not in (0, 1):
            raise BadCursor()
        return bool(value)
    if not isinstance(value, str) or "\x00" in value:
        raise BadCursor()
    try:
        if kind == "date":
            return date.fromisoformat(value)
        return parse_instant(value) if kind == "datetime" else value
    except (ValueError, Problem):
        raise BadCursor() from None


def _whole(value: Any) -> int:
    if type(value) is not int or not -MOST <= value <= MOST:
        raise BadCursor()
    return value
