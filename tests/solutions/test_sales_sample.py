"""The sample of «Продажи» fits its schema to the last cell: what a person sees first must hold."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from svyaz.expression.evaluate import compile_python
from svyaz.expression.ground import Ground
from svyaz.fields.registry import TYPES
from svyaz.kernel.clock import parse_instant
from svyaz.schema.snapshot import Entity, Field
from tests.snapshots import sales_snapshot
from tests.solutions.samples import DAY, SAMPLE, canonical, on_day, rows, several

ABOUT = ("@created", "@author", "@stages", "@login", "@roles")
SETTINGS = tomllib.loads((SAMPLE / "sample.toml").read_text(encoding="utf-8"))
ORDER = SETTINGS["order"]
GROUND = Ground(me=1, now=parse_instant("2026-11-24T06:00:00Z"))
SNAPSHOT = sales_snapshot()


def fields_of(entity: str) -> dict[str, Field]:
    return {one.key: one for one in SNAPSHOT.entities[entity].fields if not one.system}


def is_link(field: Field) -> bool:
    return TYPES[field.type].expression_type(field.options).kind == "link"


def values(entity: Entity, row: dict[str, str]) -> dict[str, Any]:
    """Canonical values of a row; a link is the labels it names."""
    found: dict[str, Any] = {}
    for key, field in fields_of(entity.key).items():
        text = row.get(key, "")
        found[key] = (tuple(several(text)) or None) if is_link(field) else canonical(field, text)
    return found


@cache
def labels(entity: str) -> Counter[str]:
    shape = SNAPSHOT.entities[entity]
    make = compile_python(shape.label)
    found: Counter[str] = Counter()
    for number, row in enumerate(rows(entity), start=1):
        known = {**values(shape, row), "id": number}
        found[make(lambda keys, known=known: known.get(keys[0]), GROUND)] += 1
    return found


def test_every_file_is_in_the_order_and_every_entity_of_the_order_has_one() -> None:
    assert sorted(file.stem for file in SAMPLE.glob("*.csv")) == sorted(ORDER)


def test_company_without_the_sample_gets_dictionaries_only() -> None:
    assert {SNAPSHOT.entities[entity].kind for entity in SETTINGS["always"]} == {"dictionary"}


@pytest.mark.parametrize("entity", ORDER)
def test_every_cell_is_a_value_of_its_field_and_every_link_leads_to_one_record(entity: str) -> None:
    shape, fields = SNAPSHOT.entities[entity], fields_of(entity)
    for number, row in enumerate(rows(entity), start=2):
        where = f"{entity}.csv: line {number}"
        assert set(row) <= {*fields, *ABOUT}, where
        found = values(shape, row)
        for key, field in fields.items():
            if field.required and field.default is None:
                assert found[key] not in (None, ()), f"{where}: {key}"
            for label in found[key] or () if is_link(field) else ():
                target, _, title = label.partition(": ") if field.type == "any_link" else (field.targets[0], "", label)
                assert labels(target)[title] == 1, f"{where}: {key}: {label}"
            if field.check is not None and found[key] is not None:
                assert compile_python(field.check)(lambda keys, found=found: found.get(keys[0]), GROUND), (
                    f"{where}: {key}"
                )


def test_labels_and_unique_fields_do_not_repeat() -> None:
    for entity in ("employee", "department", "counterparty", "contact", "deal", "product"):
        assert not [label for label, times in labels(entity).items() if times > 1 or not label]
    for entity in ORDER:
        for key, field in fields_of(entity).items():
            if field.unique:
                filled = [row[key] for row in rows(entity) if row.get(key)]
                assert len(filled) == len(set(filled)), f"{entity}.{key}"


def test_there_is_enough_to_look_at() -> None:
    counts = {entity: len(list(rows(entity))) for entity in ORDER}
    assert counts["employee"] == 12
    assert counts["department"] == 3
    assert counts["counterparty"] == 40
    assert counts["contact"] == 60
    assert counts["deal"] >= 75
    assert counts["product"] >= 15
    done = Counter(bool(row["done_at"]) for row in rows("activity"))
    assert done[True] >= 50
    assert done[False] >= 30


def test_deal_went_through_its_stages_in_order_and_stands_on_the_last() -> None:
    shape = SNAPSHOT.entities["deal"]
    order = {stage.key: (pipeline.key, at) for pipeline in shape.pipelines for at, stage in enumerate(pipeline.stages)}
    for row in rows("deal"):
        moves = [part.split("@") for part in several(row["@stages"])]
        days = [date.fromisoformat(on_day(day)) for _, day in moves]
        places = [order[stage] for stage, _ in moves]
        assert moves[-1][0] == row["stage"], row["title"]
        assert days == sorted(days), row["title"]
        assert days[0] == date.fromisoformat(on_day(row["@created"])), row["title"]
        assert days[-1] <= DAY, row["title"]
        assert places == sorted(places), row["title"]
        assert len({pipeline for pipeline, _ in places}) == 1, row["title"]
        stage = shape.stages[row["stage"]]
        assert bool(row["closed_on"]) == bool(stage.ends), row["title"]
        assert all(row[key] for key in stage.requires), row["title"]


def test_every_stage_is_stood_on() -> None:
    assert set(SNAPSHOT.entities["deal"].stages) == {row["stage"] for row in rows("deal")}


def test_amount_of_a_deal_is_the_sum_of_its_lines() -> None:
    sums: dict[str, Decimal] = {}
    for line in rows("deal_line"):
        price, quantity, discount = (Decimal(line[key] or 0) for key in ("price", "quantity", "discount_percent"))
        sums[line["deal"]] = sums.get(line["deal"], Decimal(0)) + quantity * price * (100 - discount) / 100
    amounts = {row["title"]: row["amount"] for row in rows("deal")}
    assert sums
    for deal, total in sums.items():
        assert Decimal(amounts[deal]) == total, deal


def test_everybody_of_the_cast_signs_in_with_a_role() -> None:
    cast = {f"{row['first_name']} {row['surname']}": (row["department"], row["@roles"]) for row in rows("employee")}
    assert cast["Ольга Смирнова"] == ("Отдел продаж", "manager")
    assert cast["Пётр Кузнецов"] == ("Отдел продаж", "manager")
    assert cast["Анна Соколова"] == ("Отдел по работе с партнёрами", "manager")
    assert cast["Игорь Лебедев"] == ("Отдел продаж", "head; manager")
    assert cast["Мария Белова"] == ("Дирекция", "director")
    assert cast["Артём Волков"] == ("Дирекция", "admin")
    assert {role for _, roles in cast.values() if roles for role in roles.split("; ")} == set(SNAPSHOT.roles)


def test_planned_activities_stand_around_today() -> None:
    planned = [on_day(row["due_at"])[:10] for row in rows("activity") if not row["done_at"]]
    assert sum(day < DAY.isoformat() for day in planned) >= 3
    assert sum(day == DAY.isoformat() for day in planned) >= 3
    assert sum(day > DAY.isoformat() for day in planned) >= 10


def test_some_open_deal_has_no_next_step() -> None:
    planned = {row["about"].removeprefix("deal: ") for row in rows("activity") if not row["done_at"]}
    assert [row["title"] for row in rows("deal") if not row["closed_on"] and row["title"] not in planned]


def test_nobody_is_entered_after_what_was_done_with_him() -> None:
    born = {entity: {row["@created"] for row in rows(entity)} for entity in ("contact", "counterparty", "deal")}
    assert all("" not in days for days in born.values()), "what has no day of its own would be created today"
    clients = {row["title"]: on_day(row["@created"]) for row in rows("counterparty")}
    people = {f"{row['first_name']} {row['surname']}": on_day(row["@created"]) for row in rows("contact")}
    for deal in rows("deal"):
        begun = on_day(deal["@created"])
        assert clients.get(deal["counterparty"], begun) <= begun, deal["title"]
        assert all(people[one] <= begun for one in several(deal["contacts"])), deal["title"]
    for row in rows("counterparty"):
        assert not row["parent"] or clients[row["parent"]] <= on_day(row["@created"]), row["title"]
