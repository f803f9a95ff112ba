"""Run jobs of a company: claim with a lease, run, end; try again later what failed, give up in the open.

A runner is a function (context, arguments) -> plain JSON or None, listed by name in app.py.  It opens its own
transactions.  Three ways it may fail:
    TryLater        the other side asked to wait: again after that long, without counting it a failure
    Problem 4xx     something a person must put right: not tried again, shown among the dead
    anything else   tried again after 10 s, 1 min, 5 min … 6 h; dead after the last

A worker that dies keeps its lease for a minute, or until another starts on the same home; then its job is taken.  So a runner may be run twice:
it writes what bears that, or ends its job in the transaction of its own writes (`context.finish`).
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from svyaz.jobs.schedule import Repeating, put_due
from svyaz.kernel.clock import Clock
from svyaz.kernel.problem import Problem
from svyaz.storage import queue
from svyaz.storage.queue import Job
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company
from svyaz.tenancy.lock import WorkerLock, dead_workers

LOG = logging.getLogger("svyaz.jobs")

LEASE_SECONDS = 60
POLL_SECONDS = 0.25
FOLLOW_SECONDS = 0.5
LEAST_REST = 0.05  # between two steps after the log: a step costs a transaction, for one change or for a hundred
SCHEDULE_SECONDS = 15
PAUSES_SECONDS = (10, 60, 300, 1_800, 7_200, 21_600)


class TryLater(Exception):
    """Raised by a runner: not now.  after_seconds: how long to wait."""

    def __init__(self, after_seconds: int = 60, reason: str = "") -> None:
        super().__init__(reason)
        self.after_seconds = after_seconds
        self.reason = reason


class Cancelled(Exception):
    """Raised by a runner that was asked to stop and has; answer: how far it came."""

    def __init__(self, answer: Any = None) -> None:
        super().__init__()
        self.answer = answer


class JobLost(Exception):
    """The job was given to another worker; what this one was writing is rolled back."""


class JobContext:
    """What a runner knows about its job, and how it says how far it is."""

    def __init__(self, company: Company, job: Job, clock: Clock) -> None:
        self.company = company
        self.job = job
        self.clock = clock
        self.finished = False
        self._cancelled = False

    @property
    def id(self) -> int:
        return self.job.id

    @property
    def actor(self) -> int | None:
        """The employee who asked for the job; None: the system."""
        return self.job.created_by

    def progress(self, done: int, total: int | None = None) -> None:
        """Say how far it is.  Also renews the lease and learns whether somebody asked to stop."""
        with self.company.write() as session:
            self.tell(session, done, total)

    def hold(self, session: Session) -> None:
        """Write in this transaction only while the job is ours.  A worker that slept through its lease raises JobLost
        here, so that it neither repeats nor spoils what the next one does."""
        if not queue.renew(session, self.job, session.now + timedelta(seconds=LEASE_SECONDS)):
            self._cancelled = True
            raise JobLost()

    def tell(self, session: Session, done: int, total: int | None = None) -> None:
        """The same inside a transaction of the runner."""
        self.hold(session)
        self._cancelled = queue.progress(session, self.job, done, total) or self._cancelled

    def cancelled(self) -> bool:
        """Whether somebody asked to stop (or the job was given to another worker): look between portions."""
        if not self._cancelled:
            with self.company.read() as session:
                now = queue.find_job(session, self.job.id)
            ours = now is not None and now.state == "running" and now.attempts == self.job.attempts
            self._cancelled = not ours or (now is not None and now.cancel)
        return self._cancelled

    def finish(self, session: Session, answer: Any = None) -> None:
        """End the job in this transaction: its writes and its end come together, exactly once."""
        if not queue.done(session, self.job, answer):
            raise JobLost()
        self.finished = True


Runner = Callable[[JobContext, Mapping[str, Any]], Any]


def may_pass(problem: Problem) -> bool:
    """Whether it may go well in a while with nobody's help: the base was away, busy or full, or chose another's change."""
    return problem.status >= 500 or problem.code == "concurrent_change"


# A small step after the change log; whether there was anything to do, so that the next one comes at once.
Step = Callable[[Company], bool]


class Worker:
    """Runs the jobs of one company; several may run at once, in one process or in many."""

    def __init__(
        self,
        company: Company,
        runners: Mapping[str, Runner],
        clock: Clock,
        *,
        repeating: Sequence[Repeating] = (),
        queues: Sequence[str] = ("main",),
        steps: Sequence[Step] = (),
    ) -> None:
        self.company = company
        self.runners = dict(runners)
        self.clock = clock
        self.repeating = tuple(repeating)
        self.queues = tuple(queues)
        self.steps = tuple(steps)
        self._token = secrets.token_hex(6)
        self.name = f"{socket.gethostname()}:{os.getpid()}:{self._token}"
        self._lock: WorkerLock | None = None
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._threads: list[threading.Thread] = []
        self._running: dict[int, Job] = {}
        self._guard = threading.Lock()

    def run_once(self) -> bool:
        """Run one job that is due; False when there is none."""
        with self.company.read() as session:
            if not queue.is_due(session, self.queues):
                return False
        with self.company.write() as session:
            job = queue.claim(session, self.name, self.queues, session.now + timedelta(seconds=LEASE_SECONDS))
        if job is None:
            return False
        with self._guard:
            self._running[job.id] = job
        try:
            self._run(job)
        finally:
            with self._guard:
                del self._running[job.id]
        return True

    def run_all(self, most: int = 10_000) -> int:
        """Run what is due until nothing is; returns how many.  For tests and for the command line."""
        count = 0
        while count < most and self.run_once():
            count += 1
        return count

    def put_due(self) -> int:
        """Enqueue repeating jobs whose time has come."""
        return put_due(self.company, self.repeating)

    def start(self, threads: int = 1) -> None:
        """Run in the background until `stop`."""
        self._stop.clear()
        self._take_over()
        works: list[Callable[[], None]] = [self._work] * threads + [self._renew, self._tick]
        works += [partial(self._follow, step) for step in self.steps]
        self._threads = [
            threading.Thread(target=work, name=f"svyaz-job-{at}", daemon=True) for at, work in enumerate(works)
        ]
        for thread in self._threads:
            thread.start()

    def _take_over(self) -> None:
        """Jobs of those who died here are due at once.  Where that cannot be known, or done, their leases end by themselves."""
        try:
            self._lock = WorkerLock(self.company.home, self._token)
            if dead := dead_workers(self.company.home):
                with self.company.write() as session:
                    queue.take_from_dead(session, dead)
        except (OSError, Problem) as problem:
            LOG.warning("whose worker died is not known: %s", problem)

    def stop(self, wait_seconds: float = 30) -> None:
        """Let the jobs that run come to their end; what does not within the time is taken over by its lease."""
        self._stop.set()
        self._wake.set()
        for thread in self._threads:
            thread.join(wait_seconds)
        self._threads = []
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def wake(self) -> None:
        """Something was enqueued: look at once, not at the next tick."""
        self._wake.set()

    def _run(self, job: Job) -> None:
        context = JobContext(self.company, job, self.clock)
        runner = self.runners.get(job.task)
        try:
            if job.attempts > len(PAUSES_SECONDS) + 1:
                raise GaveUp(task=job.task, attempts=job.attempts - 1)  # its workers died, again and again
            if runner is None:
                raise TaskUnknown(task=job.task)
            answer = runner(context, job.arguments)
        except JobLost:
            LOG.warning("job %s %s went on elsewhere", job.id, job.task)
        except TryLater as later:
            error, pause = {"text": later.reason}, timedelta(seconds=later.after_seconds)
            self._end(lambda one: queue.fail(one, job, error, one.now + pause))
        except Cancelled as stopped:
            answer = stopped.answer
            self._end(lambda one: queue.cancelled(one, job, answer))
        except Problem as problem:
            told = {"code": problem.code, "facts": problem.facts, "place": problem.place}
            self._failed(job, told, for_good=not may_pass(problem))
        except Exception as bug:
            LOG.exception("job %s %s, attempt %s", job.id, job.task, job.attempts)
            self._failed(job, {"text": repr(bug), "traceback": traceback.format_exc()[-4_000:]}, for_good=False)
        else:
            if not context.finished:
                self._end(lambda one: queue.done(one, job, answer))

    def _failed(self, job: Job, error: Any, for_good: bool) -> None:
        if for_good or job.attempts > len(PAUSES_SECONDS):
            self._end(lambda one: queue.dead(one, job, error))
        else:
            pause = PAUSES_SECONDS[job.attempts - 1]
            self._end(lambda one: queue.fail(one, job, error, one.now + timedelta(seconds=pause)))

    def _end(self, write: Callable[[Session], object]) -> None:
        with self.company.write() as session:
            write(session)

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                if self.run_once():
                    continue
            except Problem as problem:  # the base is gone or full: the lease brings the job back
                LOG.error("jobs wait: %s", problem)
                self._stop.wait(2)
            except Exception:
                LOG.exception("the worker of jobs")
                self._stop.wait(2)
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()

    def _renew(self) -> None:
        while not self._stop.wait(LEASE_SECONDS / 3):
            with self._guard:
                running = list(self._running.values())
            if not running:
                continue
            try:
                with self.company.write() as session:
                    for job in running:
                        queue.renew(session, job, session.now + timedelta(seconds=LEASE_SECONDS))
            except Problem as problem:  # the next time; if that is too late, another takes the job
                LOG.error("leases are not renewed: %s", problem)
            except Exception:
                LOG.exception("leases are not renewed")

    def _follow(self, step: Step) -> None:
        """Step after step while there are changes, resting as long as each took and no less: writers come first."""
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                busy = step(self.company)
                pause = max(time.monotonic() - began, LEAST_REST) if busy else FOLLOW_SECONDS
            except Problem as problem:  # the base is gone or full: what was not written is done again
                LOG.error("a step after the log waits: %s", problem)
                pause = 2
            except Exception:
                LOG.exception("a step after the log")
                pause = 15
            self._stop.wait(pause)

    def _tick(self) -> None:
        while not self._stop.is_set():
            try:
                if self.repeating and self.put_due():
                    self.wake()
            except Problem as problem:
                LOG.error("repeating jobs wait: %s", problem)
            except Exception:
                LOG.exception("repeating jobs wait")
            self._stop.wait(SCHEDULE_SECONDS)


class TaskUnknown(Problem):
    """The job was put by a version that knew this task."""

    code = "task_unknown"  # facts: task


class GaveUp(Problem):
    code = "job_gave_up"  # facts: task, attempts
