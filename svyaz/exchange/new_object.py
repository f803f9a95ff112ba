"""From a spreadsheet to an object of one's own: types guessed from the cells, links from values that are already here.

    guess    the first rows are read; a person corrects what was guessed
    make     the object is added by the configurator, then the file is imported into it like any file

A column becomes a link when most of its different values name records of one object the person sees; values that
name none become records of it while the import runs.  What repeats a lot and is short becomes a choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.apply import may
from svyaz.configurator.apply import apply_wanted
from svyaz.configurator.carry import with_keys
from svyaz.configurator.edits import AddEntity
from svyaz.configurator.plan import Wanted
from svyaz.exchange import imports
from svyaz.exchange.file_rows import as_text
from svyaz.exchange.first_look import SAMPLE_ROWS, guess_heading
from svyaz.exchange.forms import DATE, Forms, guess_dates, guess_decimal, read_date, read_number
from svyaz.exchange.tables import Cell, TableFile, count_rows, open_table, rows
from svyaz.jobs.queue import enqueue
from svyaz.kernel.keys import key_from_title
from svyaz.kernel.problem import BadValue, NotFound
from svyaz.kernel.text import fold, sort_key
from svyaz.records.entry import open_entry
from svyaz.records.links import seen_ids
from svyaz.schema.snapshot import Snapshot
from svyaz.storage import blobs, record_tables
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company

MOST_OPTIONS, REPEATED, LONG_OPTION = 12, 3, 40
MOST_LINKED, LINKED_SHARE, LEAST_LINKED = 300, 0.6, 3
LONG = 300
MONEY = (
    "сумма",
    "цена",
    "стоимость",
    "оплата",
    "платёж",
    "платеж",
    "долг",
    "баланс",
    "бюджет",
    "price",
    "amount",
    "sum",
)
YES_NO = {"да", "нет", "yes", "no", "true", "false", "+", "-"}
PHONE = re.compile(r"(\+|8|7)[\d\s()\-]{9,18}\Z")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
ADDRESS = re.compile(r"https?://\S+\Z")
MOST_NAMED = 3  # of what was found and of what was not, for a person to judge by
OURS = ("column", "samples", "links", "matched")  # what a guess says beside the settings of a field


@dataclass(frozen=True, slots=True)
class Made:
    """revision: with the object;  run: the import that has begun, `job` its job."""

    revision: int
    entity: str
    run: int
    job: int


def guess(session: Session, actor: Actor, table: TableFile, title: str = "") -> dict[str, Any]:
    """{"table": as for add_entity, each field with its column and samples, "rows": N or None}."""
    first = list(islice(rows(table), SAMPLE_ROWS))
    heading = guess_heading(first)
    head = [as_text(cell) if cell is not None else "" for cell in first[heading - 1]] if heading else []
    below = first[heading:]
    width = max((len(head), *(len(row) for row in below)), default=0)
    head += [""] * (width - len(head))
    columns = [[row[at] for row in below if at < len(row) and row[at] not in (None, "")] for at in range(width)]
    fields = [
        {"title": name.strip()[:200] or f"{at + 1}", **_field(session, actor, name, cells), "column": at}
        for at, (name, cells) in enumerate(zip(head, columns, strict=True))
        if name.strip() or cells
    ]
    for field, cells in zip(fields, (columns[field["column"]] for field in fields), strict=True):
        field["samples"] = list(dict.fromkeys(as_text(cell)[:100] for cell in cells))[:5]
    named = title.strip() or table.name.rsplit(".", 1)[0]
    told = with_keys({"title": {"ru": named[:200], "plural": named[:200]}, "field": fields}, session.snapshot.entities)
    total = count_rows(table)
    return {"table": told, "rows": None if total is None else max(0, total - heading)}


def _field(session: Session, actor: Actor, name: str, cells: Sequence[Cell]) -> dict[str, Any]:
    words = [as_text(cell).strip() for cell in cells]
    if not words:
        return {"type": "text"}
    if all(isinstance(cell, bool) for cell in cells) or {fold(word) for word in words} <= YES_NO:
        return {"type": "yes_no"}
    if all(isinstance(cell, date) for cell in cells):
        timed = any(isinstance(cell, datetime) and (cell.hour or cell.minute) for cell in cells)
        return {"type": "datetime" if timed else "date"}
    number = _number(name, cells, words)
    if number is not None:
        return number
    if all(DATE.match(word) for word in words) and (dated := _dated(words)):
        return {"type": dated}
    for kind, pattern in (("email", EMAIL), ("url", ADDRESS), ("phone", PHONE)):
        if all(pattern.match(word) for word in words):
            return {"type": kind}
    return _link(session, actor, words) or _words(words)


def _number(name: str, cells: Sequence[Cell], words: Sequence[str]) -> dict[str, Any] | None:
    """Whole numbers, decimals, sums of money; what begins with a zero or is longer than fifteen digits is a text."""
    forms = Forms(decimal=guess_decimal(words) or ",")
    scale = 0
    for cell, word in zip(cells, words, strict=True):
        if isinstance(cell, (bool, date)):
            return None
        bare = re.sub(r"[\s\u00a0\u202f]", "", word)
        if isinstance(cell, str) and (
            re.match(r"0\d", bare) or (PHONE.match(word) and len(re.sub(r"\D", "", word)) > 10)
        ):
            return None
        try:
            read = str(read_number(cell, forms))
        except BadValue:
            return None
        whole, _, fraction = read.partition(".")
        if len(whole.lstrip("-")) > 15 or not re.fullmatch(r"-?\d*(\.\d+)?(e[+-]?\d+)?", read):
            return None
        scale = max(scale, len(fraction.rstrip("0")))
    money = any(sign in word for word in words for sign in ("₽", "руб")) or fold(name).startswith(MONEY)
    if money and scale <= 2:
        return {"type": "money"}
    return {"type": "decimal", "scale": min(scale, 6)} if scale else {"type": "integer"}


def _dated(words: Sequence[str]) -> str:
    forms = Forms(dates=guess_dates(words) or "dmy")
    try:
        read = [str(read_date(word, forms)) for word in words]
    except BadValue:
        return ""
    return "datetime" if any("T" in one for one in read) else "date"


def _link(session: Session, actor: Actor, words: Sequence[str]) -> dict[str, Any] | None:
    """The object most of whose names, of those the asker sees, stand in the column.

    matched: {"found", "of"} of the different values looked up, {"here", "new"} the first that are there and are not
    """
    different = {sort_key(word): word for word in reversed(list(dict.fromkeys(words))[:MOST_LINKED])}
    if len(different) < LEAST_LINKED:
        return None
    best: tuple[int, str, frozenset[str]] = (0, "", frozenset())
    snapshot: Snapshot = session.snapshot
    for key, entity in snapshot.entities.items():
        if entity.kind == "line" or entity.hidden or not may(snapshot, actor, key, "see"):
            continue
        found = _seen(session, actor, key, sorted(different))
        best = max(best, (len(found), key, found), key=lambda one: one[:2])
    count, target, found = best
    if count < LINKED_SHARE * len(different):
        return None
    looked_up = list(reversed(different.items()))
    named = {
        "here": [word for key, word in looked_up if key in found][:MOST_NAMED],
        "new": [word for key, word in looked_up if key not in found][:MOST_NAMED],
    }
    matched = {"found": count, "of": len(different), **named}
    return {"type": "link", "to": target, "on_delete": "clear", "links": target, "matched": matched}


def _seen(session: Session, actor: Actor, entity: str, keys: Sequence[str]) -> frozenset[str]:
    """Which of the keys of labels name a record that the asker sees; () at once where there are too few of any."""
    found = record_tables.find_by_label(session, entity, list(keys))
    if len(found) < LINKED_SHARE * len(keys):
        return frozenset()
    ids = [id for listed in found.values() for id in listed]
    seen = seen_ids(open_entry(session, actor, entity), entity, ids)
    return frozenset(key for key, listed in found.items() if seen.intersection(listed))


def _words(words: Sequence[str]) -> dict[str, Any]:
    different = list(dict.fromkeys(words))
    short = max(map(len, different)) <= LONG_OPTION
    if short and len(different) <= MOST_OPTIONS and len(words) >= REPEATED * len(different):
        return {"type": "choice", "options": _options(different)}
    return {"type": "long_text" if max(map(len, words)) > LONG else "text"}


def _options(titles: Iterable[str]) -> list[dict[str, Any]]:
    made: dict[str, dict[str, Any]] = {}
    for title in titles:
        key, number = key_from_title(title), 2
        while key in made:
            key, number = f"{key_from_title(title)[:22].rstrip('_')}_{number}", number + 1
        made[key] = {"key": key, "title": {"ru": title}}
    return list(made.values())


# ------------------------------------------------------------------ made


def make(company: Company, actor: Actor, revision: int, file: int, given: Mapping[str, Any]) -> Made:
    """Add the object, then begin the import.  Raises what apply_wanted does; then there is neither."""
    with company.read() as session:
        kept = next(iter(blobs.find_files(session, [file])), None)
        if kept is None or kept.created_by != actor.employee or kept.record is not None:
            raise NotFound("file", entity="file", id=file)
        whole = with_keys(given, session.snapshot.entities)
    table = open_table(blobs.path_of(company.blobs, kept.sha256), kept.name)
    columns = {one["column"]: one for one in whole.get("field", ()) if isinstance(one.get("column"), int)}
    bare = [{name: value for name, value in one.items() if name not in OURS} for one in whole.get("field", ())]
    done = apply_wanted(company, actor, Wanted(revision, [AddEntity({**whole, "field": bare})]), kept.name)
    entity = str(whole["key"])
    with company.read() as session:
        seen = imports.first_sight(session, actor, table.path, kept.name, entity)
    plan = {key: value for key, value in seen["plan"].items() if key not in ("entity", "keys")}
    with company.write() as session:
        run = imports.upload(session, actor, company.blobs, entity, kept, seen)
        blobs.attach(session, [kept.id], 0, run.id)
        mapped = [_column(session, actor, at, one) for at, one in sorted(columns.items())]
        imports.set_plan(session, actor, run.id, {**plan, "columns": mapped})
        begun = imports.start(session, actor, run.id, enqueue)
    assert begun.job is not None
    return Made(done.revision, entity, run.id, begun.job)


def _column(session: Session, actor: Actor, at: int, field: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"column": at, "field": field["key"]}
    if field.get("type") == "link":
        to = field.get("to")
        told["missing"] = "create" if may(session.snapshot, actor, str(to), "add") else "empty"
    return told
