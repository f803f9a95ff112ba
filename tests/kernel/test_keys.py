"""Keys: made from titles, checked, never a word of the language or of a database."""

import pytest
from hypothesis import given, strategies as st

from svyaz.kernel.keys import MOST, check_key, key_from_title


@pytest.mark.parametrize(
    ("title", "key"),
    [("Отрасль", "otrasl"), ("Щедрость ёлки", "shchedrost_elki"), ("1С номер", "n1s_nomer"), ("VIP-клиент", "vip_klient"), ("№", "field"), ("ИД", "id_1"), ("Or", "or_1"), ("PG таблица", "npg_tablitsa"), ("SV", "sv")],
)  # fmt: skip
def test_key_is_the_title_in_latin_letters(title, key):
    assert key_from_title(title) == key


def test_long_title_is_cut_at_a_word():
    assert key_from_title("Очень длинное название поля из многих слов") == "ochen_dlinnoe_nazvanie"


@given(
    st.one_of(
        st.text(max_size=80),
        st.builds("{} {}".format, st.sampled_from(["sv", "PG", "id", "or", "1"]), st.text("абв x1", max_size=40)),
    )
)
def test_key_of_any_title_is_a_good_key(title):
    assert check_key(key_from_title(title)) is None


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("amount", None), ("order", None), ("group", None), ("number", None), ("date", None), ("inn2", None),
        ("Amount", "bad_key"), ("сумма", "bad_key"), ("a__b", "bad_key"), ("_a", "bad_key"), ("a_", "bad_key"), ("1a", "bad_key"), ("", "bad_key"), ("a\n", "bad_key"), ('a"; drop', "bad_key"),
        ("a" * (MOST + 1), "key_too_long"),
        ("and", "key_reserved"), ("empty", "key_reserved"), ("id", "key_reserved"), ("created_at", "key_reserved"), ("rowid", "key_reserved"), ("ctid", "key_reserved"), ("sv_deal", "key_reserved"), ("sqlite_x", "key_reserved"),
    ],
)  # fmt: skip
def test_bad_key_is_named_with_its_reason(key, code):
    problem = check_key(key, "place")
    assert (problem and problem.code) == code
    assert problem is None or problem.place == "place"


def test_refusal_of_a_bad_key_suggests_a_good_one():
    assert check_key("Сумма сделки").facts["suggestion"] == "summa_sdelki"
    assert check_key(None).code == "bad_key"
