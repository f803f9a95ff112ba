"""A person leaves: what he leaves is told, handed over in one step, and comes back with an undo."""

from __future__ import annotations

from typing import Any

import pytest

from svyaz.access.actor import Actor
from svyaz.app import actor_of
from svyaz.jobs.worker import Worker
from svyaz.kernel.problem import Denied, NotFound, Problem
from svyaz.org import dismissal, journal
from svyaz.org.administrators import LastAdministrator
from svyaz.org.dismissal import DismissalGoesOn, NothingToHandOver, Receivers
from svyaz.org.people import let_in
from svyaz.org.ways_in import NotOneself
from svyaz.records.problems import LinkNotFound, NothingToUndo
from svyaz.schema.snapshot import Grant
from svyaz.storage import accounts
from tests.cast import Cast


def run_jobs(romashka: Cast) -> None:
    Worker(romashka.company, dismissal.runners(actor_of), romashka.company.clock).run_all()


def dismiss(romashka: Cast, who: str, to: str | None, by: str = "Артём", **by_entity: int | None) -> int:
    receivers = Receivers(romashka.people[to] if to else None, by_entity)
    _, batch = romashka.person(by).write(dismissal.dismiss, romashka.people[who], receivers)
    run_jobs(romashka)
    return int(batch)


@pytest.fixture
def leaving(romashka: Cast) -> dict[str, int]:
    """Игорь leaves: two open deals and a won one, a deal where he helps, tasks, a department, a group, a subordinate."""
    artem, igor, anna = romashka.person("Артём"), romashka.person("Игорь"), romashka.person("Анна")
    made = {name: igor.create("deal", title=name).id for name in ("Насосы", "Трубы", "Краны")}
    client = igor.create("counterparty", title="Маяк", responsible=anna.id).id
    igor.change("deal", made["Краны"], stage="success", counterparty=client, amount="100")
    made["Вентили"] = anna.create("deal", title="Вентили", co_executors=[igor.id, romashka.people["Ольга"]]).id
    made["звонок"] = igor.create("activity", kind="call", subject="Позвонить").id
    made["задача"] = igor.create("activity", kind="task", subject="Счёт").id
    made["сделано"] = igor.create("activity", kind="task", subject="Было", done_at="2026-01-10 10:00").id
    made["группа"] = artem.create("group", title="Тендеры", members=[igor.id, anna.id]).id
    artem.change("employee", anna.id or 0, head=igor.id)
    with romashka.company.write() as session:
        let_in(session, igor.id or 0, "igor", ("head",), "верный-пароль-7")
    return made


def whose(romashka: Cast, entity: str, id: int, field: str = "responsible") -> Any:
    names = {id: name for name, id in romashka.people.items()}
    held = romashka.system.open(entity, id).values[field]
    if held and isinstance(held[0], list | tuple):
        return [names[one[0]] for one in held]
    return names[held[0]] if held else None


def test_the_plan_tells_what_is_left_by_objects_and_activities_by_kinds(
    romashka: Cast, leaving: dict[str, int]
) -> None:
    parts = {one.entity: one for one in romashka.person("Артём").read(dismissal.plan, romashka.people["Игорь"])}
    assert {key: (one.count, one.own) for key, one in parts.items()} == {
        "deal": (3, 2),  # the won one stays his
        "activity": (2, 2),
        "department": (1, 0),
        "group": (1, 0),
        "employee": (1, 0),
    }
    assert parts["deal"].title == "Сделки" and dict(parts["activity"].kinds) == {"Звонок": 1, "Задача": 1}


def test_everything_goes_to_one_person_and_the_way_in_is_closed_at_once(
    romashka: Cast, leaving: dict[str, int]
) -> None:
    igor = romashka.people["Игорь"]
    batch = dismiss(romashka, "Игорь", "Ольга")
    assert [whose(romashka, "deal", leaving[name]) for name in ("Насосы", "Трубы", "Краны")] == [
        *("Ольга", "Ольга", "Игорь")
    ]
    assert whose(romashka, "deal", leaving["Вентили"], "co_executors") == ["Ольга"]  # once, though she was there
    assert [whose(romashka, "activity", leaving[name]) for name in ("звонок", "сделано")] == ["Ольга", "Игорь"]
    assert whose(romashka, "group", leaving["группа"], "members") == ["Ольга", "Анна"]
    assert whose(romashka, "department", romashka.departments["Продажи"], "head") == "Ольга"
    assert whose(romashka, "employee", romashka.people["Анна"], "head") == "Ольга"
    with romashka.company.read() as session:
        login = accounts.login_of(session, igor)
        assert login is not None and not login.active
        parts = dismissal.plan(session, romashka.actor("Артём"), igor)
    assert parts == [] and batch


def test_an_undo_brings_all_back_and_leaves_the_door_closed(romashka: Cast, leaving: dict[str, int]) -> None:
    igor, before = romashka.people["Игорь"], romashka.living_digest()
    batch = dismiss(romashka, "Игорь", "Ольга")
    assert romashka.living_digest() != before
    romashka.person("Артём").write(dismissal.undo_dismissal, igor, batch)
    run_jobs(romashka)
    assert romashka.living_digest() == before
    with romashka.company.read() as session:
        login = accounts.login_of(session, igor)
        assert login is not None and not login.active
        told, _ = journal.read(session, journal.RIGHTS, igor, None, 10)
        assert [one.kind for one in told] == ["dismissal_undone", "dismissed"]
        assert {one.actor for one in told} == {romashka.people["Артём"]}
    with pytest.raises(NothingToUndo):
        romashka.person("Артём").write(dismissal.undo_dismissal, igor, batch)


def test_deputies_step_up_and_objects_may_have_receivers_of_their_own(romashka: Cast, leaving: dict[str, int]) -> None:
    artem, sales = romashka.person("Артём"), romashka.departments["Продажи"]
    artem.change("department", sales, deputies=[romashka.people["Пётр"], romashka.people["Ольга"]])
    dismiss(romashka, "Игорь", "Ольга", deal=romashka.people["Анна"], activity=None)
    assert whose(romashka, "department", sales, "head") == "Пётр"
    assert whose(romashka, "department", sales, "deputies") == ["Ольга"]
    assert whose(romashka, "deal", leaving["Насосы"]) == "Анна"
    assert whose(romashka, "activity", leaving["задача"]) == "Игорь"  # left as it is


def test_who_stood_in_stands_in_no_more_and_a_subordinate_gets_no_circle(
    romashka: Cast, leaving: dict[str, int]
) -> None:
    artem, anna = romashka.person("Артём"), romashka.people["Анна"]
    away = artem.create(
        "absence", starts_on="2026-01-01", ends_on="2099-01-01", employee=anna, substitute=romashka.people["Игорь"]
    )
    artem.change("employee", romashka.people["Ольга"], head=anna)
    artem.change("employee", romashka.people["Игорь"], head=romashka.people["Артём"])
    dismiss(romashka, "Игорь", "Ольга")
    assert whose(romashka, "absence", away.id, "substitute") is None
    # Анна leads Ольга, so Ольга cannot lead Анна: she reports to whom Игорь did.
    assert whose(romashka, "employee", anna, "head") == "Артём"


def test_a_job_that_was_killed_goes_on_and_changes_nothing_twice(romashka: Cast, leaving: dict[str, int]) -> None:
    igor, olga = romashka.people["Игорь"], romashka.people["Ольга"]
    _, batch = romashka.person("Артём").write(dismissal.dismiss, igor, Receivers(olga, {}))
    with romashka.company.write() as session:
        dismissal._hand_over_part(session, "deal", [leaving["Насосы"]], igor, olga, batch, romashka.people["Артём"])
    run_jobs(romashka)
    assert romashka.system.open("deal", leaving["Насосы"]).version == 2
    assert whose(romashka, "deal", leaving["Трубы"]) == "Ольга"


def test_what_may_not_be_is_refused_and_nothing_is_written(romashka: Cast, leaving: dict[str, int]) -> None:
    artem, igor, olga = (romashka.people[name] for name in ("Артём", "Игорь", "Ольга"))
    hr: Actor = romashka.actor("Артём")
    romashka.give_role("Пётр", "hr", Grant("employee", {"see": "all"}), abilities=frozenset({"people"}))
    romashka.person("Артём").change("employee", romashka.people["Анна"], active=False)
    refused: list[tuple[type[Problem], str, int, Receivers]] = [
        (NotOneself, "Артём", artem, Receivers(olga, {})),
        (LinkNotFound, "Артём", igor, Receivers(igor, {})),
        (LinkNotFound, "Артём", igor, Receivers(romashka.people["Анна"], {})),
        (NotFound, "Артём", igor, Receivers(999_999, {})),
        (NothingToHandOver, "Артём", igor, Receivers(olga, {"nonsense": olga})),
        (Denied, "Ольга", igor, Receivers(olga, {})),
        (Denied, "Пётр", artem, Receivers(olga, {})),  # an administrator is beyond a manager of people
    ]
    with romashka.nothing_changes():
        for why, by, who, receivers in refused:
            with pytest.raises(why):
                romashka.person(by).write(dismissal.dismiss, who, receivers)
        with pytest.raises(NotFound):
            romashka.person("Артём").write(dismissal.undo_dismissal, igor, 123)
    assert hr.employee == artem


def test_the_last_administrator_is_not_dismissed(romashka: Cast) -> None:
    with romashka.company.write() as session:
        let_in(session, romashka.people["Артём"], "artem", ("admin",), "верный-пароль-7")
        accounts.set_roles(session, romashka.people["Игорь"], ("admin",))
    igor = romashka.person("Игорь")
    with romashka.nothing_changes(), pytest.raises(LastAdministrator):
        igor.write(dismissal.dismiss, romashka.people["Артём"], Receivers(None, {}))


def test_an_undo_waits_until_all_is_handed_over(romashka: Cast, leaving: dict[str, int]) -> None:
    igor, artem = romashka.people["Игорь"], romashka.person("Артём")
    _, batch = artem.write(dismissal.dismiss, igor, Receivers(romashka.people["Ольга"], {}))
    with pytest.raises(DismissalGoesOn):
        artem.write(dismissal.undo_dismissal, igor, batch)
