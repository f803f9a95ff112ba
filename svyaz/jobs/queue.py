"""Put work aside for after the commit, for a later time, or to be tried again: enqueue, look, cancel.

Work is named: the runner of a task is in the list that app.py gives to the worker.  A job put in a
transaction exists if and only if the transaction commits.  It may run twice after a crash, so what it
writes must bear that (see worker.JobContext.finish).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from svyaz.kernel.problem import NotFound
from svyaz.storage.queue import Job, cancel, find_job, jobs_in, put, retry
from svyaz.storage.session import Session


def enqueue(
    session: Session,
    task: str,
    arguments: Mapping[str, Any],
    *,
    key: str | None = None,
    run_at: datetime | None = None,
    queue: str = "main",
    actor: int | None = None,
) -> int:
    """Returns the id of the job.

    arguments  plain JSON
    key        at most one job of a key waits or runs: putting another returns the first one's id
    run_at     not before this instant; None: at once
    actor      the employee who asked: his jobs are shown to him
    """
    return put(session, task, arguments, key, run_at, queue, actor)


def read_job(session: Session, id: int) -> Job:
    """Raises NotFound."""
    job = find_job(session, id)
    if job is None:
        raise NotFound(entity="job", id=id)
    return job


def list_dead(session: Session, limit: int = 100) -> list[Job]:
    """Jobs that gave up, newest first, each with its error: somebody has to look."""
    return jobs_in(session, "dead", limit)


def cancel_job(session: Session, id: int) -> bool:
    """One that waits ends at once, one that runs is asked to stop.  False: it has ended already."""
    return cancel(session, id)


def retry_job(session: Session, id: int) -> bool:
    """Run a dead job again from its first attempt.  False: it is not dead."""
    return retry(session, id)


__all__ = ["Job", "cancel_job", "enqueue", "list_dead", "read_job", "retry_job"]
