"""The journal: who came in, how it ended, and what was done about rights.  Rows are added and, when old, swept.

Times are microseconds since 1970 UTC, as in storage/accounts.py.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from svyaz.storage.session import Session

COLUMNS = "id, at, kind, actor, employee, address, browser, facts"


@dataclass(frozen=True, slots=True)
class Entry:
    """actor: who did it, None for a stranger and for the system;  employee: whom it concerns, None when unknown."""

    kind: str
    actor: int | None = None
    employee: int | None = None
    address: str = ""
    browser: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    at: int = 0
    id: int = 0


def add(session: Session, entry: Entry) -> None:
    session.run(
        "INSERT INTO sv_journal (at, kind, actor, employee, address, browser, facts) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            int(session.now.timestamp() * 1_000_000),
            entry.kind,
            entry.actor,
            entry.employee,
            entry.address[:60],
            entry.browser[:300],
            json.dumps(entry.facts, ensure_ascii=False),
        ),
    )


def page(
    session: Session,
    kinds: tuple[str, ...],
    employee: int | None,
    before: int | None,
    limit: int,
    *,
    own: bool = False,
    span: tuple[int | None, int | None] = (None, None),
    sought: tuple[str, list[int]] | None = None,
) -> list[Entry]:
    """Newest first.  kinds: () for all;  employee: whom it concerns or, but for `own`, who did it;  before: an id;
    span: from an instant on, and before another;  sought: a text in what is written, or one of these people."""
    said, given = ["1 = 1"], list[Any]()
    if kinds:
        said.append(session.in_list("kind", "text"))
        given.append(session.list_parameter(kinds))
    if employee is not None and own:
        said.append("employee = ?")
        given.append(employee)
    elif employee is not None:
        said.append("(employee = ? OR actor = ?)")
        given += [employee, employee]
    if before is not None:
        said.append("id < ?")
        given.append(before)
    for bound, condition in zip(span, ("at >= ?", "at < ?"), strict=True):
        if bound is not None:
            said.append(condition)
            given.append(bound)
    if sought is not None:
        # Bases lower Latin letters alone: others are sought as they were typed, small, and as a name is written.
        forms = sorted({sought[0], sought[0].lower(), sought[0].capitalize()})
        parts = ["%" + re.sub(r"([\\%_])", r"\\\1", one) + "%" for one in forms]
        told = [f"{name} LIKE ? ESCAPE '\\'" for name in ("address", "browser", "facts") for _ in parts]
        among = [session.in_list(name, "bigint") for name in ("employee", "actor")]
        said.append(f"({' OR '.join(told + among)})")
        given += parts * 3 + [session.list_parameter(sought[1])] * 2
    rows = session.fetch(
        f"SELECT {COLUMNS} FROM sv_journal WHERE {' AND '.join(said)} ORDER BY id DESC LIMIT ?", (*given, limit)
    )
    return [
        Entry(kind, actor, whom, address, browser, json.loads(facts), at, id)
        for id, at, kind, actor, whom, address, browser, facts in rows
    ]


def forget_old(session: Session, before: int) -> int:
    return session.run("DELETE FROM sv_journal WHERE at < ?", (before,))
