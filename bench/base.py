"""A generated company: the same rows, log, stays and search entries that an import by the product would have written.

It is as if, a month ago, an administrator had brought everything in by imports marked «история», and within the last
week people had changed some of the sales.  People, dictionaries and those changes go through records.write; the
imported rows are put in by the same storage functions that records.write ends in, without asking anybody, and indexes
are built afterwards.  tests/bench proves that the tables come out equal to those that `create_many` and the follower
of the search write.

    python -m bench.base HOME [--deals 1000000] [--database URL [--schema NAME]] [--again]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import psycopg

from bench import rows, texts
from bench.rows import Known, Row, Sizes
from svyaz.access.actor import SYSTEM, Actor
from svyaz.app import CONDUCT
from svyaz.fields.autonumber import number_text
from svyaz.kernel.clock import FixedClock, SystemClock
from svyaz.kernel.values import Money
from svyaz.org.actors import rebuild_reach
from svyaz.org.passwords import hash_password
from svyaz.records.write import RecordChange, change_many, create_many
from svyaz.schema.source import to_json
from svyaz.search.follow import follow
from svyaz.search.groups import fields_of, wanted_groups
from svyaz.search.texts import entry_of, kept_texts, words_in, write_body
from svyaz.search.tokens import FORM
from svyaz.solutions.sample import load_sample
from svyaz.solutions.shipped import shipped, source_of
from svyaz.storage import (
    accounts,
    changes,
    ddl,
    ids,
    numbering,
    record_tables,
    search_entries,
    search_state,
    search_words,
    stage_moves,
    system_tables,
)
from svyaz.storage.changes import Change
from svyaz.storage.record_tables import NewRecord, Stored
from svyaz.storage.search_entries import GROUPS
from svyaz.storage.search_state import TOP, Plan, State
from svyaz.storage.session import Dialect, Session
from svyaz.storage.stage_moves import StageMove
from svyaz.tenancy import company as tenancy
from svyaz.tenancy.company import Company
from svyaz.tenancy.home import HomeSettings
from svyaz.traits.registry import SHAPES
from svyaz.traits.staged import pipeline_of

SEED = 7
PORTION = 2_000
AGO = timedelta(days=30)  # when the import was
WEEK = timedelta(days=6)  # the changes are within it
PASSWORD = "bench-bench-bench"
LOGIN = "p{}"  # of a person by place; p0 is the administrator
KEPT = "bench.json"
ORDER = ("counterparty", "contact", "deal", "comment")


@dataclass(frozen=True, slots=True)
class Base:
    """What the marks know of a generated company.  people: employees by place, as rows.Known has them."""

    home: Path
    url: str
    schema: str
    sizes: Sizes
    imported_at: datetime
    people: list[int]
    roles: list[str]
    deals: tuple[int, int]  # the first id and the last
    firms: tuple[int, int]

    @property
    def dialect(self) -> Dialect:
        return "postgresql" if self.url else "sqlite"

    def login(self, role: str, place: int = 0) -> str:
        """The login of the `place`-th person of a role."""
        return LOGIN.format([at for at, one in enumerate(self.roles) if one == role][place])

    def employee(self, login: str) -> int:
        return self.people[int(login[1:])]

    def open(self) -> Company:
        company = tenancy.open(self.home, SHAPES, SystemClock())
        company.conduct = CONDUCT
        return company


def form_of(dialect: Dialect) -> str:
    """A base made by another version of the tables or of the solution has another form, and must be made anew."""
    digest = hashlib.sha256(orjson.dumps(system_tables.statements(dialect)))
    digest.update(orjson.dumps(to_json(source_of(("sales",), "Ромашка"))))
    return digest.hexdigest()


def is_fresh(home: Path) -> bool:
    """Whether there is a base of today's form."""
    if not (home / KEPT).exists():
        return False
    told = json.loads((home / KEPT).read_text())
    return bool(told.get("form") == form_of("postgresql" if told["url"] else "sqlite"))


def clear(home: Path, url: str, schema: str) -> None:
    """Take away what an older base has left, so that one can be made in its place."""
    shutil.rmtree(home, ignore_errors=True)
    if url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')


def read_base(home: Path) -> Base:
    """Raises RuntimeError for a base of another form."""
    if not is_fresh(home):
        raise RuntimeError(f"{home} is no base of today's tables: python -m bench.base {home} --again …")
    told = json.loads((home / KEPT).read_text())
    return Base(
        home,
        told["url"],
        told["schema"],
        Sizes(**told["sizes"]),
        datetime.fromisoformat(told["imported_at"]),
        told["people"],
        told["roles"],
        tuple(told["deals"]),
        tuple(told["firms"]),
    )


def make_base(
    home: Path,
    sizes: Sizes,
    *,
    url: str = "",
    schema: str = "bench",
    now: datetime | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> Base:
    """Generate a company in an empty folder (and, with a url, an empty schema)."""
    now = (now or SystemClock().now()).replace(microsecond=0)
    clock = FixedClock(now - AGO)
    settings = HomeSettings(url, schema) if url else HomeSettings()
    company = tenancy.create(home, source_of(("sales",), "Ромашка"), SHAPES, clock, settings, synchronous="OFF")
    company.conduct = CONDUCT
    try:
        people, roles, known = _people(company, sizes)
        made = _import(company, sizes, people[0], known, say)
        _index(company, say)
        _change(company, clock, now, sizes, people, made["deal"])
        _settle(company)
    finally:
        company.close()
    base = Base(
        home,
        url,
        schema if url else "",
        sizes,
        clock.at,
        people,
        roles,
        _ends(made["deal"]),
        _ends(made["counterparty"]),
    )
    told = {**asdict(base), "home": "", "imported_at": (now - AGO).isoformat(), "form": form_of(base.dialect)}
    (home / KEPT).write_text(json.dumps(told, default=str))
    return read_base(home)


def _ends(given: Sequence[int]) -> tuple[int, int]:
    return given[0], given[-1]


# ---------------------------------------------------------------- people and dictionaries: by the product itself


def _people(company: Company, sizes: Sizes) -> tuple[list[int], list[str], Known]:
    """One administrator, a tenth directors, a head for each department, salespeople; departments are a tree of two
    levels.  All come in with one password."""
    load_sample(company, shipped()["sales"] / "sample", "always")
    count = sizes.people
    roles = ["admin", *["director"] * (count // 20), *["head"] * sizes.departments]
    roles += ["manager"] * (count - len(roles))
    with company.write() as session:
        above = max(sizes.departments // 5, 1)
        told = [{"title": f"Отдел {at + 1}"} for at in range(sizes.departments)]
        tops = _made(session, "department", told[:above])
        below = _made(
            session, "department", [{**one, "parent": tops[at % above]} for at, one in enumerate(told[above:])]
        )
        departments = [*tops, *below]
        chance = Random(SEED)
        names = [dict(zip(("first_name", "surname"), texts.person(chance), strict=True)) for _ in range(count)]
        people = _made(
            session,
            "employee",
            [{**one, "department": departments[at % sizes.departments]} for at, one in enumerate(names)],
        )
        hashed = hash_password(PASSWORD)
        for at, (person, role) in enumerate(zip(people, roles, strict=True)):
            accounts.put_login(session, person, LOGIN.format(at), LOGIN.format(at), hashed, must_change=False)
            accounts.set_roles(session, person, (role,))
        rebuild_reach(session)
        products = _made(session, "product", [{"title": f"Насос НЦ-{at}", "price": at * 100} for at in range(1, 41)])
        known = Known(
            people=people,
            sources=_all(session, "source"),
            reasons=_all(session, "loss_reason"),
            sectors=_all(session, "sector"),
            products=products,
        )
    return people, roles, known


def _made(session: Session, entity: str, values: Sequence[dict[str, Any]]) -> list[int]:
    return [id for id in create_many(session, SYSTEM, entity, values, cause="init").ids if id is not None]


def _all(session: Session, entity: str) -> list[int]:
    return [row[0] for row in session.fetch(f'SELECT sv_id FROM "{entity}" ORDER BY sv_id')]


# ---------------------------------------------------------------- what was imported


def drawn(sizes: Sizes, known: Known, now: datetime, made: dict[str, list[int]], entity: str) -> Iterator[Row]:
    """Rows of an entity, from a seed of its own; `made` has the ids of those before it in ORDER."""
    chance = Random(f"{SEED} {entity}")
    if entity == "counterparty":
        return rows.companies(chance, sizes.companies, known, now)
    if entity == "contact":
        return rows.contacts(chance, sizes.contacts, known, now, made["counterparty"])
    if entity == "deal":
        return rows.deals(chance, sizes.deals, known, now, made["counterparty"], made["contact"])
    return rows.comments(chance, sizes.comments, made["deal"], now)


def _import(company: Company, sizes: Sizes, by: int, known: Known, say: Callable[[str], None]) -> dict[str, list[int]]:
    """Put everything in without indexes; they are built afterwards, in order and at once."""
    made: dict[str, list[int]] = {}
    with company.write() as session:
        _plan_search(session)
        _drop_indexes(session)
        now = session.now
    for entity in ORDER:
        began = time.perf_counter()
        put = _Put(by)
        made[entity] = []
        waiting = drawn(sizes, known, now, made, entity)
        while portion := list(islice(waiting, PORTION * 5)):
            with company.write() as session:
                made[entity] += put.put(session, entity, portion)
        with company.write() as session:
            put.finish(session, entity)
        say(f"{entity}: {len(made[entity])} in {time.perf_counter() - began:.0f} s")
    return made


@dataclass(slots=True)
class _Put:
    """One import: its batch, and the words of what was put in, counted at the end."""

    by: int
    batch: int = 0
    words: Counter[str] = None  # type: ignore[assignment]
    forms: dict[str, str] = None  # type: ignore[assignment]

    def put(self, session: Session, entity: str, portion: Sequence[Row]) -> list[int]:
        if not self.batch:
            self.batch = changes.new_batch(session, self.by, "import", f"{entity}.xlsx")
            self.words, self.forms = Counter(), {}
        shape = session.snapshot.entities[entity]
        taken = ids.take_ids(session, len(portion))
        numbers = _numbers(session, shape, len(portion))
        label = LABELS[entity]
        zone = ZoneInfo(session.snapshot.settings.zone)
        records, moves = [], []
        for at, (id, row) in enumerate(zip(taken, portion, strict=True)):
            values = row.values
            if numbers:
                values["number"] = numbers[at]
            if row.stages and row.stages[-1][0] in ("success", "failed"):
                values["closed_on"] = row.stages[-1][1].astimezone(zone).date()
            base = {key: one.minor for key, one in values.items() if isinstance(one, Money)}
            records.append(NewRecord(id, values, label(values), base, row.created_at, self.by))
            moves += _stays(shape, id, row.stages)
        record_tables.insert(session, entity, records)
        now = session.now
        changes.append(
            session, [Change("Created", shape.number, id, 1, self.by, "import", self.batch, now) for id in taken]
        )
        stage_moves.backfill(session, shape.number, moves)
        self._search(session, shape, records)
        return taken

    def _search(self, session: Session, shape: Any, records: Sequence[NewRecord]) -> None:
        plan = search_state.read_plans(session).get(shape.number)
        if plan is None:
            return
        groups = {number: fields_of(shape, group) or [] for number, group in plan.groups.items()}
        entries = []
        for one in records:
            stored = Stored(
                one.id, 1, one.created_at, None, one.created_at, None, None, None, one.label, dict(one.values)
            )
            for number, fields in groups.items():
                kept = kept_texts(stored, fields)
                if kept:
                    body = write_body(kept)
                    entries.append(entry_of(one.id * GROUPS + number, body))
                    words = words_in(body)
                    self.words.update(words.keys())
                    for word, form in words.items():
                        self.forms.setdefault(word, form)
        search_entries.replace_entries(session, shape.number, [], entries)

    def finish(self, session: Session, entity: str) -> None:
        if self.batch:
            search_words.count_words(session, session.snapshot.entities[entity].number, self.words, self.forms)


LABELS: dict[str, Callable[[dict[str, Any]], str]] = {
    "counterparty": lambda values: values["title"],
    "contact": lambda values: f"{values['first_name']} {values['surname']}",
    "deal": lambda values: values["title"],
    "comment": lambda values: values["body"][:80],
}


def _numbers(session: Session, shape: Any, count: int) -> list[str]:
    field = shape.by_role("number")
    if field is None:
        return []
    first = numbering.take_number(session, field.number, "", count)
    return [number_text(field.options["pattern"], first + at, session.now.date()) for at in range(count)]


def _stays(shape: Any, record: int, stages: Sequence[tuple[str, datetime]]) -> Iterable[StageMove]:
    left = [*(at for _, at in stages[1:]), None] if stages else []
    for (stage, at), until in zip(stages, left, strict=True):
        yield StageMove(record, pipeline_of(shape, stage), stage, at, until)


# ---------------------------------------------------------------- indexes and the search


def _drop_indexes(session: Session) -> None:
    for name in _indexes(session):
        session.run(f'DROP INDEX IF EXISTS "{name}"')


def _indexes(session: Session) -> dict[str, str]:
    """Everything but keys: indexes of records by name, of the engine's tables, of the search."""
    found = {
        one.name: one.sql("IF NOT EXISTS")
        for shape in session.snapshot.entities.values()
        for one in ddl.indexes_of(ddl.layout_of(shape)).values()
    }
    for statement in system_tables.statements(session.dialect):
        if statement.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX")):
            name = statement.split(" INDEX ")[1].split()[0]
            if name.startswith(("ix_sv_change", "ix_sv_stage_move")):
                found[name] = statement.replace(" INDEX ", " INDEX IF NOT EXISTS ")
    if session.dialect == "postgresql":
        for number in search_state.read_plans(session):
            name = f"sv_search_{number}_tokens"
            found[name] = (
                f"CREATE INDEX IF NOT EXISTS {name} ON sv_search_{number} USING gin (tokens) WITH (fastupdate = off)"
            )
    return found


def _plan_search(session: Session) -> None:
    """As the follower's first step: tables for each object, a plan.  What we put in needs not be gone through."""
    assert search_state.move_state(session, State(), 0, session.snapshot.revision, FORM)
    ours = {session.snapshot.entities[entity].number for entity in ORDER}
    for entity, groups in wanted_groups(session.snapshot).items():
        search_entries.create_tables(session, entity)
        below = None if entity in ours else TOP
        search_state.write_plan(session, Plan(entity, dict(enumerate(groups)), len(groups), below))


def _index(company: Company, say: Callable[[str], None]) -> None:
    """Indexes; on PostgreSQL positions too, as the publisher gives them: one after another in the order of the log."""
    began = time.perf_counter()
    with company.write() as session:
        if session.dialect == "postgresql":
            session.run("SET LOCAL maintenance_work_mem TO '512MB'")
            session.run("UPDATE sv_change SET position = seq WHERE position IS NULL")
            session.run("UPDATE sv_counter SET value = (SELECT MAX(seq) FROM sv_change) WHERE name = 'position'")
        for statement in _indexes(session).values():
            session.run(statement)
    say(f"indexes: {time.perf_counter() - began:.0f} s")


# ---------------------------------------------------------------- the last week


def _change(
    company: Company, clock: FixedClock, now: datetime, sizes: Sizes, people: list[int], made: list[int]
) -> None:
    """Sales moved on and priced anew within the last week: by records.write, a portion at a time."""
    chance = Random(f"{SEED} changes")
    chosen = chance.sample(made, sizes.changes)
    portions = [chosen[at : at + PORTION] for at in range(0, len(chosen), PORTION)]
    actor = Actor(employee=people[0], kind="system")
    for place, portion in enumerate(portions):
        clock.at = now - WEEK + WEEK * (place / max(len(portions), 1))
        told = [RecordChange(id, _changed(chance)) for id in portion]
        with company.write() as session:
            change_many(session, actor, "deal", told, cause="person", mode="past")
    clock.at = now


def _changed(chance: Random) -> dict[str, Any]:
    if chance.random() < 0.5:
        return {"amount": chance.randrange(1_000, 10_000_000)}
    return {"stage": chance.choice(rows.WAY[:-1]), "priority": chance.choice(rows.PRIORITIES)}


def _settle(company: Company) -> None:
    """The follower has nothing to do, and the database knows how much there is of everything."""
    changes.publish(company.database)
    with company.write() as session:
        state = search_state.read_state(session)
        search_state.move_state(session, state, changes.last_position(session), state.revision, FORM)
    while follow(company):
        pass
    with company.write() as session:
        session.run("ANALYZE")


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("home", type=Path)
    asked.add_argument("--deals", type=int, default=1_000_000)
    asked.add_argument("--database", default="")
    asked.add_argument("--schema", default="bench")
    asked.add_argument(
        "--again", action="store_true", help="keep a base of today's form, make another in place of an older"
    )
    given = asked.parse_args()
    if given.again:
        if is_fresh(given.home):
            print(f"{given.home}: kept", file=sys.stderr)
            return
        clear(given.home, given.database, given.schema)
    began = time.perf_counter()
    make_base(
        given.home,
        Sizes.of(given.deals),
        url=given.database,
        schema=given.schema,
        say=lambda text: print(text, file=sys.stderr, flush=True),
    )
    print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
