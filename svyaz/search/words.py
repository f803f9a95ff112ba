"""How a text is taken apart: words, their places in it, numbers written in pieces, and stems.

One way for what is kept and for what is asked, on every database.  Letters are folded, ё is е, an accent
over a letter is not there.  «+7 (916) 123-45-67» is four words and also one number, 79161234567.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from svyaz.kernel.text import fold

# A word: letters and digits, with accents that have no letter of their own.
WORD = re.compile("[\\w\u0300-\u036f]+")
ACCENTS = re.compile("[\u0300-\u036f]")
DIGITS = re.compile("[0-9]+")
CYRILLIC = re.compile("[\u0400-\u04ff]")
# What may stand between pieces of one number.
BETWEEN = re.compile("[ \u00a0+()./\u2010-\u2015-]{0,3}")
MOST_DIGITS = 20

# The rules above and below; other rules make the index anew.
RULES = 1


@dataclass(frozen=True, slots=True)
class Word:
    """text: folded;  start, end: where it stands in the text as written."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Number:
    """Pieces of digits side by side, as one.  places: where each digit stands in the text."""

    digits: str
    places: tuple[int, ...]


def words_of(text: str) -> list[Word]:
    spaced = text.replace("_", " ")
    found = []
    for one in WORD.finditer(spaced):
        plain = flat(one.group())
        if plain:
            found.append(Word(plain, one.start(), one.end()))
    return found


@lru_cache(maxsize=20_000)
def flat(word: str) -> str:
    folded = fold(word)
    if not folded.isascii():
        folded = ACCENTS.sub("", unicodedata.normalize("NFC", folded)).replace("ё", "е")
    return folded


def numbers_of(text: str, words: list[Word]) -> list[Number]:
    """Numbers written in two pieces or more and not longer than an account; a table of figures is not one."""
    found: list[Number] = []
    run: list[Word] = []
    for word in words:
        if not (word.text.isascii() and word.text.isdigit()):
            _add_number(found, run)
            run = []
            continue
        if run and not BETWEEN.fullmatch(text, run[-1].end, word.start):
            _add_number(found, run)
            run = []
        run.append(word)
    _add_number(found, run)
    return found


def _add_number(found: list[Number], run: list[Word]) -> None:
    if len(run) < 2 or sum(len(one.text) for one in run) > MOST_DIGITS:
        return
    places = tuple(place for one in run for place in range(one.start, one.end))
    digits = "".join(one.text for one in run)
    if len(digits) == len(places):
        found.append(Number(digits, places))
