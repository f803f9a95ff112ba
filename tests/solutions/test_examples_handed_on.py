"""A company's records go along with its solution as examples: what they are and what they point to is the same there."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from svyaz.access.actor import SYSTEM
from svyaz.configurator import edits as op
from svyaz.kernel.text import sort_key
from svyaz.records.write import create_record
from svyaz.schema.snapshot import Field
from svyaz.solutions import install as solutions
from svyaz.solutions.package import opened, write
from svyaz.solutions.sample import check_sample, load_sample
from svyaz.solutions.sample_export import with_sample
from svyaz.storage import recompute, record_tables, stage_moves
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company
from svyaz.traits.registry import TRAITS
from tests.solutions.test_handing_on import change, empty, install

__all__ = ["empty"]
OWN = [
    {"key": "title", "title": "Имя", "type": "text", "required": True},
    {"key": "cost", "title": "Цена", "type": "money"},
    {"key": "size", "title": "Размер", "type": "decimal", "scale": 2},
    {"key": "length", "title": "Длина", "type": "duration"},
    {"key": "spot", "title": "Где", "type": "place"},
    {"key": "phones", "title": "Телефоны", "type": "phone"},
    {"key": "named", "title": "ФИО", "type": "person_name"},
    {"key": "address", "title": "Адрес", "type": "address"},
    {"key": "mark", "title": "Оценка", "type": "rating"},
    {"key": "tone", "title": "Цвет", "type": "colour"},
    {"key": "ready", "title": "Готово", "type": "yes_no"},
    {"key": "day", "title": "День", "type": "date"},
    {"key": "moment", "title": "Момент", "type": "datetime"},
    {"key": "kinds", "title": "Виды", "type": "choices", "options": [{"key": "a", "title": "А"}, {"key": "b", "title": "Б"}]},
    {"key": "deals", "title": "Сделки", "type": "links", "to": "deal"},
    {"key": "above", "title": "Выше", "type": "link", "to": "thing"},
    {"key": "about", "title": "О чём", "type": "any_link"},
    {"key": "whose", "title": "Чьё", "type": "employee"},
    {"key": "twice", "title": "Вдвое", "type": "formula", "formula": "size * 2"},
]  # fmt: skip


@pytest.fixture
def filled(company: Company) -> Company:
    company.conduct = TRAITS
    change(company, op.AddEntity({"key": "thing", "title": "Вещь", "icon": "box", "field": OWN}))
    with company.write() as session:

        def make(entity: str, **values: Any) -> int:
            return int(create_record(session, SYSTEM, entity, values).id)

        person = make("employee", surname="Ольга")
        clients = [make("counterparty", title=title, kind="company") for title in ("Ромашка", "Лютик", "Лютик")]
        deals = [make("deal", title=f"Сделка {at}", counterparty=clients[at], amount="5.00") for at in range(3)]
        product = make("product", title='Насос "A"; большой', price="12.50")
        make("deal_line", deal=deals[2], product=product, quantity="3", price="12.50")
        first = make(
            "thing", title='Первая; она же "А"', cost=["10.00", "USD"], size="2.50", length=90, deals=deals[:2]
        )
        make(
            "thing",
            title="Вторая",
            above=first,
            about=["counterparty", clients[2]],
            phones=["+79161234567", "+79161234568"],
            named="Иванов Пётр",
            mark=4,
            tone="#ff0000",
            ready=True,
            day="1983-03-28",
            moment="2026-03-04T07:30:00+00:00",
            kinds=["a", "b"],
            whose=person,
            spot=[55.75, 37.61],
        )
    return company


def told(session: Session) -> dict[str, list[dict[str, Any]]]:
    """Every record of what is handed on, with links told by the title and the client of what they point to."""
    snapshot = session.snapshot
    everything: dict[int, Any] = {}
    for key in snapshot.entities:
        everything |= record_tables.fetch(session, key, recompute.portion(session, key, 0, 1_000))

    def target(id: int) -> Any:
        one = everything[id]
        client = one.values.get("counterparty")
        return one.label, everything[client].label if client else None

    def value(known: Field, stored: Any) -> Any:
        if known.type == "any_link":
            return stored and target(stored[1] if isinstance(stored, tuple) else stored.id)
        if known.targets and stored:
            return [target(id) for id in stored] if isinstance(stored, tuple) else target(stored)
        return stored

    found: dict[str, list[dict[str, Any]]] = {}
    for key, shape in snapshot.entities.items():
        if shape.origin == "org":
            continue
        fields = [
            one for one in shape.fields if not one.system and one.type not in ("employee", "department", "autonumber")
        ]
        records = record_tables.fetch(session, key, recompute.portion(session, key, 0, 1_000))
        rows = [
            {"label": one.label if one.label != str(id) else "", "at": one.created_at.replace(second=0, microsecond=0)}
            | {known.key: value(known, one.values.get(known.key)) for known in fields}
            | {
                "stages": [
                    (m.stage, m.entered_at.replace(second=0, microsecond=0)) for m in stage_moves.moves_of(session, id)
                ]
            }
            for id, one in records.items()
        ]
        if rows:
            found[key] = sorted(rows, key=repr)
    return found


def test_examples_come_to_an_empty_base_as_they_were_with_what_they_point_to(
    filled: Company, empty: Company, tmp_path: Path
) -> None:
    with filled.read() as session:
        package = solutions.export(session, "own", {"ru": "Своё"}, "1")
        package = with_sample(session, SYSTEM, package, tmp_path / "room" / "sample")
        write(package, tmp_path / "own.zip")
        was = told(session)
    assert install(empty, tmp_path / "own.zip") == []
    with opened(tmp_path / "own.zip") as again:
        assert again.sample is not None
        check_sample(again.sample, empty.snapshot.entities)
        assert load_sample(empty, again.sample) == sum(map(len, was.values()))
    with empty.read() as session:
        now = told(session)
        assert now.keys() == was.keys()
        for key in was:
            assert now[key] == was[key], key
        assert not record_tables.find_by_label(session, "employee", [sort_key("Ольга")])
    with filled.read() as session:
        once = with_sample(session, SYSTEM, package, tmp_path / "again" / "sample")
        write(once, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "own.zip").read_bytes()


def test_what_cannot_be_without_a_person_or_a_record_left_out_is_left_out(filled: Company, tmp_path: Path) -> None:
    change(
        filled,
        op.ChangeField("thing", "whose", {"required": True}),
        op.AddLink("deal", "thing", {"key": "thing", "title": "Вещь", "required": True}),
    )
    with filled.read() as session:
        package = solutions.export(session, "own", {"ru": "Своё"}, "1")
        package = with_sample(session, SYSTEM, package, tmp_path / "sample")
    assert {one.stem for one in (tmp_path / "sample").glob("*.csv")} & {
        "thing",
        "deal",
        "deal_line",
        "employee",
    } == set()
    with (tmp_path / "sample" / "counterparty.csv").open(encoding="utf-8") as file:
        assert [row["title"] for row in csv.DictReader(file)] == ["Ромашка", "Лютик", "Лютик"]
