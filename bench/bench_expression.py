"""A formula as a closure against the same written by hand in Python, and what parsing and checking cost.

The hand-written one obeys the same law (empty, exact decimals, folded text) where the formula needs it, and takes
its values from the same `row`.  Mark: at most 3 times.  CPU of this process, best of many rounds.

    python bench/bench_expression.py        prints one line of JSON
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from svyaz.expression.check import check, formula
from svyaz.expression.evaluate import compile_python
from svyaz.expression.ground import Ground
from svyaz.expression.parse import _parse, parse
from svyaz.expression.scope import Slot
from svyaz.expression.tree import INTEGER, TEXT, Type
from svyaz.kernel.text import fold

MARK = 3.0
ROUNDS, TIMES = 40, 2_000
MONEY = Type("number", scale=2)
STAGE = Type("choice", options=("new", "contract"))
FIELDS = {"amount": MONEY, "discount": MONEY, "quantity": INTEGER, "stage": STAGE, "title": TEXT, "city": TEXT}
VALUES = {
    ("amount",): Decimal("120000.50"),
    ("discount",): None,
    ("quantity",): 7,
    ("stage",): "contract",
    ("title",): "Поставка труб",
    ("city",): "КАЗАНЬ",
}
GROUND = Ground(1, datetime(2026, 11, 24, 5, 58, tzinfo=UTC))
D = Decimal


class Fields:
    def slot(self, keys: tuple[str, ...]) -> Slot | None:
        return Slot(keys, FIELDS[keys[0]], {"договор": "contract"}) if keys[0] in FIELDS else None

    def suggest(self, key: str) -> list[str]:
        return []


Row = Callable[[tuple[str, ...]], Any]
A, DISCOUNT, Q, S, TITLE, CITY = (("amount",), ("discount",), ("quantity",), ("stage",), ("title",), ("city",))


def or_zero(value: Any) -> Any:
    return value if value is not None else D(0)


def shown(value: Any) -> str:
    return str(value) if value is not None else ""


BY_HAND: dict[str, Callable[[Row, Ground], Any]] = {
    'if(amount > 1000 and stage = "Договор"; amount * 0.9 + quantity * 2; coalesce(discount; 0))': lambda row, ground: (
        row(A) * D("0.9") + row(Q) * 2 if row(A) > 1000 and row(S) == "contract" else or_zero(row(DISCOUNT))
    ),
    'stage = "contract" and amount > 100000': lambda row, ground: row(S) == "contract" and row(A) > 100000,
    "amount * quantity - coalesce(discount; 0)": lambda row, ground: row(A) * row(Q) - or_zero(row(DISCOUNT)),
    'city = "казань" or contains(title; "труб")': lambda row, ground: (
        fold(row(CITY)) == "казань" or "труб" in fold(row(TITLE))
    ),
    'title & " № " & quantity': lambda row, ground: (row(TITLE) or "") + " № " + shown(row(Q)),
    "quantity in (1; 5; 7; 9)": lambda row, ground: row(Q) in {1, 5, 7, 9},
}


def best(call: Callable[[], Any], times: int = TIMES) -> float:
    """Microseconds of one call."""
    found = []
    for _ in range(ROUNDS):
        start = time.process_time_ns()
        for _ in range(times):
            call()
        found.append((time.process_time_ns() - start) / times / 1000)
    return min(found)


def parse_anew(text: str) -> Any:
    _parse.cache_clear()
    return parse(text)


def main() -> int:
    row: Row = VALUES.__getitem__
    told = []
    for text, by_hand in BY_HAND.items():
        run = compile_python(formula(text, Fields()))
        assert run(row, GROUND) == by_hand(row, GROUND), text
        ours, hand = best(lambda: run(row, GROUND)), best(lambda: by_hand(row, GROUND))  # noqa: B023
        tree = parse(text)
        told.append(
            {
                "formula": text,
                "microseconds": round(ours, 3),
                "by_hand": round(hand, 3),
                "times": round(ours / hand, 2),
                "parse": round(best(lambda: parse_anew(text), 20)),  # noqa: B023
                "check": round(best(lambda: check(tree, Fields()), 20)),  # noqa: B023
                "compile": round(best(lambda: compile_python(check(tree, Fields())), 20)),  # noqa: B023
            }
        )
    print(json.dumps({"bench": "expression", "mark": MARK, "formulas": told}, ensure_ascii=False))
    return 0 if all(one["times"] <= MARK for one in told) else 1


if __name__ == "__main__":
    sys.exit(main())
