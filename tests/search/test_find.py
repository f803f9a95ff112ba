"""What a person types and what is found."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from svyaz.kernel.problem import NotFound
from svyaz.search import find as find_module
from svyaz.search.find import SearchCursorWrong
from svyaz.storage import search_entries
from svyaz.storage.session import Session
from tests.cast import Cast
from tests.search.conftest import Find, ask

NOT_TEXT = ["", "   ", "—!?", "%", "'", '"', "''); DROP TABLE deal; --", "\\", "*", "NEAR(", "a" * 10_000, "я " * 5_000]


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("Насосы для котельной", "насос"),
        ("Насосы для котельной", "НАСОСАМИ"),
        ("Насосы для котельной", "котельная насосы"),
        ("Насосы для котельной", "нас"),
        ("Насосы для котельной", "насосы кот"),
        ("Ёлочные игрушки", "елочная"),
        ("Елочные игрушки", "ёлоч"),
        ("Гидронасосы", "насос"),  # a part of a word
        ("Гидронасосы", "дрона"),
        ("Насосный завод", "насосы"),
        ("Гидронасосы", "насосами"),
        ("Delivery of pumps", "pump"),
        ("Договор 44-ФЗ", "44 фз"),
        ("Счёт СЧ-2026-0042", "0042"),
        ("Счёт СЧ-2026-0042", "сч-2026-0042"),
        ("Шкаф ШР-11/7", "шр-11"),
        ("Звонить 8 (916) 123-45-67", "9161234567"),
        ("Кафе́ на углу", "кафе"),
        ("Straße und ΣΊΣΥΦΟΣ", "STRASSE σίσυφος"),
        ("前橋営業所", "橋営業"),
    ],
)
def test_title_is_found_by_what_people_type(romashka: Cast, find: Find, kept: str, typed: str) -> None:
    olga = romashka.person("Ольга")
    sale = olga.create("deal", title=kept)
    olga.create("deal", title="Совсем другое")
    assert find("Ольга", typed) == {"deal": [sale.id]}


@pytest.mark.parametrize(
    "typed", ["9161234567", "916 123", "123-45-67", "8 916 123-45-67", "+7 (916) 123 45 67", "4567"]
)
def test_phone_is_found_by_its_digits_however_they_are_typed(romashka: Cast, find: Find, typed: str) -> None:
    olga = romashka.person("Ольга")
    firm = olga.create("counterparty", title="Вектор", phones=["+7 916 123-45-67"])
    olga.create("counterparty", title="Луч", phones=["+7 495 000-11-22"])
    assert find("Ольга", typed) == {"counterparty": [firm.id]}


def test_inn_and_mail_are_found_by_a_part(romashka: Cast, find: Find) -> None:
    olga = romashka.person("Ольга")
    firm = olga.create("counterparty", title="Вектор", inn="7707083893", emails=["zakaz@vektor-m.ru"])
    assert find("Ольга", "0708389") == {"counterparty": [firm.id]}
    assert find("Ольга", "7707083893") == {"counterparty": [firm.id]}
    assert find("Ольга", "zakaz@vektor-m.ru") == {"counterparty": [firm.id]}
    assert find("Ольга", "vektor") == {"counterparty": [firm.id]}


@pytest.mark.parametrize("typed", ["рамашка", "ромшка", "роммашка", "рмоашка", "hjvfirf"])
def test_one_typo_and_a_wrong_layout_are_forgiven_and_told(romashka: Cast, find: Find, typed: str) -> None:
    firm = romashka.person("Ольга").create("counterparty", title="ООО Ромашка")
    assert find("Ольга", typed) == {"counterparty": [firm.id]}
    assert ask(romashka, "Ольга", typed).words == ["ромашка"]
    assert ask(romashka, "Ольга", "ромашка").words == []


def test_typo_is_not_forgiven_while_something_is_found_by_the_letter(romashka: Cast, find: Find) -> None:
    olga = romashka.person("Ольга")
    olga.create("deal", title="Балка двутавровая")
    stick = olga.create("deal", title="Палка деревянная")
    assert find("Ольга", "палка") == {"deal": [stick.id]}


def test_newest_comes_first_and_pages_go_on_without_gap_or_repeat(romashka: Cast, find: Find) -> None:
    olga = romashka.person("Ольга")
    whole = [olga.create("deal", title=f"Насос {at}").id for at in range(7)]
    parts = [olga.create("deal", title=f"Гидронасос {at}").id for at in range(5)]
    want = [*reversed(whole), *reversed(parts)]  # the word itself before a part of a word
    got, after = [], None
    while True:
        (group,) = ask(romashka, "Ольга", "насос", entity="deal", limit=3, after=after).found
        got += [hit.id for hit in group.hits]
        after = group.next
        if after is None:
            break
    assert got == want
    assert find("Ольга", "насос", limit=5) == {"deal": want[:5]}


def test_snippet_is_a_line_of_the_field_with_marks(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    text = "слово " * 60 + "о поставке насосов 🚚 и запчастей " + "далее " * 60
    note = olga.create("activity", kind="note", subject="Итоги", body=text)
    (group,) = ask(romashka, "Ольга", "запчасти насосы").found
    (hit,) = group.hits
    assert (hit.id, hit.field) == (note.id, "body")
    units = hit.snippet.text.encode("utf-16-le")
    marked = [units[first * 2 : last * 2].decode("utf-16-le") for first, last in hit.snippet.marks]
    assert marked == ["насосов", "запчастей"]
    assert len(hit.snippet.text) < 180 and hit.snippet.text.startswith("…") and hit.snippet.text.endswith("…")


def test_marks_of_a_phone_cover_the_digits_typed(romashka: Cast) -> None:
    romashka.person("Ольга").create("counterparty", title="Вектор", phones=["+7 916 123-45-67"])
    (group,) = ask(romashka, "Ольга", "91612345").found
    (hit,) = group.hits
    assert [hit.snippet.text[first:last] for first, last in hit.snippet.marks] == ["916 123-45"]


def test_comment_is_found_and_names_the_card_it_is_about(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    sale = olga.create("deal", title="Насосы")
    olga.create("comment", about=["deal", sale.id], body="Просили перезвонить после праздников")
    (group,) = ask(romashka, "Ольга", "перезвоните").found
    assert (group.entity, group.hits[0].about) == ("comment", ("deal", sale.id, "Насосы"))


@pytest.mark.parametrize("typed", NOT_TEXT)
def test_whatever_is_typed_is_answered(romashka: Cast, find: Find, typed: str) -> None:
    romashka.person("Ольга").create("deal", title="Насосы")
    assert find("Ольга", typed) in ({}, {"deal": []})


def test_one_letter_finds_words_that_begin_with_it(romashka: Cast, find: Find) -> None:
    sale = romashka.person("Ольга").create("deal", title="Жернова")
    assert find("Ольга", "ж") == {"deal": [sale.id]}


@pytest.mark.parametrize("after", ["", "x5", "w", "w-1", "w99999999999999999999", "w" + "9" * 18, "p'1"])
def test_cursor_not_given_by_search_is_refused(romashka: Cast, find: Find, after: str) -> None:
    with pytest.raises(SearchCursorWrong):
        find("Ольга", "насос", entity="deal", after=after)


def test_object_that_is_not_there_is_not_found(romashka: Cast, find: Find) -> None:
    with pytest.raises(NotFound):
        find("Ольга", "насос", entity="nothing")


WAYS = {
    "rare: collected": {"FREQUENT": 10**9, "OFTEN": 2},
    "frequent, as statistics say: walked over": {"FREQUENT": 5, "OFTEN": 0, "FEW_MET": 0, "WALK": 4},
    "more than was thought: collected for nothing, then by slices": {"FREQUENT": 5, "OFTEN": 2, "SLICES": 3},
    "less than was thought: walked over a little, then collected": {
        "FREQUENT": 99,
        "OFTEN": 0,
        "FEW_MET": 9,
        "WALK": 4,
    },
    "frequent long ago: walked over in vain, then by slices": {
        "FREQUENT": 5,
        "OFTEN": 0,
        "FEW_MET": 9,
        "WALK": 4,
        "SLICES": 3,
    },
    "in several questions": {"MOST_BLOCK": 4, "FIRST_BLOCK": 2},
    "by the rarest token only": {"MOST_TOKENS": 1, "SAMPLED": 3},
}


@pytest.mark.parametrize("way", WAYS)
def test_the_way_of_looking_changes_nothing_of_what_is_found(
    romashka: Cast, find: Find, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    olga = romashka.person("Ольга")
    old = [olga.create("deal", title=f"Кабель {at}").id for at in range(8)]
    made = [olga.create("deal", title=f"Насос {at}").id for at in range(30)]
    monkeypatch.setattr(search_entries, "large_tables", _all_large)
    for name, value in WAYS[way].items():
        monkeypatch.setattr(search_entries, name, value)
    assert find("Ольга", "насос", entity="deal", limit=50) == {"deal": made[::-1]}
    assert find("Ольга", "кабель", entity="deal", limit=50) == {"deal": old[::-1]}
    assert find("Ольга", "насос 17") == {"deal": [made[17]]}
    assert find("Ольга", "абел", entity="deal", limit=50) == {"deal": old[::-1]}
    assert find("Ольга", "аосо") == {}
    assert find("Ольга", "насос кабель") == {}


@pytest.mark.parametrize("place", [slice(0, 1), slice(1, None), slice(None)])
def test_needs_taken_for_rare_find_the_same_as_all_together(
    romashka: Cast, find: Find, monkeypatch: pytest.MonkeyPatch, place: slice
) -> None:
    """They are looked for in the index and the rest is asked of what is found, whichever of them they are."""
    olga = romashka.person("Ольга")
    made = [olga.create("deal", title=f"Насос {'красный' if at % 3 else 'синий'} {at}").id for at in range(12)]
    monkeypatch.setattr(search_entries, "large_tables", _all_large)
    monkeypatch.setattr(search_entries, "_expected", lambda asked, entries: (0.0, asked.needs[place]))
    assert find("Ольга", "насос синий", entity="deal", limit=50) == {"deal": made[::3][::-1]}
    assert find("Ольга", "асо расны", entity="deal", limit=50) == {
        "deal": [id for id in made if id not in made[::3]][::-1]
    }
    assert find("Ольга", "насос синий 11") == {}


def test_work_has_an_end_and_what_is_left_is_found_by_more(romashka: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries gone over for nothing count as work: a page may be empty, none of them loses or repeats a hit."""
    olga = romashka.person("Ольга")
    made = [olga.create("deal", title="Кабель" if at % 7 == 3 else "Насос").id for at in range(42)]
    monkeypatch.setattr(search_entries, "large_tables", _all_large)
    for name, value in {"FREQUENT": 1, "OFTEN": 2, "WALK": 4, "SLICES": 8}.items():
        monkeypatch.setattr(search_entries, name, value)
    monkeypatch.setattr(find_module, "WALKED", 1)
    monkeypatch.setattr(find_module, "MOST_WORK", 8)
    got, after, pages = [], None, 0
    while True:
        found = ask(romashka, "Ольга", "кабель", entity="deal", limit=3, after=after).found
        got += [hit.id for group in found for hit in group.hits]
        pages += 1
        after = found[0].next if found else None
        if after is None:
            break
    assert got == [id for at, id in enumerate(made) if at % 7 == 3][::-1]
    assert pages >= (4 if _is_postgres(romashka) else 2)


def _all_large(session: Session) -> Mapping[int, int]:
    return {entity.number: 50 for entity in session.snapshot.entities.values()}


def _is_postgres(cast: Cast) -> bool:
    with cast.company.read() as session:
        return session.dialect == "postgresql"
