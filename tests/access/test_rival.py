"""The rival company «Лютик» lives beside «Ромашка» and must never be seen, whatever ids are guessed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from svyaz.kernel.clock import FixedClock
from svyaz.kernel.problem import Problem
from svyaz.storage.engine import PostgresDatabase
from svyaz.tenancy import company as companies
from svyaz.tenancy.company import Company
from svyaz.tenancy.home import HomeSettings
from svyaz.traits.registry import SHAPES
from tests.cast import Cast
from tests.snapshots import sales_source


@pytest.fixture
def lutik(company: Company, clock: FixedClock, tmp_path: Path) -> Iterator[Cast]:
    """A file of its own, or a schema of its own in the very same database."""
    database = company.database
    settings = HomeSettings(database.url, "lutik") if isinstance(database, PostgresDatabase) else HomeSettings()
    rival = companies.create(tmp_path / "lutik", sales_source(), SHAPES, clock, settings, synchronous="OFF")
    yield Cast(rival)
    rival.close()


def test_rival_sees_nothing_under_the_same_ids(romashka: Cast, lutik: Cast) -> None:
    ours = romashka.person("Мария Сергеевна")
    theirs = lutik.person("Мария Сергеевна")
    sale = ours.create("deal", title="Наша тайна", external_number="А-1")
    assert theirs.ids("deal") == []
    with lutik.nothing_changes(), romashka.nothing_changes():
        for act in (theirs.open, theirs.change, theirs.delete):
            with pytest.raises(Problem) as caught:
                act("deal", sale.id)
            assert caught.value.status == 404
    same = theirs.create("deal", title="Их дело", external_number="А-1")
    assert (same.id, same.values["number"]) == (sale.id, sale.values["number"])
    assert ours.open("deal", sale.id).label == "Наша тайна"
    theirs.delete("deal", same.id)
    assert ours.ids("deal") == [sale.id]
