"""Bank details checked together, plans with reminders, and the feed of a card."""

from __future__ import annotations

from typing import Any

import pytest

from svyaz.discussions.comments import ToldComments
from svyaz.jobs.worker import Worker
from svyaz.kernel.problem import Problem
from svyaz.records.notices import mark_notices_read, read_notices
from svyaz.records.timeline import read_timeline
from svyaz.records.told_changes import ToldChanges
from svyaz.traits.registry import RUNNERS
from svyaz.traits.told_activities import ToldActivities
from svyaz.traits.told_stages import ToldStages
from tests.cast import Cast, Person

SOURCES = (ToldActivities(), ToldComments(), ToldStages(), ToldChanges())
SBER = {"bik": "044525225", "settlement_account": "40702810438000060473"}


def test_account_is_checked_together_with_its_bank(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    wrong = {**SBER, "settlement_account": "40702810438000060474"}
    with romashka.nothing_changes(), pytest.raises(Problem) as caught:
        olga.create("counterparty", title="Лютик", **wrong)
    assert (caught.value.code, caught.value.place) == ("account_not_of_bank", "values.settlement_account")
    made = olga.create("counterparty", title="Лютик", **SBER)
    with romashka.nothing_changes(), pytest.raises(Problem):
        olga.change("counterparty", made.id, bik="044525187")
    assert olga.change("counterparty", made.id, bik=None).values["bik"] is None


def run_jobs(cast: Cast) -> None:
    worker = Worker(cast.company, RUNNERS, cast.company.clock)
    while worker.run_once():
        pass


def test_reminder_comes_at_its_hour_once_and_only_while_it_is_needed(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    kept = olga.create("activity", kind="call", subject="Позвонить", remind_at="2026-03-03T10:00:00Z")
    moved = olga.create("activity", kind="call", subject="Перенесён", remind_at="2026-03-03T10:00:00Z")
    done = olga.create("activity", kind="task", subject="Сделано", remind_at="2026-03-03T10:00:00Z")
    olga.change("activity", moved.id, remind_at="2026-03-03T12:00:00Z")
    olga.change("activity", done.id, done_at="2026-03-03T09:30:00Z")
    run_jobs(romashka)
    assert olga.read(read_notices) == []
    romashka.tick(hours=1)
    run_jobs(romashka)
    told = olga.read(read_notices)
    assert [(one.kind, one.about) for one in told] == [("reminder", ["activity", kept.id, "Позвонить"])]
    romashka.tick(hours=2)
    run_jobs(romashka)
    assert [one.about[1] for one in olga.read(read_notices)] == [moved.id, kept.id]
    assert romashka.person("Пётр").read(read_notices) == []
    assert romashka.person("Пётр").write(mark_notices_read, [told[0].id]) == 0
    assert olga.write(mark_notices_read, [told[0].id]) == 1
    assert [one.about[1] for one in olga.read(read_notices, unread_only=True)] == [moved.id]


def feed(person: Person, entity: str, id: int, **asked: Any) -> Any:
    return person.read(read_timeline, entity, id, SOURCES, **asked)


def lively(cast: Cast) -> int:
    """A sale with a day of work around it."""
    olga = cast.person("Ольга")
    sale = olga.create("deal", title="Насосы", stage="prospecting")
    cast.tick(hours=1)
    olga.create("comment", about=["deal", sale.id], body="Просят скидку")
    cast.tick(hours=1)
    call = olga.create(
        "activity", kind="call", subject="Звонок", about=["deal", sale.id], due_at="2026-03-04T09:00:00Z"
    )
    olga.create("activity", kind="task", subject="Без срока", about=["deal", sale.id])
    cast.tick(hours=1)
    olga.change("deal", sale.id, stage="engaging", amount="100")
    cast.tick(hours=1)
    olga.change("activity", call.id, done_at="2026-03-03T13:00:00Z", body="Договорились")
    olga.create("activity", kind="meeting", subject="Встреча", about=["deal", sale.id], due_at="2026-03-05T09:00:00Z")
    return sale.id


def test_feed_tells_plans_by_their_time_and_the_rest_newest_first(romashka: Cast) -> None:
    sale = lively(romashka)
    told = feed(romashka.person("Ольга"), "deal", sale)
    assert [one.title for one in told.planned] == ["Встреча", "Без срока"]
    assert [(one.kind, one.title or one.text) for one in told.done] == [
        ("call", "Звонок"),
        ("stage", "В работе"),
        ("change", "Changed"),
        ("comment", "Просят скидку"),
        ("stage", "Поиск клиента"),
        ("created", "Created"),
    ]
    change = next(one for one in told.done if one.kind == "change")
    assert change.changes == (["Сумма", None, ["100.00", "RUB"]],)
    assert {one.author[1] for one in told.done} == {"Ольга Смирнова"}


def test_feed_comes_in_pages_without_gaps_or_repeats(romashka: Cast) -> None:
    sale = lively(romashka)
    olga = romashka.person("Ольга")
    whole = [one.id for one in feed(olga, "deal", sale).done]
    seen: list[str] = []
    after = None
    for _ in whole:
        page = feed(olga, "deal", sale, after=after, limit=1)
        seen += [one.id for one in page.done]
        after = page.next
        assert page.planned == () or len(seen) == 1
    assert (seen, after) == (whole, None)


def test_feed_may_be_asked_for_one_kind(romashka: Cast) -> None:
    sale = lively(romashka)
    told = feed(romashka.person("Ольга"), "deal", sale, kind="comment")
    assert ([one.text for one in told.done], told.planned) == (["Просят скидку"], ())


def test_feed_tells_each_reader_only_what_he_may_see(romashka: Cast) -> None:
    sale = lively(romashka)
    with pytest.raises(Problem) as caught:
        feed(romashka.person("Анна"), "deal", sale)
    assert caught.value.status == 403
    grant = romashka.snapshot.roles["manager"].grants["deal"]
    romashka.give_role("Анна", "reader", type(grant)("deal", {"see": "all"}))
    told = feed(romashka.person("Анна"), "deal", sale)
    assert {one.kind for one in told.done} == {"stage"}


def test_cursor_that_is_not_ours_is_refused(romashka: Cast) -> None:
    sale = lively(romashka)
    for after in ("x", "2026-01-01|", "2026-01-01T00:00:00|a"):
        with pytest.raises(Problem) as caught:
            feed(romashka.person("Ольга"), "deal", sale, after=after)
        assert caught.value.code == "cursor_not_understood"
