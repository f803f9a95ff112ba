"""Names backwards and nearest names: what an import proposes when a word is not found."""

from __future__ import annotations

import pytest

from svyaz.exchange.column_map import Nearest
from svyaz.exchange.export_cells import safe_text, unsafe_text
from svyaz.exchange.label_parts import split_label
from svyaz.exchange.lookup import words_of
from svyaz.expression.parse import parse


def test_name_of_a_person_is_split_by_the_label_formula() -> None:
    label = parse("trim(first_name & ' ' & surname)")
    assert split_label(label, "Anna Snelling") == {"first_name": "Anna", "surname": "Snelling"}
    assert split_label(label, "Мария Сергеевна Белова") == {"first_name": "Мария", "surname": "Сергеевна Белова"}
    assert split_label(label, "Шер") == {"surname": "Шер"}
    assert split_label(parse("title"), "ООО «Ромашка»") == {"title": "ООО «Ромашка»"}
    assert split_label(parse("if(a = 1, b, c)"), "x") is None


def test_space_lost_in_a_product_name_is_found_again() -> None:
    labels = {"gtx pro": 1, "gtx basic": 2, "mg special": 3}
    assert Nearest(labels).to("GTXPro") == 1
    assert Nearest(labels).to("MG Speciall") == 3
    assert Nearest(labels).to("Паровоз") is None


RUN = ["=1+1", "@SUM(A1)", "+cmd|calc", "-2+3+cmd", "\tx", "-Ромашка"]
KEPT = ["+7 916 123-45-67", "-15.50", "ООО «Ромашка»", "a=b", "12", "'=x"]


@pytest.mark.parametrize("text", RUN)
def test_text_a_spreadsheet_would_run_is_disarmed_and_comes_back(text: str) -> None:
    assert safe_text(text) == "'" + text
    assert unsafe_text(safe_text(text)) == text


@pytest.mark.parametrize("text", KEPT)
def test_phones_and_numbers_are_left_alone(text: str) -> None:
    assert safe_text(text) == text


def test_list_of_several_is_read_as_it_is_written() -> None:
    assert words_of('А; "Б; В";"г ""д"""; ') == ["А", "Б; В", 'г "д"']
