"""Numbers of autonumber fields: given once, at creation, in the order the records were given.

An import may bring numbers of the old program: they are kept, and ours go on after the largest of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from svyaz.fields.autonumber import count_of, number_text, period_of
from svyaz.records.draft import Draft
from svyaz.records.entry import Entry
from svyaz.schema.snapshot import Field
from svyaz.storage import numbering, record_tables

MOST_TRIES = 50


def give_numbers(entry: Entry, drafts: Sequence[Draft]) -> None:
    """Fill every empty autonumber field of new drafts."""
    for key, field in entry.fields.items():
        if field.type == "autonumber":
            _remember(entry, field, [draft.values[key] for draft in drafts if draft.values.get(key) is not None])
            blank = [draft for draft in drafts if draft.values.get(key) is None]
            if blank:
                _fill(entry, field, blank)


def _remember(entry: Entry, field: Field, brought: Sequence[str]) -> None:
    counts = [count for one in brought if (count := count_of(field.options["pattern"], one)) is not None]
    if counts:
        numbering.raise_number(entry.session, field.number, _period(entry, field), max(counts))


def _fill(entry: Entry, field: Field, blank: Sequence[Draft]) -> None:
    left = list(blank)
    for _ in range(MOST_TRIES):
        first = numbering.take_number(entry.session, field.number, _period(entry, field), len(left))
        day = _today(entry)
        texts = [number_text(field.options["pattern"], first + at, day) for at in range(len(left))]
        keys = [entry.types[field.key].key(text, field.options) for text in texts]
        taken = record_tables.find_by_key(entry.session, entry.shape.key, field.key, keys)
        free = [text for text, key in zip(texts, keys, strict=True) if key not in taken]
        for draft, text in zip(left, free, strict=False):
            draft.values[field.key] = text
        left = left[len(free) :]
        if not left:
            return
    raise RuntimeError(f"no free number of field {field.key} after {MOST_TRIES} tries")


def _period(entry: Entry, field: Field) -> str:
    return period_of(field.options["reset"], _today(entry))


def _today(entry: Entry) -> date:
    return entry.session.now.astimezone(ZoneInfo(entry.ground.zone)).date()
