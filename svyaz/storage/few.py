"""Records that a reader's rights lead to, found from his side: by indexes of whom he reaches, not by a walk over all.

A list in the order of an index is walked until a page is full.  For who sees one record of a thousand that is a walk
over thousands, so for him the ids he may see at most are taken first, and the list is made of those alone.

    among   Call("among", handles): beside the condition it was taken from, never in its place
    handle  `responsible = me()`, `participants = me()`, Reach(…): what one index answers
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from svyaz.expression.ground import Ground
from svyaz.expression.tree import SHARED, YES_NO, Call, Node, Path, Reach
from svyaz.schema.snapshot import Snapshot
from svyaz.storage.binds import Binds, Condition, Run, Sql, Statement
from svyaz.storage.catalog import indexes_of
from svyaz.storage.layout import layout
from svyaz.storage.scope import Making, Scope, aliased
from svyaz.storage.session import Dialect, Session
from svyaz.storage.statement_cache import CACHE

ME = "me"


def among(snapshot: Snapshot, entity: str, condition: Node) -> Call | None:
    """What must hold of every record for which the condition does, as handles; None where some have none."""
    found = _handles(snapshot, entity, condition)
    return Call("among", tuple(dict.fromkeys(found)), YES_NO) if found else None


def _handles(snapshot: Snapshot, entity: str, node: Node) -> list[Node] | None:
    if isinstance(node, Reach):
        return [node] if _has_index(snapshot, entity, node.path) else None
    if not isinstance(node, Call):
        return None
    if node.function == "or":
        each = [_handles(snapshot, entity, one) for one in node.arguments]
        return None if None in each else [one for told in each for one in told or ()]
    if node.function == "and":
        told = (_handles(snapshot, entity, one) for one in node.arguments)
        return next((one for one in told if one is not None), None)
    if node.function == "=" and isinstance(node.arguments[0], Path) and is_me(node.arguments[1]):
        return [node] if _has_index(snapshot, entity, node.arguments[0]) else None
    return None


def is_me(node: Node) -> bool:
    return isinstance(node, Call) and node.function == "me"


def _has_index(snapshot: Snapshot, entity: str, path: Path) -> bool:
    if path.keys == ("id",):
        return True
    placed = layout(snapshot, entity)
    field = placed.fields.get(path.keys[0]) if len(path.keys) == 1 else None
    if field is None or not field.field.targets:
        return False
    if field.table:
        return True  # ix_N (value, sv_record) of every table of several links
    column = field.columns[0].name
    return any(
        one.table == placed.table and one.columns[0] == column and not one.where for one in indexes_of(placed).values()
    )


def is_among(making: Making, scope: Scope, node: Call) -> Condition:
    """The id is one of those that the handles lead to; PostgreSQL takes them as an array, so that it begins with them."""
    ids = sa.union(*_selects(making, scope.entity.key, node.arguments))
    making.few = True
    if making.dialect == "sqlite":
        return scope.id.in_(ids)
    return scope.id == sa.func.any(sa.func.array(ids.scalar_subquery(), type_=sa.ARRAY(sa.BigInteger)))


def counted(session: Session, entity: str, node: Call, ground: Ground, most: int) -> int:
    """How many ids the handles lead to, one that several lead to counted as often; no more than `most` are looked for."""

    def make() -> Statement:
        making = Making(session.snapshot, session.dialect, {}, Binds(session.dialect))
        every = sa.union_all(*_selects(making, entity, node.arguments)).limit(making.binds.extra("most", "bigint"))
        return making.binds.statement(sa.select(sa.func.count()).select_from(every.subquery("found")))

    statement = CACHE.get((session.snapshot.digest, session.dialect, entity, "few", node), make)
    run = Run((), ground, {"most": most})
    return int(session.fetch(statement.sql, statement.parameters(run))[0][0])


def _selects(making: Making, entity: str, handles: Sequence[Node]) -> list[sa.Select[Any]]:
    placed = layout(making.snapshot, entity)
    found = []
    for node in handles:
        assert isinstance(node, Reach | Call)
        path = node.path if isinstance(node, Reach) else node.arguments[0]
        assert isinstance(path, Path)
        alias = making.alias("w")
        key = path.keys[0]
        table, id, name = placed.table, "sv_id", "sv_id"
        if key != "id":
            field = placed.fields[key]
            name = "value" if field.table else field.columns[0].name
            if field.table:
                table, id = field.table, "sv_record"
        column = _column(making.dialect, alias, name)
        holds = column == making.binds.ground(ME)
        if isinstance(node, Reach):
            holds = column.in_(_reached(making, node.scope))
        found.append(sa.select(_column(making.dialect, alias, id)).select_from(aliased(table, alias)).where(holds))
    return found


def opened(making: Making, scope: str) -> sa.Select[Any]:
    """Records shared with the reader: SHARED[0] to see, SHARED[1] to change.  Made once, by indexes, not for each row."""
    share, name = making.alias("s"), making.alias("n")
    until = sa.literal_column(f"{share}.until", sa.DateTime())
    found = (
        sa.select(_column(making.dialect, share, "record"))
        .select_from(aliased("sv_reach", name), aliased("sv_share", share))
        .where(
            _column(making.dialect, share, "whom") == _column(making.dialect, name, "employee"),
            _column(making.dialect, name, "reader") == making.binds.ground(ME),
            sa.literal_column(f"{name}.scope", sa.Text()) == making.binds.fixed("named", "text"),
            sa.or_(until.is_(None), until > making.binds.ground("clock")),
        )
    )
    if scope == SHARED[1]:
        found = found.where(_column(making.dialect, share, "edit") == sa.literal_column("1"))
    return found


def _reached(making: Making, scope: str) -> sa.Select[Any]:
    if scope in SHARED:
        return opened(making, scope)
    alias = making.alias("r")
    return (
        sa.select(_column(making.dialect, alias, "employee"))
        .select_from(aliased("sv_reach", alias))
        .where(
            _column(making.dialect, alias, "reader") == making.binds.ground(ME),
            sa.literal_column(f"{alias}.scope", sa.Text()) == making.binds.fixed(scope, "text"),
        )
    )


def _column(dialect: Dialect, alias: str, name: str) -> Sql:
    return sa.literal_column(f'{alias}."{name}"', sa.BigInteger())
