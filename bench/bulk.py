"""Marks of many rows: an import of an .xlsx against the same rows put in by hand, an export against the same SQL.

ours   the job of the import, in a worker's process of its own: CPU of the process and of the database
raw    the rows of the record table and of the log that ours has just written, under other ids, by executemany of the
       raw driver, 2,000 records and their log rows a transaction, from a process of its own that does nothing else
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import openpyxl

from bench import texts
from bench.base import SEED, Base
from bench.plan import PORTION, Plan
from bench.processes import ROOT, Cluster, cluster_of, settle
from bench.product import Listing
from bench.reading import Pair, plan_of
from bench.result import Found, Mark, Spent, compared, in_turns, ratio
from svyaz.app import open_home
from svyaz.exchange import imports
from svyaz.jobs.queue import enqueue
from svyaz.org.actors import build_actor
from svyaz.storage import blobs
from svyaz.storage.session import Session

IMPORT = Mark("import", "Импорт, строк в секунду", 0.4, most=False)
EXPORT = Mark("export", "Выгрузка в CSV, строк в секунду", 0.5, most=False)
STAGES = ("Новая", "Квалификация", "Переговоры")
HEAD = (
    *("Номер во внешней системе", "Название", "Контрагент", "Продукт", "Этап", "Сумма", "Закрыть до"),
    *("Начало работы", "Ответственный", "Приоритет", "Источник", "Описание"),
)
FAR = 10**9  # ids and unique values of rows put in by hand are that far from ours


def labels(base: Base, entity: str, count: int) -> list[str]:
    """Labels that one record only has: what a cell of a file can name."""
    company = base.open()
    try:
        with company.read() as session:
            sql = (
                f'SELECT MIN(sv_label) FROM "{entity}" WHERE sv_deleted_at IS NULL'
                f" GROUP BY sv_label__key HAVING COUNT(*) = 1 ORDER BY MIN(sv_id) LIMIT {count}"
            )
            return [row[0] for row in session.fetch(sql)]
    finally:
        company.close()


def make_file(base: Base, rows: int, turn: int) -> bytes:
    chance = Random(f"{SEED} file {turn}")
    firms, people = labels(base, "counterparty", 500), labels(base, "employee", 50)
    products, sources = labels(base, "product", 40), labels(base, "source", 10)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Сделки")
    sheet.append(HEAD)
    for number in range(rows):
        day = date(2026, 1, 1) + timedelta(days=chance.randrange(365))
        sheet.append(
            [
                *(f"I-{turn}-{number:06}", texts.sale(chance), chance.choice(firms), chance.choice(products)),
                *(chance.choice(STAGES), chance.randrange(10**7) / 100, day, day - timedelta(days=30)),
                *(chance.choice(people), chance.choice(("Высокий", "Низкий", None)), chance.choice(sources)),
                texts.talk(chance),
            ]
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@dataclass(slots=True)
class Written:
    columns: list[str]
    records: list[tuple[Any, ...]]
    kept: list[str]
    log: list[tuple[Any, ...]]


def last_import(base: Base) -> Written:
    """Columns and rows of the record table and of the log that the last run has made, as the driver gives them."""
    company = base.open()
    try:
        with company.read() as session:
            batch = session.fetch("SELECT MAX(batch) FROM sv_import_run")[0][0]
            columns = columns_of(session, "deal")
            among = "sv_id IN (SELECT record FROM sv_change WHERE batch = ? AND kind = 'Created')"
            records = session.fetch(f"SELECT {quoted(columns)} FROM deal WHERE {among} ORDER BY sv_id", (batch,))
            kept = [one for one in columns_of(session, "sv_change") if one not in ("seq", "position", "xid")]
            log = session.fetch(
                f"SELECT {quoted(kept)} FROM sv_change WHERE batch = ? AND kind = 'Created' ORDER BY record", (batch,)
            )
            return Written(columns, records, kept, log)
    finally:
        company.close()


def columns_of(session: Session, table: str) -> list[str]:
    if session.dialect == "sqlite":
        return [row[1] for row in session.fetch(f"PRAGMA table_info({table})")]
    asked = (
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema()"
        " AND table_name = ? ORDER BY ordinal_position"
    )
    return [row[0] for row in session.fetch(asked, (table,))]


def quoted(names: list[str]) -> str:
    return ", ".join(f'"{one}"' for one in names)


def moved(written: Written, turn: int) -> Written:
    """The same rows as others: ids, and values that are unique, far away."""
    by = FAR * (turn + 1)
    unique = {at for at, name in enumerate(written.columns) if name in ("number__key", "external_number__key")}
    records = [
        (row[0] + by, *(f"{value}-{turn}" if at in unique and value else value for at, value in enumerate(row[1:], 1)))
        for row in written.records
    ]
    record = written.kept.index("record")
    log = [(*row[:record], row[record] + by, *row[record + 1 :]) for row in written.log]
    return Written(written.columns, records, written.kept, log)


def fill(plan: Plan, written: Written) -> None:
    """What the bare server's /import puts in."""
    marks = ", ".join("?" * len(written.columns))
    plan.insert = plan.mark(f"INSERT INTO deal ({quoted(written.columns)}) VALUES ({marks})")
    marks = ", ".join("?" * len(written.kept))
    plan.note = plan.mark(f"INSERT INTO sv_change ({quoted(written.kept)}) VALUES ({marks})")
    plan.rows, plan.log = written.records, written.log


def by_hand(base: Base, cluster: Cluster, written: Written) -> Spent:
    plan = plan_of(base)
    fill(plan, written)
    connection = plan.connect()
    cursor = connection.cursor()
    before, database, wall = time.process_time(), cluster.cpu(), time.perf_counter()
    for start in range(0, len(plan.rows), PORTION):
        part = slice(start, start + PORTION)
        if plan.url:
            with connection.transaction():
                cursor.executemany(plan.insert, plan.rows[part])
                cursor.executemany(plan.note, plan.log[part])
        else:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.executemany(plan.insert, plan.rows[part])
            cursor.executemany(plan.note, plan.log[part])
            cursor.execute("COMMIT")
    wall = time.perf_counter() - wall
    spent = Spent(time.process_time() - before, cluster.cpu() - database, wall)
    connection.close()
    return spent


def import_once(pair: Pair, who: Any, name: str, file: bytes) -> Spent:
    """From «run» to «done»."""
    server = pair.product.server
    brought = pair.product.bring(who, name, file)
    settle(server, pair.cluster)
    before, database, wall = server.cpu(), pair.cluster.cpu(), time.perf_counter()
    pair.product.run(who, brought)
    while pair.product.is_running(who, brought):
        time.sleep(0.2)
    wall = time.perf_counter() - wall
    return Spent(server.cpu() - before, pair.cluster.cpu() - database, wall)


def uploaded(base: Base, name: str, file: bytes) -> int:
    """The run of an import that waits in the queue for a worker."""
    company = base.open()
    try:
        kept = blobs.keep(company.blobs, name, [file], 10**9)
        with company.read() as session:
            actor = build_actor(session, base.people[0])
            assert actor is not None
            seen = imports.first_sight(session, actor, blobs.path_of(company.blobs, kept.sha256), name, "deal")
        with company.write() as session:
            stored = blobs.name_file(session, kept, name, "application/octet-stream", actor.employee)
            run = imports.upload(session, actor, company.blobs, "deal", stored, seen)
            imports.set_plan(session, actor, run.id, imports.told_run(session, run)["plan"])
            imports.start(session, actor, run.id, enqueue)
            return run.id
    finally:
        company.close()


def work(home: Path) -> None:
    """In a process of its own: the jobs that wait in the queue."""
    opened = open_home(home)
    began, wall = time.process_time(), time.perf_counter()
    while opened.worker.run_once():
        pass
    print(json.dumps([time.process_time() - began, time.perf_counter() - wall]))
    opened.company.close()


def import_alone(base: Base, cluster: Cluster, name: str, file: bytes) -> Spent:
    """The job from its first byte to its last fate, in a worker's process: what follows the log (the search, live
    updates) is no part of it."""
    uploaded(base, name, file)
    database = cluster.cpu()
    command = [sys.executable, "-m", "bench.bulk", str(base.home)]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout.splitlines()[-1]
    cpu, wall = json.loads(told)
    return Spent(cpu, cluster.cpu() - database, wall)


def measure_import(base: Base, rows: int, rounds: int) -> Found:
    """On a base that nobody serves: the job is the worker's alone."""
    cluster, found = cluster_of(base.url), []
    for turn in range(rounds):
        ours = import_alone(base, cluster, f"rows-{turn}.xlsx", make_file(base, rows, turn))
        written = last_import(base)
        assert len(written.records) == len(written.log) == rows, (len(written.records), len(written.log))
        found.append((ours, by_hand(base, cluster, moved(written, turn))))
    facts = compared(found, rows) | {
        "rows": rows,
        "ours_rows_s": [round(rows / one.total) for one, _ in found],
        "baseline_rows_s": [round(rows / one.total) for _, one in found],
    }
    return Found(IMPORT, base.dialect, round(1 / ratio(found), 3), facts)


# ---------------------------------------------------------------- export


def export_listing(base: Base) -> Listing:
    """About a fifth of the sales."""
    return Listing(since=str(base.imported_at.date() - timedelta(days=160)), sort="id")


def add_export(base: Base, plan: Plan) -> None:
    """By hand: the same cells of the same rows, names of companies and of people beside."""
    sql = plan.mark(
        "SELECT t.title, c.sv_label, t.stage, t.amount, e.sv_label, t.close_on FROM deal t"
        " LEFT JOIN counterparty c ON c.sv_id = t.counterparty AND c.sv_deleted_at IS NULL"
        " LEFT JOIN employee e ON e.sv_id = t.responsible AND e.sv_deleted_at IS NULL"
        " WHERE t.sv_deleted_at IS NULL AND t.close_on >= ? ORDER BY t.sv_id"
    )
    plan.exports.append((sql, (export_listing(base).since,)))


def measure_export(pair: Pair, rounds: int) -> Found:
    who = pair.product.sign_in(pair.base.login("director"))
    asked = [pair.product.export(who, export_listing(pair.base))]
    found = in_turns(rounds, lambda: pair.ours(asked, 1), lambda: pair.theirs("export", 1, 1, 1))
    return Found(EXPORT, pair.base.dialect, round(1 / ratio(found), 3), compared(found, 1))


if __name__ == "__main__":
    work(Path(sys.argv[1]))
