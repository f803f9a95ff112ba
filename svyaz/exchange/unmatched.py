"""Values of a file that nothing here answers to, with how many rows they stand in and what is most like them.

Counted while the rows go by; told when they all have gone by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from svyaz.access.actor import Actor
from svyaz.exchange.column_map import Nearest
from svyaz.exchange.file_rows import OPTIONS, FileRow, Reading, own_label
from svyaz.exchange.lookup import Lookup, labels_of
from svyaz.fields.registry import TYPES
from svyaz.kernel.problem import Problem
from svyaz.kernel.text import fold
from svyaz.storage.session import Session

MOST_TOLD = 300
# Past this many different values a column is no list of names, and a table of them helps nobody.
MOST_COUNTED = 100_000
ASKED_AT_ONCE = 2_000


@dataclass(slots=True)
class Words:
    """counted: field -> word -> rows.  own: folded names of the rows themselves, for links to their own object."""

    counted: dict[str, dict[str, int]] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)

    def add(self, reading: Reading, rows: Iterable[FileRow]) -> None:
        options = [
            one.field
            for one in reading.plan.columns
            if one.field in reading.entity.by_key and reading.entity.by_key[one.field].type in OPTIONS
        ]
        for row in rows:
            if name := own_label(reading, row):
                self.own.add(fold(name))
            for key, words in row.words.items():
                self._count(key, words)
            for key in options:
                value = row.values.get(key)
                self._count(key, value if isinstance(value, list) else [value])

    def _count(self, key: str, words: Iterable[Any]) -> None:
        counted = self.counted.setdefault(key, {})
        for word in words:
            if isinstance(word, str) and (word in counted or len(counted) < MOST_COUNTED):
                counted[word] = counted.get(word, 0) + 1


def told_unmatched(session: Session, actor: Actor, reading: Reading, words: Words) -> list[dict[str, Any]]:
    """[{"field", "column", "count", "values": [{"value", "rows", "nearest", "ambiguous"}]}]; the most frequent first.

    nearest    [id, label] of a record, the key of an option, or None
    ambiguous  the word is understood, but it could mean another option as well: «Won» of two pipelines
    """
    told = []
    for key, counted in words.counted.items():
        column = reading.column_of(key)
        assert column is not None
        doubtful: dict[str, str] = {}
        if reading.entity.by_key[key].type in OPTIONS:
            missing, doubtful, near = _missing_options(session, reading, key, counted)
        else:
            missing, near = _missing_links(session, actor, reading, key, column.match, counted, words.own)
        missing = [word for word in missing if word not in column.create]
        shown = sorted([*missing, *doubtful], key=lambda one: (-counted[one], one))
        if shown:
            values = [
                {
                    "value": word,
                    "rows": counted[word],
                    "nearest": doubtful[word] if word in doubtful else near.to(word),
                    "ambiguous": word in doubtful,
                }
                for word in shown[:MOST_TOLD]
            ]
            told.append({"field": key, "column": column.column, "values": values, "count": len(shown)})
    return told


def _missing_options(
    session: Session, reading: Reading, key: str, counted: Mapping[str, int]
) -> tuple[list[str], dict[str, str], Nearest]:
    """Words of no option; words of several, with what they are taken for; all names."""
    found = reading.entity.by_key[key]
    names: dict[str, set[str]] = {}
    for one in found.options.get("options", ()):
        if not one.get("archived"):
            for name in (str(one["key"]), *_spoken(one.get("title"))):
                names.setdefault(fold(name), set()).add(one["key"])
    missing: list[str] = []
    doubtful: dict[str, str] = {}
    several = found.type == "choices"
    for word in counted:
        try:
            taken = TYPES[found.type].accept([word] if several else word, found.options, session.terms)
        except Problem:
            missing.append(word)
            continue
        chosen = str(taken[0] if several and taken else taken)
        if word != chosen and len(names.get(fold(word), ())) > 1:
            doubtful[word] = chosen
    return missing, doubtful, Nearest({name: next(iter(sorted(keys))) for name, keys in names.items()})


def _spoken(title: Any) -> list[str]:
    if isinstance(title, dict):
        return [str(one) for one in title.values()]
    return [one for one in (getattr(title, "ru", ""), getattr(title, "en", "")) if one] or [str(title or "")]


def _missing_links(
    session: Session,
    actor: Actor,
    reading: Reading,
    key: str,
    match: str,
    counted: Mapping[str, int],
    own: set[str],
) -> tuple[list[str], Nearest]:
    targets = reading.entity.by_key[key].targets
    lookup = Lookup()
    asked = list(counted)
    for target in targets:
        for start in range(0, len(asked), ASKED_AT_ONCE):
            lookup.find(session, actor, target, match, asked[start : start + ASKED_AT_ONCE])
    missing = [word for word in asked if not any(lookup.get(target, match, word) for target in targets)]
    if reading.entity.key in targets:
        # Rows of the file itself will be there: the second pass links them.
        missing = [word for word in missing if fold(word) not in own]
    return missing, Nearest(_labels(session, actor, targets) if missing else {})


def _labels(session: Session, actor: Actor, targets: Sequence[str]) -> dict[str, list[Any]]:
    return {fold(label): [id, label] for target in targets for id, label in labels_of(session, actor, target)}
