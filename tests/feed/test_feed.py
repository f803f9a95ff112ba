"""The feed: complete, in order, without doubles, and only what the reader may know."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import Any

import pytest

from svyaz.access.actor import SYSTEM, Actor
from svyaz.kernel.clock import FixedClock
from svyaz.kernel.problem import NotFound
from svyaz.records import read
from svyaz.records.feed import FeedChange, FeedChanged, FeedPage, PositionAhead, read_feed
from svyaz.records.purge import purge_records
from svyaz.records.read import ListRequest
from svyaz.schema.snapshot import Grant
from svyaz.storage import changes
from svyaz.tenancy.company import apply_source, current_source
from tests.api.site import Site
from tests.cast import CONDUCT, Cast
from tests.conftest import NOW, opened_company


def page(cast: Cast, actor: Actor, after: int = 0, **asked: Any) -> FeedPage:
    changes.publish(cast.company.database)
    with cast.company.read() as session:
        return read_feed(session, actor, after, **asked)


def follow(cast: Cast, actor: Actor, after: int = 0, **asked: Any) -> list[FeedChange]:
    """All pages from a position on."""
    told: list[FeedChange] = []
    while True:
        part = page(cast, actor, after, **asked)
        told += part.changes
        assert part.position >= after
        after = part.position
        if not part.more:
            return told


def last(cast: Cast) -> int:
    changes.publish(cast.company.database)
    with cast.company.read() as session:
        return changes.last_position(session)


def test_change_is_told_with_what_was_and_what_is_and_by_whom(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    start = last(romashka)
    deal = olga.create("deal", title="Насосы", amount="100.00")
    olga.change("deal", deal.id, title="Насосы и трубы")
    created, *_, changed = [one for one in follow(romashka, olga.actor, start) if one.entity == "deal"]
    assert (created.kind, created.id, created.version, created.fields) == ("Created", deal.id, 1, {})
    assert changed.fields == {"title": ["Насосы", "Насосы и трубы"]}
    assert changed.actor == [olga.id, "Ольга Смирнова"]
    assert (changed.cause, changed.known, changed.version) == ("person", True, 2)


def test_pages_of_any_size_tell_the_same_changes_once_and_in_order(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    for number in range(12):
        olga.create("deal", title=f"Сделка {number}")
    whole = follow(romashka, SYSTEM, limit=1000)
    assert [one.position for one in whole] == list(range(1, last(romashka) + 1))
    for limit in (1, 3, 7):
        assert follow(romashka, SYSTEM, limit=limit) == whole


def test_change_one_may_not_see_is_passed_over_and_the_position_goes_on(romashka: Cast) -> None:
    anna, olga = romashka.person("Анна"), romashka.person("Ольга")
    start = last(romashka)
    for number in range(5):
        romashka.person("Ольга").create("deal", title=f"Чужая {number}")
    told = page(romashka, anna.actor, start)
    assert [one for one in told.changes if one.entity == "deal"] == []
    assert told.position == last(romashka)
    assert told.more is False
    assert len([one for one in follow(romashka, olga.actor, start) if one.entity == "deal"]) == 5


def test_everything_told_is_in_the_list_or_in_the_trash_of_the_reader(romashka: Cast) -> None:
    order = random.Random(7)
    names = ("Ольга", "Пётр", "Анна", "Игорь")
    ids: list[int] = []
    for number in range(30):
        person = romashka.person(order.choice(names))
        ids.append(person.create("deal", title=f"Сделка {number}").id)
    for id in order.sample(ids, 10):
        romashka.system.change("deal", id, responsible=romashka.people[order.choice(names)])
    for id in order.sample(ids, 8):
        romashka.system.delete("deal", id)
    for name in (*names, "Мария Сергеевна"):
        actor = romashka.actor(name)
        with romashka.company.read() as session:
            seen = {
                id
                for kept in ("living", "deleted")
                for id in read.read_ids(session, actor, "deal", ListRequest(kept=kept))  # type: ignore[arg-type]
            }
        told = {one.id for one in follow(romashka, actor) if one.entity == "deal"}
        assert told == seen & set(ids), name


def test_hidden_field_is_told_neither_by_value_nor_by_its_having_changed(romashka: Cast) -> None:
    everything = dict.fromkeys(("see", "change", "history"), "all")
    deal = romashka.system.create("deal", title="Насосы", amount="100.00", responsible=romashka.people["Ольга"])
    start = last(romashka)
    romashka.system.change("deal", deal.id, amount="200.00")
    romashka.system.change("deal", deal.id, amount="300.00", title="Трубы")
    romashka.give_role("Ольга", "blind", Grant("deal", everything, fields={"amount": "hidden"}))
    told = [one for one in follow(romashka, romashka.actor("Ольга"), start) if one.entity == "deal"]
    assert [one.fields for one in told] == [{"title": ["Насосы", "Трубы"]}]


def test_reader_without_the_right_to_history_learns_that_it_changed_and_not_how(romashka: Cast) -> None:
    deal = romashka.system.create("deal", title="Насосы", responsible=romashka.people["Ольга"])
    start = last(romashka)
    romashka.system.change("deal", deal.id, title="Трубы")
    romashka.give_role("Ольга", "looker", Grant("deal", {"see": "all"}))
    (told,) = [one for one in follow(romashka, romashka.actor("Ольга"), start) if one.entity == "deal"]
    assert (told.id, told.version, told.kind) == (deal.id, 2, "Changed")
    assert (told.known, told.fields, told.actor, told.cause, told.batch) == (False, {}, None, "", None)


def test_person_who_changed_it_is_told_without_a_name_to_who_may_not_see_people(romashka: Cast) -> None:
    deal = romashka.person("Игорь").create("deal", title="Насосы")
    start = last(romashka)
    romashka.person("Игорь").change("deal", deal.id, responsible=romashka.people["Ольга"])
    romashka.give_role("Ольга", "lone", Grant("deal", {"see": "all", "history": "all"}))
    (told,) = [one for one in follow(romashka, romashka.actor("Ольга"), start) if one.entity == "deal"]
    assert told.actor == [romashka.people["Игорь"], None]
    assert told.fields["responsible"] == [[romashka.people["Игорь"], None], [romashka.people["Ольга"], None]]


def test_purged_record_is_told_without_values_and_only_to_who_sees_them_all(romashka: Cast) -> None:
    olga, maria = romashka.person("Ольга"), romashka.actor("Мария Сергеевна")
    start = last(romashka)
    deal = olga.create("deal", title="Тайная")
    olga.change("deal", deal.id, title="Очень тайная")
    romashka.system.delete("deal", deal.id)
    romashka.system.write(purge_records, "deal", [deal.id])
    told = [one for one in follow(romashka, maria, start) if one.entity == "deal" and one.id == deal.id]
    assert told[-1].kind == "Erased"
    assert [one.fields for one in told] == [{}] * len(told)
    assert "тайная" not in repr(follow(romashka, maria, start)).lower()
    assert [one for one in follow(romashka, olga.actor, start) if one.id == deal.id] == []


def test_feed_of_one_entity_has_only_it_and_reaches_the_same_position(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    contact = olga.create("contact", first_name="Вера")
    olga.create("deal", title="Насосы")
    told = page(romashka, SYSTEM, 0, entity="contact", limit=1000)
    assert {one.entity for one in told.changes} == {"contact"}
    assert [one.id for one in told.changes] == [contact.id]
    assert told.position == last(romashka)
    with pytest.raises(NotFound):
        page(romashka, SYSTEM, 0, entity="absent")


def test_new_configuration_is_in_the_feed_by_its_revision(romashka: Cast) -> None:
    start = last(romashka)
    with romashka.company.read() as session:
        source = current_source(session)
    source.settings["title"] = "Другая «Ромашка»"  # type: ignore[index]
    applied = apply_source(romashka.company, source, None)
    told = follow(romashka, romashka.actor("Ольга"), start)
    assert [(one.kind, one.entity, one.id) for one in told] == [("Schema", None, applied.snapshot.revision)]


def test_position_from_the_future_and_from_another_base_is_refused_by_name(romashka: Cast) -> None:
    with pytest.raises(PositionAhead):
        page(romashka, SYSTEM, last(romashka) + 1_000)
    here = page(romashka, SYSTEM, 0, limit=1).feed
    assert page(romashka, SYSTEM, 0, limit=1, feed=here).feed == here
    with romashka.company.write() as session:
        restored = changes.new_feed(session)
    assert restored != here
    with pytest.raises(FeedChanged):
        page(romashka, SYSTEM, 0, feed=here)


def test_feed_goes_on_where_it_stopped_after_a_restart(home: Path, romashka: Cast, clock: FixedClock) -> None:
    olga = romashka.person("Ольга")
    olga.create("deal", title="До")
    before = page(romashka, SYSTEM, 0, limit=1000)
    olga.create("deal", title="Во время")
    company = romashka.company
    company.close()
    with opened_company(home, FixedClock(NOW)) as again:
        again.conduct = CONDUCT
        changes.publish(again.database)
        with again.read() as session:
            after = read_feed(session, SYSTEM, before.position, limit=1000, feed=before.feed)
        assert [one.position for one in after.changes] == list(range(before.position + 1, after.position + 1))
        assert "Created" in {one.kind for one in after.changes if one.entity == "deal"}


def test_feed_has_every_record_once_however_many_write_at_the_same_time(romashka: Cast) -> None:
    """Four people write at once, one follows by small pages: nothing is missed, nothing comes twice."""
    made: list[int] = []
    failed: list[BaseException] = []
    done = threading.Event()
    told: list[FeedChange] = []
    start = last(romashka)

    def work(name: str) -> None:
        try:
            person = romashka.person(name)
            for number in range(15):
                id = person.create("deal", title=f"{name} {number}").id
                person.change("deal", id, title=f"{name} {number} ещё")
                made.append(id)
        except BaseException as error:
            failed.append(error)

    def watch() -> None:
        position = start
        try:
            while True:
                ended = done.is_set()
                part = page(romashka, SYSTEM, position, entity="deal", limit=3)
                told.extend(part.changes)
                position = part.position
                if ended and not part.more:
                    return
        except BaseException as error:
            failed.append(error)

    writers = [threading.Thread(target=work, args=(name,)) for name in ("Ольга", "Пётр", "Анна", "Игорь")]
    watcher = threading.Thread(target=watch)
    for thread in (*writers, watcher):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    watcher.join()
    assert failed == []
    assert [one.position for one in told] == sorted({one.position for one in told})
    for id in made:
        assert [(one.kind, one.version) for one in told if one.id == id] == [("Created", 1), ("Changed", 2)]
    assert len(told) == 2 * len(made)


# --- over HTTP


def test_feed_over_http_tells_what_was_just_written_and_where_to_go_on(site: Site) -> None:
    olga = site.browser("Ольга")
    start = olga.get("/api/changes", after=0, limit=1000)
    deal = olga.create("deal", title="Насосы")
    told = olga.get("/api/changes", after=start["position"], entity="deal", feed=start["feed"])
    assert [(one["kind"], one["id"]) for one in told["changes"]] == [("Created", deal["id"])]
    assert told["more"] is False
    assert olga.get("/api/changes", after=told["position"])["changes"] == []
    assert olga.refused("GET", f"/api/changes?after={told['position'] + 1}", 410)["code"] == "position_ahead"
    assert olga.refused("GET", "/api/changes?after=0&feed=deadbeef", 410)["code"] == "feed_changed"
    for wrong in ("after=-1", "after=x", "limit=0", "limit=1001", "since=5"):
        assert olga.refused("GET", f"/api/changes?{wrong}", 400)["code"] == "bad_request"
    assert olga.refused("GET", "/api/changes?entity=secret", 404)["code"] == "not_found"
    assert site.stranger().refused("GET", "/api/changes", 401)["code"] == "not_signed_in"


def test_following_the_feed_of_a_person_writes_nothing(romashka: Cast) -> None:
    last(romashka)
    with romashka.nothing_changes():
        follow(romashka, romashka.actor("Ольга"))
