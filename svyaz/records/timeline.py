"""The feed of a card: what is planned, and what was done, said and changed, newest first.

A source is anything that has something to tell about a record; app.py lists them.  Each tells only what the
reader may see; this module only checks that he may see the record itself, and merges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from svyaz.access.actor import Actor
from svyaz.kernel.problem import BadValue
from svyaz.kernel.values import Ref
from svyaz.records.read import read_record
from svyaz.storage.session import Session

MOST_PLANNED = 100


class CursorNotUnderstood(BadValue):
    code = "cursor_not_understood"  # facts: value


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the feed.

    id     unique in the feed: "activity:17", "change:105"
    kind   call meeting letter note task | comment | stage | created | change
    at     when it happened; of a plan, when it was made
    author, responsible   [id, label];  files: cells;  about: [entity, id, label]
    title and text        words of people; for a change: `changes`, [[field title, before, after], …]
    """

    id: str
    kind: str
    at: datetime
    title: str = ""
    text: str = ""
    due_at: datetime | None = None
    done_at: datetime | None = None
    author: list[Any] | None = None
    responsible: list[Any] | None = None
    files: tuple[Any, ...] = ()
    about: list[Any] | None = None
    record: int | None = None
    version: int | None = None
    changes: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything told so far is at or after this place in the order (at, id), newest first."""

    at: datetime
    id: str

    def is_before(self, item: Item) -> bool:
        """Whether the item is still to be told."""
        return (item.at, item.id) < (self.at, self.id)


class Source(Protocol):
    """kinds: what it tells, for the filter of the feed."""

    kinds: tuple[str, ...]

    def planned(self, session: Session, actor: Actor, about: Ref) -> Sequence[Item]: ...

    def done(
        self, session: Session, actor: Actor, about: Ref, kind: str, until: datetime | None, limit: int
    ) -> Sequence[Item]:
        """Newest first, at least `limit` of those not later than `until` when there are so many,
        and all of those at one and the same instant as the last of them."""
        ...


@dataclass(frozen=True, slots=True)
class Timeline:
    planned: tuple[Item, ...]
    done: tuple[Item, ...]
    next: str | None


def read_timeline(
    session: Session,
    actor: Actor,
    entity: str,
    id: int,
    sources: Sequence[Source],
    kind: str = "",
    after: str | None = None,
    limit: int = 50,
) -> Timeline:
    """kind: "" for all.  planned comes only with the first page.  Raises NotFound, Denied, CursorNotUnderstood."""
    record = read_record(session, actor, entity, id)
    about = Ref(entity, record.id)
    cursor = _cursor(after) if after else None
    asked = [source for source in sources if not kind or kind in source.kinds]
    planned: list[Item] = []
    done: list[Item] = []
    for source in asked:
        if cursor is None:
            planned += [one for one in source.planned(session, actor, about) if not kind or one.kind == kind]
        done += source.done(session, actor, about, kind, cursor.at if cursor else None, limit + 1)
    left = [one for one in done if (cursor is None or cursor.is_before(one)) and (not kind or one.kind == kind)]
    left.sort(key=lambda one: (one.at, one.id), reverse=True)
    shown = left[:limit]
    more = f"{shown[-1].at.isoformat()}|{shown[-1].id}" if len(left) > limit else None
    planned.sort(key=lambda one: (one.due_at is None, one.due_at or one.at, one.id))
    return Timeline(tuple(planned[:MOST_PLANNED]), tuple(shown), more)


def _cursor(text: str) -> Cursor:
    at, _, id = text.partition("|")
    try:
        when = datetime.fromisoformat(at)
    except ValueError as error:
        raise CursorNotUnderstood("after", value=text[:40]) from error
    if when.tzinfo is None or not id:
        raise CursorNotUnderstood("after", value=text[:40])
    return Cursor(when, id)
