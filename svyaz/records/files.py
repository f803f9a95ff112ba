"""Files of a record: who may name an uploaded one in a field, who may read it afterwards.

An upload is its sender's until a record names it; then it is that record's for ever, and each download asks
for the right to read the record and a field that names the file.  A file of one record is never given to
another: reading it would then be asked of the wrong one.
"""

from __future__ import annotations

from collections.abc import Sequence

from svyaz.access.actor import Actor
from svyaz.access.apply import condition, far_of
from svyaz.access.fields import may_read
from svyaz.expression.tree import both
from svyaz.kernel.problem import Denied, NotFound
from svyaz.records.cells import id_in
from svyaz.records.draft import Draft
from svyaz.records.entry import TYPES_OF_FILES, Entry
from svyaz.records.problems import FileNotFound
from svyaz.records.read import ground_of
from svyaz.schema.snapshot import Entity
from svyaz.storage import blobs, record_tables, run_query
from svyaz.storage.blobs import StoredFile
from svyaz.storage.query import Query
from svyaz.storage.session import Session


def check_files(entry: Entry, drafts: Sequence[Draft]) -> None:
    """Add FileNotFound to every draft that names a file which is neither its own nor an unused upload of the actor."""
    keys = entry.files
    named = {id for draft in drafts for key in keys for id in draft.values.get(key) or ()}
    if not named:
        return
    held = {one.id: one for one in blobs.find_files(entry.session, sorted(named))}
    for draft in drafts:
        for key in keys:
            for id in draft.values.get(key) or ():
                if not _may_name(entry, draft, held.get(id)):
                    draft.problems.append(FileNotFound(f"{draft.place}values.{key}", id=id))


def _may_name(entry: Entry, draft: Draft, file: StoredFile | None) -> bool:
    if file is None:
        return False
    if file.record is not None:
        return draft.stored is not None and (file.entity, file.record) == (entry.shape.number, draft.id)
    return entry.actor.is_system or file.created_by == entry.actor.employee


def attach_files(entry: Entry, drafts: Sequence[Draft]) -> None:
    """The files that the written records name are theirs from now on."""
    for key in entry.files:
        for draft in drafts:
            if named := draft.values.get(key):
                blobs.attach(entry.session, list(named), entry.shape.number, draft.id)


def readable_file(session: Session, actor: Actor, id: int) -> StoredFile:
    """Raises FileNotFound, in the same words for an absent file and for one the actor may not read."""
    held = blobs.find_files(session, [id])
    if not held or not _reads(session, actor, held[0]):
        raise FileNotFound("id", id=id)
    return held[0]


def _reads(session: Session, actor: Actor, file: StoredFile) -> bool:
    if file.record is None:
        return actor.is_system or file.created_by == actor.employee
    shape = session.snapshot.by_number.get(file.entity or 0)
    if shape is None:
        return False
    try:
        where = both(condition(session.snapshot, actor, shape.key, "see"), id_in([file.record]))
    except (NotFound, Denied):
        return False
    far = far_of(session.snapshot, actor)
    if not run_query.ids(session, Query(shape.key, (), where, limit=1, far=far, kept="all"), ground_of(session, actor)):
        return False
    stored = record_tables.fetch(session, shape.key, [file.record], _file_keys(shape)).get(file.record)
    named = [key for key in _file_keys(shape) if stored and file.id in (stored.values[key] or ())]
    # A file taken off its field stays in the history: whoever may read some field of files may still open it.
    return any(may_read(session.snapshot, actor, shape.key, key) for key in named or _file_keys(shape))


def _file_keys(shape: Entity) -> list[str]:
    return [one.key for one in shape.fields if one.type in TYPES_OF_FILES and not one.hidden]
