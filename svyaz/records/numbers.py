"""Numbers of autonumber fields: given once, at creation, in the order the records were given.

An import may bring numbers of the old program: they are kept, and ours go on after the largest of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from svyaz.fields.autonumber import count_of, number_texts, period_of
from svyaz.records.draft import Draft
from svyaz.records.entry import Entry
from svyaz.records.new_rows import NewRows
from svyaz.schema.snapshot import Field
from svyaz.storage import numbering, record_tables

MOST_TRIES = 50


def give_numbers(entry: Entry, drafts: Sequence[Draft]) -> None:
    """Fill every empty autonumber field of new drafts."""
    for key, field in entry.fields.items():
        if field.type == "autonumber":
            _remember(entry, field, [draft.values[key] for draft in drafts if draft.values.get(key) is not None])
            blank = [draft for draft in drafts if draft.values.get(key) is None]
            for draft, text in zip(blank, _free_numbers(entry, field, len(blank)) if blank else (), strict=True):
                draft.values[key] = text


def _remember(entry: Entry, field: Field, brought: Sequence[str]) -> None:
    counts = [count for one in brought if (count := count_of(field.options["pattern"], one)) is not None]
    if counts:
        numbering.raise_number(entry.session, field.number, _period(entry, field), max(counts))


def give_number_columns(entry: Entry, rows: NewRows) -> None:
    """The same for many new records."""
    for key, field in entry.fields.items():
        if field.type != "autonumber":
            continue
        column = rows.column(key)
        _remember(entry, field, [value for value in column if value is not None])
        blank = column.count(None)
        if blank:
            texts = iter(_free_numbers(entry, field, blank))
            rows.values[key] = [next(texts) if value is None else value for value in column]
            rows.shadows.pop(key, None)


def _free_numbers(entry: Entry, field: Field, count: int) -> list[str]:
    """So many numbers that nobody has, in order."""
    found: list[str] = []
    for _ in range(MOST_TRIES):
        wanted = count - len(found)
        first = numbering.take_number(entry.session, field.number, _period(entry, field), wanted)
        texts = number_texts(field.options["pattern"], range(first, first + wanted), _today(entry))
        keys = entry.types[field.key].key_all(texts, field.options)
        taken = record_tables.find_by_key(entry.session, entry.shape.key, field.key, keys)
        found += [text for text, key in zip(texts, keys, strict=True) if key not in taken] if taken else texts
        if len(found) == count:
            return found
    raise RuntimeError(f"no free number of field {field.key} after {MOST_TRIES} tries")


def _period(entry: Entry, field: Field) -> str:
    return period_of(field.options["reset"], _today(entry))


def _today(entry: Entry) -> date:
    return entry.session.now.astimezone(ZoneInfo(entry.ground.zone)).date()
