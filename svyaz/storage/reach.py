"""Whom a reader reaches by his place in the company: rows (reader, scope, employee) kept by org (org/hierarchy.py).

Of the scope `group` the last is not an employee but a group that the reader is in.

Of the scope `named`: the reader himself, his groups, his departments and those above; shares look there.

Queries answer tree.Reach by EXISTS over this table with the reader as a parameter, so their text is one for
everybody.  Python answers the same by `reached`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from svyaz.expression.tree import SHARED
from svyaz.storage import shares
from svyaz.storage.session import Session

Row = tuple[int, str, int]


def set_reach(session: Session, rows: Iterable[Row]) -> None:
    """Make the table these rows, by writing only what differs: a move of one person leaves the others' rows alone."""
    wanted = set(rows)
    known = {(row[0], row[1], row[2]) for row in session.fetch("SELECT reader, scope, employee FROM sv_reach")}
    gone: dict[tuple[int, str], list[int]] = {}
    for reader, scope, employee in known - wanted:
        gone.setdefault((reader, scope), []).append(employee)
    among = session.in_list("employee", "bigint")
    for (reader, scope), employees in sorted(gone.items()):
        session.run(
            f"DELETE FROM sv_reach WHERE reader = ? AND scope = ? AND {among}",
            (reader, scope, session.list_parameter(employees)),
        )
    session.insert_rows("sv_reach", ("reader", "scope", "employee"), sorted(wanted - known))


def reached(session: Session, reader: int) -> dict[str, frozenset[int]]:
    """scope -> employees, for SHARED records; a scope nobody is in is absent."""
    found: dict[str, set[int]] = {}
    for scope, employee in session.fetch("SELECT scope, employee FROM sv_reach WHERE reader = ?", (reader,)):
        found.setdefault(scope, set()).add(employee)
    for share in shares.with_reader(session, reader):
        for scope in SHARED[: 1 + share.edit]:
            found.setdefault(scope, set()).add(share.record)
    return {scope: frozenset(employees) for scope, employees in found.items()}


def reached_by(session: Session, readers: Collection[int]) -> dict[int, dict[str, frozenset[int]]]:
    """reader -> scope -> employees, of many readers at once; a reader who reaches nobody is there with nothing."""
    found: dict[int, dict[str, set[int]]] = {one: {} for one in readers}
    for reader, scope, employee in session.fetch(
        f"SELECT reader, scope, employee FROM sv_reach WHERE {session.in_list('reader', 'bigint')}",
        (session.list_parameter(readers),),
    ):
        found[reader].setdefault(scope, set()).add(employee)
    return {one: {scope: frozenset(all_) for scope, all_ in scopes.items()} for one, scopes in found.items()}


def reach_of(session: Session, reader: int | None) -> Callable[[str, int], bool]:
    """For Ground.reach: whether the reader reaches an employee in a scope; nobody (None) reaches no one."""
    known = {} if reader is None else reached(session, reader)
    return lambda scope, employee: employee in known.get(scope, ())
