"""The door for reading: what is asked wrongly is refused with words, and helpers of the card work."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from svyaz.app import actor_of
from svyaz.jobs.queue import cancel_job, read_job
from svyaz.jobs.worker import Worker
from svyaz.kernel.problem import Problem
from svyaz.records import bulk, idempotency, read, write
from svyaz.records.duplicates import find_duplicates
from svyaz.records.files import readable_file
from svyaz.records.read import ListRequest
from svyaz.records.runners import record_runners, undo_later
from svyaz.schema.snapshot import Grant
from svyaz.storage import blobs
from svyaz.storage.query import Measure
from tests.cast import Cast, Person

WRONG = [
    # asked                                   code
    ({"limit": 0}, "too_many_records"),
    ({"limit": 1001}, "too_many_records"),
    ({"sort": "nosuch"}, "unknown_field"),
    ({"sort": "description"}, "sort_not_possible"),
    ({"fields": ("title", "counterparty.nosuch")}, "unknown_field"),
    ({"fields": ("title.title",)}, "unknown_field"),
    ({"fields": ("'; drop table deal; --",)}, "unknown_field"),
    ({"sort": "title\x00"}, "unknown_field"),
]


@pytest.mark.parametrize(("asked", "code"), WRONG)
def test_list_asked_wrongly_is_refused_by_a_code(romashka: Cast, asked: dict[str, Any], code: str) -> None:
    with romashka.nothing_changes(), pytest.raises(Problem) as caught:
        romashka.person("Ольга").list("deal", **asked)
    assert caught.value.code == code


@pytest.mark.parametrize("measure", [Measure("sum", ("title",)), Measure("sum"), Measure("explode", ("amount",))])
def test_total_that_cannot_be_computed_is_refused(romashka: Cast, measure: Measure) -> None:
    with pytest.raises(Problem) as caught:
        romashka.person("Ольга").read(read.read_totals, "deal", ListRequest(), [measure])
    assert caught.value.code == "measure_not_possible"


def test_list_shows_the_columns_of_its_first_view_when_nobody_said(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    olga.create("deal", title="Насосы", amount="100")
    with romashka.company.read() as session:
        page = read.read_page(session, olga.actor, "deal", ListRequest())
    assert page.columns[:5] == ("id", "version", "title", "counterparty", "stage")


def test_picker_finds_what_begins_with_the_text_first(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    for title in ("Новый Лютик", "Лютик", "Ёлка", "лютиковый"):
        olga.create("counterparty", title=title)
    assert [one[1] for one in olga.read(read.read_suggestions, "counterparty", "ЛЮТ")] == [
        "Лютик",
        "лютиковый",
        "Новый Лютик",
    ]
    assert len(olga.read(read.read_suggestions, "counterparty", "", 2)) == 2
    assert olga.read(read.read_suggestions, "counterparty", "50%") == []


# --- duplicates

TWINS = [
    # who         values                                             what is told
    ("Ольга", {"phones": "8 (916) 123-45-67"}, [("Лютик", "phones", "+79161234567")]),
    ("Ольга", {"emails": "INFO@lutik.ru"}, [("Лютик", "emails", "info@lutik.ru")]),
    ("Ольга", {"inn": "7707083893"}, [("Лютик", "inn", "7707083893")]),
    ("Анна", {"inn": "7707083893"}, [(None, "inn", "7707083893")]),
    ("Ольга", {"phones": "не телефон"}, []),
    ("Ольга", {"city": "Казань"}, []),
]


@pytest.mark.parametrize(("who", "values", "told"), TWINS)
def test_possible_double_is_told_by_what_is_equal_and_named_only_to_those_who_see_it(
    romashka: Cast, who: str, values: dict[str, Any], told: list[Any]
) -> None:
    romashka.person("Ольга").create(
        "counterparty", title="Лютик", phones="+79161234567", emails="info@lutik.ru", inn="7707083893", city="Казань"
    )
    found = romashka.person(who).read(find_duplicates, "counterparty", values)
    assert [(one.label, one.field, one.value) for one in found] == told


def test_record_is_not_its_own_double(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    made = olga.create("counterparty", title="Лютик", inn="7707083893")
    assert olga.read(find_duplicates, "counterparty", {"inn": "7707083893"}, made.id) == []


# --- idempotency


def test_repeated_post_makes_one_record_and_another_body_is_refused(romashka: Cast) -> None:
    olga = romashka.person("Ольга")

    def post(session: Any, actor: Any, values: dict[str, Any]) -> int:
        made = idempotency.find(session, actor, "k1", "deal", values)
        if made is not None:
            return made
        record = write.create_record(session, actor, "deal", values)
        idempotency.keep(session, actor, "k1", "deal", values, record.id)
        return record.id

    first = olga.write(post, {"title": "Насосы", "amount": "1"})
    assert olga.write(post, {"amount": "1", "title": "Насосы"}) == first
    with romashka.nothing_changes(), pytest.raises(Problem) as caught:
        olga.write(post, {"title": "Краны"})
    assert caught.value.code == "idempotency_key_reused"
    assert romashka.person("Игорь").write(post, {"title": "Насосы", "amount": "1"}) != first
    with pytest.raises(Problem) as caught:
        olga.read(idempotency.find, "x" * 201, "deal", {})
    assert caught.value.code == "idempotency_key_too_long"


# --- bulk by filter, as a job


def run_jobs(cast: Cast) -> None:
    worker = Worker(cast.company, record_runners(actor_of), cast.company.clock)
    while worker.run_once():
        pass


def state(cast: Cast, job: int) -> Any:
    with cast.company.read() as session:
        return read_job(session, job)


def test_change_of_all_that_match_is_one_batch_within_ones_rights(romashka: Cast) -> None:
    igor = romashka.person("Игорь")
    rows = [
        {"title": str(at), "responsible": romashka.people[name], "priority": "low"}
        for name in ("Ольга", "Анна")
        for at in range(250)
    ]
    romashka.system.write(write.create_many, "deal", rows)
    before = romashka.living_digest()
    job = igor.write(bulk.start_matching, "deal", "priority = 'low'", {"priority": "high"})
    run_jobs(romashka)
    ended = state(romashka, job)
    told = {"done": 250, "left": 0, "problems": [], "batch": ended.arguments["batch"]}
    assert (ended.state, ended.answer, ended.total) == ("done", told, 250)
    assert len(romashka.system.ids("deal", filter="priority = 'high'")) == 250
    assert romashka.person("Анна").ids("deal", filter="priority = 'high'") == []

    undo = igor.write(undo_later, ended.arguments["batch"])
    run_jobs(romashka)
    assert state(romashka, undo).answer["kept"] == 0
    assert romashka.living_digest() == before


def test_job_tells_which_records_could_not_be_changed_and_why(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    good = boss.create("deal", title="А", amount="1", counterparty=boss.create("counterparty", title="Лютик").id)
    bad = boss.create("deal", title="Б")
    job = boss.write(bulk.start_matching, "deal", "title <> empty", {"stage": "contract"})
    run_jobs(romashka)
    answer = state(romashka, job).answer
    assert (answer["done"], answer["left"]) == (1, 1)
    assert answer["problems"] == [{"id": bad.id, "code": "stage_requires", "place": "rows[0].values.counterparty"}] or (
        answer["problems"][0]["id"] == bad.id
    )
    assert boss.open("deal", good.id).values["stage"] == "contract"


def test_cancelled_job_stops_and_what_it_did_can_be_undone(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    boss.write(write.create_many, "deal", [{"title": str(at)} for at in range(3)])
    job = boss.write(bulk.start_matching, "deal", "title <> empty", None, True)
    with romashka.company.write() as session:
        assert cancel_job(session, job)
    run_jobs(romashka)
    assert state(romashka, job).state == "cancelled"
    assert len(boss.ids("deal")) == 3


REFUSED_JOBS = [
    # who        filter             change                  code
    ("Игорь", "nosuch = 1", {"priority": "high"}, None),
    ("Игорь", "title <> empty", {"nosuch": 1}, "unknown_field"),
    ("Игорь", "title <> empty", {"amount": "много"}, "money_not_understood"),
    ("Пётр", "title <> empty", {"priority": "high"}, "denied_bulk"),
]


@pytest.mark.parametrize(("who", "filter", "change", "code"), REFUSED_JOBS)
def test_what_can_be_refused_is_refused_before_a_job_is_made(
    romashka: Cast, who: str, filter: str, change: dict[str, Any], code: str | None
) -> None:
    romashka.give_role("Пётр", "single", Grant("deal", {"see": "all", "change": "all"}))
    with romashka.nothing_changes(), pytest.raises(Problem) as caught:
        romashka.person(who).write(bulk.start_matching, "deal", filter, change)
    assert code is None or caught.value.code == code


# --- files


def uploaded(person: Person) -> int:
    kept = blobs.keep(person.cast.company.blobs, "договор.txt", [b"text"], 100)
    file: int = person.write(
        lambda session, actor: blobs.name_file(session, kept, "договор.txt", "text/plain", actor.employee).id
    )
    return file


def test_file_is_read_by_those_who_read_its_record_and_belongs_to_one_record(romashka: Cast) -> None:
    olga, petr = romashka.person("Ольга"), romashka.person("Пётр")
    file = uploaded(olga)
    assert olga.read(readable_file, file).name == "договор.txt"
    with pytest.raises(Problem):
        petr.read(readable_file, file)
    with romashka.nothing_changes(), pytest.raises(Problem) as caught:
        petr.create("activity", kind="note", subject="Чужой файл", files=[file])
    assert (caught.value.code, caught.value.place) == ("file_not_found", "values.files")

    sale = olga.create("deal", title="Насосы")
    note = olga.create("activity", kind="note", subject="Договор", files=[file], about=["deal", sale.id])
    assert note.values["files"] == [[file, "договор.txt", 4]]
    assert olga.change("activity", note.id, subject="Договор подписан").version == 2
    with romashka.nothing_changes(), pytest.raises(Problem):
        olga.create("activity", kind="note", subject="Ещё раз", files=[file])
    with pytest.raises(Problem) as absent:
        petr.read(readable_file, file)
    with pytest.raises(Problem) as never:
        petr.read(readable_file, 10**9)
    assert (absent.value.code, absent.value.status) == (never.value.code, never.value.status)
    assert romashka.person("Мария Сергеевна").read(readable_file, file).size == 4


# --- many at once


def at_once(*acts: Any) -> list[Any]:
    told: list[Any] = [None] * len(acts)

    def run(at: int, act: Any) -> None:
        try:
            told[at] = act()
        except Problem as problem:
            told[at] = problem

    threads = [threading.Thread(target=run, args=(at, act)) for at, act in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return told


def test_two_people_writing_at_once_lose_nothing(romashka: Cast) -> None:
    olga, igor = romashka.person("Ольга"), romashka.person("Игорь")
    sale = olga.create("deal", title="Насосы")
    acts = [
        *(lambda at=at: olga.create("deal_line", deal=sale.id, title=str(at), price="1") for at in range(8)),
        *(lambda at=at: igor.change("deal", sale.id, description=str(at)) for at in range(4)),
    ]
    assert [one for one in at_once(*acts) if isinstance(one, Problem)] == []
    assert olga.open("deal", sale.id).values["amount"] == ["8.00", "RUB"]


def test_numbers_taken_at_once_are_all_different(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    made = at_once(*[lambda at=at: olga.create("deal", title=str(at)) for at in range(12)])
    assert sorted(one.values["number"] for one in made) == [f"{at:04d}" for at in range(1, 13)]


def test_target_cannot_be_deleted_while_somebody_links_to_it(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    for _ in range(5):
        client = boss.create("counterparty", title="Лютик")
        at_once(
            lambda id=client.id: boss.create("deal", title="Насосы", counterparty=id),
            lambda id=client.id: boss.delete("counterparty", id),
        )
    dangling = boss.ids("deal", filter="counterparty <> empty and counterparty.label = empty")
    assert dangling == []
