"""Lists: cells, order, pages, counts; the same on both databases and the same as plain reading."""

from __future__ import annotations

import pytest

from svyaz.expression.check import formula
from svyaz.expression.ground import Ground
from svyaz.expression.tree import Node
from svyaz.schema.scope import EntityScope
from svyaz.storage import run_query
from svyaz.storage.engine import Database
from svyaz.storage.query import Query
from tests.storage.world import NOW, World, fill

GROUND = Ground(me=1, now=NOW)


@pytest.fixture
def world(database: Database) -> World:
    return fill(database)


def where(world: World, text: str, entity: str = "job") -> Node | None:
    return formula(text, EntityScope(world.snapshot.entities, entity)) if text else None


def keys(*paths: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(path.split(".")) for path in paths)


def test_cells_of_every_type_are_ready_for_json(database: Database, world: World) -> None:
    every = [one.key for one in world.snapshot.entities["job"].fields]
    query = Query(
        "job", keys(*every, "firm.city", "firm.owner", "people.city", "firm.phones", "about.label", "side.name")
    )
    with database.read() as session:
        page = run_query.page(session, query, GROUND)
    row = dict(zip(page.columns, page.rows[1], strict=True))
    assert row["id"] == 1002
    assert row["weight"] == "7.000"
    assert row["amount"] == ["0.01", "RUB"]
    assert row["firm"] == [112, None], "a deleted firm is shown without its name"
    assert row["side"] == [201, "казань"]
    assert row["about"] == ["employee", 1, "Ольга"]
    assert row["people"] == [[206, "\\"]]
    assert row["emails"] == [["anna_b@example.ru", ""], ["a%b@example.ru", ""], ["petr@example.ru", ""]]
    assert row["files"] == [[501, "договор.pdf", 1200]]
    assert row["paid_at"] == "2026-03-02T20:59:59Z"
    assert row["due_on"] == "2026-03-04"
    assert row["urgent"] is True
    assert row["created_by"] == [3, "Анна"]
    assert row["firm.city"] is None
    assert row["people.city"] == ["straße"]
