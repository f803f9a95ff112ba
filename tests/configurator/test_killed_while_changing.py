"""kill -9 in the middle of a change of tables, on each database: the base opens whole, before the change or after it.

A child process applies one and the same change and kills itself at its n-th statement, one after another through
the whole of it: columns, conversion of values, moved records, dropped columns, indexes after the commit.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from svyaz.access.actor import SYSTEM
from svyaz.records import write
from svyaz.storage import catalog
from svyaz.tenancy import company as companies
from svyaz.tenancy.company import Company
from svyaz.traits.registry import SHAPES, TRAITS
from tests.configurator.test_any_edits import kept_values

STEP = 13  # statements between two deaths
CHILD = """
import os, signal, sys
from pathlib import Path
from svyaz.access.actor import SYSTEM
from svyaz.app import CONDUCT
from svyaz.configurator import edits as op
from svyaz.configurator.apply import apply_plan
from svyaz.configurator.plan import Wanted, make_plan
from svyaz.storage.postgres_engine import PostgresSession
from svyaz.storage.sqlite_engine import SqliteSession
from svyaz.tenancy import company as companies
from svyaz.traits.registry import SHAPES

company = companies.open(Path(sys.argv[1]), SHAPES)
company.conduct = CONDUCT
last, count = int(sys.argv[2]), 0

def deadly(kind, name):
    whole = getattr(kind, name)
    def until_then(*given, **rest):
        global count
        if given[0].writes:
            count += 1
            if count == last:
                os.kill(os.getpid(), signal.SIGKILL)
        return whole(*given, **rest)
    setattr(kind, name, until_then)

for kind in (SqliteSession, PostgresSession):
    for name in ("run", "run_many", "insert_rows"):
        deadly(kind, name)
deal = lambda key, **rest: {"key": key, "title": key, **rest}
edits = [
    op.AddEntity({"key": "abonent", "title": "Абонент", "field": [deal("title", type="text", unique=True)]}),
    op.AddLink("abonent", "deal", deal("deal")),
    op.AddField("deal", deal("abonents", type="rollup", entity="abonent", function="count")),
    op.AddField("deal", deal("twice", type="formula", formula="amount * 2")),
    op.RetypeField("counterparty", "address", "integer"),
    op.ChangeField("deal", "engaged_on", {"indexed": True}),
    op.ChangeField("counterparty", "city", {"unique": True}),
    op.DropField("deal", "description"),
    op.DropStage("deal", "needs", "offer"),
]
plan = make_plan(company, Wanted(company.snapshot.revision, edits))
apply_plan(company, SYSTEM, plan, confirm=plan.digest)
print(count)
"""


def child(home: Path, last: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CHILD, str(home), str(last)], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def filled(company: Company) -> Company:
    company.conduct = TRAITS
    with company.write() as session:
        for at in range(40):
            values: dict[str, Any] = {"title": f"Сделка {at}", "amount": f"{at}.00", "description": "x"}
            values["stage"] = "needs" if at % 2 else "new"
            write.create_record(session, SYSTEM, "deal", values)
            client = {"title": f"К {at}", "kind": "company", "city": str(at)}
            client["address"] = str(at) if at % 3 else f"дом {at}"
            write.create_record(session, SYSTEM, "counterparty", client)
    return company


def test_base_opens_whole_wherever_the_change_is_killed(filled: Company, home: Path) -> None:
    with filled.read() as session:
        before, digest = kept_values(session), session.snapshot.digest
    filled.close()
    at, deaths = 1, 0
    while True:
        done = child(home, at)
        company = companies.open(home, SHAPES)
        try:
            with company.read() as session:
                assert catalog.differences(session, session.snapshot) == [], f"killed at {at}"
                if session.snapshot.digest == digest:
                    assert kept_values(session) == before, f"killed at {at}"
                else:
                    kept = kept_values(session)
                    deal, client = session.snapshot.entities["deal"], session.snapshot.entities["counterparty"]
                    assert set(kept[deal.number, deal.by_key["stage"].number].values()) == {"offer", "new"}
                    assert len(kept[client.number, client.by_key["address"].number]) == 26
                    break
        finally:
            company.close()
        assert done.returncode == -signal.SIGKILL, done.stderr[-2_000:]
        deaths += 1
        at += STEP
    assert deaths >= 3
