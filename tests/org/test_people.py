"""Who people are to the system: passwords, ways in, departments, reach."""

from __future__ import annotations

import pytest

from svyaz.kernel.problem import Problem
from svyaz.org.actors import build_actor
from svyaz.org.hierarchy import departments_below
from svyaz.org.passwords import hash_password, may_enter_with, one_time_password
from svyaz.org.people import LoginMissing, LoginTaken, UnknownRole, let_in
from svyaz.storage import accounts
from tests.cast import Cast


def test_password_fits_only_itself_and_nobody_fits_an_absent_one() -> None:
    kept = hash_password("верный-пароль-7")
    assert kept.startswith("$argon2id$") and kept != hash_password("верный-пароль-7")
    assert may_enter_with("верный-пароль-7", kept)
    assert not may_enter_with("верный-пароль-8", kept)
    assert not may_enter_with("верный-пароль-7", None)
    assert not may_enter_with("", "not a hash")


def test_one_time_passwords_are_typed_from_paper_and_never_the_same() -> None:
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200 and all(len(one) == 14 for one in made)
    assert not set("".join(made)) & set("ilo01IO")


@pytest.mark.parametrize(
    ("parents", "below"),
    [
        ({}, {}),
        ({1: None}, {1: {1}}),
        ({1: None, 2: 1, 3: 2, 4: 1}, {1: {1, 2, 3, 4}, 2: {2, 3}, 3: {3}, 4: {4}}),
        ({1: 2, 2: 1}, {1: {1, 2}, 2: {1, 2}}),
        ({1: 1}, {1: {1}}),
        ({2: 99}, {2: {2}}),
    ],
)
def test_departments_beneath_are_found_in_a_tree_and_in_a_loop(
    parents: dict[int, int | None], below: dict[int, set[int]]
) -> None:
    assert departments_below(parents) == below


def test_way_in_is_given_once_to_a_login_and_only_with_known_roles(romashka: Cast) -> None:
    olga, petr = romashka.people["Ольга"], romashka.people["Пётр"]
    with romashka.company.write() as session:
        first = let_in(session, olga, " Olga ", ("manager",))
        login = accounts.find_login(session, "olga")
        assert login is not None and login.must_change and may_enter_with(first, login.password_hash)
        let_in(session, olga, "olga", ("manager",), "свой-пароль-5")
        again = accounts.login_of(session, olga)
        assert again is not None and not again.must_change
    refused: list[tuple[type[Problem], int, str, tuple[str, ...]]] = [
        (LoginTaken, petr, "OLGA", ()),
        (LoginMissing, petr, "  ", ()),
        (LoginMissing, petr, "x" * 201, ()),
        (UnknownRole, petr, "petr", ("king",)),
    ]
    with romashka.nothing_changes():
        for why, who, name, roles in refused:
            with pytest.raises(why), romashka.company.write() as session:
                let_in(session, who, name, roles)


def test_head_reaches_the_people_of_departments_beneath_and_nobody_beside(romashka: Cast) -> None:
    artem, igor = romashka.person("Артём"), romashka.people["Игорь"]
    south = artem.create("department", title="Продажи, юг", parent=romashka.departments["Продажи"]).id
    new = artem.create("employee", surname="Южный", department=south).id
    with romashka.company.read() as session:
        rows = session.fetch("SELECT employee FROM sv_reach WHERE reader = ? AND scope = ?", (igor, "department_below"))
    assert {row[0] for row in rows} == {igor, new, romashka.people["Ольга"], romashka.people["Пётр"]}


def test_actor_is_of_the_living_and_working_only(romashka: Cast) -> None:
    artem, anna = romashka.person("Артём"), romashka.people["Анна"]
    artem.change("employee", anna, active=False)
    artem.delete("employee", romashka.people["Пётр"])
    with romashka.company.read() as session:
        assert build_actor(session, anna) is None
        assert build_actor(session, romashka.people["Пётр"]) is None
        assert build_actor(session, 999_999) is None
        assert build_actor(session, romashka.people["Ольга"]) is not None
