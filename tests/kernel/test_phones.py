"""Phones: one number however it is typed."""

import pytest
from hypothesis import given, strategies as st

from svyaz.kernel.phones import PhoneNotUnderstood, e164, say_phone


@pytest.mark.parametrize(
    "text",
    [
        "8 916 123-45-67",
        "+7 (916) 123-45-67",
        "79161234567",
        "9161234567",
        "tel:+7-916-123-45-67",
        "8\u00a0916\u00a01234567",
    ],
)
def test_one_number_typed_in_many_ways_is_kept_in_one(text):
    assert e164(text, "RU") == "+79161234567"


def test_region_decides_only_for_numbers_without_a_country():
    assert e164("029 123-45-67", "BY") == "+375291234567"
    assert e164("+7 916 123-45-67", "BY") == "+79161234567"


@pytest.mark.parametrize(
    "text", ["", "123", "123-45-67", "+7", "abc", "1-800-FLOWERS", "9" * 30, "\x00", "+7916123456789"]
)
def test_what_cannot_be_dialled_is_refused(text):
    with pytest.raises(PhoneNotUnderstood):
        e164(text, "RU")


@given(st.from_regex(r"\A\+79[0-9]{9}\Z"))
def test_phone_as_said_is_understood_again(number):
    assert e164(say_phone(number), "RU") == number
