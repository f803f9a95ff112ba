"""An import from the first row to the last: chunks through the one door, each row's fate kept.

    chunk      rows until 2,000 or about 50 ms of the writer, in one transaction with their fates, so that a
               run killed at any moment goes on from the next row and makes nothing twice
    each row   looked up by the plan's keys -> created, updated (fill or overwrite), left as it is, or an error
    second     a link to a row further down the same file (a subsidiary before its parent) is set after all
    pass       rows are in; what is not found even then follows the column's `missing`
    dry run    the same code in transactions that are rolled back, with a memory of what is not there (rehearsal.py)

Everything is one batch of the change log, so undo is undo of that batch.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from svyaz.access.actor import Actor
from svyaz.exchange.column_map import ColumnMap
from svyaz.exchange.file_rows import FileRow, Reading, file_rows, row_name
from svyaz.exchange.label_parts import split_label
from svyaz.exchange.lookup import LinkCannotBeMade, LinkNameAmbiguous, LinkNameUnknown, Lookup, seen_ids
from svyaz.exchange.rehearsal import Rehearsal
from svyaz.exchange.tables import TableFile
from svyaz.fields.registry import TYPES
from svyaz.kernel.problem import BadValue, Problem
from svyaz.kernel.text import sort_key
from svyaz.kernel.words import load_words
from svyaz.records.draft import Past
from svyaz.records.duplicates import compared_keys
from svyaz.records.entry import Mode
from svyaz.records.write import RecordChange, change_many, create_many
from svyaz.schema.snapshot import Entity
from svyaz.storage import import_runs, record_tables
from svyaz.storage.import_runs import RowFate
from svyaz.storage.session import Session

LARGEST_CHUNK, SMALLEST_CHUNK, FIRST_CHUNK = 2000, 25, 250
WRITER_SECONDS = 0.05
TOLD_SECONDS = 0.25
Writing = Callable[[], AbstractContextManager[Session]]


class KeyAmbiguous(BadValue):
    code = "import_key_ambiguous"  # facts: field, count


class RowTwice(BadValue):
    code = "import_row_twice"  # facts: field


class _RollBack(Exception):
    """Ends a dry run's transaction."""


@dataclass(slots=True)
class Importing:
    """One run in this process.

    actor_of   built in each transaction, so a person closed in the middle stops it
    rehearsal  given: nothing is kept, and `keep` gets the fates of each portion after it is rolled back
    made       links that this portion made records for: forgotten when it is rolled back
    """

    run: int
    batch: int
    reading: Reading
    table: TableFile
    actor_of: Callable[[Session], Actor]
    lookup: Lookup = field(default_factory=Lookup)
    rehearsal: Rehearsal | None = None
    keep: Callable[[Sequence[FileRow], Sequence[RowFate]], None] = lambda rows, fates: None
    made: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Chunk:
    """Rows of one transaction sorted by what becomes of them."""

    fates: list[RowFate] = field(default_factory=list)
    creates: list[FileRow] = field(default_factory=list)
    changes: list[tuple[FileRow, int]] = field(default_factory=list)
    waiting: set[int] = field(default_factory=set)


def import_rows(
    importing: Importing,
    writing: Writing,
    report: Callable[[int], None],
    cancelled: Callable[[], bool],
    after: int = 0,
    most: int | None = None,
) -> bool:
    """Run all rows after row `after`, at most `most`; False when cancelled in between.  report gets the last row done."""
    entity = importing.reading.entity.key
    size = FIRST_CHUNK
    told = 0.0
    source = islice(file_rows(importing.reading, importing.table, after), most)
    while rows := list(islice(source, size)):
        if cancelled():
            return False
        taken = 0.0
        for part in _without_repeats(importing.reading, rows):
            started = time.perf_counter()
            _portion(importing, writing, part)
            taken += time.perf_counter() - started
        # Each word of progress is a commit of its own: four a second are enough for an eye.
        if time.perf_counter() - told > TOLD_SECONDS or len(rows) < size:
            report(rows[-1].number)
            told = time.perf_counter()
        size = max(SMALLEST_CHUNK, min(LARGEST_CHUNK, int(size * WRITER_SECONDS / max(taken, 1e-6)), size * 2))
    if importing.rehearsal is None and _self_links(importing.reading, entity):
        return _second_pass(importing, writing, cancelled)
    return True


def _portion(importing: Importing, writing: Writing, rows: Sequence[FileRow]) -> None:
    if importing.rehearsal is None:
        with writing() as session:
            fates = import_chunk(importing, session, importing.actor_of(session), rows)
            import_runs.add_rows(session, importing.run, fates)
        importing.made.clear()
        return
    fates = []
    try:
        with writing() as session:
            fates = import_chunk(importing, session, importing.actor_of(session), rows)
            raise _RollBack
    except _RollBack:
        pass
    for one in importing.made:
        importing.lookup.known.pop(one, None)
    importing.made.clear()
    importing.keep(rows, fates)


def _without_repeats(reading: Reading, rows: Sequence[FileRow]) -> Iterator[list[FileRow]]:
    """A row with the key of an earlier one goes into the next transaction: there it finds its record."""
    part: list[FileRow] = []
    seen: set[str] = set()
    for row in rows:
        mine = {f"{key}\0{_raw_key(row, key)}" for key in reading.plan.keys if _raw_key(row, key)}
        if mine & seen:
            yield part
            part, seen = [], set()
        part.append(row)
        seen |= mine
    if part:
        yield part


def _raw_key(row: FileRow, key: str) -> str:
    if key == "label":
        return row.label
    if key == "id":
        return str(row.id or "")
    return str(row.values.get(key, row.words.get(key, "")))


# --- one chunk


def import_chunk(importing: Importing, session: Session, actor: Actor, rows: Sequence[FileRow]) -> list[RowFate]:
    """The fates of the rows, in their order; the records are written in the caller's transaction."""
    entity = session.snapshot.entities[importing.reading.entity.key]
    chunk = Chunk()
    _look_up(importing, session, actor, rows)
    for row in rows:
        _set_links(importing, session, actor, row, chunk)
        _set_label(entity, row)
    existing = _existing(importing, session, actor, entity, rows)
    for row in rows:
        _sort_row(importing, session, actor, entity, row, existing.get(row.number, ()), chunk)
    _create(importing, session, actor, entity, chunk)
    _change(importing, session, actor, entity, chunk)
    return sorted(chunk.fates, key=lambda one: one.row)


def _sort_row(
    importing: Importing,
    session: Session,
    actor: Actor,
    entity: Entity,
    row: FileRow,
    found: Sequence[int],
    chunk: Chunk,
) -> None:
    """Where the row goes: among the wrong, the skipped, the changes or the new."""
    plan, rehearsal = importing.reading.plan, importing.rehearsal
    if len(found) > 1:
        row.problems.append(KeyAmbiguous("keys", field=", ".join(plan.keys), count=len(found)))
    if row.problems:
        chunk.fates.append(_wrong(importing, actor, row, row.problems))
    elif found and plan.existing == "skip":
        chunk.fates.append(_fate(importing, row, "skipped", found[0]))
    elif found:
        chunk.changes.append((row, found[0]))
    elif rehearsal is not None and rehearsal.is_known(_plan_keys(importing, session, entity, row)):
        chunk.fates.append(_fate(importing, row, "skipped" if plan.existing == "skip" else "updated", None))
    elif plan.absent == "skip" or row.id is not None:
        chunk.fates.append(_fate(importing, row, "skipped", None))
    elif rehearsal is not None and (taken := rehearsal.taken(session, entity, row)):
        chunk.fates.append(_wrong(importing, actor, row, taken))
    else:
        chunk.creates.append(row)


def _plan_keys(importing: Importing, session: Session, entity: Entity, row: FileRow) -> list[tuple[str, Any]]:
    return [(key, value) for key in importing.reading.plan.keys for value in _asked(session, entity, key, row)]


def _look_up(importing: Importing, session: Session, actor: Actor, rows: Sequence[FileRow]) -> None:
    for key in {key for row in rows for key in row.words}:
        column = importing.reading.column_of(key)
        for target in _targets(session, importing.reading.entity, key):
            words = [word for row in rows for word in row.words.get(key, ())]
            importing.lookup.find(session, actor, target, column.match if column else "label", words)


def _set_links(importing: Importing, session: Session, actor: Actor, row: FileRow, chunk: Chunk) -> None:
    """Words become ids; a word of the same object that is not there yet waits for the second pass."""
    own = importing.reading.entity.key
    for key, words in row.words.items():
        column = importing.reading.column_of(key)
        assert column is not None
        ids: list[Any] = []
        for word in words:
            try:
                found = _one(importing, session, actor, key, column, word, may_wait=own)
            except Problem as problem:
                problem.place = f"values.{key}"
                row.problems.append(problem)
                continue
            if found is not None:
                ids.append(found)
            elif own in _targets(session, importing.reading.entity, key):
                chunk.waiting.add(row.number)
                if importing.rehearsal is not None and column.missing == "error" and word not in column.create:
                    importing.rehearsal.waiting.setdefault(row.number, []).append((key, word))
        if ids and importing.reading.entity.by_key[key].type == "links":
            row.values[key] = [*(row.values.get(key) or ()), *ids]
        elif ids:
            row.values[key] = ids[0]


def _one(
    importing: Importing,
    session: Session,
    actor: Actor,
    key: str,
    column: ColumnMap,
    word: str,
    may_wait: str,
) -> Any:
    """The id of a word, or None for «empty» and for «later»."""
    targets = _targets(session, importing.reading.entity, key)
    for target in targets:
        ids = importing.lookup.get(target, column.match, word)
        if len(ids) > 1:
            raise LinkNameAmbiguous(value=word[:100], entity=_title(session, actor, target), count=len(ids))
        if ids:
            return [target, ids[0]] if importing.reading.entity.by_key[key].type == "any_link" else ids[0]
    if may_wait in targets:
        return None
    if targets and (column.missing == "create" or word in column.create):
        return make_by_name(importing, session, actor, targets[0], column.match, word)
    if column.missing == "empty":
        return None
    raise LinkNameUnknown(value=word[:100], entity=", ".join(_title(session, actor, one) for one in targets))


def make_by_name(importing: Importing, session: Session, actor: Actor, target: str, match: str, word: str) -> int:
    """A record of `target` called `word`; by its label read backwards, or by the matched field."""
    entity = session.snapshot.entities[target]
    values: Mapping[str, Any] | None = split_label(entity.label, word) if match == "label" else {match: word}
    if values is None:
        raise LinkCannotBeMade(value=word[:100], entity=_title(session, actor, target))
    mode: Mode = "past" if importing.reading.plan.history else "usual"
    written = create_many(
        session, actor, target, [values], cause="import", batch=importing.batch, mode=mode, places=[""]
    )
    made = written.ids[0]
    assert made is not None
    importing.lookup.known[target, match, word] = (made,)
    importing.made.append((target, match, word))
    if importing.rehearsal is not None:
        importing.rehearsal.note_made(target, word)
    return made


def _set_label(entity: Entity, row: FileRow) -> None:
    if row.label:
        parts = split_label(entity.label, row.label)
        if parts is None:
            row.problems.append(LinkCannotBeMade("values.label", value=row.label[:100], entity=entity.title.ru))
        else:
            row.values = {**parts, **row.values}


def _existing(
    importing: Importing, session: Session, actor: Actor, entity: Entity, rows: Sequence[FileRow]
) -> dict[int, tuple[int, ...]]:
    """row number -> living records that the keys recognise; the first key with an answer decides."""
    found: dict[int, tuple[int, ...]] = {}
    for key in importing.reading.plan.keys:
        open_rows = [row for row in rows if row.number not in found]
        asked = {row.number: keys for row in open_rows if (keys := _asked(session, entity, key, row))}
        if not asked:
            continue
        values = list(dict.fromkeys(value for keys in asked.values() for value in keys))
        if key == "id":
            held: Mapping[Any, Sequence[int]] = {
                one: [one] for one in record_tables.fetch(session, entity.key, values, [])
            }
        elif key == "label":
            held = record_tables.find_by_label(session, entity.key, values)
        else:
            held = record_tables.find_by_key(session, entity.key, key, values)
        seen = seen_ids(session, actor, entity.key, (id for ids in held.values() for id in ids))
        for number, keys in asked.items():
            if ids := tuple(dict.fromkeys(id for one in keys for id in held.get(one, ()) if id in seen)):
                found[number] = ids
    return found


def _asked(session: Session, entity: Entity, key: str, row: FileRow) -> list[Any]:
    """What storage compares; several phones are several keys, and any of them recognises."""
    if key == "id":
        return [] if row.id is None else [row.id]
    if key == "label":
        return [sort_key(row.label)] if row.label else []
    raw = row.values.get(key)
    return [] if raw is None else list(compared_keys(session, entity.by_key[key], raw))


def _create(importing: Importing, session: Session, actor: Actor, entity: Entity, chunk: Chunk) -> None:
    if not chunk.creates:
        return
    history = importing.reading.plan.history
    written = create_many(
        session,
        actor,
        entity.key,
        [row.values for row in chunk.creates],
        cause="import",
        batch=importing.batch,
        past=[_past(session, entity, row) for row in chunk.creates] if history else None,
        each=True,
        places=[""] * len(chunk.creates),
    )
    for index, row in enumerate(chunk.creates):
        made = written.ids[index]
        if made is None:
            chunk.fates.append(_wrong(importing, actor, row, written.problems.get(index, ())))
        else:
            chunk.fates.append(_fate(importing, row, "created", made))
            if importing.rehearsal is not None:
                importing.rehearsal.remember(session, entity, row, _plan_keys(importing, session, entity, row))
    importing.lookup.forget(entity.key)


def _change(importing: Importing, session: Session, actor: Actor, entity: Entity, chunk: Chunk) -> None:
    """Fill what is empty, or overwrite with what the file has; an empty cell never erases."""
    once: dict[int, FileRow] = {}
    for row, id in chunk.changes:
        if id in once:
            chunk.fates.append(
                _wrong(importing, actor, row, [RowTwice("keys", field=", ".join(importing.reading.plan.keys))])
            )
        else:
            once[id] = row
    if not once:
        return
    stored = record_tables.fetch(session, entity.key, list(once))
    changes = []
    for id, row in once.items():
        given = {key: value for key, value in row.values.items() if key not in importing.reading.plan.constants}
        if importing.reading.plan.existing == "fill":
            held = stored[id].values
            given = {key: value for key, value in given.items() if held.get(key) in (None, ())}
        changes.append(RecordChange(id, given))
    written = change_many(
        session,
        actor,
        entity.key,
        changes,
        cause="import",
        batch=importing.batch,
        each=True,
        places=[""] * len(changes),
        mode="past" if importing.reading.plan.history else "usual",
    )
    after = record_tables.fetch(session, entity.key, list(once), [])
    for index, (id, row) in enumerate(once.items()):
        if index in written.problems:
            chunk.fates.append(_wrong(importing, actor, row, written.problems[index]))
        else:
            moved = after[id].version != stored[id].version
            chunk.fates.append(_fate(importing, row, "updated" if moved else "same", id))


def _past(session: Session, entity: Entity, row: FileRow) -> Past | None:
    """Dates of stages in order of time; «end» is the day the record came to its final stage."""
    moves = dict(row.moves)
    stage = _stage_key(session, entity, row)
    ended = moves.pop("end", None)
    if ended is not None and stage is not None and entity.stages[stage].ends:
        moves[stage] = ended
    stages = tuple(sorted(((key, at) for key, at in moves.items()), key=lambda one: (one[1], one[0] == stage)))
    if not stages:
        return None
    return Past(created_at=stages[0][1], stages=stages)


def _stage_key(session: Session, entity: Entity, row: FileRow) -> str | None:
    """The stage the row's word means, by the field itself: two pipelines may each have a «Won»."""
    field = entity.by_role("stage")
    raw = row.values.get(field.key) if field is not None else None
    if field is None or raw is None:
        return None
    try:
        found = TYPES[field.type].accept(raw, field.options, session.terms)
    except Problem:
        return None
    return found if found in entity.stages else None


# --- links to later rows


def _self_links(reading: Reading, entity: str) -> list[str]:
    return [
        one.field
        for one in reading.plan.columns
        if one.field in reading.entity.by_key and entity in reading.entity.by_key[one.field].targets
    ]


def _second_pass(importing: Importing, writing: Writing, cancelled: Callable[[], bool]) -> bool:
    """Read the file again for links to its own object that were not there in the first pass."""
    keys = _self_links(importing.reading, importing.reading.entity.key)
    source = (row for row in file_rows(importing.reading, importing.table) if any(key in row.words for key in keys))
    while rows := list(islice(source, FIRST_CHUNK)):
        if cancelled():
            return False
        with writing() as session:
            actor = importing.actor_of(session)
            _link_later(importing, session, actor, rows, keys)
    return True


def _link_later(
    importing: Importing, session: Session, actor: Actor, rows: Sequence[FileRow], keys: Iterable[str]
) -> None:
    entity = importing.reading.entity.key
    made = import_runs.records(session, importing.run, rows[0].number, rows[-1].number)
    _look_up(importing, session, actor, rows)
    stored = record_tables.fetch(session, entity, list(made.values()))
    changes: list[RecordChange] = []
    numbers: list[int] = []
    for row in rows:
        record = made.get(row.number)
        if record is None or record not in stored:
            continue
        for key in keys:
            if not row.words.get(key) or stored[record].values.get(key) not in (None, ()):
                continue
            column = importing.reading.column_of(key)
            assert column is not None
            try:
                many = importing.reading.entity.by_key[key].type == "links"
                ids = [
                    one
                    for word in row.words[key]
                    if (one := _one(importing, session, actor, key, column, word, may_wait="")) is not None
                ]
            except Problem as problem:
                problem.place = f"values.{key}"
                import_runs.mark_partial(session, importing.run, row.number, told_problems(actor, [problem], row))
                continue
            if ids:
                changes.append(RecordChange(record, {key: ids if many else ids[0]}))
                numbers.append(row.number)
    if not changes:
        return
    written = change_many(
        session,
        actor,
        entity,
        changes,
        cause="import",
        batch=importing.batch,
        each=True,
        places=[""] * len(changes),
        mode="past" if importing.reading.plan.history else "usual",
    )
    for index, problems in written.problems.items():
        import_runs.mark_partial(session, importing.run, numbers[index], told_problems(actor, problems))


# --- words


def _targets(session: Session, entity: Entity, key: str) -> tuple[str, ...]:
    found = entity.by_key[key]
    return found.targets or (tuple(session.snapshot.entities) if found.type == "any_link" else ())


def _title(session: Session, actor: Actor, entity: str) -> str:
    return session.snapshot.entities[entity].title.say(actor.language)


def _fate(importing: Importing, row: FileRow, fate: str, record: int | None) -> RowFate:
    """A dry run makes no records, so the row itself says what it is; of what is not there the id is not told."""
    if importing.rehearsal is None:
        return RowFate(row.number, fate, record)
    return RowFate(row.number, fate, None if fate == "created" else record, None, row_name(importing.reading, row))


def _wrong(importing: Importing, actor: Actor, row: FileRow, problems: Sequence[Problem]) -> RowFate:
    return RowFate(row.number, "error", None, told_problems(actor, problems, row), row_name(importing.reading, row))


def told_problems(actor: Actor, problems: Sequence[Problem], row: FileRow | None = None) -> list[dict[str, str]]:
    """[{"code", "place", "text", "value"}]; value: what stands in the cell, "" when no one cell is to blame."""
    words = load_words(actor.language)
    return [
        {"code": one.code, "place": one.place, "text": words.problem(one), "value": _value_of(one, row)}
        for one in problems
    ]


def _value_of(problem: Problem, row: FileRow | None) -> str:
    key = problem.place.removeprefix("values.").partition(".")[0].partition("[")[0]
    raw = problem.facts.get("value")
    if raw is None and row is not None:
        raw = "; ".join(row.words[key]) if key in row.words else row.values.get(key)
    return raw[:100] if isinstance(raw, str) else str(raw)[:100] if isinstance(raw, int | float) else ""
