"""The language means the same in Python and in SQL, on both databases: the cases of the law and random trees."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from svyaz.expression.check import formula
from svyaz.expression.evaluate import compile_python
from svyaz.expression.ground import Ground
from svyaz.expression.say import to_text
from svyaz.expression.tree import Node
from svyaz.kernel.values import Money, Ref
from svyaz.schema.resolve import resolve
from svyaz.schema.snapshot import Snapshot
from svyaz.schema.source import Part, Source, assign_numbers
from svyaz.storage import record_tables
from svyaz.storage.compile_query import ask
from svyaz.storage.engine import Database, Session
from svyaz.storage.record_tables import NewRecord
from svyaz.storage.shape import with_holes
from tests.expression import law
from tests.expression.trees import ENTITIES, KINDS, SCOPE, World, grounds, source_fields, trees, worlds
from tests.storage.made import install

EXAMPLES = int(os.environ.get("SVYAZ_RANDOM_EXAMPLES", "20"))
MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)


class Enough(Exception):
    """Takes a world out of the database again."""


def make_snapshot() -> Snapshot:
    tables = []
    for entity, samples in ENTITIES.items():
        label = next(one.key for one in samples if one.type == "text")
        fields = source_fields(entity)
        for one in fields:
            if one["type"] in ("link", "links"):
                one |= {"to": one["to"][0], "on_delete": "clear"}
        tables.append({"key": entity, "title": {"ru": entity}, "label": label, "field": fields})
    parts = tuple(Part(f"test/{one['key']}.toml", "test", one) for one in tables)
    return resolve(assign_numbers(Source(entities=parts), 1)[0], (), 1)


@pytest.fixture
def prepared(database: Database) -> Database:
    install(database, make_snapshot())
    return database


@contextmanager
def filled(database: Database, world: World) -> Iterator[Session]:
    try:
        with database.write() as session:
            for entity, records in world.records.items():
                record_tables.insert(session, entity, [_new(world, entity, one) for one in records])
            yield session
            raise Enough
    except Enough:
        pass


def _new(world: World, entity: str, record: int) -> NewRecord:
    values = world.records[entity][record]
    base = {key: value.minor for key, value in values.items() if isinstance(value, Money)}
    return NewRecord(record, values, world.label(entity, record), base, MADE_AT, None)


def by_sql(session: Session, tree: Node, ground: Ground) -> dict[int, Any]:
    asked = ask(session, "parcel", tree, {}, "living")
    start = asked.start()
    start.conditions.clear()
    holed, _ = with_holes(tree)
    assert holed is not None
    statement = start.binds.statement(start.select(start.scope.id, start.formulas.value(holed, start.scope)))
    return {
        id: _python(tree, value) for id, value in session.fetch(statement.sql, statement.parameters(asked.run(ground)))
    }


def chosen_by_sql(session: Session, tree: Node, ground: Ground) -> set[int]:
    asked = ask(session, "parcel", tree, {}, "living")
    start = asked.start()
    statement = start.binds.statement(start.select(start.scope.id))
    return {id for (id,) in session.fetch(statement.sql, statement.parameters(asked.run(ground)))}


def _python(tree: Node, value: Any) -> Any:
    match tree.type.kind:
        case _ if value is None:
            return None
        case "number":
            return Decimal(value).scaleb(-tree.type.scale)
        case "date" if isinstance(value, str):
            return date.fromisoformat(value)
        case "datetime" if isinstance(value, str):
            return datetime.fromisoformat(value)
        case "yes_no":
            return bool(value)
        case "link":
            return value or None
    return value


def disagreement(session: Session, tree: Node, world: World, ground: Ground) -> str:
    run = compile_python(tree)
    python = {id: _bare(run(world.row("parcel", id), ground)) for id in world.records["parcel"]}
    if tree.type.kind == "yes_no":
        holds = {id for id, value in python.items() if value}
        found = chosen_by_sql(session, tree, ground)
        if found != holds:
            return f"{to_text(tree)}\nas a filter: Python {holds}, SQL {found}"
    sql = by_sql(session, tree, ground)
    for id, value in python.items():
        other = sql[id]
        if bool(value) != bool(other) if tree.type.kind == "yes_no" else value != other:
            told = {key: value for key, value in world.records["parcel"][id].items() if value not in (None, ())}
            return f"{to_text(tree)}\nof {told}\nPython {value!r}, SQL {other!r}"
    return ""


def _bare(value: Any) -> Any:
    return value.id if isinstance(value, Ref) else value


def test_every_case_of_the_law_holds_in_sql(prepared: Database) -> None:
    wrong = []
    ground = law.ground()
    for one in law.laws():
        tree = formula(one.formula, SCOPE)
        with filled(prepared, one.world) as session:
            try:
                result = by_sql(session, tree, ground)[law.PARCEL]
            except Exception as error:  # the list of all that differ is worth more than the first of them
                wrong.append(f"{one.formula}: {type(error).__name__} {str(error)[:100]}")
                continue
        if not law.same(result, one.result, tree.type) and not (
            tree.type.kind == "yes_no" and not result and not one.result
        ):
            wrong.append(f"{one.formula}: {result!r} instead of {one.result!r}")
    assert wrong == [], "\n".join(wrong)


# Shrinking would take minutes of a database; the formula that differs is short enough to be read as it is.
@settings(
    max_examples=EXAMPLES, phases=(Phase.explicit, Phase.reuse, Phase.generate), suppress_health_check=list(HealthCheck)
)
@given(data=st.data())
@pytest.mark.parametrize("kind", KINDS)
def test_random_formula_gives_the_same_in_python_and_in_sql(prepared: Database, kind: str, data: st.DataObject) -> None:
    world, ground, random = data.draw(st.tuples(worlds(), grounds(), st.lists(trees(kind), min_size=4, max_size=8)))
    with filled(prepared, world) as session:
        wrong = [told for tree in random if (told := disagreement(session, tree, world, ground))]
    assert wrong == [], "\n\n".join(wrong)
