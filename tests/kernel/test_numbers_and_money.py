"""Numbers and sums as people type them, kept exact."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from svyaz.kernel.money import EXPONENTS, amount_text, exponent, parse_amount
from svyaz.kernel.numbers import NumberAmbiguous, NumberNotUnderstood, number_of, parse_number, scaled, scaled_text
from svyaz.kernel.problem import BadValue
from svyaz.kernel.russian import say_money, say_number
from svyaz.kernel.values import Money


def test_a_comma_before_three_digits_is_not_guessed():
    with pytest.raises(NumberAmbiguous) as refused:
        parse_number("1,200")
    assert refused.value.facts == {"value": "1,200", "thousands": "1200", "fraction": "1.200"}
    assert parse_number("0,125") == Decimal("0.125")
    assert parse_number("1,20") == Decimal("1.20")
    assert parse_number("1 200,500") == Decimal("1200.5")


@pytest.mark.parametrize(
    "text", ["", "-", "1 2", "12 345 6", "1,2,3", "1e5", "0x10", "٣", "1_000", "1.2.3,4", "NaN", "∞", "5.", "1" * 101]
)
def test_what_is_not_a_number_is_refused(text):
    with pytest.raises(NumberNotUnderstood):
        parse_number(text)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**11), max_value=10**11, places=6))
def test_number_said_in_either_language_is_read_back(number):
    text = say_number(number, "ru", 6)
    assert parse_number(text) == number or ("," in text and len(text.lstrip("−")) == 5)
    assert parse_number(say_number(number, "en", 6)) == number


@given(st.integers(-(10**18) + 1, 10**18 - 1), st.integers(0, 6))
def test_scaled_number_and_its_text_are_inverse(units, scale):
    assert scaled(Decimal(scaled_text(units, scale)), scale) == units


def test_a_digit_is_never_rounded_away():
    with pytest.raises(BadValue) as refused:
        scaled(Decimal("0.005"), 2)
    assert refused.value.code == "number_too_precise"
    assert scaled(Decimal("5.00000"), 2) == 500


@pytest.mark.parametrize("scale", [0, 2, 6])
def test_scaled_number_stays_below_ten_to_the_eighteenth(scale):
    most = Decimal(scaled_text(10**18 - 1, scale))
    assert scaled(-most, scale) == -(10**18) + 1
    with pytest.raises(BadValue) as refused:
        scaled(Decimal(scaled_text(10**18, scale)), scale)
    assert refused.value.code == "number_too_large"


def test_huge_exponents_are_refused_before_any_digit_is_made():
    for number in (Decimal("1e999999"), Decimal("-1e999999"), 1e300, 10**5000):
        with pytest.raises(BadValue) as refused:
            scaled(number_of(number), 2)
        assert refused.value.code == "number_too_large"


@pytest.mark.parametrize(
    ("text", "minor", "currency"),
    [
        ("1 200,50 ₽", 120050, "RUB"), ("1200.5", 120050, "RUB"), ("$1,200.50", 120050, "USD"), ("−5 р.", -500, "RUB"),
        ("€ 7", 700, "EUR"), ("500 JPY", 500, "JPY"), ("1.234 KWD", 1234, "KWD"), ("-$5", -500, "USD"), ("1'200 CHF", 120000, "CHF"),
    ],
)  # fmt: skip
def test_sum_is_understood_with_its_currency(text, minor, currency):
    assert parse_amount(text, "RUB") == Money(minor, currency)


@given(st.integers(-(10**15), 10**15), st.sampled_from(sorted(EXPONENTS)))
def test_sum_said_in_russian_is_read_back(minor, currency):
    money = Money(minor, currency)
    said = say_money(money, "ru")
    try:
        assert parse_amount(said, "USD") == money
    except NumberAmbiguous:
        assert exponent(currency) == 3  # «1,234 KWD»: three minor digits cannot be told from thousands
    assert parse_amount(amount_text(money), currency) == money


def test_zero_kopecks_are_not_said():
    assert say_money(Money(120000, "RUB"), "ru") == "1\u00a0200\u00a0₽"
    assert say_money(Money(-120050, "RUB"), "en") == "-₽1,200.50"
