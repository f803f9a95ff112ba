"""Sample data of a solution: CSV files beside it, with days counted from the day of loading.

The format is told in solutions/sales/sample/README.md.  Records are made through records.write like any
others, in the order of sample.toml; links that point further down are set when everything is there.
All of them are one batch, which sample_removal.py takes back; what every company gets («always») is of no batch.
"""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from svyaz.access.actor import SYSTEM, Actor
from svyaz.exchange.file_rows import LINKS
from svyaz.exchange.lookup import words_of
from svyaz.kernel.keys import SHAPE
from svyaz.kernel.problem import Problem
from svyaz.kernel.text import sort_key
from svyaz.org.people import let_in
from svyaz.records.draft import Past
from svyaz.records.write import RecordChange, change_many, create_many
from svyaz.schema.snapshot import Entity, Field
from svyaz.storage import record_tables
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company

TEXTS = ("text", "long_text")
DAY = re.compile(r"^today(?:([+-])(\d{1,5}))?(?: (\d{1,2}):(\d{2}))?$")


class SampleWrong(Problem):
    code = "sample_wrong"  # facts: file, detail


@dataclass(slots=True)
class Later:
    """A link whose target is not there yet."""

    entity: str
    id: int
    key: str
    words: list[str]


@dataclass(slots=True)
class Loading:
    folder: Path
    today: date
    zone: str
    logins: bool = True
    later: list[Later] = field(default_factory=list)
    named: dict[str, int] = field(default_factory=dict)  # "#17" in @name -> the record that was made
    labelled: dict[tuple[str, str], int] = field(default_factory=dict)  # object, key of a label -> the same


def load_sample(
    company: Company,
    folder: Path,
    only: str = "order",
    *,
    batch: int | None = None,
    logins: bool = True,
    told: Callable[[int, int], None] = lambda done, total: None,
    without: Collection[str] = (),
) -> int:
    """Load every file named in sample.toml under `only` ("order": all; "always": what any company gets).

    batch: of what is made, but for «always»;  logins: whether its people come in;  told: files done, of how many;
    without: files left out.  Returns how many records were made.  A file is a transaction: a long one would hold
    everybody else.
    """
    head = read_head(folder)
    with company.read() as session:
        loading = Loading(folder, _today(session), session.snapshot.settings.zone, logins)
    made = 0
    files = [entity for entity in head.get(only, ()) if entity not in without]
    for at, entity in enumerate(files):
        with company.write() as session:
            made += _load_file(loading, session, entity, None if entity in head.get("always", ()) else batch)
        told(at + 1, len(files))
    with company.write() as session:
        _link_later(loading, session, batch)
    return made


def read_head(folder: Path) -> dict[str, tuple[str, ...]]:
    """{"order", "always"}: objects of the sample; () where there is none.  Raises SampleWrong."""
    if not (folder / "sample.toml").is_file():
        return {}
    try:
        told = tomllib.loads((folder / "sample.toml").read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SampleWrong(file="sample.toml", detail=str(error)[:200]) from error
    lists = {name: told.get(name, []) for name in ("order", "always")}
    for name, listed in lists.items():
        if not isinstance(listed, list) or not all(isinstance(one, str) and SHAPE.fullmatch(one) for one in listed):
            raise SampleWrong(file="sample.toml", detail=name)
    return {name: tuple(listed) for name, listed in lists.items()}


def check_sample(folder: Path, entities: Collection[str]) -> None:
    """Before anything is done: every file is there, is about an object that will be, and can be read.  Raises SampleWrong."""
    head = read_head(folder)
    for entity in dict.fromkeys((*head.get("order", ()), *head.get("always", ()))):
        if entity not in entities or not (folder / f"{entity}.csv").is_file():
            raise SampleWrong(file=f"{entity}.csv", detail="no such object or file")
        _rows(folder / f"{entity}.csv")


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [{key: value or "" for key, value in row.items() if key} for row in csv.DictReader(file)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise SampleWrong(file=path.name, detail=str(error)[:200]) from error


def _today(session: Session) -> date:
    return session.now.astimezone(ZoneInfo(session.snapshot.settings.zone)).date()


def _load_file(loading: Loading, session: Session, entity_key: str, batch: int | None) -> int:
    path = loading.folder / f"{entity_key}.csv"
    entity = session.snapshot.entities.get(entity_key)
    if entity is None or not path.is_file():
        raise SampleWrong(file=path.name, detail="no such object or file")
    rows = _rows(path)
    # One call for each author, so that «Кем создано» is true: who is named, else who is responsible.
    by_author: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_author.setdefault(row.get("@author") or row.get("responsible") or "", []).append(row)
    for author, part in by_author.items():
        _create(loading, session, entity, _author(session, author), part, batch)
    return len(rows)


def _author(session: Session, label: str) -> Actor:
    """The system writing on behalf of an employee."""
    if not label:
        return SYSTEM
    return Actor(employee=_find(session, "employee", label), kind="system")


def _create(
    loading: Loading, session: Session, entity: Entity, actor: Actor, rows: list[dict[str, str]], batch: int | None
) -> None:
    values: list[dict[str, Any]] = []
    pasts: list[Past | None] = []
    waiting: list[list[tuple[str, list[str]]]] = []
    for row in rows:
        given, later = _values(loading, session, entity, row)
        values.append(given)
        waiting.append(later)
        pasts.append(_past(loading, row))
    written = create_many(
        session,
        actor,
        entity.key,
        values,
        cause="sample",
        batch=batch,
        past=pasts,
        places=[f"{entity.key}.csv: "] * len(rows),
    )
    for row, id, later in zip(rows, written.ids, waiting, strict=True):
        assert id is not None
        loading.later += [Later(entity.key, id, key, words) for key, words in later]
        if row.get("@name"):
            loading.named[row["@name"]] = id
        if row.get("@login") and loading.logins:
            let_in(session, id, row["@login"], tuple(words_of(row.get("@roles", ""))))
    for id, label in record_tables.labels(session, entity.key, [one for one in written.ids if one]).items():
        loading.labelled.setdefault((entity.key, sort_key(label)), id)


def _values(
    loading: Loading, session: Session, entity: Entity, row: Mapping[str, str]
) -> tuple[dict[str, Any], list[tuple[str, list[str]]]]:
    given: dict[str, Any] = {}
    later: list[tuple[str, list[str]]] = []
    for key, text in row.items():
        if not text or key.startswith("@"):
            continue
        found = entity.by_key.get(key)
        if found is None:
            raise SampleWrong(file=f"{entity.key}.csv", detail=key)
        if found.type in LINKS:
            words = words_of(text) if found.type == "links" else [text]
            ids = [_target(loading, session, found, word) for word in words]
            if None in ids:
                later.append((key, words))
            else:
                given[key] = ids if found.type == "links" else ids[0]
        else:
            given[key] = _plain(loading, found, text)
    return given, later


def _plain(loading: Loading, found: Field, text: str) -> Any:
    if found.type in ("date", "datetime"):
        moment = _moment(loading, text)
        if moment is not None:
            return moment.date().isoformat() if found.type == "date" else moment.astimezone(UTC).isoformat()
    if text[0] in "[{" and found.type not in TEXTS:  # what is no plain word: «["10.00", "USD"]»
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    if found.type in ("choices", "phone", "email"):
        return words_of(text)
    if found.type in ("duration", "rating") and text.isdecimal():
        return int(text)
    return text


def _moment(loading: Loading, text: str) -> datetime | None:
    match = DAY.match(text.strip())
    if match is None:
        return None
    sign, days, hour, minute = match.groups()
    day = loading.today + timedelta(days=int(days or 0) * (-1 if sign == "-" else 1))
    return datetime.combine(day, time(int(hour or 12), int(minute or 0)), ZoneInfo(loading.zone))


def _past(loading: Loading, row: Mapping[str, str]) -> Past | None:
    created = _moment(loading, row.get("@created") or "")
    stages = []
    for one in words_of(row.get("@stages") or ""):
        stage, _, when = one.partition("@")
        moved = _moment(loading, when)
        if moved is None:
            raise SampleWrong(file="@stages", detail=one)
        stages.append((stage, moved.astimezone(UTC)))
    if created is None and not stages:
        return None
    return Past(created_at=created.astimezone(UTC) if created else None, stages=tuple(stages))


def _target(loading: Loading, session: Session, found: Field, word: str) -> Any:
    """By its name in these files, by its label among what they brought, else among what is here; None: not yet."""
    if found.type == "any_link":
        entity, _, label = word.partition(": ")
        id = loading.named.get(label) or _known(loading, session, entity, label)
        return None if id is None else [entity, id]
    if word in loading.named:
        return loading.named[word]
    return next((id for one in found.targets if (id := _known(loading, session, one, word)) is not None), None)


def _known(loading: Loading, session: Session, entity: str, label: str) -> int | None:
    return loading.labelled.get((entity, sort_key(label))) or _find(session, entity, label)


def _find(session: Session, entity: str, label: str) -> int | None:
    if entity not in session.snapshot.entities:
        return None
    ids = record_tables.find_by_label(session, entity, [sort_key(label)])
    return next(iter(ids.values()))[0] if ids else None


def _link_later(loading: Loading, session: Session, batch: int | None) -> None:
    for one in loading.later:
        found = session.snapshot.entities[one.entity].by_key[one.key]
        ids = [_target(loading, session, found, word) for word in one.words]
        if None in ids:
            raise SampleWrong(file=f"{one.entity}.csv", detail=f"{one.key}: {'; '.join(one.words)}")
        value = ids if found.type == "links" else ids[0]
        change = RecordChange(one.id, {one.key: value})
        change_many(session, SYSTEM, one.entity, [change], cause="sample", batch=batch, mode="past")
