"""Whether the log, the tables and the files tell the same: the questions of `svyaz check` that are asked in SQL.

Only for checks and after a fall: each looks through a whole table.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from svyaz.storage import blobs, revisions
from svyaz.storage.changes import Change, in_records
from svyaz.storage.layout import layout
from svyaz.storage.session import Session


def log_by_record(session: Session, entity: str, ids: Sequence[int]) -> dict[int, list[Change]]:
    """What the log has of these records, each in the order it was written; empty lists are left out."""
    found: dict[int, list[Change]] = {}
    for change in in_records(session, session.snapshot.entities[entity].number, ids):
        found.setdefault(change.record, []).append(change)
    return found


def logged_and_gone(session: Session, entity: str, limit: int = 20) -> list[int]:
    """Records the log tells of that are neither in the table nor purged."""
    return [
        row[0]
        for row in session.fetch(
            "SELECT DISTINCT c.record FROM sv_change c WHERE c.entity = ? AND c.kind <> 'Recomputed'"
            f' AND NOT EXISTS (SELECT 1 FROM "{layout(session.snapshot, entity).table}" r WHERE r.sv_id = c.record)'
            " AND NOT EXISTS (SELECT 1 FROM sv_change e WHERE e.record = c.record AND e.kind = 'Erased') LIMIT ?",
            (session.snapshot.entities[entity].number, limit),
        )
    ]


def shaped_at(session: Session) -> dict[int, int]:
    """Field number -> seq of the configuration that made the field what it is: what was logged before may have been
    of another type.  A new title is no other field."""
    known: dict[int, dict[str, Any]] = {}
    since: dict[int, int] = {}
    for revision, seq in session.fetch("SELECT record, seq FROM sv_change WHERE kind = 'Schema' ORDER BY seq"):
        source = revisions.read_source(session, revision)
        for table in (one["table"] for kind in ("entities", "dictionaries") for one in source.get(kind, ())):
            said = {one["key"]: one for one in table.get("field", ())}
            for key, number in table.get("numbers", {}).items():
                shape = {name: value for name, value in said.get(key, {}).items() if name not in ("title", "hint")}
                if known.get(number) != shape:
                    known[number], since[number] = shape, int(seq)
    return since


def wrong_stays(session: Session, entity: str, limit: int = 20) -> list[int]:
    """Records that stand on another stage than their last stay says, on two, or on none."""
    field = session.snapshot.entities[entity].by_role("stage")
    if field is None:
        return []
    placed = layout(session.snapshot, entity)
    stage = f'r."{placed.fields[field.key].columns[0].name}"'
    return [
        row[0]
        for row in session.fetch(
            f'SELECT r.sv_id FROM "{placed.table}" r'
            " LEFT JOIN sv_stage_move m ON m.record = r.sv_id AND m.left_at IS NULL"
            f" GROUP BY r.sv_id, {stage} HAVING COUNT(m.id) <> CASE WHEN {stage} IS NULL THEN 0 ELSE 1 END"
            f" OR MAX(m.stage) <> {stage} LIMIT ?",
            (limit,),
        )
    ]


def holes_in_positions(session: Session) -> int:
    """How many positions of the feed are missing among those given; SQLite's are the numbers of the log itself."""
    if session.dialect == "sqlite":
        return 0
    most, given = session.fetch("SELECT COALESCE(MAX(position), 0), COUNT(position) FROM sv_change")[0]
    return int(most) - int(given)


def lost_files(session: Session, folder: Path, limit: int = 20) -> list[str]:
    """Names of bytes that a row tells of and that are not there, or are of another length."""
    lost = []
    for sha256, size in session.fetch("SELECT DISTINCT sha256, size FROM sv_file ORDER BY sha256"):
        path = blobs.path_of(folder, sha256)
        if not path.is_file() or path.stat().st_size != size:
            lost.append(str(sha256))
        if len(lost) == limit:
            break
    return lost
