"""What a formula over one entity may speak of: its fields and, through links, the fields of others.

    amount                   a field of the record itself
    counterparty.sector      through a link; through several values the path is of many values
    counterparty.label       how the linked record names itself; `.id` its number
    about.entity             which object a link to any object points to; besides it `.label`, `.id` and the
                             fields that all its allowed targets have, of one and the same type
    [Сумма сделки]           a title stands for its key when only one field is called so

Implements the protocol expression.scope.Scope.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from svyaz.expression.scope import Slot
from svyaz.expression.tree import Type
from svyaz.fields.registry import TYPES
from svyaz.kernel.text import fold
from svyaz.schema.snapshot import Entity, Field, Title

MOST_HOPS = 8
ENTITY = Title("Объект", "Object")


class EntityScope:
    """language: of the titles it shows; it understands titles in both."""

    def __init__(self, entities: Mapping[str, Entity], entity: str, language: str = "ru") -> None:
        self.entities = entities
        self.entity = entities[entity]
        self.language = language

    def slot(self, keys: tuple[str, ...]) -> Slot | None:
        """None when there is no such path; Slot.keys are keys even where titles were given."""
        walked = walk(self.entities, self.entity, keys)
        if walked is None:
            return None
        many = any(kind_of(hop).many for hop in walked[:-1])
        last = walked[-1]
        found = kind_of(last)
        return Slot(
            keys=tuple(one.key for one in walked),
            type=replace(found, many=True) if many else found,
            choices=choices(last),
            titles=tuple(one.title.say(self.language) for one in walked),
            choice_titles=choice_titles(last, self.language),
        )

    def suggest(self, key: str) -> list[str]:
        """Up to three keys that look like what was written, by key or by title."""
        named = {fold(word): one.key for one in self.entity.fields if not one.hidden for word in words(one)}
        close = difflib.get_close_matches(fold(key), named, n=5, cutoff=0.6)
        return list(dict.fromkeys(named[word] for word in close))[:3]


def walk(entities: Mapping[str, Entity], start: Entity, keys: tuple[str, ...]) -> tuple[Field, ...] | None:
    """The fields of a path, one per key; None when some key is not there."""
    if not keys or len(keys) > MOST_HOPS:
        return None
    here: tuple[Entity, ...] | None = (start,)
    anything = False
    found: list[Field] = []
    for key in keys:
        if here is None:
            return None
        one = _entity_field(key) if anything and fold(key) == "entity" else None
        one = one or _common(here, key)
        if one is None:
            return None
        found.append(one)
        here, anything = _beyond(entities, one)
    return tuple(found)


def walk_entities(entities: Mapping[str, Entity], start: Entity, keys: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(entity, field) of each hop that is there; through a link to several entities, of each of them."""
    here: tuple[Entity, ...] = (start,)
    for key in keys:
        found = [(one, one.by_key[key]) for one in here if key in one.by_key]
        yield from ((one.key, key) for one, _ in found)
        beyond: list[Entity] = []
        for _, field in found:
            beyond += _beyond(entities, field)[0] or ()
        here = tuple(beyond)


def kind_of(field: Field) -> Type:
    return TYPES[field.type].expression_type(field.options)


def words(field: Field) -> tuple[str, ...]:
    return tuple(word for word in (field.key, field.title.ru, field.title.en) if word)


def find(entity: Entity, word: str) -> Field | None:
    """By key, else by title in either language when exactly one field is called so."""
    if word in entity.by_key:
        return entity.by_key[word]
    folded = fold(word)
    named = [one for one in entity.fields if not one.hidden and folded in map(fold, words(one))]
    return named[0] if len(named) == 1 else None


def choices(field: Field) -> dict[str, str]:
    """Folded key or title -> key, for a field of options; a title that two options share stands for none."""
    options = field.options.get("options", ())
    by_title: dict[str, set[str]] = {}
    for option in options:
        for word in option["title"].values():
            by_title.setdefault(fold(word), set()).add(option["key"])
    named = {word: keys.pop() for word, keys in by_title.items() if len(keys) == 1 and word}
    return named | {fold(option["key"]): option["key"] for option in options}


def choice_titles(field: Field, language: str) -> dict[str, str]:
    options = field.options.get("options", ())
    return {one["key"]: one["title"].get(language) or one["title"]["ru"] for one in options}


def _beyond(entities: Mapping[str, Entity], link: Field) -> tuple[tuple[Entity, ...] | None, bool]:
    """Where a path may go on after this field, and whether the link is to records of any object."""
    if TYPES[link.type].expression_type(link.options).kind != "link":
        return None, False
    targets = tuple(entities[key] for key in link.targets if key in entities)
    if link.type == "any_link" and not targets:
        targets = tuple(entities.values())
    return targets or None, link.type == "any_link"


def _common(here: tuple[Entity, ...], word: str) -> Field | None:
    first = find(here[0], word)
    if first is None or len(here) == 1:
        return first
    others = [find(one, word) for one in here[1:]]
    same = all(one is not None and one.key == first.key and kind_of(one) == kind_of(first) for one in others)
    return first if same else None


def _entity_field(key: str) -> Field:
    return Field(number=0, key="entity", column="", title=ENTITY, type="text", options={}, system=True)
