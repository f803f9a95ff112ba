"""Jobs: progress and cancel for whoever started one, dead letters for those who configure."""

from __future__ import annotations

from typing import Any

from svyaz.access.actor import Actor
from svyaz.api.call import Call
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.kernel.problem import NotFound
from svyaz.storage import queue
from svyaz.storage.queue import Job
from svyaz.storage.session import Session


def read_job(call: Call) -> Answer:
    """GET /api/jobs/{id}"""
    with call.reading() as (session, actor):
        return Answer(body=told_job(_job(session, actor, call.id())))


def cancel_job(call: Call) -> Answer:
    """DELETE /api/jobs/{id}: asks it to stop; it does between two steps."""
    with call.writing() as (session, actor):
        job = _job(session, actor, call.id())
        queue.cancel(session, job.id)
        return Answer(202, {"id": job.id})


def dead_jobs(call: Call) -> Answer:
    """GET /api/jobs?state=dead: what did not work and why."""
    with call.reading() as (session, _):
        return Answer(body={"jobs": [told_job(one) for one in queue.jobs_in(session, "dead")]})


def retry_job(call: Call) -> Answer:
    """POST /api/jobs/{id}/retry"""
    with call.writing() as (session, actor):
        job = _job(session, actor, call.id())
        return Answer(202, {"id": job.id, "again": queue.retry(session, job.id)})


def told_job(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "task": job.task,
        "state": job.state,
        "attempts": job.attempts,
        "progress": {"done": job.progress or 0, "total": job.total},
        "error": job.error,
        "answer": job.answer,
        "created_at": job.created_at,
        "ended_at": job.ended_at,
    }


def _job(session: Session, actor: Actor, id: int) -> Job:
    job = queue.find_job(session, id)
    if job is None or (job.created_by != actor.employee and "configure" not in actor.abilities):
        raise NotFound("id", entity="job", id=id)
    return job


ROUTES = (
    Route("GET", "/api/jobs/{id}", read_job, "Progress of a job"),
    Route("DELETE", "/api/jobs/{id}", cancel_job, "Stop a job", status=202),
    Route("GET", "/api/jobs", dead_jobs, "Jobs that did not work", needs="configure"),
    Route("POST", "/api/jobs/{id}/retry", retry_job, "Try a job again", needs="configure", status=202),
)
