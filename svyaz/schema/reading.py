"""Read a table of a source that may be anything at all: every wrong kind becomes a problem, nothing raises.

A Reading remembers which settings were asked for; what is left at the end is unknown and named.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from svyaz.kernel.keys import check_key
from svyaz.kernel.problem import Problem
from svyaz.schema.problems import (
    SettingMissing,
    SettingNotAllowed,
    SettingNotList,
    SettingNotTable,
    SettingNotText,
    SettingNotWhole,
    SettingNotYesNo,
    SettingUnknown,
)
from svyaz.schema.snapshot import Title

FORMS = (
    "plural",  # Сделки
    "genitive",  # сделки
    "dative",  # сделке
    "accusative",  # сделку
    "instrumental",  # сделкой
    "prepositional",  # сделке
    "genitive_plural",  # сделок
    "plural_en",  # Deals
)
LONGEST_TITLE = 200
WRONG_KIND: Mapping[type, type[Problem]] = {
    str: SettingNotText,
    int: SettingNotWhole,
    bool: SettingNotYesNo,
    Mapping: SettingNotTable,
    list: SettingNotList,
}


class Reading:
    """One table.  problems: where to say what is wrong; place: how to call this table then."""

    def __init__(self, table: Any, place: str, problems: list[Problem]) -> None:
        self.place = place
        self.problems = problems
        self.asked: set[str] = set()
        self.table: Mapping[str, Any] = table if isinstance(table, Mapping) else {}
        if not isinstance(table, Mapping):
            problems.append(SettingNotTable(place, setting=""))

    def __contains__(self, setting: str) -> bool:
        self.asked.add(setting)
        return self.table.get(setting) is not None

    def text(self, setting: str, default: str = "", *, needed: bool = False, allowed: Collection[str] = ()) -> str:
        value = self._of(setting, str, default, needed)
        if allowed and value != default and value not in allowed:
            self.problems.append(
                SettingNotAllowed(self.place, setting=setting, value=value, allowed=", ".join(allowed))
            )
            return default
        return str(value)

    def whole(self, setting: str, default: int | None, low: int, high: int) -> int | None:
        value = self._of(setting, int, default)
        if value is not None and value != default and not low <= value <= high:
            self.problems.append(SettingNotAllowed(self.place, setting=setting, value=value, allowed=f"{low}…{high}"))
            return default
        return None if value is None else int(value)

    def yes_no(self, setting: str) -> bool:
        return bool(self._of(setting, bool, False))

    def mapping(self, setting: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._of(setting, Mapping, {})
        return found

    def texts(self, setting: str) -> tuple[str, ...]:
        return self._list(setting, str)

    def tables(self, setting: str) -> tuple[Mapping[str, Any], ...]:
        return self._list(setting, Mapping)

    def texts_or_tables(self, setting: str) -> tuple[str | Mapping[str, Any], ...]:
        return self._list(setting, str, Mapping)

    def key(self) -> str:
        """The setting `key`, lawful or "": what has no key cannot be spoken of and is left out."""
        key = self.text("key", needed=True)
        return key if key and self.lawful(key) else ""

    def lawful(self, key: str) -> bool:
        problem = check_key(key)
        if problem is not None:
            problem.place = self.place
            self.problems.append(problem)
        return problem is None

    def title(self, setting: str = "title", default: Title | None = None) -> Title:
        """Either "Сделка" or { ru = "Сделка", en = "Deal", plural = "Сделки", … }."""
        if setting not in self:
            if default is None:
                self.problems.append(SettingMissing(self.place, setting=setting))
            return default or Title("")
        raw = self.table[setting]
        if isinstance(raw, str):
            raw = {"ru": raw}
        inside = Reading(raw, f"{self.place}: {setting}", self.problems)
        words = {name: inside.text(name).strip() for name in ("ru", "en", *FORMS)}
        inside.finish()
        ru = words.pop("ru")
        if isinstance(raw, Mapping) and not ru:
            self.problems.append(SettingMissing(inside.place, setting="ru"))
        for word in (ru, *words.values()):
            if len(word) > LONGEST_TITLE or not word.isprintable():
                self.problems.append(
                    SettingNotAllowed(inside.place, setting=setting, value=word[:40], allowed=f"1…{LONGEST_TITLE}")
                )
        en = words.pop("en")
        return Title(ru, en, {name: word for name, word in words.items() if word})

    def finish(self) -> None:
        """Name every setting that nobody asked for."""
        for setting in self.table:
            if setting not in self.asked:
                self.problems.append(
                    SettingUnknown(self.place, setting=str(setting), known=", ".join(sorted(self.asked)))
                )

    def rest(self) -> dict[str, Any]:
        """Settings not asked for: the options of a field belong to its type."""
        return {setting: value for setting, value in self.table.items() if setting not in self.asked}

    def _of(self, setting: str, kind: type, default: Any, needed: bool = False) -> Any:
        self.asked.add(setting)
        value = self.table.get(setting)
        if value is None:
            if needed:
                self.problems.append(SettingMissing(self.place, setting=setting))
            return default
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.problems.append(WRONG_KIND[kind](self.place, setting=setting))
            return default
        return value

    def _list(self, setting: str, *kinds: type) -> tuple[Any, ...]:
        value = self._of(setting, list, [])
        if any(not isinstance(one, kinds) for one in value):
            self.problems.append(SettingNotList(self.place, setting=setting))
            return ()
        return tuple(value)


def duplicates(keys: Sequence[str]) -> dict[int, int]:
    """Positions of repeated keys -> position of the first one; empty keys are not compared."""
    first: dict[str, int] = {}
    repeated: dict[int, int] = {}
    for position, key in enumerate(keys):
        if key and first.setdefault(key, position) != position:
            repeated[position] = first[key]
    return repeated
