"""Lists: cells, order, pages, counts; the same on both databases and the same as plain reading."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from functools import cmp_to_key
from typing import Any

import orjson
import pytest

from svyaz.expression.check import formula
from svyaz.expression.evaluate import compile_python
from svyaz.expression.ground import Ground
from svyaz.expression.tree import Node
from svyaz.fields.registry import TYPES
from svyaz.kernel.text import sort_key
from svyaz.schema.scope import EntityScope, walk
from svyaz.storage import run_query
from svyaz.storage.compile_order import BadCursor, CannotSort
from svyaz.storage.compile_query import ask, ids_plan, page_plan
from svyaz.storage.engine import Database
from svyaz.storage.query import Order, Query
from svyaz.storage.statement_cache import CACHE
from tests.storage.world import NOW, World, fill

GROUND = Ground(me=1, now=NOW)


@pytest.fixture
def world(database: Database) -> World:
    return fill(database)


def where(world: World, text: str, entity: str = "job") -> Node | None:
    return formula(text, EntityScope(world.snapshot.entities, entity)) if text else None


def keys(*paths: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(path.split(".")) for path in paths)


def order(*paths: str) -> tuple[Order, ...]:
    return tuple(Order(tuple(path.removeprefix("-").split(".")), path.startswith("-")) for path in paths)


# ------------------------------------------------------------------ cells


def test_cells_of_every_type_are_ready_for_json(database: Database, world: World) -> None:
    every = [one.key for one in world.snapshot.entities["job"].fields]
    far = ("firm.city", "firm.owner", "people.city", "firm.phones", "about.label", "side.name", "firm.people.firm.name")
    query = Query("job", keys(*every, *far))
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
    orjson.dumps(page.rows)


def test_values_behind_links_are_those_of_living_records_in_their_order(database: Database, world: World) -> None:
    paths = ("firm.name", "firm.owner.name", "people.name", "people.firm.city", "firm.people.name", "side.name", "about.label",
             "firm.people.emails", "firm.parent.parent.name", "people.firm.people.name")  # fmt: skip
    with database.read() as session:
        page = run_query.page(session, Query("job", keys(*paths), limit=1000), GROUND)
    for id, _, *cells in page.rows:
        for path, cell in zip(paths, cells, strict=True):
            told = [one[0] if isinstance(one, list) else one for one in cell] if isinstance(cell, list) else cell
            expected = world.value("job", id, tuple(path.split(".")))
            if isinstance(cell, list):
                assert list(expected or ()) == told, (id, path)
            else:
                assert expected == cell, (id, path)


def test_yes_or_no_of_nobody_is_neither(database: Database, world: World) -> None:
    with database.read() as session:
        page = run_query.page(session, Query("job", keys("firm", "firm.vip"), where(world, "firm = empty")), GROUND)
    assert {(firm, vip) for _, _, firm, vip in page.rows} == {(None, None)}


def test_trash_is_another_list_and_links_out_of_it_still_show(database: Database, world: World) -> None:
    with database.read() as session:
        trash = run_query.page(session, Query("job", keys("title", "deleted_at"), kept="deleted"), GROUND)
        every = run_query.ids(session, Query("job", (), kept="all"), GROUND)
        living = run_query.ids(session, Query("job", ()), GROUND)
    assert [row[0] for row in trash.rows] == [1003, 1004]
    assert trash.rows[0][3] == "2026-03-03T11:05:00Z"
    assert every == sorted([*living, 1003, 1004])


# ------------------------------------------------------------------ access of far records


def test_hidden_far_record_reads_as_empty_everywhere(database: Database, world: World) -> None:
    """`far` hides firms with an id over 105 and, through a path of its own, people of firms nobody owns."""
    far = {
        "firm": where(world, "id <= 105", "firm"),
        "person": where(world, "firm.owner <> empty and firm.size <> 7", "person"),
    }
    world.hidden = lambda entity, id: (
        (entity == "firm" and id > 105)
        or (
            entity == "person" and not compile_python(far["person"])(world.row("person", id), GROUND)  # type: ignore[arg-type]
        )
    )
    texts = ["firm.name = empty", "firm.name <> empty", "people.name <> empty", "count(people.name) > 0", "firm.people.city <> empty",
             "side.name = empty", "about.label = empty", "firm.owner = me()", "firm.parent.name <> empty", "firm = 107"]  # fmt: skip
    for text in texts:
        node = where(world, text)
        assert node is not None
        holds = compile_python(node)
        query = Query("job", (), node, far=far)  # type: ignore[arg-type]
        with database.read() as session:
            found = run_query.ids(session, query, GROUND)
        assert found == [id for id in world.ids("job") if holds(world.row("job", id), GROUND)], text
    query = Query("job", keys("firm", "people", "side", "about", "firm.city"), far=far, limit=1000)  # type: ignore[arg-type]
    with database.read() as session:
        for id, _, firm, people, side, about, city in run_query.page(session, query, GROUND).rows:
            kept = world.records["job"][id]
            assert firm == (None if kept["firm"] is None else [kept["firm"], label(world, "firm", kept["firm"])])
            assert people == [[one, label(world, "person", one)] for one in kept["people"]]
            if side is not None and side[0] > 200:
                assert side == [kept["side"], label(world, "person", kept["side"])]
            if about is not None and about[0] == "firm":
                assert about == ["firm", kept["about"].id, label(world, "firm", kept["about"].id)]
            assert city == world.value("job", id, ("firm", "city"))


def label(world: World, entity: str, id: int) -> str | None:
    return world.records[entity][id]["label"] if world.seen(entity, id) else None


def test_rule_that_leads_back_to_its_own_entity_comes_to_an_end(database: Database, world: World) -> None:
    far = {"firm": where(world, "parent.name <> 'нет' or parent.owner = me()", "firm")}
    query = Query("job", keys("firm.parent.parent.parent.name"), where(world, "firm.parent.name <> empty"), far=far)  # type: ignore[arg-type]
    with database.read() as session:
        assert run_query.page(session, query, GROUND).rows


# ------------------------------------------------------------------ order


SORTS = ["title", "count", "weight", "share", "amount", "due_on", "paid_at", "urgent", "level", "tags", "firm", "side", "people",
         "about", "owner", "unit", "phones", "emails", "site", "inn", "code", "id", "label", "created_at", "created_by",
         "firm.city", "firm.size", "firm.owner", "firm.vip", "people.name", "firm.people.name", "side.city", "about.label"]  # fmt: skip


def sorted_in_python(world: World, paths: tuple[Order, ...]) -> list[int]:
    def compare(one: int, other: int) -> int:
        for sort in paths:
            left, right = place(world, one, sort.path), place(world, other, sort.path)
            if left is None or right is None:
                if (left is None) != (right is None):
                    return 1 if left is None else -1
                continue
            if left != right:
                return (-1 if left < right else 1) * (-1 if sort.descending else 1)
        return -1 if one < other else 1

    return sorted(world.ids("job"), key=cmp_to_key(compare))


def place(world: World, id: int, path: tuple[str, ...]) -> Any:
    """What a record is sorted by: as house.md says, text by its key, options by their order, links by the label."""
    walked = walk(world.snapshot.entities, world.snapshot.entities["job"], path)
    assert walked is not None
    kind = TYPES[walked[-1].type].expression_type(walked[-1].options).kind
    value = world.value("job", id, (*path, "label") if kind == "link" else path)
    options = [one["key"] for one in walked[-1].options.get("options", ())]
    if isinstance(value, tuple):
        value = first_of(world, id, path)
    if value is None:
        return None
    if kind == "choice":
        return options.index(value)
    if kind in ("text", "link") and walked[-1].type not in ("inn", "phone", "email"):
        return sort_key(value).encode()
    return value


def first_of(world: World, id: int, path: tuple[str, ...]) -> Any:
    """The first of several values; an empty far value of the first one is empty, not skipped."""
    entity, at = "job", id
    for depth, key in enumerate(path):
        one = world.snapshot.entities[entity].by_key[key]
        kept = world.records[entity][at].get(key)
        if isinstance(kept, tuple):
            kept = kept[0] if kept else None
        rest = path[depth + 1 :]
        if one.targets:
            entity = next((target for target in one.targets if world.seen(target, kept)), "")
            if not entity:
                return None
            if not rest:
                return world.records[entity][kept]["label"]
            at = kept
        else:
            return getattr(kept, "value", kept)
    return None


def test_every_field_sorts_with_empty_values_last_both_ways(database: Database, world: World) -> None:
    with database.read() as session:
        for path in SORTS:
            for sort in (order(path), order("-" + path), order("urgent", "-" + path)):
                found = run_query.ids(session, Query("job", (), order=sort), GROUND)
                assert found == sorted_in_python(world, sort), sort


def test_what_has_no_order_is_refused(database: Database, world: World) -> None:
    with database.read() as session:
        for path in ("note", "files"):
            with pytest.raises(CannotSort):
                run_query.page(session, Query("job", (), order=order(path)), GROUND)


# ------------------------------------------------------------------ pages


def test_pages_by_cursor_make_the_whole_list_and_nothing_twice(database: Database, world: World) -> None:
    for path in SORTS:
        for sort in (order(path), order("-" + path, "urgent"), order("-urgent", path)):
            query = Query("job", keys("title"), where(world, "count <> 7"), sort, 11)
            with database.read() as session:
                whole = run_query.ids(session, query, GROUND)
                page = run_query.page(session, query, GROUND)
                found = [row[0] for row in page.rows]
                while page.next is not None:
                    page = run_query.page(session, replace(query, after=page.next), GROUND)
                    found += [row[0] for row in page.rows]
            assert found == whole, sort


def test_jump_by_offset_shows_the_rows_of_the_list_and_its_cursor_goes_on(database: Database, world: World) -> None:
    sort = order("-firm", "title")
    with database.read() as session:
        whole = run_query.page(session, Query("job", keys("title", "people"), order=sort, limit=1000), GROUND)
        jump = run_query.page(session, Query("job", keys("title", "people"), order=sort, limit=10, offset=20), GROUND)
        further = run_query.page(
            session, Query("job", keys("title", "people"), order=sort, limit=1000, after=jump.next), GROUND
        )
        beyond = run_query.page(session, Query("job", keys("title"), order=sort, limit=10, offset=500), GROUND)
    assert jump.rows == whole.rows[20:30]
    assert further.rows == whole.rows[30:]
    assert (whole.next, further.next, beyond.rows, beyond.next) == (None, None, [], None)


def test_far_jump_lands_on_the_same_rows(database: Database, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is sorted by, with ties and a trash; what the trash holds is not counted either."""
    for path in (*SORTS, "created_at", "label", "id"):
        for sort in (order(path), order("-" + path)):
            query = Query("job", keys("title", "firm"), order=sort, limit=7, offset=13)
            with database.read() as session:
                near = run_query.page(session, query, GROUND)
                whole = run_query.ids(session, query, GROUND)
                with monkeypatch.context() as patched:
                    patched.setattr(run_query, "FAR", 0)
                    far = run_query.page(session, query, GROUND)
                assert far == near and [row[0] for row in far.rows] == whole[13:20], sort
                assert run_query.count(session, query, GROUND).value == len(whole) == len(world.ids("job"))
    assert world.deleted & world.records["job"].keys()


def test_far_jump_on_sqlite_reads_no_row_that_it_passes_over(database: Database, world: World) -> None:
    with database.read() as session:
        asked = ask(session, "job", None, {}, "living")
        statement = ids_plan(asked, order("-created_at"), limited=True, by_index=True).statement
        given = statement.parameters(asked.run(GROUND, {"limit": 7, "offset": 13, "reach": 20}))
        if session.dialect == "sqlite":
            told = "\n".join(row[3] for row in session.fetch(f"EXPLAIN QUERY PLAN {statement.sql}", given))
            assert "SCAN t USING COVERING INDEX" in told and "SEARCH trash USING COVERING INDEX" in told
        narrowed = ids_plan(ask(session, "job", where(world, "urgent"), {}, "living"), order("title"), True, True)
    assert ("trash" in statement.sql) is (session.dialect == "sqlite")
    assert "trash" not in narrowed.statement.sql


def test_stream_gives_the_whole_list_in_its_order(database: Database, world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(run_query, "BATCH", 7)
    query = Query("job", keys("title", "tags", "firm.city"), where(world, "urgent"), order("-title"), limit=1000)
    with database.read() as session:
        assert list(run_query.stream(session, query, GROUND)) == run_query.page(session, query, GROUND).rows


def cursor_of(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def test_spoiled_or_foreign_cursor_is_refused_in_words(database: Database, world: World) -> None:
    with database.read() as session:
        mine = run_query.page(session, Query("job", (), order=order("title"), limit=5), GROUND).next
        assert mine is not None
        mark = orjson.loads(base64.b64decode(mine + "=" * (-len(mine) % 4), altchars=b"-_"))[0]
        hostile = [
            "", "x", "%%%", "a" * 100_000, mine[:-3], mine + "A", cursor_of(), cursor_of(mark), cursor_of(mark, "а"), cursor_of(mark, "а", "1"),
            cursor_of(mark, 5, 1), cursor_of(mark, "\x00", 1), cursor_of(mark, "а", "б", 1), cursor_of(mark, "а", 2**70), cursor_of(mark, "а", True),
            cursor_of(mark, ["а"], 1), cursor_of("other", "а", 1), cursor_of(mark, {"a": 1}, 1), base64.urlsafe_b64encode(b"\xff\xfe").decode(), "é" * 8,
        ]  # fmt: skip
        for cursor in hostile:
            with pytest.raises(BadCursor):
                run_query.page(session, Query("job", (), order=order("title"), after=cursor), GROUND)
        with pytest.raises(BadCursor):
            run_query.page(session, Query("job", (), order=order("-title"), after=mine), GROUND)
        for kind, bad in (
            ("due_on", "2026-13-01"),
            ("paid_at", "yesterday"),
            ("urgent", 2),
            ("count", "7"),
            ("due_on", 5),
        ):
            own = run_query.page(session, Query("job", (), order=order(kind), limit=1), GROUND).next
            assert own is not None
            mark = orjson.loads(base64.b64decode(own + "=" * (-len(own) % 4), altchars=b"-_"))[0]
            with pytest.raises(BadCursor):
                run_query.page(session, Query("job", (), order=order(kind), after=cursor_of(mark, bad, 1)), GROUND)


# ------------------------------------------------------------------ counts


def test_count_is_exact_or_stops_at_its_cap(database: Database, world: World) -> None:
    with database.read() as session:
        query = Query("job", (), where(world, "people.city <> empty or firm.vip"))
        exact = len(run_query.ids(session, query, GROUND))
        assert exact > 10
        counts = [run_query.count(session, query, GROUND, cap) for cap in (None, 10, exact, exact - 1, exact + 1)]
    assert [(one.value, one.capped) for one in counts] == [
        (exact, False), (10, True), (exact, False), (exact - 1, True), (exact, False),
    ]  # fmt: skip


def test_one_record_is_there_when_the_condition_holds_for_it(database: Database, world: World) -> None:
    with database.read() as session:
        title = where(world, "id = 1001")
        assert run_query.exists(session, "job", 1001, title, {}, GROUND)
        assert not run_query.exists(session, "job", 1002, title, {}, GROUND)
        assert not run_query.exists(session, "job", 1003, None, {}, GROUND)
        assert run_query.exists(session, "job", 1003, None, {}, GROUND, kept="deleted")


# ------------------------------------------------------------------ statements


def test_one_statement_serves_every_filter_of_a_shape(database: Database, world: World) -> None:
    def made(text: str) -> int:
        before = CACHE.made
        with database.read() as session:
            run_query.page(session, Query("job", keys("title"), where(world, text)), GROUND)
        return CACHE.made - before

    made("title = 'а' and count > 1 and level in ('low'; 'high')")
    assert made("title = '''; DROP TABLE job; --' and count > 777 and level in ('usual'; 'high'; 'low')") == 0
    assert made("title = 'а' and count > 1.5 and level in ('low'; 'high')") == 1, "another scale is another shape"
    assert made("round(weight; 1) = 1") == 1
    assert made("round(weight; 2) = 1") == 1


def test_sql_text_has_nothing_in_it_that_a_user_typed(database: Database, world: World) -> None:
    word = "вредное'; DROP TABLE job; --"
    node = where(
        world,
        f'title = "{word}" or contains(note; "{word}") or note & "{word}" = "{word}" or count in (987654; 876543)'
        f' or phones = "{word}" or title in ("{word}"; "765432") or weight > 654321.5 or due_on > "1987-06-05" or firm = 543210',
    )
    with database.read() as session:
        asked = ask(session, "job", node, {"firm": where(world, f'city = "{word}"', "firm")}, "living")  # type: ignore[dict-item]
        plan = page_plan(asked, keys("title", "firm.name"), order("level", "-title"), None)
    for piece in ("вредное", "DROP", "987654", "876543", "765432", "654321", "1987", "543210", "usual"):
        assert piece not in plan.statement.sql


def test_equality_of_short_text_goes_by_the_index_of_its_key(database: Database, world: World) -> None:
    with database.read() as session:
        asked = ask(session, "job", where(world, "code = 'К-1006'"), {}, "living")
        plan = page_plan(asked, keys("title"), (), None)
    assert 'code__key" = ?' in plan.statement.sql


def test_an_order_without_an_index_finds_its_rows_before_it_reads_their_columns(
    database: Database, world: World
) -> None:
    """The list of ids is cut inside the statement; an order that has an index needs none of it."""
    with database.read() as session:
        plain = ask(session, "job", None, {}, "living")
        walked = page_plan(plain, keys("weight", "firm"), order("-weight"), None).statement.sql
        ordered = page_plan(plain, keys("weight", "firm"), order("created_at"), None).statement.sql
    assert walked.count("LIMIT") == 2
    assert walked.index("LIMIT") < walked.index("AS p ON")
    assert ordered.count("LIMIT") == 1
