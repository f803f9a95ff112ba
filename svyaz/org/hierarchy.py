"""Who is under whom: departments, heads, deputies, groups and stand-ins as they are now, and what follows of them.

Everything here is pure but `read_hierarchy`; org/actors.py writes what follows into sv_reach.

    department         people of the departments a person is in, heads or is a deputy in
    department_below   the same with all departments beneath
    subordinates       whom he leads, and whom they lead in turn
    group              ids of the groups he is in
    named              by what he is meant when a record is shared: himself, his groups, his departments and those above
    for:ROLE:SCOPE     the same of the person he stands in for today, by each role of that person
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from svyaz.expression.ground import Ground
from svyaz.schema.snapshot import SCOPES
from svyaz.storage import accounts, record_tables, run_query
from svyaz.storage.query import Query
from svyaz.storage.record_tables import Stored
from svyaz.storage.session import Session

Edges = Mapping[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Place:
    """departments: the main one first;  heads: whom the person reports to himself."""

    departments: tuple[int, ...] = ()
    heads: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    parent: int | None = None
    head: int | None = None
    deputies: tuple[int, ...] = ()

    @property
    def leaders(self) -> tuple[int, ...]:
        return ((self.head,) if self.head else ()) + self.deputies


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """people, departments, groups (id -> members) by id;  stand_ins: (who stands in, for whom, roles of the latter)."""

    people: Mapping[int, Place]
    departments: Mapping[int, Branch]
    groups: Edges = field(default_factory=dict)
    stand_ins: tuple[tuple[int, int, tuple[str, ...]], ...] = ()

    @property
    def parents(self) -> Edges:
        return {id: (one.parent,) if one.parent else () for id, one in self.departments.items()}

    @property
    def heads(self) -> Edges:
        return {id: one.heads for id, one in self.people.items()}


def read_hierarchy(session: Session) -> Hierarchy:
    """All living records of the company's structure: the system reads them, nobody is asked."""
    people = {one.id: place_of(one.values) for one in living(session, "employee")}
    departments = {
        one.id: Branch(
            one.values.get("parent"),
            one.values.get("head"),
            tuple(id for id in one.values.get("deputies") or () if id != one.values.get("head")),
        )
        for one in living(session, "department")
    }
    groups = {one.id: tuple(one.values.get("members") or ()) for one in living(session, "group")}
    roles = accounts.all_roles(session)
    stand_ins = tuple(
        (reader, absent, session.snapshot.with_ancestors(roles.get(absent, ())))
        for reader, absent in stood_for_today(session)
    )
    return Hierarchy(people, departments, groups, stand_ins)


def place_of(values: Mapping[str, Any]) -> Place:
    return Place(_ids(values, "department", "departments"), _ids(values, "head", "heads"))


def stood_for_today(session: Session) -> list[tuple[int, int]]:
    """(who stands in, for whom), by absences that go on today in the company's zone."""
    today = today_of(session)
    found = set()
    for one in living(session, "absence"):
        who, instead = one.values.get("employee"), one.values.get("substitute")
        if who and instead and who != instead and goes_on(one.values, today):
            found.add((instead, who))
    return sorted(found)


def goes_on(values: Mapping[str, Any], day: date) -> bool:
    """Whether an absence covers the day; both its ends belong to it."""
    starts, ends = values.get("starts_on"), values.get("ends_on")
    return starts is not None and ends is not None and starts <= day <= ends


def today_of(session: Session) -> date:
    return Ground(None, session.now, session.snapshot.settings.zone).today


def reach_rows(company: Hierarchy) -> list[tuple[int, str, int]]:
    """(reader, scope, employee or group) for sv_reach."""
    reached = dict(_reached(company))
    rows = [(reader, scope, id) for reader, scopes in reached.items() for scope, ids in scopes.items() for id in ids]
    for reader, absent, roles in company.stand_ins:
        if reader not in reached or absent not in reached:
            continue
        own = {"own": {absent}, "all": set(), "taking_part": set(), **reached[absent]}
        rows += [
            (reader, f"for:{role}:{scope}", id)
            for role in roles
            for scope in (*SCOPES, "group")
            for id in own.get(scope, ())
        ]
    return rows


def _reached(company: Hierarchy) -> Iterable[tuple[int, dict[str, set[int]]]]:
    below = departments_below({id: one.parent for id, one in company.departments.items()})
    members: dict[int, set[int]] = {}
    for person, place in company.people.items():
        for one in place.departments:
            members.setdefault(one, set()).add(person)
    led: dict[int, set[int]] = {}
    for id, branch in company.departments.items():
        for leader in branch.leaders:
            led.setdefault(leader, set()).add(id)
    under = _direct(company, below, members)
    groups: dict[int, set[int]] = {}
    for group, people in company.groups.items():
        for one in people:
            groups.setdefault(one, set()).add(group)
    above = {one: _closure(company.parents, one) for one in company.departments}
    for reader, place in company.people.items():
        mine = led.get(reader, set()) | set(place.departments)
        deep = {far for near in mine for far in below.get(near, {near})}
        yield (
            reader,
            {
                "department": {reader}.union(*(members.get(one, ()) for one in mine)),
                "department_below": {reader}.union(*(members.get(one, ()) for one in deep)),
                "subordinates": _closure(under, reader),
                "group": groups.get(reader, set()),
                "named": {reader}
                | groups.get(reader, set())
                | {up for one in place.departments for up in above.get(one, {one})},
            },
        )


def _direct(
    company: Hierarchy, below: Mapping[int, set[int]], members: Mapping[int, set[int]]
) -> dict[int, tuple[int, ...]]:
    """leader -> whom he leads: by name, and as head or deputy of a department with all beneath it.

    A deputy leads neither the head of his department nor its other deputies; both lead the heads beneath.
    """
    under: dict[int, set[int]] = {}
    for person, place in company.people.items():
        for head in place.heads:
            under.setdefault(head, set()).add(person)
    for id, branch in company.departments.items():
        if not branch.leaders:
            continue
        beneath: set[int] = set()
        for one in below.get(id, {id}):
            beneath |= members.get(one, set())
            if one != id and one in company.departments:
                beneath.update(company.departments[one].leaders)
        for leader in branch.leaders:
            mine = beneath - set(branch.leaders) if leader != branch.head else beneath | set(branch.deputies)
            under.setdefault(leader, set()).update(one for one in mine if one != leader and one in company.people)
    return {leader: tuple(people) for leader, people in under.items()}


def _closure(edges: Edges, start: int) -> set[int]:
    """The start and everything it leads to; a loop in the data ends where it began."""
    seen: set[int] = set()
    waiting = [start]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += edges.get(one, ())
    return seen


def departments_below(parents: Mapping[int, int | None]) -> dict[int, set[int]]:
    """Each department with itself and all beneath it; a loop in the data ends where it began."""
    children: dict[int, tuple[int, ...]] = {}
    for one, parent in parents.items():
        if parent:
            children[parent] = (*children.get(parent, ()), one)
    return {one: _closure(children, one) for one in parents}


def find_cycle(edges: Edges, start: int) -> tuple[int, ...]:
    """The way up that comes back to where it began, (3, 1, 3); () when there is none."""
    came: dict[int, int] = {}
    waiting = [start]
    while waiting:
        one = waiting.pop(0)
        for up in edges.get(one, ()):
            if up == start:
                way = [one]
                while way[-1] != start:
                    way.append(came[way[-1]])
                return (*reversed(way), start)
            if up not in came:
                came[up] = one
                waiting.append(up)
    return ()


def living(session: Session, entity: str) -> Iterable[Stored]:
    """Living records of an org entity; none where the configuration has no such entity."""
    if entity not in session.snapshot.entities:
        return ()
    ids = run_query.ids(
        session, Query(entity, columns=(), limit=100_000), Ground(None, session.now, session.snapshot.settings.zone)
    )
    return record_tables.fetch(session, entity, ids).values()


def _ids(values: Mapping[str, Any], one: str, several: str) -> tuple[int, ...]:
    first = values.get(one)
    return tuple(dict.fromkeys([*((first,) if first else ()), *(values.get(several) or ())]))
