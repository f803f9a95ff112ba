"""What a person typed, as units that must all be found, each in one of several ways.

    whole      a word with its endings, the last one also as a beginning; digits, three or more, anywhere in a number
    part       the same, and a part of a word anywhere
    near       the same, and words one typo apart

«916 123-45» is one unit: the pieces as one number, or the pieces apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal as OneOf

from svyaz.search.tokens import LONGEST_WORD, PART, beginning, parts, stems
from svyaz.search.words import BETWEEN, MOST_DIGITS, Number, Word, numbers_of, words_of
from svyaz.storage.search_entries import Alternatives

MOST_TYPED = 300  # characters
MOST_UNITS = 12
SHORTEST_CORE = 4
MOST_PARTS = 12  # three-letter tokens asked of one search: more make it no surer
FEWEST_PARTS = 3  # and of one of its words; most of the tokens are frequent, each is a long list to go through

Way = OneOf["whole", "part", "near"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A word, or a number in pieces.

    text    the word, or the pieces as one
    stems   of the word, or of each piece
    last    nothing follows it: it may be unfinished
    spoken  spellings of digits: with 8 for 7 at the front of a phone
    near    stems one typo apart, filled for the way `near`
    """

    text: str
    stems: tuple[str, ...]
    last: bool = False
    spoken: tuple[str, ...] = ()
    near: tuple[str, ...] = ()

    @property
    def core(self) -> str:
        """What is looked for inside words: «насосами» is in «гидронасосы» and «насосный» by its stem."""
        (stem,) = self.stems
        return stem if len(stem) >= SHORTEST_CORE and self.text.startswith(stem) else self.text


@dataclass(frozen=True, slots=True)
class Seen:
    """A text taken apart, ready to be looked at by units."""

    text: str
    words: Sequence[Word]
    numbers: Sequence[Number]


Mark = tuple[int, int]


def read_wanted(typed: str) -> tuple[Unit, ...]:
    """Units of what was typed; () when there is no letter and no digit in it."""
    text = typed[:MOST_TYPED]
    words = words_of(text)
    stem = stems().stem
    runs = [run for together in _runs(text, words) for run in _split(together)]
    units: dict[Unit, None] = {}
    for run in runs[:MOST_UNITS]:
        whole = "".join(one.text for one in run)[:LONGEST_WORD]
        spoken = _spoken(whole) if _is_digits(run[0]) and len(whole) >= PART else ()
        units[Unit(whole, tuple(stem(one.text) for one in run), run is runs[-1], spoken)] = None
    return tuple(units)


def _runs(text: str, words: Sequence[Word]) -> list[list[Word]]:
    """Words one by one, pieces of digits that stand side by side together."""
    runs: list[list[Word]] = []
    for word in words:
        last = runs[-1][-1] if runs else None
        if last and _is_digits(last) and _is_digits(word) and BETWEEN.fullmatch(text, last.end, word.start):
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _split(run: list[Word]) -> list[list[Word]]:
    """Figures too many for one number are words of their own."""
    return [run] if sum(len(one.text) for one in run) <= MOST_DIGITS else [[one] for one in run]


def _is_digits(word: Word) -> bool:
    return word.text.isascii() and word.text.isdigit()


def _spoken(digits: str) -> tuple[str, ...]:
    return (digits, "7" + digits[1:]) if len(digits) == 11 and digits[0] == "8" else (digits,)


def alternatives(unit: Unit, way: Way, units: int = 1) -> Alternatives:
    """Tokens by which entries with the unit, one of so many, are found; what they find must still be looked at with
    `marks`."""
    told: dict[tuple[str, ...], None] = {tuple(sorted({f"§{one}" for one in unit.stems})): None}
    for digits in unit.spoken:
        told[_parts(digits)] = None
    if unit.last and len(unit.stems) == 1:
        told[beginning(unit.text),] = None
    if way != "whole" and _has_parts(unit):
        told[_parts(unit.core, max(MOST_PARTS // units, FEWEST_PARTS))] = None
    if way == "near":
        told.update({(f"§{one}",): None for one in unit.near})
    return tuple(told)


def _has_parts(unit: Unit) -> bool:
    return len(unit.stems) == 1 and not unit.spoken and len(unit.text) >= PART


def has_parts(units: Sequence[Unit]) -> bool:
    """Whether looking for parts of words can find more than looking for whole ones."""
    return any(_has_parts(unit) for unit in units)


def _parts(word: str, most: int = MOST_PARTS) -> tuple[str, ...]:
    """As far from each other as they can be."""
    every = list(dict.fromkeys(parts(word)))
    if len(every) > most:
        step = (len(every) - 1) / (most - 1)
        every = [every[round(at * step)] for at in range(most)]
    return tuple(every)


def marks(unit: Unit, seen: Seen, way: Way) -> list[Mark]:
    """Where the unit stands in the text; [] when it does not."""
    found = [mark for word in seen.words for mark in _in_word(unit, word, way)]
    for digits in unit.spoken:
        for number in seen.numbers:
            at = number.digits.find(digits)
            if at >= 0:
                found.append((number.places[at], number.places[at + len(digits) - 1] + 1))
    if found or len(unit.stems) == 1:
        return found
    return _in_pieces(unit, seen)


def _in_word(unit: Unit, word: Word, way: Way) -> list[Mark]:
    for digits in unit.spoken:
        at = word.text.find(digits)
        if at >= 0:
            return [_within(word, at, len(digits))]
    if len(unit.stems) > 1:
        return []
    if stems().stem(word.text) in unit.stems:
        return [(word.start, word.end)]
    if unit.last and word.text.startswith(unit.text):
        return [_within(word, 0, len(unit.text))]
    if way == "near" and stems().stem(word.text) in unit.near:
        return [(word.start, word.end)]
    if way != "whole" and _has_parts(unit):
        at = word.text.find(unit.core)
        if at >= 0:
            return [_within(word, at, len(unit.core))]
    return []


def _in_pieces(unit: Unit, seen: Seen) -> list[Mark]:
    """All pieces of a number, each as a word of its own."""
    found: Mapping[str, list[Mark]] = {stem: [] for stem in unit.stems}
    for word in seen.words:
        if word.text in found:
            found[word.text].append((word.start, word.end))
    return [mark for one in found.values() for mark in one] if all(found.values()) else []


def _within(word: Word, at: int, length: int) -> Mark:
    """A part of a word; the whole of it where folding has changed its length."""
    if word.end - word.start != len(word.text):
        return (word.start, word.end)
    return (word.start + at, word.start + at + length)


def look_at(text: str) -> Seen:
    words = words_of(text)
    return Seen(text, words, numbers_of(text, words))


# The same keys of a keyboard in the other layout.
LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
RUSSIAN = "ёйцукенгшщзхъфывапролджэячсмитьбю"
OTHER_KEYS = str.maketrans(LATIN + RUSSIAN, RUSSIAN + LATIN)


def other_layout(typed: str) -> str:
    """«hjvfirf» -> «ромашка»: what was meant when the keyboard stood in the other language."""
    return typed[:MOST_TYPED].lower().translate(OTHER_KEYS)
