"""Roles that inherit, formulas for one verb, rights of stages, and the right to many at once."""

from __future__ import annotations

from typing import Any

import pytest

from svyaz.access.actor import Actor
from svyaz.access.apply import may
from svyaz.access.denials import DeniedAddRecord, DeniedBulk, DeniedBulkRecord, DeniedChangeRecord, DeniedStage
from svyaz.access.explain import who_may
from svyaz.app import RUNNERS
from svyaz.configurator.apply import apply_wanted
from svyaz.configurator.edits import DropStage, PutRole
from svyaz.configurator.plan import Wanted, make_plan
from svyaz.jobs.worker import Worker
from svyaz.kernel.problem import Problem, Problems
from svyaz.org.ways_in import RightsBeyondYours
from svyaz.records.bulk import bulk_operations, start_matching
from svyaz.records.moving import move_to_pipeline
from svyaz.schema.roles import RoleLoop, RoleUnknown
from svyaz.storage import accounts
from tests.cast import Cast, Person

FULL = {"see": "all", "add": "all", "change": "all", "delete": "all", "history": "all", "bulk": "all"}


def put(cast: Cast, key: str, who: str = "Артём", parent: str = "", abilities: Any = (), **grants: Any) -> None:
    table = {"key": key, "title": {"ru": key}, "abilities": list(abilities), "grants": grants}
    edit = PutRole({**table, "parent": parent} if parent else table)
    apply_wanted(cast.company, cast.actor(who), Wanted(cast.snapshot.revision, (edit,)))


def wearing(cast: Cast, name: str, *roles: str) -> Person:
    with cast.company.write() as session:
        accounts.set_roles(session, cast.people[name], roles)
    return cast.person(name)


def told(problem: Problem) -> list[Problem]:
    return list(problem.problems) if isinstance(problem, Problems) else [problem]


# --- inheritance


def test_role_has_what_its_parents_give_and_adds_to_it(romashka: Cast) -> None:
    put(romashka, "junior", abilities=["import"], deal={"see": "own"})
    put(romashka, "senior", parent="junior", deal={"change": "own"})
    put(romashka, "chief", parent="senior", counterparty={"see": "all"})
    mine = romashka.system.create("deal", title="Моя", responsible=romashka.people["Ольга"]).id
    romashka.system.create("deal", title="Чужая", responsible=romashka.people["Анна"])
    olga = wearing(romashka, "Ольга", "chief")
    assert olga.actor.roles == ("chief", "senior", "junior") and olga.actor.abilities == {"import"}
    assert olga.ids("deal") == [mine]
    olga.change("deal", mine, title="Сменила")
    assert may(romashka.snapshot, olga.actor, "counterparty", "see")
    assert not may(romashka.snapshot, wearing(romashka, "Ольга", "junior").actor, "deal", "change")


def test_role_that_inherits_a_right_is_named_among_those_who_can_help(romashka: Cast) -> None:
    put(romashka, "tidier", deal={"see": "all", "delete": "all"})
    put(romashka, "heir", parent="tidier", deal={"see": "own"})
    told = who_may(romashka.snapshot, romashka.snapshot.entities["deal"], "delete", romashka.actor("Ольга"))
    assert {"tidier", "heir"} <= set(told.split(", "))


def test_circle_of_roles_is_refused_with_its_path(romashka: Cast) -> None:
    put(romashka, "one", deal={"see": "own"})
    put(romashka, "two", parent="one", deal={"see": "own"})
    with romashka.nothing_changes(), pytest.raises(Problem) as refused:
        put(romashka, "one", parent="two", deal={"see": "own"})
    loops = [one for one in told(refused.value) if isinstance(one, RoleLoop)]
    assert [one.facts["path"] for one in loops] == ["«one» → «two» → «one»"]
    with romashka.nothing_changes(), pytest.raises(RoleUnknown):
        put(romashka, "three", parent="nobody", deal={"see": "own"})


def test_nobody_lets_a_role_inherit_what_he_lacks_himself(romashka: Cast) -> None:
    put(romashka, "architect", abilities=["configure"], deal={"see": "own"})
    wearing(romashka, "Пётр", "architect")
    put(romashka, "mine", who="Пётр", deal={"see": "own"})
    for parent in ("director", "manager"):
        with romashka.nothing_changes(), pytest.raises(RightsBeyondYours):
            put(romashka, "mine", who="Пётр", parent=parent, deal={"see": "own"})
    put(romashka, "mine", who="Пётр", parent="architect")


# --- a formula of one verb


def test_formula_of_a_verb_narrows_that_verb_alone(romashka: Cast) -> None:
    put(romashka, "careful", deal={**FULL, "rules": {"change": "amount < 1000", "history": "amount > 10"}})
    cheap = romashka.system.create("deal", title="Дешёвая", amount="5").id
    dear = romashka.system.create("deal", title="Дорогая", amount="5000").id
    olga = wearing(romashka, "Ольга", "careful")
    assert olga.ids("deal") == [cheap, dear]
    olga.change("deal", cheap, title="Сменила")
    with romashka.nothing_changes(), pytest.raises(DeniedChangeRecord):
        olga.change("deal", dear, title="Сменила")
    assert olga.open("deal", dear).rights == {"change": False, "delete": True, "history": True}
    assert olga.open("deal", cheap).rights == {"change": True, "delete": True, "history": False}


# --- stages

MATRIX = [
    # right     sees   enters changes
    ("",        True,  True,  True),
    ("hidden",  False, False, False),
    ("read",    True,  False, False),
    ("enter",   True,  True,  False),
    ("keep",    True,  False, True),
]  # fmt: skip


@pytest.mark.parametrize(("right", "sees", "enters", "changes"), MATRIX)
def test_right_of_a_stage_decides_who_sees_enters_and_changes_there(
    romashka: Cast, right: str, sees: bool, enters: bool, changes: bool
) -> None:
    put(romashka, "staged", deal={**FULL, "on_stage": {"qualified": right} if right else {}})
    there = romashka.system.create("deal", title="Там").id
    romashka.system.change("deal", there, stage="qualified")
    here, other = (romashka.system.create("deal", title="Здесь").id for _ in range(2))
    olga = wearing(romashka, "Ольга", "staged")
    assert (there in olga.ids("deal")) is sees
    assert done(romashka, lambda: olga.change("deal", here, stage="qualified"), DeniedStage) is enters
    assert done(romashka, lambda: olga.create("deal", title="Новая", stage="qualified"), DeniedAddRecord) is enters
    assert done(romashka, lambda: olga.change("deal", there, title="Сменила"), DeniedChangeRecord) is changes
    with romashka.company.write() as session:
        moves = [{"do": "change", "id": one, "values": {"stage": "qualified"}} for one in (there, other)]
        results = bulk_operations(session, olga.actor, "deal", moves, atomic=False).results
    # Standing there already is not entering.
    assert [not one.problems for one in results] == [changes, enters]


def done(cast: Cast, act: Any, refused: type[Problem]) -> bool:
    before = cast.digest()
    try:
        act()
    except refused:
        assert cast.digest() == before, "a refused call left something in the base"
        return False
    return True


def test_undo_does_not_bring_a_record_where_one_may_not_move_it(romashka: Cast) -> None:
    put(romashka, "staged", deal={**FULL, "on_stage": {"new": "keep"}})
    deal = romashka.system.create("deal", title="Там").id
    olga = wearing(romashka, "Ольга", "staged")
    with romashka.company.write() as session:
        batch = bulk_operations(
            session, olga.actor, "deal", [{"do": "change", "id": deal, "values": {"stage": "qualified"}}]
        ).batch
    assert [one.problem.code for one in olga.undo(batch).kept if one.problem] == ["denied_stage"]
    assert olga.open("deal", deal).values["stage"] == "qualified"


def test_dropped_stage_is_dropped_from_rights_too(romashka: Cast) -> None:
    stages = [one.key for one in romashka.snapshot.entities["deal"].pipelines[0].stages]
    put(romashka, "staged", deal={**FULL, "on_stage": {stages[1]: "read", stages[2]: "hidden"}})
    drop = DropStage("deal", stages[1], stages[0])
    apply_wanted(romashka.company, romashka.actor("Артём"), Wanted(romashka.snapshot.revision, (drop,)))
    assert romashka.snapshot.roles["staged"].grants["deal"].stages == {stages[2]: "hidden"}


def test_right_of_a_pipeline_is_that_of_each_of_its_stages_not_named_nearer(romashka: Cast) -> None:
    pipeline = romashka.snapshot.entities["deal"].pipelines[0]
    first, *rest = [one.key for one in pipeline.stages]
    put(romashka, "staged", deal={**FULL, "in_pipeline": {pipeline.key: "read"}, "on_stage": {first: "keep"}})
    assert romashka.snapshot.roles["staged"].grants["deal"].stages == {first: "keep", **dict.fromkeys(rest, "read")}


# --- many at once


def changes(*ids: int) -> list[dict[str, Any]]:
    return [{"do": "change", "id": id, "values": {"title": "Все"}} for id in ids]


def test_many_records_are_changed_at_once_only_within_the_right_to_it(romashka: Cast) -> None:
    put(romashka, "single", deal={"see": "all", "change": "all"})
    put(romashka, "several", deal={"see": "all", "change": "all", "bulk": "own"})
    mine = [romashka.system.create("deal", title="Моя", responsible=romashka.people["Ольга"]).id for _ in range(2)]
    others = romashka.system.create("deal", title="Чужая", responsible=romashka.people["Анна"]).id
    stage = next(iter(romashka.snapshot.entities["deal"].stages))
    single = wearing(romashka, "Ольга", "single").actor
    with romashka.nothing_changes():
        for act in (
            lambda session: bulk_operations(session, single, "deal", changes(*mine)),
            lambda session: start_matching(session, single, "deal", "", {"title": "Все"}),
            lambda session: move_to_pipeline(session, single, "deal", mine, "sales", {stage: stage}, {}),
        ):
            with pytest.raises(DeniedBulk), romashka.company.write() as session:
                act(session)
    with romashka.company.write() as session:
        bulk_operations(session, single, "deal", changes(mine[0]))  # one is not many
    several = wearing(romashka, "Ольга", "several").actor
    with romashka.nothing_changes(), pytest.raises(DeniedBulkRecord), romashka.company.write() as session:
        bulk_operations(session, several, "deal", changes(*mine, others))
    with romashka.company.write() as session:
        results = bulk_operations(session, several, "deal", changes(*mine, others), atomic=False).results
        start_matching(session, several, "deal", "", {"title": "По отбору"})
    assert [[one.code for one in result.problems] for result in results] == [[], [], ["denied_bulk_record"]]
    Worker(romashka.company, RUNNERS, romashka.company.clock).run_all()
    assert [romashka.system.open("deal", id).values["title"] for id in (*mine, others)] == [
        "По отбору",
        "По отбору",
        "Чужая",
    ]


def test_ability_of_mass_actions_is_the_right_for_every_object(romashka: Cast) -> None:
    put(romashka, "massive", abilities=["bulk"], deal={"see": "all", "change": "own"})
    actor = wearing(romashka, "Ольга", "massive").actor
    assert may(romashka.snapshot, actor, "deal", "bulk") and not may(romashka.snapshot, actor, "counterparty", "bulk")
    assert not may(romashka.snapshot, Actor(employee=1, roles=("manager",)), "product", "bulk")


# --- in words


def test_plan_tells_each_right_that_becomes_another(romashka: Cast) -> None:
    put(romashka, "told", deal={"see": "own", "change": "own"})
    grants = {"deal": {"see": "all", "delete": "own", "rule": "amount > 1", "fields": {"amount": "read"}}}
    grants["deal"]["on_stage"] = {"won": "read"}
    edit = PutRole({"key": "told", "title": {"ru": "told"}, "parent": "manager", "grants": grants})
    plan = make_plan(romashka.company, Wanted(romashka.snapshot.revision, (edit,)))
    said = [(one.code, one.facts.get("verb"), one.facts.get("was"), one.facts.get("will")) for one in plan.steps]
    assert said[1:] == [
        ("plan_role_verb", "verbs.see", "scopes.own", "scopes.all"),
        ("plan_role_verb", "verbs.change", "scopes.own", "rights.no"),
        ("plan_role_verb", "verbs.delete", "rights.no", "scopes.own"),
        ("plan_role_rule", None, None, None),
        ("plan_role_field", None, "rights.all", "rights.read"),
        ("plan_role_stage", None, "rights.all", "rights.read"),
    ]
    assert said[0][0] == "plan_role_parent"
