"""What was read, made ready for comparing: names of departments that do not collide, managers by their keys, and what
is wrong with a person before anybody looks at the base.

Wrong for good (`stopped`): no name; an e-mail that two people have, when it is to make a new employee.
Wrong in a part: a circle of managers leaves its people without a head, everything else of them is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from svyaz.exchange.active_directory.problems import EmailTwice, ManagersInCircle, PersonNameless
from svyaz.exchange.active_directory.reading import Person, same_dn
from svyaz.kernel.problem import Problem
from svyaz.kernel.text import sort_key


@dataclass(frozen=True, slots=True)
class Photo:
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """One person as the directory wants him.

    departments  titles from the top;  manager: guid or "";  gone: not among those read any longer
    told         values as they came, kept with the tie: the next look knows what the directory itself has put
    """

    guid: str
    login: str = ""
    disabled: bool = False
    gone: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)
    departments: tuple[str, ...] = ()
    manager: str = ""
    photo: Photo | None = None

    @property
    def label(self) -> str:
        return " ".join(one for one in (self.values.get("first_name"), self.values.get("surname")) if one)

    @property
    def told(self) -> dict[str, Any]:
        return {
            "values": dict(self.values),
            "departments": list(self.departments),
            "manager": self.manager,
            "photo": self.photo.sha256 if self.photo else "",
        }


def kept(wanted: Wanted) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(wanted)
    return told


def kept_again(told: Mapping[str, Any]) -> Wanted:
    return msgspec.convert(told, Wanted)


@dataclass(slots=True)
class Ready:
    wanted: Wanted
    problems: list[Problem] = field(default_factory=list)
    nameless: bool = False
    shared_email: bool = False


def ready(people: Sequence[Person], photos: Mapping[str, Photo]) -> list[Ready]:
    """In the order of departments and names.  photos: guid -> what is kept of the picture."""
    guids = {same_dn(one.dn): one.guid for one in people}
    titles = titles_of(one.path for one in people)
    managers = {one.guid: guids.get(same_dn(one.manager), "") if one.manager else "" for one in people}
    circles = circles_of({one.guid: managers[one.guid] for one in people if not one.disabled})
    owners: dict[str, list[Person]] = {}
    for one in people:
        if not one.disabled:
            for email in dict.fromkeys(map(str.lower, one.values.get("email") or ())):
                owners.setdefault(email, []).append(one)
    names = {one.guid: _name(one) for one in people}
    made = []
    for one in people:
        wanted = Wanted(
            guid=one.guid,
            login=one.login,
            disabled=one.disabled,
            values=one.values,
            departments=tuple(titles[one.path[: depth + 1]] for depth in range(len(one.path))),
            manager="" if one.guid in circles else managers[one.guid],
            photo=photos.get(one.guid),
        )
        told = Ready(wanted, nameless=not one.values.get("surname"))
        if told.nameless:
            told.problems.append(PersonNameless(login=one.login or one.dn))
        if one.guid in circles:
            told.problems.append(ManagersInCircle(people=", ".join(names[guid] for guid in circles[one.guid])))
        for email in one.values.get("email") or ():
            others = [other for other in owners.get(email.lower(), ()) if other.guid != one.guid]
            if others and not one.disabled:
                told.shared_email = True
                told.problems.append(EmailTwice(email=email, other=names[others[0].guid]))
        made.append(told)
    return sorted(made, key=lambda one: (sort_key(" ".join(one.wanted.departments)), sort_key(one.wanted.label)))


def _name(one: Person) -> str:
    said = " ".join(str(one.values.get(key) or "") for key in ("first_name", "surname")).strip()
    return said or one.login


def titles_of(paths: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """Each department of the paths, by its path -> its title.  A name that stands in two places gets the place with it."""
    every = dict.fromkeys(path[:depth] for path in paths for depth in range(1, len(path) + 1))
    bearers: dict[str, set[tuple[str, ...]]] = {}
    for path in every:
        bearers.setdefault(sort_key(path[-1]), set()).add(tuple(map(sort_key, path)))
    return {
        path: f"{path[-1]} ({path[-2]})" if len(path) > 1 and len(bearers[sort_key(path[-1])]) > 1 else path[-1]
        for path in every
    }


def circles_of(managers: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Those who are their own heads, whether at once or through others -> everybody of that circle."""
    found: dict[str, tuple[str, ...]] = {}
    seen: set[str] = set()
    for start in managers:
        path: list[str] = []
        one = start
        while one and one in managers and one not in seen:
            seen.add(one)
            path.append(one)
            one = managers[one]
        if one in path:
            circle = tuple(path[path.index(one) :])
            found.update(dict.fromkeys(circle, circle))
    return found
