"""The SQL twin of every function and operator of the language; their law is in expression/functions.

VALUES give a value, TRUTHS a condition.  A function that is missing here fails the test that goes
through the whole table of the language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import sqlalchemy as sa

from svyaz.expression.functions.definition import MOST_TEXT, SPACES
from svyaz.expression.tree import Call, Constant, Node, Path
from svyaz.storage.binds import Binds, Condition, Sql
from svyaz.storage.pieces import Pieces
from svyaz.storage.scope import Scope, some
from svyaz.storage.shape import Hole

MICRODAYS = 1_000_000  # days with six digits, as the language gives the difference of two instants
DAY_SECONDS = 86_400


class Compiler(Protocol):
    binds: Binds
    pieces: Pieces

    def condition(self, node: Node, scope: Scope, exact: bool = False) -> Condition: ...

    def value(self, node: Node, scope: Scope) -> Sql: ...

    def number(self, node: Node, scope: Scope, scale: int) -> Sql: ...

    def folded(self, node: Node, scope: Scope) -> Sql: ...

    def empty(self, node: Node, scope: Scope) -> Condition: ...

    def count(self, node: Node, scope: Scope) -> Sql: ...


def _big(number: int) -> Sql:
    return sa.literal_column(str(number), sa.BigInteger())


def _blank() -> Sql:
    return sa.literal_column("''", sa.Text())


def _filled(text: Sql) -> Sql:
    """A text is never "": empty instead."""
    return sa.func.nullif(text, _blank(), type_=sa.Text())


def _same(compiler: Compiler, node: Node, call: Call, scope: Scope) -> Sql:
    """An argument brought to the type of the whole call."""
    if call.type.kind == "number":
        return compiler.number(node, scope, call.type.scale)
    return compiler.value(node, scope)


# ------------------------------------------------------------------ choice between values


def _if(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    given = call.arguments
    pairs = [
        (compiler.condition(given[place], scope), _same(compiler, given[place + 1], call, scope))
        for place in range(0, len(given) - 1, 2)
    ]
    otherwise = _same(compiler, given[-1], call, scope) if len(given) % 2 else None
    return sa.case(*pairs, else_=otherwise)


def _coalesce(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    values = [_same(compiler, one, call, scope) for one in call.arguments]
    return values[0] if len(values) == 1 else sa.func.coalesce(*values, type_=values[0].type)


def _least(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    return compiler.pieces.least([_same(compiler, one, call, scope) for one in call.arguments])


def _greatest(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    return compiler.pieces.greatest([_same(compiler, one, call, scope) for one in call.arguments])


def _is_empty(compiler: Compiler, call: Call, scope: Scope, exact: bool) -> Condition:
    return compiler.empty(call.arguments[0], scope)


# ------------------------------------------------------------------ numbers


def _plus(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    left, right = call.arguments
    if left.type.kind in ("date", "datetime"):
        return _moved(compiler, left, right, scope, 1)
    return compiler.pieces.add(*_brought(compiler, call, scope))


def _brought(compiler: Compiler, call: Call, scope: Scope) -> tuple[Sql, Sql]:
    left, right = call.arguments
    return compiler.number(left, scope, call.type.scale), compiler.number(right, scope, call.type.scale)


def _minus(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    left, right = call.arguments
    if left.type.kind in ("date", "datetime"):
        if right.type.kind == "number":
            return _moved(compiler, left, right, scope, -1)
        first, last = compiler.value(right, scope), compiler.value(left, scope)
        if left.type.kind == "date":
            return compiler.pieces.days_between(first, last)
        seconds = compiler.pieces.seconds_between(first, last) * _big(MICRODAYS)
        return compiler.pieces.divide(seconds, _big(DAY_SECONDS), 0)
    return compiler.pieces.subtract(*_brought(compiler, call, scope))


def _moved(compiler: Compiler, start: Node, by: Node, scope: Scope, sign: int) -> Sql:
    count = compiler.value(by, scope)
    count = count if sign > 0 else -count
    if start.type.kind == "date":
        return compiler.pieces.add_days(compiler.value(start, scope), count)
    seconds = compiler.pieces.multiply(count, _big(DAY_SECONDS), by.type.scale)
    return compiler.pieces.add_seconds(compiler.value(start, scope), seconds)


def _times(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    left, right = call.arguments
    down = left.type.scale + right.type.scale - call.type.scale
    return compiler.pieces.multiply(compiler.value(left, scope), compiler.value(right, scope), down)


def _over(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    left, right = call.arguments
    up = call.type.scale - left.type.scale + right.type.scale
    return compiler.pieces.divide(compiler.value(left, scope), compiler.value(right, scope), up)


def _modulo(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    return compiler.pieces.modulo(*_brought(compiler, call, scope))


def _negative(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    return -compiler.value(call.arguments[0], scope)


def _abs(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    return sa.func.abs(compiler.value(call.arguments[0], scope), type_=sa.BigInteger())


def _round(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    given = call.arguments[0]
    digits = 0
    if len(call.arguments) == 2:
        written = call.arguments[1]
        assert isinstance(written, Constant)
        if written.value is None:
            return sa.cast(sa.null(), sa.BigInteger())
        digits = int(written.value)
    value = compiler.value(given, scope)
    if digits >= given.type.scale:
        return value
    digits = max(digits, -20)
    rounded = compiler.pieces.rescale(value, digits - given.type.scale)
    return rounded if digits >= 0 else compiler.pieces.rescale(rounded, -digits)


def _floor(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    given = call.arguments[0]
    return compiler.pieces.round_down(compiler.value(given, scope), given.type.scale)


def _ceil(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    given = call.arguments[0]
    return -compiler.pieces.round_down(-compiler.value(given, scope), given.type.scale)


def _number(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    return compiler.pieces.number_of_text(compiler.value(call.arguments[0], scope))


# ------------------------------------------------------------------ text


Match = Callable[[Compiler, Sql, Sql], Condition]


def _matching(match: Match) -> Callable[[Compiler, Call, Scope, bool], Condition]:
    """Whether a part is in the text; an empty part is in every text, of an empty text too."""

    def made(compiler: Compiler, call: Call, scope: Scope, exact: bool) -> Condition:
        text, part = call.arguments
        known = isinstance(part, Constant) and isinstance(part.value, Hole)
        folded = compiler.folded(part, scope)
        if text.type.many:
            assert isinstance(text, Path)
            wanted = folded if known else sa.func.coalesce(folded, _blank(), type_=sa.Text())
            return some(
                scope,
                text.keys,
                lambda value: sa.and_(value.is_not(None), match(compiler, compiler.pieces.fold(value), wanted)),
            )
        if isinstance(part, Constant) and not known:
            return sa.true()
        whole = compiler.folded(text, scope)
        if known:
            held = match(compiler, whole, folded)
            return sa.func.coalesce(held, sa.false(), type_=sa.Boolean()) if exact else held
        blank = _blank()
        return match(
            compiler,
            sa.func.coalesce(whole, blank, type_=sa.Text()),
            sa.func.coalesce(folded, blank, type_=sa.Text()),
        )

    return made


def _contains(compiler: Compiler, text: Sql, part: Sql) -> Condition:
    return compiler.pieces.contains(text, part)


def _starts(compiler: Compiler, text: Sql, part: Sql) -> Condition:
    return compiler.pieces.part(text, _big(1), compiler.pieces.length(part)) == part


def _ends(compiler: Compiler, text: Sql, part: Sql) -> Condition:
    return compiler.pieces.last(text, compiler.pieces.length(part)) == part


def _lower(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    return compiler.pieces.lower(compiler.value(call.arguments[0], scope))


def _upper(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    return compiler.pieces.upper(compiler.value(call.arguments[0], scope))


def _trim(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    spaces = compiler.binds.fixed(SPACES, "text")
    return _filled(compiler.pieces.trim(compiler.value(call.arguments[0], scope), spaces))


def _length(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    length = compiler.pieces.length(compiler.value(call.arguments[0], scope))
    return sa.func.coalesce(length, _big(0), type_=sa.BigInteger())


def _left(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    text, count = (compiler.value(one, scope) for one in call.arguments)
    return _filled(compiler.pieces.part(text, _big(1), compiler.pieces.clamp(count, 0, MOST_TEXT)))


def _right(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    text, count = (compiler.value(one, scope) for one in call.arguments)
    return _filled(compiler.pieces.last(text, compiler.pieces.clamp(count, 0, MOST_TEXT)))


def _mid(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    text, start, count = (compiler.value(one, scope) for one in call.arguments)
    clamp = compiler.pieces.clamp
    part = compiler.pieces.part(text, clamp(start, 1, MOST_TEXT), clamp(count, 0, MOST_TEXT))
    return sa.case((start.is_not(None), _filled(part)))  # PostgreSQL clamps an empty start to 1


def _joined(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    parts = [sa.func.coalesce(compiler.value(one, scope), _blank(), type_=sa.Text()) for one in call.arguments]
    whole: Sql = parts[0]
    for part in parts[1:]:
        whole = whole + part
    return _filled(compiler.pieces.part(whole, _big(1), _big(MOST_TEXT)))


def _text(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    given = call.arguments[0]
    value = compiler.value(given, scope)
    if given.type.kind == "number":
        return compiler.pieces.text_of_number(value, given.type.scale)
    if given.type.kind == "date":
        return compiler.pieces.date_text(value)
    if given.type.kind == "datetime":
        return compiler.pieces.instant_text(value, compiler.binds.zone())
    return value


# ------------------------------------------------------------------ dates


def _date(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    if len(call.arguments) == 3:
        year, month, day = (compiler.value(one, scope) for one in call.arguments)
        return compiler.pieces.make_date(year, month, day)
    return compiler.pieces.local_date(compiler.value(call.arguments[0], scope), compiler.binds.zone())


def _datetime(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    given = call.arguments[0]
    if given.type.kind == "text":
        if isinstance(given, Constant) and isinstance(given.value, Hole):
            return compiler.binds.local_instant(given.value.index)
        return sa.null()
    return compiler.pieces.start_of_day(compiler.value(given, scope), compiler.binds.zone())


def _of_day(read: Callable[[Pieces], Callable[[Sql], Sql]]) -> Callable[[Compiler, Call, Scope], Sql]:
    return lambda compiler, call, scope: read(compiler.pieces)(compiler.value(call.arguments[0], scope))


def _quarter(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    month = compiler.pieces.month(compiler.value(call.arguments[0], scope))
    return compiler.pieces.whole_quotient(month + _big(2), 3)


def _hour(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    return compiler.pieces.local_hour(compiler.value(call.arguments[0], scope), compiler.binds.zone())


def _add_days(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    day, count = (compiler.value(one, scope) for one in call.arguments)
    return compiler.pieces.add_days(day, count)


def _add_months(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    day, count = (compiler.value(one, scope) for one in call.arguments)
    return compiler.pieces.add_months(day, count)


def _days_between(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    first, last = (compiler.value(one, scope) for one in call.arguments)
    return compiler.pieces.days_between(first, last)


def _known(name: str) -> Callable[[Compiler, Call, Scope], Sql]:
    return lambda compiler, call, scope: compiler.binds.ground(name)


def _count(compiler: Compiler, call: Call, scope: Scope) -> Sql:
    return compiler.count(call.arguments[0], scope)


VALUES: Mapping[str, Callable[[Compiler, Call, Scope], Sql]] = {
    "if": _if,
    "coalesce": _coalesce,
    "min": _least,
    "max": _greatest,
    "+": _plus,
    "-": _minus,
    "*": _times,
    "/": _over,
    "%": _modulo,
    "neg": _negative,
    "abs": _abs,
    "round": _round,
    "floor": _floor,
    "ceil": _ceil,
    "number": _number,
    "&": _joined,
    "lower": _lower,
    "upper": _upper,
    "trim": _trim,
    "length": _length,
    "left": _left,
    "right": _right,
    "mid": _mid,
    "text": _text,
    "date": _date,
    "datetime": _datetime,
    "year": _of_day(lambda pieces: pieces.year),
    "month": _of_day(lambda pieces: pieces.month),
    "day": _of_day(lambda pieces: pieces.day),
    "weekday": _of_day(lambda pieces: pieces.weekday),
    "quarter": _quarter,
    "hour": _hour,
    "add_days": _add_days,
    "add_months": _add_months,
    "days_between": _days_between,
    "today": _known("today"),
    "now": _known("now"),
    "me": _known("me"),
    "count": _count,
}

TRUTHS: Mapping[str, Callable[[Compiler, Call, Scope, bool], Condition]] = {
    "is_empty": _is_empty,
    "contains": _matching(_contains),
    "starts_with": _matching(_starts),
    "ends_with": _matching(_ends),
}
