"""One company: its home, its base, its configuration.

    with company.read() as session: ...      session.snapshot is the configuration in force
    with company.write() as session: ...     the same, read inside the transaction: no table changes under it

The configuration is resolved once for a revision and kept; every transaction asks the base which revision is
in force (8 µs on SQLite), so another process that changed it is noticed at once.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from svyaz.kernel.clock import Clock, SystemClock
from svyaz.kernel.problem import Problem
from svyaz.schema.resolve import resolve
from svyaz.schema.snapshot import Settings, Snapshot, TraitShape
from svyaz.schema.source import Source, assign_numbers, from_json, to_json
from svyaz.storage import catalog, changes, ddl, record_tables, revisions, system_tables
from svyaz.storage.changes import Change
from svyaz.storage.ddl import Done, Plan
from svyaz.storage.engine import PostgresDatabase, Session, SqliteDatabase
from svyaz.storage.migrations import runner
from svyaz.storage.pasts import Pasts
from svyaz.tenancy.home import (
    HomeNotEmpty,
    HomeSettings,
    HomeUnreadable,
    open_database,
    read_settings,
    write_settings,
)

SYSTEM_CLOCK = SystemClock()
_SCHEMA = re.compile(r"[a-z][a-z0-9_]{0,40}\Z")


class SchemaChangedMeanwhile(Problem):
    """Two administrators at once: the second is told who was first and what was done."""

    code = "schema_changed_meanwhile"  # facts: revision, who, at, what
    status = 409


@dataclass(frozen=True, slots=True)
class Applied:
    """plan: what was done to the tables; done: values that did not fit; both empty when nothing changed."""

    snapshot: Snapshot
    plan: Plan
    done: Done


class Company:
    def __init__(
        self, home: Path, database: SqliteDatabase | PostgresDatabase, traits: Sequence[TraitShape], clock: Clock
    ) -> None:
        self.key = home.name
        self.home = home
        self.database = database
        self.blobs = home / "files"
        self.traits = tuple(traits)
        self.clock = clock
        self.conduct: tuple[Any, ...] = ()  # what app.py hands to records with every session: the traits' conduct
        self.logged: Callable[[], None] | None = None  # called after each commit that added to the change log
        self._known: dict[int, Snapshot] = {}
        self._guard = threading.Lock()
        self.pasts = Pasts(database)
        database.configure, database.opening = self._configure, revisions.OPENING

    def read(self) -> AbstractContextManager[Session]:
        return self.database.read()

    def aside(self) -> AbstractContextManager[Session]:
        return self.database.aside()

    def write(self) -> AbstractContextManager[Session]:
        return self.database.write()

    def close(self) -> None:
        self.pasts.close()
        self.database.close()

    @property
    def snapshot(self) -> Snapshot:
        """The configuration in force now; inside a transaction ask `session.snapshot`."""
        with self.read() as session:
            return session.snapshot

    @property
    def settings(self) -> Settings:
        return self.snapshot.settings

    def _configure(self, session: Session) -> None:
        session.conduct = self.conduct
        session.logged = self.logged
        number = session.opened[0] if session.opened else None
        if number:
            session.snapshot = self._known.get(number) or self._resolve(session, number)

    def _resolve(self, session: Session, number: int) -> Snapshot:
        with self._guard:  # fifty requests after a restart must not resolve it fifty times
            known = self._known.get(number)
            if known is None:
                known = resolve(from_json(revisions.read_source(session, number)), self.traits, number)
                self.remember(known)
            return known

    def remember(self, snapshot: Snapshot) -> None:
        """Keep it, and the one before for those who are in the middle of something."""
        kept = {number: one for number, one in self._known.items() if number >= snapshot.revision - 1}
        self._known = {**kept, snapshot.revision: snapshot}


def create(
    home: Path,
    source: Source,
    traits: Sequence[TraitShape],
    clock: Clock = SYSTEM_CLOCK,
    settings: HomeSettings | None = None,
    synchronous: str = "FULL",
) -> Company:
    """Make a company: folder, base, engine's tables, the first configuration.  Nothing is left of a failed one.

    Raises HomeNotEmpty where one is already, and Problems of the source before anything is made.
    """
    settings = settings or HomeSettings()
    if not _SCHEMA.match(settings.schema):
        raise HomeUnreadable(home=str(home), detail=f"schema = {settings.schema}")
    resolve(assign_numbers(source, 1, traits)[0], traits, 1)
    if (home / "settings.toml").exists() or (home / "company.sqlite").exists():
        raise HomeNotEmpty(home=str(home))
    home.mkdir(parents=True, exist_ok=True)
    database = open_database(home, settings, clock.now, synchronous)
    made = False
    try:
        with database.write() as session:
            if session.dialect == "postgresql":
                session.run(f'CREATE SCHEMA IF NOT EXISTS "{settings.schema}"')
            if catalog.tables(session):
                raise HomeNotEmpty(home=settings.schema if settings.url else str(home))
            system_tables.create(session)
            changes.new_feed(session)
            runner.stamp(session)
        made = True
        company = Company(home, database, traits, clock)
        apply_source(company, source, None)
        company.blobs.mkdir(exist_ok=True)
        write_settings(home, settings)
    except BaseException:
        _unmake(home, database, made)
        raise
    return company


def _unmake(home: Path, database: SqliteDatabase | PostgresDatabase, made: bool) -> None:
    database.configure = None
    if made and isinstance(database, PostgresDatabase):
        with database.write() as session:
            session.run(f'DROP SCHEMA "{database.schema}" CASCADE')
    database.close()
    if isinstance(database, SqliteDatabase):
        for left in home.glob("company.sqlite*"):
            left.unlink()
    with suppress(FileNotFoundError):
        (home / "settings.toml").unlink()
    with suppress(OSError):
        (home / "files").rmdir()


def open(home: Path, traits: Sequence[TraitShape], clock: Clock = SYSTEM_CLOCK, synchronous: str = "FULL") -> Company:
    """Open a company: bring its tables to this version, build indexes that a crash left out.

    Raises HomeNotFound, HomeUnreadable, BaseIsNewer, DatabaseGone.
    """
    settings = read_settings(home)
    if not settings.url and not (home / "company.sqlite").exists():
        raise HomeUnreadable(home=str(home), detail="company.sqlite")
    database = open_database(home, settings, clock.now, synchronous)
    try:
        runner.bring_up(database)
        company = Company(home, database, traits, clock)
        with company.read() as session:
            missing = ddl.missing_indexes(session, session.snapshot)
        ddl.build_indexes(database, missing)
    except BaseException:
        database.close()
        raise
    return company


def current_source(session: Session) -> Source:
    """What the configuration in force was made of."""
    return from_json(revisions.read_source(session, revisions.current_revision(session)))


def plan_source(company: Company, source: Source) -> Plan:
    """What `apply_source` would do to the tables.  Raises the Problems of the source."""
    with company.read() as session:
        before = session.snapshot
        numbered, _ = assign_numbers(source, revisions.next_number(session), company.traits)
        after = resolve(numbered, company.traits, before.revision + 1)
        return ddl.plan(before, after, session.dialect)


def check_seen(session: Session, seen: int | None) -> None:
    """Raises SchemaChangedMeanwhile when somebody applied another configuration after `seen`."""
    number = revisions.current_revision(session)
    if seen is None or seen == number:
        return
    last = revisions.list_revisions(session, 1)[0]
    labels = record_tables.labels(session, "employee", [last.actor]) if last.actor else {}
    who = labels.get(last.actor or 0, "svyaz")
    since = [one.title for one in reversed(revisions.list_revisions(session, 20)) if one.number > seen and one.title]
    raise SchemaChangedMeanwhile(revision=number, who=who, at=last.at, what="; ".join(since) or f"№ {number}")


def apply_source(
    company: Company,
    source: Source,
    actor: int | None,
    title: str = "",
    *,
    seen: int | None = None,
    told: Sequence[Mapping[str, Any]] | None = None,
    then: Callable[[Session, Snapshot], None] | None = None,
) -> Applied:
    """Bring the base to a new configuration: tables, revision and a line in the log, all together or nothing.

    seen   the revision that the source was made from: another one in force raises SchemaChangedMeanwhile
    told   what the revision says of itself, as JSON; the steps of the tables when not given
    then   what must happen to records in the same transaction; session.snapshot is the new configuration there,
           the argument is the one before

    An equal configuration makes no revision.  Raises Problems of the source, of the plan, DatabaseBusy.
    """

    def work(session: Session) -> Applied:
        number = revisions.current_revision(session)
        check_seen(session, seen)
        before = session.snapshot if number else None
        numbered, free = assign_numbers(source, revisions.next_number(session), company.traits)
        after = resolve(numbered, company.traits, number + 1)
        if before is not None and before.digest == after.digest:
            return Applied(before, Plan((), session.dialect), Done())
        plan = ddl.plan(before, after, session.dialect)
        done = ddl.run(session, plan)
        steps = [{"explains": step.explains, "facts": dict(step.facts), "risk": step.risk} for step in plan.steps]
        steps = [dict(one) for one in told] if told is not None else steps
        revisions.add_revision(session, number + 1, actor, title, after.digest, to_json(numbered), steps)
        revisions.keep_next_number(session, free)
        changes.append(
            session, [Change("Schema", 0, after.revision, after.revision, actor, "schema", None, session.now)]
        )
        if then is not None and before is not None:
            session.snapshot = after
            then(session, before)
        return Applied(after, plan, done)

    applied = ddl.carry_out(company.database, work)
    company.remember(applied.snapshot)
    with company.read() as session:
        missing = ddl.missing_indexes(session, applied.snapshot)
    ddl.build_indexes(company.database, missing)
    return applied
