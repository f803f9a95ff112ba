"""What one configuration as written has and another has not, thing by thing: for words, not for plans.

A plan (configurator/steps.py) compares configurations that hold; here sources are compared, so that also a solution that
does not hold beside what the company made can be looked at.  Fields, views, stages and options are things of their own;
whatever else differs in an object or a role is told as names of its settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from svyaz.schema.source import Source

KINDS = ("entities", "dictionaries", "roles")
THINGS = {"entities": "entity", "dictionaries": "dictionary", "roles": "role"}
NESTED = {"field": "field", "view": "view", "pipeline": "pipeline", "stages": "stage", "options": "option"}
SAID_AS = {"pipeline": "pipelines", "stages": "pipelines", "view": "views", "block": "home"}
Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """kind    made, changed, lost: what the second has and the first has not, has otherwise, has no more
    thing   entity, dictionary, role, field, view, pipeline, stage, option, home, menu, settings
    title   of the thing, of: of the object it belongs to ("" for an object itself), as written in titles
    what    names of the settings that differ, where it is changed
    """

    kind: str
    thing: str
    title: Any
    of: Any = ""
    what: tuple[str, ...] = ()


def differences(before: Source, after: Source) -> list[Difference]:
    """In the order of `after`, what it has no more last."""
    found: list[Difference] = []
    for kind in KINDS:
        old = {str(part.table.get("key")): part.table for part in getattr(before, kind)}
        new = {str(part.table.get("key")): part.table for part in getattr(after, kind)}
        for key, table in new.items():
            if key not in old:
                found.append(Difference("made", THINGS[kind], _title(table)))
            else:
                found += _of_table(THINGS[kind], old[key], table)
        found += [Difference("lost", THINGS[kind], _title(old[key])) for key in old if key not in new]
    if list(before.menu) != list(after.menu):
        found.append(Difference("changed", "menu", ""))
    if dict(before.home) != dict(after.home):
        found.append(Difference("changed", "home", ""))
    if names := _names(before.settings, after.settings, ()):
        found.append(Difference("changed", "settings", "", what=names))
    return found


def _of_table(thing: str, before: Table, after: Table) -> list[Difference]:
    """Of one object, dictionary or role: itself, then its things."""
    title = _title(after)
    names = _names(before, after, tuple(NESTED))
    found = [Difference("changed", thing, title, what=names)] if names else []
    for name in NESTED:
        if name in before or name in after:
            found += _of_list(NESTED[name], title, _tables(before.get(name)), _tables(after.get(name)))
    return found


def _of_list(thing: str, of: Any, before: Sequence[Table], after: Sequence[Table]) -> Iterator[Difference]:
    old = {str(one.get("key")): one for one in before}
    new = {str(one.get("key")): one for one in after}
    for key, table in new.items():
        if key not in old:
            # A field that a trait brings is written out only where something of it is changed.
            kind = "changed" if thing == "field" and "type" not in table else "made"
            what = tuple(name for name in table if name != "key") if kind == "changed" else ()
            yield Difference(kind, thing, _title(table), of, what)
            continue
        if names := _names(old[key], table, tuple(NESTED)):
            yield Difference("changed", thing, _title(table), of, names)
        for name in NESTED:
            if name in old[key] or name in table:
                yield from _of_list(NESTED[name], of, _tables(old[key].get(name)), _tables(table.get(name)))
    for key, table in old.items():
        if key not in new:
            yield Difference("lost", thing, _title(table), of)
    if [key for key in old if key in new] != [key for key in new if key in old]:
        yield Difference("changed", f"{thing}_order", "", of)


def _names(before: Table, after: Table, without: Sequence[str]) -> tuple[str, ...]:
    names = [name for name in dict.fromkeys((*before, *after)) if name not in without]
    return tuple(name for name in names if not same(before.get(name), after.get(name)))


def same(one: Any, other: Any) -> bool:
    """Whether two settings say the same: nothing said is no, none and empty; a text alone is a Russian title."""
    return bool(_plain(one) == _plain(other))


def _plain(value: Any) -> Any:
    if value is None or value is False or value == "" or value == [] or value == {}:
        return None
    if isinstance(value, Mapping):
        kept = {str(key): plain for key, one in value.items() if (plain := _plain(one)) is not None}
        return kept.get("ru") if set(kept) == {"ru"} else kept
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def _tables(value: Any) -> list[Table]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, (list, tuple)) else []


def _title(table: Table) -> Any:
    return table.get("title") or str(table.get("key", ""))


# ------------------------------------------------------------------ a place of the three-way, found again


def title_of_place(source: Source, place: str) -> tuple[str, Any, Any, str]:
    """("field", its title, that of its object, "title") of «patient: field.born.title»: what a conflict is about.

    The thing is the nearest with a key on the way there; the last is the setting, "" when it is the thing itself.
    """
    head, _, path = place.partition(": ")
    if head == "home":
        return "home", "", "", ""
    role = head.startswith("role ")
    key = head.removeprefix("role ")
    kinds = ("roles",) if role else ("entities", "dictionaries")
    found = next(((kind, p.table) for kind in kinds for p in getattr(source, kind) if p.table.get("key") == key), None)
    if found is None:
        return "settings", key, "", path.rpartition(".")[2]
    kind, at = found
    thing, title, of, setting = THINGS[kind], _title(at), "", ""
    steps = path.split(".")
    while steps:
        name = steps.pop(0)
        listed = _tables(at.get(name)) if isinstance(at, Mapping) else []
        inner = next((one for one in listed if steps and one.get("key") == steps[0]), None)
        if name in NESTED and inner is not None:
            thing, of, title, at = NESTED[name], of or _title(found[1]), _title(inner), inner
            steps.pop(0)
        else:
            setting = name
            break
    return thing, title, of, setting
