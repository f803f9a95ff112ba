"""A field one may not read does not exist: in a list, a filter, a sort, a group, a total, an export, a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from svyaz.access.actor import SYSTEM, Actor
from svyaz.access.apply import may
from svyaz.access.explain import explain_rights
from svyaz.access.fields import may_edit, may_read, readable, right
from svyaz.kernel.problem import Problem, Problems
from svyaz.records import read
from svyaz.records.duplicates import find_duplicates
from svyaz.records.history import read_history
from svyaz.records.read import ListRequest
from svyaz.schema.snapshot import Grant, Role, Snapshot, Title
from svyaz.storage.query import Measure
from tests.cast import Cast, Person
from tests.snapshots import sales_snapshot


def hide(cast: Cast, entity: str, key: str) -> Person:
    """Ольга, for whom one field of one entity is hidden."""
    manager = cast.snapshot.roles["manager"]
    grants = {**manager.grants, entity: replace(manager.grants[entity], fields={key: "hidden"})}
    cast.give_role("Ольга", "blind", *grants.values())
    return cast.person("Ольга")


WAYS: list[tuple[str, Callable[[Person, str], Any]]] = [
    ("column", lambda olga, key: olga.list("deal", fields=("title", key))),
    ("filter", lambda olga, key: olga.list("deal", filter=f"{key} = empty")),
    ("sort", lambda olga, key: olga.list("deal", sort=f"-{key}")),
    ("group", lambda olga, key: olga.read(read.read_groups, "deal", ListRequest(), key, [], 5)),
    ("total", lambda olga, key: olga.read(read.read_totals, "deal", ListRequest(), [Measure("sum", (key,))])),
    ("export", lambda olga, key: list(olga.read(read.stream_rows, "deal", ListRequest(fields=(key,))))),
    ("report", lambda olga, key: olga.read(read.ask, "deal", filter="", paths=[(key,)])),
    ("path", lambda olga, key: olga.list("deal_line", filter=f"deal.{key} = empty")),
    ("column by path", lambda olga, key: olga.list("deal_line", fields=("title", f"deal.{key}"))),
    ("history", lambda olga, key: olga.read(read_history, "deal", olga.ids("deal")[0], field=key)),
]


@pytest.mark.parametrize(("way", "use"), WAYS, ids=[way for way, _ in WAYS])
def test_hidden_field_is_refused_in_every_use_exactly_like_an_unknown_one(
    romashka: Cast, way: str, use: Callable[[Person, str], Any]
) -> None:
    romashka.person("Ольга").create("deal", title="Насосы", amount="100")
    olga = hide(romashka, "deal", "amount")
    told = []
    for key in ("amount", "nosuch"):
        with romashka.nothing_changes(), pytest.raises(Problem) as caught:
            use(olga, key)
        problem = caught.value.problems[0] if isinstance(caught.value, Problems) else caught.value
        told.append((problem.code, problem.status, problem.place, repr(problem.facts).replace(key, "?")))
    assert told[0] == told[1]


def test_hidden_field_is_in_no_answer(romashka: Cast) -> None:
    sale = romashka.person("Ольга").create("deal", title="Насосы", amount="777")
    olga = hide(romashka, "deal", "amount")
    assert "777" not in repr(olga.open("deal", sale.id))
    assert "777" not in repr(olga.list("deal"))
    assert "777" not in repr(olga.read(read_history, "deal", sale.id))


def test_suggestion_for_a_mistyped_field_never_names_a_hidden_one(romashka: Cast) -> None:
    olga = hide(romashka, "deal", "amount")
    with pytest.raises(Problem) as caught:
        olga.list("deal", filter="amoun > 1")
    assert "amount" not in repr(caught.value.facts).replace("amoun'", "")


def test_duplicates_are_not_looked_up_by_a_hidden_field(romashka: Cast) -> None:
    romashka.person("Ольга").create("counterparty", title="Лютик", phones="+79161234567")
    olga = hide(romashka, "counterparty", "phones")
    assert olga.read(find_duplicates, "counterparty", {"phones": "+79161234567"}) == []


def rights(key: str, **grants: Grant) -> Snapshot:
    snapshot = sales_snapshot()
    return replace(snapshot, roles={**snapshot.roles, key: Role(key, Title(key), dict(grants))})


RIGHTS = [
    # verbs                          said of the field   right
    ({"see": "all", "change": "all"}, None, "edit"),
    ({"see": "all", "change": "all"}, "read", "read"),
    ({"see": "all", "change": "all"}, "hidden", "hidden"),
    ({"see": "all"}, None, "read"),
    ({"see": "all"}, "hidden", "hidden"),
    ({"change": "all"}, None, "hidden"),
    ({}, None, "hidden"),
]


@pytest.mark.parametrize(("verbs", "said", "wanted"), RIGHTS)
def test_right_to_a_field_follows_from_the_grant(verbs: dict[str, str], said: str | None, wanted: str) -> None:
    snapshot = rights("one", deal=Grant("deal", verbs, fields={"amount": said} if said else {}))
    one = Actor(employee=7, roles=("one",))
    assert right(snapshot, one, "deal", "amount") == wanted
    assert may_read(snapshot, one, "deal", "amount") is (wanted != "hidden")
    assert may_edit(snapshot, one, "deal", "amount") is (wanted == "edit")


def test_system_fields_are_read_by_all_who_see_the_entity_and_filled_by_nobody() -> None:
    snapshot = sales_snapshot()
    for actor in (SYSTEM, Actor(employee=7, roles=("admin",))):
        assert right(snapshot, actor, "deal", "created_at") == "read"
    assert right(snapshot, Actor(employee=7), "deal", "created_at") == "hidden"
    assert readable(snapshot, Actor(employee=7), "deal") == ()


def test_fields_of_a_line_are_free_unless_the_line_says_otherwise() -> None:
    olga = Actor(employee=7, roles=("manager",))
    assert right(sales_snapshot(), olga, "deal_line", "price") == "edit"
    manager = sales_snapshot().roles["manager"]
    grants = {**manager.grants, "deal_line": Grant("deal_line", {}, fields={"price": "hidden"})}
    snapshot = replace(sales_snapshot(), roles={"manager": replace(manager, grants=grants)})
    assert right(snapshot, olga, "deal_line", "price") == "hidden"
    assert right(sales_snapshot(), Actor(employee=7), "deal_line", "price") == "hidden"


def test_rights_of_a_person_are_explained_in_words() -> None:
    told = explain_rights(sales_snapshot(), Actor(employee=7, roles=("manager",)), "deal")
    assert told[0] == "Можно видеть: свои и те, где участвую (роль «Менеджер»)."
    assert told[3] == "Нельзя удалять. Может: Администратор, Директор, Руководитель отдела."
    assert explain_rights(sales_snapshot(), SYSTEM, "deal")[0] == "Можно видеть: всё, это сама система."
    assert may(sales_snapshot(), Actor(employee=7, roles=("manager",)), "deal", "see")
