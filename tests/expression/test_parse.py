"""What is a formula, how it reads, and how a text that is not one is refused."""

import time

import pytest
from hypothesis import given, strategies as st

from svyaz.expression import problems as p
from svyaz.expression.lexer import MOST_DEPTH
from svyaz.expression.parse import MOST_LENGTH, parse
from svyaz.expression.problems import BadFormula
from svyaz.expression.say import to_text
from svyaz.expression.tree import Constant, Path
from svyaz.kernel.words import LANGUAGES, load_words

SAME = [
    # written                                    reads as
    ("a or b and not c = d", "a or (b and (not (c = d)))"),
    ("a = b & c + d * -e", "a = (b & (c + (d * (-e))))"),
    ("a - b - c", "(a - b) - c"),
    ("a / b * c % d", "((a / b) * c) % d"),
    ("not a and b", "(not a) and b"),
    ("a and b and c", "a and b and c"),
    ("x не в (1; 2)", "not (x in (1, 2))"),
    ("ЕСЛИ(Истина; 1, 2)", "if(true, 1, 2)"),
    ("нет ИЛИ да", "false or true"),
    ("x != 1", "x <> 1"),
    ("пусто(x) и x = пусто", "is_empty(x) and x = empty"),
    ("  a\n\t>\u00a01  ", "a > 1"),
    ("7 − 2", "7 - 2"),
    ('\'it\'\'s\' & "a ""b"""', '"it\'s" & "a ""b"""'),
    ("(((a)))", "a"),
]


@pytest.mark.parametrize(("written", "reads"), SAME)
def test_formula_reads_the_way_people_expect(written, reads):
    assert parse(written) == parse(reads)


@pytest.mark.parametrize("written", [written for written, _ in SAME])
def test_formula_said_back_reads_the_same(written):
    assert parse(to_text(parse(written))) == parse(written)


def test_brackets_are_said_only_where_they_matter():
    assert to_text(parse("((a + b)) * (c)")) == "(a + b) * c"
    assert to_text(parse("(a - b) - (c - d)")) == "a - b - (c - d)"
    assert to_text(parse("(a = b) = (c = d)")) == "(a = b) = (c = d)"
    assert to_text(parse("не (a и b) или c")) == "not (a and b) or c"


def test_title_in_brackets_is_a_field_whatever_it_is_made_of():
    assert parse("[Сумма сделки]") == Path(("Сумма сделки",))
    assert parse("[Клиент].[И].city") == Path(("Клиент", "И", "city"))
    assert parse("[цена ]] скидка]") == Path(("цена ] скидка",))
    assert to_text(Path(("И", "цена ] скидка", "Клиент"))) == "[И].[цена ]] скидка].Клиент"


def test_word_of_a_function_without_its_bracket_is_a_field():
    assert parse("number") == Path(("number",))
    assert to_text(parse("number & number(text)")) == "number & number(text)"


BAD = [
    # written             problem                   at  facts
    ("", p.FormulaEmpty, 0, {}),
    (" \n", p.FormulaEmpty, 0, {}),
    ("a +", p.EndsEarly, 3, {"after": "+"}),
    ("a = )", p.ValueExpected, 4, {"found": ")"}),
    ("a b", p.SignExpected, 2, {"found": "b"}),
    ("a < b < c", p.SignExpected, 6, {"found": "<"}),
    ("(a", p.UnclosedBracket, 0, {}),
    ("f(g(1)", p.UnclosedBracket, 1, {}),
    ("a)", p.SignExpected, 1, {"found": ")"}),
    ("x in 3", p.BracketExpected, 5, {"found": "3", "after": "in"}),
    ("x in ()", p.ValueExpected, 6, {"found": ")"}),
    ("1,5", p.CommaInNumber, 1, {"near": "1.5"}),
    ("x > 1,5", p.CommaInNumber, 5, {"near": "1.5"}),
    ("x == 1", p.DoubleEquals, 2, {"near": "="}),
    ("'abc", p.UnclosedQuote, 0, {"found": "'"}),
    ("a = \"abc'", p.UnclosedQuote, 4, {"found": '"'}),
    ("[Сумма", p.UnclosedTitle, 0, {}),
    ("[]", p.UnclosedTitle, 0, {}),
    ("a @ b", p.UnknownCharacter, 2, {"found": "@"}),
    ("«Казань»", p.UnknownCharacter, 0, {"found": "«"}),
    ("сума(1)", p.UnknownFunction, 0, {"name": "сума"}),
    ("1 + roud(1)", p.UnknownFunctionNear, 4, {"name": "roud", "near": "«round»"}),
    ("окргл(1)", p.UnknownFunctionNear, 0, {"near": "«округл»"}),
    ("0.1234567", p.NumberTooLong, 0, {"scale": 6}),
    ("1234567890123456789", p.NumberTooLong, 0, {"digits": 18}),
    ("1.", p.SignExpected, 1, {"found": "."}),
]


@pytest.mark.parametrize(("written", "problem", "at", "facts"), BAD)
def test_text_that_is_no_formula_is_refused_with_its_place_and_the_way_out(written, problem, at, facts):
    with pytest.raises(BadFormula) as refused:
        parse(written)
    told = refused.value
    assert type(told) is problem
    assert (told.facts["at"], told.facts["position"]) == (at, at + 1)
    assert "expected" in told.facts
    assert "found" in told.facts
    assert facts.items() <= told.facts.items()


ATTEMPTS = [
    "x.__class__", "x.__class__.__mro__", "().__class__", "''.format(x)", 'f"{x}"', "x[0]", "x['a']", "__import__('os')",
    "import os", "lambda: 1", "9**9**9", "'a' * 9 ** 9", "a.b()", "f(x).y", "exec('1')", "eval('1')", "getattr(x; 'y')", "open('/etc/passwd')",
    "x; y", "x := 1", "{x}", "{{ x }}", "${x}", "x --; y", "x /* y */", "x # y", "a\x00b", "\ud800", "x || y", "x\\y", "_x", "x._y",
    "1e400", "1_000", "0x10", "∞", "x\u202ey",
]  # fmt: skip


@pytest.mark.parametrize("written", ATTEMPTS)
def test_nothing_of_a_programming_language_is_a_formula(written):
    with pytest.raises(BadFormula):
        parse(written)


HUGE = [
    "x" * 100_000,
    "(" * 100_000,
    "1+" * 50_000 + "1",
    "'" * 100_001,
    "(" * 1_000 + "1" + ")" * 1_000,
    "not " * 900 + "a",
    "-" * 3_000 + "1",
    "1+" * 1_900 + "1",
    "if(a;" * 700 + "1" + ")" * 700,
    "[" * 3_999,
    '""' * 1_999 + '"',
    "a." * 1_900,
    "&".join(["a"] * 1_999),
    "(a)=" * 999 + "a",
]


@pytest.mark.parametrize("written", HUGE, ids=lambda text: f"{text[:5]}… {len(text)}")
def test_huge_or_deep_text_is_refused_at_once(written):
    started = time.process_time()
    with pytest.raises(BadFormula):
        parse(written)
    assert time.process_time() - started < 0.25


def test_long_list_of_conditions_is_not_deep():
    assert len(parse(" or ".join(["a = 'c'"] * 200)).arguments) == 200
    assert len(parse(f"x in ({'; '.join(map(str, range(700)))})").arguments) == 701


def test_limits_are_exact():
    assert parse("(" * MOST_DEPTH + "1" + ")" * MOST_DEPTH)
    with pytest.raises(p.FormulaTooDeep):
        parse("(" * (MOST_DEPTH + 1) + "1" + ")" * (MOST_DEPTH + 1))
    assert parse("x" + " " * (MOST_LENGTH - 1))
    with pytest.raises(p.FormulaTooLong) as refused:
        parse("x" + " " * MOST_LENGTH)
    assert refused.value.facts["length"] == MOST_LENGTH + 1


@given(st.text(max_size=60))
def test_any_text_is_a_formula_or_a_refusal(text):
    try:
        tree = parse(text)
    except BadFormula as refused:
        assert 0 <= refused.facts["at"] <= len(text)  # noqa: PT017
    else:
        assert parse(to_text(tree)) == tree


PIECES = st.sampled_from(
    ["a", "b.c", "[Сумма]", "1", "2.5", "'x'", "(", ")", ",", ";", "+", "-", "*", "%", "&", "=", "<>", "<", "and", "или", "not", "in", "if", "пусто", "true", "."]
)  # fmt: skip


@given(st.lists(PIECES, max_size=14).map(" ".join))
def test_any_words_of_the_language_are_a_formula_or_a_refusal(text):
    try:
        tree = parse(text)
    except BadFormula as refused:
        assert 0 <= refused.facts["at"] <= len(text)  # noqa: PT017
    else:
        assert parse(to_text(tree)) == tree


def test_literals_keep_what_was_written():
    assert parse("1.50") == Constant(parse("1.5").value)
    assert str(parse("1.50").value) == "1.50"
    assert parse("''").value == ""


def every_problem():
    found, waiting = [], [p.FormulaProblem]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting.extend(one.__subclasses__())
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_of_a_formula_has_words(language):
    words = load_words(language).sections["problems"]
    assert {one.code for one in every_problem()} - set(words) == set()


def test_refusal_reads_well_in_russian():
    with pytest.raises(BadFormula) as refused:
        parse("[Сумма] > 1,5")
    told = load_words("ru").problem(refused.value)
    assert told == "Знак 12: дробь пишется через точку, вот так: 1.5. Запятая разделяет значения в скобках."
