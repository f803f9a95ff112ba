"""«Поделиться»: one record opened to a colleague, a group or a department, to read or to change, until a day.

A share widens the scope of a role to one record more; it gives no verb and no field that the person's roles do not
give on any record.  It may be given by whoever has the verb `share` on the record, or manages people; to change, by
whoever may himself change it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from svyaz.access.actor import Actor
from svyaz.access.apply import granted
from svyaz.access.why import Inquiry
from svyaz.kernel import dates
from svyaz.kernel.problem import NotFound, Problem
from svyaz.kernel.words import load_words
from svyaz.org import journal
from svyaz.org.actors import build_actor
from svyaz.records.denial import explain_no
from svyaz.records.read import RecordView, read_record
from svyaz.schema.snapshot import Entity
from svyaz.storage import record_tables, shares
from svyaz.storage.session import Session
from svyaz.storage.shares import Share

MOST = 200
LAST_DAY = date(2999, 12, 31)


class NotToBeShared(Problem):
    """A line of a card is opened with its card; a card that lies in the trash is opened to nobody."""

    code = "not_to_be_shared"


class ShareUseless(Problem):
    """His roles let him see no record of this kind, so one more changes nothing."""

    code = "share_useless"  # facts: who, entity


class ShareEnded(Problem):
    code = "share_ended"


class TooManyShares(Problem):
    code = "too_many_shares"  # facts: most


@dataclass(frozen=True, slots=True)
class Wanted:
    """until: the last day it holds, in the company's zone; None: until it is taken away."""

    kind: str
    whom: int
    edit: bool = False
    until: date | None = None


def may_share(session: Session, actor: Actor, entity: str, id: int) -> tuple[bool, bool]:
    """Whether the actor may open a record that he sees to others at all, and whether to change it."""
    shape = session.snapshot.entities[entity]
    stored = record_tables.fetch(session, entity, [id]).get(id)
    if stored is None or stored.deleted_at is not None or shape.kind == "line":
        return False, False
    asking = Inquiry(session, actor, shape, stored, actor.language)
    changes = asking.may(actor, "change")
    return asking.may(actor, "share") or "people" in actor.abilities, changes


def list_shares(session: Session, actor: Actor, entity: str, id: int) -> list[Share]:
    """[] for whoever may not share the record.  Raises what reading the record does."""
    read_record(session, actor, entity, id)
    return shares.of_record(session, id) if may_share(session, actor, entity, id)[0] else []


def share(session: Session, actor: Actor, entity: str, id: int, wanted: Wanted) -> int:
    """The id of the share.  Raises what reading the record and the card of whom it is shared with does; Denied,
    NotToBeShared, ShareUseless, ShareEnded, TooManyShares."""
    seen = read_record(session, actor, entity, id)
    shape = session.snapshot.entities[entity]
    _check(session, actor, shape, seen, wanted.edit)
    whom = read_record(session, actor, wanted.kind, wanted.whom)
    if whom.deleted_at is not None:
        raise NotFound("whom", entity=wanted.kind, id=wanted.whom)
    if wanted.kind == "employee":
        asked = build_actor(session, wanted.whom)
        if asked is None or granted(session.snapshot, asked, entity, "see") is None:
            raise ShareUseless("whom", who=whom.label, entity=shape.title.say(actor.language))
    until = _end_of(session, wanted.until)
    if until is not None and until <= session.now:
        raise ShareEnded("until")
    if len(shares.of_record(session, id)) >= MOST:
        raise TooManyShares(most=MOST)
    made = shares.put(session, shape.number, id, wanted.kind, wanted.whom, wanted.edit, until, actor.employee)
    _note(session, actor, "shared", shape, id, wanted.kind, wanted.whom, whom.label)
    return made


def unshare(session: Session, actor: Actor, id: int) -> None:
    """Raises NotFound, also for a record that the actor does not see, and Denied."""
    found = shares.find(session, id)
    shape = session.snapshot.by_number.get(found.entity) if found else None
    if found is None or shape is None:
        raise NotFound("id", entity="share", id=id)
    try:
        seen = read_record(session, actor, shape.key, found.record)
    except Problem:
        raise NotFound("id", entity="share", id=id) from None
    _check(session, actor, shape, seen, edit=False)
    shares.drop(session, id)
    _note(session, actor, "unshared", shape, found.record, found.kind, found.whom, whom_of(session, found) or "")


def whom_of(session: Session, one: Share) -> str | None:
    """The name of whom it is opened to, for those who may share the record."""
    return record_tables.labels(session, one.kind, [one.whom]).get(one.whom)


def _check(session: Session, actor: Actor, shape: Entity, seen: RecordView, edit: bool) -> None:
    if shape.kind == "line" or seen.deleted_at is not None:
        raise NotToBeShared()
    may, may_edit = may_share(session, actor, shape.key, seen.id)
    if not may or (edit and not may_edit):
        raise explain_no(session, actor, shape, seen.id, "change" if may else "share")


def _end_of(session: Session, day: date | None) -> datetime | None:
    if day is None:
        return None
    return dates.moment(
        datetime.combine(min(day, LAST_DAY) + timedelta(days=1), time.min), session.snapshot.settings.zone
    )


def _note(session: Session, actor: Actor, kind: str, shape: Entity, id: int, whose: str, whom: int, label: str) -> None:
    words = load_words(session.snapshot.settings.language)
    what = words.say("share.what", entity=shape.title.say(session.snapshot.settings.language), number=id)
    journal.note(session, kind, actor.employee, whom if whose == "employee" else None, "", "", whom=label, what=what)
