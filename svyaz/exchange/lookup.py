"""Words of a file as records and options: «GTX Pro» is product 17, «Won» is the stage won.

Found by label or by a named field, always among what the actor may see: a file must not tell
whether a hidden record exists.  Answers are kept for the run, so each different word is asked once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.apply import condition, far_conditions
from svyaz.expression.tree import both
from svyaz.kernel.problem import BadValue
from svyaz.kernel.text import sort_key
from svyaz.records.cells import id_in
from svyaz.records.duplicates import compared_keys
from svyaz.records.read import ground_of
from svyaz.storage import record_tables, run_query
from svyaz.storage.query import Query
from svyaz.storage.session import Session

MOST_KEPT = 200_000


class LinkNameUnknown(BadValue):
    code = "link_name_unknown"  # facts: value, entity


class LinkNameAmbiguous(BadValue):
    code = "link_name_ambiguous"  # facts: value, entity, count


class LinkCannotBeMade(BadValue):
    code = "link_cannot_be_made"  # facts: value, entity


@dataclass(slots=True)
class Lookup:
    """known: (entity, match) -> word -> ids of seen living records, one, several or none."""

    known: dict[tuple[str, str], dict[str, tuple[int, ...]]] = field(default_factory=dict)
    absent: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # entity -> (match, word) of none

    def find(self, session: Session, actor: Actor, entity: str, match: str, words: Iterable[str]) -> None:
        """Ask at once for all words not asked before."""
        known = self.known.setdefault((entity, match), {})
        fresh = [one for one in dict.fromkeys(words) if one not in known]
        if not fresh:
            return
        if len(known) > MOST_KEPT:
            known.clear()
        keys = {one: key for one in fresh if (key := _key(session, entity, match, one)) is not None}
        found = (
            record_tables.find_by_label(session, entity, list(keys.values()))
            if match == "label"
            else record_tables.find_by_key(session, entity, match, list(keys.values()))
        )
        everyone = {id for ids in found.values() for id in ids}
        seen = seen_ids(session, actor, entity, everyone)
        for one in fresh:
            ids = found.get(keys[one], []) if one in keys else []
            known[one] = tuple(id for id in ids if id in seen)
            if not known[one]:
                self.absent.setdefault(entity, []).append((match, one))

    def get(self, entity: str, match: str, word: str) -> tuple[int, ...]:
        known = self.known.get((entity, match))
        return known.get(word, ()) if known else ()

    def put(self, entity: str, match: str, word: str, id: int) -> None:
        """A record of this name has just been made."""
        self.known.setdefault((entity, match), {})[word] = (id,)

    def drop(self, entity: str, match: str, word: str) -> None:
        self.known.get((entity, match), {}).pop(word, None)

    def forget(self, entity: str) -> None:
        """Records of the entity have just been made: what was not found may be there now."""
        for match, word in self.absent.pop(entity, ()):
            if not self.get(entity, match, word):
                self.drop(entity, match, word)


def seen_ids(session: Session, actor: Actor, entity: str, ids: Iterable[int]) -> set[int]:
    wanted = sorted(set(ids))
    if not wanted:
        return set()
    where = condition(session.snapshot, actor, entity, "see")
    if where is None:
        return set(wanted)
    query = Query(
        entity,
        (),
        where=both(where, id_in(wanted)),
        limit=len(wanted),
        far=far_conditions(session.snapshot, actor, session.snapshot.entities),
    )
    return set(run_query.ids(session, query, ground_of(session, actor)))


def _key(session: Session, entity: str, match: str, word: str) -> Any:
    """What the word is compared by; None when the field can never hold it."""
    if match == "label":
        return sort_key(word)
    keys = compared_keys(session, session.snapshot.entities[entity].by_key[match], word)
    return next(iter(keys), None)


def words_of(text: str) -> list[str]:
    """«А; "Б; В"» is two words: a list of several as export writes it."""
    words: list[str] = []
    word, quoted = "", False
    position = 0
    while position < len(text):
        letter = text[position]
        if quoted and letter == '"' and text[position + 1 : position + 2] == '"':
            word += '"'
            position += 1
        elif letter == '"' and (quoted or not word.strip()):
            quoted = not quoted
        elif letter == ";" and not quoted:
            words.append(word.strip())
            word = ""
        else:
            word += letter
        position += 1
    return [one for one in [*words, word.strip()] if one]


def labels_of(session: Session, actor: Actor, entity: str, most: int = 5000) -> Sequence[tuple[int, str]]:
    """Labels the actor sees, for suggesting the nearest; of a large object only the newest."""
    query = Query(
        entity,
        (("label",),),
        where=condition(session.snapshot, actor, entity, "see"),
        limit=most,
        far=far_conditions(session.snapshot, actor, session.snapshot.entities),
    )
    page = run_query.page(session, query, ground_of(session, actor))
    return [(row[0], row[2] or "") for row in page.rows]
