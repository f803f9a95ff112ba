"""Totals, boards and pivots: counted apart in Python and by both databases."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from svyaz.expression.check import formula
from svyaz.expression.ground import Ground
from svyaz.expression.tree import Node
from svyaz.kernel.clock import grain_start
from svyaz.kernel.text import fold
from svyaz.schema.scope import EntityScope
from svyaz.storage import run_query
from svyaz.storage.compile_query import ask
from svyaz.storage.dimensions import CannotGroup
from svyaz.storage.engine import Database
from svyaz.storage.measures import CannotMeasure
from svyaz.storage.query import Dimension, Measure, Order, Pivot, Query
from svyaz.storage.run_groups import Found, TooManyGroups
from svyaz.storage.run_pivot import levels_added, levels_asked
from tests.storage.world import NOW, World, fill

GROUND = Ground(me=1, now=NOW)


@pytest.fixture
def world(database: Database) -> World:
    return fill(database, jobs=90)


def where(world: World, text: str) -> Node:
    return formula(text, EntityScope(world.snapshot.entities, "job"))


def measures(*texts: str) -> tuple[Measure, ...]:
    found = []
    for text in texts:
        function, _, path = text.partition(":")
        found.append(Measure(function, tuple(path.split(".")) if path else ()))
    return tuple(found)


def numbers(world: World, ids: list[int], *path: str) -> list[Any]:
    return [value for value in (world.value("job", id, path) for id in ids) if value is not None]


def half_up(value: Decimal, digits: int) -> str:
    return str(value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


# ------------------------------------------------------------------ totals


def test_totals_are_exact_and_money_without_a_rate_stands_apart(database: Database, world: World) -> None:
    ids = world.ids("job")
    with database.read() as session:
        told = run_query.totals(
            session,
            Query("job", ()),
            measures("count", "count:weight", "sum:count", "sum:weight", "sum:amount", "avg:count", "avg:weight", "min:weight",
                     "max:due_on", "min:paid_at", "median:count", "median:weight", "share", "avg:amount", "min:amount", "sum:firm.size"),
            GROUND,
        )  # fmt: skip
    counts, weights = numbers(world, ids, "count"), numbers(world, ids, "weight")
    amounts = numbers(world, ids, "amount")
    kept = [world.records["job"][id]["amount"] for id in ids]
    dollars = sum(one.minor for one in kept if one is not None and one.currency == "USD")
    euros = sum(one.minor for one in kept if one is not None and one.currency == "EUR")
    assert told == [
        len(ids),
        len(weights),
        sum(counts),
        half_up(sum(weights), 3),
        [half_up(sum(amounts), 2), "RUB", [[half_up(Decimal(euros) / 100, 2), "EUR"], [half_up(Decimal(dollars) / 100, 2), "USD"]]],
        half_up(Decimal(sum(counts)) / len(counts), 2),
        half_up(sum(weights) / len(weights), 3),
        half_up(min(weights), 3),
        max(numbers(world, ids, "due_on")).isoformat(),
        "1999-12-31T20:59:59Z",
        half_up(Decimal(median(counts)), 2),
        half_up(Decimal(median(weights)), 3),
        1.0,
        [half_up(sum(amounts) / len(amounts), 2), "RUB"],
        ["-50.00", "RUB"],
        sum(numbers(world, ids, "firm", "size")),
    ]  # fmt: skip


def test_totals_of_nothing_are_empty_and_not_zero_except_the_count(database: Database, world: World) -> None:
    with database.read() as session:
        query = Query("job", (), where(world, "false"))
        told = run_query.totals(
            session, query, measures("count", "sum:count", "avg:weight", "median:count", "max:due_on", "share"), GROUND
        )
    assert told == [0, None, None, None, None, None]


def test_sum_over_sixty_four_bits_is_still_exact(database: Database, world: World) -> None:
    with database.write() as session:
        session.run(f'UPDATE job SET "amount__base" = {10**18 - 1}, "amount" = 5, "amount__cur" = ?', ("RUB",))
    with database.read() as session:
        (told,) = run_query.totals(session, Query("job", (), kept="all"), measures("sum:amount"), GROUND)
    assert told == [half_up(Decimal(90 * (10**18 - 1)) / 100, 2), "RUB"]


def test_texts_and_several_values_cannot_be_added_up(database: Database, world: World) -> None:
    with database.read() as session:
        for text in ("sum:title", "sum:people.born_on", "avg:due_on", "max:title", "sum", "sum:firm", "sum:nothing"):
            with pytest.raises(CannotMeasure):
                run_query.totals(session, Query("job", ()), measures(text), GROUND)


# ------------------------------------------------------------------ groups


GROUPED: dict[str, Callable[[Any], Any]] = {
    "level": lambda cell: folded(cell),
    "urgent": lambda cell: cell,
    "firm": lambda cell: cell and cell[0],
    "owner": lambda cell: cell and cell[0],
    "side": lambda cell: cell and cell[0],
    "about": lambda cell: cell and cell[1],
    "title": lambda cell: cell and fold(cell),
    "count": lambda cell: cell,
    "weight": lambda cell: cell and Decimal(cell),
    "amount": lambda cell: cell and Decimal(cell),
    "due_on": lambda cell: cell and date.fromisoformat(cell),
    "firm.city": lambda cell: cell and fold(cell),
    "firm.owner.name": lambda cell: cell and fold(cell),
    "tags": lambda cell: folded(cell),
    "people": lambda cell: cell and cell[0],
    "people.city": lambda cell: cell and fold(cell),
    "people.firm": lambda cell: cell and cell[0],
    "phones": lambda cell: cell and fold(cell[0] if isinstance(cell, list) else cell),
    "firm.people": lambda cell: cell and cell[0],
    "created_by": lambda cell: cell and cell[0],
}


def groups_in_python(world: World, path: tuple[str, ...]) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = {}
    for id in world.ids("job"):
        value = world.value("job", id, path)
        values = set(map(folded, value)) or {None} if isinstance(value, tuple) else {folded(value)}
        for one in values:
            found.setdefault(one, []).append(id)
    return found


def folded(value: Any) -> Any:
    return fold(value) if isinstance(value, str) else value


def test_every_record_is_counted_once_in_each_of_its_groups(database: Database, world: World) -> None:
    query = Query("job", (("title",), ("people",)), order=(Order(("title",), True),), limit=1000)
    with database.read() as session:
        whole = run_query.page(session, query, GROUND).rows
        for path, plain in GROUPED.items():
            keys = tuple(path.split("."))
            expected = groups_in_python(world, keys)
            wanted = measures("sum:count", "sum:amount", "median:weight", "share")
            found = run_query.groups(session, query, keys, wanted, 3, GROUND)
            inside = {plain(one.value): one for one in found}
            assert {key: one.count for key, one in inside.items()} == {key: len(ids) for key, ids in expected.items()}
            assert len(inside) == len(found), path
            for key, ids in expected.items():
                one = inside[key]
                counts, weights = numbers(world, ids, "count"), numbers(world, ids, "weight")
                assert one.totals[0] == (sum(counts) if counts else None), path
                assert one.totals[2] == (half_up(Decimal(median(weights)), 3) if weights else None), path
                assert one.totals[3] == round(len(ids) / len(world.ids("job")), 6), path
                assert one.rows == [row for row in whole if row[0] in ids][:3], path
                assert (one.next is None) == (len(ids) <= 3), path


def test_groups_come_in_the_order_of_options_and_labels_with_the_empty_one_last(
    database: Database, world: World
) -> None:
    with database.read() as session:
        levels = run_query.groups(session, Query("job", ()), ("level",), (), 0, GROUND)
        owners = run_query.groups(session, Query("job", ()), ("owner",), (), 0, GROUND)
    assert [one.value for one in levels] == ["low", "usual", "high", None]
    assert [one.value and one.value[1] for one in owners] == ["Анна", "Игорь", "Ольга", "Пётр", None]


def test_cursor_of_a_group_goes_on_in_the_list_narrowed_to_it(database: Database, world: World) -> None:
    query = Query("job", (("title",),), order=(Order(("count",), True),), limit=1000)
    with database.read() as session:
        found = {one.value: one for one in run_query.groups(session, query, ("level",), (), 4, GROUND)}
        high = found["high"]
        narrowed = Query("job", query.columns, where(world, "level = 'high'"), query.order, 1000, after=high.next)
        rest = run_query.page(session, narrowed, GROUND).rows
        whole = run_query.page(session, Query("job", query.columns, narrowed.where, query.order, 1000), GROUND).rows
    assert high.rows + rest == whole


def test_what_does_not_divide_into_groups_is_refused(database: Database, world: World) -> None:
    with database.read() as session:
        for path, grain in (("note", ""), ("files", ""), ("title", "month"), ("due_on", "century"), ("nothing", "")):
            with pytest.raises(CannotGroup):
                run_query.groups(session, Query("job", ()), Dimension((path,), grain), (), 1, GROUND)


# ------------------------------------------------------------------ pivot


def test_grains_of_dates_are_those_of_the_company_zone(database: Database, world: World) -> None:
    for path in ("due_on", "paid_at"):
        for grain in ("year", "quarter", "month", "week", "day"):
            expected: dict[Any, int] = {}
            for id in world.ids("job"):
                value = world.value("job", id, (path,))
                if path == "paid_at" and value is not None:
                    value = value.astimezone(ZoneInfo(GROUND.zone)).date()
                start = None if value is None else grain_start(grain, value).isoformat()
                expected[start] = expected.get(start, 0) + 1
            with database.read() as session:
                found = run_query.groups(session, Query("job", ()), Dimension((path,), grain), (), 0, GROUND)
            assert {one.value: one.count for one in found} == expected, (path, grain)
            starts = [one.value for one in found if one.value is not None]
            assert starts == sorted(starts)


def test_pivot_totals_of_every_level_are_counted_apart(database: Database, world: World) -> None:
    """Two tags put a record into two rows; above them it is counted once, and medians are of all values."""
    pivot = Pivot(
        "job",
        (Dimension(("tags",)), Dimension(("urgent",))),
        (Dimension(("due_on",), "year"),),
        measures("count", "sum:count", "median:count", "share"),
        where(world, "owner <> empty"),
    )
    ids = [id for id in world.ids("job") if world.value("job", id, ("owner",)) is not None]
    with database.read() as session:
        answer = run_query.pivot(session, pivot, GROUND)
    assert answer.rows[-1] == []
    assert answer.columns[-1] == []
    checked = 0
    for row, line in zip(answer.rows, answer.values, strict=True):
        for column, cell in zip(answer.columns, line, strict=True):
            inside = [id for id in ids if in_cell(world, id, row, column)]
            counts = numbers(world, inside, "count")
            expected = [
                len(inside),
                sum(counts) if counts else None,
                half_up(Decimal(median(counts)), 2) if counts else None,
                round(len(inside) / len(ids), 6),
            ]
            assert cell == (expected if inside else None), (row, column)
            checked += bool(inside)
    assert checked > 30


def in_cell(world: World, id: int, row: list[Any], column: list[Any]) -> bool:
    tags = world.value("job", id, ("tags",))
    if row and (row[0] not in tags if row[0] is not None else tags):
        return False
    if len(row) > 1 and row[1] is not world.value("job", id, ("urgent",)):
        return False
    due_on = world.value("job", id, ("due_on",))
    return not column or column[0] == (None if due_on is None else f"{due_on.year:04d}-01-01")


def test_headers_stand_before_their_total(database: Database, world: World) -> None:
    pivot = Pivot("job", (Dimension(("level",)), Dimension(("urgent",))), (), measures("count"))
    with database.read() as session:
        answer = run_query.pivot(session, pivot, GROUND)
        told = run_query.told_pivot(session, answer)
    assert answer.rows[:4] == [["low", False], ["low", True], ["low"], ["usual", False]]
    assert answer.rows[-2:] == [[None], []]
    assert answer.columns == [[]]
    assert told["measures"] == ["count"]
    assert told["cells"][-1] == [[len(world.ids("job"))]]


def test_pivot_of_no_records_has_a_total_of_nothing(database: Database, world: World) -> None:
    pivot = Pivot("job", (Dimension(("due_on",), "month"),), (), measures("count", "sum:amount"), where(world, "false"))
    with database.read() as session:
        answer = run_query.pivot(session, pivot, GROUND)
    assert (answer.rows, answer.values) == ([[]], [[[0, None]]])


def test_too_many_groups_are_refused(database: Database, world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr("svyaz.storage.run_groups.MOST_GROUPS", 3)
    with database.read() as session, pytest.raises(TooManyGroups):
        run_query.groups(session, Query("job", ()), ("title",), (), 0, GROUND)


ROWS = ("level", "urgent", "title", "owner", "firm", "firm.city", "firm.vip", "owner.team", "count", "amount",
        "due_on:year", "due_on:week", "paid_at:month", "paid_at:day", "created_at:quarter", "tags")  # fmt: skip
SUMS = ("count", "count:weight", "sum:count", "sum:amount", "avg:weight", "min:amount", "max:due_on", "min:paid_at",
        "max:count", "median:weight", "share", "share:count", "sum:firm.size", "avg:amount")  # fmt: skip


@pytest.mark.parametrize("zone", ["Europe/Moscow", "Asia/Kathmandu", "America/St_Johns"])
@pytest.mark.parametrize("seed", range(4))
def test_totals_added_up_from_the_finest_groups_are_those_asked_for_level_by_level(
    database: Database, world: World, seed: int, zone: str
) -> None:
    order = random.Random(seed)
    added = 0
    for _ in range(12):
        told = [
            Dimension(tuple(path.split(".")), grain)
            for path, _, grain in (one.partition(":") for one in order.sample(ROWS, order.randint(0, 3)))
        ]
        cut = order.randint(0, len(told))
        pivot = Pivot(
            "job",
            tuple(told[:cut]),
            tuple(told[cut:]),
            measures(*order.sample(SUMS, order.randint(1, 5))),
            where(world, order.choice(("true", "owner <> empty", 'level = "low"', "false"))),
        )
        ground = Ground(me=1, now=NOW, zone=zone)
        with database.read() as session:
            asked = ask(session, "job", pivot.where, pivot.far, pivot.kept)
            found = levels_added(session, asked, pivot, ground)
            expected = levels_asked(session, asked, pivot, ground)
        if found is None:
            assert any(one.path == ("tags",) or one.path == ("paid_at",) for one in told), told  # long ago, by the sun
            continue
        added += 1
        for at, level in expected.items():
            assert plain(found[at].values()) == plain(level.values()), (at, pivot)
    assert added > 3


def plain(found: Iterable[Found]) -> list[Any]:
    return sorted(((one.cells, one.count, one.totals, one.parts, one.places) for one in found), key=repr)


def test_very_many_days_are_grouped_by_the_database(database: Database, world: World, monkeypatch: Any) -> None:
    pivot = Pivot("job", (Dimension(("due_on",), "month"),), (), measures("count"))
    with database.read() as session:
        usual = run_query.pivot(session, pivot, GROUND)
        monkeypatch.setattr("svyaz.storage.run_pivot.MOST_FINE", 3)
        assert run_query.pivot(session, pivot, GROUND) == usual
