"""Whatever a batch did, undoing it leaves living data as it was, redoing brings it back, and so on for ever."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from svyaz.kernel.problem import Problem
from svyaz.records import trash, write
from svyaz.records.agreement import disagreements
from svyaz.records.purge import purge_records
from svyaz.records.write import RecordChange
from svyaz.storage import changes
from tests.cast import Cast, Person

TITLES = st.sampled_from(["Лютик", "Ромашка", "Дочка", "Ёлка", "ёлка", "№ 7"])
NUMBERS = st.sampled_from([None, "А", "а", "Б", "В"])
PICK = st.integers(0, 5)
MONEY = st.sampled_from([None, "0", "1.05", "100", "7 USD"])

COUNTERPARTY = st.fixed_dictionaries(
    {"title": TITLES},
    optional={
        "city": st.sampled_from([None, "Казань", "Уфа"]),
        "phones": st.sampled_from([[], ["+79161234567"], ["+79161234567", "+79167654321"]]),
        "roles": st.sampled_from([[], ["client"], ["partner", "client"]]),
        "parent": PICK,
    },
)
DEAL = st.fixed_dictionaries(
    {"title": TITLES},
    optional={
        "external_number": NUMBERS,
        "counterparty": PICK,
        "amount": MONEY,
        "stage": st.sampled_from(["new", "needs", "won", "prospecting"]),
        "contacts": st.just([]),
    },
)
LINE = st.fixed_dictionaries(
    {"deal": PICK, "price": st.sampled_from([None, "10", "33.33"])},
    optional={"quantity": st.sampled_from(["1", "2.5"]), "vat_percent": st.sampled_from([None, "0", "20"])},
)
VALUES = {"counterparty": COUNTERPARTY, "deal": DEAL, "deal_line": LINE}
LINKS = {"parent": "counterparty", "counterparty": "counterparty", "deal": "deal"}


def steps() -> st.SearchStrategy[Any]:
    one = [
        st.tuples(st.just(act), st.just(entity), PICK, values)
        for entity, values in VALUES.items()
        for act in ("create", "change", "delete", "restore")
    ]
    return st.lists(st.one_of(one), min_size=1, max_size=25)


def take(person: Person, batch: int | None, step: tuple[str, str, int, dict[str, Any]]) -> None:
    """One step, if it can be done now; a refusal leaves nothing and is part of life."""
    act, entity, at, raw = step
    values = dict(raw)
    for key, target in LINKS.items():
        if key in values:
            values[key] = pick(person, target, values[key])
    try:
        if act == "create":
            person.write(write.create_many, entity, [values], batch=batch)
        elif act == "change":
            person.write(write.change_many, entity, [RecordChange(pick(person, entity, at) or 0, values)], batch=batch)
        elif act == "delete":
            person.write(trash.delete_records, entity, [pick(person, entity, at) or 0], batch=batch)
        else:
            person.write(trash.restore_records, entity, [pick(person, entity, at, "deleted") or 0], batch=batch)
    except Problem:
        pass


def pick(person: Person, entity: str, at: int, kept: str = "living") -> int | None:
    ids = person.ids(entity, fields=("label",), kept=kept)
    return ids[at % len(ids)] if ids else None


def start_anew(system: Person) -> None:
    """An example must not depend on the one before it, or nothing it shows could be repeated."""
    for entity in ("deal", "counterparty"):
        if living := system.ids(entity, fields=("label",)):
            system.write(trash.delete_records, entity, living)
    for entity in VALUES:
        if gone := system.ids(entity, fields=("label",), kept="deleted"):
            system.write(purge_records, entity, gone)


@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
@given(before=steps(), within=steps())
def test_undo_of_any_batch_leaves_living_data_as_it_was_and_redo_brings_it_back(
    romashka: Cast, before: Any, within: Any
) -> None:
    boss = romashka.person("Мария Сергеевна")
    start_anew(romashka.system)
    for step in before:
        take(boss, None, step)
    was = romashka.living_state()
    batch: int = boss.write(lambda session, actor: changes.new_batch(session, actor.employee, "person", "history"))
    for step in within:
        take(boss, batch, step)
    became = romashka.living_state()
    undone = boss.undo(batch)
    assert undone.kept == ()
    assert romashka.living_state() == was
    redone = boss.undo(undone.batch)
    assert redone.kept == ()
    assert romashka.living_state() == became
    assert boss.undo(redone.batch).kept == ()
    assert romashka.living_state() == was
    with romashka.company.read() as session:
        assert disagreements(session) == []
