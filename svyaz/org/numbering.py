"""Numbers that people see on records: which fields give them, by what pattern, and what the next will be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from svyaz.access.actor import Actor
from svyaz.fields.autonumber import Autonumber, number_text, period_of
from svyaz.kernel.problem import NotFound, raise_all
from svyaz.schema.edits import change_field
from svyaz.schema.snapshot import Entity, Field
from svyaz.storage import numbering
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company, apply_source, current_source

EXAMPLES = 2


@dataclass(frozen=True, slots=True)
class Numbered:
    """last: the number of the period that was given last, 0 for none."""

    entity: Entity
    field: Field
    last: int
    examples: tuple[str, ...]


def list_numbering(session: Session) -> list[Numbered]:
    day = _today(session)
    return [
        _numbered(session, shape, one, day)
        for shape in session.snapshot.entities.values()
        for one in shape.fields
        if one.type == "autonumber" and not one.hidden and not shape.hidden
    ]


def _numbered(session: Session, shape: Entity, one: Field, day: date) -> Numbered:
    last = numbering.last_number(session, one.number, period_of(one.options["reset"], day))
    return Numbered(shape, one, last, examples_of(one.options["pattern"], last + 1, day))


def show_examples(session: Session, pattern: str, reset: str, entity: str, field: str) -> tuple[str, ...]:
    """What the next records would be numbered by this pattern.  Raises the problems of the pattern."""
    _, one = _find(session, entity, field)
    check_pattern(one, pattern, reset)
    day = _today(session)
    return examples_of(pattern, numbering.last_number(session, one.number, period_of(reset, day)) + 1, day)


def examples_of(pattern: str, first: int, day: date) -> tuple[str, ...]:
    return tuple(number_text(pattern, first + at, day) for at in range(EXAMPLES))


def check_pattern(field: Field, pattern: str, reset: str) -> None:
    _, problems = Autonumber().check_options({**_plain(field), "pattern": pattern, "reset": reset}, "pattern")
    raise_all(problems)


def change_numbering(company: Company, actor: Actor, entity: str, field: str, pattern: str, reset: str) -> None:
    """Numbers given before stay as they are; the count goes on."""
    with company.read() as session:
        _, one = _find(session, entity, field)
        check_pattern(one, pattern, reset)
        source, seen = current_source(session), session.snapshot.revision
    changed = change_field(source, entity, field, pattern=pattern, reset=reset)
    apply_source(company, changed, actor.employee, "numbering", seen=seen)


def _find(session: Session, entity: str, field: str) -> tuple[Entity, Field]:
    shape = session.snapshot.entities.get(entity)
    one = shape.by_key.get(field) if shape else None
    if shape is None or one is None or one.type != "autonumber":
        raise NotFound("field", entity=entity[:40], id=field[:40])
    return shape, one


def _plain(field: Field) -> dict[str, Any]:
    return {key: value for key, value in field.options.items() if key in Autonumber.known}


def _today(session: Session) -> date:
    return session.now.astimezone(ZoneInfo(session.snapshot.settings.zone)).date()
