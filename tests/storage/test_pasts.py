"""Moments that are looked at again are kept; what is kept is never shown when it should not be."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest

from svyaz.access.actor import SYSTEM
from svyaz.kernel.problem import Problem
from svyaz.records import as_of, read
from svyaz.records.purge import purge_records
from svyaz.records.read import ListRequest
from svyaz.storage import as_of as rows, pasts
from svyaz.storage.session import Session
from svyaz.tenancy.company import apply_source, current_source
from tests.cast import Cast, romashka
from tests.records.test_as_of import with_field

__all__ = ["romashka"]


@contextmanager
def looking(cast: Cast, at: datetime) -> Iterator[Session]:
    with cast.company.pasts.at(at, lambda session, made: as_of.go_back(session, at, "deal", made)) as session:
        yield session


def titles(cast: Cast, at: datetime) -> list[str]:
    with looking(cast, at) as session:
        page = read.read_page(session, SYSTEM, "deal", ListRequest(sort="title", fields=("title",)))
        return [row[2] for row in page.rows]


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """Moments whose log was read from the beginning."""
    made: list[datetime] = []
    since = rows.since

    def told(session: Session, at: datetime) -> Any:
        made.append(at)
        return since(session, at)

    monkeypatch.setattr(rows, "since", told)
    return made


def test_a_moment_is_made_once_and_shows_the_same_whatever_is_written_meanwhile(
    romashka: Cast, clock: Any, builds: list[datetime]
) -> None:
    one, two = (romashka.system.create("deal", title=title) for title in ("Насосы", "Трубы"))
    at = clock.now()
    romashka.tick(seconds=5)
    romashka.system.change("deal", one.id, title="Краны")
    assert titles(romashka, at) == ["Насосы", "Трубы"]
    romashka.system.change("deal", two.id, title="Ямы")
    romashka.system.change("deal", one.id, title="Ёлки")
    romashka.system.create("deal", title="Новая")
    assert titles(romashka, at) == ["Насосы", "Трубы"]
    romashka.system.delete("deal", two.id)
    assert titles(romashka, at) == ["Насосы", "Трубы"]
    assert titles(romashka, clock.now()) == ["Ёлки", "Новая"]
    assert builds == [at, clock.now()]


def test_refused_question_does_not_throw_away_what_was_made(romashka: Cast, clock: Any, builds: list[datetime]) -> None:
    deal = romashka.system.create("deal", title="Насосы")
    at = clock.now()
    romashka.tick(seconds=5)
    romashka.system.change("deal", deal.id, title="Трубы")
    for _ in range(2):
        with pytest.raises(Problem), looking(romashka, at) as session:
            read.read_page(session, SYSTEM, "deal", ListRequest(filter="нет такого поля = 1"))
    assert titles(romashka, at) == ["Насосы"]
    assert builds == [at]


def test_what_was_purged_since_is_gone_from_what_was_kept_too(romashka: Cast, clock: Any) -> None:
    deal = romashka.system.create("deal", title="Насосы")
    at = clock.now()
    romashka.tick(seconds=5)
    romashka.system.change("deal", deal.id, title="Трубы")
    assert titles(romashka, at) == ["Насосы"]
    romashka.system.delete("deal", deal.id)
    romashka.system.write(purge_records, "deal", [deal.id])
    assert titles(romashka, at) == []


def test_another_configuration_makes_the_moment_anew(romashka: Cast, clock: Any, builds: list[datetime]) -> None:
    deal = romashka.system.create("deal", title="Насосы")
    at = clock.now()
    romashka.tick(seconds=5)
    romashka.system.change("deal", deal.id, title="Трубы")
    assert titles(romashka, at) == ["Насосы"]
    with romashka.company.read() as session:
        source = current_source(session)
    added = {"key": "mood", "title": {"ru": "Настроение"}, "type": "text"}
    apply_source(romashka.company, with_field(source, "deal", added), None)
    with looking(romashka, at) as session:
        view = read.read_record(session, SYSTEM, "deal", deal.id)
    assert (view.values["title"], view.values["mood"]) == ("Насосы", None)
    assert builds == [at, at]


def test_rights_are_those_of_the_moment_of_asking(romashka: Cast, clock: Any) -> None:
    olga = romashka.person("Ольга")
    deal = olga.create("deal", title="Насосы")
    at = clock.now()
    romashka.tick(seconds=5)
    olga.change("deal", deal.id, title="Трубы")
    assert titles(romashka, at) == ["Насосы"]
    with looking(romashka, at) as session, pytest.raises(Problem):
        read.read_record(session, romashka.actor("Анна"), "deal", deal.id)


def test_second_who_looks_at_the_same_time_makes_his_own(romashka: Cast, clock: Any) -> None:
    deal = romashka.system.create("deal", title="Насосы")
    at = clock.now()
    romashka.tick(seconds=5)
    romashka.system.change("deal", deal.id, title="Трубы")
    seen: list[list[str]] = []
    with looking(romashka, at):
        other = threading.Thread(target=lambda: seen.append(titles(romashka, at)))
        other.start()
        other.join(60)
    assert seen == [["Насосы"]]
    assert titles(romashka, at) == ["Насосы"]


def test_no_more_than_a_few_moments_are_kept_and_none_when_the_company_is_closed(romashka: Cast, clock: Any) -> None:
    deal = romashka.system.create("deal", title="0")
    moments = []
    for number in range(1, pasts.MOST + 3):
        moments.append(clock.now())
        romashka.tick(seconds=5)
        romashka.system.change("deal", deal.id, title=str(number))
    assert [titles(romashka, at) for at in moments] == [[str(number)] for number in range(len(moments))]
    assert len(romashka.company.pasts._kept) == pasts.MOST
    romashka.company.pasts.close()
    assert not romashka.company.pasts._kept
    assert titles(romashka, moments[0]) == ["0"], "without keeping it is made for one call"
