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
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from svyaz.storage.session import Session

GROUPS = 1024
FIRST_BLOCK = 24
MOST_BLOCK = 1_000
FREQUENT = 4_000  # entries: collecting and sorting so many costs as much as walking until a page is full

# All of these, each by any of its alternatives, each of which is tokens that stand in one entry.
Alternatives = tuple[tuple[str, ...], ...]
Needs = tuple[Alternatives, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """id: record * GROUPS + group;  tokens: without spaces and quotes inside."""

    id: int
    body: str
    tokens: Collection[str]


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
    session: Session,
    entity: int,
    needs: Needs,
    groups: Sequence[int] | None,
    below: int,
    large: bool = True,
) -> Iterator[list[int]]:
    """Ids of entries that have what is needed, the newest first, in blocks that grow: whoever may see little looks at
    many, and each look costs as much as hundreds of entries.

    groups   numbers of those that may be looked into; None: whichever
    below    only entries under this id
    large    whether there may be so many that it matters how they are looked for (large_tables)
    """
    rare = session.dialect == "postgresql" and not (large and _is_frequent(session, entity, needs))
    size, ready = FIRST_BLOCK, list[int]()
    while True:
        if not ready:
            # What is collected and sorted anyway is taken at once.
            most = max(FREQUENT, size) if rare else size
            ready = _newest(session, entity, needs, groups, below, most, rare)
            last = len(ready) < most
        block, ready = ready[:size], ready[size:]
        if not block:
            return
        yield block
        if not ready and last:
            return
        below, size = block[-1], min(size * 8, MOST_BLOCK)


def _newest(
    session: Session, entity: int, needs: Needs, groups: Sequence[int] | None, below: int, limit: int, rare: bool
) -> list[int]:
    among = "" if groups is None else f" AND {session.in_list(f'id % {GROUPS}', 'bigint')}"
    tail = () if groups is None else (session.list_parameter(groups),)
    if session.dialect == "sqlite":
        among = among.replace("id %", "rowid %")
        rows = session.fetch(
            f"SELECT rowid FROM {table(entity)}_fts WHERE {table(entity)}_fts MATCH ? AND rowid < ?{among}"
            " ORDER BY rowid DESC LIMIT ?",
            (match_text(needs), below, *tail, limit),
        )
        return [row[0] for row in rows]
    where, values = _where(needs)
    order = "id + 0" if rare else "id"
    rows = session.fetch(
        f"SELECT id FROM {table(entity)} WHERE {where} AND id < ?{among} ORDER BY {order} DESC LIMIT ?",
        (*values, below, *tail, limit),
    )
    return [row[0] for row in rows]


def large_tables(session: Session) -> frozenset[int]:
    """Objects with many entries, as far as PostgreSQL knows; SQLite need not be asked."""
    if session.dialect == "sqlite":
        return frozenset()
    rows = session.fetch(
        "SELECT substring(relname FROM '[0-9]+$')::int FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
        " AND relkind = 'r' AND relname ~ '^sv_search_[0-9]+$' AND reltuples > ?",
        (FREQUENT,),
    )
    return frozenset(row[0] for row in rows)


def _is_frequent(session: Session, entity: int, needs: Needs) -> bool:
    """Whether to walk from the newest entry on, rather than to collect all that match and to sort them.

    The planner knows the frequent tokens; left alone it walks for rare ones too, for it hopes to find as many
    as LIMIT says before the end: of a word that stands once, the whole table was read.
    """
    where, values = _where(needs)
    ((plan,),) = session.fetch(f"EXPLAIN (FORMAT JSON) SELECT id FROM {table(entity)} WHERE {where}", values)
    return bool(plan[0]["Plan"]["Plan Rows"] > FREQUENT)


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
