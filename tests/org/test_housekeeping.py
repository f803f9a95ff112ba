"""What is swept at night: answers to repeated requests among the rest."""

from __future__ import annotations

from svyaz.jobs.queue import enqueue
from svyaz.jobs.worker import Worker
from svyaz.org import housekeeping
from svyaz.records import idempotency
from tests.cast import Cast, romashka

__all__ = ["romashka"]


def test_old_answers_to_repeats_are_forgotten_and_fresh_ones_kept(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    olga.write(idempotency.keep, "old", "deal", {}, 1)
    romashka.tick(days=3)
    olga.write(idempotency.keep, "fresh", "deal", {}, 2)
    with romashka.company.write() as session:
        enqueue(session, "housekeeping", {})
    Worker(romashka.company, {"housekeeping": housekeeping.run}, romashka.company.clock).run_all()
    assert olga.read(idempotency.find, "old", "deal", {}) is None
    assert olga.read(idempotency.find, "fresh", "deal", {}) == 2
