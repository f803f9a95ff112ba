"""The cast of every story: ООО «Ромашка» on the real engine, with the sales solution.

    Ольга             менеджер, отдел «Продажи»
    Пётр              менеджер, тот же отдел
    Анна              менеджер, отдел «Опт»
    Игорь             РОП, руководит отделом «Продажи»
    Мария Сергеевна   директор
    Артём             администратор

    def test_…(romashka):
        with romashka.acting_as("Ольга") as olga:
            sale = olga.create("deal", title="Насосы")
            olga.change("deal", sale.id, stage="needs")

Every call is a transaction of its own, as a request is.  `digest` is of everything in the base, the log
included: a refusal must leave it as it was.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from svyaz.access.actor import SYSTEM, Actor
from svyaz.expression.ground import Ground
from svyaz.org import structure
from svyaz.org.actors import build_actor, rebuild_reach
from svyaz.records import read, trash, undo, write
from svyaz.records.read import ListRequest, RecordView
from svyaz.schema.snapshot import Entity, Grant, Role, Snapshot, Title
from svyaz.storage import accounts, record_tables, run_query
from svyaz.storage.layout import layout
from svyaz.storage.query import Query
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company
from svyaz.traits.registry import TRAITS

_numbers = itertools.count(1)  # caches are keyed by digest: another configuration, another digest
CONDUCT = (*TRAITS, structure.CONDUCT)
PEOPLE = (
    # name, surname, department, role
    ("Ольга", "Смирнова", "Продажи", "manager"),
    ("Пётр", "Кузнецов", "Продажи", "manager"),
    ("Анна", "Волкова", "Опт", "manager"),
    ("Игорь", "Орлов", "Продажи", "head"),
    ("Мария Сергеевна", "Лебедева", None, "director"),
    ("Артём", "Зайцев", None, "admin"),
)


class Cast:
    """A company with people in it.  ids of people by name, of departments by title."""

    def __init__(self, company: Company) -> None:
        self.company = company
        company.conduct = CONDUCT
        self.people: dict[str, int] = {}
        self.departments: dict[str, int] = {}
        with company.write() as session:
            for title in ("Продажи", "Опт"):
                self.departments[title] = self._one(session, "department", title=title)
            for name, surname, department, role in PEOPLE:
                at = {"department": self.departments[department]} if department else {}
                id = self._one(session, "employee", first_name=name, surname=surname, **at)
                accounts.set_roles(session, id, (role,))
                self.people[name] = id
            system = {"head": self.people["Игорь"]}
            write.change_record(session, SYSTEM, "department", self.departments["Продажи"], system, None)
            rebuild_reach(session)

    def _one(self, session: Session, entity: str, **values: Any) -> int:
        return write.create_record(session, SYSTEM, entity, values, cause="demo").id

    @property
    def snapshot(self) -> Snapshot:
        return self.company.snapshot

    def actor(self, name: str) -> Actor:
        with self.company.read() as session:
            actor = build_actor(session, self.people[name])
        assert actor is not None
        return actor

    @contextmanager
    def acting_as(self, name: str) -> Iterator[Person]:
        yield Person(self, self.actor(name))

    def person(self, name: str) -> Person:
        return Person(self, self.actor(name))

    @property
    def system(self) -> Person:
        return Person(self, SYSTEM)

    def give_role(self, name: str, key: str, *grants: Grant, abilities: frozenset[str] = frozenset()) -> None:
        """A role of one's own, and only it, for a person."""
        role = Role(key, Title(key), {grant.entity: grant for grant in grants}, abilities)
        self.reshape(roles={**self.snapshot.roles, key: role})
        with self.company.write() as session:
            accounts.set_roles(session, self.people[name], (key,))

    def reshape(self, **changes: Any) -> None:
        """Replace parts of the snapshot in force; tables stay, so only what does not touch them may change."""
        snapshot = self.snapshot
        self.company.remember(replace(snapshot, **changes, digest=f"{snapshot.digest}+{next(_numbers)}"))

    def with_field(self, entity: str, key: str, **changes: Any) -> None:
        """The same snapshot with one field of an entity otherwise: required, unique, check…"""
        shape = self.snapshot.entities[entity]
        fields = tuple(replace(one, **changes) if one.key == key else one for one in shape.fields)
        self.with_entity(
            replace(
                shape,
                fields=fields,
                by_key={one.key: one for one in fields},
                by_number={one.number: one for one in fields},
            )
        )

    def with_entity(self, shape: Entity) -> None:
        entities = {**self.snapshot.entities, shape.key: shape}
        self.reshape(entities=entities, by_number={one.number: one for one in entities.values()})

    def tick(self, **passed: float) -> None:
        """Time goes on."""
        clock: Any = self.company.clock
        clock.move(**passed)

    def digest(self) -> str:
        """Of every table, the log and the counters included."""
        with self.company.read() as session:
            return digest_of(session)

    def living_digest(self) -> str:
        """Of what people see: values and labels of living records, without versions and times."""
        with self.company.read() as session:
            return living_digest(session)

    def living_state(self) -> dict[tuple[str, int], Any]:
        """What the digest is of, for a test that wants to see the difference."""
        with self.company.read() as session:
            return living_state(session)

    @contextmanager
    def nothing_changes(self) -> Iterator[None]:
        before = self.digest()
        yield
        assert self.digest() == before, "a refused call left something in the base"


class Person:
    """What a person does, each thing in a transaction of its own."""

    def __init__(self, cast: Cast, actor: Actor) -> None:
        self.cast = cast
        self.actor = actor
        self.id = actor.employee

    def create(self, entity: str, **values: Any) -> RecordView:
        with self.cast.company.write() as session:
            return write.create_record(session, self.actor, entity, values)

    def change(self, entity: str, id: int, seen: int | None = None, **values: Any) -> RecordView:
        with self.cast.company.write() as session:
            return write.change_record(session, self.actor, entity, id, values, seen)

    def delete(self, entity: str, *ids: int) -> int:
        with self.cast.company.write() as session:
            return trash.delete_records(session, self.actor, entity, ids)

    def restore(self, entity: str, *ids: int) -> int:
        with self.cast.company.write() as session:
            return trash.restore_records(session, self.actor, entity, ids)

    def undo(self, batch: int, force: bool = False) -> undo.Undone:
        with self.cast.company.write() as session:
            return undo.undo_batch(session, self.actor, batch, force)

    def open(self, entity: str, id: int) -> RecordView:
        with self.cast.company.read() as session:
            return read.read_record(session, self.actor, entity, id)

    def list(self, entity: str, **asked: Any) -> list[list[Any]]:
        with self.cast.company.read() as session:
            return read.read_page(session, self.actor, entity, ListRequest(**{"limit": 1000, **asked})).rows

    def ids(self, entity: str, **asked: Any) -> list[int]:
        return sorted(row[0] for row in self.list(entity, **asked))

    def read(self, what: Any, *asked: Any, **named: Any) -> Any:
        """Any function of records.read and its neighbours: (session, actor, …)."""
        with self.cast.company.read() as session:
            return what(session, self.actor, *asked, **named)

    def write(self, what: Any, *asked: Any, **named: Any) -> Any:
        with self.cast.company.write() as session:
            return what(session, self.actor, *asked, **named)


def digest_of(session: Session, without: Sequence[str] = ("sv_meta",)) -> str:
    if session.dialect == "sqlite":
        # A virtual table of words cannot be read through; the tables that hold it can, and are here.
        kept = "type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT LIKE 'sqlite%'"
        names = [row[0] for row in session.fetch(f"SELECT name FROM sqlite_master WHERE {kept}")]
    else:
        names = [
            row[0]
            for row in session.fetch(
                "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
            )
        ]
    told = hashlib.sha256()
    for name in sorted(names):
        if name not in without:
            rows = session.fetch(f'SELECT * FROM "{name}"')
            told.update(name.encode() + "\n".join(sorted(map(repr, rows))).encode())
    return told.hexdigest()


def living_digest(session: Session) -> str:
    return hashlib.sha256(repr(living_state(session)).encode()).hexdigest()


def living_state(session: Session) -> dict[tuple[str, int], Any]:
    """(entity, id) -> label, values and sums in the company's currency, of every living record."""
    found: dict[tuple[str, int], Any] = {}
    for key in sorted(session.snapshot.entities):
        ids = run_query.ids(session, Query(key, (), limit=1_000_000), Ground(None, session.now))
        for id, one in sorted(record_tables.fetch(session, key, ids).items()):
            found[key, id] = (one.label, sorted(one.values.items()), _bases(session, key, id))
    return found


def _bases(session: Session, entity: str, id: int) -> Mapping[str, Any]:
    """Sums in the company's currency, which no value carries."""
    placed = layout(session.snapshot, entity)
    names = [column.name for one in placed.row_fields for column in one.columns if column.part == "base"]
    if not names:
        return {}
    columns = ", ".join(f'"{name}"' for name in names)
    row = session.fetch(f'SELECT {columns} FROM "{placed.table}" WHERE sv_id = ?', (id,))[0]
    return dict(zip(names, row, strict=True))


@pytest.fixture
def romashka(company: Company) -> Cast:
    return Cast(company)
