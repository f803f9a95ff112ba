"""«Посмотреть как сотрудник»: an administrator's session reads with the rights of a colleague and writes nothing.

It may be begun by whoever manages people and would himself see all that he will see this way: roles of the
colleague that give more, and records beyond the administrator's own reach, forbid it.  This is asked anew at each
request: with the right the view is gone.
"""

from __future__ import annotations

from collections.abc import Mapping

from svyaz.access.abilities import require_ability
from svyaz.access.actor import Actor
from svyaz.access.apply import granted
from svyaz.access.covers import roles_beyond
from svyaz.expression.tree import ALWAYS
from svyaz.kernel.problem import Denied, NotFound, Problem
from svyaz.org import journal
from svyaz.org.actors import build_actor
from svyaz.org.sessions import digest
from svyaz.org.ways_in import NotOneself, RightsBeyondYours
from svyaz.records.read import read_record
from svyaz.schema.snapshot import Snapshot
from svyaz.storage import view_as
from svyaz.storage.accounts import SignedIn
from svyaz.storage.session import Session

READING = ("see", "export", "history")
SEEN_WITH_ANOTHER = ("comment", "activity")


class ViewingOnly(Denied):
    """While one looks as a colleague, nothing is written: not in his name, nor in one's own."""

    code = "viewing_only"


class SeesBeyondYou(Denied):
    code = "sees_beyond_you"  # facts: who, entity


class LookInPerson(Denied):
    """A token has no session that could look as somebody else."""

    code = "look_in_person"


class NotViewing(Problem):
    code = "not_viewing"


def begin(session: Session, actor: Actor, key: str, employee: int, address: str, browser: str) -> None:
    """Raises DeniedAbility, what reading the colleague's card does, RightsBeyondYours, SeesBeyondYou, NotOneself, LookInPerson."""
    require_ability(session.snapshot, actor, "people")
    if actor.kind != "person":
        raise LookInPerson()
    seen = read_record(session, actor, "employee", employee)
    if employee == actor.employee:
        raise NotOneself()
    asked = build_actor(session, employee)
    if asked is None:
        raise NotFound("employee", entity="employee", id=employee)
    check_within(session.snapshot, actor, asked, seen.label)
    view_as.begin(session, digest(key), employee)
    journal.note(session, "view_began", actor.employee, employee, address, browser)


def end(session: Session, actor: Actor, key: str, address: str, browser: str) -> None:
    """actor: the administrator himself."""
    employee = view_as.end(session, digest(key))
    if employee is None:
        raise NotViewing()
    journal.note(session, "view_ended", actor.employee, employee, address, browser)


def lapse(session: Session, key: str) -> None:
    """The right to the view is gone, so the view is: it does not come back with the right."""
    employee = view_as.end(session, digest(key))
    if employee is not None:
        journal.note(session, "view_ended", None, employee)


def may_view(snapshot: Snapshot, actor: Actor, asked: Actor) -> bool:
    try:
        check_within(snapshot, actor, asked, "")
    except Denied:
        return False
    return "people" in actor.abilities


def looks_as(session: Session, signed: Mapping[str, SignedIn]) -> dict[str, int]:
    """key of a session -> as whom it looks at the company: as who has come in, but for the views that still may be."""
    found = {key: one.employee for key, one in signed.items()}
    hashes = {digest(key): key for key in signed}
    for key_hash, employee in view_as.employees_of(session, list(hashes)).items():
        key = hashes[key_hash]
        actor, asked = build_actor(session, found[key]), build_actor(session, employee)
        if actor is not None and asked is not None and may_view(session.snapshot, actor, asked):
            found[key] = employee
    return found


def check_within(snapshot: Snapshot, actor: Actor, asked: Actor, who: str) -> None:
    """«Own» of another is not one's own: what the colleague reads in any scope, the administrator reads in all."""
    more = roles_beyond(snapshot, actor, (*asked.roles, *asked.stood_roles))
    if more:
        told = ", ".join(role.title.say(actor.language) for role in more)
        raise RightsBeyondYours(roles=told, who_may=told)
    for key, shape in snapshot.entities.items():
        if shape.hidden or shape.kind == "line" or any(one in shape.traits for one in SEEN_WITH_ANOTHER):
            continue  # these are seen with the card or the record they are about
        for verb in READING:
            if granted(snapshot, asked, key, verb) is not None and granted(snapshot, actor, key, verb) != ALWAYS:
                raise SeesBeyondYou(who=who, entity=shape.title.say(actor.language))
