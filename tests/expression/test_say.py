"""A stored formula is shown by titles and read back; a typed one is said and understood again."""

import pytest
from hypothesis import given, strategies as st

from svyaz.expression.check import check
from svyaz.expression.parse import parse
from svyaz.expression.say import read_titles, show_titles, to_text
from tests.expression.trees import KINDS, SCOPE, formulas

SHOWN = [
    # stored                                      shown
    ("pieces > 1", "Мест > 1"),
    ("weight>=1.50", "[Вес, кг]>=1.50"),
    ("client.city = 'Казань'", "Клиент.Город = 'Казань'"),
    ("about = empty  or urgent", "[Относится к] = empty  or Срочно"),
    ('state = "done" and title = "done"', 'Состояние = "Вручена" and Название = "done"'),
    ('state in ("new"; "on_road")', 'Состояние in ("Новая"; "В пути")'),
    ('has(tags, "vip")', 'has(Метки, "ВИП")'),
    ("if(urgent; pieces; 0)", "if(Срочно; Мест; 0)"),
    ("client . city", "Клиент.Город"),
]


@pytest.mark.parametrize(("stored", "shown"), SHOWN)
def test_formula_is_shown_by_titles_and_read_back_by_keys(stored, shown):
    assert show_titles(stored, SCOPE) == shown
    assert parse(read_titles(shown, SCOPE)) == parse(stored)


def test_what_is_not_known_stays_as_it_is_written():
    assert show_titles("nowhere + pieces", SCOPE) == "nowhere + Мест"
    assert read_titles("[Нет такого] + Мест", SCOPE) == "[Нет такого] + pieces"
    assert read_titles('Состояние = "Нет такого"', SCOPE) == 'state = "Нет такого"'


@given(st.sampled_from(KINDS).flatmap(formulas))
def test_any_formula_said_is_understood_again(tree):
    assert parse(to_text(tree)) == tree
    typed = check(tree, SCOPE)
    assert check(parse(to_text(typed)), SCOPE) == typed
    assert check(typed, SCOPE) == typed
    assert check(parse(read_titles(show_titles(to_text(tree), SCOPE), SCOPE)), SCOPE) == typed
