"""Texts pasted from a spreadsheet into cells of a list: what each would become, and what does not fit.

Read the way an import reads a file: the order of day and month and the mark of the fraction are decided by
the pasted values themselves, links are found by name among what the reader sees.  Nothing is kept: the rows are
written through the one door in a transaction that is rolled back, so the answer is what a write would say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.apply import read_entity
from svyaz.access.fields import may_edit, may_read
from svyaz.exchange.column_map import ColumnMap, ImportPlan
from svyaz.exchange.file_rows import DATES, FileRow, Reading, read_row
from svyaz.exchange.forms import Forms, guess_dates, guess_decimal, read_number
from svyaz.exchange.lookup import LinkNameAmbiguous, LinkNameUnknown, Lookup
from svyaz.exchange.tables import Cell
from svyaz.fields.registry import TYPES
from svyaz.kernel.problem import Denied, Problem
from svyaz.kernel.text import clean
from svyaz.records.cells import seen_labels
from svyaz.records.problems import FieldReadOnly, TooManyRecords, UnknownField
from svyaz.records.read import ground_of
from svyaz.records.write import RecordChange, change_many, create_many
from svyaz.schema.snapshot import Entity, Field
from svyaz.storage.session import Session

MOST_ROWS, MOST_CELLS = 1000, 20_000
SIGNS = {"₽": "RUB", "руб": "RUB", "руб.": "RUB", "р.": "RUB", "$": "USD", "€": "EUR", "₸": "KZT", "£": "GBP"}
CURRENCY = re.compile(r"^\s*([₽$€₸£])|([₽$€₸£]|руб\.?|р\.|[A-Z]{3})\s*$")

Writing = Callable[[], AbstractContextManager[tuple[Session, Actor]]]


@dataclass(frozen=True, slots=True)
class PastedRow:
    """id None: it would be a new record.  texts: one for each column."""

    texts: Sequence[str]
    id: int | None = None
    version: int | None = None


@dataclass(slots=True)
class ReadRow:
    """values: field key -> the cell as the API tells it, only those that were understood.
    problems: place is "values.<key>" when a cell is to blame."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_pasted(writing: Writing, entity: str, columns: Sequence[str], rows: Sequence[PastedRow]) -> list[ReadRow]:
    """One answer for each row.  Raises TooManyRecords, UnknownField, FieldReadOnly, NotFound, Denied."""
    if len(rows) > MOST_ROWS or len(rows) * max(1, len(columns)) > MOST_CELLS:
        raise TooManyRecords("rows", count=len(rows), limit=MOST_ROWS)
    answer: list[ReadRow] = []
    try:
        with writing() as (session, actor):
            shape = read_entity(session.snapshot, actor, entity)
            fields = [_field(session, actor, shape, key) for key in columns]
            answer += _understood(session, actor, shape, fields, rows)
            _rehearse(session, actor, entity, rows, answer)
            raise _RollBack
    except _RollBack:
        pass
    return answer


class _RollBack(Exception):
    pass


def _field(session: Session, actor: Actor, shape: Entity, key: str) -> Field:
    found = shape.by_key.get(key)
    if found is None or not may_read(session.snapshot, actor, shape.key, key):
        raise UnknownField("columns", field=key)
    if not may_edit(session.snapshot, actor, shape.key, key):
        raise FieldReadOnly("columns", field=found.title.say(actor.language))
    return found


def _understood(
    session: Session, actor: Actor, shape: Entity, fields: Sequence[Field], rows: Sequence[PastedRow]
) -> list[ReadRow]:
    plan = ImportPlan(shape.key, [ColumnMap(at, one.key) for at, one in enumerate(fields)])
    texts = [[clean(text).strip() for text in row.texts[: len(fields)]] for row in rows]
    readings = {
        at: Reading(shape, plan, _forms(one, [row[at] for row in texts if at < len(row)], actor.language), "UTC")
        for at, one in enumerate(fields)
    }
    found = [FileRow(number) for number in range(len(rows))]
    for row, cells in zip(found, texts, strict=True):
        for at, text in enumerate(cells):
            _read_one(row, readings[at], fields[at], at, text)
    lookup = Lookup()
    for one in fields:
        for target in one.targets:
            lookup.find(session, actor, target, "label", [word for row in found for word in row.words.get(one.key, ())])
    named = _labels(session, actor, lookup)
    return [_row(session, actor, fields, row, cells, lookup, named) for row, cells in zip(found, texts, strict=True)]


def _forms(field: Field, texts: Sequence[str], language: str) -> Forms:
    plain = [text for text in texts if text]
    dates = guess_dates(plain) if field.type in DATES else None
    return Forms(dates or "dmy", guess_decimal(plain) or ("." if language == "en" else ","))


def _read_one(row: FileRow, reading: Reading, field: Field, at: int, text: str) -> None:
    if text and field.type == "money" and (sign := CURRENCY.search(text)):
        written = sign[1] or sign[2]
        bare = text.replace(written, "", 1).strip()
        try:
            row.values[field.key] = [str(read_number(bare, reading.forms)), SIGNS.get(written, written)]
        except Problem as problem:
            problem.place = f"values.{field.key}"
            row.problems.append(problem)
        return
    cells: list[Cell] = [*([None] * at), text]
    one = read_row(_only(reading, at), row.number, cells)
    row.values |= one.values
    row.words |= one.words
    row.problems += one.problems


def _only(reading: Reading, at: int) -> Reading:
    """The same reading of one column: each has its own marks of dates and fractions."""
    return Reading(reading.entity, ImportPlan(reading.plan.entity, [reading.plan.columns[at]]), reading.forms, "UTC")


def _labels(session: Session, actor: Actor, lookup: Lookup) -> dict[tuple[str, int], str]:
    ids: dict[str, list[int]] = {}
    for (target, _), words in lookup.known.items():
        ids.setdefault(target, []).extend(id for found in words.values() for id in found)
    ground = ground_of(session, actor)
    return {
        (target, id): label
        for target, wanted in ids.items()
        for id, label in seen_labels(session, actor, ground, target, wanted).items()
    }


def _row(
    session: Session,
    actor: Actor,
    fields: Sequence[Field],
    row: FileRow,
    texts: Sequence[str],
    lookup: Lookup,
    named: Mapping[tuple[str, int], str],
) -> ReadRow:
    read = ReadRow(problems=list(row.problems))
    wrong = {problem.place for problem in row.problems}
    for at, one in enumerate(fields):
        if at >= len(texts) or f"values.{one.key}" in wrong:
            continue
        try:
            if one.key in row.words:
                links = [_link(session, actor, one, word, lookup, named) for word in row.words[one.key]]
                read.values[one.key] = links if _several(one) else links[0]
            elif one.key in row.values:
                kind = TYPES[one.type]
                accepted = kind.accept(row.values[one.key], one.options, session.terms)
                read.values[one.key] = kind.plain(accepted, one.options)
            else:
                read.values[one.key] = [] if _several(one) else None
        except Problem as problem:
            problem.place = f"values.{one.key}"
            read.problems.append(problem)
    return read


def _several(field: Field) -> bool:
    return TYPES[field.type].expression_type(field.options).many


def _link(
    session: Session, actor: Actor, field: Field, word: str, lookup: Lookup, named: Mapping[tuple[str, int], str]
) -> list[Any]:
    for target in field.targets:
        ids = lookup.get(target, "label", word)
        title = session.snapshot.entities[target].title.say(actor.language)
        if len(ids) > 1:
            raise LinkNameAmbiguous(value=word[:100], entity=title, count=len(ids))
        if ids:
            return [ids[0], named.get((target, ids[0]))]
    titles = [session.snapshot.entities[one].title.say(actor.language) for one in field.targets]
    raise LinkNameUnknown(value=word[:100], entity=", ".join(titles))


def _rehearse(
    session: Session, actor: Actor, entity: str, rows: Sequence[PastedRow], answer: Sequence[ReadRow]
) -> None:
    """What the door would say to the values that were understood; a missing right is said of every row."""
    changes = [at for at, row in enumerate(rows) if row.id is not None and answer[at].values]
    fresh = [at for at, row in enumerate(rows) if row.id is None and answer[at].values]
    places = [""] * len(rows)
    try:
        if changes:
            asked = [RecordChange(rows[at].id or 0, answer[at].values, rows[at].version) for at in changes]
            told = change_many(session, actor, entity, asked, each=True, places=places[: len(asked)]).problems
            for at, problems in told.items():
                answer[changes[at]].problems += problems
        if fresh:
            made = [answer[at].values for at in fresh]
            told = create_many(session, actor, entity, made, each=True, places=places[: len(made)]).problems
            for at, problems in told.items():
                answer[fresh[at]].problems += problems
    except Denied as problem:
        for at in (*changes, *fresh):
            answer[at].problems.append(problem)
