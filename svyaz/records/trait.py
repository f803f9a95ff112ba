"""How a trait takes part in a write: three moments, each for all records of the call at once.

app.py hands the list of traits to the company, the company to each session (`session.conduct`);
records asks only those the entity has opted into, in the order of the list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from svyaz.records.draft import Draft
from svyaz.records.entry import Entry
from svyaz.records.new_rows import NewRows
from svyaz.storage.record_tables import Stored


@dataclass(frozen=True, slots=True)
class Trait:
    """before   may fill `draft.values` and add to `draft.problems`; runs before checks, in create and in change
    after    the rows are written and logged, ids and versions are known; may write other records
    moved    records went to the trash (True) or came back from it (False)

    rows_before, rows_after   the same for many new records by columns (new_rows.py): a row that `before` would refuse
                              is doubted.  An entity with a trait that has `before` without them goes record by record.
    """

    key: str
    before: Callable[[Entry, Sequence[Draft]], None] | None = None
    after: Callable[[Entry, Sequence[Draft]], None] | None = None
    moved: Callable[[Entry, Sequence[Stored], bool], None] | None = None
    rows_before: Callable[[Entry, NewRows], None] | None = None
    rows_after: Callable[[Entry, NewRows], None] | None = None


def traits_of(entry: Entry) -> list[Trait]:
    return [one for one in entry.session.conduct if one.key in entry.shape.traits]
