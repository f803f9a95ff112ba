"""What a closure does with what it is given, beyond the law that SQL shares (test_law.py)."""

from datetime import UTC, datetime
from decimal import Decimal, getcontext, localcontext

import pytest
from hypothesis import given, strategies as st

from svyaz.expression.check import formula
from svyaz.expression.evaluate import compile_python
from svyaz.expression.functions.numbers import EXACT
from svyaz.expression.ground import Ground
from svyaz.expression.tree import ALWAYS, NEVER, Path, Reach, Type, any_of, both
from svyaz.kernel.values import Labelled, Money, Ref
from tests.expression.trees import KINDS, SCOPE, grounds, trees, worlds

GROUND = Ground(1001, datetime(2026, 11, 24, 5, 58, tzinfo=UTC))
KEEPER = Type("link", to=("employee",))


def run(text, ground=GROUND, **values):
    return compile_python(formula(text, SCOPE))(lambda keys: values.get("__".join(keys)), ground)


def test_formula_asks_only_for_the_fields_it_names():
    asked = []
    row = lambda keys: asked.append(keys)  # noqa: E731
    compile_python(formula("client.city = 'x' or tags = 'vip'", SCOPE))(row, GROUND)
    assert asked == [("client", "city"), ("tags",)]


def test_branch_that_is_not_taken_is_not_computed():
    asked = []

    def row(keys):
        asked.append(keys[0])
        return True if keys == ("urgent",) else None

    compile_python(formula("if(urgent; pieces; weight) = 1 and volume > 1", SCOPE))(row, GROUND)
    assert asked == ["urgent", "pieces"]


def test_values_of_several_parts_are_understood():
    assert run("phones = '+79161234567'", phones=(Labelled("+79161234567", "рабочий"),)) is True
    assert run("about = 101", about=Ref("client", 101)) is True
    assert run("count(receivers.city)", receivers__city=["Казань", None, "Казань"]) == 2
    assert run("tags = empty", tags=None) is True


def test_money_without_a_rate_is_not_taken_for_a_number():
    with pytest.raises((TypeError, ValueError)):
        run("price * 2", price=Money(100, "USD"))


def test_condition_of_nobody_never_holds_for_a_record_without_a_responsible():
    nobody = Ground(None, GROUND.now)
    assert run("keeper = me()", nobody, keeper=None) is False
    assert run("keeper in (me(); 5)", nobody, keeper=None) is False
    assert run("me()", nobody) is None
    assert run("coalesce(me(); keeper)", nobody, keeper=5) is None


def test_reach_asks_whether_the_employee_is_within_the_scope_of_the_reader():
    ground = Ground(1001, GROUND.now, reach=lambda scope, employee: (scope, employee) == ("department", 7))
    one = compile_python(Reach("department", Path(("keeper",), KEEPER)))
    many = compile_python(Reach("department", Path(("keepers",), Type("link", to=("employee",), many=True))))
    assert one(lambda keys: 7, ground) is True
    assert one(lambda keys: 8, ground) is False
    assert one(lambda keys: None, ground) is False
    assert one(lambda keys: 7, GROUND) is False
    assert many(lambda keys: (8, 7), ground) is True
    assert many(lambda keys: (), ground) is False


def test_conditions_that_access_composes_are_run():
    urgent, heavy = formula("urgent", SCOPE), formula("pieces > 5", SCOPE)
    row = {("urgent",): True, ("pieces",): 3}.get
    assert compile_python(both(urgent, heavy))(row, GROUND) is False
    assert compile_python(any_of((urgent, heavy)))(row, GROUND) is True
    assert compile_python(any_of(()))(row, GROUND) is False
    assert compile_python(ALWAYS)(row, GROUND) is True
    assert compile_python(NEVER)(row, GROUND) is False


def test_context_of_the_thread_changes_no_result():
    with localcontext() as context:
        context.prec = 3
        assert run("weight * 3 + pieces", weight=Decimal("123456.78"), pieces=10**15) == Decimal("1000000000370370.34")
        assert run("pieces + 0.5", pieces=123456) == Decimal("123456.5")
    assert getcontext().prec != EXACT.prec


def test_zone_of_the_company_decides_what_day_it_is():
    late = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
    assert run("day(made_at)", Ground(None, late), made_at=late) == 24
    assert run("day(made_at)", Ground(None, late, "UTC"), made_at=late) == 23
    assert run("today() = '2026-11-24'", Ground(None, late)) is True
    assert run("today() = '2026-11-24'", Ground(None, late, "America/New_York")) is False


def test_end_of_the_calendar_is_empty_and_not_an_error():
    last = datetime(9999, 12, 31, 23, 0, tzinfo=UTC)
    assert run("date(made_at)", made_at=last) is None
    assert run("hour(made_at)", made_at=last) is None
    assert run("text(made_at)", made_at=last) is None
    assert run("made_at + 1", made_at=last) is None
    assert run("sent_on + 1", sent_on=last.date()) is None
    assert run("add_months(sent_on; 1)", sent_on=last.date()) is None


def test_text_that_formulas_join_is_bounded():
    long = "я" * 9_000
    assert len(run("title & title & title", title=long)) == 10_000


@given(world=worlds(), ground=grounds(), tree=st.sampled_from(KINDS).flatmap(trees))
def test_any_typed_formula_gives_a_value_of_its_type_or_empty(world, ground, tree):
    kinds = {
        "number": (int, Decimal), "text": str, "choice": str, "yes_no": bool, "link": (int, Ref),
        "date": object, "datetime": datetime, "empty": (),
    }  # fmt: skip
    value = compile_python(tree)(world.row("parcel", 1), ground)
    if value is None:
        return
    assert isinstance(value, kinds[tree.type.kind])
    if tree.type.kind == "number":
        assert not isinstance(value, bool)
        assert abs(value) * 10**tree.type.scale < 10**18
        assert value == round(Decimal(value), tree.type.scale)
    if tree.type.kind == "text":
        assert value != ""
    if tree.type.kind == "datetime":
        assert value.microsecond == 0
        assert value.utcoffset().total_seconds() == 0
