"""The table of functions: names, examples, the chapter of the guide, the law of each."""

from pathlib import Path

import pytest

from svyaz.expression.check import check
from svyaz.expression.functions.table import BY_NAME, FUNCTIONS
from svyaz.expression.parse import parse
from svyaz.expression.scope import Slot
from svyaz.expression.tree import DATE, DATETIME, NUMBER, TEXT, Call, Path as FieldPath, Type
from svyaz.expression.words import RESERVED
from svyaz.kernel.keys import check_key

GUIDE = (Path(__file__).parents[2] / "docs" / "user" / "formulas.md").read_text(encoding="utf-8")
ROWS = {line.split("`")[3]: line for line in GUIDE.splitlines() if line.startswith("| `") and line.count(" | ") == 3}
EACH = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda one: one.key)

MANY = Type("choice", options=("vip",), many=True)
FIELDS = {
    "Сумма": NUMBER, "Скидка": NUMBER, "Остаток": NUMBER, "План": NUMBER, "Факт": NUMBER, "Часы": NUMBER, "Вес": NUMBER,
    "Срок": DATE, "Дата оплаты": DATE, "День рождения": DATE, "Дата счёта": DATE, "Дата договора": DATE,
    "Создано": DATETIME, "Встреча": DATETIME, "Метки": MANY, "Телефоны": Type("text", many=True),
    "Ответственный": Type("link", to=("employee",)),
}  # fmt: skip


class ExampleScope:
    """Fields that the examples speak of; any other is a text."""

    def slot(self, keys):
        return Slot(keys, FIELDS.get(keys[-1], TEXT), {"вип": "vip"} if keys == ("Метки",) else {})

    def suggest(self, key):
        return []


def calls(node):
    if isinstance(node, Call):
        yield node.function
        for one in node.arguments:
            yield from calls(one)


@EACH
def test_example_of_a_function_is_a_formula_that_uses_it(function):
    tree = parse(function.example)
    assert function.key in set(calls(tree))
    check(tree, ExampleScope())


@EACH
def test_guide_tells_of_every_function_what_the_table_says(function):
    row = ROWS.get(function.key, "")
    assert row == f"| `{function.name_ru}` | `{function.key}` | {function.ru} | `{function.example}` |"


def test_guide_tells_of_no_function_that_is_not_there():
    assert set(ROWS) == set(FUNCTIONS)


@EACH
def test_every_function_has_its_law_written_down(function):
    assert all(form.answer.__doc__ for form in function.forms)
    assert function.en
    assert function.en[0].isupper()


def test_no_two_functions_answer_to_one_name():
    assert len(BY_NAME) == 2 * len(FUNCTIONS)


def test_function_answers_to_both_names_in_any_case():
    for name in ("Если", "ЕСЛИ", "if", "If"):
        assert parse(f"{name}(a; 1; 2)") == parse("if(a; 1; 2)")


def test_word_of_the_language_is_never_a_key_of_a_field():
    for word in RESERVED:
        if word.isascii():
            assert check_key(word) is not None, word


def test_name_of_a_function_may_be_a_key_of_a_field():
    for key in FUNCTIONS:
        assert parse(f"{key} & {key}") == Call("&", (FieldPath((key,)), FieldPath((key,))))
