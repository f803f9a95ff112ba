"""One of a fixed list of options.  The key is kept; a person sees and may type the title.

An archived option is no longer offered, but records that have it keep it and may be written again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from svyaz.expression.tree import Type
from svyaz.fields.base import Compare, Options, Terms, Words
from svyaz.fields.option import OptionMissing, OptionUnknown, OptionWrong
from svyaz.fields.single import EQUAL, Conversions, Single, same
from svyaz.kernel.keys import MOST, SHAPE
from svyaz.kernel.problem import BadValue, Problem
from svyaz.kernel.text import fold, shown

OPTION = ("key", "title", "hue", "archived")
HUE_STEP = 47  # degrees between neighbours: far enough to tell them apart, and 360 apart only after 360 options


class ChoiceUnknown(BadValue):
    code = "choice_unknown"  # facts: value, options: titles of the first few


class OptionRepeated(Problem):
    code = "option_repeated"  # facts: key


class Choice(Single):
    name = "choice"
    becomes: ClassVar[Conversions] = {"choices": same}

    def check_options(self, options: Options, place: str) -> tuple[Options, list[Problem]]:
        problems: list[Problem] = [
            OptionUnknown(place, option=shown(name), known="options") for name in options if name != "options"
        ]
        entries, wrong = check_entries(options.get("options"), place)
        return {"options": entries}, problems + wrong

    def compare(self, options: Options) -> Compare:
        return Compare(EQUAL, sort="order")

    def understand(self, raw: Any, options: Options, terms: Terms) -> str:
        if isinstance(raw, list | tuple) and len(raw) == 1:
            raw = raw[0]
        return find_option(raw, options)

    def say(self, value: Any, options: Options, words: Words) -> str:
        return "" if value is None else option_title(value, options, words.language)

    def key(self, value: Any, options: Options) -> str | None:
        return None

    def expression_type(self, options: Options) -> Type:
        return Type("choice", options=tuple(one["key"] for one in options["options"]))


def find_option(raw: Any, options: Options) -> str:
    """The key of the option that is meant: by key, or by title in either language.  Raises ChoiceUnknown."""
    entries: Sequence[Mapping[str, Any]] = options["options"]
    if isinstance(raw, str) and len(raw) < 500:
        told = raw.strip()
        if any(one["key"] == told for one in entries):
            return told
        title = fold(told)
        for one in sorted(entries, key=lambda entry: bool(entry.get("archived"))):
            if title in (fold(word).strip() for word in one["title"].values()):
                return str(one["key"])
    titles = [title_in(one, "ru") for one in entries[:10] if not one.get("archived")]
    raise ChoiceUnknown(value=shown(raw), options=titles)


def option_title(key: str, options: Options, language: str) -> str:
    """The title of an option; the key itself for one that is gone from the list."""
    return next((title_in(one, language) for one in options["options"] if one["key"] == key), key)


def title_in(entry: Mapping[str, Any], language: str) -> str:
    titles = entry["title"]
    return str(titles.get(language) or titles.get("ru") or titles.get("en") or entry["key"])


def check_entries(raw: Any, place: str) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Options as written -> [{key, title: {ru, en}, hue, archived}] and what is wrong with them."""
    if not raw:
        return [], [OptionMissing(place, option="options")]
    if not isinstance(raw, list | tuple):
        return [], [OptionWrong(place, option="options", value=shown(raw), expected="[{key, title}]")]
    entries: dict[str, dict[str, Any]] = {}
    problems: list[Problem] = []
    for position, one in enumerate(raw):
        where = f"{place}: options[{position + 1}]"
        wrong = _check_entry(one, where)
        problems += wrong
        if wrong:
            continue
        if one["key"] in entries:
            problems.append(OptionRepeated(where, key=one["key"]))
        title = one["title"] if isinstance(one["title"], Mapping) else {"ru": one["title"]}
        entries[one["key"]] = {
            "key": one["key"],
            "title": {"ru": title.get("ru", ""), "en": title.get("en", "")},
            "hue": one.get("hue", position * HUE_STEP % 360),
            "archived": one.get("archived", False),
        }
    return list(entries.values()), problems


def _check_entry(one: Any, place: str) -> list[Problem]:
    if not isinstance(one, Mapping):
        return [OptionWrong(place, option="options", value=shown(one), expected="{key, title}")]
    problems: list[Problem] = [
        OptionUnknown(place, option=shown(name), known=", ".join(OPTION)) for name in one if name not in OPTION
    ]
    key, title = one.get("key"), one.get("title")
    if not isinstance(key, str) or len(key) > MOST or not SHAPE.fullmatch(key):
        problems.append(OptionWrong(place, option="key", value=shown(key), expected="a–z, 0–9, _"))
    if isinstance(title, Mapping):
        if not title.get("ru") or not all(isinstance(word, str) for word in title.values()):
            problems.append(OptionWrong(place, option="title", value=shown(title), expected="{ru, en}"))
    elif not isinstance(title, str) or not title.strip():
        problems.append(OptionMissing(place, option="title"))
    hue = one.get("hue", 0)
    if type(hue) is not int or not 0 <= hue < 360:
        problems.append(OptionWrong(place, option="hue", value=shown(hue), expected="0…359"))
    if not isinstance(one.get("archived", False), bool):
        problems.append(OptionWrong(place, option="archived", value=shown(one["archived"]), expected="true | false"))
    return problems
