"""What a new company still has to do, told by facts: nobody ticks anything off.

company   it has a name of its own              people    somebody besides the first has a way in
sample    the examples are taken away           import    a file has been loaded
add       the first record of an object of the menu that is no example
plan      the first thing to do is planned
"""

from __future__ import annotations

from dataclasses import dataclass

from svyaz.access.actor import SYSTEM, Actor
from svyaz.access.apply import may
from svyaz.kernel.words import load_words
from svyaz.records.read import ListRequest, read_page
from svyaz.schema.snapshot import Entity
from svyaz.solutions.sample_removal import SampleState, read_state, sample_ids
from svyaz.storage import accounts, import_runs
from svyaz.storage.session import Session

LANGUAGES = ("ru", "en")
MOST_OBJECTS = 4


@dataclass(frozen=True, slots=True)
class Step:
    """key: what of the list above;  entity: of which object, or ""."""

    key: str
    done: bool
    entity: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    sample: SampleState
    steps: tuple[Step, ...]


def read_start(session: Session, actor: Actor) -> Start:
    """Only steps that this person may take."""
    state, examples = read_state(session), sample_ids(session)
    steps: list[Step] = []
    if "configure" in actor.abilities:
        steps.append(Step("company", _has_name(session)))
        people = set(accounts.employees_with_login(session)) - examples.get("employee", set()) - {actor.employee}
        steps.append(Step("people", bool(people)))
    for shape in _objects(session, actor):
        key = "plan" if "activity" in shape.traits else "add"
        steps.append(Step(key, _has_own(session, shape, examples.get(shape.key, set())), shape.key))
    if "import" in actor.abilities:
        steps.append(Step("import", import_runs.any_done(session)))
    if "configure" in actor.abilities and state.state in ("loaded", "removed"):
        steps.append(Step("sample", state.state == "removed"))
    return Start(state, tuple(steps))


def _has_name(session: Session) -> bool:
    return session.snapshot.settings.title not in {load_words(one).say("cli.company") for one in LANGUAGES}


def _objects(session: Session, actor: Actor) -> list[Entity]:
    """What the solutions brought into the menu and this person may add, and what is planned."""
    shapes = [session.snapshot.entities[one.entity] for one in session.snapshot.menu]
    mine = [one for one in shapes if one.kind == "record" and may(session.snapshot, actor, one.key, "add")]
    brought = [one for one in mine if one.origin != "org"][:MOST_OBJECTS]
    return brought + [one for one in mine if "activity" in one.traits][:1]


def _has_own(session: Session, shape: Entity, examples: set[int]) -> bool:
    """Whether somebody made a record of it: the newest that are not examples."""
    request = ListRequest(sort="-id", fields=("label",), limit=min(len(examples) + 1, 1000))
    return any(row[0] not in examples for row in read_page(session, SYSTEM, shape.key, request).rows)
