"""As of a moment: what the base knew then, by the same reading as today."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from svyaz.access.actor import SYSTEM
from svyaz.expression.ground import Ground
from svyaz.kernel.problem import Problem
from svyaz.records import read
from svyaz.records.as_of import AsOfFieldDropped, AsOfTooFar, go_back
from svyaz.records.purge import purge_records
from svyaz.records.read import ListRequest
from svyaz.schema.source import Part
from svyaz.storage import record_tables, run_query
from svyaz.storage.query import Measure, Query
from svyaz.storage.session import Session
from svyaz.tenancy.company import apply_source, current_source
from tests.cast import Cast

ENTITIES = ("deal", "contact", "counterparty", "product", "deal_line", "employee", "department", "comment")


def whole(session: Session) -> dict[tuple[str, int], Any]:
    """Every record, living or in the trash, with all that the base keeps of it."""
    found = {}
    for entity in ENTITIES:
        ids = run_query.ids(session, Query(entity, (), limit=10**6, kept="all"), Ground(None, session.now))
        found |= {(entity, id): one for id, one in record_tables.fetch(session, entity, ids).items()}
    return found


def shown(session: Session, cast: Cast) -> dict[str, Any]:
    """What people see: lists sorted and with far labels, totals, groups, the trash — of several readers."""
    told: dict[str, Any] = {}
    for name in ("Ольга", "Игорь", "Мария Сергеевна"):
        actor = cast.actor(name)
        for kept in ("living", "deleted"):
            request = ListRequest(
                sort="-amount,title",
                fields=("title", "amount", "stage", "responsible", "counterparty", "co_executors", "changed_by"),
                kept=kept,  # type: ignore[arg-type]
                limit=1000,
            )
            told[f"{name} deal {kept}"] = read.read_page(session, actor, "deal", request).rows
            told[f"{name} contact {kept}"] = read.read_page(
                session,
                actor,
                "contact",
                ListRequest(sort="label", fields=("label", "counterparty"), kept=kept),  # type: ignore[arg-type]
            ).rows
        told[f"{name} total"] = read.read_totals(
            session, actor, "deal", ListRequest(), [Measure("sum", ("amount",)), Measure("count")]
        )
        told[f"{name} groups"] = read.read_groups(session, actor, "deal", ListRequest(), "stage", [], 100)
        told[f"{name} filtered"] = read.read_page(
            session, actor, "deal", ListRequest(filter='contains(counterparty.title; "а")', fields=("title",))
        ).rows
    return told


def go_to(at: datetime, session: Session, made: Any) -> Any:
    return go_back(session, at, "deal", made)


def then(cast: Cast, at: datetime, what: Any, *asked: Any) -> Any:
    with cast.company.aside() as session:
        go_back(session, at)
        return what(session, *asked)


@pytest.mark.parametrize("seed", range(3))
def test_every_moment_of_a_random_history_is_as_the_base_was_at_that_moment(romashka: Cast, seed: int) -> None:
    order = random.Random(seed)
    cast = romashka
    people = [cast.people[name] for name in ("Ольга", "Пётр", "Анна", "Игорь")]
    made: dict[str, list[int]] = {entity: [] for entity in ("deal", "contact", "counterparty")}
    copies: list[tuple[datetime, dict[tuple[str, int], Any], dict[str, Any]]] = []

    def values(entity: str) -> dict[str, Any]:
        someone = order.choice(people)
        firm = order.choice([None, *made["counterparty"]])
        word = order.choice(("Насосы", "трубы", "Ёлки", "ямы", "Краны 7", "краны 12"))
        if entity == "deal":
            return {
                "title": word,
                "amount": order.choice((None, "100.00", "250.50", ["99.99", "USD"])),
                "responsible": someone,
                "counterparty": firm,
                "co_executors": order.sample(people, order.randint(0, 2)),
            }
        if entity == "contact":
            return {"first_name": word, "counterparty": firm, "phones": order.choice(([], ["+79161234567"]))}
        return {"title": f"{word} {order.randint(1, 99)}", "responsible": someone}

    def act() -> None:
        action = order.choice(("create", "create", "change", "change", "change", "delete", "restore", "undo"))
        entity = order.choice(("deal", "contact", "counterparty"))
        actor = cast.system if order.random() < 0.5 else cast.person("Мария Сергеевна")
        if action == "create" or not made[entity]:
            made[entity].append(actor.create(entity, **values(entity)).id)
            return
        id = order.choice(made[entity])
        if action == "change":
            given = values(entity)
            actor.change(entity, id, **{key: given[key] for key in order.sample(sorted(given), order.randint(1, 2))})
        elif action == "delete":
            actor.delete(entity, id)
        elif action == "restore":
            actor.restore(entity, id)

    for _ in range(8):
        for _ in range(order.randint(1, 6)):
            try:
                act()
            except Problem:
                continue
        with cast.company.read() as session:
            copies.append((session.now, whole(session), shown(session, cast)))
        for at, copy, _ in copies[-3:]:  # what is kept of these moments takes in what has changed since the last look
            with cast.company.pasts.at(at, partial(go_to, at)) as session:
                assert whole(session) == copy
        cast.tick(seconds=order.choice((1, 60, 86_400)))
    before = cast.digest()
    for at, copy, page in copies:
        past = then(cast, at, whole)
        assert past.keys() == copy.keys()
        for key, one in copy.items():
            assert past[key] == one, (key, at)
        assert then(cast, at, shown, cast) == page
    assert cast.digest() == before, "looking back left something in the base"


def test_looking_back_leaves_nothing_for_whoever_reads_next(romashka: Cast, clock: Any) -> None:
    olga = romashka.person("Ольга")
    deal = olga.create("deal", title="Насосы")
    at = clock.now()
    romashka.tick(seconds=5)
    olga.change("deal", deal.id, title="Трубы")
    for _ in range(12):  # every connection of the pool
        assert (
            then(romashka, at, lambda session: read.read_record(session, olga.actor, "deal", deal.id)).label == "Насосы"
        )
        assert olga.open("deal", deal.id).label == "Трубы"
    later = at + timedelta(days=365)
    assert (
        then(romashka, later, lambda session: read.read_record(session, olga.actor, "deal", deal.id)).label == "Трубы"
    )
    long_ago = at - timedelta(days=365)
    assert then(romashka, long_ago, whole) == {}


def test_field_added_since_is_empty_then(romashka: Cast, clock: Any) -> None:
    deal = romashka.system.create("deal", title="Насосы")
    at = clock.now()
    romashka.tick(seconds=5)
    with romashka.company.read() as session:
        source = current_source(session)
    added = {"key": "mood", "title": {"ru": "Настроение"}, "type": "text"}
    apply_source(romashka.company, with_field(source, "deal", added), None)
    romashka.system.change("deal", deal.id, mood="радостное")
    view = then(romashka, at, lambda session: read.read_record(session, SYSTEM, "deal", deal.id))
    assert view.values["mood"] is None
    assert view.values["title"] == "Насосы"


def test_entity_that_lost_a_field_since_is_refused_by_its_name(romashka: Cast, clock: Any) -> None:
    with romashka.company.read() as session:
        source = current_source(session)
    added = {"key": "mood", "title": {"ru": "Настроение"}, "type": "text"}
    apply_source(romashka.company, with_field(source, "deal", added), None)
    romashka.system.create("deal", title="Насосы", mood="радостное")
    at = clock.now()
    romashka.tick(seconds=5)
    apply_source(romashka.company, source, None)
    with romashka.company.aside() as session:
        with pytest.raises(AsOfFieldDropped) as refused:
            go_back(session, at, "deal")
        assert refused.value.facts["fields"] == "mood"
    with romashka.company.aside() as session:
        go_back(session, at, "contact")


def test_record_purged_since_is_not_brought_back(romashka: Cast, clock: Any) -> None:
    deal = romashka.system.create("deal", title="Насосы")
    at = clock.now()
    romashka.tick(seconds=5)
    romashka.system.delete("deal", deal.id)
    romashka.system.write(purge_records, "deal", [deal.id])
    assert ("deal", deal.id) not in then(romashka, at, whole)


def test_too_much_to_roll_back_is_refused_and_not_begun(
    romashka: Cast, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    deals = [romashka.system.create("deal", title=f"Сделка {number}") for number in range(3)]
    at = clock.now()
    romashka.tick(seconds=5)
    for deal in deals:
        romashka.system.change("deal", deal.id, title="Насосы")
    monkeypatch.setattr("svyaz.records.as_of.MOST_CHANGED", 2)
    with romashka.company.aside() as session, pytest.raises(AsOfTooFar):
        go_back(session, at)


def with_field(source: Any, entity: str, field: dict[str, Any]) -> Any:
    entities = tuple(
        Part(one.place, one.origin, {**one.table, "field": [*one.table["field"], field]})
        if one.table["key"] == entity
        else one
        for one in source.entities
    )
    return replace(source, entities=entities)
