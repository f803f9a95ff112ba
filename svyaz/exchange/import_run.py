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
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from typing import Any

from svyaz.access.actor import Actor
from svyaz.exchange.block import ODD, Block, Known, read_block
from svyaz.exchange.column_map import ColumnMap
from svyaz.exchange.file_rows import FileRow, Reading, file_rows, numbered, row_name
from svyaz.exchange.label_parts import split_label
from svyaz.exchange.lookup import LinkCannotBeMade, LinkNameAmbiguous, LinkNameUnknown, Lookup, seen_ids
from svyaz.exchange.rehearsal import Rehearsal
from svyaz.exchange.tables import TableFile
from svyaz.fields.column import ABSENT
from svyaz.fields.registry import TYPES
from svyaz.kernel.problem import BadValue, Problem
from svyaz.kernel.text import sort_key
from svyaz.kernel.unswept import unswept
from svyaz.kernel.words import load_words
from svyaz.records.draft import Past
from svyaz.records.duplicates import compared_keys, keys_of_many
from svyaz.records.entry import Mode
from svyaz.records.new_rows import NewRows
from svyaz.records.write import RecordChange, change_many, create_columns, create_many
from svyaz.schema.snapshot import Entity
from svyaz.storage import import_runs, record_tables
from svyaz.storage.import_runs import RowFate
from svyaz.storage.session import Session

LARGEST_CHUNK, SMALLEST_CHUNK, FIRST_CHUNK = 4000, 25, 250
# How long a portion holds the writer: longer ones cost less, while nobody has waited for it of late.
WRITER_SECONDS, ALONE_SECONDS, OF_LATE_SECONDS = 0.03, 0.2, 3.0
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
    cells      what cells of the file have become so far, by column
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
    cells: Known = field(default_factory=dict)
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
    reading = importing.reading
    size = FIRST_CHUNK
    told = waited_at = 0.0
    source = islice(numbered(reading, importing.table, after), most)
    while rows := list(islice(source, size)):
        if cancelled():
            return False
        taken = 0.0
        with unswept():
            for part in read_block(reading, rows, importing.cells, importing.rehearsal is None).parts():
                started = time.perf_counter()
                if _portion(importing, writing, part):
                    waited_at = time.perf_counter()
                taken += time.perf_counter() - started
        # Each word of progress is a commit of its own: four a second are enough for an eye.
        if time.perf_counter() - told > TOLD_SECONDS or len(rows) < size:
            report(rows[-1][0])
            told = time.perf_counter()
        aim = WRITER_SECONDS if time.perf_counter() - waited_at < OF_LATE_SECONDS else ALONE_SECONDS
        size = max(SMALLEST_CHUNK, min(LARGEST_CHUNK, int(size * aim / max(taken, 1e-6)), size * 2))
    if importing.rehearsal is None and _self_links(reading, reading.entity.key):
        return _second_pass(importing, writing, cancelled)
    return True


def _portion(importing: Importing, writing: Writing, block: Block) -> bool:
    """Write a portion; whether somebody else waited to write meanwhile."""
    if importing.rehearsal is None:
        with writing() as session:
            fates, made = import_chunk(importing, session, importing.actor_of(session), block)
            import_runs.add_rows(session, importing.run, fates)
            import_runs.add_created(session, importing.run, made)
            waited = session.is_waited_for()
        importing.made.clear()
        return waited
    fates = []
    try:
        with writing() as session:
            fates, _ = import_chunk(importing, session, importing.actor_of(session), block)
            waited = session.is_waited_for()
            raise _RollBack
    except _RollBack:
        pass
    for target, match, word in importing.made:
        importing.lookup.drop(target, match, word)
    importing.made.clear()
    importing.keep([block.row(at) for at in range(len(block.numbers))], fates)
    return waited


# --- one chunk


def import_chunk(
    importing: Importing, session: Session, actor: Actor, block: Block
) -> tuple[list[RowFate], list[tuple[int, int]]]:
    """The fates of the rows; the records are written in the caller's transaction.

    Of records created without a word more is not to be said than (row, id): they come apart, second.
    """
    entity = session.snapshot.entities[importing.reading.entity.key]
    chunk = Chunk()
    rows = [block.row(at) for at in sorted(block.odd)]
    _look_up(importing, session, actor, rows, block.words)
    if len(rows) < len(block.numbers):
        given = _linked(importing, session, block)
        _doubt_known(importing, session, entity, block, given)
        rows = [block.row(at) for at in sorted(block.odd)]
    else:
        given = {}
    for row in rows:
        _set_links(importing, session, actor, row, chunk)
        _set_label(entity, row)
    existing = _existing(importing, session, actor, entity, rows)
    for row in rows:
        _sort_row(importing, session, actor, entity, row, existing.get(row.number, ()), chunk)
    made = _create(importing, session, actor, entity, chunk, block, given)
    _change(importing, session, actor, entity, chunk)
    return sorted(chunk.fates, key=lambda one: one.row), made


def _linked(importing: Importing, session: Session, block: Block) -> dict[str, list[Any]]:
    """The columns of a block with words of links become ids; a row with a word that is not one record's is odd."""
    given = dict(block.given)
    for key, words in block.words.items():
        column = importing.reading.column_of(key)
        assert column is not None
        kind, ids = importing.reading.entity.by_key[key].type, dict[Any, Any]({ABSENT: ABSENT, ODD: ODD})
        for word in set(words) - {ABSENT, ODD}:
            found: tuple[int, ...] = ()
            for target in _targets(session, importing.reading.entity, key):
                found = importing.lookup.get(target, column.match, word)
                if found:
                    ids[word] = [target, found[0]] if kind == "any_link" else found[0]
                    break
            if len(found) != 1:
                ids[word] = ODD
        linked = [ids[word] for word in words]
        block.odd.update(at for at, id in enumerate(linked) if id is ODD)
        constant = given.get(key)
        if constant is not None:
            linked = [old if id is ABSENT else id for id, old in zip(linked, constant, strict=True)]
        given[key] = linked
    return given


def _doubt_known(
    importing: Importing, session: Session, entity: Entity, block: Block, given: Mapping[str, Sequence[Any]]
) -> None:
    """Rows that the plan's keys may recognise are odd: what becomes of them is decided row by row."""
    plan = importing.reading.plan
    if plan.absent == "skip":
        block.odd.update(range(len(block.numbers)))
        return
    for key in plan.keys:
        raws = given.get(key)
        if key in ("id", "label") or raws is None:
            continue
        asked: dict[Any, list[int]] = {}
        for at, keys in enumerate(keys_of_many(session, entity, key, raws)):
            for one in keys:
                asked.setdefault(one, []).append(at)
        for held in record_tables.find_by_key(session, entity.key, key, list(asked)):
            block.odd.update(asked[held])


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


def _look_up(
    importing: Importing,
    session: Session,
    actor: Actor,
    rows: Sequence[FileRow],
    columns: Mapping[str, Sequence[Any]] = MappingProxyType({}),
) -> None:
    """Ask for the words of the rows, and of whole columns of words, ABSENT and ODD among them."""
    for key in {*columns, *(key for row in rows for key in row.words)}:
        column = importing.reading.column_of(key)
        words = [*dict.fromkeys(columns.get(key, ())), *(word for row in rows for word in row.words.get(key, ()))]
        words = [word for word in words if isinstance(word, str)]
        for target in _targets(session, importing.reading.entity, key):
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
    importing.lookup.put(target, match, word, made)
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


def _create(
    importing: Importing,
    session: Session,
    actor: Actor,
    entity: Entity,
    chunk: Chunk,
    block: Block,
    given: Mapping[str, Sequence[Any]],
) -> list[tuple[int, int]]:
    """Create what is new, in the order of the file; returns (row, id) of the records made."""
    odd = {row.number: row for row in chunk.creates}
    places = [at for at, number in enumerate(block.numbers) if at not in block.odd or number in odd]
    if not places:
        return []
    own = {place: odd[block.numbers[at]] for place, at in enumerate(places) if at in block.odd}
    whole = len(places) == len(block.numbers)
    rows = NewRows(
        len(places), {key: list(raws) if whole else [raws[at] for at in places] for key, raws in given.items()}
    )
    for place, row in own.items():
        rows.set_given(place, row.values)
    if importing.reading.plan.history:
        rows.past = [_past(session, entity, own[place]) if place in own else None for place in range(len(places))]
    written = create_columns(session, actor, entity.key, rows, cause="import", batch=importing.batch)
    made: list[tuple[int, int]] = []
    for place, (at, id) in enumerate(zip(places, written.ids, strict=True)):
        if id is None:
            row = own.get(place) or block.row(at)
            chunk.fates.append(_wrong(importing, actor, row, written.problems.get(place, ())))
        elif importing.rehearsal is None:
            made.append((block.numbers[at], id))
        else:
            row = own[place]
            chunk.fates.append(_fate(importing, row, "created", id))
            importing.rehearsal.remember(session, entity, row, _plan_keys(importing, session, entity, row))
    importing.lookup.forget(entity.key)
    return made


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
