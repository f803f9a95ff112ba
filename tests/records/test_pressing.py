"""A button of a card writes as who presses it would by hand: within his rights, by the same rules, and can be undone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from svyaz.access.actor import SYSTEM
from svyaz.configurator.apply import apply_wanted
from svyaz.configurator.edits import PutForm
from svyaz.configurator.plan import Wanted
from svyaz.kernel.problem import Denied, NotFound, Problem
from svyaz.records.pressing import press_button
from svyaz.records.write import state_while_filling
from tests.cast import Cast

VALUES = {
    "priority": '"high"',
    "close_on": "date(2026, 5, 1)",
    "description": 'title & ", срочно"',
    "amount": "amount * 2",
}


@pytest.fixture
def card(romashka: Cast) -> Cast:
    buttons = [
        {"key": "urgent", "title": "Срочно", "do": "set", "values": VALUES},
        {"key": "mine", "title": "Беру себе", "do": "set", "values": {"responsible": "me()"}},
        {"key": "sign", "title": "Подписали", "do": "set", "values": {"stage": '"contract"', "external_number": '""'}},
        {
            "key": "cheap",
            "title": "Подороже",
            "do": "set",
            "values": {"amount": "amount + 1"},
            "visible_if": "amount < 10",
        },
        {"key": "look", "title": "Отчёты", "do": "go", "address": "/-/reports"},
    ]
    locked = {"key": "external_number", "read_only_if": "not is_empty(external_number)"}
    parts = [{"title": "О сделке", "fields": ["title", locked]}, {"kind": "buttons", "buttons": buttons}]
    form = {"tab": [{"title": "Основное", "section": parts}]}
    apply_wanted(romashka.company, SYSTEM, Wanted(romashka.snapshot.revision, [PutForm("deal", form)]))
    return romashka


def press(card: Cast, name: str, id: int, button: str, seen: int | None = None) -> Any:
    return card.person(name).write(press_button, "deal", id, button, seen)


def test_button_writes_what_it_works_out_of_the_record_and_one_batch_takes_it_back(card: Cast) -> None:
    olga = card.person("Ольга")
    made = olga.create("deal", title="Насосы", amount="1000", priority="low")
    done = press(card, "Ольга", made.id, "urgent", made.version)
    told = {key: done.record.values[key] for key in VALUES}
    assert told == {
        "priority": "high",
        "close_on": "2026-05-01",
        "description": "Насосы, срочно",
        "amount": ["2000.00", "RUB"],
    }
    assert done.record.version == 2
    olga.undo(done.batch)
    back = olga.open("deal", made.id).values
    assert (back["priority"], back["description"], back["amount"]) == ("low", None, ["1000.00", "RUB"])


def test_button_has_no_right_of_its_own(card: Cast) -> None:
    made = card.person("Ольга").create("deal", title="Насосы", priority="low").id
    with card.nothing_changes(), pytest.raises((Denied, NotFound)):
        press(card, "Анна", made, "urgent")
    grant = card.snapshot.roles["manager"].grants["deal"]
    card.give_role("Ольга", "reader", replace(grant, fields={"priority": "read"}))
    with card.nothing_changes(), pytest.raises(Problem) as caught:
        press(card, "Ольга", made, "urgent")
    assert (caught.value.code, caught.value.place) == ("field_read_only", "values.priority")


def test_what_is_hidden_from_who_presses_is_not_worked_out_for_him(card: Cast) -> None:
    made = card.person("Ольга").create("deal", title="Насосы", amount="1000").id
    grant = card.snapshot.roles["manager"].grants["deal"]
    card.give_role("Ольга", "blind", replace(grant, fields={"title": "hidden"}))
    with card.nothing_changes(), pytest.raises(Problem) as caught:
        press(card, "Ольга", made, "urgent")
    assert (caught.value.code, caught.value.facts) == ("button_reads_hidden", {"button": "Срочно"})


def test_conditions_and_stages_hold_for_a_button_as_for_a_hand(card: Cast) -> None:
    made = card.person("Ольга").create("deal", title="Насосы", external_number="А-1").id
    with card.nothing_changes(), pytest.raises(Problem) as caught:
        press(card, "Ольга", made, "sign")
    assert "values.external_number" in {one.place for one in getattr(caught.value, "problems", [caught.value])}


@pytest.mark.parametrize("button", ["nobody", "look"])
def test_button_that_writes_nothing_or_is_not_there_is_refused(card: Cast, button: str) -> None:
    made = card.person("Ольга").create("deal", title="Насосы").id
    with card.nothing_changes(), pytest.raises(Problem) as caught:
        press(card, "Ольга", made, button)
    assert caught.value.code == "button_unknown"


def test_button_gives_a_link_to_who_pressed_it(card: Cast) -> None:
    made = card.person("Пётр").create("deal", title="Насосы").id
    done = press(card, "Игорь", made, "mine")
    assert done.record.values["responsible"][0] == card.people["Игорь"]


def test_button_is_on_the_card_and_may_be_pressed_only_while_its_condition_is_true(card: Cast) -> None:
    olga = card.person("Ольга")
    made = olga.create("deal", title="Насосы", amount="9.00")
    assert made.form["buttons"] == []
    assert press(card, "Ольга", made.id, "cheap").record.form["buttons"] == ["cheap"]
    with card.nothing_changes(), pytest.raises(Problem) as caught:
        press(card, "Ольга", made.id, "cheap")
    assert (caught.value.code, caught.value.facts) == ("button_not_now", {"button": "Подороже"})
    state = olga.read(state_while_filling, "deal", {"amount": "8.00"}, made.id)
    assert state["buttons"] == []
