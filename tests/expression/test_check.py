"""Types: what a formula becomes over known fields, and what is said when it does not fit them."""

from decimal import Decimal

import pytest

from svyaz.expression import problems as p
from svyaz.expression.check import check, formula
from svyaz.expression.parse import parse
from svyaz.expression.say import to_text
from svyaz.expression.tree import (
    DATE,
    DATETIME,
    EMPTY,
    INTEGER,
    NUMBER,
    TEXT,
    YES_NO,
    Call,
    Constant,
    Path,
    Reach,
    Type,
    both,
)
from svyaz.kernel.problem import Problem, Problems
from tests.expression.trees import SCOPE


def problems_of(text, expected=None):
    with pytest.raises(Problem) as refused:
        formula(text, SCOPE, expected)
    told = refused.value
    return told.problems if isinstance(told, Problems) else (told,)


BECOMES = [
    # written                               typed, said back
    ("[Мест] > 1", "pieces > 1"),
    ("Клиент.Город = 'x'", 'client.city = "x"'),
    ("'ВИП' = Метки", 'tags = "vip"'),
    ("5 < receivers.size", "receivers.size > 5"),
    ("has(tags; 'Хрупкое')", 'tags = "fragile"'),
    ("concat(title; pieces)", "title & text(pieces)"),
    ("title & empty", "title & empty"),
    ("state = 'в ПУТИ'", 'state = "on_road"'),
    ("state in ('Новая'; 'done')", 'state in ("new", "done")'),
    ("client = 'Ромашка'", 'client.label = "Ромашка"'),
    ("client in (101; 'Ромашка')", 'client = 101 or client.label = "Ромашка"'),
    ("sent_on = '31.01.2026'", "sent_on = date(2026, 1, 31)"),
    ("made_at > '2026-01-31'", "date(made_at) > date(2026, 1, 31)"),
    ("made_at > '2026-01-31 14:05'", 'made_at > datetime("2026-01-31 14:05")'),
    ("made_at > '2026-01-31T14:05:00+03:00'", 'made_at > datetime("2026-01-31T11:05:00Z")'),
    ("made_at = sent_on", "date(made_at) = sent_on"),
    ("made_at - sent_on", "date(made_at) - sent_on"),
    ("1 + sent_on", "sent_on + 1"),
    ("month(made_at)", "month(date(made_at))"),
    ("date(sent_on)", "sent_on"),
    ("date('2026-01-31')", "date(2026, 1, 31)"),
    ("empty = empty", "true"),
    ("if(urgent; empty; '')", "empty"),
    ("title = ''", "title = empty"),
    ("-5", "-5"),
    ("1.500", "1.5"),
]


@pytest.mark.parametrize(("written", "becomes"), BECOMES)
def test_typed_formula_is_written_in_one_way(written, becomes):
    tree = formula(written, SCOPE)
    assert to_text(tree) == becomes
    assert check(parse(becomes), SCOPE) == tree
    assert check(tree, SCOPE) == tree


TYPES = [
    ("pieces", INTEGER),
    ("pieces + weight", Type("number", scale=2)),
    ("weight * weight", Type("number", scale=4)),
    ("volume * weight", NUMBER),
    ("pieces / 2", NUMBER),
    ("volume % pieces", NUMBER),
    ("round(volume; 2)", Type("number", scale=2)),
    ("round(weight; 6)", Type("number", scale=2)),
    ("round(weight; -3)", INTEGER),
    ("floor(volume)", INTEGER),
    ("abs(weight)", Type("number", scale=2)),
    ("if(urgent; pieces; volume)", NUMBER),
    ("coalesce(empty; weight)", Type("number", scale=2)),
    ("min(pieces; 0.5)", Type("number", scale=1)),
    ("sent_on - '2026-01-01'", INTEGER),
    ("made_at - now()", NUMBER),
    ("made_at + 0.5", DATETIME),
    ("today() + 1", DATE),
    ("title & pieces", TEXT),
    ("if(urgent; state)", Type("choice", options=("new", "on_road", "done"))),
    ("receivers.size", Type("number", many=True)),
    ("count(receivers.size)", INTEGER),
    ("me()", Type("link", to=("employee",))),
    ("if(urgent; client; keeper)", Type("link", to=("client", "employee"))),
    ("coalesce(about; client)", Type("link")),
    ("urgent and true", YES_NO),
    ("empty", EMPTY),
]


@pytest.mark.parametrize(("written", "type"), TYPES)
def test_type_of_a_formula_is_known_before_any_record(written, type):
    assert formula(written, SCOPE).type == type


WRONG = [
    # written                       problem               at   facts
    ("ттл = 1", p.UnknownField, 0, {"name": "ттл"}),
    ("Местоо > 1", p.UnknownFieldNear, 0, {"name": "Местоо", "near": "«Мест»"}),
    ("urgent and client.сити = 1", p.UnknownField, 11, {"name": "client.сити"}),
    ("title.x", p.UnknownField, 0, {"name": "title.x"}),
    ("title = 5", p.CannotCompare, 6, {"left": "title", "right": "5", "left_kind": "text", "right_kind": "number"}),
    ("pieces = 'x'", p.CannotCompare, 7, {}),
    ("sent_on = 'завтра'", p.CannotCompare, 8, {}),
    ("sent_on = '2026-02-30'", p.CannotCompare, 8, {}),
    ("tags = receivers", p.CannotCompare, 5, {}),
    ("client = 1.5", p.CannotCompare, 7, {}),
    ("state = 'Потеряна'", p.UnknownChoice, 8, {"name": "Потеряна", "source": "state"}),
    ("state = 'Вручено'", p.UnknownChoiceNear, 8, {"near": "«вручена»"}),
    ("'дон' = state", p.UnknownChoice, 0, {}),
    ("state > 'new'", p.NoOrder, 0, {"source": "state"}),
    ("urgent < true", p.NoOrder, 0, {}),
    ("client >= 5", p.NoOrder, 0, {}),
    ("title + note", p.CannotCalculate, 6, {"sign": "+", "left": "title", "right": "note"}),
    ("sent_on + sent_on", p.CannotCalculate, 8, {}),
    ("sent_on * 2", p.CannotCalculate, 8, {}),
    ("sent_on + 0.5", p.WantsWhole, 10, {"source": "0.5"}),
    ("receivers.size + 1", p.WantsOne, 0, {"source": "receivers.size"}),
    ("pieces and urgent", p.WantsYesNo, 0, {"source": "pieces", "kind": "number"}),
    ("not title", p.WantsYesNo, 4, {}),
    ("if(pieces; 1; 2)", p.WantsYesNo, 3, {}),
    ("if(urgent; 1; 'x')", p.DifferentKinds, 14, {"left": "1", "right": '"x"', "function": "if"}),
    ("if(urgent; made_at; sent_on)", p.DifferentKinds, 20, {}),
    ("min(pieces; title)", p.DifferentKinds, 12, {}),
    ("max(title)", p.WantsOrdered, 4, {"source": "title"}),
    ("coalesce(tags; 'vip')", p.WantsOne, 9, {}),
    ("if(urgent)", p.ArgumentCount, 0, {"function": "if", "given": 1}),
    ("left(title)", p.ArgumentCount, 0, {"function": "left", "given": 1}),
    ("today(1)", p.ArgumentCount, 0, {}),
    ("left(title; 1.5)", p.WantsWhole, 12, {"source": "1.5"}),
    ("left(pieces; 1)", p.WantsText, 5, {}),
    ("length(tags)", p.WantsOne, 7, {}),
    ("abs(title)", p.WantsNumber, 4, {}),
    ("count(title)", p.WantsSeveral, 6, {}),
    ("text(client)", p.WantsShown, 5, {}),
    ("title & urgent", p.WantsShown, 8, {}),
    ("year(title)", p.WantsDate, 5, {}),
    ("hour(sent_on)", p.WantsDatetime, 5, {}),
    ("round(weight; pieces)", p.WantsLiteral, 14, {}),
    ("round(weight; 7)", p.WantsLiteral, 14, {}),
    ("date(2026; 2; 30)", p.NoSuchDate, 0, {}),
    ("date('вчера')", p.NoSuchDate, 5, {}),
    ("datetime('2026-01-31 25:00')", p.NoSuchDate, 9, {}),
    ("datetime(title)", p.WantsLiteral, 9, {}),
]


@pytest.mark.parametrize(("written", "problem", "at", "facts"), WRONG)
def test_formula_that_does_not_fit_the_fields_is_refused_with_its_place(written, problem, at, facts):
    (told,) = problems_of(written)
    assert type(told) is problem
    assert told.facts["at"] == at
    assert facts.items() <= told.facts.items()


def test_all_problems_are_told_at_once_and_each_only_once():
    told = problems_of("(ттл + 1) * 2 > 5 and title = 5 and left(title) = 'x'")
    assert [type(one) for one in told] == [p.UnknownField, p.CannotCompare, p.ArgumentCount]


EXPECTED = [
    ("'Вручена'", Type("choice", options=("new", "done")), p.UnknownChoice),
    ("title", YES_NO, p.WantsYesNo),
    ("pieces", TEXT, p.WantsText),
    ("title", INTEGER, p.WantsNumber),
    ("title", DATE, p.WantsDate),
    ("sent_on", DATETIME, p.WantsDatetime),
    ("title", Type("link", to=("client",)), p.WantsLink),
    ("pieces", Type("choice", options=("new",)), p.WantsChoice),
    ("tags", Type("choice", options=("vip",)), p.WantsOne),
]


@pytest.mark.parametrize(("written", "expected", "problem"), EXPECTED)
def test_result_of_another_kind_than_expected_is_refused(written, expected, problem):
    assert [type(one) for one in problems_of(written, expected)] == [problem]


def test_result_is_brought_to_what_is_expected():
    assert formula("'new'", SCOPE, Type("choice", options=("new",))).value == "new"
    assert formula("'2026-01-31'", SCOPE, DATE).value.day == 31
    assert formula("42", SCOPE, Type("link", to=("client",))) == Constant(42, Type("link", to=("client",)))
    assert formula("empty", SCOPE, YES_NO) == Constant(None, YES_NO)
    assert to_text(formula("made_at", SCOPE, DATE)) == "date(made_at)"
    assert formula("1.5", SCOPE, INTEGER).value == Decimal("1.5")


def test_conditions_of_access_pass_through_check_untouched():
    reach = Reach("department", Path(("keeper",), Type("link", to=("employee",))))
    tree = both(reach, formula("keeper = me()", SCOPE))
    assert check(tree, SCOPE, YES_NO) == tree


def test_places_do_not_make_two_formulas_different():
    assert formula("pieces  >   1", SCOPE) == formula("[Мест] > 1", SCOPE)
    assert hash(formula("pieces > 1", SCOPE)) == hash(formula("pieces>1", SCOPE))


def test_call_of_a_wrong_tree_is_never_typed():
    assert isinstance(formula("pieces > 1", SCOPE), Call)
