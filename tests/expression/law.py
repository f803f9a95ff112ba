"""tests/cases/expression.json as Python values: each case is a formula, the world it looks at, what it must give."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from svyaz.expression.ground import Ground
from svyaz.expression.tree import Type
from svyaz.kernel.values import Labelled, Money, Ref
from tests.expression.trees import CURRENCY, ENTITIES, IDS, World

FILE = Path(__file__).parent.parent / "cases" / "expression.json"
PARCEL = IDS["parcel"][0]


@dataclass(frozen=True)
class Law:
    formula: str
    world: World  # its only parcel is PARCEL
    result: Any  # as in JSON

    def __str__(self) -> str:
        return self.formula


def laws() -> list[Law]:
    told = json.loads(FILE.read_text(encoding="utf-8"))
    others = {
        entity: {int(one): record(entity, given) for one, given in told[entity].items()}
        for entity in ("client", "employee")
    }
    return [
        Law(case["formula"], World({**others, "parcel": {PARCEL: record("parcel", case["parcel"])}}), case["result"])
        for case in told["cases"]
    ]


def ground() -> Ground:
    told = json.loads(FILE.read_text(encoding="utf-8"))["ground"]
    return Ground(told["me"], datetime.fromisoformat(told["now"]), told["zone"])


def record(entity: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Canonical values of all fields of a record; what is not given is empty."""
    known = {one.key for one in ENTITIES[entity]}
    assert set(given) <= known, set(given) - known
    return {one.key: _value(one.type, one.seen, given.get(one.key)) for one in ENTITIES[entity]}


def plain(value: Any) -> Any:
    """A result as the file writes it."""
    if isinstance(value, bool | str | None):
        return value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def same(result: Any, expected: Any, type: Type) -> bool:
    if type.kind == "number" and result is not None and expected is not None:
        return Decimal(result) == Decimal(expected)
    return plain(result) == expected and isinstance(result, bool) == isinstance(expected, bool)


def _value(type: str, seen: Type, given: Any) -> Any:
    if seen.many:
        return tuple(Labelled(one) if type == "phone" else one for one in given or ())
    if given is None:
        return False if type == "yes_no" else None
    match type:
        case "money":
            return Money(int(Decimal(given).scaleb(2)), CURRENCY)
        case "decimal" | "percent":
            return Decimal(given)
        case "date":
            return date.fromisoformat(given)
        case "datetime":
            return datetime.fromisoformat(given)
        case "any_link":
            return Ref(*given)
    return given
