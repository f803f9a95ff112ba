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
LARGE = 4_000  # entries of an object from which it matters how they are looked for
FREQUENT = 300  # entries that have what is needed: so many are collected in 3 ms wherever they lie
OFTEN = 0.02  # a part of all entries: what statistics say of less says nothing
WALK = 2_000  # entries of one walk: 3 ms, as long as a slice takes; more than a record can have
FEW_MET = 8  # of one walk: less, and collecting is cheaper
RARE = 0.025  # a part of all entries: what statistics say of five tokens they do not know, each of 1% at most
SLICES = 16
SAMPLED = 64  # entries from the newest: how far back so many of a token go tells how rare it is, in 0.02 ms
MOST_TOKENS = (
    4  # of one alternative on SQLite, and of several needs together twice as many; each is a list to go through
)

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
    session: Session,
    entity: int,
    needs: Needs,
    groups: Sequence[int] | None,
    below: int,
    entries: int = 0,
    rarity: dict[str, int] | None = None,
) -> Iterator[Block]:
    """Entries that have what is needed, the newest first, in blocks that grow: whoever may see little looks at many,
    and each look costs as much as hundreds of entries.

    groups    numbers of those that may be looked into; None: whichever
    below     only entries under this id
    entries   how many there are of the object, when so many that it matters how they are looked for (large_tables)
    rarity    what is known of this object's tokens from questions before this one; added to
    """
    if session.dialect == "sqlite":
        needs = _rarest(session, entity, needs, {} if rarity is None else rarity)
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


def _rarest(session: Session, entity: int, needs: Needs, rarity: dict[str, int]) -> Needs:
    """The same with fewer tokens for what many of them tell: those that are rare, and of those that stand in the same
    entries one.  More is found by fewer, never less, and whoever asks looks at what is found.

    FTS5 goes through the list of every token it is given: a part of a frequent word costs ten milliseconds each in a
    million entries, and says nothing that the rarest does not.
    """
    listed = {token for one in needs for tokens in one if len(tokens) > 1 for token in tokens}
    fresh = sorted(listed - rarity.keys())
    if fresh:
        name = table(entity)
        look = (
            f"(SELECT rowid FROM {name}_fts WHERE {name}_fts MATCH ? AND rowid > 0"
            f" ORDER BY rowid DESC LIMIT 1 OFFSET {SAMPLED})"
        )
        (found,) = session.fetch(f"SELECT {', '.join([look] * len(fresh))}", [f'"{token}"' for token in fresh])
        rarity.update((token, at or 0) for token, at in zip(fresh, found, strict=True))
    most = max(2 * MOST_TOKENS // len(needs), 2) if len(needs) > 1 else MOST_TOKENS

    def few(tokens: tuple[str, ...]) -> tuple[str, ...]:
        kept: dict[int | str, str] = {}
        for token in sorted(tokens, key=lambda one: rarity[one]) if len(tokens) > 1 else tokens:
            kept.setdefault(rarity.get(token) or token, token)
        return tuple(kept.values())[:most]

    return tuple(tuple(few(tokens) for tokens in one) for one in needs)


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
    """What is frequent is met on a walk from the newest on; what is rare is collected by the index and put in order;
    of what is neither, slices are collected, the newest first.

    Statistics know the frequent tokens only, and nothing of words that never stand together, so they only say
    what is tried first.  How much there is, is counted, and each try has an end.
    """
    expected, rare = _expected(asked, entries) if entries > 0 else (0.0, ())
    often = entries > 0 and expected >= entries * OFTEN
    while often:
        block = _walk(asked, below)
        yield block
        if not block.reached:
            return
        below, often = block.reached, len(block.ids) >= FEW_MET
    most = FREQUENT if entries else LARGE
    ids = _collect(asked, below, most, not entries, rare)
    if len(ids) > most:
        yield from _slices(asked, below)
    elif ids:
        yield Block(sorted(ids, reverse=True), min(ids))


def counts(
    session: Session, asked: Mapping[int, tuple[Needs, Sequence[int] | None]], entries: Mapping[int, int]
) -> dict[int, int]:
    """Objects with few entries -> how many of them have what is needed; in one round trip, for most have none.

    asked    object -> what is needed there, and in which groups, as in `newest`
    entries  large_tables, which are not counted;  SQLite counts nothing: there a question costs less than this one
    """
    few = [entity for entity in asked if entity not in entries] if session.dialect == "postgresql" else []
    texts, values = [], list[Any]()
    for entity in few:
        one = _Asked(session, entity, *asked[entity])
        where, told = _where(one.needs)
        among, tail = one.among("id")
        texts.append(f"SELECT {entity}, count(*) FROM {table(entity)} WHERE {where}{among}")
        values += (*told, *tail)
    return dict(session.fetch(" UNION ALL ".join(texts), values)) if texts else {}


def _collect(asked: _Asked, below: int, most: int, few: bool, rare: Needs) -> list[int]:
    """In no order; more than `most` of them: there are others.

    rare   needs that hardly any entries have: they are found by these alone and asked of the rest one by one, for the
           index makes a list of everything that has a word, or a part of it, before it puts lists together

    Left alone, the planner hopes to meet enough of them soon, by the key or from the first page on: of a word that
    stands once it reads the whole table.  LIMIT over a CTE is not known within it.  Where there are few entries in all
    any plan will do.
    """
    where, values = _where(rare or asked.needs)
    rest, told = _where(tuple(one for one in asked.needs if one not in rare) if rare else ())
    among, tail = asked.among("id")
    sought = (
        f"WITH found AS MATERIALIZED (SELECT id{', tokens' if rest else ''} FROM {table(asked.entity)}"
        f" WHERE {where} AND id < ?{among}) SELECT id FROM found{' WHERE ' if rest else ''}{rest} LIMIT ?"
    )
    given = (*values, below, *tail, *told, most + 1)
    if few:
        return [row[0] for row in asked.session.fetch(sought, given)]
    return _by_bitmaps(asked.session, sought, given)


def _slices(asked: _Asked, below: int) -> Iterator[Block]:
    """A sixteenth of all there is after another: the bitmap of the tokens and that of the key are put together before
    any entry is read, for reading entries that lie apart is what costs: 10 µs each.  As in _walk, it ends between
    records."""
    where, values = _where(asked.needs)
    among, tail = asked.among("id")
    name = table(asked.entity)
    ((first, last),) = asked.session.fetch(f"SELECT min(id), max(id) FROM {name}")
    if first is None:
        return
    below = min(below, last + 1)
    step = (below - first) // SLICES + GROUPS
    sought = f"SELECT id FROM {name} WHERE {where} AND id < ? AND id >= ?{among} ORDER BY id + 0 DESC"
    while below > first:
        bottom = (below - step) // GROUPS * GROUPS
        ids = _by_bitmaps(asked.session, sought, (*values, below, bottom, *tail))
        yield Block(ids, bottom if bottom > first else 0, WALK)
        below = bottom


def _by_bitmaps(session: Session, sought: str, values: Sequence[Any]) -> list[int]:
    """By no other way of the planner's, and with a plan of these very values."""
    repeats, session.repeats = session.repeats, False
    turn = "SELECT set_config('enable_seqscan', ?, true), set_config('enable_indexscan', ?, true)"
    _, rows, _ = session.fetch_all([(turn, ("off", "off")), (sought, values), (turn, ("on", "on"))])
    session.repeats = repeats
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
        (LARGE,),
    )
    return dict(rows)


def _expected(asked: _Asked, entries: int) -> tuple[float, Needs]:
    """Entries as the planner expects them, and of several needs those that hardly any of them have.

    Of tokens that are not frequent it takes all for equally rare.
    """
    name = table(asked.entity)
    sought = [asked.needs, *((one,) for one in asked.needs if len(asked.needs) > 1)]
    wheres = [_where(needs) for needs in sought]
    ((plan,),) = asked.session.fetch(
        f"EXPLAIN (FORMAT JSON) {' UNION ALL '.join(f'SELECT id FROM {name} WHERE {where}' for where, _ in wheres)}",
        [value for _, values in wheres for value in values],
    )
    top = plan[0]["Plan"]
    whole, *each = (one["Plan Rows"] for one in (top["Plans"] if len(sought) > 1 else (top,)))
    return float(whole), tuple(need for need, rows in zip(asked.needs, each, strict=False) if rows <= entries * RARE)


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
