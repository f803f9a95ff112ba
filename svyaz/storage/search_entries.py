"""Entries of the search index: put in, taken out, found, newest first.

An entry is (record, group of fields) with the *tokens* of its text; what a token is decides svyaz/search.
Each object has a table of its own, so a word frequent in one does not slow the search of another:

    sv_search_<number>       id = record * 1024 + group, body (JSON of search.texts)
    sv_search_<number>_fts   SQLite: FTS5 without contents over the tokens
    tokens                   PostgreSQL: a column of 32-bit digests of them under a GIN index

FTS5 without contents wants the very tokens back when an entry is deleted (SQLite below 3.43): they are made
of `body` again, which is why a change of the rules makes the tables anew.
Digests may meet each other; whoever asks looks at the text before he shows anything.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from svyaz.storage.session import Session

GROUPS = 1024
FIRST_BLOCK = 24
MOST_BLOCK = 500
FREQUENT = 4_000  # entries: collecting and sorting so many costs as much as walking until a page is full
OFTEN = 0.02  # a part of all entries: what statistics say of less says nothing
WALK = 2_000  # entries of one walk: 5 ms; more than a record can have
FEW_MET = 8  # of one walk: less, and collecting is cheaper
VAIN_WALKS = 4

# All of these, each by any of its alternatives, each of which is tokens that stand in one entry.
Alternatives = tuple[tuple[str, ...], ...]
Needs = tuple[Alternatives, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """id: record * GROUPS + group;  tokens: without spaces and quotes inside."""

    id: int
    body: str
    tokens: Collection[str]


@dataclass(frozen=True, slots=True)
class Block:
    """ids      the newest first; may be empty
    reached  nothing is left between the last of them and this id;  0: nothing is left at all
    walked   entries that were gone over one by one to get it
    """

    ids: list[int]
    reached: int
    walked: int = 0


def table(entity: int) -> str:
    return f"sv_search_{entity}"


def create_tables(session: Session, entity: int) -> None:
    """Empty ones; those of before are dropped."""
    drop_tables(session, entity)
    name = table(entity)
    if session.dialect == "sqlite":
        session.run(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
        # `ascii` takes every sign above 127 for a letter: tokens come ready, it has only to part them by spaces.
        session.run(
            f"CREATE VIRTUAL TABLE {name}_fts USING fts5(tokens, content='', detail=none, columnsize=0, tokenize='ascii')"
        )
        return
    session.run(f"CREATE TABLE {name} (id bigint PRIMARY KEY, body text NOT NULL, tokens int[] NOT NULL)")
    # Without fastupdate: the list it keeps for later is put in order by some unlucky writer, for seconds.
    session.run(f"CREATE INDEX {name}_tokens ON {name} USING gin (tokens) WITH (fastupdate = off)")


def drop_tables(session: Session, entity: int) -> None:
    if session.dialect == "sqlite":
        session.run(f"DROP TABLE IF EXISTS {table(entity)}_fts")
    session.run(f"DROP TABLE IF EXISTS {table(entity)}")


def read_bodies(session: Session, entity: int, records: Iterable[int]) -> dict[int, str]:
    """Entries that these records have now: id -> body."""
    given = session.list_parameter(records)
    source = "json_each(?)" if session.dialect == "sqlite" else "unnest(?::bigint[]) AS each(value)"
    rows = session.fetch(
        f"SELECT s.id, s.body FROM {source} JOIN {table(entity)} s"
        f" ON s.id BETWEEN value * {GROUPS} AND value * {GROUPS} + {GROUPS - 1}",
        (given,),
    )
    return dict(rows)


def replace_entries(session: Session, entity: int, out: Sequence[Entry], put: Sequence[Entry]) -> None:
    """Take entries out (with the tokens they were put with) and put others in."""
    name = table(entity)
    if session.dialect == "sqlite":
        session.run_many(
            f"INSERT INTO {name}_fts ({name}_fts, rowid, tokens) VALUES ('delete', ?, ?)",
            [(one.id, " ".join(one.tokens)) for one in out],
        )
    if out:
        gone = session.list_parameter(one.id for one in out)
        session.run(f"DELETE FROM {name} WHERE {session.in_list('id', 'bigint')}", (gone,))
    if session.dialect == "sqlite":
        session.insert_rows(name, ("id", "body"), [(one.id, one.body) for one in put])
        session.run_many(
            f"INSERT INTO {name}_fts (rowid, tokens) VALUES (?, ?)", [(one.id, " ".join(one.tokens)) for one in put]
        )
    else:
        rows = [(one.id, one.body, digests(one.tokens)) for one in put]
        session.insert_rows(name, ("id", "body", "tokens"), rows)


def newest(
    session: Session, entity: int, needs: Needs, groups: Sequence[int] | None, below: int, entries: int = 0
) -> Iterator[Block]:
    """Entries that have what is needed, the newest first, in blocks that grow: whoever may see little looks at many,
    and each look costs as much as hundreds of entries.

    groups    numbers of those that may be looked into; None: whichever
    below     only entries under this id
    entries   how many there are of the object, when so many that it matters how they are looked for (large_tables)
    """
    asked = _Asked(session, entity, needs, groups)
    found = _from_index(asked, below) if session.dialect == "sqlite" else _from_postgres(asked, below, entries)
    size = FIRST_BLOCK
    for block in found:
        ids, walked = block.ids, block.walked
        while len(ids) > size:
            yield Block(ids[:size], ids[size - 1], walked)
            ids, walked, size = ids[size:], 0, min(size * 8, MOST_BLOCK)
        yield Block(ids, block.reached, walked)


@dataclass(frozen=True, slots=True)
class _Asked:
    session: Session
    entity: int
    needs: Needs
    groups: Sequence[int] | None

    def among(self, column: str) -> tuple[str, tuple[Any, ...]]:
        if self.groups is None:
            return "", ()
        told = self.session.in_list(f"{column} % {GROUPS}", "bigint")
        return f" AND {told}", (self.session.list_parameter(self.groups),)


def _from_index(asked: _Asked, below: int) -> Iterator[Block]:
    """SQLite: FTS5 goes from the newest on by itself and stops where it is told.

    One question for many: to begin again in the middle costs as much as hundreds of ids.
    """
    among, tail = asked.among("rowid")
    name = table(asked.entity)
    while True:
        rows = asked.session.fetch(
            f"SELECT rowid FROM {name}_fts WHERE {name}_fts MATCH ? AND rowid < ?{among} ORDER BY rowid DESC LIMIT ?",
            (match_text(asked.needs), below, *tail, MOST_BLOCK),
        )
        ids = [row[0] for row in rows]
        if ids:
            yield Block(ids, ids[-1])
            below = ids[-1]
        if len(ids) < MOST_BLOCK:
            return


def _from_postgres(asked: _Asked, below: int, entries: int) -> Iterator[Block]:
    """What is rare is collected by the index and put in order; what is frequent is met on a walk from the newest on.

    Statistics know the frequent tokens only, and nothing of words that never stand together, so they only say
    what is tried first.  How much there is, is counted, and each try has an end.
    """
    few = not entries or _expected(asked) < entries * OFTEN
    if not few:
        block = _walk(asked, below)
        yield block
        if not block.reached:
            return
        below, few = block.reached, len(block.ids) < FEW_MET
    if few:
        ids = _collect(asked, below)
        if len(ids) <= FREQUENT:
            if ids:
                yield Block(sorted(ids, reverse=True), min(ids))
            return
    walks = met = 0
    while below:
        # A word that was frequent once and is not any more: rather one long look than many short ones for nothing.
        block = _walk(asked, below) if met or walks < VAIN_WALKS else _collect_in_order(asked, below)
        yield block
        below, walks, met = block.reached, walks + 1, met + len(block.ids)


def _collect(asked: _Asked, below: int) -> list[int]:
    """In no order; more than FREQUENT of them: there are others.

    Left alone, the planner hopes to meet enough of them soon, by the key or from the first page on: of a word that
    stands once it reads the whole table.  LIMIT over a CTE is not known within it.
    """
    where, values = _where(asked.needs)
    among, tail = asked.among("id")
    sought = (
        f"WITH found AS MATERIALIZED (SELECT id FROM {table(asked.entity)} WHERE {where} AND id < ?{among})"
        " SELECT id FROM found LIMIT ?"
    )
    return _by_index(asked.session, sought, (*values, below, *tail, FREQUENT + 1))


def _collect_in_order(asked: _Asked, below: int) -> Block:
    where, values = _where(asked.needs)
    among, tail = asked.among("id")
    sought = (
        f"SELECT id FROM {table(asked.entity)} WHERE {where} AND id < ?{among} ORDER BY id + 0 DESC LIMIT {FREQUENT}"
    )
    ids = _by_index(asked.session, sought, (*values, below, *tail))
    return Block(ids, ids[-1] if len(ids) == FREQUENT else 0)


def _by_index(session: Session, sought: str, values: Sequence[Any]) -> list[int]:
    turn = "SELECT set_config('enable_seqscan', ?, true)"
    _, rows, _ = session.fetch_all([(turn, ("off",)), (sought, values), (turn, ("on",))])
    return [row[0] for row in rows]


def _walk(asked: _Asked, below: int) -> Block:
    """Those among the newest entries under an id.  It ends between records: all entries of one are walked over, or
    none."""
    where, values = _where(asked.needs)
    among, tail = asked.among("id")
    ((count, last, ids),) = asked.session.fetch(
        f"SELECT count(*), min(id), array_agg(id ORDER BY id DESC) FILTER (WHERE {where}{among})"
        f" FROM (SELECT id, tokens FROM {table(asked.entity)} WHERE id < ? ORDER BY id DESC LIMIT {WALK}) AS newest",
        (*values, *tail, below),
    )
    if count < WALK:
        return Block(ids or [], 0, count)
    border = (last // GROUPS + 1) * GROUPS
    return Block([id for id in ids or [] if id >= border], border, count)


def large_tables(session: Session) -> Mapping[int, int]:
    """Objects with many entries, and how many, as far as PostgreSQL knows; SQLite need not be asked."""
    if session.dialect == "sqlite":
        return {}
    rows = session.fetch(
        "SELECT substring(relname FROM '[0-9]+$')::int, reltuples::bigint FROM pg_class"
        " WHERE relnamespace = current_schema()::regnamespace"
        " AND relkind = 'r' AND relname ~ '^sv_search_[0-9]+$' AND reltuples > ?",
        (FREQUENT,),
    )
    return dict(rows)


def _expected(asked: _Asked) -> float:
    """Entries as the planner expects them: of tokens that are not frequent it takes all for equally rare."""
    where, values = _where(asked.needs)
    ((plan,),) = asked.session.fetch(
        f"EXPLAIN (FORMAT JSON) SELECT id FROM {table(asked.entity)} WHERE {where}", values
    )
    return float(plan[0]["Plan"]["Plan Rows"])


def match_text(needs: Needs) -> str:
    """The same in the language of FTS5."""
    return " AND ".join(_any_text(one) for one in needs)


def _any_text(alternatives: Alternatives) -> str:
    told = [" AND ".join(f'"{token}"' for token in tokens) for tokens in alternatives]
    if len(told) == 1:
        return told[0]
    return "(" + " OR ".join(f"({one})" for one in told) + ")"


def _where(needs: Needs) -> tuple[str, list[list[int]]]:
    """Over the column of digests; what has one alternative goes as one condition."""
    sure = {token for alternatives in needs if len(alternatives) == 1 for token in alternatives[0]}
    parts, values = [], []
    if sure:
        parts.append("tokens @> ?::int[]")
        values.append(digests(sure))
    for alternatives in needs:
        if len(alternatives) == 1:
            continue
        single = [tokens[0] for tokens in alternatives if len(tokens) == 1]
        several = [tokens for tokens in alternatives if len(tokens) > 1]
        told = ["tokens && ?::int[]"] * bool(single) + ["tokens @> ?::int[]"] * len(several)
        values += [digests(single)] if single else []
        values += [digests(tokens) for tokens in several]
        parts.append("(" + " OR ".join(told) + ")")
    return " AND ".join(parts), values


def digests(tokens: Iterable[str]) -> list[int]:
    return sorted({zlib.crc32(token.encode()) - 2**31 for token in tokens})
