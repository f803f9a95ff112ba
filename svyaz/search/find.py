"""Search over everything the reader may see: by object, the newest first.

Candidates come from the index in blocks; each block passes one query with the reader's own condition; what
is left is read from the records themselves and looked at, so a hit and its snippet are always what the reader
may see now, whatever the index remembers.  Only groups of fields that he may read whole are looked into.

A page goes on from whole words to parts of words; when nothing at all was found, typos and the other layout
of the keyboard are tried.  Whether they are tried depends on what the reader sees, not on hidden words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from svyaz.access.actor import Actor
from svyaz.access.apply import condition, far_conditions, may, read_entity
from svyaz.expression.ground import Ground
from svyaz.expression.tree import Node, both
from svyaz.kernel.problem import Problem
from svyaz.records.cells import id_in
from svyaz.records.read import ground_of
from svyaz.schema.snapshot import Entity, Field
from svyaz.search.about import About, named_about
from svyaz.search.groups import LABEL, readable_groups
from svyaz.search.snippet import Snippet, cut_snippet
from svyaz.search.texts import plain_texts, said_text
from svyaz.search.tokens import stems
from svyaz.search.wanted import (
    Mark,
    Seen,
    Unit,
    Way,
    alternatives,
    has_parts,
    look_at,
    marks,
    other_layout,
    read_wanted,
)
from svyaz.storage import record_tables, run_query, search_entries, search_state, search_words
from svyaz.storage.query import Query
from svyaz.storage.record_tables import Stored
from svyaz.storage.search_entries import FIRST_BLOCK, GROUPS, Needs
from svyaz.storage.session import Session

MOST_WORK = 2_000  # what is spent on a page of one object, in candidates not seen; the rest is the next page's
READ_WORK = 20  # a candidate that was read and is no hit costs as many of those
FAR_WORK = 8  # and one whose right is that of a record of any object, as of a comment
WALKED = 8  # entries gone over one by one cost as much as one of those
MOST_NEAR = 8
LETTERS: Mapping[Way, str] = {"whole": "w", "part": "p", "near": "n"}
CURSOR = re.compile(r"([wpn])([0-9]{1,18})\Z")


class SearchCursorWrong(Problem):
    """The place to go on from was not given by a search of this object."""

    code = "search_cursor_wrong"
    status = 400


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """entity   None: the first `limit` of each object;  otherwise a page of this one
    after    `next` of a group, with its entity"""

    text: str
    entity: str | None = None
    limit: int = 5
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """field: key of where the snippet is from.  about: what a comment, an activity or a line belongs to."""

    id: int
    label: str
    field: str
    snippet: Snippet
    about: About | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """next: where to go on from; None when there is no more."""

    entity: str
    hits: list[Hit]
    next: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """words: what was looked for instead, when nothing was found by the letter."""

    found: list[Found] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


# A candidate: its record, the hit if it is one for this reader, and what looking has cost.
Looked = tuple[int, Hit | None, int]


@dataclass(slots=True)
class Place:
    """An object to be searched, with what this reader may of it."""

    session: Session
    actor: Actor
    ground: Ground
    far: Mapping[str, Node]
    entity: Entity
    allowed: Node | None
    groups: Mapping[int, Sequence[Field]]
    whole: bool  # he may read every group
    large: int  # its entries, if they are very many
    work: int = 1  # what a candidate that may not be seen costs
    met: set[str] = field(default_factory=set)  # words found in place of a misspelt one
    rarity: dict[str, int] = field(default_factory=dict)  # of tokens, as search_entries finds it out

    @property
    def fields(self) -> list[Field]:
        return [one for fields in self.groups.values() for one in fields]


def search(session: Session, actor: Actor, request: SearchRequest) -> Answer:
    """Objects in the order of the menu, those without hits left out.  Raises NotFound, SearchCursorWrong."""
    cursor = _open_cursor(request)
    session.repeats = True
    units = read_wanted(request.text)
    if request.entity is not None:
        read_entity(session.snapshot, actor, request.entity)
    places = list(_places(session, actor, request.entity)) if units else []
    if cursor is not None and cursor[0] == "near":
        return _told(places, _with_near(session, units), ("near",), request.limit, cursor)
    ways: tuple[Way, ...] = ("whole", "part") if has_parts(units) or cursor else ("whole",)
    answer = _told(places, units, ways, request.limit, cursor)
    if answer.found or cursor is not None or not places:
        return answer
    near = _with_near(session, units)
    if any(unit.near for unit in near):
        answer = _told(places, near, ("near",), request.limit, None)
        if answer.found:
            return answer
    meant = other_layout(request.text)
    units = read_wanted(meant)
    if not units:
        return Answer()
    answer = _told(places, units, ("whole",), request.limit, None)
    # A page further on is asked with the right letters: the cursor is of another text.
    found = [replace(one, next=None) for one in answer.found]
    return Answer(found, [meant] if found else [])


def _places(session: Session, actor: Actor, only: str | None) -> Iterator[Place]:
    snapshot = session.snapshot
    ground = ground_of(session, actor)
    far = far_conditions(snapshot, actor, snapshot.entities)
    plans, large = search_state.read_plans(session), search_entries.large_tables(session)
    menu = {item.entity: at for at, item in enumerate(snapshot.menu)}
    for entity in sorted(snapshot.entities.values(), key=lambda one: (menu.get(one.key, len(menu)), one.number)):
        plan = plans.get(entity.number)
        if (
            plan is None
            or entity.hidden
            or only not in (None, entity.key)
            or not may(snapshot, actor, entity.key, "see")
        ):
            continue
        groups = readable_groups(snapshot, actor, entity, plan.groups)
        if groups:
            allowed = condition(snapshot, actor, entity.key, "see")
            # Entries of groups that were taken apart may still lie there until the sweep has ended.
            whole = plan.below is None and len(groups) == len(plan.groups)
            work = FAR_WORK if entity.by_role("about") is not None and allowed is not None else 1
            yield Place(session, actor, ground, far, entity, allowed, groups, whole, large.get(entity.number, 0), work)


def _told(
    places: Sequence[Place], units: Sequence[Unit], ways: Sequence[Way], limit: int, cursor: tuple[Way, int] | None
) -> Answer:
    found = [_page(place, units, ways, limit, cursor) for place in _worth(places, units, ways[-1])]
    words = sorted({word for place in places for word in place.met})
    return Answer([one for one in found if one.hits or one.next], words[:MOST_NEAR])


def _worth(places: Sequence[Place], units: Sequence[Unit], widest: Way) -> Sequence[Place]:
    """Without the objects where nothing is found even by the widest way, which finds whatever the others do."""
    if len(places) < 2:
        return places
    asked = {one.entity.number: (_needs(one, units, widest), _groups(one)) for one in places}
    large = {one.entity.number: one.large for one in places if one.large}
    empty = {number for number, count in search_entries.counts(places[0].session, asked, large).items() if not count}
    return [one for one in places if one.entity.number not in empty]


def _page(
    place: Place, units: Sequence[Unit], ways: Sequence[Way], limit: int, cursor: tuple[Way, int] | None
) -> Found:
    """Hits of one object: a way after a way until the page is full."""
    hits: list[Hit] = []
    following = None
    for way in ways[ways.index(cursor[0]) :] if cursor else ways:
        below = cursor[1] if cursor and cursor[0] == way else search_state.TOP
        work = 0
        for record, hit, cost in _walk(place, units, way, below):
            work += cost
            if hit is not None and len(hits) == limit:
                following = f"{LETTERS[way]}{record + 1}"
            elif hit is not None:
                hits.append(hit)
            elif work >= MOST_WORK:
                following = f"{LETTERS[way]}{record}"
            if following:
                return Found(place.entity.key, _with_about(place, hits), following)
    return Found(place.entity.key, _with_about(place, hits), None)


def _walk(place: Place, units: Sequence[Unit], way: Way, below: int) -> Iterator[Looked]:
    """Candidates under a record, the newest first."""
    needs, groups = _needs(place, units, way), _groups(place)
    last = None
    below = below * GROUPS
    session, number = place.session, place.entity.number
    for block in search_entries.newest(session, number, needs, groups, below, place.large, place.rarity):
        records = [one for one in dict.fromkeys(id // GROUPS for id in block.ids) if one != last]
        yield from _look(place, units, way, records)
        last = records[-1] if records else last
        if block.walked and block.reached:
            yield block.reached // GROUPS, None, block.walked // WALKED


def _groups(place: Place) -> Sequence[int] | None:
    return None if place.whole else sorted(place.groups)


def _needs(place: Place, units: Sequence[Unit], way: Way) -> Needs:
    """All units in one entry.  Where a record may have several entries, the rarest unit, and the rest is looked at."""
    if len(place.groups) > 1 and len(units) > 1:
        units = [max(units, key=lambda one: len(one.text))]
    return tuple(alternatives(unit, way, len(units)) for unit in units)


def _look(place: Place, units: Sequence[Unit], way: Way, records: Sequence[int]) -> Iterator[Looked]:
    if not records:
        return
    query = Query(place.entity.key, (), both(place.allowed, id_in(records)), limit=len(records), far=place.far)
    seen = set(run_query.ids(place.session, query, place.ground))
    keys = [one.key for one in place.fields if one.key != LABEL]
    for start in range(0, len(records), FIRST_BLOCK):
        part = records[start : start + FIRST_BLOCK]
        stored = record_tables.fetch(place.session, place.entity.key, [id for id in part if id in seen], keys)
        for id in part:
            if id in stored:
                hit = _hit(place, units, way, stored[id])
                yield id, hit, place.work if hit else READ_WORK
            else:
                yield id, None, place.work


def _hit(place: Place, units: Sequence[Unit], way: Way, stored: Stored) -> Hit | None:
    """The hit, shown by the text in which most of the units stand; None when some unit stands nowhere."""
    texts = [(one, look_at(text)) for one in place.fields for text in plain_texts(stored, one)]
    best, most, missing = None, 0, set(units)
    for shown, text in texts:
        told = {unit: marks(unit, text, way) for unit in units}
        present = [unit for unit, places in told.items() if places]
        missing.difference_update(present)
        if len(present) > most:
            best, most = (shown, text, [mark for unit in present for mark in told[unit]]), len(present)
    if best is None or missing or (way == "part" and _is_whole(units, [text for _, text in texts])):
        return None
    if way == "near":
        place.met.update(_met(units, [text for _, text in texts]))
    shown, text, places = best
    return Hit(stored.id, stored.label, shown.key, _snippet(units, way, shown, text, places))


def _snippet(units: Sequence[Unit], way: Way, field: Field, text: Seen, places: Sequence[Mark]) -> Snippet:
    """As the field is said to a person: a phone in its groups of digits."""
    told = said_text(field, text.text)
    if told != text.text:
        said = look_at(told)
        again = [mark for unit in units for mark in marks(unit, said, way)]
        return cut_snippet(told, again) if again else cut_snippet(text.text, places)
    return cut_snippet(told, places)


def _is_whole(units: Sequence[Unit], texts: Sequence[Seen]) -> bool:
    """Whether the record was among the hits of the way before."""
    return all(any(marks(unit, text, "whole") for text in texts) for unit in units)


def _met(units: Sequence[Unit], texts: Sequence[Seen]) -> Iterator[str]:
    """Words that stand in place of misspelt ones."""
    near = {stem for unit in units for stem in unit.near}
    stem = stems().stem
    return (word.text for text in texts for word in text.words if stem(word.text) in near)


def _with_about(place: Place, hits: list[Hit]) -> list[Hit]:
    told = named_about(place.session, place.actor, place.ground, place.entity, [one.id for one in hits])
    return [replace(one, about=told.get(one.id)) for one in hits]


def _with_near(session: Session, units: Sequence[Unit]) -> tuple[Unit, ...]:
    return tuple(
        replace(unit, near=tuple(search_words.find_near(session, unit.stems[0], MOST_NEAR)))
        if len(unit.stems) == 1 and unit.text.isalpha()
        else unit
        for unit in units
    )


def _open_cursor(request: SearchRequest) -> tuple[Way, int] | None:
    if request.after is None:
        return None
    told = CURSOR.match(request.after)
    if told is None or request.entity is None or int(told[2]) > search_state.TOP:
        raise SearchCursorWrong("after")
    return next(way for way, letter in LETTERS.items() if letter == told[1]), int(told[2])
