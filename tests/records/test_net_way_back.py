"""The worked table of docs/algorithms/undo.md: from what a batch did to a record to what takes it back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from svyaz.records.undo import net_ways
from svyaz.storage.changes import Change
from tests.snapshots import sales_snapshot

PAGE = Path(__file__).parents[2] / "docs" / "algorithms" / "undo.md"
AT = datetime(2026, 3, 3, tzinfo=UTC)


class Session:
    """All that net_ways asks of a session."""

    snapshot = sales_snapshot()


def rows() -> list[tuple[list[str], list[str]]]:
    lines = PAGE.read_text("utf-8").splitlines()
    start = next(at for at, line in enumerate(lines) if "путь назад |" in line) + 2
    end = next(at for at in range(start, len(lines)) if not lines[at].startswith("|"))
    cells = [[cell.split() for cell in line.strip("|").split("|")] for line in lines[start:end]]
    return [(made, back) for made, back in cells]


@pytest.mark.parametrize(("made", "back"), rows(), ids=str)
def test_way_back_is_what_the_worked_table_says(made: list[str], back: list[str]) -> None:
    shape = Session.snapshot.entities["deal"]
    title = shape.by_key["title"].number
    changes = [
        Change(
            kind,
            shape.number,
            7,
            at + 1,
            None,
            "person",
            1,
            AT,
            {title: (f"v{at}", f"v{at + 1}")} if kind == "Changed" else {},
        )
        for at, kind in enumerate(made)
    ]
    session: Any = Session()
    ways = net_ways(session, changes)
    assert [way.action for way in ways if way.action != "change" or way.before] == back
    for way in ways:
        if way.action == "change" and way.before:
            first = made.index("Changed")
            assert way.before == {title: f"v{first}"}
