"""The change log: one row per changed record, appended in the transaction of the change.

    sv_change  seq, xid, position, entity, record, version, kind, actor, cause, batch, at, body
    sv_batch   id, actor, cause, title, at, undone_by, undoes

`body` is JSON {field number: [before, after]} in plain form, of the changed fields only; `Created`
carries no values (the row has them).  Readers of the feed keep a `position`: gapless, ordered.
SQLite has one writer, so seq is the position.  PostgreSQL commits out of order: `publish` gives
positions by (xid, seq) below the snapshot's xmin (tailing by seq alone missed 470 rows of 1,200).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import repeat
from typing import Any

import orjson

from svyaz.storage.engine import Database
from svyaz.storage.ids import take_id
from svyaz.storage.postgres_engine import ASIDE
from svyaz.storage.session import Row, Session, insert_text, take_instant

KINDS = ("Created", "Changed", "Deleted", "Restored", "Linked", "Unlinked", "Recomputed", "Erased", "Schema")


@dataclass(frozen=True, slots=True)
class Change:
    """actor: employee id, None for the system.  cause: person, import, undo, rule, token, demo…
    body: {field number: (before, after)} in plain JSON form."""

    kind: str
    entity: int
    record: int
    version: int
    actor: int | None
    cause: str
    batch: int | None
    at: datetime
    body: Mapping[int, tuple[Any, Any]] = field(default_factory=dict)
    position: int | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes that a person made at once and can undo at once: a bulk action, an import, an undo itself."""

    id: int
    actor: int | None
    cause: str
    title: str
    at: datetime
    undone_by: int | None
    undoes: int | None


_COLUMNS = ("entity", "record", "version", "kind", "actor", "cause", "batch", "at", "body")
NOTE = insert_text("sv_change", _COLUMNS)
# Chunk of the publisher: under a tenth of a second, so it never holds what it updates for long.
_PUBLISH = 5_000
_PUBLISHER = "hashtext(current_schema()), 2"


def append(session: Session, changes: Sequence[Change]) -> None:
    """Add to the log in this transaction; the order of the sequence is the order of the log."""
    rows = [row_of(session, one) for one in changes]
    session.insert_rows("sv_change", _COLUMNS, rows)
    if rows:
        tell(session)


def row_of(session: Session, one: Change) -> Row:
    """What NOTE takes."""
    return (
        *(one.entity, one.record, one.version, one.kind, one.actor, one.cause, one.batch, session.put_instant(one.at)),
        orjson.dumps(one.body, option=orjson.OPT_NON_STR_KEYS).decode() if one.body else "{}",
    )


def append_created(
    session: Session, entity: int, ids: Sequence[int], actor: int | None, cause: str, batch: int | None
) -> None:
    """The same for records just created, which log no values: nothing is made for each of them but its row."""
    told = (repeat(1), repeat("Created"), repeat(actor), repeat(cause), repeat(batch))
    columns = (repeat(entity), ids, *told, repeat(session.put_instant(session.now)), repeat("{}"))
    session.insert_rows("sv_change", _COLUMNS, list(zip(*columns, strict=False)))
    if ids:
        tell(session)


def tell(session: Session) -> None:
    """After the commit, that the log has grown."""
    if session.logged is not None:
        session.after_commit(session.logged)
        session.logged = None  # once for a transaction, however often it writes


def of_record(
    session: Session, entity_number: int, record: int, after: int | None = None, limit: int = 50
) -> list[Change]:
    """History of one record, newest first.  after: `seq` of the last one seen."""
    where = " AND seq < ?" if after is not None else ""
    tail = (after, limit) if after is not None else (limit,)
    return _changes(
        session, f"record = ? AND entity = ?{where} ORDER BY seq DESC LIMIT ?", (record, entity_number, *tail)
    )


def of_batch(session: Session, batch: int, after: int = 0, limit: int | None = None) -> list[Change]:
    """Changes of a batch in the order they were made, from seq `after` on; all of them without a limit."""
    tail = " LIMIT ?" if limit is not None else ""
    bounds = (limit,) if limit is not None else ()
    return _changes(session, f"batch = ? AND seq > ? ORDER BY seq{tail}", (batch, after, *bounds))


def since_version(session: Session, entity_number: int, record: int, version: int) -> list[Change]:
    """What happened to a record after somebody saw this version, oldest first."""
    return _changes(session, "record = ? AND entity = ? AND version > ? ORDER BY seq", (record, entity_number, version))


def find_change(session: Session, seq: int) -> Change | None:
    return next(iter(_changes(session, "seq = ?", (seq,))), None)


def after(session: Session, position: int, limit: int = 1_000) -> list[Change]:
    """The feed: changes after a position, in order, without gaps; empty when there are none yet."""
    column = _position(session)
    return _changes(session, f"{column} > ? ORDER BY {column} LIMIT ?", (position, limit))


def between(session: Session, after: int, until: int, entities: Sequence[int] | None = None) -> list[Change]:
    """Changes of positions after < p <= until, in order; of some entities (numbers) only, when they are named."""
    column = _position(session)
    where, parameters = f"{column} > ? AND {column} <= ?", [after, until]
    if entities is not None:
        where += f" AND {session.in_list('entity', 'bigint')}"
        parameters.append(session.list_parameter(entities))
    return _changes(session, f"{where} ORDER BY {column}", parameters)


def from_seq(session: Session, seq: int) -> list[Change]:
    """Everything that was logged from a seq on, in the order in which it was logged."""
    return _changes(session, "seq >= ? ORDER BY seq", (seq,))


def in_records(session: Session, entity_number: int, ids: Sequence[int]) -> list[Change]:
    """Everything of these records, in the order in which it was logged."""
    return _changes(
        session,
        f"{session.in_list('record', 'bigint')} AND entity = ? ORDER BY seq",
        (session.list_parameter(ids), entity_number),
    )


def by_seq(session: Session, seqs: Sequence[int]) -> list[Change]:
    return _changes(session, session.in_list("seq", "bigint"), (session.list_parameter(seqs),))


def counts(session: Session, after: int, until: int) -> dict[int, int]:
    """How many changes each entity (number) has between two positions; without reading what they say."""
    column = _position(session)
    return {
        int(entity): int(count)
        for entity, count in session.fetch(
            f"SELECT entity, COUNT(*) FROM sv_change WHERE {column} > ? AND {column} <= ? GROUP BY entity",
            (after, until),
        )
    }


def last_position(session: Session) -> int:
    rows = session.fetch(f"SELECT COALESCE(MAX({_position(session)}), 0) FROM sv_change")
    return int(rows[0][0])


def feed_of(session: Session) -> str:
    """What this run of positions is called.  A base restored from a copy goes on under another name (`new_feed`),
    so that a position kept by somebody from before is not taken for one of after."""
    rows = session.fetch("SELECT value FROM sv_meta WHERE key = 'feed'")
    return str(rows[0][0]) if rows else ""


def new_feed(session: Session) -> str:
    """Begin a new run of positions: for a new base and for a restored one."""
    session.run("DELETE FROM sv_meta WHERE key = 'feed'")
    made = secrets.token_hex(6)
    session.run("INSERT INTO sv_meta (key, value) VALUES ('feed', ?)", (made,))
    return made


# Below this every transaction that may write here has ended.  A snapshot's xmin would do, but it is of the whole
# cluster: a long write in another company's database would hold our feed back.  So of the transactions in progress
# those are left out that are known to be of other databases, or to look at the past; whatever is not known counts as
# ours.
_HORIZON = (
    "SELECT coalesce((SELECT min(xip::text::bigint) FROM pg_snapshot_xip(pg_current_snapshot()) AS xip"
    " WHERE xip::text::bigint & 4294967295 NOT IN (SELECT backend_xid::text::bigint FROM pg_stat_activity"
    " WHERE backend_xid IS NOT NULL AND (datname <> current_database()"
    f" OR datname = current_database() AND application_name = '{ASIDE}'))),"
    " pg_snapshot_xmax(pg_current_snapshot())::text::bigint)"
)


# A stranger's transaction that ended between the snapshot and the list of who works is not known for a stranger's
# any more and holds us back for that one look; the next look is free of it.
_LOOKS = 3


def publish(database: Database, wait: bool = True) -> int:
    """Give positions to what has been committed; returns to how many changes.

    One publisher of a company at a time (an advisory lock): with `wait` this one waits for the other, without it
    there is nothing to do, for the other does it.  Rows of a transaction that may still be running are left for
    later, with everything after it: that is what keeps the feed without gaps.  SQLite needs none of it.
    """
    if database.dialect == "sqlite":
        return 0
    published, looks = 0, 0
    while True:
        with database.read() as session:
            if not session.fetch("SELECT 1 FROM sv_change WHERE position IS NULL LIMIT 1"):
                return published
        with database.write() as session:
            if wait:
                session.run(f"SELECT pg_advisory_xact_lock({_PUBLISHER})")
            elif not session.fetch(f"SELECT pg_try_advisory_xact_lock({_PUBLISHER})")[0][0]:
                return published
            count = session.run(
                "WITH fresh AS (SELECT seq, row_number() OVER (ORDER BY xid, seq) AS place FROM sv_change"
                f" WHERE position IS NULL AND xid < ({_HORIZON})"
                " ORDER BY xid, seq LIMIT ?)"
                " UPDATE sv_change SET position = (SELECT value FROM sv_counter WHERE name = 'position') + fresh.place"
                " FROM fresh WHERE sv_change.seq = fresh.seq",
                (_PUBLISH,),
            )
            if count:
                session.run("UPDATE sv_counter SET value = value + ? WHERE name = 'position'", (count,))
        published += count
        looks = 0 if count else looks + 1
        if looks == _LOOKS:
            return published


def new_batch(session: Session, actor: int | None, cause: str, title: str, undoes: int | None = None) -> int:
    """Open a batch; with `undoes` the other batch is marked as undone by this one."""
    id = take_id(session)
    session.run(
        "INSERT INTO sv_batch (id, actor, cause, title, at, undoes) VALUES (?, ?, ?, ?, ?, ?)",
        (id, actor, cause, title, session.put_instant(session.now), undoes),
    )
    if undoes is not None:
        session.run("UPDATE sv_batch SET undone_by = ? WHERE id = ?", (id, undoes))
    return id


def find_batch(session: Session, batch: int) -> Batch | None:
    rows = session.fetch("SELECT id, actor, cause, title, at, undone_by, undoes FROM sv_batch WHERE id = ?", (batch,))
    for id, actor, cause, title, at, undone_by, undoes in rows:
        when = take_instant(at)
        assert when is not None
        return Batch(id, actor, cause, title, when, undone_by, undoes)
    return None


def _position(session: Session) -> str:
    return "seq" if session.dialect == "sqlite" else "position"


def _changes(session: Session, where: str, parameters: Sequence[Any]) -> list[Change]:
    return [
        _change(row)
        for row in session.fetch(
            "SELECT kind, entity, record, version, actor, cause, batch, at, body,"
            f" {_position(session)}, seq FROM sv_change WHERE {where}",
            parameters,
        )
    ]


def _change(row: Row) -> Change:
    kind, entity, record, version, actor, cause, batch, at, body, position, seq = row
    when = take_instant(at)
    assert when is not None
    fields = {int(number): (pair[0], pair[1]) for number, pair in orjson.loads(body).items()} if body != "{}" else {}
    return Change(kind, entity, record, version, actor, cause, batch, when, fields, position, seq)
