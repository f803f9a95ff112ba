"""Records of a company as the examples of its solution: files that svyaz/solutions/sample.py loads again.

What the asker may export of the objects that are handed on, the first of each; a link is kept where its record is among
them, by label, or by a name of its own where the label would not do.  People, files and what he may not see are not
handed on; a record that cannot be without them is left out, and so is what cannot be without that one.  Days are told
from today, so that the examples stay fresh.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from svyaz.access.actor import SYSTEM, Actor
from svyaz.access.apply import may
from svyaz.exchange.file_rows import LINKS
from svyaz.fields.registry import TYPES
from svyaz.kernel.text import sort_key
from svyaz.records.accept import GIVEN_BY_US
from svyaz.records.entry import Entry, open_entry
from svyaz.records.links import seen_ids
from svyaz.records.read import ListRequest, read_page
from svyaz.schema.snapshot import Entity, Field, Snapshot
from svyaz.solutions.package import Package
from svyaz.solutions.toml_text import toml_text
from svyaz.storage import record_tables, stage_moves
from svyaz.storage.record_tables import Stored
from svyaz.storage.session import Session

MOST = 200
NOT_HANDED_ON = ("file", "image")
FAR_DAYS = 1_100  # a birthday is no day of a plan: beyond three years a date is written as it is


@dataclass(slots=True)
class Taken:
    """The records of one object.  written: fields that a loader may write;  named: ids whose label is not enough, which
    get a name in the file."""

    entry: Entry
    written: tuple[Field, ...]
    records: dict[int, Stored]
    named: set[int] = field(default_factory=set)


def write_sample(session: Session, actor: Actor, entities: Collection[str], folder: Path) -> int:
    """sample.toml and a file for each object that has records.  Returns how many records there are; 0 writes nothing."""
    snapshot = session.snapshot
    taken = {key: one for key in entities if (one := _take(session, actor, key)) is not None}
    _leave_out(taken)
    order = [key for key in _ordered(snapshot, taken) if taken[key].records]
    if not order:
        return 0
    _name(taken)
    folder.mkdir(parents=True, exist_ok=True)
    always = [key for key in order if snapshot.entities[key].kind == "dictionary"]
    (folder / "sample.toml").write_text(toml_text({"order": order, "always": always}), encoding="utf-8")
    for key in order:
        _write(session, taken, key, folder / f"{key}.csv")
    return sum(len(taken[key].records) for key in order)


def with_sample(session: Session, actor: Actor, package: Package, folder: Path) -> Package:
    """The package with examples of its own objects in `folder`; as it is where there is nothing to hand on."""
    parts = (*package.source.dictionaries, *package.source.entities)
    made = write_sample(session, actor, [str(part.table["key"]) for part in parts], folder)
    return replace(package, sample=folder) if made else package


def _take(session: Session, actor: Actor, key: str) -> Taken | None:
    """None of an object that is beneath every solution (people), or that he may not export."""
    shape = session.snapshot.entities.get(key)
    if shape is None or shape.origin == "org" or shape.hidden or not may(session.snapshot, actor, key, "export"):
        return None
    page = read_page(session, actor, key, ListRequest(fields=("label",), sort="id", limit=MOST))
    entry = open_entry(session, actor, key)
    ids = sorted(seen_ids(entry, key, [int(row[0]) for row in page.rows], "export"))
    rights = open_entry(session, SYSTEM, key).rights
    able = (one for name, one in entry.fields.items() if rights.get(name) == "edit")
    written = tuple(one for one in able if one.type not in GIVEN_BY_US)
    return Taken(entry, written, record_tables.fetch(session, key, ids))


def _handed_on(one: Taken) -> list[Field]:
    readable = (known for known in one.written if one.entry.rights.get(known.key, "hidden") != "hidden")
    return [known for known in readable if known.type not in NOT_HANDED_ON]


def _leave_out(taken: Mapping[str, Taken]) -> None:
    """Records that lack what they must have: a person, a file, or a record that is not handed on."""
    while True:
        here = {id for one in taken.values() for id in one.records}
        gone = 0
        for one in taken.values():
            kept = {known.key for known in _handed_on(one)}
            needed = [known for known in one.written if known.required or _is_owner(one.entry.shape, known)]
            bad = [
                id
                for id, record in one.records.items()
                if any(known.key not in kept or not _is_filled(known, record, here) for known in needed)
            ]
            gone += len(bad)
            for id in bad:
                del one.records[id]
        if not gone:
            return


def _is_owner(shape: Entity, known: Field) -> bool:
    return shape.kind == "line" and known.key == shape.parent


def _is_filled(known: Field, record: Stored, here: set[int]) -> bool:
    value = record.values.get(known.key)
    if value in (None, ()):
        return False
    return known.type not in LINKS or any(id in here for _, id in _targets(known, value))


def _targets(known: Field, value: Any) -> list[tuple[str, int]]:
    """(object, "" when the field has only one; id) of what a link points to."""
    if value is None:
        return []
    if known.type == "any_link":
        entity, id = TYPES[known.type].plain(value, known.options)[:2]
        return [(str(entity), int(id))]
    entity = known.targets[0] if len(known.targets) == 1 else ""
    ids = value if isinstance(value, (tuple, list)) else [value]
    return [(entity, int(id)) for id in ids]


def _ordered(snapshot: Snapshot, taken: Mapping[str, Taken]) -> list[str]:
    """What others must point to comes first; a circle of such is taken as it stands."""
    done: list[str] = []
    waiting = list(taken)
    while waiting:
        ready = [key for key in waiting if not (_needs(snapshot, key) & set(waiting)) - {key}]
        done += ready or waiting[:1]
        waiting = [key for key in waiting if key not in done]
    return done


def _needs(snapshot: Snapshot, key: str) -> set[str]:
    shape = snapshot.entities[key]
    return {to for one in shape.fields if one.required or _is_owner(shape, one) for to in one.targets}


def _name(taken: Mapping[str, Taken]) -> None:
    for one in taken.values():
        labels: dict[str, int] = {}
        for record in one.records.values():
            key = sort_key(record.label)
            labels[key] = labels.get(key, 0) + 1
        one.named = {
            id
            for id, record in one.records.items()
            if record.label.strip() in ("", str(id))
            or labels[sort_key(record.label)] > 1
            or record.label.startswith("#")
        }
    for one in taken.values():  # where a link may lead to several objects, a label would not say to which
        for known in _handed_on(one):
            if known.type in LINKS and known.type != "any_link" and len(known.targets) > 1:
                pointed = {
                    id for record in one.records.values() for _, id in _targets(known, record.values.get(known.key))
                }
                for other in taken.values():
                    other.named |= pointed & other.records.keys()


def _write(session: Session, taken: Mapping[str, Taken], key: str, path: Path) -> None:
    one = taken[key]
    fields = _handed_on(one)
    labels = {
        id: (entity, other.records[id].label, id in other.named)
        for entity, other in taken.items()
        for id in other.records
    }
    zone = ZoneInfo(session.snapshot.settings.zone)
    today = session.now.astimezone(zone).date()
    moves: dict[int, list[str]] = {}
    for move in stage_moves.moves_of_many(session, list(one.records)) if "staged" in one.entry.shape.traits else ():
        moves.setdefault(move.record, []).append(f"{move.stage}@{_moment(move.entered_at, zone, today)}")
    rows = []
    for id, record in one.records.items():
        row = {"@name": f"#{id}" if id in one.named else "", "@created": _moment(record.created_at, zone, today)}
        row["@stages"] = "; ".join(moves.get(id, ()))
        for known in fields:
            row[known.key] = _cell(known, record.values.get(known.key), labels, zone, today)
        rows.append(row)
    columns = [
        name
        for name in ("@name", "@created", "@stages", *(known.key for known in fields))
        if any(r[name] for r in rows)
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _moment(at: datetime, zone: ZoneInfo, today: date) -> str:
    here = at.astimezone(zone)
    return f"{_day(here.date(), today)} {here:%H:%M}"


def _day(day: date, today: date) -> str:
    away = (day - today).days
    return f"today{away:+d}" if away else "today"


def _cell(known: Field, value: Any, labels: Mapping[int, tuple[str, str, bool]], zone: ZoneInfo, today: date) -> str:
    if value in (None, ()):
        return ""
    if known.type in LINKS:
        said = [_said(known, id, labels) for _, id in _targets(known, value) if id in labels]
        return _several(said) if known.type == "links" else said[0] if said else ""
    if isinstance(value, datetime):
        near = abs((value.astimezone(zone).date() - today).days) <= FAR_DAYS
        return _moment(value, zone, today) if near else value.isoformat()
    if isinstance(value, date):
        return _day(value, today) if abs((value - today).days) <= FAR_DAYS else value.isoformat()
    plain = TYPES[known.type].plain(value, known.options)
    if isinstance(plain, bool):
        return "yes" if plain else "no"
    if (
        isinstance(plain, list)
        and known.type in ("choices", "phone", "email")
        and all(isinstance(p, str) for p in plain)
    ):
        return _several([str(part) for part in plain])
    return str(plain) if isinstance(plain, (str, int)) else json.dumps(plain, ensure_ascii=False)


def _said(known: Field, id: int, labels: Mapping[int, tuple[str, str, bool]]) -> str:
    entity, label, named = labels[id]
    word = f"#{id}" if named else label
    return f"{entity}: {word}" if known.type == "any_link" else word


def _several(words: Sequence[str]) -> str:
    return "; ".join(_quoted(words))


def _quoted(words: Iterable[str]) -> Iterable[str]:
    for word in words:
        bare = word == word.strip() and not set(';"') & set(word)
        yield word if bare else '"' + word.replace('"', '""') + '"'
