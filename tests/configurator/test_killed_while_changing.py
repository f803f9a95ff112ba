"""kill -9 in the middle of a change of tables, on each database: the base opens whole, before the change or after it.

Another process applies one and the same change and kills itself at its n-th statement, one after another through the
whole of it: columns, conversion of values, moved records, dropped columns, and what is left to be done after the
commit, each of whose statements is met.  Before it each third is; `make survive` meets each.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from svyaz.access.actor import SYSTEM
from svyaz.records import write
from svyaz.storage import catalog
from svyaz.tenancy import company as companies
from svyaz.tenancy.company import Company
from svyaz.tenancy.home import HomeSettings, read_settings, write_settings
from svyaz.traits.registry import SHAPES, TRAITS
from tests.configurator.test_any_edits import kept_values
from tests.postgres import create_database, drop_database, url_of

STEP = int(os.environ.get("SVYAZ_DEATHS_APART", "3"))  # statements from one death to the next
LAST = 8  # the commit and what comes after it


@pytest.fixture
def filled(company: Company) -> Company:
    company.conduct = TRAITS
    with company.write() as session:
        for at in range(12):
            values: dict[str, Any] = {"title": f"Сделка {at}", "amount": f"{at}.00", "description": "x"}
            values["stage"] = "needs" if at % 2 else "new"
            write.create_record(session, SYSTEM, "deal", values)
            client = {"title": f"К {at}", "kind": "company", "city": str(at)}
            client["address"] = str(at) if at % 3 else f"дом {at}"
            write.create_record(session, SYSTEM, "counterparty", client)
    return company


@pytest.fixture
def deadly() -> Iterator[Callable[[Path, int], str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.configurator.deadly"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout
        tell, told = process.stdin, process.stdout

        def change(home: Path, last: int) -> str:
            tell.write(f"{last} {home}\n")
            tell.flush()
            return told.readline().strip()

        yield change
        tell.close()


@pytest.fixture
def anew(filled: Company, home: Path) -> Iterator[Callable[[], None]]:
    """Brings the company back to what it was before the change, as a new base for the same home."""
    filled.close()
    settings = read_settings(home)
    kept = home.with_name("kept")
    shutil.copytree(home, kept)
    made: list[str] = []

    def again() -> None:
        shutil.rmtree(home)
        shutil.copytree(kept, home)
        if settings.url:
            template = settings.url.rsplit("/", 1)[1].split("?")[0]
            made.append(f"{template}_{len(made)}")
            create_database(made[-1], template)
            (home / "settings.toml").unlink()
            write_settings(home, HomeSettings(url_of(made[-1]), settings.schema))

    again()
    yield again
    for name in made:
        drop_database(name)


def test_base_opens_whole_wherever_the_change_is_killed(
    anew: Callable[[], None], home: Path, deadly: Callable[[Path, int], str]
) -> None:
    company = companies.open(home, SHAPES)
    with company.read() as session:
        before, digest = kept_values(session), session.snapshot.digest
    company.close()
    done, statements = deadly(home, 0).split()
    assert done == "done"
    anew()
    after = 0
    for at in sorted({*range(1, int(statements), STEP), *range(int(statements) - LAST, int(statements) + 1)}):
        assert deadly(home, at) == "killed"
        company = companies.open(home, SHAPES)
        try:
            with company.read() as session:
                assert catalog.differences(session, session.snapshot) == [], f"killed at {at}"
                kept, changed = kept_values(session), session.snapshot.digest != digest
                if not changed:
                    assert kept == before, f"killed at {at}"
                    continue
                deal, client = session.snapshot.entities["deal"], session.snapshot.entities["counterparty"]
                assert set(kept[deal.number, deal.by_key["stage"].number].values()) == {"offer", "new"}
                assert len(kept[client.number, client.by_key["address"].number]) == 8
        finally:
            company.close()
        after += 1
        anew()
    assert after > 0
