"""A list of 50, filtered, sorted, with the company's name: our page against the same SQL by hand.

CPU of both ways in turns in one run, so that a busy machine disturbs both alike.  The database's own CPU
counts: SQLite works inside this process, of PostgreSQL the backend is asked (/proc; client_ratio leaves it out).
Mark of the house: a page costs at most 1.5 of raw SQL.  Prints one line of JSON for each database.

    python bench/bench_query.py [rows]            SQLite; PostgreSQL too when SVYAZ_TEST_POSTGRES names a server
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from svyaz.expression.check import formula
from svyaz.expression.ground import Ground
from svyaz.kernel.values import Money
from svyaz.schema.resolve import resolve
from svyaz.schema.scope import EntityScope
from svyaz.schema.snapshot import Snapshot
from svyaz.schema.source import Part, Source, assign_numbers
from svyaz.storage import ddl, record_tables, run_query, system_tables
from svyaz.storage.engine import Database, Session, open_postgres, open_sqlite
from svyaz.storage.query import Order, Query
from svyaz.storage.record_tables import NewRecord

MARK = 1.5
ROUNDS = 9
TURN = 200  # pages in a turn: the clock of /proc ticks 100 times a second
NOW = datetime(2026, 3, 3, 11, 5, tzinfo=UTC)
STAGES = ("new", "talk", "offer", "contract", "won", "lost")

TABLES: list[dict[str, Any]] = [
    {"key": "employee", "label": "name", "field": [{"key": "name", "type": "text"}]},
    {"key": "company", "label": "name", "field": [{"key": "name", "type": "text"}, {"key": "city", "type": "text"}]},
    {
        "key": "sale",
        "label": "title",
        "field": [
            {"key": "title", "type": "text"},
            {"key": "stage", "type": "choice", "options": [{"key": one, "title": {"ru": one}} for one in STAGES]},
            {"key": "amount", "type": "money", "indexed": True},
            {"key": "close_on", "type": "date"},
            {"key": "company", "type": "link", "to": "company", "on_delete": "clear"},
            {"key": "owner", "type": "employee", "indexed": True},
        ],
    },
]

# What a careful person would write for the same list: the same columns, joins and conditions.
RAW = """
SELECT t.sv_id, t.sv_version, t.title, t.stage, t.amount, t.amount__cur, t.close_on, t.company, c.sv_label, t.owner, e.sv_label
  FROM sale t
  LEFT JOIN company c ON c.sv_id = t.company AND c.sv_deleted_at IS NULL
  LEFT JOIN employee e ON e.sv_id = t.owner AND e.sv_deleted_at IS NULL
 WHERE t.sv_deleted_at IS NULL AND t.owner = ? AND t.stage = ?
 ORDER BY t.amount__base DESC NULLS LAST, t.sv_id LIMIT 50
"""


def make_snapshot() -> Snapshot:
    titled = [
        {
            **one,
            "title": {"ru": one["key"]},
            "field": [{**field, "title": {"ru": field["key"]}} for field in one["field"]],
        }
        for one in TABLES
    ]
    parts = tuple(Part(f"bench/{one['key']}.toml", "bench", one) for one in titled)
    return resolve(assign_numbers(Source(entities=parts), 1)[0], (), 1)


def fill(database: Database, snapshot: Snapshot, rows: int) -> None:
    def configure(session: Session) -> None:
        session.snapshot = snapshot

    ddl.carry_out(database, lambda session: ddl.run(session, ddl.plan(None, snapshot, session.dialect)))
    database.configure = configure
    chance = random.Random(1)

    def new(id: int, label: str, values: dict[str, Any]) -> NewRecord:
        base = {key: value.minor for key, value in values.items() if isinstance(value, Money)}
        return NewRecord(id, values, label, base, NOW, None)

    with database.write() as session:
        record_tables.insert(
            session, "employee", [new(id, f"Сотрудник {id}", {"name": f"Сотрудник {id}"}) for id in range(1, 301)]
        )
        firms = [
            new(id, f"ООО «Фирма {id}»", {"name": f"ООО «Фирма {id}»", "city": "Казань"}) for id in range(1000, 6000)
        ]
        record_tables.insert(session, "company", firms)
        for start in range(0, rows, 2000):
            sales = []
            for id in range(10_000 + start, 10_000 + min(start + 2000, rows)):
                title = f"Поставка насосов № {id}"
                values = {
                    "title": title,
                    "stage": chance.choice(STAGES),
                    "amount": Money(chance.randrange(10**8), "RUB"),
                    "close_on": date(2026, 1, 1) + timedelta(days=chance.randrange(365)),
                    "company": chance.randrange(1000, 6000),
                    "owner": chance.randrange(1, 301),
                }
                sales.append(new(id, title, values))
            record_tables.insert(session, "sale", sales)
        session.run("ANALYZE")


def cpu(work: Callable[[int], Any], server: int | None) -> tuple[float, float]:
    """Microseconds of CPU for one page: of this process, and together with the database server's."""
    start, there = time.process_time(), backend_seconds(server)
    for turn in range(TURN):
        work(turn)
    own = time.process_time() - start
    return own / TURN * 1e6, (own + backend_seconds(server) - there) / TURN * 1e6


def backend_seconds(server: int | None) -> float:
    if server is None:
        return 0.0
    times = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()
    return (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")


def measure(database: Database, snapshot: Snapshot) -> dict[str, Any]:
    columns = (("title",), ("stage",), ("amount",), ("close_on",), ("company",), ("owner",))
    scope = EntityScope(snapshot.entities, "sale")
    filters = [formula(f"owner = {1 + turn % 300} and stage = '{STAGES[turn % 6]}'", scope) for turn in range(TURN)]
    ground = Ground(1, NOW)
    with database.read() as session:

        def ours(turn: int) -> bytes:
            query = Query("sale", columns, filters[turn], (Order(("amount",), True),))
            return orjson.dumps(run_query.page(session, query, ground).rows)

        def raw(turn: int) -> bytes:
            return orjson.dumps(session.fetch(RAW, (1 + turn % 300, STAGES[turn % 6])))

        assert [row[0] for row in orjson.loads(ours(3))] == [row[0] for row in orjson.loads(raw(3))]
        server = session.fetch("SELECT pg_backend_pid()")[0][0] if database.dialect == "postgresql" else None
        pairs = [(cpu(raw, server), cpu(ours, server)) for _ in range(ROUNDS)]
        started = time.perf_counter()
        counted = run_query.count(session, Query("sale", (), formula("contains(title; '777')", scope)), ground)
        search = time.perf_counter() - started
    return {
        "database": database.dialect,
        "raw_us": round(median(theirs[1] for theirs, _ in pairs)),
        "page_us": round(median(mine[1] for _, mine in pairs)),
        "ratio": round(median(mine[1] / theirs[1] for theirs, mine in pairs), 2),
        "client_ratio": round(median(mine[0] / theirs[0] for theirs, mine in pairs), 2),
        "mark": MARK,
        "contains_ms": round(search * 1000),
        "contains_found": counted.value,
    }


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    snapshot = make_snapshot()
    results = []
    with tempfile.TemporaryDirectory() as folder:
        database: Database = open_sqlite(Path(folder) / "bench.sqlite", synchronous="NORMAL")
        with database.write() as session:
            system_tables.create(session)
        fill(database, snapshot, rows)
        results.append(measure(database, snapshot))
        database.close()
    url = os.environ.get("SVYAZ_TEST_POSTGRES")
    if url:
        database = open_postgres(url, "bench_query")
        with database.write() as session:
            session.run('CREATE SCHEMA IF NOT EXISTS "bench_query"')
            system_tables.create(session)
        try:
            fill(database, snapshot, rows)
            results.append(measure(database, snapshot))
        finally:
            database.configure = None
            with database.write() as session:
                session.run('DROP SCHEMA "bench_query" CASCADE')
            database.close()
    for one in results:
        print(json.dumps({"rows": rows, **one}))
    return 0 if all(one["ratio"] <= MARK for one in results) else 1


if __name__ == "__main__":
    sys.exit(main())
