"""Lines of an outline as edits of a configuration, and as rows that say what each line will be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from svyaz.configurator.outline import (
    Line,
    LineChildUnknown,
    LineFieldUnknown,
    LineTitleTaken,
    LineTypeUnknown,
    read_lines,
)
from svyaz.configurator.outline_words import DICTIONARY, FUNCTIONS, OBJECT, TYPES, UNIQUE, guessed
from svyaz.kernel.keys import MOST, key_from_title
from svyaz.kernel.problem import Problem
from svyaz.kernel.text import fold
from svyaz.schema.snapshot import Entity, Snapshot

Table = dict[str, Any]
ROLLUP = re.compile(r"(?P<function>\w+)\s*\(\s*(?P<child>[^;,.()]+?)\s*(?:[;,.]\s*(?P<value>[^;,()]+?)\s*)?\)")
NAME: Table = {"key": "title", "title": {"ru": "Название", "en": "Title"}, "type": "text", "max": 300, "required": True}
SAID = ("date", "datetime", "money", "integer", "decimal", "percent")  # what text() writes, for a name of a record
HUES = (210, 150, 45, 290, 25, 330, 95, 175)
COLOURS = (255, 150, 45, 290, 25, 210, 95, 330, 175, 70)


@dataclass(frozen=True, slots=True)
class Row:
    """What a line will be.  type: of the field, or "child" for an object;  to: the title of the object it leads to, "";
    made: whether that object is new;  told: values of a choice, a formula, what is added up;  problem: then no edit."""

    line: int
    deep: bool
    title: str
    type: str
    to: str = ""
    made: bool = False
    told: str = ""
    problem: Problem | None = None


@dataclass(slots=True)
class Told:
    rows: list[Row] = field(default_factory=list)
    edits: list[Table] = field(default_factory=list)


@dataclass(slots=True)
class _Object:
    """One that is here or is being made.  fields: folded title -> key;  links: keys of those that lead to the outlined."""

    key: str
    title: str
    fields: dict[str, str]
    links: list[str] = field(default_factory=list)


def outlined(snapshot: Snapshot, entity: str, text: str, language: str) -> Told:
    """Rows and edits of an outline of the object `entity`, which is there.  Formulas are still as typed: the caller
    knows who reads them.  Raises what read_lines does."""
    lines = read_lines(text)
    return _Outline(snapshot, snapshot.entities[entity], language).made(lines)


class _Outline:
    def __init__(self, snapshot: Snapshot, entity: Entity, language: str) -> None:
        self.objects: dict[str, _Object] = {}
        self.dictionaries = {key for key, one in snapshot.entities.items() if one.kind == "dictionary"}
        self.names: dict[str, str] = {}
        for key, one in snapshot.entities.items():
            # The outlined one itself may be lines of a card, or hidden; others of those are not named in an outline.
            if key != entity.key and (one.kind == "line" or one.hidden):
                continue
            title = one.title.say(language)
            self.objects[key] = _Object(
                key,
                title,
                {fold(name): each.key for each in one.fields for name in (each.title.ru, each.title.en) if name},
                [each.key for each in one.fields if each.type == "link" and entity.key in each.targets],
            )
            for name in (one.title.ru, one.title.en, one.title.forms.get("plural"), one.title.forms.get("plural_en")):
                if name:
                    self.names.setdefault(fold(name), key)
        self.taken = set(snapshot.entities)
        self.own = self.objects[entity.key]
        self.own_keys = set(entity.by_key)
        self.title = entity.title
        self.told = Told()
        self.last: list[Table] = []  # computed fields stand upon all the others

    def made(self, lines: Sequence[Line]) -> Told:
        for line in lines:
            try:
                self._line(line)
            except Problem as problem:
                self.told.rows.append(Row(line.number, False, line.title, "", problem=problem))
                self.told.rows += [Row(one.number, True, one.title, "") for one in line.below]
        self.told.edits += self.last
        return self.told

    def _line(self, line: Line) -> None:
        leads = {fold(word) for word in line.words}
        if line.formula:
            self._computed(line)
        elif line.below and not leads & (DICTIONARY | OBJECT):
            self._child(line)
        elif leads & (DICTIONARY | OBJECT) or (not line.words and self._target(line.title)) or self._said_target(line):
            self._parent(line, dictionary=bool(leads & DICTIONARY))
        else:
            table, told = self._plain(line, self.own.fields, self.own_keys)
            self._field(line, table, told)

    # --- links

    def _target(self, name: str) -> str | None:
        found = self.names.get(fold(name))
        return None if found == self.own.key else found

    def _said_target(self, line: Line) -> str | None:
        """«Плательщик: Контрагент»: a type is not an object, though an object may be called as a type is."""
        said = [word for word in line.words if fold(word) not in UNIQUE]
        return self.names.get(fold(said[0])) if len(said) == 1 and fold(said[0]) not in TYPES else None

    def _parent(self, line: Line, dictionary: bool) -> None:
        target = self._said_target(line) or self._target(line.title)
        made = target is None
        if target is None:
            target = self._new(line.title)
            fields = self._below(line, target)
            bare: Table = {"key": target, "title": {"ru": line.title}, "hue": HUES[len(self.taken) % len(HUES)]}
            if dictionary:
                self.told.edits.append({"do": "add_dictionary", "table": {**bare, "field": fields}})
            else:
                whole = {**bare, "icon": "box", "label": "title", "field": [NAME, *fields]}
                self.told.edits.append({"do": "add_entity", "menu": True, "table": whole})
        table: Table = {"title": {"ru": line.title}, "type": "link", "to": target, "on_delete": "refuse"}
        below = self.told.rows[len(self.told.rows) - len(line.below) :] if made and line.below else []
        del self.told.rows[len(self.told.rows) - len(below) :]
        self._field(line, table, "", to=self.objects[target].title, made=made)
        self.told.rows += below

    def _child(self, line: Line) -> None:
        key = self._target(line.title)
        made = key is None
        at = len(self.told.rows)
        link: Table = {"type": "link", "to": self.own.key, "required": True, "on_delete": "refuse"}
        if key is None:
            key = self._new(line.title)
            fields = self._below(line, key)
            child = self.objects[key]
            link = {"key": _key(self.own.title, child.fields.values()), "title": _written(self.title), **link}
            child.links.append(link["key"])
            label, extra = _label(fields)
            table = {"key": key, "title": {"ru": line.title}, "icon": "box", "hue": HUES[len(self.taken) % len(HUES)]}
            whole = {**table, "label": label, "field": [*extra, link, *fields]}
            self.told.edits.append({"do": "add_entity", "menu": True, "table": whole})
        else:
            child = self.objects[key]
            if not child.links:
                link["key"] = _key(self.own.title, child.fields.values())
                child.links.append(link["key"])
                told = {**link, "title": _written(self.title), "required": False}
                self.told.edits.append({"do": "add_field", "entity": key, "field": told})
            for one in self._below(line, key):
                self.told.edits.append({"do": "add_field", "entity": key, "field": one})
        self.told.rows.insert(at, Row(line.number, False, line.title, "child", child.title, made))

    def _new(self, title: str) -> str:
        key = _key(title, self.taken)
        self.taken.add(key)
        self.names[fold(title)] = key
        self.objects[key] = _Object(key, title, {})
        return key

    def _below(self, line: Line, entity: str) -> list[Table]:
        """Fields of the object that a line makes, with a row each; a name it has anyway is not made again."""
        known = self.objects[entity].fields
        made: list[Table] = []
        for one in line.below:
            try:
                table, told = self._plain(one, known, set(known.values()) | {"title", self.own.key})
            except Problem as problem:
                self.told.rows.append(Row(one.number, True, one.title, "", problem=problem))
                continue
            known[fold(one.title)] = table["key"]
            made.append(table)
            self.told.rows.append(Row(one.number, True, one.title, table["type"], told=told))
        return made

    # --- fields

    def _plain(self, line: Line, known: Mapping[str, str], keys: Iterable[str]) -> tuple[Table, str]:
        if fold(line.title) in known:
            raise LineTitleTaken(title=line.title)
        key = _key(line.title, keys)
        unique = any(fold(word) in UNIQUE for word in line.words)
        words = [word for word in line.words if fold(word) not in UNIQUE]
        told = ""
        if not words:
            settings = guessed(line.title)
        elif len(words) == 1:
            if fold(words[0]) not in TYPES:
                raise LineTypeUnknown(said=words[0])
            settings = {"type": TYPES[fold(words[0])]}
        else:
            told = ", ".join(words)
            settings = {
                "type": "choice",
                "options": [
                    {"title": {"ru": word}, "hue": COLOURS[at % len(COLOURS)]} for at, word in enumerate(words)
                ],
            }
        if "check" in settings:
            settings["check"] = str(settings["check"]).replace("{key}", key)
        marks = {"required": True} if line.required else {}
        return {
            "key": key,
            "title": {"ru": line.title},
            **settings,
            **marks,
            **({"unique": True} if unique else {}),
        }, told

    def _field(self, line: Line, table: Table, told: str, to: str = "", made: bool = False) -> None:
        if fold(line.title) in self.own.fields:
            raise LineTitleTaken(title=line.title)
        table = {"key": _key(line.title, self.own_keys), **table}
        if line.required:
            table["required"] = True
        self.own_keys.add(table["key"])
        self.own.fields[fold(line.title)] = table["key"]
        self.told.edits.append({"do": "add_field", "entity": self.own.key, "field": table})
        self.told.rows.append(Row(line.number, False, line.title, table["type"], to, made, told))

    def _computed(self, line: Line) -> None:
        if fold(line.title) in self.own.fields:
            raise LineTitleTaken(title=line.title)
        table = self._rollup(line.formula) or {"type": "formula", "formula": line.formula}
        if table["type"] == "formula" and guessed(line.title)["type"] in ("money", "percent"):
            table["shows"] = guessed(line.title)["type"]
        table = {"key": _key(line.title, self.own_keys), "title": {"ru": line.title}, **table}
        self.own_keys.add(table["key"])
        self.own.fields[fold(line.title)] = table["key"]
        self.last.append({"do": "add_field", "entity": self.own.key, "field": table})
        self.told.rows.append(Row(line.number, False, line.title, table["type"], told=line.formula))

    def _rollup(self, said: str) -> Table | None:
        """«сумма(Платёж; Сумма)»; what is no such sentence is a formula.  Raises LineChildUnknown, LineFieldUnknown."""
        found = ROLLUP.fullmatch(said.strip())
        function = FUNCTIONS.get(fold(found["function"])) if found else None
        if found is None or function is None:
            return None
        name, value = found["child"].strip("[] "), (found["value"] or "").strip("[] ")
        if fold(name) in self.own.fields:  # «минимум(Скидка; 30)» is about this record
            return None
        child = self._child_called(name)
        if child is None:
            raise LineChildUnknown(said=name)
        table: Table = {"type": "rollup", "entity": child.key, "by": child.links[0], "function": function}
        if function != "count":
            if fold(value) not in child.fields:
                raise LineFieldUnknown(said=value, entity=child.title)
            table["value"] = child.fields[fold(value)]
        return table

    def _child_called(self, name: str) -> _Object | None:
        """By its name, or by the only one that begins so: «Платежи» is «Платёж» too."""
        children = [one for one in self.objects.values() if one.links]
        exact = [one for one in children if self.names.get(fold(name)) == one.key]
        alike = [one for one in children if _stem(one.title) == _stem(name)]
        return exact[0] if exact else alike[0] if len(alike) == 1 else None


def _stem(title: str) -> str:
    return fold(title).replace("ё", "е")[:4]


def _key(title: str, taken: Iterable[str]) -> str:
    wanted, known, number = key_from_title(title), set(taken), 2
    key = wanted
    while key in known:
        key, number = f"{wanted[: MOST - len(str(number)) - 1].rstrip('_')}_{number}", number + 1
    return key


def _written(title: Any) -> Table:
    return {"ru": title.ru, **({"en": title.en} if title.en else {})}


def _label(fields: Sequence[Table]) -> tuple[str, list[Table]]:
    """How records of a child name themselves, and the field for it where none of its own will do."""
    text = next((str(one["key"]) for one in fields if one["type"] == "text"), "")
    said = [f"text({one['key']})" for one in fields if one["type"] in SAID][:2]
    if text:
        return (f"coalesce({text}, text(id))", [])
    return (" & ' · ' & ".join(reversed(said)), []) if said else ("title", [NAME])
