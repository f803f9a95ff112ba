"""The base as it was at a moment: its tables are covered by what they held then.

What changed since is read from the log once; for each record of an entity the *first* change after the moment
says which version it had and what each field held before.  The rest is SQL: the rows of today with those values
in their place go into `sv_past_<n>`, and the names of as_of_names stand for the tables from then on.  Every query
that storage makes runs on the past unchanged: lists, totals, far labels, rights.

Temporary tables belong to a connection.  They serve one transaction (`database.aside()`, nothing is left) or one
moment for as long as people look at it (storage.pasts); then `fresh` finds what has changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from svyaz.fields.registry import TYPES
from svyaz.kernel.problem import Problem
from svyaz.kernel.values import Money
from svyaz.storage.as_of_names import past_name, present_name, touched_name
from svyaz.storage.catalog import indexes_of
from svyaz.storage.ddl_text import column_text
from svyaz.storage.layout import FieldLayout, Layout, layout
from svyaz.storage.record_rows import many_columns, many_rows
from svyaz.storage.session import Session, iso_instant, take_instant

# A transaction writes its moment when it begins and its rows later, so moments are in order only roughly.
SLACK = 10_000
CHUNK = 20_000
INDEXED_FROM = 1_000  # records: fewer are sorted faster than indexes are made
LIFE = ("Created", "Deleted", "Restored", "Erased")
WRITES = ("Created", "Changed", "Restored", "Linked", "Unlinked")


@dataclass(slots=True)
class Touched:
    """A record that has changed since the moment.

    seq      of its first change since;  version: what it had before that
    there    it was made before;  life: the first of Deleted, Restored, Erased that it met, "" for none
    before   number of a field -> the plain value it had, of the fields that have changed
    """

    seq: int
    version: int
    there: bool
    life: str = ""
    before: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """How much of the log has been read: everything up to a position, and of what had none yet these seqs."""

    position: int
    waiting: frozenset[int] = frozenset()


Found = dict[int, dict[int, Touched]]


# ------------------------------------------------------------------ the log


def since(session: Session, at: datetime) -> tuple[Found, Seen]:
    """By the number of the entity and the record: everything that has changed after the moment."""
    first = max(1, _first_after(session, at) - SLACK)
    seen = _seen(session)
    return _collect(_rows(session, "seq >= ?", (first,), at), {}), seen


def fresh(session: Session, at: datetime, seen: Seen, known: Callable[[int, int], bool]) -> tuple[Found, Seen, bool]:
    """What has changed since `seen` and after the moment, of records not yet `known` (entity number, record) to have
    changed; how much has been read by now; and whether something was erased, which may be in what is kept."""
    now = _seen(session)
    if now == seen:
        return {}, seen, False
    parameters: tuple[Any, ...]
    if _waits(session):
        # By number, so that each is found by an index: «no position» alone would have the log walked by its key.
        where = f"(position > ? OR {session.in_list('seq', 'bigint')})"
        parameters = (seen.position, session.list_parameter(now.waiting))
    else:
        where, parameters = "seq > ?", (seen.position,)
    rows = [row for row in _rows(session, where, parameters, at) if row[0] not in seen.waiting]
    erased = any(row[4] == "Erased" for row in rows)
    wanted = (row for row in rows if not known(row[1], row[2]))
    return _collect(wanted, {}), now, erased


# Positions are given in the order of transactions, so what has none is of the last that got one or of a later one: until
# the log is vacuumed its index still holds every row that had none once, and to walk past 1.7 million takes 10 ms.
_WAITING = (
    "SELECT seq FROM sv_change WHERE position IS NULL AND xid >="
    " COALESCE((SELECT xid FROM sv_change WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1), 0)"
)


def _waits(session: Session) -> bool:
    """PostgreSQL commits out of order: a row of a lower seq may appear after one of a higher."""
    return session.dialect == "postgresql"


def _seen(session: Session) -> Seen:
    """How much of the log there is to see, in one question."""
    if not _waits(session):
        return Seen(int(session.fetch("SELECT COALESCE(MAX(seq), 0) FROM sv_change")[0][0]))
    ((last, waiting),) = session.fetch(f"SELECT (SELECT MAX(position) FROM sv_change), ARRAY({_WAITING})")
    return Seen(last or 0, frozenset(waiting))


def _rows(session: Session, where: str, parameters: Sequence[Any], at: datetime) -> Iterator[tuple[Any, ...]]:
    """(seq, entity, record, version, kind, body, whether it is after the moment), in order of seq."""
    last = 0
    moment = session.put_instant(at)
    while True:
        rows = session.fetch(
            "SELECT seq, entity, record, version, kind, body, CASE WHEN at > ? THEN 1 ELSE 0 END FROM sv_change"
            f" WHERE {where} AND seq > ? ORDER BY seq LIMIT {CHUNK}",
            (moment, *parameters, last),
        )
        yield from rows
        if len(rows) < CHUNK:
            return
        last = rows[-1][0]


def _collect(rows: Iterator[tuple[Any, ...]] | Any, found: Found) -> Found:
    loads = orjson.loads
    for seq, entity, record, version, kind, body, later in rows:
        if not record or not entity or kind == "Recomputed":
            continue
        records = found.get(entity)
        if records is None:
            records = found[entity] = {}
        one = records.get(record)
        if one is None:
            if not later:
                continue
            one = records[record] = Touched(seq, version - 1, kind != "Created")
        if not one.there:
            continue
        if kind in LIFE and not one.life:
            one.life = kind
        if body != "{}":
            before = one.before
            for number, pair in loads(body).items():
                if number not in before:
                    before[number] = pair[0]
    return {number: records for number, records in found.items() if records}


def _first_after(session: Session, at: datetime) -> int:
    """The seq at which the log passes the moment: by halving, for it has no index by time."""
    low = 1
    high = int(session.fetch("SELECT COALESCE(MAX(seq), 0) + 1 FROM sv_change")[0][0])
    while low < high:
        middle = (low + high) // 2
        found = session.fetch("SELECT seq, at FROM sv_change WHERE seq >= ? ORDER BY seq LIMIT 1", (middle,))
        when = take_instant(found[0][1]) if found else None
        if when is None or when > at:
            high = middle
        else:
            low = int(found[0][0]) + 1
    return low


# ------------------------------------------------------------------ covers


def cover_moves(session: Session, at: datetime) -> None:
    """Stays on stages as they were known then: what was written since is not there, what was left since is not left."""
    moment = f"'{iso_instant(at)}'"
    session.run(
        f"CREATE TEMP VIEW sv_stage_move AS SELECT id, entity, record, pipeline, stage, entered_at,"
        f" CASE WHEN closed_at > {moment} THEN NULL ELSE left_at END AS left_at, written_at, closed_at"
        f' FROM "{home(session)}".sv_stage_move WHERE written_at <= {moment}'
    )


def home(session: Session) -> str:
    return "main" if session.dialect == "sqlite" else str(session.fetch("SELECT current_schema()")[0][0])


def cover(session: Session, entity: str, records: Mapping[int, Touched]) -> list[int]:
    """From now on the entity is what it was, as far as rows tell; more records of a covered entity are added.

    Returns ids whose sums in the company's currency need a rate of exchange: the caller says them by `put_bases`.
    Labels are those of today: the caller says the others by `put_labels`.
    """
    placed = layout(session.snapshot, entity)
    if entity not in session.covered:
        _make(session, placed)
    was = f"sv_was_{placed.entity.number}"
    by_number = {str(one.field.number): one for one in placed.fields.values()}
    present = {number for one in records.values() for number in one.before if number in by_number}
    own = [by_number[number] for number in sorted(present, key=int) if by_number[number].columns]
    several = [by_number[number] for number in sorted(present, key=int) if by_number[number].table]
    rated = _write_was(session, placed, was, records, own, several)
    _copy_rows(session, placed, was, own)
    for one in placed.many_fields:
        _copy_several(session, placed, was, one, records if one in several else {}, one in several)
    session.run(f'INSERT INTO "{touched_name(placed.entity)}" (id) SELECT sv_id FROM "{was}"')
    session.run(f'DROP TABLE "{was}"')
    _put_unique(session, placed, records)
    return rated


def finish(session: Session, entities: Collection[str]) -> None:
    """Indexes of what has been filled, and what the planner should know of it."""
    for entity in entities:
        placed = layout(session.snapshot, entity)
        past = past_name(placed.entity)
        tables = [past, touched_name(placed.entity), *(f"sv_past_{one.table}" for one in placed.many_fields)]
        if session.fetch(f'SELECT COUNT(*) FROM "{past}"')[0][0] >= INDEXED_FROM:
            for index in indexes_of(placed).values():
                table = past if index.table == placed.table else f"sv_past_{index.table}"
                columns = ", ".join(f'"{column}"' for column in index.columns)
                where = f" WHERE {index.where}" if index.where else ""
                temp = "temp." if session.dialect == "sqlite" else ""
                session.run(f'CREATE INDEX {temp}"sv_p_{index.name}" ON "{table}" ({columns}){where}')
        if session.dialect == "postgresql":
            for table in tables:
                session.run(f'ANALYZE "{table}"')


def _make(session: Session, placed: Layout) -> None:
    """Empty tables and the views over them."""
    number, dialect, where = placed.entity, session.dialect, home(session)
    session.run(f'CREATE TEMP TABLE "{touched_name(number)}" (id {_big(session)} PRIMARY KEY)')
    parts = [column_text(one, dialect) + (" PRIMARY KEY" if one.name == "sv_id" else "") for one in placed.columns]
    names = ", ".join(f'"{one.name}"' for one in placed.columns)
    session.run(f'CREATE TEMP TABLE "{past_name(number)}" ({", ".join(parts)})')
    if dialect == "postgresql":
        session.run(f'CREATE TEMP VIEW "{present_name(number)}" AS SELECT {names} FROM "{where}"."{placed.table}"')
    _view(session, placed.table, names, where, past_name(number), touched_name(number), "sv_id")
    for one in placed.many_fields:
        past = f"sv_past_{one.table}"
        columns = ", ".join(column_text(column, dialect) for column in one.rows)
        session.run(
            f'CREATE TEMP TABLE "{past}" (sv_record {_big(session)} NOT NULL, sv_position INTEGER NOT NULL, {columns},'
            " PRIMARY KEY (sv_record, sv_position))"
        )
        listed = ", ".join(f'"{name}"' for name in many_columns(one))
        assert one.table is not None
        _view(session, one.table, listed, where, past, touched_name(number), "sv_record")
    session.covered = session.covered | {placed.entity.key}


def _view(session: Session, table: str, names: str, where: str, past: str, touched: str, key: str) -> None:
    session.run(
        f'CREATE TEMP VIEW "{table}" AS SELECT {names} FROM "{where}"."{table}" t'
        f' WHERE NOT EXISTS (SELECT 1 FROM "{touched}" g WHERE g.id = t."{key}")'
        f' UNION ALL SELECT {names} FROM "{past}"'
    )


def _big(session: Session) -> str:
    return "INTEGER" if session.dialect == "sqlite" else "BIGINT"


# ------------------------------------------------------------------ values of then


def _write_was(
    session: Session,
    placed: Layout,
    was: str,
    records: Mapping[int, Touched],
    own: Sequence[FieldLayout],
    several: Sequence[FieldLayout],
) -> list[int]:
    """One row for a touched record: what it was, and which of its fields are to be taken from here."""
    dialect = session.dialect
    names = ["sv_id", "sv_seq", "sv_version", "sv_there", "sv_life"]
    kinds = [*(f"{name} {_big(session)}" for name in names[:-1]), "sv_life TEXT"]
    starts: dict[str, tuple[int, Callable[[Any], tuple[Any, ...]]]] = {}
    rated: list[int] = []
    for one in own:
        number = str(one.field.number)
        starts[number] = (len(names), _packer(session, one))
        names += [f"sv_is_{number}", *(column.name for column in one.own)]
        kinds += [f"sv_is_{number} INTEGER", *(_nullable(column_text(column, dialect)) for column in one.own)]
    for one in several:
        number = str(one.field.number)
        starts[number] = (len(names), lambda _: ())
        names.append(f"sv_is_{number}")
        kinds.append(f"sv_is_{number} INTEGER")
    blank: list[Any] = [None] * len(names)
    rows = []
    money = {str(one.field.number) for one in own if one.field.type == "money"}
    rating = {
        str(by.number): True
        for one in placed.fields.values()
        if one.field.type == "money" and (by := placed.entity.by_key.get(one.field.options.get("rate_on") or ""))
    }
    for id, touched in records.items():
        row = blank.copy()
        row[:5] = id, touched.seq, touched.version, int(touched.there), touched.life
        if touched.there:
            for number, plain in touched.before.items():
                found = starts.get(number)
                if found is None:
                    continue
                start, pack = found
                parts = pack(plain)
                row[start] = 1
                row[start + 1 : start + 1 + len(parts)] = parts
                if number in rating or (number in money and parts[0] is not None and parts[2] is None):
                    rated.append(id)
        rows.append(row)
    session.run(f'CREATE TEMP TABLE "{was}" ({", ".join(kinds)}, PRIMARY KEY (sv_id))')
    session.insert_rows(was, names, rows)
    if dialect == "postgresql":
        session.run(f'ANALYZE "{was}"')
    return list(dict.fromkeys(rated))


def _nullable(column: str) -> str:
    return column.split(" NOT NULL")[0]


def _packer(session: Session, one: FieldLayout) -> Callable[[Any], tuple[Any, ...]]:
    """Columns of a field from a plain value of the log: most records had one of a few values, so they are kept."""
    puts = [session.put(column.kind) for column in one.columns]
    money = one.field.type == "money"
    currency = session.terms.currency
    kept: dict[Any, tuple[Any, ...]] = {}
    empty = tuple(
        (False if put is None else put(False)) if column.kind == "yes_no" else None
        for column, put in zip(one.columns, puts, strict=True)
    ) + ((None,) if one.key else ())

    def pack(plain: Any) -> tuple[Any, ...]:
        name = tuple(plain) if isinstance(plain, list) and all(not isinstance(x, list | dict) for x in plain) else plain
        try:
            known = kept.get((type(name), name))
        except TypeError:
            return make(plain)
        if known is None:
            if len(kept) > CHUNK:
                kept.clear()
            known = kept[(type(name), name)] = make(plain)
        return known

    def make(plain: Any) -> tuple[Any, ...]:
        value = canonical(session, one, plain)
        if value is None:
            return empty
        parts = [
            part if put is None or part is None else put(part) for part, put in zip(one.pack(value), puts, strict=True)
        ]
        if money and isinstance(value, Money) and value.currency == currency:
            parts[2] = value.minor
        if one.key:
            parts.append(one.shadow(value))
        return tuple(parts)

    return pack


def canonical(session: Session, one: FieldLayout, plain: Any) -> Any:
    """A value of the log as today's type of the field has it; of a type that it had then and cannot be today's: none."""
    kind = TYPES[one.field.type]
    many = kind.expression_type(one.field.options).many
    if plain in (None, []):
        return () if many else None
    for said in (plain, str(plain)):  # of a former type; as the retype did it, what a person would have typed
        try:
            return kind.accept(said, one.field.options, session.terms)
        except (Problem, TypeError, ValueError):
            continue
    return () if many else None


def _copy_rows(session: Session, placed: Layout, was: str, own: Sequence[FieldLayout]) -> None:
    """The rows of today with the values of then in their place."""
    writes = ", ".join(f"'{kind}'" for kind in WRITES)
    wrote = (
        f"CASE WHEN w.sv_version > 1 THEN (SELECT p.seq FROM sv_change p WHERE p.record = w.sv_id AND p.seq < w.sv_seq"
        f" AND p.kind IN ({writes}) ORDER BY p.seq DESC LIMIT 1) END"
    )

    def trashed(column: str) -> str:
        return (
            f"(SELECT p.{column} FROM sv_change p WHERE p.record = w.sv_id AND p.seq < w.sv_seq AND p.kind = 'Deleted'"
            " ORDER BY p.seq DESC LIMIT 1)"
        )

    again = "c.kind IS NULL OR c.kind = 'Created'"
    taken = {
        "sv_version": "w.sv_version",
        "sv_changed_at": f"CASE WHEN {again} THEN t.sv_created_at ELSE c.at END",
        "sv_changed_by": f"CASE WHEN {again} THEN t.sv_created_by ELSE c.actor END",
        "sv_deleted_at": f"CASE w.sv_life WHEN 'Deleted' THEN NULL WHEN 'Restored' THEN"
        f" COALESCE({trashed('at')}, t.sv_deleted_at) ELSE t.sv_deleted_at END",
        "sv_deleted_by": f"CASE w.sv_life WHEN 'Deleted' THEN NULL WHEN 'Restored' THEN {trashed('actor')}"
        " ELSE t.sv_deleted_by END",
    }
    for one in own:
        for column in one.own:
            taken[column.name] = (
                f'CASE WHEN w.sv_is_{one.field.number} = 1 THEN w."{column.name}" ELSE t."{column.name}" END'
            )
    for placed_field in placed.fields.values():
        if placed_field.field.unique and placed_field.key:
            name = placed_field.key.name
            said = taken.get(name, f't."{name}"')
            taken[name] = f"CASE WHEN {taken['sv_deleted_at']} IS NULL THEN {said} END"
    names = ", ".join(f'"{column.name}"' for column in placed.columns)
    values = ", ".join(taken.get(column.name, f't."{column.name}"') for column in placed.columns)
    session.run(
        f'INSERT INTO "{past_name(placed.entity)}" ({names}) SELECT {values} FROM "{was}" w'
        f' JOIN "{home(session)}"."{placed.table}" t ON t.sv_id = w.sv_id'
        f" LEFT JOIN sv_change c ON c.seq = {wrote} WHERE w.sv_there = 1"
    )


def _copy_several(
    session: Session,
    placed: Layout,
    was: str,
    one: FieldLayout,
    records: Mapping[int, Touched],
    changed: bool,
) -> None:
    """Rows of a field of several values: today's, except of the records in which the field has changed."""
    names = ", ".join(f'"{name}"' for name in many_columns(one))
    listed = ", ".join(f't."{name}"' for name in many_columns(one))
    number = str(one.field.number)
    flag = f" AND w.sv_is_{number} IS NULL" if changed else ""
    session.run(
        f'INSERT INTO "sv_past_{one.table}" ({names}) SELECT {listed} FROM "{was}" w'
        f' JOIN "{home(session)}"."{one.table}" t ON t.sv_record = w.sv_id WHERE w.sv_there = 1{flag}'
    )
    rows = [
        row
        for id, touched in records.items()
        if touched.there and number in touched.before
        for row in many_rows(session, one, id, canonical(session, one, touched.before[number]))
    ]
    session.insert_rows(f"sv_past_{one.table}", many_columns(one), rows)


def _put_unique(session: Session, placed: Layout, records: Mapping[int, Touched]) -> None:
    """Unique keys are empty in the trash: of those that lie there today and did not then they are made again."""
    unique = [one for one in placed.fields.values() if one.field.unique and one.key and one.columns]
    ids = [id for id, one in records.items() if one.life == "Deleted"] if unique else []
    if not ids:
        return
    past = past_name(placed.entity)
    for one in unique:
        assert one.key is not None
        columns = ", ".join(f'"{column.name}"' for column in one.columns)
        rows = session.fetch(
            f'SELECT sv_id, {columns} FROM "{past}" WHERE {session.in_list("sv_id", "bigint")}'
            f' AND "{one.columns[0].name}" IS NOT NULL',
            (session.list_parameter(ids),),
        )
        session.run_many(
            f'UPDATE "{past}" SET "{one.key.name}" = ? WHERE sv_id = ?',
            [(one.shadow(one.unpack(row[1:])), row[0]) for row in rows],
        )


def put_labels(session: Session, entity: str, labels: Sequence[tuple[str, str, int]]) -> None:
    """(label, its key, id) of past records."""
    past = past_name(layout(session.snapshot, entity).entity)
    session.run_many(f'UPDATE "{past}" SET sv_label = ?, sv_label__key = ? WHERE sv_id = ?', labels)


def put_bases(session: Session, entity: str, bases: Mapping[int, Mapping[str, int | None]]) -> None:
    """Sums in the company's currency, by id and field."""
    placed = layout(session.snapshot, entity)
    past = past_name(placed.entity)
    for key in {key for found in bases.values() for key in found}:
        column = next(column.name for column in placed.fields[key].columns if column.part == "base")
        session.run_many(
            f'UPDATE "{past}" SET "{column}" = ? WHERE sv_id = ?',
            [(found[key], id) for id, found in bases.items() if key in found],
        )
