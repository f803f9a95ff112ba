"""Import and export from the command line, through the same doors as the API."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import orjson

from svyaz.access.actor import SYSTEM, Actor
from svyaz.app import Opened, actor_of, open_home
from svyaz.command.people import known_login
from svyaz.exchange import imports
from svyaz.exchange.column_map import PlanWrong
from svyaz.exchange.export import FORMS, export_columns, write_rows
from svyaz.jobs.queue import enqueue
from svyaz.kernel.problem import Problem
from svyaz.records import read
from svyaz.records.read import ListRequest
from svyaz.storage import blobs, import_runs
from svyaz.storage.session import Session

LARGEST = 200 * 1024 * 1024


class FileMissing(Problem):
    code = "file_missing"  # facts: file


class ExportFormUnknown(Problem):
    code = "export_form_unknown"  # facts: form, known


def bring(options: argparse.Namespace) -> int:
    """0 when every row went in; 2 when some did not: their reasons are printed."""
    if not options.file.is_file():
        raise FileMissing(file=str(options.file))
    with open_home(options.home) as opened:
        run = _upload(opened, options)
        if options.dry_run:
            told = imports.preview(opened.company, lambda session: _actor(session, options.login), run, 1000)
            print(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
            return 0
        with opened.company.write() as session:
            imports.start(session, _actor(session, options.login), run, enqueue)
        opened.worker.run_all()
        with opened.company.read() as session:
            counts = import_runs.counts(session, run)
            troubles = import_runs.troubles(session, run, limit=20)
    print(orjson.dumps({"import": run, **counts}).decode())
    for one in troubles:
        print(f"{one.row}: " + "; ".join(reason["text"] for reason in one.problem or ()), file=sys.stderr)
    return 2 if troubles else 0


def _upload(opened: Opened, options: argparse.Namespace) -> int:
    company = opened.company
    with options.file.open("rb") as source:
        kept = blobs.keep(company.blobs, options.file.name, iter(lambda: source.read(1 << 20), b""), LARGEST)
    with company.write() as session:
        actor = _actor(session, options.login)
        file = blobs.name_file(session, kept, options.file.name[:255], "application/octet-stream", actor.employee)
        run = imports.upload(session, actor, company.blobs, options.into, file)
        blobs.attach(session, [file.id], 0, run.id)
        plan = _plan(options.map) if options.map else dict(run.body["plan"])
        imports.set_plan(session, actor, run.id, plan)
    return run.id


def _plan(path: Path) -> dict[str, object]:
    try:
        plan = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as wrong:
        raise PlanWrong("--map", why=str(wrong)[:200]) from None
    if not isinstance(plan, dict):
        raise PlanWrong("--map", why="JSON object expected")
    return plan


def send(options: argparse.Namespace) -> int:
    form = options.out.suffix.lstrip(".") if options.out else "csv"
    if form not in FORMS:
        raise ExportFormUnknown("--out", form=form, known=", ".join(FORMS))
    with open_home(options.home) as opened, opened.company.read() as session:
        actor = _actor(session, options.login)
        request = ListRequest(filter=options.filter, sort="id")
        read.check_request(session, actor, options.entity, request)
        entity = session.snapshot.entities[options.entity]
        names = [one.strip() for one in options.fields.split(",") if one.strip()]
        columns = export_columns(session.snapshot, actor, entity, names)
        rows = read.stream_rows(session, actor, options.entity, request, tuple(one.path for one in columns))
        chunks = write_rows(form, columns, rows, actor.language)
        if options.out is None:
            _write(sys.stdout.buffer, chunks)
        else:
            with options.out.open("wb") as out:
                _write(out, chunks)
    return 0


def _write(out: BinaryIO, chunks: Iterable[bytes]) -> None:
    for chunk in chunks:
        out.write(chunk)


def _actor(session: Session, login: str) -> Actor:
    if not login:
        return SYSTEM
    return actor_of(session, known_login(session, login, "--as").employee)
