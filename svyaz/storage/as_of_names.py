"""What stands for a table while the past is shown (storage.as_of fills them).

    sv_touched_<n>    ids of the records of entity n that have changed since
    sv_past_<n>       those of them that were there, as they were
    sv_present_<n>    on PostgreSQL: the table itself, under a name that a statement may keep; `main` on SQLite
    <table>           a view under the table's own name, of the untouched and the past together

All are temporary: their names come before the company's own.
"""

from __future__ import annotations

import sqlalchemy as sa

from svyaz.schema.snapshot import Entity
from svyaz.storage.binds import Condition, Sql
from svyaz.storage.layout import Layout
from svyaz.storage.session import Dialect


def touched_name(entity: Entity) -> str:
    return f"sv_touched_{entity.number}"


def past_name(entity: Entity) -> str:
    return f"sv_past_{entity.number}"


def present_name(entity: Entity) -> str:
    return f"sv_present_{entity.number}"


def past_table(placed: Layout) -> sa.FromClause:
    return sa.table(past_name(placed.entity))


def present_table(placed: Layout, dialect: Dialect) -> sa.FromClause:
    if dialect == "sqlite":
        return sa.table(placed.table, schema="main")
    return sa.table(present_name(placed.entity))


def untouched(placed: Layout, id: Sql) -> Condition:
    """The record is today what it was then."""
    here = sa.literal_column("g.id", sa.BigInteger())
    touched = sa.table(touched_name(placed.entity)).alias("g")
    return sa.not_(sa.exists(sa.select(sa.literal_column("1")).select_from(touched).where(here == id)))


def among_touched(placed: Layout, id: Sql) -> Condition:
    """The other way round, found from the few that are touched."""
    return id.in_(
        sa.select(sa.literal_column("id", sa.BigInteger())).select_from(sa.table(touched_name(placed.entity)))
    )
