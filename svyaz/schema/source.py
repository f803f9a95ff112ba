"""A configuration as people write it: TOML tables, each with the place it came from.

    settings      title, currency, zone, region, language, first_weekday
    home          the home page of the company (home.py); a role may have one of its own in its table
    entities      one table per object;  dictionaries   one per short list;  roles   one per role
    menu          tables { entity, group }

A folder of a solution holds solution.toml (key, settings, menu, home), entities/*.toml, dictionaries/*.toml
([[dictionary]] tables) and roles/*.toml; what else lies there is not configuration.

Numbers live in the source, beside what they number: `number` of an entity and `numbers` {field key: number},
also for fields that its traits and its kind bring.  assign_numbers gives them to whatever has none; a number
once given is never given again, because `first_free` only grows.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from svyaz.kernel.problem import Problem, raise_all
from svyaz.schema.problems import SourceUnreadable
from svyaz.schema.shapes import field_tables
from svyaz.schema.snapshot import TraitShape

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One entity, dictionary or role as written.  origin: the solution it came with, "" for the company's own."""

    place: str
    origin: str
    table: Table


@dataclass(frozen=True, slots=True)
class Source:
    settings: Table = field(default_factory=dict)
    entities: tuple[Part, ...] = ()
    dictionaries: tuple[Part, ...] = ()
    roles: tuple[Part, ...] = ()
    menu: tuple[Table, ...] = ()
    home: Table = field(default_factory=dict)


def read_folder(path: Path) -> Source:
    """Raises Problems naming every file that cannot be read.  A folder with nothing in it is an empty Source."""
    problems: list[Problem] = []
    prefix = f"{path.resolve().parent.name}/{path.resolve().name}"
    if not path.is_dir():
        raise SourceUnreadable(str(path), detail="not a folder")

    def read(file: Path) -> Table:
        place = f"{prefix}/{file.relative_to(path).as_posix()}"
        try:
            table: Table = _settled(tomllib.loads(file.read_text(encoding="utf-8")))
            return table
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, RecursionError) as error:
            problems.append(SourceUnreadable(place, detail=str(error)[:200]))
            return {}

    def parts(folder: str) -> list[tuple[str, Table]]:
        return [(f"{prefix}/{folder}/{file.name}", read(file)) for file in sorted((path / folder).glob("*.toml"))]

    head = read(path / "solution.toml") if (path / "solution.toml").exists() else {}
    origin = str(head.get("key", path.resolve().name))
    source = Source(
        settings=head.get("settings", {}),
        entities=tuple(Part(place, origin, table) for place, table in parts("entities")),
        dictionaries=tuple(
            Part(f"{place}: dictionary {at}", origin, one)
            for place, table in parts("dictionaries")
            for at, one in enumerate(_listed(table.get("dictionary")), start=1)
        ),
        roles=tuple(Part(place, origin, table) for place, table in parts("roles")),
        menu=tuple(_listed(head.get("menu"))),
        home=head.get("home", {}),
    )
    raise_all(problems)
    return source


def merge(sources: Iterable[Source]) -> Source:
    """One on top of another: settings and the home page of the later win, the rest adds up; equal keys are resolve's to refuse."""
    whole = Source()
    for one in sources:
        whole = Source(
            settings={**whole.settings, **one.settings},
            entities=whole.entities + one.entities,
            dictionaries=whole.dictionaries + one.dictionaries,
            roles=whole.roles + one.roles,
            menu=whole.menu + one.menu,
            home=one.home or whole.home,
        )
    return whole


def assign_numbers(source: Source, first_free: int, traits: Sequence[TraitShape] = ()) -> tuple[Source, int]:
    """Number what has no number yet.  Pure; returns the next free number, which the company keeps.

    traits   the shapes resolve will be given: the fields they bring need numbers as well
    """
    free = first_free

    def numbered(part: Part, kind: str) -> Part:
        nonlocal free
        if not isinstance(part.table, Mapping):
            return part
        table = dict(part.table)
        if not isinstance(table.get("number"), int):
            table["number"], free = free, free + 1
        known = table.get("numbers")
        numbers = dict(known) if isinstance(known, Mapping) else {}
        for one, _ in field_tables(table, kind, traits):
            key = one.get("key")
            if isinstance(key, str) and key and not isinstance(numbers.get(key), int):
                numbers[key], free = free, free + 1
        return replace(part, table={**table, "numbers": numbers})

    entities = tuple(numbered(part, "entity") for part in source.entities)
    dictionaries = tuple(numbered(part, "dictionary") for part in source.dictionaries)
    return replace(source, entities=entities, dictionaries=dictionaries), free


def to_json(source: Source) -> dict[str, Any]:
    """What a revision row keeps; from_json(to_json(s)) == s."""
    return {
        "settings": source.settings,
        "entities": [_part_json(part) for part in source.entities],
        "dictionaries": [_part_json(part) for part in source.dictionaries],
        "roles": [_part_json(part) for part in source.roles],
        "menu": list(source.menu),
        **({"home": source.home} if source.home else {}),
    }


def from_json(kept: Mapping[str, Any]) -> Source:
    return Source(
        settings=kept["settings"],
        entities=tuple(Part(**part) for part in kept["entities"]),
        dictionaries=tuple(Part(**part) for part in kept["dictionaries"]),
        roles=tuple(Part(**part) for part in kept["roles"]),
        menu=tuple(kept["menu"]),
        home=kept.get("home", {}),
    )


def _part_json(part: Part) -> dict[str, Any]:
    return {"place": part.place, "origin": part.origin, "table": part.table}


def _listed(value: Any) -> list[Any]:
    """A list as it is, anything else as a list of one: resolve says what is wrong with it."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _settled(value: Any) -> Any:
    """TOML dates and times as ISO text, so that a source is plain JSON."""
    if isinstance(value, dict):
        return {key: _settled(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_settled(one) for one in value]
    return value.isoformat() if isinstance(value, (datetime, date, time)) else value
