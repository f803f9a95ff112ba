"""Random well-typed trees and random worlds of records, to compare Python with SQL on every database.

ENTITIES    three small entities that between them have a field of every kind: parcel, client, employee.
            `Sample` gives for each field its key, title, type of the registry with options, and the type that
            formulas see; `source_fields` gives the same as tables of a source (TOML).
worlds()    records of all three: World.records[entity][id][key], values as fields keep them canonically
            (Money and Labelled included); deleted records are not made here
trees(kind) typed trees over a parcel that give a value of this kind; made untyped, as people write them,
            and passed through check: so what check forbids never comes
grounds()   readers: one of the employees or the system, and a moment

    run = compile_python(tree)
    run(world.row("parcel", id), ground)     what SQL must give for this record
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from svyaz.expression.check import Slot, check
from svyaz.expression.ground import Ground
from svyaz.expression.lexer import MOST_DEPTH
from svyaz.expression.parse import MOST_NODES, depth_of
from svyaz.expression.tree import DATE, DATETIME, INTEGER, TEXT, YES_NO, Call, Constant, Node, Path, Type
from svyaz.kernel.text import fold
from svyaz.kernel.values import Labelled, Money, Ref

ZONE = "Europe/Moscow"
CURRENCY = "RUB"

STATES = (("new", "Новая"), ("on_road", "В пути"), ("done", "Вручена"))
TAGS = (("fragile", "Хрупкое"), ("vip", "ВИП"), ("heavy", "Тяжёлое"))


@dataclass(frozen=True)
class Sample:
    """One field.  type, options: of fields.registry;  seen: what a formula sees."""

    key: str
    title: str
    type: str
    seen: Type
    options: Mapping[str, Any]


def _options(pairs: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    return {"options": [{"key": key, "title": {"ru": title}} for key, title in pairs]}


def _chosen(pairs: tuple[tuple[str, str], ...], many: bool = False) -> Type:
    return Type("choice", options=tuple(key for key, _ in pairs), many=many)


def _number(scale: int) -> Type:
    return Type("number", scale=scale)


def _link(*to: str, many: bool = False) -> Type:
    return Type("link", to=to, many=many)


ENTITIES: Mapping[str, tuple[Sample, ...]] = {
    "parcel": (
        Sample("pieces", "Мест", "integer", INTEGER, {}),
        Sample("weight", "Вес, кг", "decimal", _number(2), {"scale": 2}),
        Sample("volume", "Объём", "decimal", _number(6), {"scale": 6}),
        Sample("discount", "Скидка", "percent", _number(2), {"scale": 2}),
        Sample("price", "Стоимость", "money", _number(2), {}),
        Sample("title", "Название", "text", TEXT, {}),
        Sample("note", "Примечание", "long_text", TEXT, {}),
        Sample("state", "Состояние", "choice", _chosen(STATES), _options(STATES)),
        Sample("urgent", "Срочно", "yes_no", YES_NO, {}),
        Sample("sent_on", "Отправлена", "date", DATE, {}),
        Sample("made_at", "Оформлена", "datetime", DATETIME, {}),
        Sample("client", "Клиент", "link", _link("client"), {"to": ["client"]}),
        Sample("keeper", "Хранитель", "employee", _link("employee"), {}),
        Sample("about", "Относится к", "any_link", _link(), {}),
        Sample("tags", "Метки", "choices", _chosen(TAGS, many=True), _options(TAGS)),
        Sample("phones", "Телефоны", "phone", replace(TEXT, many=True), {}),
        Sample("receivers", "Получатели", "links", _link("client", many=True), {"to": ["client"]}),
    ),
    "client": (
        Sample("name", "Имя", "text", TEXT, {}),
        Sample("city", "Город", "text", TEXT, {}),
        Sample("size", "Размер", "integer", INTEGER, {}),
        Sample("debt", "Долг", "money", _number(2), {}),
        Sample("vip", "Важный", "yes_no", YES_NO, {}),
        Sample("since", "Клиент с", "date", DATE, {}),
        Sample("kind", "Вид", "choice", _chosen(STATES), _options(STATES)),
        Sample("parent", "Головной", "link", _link("client"), {"to": ["client"]}),
    ),
    "employee": (Sample("name", "Имя", "text", TEXT, {}),),
}

SYSTEM = (
    Sample("id", "Номер записи", "integer", INTEGER, {}),
    Sample("label", "Название записи", "text", TEXT, {}),
)
FIELDS = {entity: {one.key: one for one in samples} for entity, samples in ENTITIES.items()}
IDS = {"parcel": range(1, 6), "client": range(101, 104), "employee": range(1001, 1003)}
FAR = ("size", "debt", "vip", "city", "since", "kind", "name")


def source_fields(entity: str) -> list[dict[str, Any]]:
    """The fields as tables of a source; the label of every record is its first text field."""
    return [{"key": one.key, "title": {"ru": one.title}, "type": one.type, **one.options} for one in ENTITIES[entity]]


# ---------------------------------------------------------------- the scope of a parcel


class ParcelScope:
    """Implements expression.scope.Scope over the entities above, titles included."""

    def slot(self, keys: tuple[str, ...]) -> Slot | None:
        entity, found, many = "parcel", [], False
        for place, word in enumerate(keys):
            sample = self._find(entity, word)
            if sample is None:
                return None
            found.append(sample)
            many = many or sample.seen.many
            if place + 1 < len(keys):
                if sample.seen.kind != "link" or len(sample.seen.to) != 1:
                    return None
                entity = sample.seen.to[0]
        last = found[-1]
        titled = {one["key"]: one["title"]["ru"] for one in last.options.get("options", ())}
        return Slot(
            keys=tuple(one.key for one in found),
            type=replace(last.seen, many=many),
            choices={fold(title): key for key, title in titled.items()} | {fold(key): key for key in titled},
            titles=tuple(one.title for one in found),
            choice_titles=titled,
        )

    def suggest(self, key: str) -> list[str]:
        return [one.title for one in ENTITIES["parcel"] if fold(one.title)[:3] == fold(key)[:3]]

    def _find(self, entity: str, word: str) -> Sample | None:
        named = [one for one in (*ENTITIES[entity], *SYSTEM) if word == one.key or fold(word) == fold(one.title)]
        return named[0] if len(named) == 1 else None


SCOPE = ParcelScope()


# ---------------------------------------------------------------- records


@dataclass(frozen=True)
class World:
    records: Mapping[str, Mapping[int, Mapping[str, Any]]]

    def label(self, entity: str, record: int) -> str:
        """A record always has a name."""
        first = next(one.key for one in ENTITIES[entity] if one.type == "text")
        return self.records[entity][record][first] or f"№ {record}"

    def row(self, entity: str, record: int) -> Callable[[tuple[str, ...]], Any]:
        """The `row` that compile_python wants: paths go through links; money is a Decimal."""
        return lambda keys: self._value(entity, record, keys)

    def _value(self, entity: str, record: int, keys: tuple[str, ...]) -> Any:
        key, rest = keys[0], keys[1:]
        if key == "label":
            return self.label(entity, record)
        if key == "id":
            return record
        value = self.records[entity][record][key]
        seen = FIELDS[entity][key].seen
        if rest:
            (target,) = seen.to
            if seen.many:
                far = [self._value(target, one, rest) for one in value]
                return tuple(one for part in far for one in (part if isinstance(part, tuple) else (part,)))
            return self._value(target, value, rest) if value is not None else self._nothing(target, rest)
        return Decimal(value.minor).scaleb(-2) if isinstance(value, Money) else value

    def _nothing(self, entity: str, keys: tuple[str, ...]) -> Any:
        slot = FIELDS[entity].get(keys[0])
        return () if slot is not None and slot.seen.many else None


LETTERS = "абвеёжяАБЁЖЯ" + "azAZ" + string.digits[:4] + " %_\\'\"ßςσΣİй🙂\u00a0-.,"
TEXTS = st.one_of(
    st.text(LETTERS, min_size=1, max_size=8),
    st.sampled_from(
        ["Казань", "казань", "КАЗАНЬ", "100%", "1_0", "a%b", "Ёлка", "елка", "12,5", "-7.25", " 1 000 ", "é", "e\u0301"]
    ),
)
DATES = st.one_of(
    st.dates(date(1995, 1, 1), date(2060, 12, 31)),
    st.sampled_from([date(2024, 2, 29), date(2025, 12, 31), date(2026, 1, 31), date(2026, 11, 24)]),
)
INSTANTS = st.one_of(
    st.integers(0, 2_000_000_000).map(lambda seconds: datetime(1995, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)),
    st.sampled_from([datetime(2026, 11, 23, 21, 0, tzinfo=UTC), datetime(2026, 11, 23, 20, 59, 59, tzinfo=UTC)]),
)


def numbers(scale: int) -> st.SearchStrategy[Decimal]:
    small = st.integers(-2000, 2000)
    huge = st.integers(-(10**18) + 1, 10**18 - 1)
    edges = st.sampled_from([0, 5, -5, 50, 250, -250, 10**18 - 1, -(10**18) + 1, 2**53])
    return st.one_of(small, small, edges, huge).map(lambda scaled: Decimal(scaled).scaleb(-scale))


def values(sample: Sample) -> st.SearchStrategy[Any]:
    """Canonical values of a field, the empty one among them."""
    filled = _filled(sample)
    if sample.type == "yes_no":
        return filled
    if sample.seen.many:
        return st.lists(filled, max_size=3, unique_by=repr).map(tuple)
    return st.one_of(st.none(), filled, filled)


def _filled(sample: Sample) -> st.SearchStrategy[Any]:
    match sample.type:
        case "integer":
            return st.one_of(st.integers(-2000, 2000), st.sampled_from([0, 1, -1, 2**53 - 1, -(2**53) + 1]))
        case "decimal" | "percent":
            return numbers(sample.seen.scale)
        case "money":
            return st.one_of(st.integers(-200_000, 200_000), st.sampled_from([0, 10**18 - 1])).map(
                lambda minor: Money(minor, CURRENCY)
            )
        case "yes_no":
            return st.booleans()
        case "date":
            return DATES
        case "datetime":
            return INSTANTS
        case "choice" | "choices":
            return st.sampled_from(sample.seen.options)
        case "phone":
            return TEXTS.map(lambda text: Labelled(text, ""))
        case "any_link":
            return st.sampled_from([Ref("client", one) for one in IDS["client"]])
        case "link" | "links" | "employee":
            return st.sampled_from(list(IDS[sample.seen.to[0]]))
    return TEXTS


@st.composite
def worlds(draw: st.DrawFn) -> World:
    def record(entity: str) -> dict[str, Any]:
        return {one.key: draw(values(one)) for one in ENTITIES[entity]}

    return World({entity: {one: record(entity) for one in ids} for entity, ids in IDS.items()})


@st.composite
def grounds(draw: st.DrawFn) -> Ground:
    now = draw(INSTANTS) + timedelta(microseconds=draw(st.sampled_from([0, 999_999])))
    return Ground(me=draw(st.sampled_from([None, *IDS["employee"]])), now=now, zone=ZONE)


# ---------------------------------------------------------------- trees

KINDS = ("number", "text", "choice", "yes_no", "date", "datetime", "link")
Untyped = st.SearchStrategy[Node]


@cache
def paths(kind: str, many: bool = False, scale: int | None = None) -> Untyped:
    """All paths to values of this kind: the parcel's own and one link away."""
    found = []
    for one in ENTITIES["parcel"]:
        found.append((one.key,))
        if one.seen.kind == "link" and one.seen.to == ("client",):
            found += [(one.key, far) for far in (*FAR, "label")]
    fitting = []
    for keys in (*found, ("id",), ("label",), ("keeper", "name"), ("client", "parent"), ("client", "parent", "city")):
        slot = SCOPE.slot(keys)
        assert slot is not None, keys
        if slot.type.kind == kind and slot.type.many is many and scale in (None, slot.type.scale):
            fitting.append(Path(keys))
    return st.sampled_from(fitting)


def _call(function: str, *arguments: Untyped) -> Untyped:
    return st.tuples(*arguments).map(lambda given: Call(function, given))


def _literal(value: st.SearchStrategy[Any]) -> Untyped:
    return value.map(Constant)


def _date_call(day: date) -> Node:
    return Call("date", tuple(Constant(Decimal(part)) for part in (day.year, day.month, day.day)))


EMPTY = st.just(Constant(None))
POSITIVE = st.one_of(
    st.integers(0, 3000).map(Decimal),
    st.integers(0, 10**8).map(lambda one: Decimal(one).scaleb(-6)),
    st.integers(0, 10**5).map(lambda one: Decimal(one).scaleb(-2)),
    st.sampled_from([Decimal(10**18 - 1), Decimal("0.5"), Decimal("2.5"), Decimal(0)]),
)
LEAVES: Mapping[str, Untyped] = {
    "number": st.one_of(paths("number"), paths("number"), _literal(POSITIVE)),
    "text": st.one_of(paths("text"), paths("text"), _literal(TEXTS)),
    "choice": paths("choice"),
    "yes_no": st.one_of(paths("yes_no"), _literal(st.booleans())),
    "date": st.one_of(paths("date"), DATES.map(_date_call), st.just(Call("today"))),
    "datetime": st.one_of(
        paths("datetime"),
        st.just(Call("now")),
        INSTANTS.map(lambda one: Call("datetime", (Constant(f"{one:%Y-%m-%dT%H:%M:%S}Z"),))),
        INSTANTS.filter(lambda one: one.hour not in range(5)).map(
            lambda one: Call("datetime", (Constant(f"{one:%Y-%m-%d %H:%M}"),))
        ),
    ),
    "link": st.one_of(paths("link"), st.just(Call("me"))),
}


@cache
def untyped(kind: str, depth: int) -> Untyped:
    """Trees as people write them; a number made by `whole` has scale 0."""
    if depth <= 0:
        return LEAVES[kind]
    return st.one_of(LEAVES[kind], *_built(kind, depth - 1), _choice_of_values(kind, depth - 1))


@cache
def whole(depth: int) -> Untyped:
    literal = _literal(st.integers(0, 400).map(Decimal))
    own = st.one_of(paths("number", scale=0), literal, literal.map(lambda one: Call("neg", (one,))))
    if depth <= 0:
        return own
    made = st.sampled_from(["floor", "ceil"]).flatmap(lambda name: _call(name, untyped("number", depth - 1)))
    return st.one_of(own, own, made, _call("length", untyped("text", depth - 1)))


def _choice_of_values(kind: str, depth: int) -> Untyped:
    one = st.deferred(lambda: untyped(kind, depth))
    condition = st.deferred(lambda: untyped("yes_no", depth))
    either = st.one_of(one, one, EMPTY)
    return st.one_of(
        _call("if", condition, one, either),
        _call("if", condition, one),
        _call("if", condition, one, condition, either, one),
        _call("coalesce", one, either),
    )


def _built(kind: str, depth: int) -> list[Untyped]:
    def of(wanted: str) -> Untyped:
        return st.deferred(lambda: untyped(wanted, depth))

    integer = st.deferred(lambda: whole(depth))
    match kind:
        case "number":
            number = of("number")
            digits = st.integers(-6, 6).map(
                lambda one: Constant(Decimal(one)) if one >= 0 else Call("neg", (Constant(Decimal(-one)),))
            )
            return [
                *(_call(sign, number, number) for sign in ("+", "-", "*", "/", "%")),
                *(_call(name, number) for name in ("neg", "abs", "floor", "ceil", "round")),
                _call("round", number, digits),
                *(_call(name, number, st.one_of(number, EMPTY), number) for name in ("min", "max")),
                _call("number", of("text")),
                _call("length", of("text")),
                *(_call(name, of("date")) for name in ("year", "quarter", "month", "day", "weekday")),
                _call("month", of("datetime")),
                _call("hour", of("datetime")),
                _call("days_between", of("date"), of("date")),
                _call("-", of("date"), of("date")),
                _call("-", of("datetime"), of("datetime")),
                _call("-", of("date"), of("datetime")),
                _call("count", st.one_of(*(paths(one, many=True) for one in ("text", "choice", "link", "number")))),
            ]
        case "text":
            text = of("text")
            shown = st.one_of(text, of("number"), of("date"), of("datetime"), of("choice"), EMPTY)
            return [
                _call("&", shown, shown),
                _call("concat", shown, shown, shown),
                *(_call(name, text) for name in ("lower", "upper", "trim")),
                *(_call(name, text, integer) for name in ("left", "right")),
                _call("mid", text, integer, integer),
                *(_call("text", of(one)) for one in ("number", "date", "datetime", "choice")),
            ]
        case "yes_no":
            return _conditions(of, depth)
        case "date":
            day = of("date")
            return [
                _call("+", day, integer),
                _call("-", day, integer),
                _call("+", integer, day),
                _call("add_days", day, integer),
                _call("add_months", day, integer),
                _call(
                    "date",
                    st.integers(2000, 2030).map(lambda one: Constant(Decimal(one))),
                    integer,
                    paths("number", scale=0),
                ),
                _call("date", of("datetime")),
                *(_call(name, day, st.one_of(day, EMPTY)) for name in ("min", "max")),
            ]
        case "datetime":
            instant = of("datetime")
            return [
                _call("+", instant, of("number")),
                _call("-", instant, of("number")),
                _call("datetime", of("date")),
                *(_call(name, instant, instant) for name in ("min", "max")),
            ]
    return []


def _conditions(of: Callable[[str], Untyped], depth: int) -> list[Untyped]:
    signs = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
    equal = st.sampled_from(["=", "<>"])
    found = [
        _call("not", of("yes_no")),
        *(_call(sign, of("yes_no"), of("yes_no"), of("yes_no")) for sign in ("and", "or")),
        *(_call(sign, of("yes_no"), of("yes_no")) for sign in ("and", "or")),
        *(_call(name, of("text"), of("text")) for name in ("contains", "starts_with", "ends_with")),
        *(_call(name, paths("text", many=True), of("text")) for name in ("contains", "starts_with", "ends_with")),
        *(_call("is_empty", of(kind)) for kind in KINDS),
        *(_call("is_empty", paths(kind, many=True)) for kind in ("text", "choice", "link", "number", "date")),
        equal.flatmap(lambda sign: _call(sign, of("yes_no"), st.one_of(of("yes_no"), EMPTY))),
        equal.flatmap(lambda sign: _call(sign, of("date"), of("datetime"))),
        _call("<", of("date"), of("datetime")),
        _call("in", of("number"), of("number"), st.one_of(of("number"), EMPTY)),
        _call("in", of("text"), _literal(TEXTS), _literal(TEXTS), of("text")),
        _call("in", paths("choice"), *(_literal(st.sampled_from(["new", "В ПУТИ", "вручена"])) for _ in range(2))),
        _call("in", paths("link"), _id("client"), st.one_of(_id("employee"), EMPTY)),
        equal.flatmap(lambda sign: _call(sign, paths("choice"), _literal(st.sampled_from(["new", "В пути", ""])))),
        equal.flatmap(lambda sign: _call(sign, of("link"), of("link"))),
        equal.flatmap(lambda sign: _call(sign, paths("link"), st.one_of(_id("client"), _id("employee"), EMPTY))),
        equal.flatmap(lambda sign: _call(sign, st.just(Path(("client",))), _literal(TEXTS))),
        # many values
        equal.flatmap(
            lambda sign: _call(sign, st.just(Path(("tags",))), _literal(st.sampled_from(["vip", "Хрупкое", ""])))
        ),
        _call("in", st.just(Path(("tags",))), _literal(st.just("vip")), st.one_of(_literal(st.just("heavy")), EMPTY)),
        equal.flatmap(lambda sign: _call(sign, paths("link", many=True), st.one_of(of("link"), _id("client"), EMPTY))),
        _call("has", paths("text", many=True), of("text")),
        signs.flatmap(lambda sign: _call(sign, paths("text", many=True), st.one_of(of("text"), EMPTY))),
        signs.flatmap(lambda sign: _call(sign, of("number"), paths("number", many=True))),
        signs.flatmap(lambda sign: _call(sign, paths("date", many=True), of("date"))),
        equal.flatmap(lambda sign: _call(sign, paths("yes_no", many=True), of("yes_no"))),
    ]
    for kind in ("number", "text", "date", "datetime"):
        found += [signs.flatmap(lambda sign, kind=kind: _call(sign, of(kind), st.one_of(of(kind), of(kind), EMPTY)))]
    return found


def _id(entity: str) -> Untyped:
    return st.sampled_from(list(IDS[entity])).map(lambda one: Constant(Decimal(one)))


def formulas(kind: str, depth: int = 3) -> Untyped:
    """Untyped trees that check accepts."""
    return untyped(kind, depth).filter(lambda tree: depth_of(tree) <= (MOST_DEPTH, MOST_NODES))


def trees(kind: str, depth: int = 3) -> st.SearchStrategy[Node]:
    """Typed trees whose value is of this kind."""
    return formulas(kind, depth).map(lambda tree: check(tree, SCOPE))
