"""Pieces of SQL for PostgreSQL: numeric for arithmetic, ICU for letters, its own calendar.

Arguments that would raise an error are clamped, not only tested: PostgreSQL evaluates constant parts
of a CASE at planning, before the test that was to protect them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from svyaz.kernel.numbers import BOUND
from svyaz.storage.binds import Condition, Sql
from svyaz.storage.pieces import PARTS

_BIG = sa.BigInteger()
_TEXT = sa.Text()
_DATE = sa.Date()
_INSTANT = sa.TIMESTAMP(timezone=True)
_NUMERIC = sa.Numeric()

DAYS = 3_652_058  # from 0001-01-01 to 9999-12-31
SECONDS = (-62_135_596_800, 253_402_300_799)  # the same years, from 1970


def _whole(number: int) -> Sql:
    return sa.literal_column(str(number), _BIG)


def _text(written: str) -> Sql:
    return sa.literal_column(f"'{written}'", _TEXT)


def _power(exponent: int) -> Sql:
    """10^exponent as an exact numeric: multiplying is exact where PostgreSQL's division is not."""
    written = f"1{'0' * exponent}.0" if exponent >= 0 else f"0.{'0' * (-exponent - 1)}1"
    return sa.literal_column(written, _NUMERIC)


def _numeric(value: Sql, up: int = 0) -> Sql:
    exact = sa.cast(value, _NUMERIC)
    return exact if up == 0 else exact * _power(up)


def _fit(value: Sql) -> Sql:
    """A whole numeric as bigint, NULL when it does not fit.  `value` is written once: nested sums stay short.

    LEAST and GREATEST pass NULL over, so a NULL becomes the lower bound, and that becomes NULL again.
    """
    low, high = _whole(-BOUND), _whole(BOUND)
    kept = sa.func.least(sa.func.greatest(value, low), high)
    return sa.cast(sa.func.nullif(sa.func.nullif(kept, high), low), _BIG)


def _of_our_years(value: Sql, kind: str) -> Sql:
    """A date or an instant of the years 1…9999, NULL beyond: PostgreSQL goes further than Python.  As in _fit."""
    low = sa.literal_column(f"{kind} '0001-12-31 BC'", value.type)
    high = sa.literal_column(f"{kind} '10000-01-01'", value.type)
    kept = sa.func.least(sa.func.greatest(value, low), high, type_=value.type)
    return sa.func.nullif(sa.func.nullif(kept, high), low, type_=value.type)


def _int(value: Sql) -> Sql:
    return sa.cast(value, sa.Integer)


class PostgresPieces:
    def fold(self, text: Sql) -> Sql:
        normal = sa.func.normalize(text, sa.literal_column("NFC"), type_=_TEXT)
        low = sa.func.lower(normal.collate("und-x-icu"), type_=_TEXT)
        low = sa.func.replace(low, _text("ß"), _text("ss"), type_=_TEXT)
        return sa.func.replace(low, _text("ς"), _text("σ"), type_=_TEXT).collate("C")

    def among(self, value: Sql, found: sa.Select[Any]) -> Condition:
        # Under OR a subquery of IN cannot be a way into an index, and an array can; where the table is read through
        # all the same, the subquery is a hash, and the array is looked through only for the rows that are in it.
        return sa.and_(value.in_(found), value == sa.any_(sa.func.array(found.scalar_subquery())))

    def lower(self, text: Sql) -> Sql:
        return sa.func.lower(text.collate("und-x-icu"), type_=_TEXT).collate("C")

    def upper(self, text: Sql) -> Sql:
        return sa.func.upper(text.collate("und-x-icu"), type_=_TEXT).collate("C")

    def trim(self, text: Sql, characters: Sql) -> Sql:
        return sa.func.btrim(text, characters, type_=_TEXT)

    def length(self, text: Sql) -> Sql:
        return sa.cast(sa.func.char_length(text), _BIG)

    def contains(self, text: Sql, part: Sql) -> Condition:
        return sa.func.strpos(text, part, type_=_BIG) > _whole(0)

    def part(self, text: Sql, start: Sql, count: Sql) -> Sql:
        return sa.func.substr(text, _int(start), _int(count), type_=_TEXT)

    def last(self, text: Sql, count: Sql) -> Sql:
        return sa.func.right(text, _int(count), type_=_TEXT)

    def rescale(self, value: Sql, up: int) -> Sql:
        return value if up == 0 else _fit(sa.func.round(_numeric(value, up)))

    def add(self, left: Sql, right: Sql) -> Sql:
        return _fit(left + right)

    def subtract(self, left: Sql, right: Sql) -> Sql:
        return _fit(left - right)

    def multiply(self, left: Sql, right: Sql, down: int) -> Sql:
        return _fit(sa.func.round(_numeric(left) * _numeric(right) * _power(-down)))

    def divide(self, left: Sql, right: Sql, up: int) -> Sql:
        # 30 digits after the point: both sides are below 10^18, so a quotient cannot lie nearer to
        # a half than that without being the half, and rounding twice is rounding once.
        exact = _numeric(left) * sa.literal_column(f"1{'0' * up}.{'0' * 30}", _NUMERIC)
        return _fit(sa.func.round(exact / sa.func.nullif(_numeric(right), _whole(0), type_=_NUMERIC)))

    def modulo(self, left: Sql, right: Sql) -> Sql:
        below = sa.func.nullif(right, _whole(0), type_=_BIG)
        return sa.func.mod(sa.func.mod(left, below, type_=_BIG) + below, below, type_=_BIG)

    def round_down(self, value: Sql, down: int) -> Sql:
        return value if down == 0 else sa.cast(sa.func.floor(_numeric(value, -down)), _BIG)

    def whole_sum(self, value: Sql) -> tuple[Sql, ...]:
        return _whole(0), sa.func.sum(value, type_=_NUMERIC)

    def whole_quotient(self, value: Sql, by: int) -> Sql:
        return value // _whole(by)

    def least(self, values: Sequence[Sql]) -> Sql:
        return sa.func.least(*values, type_=values[0].type)

    def greatest(self, values: Sequence[Sql]) -> Sql:
        return sa.func.greatest(*values, type_=values[0].type)

    def number_of_text(self, text: Sql) -> Sql:
        spaces = sa.literal_column(r"E' \t\n\r\u00a0\u2009\u202f'", _TEXT)
        bare = sa.func.translate(text, spaces, _text(""), type_=_TEXT)
        numeral = sa.literal_column("'^[+-]?[0-9]{1,20}([.,][0-9]{1,20})?$'", _TEXT)
        number = sa.cast(sa.func.replace(bare, _text(","), _text("."), type_=_TEXT), _NUMERIC)
        return sa.case((bare.op("~", is_comparison=True)(numeral), _fit(sa.func.round(number * _power(6)))))

    def text_of_number(self, value: Sql, scale: int) -> Sql:
        if scale == 0:
            return sa.cast(value, _TEXT)
        return sa.cast(sa.func.trim_scale(_numeric(value, -scale)), _TEXT)

    def clamp(self, value: Sql, least: int, most: int) -> Sql:
        return sa.func.least(sa.func.greatest(value, _whole(least)), _whole(most), type_=_BIG)

    def year(self, day: Sql) -> Sql:
        return sa.cast(sa.extract("year", day), _BIG)

    def month(self, day: Sql) -> Sql:
        return sa.cast(sa.extract("month", day), _BIG)

    def day(self, day: Sql) -> Sql:
        return sa.cast(sa.extract("day", day), _BIG)

    def weekday(self, day: Sql) -> Sql:
        return sa.cast(sa.extract("isodow", day), _BIG)

    def make_date(self, year: Sql, month: Sql, day: Sql) -> Sql:
        first = sa.func.make_date(
            _int(self.clamp(year, 1, 9999)), _int(self.clamp(month, 1, 12)), _whole(1), type_=_DATE
        )
        made = sa.cast(first.op("+")(_int(self.clamp(day, 1, 31)) - sa.literal_column("1")), _DATE)
        right = sa.and_(
            year.between(_whole(1), _whole(9999)),
            month == sa.extract("month", made),
            day == sa.extract("day", made),
        )
        return sa.case((right, made))

    def add_days(self, day: Sql, count: Sql) -> Sql:
        moved = day.op("+")(_int(self.clamp(count, -DAYS, DAYS)))
        place = sa.cast(day.op("-")(sa.literal_column("DATE '0001-01-01'", _DATE)), _BIG) + count
        return sa.case((place.between(_whole(0), _whole(DAYS)), sa.cast(moved, _DATE)))

    def add_months(self, day: Sql, count: Sql) -> Sql:
        place = self.year(day) * _whole(12) + self.month(day) - _whole(1) + count
        length = sa.func.make_interval(_whole(0), _int(self.clamp(count, -120_000, 120_000)))
        moved = sa.cast(day.op("+")(length), _DATE)
        return sa.case((place.between(_whole(12), _whole(119_999)), moved))

    def days_between(self, first: Sql, last: Sql) -> Sql:
        return sa.cast(last.op("-")(first), _BIG)

    def date_text(self, day: Sql) -> Sql:
        return sa.func.to_char(day, _text("DD.MM.YYYY"), type_=_TEXT)

    def local_date(self, at: Sql, zone: Sql) -> Sql:
        return _of_our_years(sa.cast(sa.func.timezone(zone, at), _DATE), "DATE")

    def local_hour(self, at: Sql, zone: Sql) -> Sql:
        return sa.cast(sa.extract("hour", sa.func.timezone(zone, at, type_=sa.TIMESTAMP())), _BIG)

    def start_of_day(self, day: Sql, zone: Sql) -> Sql:
        start: Sql = sa.func.timezone(zone, sa.cast(day, sa.TIMESTAMP()), type_=_INSTANT)
        first = sa.literal_column("TIMESTAMPTZ '0001-01-01 00:00:00+00'", _INSTANT)
        return sa.case(
            (sa.and_(start >= first, start < sa.literal_column("TIMESTAMPTZ '10000-01-01 00:00:00+00'")), start)
        )

    def instant_text(self, at: Sql, zone: Sql) -> Sql:
        return sa.func.to_char(sa.func.timezone(zone, at), _text("DD.MM.YYYY HH24:MI"), type_=_TEXT)

    def seconds_between(self, first: Sql, last: Sql) -> Sql:
        return sa.cast(sa.extract("epoch", last.op("-")(first)), _BIG)

    def add_seconds(self, at: Sql, seconds: Sql) -> Sql:
        place = sa.cast(sa.extract("epoch", at), _BIG) + seconds
        least, most = SECONDS
        return sa.case((place.between(_whole(least), _whole(most)), sa.func.to_timestamp(place, type_=_INSTANT)))

    def utc_day(self, at: Sql) -> Sql:
        return sa.func.to_char(sa.func.timezone(_text("UTC"), at), _text("YYYY-MM-DD"), type_=_TEXT)

    def utc_part(self, at: Sql, cuts: Sequence[str]) -> Sql:
        utc = sa.func.timezone(_text("UTC"), at, type_=sa.TIMESTAMP())
        day = sa.cast(utc, sa.Date()) - sa.literal_column("DATE '2000-01-01'", sa.Date())
        whens = [
            (sa.cast(utc, sa.Time()) >= sa.literal_column(f"TIME '{cut}'", sa.Time()), _whole(place))
            for place, cut in enumerate(cuts, 1)
        ]
        part = sa.case(*reversed(whens), else_=_whole(0)) if whens else _whole(0)
        return sa.type_coerce(day, _BIG) * _whole(PARTS) + part

    def wire_date(self, day: Sql) -> Sql:
        return sa.func.to_char(day, _text("YYYY-MM-DD"), type_=_TEXT)

    def wire_instant(self, at: Sql) -> Sql:
        utc = sa.func.timezone(_text("UTC"), at)
        return sa.func.to_char(utc, sa.literal_column("""'YYYY-MM-DD"T"HH24:MI:SS"Z"'""", _TEXT), type_=_TEXT)

    def bucket(self, value: Sql, bounds: Sql) -> Sql:
        return sa.cast(sa.func.width_bucket(value, bounds), _BIG)
