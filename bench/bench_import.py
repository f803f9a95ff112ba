"""An .xlsx of 100,000 rows and 12 columns into the sample company, against the same rows put in by hand.

ours   the job of an import from the first byte of the file to the last fate: reading, links looked up, rights,
       checks, shadow keys, stage moves, log, fates; in a process of its own, as a worker is
read   only reading the file: what a script of one's own would have to do as well before it inserts
raw    the rows of the record table and of the log that ours has written, INSERT by executemany of the raw driver,
       2,000 records and their log rows a transaction, into a copy of the base as it was before

CPU is of the process that works (and of its PostgreSQL backend); wall time is told too, and disturbed by neighbours.
Memory: the peak of the worker's process above what it is with the company open, the file in progress.
Mark of the house: rows a second at least 0.4 of raw.  Prints one line of JSON for each database.

    python bench/bench_import.py [rows]           SQLite; PostgreSQL too when SVYAZ_TEST_POSTGRES names a server
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from svyaz.access.actor import SYSTEM
from svyaz.app import open_home
from svyaz.command.companies import make
from svyaz.exchange import imports
from svyaz.exchange.tables import open_table, rows as table_rows
from svyaz.jobs.queue import enqueue
from svyaz.records.write import create_many
from svyaz.storage import blobs, import_runs

MARK = 0.4
PORTION = 2_000
FIRMS, GOODS = 200, 40
HEAD = (
    *("Внешний номер", "Название", "Контрагент", "Продукт", "Этап", "Сумма"),
    *("Закрыть до", "Начало работы", "Ответственный", "Приоритет", "Источник", "Описание"),
)
FIELDS = (
    *("external_number", "title", "counterparty", "product", "stage", "amount"),
    *("close_on", "engaged_on", "responsible", "priority", "source", "description"),
)
STAGES = ("Новая", "Квалификация", "Переговоры")
SCHEMAS = ("bench_import", "bench_import_raw")


def write_file(path: Path, rows: int, people: list[str], sources: list[str]) -> None:
    chance = random.Random(7)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Сделки")
    sheet.append(HEAD)
    for n in range(rows):
        day = date(2026, 1, 1) + timedelta(days=chance.randrange(365))
        sheet.append(
            [
                *(f"B-{n:06}", f"Поставка насосов № {n}", f"ООО «Фирма {chance.randrange(FIRMS)}»"),
                *(f"Насос {chance.randrange(GOODS)}", chance.choice(STAGES), chance.randrange(10**7) / 100),
                *(day, day - timedelta(days=30), chance.choice(people), chance.choice(("Высокий", "Низкий", None))),
                *(chance.choice(sources), f"Заявка от {day:%d.%m.%Y}: доставка, монтаж, пуск. Строка {n}."),
            ]
        )
    book.save(path)


def prepare(home: Path, url: str, schema: str) -> tuple[list[str], list[str]]:
    """The sample company with firms and goods the file speaks of; names of its people and sources."""
    make(home, ("sales",), "Ромашка", demo=True, url=url, schema=schema)
    opened = open_home(home)
    with opened.company.write() as session:
        firms = [{"title": f"ООО «Фирма {n}»"} for n in range(FIRMS)]
        create_many(session, SYSTEM, "counterparty", firms, cause="demo")
        create_many(session, SYSTEM, "product", [{"title": f"Насос {n}"} for n in range(GOODS)], cause="demo")
        people = [row[0] for row in session.fetch("SELECT sv_label FROM employee WHERE sv_deleted_at IS NULL")]
        sources = [row[0] for row in session.fetch("SELECT sv_label FROM source WHERE sv_deleted_at IS NULL")]
        names = [one for one in people if people.count(one) == 1]
    opened.company.close()
    return names, sources


def upload(home: Path, file: Path) -> int:
    opened = open_home(home)
    company = opened.company
    kept = blobs.keep(company.blobs, file.name, [file.read_bytes()], 10**9)
    with company.write() as session:
        stored = blobs.name_file(session, kept, file.name, "application/octet-stream", None)
        run = imports.upload(session, SYSTEM, company.blobs, "deal", stored).id
        plan = {"columns": [{"column": at, "field": field} for at, field in enumerate(FIELDS)], "keys": []}
        imports.set_plan(session, SYSTEM, run, plan)
        imports.start(session, SYSTEM, run, enqueue)
    company.close()
    return run


def work(home: Path, run: int) -> dict[str, Any]:
    """In a process of its own: the job that waits in the queue."""
    opened = open_home(home)
    with opened.company.read() as session:
        backend = backend_of(session.fetch("SELECT pg_backend_pid()")) if session.dialect == "postgresql" else None
    before, wall = used(backend), time.perf_counter()
    idle = memory("VmRSS")
    while opened.worker.run_once():
        pass
    wall = time.perf_counter() - wall
    seconds = used(backend) - before
    with opened.company.read() as session:
        counts = import_runs.counts(session, run)
    opened.company.close()
    return {"cpu": seconds, "wall": wall, "idle_mb": idle, "peak_mb": memory("VmHWM"), "counts": counts}


def used(backend: int | None) -> float:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime + (0.0 if backend is None else server_seconds())


def backend_of(rows: list[tuple[Any, ...]]) -> int:
    return int(rows[0][0])


def server_seconds() -> float:
    """CPU of all backends of PostgreSQL on this machine: the run may use several, and nothing else runs on it."""
    total = 0.0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = path.read_text().rpartition(")")
        except OSError:
            continue
        if "(postgres" in name:
            times = rest.split()
            total += (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
    return total


def memory(what: str) -> int:
    """VmRSS, what it takes now, or VmHWM, the most it has ever taken, in MB.  (ru_maxrss remembers the parent's.)"""
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith(what))
    return int(line.split()[1]) // 1024


def written(home: Path, run: int) -> tuple[list[str], list[tuple[Any, ...]], list[str], list[tuple[Any, ...]]]:
    """Columns and rows of the record table and of the log that the run has made, as the driver gives them."""
    opened = open_home(home)
    with opened.company.read() as session:
        found = import_runs.find(session, run)
        assert found is not None
        dialect = session.dialect
        columns = columns_of(session, "deal")
        records = session.fetch(
            f"SELECT {quoted(columns)} FROM deal WHERE sv_id IN (SELECT record FROM sv_import_row WHERE run = ?)"
            " ORDER BY sv_id",
            (run,),
        )
        kept = [one for one in columns_of(session, "sv_change") if one not in ("seq", "position", "xid")]
        log = session.fetch(f"SELECT {quoted(kept)} FROM sv_change WHERE batch = ? ORDER BY record", (found.batch,))
    opened.company.close()
    assert dialect
    return columns, records, kept, log


def columns_of(session: Any, table: str) -> list[str]:
    if session.dialect == "sqlite":
        return [row[1] for row in session.fetch(f"PRAGMA table_info({table})")]
    asked = (
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema()"
        " AND table_name = ? AND is_generated = 'NEVER' ORDER BY ordinal_position"
    )
    return [row[0] for row in session.fetch(asked, (table,))]


def quoted(names: list[str]) -> str:
    return ", ".join(f'"{one}"' for one in names)


def raw(home: Path, url: str, columns: Any, records: Any, kept: Any, log: Any) -> dict[str, float]:
    """The same rows and their log rows by the driver alone, with the same promise of keeping them."""
    mark = "%s" if url else "?"
    insert = f"INSERT INTO deal ({quoted(columns)}) VALUES ({', '.join([mark] * len(columns))})"
    note = f"INSERT INTO sv_change ({quoted(kept)}) VALUES ({', '.join([mark] * len(kept))})"
    with connected(home, url) as connection:
        cursor = connection.cursor()
        before, wall = used(0 if url else None), time.perf_counter()
        for start in range(0, len(records), PORTION):
            if not url:
                cursor.execute("BEGIN IMMEDIATE")
            cursor.executemany(insert, records[start : start + PORTION])
            cursor.executemany(note, log[start : start + PORTION])
            if url:
                connection.commit()
            else:
                cursor.execute("COMMIT")
        return {"cpu": used(0 if url else None) - before, "wall": time.perf_counter() - wall}


@contextmanager
def connected(home: Path, url: str) -> Iterator[Any]:
    if url:
        with psycopg.connect(url, prepare_threshold=None, options=f"-c search_path={SCHEMAS[1]}") as connection:
            yield connection
        return
    database = sqlite3.connect(home / "company.sqlite", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    yield database
    database.close()


def measure(folder: Path, rows: int, url: str) -> dict[str, Any]:
    home, copy = folder / "home", folder / "copy"
    people, sources = prepare(home, url, SCHEMAS[0])
    if url:
        prepare(copy, url, SCHEMAS[1])
    else:
        shutil.copytree(home, copy)
    file = folder / "rows.xlsx"
    write_file(file, rows, people, sources)
    run = upload(home, file)
    command = [sys.executable, __file__, "--work", str(home), str(run)]
    ours = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
    assert ours["counts"] == {"created": rows}, ours["counts"]
    columns, records, kept, log = written(home, run)
    assert len(records) == len(log) == rows, (len(records), len(log))
    theirs = raw(copy, url, columns, records, kept, log)
    reading = time.process_time()
    assert sum(1 for _ in table_rows(open_table(file, file.name))) == rows + 1
    reading = time.process_time() - reading
    return {
        "database": "postgresql" if url else "sqlite",
        "rows": rows,
        "raw_rows_s": round(rows / theirs["cpu"]),
        "import_rows_s": round(rows / ours["cpu"]),
        "ratio": round(theirs["cpu"] / ours["cpu"], 3),
        "mark": MARK,
        "ratio_with_reading": round((theirs["cpu"] + reading) / ours["cpu"], 3),
        "raw_wall_s": round(theirs["wall"], 1),
        "import_wall_s": round(ours["wall"], 1),
        "idle_mb": ours["idle_mb"],
        "peak_mb": ours["peak_mb"],
        "file_mb": round(file.stat().st_size / 2**20, 1),
    }


def main() -> int:
    if len(sys.argv) > 1 and sys.argv[1] == "--work":
        print(json.dumps(work(Path(sys.argv[2]), int(sys.argv[3]))))
        return 0
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    results = []
    with tempfile.TemporaryDirectory() as folder:
        results.append(measure(Path(folder), rows, ""))
    url = os.environ.get("SVYAZ_TEST_POSTGRES", "")
    if url:
        drop(url)
        try:
            with tempfile.TemporaryDirectory() as folder:
                results.append(measure(Path(folder), rows, url))
        finally:
            drop(url)
    for one in results:
        print(json.dumps(one))
    return 0 if all(one["ratio"] >= MARK for one in results) else 1


def drop(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for schema in SCHEMAS:
            connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')


if __name__ == "__main__":
    sys.exit(main())
