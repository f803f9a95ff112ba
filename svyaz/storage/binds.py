"""Parameters of a cached statement: where each `?` takes its value from when the statement is run.

Compiled once, run many times: a Statement is SQL text and, for each `?`, a function of the Run that
knows the constants of this very query, who reads, and what time it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.base import Executable
from sqlalchemy.types import TypeEngine

from svyaz.expression.functions.dates import instant_of_text
from svyaz.expression.ground import Ground
from svyaz.expression.tree import Kind
from svyaz.fields.base import ColumnKind
from svyaz.kernel.clock import iso
from svyaz.kernel.text import fold, sort_key
from svyaz.storage.session import Dialect, json_list

MOST = 2**63 - 1  # a constant beyond bigint stays beyond every value that can be kept

Sql = sa.ColumnElement[Any]
Condition = sa.ColumnElement[bool]


@dataclass(slots=True)
class Run:
    """What one run of a statement knows: constants of the query in the order of its shape, and extra
    parameters by name (limit, cursor, ids…), already in the driver's form."""

    constants: Sequence[Any]
    ground: Ground
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """Stands for the index of a constant in a formula of the configuration: it brings the constant along."""

    number: int
    value: Any

    def __str__(self) -> str:
        return f"h{self.number}"


Take = Callable[[Run], Any]


def _given(run: Run, index: int | Held) -> Any:
    return index.value if isinstance(index, Held) else run.constants[index]


@dataclass(frozen=True, slots=True)
class Statement:
    sql: str
    takes: tuple[Take, ...]

    def parameters(self, run: Run) -> list[Any]:
        return [take(run) for take in self.takes]


_DIALECTS: Mapping[str, Any] = {
    "sqlite": sqlite.dialect(paramstyle="qmark"),
    "postgresql": postgresql.dialect(paramstyle="qmark"),  # type: ignore[no-untyped-call]
}
_INSTANT = sa.TIMESTAMP(timezone=True)


def sql_type(dialect: Dialect, kind: Kind | ColumnKind) -> TypeEngine[Any]:
    """How a kind of the language or of a column is typed in SQL."""
    if kind in ("number", "link", "bigint"):
        return sa.BigInteger()
    if kind == "yes_no":
        return sa.Boolean()
    if dialect == "postgresql" and kind in ("date", "datetime"):
        return sa.Date() if kind == "date" else _INSTANT
    return sa.Text()


class Binds:
    """Collects the parameters while a statement is being compiled."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._takes: dict[str, Take] = {}

    def constant(self, index: int, kind: Kind, scale: int, form: str = "") -> Sql:
        """A constant of the query.  form: "" as kept, "fold" or "key" for text."""
        encode = _encoder(self.dialect, kind, scale, form)
        scaled_name = f"s{scale}" if kind == "number" else ""  # one constant may be compared at two scales
        return self._bind(f"c{index}{scaled_name}{form}", kind, lambda run: encode(_given(run, index)))

    def ground(self, name: str) -> Sql:
        """me, today, now or clock."""
        kind: Kind = {"me": "link", "today": "date", "now": "datetime", "clock": "datetime"}[name]  # type: ignore[assignment]
        encode = _encoder(self.dialect, kind, 0, "")
        return self._bind(name, kind, lambda run: encode(_known(run.ground, name)))

    def extra(self, name: str, kind: Kind | ColumnKind) -> Sql:
        """A value that the runner gives by name."""
        return self._bind(f"x_{name}", kind, lambda run: run.extra[name])

    def fixed(self, value: Any, kind: Kind | ColumnKind) -> Sql:
        """A value that belongs to the configuration: an option's key, an entity's number."""
        return self._bind(f"f{len(self._takes)}", kind, lambda run: value)

    def zone(self) -> Sql:
        return self._bind("zone", "text", lambda run: run.ground.zone)

    def local_instant(self, index: int) -> Sql:
        """A constant text that is a local time: an instant of the reader's ground."""
        dialect = self.dialect
        return self._bind(
            f"c{index}at",
            "datetime",
            lambda run: value_of(dialect, "datetime", instant_of_text(_given(run, index), run.ground)),
        )

    def among(self, column: Sql, name: str, kind: Kind | ColumnKind) -> Condition:
        """«column is one of the values that the runner gives», as one parameter."""
        return self._among(column, f"x_{name}", kind, lambda run: run.extra[name])

    def among_constants(self, column: Sql, index: int, kind: Kind, scale: int, form: str = "") -> Condition:
        """The same with a tuple among the constants of the query."""
        encode = _encoder(self.dialect, kind, scale, form)
        dialect = self.dialect
        return self._among(
            column,
            f"c{index}{form}",
            kind,
            lambda run: list_value(dialect, (encode(value) for value in _given(run, index))),
        )

    def _among(self, column: Sql, name: str, kind: Kind | ColumnKind, take: Take) -> Condition:
        self._takes[name] = take
        if self.dialect == "sqlite":
            given = sa.bindparam(name, type_=sa.Text())
            return column.in_(sa.select(sa.literal_column("value")).select_from(sa.func.json_each(given)))
        array = postgresql.ARRAY(sql_type(self.dialect, kind))
        return column == sa.any_(sa.bindparam(name, type_=array))

    def array(self, name: str, kind: ColumnKind) -> Sql:
        """A list the runner gives, for functions that take one: JSON on SQLite, an array on PostgreSQL."""
        self._takes[f"x_{name}"] = lambda run: run.extra[name]
        listed = sa.Text() if self.dialect == "sqlite" else postgresql.ARRAY(sql_type(self.dialect, kind))
        return sa.bindparam(f"x_{name}", type_=listed)

    def _bind(self, name: str, kind: Kind | ColumnKind, take: Take) -> Sql:
        self._takes[name] = take
        return sa.bindparam(name, type_=sql_type(self.dialect, kind))

    def statement(self, select: Executable) -> Statement:
        compiled = select.compile(dialect=_DIALECTS[self.dialect])  # type: ignore[attr-defined]
        given = compiled.params
        takes = tuple(self._takes.get(name) or _always(given[name]) for name in compiled.positiontup or ())
        return Statement(str(compiled), takes)


def _known(ground: Ground, name: str) -> Any:
    """The system is nobody: record 0, which is nobody's either (expression.functions.logic.me)."""
    if name == "clock":
        return ground.clock or ground.now
    return ground.me or 0 if name == "me" else ground.today if name == "today" else ground.now


def _always(value: Any) -> Take:
    return lambda run: value


def list_value(dialect: Dialect, values: Iterable[Any]) -> Any:
    """A list as one parameter; its values are in the driver's form already."""
    return json_list(values) if dialect == "sqlite" else list(values)


def value_of(dialect: Dialect, kind: Kind | ColumnKind, value: Any) -> Any:
    """A plain value in the driver's form."""
    if value is None:
        return None
    if dialect == "sqlite":
        if kind == "date":
            return value.isoformat()
        if kind == "datetime":
            return iso(value)
        if kind == "yes_no":
            return int(value)
    elif kind == "datetime":
        return value.astimezone(UTC).replace(microsecond=0)
    return value


def _encoder(dialect: Dialect, kind: Kind, scale: int, form: str) -> Callable[[Any], Any]:
    if form == "fold":
        return fold
    if form == "key":
        return sort_key
    if kind == "number":
        return lambda value: scaled(value, scale)
    if kind == "link":
        return lambda value: max(-MOST, min(MOST, value))
    if kind in ("date", "datetime", "yes_no"):
        return lambda value: value_of(dialect, kind, value)
    return lambda value: value


def scaled(value: Decimal | int, scale: int) -> int:
    """A number as SQL keeps it: whole units of 10^-scale."""
    whole = int(Decimal(value).scaleb(scale).to_integral_value(ROUND_HALF_UP))
    return max(-MOST, min(MOST, whole))
