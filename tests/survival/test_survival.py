"""A round of `make survive` on each database: a fall under load, and nothing acknowledged is lost."""

from __future__ import annotations

import pytest

from tests.postgres import fresh_database
from tests.survival.places import durable_cluster, served_place
from tests.survival.rounds import Report, kill_postgres, kill_processes


def quiet(report: Report) -> None:
    assert report.ledger.findings == [], report.said()
    assert report.ledger.acknowledged > 10, report.said()


def test_nothing_acknowledged_is_lost_when_server_and_worker_are_killed_on_sqlite() -> None:
    with served_place() as place:
        quiet(kill_processes(place, 1, seed=1, longest=1, clients=3))


@pytest.mark.parametrize("what", ["postgresql"])
def test_nothing_acknowledged_is_lost_when_server_and_worker_are_killed_on_postgresql(what: str) -> None:
    with fresh_database() as url, served_place(url) as place:
        quiet(kill_processes(place, 1, seed=2, longest=1, clients=3))


@pytest.mark.parametrize("what", ["postgresql"])
def test_nothing_acknowledged_is_lost_when_postgresql_itself_is_killed_and_its_clients_live_on(what: str) -> None:
    with durable_cluster() as cluster, served_place(cluster.url) as place:
        quiet(kill_postgres(place, cluster, 1, seed=3, longest=1))
