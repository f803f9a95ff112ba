"""What an edit of the configuration would do, before anybody agrees to it: steps, lost values, questions.

Nothing is written here.  The digest of a plan stands for «from this configuration to that one, records so»: whoever
applies what loses data repeats it, so that nobody confirms one thing and applies another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from svyaz.configurator.by_keys import by_keys
from svyaz.configurator.carry import Move, carry
from svyaz.configurator.edits import DropOption, DropStage, Edit
from svyaz.configurator.moves import count_moved
from svyaz.configurator.steps import Step, tell_steps
from svyaz.kernel.problem import NotFound, Problem, Problems, raise_all
from svyaz.schema.diff import diff
from svyaz.schema.digest import digest_of
from svyaz.schema.problems import EntityUnknown
from svyaz.schema.resolve import resolve
from svyaz.schema.snapshot import Snapshot
from svyaz.schema.source import Source, assign_numbers, from_json
from svyaz.storage import changes, ddl, revisions
from svyaz.storage.convert import Conversion, NotConverted, preview
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company, check_seen, current_source

CHOOSING = ("stage", "choice", "choices")


class MoveUnknown(Problem):
    """Records are to go to a stage or an option that will not be there."""

    code = "schema_move_unknown"  # facts: value, to


class ObjectLinked(Problem):
    """An object goes while links of others point to it."""

    code = "schema_object_linked"  # facts: entity, links (titles of objects and their fields)


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
    """batches   of the records that the revisions which are taken back moved, the newest first: taken back with them"""

    revision: int
    digest: str
    source: Source
    after: Snapshot
    steps: tuple[Step, ...]
    kept_back: tuple[KeptBack, ...] = ()
    asks: tuple[Ask, ...] = ()
    moves: tuple[Move, ...] = field(default=())
    batches: tuple[int, ...] = ()

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
        batches: tuple[int, ...] = ()
        if wanted.restore is not None:
            source = source_of(session, wanted.restore)
            batches = _moved_since(session, wanted.restore)
            moves = tuple(_answer(before, one) for one in wanted.edits if isinstance(one, DropStage | DropOption))
        else:
            carried = carry(source, before, company.traits, wanted.edits)
            source, moves = carried.source, tuple(carried.moves)
        return plan_of(session, company, before, source, moves, batches, typed=wanted.restore is None)


def _resolved(source: Source, company: Company, before: Snapshot) -> Snapshot:
    """What others still link to is told by who they are, once; the rest of what is wrong as it is."""
    try:
        return resolve(source, company.traits, before.revision + 1)
    except Problem as refusal:
        told = refusal.problems if isinstance(refusal, Problems) else (refusal,)
        missed = {one.facts["entity"] for one in told if isinstance(one, EntityUnknown)}
        linked = {key: one for key in sorted(missed) if (one := _linked(before, key)) is not None}
        rest = [one for one in told if not isinstance(one, EntityUnknown) or one.facts["entity"] not in linked]
        raise_all([*linked.values(), *rest])
        raise


def _linked(before: Snapshot, key: str) -> ObjectLinked | None:
    language, gone = before.settings.language, before.entities.get(key)
    links = [
        f"«{one.title.say(language)}: {field.title.say(language)}»"
        for one in before.entities.values()
        for field in one.fields
        if one.key != key and key in field.targets and not field.system
    ]
    return ObjectLinked(entity=gone.title.say(language), links=", ".join(links)) if gone and links else None


def plan_of(
    session: Session,
    company: Company,
    before: Snapshot,
    source: Source,
    moves: tuple[Move, ...] = (),
    batches: tuple[int, ...] = (),
    typed: bool = False,
) -> Plan:
    """The plan of going from the configuration in force to `source`, in a reading transaction.

    typed: people or programs wrote it just now, perhaps by titles: it is kept by keys.
    """
    numbered, _ = assign_numbers(source, revisions.next_number(session), company.traits)
    after = _resolved(numbered, company, before)
    said = by_keys(current_source(session), source, after) if typed else source
    if said is not source:
        source = said
        numbered, _ = assign_numbers(source, revisions.next_number(session), company.traits)
        after = _resolved(numbered, company, before)
    tables = ddl.plan(before, after, session.dialect)
    ddl.check_unique(session, tables)
    moves = (*moves, *_unsaid(before, after, moves))
    counted = {move: count_moved(session, move) for move in moves}
    moves = tuple(move for move in moves if counted[move] or move.to is not None)
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
        batches=batches,
    )


def source_of(session: Session, number: int) -> Source:
    """Raises NotFound."""
    try:
        return from_json(revisions.read_source(session, number))
    except KeyError:
        raise NotFound("restore", entity="revision", id=number) from None


def _moved_since(session: Session, restored: int) -> tuple[int, ...]:
    """Batches of records that were moved by revisions after the restored one and not taken back since."""
    later = [one for one in revisions.list_revisions(session, 10_000) if one.number > restored]
    batches = [int(step["batch"]) for one in later for step in one.steps if "batch" in step]
    found = [(batch, changes.find_batch(session, batch)) for batch in batches]
    return tuple(batch for batch, known in found if known is not None and known.undone_by is None)


def _answer(before: Snapshot, said: DropStage | DropOption) -> Move:
    """Where the records go whose stage or option a former configuration had not: the same edits say it."""
    if isinstance(said, DropOption):
        return Move("option", said.entity, said.field, said.option, said.to)
    entity = before.entities.get(said.entity)
    field = next((one.key for one in entity.fields if one.type == "stage"), "") if entity else ""
    return Move("stage", said.entity, field, said.stage, said.to or None)


def _unsaid(before: Snapshot, after: Snapshot, moves: Sequence[Move]) -> list[Move]:
    """Stages and options that go without anybody having said where their records do."""
    said = {(move.entity, move.field, move.value) for move in moves}
    found: list[Move] = []
    for entity in before.entities.values():
        now = after.by_number.get(entity.number)
        for one in entity.fields if now is not None else ():
            then = now.by_number.get(one.number) if now is not None else None
            if then is None or one.type not in CHOOSING or then.type != one.type:
                continue
            left = {option["key"] for option in then.options.get("options", ())}
            for option in one.options.get("options", ()):
                place = (entity.key, one.key, option["key"])
                if option["key"] not in left and place not in said:
                    found.append(Move("stage" if one.type == "stage" else "option", *place, None))
    return found


def _options(after: Snapshot, move: Move) -> Mapping[str, Any]:
    one = after.entities[move.entity].by_key[move.field]
    return {option["key"]: option["title"] for option in one.options.get("options", ())}


def _ask(after: Snapshot, move: Move, count: int) -> Ask:
    return Ask(move, count, tuple(_options(after, move).items()))


def _check_move(after: Snapshot, move: Move) -> Problem | None:
    if not move.to or move.entity not in after.entities or move.field not in after.entities[move.entity].by_key:
        return None
    return None if move.to in _options(after, move) else MoveUnknown(value=move.value, to=move.to)
