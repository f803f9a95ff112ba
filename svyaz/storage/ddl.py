"""Change the tables of a company from one configuration to another: plan, show, run whole or not at all.

`plan` is pure: it compares layouts and returns ranked steps, each with its SQL, an explanation by code and
facts, and a risk: safe (moments), slow (walks over all records), loses (data is gone for good).
A type never changes in place: the field gets a new column, values are converted into it, the configuration
points to it; the old column stays, so that the undo is a switch back.  A hidden field keeps its columns.

`run` does the steps in the caller's transaction.  `carry_out` opens that transaction: on PostgreSQL it waits
for locks at most two seconds and tries again, so that one long report does not stop everybody behind us.
Indexes of full tables are built there after the commit, CONCURRENTLY; `missing_indexes` finds those that a
crash left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal as OneOf, TypeVar

from svyaz.kernel.problem import Problem
from svyaz.schema.snapshot import Entity, Snapshot
from svyaz.storage import catalog
from svyaz.storage.catalog import indexes_of
from svyaz.storage.convert import Conversion, NotConverted, convert_values, may_convert
from svyaz.storage.ddl_text import Index, column_text, field_indexes, many_table, record_table
from svyaz.storage.engine import Database, PostgresDatabase
from svyaz.storage.layout import FieldLayout, Layout, StoredColumn, layout_of
from svyaz.storage.problems import DatabaseBusy
from svyaz.storage.session import Session

Risk = OneOf["safe", "slow", "loses"]
T = TypeVar("T")

ATTEMPTS = 6


class UniqueHasDuplicates(Problem):
    code = "unique_has_duplicates"  # facts: entity, field, count, examples


@dataclass(frozen=True, slots=True)
class AddColumns:
    """Those of them that are not there yet: a field that goes back to a former type finds its old ones."""

    table: str
    columns: tuple[StoredColumn, ...]


@dataclass(frozen=True, slots=True)
class DropField:
    """All columns and indexes that the field ever had, of every earlier type, except those in `keep`."""

    table: str
    key: str
    number: int
    keep: frozenset[str]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do.

    rank      order of execution: 10 drop indexes, 15 drop tables, 20 tables, 30 columns, 40 values, 50 indexes, 60 drop fields
    sql       statements, or () when `does` holds the work
    explains  code of the words (locale, [plan]) and facts: keys of the entity and the field
    outside   on PostgreSQL: after the commit, CONCURRENTLY
    """

    rank: int
    kind: str
    explains: str
    facts: Mapping[str, Any]
    risk: Risk = "safe"
    sql: tuple[str, ...] = ()
    does: AddColumns | Conversion | DropField | Index | None = None
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    steps: tuple[Step, ...]
    dialect: str

    @property
    def risk(self) -> Risk:
        risks = {step.risk for step in self.steps}
        return "loses" if "loses" in risks else "slow" if "slow" in risks else "safe"


@dataclass(frozen=True, slots=True)
class Done:
    """What running a plan found out: values that did not fit their new type stay in the old column."""

    not_converted: tuple[NotConverted, ...] = field(default=())


def plan(before: Snapshot | None, after: Snapshot, dialect: str) -> Plan:
    """Steps from one configuration (None: an empty base) to the other; none when the tables are equal.

    Raises CannotConvert (all of them at once) when a field goes to a type its values cannot become.
    """
    old = dict(before.by_number) if before and before.by_number else _by_number(before)
    steps: list[Step] = []
    for entity in after.entities.values():
        was = old.pop(entity.number, None)
        steps += _create(entity, dialect) if was is None else _alter(was, entity, after, dialect)
    for entity in old.values():
        steps += _drop(entity)
    may_convert([step.does for step in steps if isinstance(step.does, Conversion)])
    return Plan(tuple(sorted(steps, key=lambda step: step.rank)), dialect)


def _by_number(snapshot: Snapshot | None) -> dict[int, Entity]:
    return {entity.number: entity for entity in snapshot.entities.values()} if snapshot else {}


def _create(entity: Entity, dialect: str) -> list[Step]:
    placed = layout_of(entity)
    sql = [record_table(placed, dialect)]
    sql += [many_table(one, dialect) for one in placed.many_fields]
    sql += [index.sql() for index in indexes_of(placed).values()]
    return [Step(20, "create_table", "plan_create_entity", {"entity": entity.key}, sql=tuple(sql))]


def _drop(entity: Entity) -> list[Step]:
    placed = layout_of(entity)
    tables = [placed.table, *(one.table for one in placed.many_fields)]
    sql = tuple(f'DROP TABLE "{table}"' for table in tables)
    return [Step(15, "drop_table", "plan_drop_entity", {"entity": entity.key}, "loses", sql)]


def _alter(was: Entity, entity: Entity, after: Snapshot, dialect: str) -> list[Step]:
    old, new = layout_of(was), layout_of(entity)
    numbers = {one.field.number: one for one in old.fields.values()}
    steps: list[Step] = []
    for one in new.fields.values():
        before = numbers.pop(one.field.number, None)
        steps += _fit_field(entity, new.table, before, one, after, dialect)
    keep = frozenset(column.name for column in new.columns)
    for gone in numbers.values():
        facts = {"entity": entity.key, "field": gone.field.key}
        drop = DropField(new.table, gone.field.key, gone.field.number, keep)
        steps.append(Step(60, "drop_field", "plan_drop_field", facts, "loses", does=drop))
    steps += _fit_indexes(entity, indexes_of(old), indexes_of(new), new)
    return steps


def _fit_field(
    entity: Entity, table: str, before: FieldLayout | None, one: FieldLayout, after: Snapshot, dialect: str
) -> list[Step]:
    """Columns that are missing, then the values that must move into them."""
    facts = {"entity": entity.key, "field": one.field.key}
    had = {column.name for column in before.own} if before else set()
    steps = []
    code = "plan_add_field" if before is None else "plan_add_column"
    missing = tuple(column for column in one.own if column.name not in had)
    if missing:
        steps.append(Step(30, "add_columns", code, facts, does=AddColumns(table, missing)))
    if one.table and (before is None or before.table != one.table):
        steps.append(Step(30, "add_table", code, facts, sql=(many_table(one, dialect),)))
    if before is None or one.field.computed is not None:
        return steps  # a computed field is computed, not converted: records.recompute does it
    moves = before.table != one.table or [c.name for c in before.columns] != [c.name for c in one.columns]
    rescaled = before.field.type == one.field.type and before.field.options.get("scale") != one.field.options.get(
        "scale"
    )
    rekeyed = one.key is not None and before.key is None
    if moves or rescaled or rekeyed:
        changed = {**facts, "before": before.field.type, "after": one.field.type}
        code = "plan_convert_field" if moves or rescaled else "plan_fill_key"
        conversion = Conversion(table, before, one, after.settings, only_key=not (moves or rescaled))
        steps.append(Step(40, "convert", code, changed, "slow", does=conversion))
    return steps


def _fit_indexes(entity: Entity, old: Mapping[str, Index], new: Mapping[str, Index], placed: Layout) -> list[Step]:
    steps = []
    for name, index in old.items():
        if new.get(name) != index:
            steps.append(
                Step(
                    10, "drop_index", "plan_drop_index", {"entity": entity.key}, sql=(f'DROP INDEX IF EXISTS "{name}"',)
                )
            )
    for name, index in new.items():
        if old.get(name) == index:
            continue
        owner = next((one for one in placed.fields.values() if index in field_indexes(placed.table, one)), None)
        facts = {"entity": entity.key, "field": owner.field.key if owner else ""}
        if index.unique:
            steps.append(Step(50, "unique_index", "plan_unique", facts, "slow", does=index))
        else:
            sql = (index.sql("IF NOT EXISTS"),)
            steps.append(Step(50, "create_index", "plan_index", facts, "slow", sql, does=index, outside=True))
    return steps


def run(session: Session, plan: Plan) -> Done:
    """Do the steps in this transaction; an exception anywhere leaves the base as it was (when it is rolled back).

    Raises UniqueHasDuplicates when a field becomes unique over values that repeat.
    """
    missed: list[NotConverted] = []
    for step in plan.steps:
        if step.outside and session.dialect == "postgresql":
            continue
        match step.does:
            case AddColumns(table, columns):
                has = catalog.columns(session, table)
                for column in columns:
                    if column.name not in has:
                        session.run(f'ALTER TABLE "{table}" ADD COLUMN {column_text(column, session.dialect)}')
            case Conversion():
                missed += convert_values(session, step.does)
            case DropField():
                _drop_field(session, step.does)
            case Index() if step.does.unique:
                _make_unique(session, step.does, step.facts)
            case _:
                for statement in step.sql:
                    session.run(statement)
    return Done(tuple(missed))


def check_unique(session: Session, plan: Plan) -> None:
    """What `run` would refuse for: values that repeat where the key is kept already.  Reads only."""
    for step in plan.steps:
        index = step.does
        if isinstance(index, Index) and index.unique and index.table in catalog.tables(session):
            if index.columns[0] in catalog.columns(session, index.table):
                _check_repeated(session, index, step.facts)


def _make_unique(session: Session, index: Index, facts: Mapping[str, Any]) -> None:
    _check_repeated(session, index, facts)
    session.run(index.sql())


def _check_repeated(session: Session, index: Index, facts: Mapping[str, Any]) -> None:
    column = index.columns[0]
    rows = session.fetch(
        f'SELECT "{column}", COUNT(*) FROM "{index.table}" WHERE "{column}" IS NOT NULL'
        f' GROUP BY "{column}" HAVING COUNT(*) > 1 ORDER BY COUNT(*) DESC, "{column}" LIMIT 1000'
    )
    if rows:
        examples = ", ".join(row[0] for row in rows[:3])
        raise UniqueHasDuplicates(**facts, count=len(rows), examples=examples)


def _drop_field(session: Session, drop: DropField) -> None:
    """SQLite refuses to drop a column that has an index, so indexes go first."""
    suffix = f"_{drop.number}"
    for index in catalog.indexes(session):
        kind, _, rest = index.partition("_")
        if kind in ("ix", "uq", "ik") and (f"_{rest}" == suffix or f"_{rest}".startswith(f"{suffix}__")):
            session.run(f'DROP INDEX "{index}"')
    for table in catalog.tables(session):
        if table == f"ln{suffix}" or table.startswith(f"ln{suffix}__"):
            session.run(f'DROP TABLE "{table}"')
    starts = (f"{drop.key}__", f"f{suffix}__")
    for column in sorted(catalog.columns(session, drop.table) - drop.keep):
        if column == drop.key or column.startswith(starts):
            session.run(f'ALTER TABLE "{drop.table}" DROP COLUMN "{column}"')


def carry_out(database: Database, work: Callable[[Session], T], sleep: Callable[[float], None] = time.sleep) -> T:
    """Do `work` (plan, run, and whatever must commit with them) in one transaction that excludes other writers.

    Raises DatabaseBusy after about half a minute of others holding the tables.
    """
    for attempt in range(ATTEMPTS):
        try:
            with database.alone() as session:
                return work(session)
        except DatabaseBusy:
            if attempt == ATTEMPTS - 1:
                raise
            sleep(0.25 * 2**attempt)
    raise AssertionError("unreachable")


def missing_indexes(session: Session, snapshot: Snapshot) -> list[Index]:
    """Indexes that the configuration asks for and the base has not (or has broken).

    Not those of a table that is gone: a damaged base opens, so that `check` can tell what it lacks.
    """
    has, has_tables = catalog.indexes(session), catalog.tables(session)
    return [
        index
        for entity in snapshot.entities.values()
        for index in indexes_of(layout_of(entity)).values()
        if index.name not in has and index.table in has_tables
    ]


def build_indexes(database: Database, indexes: list[Index]) -> None:
    """Build what is missing; on PostgreSQL without stopping anybody, and over a broken remainder."""
    if not indexes:
        return
    if isinstance(database, PostgresDatabase):
        with database.outside() as session:
            for index in indexes:
                session.run(f'DROP INDEX CONCURRENTLY IF EXISTS "{index.name}"')
                session.run(index.sql("CONCURRENTLY IF NOT EXISTS"))
        return
    with database.write() as session:
        for index in indexes:
            session.run(index.sql("IF NOT EXISTS"))


__all__ = ["Done", "Plan", "Step", "build_indexes", "carry_out", "check_unique", "missing_indexes", "plan", "run"]
