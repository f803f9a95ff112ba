"""Statements of one answer put together as text: each finds the first rows by an index of its own, then they merge.

A union inside the query would be sorted whole before its first row; two short lists are not.
"""

from __future__ import annotations

from collections.abc import Sequence

from svyaz.storage.binds import Statement, Take
from svyaz.storage.compile_order import SortKey


def ordinal_order(keys: Sequence[SortKey], first: int) -> str:
    """The order of a list by the places of its cursor's values; `first` is how many columns stand before them."""
    ordered = [f"{first + place} {'DESC' if key.descending else 'ASC'} NULLS LAST" for place, key in enumerate(keys, 1)]
    return ", ".join([*ordered, "1 ASC"])


def merge(statements: Sequence[Statement], order: str = "", limit: str = "", offset: str = "") -> Statement:
    """Rows of all of them.  order: by ordinals; limit, offset: names of parameters.  One statement is left alone."""
    if len(statements) == 1:
        return statements[0]
    sql = " UNION ALL ".join(f"SELECT * FROM ({one.sql}) a{place}" for place, one in enumerate(statements))
    takes = [take for one in statements for take in one.takes]
    if order:
        sql += f" ORDER BY {order}"
    for word, name in (("LIMIT", limit), ("OFFSET", offset)):
        if name:
            sql += f" {word} ?"
            takes.append(_extra(name))
    return Statement(sql, tuple(takes))


def add_up(statements: Sequence[Statement], signs: str) -> Statement:
    """One number of each, added or taken away."""
    if len(statements) == 1:
        return statements[0]
    sql = " ".join(f"{sign} ({one.sql})" for sign, one in zip(signs, statements, strict=True))
    return Statement(f"SELECT 0 {sql}", tuple(take for one in statements for take in one.takes))


def _extra(name: str) -> Take:
    return lambda run: run.extra[name]
