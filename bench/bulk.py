"""Marks of many rows: an import of an .xlsx and of a .csv against the same rows put in by hand, an export against the
same SQL.

ours   the job of the import, in a worker's process of its own: CPU of the process and of the database
raw    the rows of the record table, of its stays on stages and of the log that ours has just written, under other ids,
       by executemany of the raw driver, 2,000 records and what belongs to them a transaction; nothing reads a file
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import time
from dataclasses import dataclass, replace
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
from bench.result import Found, Mark, Spent, by_the_clock, in_turns
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


def make_rows(base: Base, rows: int, turn: int) -> list[list[Any]]:
    chance = Random(f"{SEED} file {turn}")
    firms, people = labels(base, "counterparty", 500), labels(base, "employee", 50)
    products, sources = labels(base, "product", 40), labels(base, "source", 10)
    made = []
    for number in range(rows):
        day = date(2026, 1, 1) + timedelta(days=chance.randrange(365))
        made.append(
            [
                *(f"I-{turn}-{number:06}", texts.sale(chance), chance.choice(firms), chance.choice(products)),
                *(chance.choice(STAGES), chance.randrange(10**7) / 100, day, day - timedelta(days=30)),
                *(chance.choice(people), chance.choice(("Высокий", "Низкий", None)), chance.choice(sources)),
                texts.talk(chance),
            ]
        )
    return made


def make_file(base: Base, rows: int, turn: int) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Сделки")
    sheet.append(HEAD)
    for row in make_rows(base, rows, turn):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def make_csv(base: Base, rows: int, turn: int) -> bytes:
    """The same, as a Russian spreadsheet saves it."""
    out = io.StringIO()
    told = csv.writer(out, delimiter=";")
    told.writerow(HEAD)
    for row in make_rows(base, rows, turn):
        told.writerow([_typed(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _typed(cell: Any) -> str:
    if isinstance(cell, date):
        return cell.strftime("%d.%m.%Y")
    return f"{cell:.2f}".replace(".", ",") if isinstance(cell, float) else str(cell or "")


@dataclass(slots=True)
class Written:
    """Columns and rows of the record table, of the log, and of stays on stages."""

    columns: list[str]
    records: list[tuple[Any, ...]]
    kept: list[str]
    log: list[tuple[Any, ...]]
    stay: list[str]
    stays: list[tuple[Any, ...]]


def last_import(base: Base) -> Written:
    """What the last run has made, as the driver gives it."""
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
            stay = [one for one in columns_of(session, "sv_stage_move") if one != "id"]
            among = "record IN (SELECT record FROM sv_change WHERE batch = ? AND kind = 'Created')"
            stays = session.fetch(f"SELECT {quoted(stay)} FROM sv_stage_move WHERE {among} ORDER BY id", (batch,))
            return Written(columns, records, kept, log, stay, stays)
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

    def beside(columns: list[str], rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        record = columns.index("record")
        return [(*row[:record], row[record] + by, *row[record + 1 :]) for row in rows]

    log, stays = beside(written.kept, written.log), beside(written.stay, written.stays)
    return Written(written.columns, records, written.kept, log, written.stay, stays)


def fill(plan: Plan, written: Written) -> None:
    """What the bare server's /import puts in."""
    marks = ", ".join("?" * len(written.columns))
    plan.insert = plan.mark(f"INSERT INTO deal ({quoted(written.columns)}) VALUES ({marks})")
    marks = ", ".join("?" * len(written.kept))
    plan.note = plan.mark(f"INSERT INTO sv_change ({quoted(written.kept)}) VALUES ({marks})")
    marks = ", ".join("?" * len(written.stay))
    plan.settle = plan.mark(f"INSERT INTO sv_stage_move ({quoted(written.stay)}) VALUES ({marks})")
    plan.rows, plan.log, plan.stays = written.records, written.log, written.stays


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
                cursor.executemany(plan.settle, plan.stays[part])
        else:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.executemany(plan.insert, plan.rows[part])
            cursor.executemany(plan.note, plan.log[part])
            cursor.executemany(plan.settle, plan.stays[part])
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


def measure_import(base: Base, rows: int, rounds: int) -> list[Found]:
    """On a base that nobody serves: the job is the worker's alone."""
    return [_measure_import(base, rows, rounds, form) for form in ("xlsx", "csv")]


def _measure_import(base: Base, rows: int, rounds: int, form: str) -> Found:
    cluster, found = cluster_of(base.url), []
    for each in range(rounds):
        turn = each if form == "xlsx" else rounds + each
        make = make_file if form == "xlsx" else make_csv
        ours = import_alone(base, cluster, f"rows-{turn}.{form}", make(base, rows, turn))
        written = last_import(base)
        made = [len(one) for one in (written.records, written.log, written.stays)]
        assert made == [rows, rows, rows], made
        found.append((ours, by_hand(base, cluster, moved(written, turn))))
    told = by_the_clock(IMPORT, base.dialect, found, rows)
    rates = {
        "rows": rows,
        "question": form,
        "ours_rows_s": [round(rows / one.wall) for one, _ in found],
        "baseline_rows_s": [round(rows / one.wall) for _, one in found],
    }
    return replace(told, facts={**told.facts, **rates})


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
    return by_the_clock(EXPORT, pair.base.dialect, found, 1)


if __name__ == "__main__":
    work(Path(sys.argv[1]))
