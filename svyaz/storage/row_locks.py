"""Locks on records for the time of a transaction.  SQLite has one writer, so only PostgreSQL really locks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal as OneOf

from svyaz.storage.layout import layout
from svyaz.storage.session import Session

# A link keeps its target from being deleted, not from being changed; a change lets links through.
_STRENGTH = {"link": "KEY SHARE", "change": "NO KEY UPDATE", "delete": "UPDATE"}


def hold_read(session: Session, entity: str, ids: Iterable[int]) -> None:
    """Nobody changes these records until the commit; others may read and link to them, and hold them likewise."""
    if session.dialect == "postgresql" and session.writes:
        table = layout(session.snapshot, entity).table
        session.fetch(
            f'SELECT 1 FROM "{table}" WHERE {session.in_list("sv_id", "bigint")} ORDER BY sv_id FOR SHARE',
            (session.list_parameter(ids),),
        )


def lock_text(session: Session, why: OneOf["link", "change", "delete"]) -> str:
    """The end of a query of one table that holds its rows in order of ids; "" where nothing has to be locked."""
    locks = session.dialect == "postgresql" and session.writes  # a reader only looks
    return f" ORDER BY sv_id FOR {_STRENGTH[why]}" if locks else ""


def lock(session: Session, entity: str, ids: Iterable[int], why: OneOf["link", "change", "delete"]) -> set[int]:
    """Hold these records, in order of ids so that two calls never wait for each other; returns the living ones."""
    table = layout(session.snapshot, entity).table
    rows = session.fetch(
        f'SELECT sv_id FROM "{table}" WHERE {session.in_list("sv_id", "bigint")} AND sv_deleted_at IS NULL{lock_text(session, why)}',
        (session.list_parameter(ids),),
    )
    return {row[0] for row in rows}
