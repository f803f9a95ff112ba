"""A reader of few records gets his lists by the indexes of whom he reaches: the same rows as by a walk, only sooner."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from svyaz.access.apply import condition
from svyaz.records import few, read
from svyaz.records.read import ListRequest
from svyaz.storage import few as storage_few
from svyaz.storage.query import Measure
from tests.cast import Cast

PEOPLE = ("Ольга", "Мария Сергеевна", "Анна", "Игорь", "Артём")


@pytest.fixture
def office(romashka: Cast) -> Cast:
    olga, anna, igor = (romashka.person(name) for name in ("Ольга", "Анна", "Игорь"))
    for at in range(4):
        olga.create("deal", title=f"Насосы {at}", amount=at * 1000, close_on=f"2026-03-0{at + 1}")
        anna.create("deal", title=f"Трубы {at}", amount=at * 700, auditors=[romashka.people["Ольга"]])
    igor.create("deal", title="Краны", co_executors=[romashka.people["Анна"]])
    return romashka


def told(cast: Cast, name: str) -> Any:
    """All that a list says to a person, by several ways and orders."""
    with cast.company.read() as session:
        actor = cast.actor(name)
        found: list[Any] = []
        for sort in ("close_on", "-amount", "title", "-created_at", "id"):
            for filter in ("", "amount > 500", "starts_with(title; 'Т')"):
                request = ListRequest(filter, sort, ("title", "responsible", "amount"), limit=3)
                page = read.read_page(session, actor, "deal", request)
                found.append(page.rows)
                if page.next:
                    more = ListRequest(filter, sort, ("title",), limit=50, after=page.next)
                    found.append(read.read_page(session, actor, "deal", more).rows)
                found.append(read.read_count(session, actor, "deal", request))
                found.append(read.read_ids(session, actor, "deal", request))
        found.append(read.read_totals(session, actor, "deal", ListRequest("", "", ()), [Measure("sum", ("amount",))]))
        groups = read.read_groups(session, actor, "deal", ListRequest("", "", ("title",)), "responsible", [], 2)
        found.append([(one.value, one.count) for one in groups])
        return found


def test_list_made_of_the_few_is_the_list_made_of_all(office: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    count = storage_few.counted

    def counted(*given: Any) -> int:
        asked.append(count(*given))
        return asked[-1]

    monkeypatch.setattr(storage_few, "counted", counted)
    few._KNOWN.clear()
    by_few = {name: told(office, name) for name in PEOPLE}
    assert asked and max(asked) <= few.MOST  # heads and sellers were asked, the director was not: he sees all
    assert len(by_few["Ольга"][-1]) == 2  # her own and those she audits
    few._KNOWN.clear()
    monkeypatch.setattr(few, "MOST", 0)
    assert {name: told(office, name) for name in PEOPLE} == by_few


def test_how_many_there_are_is_asked_once_a_minute(office: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    count = storage_few.counted
    monkeypatch.setattr(storage_few, "counted", lambda *given: asked.append(given[1]) or count(*given))
    few._KNOWN.clear()
    told(office, "Ольга")
    assert asked == ["deal"]
    told(office, "Ольга")
    assert asked == ["deal"]
    office.tick(seconds=few.KNOWN / timedelta(seconds=1))
    told(office, "Ольга")
    assert asked == ["deal", "deal"]


def test_rule_that_no_index_answers_is_walked(office: Cast) -> None:
    with office.company.read() as session:
        snapshot = session.snapshot
        actor = office.actor("Ольга")
        seen = condition(snapshot, actor, "deal", "see")
        assert seen is not None
        handles = storage_few.among(snapshot, "deal", seen)
        assert handles is not None and len(handles.arguments) >= 3  # responsible, co-executors, auditors
        about = condition(snapshot, actor, "comment", "see")
        assert about is not None
        assert storage_few.among(snapshot, "comment", about) is None
