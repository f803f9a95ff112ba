"""Taking apart: what the eye finds in a text, its tokens find too, on every way."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, strategies as st

from svyaz.search.snippet import WIDTH, cut_snippet, joined
from svyaz.search.tokens import tokens_of
from svyaz.search.wanted import Unit, alternatives, look_at, marks, other_layout, read_wanted
from svyaz.search.words import numbers_of, words_of
from svyaz.storage.search_words import is_near, misses

PIECES = ("насосы", "насосный", "Гидронасос", "ёлка", "Ёлочная", "916", "123-45", "8", "+7", "(495)", "44-ФЗ", "pumps")
text = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=6).map(" ".join)
wanted = st.sampled_from(
    ("насос", "насосами", "ел", "ё", "гидр", "дрона", "91612345", "916 123 45", "8916123", "pump", "4")
)


@given(text, wanted | text, st.sampled_from(("whole", "part")))
def test_whatever_is_seen_in_a_text_is_found_by_its_tokens(text: str, typed: str, way: str) -> None:
    seen, tokens = look_at(text), tokens_of([(text, False)])
    for unit in read_wanted(typed):
        if marks(unit, seen, way):
            assert any(set(every) <= tokens for every in alternatives(unit, way)), (unit, sorted(tokens))


@given(text)
def test_places_of_words_and_numbers_are_inside_the_text_and_in_order(text: str) -> None:
    words = words_of(text)
    assert all(one.start < one.end <= len(text) and one.text for one in words)
    assert all(one.end <= other.start for one, other in itertools.pairwise(words))
    for number in numbers_of(text, words):
        assert [text[at] for at in number.places] == list(number.digits)


@given(text, st.lists(st.tuples(st.integers(0, 400), st.integers(0, 60)), min_size=1, max_size=4))
def test_snippet_is_short_and_its_marks_cover_what_was_marked(text: str, given: list[tuple[int, int]]) -> None:
    text = (text + " слово") * 6
    places = [(min(at, len(text) - 1), min(at + length + 1, len(text))) for at, length in given]
    snippet = cut_snippet(text, places)
    assert len(snippet.text) <= WIDTH + 22
    units = snippet.text.encode("utf-16-le")
    shown = [units[first * 2 : last * 2].decode("utf-16-le") for first, last in snippet.marks]
    assert shown and all(shown)
    flat = " ".join(text.split(" "))
    assert all(one.split() == [] or one.replace("\n", " ").split()[0] in flat for one in shown)
    first = joined(places)[0]
    begins = text[first[0] : first[1]].split()
    assert not begins or shown[0].split()[:1] == begins[:1] or begins[0].startswith(shown[0].split()[0])


LETTERS = "абв"
SHORT = ["".join(one) for length in (4, 5) for one in itertools.product(LETTERS, repeat=length)]


def near_by_force(word: str) -> set[str]:
    cut = {word[:at] + word[at + 1 :] for at in range(len(word))}
    other = {word[:at] + letter + word[at + 1 :] for at in range(len(word)) for letter in LETTERS}
    more = {word[:at] + letter + word[at:] for at in range(len(word) + 1) for letter in LETTERS}
    swapped = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    return cut | other | more | swapped


@pytest.mark.parametrize("word", ["абва", "аабб", "абваб"])
def test_one_typo_is_exactly_a_letter_more_less_another_or_swapped(word: str) -> None:
    assert {one for one in SHORT if is_near(one, word)} == near_by_force(word) & set(SHORT)


@pytest.mark.parametrize("word", ["абва", "аабб", "абваб"])
def test_words_a_typo_apart_share_a_form_without_a_letter(word: str) -> None:
    for other in near_by_force(word) & set(SHORT):
        assert ({word} | misses(word)) & ({other} | misses(other))


def test_number_in_pieces_is_one_unit_and_a_table_of_figures_is_not() -> None:
    (unit,) = read_wanted("8 (916) 123-45-67")
    assert unit.spoken == ("89161234567", "79161234567")
    assert [one.text for one in read_wanted("10 20 30 40 50 60 70 80 90 100 110")] == [
        str(at) for at in range(10, 120, 10)
    ]
    figures = "11 22 " * 12
    assert numbers_of(figures, words_of(figures)) == []
    assert read_wanted("насос насос") == (Unit("насос", ("насос",)), Unit("насос", ("насос",), last=True))


def test_other_layout_goes_both_ways() -> None:
    assert other_layout("hjvfirf") == "ромашка"
    assert other_layout("згьзы") == "pumps"
