"""The language gives the same answers in Python and in SQL, on both databases, over awkward values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from svyaz.expression.check import formula
from svyaz.expression.evaluate import compile_python
from svyaz.expression.functions.table import FUNCTIONS
from svyaz.expression.ground import Ground
from svyaz.expression.tree import YES_NO, Call, Node, Path, Reach, Type
from svyaz.fields.registry import TYPES
from svyaz.schema.scope import EntityScope
from svyaz.storage import compile_functions
from svyaz.storage.compile_query import ask
from svyaz.storage.engine import Database, Session
from svyaz.storage.reach import set_reach
from svyaz.storage.shape import with_holes
from tests.storage.world import NOW, World, fill

GROUND = Ground(
    me=1, now=NOW, reach=lambda scope, employee: (scope, employee) in {("department", 1), ("department", 2)}
)

VALUES = [
    # numbers
    "count + weight", "count - weight", "weight * weight", "weight * share", "count * count", "count / weight", "1 / 3 * count",
    "amount / 3", "amount * 0.2", "count % 7", "count % -7", "weight % 0.5", "share % 0", "-weight", "-count % 3", "abs(weight)",
    "round(weight)", "round(weight; 2)", "round(weight; 6)", "round(count; -2)", "round(weight; -1)", "round(share / 7; 3)", "floor(weight)",
    "ceil(weight)", "floor(share)", "ceil(-share)", "min(count; weight)", "max(count; weight; share)", "min(due_on; date(created_at))",
    "coalesce(weight; count)", "coalesce(amount; 0)", "if(urgent; count; weight)", "if(level = \"high\"; 1; level = \"low\"; 2.5)",
    "count * 1000000000000", "weight * 1000000 * 1000000", "number(title)", "number(note) + 1", "count + 0.000001",
    "if(count > 0; count; -0.5) * 2", "(count + 1) * (count - 1) / (count % 5)", "length(title)", "length(note)", "1000000 * share / 0.07",
    # texts
    "lower(title)", "upper(title)", "trim(title)", "left(title; 3)", "left(title; -1)", "right(title; 2)", "right(title; 0)", "mid(title; 2; 3)",
    "mid(title; count; 2)", "mid(title; 1; 0)", "title & note", "title & ' ' & count & '/' & weight", "text(amount)", "text(share)", "text(due_on)",
    "text(paid_at)", "text(level)", "text(weight * -1)", "coalesce(note; title)", "firm.name & ': ' & firm.city", "if(urgent; note)",
    "side.name", "side.city", "about.label", "about.entity", "owner.label", "firm.parent.name", "firm.owner.name", "label", "side.label",
    # dates
    "due_on + 1", "due_on - 365", "due_on + count", "date(paid_at)", "due_on - date(paid_at)", "paid_at - created_at", "paid_at + 0.5", "paid_at - 1.000001",
    "paid_at + count", "add_months(due_on; 1)", "add_months(due_on; -13)", "add_months(due_on; count)", "year(due_on)", "quarter(due_on)", "month(due_on)",
    "day(due_on)", "weekday(due_on)", "hour(paid_at)", "date(year(due_on); month(due_on); 31)", "date(count; 1; 1)", "date(2026; count; 2)",
    "days_between(due_on; today())", "datetime(due_on)", "today() - due_on", "now() - paid_at", "datetime(due_on) - paid_at", "add_days(due_on; -count)",
    # links and several values
    "firm", "owner", "firm.owner", "id", "count(tags)", "count(people)", "count(people.city)", "count(firm.people)", "count(firm.people.firm)",
    "count(phones)", "count(firm.phones)", "count(people.emails)",
    "if(me() = owner; 1; 0)", "about.id", "side.id",
]  # fmt: skip

CONDITIONS = [
    "title = 'КАЗАНЬ'", "title <> 'казань'", "not title = 'казань'", "title = 'a  b'", "title = 'a b'", "title = 'straße'", "title = 'strasse'",
    "note = 'σίσυφος'", "note = empty", "note <> empty", "note = ''", "title = note", "title <> note", "title < note", "title <= 'еж'", "title > 'Ёж'", "title >= note",
    "contains(title; '%')", "contains(title; '_')", "contains(title; '\\\\')", "contains(title; 'АЗА')", "contains(note; title)", "contains(title; note)",
    "contains(note; '')", "not contains(note; 'я')", "starts_with(title; 'счёт')", "starts_with(note; 'A_')", "ends_with(title; 'НЬ')", "ends_with(note; title)",
    "starts_with(title; note)", "contains(title; '🙂')", "contains(title; \"'\")", "title in ('казань'; 'Ёж'; '🙂')", "note in ('100%'; empty)", "not (note in ('1200'; '0'))",
    "title = '" + "я" * 251 + "'", "title = '" + "я" * 250 + "'", "note = '" + "Я" * 250 + "'", "code = 'К-1006'", "code = 'к-1006'",
    "count = 7", "count <> 7", "count = empty", "count > 1.5", "count >= 1.5", "count < 1.5", "count <= 1.5", "count = 1.5", "count <> 1.5", "not count = 1.5",
    "count = 7.000", "1.5 < count", "weight = 7", "weight > count", "weight >= count", "weight <= count", "weight < count", "weight = count", "weight <> count", "count = weight",
    "count in (7; 10; 0)", "count in (7; 1.5)", "weight in (7; 0.001)", "weight in (count; 0.001)", "weight in (7; empty)", "not (count in (7; 10))",
    "amount > 1000", "amount = 1200.5", "amount = 1200.505", "amount < 1200.505", "amount >= 0.01", "amount = empty", "share = 33.33", "share < 0",
    "due_on = '2026-03-03'", "due_on < today()", "due_on > '31.12.1999'", "due_on = empty", "due_on <> empty", "due_on in ('2026-03-03'; '2024-02-29')", "due_on <= date(created_at)",
    "paid_at = '2026-03-03T11:05:00Z'", "paid_at = today()", "paid_at < today()", "paid_at >= '2026-03-03'", "paid_at > now()", "paid_at <= now()", "paid_at = '2000-01-01 00:00'",
    "paid_at > due_on", "paid_at < '2026-03-03 00:00'", "paid_at = empty", "created_at > now() - 0.5",
    "urgent", "not urgent", "urgent = true", "urgent = false", "urgent <> true", "firm.vip", "not firm.vip", "firm.vip = false", "firm.vip = true", "firm.vip = empty", "firm.vip = urgent",
    "firm.vip or urgent", "not (firm.vip and urgent)", "urgent = (count > 0)",
    "level = 'high'", "level <> 'high'", "level = empty", "level in ('low'; 'high')", "not (level in ('low'; 'high'))", "level = 'Низкая'",
    "tags = 'red'", "tags <> 'red'", "tags = empty", "tags <> empty", "tags in ('red'; 'blue')", "not (tags in ('red'; 'blue'))", "is_empty(tags)", "is_empty(note)", "has(tags; 'green')", "tags = level",
    "firm = 101", "firm <> 101", "firm = empty", "firm in (101; 102; 112)", "firm.parent = 103", "firm = side", "firm.name = 'казань'", "firm.name = empty", "firm = 'казань'", "firm.city <> 'еж'",
    "firm.label = '12.5'", "firm.parent.label > 'а'", "firm.size > 10", "firm.size >= count", "owner = me()", "owner <> me()", "firm.owner = me()", "owner = 2", "owner.name = 'Пётр'", "owner.team = firm",
    "side = 201", "side = 101", "side.name = 'казань'", "side.city = empty", "about = 101", "about.entity = 'firm'", "about.label = empty", "about = empty", "about.label = 'ольга'",
    "people = 203", "people <> 203", "people = empty", "people.city = 'еж'", "people.city <> 'еж'", "people.city = empty", "people.city > 'ж'", "people.firm.name = 'казань'", "people.firm = firm", "people.born_on < '2020-01-01'",
    "firm.people.city = 'казань'", "firm.people = 205", "firm.people.firm.city = 'еж'", "people.emails = 'OLGA@example.ru'", "contains(people.emails; '%')", "is_empty(firm.people)", "people.firm.vip = true",
    "phones = '+79160000001'", "contains(phones; '0003')", "starts_with(phones; '+7916')", "ends_with(emails; '@EXAMPLE.ru')", "phones = empty", "firm.phones = '+79160000002'", "emails in ('petr@example.ru'; 'A%B@example.ru')",
    "contains(emails; note)", "files = 501", "files = empty", "count(people) > 1", "site = 'https://example.com/a_b%20c'", "inn = '7707083893'", "contains(inn; '0708')", "unit = 301", "unit.name = 'отдел 302'",
    "created_by = me()", "created_by.name = 'Анна'", "id > 1030", "label = 'казань'", "changed_at < now()",
    "title = 'казань' or (count > 5 and not urgent)", "not (note = 'еж' or note = 'жук')", "if(count > 0; urgent; firm.vip)", "coalesce(firm.vip; urgent)", "not coalesce(firm.vip; urgent)",
    "count(tags) = 2 and amount > 0", "title & note = 'казань100%'", "weight * 2 > count", "lower(title) = title", "true", "false", "not true",
    "'-7.25' > '\"\"'", "'ё' > 'я'", "people.city = note", "people.city = firm.city", "people = side", "phones = note", "count / 0 = empty", "owner in (1; 2)", "owner in (me(); 3)", "me() = owner",
]  # fmt: skip


@pytest.fixture
def world(database: Database) -> World:
    return fill(database)


def typed(world: World, text: str) -> Node:
    return formula(text, EntityScope(world.snapshot.entities, "job"))


def answers(session: Session, node: Node, ground: Ground) -> dict[int, Any]:
    """The value of the formula for each living record, by SQL alone, as Python has it."""
    asked = ask(session, "job", node, {}, "all")
    start = asked.start()
    start.conditions.clear()
    holed, _ = with_holes(node)
    assert holed is not None
    value = start.formulas.value(holed, start.scope)
    statement = start.binds.statement(start.select(start.scope.id, value))
    rows = session.fetch(statement.sql, statement.parameters(asked.run(ground)))
    return {id: as_python(node, value) for id, value in rows}


def as_python(node: Node, value: Any) -> Any:
    if value is None:
        return None
    kind = node.type.kind
    if kind == "number":
        return Decimal(value).scaleb(-node.type.scale)
    if kind == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    if kind == "datetime" and isinstance(value, str):
        return datetime.fromisoformat(value)
    return bool(value) if kind == "yes_no" else value


def matching(session: Session, node: Node, ground: Ground) -> list[int]:
    """Ids for which the formula holds, as a list asks for them."""
    asked = ask(session, "job", node, {}, "all")
    start = asked.start()
    statement = start.binds.statement(start.select(start.scope.id).order_by(start.scope.id))
    return [row[0] for row in session.fetch(statement.sql, statement.parameters(asked.run(ground)))]


def differences(session: Session, world: World, texts: Sequence[str]) -> list[str]:
    found = []
    for text in texts:
        node = typed(world, text)
        run = compile_python(node)
        python = {id: run(world.row("job", id), GROUND) for id in world.records["job"]}
        if node.type.kind == "link":
            python = {id: getattr(value, "id", value) for id, value in python.items()}
        sql = answers(session, node, GROUND)
        wrong = {id: (python[id], sql.get(id)) for id in python if not same(python[id], sql.get(id))}
        if wrong:
            found.append(f"{text}: {len(wrong)} values, as {dict(list(wrong.items())[:3])} (Python, SQL)")
        if node.type.kind == "yes_no":
            listed = matching(session, node, GROUND)
            if listed != [id for id in python if python[id]]:
                found.append(f"{text}: as a filter")
    return found


def same(python: Any, sql: Any) -> bool:
    return bool(python) == bool(sql) if isinstance(python, bool) else python == sql


def test_every_value_is_the_same_in_sql(database: Database, world: World) -> None:
    with database.read() as session:
        assert differences(session, world, VALUES) == []


def test_every_condition_is_the_same_in_sql(database: Database, world: World) -> None:
    with database.read() as session:
        assert differences(session, world, CONDITIONS) == []


def literals(values: Sequence[Any]) -> list[str]:
    """Values of a field as a person writes them in a formula."""
    told = []
    for value in values:
        if isinstance(value, bool):
            told.append("true" if value else "false")
        elif isinstance(value, int | Decimal):
            told.append(str(value))
        elif isinstance(value, datetime):
            told.append(f'"{value:%Y-%m-%dT%H:%M:%S}Z"')
        elif isinstance(value, date):
            told.append(f'"{value.isoformat()}"')
        elif isinstance(value, str) and '"' not in value and "\\" not in value:
            told.append(f'"{value}"')
    return told


def test_every_operator_of_every_field_type_filters_as_python_does(database: Database, world: World) -> None:
    texts = []
    for one in world.snapshot.entities["job"].fields:
        kept = [world.value("job", id, (one.key,)) for id in world.ids("job")]
        flat = [
            part for value in kept for part in (value if isinstance(value, tuple) else (value,)) if part is not None
        ]
        samples = literals(list(dict.fromkeys(flat))[:4])
        for operator in TYPES[one.type].compare(one.options).operators:
            if operator == "empty":
                texts += [f"{one.key} = empty", f"{one.key} <> empty", f"not is_empty({one.key})"]
            elif operator == "in":
                texts.append(f"{one.key} in ({'; '.join(samples)})")
            elif operator in ("contains", "starts"):
                name = {"contains": "contains", "starts": "starts_with"}[operator]
                texts += [f"{name}({one.key}; {literal})" for literal in samples]
            else:
                texts += [f"{one.key} {operator} {literal}" for literal in samples]
                texts += [f"not {one.key} {operator} {samples[0]}"]
    assert len(texts) > 250
    with database.read() as session:
        assert differences(session, world, texts) == []


def test_reach_is_answered_from_the_table_as_the_ground_answers_it(database: Database, world: World) -> None:
    with database.write() as session:
        set_reach(
            session, [(1, "department", 1), (1, "department", 2), (2, "department", 3), (1, "department_below", 4)]
        )
    own = Reach("department", Path(("owner",), Type("link", to=("employee",))))
    far = Reach("department_below", Path(("firm", "owner"), Type("link", to=("employee",))))
    several = Reach("department", Path(("people", "firm", "owner"), Type("link", to=("employee",), many=True)))
    for node in (own, far, several, Call("not", (own,), YES_NO), Call("or", (far, several), YES_NO)):
        holds = compile_python(node)
        with database.read() as session:
            found = matching(session, node, GROUND)
            nobody = matching(session, node, Ground(None, NOW))
        assert found == [id for id in world.records["job"] if holds(world.row("job", id), GROUND)]
        assert nobody == ([] if node in (own, far, several) or node.function == "or" else sorted(world.records["job"]))  # type: ignore[union-attr]


def test_every_function_of_the_language_has_its_sql() -> None:
    written_otherwise = {"has", "concat"}  # check makes `=` and `&` of them
    assert set(FUNCTIONS) - written_otherwise <= set(compile_functions.VALUES) | set(compile_functions.TRUTHS)
