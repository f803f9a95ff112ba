"""The list behind the bell: notices of the reader, each with the record it is about as he may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from svyaz.access.actor import Actor
from svyaz.records.cells import seen_labels
from svyaz.records.read import ground_of
from svyaz.storage import notices
from svyaz.storage.session import Session, iso_instant


@dataclass(frozen=True, slots=True)
class NoticeView:
    """about: [entity key, id, label]; label None: gone, or no longer to be seen."""

    id: int
    kind: str
    at: str
    read_at: str | None
    about: list[Any]


def read_notices(session: Session, actor: Actor, unread_only: bool = False, limit: int = 50) -> list[NoticeView]:
    """Newest first; an actor who is nobody has none."""
    if actor.employee is None:
        return []
    found = notices.notices_of(session, actor.employee, unread_only, limit)
    labels: dict[int, dict[int, str]] = {}
    for number in {one.entity for one in found}:
        shape = session.snapshot.by_number.get(number)
        ids = [one.record for one in found if one.entity == number]
        labels[number] = seen_labels(session, actor, ground_of(session, actor), shape.key, ids) if shape else {}
    told = []
    for one in found:
        shape = session.snapshot.by_number.get(one.entity)
        about = [shape.key if shape else None, one.record, labels[one.entity].get(one.record)]
        told.append(NoticeView(one.id, one.kind, iso_instant(one.at) or "", iso_instant(one.read_at), about))
    return told


def mark_notices_read(session: Session, actor: Actor, ids: Sequence[int]) -> int:
    return 0 if actor.employee is None else notices.mark_read(session, actor.employee, ids)
