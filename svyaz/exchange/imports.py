"""What a person does with a file: drop it, see its columns, set the plan, look at the fates, run, undo.

upload      the file is kept, its columns are shown with samples and a guessed plan
set_plan    checked whole against the rights of who asks
preview     the first rows as they would go, and every value that is not understood, counted over all rows
start       enqueues the job; `run_import` is its runner
told_run    state, progress, counts
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from svyaz.access.actor import Actor
from svyaz.access.apply import condition, read_entity
from svyaz.exchange.column_map import ImportPlan, check_plan, guess_columns, nearest, parse_plan, raise_plan
from svyaz.exchange.export import safe_text
from svyaz.exchange.file_rows import OPTIONS, FileRow, Reading, as_text, file_rows
from svyaz.exchange.forms import Forms, guess_dates, guess_decimal
from svyaz.exchange.import_run import Importing, import_chunk, import_rows
from svyaz.exchange.lookup import Lookup, labels_of
from svyaz.exchange.tables import TableFile, open_table, rows
from svyaz.fields.registry import TYPES
from svyaz.kernel.problem import NotFound, Problem
from svyaz.kernel.text import clean, fold
from svyaz.storage import blobs, changes, ids, import_runs
from svyaz.storage.import_runs import ImportRun
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company

SAMPLE_ROWS, SAMPLES = 2000, 5
MOST_UNMATCHED = 300
PREVIEW_ROWS = 200


class ImportNotReady(Problem):
    code = "import_not_ready"  # facts: state
    status = 409


class ImportFileGone(Problem):
    code = "import_file_gone"  # facts: file
    status = 410


def upload(session: Session, actor: Actor, folder: Path, entity: str, file: blobs.StoredFile) -> ImportRun:
    """Keep the upload as a run of `entity`, with a plan guessed from its headings and samples."""
    condition(session.snapshot, actor, entity, "add")
    table = open_table(blobs.path_of(folder, file.sha256), file.name)
    run = ImportRun(
        ids.take_id(session),
        entity,
        "uploaded",
        actor.employee,
        file.id,
        None,
        None,
        session.now,
        {"file": file.name, **_first_look(session, actor, entity, table, 0, 1)},
    )
    import_runs.add(session, run)
    return run


def _first_look(
    session: Session, actor: Actor, entity: str, table: TableFile, sheet: int, header_row: int
) -> dict[str, Any]:
    """Columns, samples, forms of dates and numbers, and the guessed plan."""
    shape = read_entity(session.snapshot, actor, entity)
    head: list[str] = []
    samples: list[list[str]] = []
    for number, cells in enumerate(islice(rows(table, sheet), SAMPLE_ROWS + header_row), start=1):
        if number == header_row:
            head = [as_text(cell) if cell is not None else "" for cell in cells]
            samples = [[] for _ in head]
        elif number > header_row:
            for place, cell in enumerate(cells[: len(head)]):
                if cell is not None:
                    samples[place].append(as_text(cell)[:200])
    flat = [value for column in samples for value in column]
    dates, decimal = guess_dates(flat), guess_decimal(flat)
    guessed = guess_columns(
        session.snapshot, actor, shape, head, [list(dict.fromkeys(one))[:SAMPLES] for one in samples]
    )
    plan = {
        "entity": entity,
        "sheet": sheet,
        "header_row": header_row,
        "dates": dates,
        "decimal": decimal,
        "columns": [{"column": one.number, "field": one.field} for one in guessed if one.field],
        "keys": [key for key in shape.duplicates if any(one.field == key for one in guessed)][:3],
    }
    return {
        "sheets": list(table.sheets),
        "kind": table.kind,
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "columns": [
            {"column": one.number, "title": one.title, "samples": list(one.samples), "guess": one.field or None}
            for one in guessed
        ],
        "plan": plan,
    }


def read_run(session: Session, actor: Actor, run: int) -> ImportRun:
    """An import is of the person who began it, and of those who configure; for others it is absent."""
    found = import_runs.find(session, run)
    if found is None or (found.actor != actor.employee and "configure" not in actor.abilities and not actor.is_system):
        raise NotFound("id", entity="import", id=run)
    return found


def set_plan(session: Session, actor: Actor, folder: Path, run: int, body: dict[str, Any]) -> ImportRun:
    """Check and keep the plan; every mistake is told at once."""
    found = read_run(session, actor, run)
    if found.state not in ("uploaded", "ready"):
        raise ImportNotReady(state=found.state)
    plan = parse_plan({"entity": found.entity, **body})
    condition(session.snapshot, actor, plan.entity, "add")
    raise_plan(check_plan(session.snapshot, actor, plan))
    next(iter(rows(_table(session, folder, found), plan.sheet)), None)
    ready = replace(found, entity=plan.entity, state="ready", body={**found.body, "plan": msgspec.to_builtins(plan)})
    import_runs.save(session, ready)
    return ready


def preview(
    company: Company, actor_of: Callable[[Session], Actor], run: int, limit: int = PREVIEW_ROWS
) -> dict[str, Any]:
    """{"rows": [{"row", "fate", "problems"}], "unmatched": [{"field", "column", "values": [...]}], "total"}.

    The rows go through the very code of the import in a transaction that is rolled back.
    """
    with company.read() as session:
        actor = actor_of(session)
        found = read_run(session, actor, run)
        reading = _reading(session, found)
        table = _table(session, company.blobs, found)
        unmatched, total = _unmatched(session, actor, reading, table)
    importing = Importing(run, 0, reading, table, actor_of, dry=True)
    told: list[dict[str, Any]] = []
    sample = list(islice(file_rows(reading, table), limit))
    try:
        with company.write() as session:
            fates = import_chunk(importing, session, actor_of(session), sample)
            told = [{"row": one.row, "fate": one.fate, "record": None, "problems": one.problem or []} for one in fates]
            raise _Enough
    except _Enough:
        pass
    return {"rows": told, "unmatched": unmatched, "total": total}


class _Enough(Exception):
    """Rolls the preview back."""


def _unmatched(session: Session, actor: Actor, reading: Reading, table: TableFile) -> tuple[list[dict[str, Any]], int]:
    """Values of link and option columns that nothing answers to, with how many rows and what is nearest."""
    counted: dict[str, dict[str, int]] = {}
    total = 0
    own: set[str] = set()
    options = {
        column.field
        for column in reading.plan.columns
        if column.field in reading.entity.by_key and reading.entity.by_key[column.field].type in OPTIONS
    }
    for row in file_rows(reading, table):
        total += 1
        own.add(fold(_own_label(reading, row)))
        for key, words in row.words.items():
            for word in words:
                counted.setdefault(key, {})[word] = counted.get(key, {}).get(word, 0) + 1
        for key in options:
            value = row.values.get(key)
            for word in value if isinstance(value, list) else [value] if isinstance(value, str) else []:
                counted.setdefault(key, {})[word] = counted.get(key, {}).get(word, 0) + 1
    told = []
    for key, words_counted in counted.items():
        column_map = reading.column_of(key)
        assert column_map is not None
        missing = (
            _missing_options(session, reading, key, words_counted)
            if key in options
            else _missing_links(session, actor, reading, key, column_map.match, words_counted, own)
        )
        if missing:
            told.append(
                {"field": key, "column": column_map.column, "values": missing[:MOST_UNMATCHED], "count": len(missing)}
            )
    return told, total


def _missing_options(session: Session, reading: Reading, key: str, counted: dict[str, int]) -> list[dict[str, Any]]:
    found = reading.entity.by_key[key]
    names = {
        fold(name): one["key"]
        for one in found.options.get("options", ())
        for name in (str(one["key"]), *_spoken(one.get("title")))
    }
    told = []
    for word, count in counted.items():
        try:
            TYPES[found.type].accept([word] if found.type == "choices" else word, found.options, session.terms)
        except Problem:
            told.append({"value": word, "rows": count, "nearest": nearest(word, names)})
    return sorted(told, key=lambda one: -one["rows"])


def _spoken(title: Any) -> list[str]:
    if isinstance(title, dict):
        return [str(one) for one in title.values()]
    return [one for one in (getattr(title, "ru", ""), getattr(title, "en", "")) if one] or [str(title or "")]


def _missing_links(
    session: Session, actor: Actor, reading: Reading, key: str, match: str, counted: dict[str, int], own: set[str]
) -> list[dict[str, Any]]:
    targets = reading.entity.by_key[key].targets
    lookup = Lookup()
    for target in targets:
        lookup.find(session, actor, target, match, counted)
    missing = [word for word in counted if not any(lookup.get(target, match, word) for target in targets)]
    if not missing:
        return []
    if reading.entity.key in targets:
        # Rows of the file itself will be there: the second pass links them.
        missing = [word for word in missing if fold(word) not in own]
    labels = {fold(label): (id, label) for target in targets for id, label in labels_of(session, actor, target)}
    told: list[dict[str, Any]] = []
    for word in sorted(missing, key=lambda one: -counted[one]):
        near = nearest(word, labels) if len(told) < MOST_UNMATCHED else None
        told.append({"value": word, "rows": counted[word], "nearest": list(near) if near else None})
    return told


def _own_label(reading: Reading, row: FileRow) -> str:
    """How the row will be called, when its label is one field or mapped whole."""
    keys = getattr(reading.entity.label, "keys", None)
    return row.label or str(row.values.get(keys[0], "") if keys else "")


# --- run


def start(session: Session, actor: Actor, run: int, enqueue: Callable[..., int], title: str = "") -> ImportRun:
    found = read_run(session, actor, run)
    if found.state != "ready":
        raise ImportNotReady(state=found.state)
    batch = changes.new_batch(session, actor.employee, "import", title or str(found.body.get("file", ""))[:200])
    job = enqueue(session, "import", {"run": run}, key=f"import:{run}", actor=actor.employee)
    running = replace(found, state="running", batch=batch, job=job)
    import_runs.save(session, running)
    return running


def run_import(
    company: Company,
    run: int,
    actor_of: Callable[[Session, int | None], Actor],
    report: Callable[[int, int | None], None],
    cancelled: Callable[[], bool],
) -> dict[str, int]:
    """The runner: goes on after the last row that has a fate, so a second attempt makes nothing twice."""
    with company.read() as session:
        found = import_runs.find(session, run)
        if found is None or found.state != "running":
            return {}
        reading = _reading(session, found)
        table = _table(session, company.blobs, found)
        after = import_runs.last_row(session, run)
    total = sum(1 for _ in rows(table, reading.plan.sheet)) - reading.plan.header_row
    importing = Importing(run, found.batch or 0, reading, table, lambda session: actor_of(session, found.actor))
    state = "failed"
    try:
        whole = import_rows(
            importing,
            company.write,
            lambda row: report(row - reading.plan.header_row, total),
            cancelled,
            after,
        )
        state = "done" if whole else "cancelled"
    finally:
        with company.write() as session:
            counted = import_runs.counts(session, run)
            import_runs.save(session, replace(found, state=state, body={**found.body, "counts": counted}))
    return counted


def told_run(session: Session, run: ImportRun) -> dict[str, Any]:
    counted = import_runs.counts(session, run.id) if run.state != "uploaded" else {}
    batch = changes.find_batch(session, run.batch) if run.batch else None
    undone = changes.find_batch(session, batch.undone_by) if batch and batch.undone_by else None
    state = "undone" if undone is not None and undone.undone_by is None else run.state
    return {
        "id": run.id,
        "entity": run.entity,
        "state": state,
        "batch": run.batch,
        "job": run.job,
        "counts": counted,
        **run.body,
    }


def error_file(session: Session, folder: Path, run: ImportRun) -> Iterator[bytes]:
    """The rows that did not go in, as they were, with the reason at the end: to be put right and sent again."""
    reading = _reading(session, run)
    wrong = {one.row: one for one in _all_troubles(session, run.id)}
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    yield "\ufeff".encode()
    for number, cells in enumerate(rows(_table(session, folder, run), reading.plan.sheet), start=1):
        if number == reading.plan.header_row:
            writer.writerow(
                [safe_text(as_text(one) if one is not None else "") for one in cells] + ["Строка", "Причина"]
            )
        elif number in wrong:
            reasons = "; ".join(one["text"] for one in wrong[number].problem or ())
            writer.writerow([safe_text(as_text(one) if one is not None else "") for one in cells] + [number, reasons])
        text = out.getvalue()
        if len(text) > 65_536:
            yield text.encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _all_troubles(session: Session, run: int) -> Iterator[import_runs.RowFate]:
    after = 0
    while found := import_runs.troubles(session, run, after):
        yield from found
        after = found[-1].row


def _reading(session: Session, run: ImportRun) -> Reading:
    plan: ImportPlan = parse_plan(run.body["plan"])
    shape = session.snapshot.entities[run.entity]
    return Reading(shape, plan, Forms(plan.dates or "dmy", plan.decimal or ","), session.snapshot.settings.zone)


def _table(session: Session, folder: Path, run: ImportRun) -> TableFile:
    found = blobs.find_files(session, [run.file])
    if not found:
        raise ImportFileGone(file=str(run.body.get("file", "")))
    return open_table(blobs.path_of(folder, found[0].sha256), clean(found[0].name))
