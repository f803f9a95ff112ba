"""Compute kept fields again and write what is other now; and the ways from a changed record to those that follow it.

The base computes, so a value that is kept equals what a query would compute, to the last digit.  Rows are locked
by the caller before they are read here (records.recompute says in what order).  Versions do not move.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from svyaz.expression.ground import Ground
from svyaz.fields.computed import shown_as
from svyaz.schema.depends import Hop
from svyaz.schema.snapshot import Field, Snapshot
from svyaz.storage.binds import Binds, Run, Sql, Statement
from svyaz.storage.compile_expression import Formulas
from svyaz.storage.computing import computed_value, money_minor
from svyaz.storage.layout import FieldLayout, layout
from svyaz.storage.row_locks import hold_read, lock
from svyaz.storage.scope import Making, Scope, root_scope
from svyaz.storage.session import Dialect, Session
from svyaz.storage.statement_cache import CACHE


@dataclass(frozen=True, slots=True)
class Plan:
    """select   id, values as they should be, values as they are, each in `width` columns
    whole    the update of what is other, in one statement that returns its ids; None for a value with a shadow key,
             which Python makes: then `update` puts each row
    """

    select: Statement
    whole: Statement | None
    update: str
    width: int
    placed: FieldLayout


def recompute(session: Session, entity: str, field: Field, ids: Sequence[int]) -> list[int]:
    """Bring the field of these records up to date; returns those whose value was another."""
    if not ids:
        return []
    plan = _plan(session.snapshot, session.dialect, entity, field)
    ground = Ground(me=None, now=session.now, zone=session.snapshot.settings.zone)
    run = Run((), ground, {"ids": session.list_parameter(ids)})
    if plan.whole is not None:
        written = sorted(row[0] for row in session.fetch(plan.whole.sql, plan.whole.parameters(run)))
        # A fetch that writes: what was read of these rows before it is no longer so.
        session.written += bool(written)
        return written
    width = plan.width
    changed, rows = [], []
    for row in session.fetch(plan.select.sql, plan.select.parameters(run)):
        now, was = row[1 : 1 + width], row[1 + width :]
        if now != was:
            changed.append(row[0])
            rows.append((*now, *_key(plan, now), row[0]))
    session.run_many(plan.update, rows)
    return sorted(changed)


def stale(session: Session, entity: str, field: Field, ids: Sequence[int]) -> list[tuple[int, Any, Any]]:
    """(id, as it should be, as it is) of records whose kept value is another: for checks."""
    plan = _plan(session.snapshot, session.dialect, entity, field)
    ground = Ground(me=None, now=session.now, zone=session.snapshot.settings.zone)
    run = Run((), ground, {"ids": session.list_parameter(ids)})
    found = session.fetch(plan.select.sql, plan.select.parameters(run))
    width = plan.width
    return [(row[0], row[1 : 1 + width], row[1 + width :]) for row in found if row[1 : 1 + width] != row[1 + width :]]


def _key(plan: Plan, now: tuple[Any, ...]) -> tuple[str | None, ...]:
    if plan.placed.key is None:
        return ()
    return (plan.placed.shadow(plan.placed.unpack(now)),)


def _plan(snapshot: Snapshot, dialect: Dialect, entity: str, field: Field) -> Plan:
    def make() -> Plan:
        placed = layout(snapshot, entity).fields[field.key]
        binds = Binds(dialect)
        making = Making(snapshot, dialect, {}, binds)
        Formulas(making)
        scope = root_scope(making, snapshot.entities[entity])
        fresh = _parts(scope, field)
        kept = [scope.column(column.name, column.kind) for column in placed.columns]
        select = (
            sa.select(scope.id, *fresh, *kept)
            .select_from(scope.frame.source)
            .where(binds.among(scope.id, "ids", "bigint"))
        )
        sets = ", ".join(f'"{column.name}" = ?' for column in placed.own)
        update = f'UPDATE "{layout(snapshot, entity).table}" SET {sets} WHERE sv_id = ?'
        whole = None if placed.key else _whole(snapshot, dialect, entity, field)
        return Plan(binds.statement(select), whole, update, len(kept), placed)

    return CACHE.get((snapshot.digest, dialect, entity, "recompute", field.key), make)


def _whole(snapshot: Snapshot, dialect: Dialect, entity: str, field: Field) -> Statement:
    """Each value is computed once, aside (a sum over children is dear), then compared and put."""
    placed = layout(snapshot, entity)
    binds = Binds(dialect)
    making = Making(snapshot, dialect, {}, binds)
    Formulas(making)
    scope = root_scope(making, snapshot.entities[entity])
    own = placed.fields[field.key].columns
    parts = _parts(scope, field)
    money = len(parts) > 1
    fresh = parts[:1] if money else parts
    select = (
        sa.select(scope.id.label("id"), *(part.label(f"v{at}") for at, part in enumerate(fresh)))
        .select_from(scope.frame.source)
        .where(binds.among(scope.id, "ids", "bigint"))
    )
    made = binds.statement(select)
    said = [f"n.v{at}" for at in range(len(fresh))]
    if money:
        currency = shown_as(field.type, field.options)[1]["base"]
        said = ["n.v0", f"CASE WHEN n.v0 IS NOT NULL THEN '{currency}' END", "n.v0"]
    table, other = f'"{placed.table}"', "IS NOT" if dialect == "sqlite" else "IS DISTINCT FROM"
    sets = ", ".join(f'"{column.name}" = {value}' for column, value in zip(own, said, strict=True))
    differs = " OR ".join(f'{table}."{column.name}" {other} {value}' for column, value in zip(own, said, strict=True))
    return Statement(
        f"WITH n AS MATERIALIZED ({made.sql}) UPDATE {table} SET {sets} FROM n WHERE {table}.sv_id = n.id"
        f" AND ({differs}) RETURNING {table}.sv_id",
        made.takes,
    )


def _parts(scope: Scope, field: Field) -> tuple[Sql, ...]:
    value = computed_value(scope, field)
    if shown_as(field.type, field.options)[0] == "money":
        return money_minor(scope, field, value)
    return (value,)


# ------------------------------------------------------------------ ways


def reached(session: Session, hop: Hop, ids: Iterable[int], after: int = 0, limit: int | None = None) -> list[int]:
    """Records at the other end of a hop, in order of ids; after and limit take them in portions.

    Those in the trash are among them: they come out of it with values that are right.
    """
    snapshot = session.snapshot
    placed = layout(snapshot, hop.entity)
    one = placed.fields.get(hop.link)
    tail = "" if limit is None else f" LIMIT {limit}"
    listed = session.list_parameter(ids)
    if one is None:  # created_by, changed_by
        return _by_system(session, placed.table, hop, listed, after, tail)
    of = next((column.name for column in (*one.columns, *one.rows) if column.part == "ent"), None)
    same = f' AND "{of}" = {snapshot.entities[hop.target].number}' if of else ""
    if one.table:
        source, owner, value = one.table, "sv_record", "value"
    else:
        source, owner, value = placed.table, "sv_id", one.columns[0].name
    asked, given = (owner, value) if hop.way == "up" else (value, owner)
    rows = session.fetch(
        f'SELECT DISTINCT "{given}" FROM "{source}" WHERE {session.in_list(quoted(asked), "bigint")}{same}'
        f' AND "{given}" > ? ORDER BY "{given}"{tail}',
        (listed, after),
    )
    return [row[0] for row in rows]


def _by_system(session: Session, table: str, hop: Hop, listed: Any, after: int, tail: str) -> list[int]:
    column = f"sv_{hop.link}"
    asked, given = ("sv_id", column) if hop.way == "up" else (column, "sv_id")
    rows = session.fetch(
        f'SELECT DISTINCT "{given}" FROM "{table}" WHERE {session.in_list(quoted(asked), "bigint")}'
        f' AND "{given}" > ? ORDER BY "{given}"{tail}',
        (listed, after),
    )
    return [row[0] for row in rows]


def quoted(name: str) -> str:
    return f'"{name}"'


def portion(session: Session, entity: str, after: int, limit: int) -> list[int]:
    """Ids of the entity, the trash too, in order."""
    table = layout(session.snapshot, entity).table
    rows = session.fetch(f'SELECT sv_id FROM "{table}" WHERE sv_id > ? ORDER BY sv_id LIMIT {limit}', (after,))
    return [row[0] for row in rows]


def hold_path(session: Session, entity: str, keys: Sequence[str], ids: Sequence[int], summed: Set[str]) -> None:
    """Keep the far records of a path from changing until the commit: what is read of them stays true.

    Hop by hop: a far record is held before its own link is read.  SQLite has one writer and needs none of it.
    summed   entities with roll-ups: this transaction may have to write there too, and two that read together and
             then both want to write would wait for each other for ever; so these are taken for writing at once
    """
    if session.dialect != "postgresql" or not session.writes:
        return
    here: dict[str, list[int]] = {entity: sorted(ids)}
    for key in keys[:-1]:
        beyond: dict[str, set[int]] = {}
        for at, group in here.items():
            one = session.snapshot.entities[at].by_key.get(key)
            if one is None:
                continue
            targets = one.targets or tuple(session.snapshot.entities)
            for target in targets:
                beyond.setdefault(target, set()).update(reached(session, Hop("up", at, key, target), group))
        here = {at: sorted(group) for at, group in beyond.items()}
        for at in sorted(here):
            if at in summed:
                lock(session, at, here[at], "change")
            else:
                hold_read(session, at, here[at])
