"""The index follows the log: whatever happens to records and to the configuration, it says what they say now."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from svyaz.access.actor import SYSTEM
from svyaz.jobs.worker import Worker
from svyaz.records import purge, write
from svyaz.search import follow as following
from svyaz.search.find import SearchRequest, search
from svyaz.search.follow import catch_up, follow
from svyaz.search.texts import entry_of, words_in
from svyaz.storage import search_entries, search_state
from svyaz.storage.session import Session
from svyaz.tenancy import company as companies
from tests.cast import Cast
from tests.search.conftest import Find, ask
from tests.tenancy.test_company import with_field


def test_deleted_leaves_and_restored_returns(romashka: Cast, find: Find) -> None:
    olga = romashka.person("Артём")
    sale = olga.create("deal", title="Насосы")
    assert find("Артём", "насосы") == {"deal": [sale.id]}
    olga.delete("deal", sale.id)
    assert find("Артём", "насосы") == {}
    olga.restore("deal", sale.id)
    assert find("Артём", "насосы") == {"deal": [sale.id]}


def test_changed_is_found_by_the_new_word_only(romashka: Cast, find: Find) -> None:
    olga = romashka.person("Ольга")
    sale = olga.create("deal", title="Насосы")
    assert find("Ольга", "насосы") == {"deal": [sale.id]}
    olga.change("deal", sale.id, title="Трубы")
    assert (find("Ольга", "насосы"), find("Ольга", "трубы")) == ({}, {"deal": [sale.id]})


def test_nothing_of_a_purged_record_is_left_in_the_index(romashka: Cast, find: Find) -> None:
    admin = romashka.person("Артём")
    sale = admin.create("deal", title="Щербатов")
    assert find("Артём", "щербатов") == {"deal": [sale.id]}
    admin.delete("deal", sale.id)
    admin.write(purge.purge_records, "deal", [sale.id])
    catch_up(romashka.company)
    with romashka.company.read() as session:
        for plan in search_state.read_plans(session).values():
            told = session.fetch(f"SELECT body FROM {search_entries.table(plan.entity)}")
            assert not [body for (body,) in told if "Щербатов" in body]
        assert session.fetch("SELECT word FROM sv_search_word WHERE form = 'щербатов'") == []
        assert session.fetch("SELECT word FROM sv_search_miss WHERE miss = 'щербато'") == []


def test_records_saved_before_there_was_an_index_are_found(romashka: Cast, find: Find) -> None:
    made = [romashka.system.create("product", title=f"Товар {at}").id for at in range(450)]
    assert find("Артём", "товар 449") == {"product": [made[449]]}
    assert find("Артём", "товар 0") == {"product": [made[0]]}


def test_change_of_many_is_taken_by_portions(romashka: Cast, find: Find) -> None:
    catch_up(romashka.company)
    with romashka.company.write() as session:
        write.create_many(session, SYSTEM, "product", [{"title": f"Втулка {at}"} for at in range(450)], cause="import")
    assert catch_up(romashka.company) >= 3
    assert len(find("Артём", "втулка", entity="product", limit=500)["product"]) == 450


def test_what_changes_no_text_is_not_taken_apart_again(romashka: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    sale = romashka.person("Ольга").create("deal", title="Насосы")
    catch_up(romashka.company)
    taken: list[str] = []
    monkeypatch.setattr(following, "write_body", lambda body: taken.append(str(body)) or str(body))
    romashka.person("Ольга").change("deal", sale.id, amount="100")
    assert catch_up(romashka.company) == 1
    assert taken == []


def test_field_added_hidden_and_returned_is_followed(romashka: Cast, find: Find) -> None:
    company = romashka.company
    field = {"key": "nickname", "title": {"ru": "Прозвище"}, "type": "text"}
    with company.read() as session:
        before = companies.current_source(session)
    catch_up(company)
    companies.apply_source(company, with_field(company, field), None)
    firm = romashka.system.create("counterparty", title="Вектор", nickname="Барсук")
    assert find("Артём", "барсук") == {"counterparty": [firm.id]}
    companies.apply_source(company, before, None)
    assert ask(romashka, "Артём", "барсук", follows=False).found == []
    assert find("Артём", "барсук") == {}
    assert find("Артём", "вектор") == {"counterparty": [firm.id]}
    with company.read() as session:
        (plan,) = [
            one
            for one in search_state.read_plans(session).values()
            if company.snapshot.by_number[one.entity].key == "counterparty"
        ]
    assert plan.below is None


def test_follower_that_dies_between_reading_and_writing_loses_nothing(
    romashka: Cast, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    catch_up(romashka.company)
    sale = romashka.person("Ольга").create("deal", title="Насосы")
    with monkeypatch.context() as patch:

        def die(*_: Any) -> None:
            raise MemoryError

        patch.setattr(following.search_words, "count_words", die)
        with pytest.raises(MemoryError):
            follow(romashka.company)
    assert ask(romashka, "Ольга", "насосы", follows=False).found == []
    assert find("Ольга", "насосы") == {"deal": [sale.id]}


def test_of_two_followers_the_late_one_writes_nothing(romashka: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    catch_up(romashka.company)
    olga = romashka.person("Ольга")
    sale = olga.create("deal", title="Насосы")
    real, inside = following._feed, []

    def slow(*given: Any) -> Any:
        prepared = real(*given)
        if not inside:
            inside.append(True)  # another follower comes, and the record changes, before this one writes
            other = threading.Thread(target=catch_up, args=(romashka.company,))
            olga.change("deal", sale.id, title="Трубы")
            other.start()
            other.join()
        return prepared

    monkeypatch.setattr(following, "_feed", slow)
    catch_up(romashka.company)
    assert ask(romashka, "Ольга", "насосы").found == []
    assert [hit.id for hit in ask(romashka, "Ольга", "трубы").found[0].hits] == [sale.id]
    check_index(romashka)


def test_saved_record_is_found_within_two_seconds_by_the_worker(romashka: Cast) -> None:
    company = romashka.company
    worker = Worker(company, {}, company.clock, steps=(follow,))
    worker.start()
    try:
        sale = romashka.person("Ольга").create("deal", title="Насосы")
        waited = threading.Event()
        for _ in range(40):
            with company.read() as session:
                answer = search(session, romashka.actor("Ольга"), SearchRequest("насосы"))
            if answer.found:
                break
            waited.wait(0.05)
        assert [hit.id for one in answer.found for hit in one.hits] == [sale.id]
    finally:
        worker.stop()


@pytest.mark.parametrize("seed", range(3))
def test_after_any_history_the_index_is_as_if_made_anew(romashka: Cast, seed: int) -> None:
    chance = random.Random(seed)
    words = ["насос", "труба", "вентиль", "фланец", "муфта", "кран", "котёл"]
    text = lambda: " ".join(chance.choices(words, k=chance.randint(1, 4)))  # noqa: E731
    living: list[int] = []
    dead: list[int] = []
    for _ in range(60):
        match chance.randint(0, 6):
            case 0 | 1:
                living.append(romashka.system.create("deal", title=text(), description=text()).id)
            case 2 if living:
                romashka.system.change("deal", chance.choice(living), title=text())
            case 3 if living:
                romashka.system.change("deal", chance.choice(living), description=chance.choice((None, text())))
            case 4 if living:
                dead.append(living.pop(chance.randrange(len(living))))
                romashka.system.delete("deal", dead[-1])
            case 5 if dead:
                living.append(dead.pop())
                romashka.system.restore("deal", living[-1])
            case _:
                follow(romashka.company)
    catch_up(romashka.company)
    before = check_index(romashka)
    with romashka.company.write() as session:
        session.run("DELETE FROM sv_search_state")
    catch_up(romashka.company)
    assert check_index(romashka) == before


def check_index(cast: Cast) -> Mapping[str, Any]:
    """What the index holds; its tokens and counts of words are those of its texts, checked."""
    with cast.company.read() as session:
        held = {}
        for number in search_state.read_plans(session):
            bodies = dict(session.fetch(f"SELECT id, body FROM {search_entries.table(number)}"))
            key = session.snapshot.by_number[number].key
            held[key] = bodies
            assert tokens_held(session, number) == {
                (token, id) for id, body in bodies.items() for token in sayable(session, entry_of(id, body).tokens)
            }
            counted = dict(session.fetch("SELECT word, count FROM sv_search_word WHERE entity = ?", (number,)))
            want: dict[str, int] = {}
            for body in bodies.values():
                for word in words_in(body):
                    want[word] = want.get(word, 0) + 1
            assert counted == want
        return held


def sayable(session: Session, tokens: Any) -> Any:
    return tokens if session.dialect == "sqlite" else search_entries.digests(tokens)


def tokens_held(session: Session, number: int) -> set[tuple[Any, int]]:
    name = search_entries.table(number)
    if session.dialect == "postgresql":
        return set(session.fetch(f"SELECT unnest(tokens), id FROM {name}"))
    # The vocabulary of FTS5 is asked through a table of its own, made for the moment.
    session.run("PRAGMA query_only=0")
    session.run(f"CREATE VIRTUAL TABLE temp.seen USING fts5vocab(main, {name}_fts, instance)")
    held = set(session.fetch("SELECT term, doc FROM temp.seen"))
    session.run("DROP TABLE temp.seen")
    session.run("PRAGMA query_only=1")
    return held


def test_groups_that_stay_keep_their_numbers() -> None:
    plan = search_state.Plan(7, {0: ((1, "text"),), 1: ((2, "text"), (3, "text"))}, 2, None)
    again = following._replanned(plan, [((1, "text"),), ((2, "text"),), ((3, "text"),)])
    assert again.groups == {0: ((1, "text"),), 2: ((2, "text"),), 3: ((3, "text"),)}
    assert (again.free, again.below) == (4, search_state.TOP)
    assert replace(again, below=None) != plan
