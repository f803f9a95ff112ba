"""«Почему?» of people: whoever may see rights asks about anybody, everybody about himself.

Who may not see rights is told nothing of a record he cannot see: to him it is not there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from svyaz.access.abilities import require_ability
from svyaz.access.actor import Actor
from svyaz.access.apply import granted, read_entity
from svyaz.access.fields import right
from svyaz.access.why import Inquiry, Verdict, department_of, explain_entity, explain_record
from svyaz.kernel.problem import NotFound
from svyaz.org.actors import build_actor
from svyaz.org.administrators import administrators
from svyaz.org.people import names_of
from svyaz.schema.snapshot import Entity
from svyaz.storage import accounts, record_tables
from svyaz.storage.session import Session

SEES_RIGHTS = "people"
MOST_HELPERS = 5


@dataclass(frozen=True, slots=True)
class Answered:
    """department: of whoever answers for the record.  hidden, locked: titles of fields the person may not read, may
    read and not fill; () for whoever asks about himself.  helpers: names of administrators."""

    employee: int
    label: str
    roles: tuple[str, ...]
    comes_in: bool
    department: str
    deleted: bool
    verdicts: tuple[Verdict, ...]
    hidden: tuple[str, ...]
    locked: tuple[str, ...]
    helpers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seer:
    """One who sees the record.  verbs: what else he may do with it;  why: what decided, in sentences."""

    employee: int
    label: str
    verbs: tuple[str, ...]
    why: tuple[str, ...]


def why(session: Session, actor: Actor, entity: str, id: int, employee: int) -> Answered:
    """id 0: of the entity as such.  Raises NotFound, DeniedAbility."""
    shape, stored = _asked_about(session, actor, entity, id, employee)
    asked = build_actor(session, employee)
    if asked is None:
        raise NotFound("employee", entity="employee", id=employee)
    if stored is None:
        department, verdicts = "", explain_entity(session.snapshot, asked, shape, actor.language)
    else:
        department = department_of(session, shape, stored)
        verdicts = explain_record(Inquiry(session, asked, shape, stored, actor.language, department))
    about_others = SEES_RIGHTS in actor.abilities
    login = accounts.login_of(session, employee)
    return Answered(
        employee=employee,
        label=names_of(session, [employee]).get(employee, ""),
        roles=tuple(
            session.snapshot.roles[key].title.say(actor.language)
            for key in asked.roles
            if key in session.snapshot.roles
        ),
        comes_in=login is not None and login.active,
        department=department,
        deleted=stored is not None and stored.deleted_at is not None,
        verdicts=tuple(verdicts),
        hidden=_fields(session, asked, shape, "hidden", actor.language) if about_others else (),
        locked=_fields(session, asked, shape, "read", actor.language) if about_others else (),
        helpers=_helpers(session),
    )


def who(session: Session, actor: Actor, entity: str, id: int) -> tuple[list[Seer], int]:
    """Everybody who comes in and sees the record, by name; and how many there are who come in at all."""
    shape, stored = _asked_about(session, actor, entity, id, None)
    assert stored is not None
    department = department_of(session, shape, stored)
    found: list[tuple[int, tuple[str, ...], tuple[str, ...]]] = []
    everybody = accounts.employees_with_login(session)
    for employee in everybody:
        asked = build_actor(session, employee)
        if asked is None or granted(session.snapshot, asked, entity, "see") is None:
            continue
        asking = Inquiry(session, asked, shape, stored, actor.language, department)
        if not asking.may(asked, "see"):
            continue
        told = explain_record(asking, ("see",))[0]
        more = tuple(verb for verb in ("change", "delete") if asking.may(asked, verb))
        found.append((employee, more, told.why))
    names = names_of(session, [employee for employee, *_ in found])
    seers = [Seer(employee, names.get(employee, ""), verbs, told) for employee, verbs, told in found]
    return sorted(seers, key=lambda one: (one.label, one.employee)), len(everybody)


def _asked_about(
    session: Session, actor: Actor, entity: str, id: int, employee: int | None
) -> tuple[Entity, record_tables.Stored | None]:
    """What is asked about, if this may be asked; id 0: no record.  employee None: of everybody."""
    snapshot = session.snapshot
    sees_rights = SEES_RIGHTS in actor.abilities
    if employee != actor.employee and not sees_rights:
        read_entity(snapshot, actor, entity)
        require_ability(snapshot, actor, SEES_RIGHTS)
    shape = snapshot.entities.get(entity)
    if shape is None or shape.hidden or (not sees_rights and granted(snapshot, actor, entity, "see") is None):
        raise NotFound(entity=entity)
    if not id:
        return shape, None
    stored = record_tables.fetch(session, entity, [id]).get(id)
    told = NotFound(entity=shape.title.say(actor.language), id=id)
    if stored is None:
        raise told
    if not sees_rights and not Inquiry(session, actor, shape, stored, actor.language).may(actor, "see"):
        raise told
    return shape, stored


def _fields(session: Session, asked: Actor, shape: Entity, said: str, language: str) -> tuple[str, ...]:
    if granted(session.snapshot, asked, shape.key, "see") is None:
        return ()
    changes = granted(session.snapshot, asked, shape.key, "change") is not None
    return tuple(
        one.title.say(language)
        for one in shape.fields
        if not one.hidden
        and not one.system
        and one.computed is None
        and (said == "hidden" or changes)
        and right(session.snapshot, asked, shape.key, one.key) == said
    )


def _helpers(session: Session) -> tuple[str, ...]:
    found: Iterable[int] = sorted(administrators(session))[:MOST_HELPERS]
    names = names_of(session, list(found))
    return tuple(sorted(names.values()))
