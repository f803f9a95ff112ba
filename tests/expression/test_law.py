"""The cases that Python and SQL share; SQL runs them in tests/storage."""

from decimal import Decimal

import pytest

from svyaz.expression.check import formula
from svyaz.expression.evaluate import compile_python
from svyaz.expression.functions.table import FUNCTIONS
from svyaz.expression.parse import parse
from svyaz.expression.tree import Call
from tests.expression.law import PARCEL, ground, laws, same
from tests.expression.trees import SCOPE

LAWS = laws()
GROUND = ground()


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_formula_gives_what_the_law_says(law):
    tree = formula(law.formula, SCOPE)
    result = compile_python(tree)(law.world.row("parcel", PARCEL), GROUND)
    assert same(result, law.result, tree.type), f"{law.formula} gave {result!r}"
    if tree.type.kind == "number" and result is not None:
        assert Decimal(result).normalize().as_tuple().exponent >= -tree.type.scale
        assert abs(Decimal(result)) * 10**tree.type.scale < 10**18


def test_every_function_has_its_law():
    asked, waiting = set(), [parse(law.formula) for law in LAWS]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Call):
            asked.add(node.function)
            waiting.extend(node.arguments)
    assert set(FUNCTIONS) - asked == set()
