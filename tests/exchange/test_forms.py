"""A column's own values decide how its dates and numbers are read."""

from __future__ import annotations

import pytest

from svyaz.exchange.forms import (
    DateNotUnderstood,
    Forms,
    NumberNotUnderstood,
    guess_dates,
    guess_decimal,
    read_date,
    read_number,
)

DATES = [
    (["10/20/2016", "3/1/2017"], "mdy"),
    (["20/10/2016", "1/3/2017"], "dmy"),
    (["03.04.2017", "05.06.2017"], "dmy"),
    (["2017-03-01"], "ymd"),
    (["3/4/2017"], None),
    (["вчера", ""], None),
]


@pytest.mark.parametrize(("values", "order"), DATES)
def test_one_day_over_twelve_decides_for_the_column(values: list[str], order: str | None) -> None:
    assert guess_dates(values) == order


READ = [
    ("10/20/2016", "mdy", "2016-10-20"),
    ("03/04/2017", "dmy", "2017-04-03"),
    ("03/04/2017", "mdy", "2017-03-04"),
    ("1.2.99", "dmy", "1999-02-01"),
    ("2017-03-01", "mdy", "2017-03-01"),
    ("01.02.2026 9:05", "dmy", "2026-02-01T09:05:00"),
    ("3 ноября 2026", "dmy", "3 ноября 2026"),
]


@pytest.mark.parametrize(("text", "order", "iso"), READ)
def test_date_is_read_in_the_form_of_its_column(text: str, order: str, iso: str) -> None:
    assert read_date(text, Forms(dates=order)) == iso


def test_thirty_first_of_february_is_refused() -> None:
    with pytest.raises(DateNotUnderstood):
        read_date("31.02.2026", Forms())


DECIMALS = [
    (["1 200,50", "3,5"], ","),
    (["1,200.50", "1100.04"], "."),
    (["1.200,50"], ","),
    (["1,200"], None),
    (["550", "4821"], None),
    (["0.5"], "."),
]


@pytest.mark.parametrize(("values", "mark"), DECIMALS)
def test_mark_before_the_fraction_is_found_from_values(values: list[str], mark: str | None) -> None:
    assert guess_decimal(values) == mark


NUMBERS = [
    ("1 200,50", ",", "1200.50"),
    ("1,200.50", ".", "1200.50"),
    ("1.234.567", ",", "1234567"),
    ("1,234,567", ".", "1234567"),
    ("1 200 ₽", ",", "1200"),
    ("(15,5)", ",", "-15.5"),
    ("−7", ",", "-7"),
    ("1.5", ",", "1.5"),
    ("12 %", ",", "12"),
]


@pytest.mark.parametrize(("text", "mark", "plain"), NUMBERS)
def test_number_is_read_in_the_form_of_its_column(text: str, mark: str, plain: str) -> None:
    assert read_number(text, Forms(decimal=mark)) == plain


@pytest.mark.parametrize("text", ["много", "1,2,3", "12-15", "1.2.3", "=1+1", "--5"])
def test_what_is_no_number_is_refused_rather_than_guessed(text: str) -> None:
    with pytest.raises(NumberNotUnderstood):
        read_number(text, Forms(decimal="."))
