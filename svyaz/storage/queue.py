"""SQL of the queue of jobs: put, claim with a lease, end, look at.  Policy (when to try again) is in jobs.

A job is put in the transaction that needs it.  Whoever claims it holds a lease and renews it; a lease that
ran out is a worker that died, and the job goes to another: it is run at least once, and what it writes must
bear that.  An ending counts only from the holder of the current attempt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal as OneOf

import orjson

from svyaz.storage.ids import take_id
from svyaz.storage.session import Row, Session, take_instant

State = OneOf["ready", "running", "done", "dead", "cancelled"]


@dataclass(frozen=True, slots=True)
class Job:
    """attempts: how many times it was started.  progress, total: of its own counting, None unknown.
    error: JSON {code, facts} of a Problem or {text} of a bug; answer: what the runner returned."""

    id: int
    queue: str
    task: str
    arguments: Mapping[str, Any]
    key: str | None
    state: State
    run_at: datetime
    attempts: int
    worker: str | None
    progress: int | None
    total: int | None
    cancel: bool
    error: Any
    answer: Any
    created_at: datetime
    created_by: int | None
    ended_at: datetime | None


_COLUMNS = (
    "id, queue, task, arguments, key, state, run_at, attempts, worker, progress, total, cancel, error, answer,"
    " created_at, created_by, ended_at"
)


# What was put without a time is due at once, also by a clock that has been set back since.
_DUE = "(run_at <= ? OR (run_at <= created_at AND attempts = 0))"


def put(
    session: Session,
    task: str,
    arguments: Mapping[str, Any],
    key: str | None,
    run_at: datetime | None,
    queue: str,
    actor: int | None,
) -> int:
    """Returns the id of the job; of the one that waits or runs already, when `key` is given and taken."""
    id = take_id(session)
    now = session.put_instant(session.now)
    added = session.run(
        "INSERT INTO sv_job (id, queue, task, arguments, key, state, run_at, attempts, cancel, created_at, created_by)"
        " VALUES (?, ?, ?, ?, ?, 'ready', ?, 0, 0, ?, ?) ON CONFLICT (key) DO NOTHING",
        (
            *(id, queue, task, orjson.dumps(arguments).decode(), key),
            *(session.put_instant(run_at) if run_at else now, now, actor),
        ),
    )
    if added:
        return id
    rows = session.fetch("SELECT id FROM sv_job WHERE key = ?", (key,))
    # It may have ended between the two statements: then the key is free again.
    return int(rows[0][0]) if rows else put(session, task, arguments, key, run_at, queue, actor)


def claim(session: Session, worker: str, queues: Sequence[str], lease_until: datetime) -> Job | None:
    """The next job to run: first those whose worker died, then by run_at.  None: nothing is due."""
    now = session.put_instant(session.now)
    skip = " FOR UPDATE SKIP LOCKED" if session.dialect == "postgresql" else ""
    for due in (
        "state = 'running' AND lease_until < ? ORDER BY lease_until",
        f"state = 'ready' AND {_DUE} ORDER BY run_at, id",
    ):
        rows = session.fetch(
            "UPDATE sv_job SET state = 'running', worker = ?, lease_until = ?, attempts = attempts + 1 WHERE id ="
            f" (SELECT id FROM sv_job WHERE {session.in_list('queue', 'text')} AND {due} LIMIT 1{skip})"
            f" RETURNING {_COLUMNS}",
            (worker, session.put_instant(lease_until), session.list_parameter(queues), now),
        )
        if rows:
            return _job(rows[0])
    return None


def take_from_dead(session: Session, tokens: Sequence[str]) -> int:
    """Jobs of workers that are known to be dead are due at once; tokens: how their names end."""
    ended = session.put_instant(session.now - timedelta(seconds=1))
    return sum(
        session.run(
            "UPDATE sv_job SET lease_until = ? WHERE state = 'running' AND worker LIKE ?", (ended, f"%:{token}")
        )
        for token in tokens
    )


def is_due(session: Session, queues: Sequence[str]) -> bool:
    """Whether `claim` would find something: a look that takes no lock."""
    now = session.put_instant(session.now)
    listed = session.list_parameter(queues)
    within = session.in_list("queue", "text")
    return bool(
        session.fetch(
            f"SELECT 1 FROM sv_job WHERE {within} AND state = 'ready' AND {_DUE}"
            f" UNION ALL SELECT 1 FROM sv_job WHERE {within} AND state = 'running' AND lease_until < ? LIMIT 1",
            (listed, now, listed, now),
        )
    )


def renew(session: Session, job: Job, lease_until: datetime) -> bool:
    """Keep the lease; False: the job is no longer ours, and its runner should stop."""
    return bool(
        session.run(f"UPDATE sv_job SET lease_until = ? WHERE {_OURS}", (session.put_instant(lease_until), *_ours(job)))
    )


def progress(session: Session, job: Job, done: int, total: int | None) -> bool:
    """Say how far it is; returns whether somebody asked to stop (or the job was taken away)."""
    rows = session.fetch(
        f"UPDATE sv_job SET progress = ?, total = ? WHERE {_OURS} RETURNING cancel", (done, total, *_ours(job))
    )
    return not rows or bool(rows[0][0])


def done(session: Session, job: Job, answer: Any = None) -> bool:
    """False: another worker has it by now, nothing is changed."""
    return _end(session, job, "done", None, answer)


def dead(session: Session, job: Job, error: Any) -> bool:
    """It will not be tried again until a person asks (`retry`)."""
    return _end(session, job, "dead", error, None)


def cancelled(session: Session, job: Job, answer: Any = None) -> bool:
    """The runner noticed that it was asked to stop."""
    return _end(session, job, "cancelled", None, answer)


def fail(session: Session, job: Job, error: Any, run_at: datetime) -> bool:
    """It goes back to wait until `run_at`."""
    return bool(
        session.run(
            "UPDATE sv_job SET state = 'ready', worker = NULL, lease_until = NULL, error = ?, run_at = ?"
            f" WHERE {_OURS}",
            (_json(error), session.put_instant(run_at), *_ours(job)),
        )
    )


def cancel(session: Session, id: int) -> bool:
    """One that waits is cancelled at once; one that runs is asked to stop.  False: it has ended already."""
    now = session.put_instant(session.now)
    waiting = session.run(
        "UPDATE sv_job SET state = 'cancelled', key = NULL, ended_at = ? WHERE id = ? AND state = 'ready'", (now, id)
    )
    return bool(waiting or session.run("UPDATE sv_job SET cancel = 1 WHERE id = ? AND state = 'running'", (id,)))


def retry(session: Session, id: int) -> bool:
    """A dead job from the beginning, with its attempts counted anew."""
    return bool(
        session.run(
            "UPDATE sv_job SET state = 'ready', attempts = 0, cancel = 0, ended_at = NULL, run_at = ?"
            " WHERE id = ? AND state = 'dead'",
            (session.put_instant(session.now), id),
        )
    )


def find_job(session: Session, id: int) -> Job | None:
    rows = session.fetch(f"SELECT {_COLUMNS} FROM sv_job WHERE id = ?", (id,))
    return _job(rows[0]) if rows else None


def jobs_in(session: Session, state: State, limit: int = 100) -> list[Job]:
    """Newest first; `dead` is the list a person looks at."""
    rows = session.fetch(f"SELECT {_COLUMNS} FROM sv_job WHERE state = ? ORDER BY id DESC LIMIT ?", (state, limit))
    return [_job(row) for row in rows]


def forget_ended(session: Session, before: datetime) -> int:
    """Done and cancelled jobs older than `before`; the dead stay until somebody has looked."""
    return session.run(
        "DELETE FROM sv_job WHERE state IN ('done', 'cancelled') AND ended_at < ?", (session.put_instant(before),)
    )


# --- repeating jobs


def next_at(session: Session, key: str) -> datetime | None:
    rows = session.fetch("SELECT next_at FROM sv_schedule WHERE key = ?", (key,))
    return take_instant(rows[0][0]) if rows else None


def first_at(session: Session, key: str, at: datetime) -> None:
    """Begin to repeat; nothing when it has begun."""
    session.run(
        "INSERT INTO sv_schedule (key, next_at) VALUES (?, ?) ON CONFLICT (key) DO NOTHING",
        (key, session.put_instant(at)),
    )


def move_on(session: Session, key: str, was: datetime, following: datetime) -> bool:
    """From one time to the next; False: another process was first."""
    put = session.put_instant
    return bool(
        session.run(
            "UPDATE sv_schedule SET last_at = ?, next_at = ? WHERE key = ? AND next_at = ?",
            (put(session.now), put(following), key, put(was)),
        )
    )


_OURS = "id = ? AND state = 'running' AND worker = ? AND attempts = ?"


def _ours(job: Job) -> tuple[Any, ...]:
    return (job.id, job.worker, job.attempts)


def _end(session: Session, job: Job, state: State, error: Any, answer: Any) -> bool:
    """The key is emptied: the next of its kind may come, even after a dead one."""
    return bool(
        session.run(
            "UPDATE sv_job SET state = ?, key = NULL, error = ?, answer = ?, ended_at = ?, lease_until = NULL"
            f" WHERE {_OURS}",
            (state, _json(error), _json(answer), session.put_instant(session.now), *_ours(job)),
        )
    )


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value, default=str).decode()


def _job(row: Row) -> Job:
    due, created = take_instant(row[6]), take_instant(row[14])
    assert due is not None
    assert created is not None
    return Job(
        id=row[0],
        queue=row[1],
        task=row[2],
        arguments=orjson.loads(row[3]),
        key=row[4],
        state=row[5],
        run_at=due,
        attempts=row[7],
        worker=row[8],
        progress=row[9],
        total=row[10],
        cancel=bool(row[11]),
        error=orjson.loads(row[12]) if row[12] else None,
        answer=orjson.loads(row[13]) if row[13] else None,
        created_at=created,
        created_by=row[15],
        ended_at=take_instant(row[16]),
    )
