"""Pieces of SQL for SQLite: most are functions of ours in Python (sqlite_functions.py)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from svyaz.storage.binds import Condition, Sql

_BIG = sa.BigInteger()
_TEXT = sa.Text()


def _literal(plain: str) -> Sql:
    return sa.literal_column(f"'{plain}'", _TEXT)


def _whole(number: int) -> Sql:
    return sa.literal_column(str(number), _BIG)


class SqlitePieces:
    def fold(self, text: Sql) -> Sql:
        return sa.func.sv_fold(text, type_=_TEXT)

    def among(self, value: Sql, found: sa.Select[Any]) -> Condition:
        return value.in_(found)

    def lower(self, text: Sql) -> Sql:
        return sa.func.sv_lower(text, type_=_TEXT)

    def upper(self, text: Sql) -> Sql:
        return sa.func.sv_upper(text, type_=_TEXT)

    def trim(self, text: Sql, characters: Sql) -> Sql:
        return sa.func.trim(text, characters, type_=_TEXT)

    def length(self, text: Sql) -> Sql:
        return sa.func.length(text, type_=_BIG)

    def contains(self, text: Sql, part: Sql) -> Condition:
        return sa.func.instr(text, part, type_=_BIG) > _whole(0)

    def part(self, text: Sql, start: Sql, count: Sql) -> Sql:
        return sa.func.substr(text, start, count, type_=_TEXT)

    def last(self, text: Sql, count: Sql) -> Sql:
        return sa.case(
            (count == _whole(0), sa.literal_column("''", _TEXT)), else_=sa.func.substr(text, -count, type_=_TEXT)
        )

    def rescale(self, value: Sql, up: int) -> Sql:
        return value if up == 0 else sa.func.sv_rescale(value, _whole(up), type_=_BIG)

    def add(self, left: Sql, right: Sql) -> Sql:
        return sa.func.sv_fit(left + right, type_=_BIG)

    def subtract(self, left: Sql, right: Sql) -> Sql:
        return sa.func.sv_fit(left - right, type_=_BIG)

    def multiply(self, left: Sql, right: Sql, down: int) -> Sql:
        return sa.func.sv_mul(left, right, _whole(down), type_=_BIG)

    def divide(self, left: Sql, right: Sql, up: int) -> Sql:
        return sa.func.sv_div(left, right, _whole(up), type_=_BIG)

    def modulo(self, left: Sql, right: Sql) -> Sql:
        return sa.func.sv_mod(left, right, type_=_BIG)

    def round_down(self, value: Sql, down: int) -> Sql:
        return value if down == 0 else sa.func.sv_round_down(value, _whole(down), type_=_BIG)

    def whole_sum(self, value: Sql) -> tuple[Sql, ...]:
        # sum() of SQLite fails beyond 64 bits: the high and the low part are added apart.
        part = _whole(10**9)
        return sa.func.sum(value // part, type_=_BIG), sa.func.sum(value % part, type_=_BIG)

    def whole_quotient(self, value: Sql, by: int) -> Sql:
        return value // _whole(by)

    def least(self, values: Sequence[Sql]) -> Sql:
        return sa.func.sv_least(*values, type_=values[0].type)

    def greatest(self, values: Sequence[Sql]) -> Sql:
        return sa.func.sv_greatest(*values, type_=values[0].type)

    def number_of_text(self, text: Sql) -> Sql:
        return sa.func.sv_number(text, type_=_BIG)

    def text_of_number(self, value: Sql, scale: int) -> Sql:
        return sa.func.sv_number_text(value, _whole(scale), type_=_TEXT)

    def clamp(self, value: Sql, least: int, most: int) -> Sql:
        return sa.func.min(sa.func.max(value, _whole(least)), _whole(most), type_=_BIG)

    def year(self, day: Sql) -> Sql:
        return sa.cast(sa.func.substr(day, _whole(1), _whole(4)), sa.Integer)

    def month(self, day: Sql) -> Sql:
        return sa.cast(sa.func.substr(day, _whole(6), _whole(2)), sa.Integer)

    def day(self, day: Sql) -> Sql:
        return sa.cast(sa.func.substr(day, _whole(9), _whole(2)), sa.Integer)

    def weekday(self, day: Sql) -> Sql:
        return sa.func.sv_weekday(day, type_=_BIG)

    def make_date(self, year: Sql, month: Sql, day: Sql) -> Sql:
        return sa.func.sv_make_date(year, month, day, type_=_TEXT)

    def add_days(self, day: Sql, count: Sql) -> Sql:
        return sa.func.sv_add_days(day, count, type_=_TEXT)

    def add_months(self, day: Sql, count: Sql) -> Sql:
        return sa.func.sv_add_months(day, count, type_=_TEXT)

    def days_between(self, first: Sql, last: Sql) -> Sql:
        return sa.func.sv_days_between(first, last, type_=_BIG)

    def date_text(self, day: Sql) -> Sql:
        parts = [
            sa.func.substr(day, _whole(start), _whole(count), type_=_TEXT) for start, count in ((9, 2), (6, 2), (1, 4))
        ]
        point = sa.literal_column("'.'", _TEXT)
        return parts[0] + point + parts[1] + point + parts[2]

    def local_date(self, at: Sql, zone: Sql) -> Sql:
        return sa.func.sv_local_date(at, zone, type_=_TEXT)

    def local_hour(self, at: Sql, zone: Sql) -> Sql:
        return sa.func.sv_local_hour(at, zone, type_=_BIG)

    def start_of_day(self, day: Sql, zone: Sql) -> Sql:
        return sa.func.sv_start_of_day(day, zone, type_=_TEXT)

    def instant_text(self, at: Sql, zone: Sql) -> Sql:
        return sa.func.sv_instant_text(at, zone, type_=_TEXT)

    def seconds_between(self, first: Sql, last: Sql) -> Sql:
        return sa.func.sv_seconds_between(first, last, type_=_BIG)

    def add_seconds(self, at: Sql, seconds: Sql) -> Sql:
        return sa.func.sv_add_seconds(at, seconds, type_=_TEXT)

    def utc_day(self, at: Sql) -> Sql:
        return sa.func.substr(at, _whole(1), _whole(10), type_=_TEXT)

    def utc_part(self, at: Sql, cuts: Sequence[str]) -> Sql:
        time = sa.func.substr(at, _whole(12), _whole(8), type_=_TEXT)
        part: Sql = sa.literal_column("'0'", _TEXT)
        whens = [(time >= _literal(cut), sa.literal_column(f"'{place}'", _TEXT)) for place, cut in enumerate(cuts, 1)]
        if whens:
            part = sa.case(*reversed(whens), else_=part)
        return self.utc_day(at) + part

    def wire_date(self, day: Sql) -> Sql:
        return day

    def wire_instant(self, at: Sql) -> Sql:
        return at

    def bucket(self, value: Sql, bounds: Sql) -> Sql:
        return sa.func.sv_bucket(value, bounds, type_=_BIG)
