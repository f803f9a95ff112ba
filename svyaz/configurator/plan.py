"""What an edit of the configuration would do, before anybody agrees to it: steps, lost values, questions.

Nothing is written here.  The digest of a plan stands for «from this configuration to that one, records so»: whoever
applies what loses data repeats it, so that nobody confirms one thing and applies another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from svyaz.configurator.carry import Move, carry
from svyaz.configurator.edits import Edit
from svyaz.configurator.moves import count_moved
from svyaz.configurator.steps import Step, tell_steps
from svyaz.kernel.problem import NotFound, Problem, raise_all
from svyaz.schema.diff import diff
from svyaz.schema.digest import digest_of
from svyaz.schema.resolve import resolve
from svyaz.schema.snapshot import Snapshot
from svyaz.schema.source import Source, assign_numbers, from_json
from svyaz.storage import ddl, revisions
from svyaz.storage.convert import Conversion, NotConverted, preview
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company, check_seen, current_source


class MoveUnknown(Problem):
    """Records are to go to a stage or an option that will not be there."""

    code = "schema_move_unknown"  # facts: value, to


@dataclass(frozen=True, slots=True)
class Wanted:
    """revision   the configuration the asker looks at;  restore: a former revision to go back to, or edits"""

    revision: int
    edits: Sequence[Edit] = ()
    restore: int | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """Records have a stage or an option that goes, and nobody has said where they go.  options: (key, Title)."""

    move: Move
    count: int
    options: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class KeptBack:
    """Values that do not fit the new type: they stay in the old column, and come back if the type does."""

    entity: str
    what: NotConverted


@dataclass(frozen=True, slots=True)
class Plan:
    """batch   of the records that the undone revision moved, to be taken back with it"""

    revision: int
    digest: str
    source: Source
    after: Snapshot
    steps: tuple[Step, ...]
    kept_back: tuple[KeptBack, ...] = ()
    asks: tuple[Ask, ...] = ()
    moves: tuple[Move, ...] = field(default=())
    batch: int | None = None

    @property
    def risk(self) -> str:
        risks = {step.risk for step in self.steps}
        return "loses" if "loses" in risks else "slow" if "slow" in risks else "safe"


def make_plan(company: Company, wanted: Wanted) -> Plan:
    """Raises the problems of the outcome, SchemaChangedMeanwhile, NotFound for a revision that never was."""
    with company.read() as session:
        check_seen(session, wanted.revision)
        before = session.snapshot
        source = current_source(session)
        moves: tuple[Move, ...] = ()
        batch = None
        if wanted.restore is not None:
            source = source_of(session, wanted.restore)
            batch = _moved_since(session, wanted.restore)
        else:
            carried = carry(source, before, company.traits, wanted.edits)
            source, moves = carried.source, tuple(carried.moves)
        return plan_of(session, company, before, source, moves, batch)


def plan_of(
    session: Session, company: Company, before: Snapshot, source: Source, moves: tuple[Move, ...], batch: int | None
) -> Plan:
    """The plan of going from the configuration in force to `source`, in a reading transaction."""
    numbered, _ = assign_numbers(source, revisions.next_number(session), company.traits)
    after = resolve(numbered, company.traits, before.revision + 1)
    tables = ddl.plan(before, after, session.dialect)
    ddl.check_unique(session, tables)
    counted = {move: count_moved(session, move) for move in moves}
    steps = tell_steps(session, before, after, diff(before, after), tables, counted)
    kept_back = tuple(
        KeptBack(str(step.facts["entity"]), one)
        for step in tables.steps
        if isinstance(step.does, Conversion)
        for one in preview(session, step.does)
    )
    asks = tuple(_ask(after, move, count) for move, count in counted.items() if count and move.to is None)
    raise_all([problem for move in moves if (problem := _check_move(after, move)) is not None])
    return Plan(
        revision=before.revision,
        digest=digest_of(before.digest, after.digest, [[m.entity, m.field, m.value, m.to] for m in moves])[:32],
        source=source,
        after=after,
        steps=steps,
        kept_back=kept_back,
        asks=asks,
        moves=moves,
        batch=batch,
    )


def source_of(session: Session, number: int) -> Source:
    """Raises NotFound."""
    try:
        return from_json(revisions.read_source(session, number))
    except KeyError:
        raise NotFound("restore", entity="revision", id=number) from None


def _moved_since(session: Session, restored: int) -> int | None:
    """The batch of moved records of the revision right after the restored one: going back takes it back too."""
    for one in revisions.list_revisions(session, 1):
        if one.number == restored + 1:
            return next((int(step["batch"]) for step in one.steps if "batch" in step), None)
    return None


def _options(after: Snapshot, move: Move) -> Mapping[str, Any]:
    one = after.entities[move.entity].by_key[move.field]
    return {option["key"]: option["title"] for option in one.options.get("options", ())}


def _ask(after: Snapshot, move: Move, count: int) -> Ask:
    return Ask(move, count, tuple(_options(after, move).items()))


def _check_move(after: Snapshot, move: Move) -> Problem | None:
    if not move.to or move.entity not in after.entities or move.field not in after.entities[move.entity].by_key:
        return None
    return None if move.to in _options(after, move) else MoveUnknown(value=move.value, to=move.to)
