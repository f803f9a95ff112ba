"""Whatever a source holds, resolve answers with a Snapshot or with Problems, and with nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from hypothesis import given, settings, strategies as st

from svyaz.kernel.problem import Problem, Problems
from svyaz.schema.resolve import resolve
from svyaz.schema.snapshot import Snapshot
from svyaz.schema.source import Source, assign_numbers, from_json, to_json
from svyaz.traits.registry import SHAPES
from tests.snapshots import sales_source

WHOLE = json.loads(json.dumps(to_json(assign_numbers(sales_source(), 1, SHAPES)[0]), ensure_ascii=False))
RUBBISH: list[Any] = [
    None, True, 0, -1, 3.5, 2**70, "", " ", "title", "\x00", "\ud800", "я" * 5000, "a" * 5000, "'", "(" * 500, "((((",
    "deal.deal.deal", "label", "1/0", "me()", [], [[]], [None], [{}], ["title", "title"], {}, {"": {}}, {"ru": []},
    {"key": "id"}, {"key": {"key": 1}}, "DROP TABLE deal; --", "__proto__", "sv_change", "$self", "*",
]  # fmt: skip


def outcome(source: Source) -> Snapshot | Problem:
    """Any exception but a Problem goes through and fails the test."""
    try:
        return resolve(source, SHAPES, 1)
    except Problem as problem:
        return problem


def spots(value: Any, found: list[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) of a JSON value."""
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        found.append((value, key))
        if isinstance(value[key], (dict, list)):
            spots(value[key], found)
    return iter(found)


def mutated(seed: int) -> Source:
    """The shipped configuration with one to three spots spoilt: replaced, removed, doubled or moved."""
    random = Random(seed)
    whole = json.loads(json.dumps(WHOLE))
    for _ in range(random.randint(1, 3)):
        found = list(
            spots(
                [one["table"] for part in ("entities", "dictionaries", "roles") for one in whole[part]]
                + [whole["settings"], whole["menu"]],
                [],
            )
        )
        container, key = random.choice(found)
        if isinstance(container, list) and container and isinstance(container[0], dict) and "number" in container[0]:
            continue
        what = random.choice(["rubbish", "remove", "double", "move", "typo"])
        if what == "rubbish":
            container[key] = random.choice(RUBBISH)
        elif what == "remove":
            del container[key]
        elif what == "double" and isinstance(container, list):
            container.append(container[key])
        elif what == "move":
            other, place = random.choice(found)
            container[key] = json.loads(json.dumps(other[place])) if _is_there(other, place) else None
        elif what == "typo" and isinstance(container, dict):
            container[f"{key}x"] = container.pop(key)
    return from_json(whole)


def _is_there(container: Any, key: Any) -> bool:
    return key in container if isinstance(container, dict) else key < len(container)


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**32))
def test_spoilt_configuration_is_refused_with_places_or_still_holds(seed: int) -> None:
    found = outcome(mutated(seed))
    for problem in getattr(found, "problems", [found]) if isinstance(found, Problem) else []:
        assert problem.place, problem
        assert not isinstance(problem, Problems)


WORDS = st.sampled_from(["key", "title", "ru", "field", "type", "label", "view", "grants", "traits", "x"])
JSON = st.recursive(
    st.sampled_from(RUBBISH), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4)
)


@settings(max_examples=300, deadline=None)
@given(JSON, JSON, JSON, JSON)
def test_rubbish_instead_of_tables_is_refused(entity: Any, dictionary: Any, role: Any, menu: Any) -> None:
    rubbish = from_json(
        {
            "settings": menu,
            "entities": [{"place": "a", "origin": "", "table": entity}],
            "dictionaries": [{"place": "b", "origin": "", "table": dictionary}],
            "roles": [{"place": "c", "origin": "", "table": role}],
            "menu": [menu],
        }
    )
    assert isinstance(outcome(rubbish), Problem)


def test_very_large_configuration_is_refused_before_it_is_read() -> None:
    many = [{"place": f"e{at}", "origin": "", "table": {"key": f"e{at}", "title": "Э"}} for at in range(501)]
    source, _ = assign_numbers(
        from_json({**WHOLE, "entities": many, "dictionaries": [], "roles": [], "menu": [], "home": []}), 1
    )
    problem = outcome(source)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.facts) == ("schema_too_large", {"what": "entity", "limit": 500})
