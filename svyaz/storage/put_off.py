"""Changes of the configuration that are put off: one row for each that waits for its hour or was not applied then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from svyaz.storage.ids import take_id
from svyaz.storage.session import Row, Session, take_instant

_COLUMNS = "id, actor, title, revision, wanted, confirm, steps, milliseconds, run_at, job, problem, created_at"


@dataclass(frozen=True, slots=True)
class PutOff:
    """wanted: {"edits", "restore"} as JSON;  steps: of its plan, as a revision keeps them;  run_at, job: of the hour
    it waits for;  problem: {"code", "facts"} of why it was not applied, None while it waits."""

    id: int
    actor: int | None
    title: str
    revision: int
    wanted: dict[str, Any]
    confirm: str
    steps: list[dict[str, Any]]
    seconds: float
    run_at: datetime
    job: int | None
    problem: dict[str, Any] | None
    created_at: datetime


def add(
    session: Session,
    actor: int | None,
    title: str,
    revision: int,
    wanted: dict[str, Any],
    confirm: str,
    steps: list[dict[str, Any]],
    seconds: float,
    run_at: datetime,
) -> int:
    id = take_id(session)
    session.run(
        "INSERT INTO sv_put_off (id, actor, title, revision, wanted, confirm, steps, milliseconds, run_at, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(id, actor, title, revision, _json(wanted), confirm, _json(steps), round(seconds * 1000)),
            *(session.put_instant(run_at), session.put_instant(session.now)),
        ),
    )
    return id


def give_job(session: Session, id: int, job: int) -> None:
    session.run("UPDATE sv_put_off SET job = ? WHERE id = ?", (job, id))


def find(session: Session, id: int) -> PutOff | None:
    rows = session.fetch(f"{_SELECT} WHERE id = ?", (id,))
    return _one(rows[0]) if rows else None


def every(session: Session) -> list[PutOff]:
    """In the order of their hours."""
    return [_one(row) for row in session.fetch(f"{_SELECT} ORDER BY run_at, id")]


def refuse(session: Session, id: int, problem: dict[str, Any]) -> None:
    """It was not applied at its hour: it stays, with the reason, and waits for nothing any more."""
    session.run("UPDATE sv_put_off SET problem = ?, job = NULL WHERE id = ?", (_json(problem), id))


def remove(session: Session, id: int) -> bool:
    """False: there is none (it was applied, or somebody called it off)."""
    return bool(session.run("DELETE FROM sv_put_off WHERE id = ?", (id,)))


_SELECT = f"SELECT {_COLUMNS} FROM sv_put_off"


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()


def _one(row: Row) -> PutOff:
    run_at, created_at = take_instant(row[8]), take_instant(row[11])
    assert run_at is not None
    assert created_at is not None
    return PutOff(
        id=row[0],
        actor=row[1],
        title=row[2],
        revision=row[3],
        wanted=orjson.loads(row[4]),
        confirm=row[5],
        steps=orjson.loads(row[6]),
        seconds=row[7] / 1000,
        run_at=run_at,
        job=row[9],
        problem=orjson.loads(row[10]) if row[10] else None,
        created_at=created_at,
    )
