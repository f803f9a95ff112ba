"""Words of both languages: the same codes with the same facts, forms that follow numbers."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from svyaz.kernel.problem import Problem, Problems
from svyaz.kernel.values import Money
from svyaz.kernel.words import LANGUAGES, Words, load_words

RU, EN = load_words("ru"), load_words("en")


def facts_of(entry):
    texts = [text for name, text in entry.items() if name != "by"] if isinstance(entry, Mapping) else [entry]
    return set().union(*(re.findall(r"(?<!\{)\{(\w+)(?::\w+)?\}", text) for text in texts))


class Sample(Problem):
    code = "sample"


def words_of(language, **entries):
    return Words(language, {"words": entries, "problems": entries})


@pytest.mark.parametrize("section", ["words", "problems"])
def test_both_languages_have_the_same_entries_with_the_same_facts(section):
    ru, en = RU.sections[section], EN.sections[section]
    assert set(ru) == set(en)
    assert {key: facts_of(ru[key]) for key in ru} == {key: facts_of(en[key]) for key in en}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_with_forms_has_all_forms_of_its_language(language):
    forms = {"one", "few", "many"} if language == "ru" else {"one", "many"}
    for section in ("words", "problems"):
        for key, entry in load_words(language).sections[section].items():
            assert isinstance(entry, str) or set(entry) - {"by"} == forms, key


def test_no_russian_text_has_straight_quotes_or_english_words_left_of_a_translation():
    for key, entry in RU.sections["problems"].items():
        forms = entry if isinstance(entry, Mapping) else {"": entry}
        for text in (text for form, text in forms.items() if form != "by"):
            assert '"' not in text, key
            assert re.search("[а-яё]", text), key


def test_form_follows_the_number_and_thousands_are_grouped():
    assert RU.say("records", n=1) == "1 запись"
    assert RU.say("records", n=22) == "22 записи"
    assert RU.say("records", n=1115) == "1\u00a0115 записей"
    assert EN.say("records", n=1) == "1 record"
    assert EN.say("records", n=1000) == "1,000 records"


def test_facts_are_said_by_their_kind():
    words = words_of("ru", sample="{a} | {b} | {c} | {d} | {e} | {f:number}")
    told = words.in_zone("Asia/Tokyo").say(
        "sample", a=Money(120050, "RUB"), b=date(2026, 11, 3), c=datetime(2026, 11, 3, 20, tzinfo=UTC),
        d=Decimal("1234.5"), e=["x", Decimal(2)], f=12345,
    )  # fmt: skip
    assert told == "1\u00a0200,50\u00a0₽ | 03.11.2026 | 04.11.2026 05:00 | 1\u00a0234,5 | x, 2 | 12\u00a0345"


def test_braces_inside_a_fact_are_not_read_as_places():
    assert words_of("ru", sample="«{value}»").problem(Sample(value="{evil.__class__} {0}")) == "«{evil.__class__} {0}»"


def test_absent_fact_never_breaks_a_refusal():
    assert words_of("ru", sample="{value} и {expected}").problem(Sample(value=1)) == "1 и …"


def test_several_problems_are_told_one_a_line():
    words = words_of("en", sample="No {a}.")
    assert words.problem(Problems([Sample(a=1), Sample(a=2)])) == "No 1.\nNo 2."


def test_unknown_language_reads_russian():
    assert load_words("xx").say("yes") == "да"
