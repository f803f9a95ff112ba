"""A change is answered by the very statement that writes it: the answer equals what opening the card tells, on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from svyaz.records import read
from svyaz.storage import record_tables, told_change
from svyaz.tenancy.company import apply_source, current_source
from tests.cast import Cast, Person
from tests.records.test_as_of import with_field


def told_by_the_statement(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each answer to a change from now on: whether the card was not read again."""
    seen: list[bool] = []
    find, tell = read._find_row, told_change.told_cells

    def found(*asked: Any) -> Any:
        seen.append(False)
        return find(*asked)

    def told(*asked: Any) -> Any:
        seen.append(True)
        return tell(*asked)

    monkeypatch.setattr(read, "_find_row", found)
    monkeypatch.setattr(read, "told_cells", told)
    return seen


def change(person: Person, entity: str, id: int, **values: Any) -> Any:
    told = person.change(entity, id, **values)
    assert told == person.open(entity, id)
    return told


def test_answer_is_the_card_as_it_is_opened_whatever_was_changed(
    romashka: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    olga, maria = romashka.person("Ольга"), romashka.person("Мария Сергеевна")
    firm = olga.create("counterparty", title="Ромашка")
    people = [olga.create("contact", first_name="Иван", surname=name).id for name in ("Первый", "Второй")]
    sale = olga.create("deal", title="Насосы", contacts=people, counterparty=firm.id, amount=1000).id
    asked = told_by_the_statement(monkeypatch)
    for who in (olga, maria):
        for values in (
            {"amount": "1 200,50"},
            {"amount": None, "close_on": "2026-03-01"},
            {"counterparty": None},
            {"counterparty": firm.id, "description": "Позвонить"},
            {"responsible": romashka.people["Ольга"]},
        ):
            change(who, "deal", sale, **values)
            if values.get("responsible") is None:
                assert asked == [True, False]  # told by the change, found by the opening
            asked.clear()
    for values in ({"contacts": people[:1]}, {"title": "Краны"}, {"stage": "needs"}):
        assert change(olga, "deal", sale, **values).values["contacts"]
        assert asked == [False, False]  # a name, several values or what a trait writes after it: read again
        asked.clear()


def test_who_hands_a_record_over_beyond_his_sight_is_told_nothing_of_it(romashka: Cast) -> None:
    anna, olga = romashka.person("Анна"), romashka.person("Ольга")
    sale = anna.create("deal", title="Насосы").id
    told = anna.change("deal", sale, responsible=olga.id)
    assert (told.id, told.version, told.values) == (sale, 0, {})


def test_record_that_links_to_its_own_object_is_read_again(romashka: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    artyom = romashka.person("Артём")
    top, low = romashka.departments["Продажи"], romashka.departments["Опт"]
    change(artyom, "department", low, parent=top)
    asked = told_by_the_statement(monkeypatch)
    assert change(artyom, "department", low, head=romashka.people["Анна"]).values["parent"] == [top, "Продажи"]
    assert asked == [False, False]


def test_card_with_lines_knows_of_them_when_it_is_read_to_be_changed(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    sales = [olga.create("deal", title=title).id for title in ("Насосы", "Краны")]
    line = olga.create("deal_line", deal=sales[0], title="Насос", price=100, quantity=2).id
    with romashka.company.read() as session:
        one = record_tables.fetch(session, "deal", sales[:1])
        both = record_tables.fetch(session, "deal", sales)
    assert one[sales[0]].lined == both[sales[0]].lined == {"deal_line"}
    assert both[sales[1]].lined == frozenset()
    olga.delete("deal_line", line)
    with romashka.company.read() as session:
        assert record_tables.fetch(session, "deal", sales)[sales[0]].lined == frozenset()


def test_formula_of_the_record_itself_is_in_the_answer(romashka: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with romashka.company.read() as session:
        source = current_source(session)
    for key, formula, shows in (("half", "amount / 2", "money"), ("said", "title & '!'", "")):
        added = {"key": key, "title": {"ru": key}, "type": "formula", "formula": formula, "shows": shows}
        source = with_field(source, "deal", added)
    apply_source(romashka.company, source, None)
    olga = romashka.person("Ольга")
    sale = olga.create("deal", title="Насосы", amount=1000).id
    assert change(olga, "deal", sale, amount=3000).values["half"] == ["1500.00", "RUB"]
    assert change(olga, "deal", sale, title="Краны").values["said"] == "Краны!"
    asked = told_by_the_statement(monkeypatch)
    change(olga, "deal", sale, description="Без счёта")
    assert asked == [True, False]  # nothing that is computed moved: told by the change
