"""A small company for tests of queries: every field type, awkward values, far records that are deleted.

`World` keeps the same records in Python, so an answer of a database can be compared with plain reading:
`world.row("job", id)` gives values at paths, as expression.evaluate wants them.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from svyaz.kernel.values import Labelled, Money, Ref
from svyaz.schema.resolve import resolve
from svyaz.schema.snapshot import Snapshot
from svyaz.schema.source import Part, Source, assign_numbers
from svyaz.storage import record_tables
from svyaz.storage.engine import Database, Session
from svyaz.storage.record_tables import NewRecord
from tests.storage.made import install

NOW = datetime(2026, 3, 3, 11, 5, tzinfo=UTC)

ENTITIES = """
[[entity]]
key = "employee"
title = { ru = "Сотрудник" }
label = "name"
field = [
  { key = "name", title = { ru = "Имя" }, type = "text" },
  { key = "team", title = { ru = "Группа" }, type = "link", to = "firm", on_delete = "clear" },
]

[[entity]]
key = "department"
title = { ru = "Отдел" }
label = "name"
field = [{ key = "name", title = { ru = "Название" }, type = "text" }]

[[entity]]
key = "firm"
title = { ru = "Фирма" }
label = "name"
field = [
  { key = "name", title = { ru = "Название" }, type = "text", max = 1000 },
  { key = "city", title = { ru = "Город" }, type = "text" },
  { key = "size", title = { ru = "Размер" }, type = "integer" },
  { key = "vip", title = { ru = "Важный" }, type = "yes_no" },
  { key = "owner", title = { ru = "Чей" }, type = "employee" },
  { key = "parent", title = { ru = "Часть" }, type = "link", to = "firm", on_delete = "clear" },
  { key = "phones", title = { ru = "Телефоны" }, type = "phone" },
  { key = "people", title = { ru = "Люди" }, type = "links", to = "person", on_delete = "clear" },
]

[[entity]]
key = "person"
title = { ru = "Человек" }
label = "name"
field = [
  { key = "name", title = { ru = "Имя" }, type = "text" },
  { key = "city", title = { ru = "Город" }, type = "text" },
  { key = "firm", title = { ru = "Фирма" }, type = "link", to = "firm", on_delete = "clear" },
  { key = "born_on", title = { ru = "Родился" }, type = "date" },
  { key = "emails", title = { ru = "Почта" }, type = "email" },
]

[[entity]]
key = "job"
title = { ru = "Работа" }
label = "title"
field = [
  { key = "title", title = { ru = "Название" }, type = "text", max = 1000 },
  { key = "note", title = { ru = "Заметка" }, type = "long_text" },
  { key = "count", title = { ru = "Штук" }, type = "integer" },
  { key = "weight", title = { ru = "Вес" }, type = "decimal", scale = 3 },
  { key = "share", title = { ru = "Доля" }, type = "percent" },
  { key = "amount", title = { ru = "Сумма" }, type = "money" },
  { key = "due_on", title = { ru = "Срок" }, type = "date" },
  { key = "paid_at", title = { ru = "Оплачено" }, type = "datetime" },
  { key = "urgent", title = { ru = "Срочно" }, type = "yes_no" },
  { key = "level", title = { ru = "Важность" }, type = "choice", options = [
      { key = "low", title = { ru = "Низкая" } }, { key = "usual", title = { ru = "Обычная" } }, { key = "high", title = { ru = "Высокая" } } ] },
  { key = "tags", title = { ru = "Метки" }, type = "choices", options = [
      { key = "red", title = { ru = "Красная" } }, { key = "blue", title = { ru = "Синяя" } }, { key = "green", title = { ru = "Зелёная" } } ] },
  { key = "firm", title = { ru = "Фирма" }, type = "link", to = "firm", on_delete = "clear" },
  { key = "side", title = { ru = "Сторона" }, type = "link", to = ["firm", "person"], on_delete = "clear" },
  { key = "people", title = { ru = "Люди" }, type = "links", to = "person", on_delete = "clear" },
  { key = "about", title = { ru = "О чём" }, type = "any_link" },
  { key = "owner", title = { ru = "Ответственный" }, type = "employee" },
  { key = "unit", title = { ru = "Отдел" }, type = "department" },
  { key = "phones", title = { ru = "Телефоны" }, type = "phone" },
  { key = "emails", title = { ru = "Почта" }, type = "email" },
  { key = "site", title = { ru = "Сайт" }, type = "url" },
  { key = "files", title = { ru = "Файлы" }, type = "file" },
  { key = "inn", title = { ru = "ИНН" }, type = "inn" },
  { key = "code", title = { ru = "Код" }, type = "text", unique = true },
]
"""

TEXTS = (
    None, "Казань", "казань", "КАЗАНЬ", "100%", "a_b", "aXb", "\\", "x\\y%", "Ёж", "еж", "Еж", "ель", "жук", "🙂 улыбка", "🙂",
    "straße", "STRASSE", "Σίσυφος", "σίσυφοσ", "Счёт 9", "Счёт 10", "счёт 10", "Счёт 007", "Счёт 7", "a  b", "a b", "'; DROP TABLE job; --",
    "?", ":x", "é", "é", "12.5", " 7 ", "-3,25", "1200", "0", "я" * 250, "я" * 251,
)  # fmt: skip
NUMBERS = (None, 0, 1, -1, 2, 7, 10, -10, 100, 12345, 2**53 - 1, -(2**53) + 1)
DATES = (
    None,
    date(1, 1, 1),
    date(1999, 12, 31),
    date(2024, 2, 29),
    date(2026, 3, 2),
    date(2026, 3, 3),
    date(2026, 3, 4),
    date(2026, 3, 31),
    date(9999, 12, 31),
)
INSTANTS = (
    None,
    datetime(1999, 12, 31, 20, 59, 59, tzinfo=UTC),
    datetime(1999, 12, 31, 21, 0, tzinfo=UTC),
    datetime(2011, 3, 26, 23, 30, tzinfo=UTC),
    datetime(2026, 3, 2, 20, 59, 59, tzinfo=UTC),
    datetime(2026, 3, 2, 21, 0, tzinfo=UTC),
    NOW,
    NOW + timedelta(seconds=1),
    datetime(2030, 6, 30, 12, 0, tzinfo=UTC),
)


def make_snapshot() -> Snapshot:
    tables = tomllib.loads(ENTITIES)["entity"]
    source = Source(entities=tuple(Part(f"test/{one['key']}.toml", "test", one) for one in tables))
    return resolve(assign_numbers(source, 1)[0], (), 1)


@dataclass
class World:
    snapshot: Snapshot
    records: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    hidden: Callable[[str, int], bool] = lambda entity, id: False
    files: dict[int, tuple[str, int]] = field(default_factory=dict)

    def row(self, entity: str, id: int | None) -> Callable[[tuple[str, ...]], Any]:
        return lambda keys: self.value(entity, id, keys)

    def seen(self, entity: str, id: int | None) -> bool:
        return id in self.records[entity] and id not in self.deleted and not self.hidden(entity, id or 0)

    def value(self, entity: str, id: int | None, keys: tuple[str, ...]) -> Any:
        """None at hops that lead nowhere; a tuple once a field of several values is passed."""
        key, rest = keys[0], keys[1:]
        if id is None:
            return None
        if key == "entity":
            return entity
        if key == "id":
            return id
        kept = self.records[entity][id]
        if key not in kept and key not in self.snapshot.entities[entity].by_key:
            return None
        value = kept.get(key)
        one = self.snapshot.entities[entity].by_key[key]
        if not rest:
            return _plain(value, one.options)
        if one.type == "any_link":
            far = value.id if isinstance(value, Ref) else None
            return self._far(tuple(self.snapshot.entities), far, rest)
        if isinstance(value, tuple):
            found: list[Any] = []
            for far in value:
                reached = self._far(one.targets, far, rest)
                found += reached if isinstance(reached, tuple) else [] if reached is None else [reached]
            return tuple(found)
        return self._far(one.targets or ("employee",), value, rest)

    def _far(self, targets: tuple[str, ...], id: int | None, rest: tuple[str, ...]) -> Any:
        entity = next((target for target in targets if id is not None and self.seen(target, id)), None)
        return None if entity is None else self.value(entity, id, rest)

    def ids(self, entity: str) -> list[int]:
        return [id for id in self.records[entity] if id not in self.deleted]


def _plain(value: Any, options: Mapping[str, Any]) -> Any:
    """As expression.evaluate takes it: money is the sum in the company's currency."""
    if isinstance(value, Money):
        return Decimal(value.minor).scaleb(-2) if value.currency == "RUB" else None
    if isinstance(value, tuple):
        return tuple(one.value if isinstance(one, Labelled) else one for one in value)
    return value.id if isinstance(value, Ref) else value


def fill(database: Database, jobs: int = 60, seed: int = 1) -> World:
    """Tables and records.  Ids are small and known: employees from 1, firms 101, people 201, jobs 1001."""
    world = World(make_snapshot())
    install(database, world.snapshot)
    chance = random.Random(seed)

    def some(values: Any) -> Any:
        return chance.choice(values)

    def several(values: Any, most: int = 3) -> tuple[Any, ...]:
        return tuple(chance.sample(values, chance.randint(0, most)))

    phones = [Labelled(f"+7916000000{digit}", "рабочий" if digit % 2 else "") for digit in range(6)]
    emails = [Labelled(f"{name}@example.ru", "") for name in ("Olga", "petr", "anna_b", "a%b")]
    employees = {
        id: {"name": name, "team": some([None, 101, 102])}
        for id, name in enumerate(("Ольга", "Пётр", "Анна", "Игорь"), 1)
    }
    firms: dict[int, dict[str, Any]] = {}
    for id in range(101, 113):
        firms[id] = {
            "name": some(TEXTS[1:]), "city": some(TEXTS), "size": some(NUMBERS), "vip": some([True, False]),
            "owner": some([None, 1, 2, 3]), "parent": some([None, 101, 103, 105, 112]), "phones": several(phones),
            "people": several(range(201, 211)),
        }  # fmt: skip
    people: dict[int, dict[str, Any]] = {}
    for id in range(201, 211):
        people[id] = {
            "name": some(TEXTS[1:]), "city": some(TEXTS), "firm": some([None, *range(101, 113)]),
            "born_on": some(DATES), "emails": several(emails),
        }  # fmt: skip
    units = {id: {"name": f"Отдел {id}"} for id in range(301, 304)}
    made: dict[int, dict[str, Any]] = {}
    for id in range(1001, 1001 + jobs):
        made[id] = {
            "title": some(TEXTS[1:]), "note": some(TEXTS), "count": some(NUMBERS),
            "weight": some([None, Decimal("0.001"), Decimal("-12.500"), Decimal("7"), Decimal("123456789.125")]),
            "share": some([None, Decimal("12.50"), Decimal("0"), Decimal("-100"), Decimal("33.33")]),
            "amount": some([None, Money(120050, "RUB"), Money(1, "RUB"), Money(-5000, "RUB"), Money(10**15, "RUB"), Money(700, "USD"), Money(5, "EUR")]),
            "due_on": some(DATES), "paid_at": some(INSTANTS), "urgent": some([True, False]),
            "level": some([None, "low", "usual", "high"]), "tags": several(["red", "blue", "green"]),
            "firm": some([None, *range(101, 114)]), "side": some([None, 101, 102, 103, 201, 202, 203]),
            "people": several(range(201, 212)), "about": some([None, Ref("firm", 101), Ref("person", 202), Ref("employee", 1), Ref("firm", 112)]),
            "owner": some([None, 1, 2, 3, 4]), "unit": some([None, 301, 302]), "phones": several(phones), "emails": several(emails),
            "site": some([None, "https://example.ru/", "https://Example.com/a_b%20c"]), "files": several([501, 502, 503]),
            "inn": some([None, "7707083893", "500100732259"]), "code": some([None, f"К-{id}", f"код {id}"]),
        }  # fmt: skip
    world.records = {"employee": employees, "firm": firms, "person": people, "department": units, "job": made}
    world.files = {501: ("договор.pdf", 1200), 502: ("скан.png", 5)}
    with database.write() as session:
        for entity, records in world.records.items():
            put(session, world, entity, records)
        for id, (name, size) in world.files.items():
            session.run(
                "INSERT INTO sv_file (id, sha256, name, media_type, size, created_at) VALUES (?, ?, ?, ?, ?, ?)",
                (id, "0" * 64, name, "", size, session.put_instant(NOW)),
            )
        gone = {"firm": [112], "person": [210], "job": [1003, 1004]}
        for entity, ids in gone.items():
            record_tables.mark_deleted(session, entity, ids, None, NOW)
            world.deleted.update(ids)
    return world


def put(session: Session, world: World, entity: str, records: Mapping[int, dict[str, Any]]) -> None:
    new = []
    for id, values in records.items():
        label = values.get("name") or values.get("title") or f"№ {id}"
        at = NOW - timedelta(hours=id % 100)
        by = 1 + id % 4
        base = {
            key: value.minor if value.currency == "RUB" else None
            for key, value in values.items()
            if isinstance(value, Money)
        }
        new.append(NewRecord(id, dict(values), label, base, at, by))
        values |= {"label": label, "created_at": at, "created_by": by, "changed_at": at, "changed_by": by}
    record_tables.insert(session, entity, new)
