"""Do the tables say what the log says?  Asked by `svyaz check` and after every fall in `make survive`.

For each record: its versions in the log are 1, 2, 3… up to the one it has; a value written later begins from what
was written before; what was written last is what the table holds; it is in the trash if and only if the log says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from svyaz.access.actor import SYSTEM
from svyaz.expression.tree import INTEGER, YES_NO, Call, Constant, Path as FieldPath
from svyaz.fields.registry import TYPES
from svyaz.records.read import ground_of
from svyaz.schema.snapshot import Entity
from svyaz.storage import agreement, record_tables, run_query
from svyaz.storage.changes import Change
from svyaz.storage.query import Order, Query
from svyaz.storage.record_tables import Stored
from svyaz.storage.session import Session

PORTION = 1_000
LIFE = {"Created": True, "Restored": True, "Deleted": False}


def disagreements(session: Session, files: Path | None = None, most: int = 50) -> list[str]:
    """One line for each, in the base's own names: "company 42: the log ends with version 7, the table has 6".

    Empty when all is well; no more than about `most` lines.  files: the folder of attached files, looked at too.
    """
    found: list[str] = []
    since = agreement.shaped_at(session)
    for entity in session.snapshot.entities.values():
        found += [f"{entity.key} {id}: in the log and not in the table" for id in _gone(session, entity)]
        found += [f"{entity.key} {id}: stands not where its last stay is" for id in _stays(session, entity)]
        for ids in _portions(session, entity):
            logged = agreement.log_by_record(session, entity.key, ids)
            for id, stored in record_tables.fetch(session, entity.key, ids).items():
                told = _of_record(entity, stored, logged.get(id, []), since)
                found += [f"{entity.key} {id}: {one}" for one in told]
            if len(found) >= most:
                return found[:most]
    if holes := agreement.holes_in_positions(session):
        found.append(f"positions of the feed that nobody has: {holes}")
    if files is not None:
        found += [f"missing file {name}" for name in agreement.lost_files(session, files)]
    return found[:most]


def _gone(session: Session, entity: Entity) -> list[int]:
    return agreement.logged_and_gone(session, entity.key)


def _stays(session: Session, entity: Entity) -> list[int]:
    return agreement.wrong_stays(session, entity.key)


def _portions(session: Session, entity: Entity) -> Iterator[Sequence[int]]:
    """Ids of all records, in the trash too."""
    last = 0
    while True:
        later = Call(">", (FieldPath(("id",), INTEGER), Constant(last, INTEGER)), YES_NO)
        query = Query(entity.key, (), later, order=(Order(("id",)),), limit=PORTION, kept="all")
        ids = run_query.ids(session, query, ground_of(session, SYSTEM))
        if ids:
            yield ids
            last = ids[-1]
        if len(ids) < PORTION:
            return


def _of_record(entity: Entity, stored: Stored, log: Sequence[Change], since: Mapping[int, int]) -> Iterator[str]:
    told = [one for one in log if one.kind != "Recomputed"]
    versions = [one.version for one in told]
    if versions != list(range(1, stored.version + 1)):
        yield f"the table has version {stored.version}, the log {_shown(versions)}"
    if (living := [LIFE[one.kind] for one in told if one.kind in LIFE]) and living[-1] != (stored.deleted_at is None):
        yield f"the log ends with {'life' if living[-1] else 'the trash'}, the table has the other"
    last: dict[int, Any] = {}
    for one in told:
        for number, (before, after) in one.body.items():
            if one.seq is None or one.seq <= since.get(number, 0) or number not in entity.by_number:
                continue
            if number in last and last[number] != before:
                yield f"{entity.by_number[number].key} was {last[number]!r}, and its next change begins from {before!r}"
            last[number] = after
    for number, value in last.items():
        field = entity.by_number[number]
        held = TYPES[field.type].plain(stored.values.get(field.key), field.options)
        if held != value:
            yield f"{field.key} is {held!r}, the log says {value!r}"


def _shown(versions: Sequence[int]) -> str:
    if not versions:
        return "nothing"
    return (
        ", ".join(map(str, versions))
        if len(versions) < 12
        else f"{versions[0]}…{versions[-1]}, {len(versions)} of them"
    )
