"""The sum of a money value in the company's currency, by the rate of the record's own date.

Rates are records of the entity `currency_rate` with fields of the roles currency (code of ISO 4217, text
or choice), rated_on (date) and rate (how much of the company's currency one unit costs).  The rate of a
day is the last one on or before it.  Without a rate the sum is empty: totals then speak per currency.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from svyaz.access.paths import typed_path
from svyaz.expression.tree import DATE, TEXT, YES_NO, Call, Constant, both
from svyaz.kernel.money import exponent
from svyaz.kernel.values import Money
from svyaz.records.draft import Draft
from svyaz.records.entry import Entry
from svyaz.records.new_rows import NewRows, RowDraft
from svyaz.schema.snapshot import Field
from svyaz.storage import record_tables, run_query
from svyaz.storage.query import Order, Query

ENTITY = "currency_rate"


def fill_bases(entry: Entry, draft: Draft) -> None:
    """Put the company-currency sum of every money value of the draft into `draft.base`."""
    currency = entry.session.terms.currency
    for key, field in entry.fields.items():
        if field.type != "money":
            continue
        value = draft.values.get(key)
        if not isinstance(value, Money):
            draft.base[key] = None
        elif value.currency == currency:
            draft.base[key] = value.minor
        else:
            draft.base[key] = in_company_currency(
                value, currency, rate_on(entry, value.currency, _day(entry, draft, field))
            )


def fill_base_columns(entry: Entry, rows: NewRows) -> None:
    """The same for many new records: most sums are in the company's currency already."""
    currency = entry.session.terms.currency
    for key, field in entry.fields.items():
        column = rows.values.get(key) if field.type == "money" else None
        if column is None:
            continue
        rows.base[key] = sums = [
            value.minor if value is not None and value.currency == currency else None for value in column
        ]
        one: Any = RowDraft(rows)
        for at, value in enumerate(column) if None in sums else ():
            if value is not None and sums[at] is None:
                day = _day(entry, one.to(at), field)
                sums[at] = in_company_currency(value, currency, rate_on(entry, value.currency, day))


def in_company_currency(value: Money, currency: str, rate: Decimal | None) -> int | None:
    """Minor units of `currency`, rounded half up; None without a rate.  100 USD at 92.5 is 9250.00 RUB: 925000."""
    if rate is None:
        return None
    units = Decimal(value.minor).scaleb(-exponent(value.currency)) * rate
    return int(units.scaleb(exponent(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def rate_on(entry: Entry, currency: str, day: date) -> Decimal | None:
    known = entry.rates
    if (currency, day) not in known:
        known[currency, day] = _find_rate(entry, currency, day)
    return known[currency, day]


def _find_rate(entry: Entry, currency: str, day: date) -> Decimal | None:
    shape = entry.session.snapshot.entities.get(ENTITY)
    roles = {role: shape.by_role(role) for role in ("currency", "rated_on", "rate")} if shape else {}
    by, on, rate = roles.get("currency"), roles.get("rated_on"), roles.get("rate")
    if by is None or on is None or rate is None:
        return None
    of_currency = typed_path(by)
    where = both(
        Call(
            "=",
            (of_currency, Constant(currency, of_currency.type if of_currency.type.kind == "choice" else TEXT)),
            YES_NO,
        ),
        Call("<=", (typed_path(on), Constant(day, DATE)), YES_NO),
    )
    query = Query(ENTITY, (("label",),), where=where, order=(Order((on.key,), descending=True),), limit=1)
    found = [row[0] for row in run_query.page(entry.session, query, entry.ground).rows]
    if not found:
        return None
    value = record_tables.fetch(entry.session, ENTITY, found, [rate.key])[found[0]].values[rate.key]
    return value if isinstance(value, Decimal) else None


def _day(entry: Entry, draft: Draft, field: Field) -> date:
    """The date of the record that the rate is of: the field named in `rate_on`, else the day of creation."""
    zone = ZoneInfo(entry.ground.zone)
    named = field.options.get("rate_on") or ""
    said = draft.values.get(named) if named else None
    if isinstance(said, datetime):
        return said.astimezone(zone).date()
    if isinstance(said, date):
        return said
    created = draft.stored.created_at if draft.stored else (draft.past and draft.past.created_at) or entry.session.now
    return created.astimezone(zone).date()
