"""Jobs are put with the transaction, run, tried again, and never lost when a worker dies."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from datetime import time as clock_time, timedelta
from pathlib import Path
from typing import Any

import pytest

from svyaz.jobs.queue import cancel_job, enqueue, list_dead, read_job, retry_job
from svyaz.jobs.schedule import Repeating
from svyaz.jobs.worker import (
    FOLLOW_SECONDS,
    LEASE_SECONDS,
    LEAST_REST,
    PAUSES_SECONDS,
    Cancelled,
    JobContext,
    TryLater,
    Worker,
)
from svyaz.kernel.clock import FixedClock, SystemClock
from svyaz.kernel.problem import NotFound
from svyaz.storage import queue
from svyaz.storage.problems import DatabaseBusy
from svyaz.tenancy import company as companies
from svyaz.tenancy.company import Company
from svyaz.tenancy.lock import dead_workers
from svyaz.traits.registry import SHAPES


class Ledger:
    """What runners did, in order."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def note(self, context: JobContext, arguments: Mapping[str, Any]) -> Any:
        self.seen.append(arguments["text"])
        return {"said": arguments["text"]}


def put(company: Company, text: str, **how: Any) -> int:
    with company.write() as session:
        return enqueue(session, how.pop("task", "note"), {"text": text}, **how)


def job(company: Company, id: int) -> Any:
    with company.read() as session:
        return read_job(session, id)


def test_job_runs_once_and_keeps_its_answer(company: Company, clock: FixedClock) -> None:
    ledger = Ledger()
    worker = Worker(company, {"note": ledger.note}, clock)
    id = put(company, "раз", actor=7)
    assert job(company, id).state == "ready"
    assert worker.run_all() == 1
    assert (ledger.seen, job(company, id).state, job(company, id).answer) == (["раз"], "done", {"said": "раз"})
    assert job(company, id).created_by == 7
    assert not worker.run_once()


HOLDS = (
    "import sys; from pathlib import Path; from svyaz.tenancy.lock import WorkerLock;"
    " held = WorkerLock(Path(sys.argv[1]), 'gone'); print('held', flush=True); sys.stdin.read()"
)


def test_job_of_a_worker_whose_process_died_is_taken_when_another_starts_on_the_same_home(
    company: Company, clock: FixedClock
) -> None:
    ledger = Ledger()
    id = put(company, "x")
    with company.write() as session:
        queue.claim(session, "here:1:gone", ["main"], session.now + timedelta(seconds=LEASE_SECONDS))
    command = [sys.executable, "-c", HOLDS, str(company.home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert dead_workers(company.home) == []
        os.kill(other.pid, signal.SIGKILL)
        other.wait(60)
    worker = Worker(company, {"note": ledger.note}, clock)
    worker.start()
    try:
        until = time.monotonic() + 60
        while job(company, id).state != "done" and time.monotonic() < until:
            time.sleep(0.02)
    finally:
        worker.stop()
    assert (job(company, id).state, job(company, id).attempts) == ("done", 2)
    assert list((company.home / "workers").iterdir()) == []


def test_job_of_a_transaction_that_failed_does_not_exist(company: Company, clock: FixedClock) -> None:
    ledger = Ledger()
    with pytest.raises(ZeroDivisionError), company.write() as session:
        enqueue(session, "note", {"text": 1 / (enqueue(session, "note", {"text": "нет"}) * 0)})
    assert Worker(company, {"note": ledger.note}, clock).run_all() == 0


def test_jobs_go_in_the_order_of_their_time_and_not_before_it(company: Company, clock: FixedClock) -> None:
    ledger = Ledger()
    worker = Worker(company, {"note": ledger.note}, clock)
    put(company, "через час", run_at=clock.now() + timedelta(hours=1))
    put(company, "сейчас")
    put(company, "пять минут назад", run_at=clock.now() - timedelta(minutes=5))
    worker.run_all()
    assert ledger.seen == ["пять минут назад", "сейчас"]
    clock.move(hours=1)
    worker.run_all()
    assert ledger.seen[2:] == ["через час"]


def test_key_keeps_one_job_waiting_and_frees_when_it_ends(company: Company, clock: FixedClock) -> None:
    ledger = Ledger()
    worker = Worker(company, {"note": ledger.note}, clock)
    first = put(company, "первый", key="sum")
    assert put(company, "второй", key="sum") == first
    worker.run_all()
    assert put(company, "третий", key="sum") != first
    worker.run_all()
    assert ledger.seen == ["первый", "третий"]


def test_other_queue_is_not_touched(company: Company, clock: FixedClock) -> None:
    ledger = Ledger()
    put(company, "долгий", queue="slow")
    assert Worker(company, {"note": ledger.note}, clock).run_all() == 0
    assert Worker(company, {"note": ledger.note}, clock, queues=("main", "slow")).run_all() == 1


def test_failure_is_tried_again_later_and_later_and_then_is_shown_among_the_dead(
    company: Company, clock: FixedClock
) -> None:
    tries: list[Any] = []

    def fails(context: JobContext, arguments: Mapping[str, Any]) -> None:
        tries.append(clock.now())
        raise ValueError("сервер не ответил")

    worker = Worker(company, {"note": fails}, clock)
    id = put(company, "x")
    for pause in PAUSES_SECONDS:
        assert worker.run_all() == 1
        assert job(company, id).state == "ready"
        clock.move(seconds=pause - 1)
        assert worker.run_all() == 0
        clock.move(seconds=1)
    assert worker.run_all() == 1
    assert len(tries) == len(PAUSES_SECONDS) + 1
    with company.read() as session:
        (dead,) = list_dead(session)
    assert (dead.id, dead.state) == (id, "dead")
    assert "сервер не ответил" in dead.error["text"]

    with company.write() as session:
        assert retry_job(session, id)
        assert not retry_job(session, id)
    ledger = Ledger()
    assert Worker(company, {"note": ledger.note}, clock).run_all() == 1
    assert job(company, id).state == "done"


def test_what_a_person_must_put_right_is_not_tried_again(company: Company, clock: FixedClock) -> None:
    def refused(context: JobContext, arguments: Mapping[str, Any]) -> None:
        raise NotFound(place="row 3", entity="deal", id=5)

    id = put(company, "x")
    Worker(company, {"note": refused}, clock).run_all()
    assert job(company, id).state == "dead"
    assert job(company, id).error == {"code": "not_found", "facts": {"entity": "deal", "id": 5}, "place": "row 3"}


def test_busy_base_and_a_plea_to_wait_are_not_the_jobs_fault(company: Company, clock: FixedClock) -> None:
    answers: list[Exception] = [DatabaseBusy(), TryLater(after_seconds=5, reason="429")]

    def busy(context: JobContext, arguments: Mapping[str, Any]) -> None:
        if answers:
            raise answers.pop(0)

    id = put(company, "x")
    worker = Worker(company, {"note": busy}, clock)
    worker.run_all()
    assert job(company, id).state == "ready"
    clock.move(seconds=PAUSES_SECONDS[0])
    worker.run_all()
    clock.move(seconds=5)
    worker.run_all()
    assert job(company, id).state == "done"


def test_task_nobody_knows_is_shown_and_not_lost(company: Company, clock: FixedClock) -> None:
    id = put(company, "x", task="from_the_future")
    Worker(company, {}, clock).run_all()
    assert (job(company, id).state, job(company, id).error["code"]) == ("dead", "task_unknown")


def test_waiting_job_is_cancelled_at_once_and_a_running_one_when_it_looks(company: Company, clock: FixedClock) -> None:
    def long(context: JobContext, arguments: Mapping[str, Any]) -> None:
        context.progress(1, 3)
        with company.write() as session:
            assert cancel_job(session, context.id)
        assert context.cancelled()
        raise Cancelled({"done": 1})

    waiting = put(company, "x")
    with company.write() as session:
        assert cancel_job(session, waiting)
        assert not cancel_job(session, waiting)
    running = put(company, "y", task="long")
    assert Worker(company, {"long": long}, clock).run_all() == 1
    assert job(company, waiting).state == "cancelled"
    ended = job(company, running)
    assert (ended.state, ended.progress, ended.total, ended.answer) == ("cancelled", 1, 3, {"done": 1})


def test_job_of_a_dead_worker_is_taken_over_after_its_lease_and_the_dead_one_cannot_end_it(
    company: Company, clock: FixedClock
) -> None:
    ledger = Ledger()
    id = put(company, "x")
    with company.write() as session:
        lost = queue.claim(session, "dead:1", ["main"], session.now + timedelta(seconds=LEASE_SECONDS))
    assert lost is not None
    worker = Worker(company, {"note": ledger.note}, clock)
    assert worker.run_all() == 0
    clock.move(seconds=LEASE_SECONDS + 1)
    assert worker.run_all() == 1
    with company.write() as session:
        assert not queue.done(session, lost, "поздно")
        assert not queue.renew(session, lost, session.now)
    assert (job(company, id).answer, job(company, id).attempts) == ({"said": "x"}, 2)


def test_job_whose_worker_dies_every_time_gives_up(company: Company, clock: FixedClock) -> None:
    id = put(company, "x")
    for _ in range(len(PAUSES_SECONDS) + 1):
        with company.write() as session:
            assert queue.claim(session, "dead", ["main"], session.now)
        clock.move(seconds=1)
    Worker(company, {"note": Ledger().note}, clock).run_all()
    assert (job(company, id).state, job(company, id).error["code"]) == ("dead", "job_gave_up")


def test_what_a_job_writes_and_its_end_come_together(company: Company, clock: FixedClock) -> None:
    def writes(context: JobContext, arguments: Mapping[str, Any]) -> None:
        with company.write() as session:
            session.run("INSERT INTO sv_meta (key, value) VALUES ('written', '1')")
            context.finish(session, "готово")

    id = put(company, "x")
    Worker(company, {"note": writes}, clock).run_all()
    assert (job(company, id).state, job(company, id).answer) == ("done", "готово")


def test_many_workers_never_run_one_job_twice(company: Company) -> None:
    ledger = Ledger()
    company.database.clock = SystemClock().now
    for number in range(60):
        put(company, str(number))
    workers = [Worker(company, {"note": ledger.note}, SystemClock()) for _ in range(3)]
    threads = [threading.Thread(target=worker.run_all) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ledger.seen, key=int) == [str(number) for number in range(60)]


def test_worker_in_the_background_picks_up_what_is_put(company: Company) -> None:
    company.database.clock = SystemClock().now
    done = threading.Event()

    def note(context: JobContext, arguments: Mapping[str, Any]) -> None:
        done.set()

    worker = Worker(company, {"note": note}, SystemClock())
    worker.start()
    try:
        id = put(company, "x")
        assert done.wait(10)
    finally:
        worker.stop()
    assert job(company, id).state == "done"


def test_repeating_job_runs_at_its_hour_in_the_companys_zone_and_missed_runs_are_made_up_by_one(
    company: Company, clock: FixedClock
) -> None:
    ledger = Ledger()
    nightly = Repeating("nightly", "note", daily_at=clock_time(3, 0), arguments={"text": "ночь"})
    often = Repeating("often", "note", every_seconds=600, arguments={"text": "часто"})
    worker = Worker(company, {"note": ledger.note}, clock, repeating=(nightly, often))

    def pass_time(**lengths: float) -> list[str]:
        clock.move(**lengths)
        worker.put_due()
        worker.run_all()
        seen, ledger.seen = ledger.seen, []
        return seen

    assert pass_time() == []  # noon in Moscow: both are set
    assert pass_time(minutes=9) == []
    assert pass_time(minutes=1) == ["часто"]
    assert pass_time(hours=14, minutes=49) == ["часто"]  # 02:59
    assert pass_time(minutes=1) == ["ночь"]  # 03:00
    assert pass_time(days=5) == ["ночь", "часто"]
    assert pass_time() == []


KILLED = """
import sys, time
from pathlib import Path
from svyaz.jobs.worker import Worker
from svyaz.kernel.clock import SystemClock
from svyaz.tenancy import company as companies
from svyaz.traits.registry import SHAPES

company = companies.open(Path(sys.argv[1]), SHAPES)

def note(context, arguments):
    with company.write() as session:
        session.run("INSERT INTO sv_meta (key, value) VALUES (?, '1')", (f"job {context.id}",))
        context.finish(session)
    print(context.id, flush=True)

Worker(company, {"note": note}, SystemClock()).run_all()
"""


def test_killed_worker_loses_no_job_and_no_acknowledged_write(sqlite_home: Path, home: Path) -> None:
    shutil.copytree(sqlite_home, home)
    company = companies.open(home, SHAPES)
    with company.write() as session:
        ids = [enqueue(session, "note", {"text": "x"}) for _ in range(160)]
    acknowledged: set[int] = set()
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", KILLED, str(home)], stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout is not None
            for line in worker.stdout:
                acknowledged.add(int(line))
                if len(acknowledged) % 40 == 0:
                    break
            os.kill(worker.pid, signal.SIGKILL)
            acknowledged |= {int(line) for line in worker.stdout if line.endswith("\n")}
    assert len(acknowledged) >= 120
    with company.read() as session:
        written = {int(row[0][4:]) for row in session.fetch("SELECT key FROM sv_meta WHERE key LIKE 'job %'")}
        done = {one.id for one in queue.jobs_in(session, "done", 1000)}
        assert session.fetch("PRAGMA quick_check") == [("ok",)]
    assert acknowledged <= written
    assert written == done
    company.database.clock = lambda: SystemClock().now() + timedelta(seconds=LEASE_SECONDS + 1)

    def note(context: JobContext, arguments: Mapping[str, Any]) -> None:
        written.add(context.id)

    Worker(company, {"note": note}, SystemClock()).run_all()
    assert written == set(ids)
    company.close()


class Rests(threading.Event):
    """Ends what waits on it after three rests, none of which is waited through."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.told.append(timeout or 0.0)
        if len(self.told) == 3:
            self.set()
        return self.is_set()


def test_steps_after_the_log_leave_writers_room_between_them(company: Company) -> None:
    """However small a step was: ten changes a second must not cost ten transactions more."""
    busy = iter((True, True, False))
    worker = Worker(company, {}, company.clock)
    worker._stop = rests = Rests()
    worker._follow(lambda _: next(busy))
    assert min(rests.told[:2]) >= LEAST_REST and rests.told[2] == FOLLOW_SECONDS
