"""The cases that the server and the browser share: what is typed, what is kept, what is said, what is refused."""

import json
from pathlib import Path

import pytest

from svyaz.fields.base import Terms
from svyaz.fields.registry import PLAIN as TYPES
from svyaz.kernel.problem import BadValue
from svyaz.kernel.words import load_words

CASES = Path(__file__).parents[1] / "cases"
FILES = sorted(path for path in CASES.glob("*.json") if path.stem in TYPES)
TERMS = Terms()
SAME_AS = {"employee": "link", "department": "link", "image": "file", "stage": "choice"}


def rows():
    for path in FILES:
        told = json.loads(path.read_text("utf-8"))
        for case in told["cases"]:
            yield pytest.param(
                told["type"],
                {**told["options"], **case.get("options", {})},
                case,
                id=f"{told['type']} {case['raw']!r:.40}",
            )


def complete(name, options):
    field_type = TYPES[name]
    resolved, problems = field_type.check_options(options, "field")
    assert problems == []
    return field_type, resolved


@pytest.mark.parametrize(("name", "options", "case"), list(rows()))
def test_what_a_person_types_is_kept_and_said_or_refused_with_its_code(name, options, case):
    field_type, options = complete(name, options)
    if "refused" in case:
        with pytest.raises(BadValue) as refused:
            field_type.accept(case["raw"], options, TERMS)
        assert refused.value.code == case["refused"]
        return
    value = field_type.accept(case["raw"], options, TERMS)
    plain = field_type.plain(value, options)
    assert plain == case["plain"]
    assert type(plain) is type(case["plain"])
    for language in ("ru", "en"):
        if language in case:
            assert field_type.say(value, options, load_words(language)) == case[language]


def test_every_type_has_cases_of_its_own_or_of_the_type_it_is():
    assert {path.stem for path in FILES} == set(TYPES) - set(SAME_AS)
    for name, other in SAME_AS.items():
        assert isinstance(TYPES[name], type(TYPES[other]))


def test_every_file_of_cases_has_both_values_and_refusals():
    for path in FILES:
        cases = json.loads(path.read_text("utf-8"))["cases"]
        assert {"refused" in case for case in cases} == {True, False}, path.name
