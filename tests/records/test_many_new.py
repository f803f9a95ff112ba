"""Many records go in by columns, and nobody can tell: rows, log, numbers, stays and problems are those of one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from svyaz.access.actor import SYSTEM
from svyaz.expression.check import formula
from svyaz.expression.tree import YES_NO
from svyaz.kernel.problem import Problem
from svyaz.kernel.text import clean, clean_all, sort_key, sort_keys
from svyaz.kernel.words import load_words
from svyaz.records import write, write_rows
from svyaz.records.draft import Past
from svyaz.schema.scope import EntityScope
from svyaz.schema.snapshot import Title
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company
from tests.cast import Cast
from tests.configurator.test_computed_is_true import not_true, rebuilt, settle, values_for

ROWS = 24
TOLD = settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
GIVEN_BY_DATABASE = ("seq", "xid", "position")

text = st.sampled_from(["Насосы", "  Краны  ", "Ёж 007", "а\nб", "ß", "x" * 301, "", None, 42, True, "\x00", "№ 10"])
money = st.sampled_from(["1 200,50", "100", "-0.5", "много", ["5", "USD"], 7, None, "", "12.345"])
day = st.sampled_from(["2026-03-01", "1.2.2026", date(2026, 5, 5), "31.02.2026", None, "", 3])
SALE: Mapping[str, st.SearchStrategy[Any]] = {
    "title": text,
    "external_number": st.sampled_from(["A-1", "a-1", "A-2", "B 3", "", None]) | st.integers(1, 10**6).map(str),
    "amount": money,
    "stage": st.sampled_from(["new", "Переговоры", "contract", "success", "failed", "нет такого", None, 1]),
    "close_on": day,
    "closed_on": day,
    "priority": st.sampled_from(["low", "Высокий", "срочно", ["high"]]),
    "counterparty": st.sampled_from([1, 2, 3, "1", None, 999_999, "x"]),
    "contacts": st.sampled_from([[4], [4, 5], "4, 5", [], None, [888_888]]),
    "responsible": st.sampled_from([10, 11, 12, None]),
    "number": st.sampled_from(["0003", "Ю-7"]),
    "description": text,
    "nothing": st.just(1),
    "id": st.just(5),
}
FIRM: Mapping[str, st.SearchStrategy[Any]] = {
    "title": text,
    "inn": st.sampled_from(["7707083893", "500100732259", "7707083894", 7707083893, None]),
    "bik": st.sampled_from(["044525225", None]),
    "settlement_account": st.sampled_from(["40702810900000000001", "40702810138000000000", None]),
    "phones": st.sampled_from(["8 916 123-45-67", "8 916 123-45-67 (рабочий); +7 495 123 45 67", "нет", [], None]),
    "emails": st.sampled_from(["A@b.ru", ["a@b.ru", "C@d.ru"], "не почта"]),
    "revenue": money,
    "website": st.sampled_from(["example.ru", "javascript:1", None]),
}


def rows_of(fields: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Mostly few fields of a row are named; the order in which they are is the sender's."""
    one = st.lists(st.sampled_from(sorted(fields)), unique=True, max_size=6).flatmap(
        lambda keys: st.fixed_dictionaries({key: fields[key] for key in keys})
    )
    return st.lists(one, min_size=ROWS, max_size=ROWS)


class _Undo(Exception):
    pass


@contextmanager
def kept_nothing(romashka: Cast) -> Iterator[Session]:
    """A transaction that is rolled back, ids and all."""
    try:
        with romashka.company.write() as session:
            last = session.fetch("SELECT last_value FROM sv_id") if session.dialect == "postgresql" else None
            yield session
            if last:
                session.fetch("SELECT setval('sv_id', ?)", last[0])
            raise _Undo
    except _Undo:
        pass


def state(session: Session) -> dict[str, list[str]]:
    """Every row of every table of the base, as it is in this transaction."""
    if session.dialect == "sqlite":
        names = [
            row[0]
            for row in session.fetch(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
                " AND name NOT LIKE 'sqlite%'"
            )
        ]
        columns = {name: [row[1] for row in session.fetch(f'PRAGMA table_info("{name}")')] for name in names}
    else:
        columns = {}
        for name, column in session.fetch(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
            " ORDER BY table_name, ordinal_position"
        ):
            columns.setdefault(name, []).append(column)
    found = {}
    for name, every in columns.items():
        own = [one for one in every if one not in GIVEN_BY_DATABASE and (name, one) != ("sv_stage_move", "id")]
        quoted = ", ".join(f'"{one}"' for one in own)
        found[name] = sorted(map(repr, session.fetch(f'SELECT {quoted} FROM "{name}"')))
    return found


def told(problem: Problem) -> tuple[str, str, str]:
    return problem.code, problem.place, load_words("ru").problem(problem)


def outcome(romashka: Cast, act: Callable[[Session], write.Written]) -> tuple[Any, ...]:
    """What a call answers and what it leaves in the base."""
    with kept_nothing(romashka) as session:
        written = act(session)
        problems = {at: [told(one) for one in some] for at, some in written.problems.items()}
        return written.ids, problems, state(session)
    raise AssertionError


def assert_alike(monkeypatch: pytest.MonkeyPatch, romashka: Cast, act: Callable[[Session], write.Written]) -> None:
    by_columns = outcome(romashka, act)
    with monkeypatch.context() as patched:
        patched.setattr(write_rows, "FEWEST", 10**9)
        one_by_one = outcome(romashka, act)
    assert by_columns[:2] == one_by_one[:2]
    for table, rows in one_by_one[2].items():
        assert by_columns[2][table] == rows, table


@pytest.fixture
def settled(romashka: Cast) -> Cast:
    """People, firms and contacts whose numbers the rows speak of, and a field with a rule of its own."""
    with romashka.company.write() as session:
        write.create_many(session, SYSTEM, "counterparty", [{"title": f"Фирма {n}"} for n in range(3)])
        write.create_many(session, SYSTEM, "contact", [{"first_name": f"Иван {n}"} for n in range(3)])
        write.create_many(session, SYSTEM, "deal", [{"title": "Уже есть", "external_number": "A-2"}])
    shape = romashka.snapshot.entities["deal"]
    rule = formula("amount >= 0 or amount = empty", EntityScope(romashka.snapshot.entities, "deal"), YES_NO)
    assert shape.by_key["amount"].check is None
    romashka.with_field("deal", "amount", check=rule, check_title=Title("Сумма не меньше нуля"))
    return romashka


def real_ids(romashka: Cast, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Small numbers in the rows stand for records of the cast."""
    with romashka.company.read() as session:
        firms = [row[0] for row in session.fetch("SELECT sv_id FROM counterparty ORDER BY sv_id")]
        contacts = [row[0] for row in session.fetch("SELECT sv_id FROM contact ORDER BY sv_id")]
    people = sorted(romashka.people.values())
    known = {1: firms[0], 2: firms[1], 3: firms[2], 4: contacts[0], 5: contacts[1]}
    known |= {10: people[0], 11: people[1], 12: people[2]}

    def real(key: str, value: Any) -> Any:
        if key not in ("counterparty", "contacts", "responsible"):
            return value
        if isinstance(value, list):
            return [known.get(one, one) for one in value]
        return known.get(value, value) if isinstance(value, int) else value

    return [{key: real(key, value) for key, value in row.items()} for row in rows]


@pytest.mark.parametrize("who", ["Ольга", ""])
@pytest.mark.parametrize("cause", ["person", "import"])
def test_many_sales_are_created_as_they_would_be_one_by_one(
    settled: Cast, monkeypatch: pytest.MonkeyPatch, who: str, cause: str
) -> None:
    actor = settled.actor(who) if who else SYSTEM

    @TOLD
    @given(rows_of(SALE))
    def check(rows: list[dict[str, Any]]) -> None:
        sent = real_ids(settled, rows)
        assert_alike(
            monkeypatch,
            settled,
            lambda session: write.create_many(session, actor, "deal", sent, cause=cause, each=True),
        )

    check()


def test_many_companies_with_phones_and_accounts_are_created_as_they_would_be_one_by_one(
    settled: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    @TOLD
    @given(rows_of(FIRM))
    def check(rows: list[dict[str, Any]]) -> None:
        assert_alike(
            monkeypatch, settled, lambda session: write.create_many(session, SYSTEM, "counterparty", rows, each=True)
        )

    check()


def test_history_of_many_is_kept_as_it_would_be_one_by_one(settled: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = st.integers(0, 50).map(lambda n: datetime(2025, 1, 1 + n % 28, tzinfo=UTC))
    stages = st.lists(st.tuples(st.sampled_from(["new", "talks", "success", "no_such"]), moments), max_size=3).map(
        lambda some: tuple(sorted(some, key=lambda one: one[1]))
    )
    pasts = st.none() | st.builds(Past, st.none() | moments, stages)

    @TOLD
    @given(rows_of(SALE), st.lists(pasts, min_size=ROWS, max_size=ROWS))
    def check(rows: list[dict[str, Any]], past: list[Past | None]) -> None:
        sent = real_ids(settled, rows)
        assert_alike(
            monkeypatch,
            settled,
            lambda session: write.create_many(
                session, SYSTEM, "deal", sent, cause="import", past=past, each=True, batch=7
            ),
        )

    check()


def test_one_wrong_row_of_many_stops_all_when_all_or_none_was_asked(settled: Cast) -> None:
    olga = settled.person("Ольга")
    rows: list[dict[str, Any]] = [{"title": f"Продажа {n}"} for n in range(ROWS)]
    rows[7]["amount"] = "много"
    with settled.nothing_changes(), pytest.raises(Problem) as caught:
        olga.write(write.create_many, "deal", rows)
    assert (caught.value.code, caught.value.place) == ("money_not_understood", "rows[7].values.amount")


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    st.lists(
        st.text(st.sampled_from(list("аЁё eе№01239  ß\u0301\u052f\n\t\x00\x07\u2028\ufeffΣς")), max_size=60), max_size=5
    )
)
def test_texts_together_are_cleaned_and_ordered_as_each_alone(texts: list[str]) -> None:
    assert sort_keys(texts) == [sort_key(one) for one in texts]
    together = clean_all(texts, 30)
    if together is not None:
        assert together == [clean(one, 30, lines=False) for one in texts] == [clean(one, 30) for one in texts]


def test_number_with_its_currency_is_exact_whatever_way_it_is_read(settled: Cast) -> None:
    rows = [{"title": f"{n}", "amount": f"{n}.{n:02d}"} for n in range(ROWS)]
    made = settled.person("Ольга").write(write.create_many, "deal", rows)
    for n, id in enumerate(made.ids):
        amount = settled.person("Ольга").open("deal", id).values["amount"]
        assert Decimal(amount[0]) == Decimal(f"{n}.{n:02d}")


def test_formulas_and_roll_ups_are_true_after_many_have_come_at_once(company: Company) -> None:
    dice = Random(7)
    rebuilt(company, dice, 50)
    known: dict[str, list[int]] = {"house": [], "flat": [], "bill": []}
    for kind in ("house", "flat", "bill"):
        rows = [values_for(dice, kind, known) for _ in range(ROWS)]
        with company.write() as session:
            entry = write.open_entry(session, SYSTEM, f"{kind}50")
            assert write_rows.goes_by_columns(entry, ROWS)
            made = write.create_many(session, SYSTEM, f"{kind}50", rows)
        known[kind] = [id for id in made.ids if id is not None]
    settle(company)
    assert not_true(company) == []
