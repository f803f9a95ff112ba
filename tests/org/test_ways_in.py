"""Ways in of people: given, taken and changed by whoever manages people, never beyond his own rights."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from svyaz.access.actor import Actor
from svyaz.app import actor_of
from svyaz.kernel.problem import Denied, NotFound, Problem
from svyaz.org import journal, ways_in
from svyaz.org.actors import build_actor
from svyaz.org.administrators import LastAdministrator, administrators
from svyaz.org.passwords import hash_password
from svyaz.org.people_list import Asked, list_people
from svyaz.org.sessions import NotSignedIn
from svyaz.org.ways_in import AlreadyComesIn, NotOneself, NoWayIn, RightsBeyondYours, WorksNoLonger
from svyaz.schema.snapshot import VERBS, Grant
from svyaz.storage import accounts
from tests.cast import Cast

HASHED = hash_password("верный-пароль-7")
EVERYBODY = Asked()
PEOPLE = frozenset({"people"})
EVERYONE = Grant("employee", {"see": "all"})


def do(cast: Cast, who: str | Actor, act: Callable[..., Any], *asked: Any, **more: Any) -> Any:
    actor = cast.actor(who) if isinstance(who, str) else who
    with cast.company.write() as session:
        return act(session, actor, *asked, **more)


def enter(cast: Cast, *names: str) -> None:
    """Gives them logins: the people of the cast have none."""
    with cast.company.write() as session:
        for name in names:
            accounts.put_login(session, cast.people[name], name, name.lower(), HASHED, must_change=False)


def states(cast: Cast, who: str = "Артём", asked: Asked = EVERYBODY) -> dict[str, str]:
    with cast.company.read() as session:
        return {one.label.split()[0]: one.state for one in list_people(session, cast.actor(who), asked)}


def test_list_tells_how_each_person_comes_in_and_is_narrowed_by_name_state_and_role(romashka: Cast) -> None:
    enter(romashka, "Артём", "Игорь")
    do(romashka, "Артём", ways_in.give_access, romashka.people["Ольга"], "olga", ("manager",), HASHED)
    do(romashka, "Артём", ways_in.block, romashka.people["Игорь"])
    romashka.person("Артём").change("employee", romashka.people["Анна"], active=False)
    assert states(romashka) == {
        "Артём": "open",
        "Игорь": "blocked",
        "Мария": "none",
        "Ольга": "waiting",
        "Пётр": "none",
        "Анна": "dismissed",
    }
    assert list(states(romashka))[-1] == "Анна"
    assert states(romashka, asked=Asked(text="СМИРН")) == {"Ольга": "waiting"}
    assert set(states(romashka, asked=Asked(role="manager", state="none"))) == {"Пётр"}


def test_access_is_given_once_and_only_to_whom_works_here(romashka: Cast) -> None:
    enter(romashka, "Артём")
    olga, anna = romashka.people["Ольга"], romashka.people["Анна"]
    do(romashka, "Артём", ways_in.give_access, olga, " olga ", ("manager",), HASHED)
    with romashka.company.read() as session:
        login = accounts.find_login(session, "olga")
        assert login is not None and login.must_change and login.active
    romashka.person("Артём").change("employee", anna, active=False)
    with romashka.nothing_changes():
        with pytest.raises(AlreadyComesIn):
            do(romashka, "Артём", ways_in.give_access, olga, "olga2", ("manager",), HASHED)
        with pytest.raises(WorksNoLonger):
            do(romashka, "Артём", ways_in.give_access, anna, "anna", ("manager",), HASHED)
        with pytest.raises(NoWayIn):
            do(romashka, "Артём", ways_in.block, romashka.people["Пётр"])


def test_blocked_person_stays_out_when_taken_back_until_let_in(romashka: Cast) -> None:
    enter(romashka, "Артём", "Ольга")
    olga, artem = romashka.people["Ольга"], romashka.person("Артём")

    def comes_in() -> bool:
        with romashka.company.read() as session:
            login = accounts.login_of(session, olga)
            return login is not None and login.active

    do(romashka, "Артём", ways_in.block, olga)
    assert not comes_in()
    artem.change("employee", olga, active=False)
    artem.change("employee", olga, active=True)
    assert not comes_in()
    do(romashka, "Артём", ways_in.let_in_again, olga)
    assert comes_in()
    artem.change("employee", olga, active=False)
    assert not comes_in()
    artem.change("employee", olga, active=True)
    assert comes_in()


def test_work_that_a_blocked_person_has_put_off_is_not_done_with_his_rights(romashka: Cast) -> None:
    enter(romashka, "Артём", "Ольга")
    olga = romashka.people["Ольга"]

    def works() -> int | None:
        with romashka.company.read() as session:
            return actor_of(session, olga).employee

    assert works() == olga
    do(romashka, "Артём", ways_in.block, olga)
    with pytest.raises(NotSignedIn):
        works()
    do(romashka, "Артём", ways_in.let_in_again, olga)
    assert works() == olga


def test_nobody_manages_people_without_the_ability_nor_whom_he_does_not_see(romashka: Cast) -> None:
    enter(romashka, "Артём", "Ольга", "Игорь")
    olga = romashka.people["Ольга"]
    acts: Sequence[tuple[Callable[..., Any], tuple[Any, ...]]] = (
        (ways_in.give_access, (olga, "x", (), HASHED)),
        (ways_in.change_roles, (olga, ())),
        (ways_in.block, (olga,)),
        (ways_in.let_in_again, (olga,)),
        (ways_in.reset_password, (olga, HASHED)),
        (ways_in.end_sessions, (olga,)),
    )
    with romashka.nothing_changes():
        for act, asked in acts:
            with pytest.raises(Denied):
                do(romashka, "Игорь", act, *asked)
    romashka.give_role("Пётр", "blind", Grant("deal", {"see": "all"}), abilities=PEOPLE)
    with romashka.nothing_changes():
        for act, asked in acts:
            with pytest.raises(NotFound):
                do(romashka, "Пётр", act, *asked)


def test_nobody_gives_nor_manages_rights_beyond_his_own(romashka: Cast) -> None:
    """Row 32: neither a role that gives more, nor a new password of somebody who has more."""
    enter(romashka, "Артём", "Пётр", "Ольга", "Игорь")
    olga, artem, igor = (romashka.people[name] for name in ("Ольга", "Артём", "Игорь"))
    manager = romashka.snapshot.roles["manager"]
    romashka.give_role("Пётр", "staff", *manager.grants.values(), abilities=PEOPLE)
    with romashka.nothing_changes():
        for act, asked in (
            (ways_in.change_roles, (olga, ("manager", "admin"))),
            (ways_in.change_roles, (olga, ("head",))),
            (ways_in.reset_password, (artem, HASHED)),
            (ways_in.change_roles, (artem, ())),
            (ways_in.block, (igor,)),
            (ways_in.end_sessions, (artem,)),
        ):
            with pytest.raises(RightsBeyondYours):
                do(romashka, "Пётр", act, *asked)
    do(romashka, "Пётр", ways_in.change_roles, olga, ())
    do(romashka, "Пётр", ways_in.change_roles, olga, ("manager",))
    do(romashka, "Пётр", ways_in.reset_password, olga, HASHED)


ALL = dict.fromkeys(VERBS, "all")
HANDED = [
    # what he has                                       what the role gives                     may he give it?
    (Grant("deal", ALL), Grant("deal", {"see": "own"}), True),
    (Grant("deal", {"see": "department"}), Grant("deal", {"see": "own"}), True),
    (Grant("deal", {"see": "department"}), Grant("deal", {"see": "taking_part"}), False),
    (Grant("deal", {"see": "department_below"}), Grant("deal", {"see": "department"}), True),
    (Grant("deal", {"see": "department"}), Grant("deal", {"see": "department_below"}), False),
    (Grant("deal", {"see": "all"}), Grant("deal", {"see": "all", "change": "own"}), False),
    (Grant("deal", ALL, fields={"amount": "hidden"}), Grant("deal", {"see": "all"}), False),
    (Grant("deal", ALL, fields={"amount": "read"}), Grant("deal", {"see": "all"}), True),
    (Grant("deal", ALL, fields={"amount": "read"}), Grant("deal", {"see": "all", "change": "all"}), False),
    (Grant("deal", ALL, fields={"amount": "hidden"}), Grant("deal", ALL, fields={"amount": "hidden"}), True),
    (Grant("product", ALL), Grant("deal", {"see": "own"}), False),
]


@pytest.mark.parametrize(("has", "gives", "may"), HANDED)
def test_role_is_handed_on_only_by_who_has_as_much(romashka: Cast, has: Grant, gives: Grant, may: bool) -> None:
    romashka.give_role("Пётр", "giver", has, EVERYONE, abilities=PEOPLE)
    romashka.give_role("Анна", "given", gives)
    do(romashka, "Артём", ways_in.change_roles, romashka.people["Анна"], ())
    if may:
        do(romashka, "Пётр", ways_in.change_roles, romashka.people["Анна"], ("given",))
    else:
        with romashka.nothing_changes(), pytest.raises(RightsBeyondYours):
            do(romashka, "Пётр", ways_in.change_roles, romashka.people["Анна"], ("given",))


def test_last_administrator_is_neither_stripped_nor_dismissed_nor_deleted(romashka: Cast) -> None:
    enter(romashka, "Артём", "Мария Сергеевна", "Ольга")
    artem = romashka.people["Артём"]
    with romashka.nothing_changes():
        with pytest.raises(LastAdministrator):
            do(romashka, "Артём", ways_in.change_roles, artem, ("manager",))
        with pytest.raises(LastAdministrator):
            romashka.person("Артём").change("employee", artem, active=False)
        with pytest.raises(LastAdministrator):
            romashka.person("Артём").delete("employee", artem)
        for act, asked in ((ways_in.block, ()), (ways_in.reset_password, (HASHED,))):
            with pytest.raises(NotOneself):
                do(romashka, "Артём", act, artem, *asked)
    do(romashka, "Артём", ways_in.change_roles, romashka.people["Ольга"], ("manager", "admin"))
    do(romashka, "Ольга", ways_in.block, artem)
    with romashka.company.read() as session:
        assert administrators(session) == {romashka.people["Ольга"]}


def test_two_administrators_who_shut_each_other_out_at_once_leave_one(romashka: Cast) -> None:
    """Row 32: whichever comes second finds himself shut out already, or is told that he would shut the last one."""
    enter(romashka, "Артём", "Ольга")
    do(romashka, "Артём", ways_in.change_roles, romashka.people["Ольга"], ("admin",))
    for _ in range(5):
        pair = (("Артём", "Ольга"), ("Ольга", "Артём"))
        actors = {name: romashka.actor(name) for name, _ in pair}
        together, told = threading.Barrier(2), list[Problem]()

        def shut(
            who: str,
            whom: str,
            together: threading.Barrier = together,
            told: list[Problem] = told,
            actors: dict[str, Actor] = actors,
        ) -> None:
            together.wait(30)
            try:
                do(romashka, actors[who], ways_in.block, romashka.people[whom])
            except Problem as problem:
                told.append(problem)

        threads = [threading.Thread(target=shut, args=one) for one in pair]
        for one in threads:
            one.start()
        for one in threads:
            one.join(60)
        with romashka.company.read() as session:
            left = administrators(session)
        assert len(left) == 1 and [type(one) for one in told] == [LastAdministrator]
        (who,) = [name for name, _ in pair if romashka.people[name] in left]
        (out,) = [name for name, _ in pair if name != who]
        do(romashka, who, ways_in.let_in_again, romashka.people[out])


def test_journal_tells_who_did_what_and_never_a_secret(romashka: Cast) -> None:
    enter(romashka, "Артём")
    olga, artem = romashka.people["Ольга"], romashka.people["Артём"]
    do(romashka, "Артём", ways_in.give_access, olga, "olga", ("manager",), HASHED)
    do(romashka, "Артём", ways_in.change_roles, olga, ("head",))
    do(romashka, "Артём", ways_in.change_roles, olga, ("head",))
    do(romashka, "Артём", ways_in.reset_password, olga, HASHED)
    do(romashka, "Артём", ways_in.block, olga)
    do(romashka, "Артём", ways_in.let_in_again, olga)
    with romashka.company.read() as session:
        told, further = journal.read(session, journal.RIGHTS, olga, None, 50)
        newest, before = journal.read(session, (), None, None, 2)
    assert [one.kind for one in told[::-1]] == ["access_given", "roles_changed", "password_reset", "blocked", "let_in"]
    assert told[3].facts == {"before": ["manager"], "after": ["head"]}
    assert {one.actor for one in told} == {artem} and further is None
    assert before == newest[-1].id
    assert HASHED not in repr(told)


def test_dismissed_person_is_nobody_from_that_commit_on(romashka: Cast) -> None:
    enter(romashka, "Артём", "Ольга")
    romashka.person("Артём").change("employee", romashka.people["Ольга"], active=False)
    with romashka.company.read() as session:
        assert build_actor(session, romashka.people["Ольга"]) is None
        assert accounts.sessions_of(session, romashka.people["Ольга"], 0) == []
