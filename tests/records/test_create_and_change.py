"""What a person may rely on when he saves a card, on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from svyaz.expression.check import formula
from svyaz.expression.tree import YES_NO
from svyaz.kernel.problem import Problem, Problems
from svyaz.records import history, write
from svyaz.records.problems import RecordChangedMeanwhile, VersionAhead
from svyaz.schema.scope import EntityScope
from svyaz.schema.snapshot import Title
from tests.cast import Cast, Person


def refused(person: Person, cast: Cast, act: str, *asked: Any, **values: Any) -> list[Problem]:
    """The problems of a call that must leave nothing behind."""
    with cast.nothing_changes(), pytest.raises(Problem) as caught:
        getattr(person, act)(*asked, **values)
    problem = caught.value
    return list(problem.problems) if isinstance(problem, Problems) else [problem]


def codes(problems: list[Problem]) -> list[tuple[str, str]]:
    return sorted((one.place, one.code) for one in problems)


def test_created_record_is_read_back_as_it_was_given_with_defaults_and_a_number(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    made = olga.create("deal", title="  Насосы ", amount="1 200,50", priority="high")
    assert made.values["title"] == "Насосы"
    assert made.values["amount"] == ["1200.50", "RUB"]
    assert made.values["stage"] == "new"
    assert made.values["responsible"] == [olga.id, "Ольга Смирнова"]
    assert made.values["number"] == "0001"
    assert made.values["created_by"] == [olga.id, "Ольга Смирнова"]
    assert (made.label, made.version) == ("Насосы", 1)
    assert made.rights == {"change": True, "delete": False, "history": True}
    assert olga.create("deal", title="Краны").values["number"] == "0002"


def test_all_problems_of_a_form_are_told_at_once_each_with_its_place(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    told = refused(olga, romashka, "create", "deal", amount="много", close_on="2026-02-31", nothing=1, id=5, stage="x")
    assert codes(told) == [
        ("values.amount", "money_not_understood"),
        ("values.close_on", "date_absent"),
        ("values.id", "field_read_only"),
        ("values.nothing", "unknown_field"),
        ("values.stage", "choice_unknown"),
    ]


def test_hidden_field_is_refused_exactly_like_one_that_does_not_exist(romashka: Cast) -> None:
    grant = romashka.snapshot.roles["manager"].grants["deal"]
    romashka.give_role("Ольга", "blind", replace(grant, fields={"amount": "hidden", "close_on": "read"}))
    olga = romashka.person("Ольга")
    mine = olga.create("deal", title="Насосы")
    assert "amount" not in mine.values
    assert "close_on" in mine.values
    for act, asked in (("create", ("deal",)), ("change", ("deal", mine.id))):
        hidden, absent = (refused(olga, romashka, act, *asked, **{key: "1"})[0] for key in ("amount", "no_field"))
        assert (hidden.code, hidden.status, {**hidden.facts, "field": ""}) == (
            absent.code,
            absent.status,
            {**absent.facts, "field": ""},
        )
    assert codes(refused(olga, romashka, "change", "deal", mine.id, close_on="2026-05-01")) == [
        ("values.close_on", "field_read_only")
    ]


def test_required_field_is_asked_at_creation_and_cannot_be_emptied(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    assert codes(refused(olga, romashka, "create", "counterparty", title=" ")) == [("values.title", "field_required")]
    made = olga.create("counterparty", title="Лютик")
    assert codes(refused(olga, romashka, "change", "counterparty", made.id, title=None)) == [
        ("values.title", "field_required")
    ]


def test_field_made_required_yesterday_does_not_forbid_correcting_another_today(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    made = olga.create("counterparty", title="Лютик")
    romashka.with_field("counterparty", "city", required=True)
    assert olga.change("counterparty", made.id, note="Позвонить").version == 2
    assert codes(refused(olga, romashka, "create", "counterparty", title="Другой")) == [
        ("values.city", "field_required")
    ]


def test_link_cannot_be_set_to_what_one_cannot_see(romashka: Cast) -> None:
    olga, anna = romashka.person("Ольга"), romashka.person("Анна")
    hers = anna.create("counterparty", title="Тайный клиент")
    gone = olga.create("counterparty", title="Удалённый")
    romashka.person("Мария Сергеевна").delete("counterparty", gone.id)
    told = [
        refused(olga, romashka, "create", "deal", title="Насосы", counterparty=id)[0]
        for id in (hers.id, gone.id, 10**9)
    ]
    assert {(one.code, one.place, one.status) for one in told} == {("link_not_found", "values.counterparty", 422)}
    assert all("Тайный" not in str(one) for one in told)


def test_link_to_an_unseen_record_that_stands_there_already_does_not_forbid_other_changes(romashka: Cast) -> None:
    hers = romashka.system.create("counterparty", title="Тайный", responsible=romashka.people["Анна"])
    mine = romashka.system.create("deal", title="Насосы", counterparty=hers.id, responsible=romashka.people["Ольга"])
    olga = romashka.person("Ольга")
    assert olga.open("deal", mine.id).values["counterparty"] == [hers.id, None]
    assert olga.change("deal", mine.id, title="Краны", counterparty=[hers.id, None]).values["title"] == "Краны"


UNIQUE = [
    # who        whose record has the value    what is told
    ("Ольга", "Ольга", "value_taken"),
    ("Мария Сергеевна", "Анна", "value_taken"),
    ("Ольга", "Анна", "value_taken_unseen"),
]


@pytest.mark.parametrize(("who", "whose", "code"), UNIQUE)
def test_taken_value_names_the_record_only_to_those_who_may_see_it(
    romashka: Cast, who: str, whose: str, code: str
) -> None:
    romashka.system.create("deal", title="Первая", external_number="А-7", responsible=romashka.people[whose])
    problem = refused(romashka.person(who), romashka, "create", "deal", title="Вторая", external_number=" а-7 ")[0]
    assert (problem.code, problem.place) == (code, "values.external_number")
    assert ("Первая" in str(problem)) is (code == "value_taken")


def test_two_equal_values_in_one_list_are_refused_and_the_first_wins_when_each_stands_alone(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    rows = [{"title": f"№ {at}", "external_number": value} for at, value in enumerate("АББ")]
    with romashka.nothing_changes(), pytest.raises(Problem) as caught:
        olga.write(write.create_many, "deal", rows)
    assert caught.value.place == "rows[2].values.external_number"
    written = olga.write(write.create_many, "deal", rows, each=True)
    assert [id is None for id in written.ids] == [False, False, True]
    assert [one.code for one in written.problems[2]] == ["value_taken"]


def test_value_is_free_again_once_its_record_gave_it_up(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    _, two = (olga.create("deal", title=value, external_number=value) for value in "АБ")
    third = olga.create("deal", title="В", external_number="В")
    problem = refused(olga, romashka, "change", "deal", third.id, external_number="А")[0]
    assert problem.code == "value_taken"
    assert olga.change("deal", two.id, external_number=None).values["external_number"] is None
    assert olga.change("deal", third.id, external_number="Б").values["external_number"] == "Б"


def test_rule_of_a_field_is_asked_with_its_own_words(romashka: Cast) -> None:
    scope = EntityScope(romashka.snapshot.entities, "deal")
    rule = formula("close_on = empty or engaged_on = empty or close_on >= engaged_on", scope, YES_NO)
    romashka.with_field("deal", "close_on", check=rule, check_title=Title("Закрыть можно не раньше начала"))
    olga = romashka.person("Ольга")
    mine = olga.create("deal", title="Насосы", engaged_on="2026-03-01", close_on="2026-03-01")
    problem = refused(olga, romashka, "change", "deal", mine.id, engaged_on="2026-03-02")[0]
    assert (problem.code, problem.facts["rule"]) == ("check_failed", "Закрыть можно не раньше начала")


def test_new_record_must_lie_within_the_scope_of_adding(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    problem = refused(olga, romashka, "create", "deal", title="Чужая", responsible=romashka.people["Анна"])[0]
    assert (problem.code, problem.status) == ("denied_add_record", 403)
    assert romashka.person("Игорь").create("deal", title="Отдел", responsible=romashka.people["Пётр"]).id


def test_own_record_may_be_handed_over_and_is_then_out_of_sight(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    mine = olga.create("deal", title="Насосы")
    given = olga.change("deal", mine.id, responsible=romashka.people["Анна"])
    assert given.values == {}
    assert romashka.person("Анна").open("deal", mine.id).values["title"] == "Насосы"


def test_change_that_changes_nothing_writes_nothing(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    mine = olga.create("deal", title="Насосы", amount="100")
    with romashka.nothing_changes():
        assert olga.change("deal", mine.id, 1, title="Насосы", amount=["100.00", "RUB"]).version == 1


def test_form_may_ask_what_it_would_be_refused_for_without_saving(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    mine = olga.create("deal", title="Насосы", external_number="А")
    hers = romashka.person("Анна").create("deal", title="Чужая")
    asked: list[tuple[str, dict[str, Any], int | None, list[tuple[str, str]]]] = [
        ("deal", {"title": "Краны"}, None, []),
        (
            "deal",
            {"amount": "много", "external_number": "а"},
            None,
            [("values.amount", "money_not_understood"), ("values.external_number", "value_taken")],
        ),
        ("deal", {"external_number": "а"}, None, [("values.external_number", "value_taken")]),
        ("deal", {"external_number": "а"}, mine.id, []),
        ("deal", {"stage": "failed"}, mine.id, [("values.loss_reason", "stage_requires")]),
        ("deal", {"title": "Моя"}, hers.id, [("", "denied_change_record")]),
        ("product", {"title": "Насос"}, None, [("", "denied_add")]),
    ]
    for entity, values, id, wanted in asked:
        with romashka.nothing_changes():
            assert codes(olga.read(write.check_record, entity, values, id)) == wanted


# --- two editors


def test_two_editors_of_different_fields_are_merged(romashka: Cast) -> None:
    olga, igor = romashka.person("Ольга"), romashka.person("Игорь")
    mine = olga.create("deal", title="Насосы")
    igor.change("deal", mine.id, 1, priority="high")
    merged = olga.change("deal", mine.id, 1, title="Краны")
    assert (merged.version, merged.values["title"], merged.values["priority"]) == (3, "Краны", "high")


def test_second_of_two_people_changing_one_field_is_told_who_was_first_and_both_values(romashka: Cast) -> None:
    olga, igor = romashka.person("Ольга"), romashka.person("Игорь")
    mine = olga.create("deal", title="Насосы", amount="100")
    igor.change("deal", mine.id, 1, title="Краны", amount="200")
    with romashka.nothing_changes(), pytest.raises(RecordChangedMeanwhile) as caught:
        olga.change("deal", mine.id, 1, title="Трубы", priority="low")
    facts = caught.value.facts
    assert facts["who"] == "Игорь Орлов"
    assert facts["fields"] == [
        {"field": "title", "title": "Название", "seen": "Насосы", "now": "Краны", "mine": "Трубы"}
    ]
    assert facts["version"] == 2
    assert caught.value.status == 409
    assert olga.change("deal", mine.id, 2, title="Трубы").version == 3


def test_two_editors_who_wrote_the_same_value_do_not_quarrel(romashka: Cast) -> None:
    olga, igor = romashka.person("Ольга"), romashka.person("Игорь")
    mine = olga.create("deal", title="Насосы")
    igor.change("deal", mine.id, 1, title="Краны")
    assert olga.change("deal", mine.id, 1, title="Краны").version == 2


def test_merged_record_is_checked_as_a_whole(romashka: Cast) -> None:
    scope = EntityScope(romashka.snapshot.entities, "deal")
    rule = formula("close_on = empty or engaged_on = empty or close_on >= engaged_on", scope, YES_NO)
    romashka.with_field("deal", "close_on", check=rule)
    olga, igor = romashka.person("Ольга"), romashka.person("Игорь")
    mine = olga.create("deal", title="Насосы", engaged_on="2026-03-01", close_on="2026-03-10")
    igor.change("deal", mine.id, 1, close_on="2026-03-02")
    assert codes(refused(olga, romashka, "change", "deal", mine.id, 1, engaged_on="2026-03-05")) == [
        ("values.close_on", "check_failed")
    ]


def test_version_the_record_never_had_is_refused(romashka: Cast) -> None:
    mine = romashka.person("Ольга").create("deal", title="Насосы")
    with romashka.nothing_changes(), pytest.raises(VersionAhead):
        romashka.person("Ольга").change("deal", mine.id, 9, title="Краны")


# --- history


def test_history_tells_who_changed_what_and_hides_hidden_fields(romashka: Cast) -> None:
    olga, igor = romashka.person("Ольга"), romashka.person("Игорь")
    client = olga.create("counterparty", title="Лютик")
    mine = olga.create("deal", title="Насосы")
    romashka.tick(minutes=5)
    igor.change("deal", mine.id, amount="100", counterparty=client.id)
    igor.change("deal", mine.id, amount="200")
    told = olga.read(history.read_history, "deal", mine.id).items
    assert [(one.kind, one.actor[1]) for one in told] == [
        ("Changed", "Игорь Орлов"),
        ("Changed", "Игорь Орлов"),
        ("Created", "Ольга Смирнова"),
    ]
    assert [(one.key, one.before, one.after) for one in told[0].fields] == [
        ("amount", ["100.00", "RUB"], ["200.00", "RUB"])
    ]
    assert {one.key: one.after for one in told[1].fields}["counterparty"] == [client.id, "Лютик"]
    of_field = olga.read(history.read_history, "deal", mine.id, field="amount").items
    assert len(of_field) == 2

    grant = romashka.snapshot.roles["manager"].grants["deal"]
    romashka.give_role("Ольга", "blind", replace(grant, fields={"amount": "hidden"}))
    told = romashka.person("Ольга").read(history.read_history, "deal", mine.id).items
    assert [(one.kind, [each.key for each in one.fields]) for one in told] == [
        ("Changed", ["counterparty"]),
        ("Created", []),
    ]
    assert told[0].fields[0].after == [client.id, None]
    with pytest.raises(Problem) as caught:
        romashka.person("Ольга").read(history.read_history, "deal", mine.id, field="amount")
    assert caught.value.code == "unknown_field"


def test_long_history_comes_in_pages_without_gaps(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    mine = olga.create("deal", title="0")
    for at in range(1, 8):
        olga.change("deal", mine.id, title=str(at))
    seen: list[Any] = []
    after = None
    while True:
        page = olga.read(history.read_history, "deal", mine.id, after=after, limit=3)
        seen += page.items
        after = page.next
        if after is None:
            break
    assert [one.version for one in seen] == [8, 7, 6, 5, 4, 3, 2, 1]


# --- money of other currencies


def test_sum_in_another_currency_is_counted_by_the_rate_of_its_day(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    for day, rate in (("2026-03-01", "90"), ("2026-03-02", "92.5"), ("2026-03-09", "100")):
        boss.create("currency_rate", currency="USD", rated_on=day, rate=rate)
    olga = romashka.person("Ольга")
    mine = olga.create("deal", title="Насосы", amount="100 USD")
    assert mine.values["amount"] == ["100.00", "USD"]
    assert olga.ids("deal", filter="amount = 9250") == [mine.id]
    olga.change("deal", mine.id, amount="10 EUR")
    assert olga.ids("deal", filter="amount = empty") == [mine.id]
