"""A copy of a record with the lines that live in it: one act, one batch, undone as a whole.

Copied is what the actor may read and give: a number is given anew, the work begins on the first stage of the same
pipeline, what must be unique stays with the original.  A file belongs to one record for ever, so the copy gets files of
its own: new names of the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.fields import may_edit, may_read
from svyaz.records.entry import TYPES_OF_FILES
from svyaz.records.problems import TooManyRecords
from svyaz.records.read import ListRequest, RecordView, read_page, read_record, view_after_write
from svyaz.records.write import create_many, state_while_filling
from svyaz.schema.snapshot import Entity, Field
from svyaz.storage import blobs, changes
from svyaz.storage.session import Session

MOST_LINES = 1000
# What happened to the original did not happen to its copy.
OWN_ROLES = ("number", "closed_on", "done_at")
NEVER = ("autonumber",)


def copy_record(session: Session, actor: Actor, entity: str, id: int, values: Mapping[str, Any]) -> RecordView:
    """values: what the copy has instead.  Raises as reading and creating do, TooManyRecords over a thousand lines."""
    original = read_record(session, actor, entity, id)
    shape = session.snapshot.entities[entity]
    lines = {line.key: _lines_of(session, actor, line, id) for line in _line_entities(session, shape)}
    batch = changes.new_batch(session, actor.employee, "person", "copy")
    row: dict[str, Any] = {
        **_copied(session, actor, shape, original.values),
        **_first_stage(shape, original.values),
        **values,
    }
    for key in state_while_filling(session, actor, entity, row)["read_only"]:
        if key not in values:
            row.pop(key, None)
    row = _with_own_files(session, actor, shape, row, values)
    (made,) = create_many(session, actor, entity, [row], batch=batch, places=[""]).ids
    assert made is not None
    for key, rows in lines.items():
        line = session.snapshot.entities[key]
        rows = [_with_own_files(session, actor, line, row) for row in rows]
        places = [f"{key}[{at}]." for at in range(len(rows))]
        if rows:
            create_many(session, actor, key, [{**row, line.parent: made} for row in rows], batch=batch, places=places)
    return view_after_write(session, actor, entity, made)


def _line_entities(session: Session, shape: Entity) -> list[Entity]:
    """Entities whose rows live inside this one's cards."""
    return [
        one
        for one in session.snapshot.entities.values()
        if one.kind == "line" and not one.hidden and shape.key in (one.by_key[one.parent].options.get("to") or ())
    ]


def _lines_of(session: Session, actor: Actor, line: Entity, id: int) -> list[dict[str, Any]]:
    keys = [one.key for one in line.fields if _is_copied(session, actor, line, one) and one.key != line.parent]
    page = read_page(
        session, actor, line.key, ListRequest(f"{line.parent} = {id}", "id", tuple(keys) or ("id",), limit=MOST_LINES)
    )
    if page.next is not None:
        raise TooManyRecords(line.key, count=MOST_LINES + 1, limit=MOST_LINES)
    return [
        {key: cell for key, cell in zip(page.columns, row, strict=True) if key in keys and cell not in (None, [])}
        for row in page.rows
    ]


def _copied(session: Session, actor: Actor, shape: Entity, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        one.key: values[one.key]
        for one in shape.fields
        if _is_copied(session, actor, shape, one) and values.get(one.key) not in (None, [])
    }


def _with_own_files(
    session: Session, actor: Actor, shape: Entity, row: dict[str, Any], given: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The row with a new name for each of its files; what is `given` instead is not copied in vain."""
    own = dict(row)
    for one in shape.fields:
        if one.type in TYPES_OF_FILES and own.get(one.key) and one.key not in (given or ()):
            ids = [int(file[0]) for file in own[one.key]]
            own[one.key] = [file.id for file in blobs.name_again(session, ids, actor.employee)]
    return own


def _is_copied(session: Session, actor: Actor, shape: Entity, one: Field) -> bool:
    if one.hidden or one.system or one.unique or one.type in NEVER or one.role in OWN_ROLES or one.role == "stage":
        return False
    return may_read(session.snapshot, actor, shape.key, one.key) and may_edit(
        session.snapshot, actor, shape.key, one.key
    )


def _first_stage(shape: Entity, values: Mapping[str, Any]) -> dict[str, Any]:
    field = shape.by_role("stage")
    stage = values.get(field.key) if field else None
    for pipeline in shape.pipelines:
        if field and pipeline.stages and any(one.key == stage for one in pipeline.stages):
            return {field.key: pipeline.stages[0].key}
    return {}
