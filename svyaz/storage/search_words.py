"""The words that can be found, and each of them with one letter left out: by these a typo is forgiven.

    sv_search_word   (word, entity) -> in how many entries, and one of its spellings
    sv_search_miss   word without a letter -> word

Two words one typo apart (a letter too many, too few, another, or two swapped) share one of these forms,
so a misspelt word is found by a handful of look-ups in an index, without a dictionary in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from svyaz.storage.session import Session

SHORTEST, LONGEST = 4, 24


def misses(word: str) -> set[str]:
    """The word without each of its letters; of a word too short or too long, nothing."""
    if not SHORTEST <= len(word) <= LONGEST:
        return set()
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def count_words(session: Session, entity: int, moved: Mapping[str, int], forms: Mapping[str, str]) -> None:
    """Add to the counts of the object's words, take from them where negative; words of no entry leave.

    forms   a spelling for each word that is added
    """
    changed = sorted((word, by) for word, by in moved.items() if by)
    if not changed:
        return
    known = _known(session, [word for word, by in changed if by > 0])
    session.run_many(
        "INSERT INTO sv_search_word (word, entity, count, form) VALUES (?, ?, ?, ?) ON CONFLICT (word, entity)"
        " DO UPDATE SET count = sv_search_word.count + excluded.count",
        [(word, entity, by, forms.get(word, word)) for word, by in changed],
    )
    fresh = [word for word, by in changed if by > 0 and word not in known]
    rows = [(miss, word) for word in fresh for miss in misses(word)]
    session.run_many("INSERT INTO sv_search_miss (miss, word) VALUES (?, ?) ON CONFLICT DO NOTHING", rows)
    _forget(session, entity, [word for word, by in changed if by < 0])


def drop_words(session: Session, entity: int) -> None:
    """The object is no longer searched, or is about to be gone through anew."""
    session.run("DELETE FROM sv_search_word WHERE entity = ?", (entity,))
    session.run("DELETE FROM sv_search_miss WHERE word NOT IN (SELECT word FROM sv_search_word)")


def find_near(session: Session, word: str, limit: int) -> list[str]:
    """Words one typo apart from this one, the most frequent first; not the word itself."""
    shortened = misses(word)
    if not shortened:
        return []
    given = session.list_parameter({word, *shortened})
    rows = session.fetch(
        "SELECT word, SUM(count) AS times FROM sv_search_word WHERE word IN ("
        f"SELECT word FROM sv_search_miss WHERE {session.in_list('miss', 'text')}"
        f" UNION SELECT word FROM sv_search_word WHERE {session.in_list('word', 'text')}"
        ") GROUP BY word ORDER BY times DESC, word",
        (given, given),
    )
    near = [found for found, _ in rows if found != word and is_near(found, word)]
    return near[:limit]


def is_near(one: str, other: str) -> bool:
    """Whether at most one letter is too many, too few, another, or two neighbours are swapped."""
    if one == other:
        return True
    start = 0
    shorter, longer = sorted((one, other), key=len)
    if len(longer) - len(shorter) > 1:
        return False
    while start < len(shorter) and shorter[start] == longer[start]:
        start += 1
    if len(shorter) < len(longer):
        return shorter[start:] == longer[start + 1 :]
    if shorter[start + 1 :] == longer[start + 1 :]:
        return True
    swapped = shorter[start + 1 : start + 2] + shorter[start : start + 1]
    return swapped == longer[start : start + 2] and shorter[start + 2 :] == longer[start + 2 :]


def _known(session: Session, words: Iterable[str]) -> set[str]:
    given = session.list_parameter(words)
    rows = session.fetch(f"SELECT DISTINCT word FROM sv_search_word WHERE {session.in_list('word', 'text')}", (given,))
    return {row[0] for row in rows}


def _forget(session: Session, entity: int, words: list[str]) -> None:
    if not words:
        return
    given = session.list_parameter(words)
    among = session.in_list("word", "text")
    session.run(f"DELETE FROM sv_search_word WHERE entity = ? AND count < 1 AND {among}", (entity, given))
    session.run(
        f"DELETE FROM sv_search_miss WHERE {among} AND word NOT IN (SELECT word FROM sv_search_word WHERE {among})",
        (given, given),
    )
