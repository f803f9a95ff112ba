"""Whatever the roles say: the list is what the rules allow, and every other answer agrees with the list."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st

from svyaz.access.actor import Actor
from svyaz.expression.check import formula
from svyaz.expression.tree import YES_NO
from svyaz.kernel.problem import Problem
from svyaz.records import read
from svyaz.records.read import ListRequest
from svyaz.schema.scope import EntityScope
from svyaz.schema.snapshot import SCOPES, Grant, Role, Title
from svyaz.storage.query import Measure
from tests.cast import Cast, Person

RULES = [
    "",
    "amount > 100",
    "stage = 'new' or priority = 'high'",
    "counterparty.city = 'Казань'",
    "created_by = me()",
    "counterparty.responsible = me() and title <> empty",
]
GRANTS = st.fixed_dictionaries(
    {"see": st.sampled_from(SCOPES)},
    optional={"change": st.sampled_from(SCOPES), "delete": st.sampled_from(SCOPES), "export": st.sampled_from(SCOPES)},
)
ROLES = st.lists(st.tuples(GRANTS, st.sampled_from(RULES)), min_size=1, max_size=3)


def fill(cast: Cast) -> list[int]:
    names = ("Ольга", "Пётр", "Анна")
    clients = [
        cast.person(name).create("counterparty", title=name, city=city).id
        for name, city in zip(names, ("Казань", "Уфа", "Казань"), strict=True)
    ]
    return [
        cast.system.create(
            "deal",
            title=f"{name} {at}",
            amount=str(at * 60),
            priority=("high", None)[at % 2],
            counterparty=clients[at % 3],
            responsible=cast.people[name],
            auditors=[cast.people["Ольга"]] if at == 2 else [],
        ).id
        for name in names
        for at in range(4)
    ]


def allowed(cast: Cast, whose: str, verbs: list[tuple[dict[str, str], str]], verb: str) -> set[int]:
    """The same in Python, from what the system sees: an independent reading of the rules."""
    reach = {"Ольга": {"Ольга", "Пётр", "Игорь"}}[whose]
    ids = {cast.people[name] for name in reach}
    me = cast.people[whose]
    found = set()
    with cast.company.read() as session:
        system = cast.system.actor
        for at in cast.system.ids("deal"):
            values = read.read_record(session, system, "deal", at).values
            client = read.read_record(session, system, "counterparty", values["counterparty"][0]).values
            owner = values["responsible"][0]
            scopes = {
                "own": owner == me,
                "taking_part": owner == me or me in [one[0] for one in values["auditors"]],
                "department": owner in ids,
                "department_below": owner in ids,
                "subordinates": owner == me,
                "all": True,
            }
            rules = {
                "": True,
                "amount > 100": float(values["amount"][0]) > 100,
                "stage = 'new' or priority = 'high'": values["stage"] == "new" or values["priority"] == "high",
                "counterparty.city = 'Казань'": client["city"] == "Казань",
                "created_by = me()": values["created_by"] is not None and values["created_by"][0] == me,
                "counterparty.responsible = me() and title <> empty": client["responsible"][0] == me,
            }
            if any(verb in said and scopes[said[verb]] and rules[rule] for said, rule in verbs):
                found.add(at)
    return found


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(roles=ROLES)
def test_list_is_what_the_rules_allow_and_all_answers_agree_with_it(romashka: Cast, roles: Any) -> None:
    if not romashka.system.ids("deal"):
        fill(romashka)
    scope = EntityScope(romashka.snapshot.entities, "deal")
    made = {
        f"r{at}": Role(
            f"r{at}",
            Title(f"r{at}"),
            {
                "deal": Grant("deal", verbs, formula(rule, scope, YES_NO) if rule else None),
                "counterparty": Grant("counterparty", {"see": "all"}),
            },
        )
        for at, (verbs, rule) in enumerate(roles)
    }
    romashka.reshape(roles={**romashka.snapshot.roles, **made})
    olga = Person(romashka, Actor(employee=romashka.people["Ольга"], roles=tuple(made)))
    everything = set(romashka.system.ids("deal"))

    seen = set(olga.ids("deal"))
    assert seen == allowed(romashka, "Ольга", roles, "see")
    assert olga.read(read.read_count, "deal", ListRequest()).value == len(seen)
    assert olga.read(read.read_totals, "deal", ListRequest(), [Measure("count")]) == [len(seen)]
    groups = olga.read(read.read_groups, "deal", ListRequest(), "responsible", [], 100)
    assert sorted(row[0] for one in groups for row in one.rows) == sorted(seen)
    suggested = {one[0] for one in olga.read(read.read_suggestions, "deal", "", 100)}
    assert suggested == seen
    for id in everything:
        assert opens(olga, id) is (id in seen)
    for verb in ("change", "delete", "export"):
        wanted = seen & allowed(romashka, "Ольга", roles, verb)
        assert may_do(olga, verb) == wanted


def opens(person: Person, id: int) -> bool:
    try:
        return person.open("deal", id).id == id
    except Problem:
        return False


def may_do(person: Person, verb: str) -> set[int]:
    try:
        return set(person.read(read.read_ids, "deal", ListRequest(), verb))
    except Problem:
        return set()
