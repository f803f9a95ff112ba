"""Lines of goods and the amount of their card."""

from __future__ import annotations

from typing import Any

import pytest

from svyaz.kernel.problem import Problem
from svyaz.records import history, write
from tests.cast import Cast, Person


def amount(person: Person, id: int) -> Any:
    return person.open("deal", id).values["amount"]


def test_amount_follows_its_lines_in_the_same_transaction(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    sale = olga.create("deal", title="Насосы")
    first = olga.create(
        "deal_line", deal=sale.id, title="Насос", price="33.33", quantity="3", discount_percent="10", vat_percent="20"
    )
    assert (first.values["line_sum"], first.values["vat_sum"]) == (["89.99", "RUB"], ["15.00", "RUB"])
    assert amount(olga, sale.id) == ["89.99", "RUB"]
    second = olga.create("deal_line", deal=sale.id, title="Доставка", price="10")
    assert amount(olga, sale.id) == ["99.99", "RUB"]
    olga.change("deal_line", second.id, quantity="2")
    assert amount(olga, sale.id) == ["109.99", "RUB"]
    told = olga.read(history.read_history, "deal", sale.id).items[0]
    assert (told.actor[1], [one.key for one in told.fields]) == ("Ольга Смирнова", ["amount"])


def test_many_lines_at_once_are_summed_once(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    one, two = (olga.create("deal", title=title) for title in "АБ")
    rows = [{"deal": (one if at % 2 else two).id, "title": str(at), "price": "1.01"} for at in range(100)]
    olga.write(write.create_many, "deal_line", rows)
    assert (amount(olga, one.id), amount(olga, two.id)) == (["50.50", "RUB"], ["50.50", "RUB"])
    assert olga.open("deal", one.id).version == 2


def test_line_moved_to_another_card_moves_its_sum(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    one, two = (olga.create("deal", title=title) for title in "АБ")
    line = olga.create("deal_line", deal=one.id, title="Насос", price="10")
    olga.create("deal_line", deal=one.id, title="Кран", price="5")
    olga.change("deal_line", line.id, deal=two.id)
    assert (amount(olga, one.id), amount(olga, two.id)) == (["5.00", "RUB"], ["10.00", "RUB"])


def test_amount_is_typed_while_there_are_no_lines_and_not_afterwards(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    sale = olga.create("deal", title="Насосы", amount="500")
    assert amount(olga, sale.id) == ["500.00", "RUB"]
    olga.create("deal_line", deal=sale.id, title="Насос", price="10")
    with romashka.nothing_changes(), pytest.raises(Problem) as caught:
        olga.change("deal", sale.id, amount="700")
    assert (caught.value.code, caught.value.place) == ("amount_of_lines", "values.amount")
    assert olga.change("deal", sale.id, title="Краны", amount="10").values["title"] == "Краны"


def test_deleted_line_leaves_the_sum_and_the_last_one_leaves_it_empty(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    sale = olga.create("deal", title="Насосы")
    first, second = (olga.create("deal_line", deal=sale.id, title=title, price="10") for title in "АБ")
    olga.delete("deal_line", first.id)
    assert amount(olga, sale.id) == ["10.00", "RUB"]
    olga.delete("deal_line", second.id)
    assert amount(olga, sale.id) is None
    olga.restore("deal_line", first.id)
    assert amount(olga, sale.id) == ["10.00", "RUB"]


def test_lines_of_one_card_are_in_one_currency(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    sale = olga.create("deal", title="Насосы")
    line = olga.create("deal_line", deal=sale.id, title="Насос", price="10 USD")
    with romashka.nothing_changes(), pytest.raises(Problem) as caught:
        olga.create("deal_line", deal=sale.id, title="Кран", price="10 RUB")
    assert (caught.value.code, caught.value.facts) == ("currencies_differ", {"currency": "RUB", "other": "USD"})
    assert olga.change("deal_line", line.id, price="7 RUB").values["line_sum"] == ["7.00", "RUB"]


def test_undo_of_adding_lines_puts_the_typed_amount_back(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    sale = boss.create("deal", title="Насосы", amount="500")
    before = romashka.living_state()
    line = boss.create("deal_line", deal=sale.id, title="Насос", price="10")
    batch = boss.delete("deal_line", line.id)
    assert amount(boss, sale.id) is None
    boss.undo(batch)
    assert amount(boss, sale.id) == ["10.00", "RUB"]
    assert before
