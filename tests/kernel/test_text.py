"""Equality, order and cleaning of text: the same for every database."""

import unicodedata

import pytest
from hypothesis import given, strategies as st

from svyaz.kernel.text import TextBroken, TextHasNul, TextTooLong, clean, fold, shown, sort_key

plain_text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)
near = st.text("еёжЕЁ \u052f0179aAß ", max_size=12)


def in_order(*texts):
    worst = list(texts)[::-1]
    return sorted(worst, key=lambda text: sort_key(text).encode()) == list(texts)


def test_case_and_encoding_of_accents_do_not_matter_for_equality():
    assert fold("ООО «РОМАШКА»") == fold("ооо «Ромашка»")
    assert fold("й") == fold("и\u0306")
    assert fold("Straße") == fold("STRASSE")
    assert fold("ΟΔΟΣ") == fold("οδος") == fold("οδοσ")


def test_yo_comes_right_after_ye_and_before_zhe():
    assert in_order("ежик", "ель", "ёлка", "жук")


def test_numbers_inside_text_go_by_value():
    assert in_order("Счёт 1", "Счёт 9", "Счёт 10", "Счёт 100", "Счёт 1000")
    assert in_order("v1.2", "v1.10")


def test_leading_zeros_stay_different_but_near():
    assert in_order("6", "7", "07", "007", "8")
    assert len({sort_key(text) for text in ("7", "07", "007")}) == 3


def test_blanks_count_as_one_and_none_at_the_ends():
    assert sort_key("  Иван \t Петров ") == sort_key("иван петров")


def test_number_longer_than_a_hundred_digits_still_has_a_place():
    assert in_order("9" * 98, "1" + "0" * 98, "1" + "0" * 120)


@given(near, near)
def test_equal_keys_mean_equal_folded_text_and_back(left, right):
    same = " ".join(fold(left).split()) == " ".join(fold(right).split())
    assert (sort_key(left) == sort_key(right)) is same


@given(plain_text)
def test_key_is_short_and_can_be_kept(text):
    key = sort_key(text)
    assert len(key) <= 200
    assert "\x00" not in key
    key.encode("utf-8")


@given(plain_text)
def test_cleaning_twice_changes_nothing(text):
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert clean(once, lines=False) == clean(clean(once, lines=False), lines=False)


def test_nul_half_a_pair_and_too_much_are_refused_apart():
    for text, problem in (
        ("a\x00", TextHasNul),
        ("a\udc00", TextBroken),
        ("abcd", TextTooLong),
        ("a" * 5_000_000, TextTooLong),
    ):
        with pytest.raises(problem):
            clean(text, 3)


def test_every_kind_of_line_end_becomes_one():
    assert clean("a\r\nb\rc\vd\u2028e") == "a\nb\nc\nd\ne"
    assert clean("a\n \nb", lines=False) == "a b"


@pytest.mark.parametrize(
    "raw",
    ["я" * 1000, 10**9000, -(10**9000), {"a" * 900: ["\ud800"]}, [[[1]]], b"\xff", "\x00\n\t", None, 1.5],
    ids=lambda raw: type(raw).__name__,
)
def test_anything_is_shown_short_on_one_line(raw):
    told = shown(raw)
    assert len(told) <= 60
    assert told.isprintable()
    told.encode("utf-8")
