"""Marks of questions that walk over everything: a pivot, an unindexed filter or sort, the past.

The baseline of the first two is SQL written by hand, as somebody would who knows the tables, behind the bare server.
The baseline of the past is the same list of the present, by the product itself.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bench.base import Base
from bench.http_load import Request
from bench.plan import Plan, Statements
from bench.processes import settle
from bench.product import Listing
from bench.reading import Pair
from bench.result import Found, Mark, Spent, compared, in_turns, ratio
from svyaz.schema import edits
from svyaz.tenancy import company as tenancy

PIVOT = Mark("pivot", "Сводная: этап × месяц, число и сумма", 1.3)
SCAN_FILTER = Mark("scan_filter", "Отбор по полю без индекса", 1.3)
SCAN_SORT = Mark("scan_sort", "Порядок по полю без индекса", 1.3)
FASTER = Mark("index", "«Ускорить»: тот же отбор с индексом", 0.2)
PAST = Mark("as_of", "Список неделю назад против списка сейчас, по индексу", 2.0)
PAST_SCAN = Mark("as_of_scan", "Список неделю назад против списка сейчас, с порядком без индекса", 2.0)


ENOUGH = 0.4  # seconds of CPU of a round: a tick of the clock is a hundredth
DEAREST = 9_999_000  # only a few sales are dearer
SORTED = Listing(sort="-amount")


def filtered(base: Base) -> Listing:
    """The last months by the beginning of work; in an order that has no index either, so every row is looked at."""
    return Listing(engaged=str(base.imported_at.date() - timedelta(days=120)), sort="-amount")


DEAR = Listing(dearer=DEAREST, sort="id")
CELLS = "t.sv_id, t.sv_version, t.title, t.counterparty, c.sv_label, t.stage, t.amount, t.amount__cur, t.responsible, e.sv_label, t.close_on"


def page_of(where: str, order: str) -> str:
    """As somebody writes it who knows what it costs: fifty are found first, and only they look for their names."""
    return (
        f"SELECT {CELLS} FROM deal t LEFT JOIN counterparty c ON c.sv_id = t.counterparty AND c.sv_deleted_at IS NULL"
        " LEFT JOIN employee e ON e.sv_id = t.responsible AND e.sv_deleted_at IS NULL WHERE t.sv_id IN"
        f" (SELECT sv_id FROM deal WHERE sv_deleted_at IS NULL{where} ORDER BY {order} LIMIT 51) ORDER BY {order}"
    )


DEAREST_FIRST = "amount__base DESC NULLS LAST, 1"


def add_heavy(base: Base, plan: Plan) -> None:
    months = "strftime('%Y-%m', sv_created_at, '+3 hours')"
    if base.url:
        months = "to_char(sv_created_at AT TIME ZONE 'Europe/Moscow', 'YYYY-MM')"
    pivot = (
        f"SELECT stage, {months} AS month, COUNT(*), SUM(amount__base) FROM deal WHERE sv_deleted_at IS NULL"
        " GROUP BY 1, 2 ORDER BY 1, 2"
    )
    plan.reads["pivot"] = [[(pivot, ())]]
    filter = plan.mark(page_of(" AND engaged_on >= ?", DEAREST_FIRST))
    plan.reads["scan_filter"] = [[(filter, (filtered(base).engaged,))]]
    dear = plan.mark(page_of(" AND amount__base >= ?", "1"))
    plan.reads["scan_money"] = [[(dear, (DEAREST * 100,))]]
    sort: Statements = [(page_of("", DEAREST_FIRST), ())]
    plan.reads["scan_sort"] = [sort]


def measure_heavy(pair: Pair, rounds: int) -> list[Found]:
    who = pair.product.sign_in(pair.base.login("director"))
    questions = (
        (PIVOT, "pivot", pair.product.by_stage_and_month(who)),
        (SCAN_FILTER, "scan_filter", pair.product.page(who, filtered(pair.base))),
        (SCAN_FILTER, "scan_money", pair.product.page(who, DEAR)),
        (SCAN_SORT, "scan_sort", pair.product.page(who, SORTED)),
    )
    found = []
    for mark, question, request in questions:
        times = enough(pair, request)
        pair.theirs(question, 1, 1, 1)
        turns = in_turns(
            rounds,
            lambda request=request, times=times: pair.ours([request] * times, 1),  # type: ignore[misc]
            lambda question=question, times=times: pair.theirs(question, times, 1, 1),  # type: ignore[misc]
        )
        found.append(
            Found(mark, pair.base.dialect, round(ratio(turns), 3), compared(turns, times) | {"question": question})
        )
    return found


def enough(pair: Pair, request: Request) -> int:
    """How many times to ask for it, so that a round can be measured at all; the first time warms the caches."""
    pair.ours([request], 1)
    return max(1, round(ENOUGH / max(pair.ours([request], 1).total, 0.005)))


def measure_past(pair: Pair, rounds: int) -> list[Found]:
    """Two lists, a week back and now: one that an index answers now, and one where all must be walked over."""
    who = pair.product.sign_in(pair.base.login("director"))
    week = (datetime.now(UTC) - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
    found = []
    for mark, listing in ((PAST, Listing()), (PAST_SCAN, SORTED)):
        then, now = pair.product.page(who, replace(listing, as_of=week)), pair.product.page(who, listing)
        back, here = enough(pair, then), enough(pair, now)
        turns = in_turns(
            rounds,
            lambda then=then, back=back: _each(pair.ours([then] * back, 1), back),  # type: ignore[misc]
            lambda now=now, here=here: _each(pair.ours([now] * here, 1), here),  # type: ignore[misc]
        )
        facts = compared(turns, 1) | {"changes": pair.base.sizes.changes}
        found.append(Found(mark, pair.base.dialect, round(ratio(turns), 2), facts))
    return found


def _each(spent: Spent, times: int) -> Spent:
    return Spent(spent.server / times, spent.database / times, spent.wall / times)


def measure_index(pair: Pair, rounds: int) -> Found:
    """The field is marked as one often searched by; the index is there, and the same question costs a fraction.

    In the order of the same field: without histograms SQLite takes every «more than» for a quarter of all and would
    rather walk in another order.
    """
    who = pair.product.sign_in(pair.base.login("director"))
    request = pair.product.page(who, replace(DEAR, sort="-amount"))
    times = enough(pair, request)
    before = [_each(pair.ours([request] * times, 1), times) for _ in range(rounds)]
    company = pair.base.open()
    try:
        with company.read() as session:
            source = tenancy.current_source(session)
        tenancy.apply_source(company, edits.change_field(source, "deal", "amount", indexed=True), None)
    finally:
        company.close()
    settle(pair.product.server, pair.cluster)
    times = enough(pair, request)
    after = [_each(pair.ours([request] * times, 1), times) for _ in range(rounds)]
    turns = list(zip(after, before, strict=True))
    return Found(FASTER, pair.base.dialect, round(ratio(turns), 4), compared(turns, 1))
