"""Rows behind an import: the run, and the fate of each row of its file.

sv_import_run   one per file: what it was told (JSON body), its state, batch and job
sv_import_row   run, row, fate (created | updated | same | skipped | error | partial), record, problem, label;
                a check (a dry run) keeps its fates here as well, under a number of its own
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from svyaz.storage.session import Session, take_instant

STATES = ("uploaded", "ready", "running", "done", "failed", "cancelled", "undone")


@dataclass(frozen=True, slots=True)
class ImportRun:
    """body: plan, forms, file name, counts — JSON of exchange.  file: sv_file id of the upload."""

    id: int
    entity: str
    state: str
    actor: int | None
    file: int
    batch: int | None
    job: int | None
    created_at: datetime | None
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RowFate:
    """problem: JSON [{"code", "place", "text", "value"}, …] for the error file, or None.
    label: how the row calls itself in the file, kept where there is no record to say it."""

    row: int
    fate: str
    record: int | None
    problem: Any = None
    label: str | None = None


def add(session: Session, run: ImportRun) -> None:
    session.run(
        "INSERT INTO sv_import_run (id, entity, state, actor, file, batch, job, created_at, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run.id,
            run.entity,
            run.state,
            run.actor,
            run.file,
            run.batch,
            run.job,
            session.put_instant(session.now),
            orjson.dumps(run.body).decode(),
        ),
    )


def find(session: Session, run: int) -> ImportRun | None:
    rows = session.fetch(
        "SELECT id, entity, state, actor, file, batch, job, created_at, body FROM sv_import_run WHERE id = ?", (run,)
    )
    if not rows:
        return None
    id, entity, state, actor, file, batch, job, at, body = rows[0]
    return ImportRun(id, entity, state, actor, file, batch, job, take_instant(at), orjson.loads(body))


def save(session: Session, run: ImportRun) -> None:
    session.run(
        "UPDATE sv_import_run SET entity = ?, state = ?, batch = ?, job = ?, body = ? WHERE id = ?",
        (run.entity, run.state, run.batch, run.job, orjson.dumps(run.body).decode(), run.id),
    )


def any_done(session: Session) -> bool:
    return bool(session.fetch("SELECT 1 FROM sv_import_run WHERE state = 'done' LIMIT 1"))


def recent(session: Session, actor: int | None, limit: int = 50) -> list[int]:
    return [
        row[0]
        for row in session.fetch(
            "SELECT id FROM sv_import_run WHERE actor = ? ORDER BY id DESC LIMIT ?", (actor, limit)
        )
    ]


def add_rows(session: Session, run: int, fates: Sequence[RowFate]) -> None:
    session.insert_rows(
        "sv_import_row",
        ("run", "row", "fate", "record", "problem", "label"),
        [
            (run, one.row, one.fate, one.record, orjson.dumps(one.problem).decode() if one.problem else None, one.label)
            for one in fates
        ],
    )


def add_created(session: Session, run: int, made: Sequence[tuple[int, int]]) -> None:
    """(row, record) of rows that became records, and nothing else is to be said of them."""
    session.insert_rows(
        "sv_import_row", ("run", "row", "fate", "record"), [(run, row, "created", record) for row, record in made]
    )


def put_rows(session: Session, run: int, fates: Sequence[RowFate]) -> None:
    """As add_rows, and a row that has a fate already gets the new one; its label stays when no other is given."""
    session.run_many(
        "INSERT INTO sv_import_row (run, row, fate, record, problem, label) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (run, row) DO UPDATE SET fate = excluded.fate, problem = excluded.problem,"
        " label = COALESCE(excluded.label, sv_import_row.label)",
        [
            (run, one.row, one.fate, one.record, orjson.dumps(one.problem).decode() if one.problem else None, one.label)
            for one in fates
        ],
    )


def forget_rows(session: Session, run: int) -> None:
    session.run("DELETE FROM sv_import_row WHERE run = ?", (run,))


def mark_partial(session: Session, run: int, row: int, problem: Any) -> None:
    """The record is there, one of its links is not."""
    session.run(
        "UPDATE sv_import_row SET fate = 'partial', problem = ? WHERE run = ? AND row = ?",
        (orjson.dumps(problem).decode(), run, row),
    )


def counts(session: Session, run: int) -> dict[str, int]:
    return {
        fate: int(number)
        for fate, number in session.fetch(
            "SELECT fate, COUNT(*) FROM sv_import_row WHERE run = ? GROUP BY fate", (run,)
        )
    }


def created(session: Session, run: int) -> tuple[int, int] | None:
    """The first and the last id of what the run created; others' records may lie between them."""
    first, last = session.fetch(
        "SELECT MIN(record), MAX(record) FROM sv_import_row WHERE run = ? AND fate IN ('created', 'partial')", (run,)
    )[0]
    return None if first is None else (first, last)


def last_row(session: Session, run: int) -> int:
    """Where an interrupted run goes on from; 0 when it has not begun."""
    return int(session.fetch("SELECT COALESCE(MAX(row), 0) FROM sv_import_row WHERE run = ?", (run,))[0][0])


def records(session: Session, run: int, first: int, last: int) -> dict[int, int]:
    """row -> record of the rows first…last that made or changed one."""
    return dict(
        session.fetch(
            "SELECT row, record FROM sv_import_row WHERE run = ? AND row BETWEEN ? AND ? AND record IS NOT NULL AND fate <> 'skipped'",
            (run, first, last),
        )
    )


def fates(session: Session, run: int, among: Sequence[str] = (), after: int = 0, limit: int = 100) -> list[RowFate]:
    """A page of fates below row `after`, of the kinds `among`, or of all."""
    asked = f" AND {session.in_list('fate', 'text')}" if among else ""
    return [
        RowFate(row, fate, record, orjson.loads(problem) if problem else None, label)
        for row, fate, record, problem, label in session.fetch(
            "SELECT row, fate, record, problem, label FROM sv_import_row"
            f" WHERE run = ? AND row > ?{asked} ORDER BY row LIMIT ?",
            (run, after, *((session.list_parameter(among),) if among else ()), limit),
        )
    ]


def troubles(session: Session, run: int, after: int = 0, limit: int = 1000) -> list[RowFate]:
    return fates(session, run, ("error", "partial"), after, limit)
