"""What a manager of people does with the ways in of others: gives, takes, changes roles, blocks, resets, ends.

Three rules hold for all of it.  Whose card one may not see, him one does not manage (404 or 403, as for the card).
Nobody manages whoever has rights beyond his own — else a new password would be a way to those rights — nor gives
roles beyond them.  The last administrator stays.

Secrets are hashed before the transaction: argon2id takes half of a tenth of a second, and writers wait in line.
"""

from __future__ import annotations

from svyaz.access.abilities import require_ability
from svyaz.access.actor import Actor
from svyaz.access.covers import roles_beyond
from svyaz.kernel.problem import Denied, Problem
from svyaz.org import journal
from svyaz.org.administrators import is_administrator, keep_one
from svyaz.org.people import check_roles, put_way_in
from svyaz.org.sessions import session_id
from svyaz.records.read import RecordView, read_record
from svyaz.schema.snapshot import Role
from svyaz.storage import accounts, second_steps
from svyaz.storage.session import Session


class RightsBeyondYours(Denied):
    """facts: roles (titles), who_may"""

    code = "rights_beyond_yours"


class NotOneself(Problem):
    """One who shuts himself out cannot open the door again."""

    code = "not_oneself"


class NoWayIn(Problem):
    code = "no_way_in"  # facts: who


class WorksNoLonger(Problem):
    code = "works_no_longer"  # facts: who


class AlreadyComesIn(Problem):
    code = "already_comes_in"  # facts: who, login


def beyond(session: Session, actor: Actor, employee: int) -> list[Role]:
    """Roles of the person that the actor does not match: [] when he may be managed."""
    return roles_beyond(session.snapshot, actor, accounts.roles_of(session, employee))


def managed(session: Session, actor: Actor, employee: int) -> RecordView:
    """The card of a person whom the actor may manage.  Raises what reading the card does, DeniedAbility, RightsBeyondYours."""
    require_ability(session.snapshot, actor, "people")
    seen = read_record(session, actor, "employee", employee)
    check_beyond(session, actor, accounts.roles_of(session, employee))
    return seen


def check_beyond(session: Session, actor: Actor, roles: tuple[str, ...]) -> None:
    more = roles_beyond(session.snapshot, actor, roles)
    if more:
        told = ", ".join(role.title.say(actor.language) for role in more)
        raise RightsBeyondYours(roles=told, who_may=told)


def give_access(
    session: Session, actor: Actor, employee: int, login: str, roles: tuple[str, ...], password_hash: str | None
) -> None:
    """A first way in, with a password that must be changed, or none yet: an invitation asks for one.  Raises AlreadyComesIn, WorksNoLonger, LoginTaken…"""
    seen = managed(session, actor, employee)
    known = accounts.login_of(session, employee)
    if known is not None:
        raise AlreadyComesIn(who=seen.label, login=known.login)
    _works(seen)
    check_roles(session, roles)
    check_beyond(session, actor, roles)
    put_way_in(session, employee, login, password_hash, must_change=True)
    accounts.set_roles(session, employee, roles)
    journal.note(session, "access_given", actor.employee, employee, login=login, roles=list(roles))


def change_roles(session: Session, actor: Actor, employee: int, roles: tuple[str, ...]) -> None:
    managed(session, actor, employee)
    check_roles(session, roles)
    check_beyond(session, actor, roles)
    before, ruled = accounts.roles_of(session, employee), is_administrator(session, employee)
    if set(before) == set(roles):
        return
    accounts.set_roles(session, employee, roles)
    if ruled:
        keep_one(session)
    journal.note(session, "roles_changed", actor.employee, employee, before=list(before), after=sorted(set(roles)))


def block(session: Session, actor: Actor, employee: int) -> None:
    """Sessions and tokens end with this commit; the card, and all that the person did, stay."""
    seen = managed(session, actor, employee)
    if employee == actor.employee:
        raise NotOneself()
    _way_in(session, seen)
    ruled = is_administrator(session, employee)
    accounts.block_login(session, employee)
    if ruled:
        keep_one(session)
    journal.note(session, "blocked", actor.employee, employee)


def let_in_again(session: Session, actor: Actor, employee: int) -> None:
    seen = managed(session, actor, employee)
    _way_in(session, seen)
    _works(seen)
    accounts.unblock_login(session, employee, works_here=True)
    journal.note(session, "let_in", actor.employee, employee)


def reset_password(session: Session, actor: Actor, employee: int, password_hash: str) -> None:
    """The former password is worth nothing at once, wherever it was used."""
    seen = managed(session, actor, employee)
    _way_in(session, seen)
    if employee == actor.employee:
        raise NotOneself()
    accounts.set_password(session, employee, password_hash, must_change=True)
    accounts.end_sessions_of(session, employee)
    journal.note(session, "password_reset", actor.employee, employee)


def reset_second(session: Session, actor: Actor, employee: int) -> None:
    """Of who has lost his authenticator.  His passkeys may be in the same lost hands, and so may his sessions."""
    seen = managed(session, actor, employee)
    _way_in(session, seen)
    if employee == actor.employee:
        raise NotOneself()
    second_steps.drop_factor(session, employee)
    second_steps.drop_passkeys(session, employee)
    accounts.end_sessions_of(session, employee)
    journal.note(session, "second_reset", actor.employee, employee)


def end_sessions(session: Session, actor: Actor, employee: int, id: str = "", keep: str = "") -> int:
    """id: one of them, as the list calls it; "" for all but `keep`, a hash.  How many have ended."""
    managed(session, actor, employee)
    listed = accounts.sessions_of(session, employee, 0)
    ended = [row[0] for row in listed if row[0] != keep and id in ("", session_id(row[0]))]
    for key_hash in ended:
        accounts.end_session(session, key_hash)
    if ended:
        journal.note(session, "session_ended", actor.employee, employee, count=len(ended))
    return len(ended)


def _way_in(session: Session, seen: RecordView) -> accounts.Login:
    login = accounts.login_of(session, seen.id)
    if login is None:
        raise NoWayIn(who=seen.label)
    return login


def _works(seen: RecordView) -> None:
    if seen.deleted_at is not None or seen.values.get("active") is False:
        raise WorksNoLonger(who=seen.label)
