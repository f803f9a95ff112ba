"""Roles are changed as configuration: by nobody beyond his own rights, and never so that no administrator is left."""

from __future__ import annotations

from typing import Any

import pytest

from svyaz.access.actor import Actor
from svyaz.configurator.apply import apply_wanted
from svyaz.configurator.edits import DropRole, PutRole
from svyaz.configurator.plan import Wanted
from svyaz.org.administrators import LastAdministrator
from svyaz.org.passwords import hash_password
from svyaz.org.ways_in import RightsBeyondYours
from svyaz.storage import accounts
from tests.cast import Cast


def role(key: str, grants: dict[str, Any], abilities: list[str] | None = None) -> PutRole:
    return PutRole({"key": key, "title": {"ru": key}, "abilities": abilities or [], "grants": grants})


def apply(cast: Cast, who: Actor, *edits: Any) -> None:
    apply_wanted(cast.company, who, Wanted(cast.snapshot.revision, edits))


def architect(cast: Cast) -> Actor:
    """May configure, and of the data sees only own deals."""
    given = {"deal": {"see": "own", "change": "own", "fields": {"amount": "read"}}, "employee": {"see": "all"}}
    apply(cast, cast.actor("Артём"), role("architect", given, ["configure"]))
    with cast.company.write() as session:
        accounts.set_roles(session, cast.people["Пётр"], ("architect",))
    return cast.actor("Пётр")


BEYOND = [
    role("more", {"deal": {"see": "all"}}),
    role("more", {"deal": {"see": "own", "delete": "own"}}),
    role("more", {"counterparty": {"see": "own"}}),
    role("more", {"deal": {"see": "own", "change": "own"}}),
    role("more", {"*": "all"}),
    role("more", {"employee": {"see": "all"}}, ["people"]),
    role("architect", {"deal": "all"}, ["configure"]),
    role("manager", {"*": "all"}),
]


@pytest.mark.parametrize("edit", BEYOND)
def test_who_configures_makes_no_role_beyond_his_own_rights(romashka: Cast, edit: PutRole) -> None:
    """Row 32."""
    petr = architect(romashka)
    with romashka.nothing_changes(), pytest.raises(RightsBeyondYours):
        apply(romashka, petr, edit)


def test_who_configures_gives_what_he_has_and_takes_what_he_lacks(romashka: Cast) -> None:
    petr = architect(romashka)
    apply(romashka, petr, role("less", {"deal": {"see": "own", "change": "own", "fields": {"amount": "hidden"}}}))
    apply(romashka, petr, role("manager", {"deal": {"see": "own"}}))
    assert set(romashka.snapshot.roles["manager"].grants) == {"deal"}


def test_configuration_does_not_leave_the_company_without_an_administrator(romashka: Cast) -> None:
    with romashka.company.write() as session:
        artem = romashka.people["Артём"]
        accounts.put_login(session, artem, "artem", "artem", hash_password("верный-пароль-7"), must_change=False)
    artem_now = romashka.actor("Артём")
    powerless = role("admin", {"*": "all"}, ["configure"])
    revision = romashka.snapshot.revision
    for edit in (powerless, DropRole("admin")):
        with romashka.nothing_changes(), pytest.raises(LastAdministrator):
            apply(romashka, artem_now, edit)
    assert romashka.snapshot.revision == revision
    apply(romashka, artem_now, role("admin", {"*": "all"}, ["configure", "people"]))
