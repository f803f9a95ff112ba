"""Rows behind a directory: who of it is which employee, and what each look at it found.

sv_directory_person   guid (for ever), employee, and what the directory said of him when it was last applied
sv_directory_run      one look: its state, who asked, batch and job, counts (JSON body)
sv_directory_row      one person of a look: what would be done, or was
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from svyaz.storage.session import Row, Session, take_instant

RUNS_KEPT = 30


@dataclass(frozen=True, slots=True)
class Tied:
    """shut: the directory has closed his way in, so it may open it again;  told: values as they came last."""

    guid: str
    employee: int
    shut: bool
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DirectoryRun:
    """state: reading, compared, applying, done, failed, cancelled."""

    id: int
    state: str
    actor: int | None
    batch: int | None
    job: int | None
    created_at: datetime | None
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    """body: label, changes, problems, and what is wanted: JSON of exchange."""

    row: int
    fate: str
    employee: int | None
    done: bool
    troubled: bool
    body: Mapping[str, Any]


# --- who is who


def tie(session: Session, one: Tied) -> None:
    """An employee is one person of the directory and the other way round; the newer tie is right."""
    session.run("DELETE FROM sv_directory_person WHERE guid = ? OR employee = ?", (one.guid, one.employee))
    session.run(
        "INSERT INTO sv_directory_person (guid, employee, shut, told) VALUES (?, ?, ?, ?)",
        (one.guid, one.employee, int(one.shut), orjson.dumps(one.told).decode()),
    )


def untie(session: Session, employees: Collection[int]) -> None:
    session.run(
        f"DELETE FROM sv_directory_person WHERE {session.in_list('employee', 'bigint')}",
        (session.list_parameter(list(employees)),),
    )


def untie_all(session: Session) -> None:
    session.run("DELETE FROM sv_directory_person")


def all_tied(session: Session) -> dict[str, Tied]:
    rows = session.fetch("SELECT guid, employee, shut, told FROM sv_directory_person")
    return {row[0]: _tied(row) for row in rows}


def find_tied(session: Session, employee: int) -> Tied | None:
    rows = session.fetch("SELECT guid, employee, shut, told FROM sv_directory_person WHERE employee = ?", (employee,))
    return _tied(rows[0]) if rows else None


def _tied(row: Row) -> Tied:
    return Tied(row[0], int(row[1]), bool(row[2]), orjson.loads(row[3]))


# --- looks


def add_run(session: Session, run: DirectoryRun) -> None:
    session.run(
        "INSERT INTO sv_directory_run (id, state, actor, batch, job, created_at, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (run.id, run.state, run.actor, run.batch, run.job, session.put_instant(session.now), _json(run.body)),
    )
    for (old,) in session.fetch("SELECT id FROM sv_directory_run ORDER BY id DESC LIMIT 1000 OFFSET ?", (RUNS_KEPT,)):
        forget_rows(session, old)
        session.run("DELETE FROM sv_directory_run WHERE id = ?", (old,))


def save_run(session: Session, run: DirectoryRun) -> None:
    session.run(
        "UPDATE sv_directory_run SET state = ?, batch = ?, job = ?, body = ? WHERE id = ?",
        (run.state, run.batch, run.job, _json(run.body), run.id),
    )


def find_run(session: Session, run: int) -> DirectoryRun | None:
    return next(iter(_runs(session, "WHERE id = ?", (run,))), None)


def last_runs(session: Session, limit: int = 10) -> list[DirectoryRun]:
    return _runs(session, "ORDER BY id DESC LIMIT ?", (limit,))


def _runs(session: Session, where: str, parameters: Sequence[Any]) -> list[DirectoryRun]:
    rows = session.fetch(
        f"SELECT id, state, actor, batch, job, created_at, body FROM sv_directory_run {where}", parameters
    )
    return [
        DirectoryRun(id, state, actor, batch, job, take_instant(at), orjson.loads(body))
        for id, state, actor, batch, job, at, body in rows
    ]


def add_rows(session: Session, run: int, rows: Sequence[DirectoryRow]) -> None:
    session.insert_rows(
        "sv_directory_row",
        ("run", "row", "fate", "employee", "done", "troubled", "body"),
        [(run, one.row, one.fate, one.employee, int(one.done), int(one.troubled), _json(one.body)) for one in rows],
    )


def save_row(session: Session, run: int, one: DirectoryRow) -> None:
    session.run(
        "UPDATE sv_directory_row SET fate = ?, employee = ?, done = ?, troubled = ?, body = ? WHERE run = ? AND row = ?",
        (one.fate, one.employee, int(one.done), int(one.troubled), _json(one.body), run, one.row),
    )


def forget_rows(session: Session, run: int) -> None:
    session.run("DELETE FROM sv_directory_row WHERE run = ?", (run,))


def rows_of(
    session: Session,
    run: int,
    *,
    fate: str = "",
    troubled: bool = False,
    undone: bool = False,
    after: int = 0,
    limit: int,
) -> list[DirectoryRow]:
    """fate "": of any;  troubled: only those with something to mend;  undone: only those not applied yet."""
    text = "SELECT row, fate, employee, done, troubled, body FROM sv_directory_row WHERE run = ? AND row > ?"
    parameters: list[Any] = [run, after]
    if fate:
        text += " AND fate = ?"
        parameters.append(fate)
    if troubled:
        text += " AND troubled = 1"
    if undone:
        text += " AND done = 0"
    rows = session.fetch(f"{text} ORDER BY row LIMIT ?", (*parameters, limit))
    return [
        DirectoryRow(row, fate, employee, bool(done), bool(troubled), orjson.loads(body))
        for row, fate, employee, done, troubled, body in rows
    ]


def count_rows(session: Session, run: int) -> dict[str, int]:
    """fate -> how many; `troubled` counts across all of them."""
    counted = {
        fate: int(count)
        for fate, count in session.fetch(
            "SELECT fate, COUNT(*) FROM sv_directory_row WHERE run = ? GROUP BY fate", (run,)
        )
    }
    (troubled,) = session.fetch("SELECT COUNT(*) FROM sv_directory_row WHERE run = ? AND troubled = 1", (run,))[0]
    return {**counted, "troubled": int(troubled)}


def count_undone(session: Session, run: int) -> int:
    return int(session.fetch("SELECT COUNT(*) FROM sv_directory_row WHERE run = ? AND done = 0", (run,))[0][0])


def _json(told: Mapping[str, Any]) -> str:
    return orjson.dumps(told).decode()
