"""What an entry is found by.  A token begins with a sign that no word has, so kinds never meet:

    §компан   the stem of a word: «компания», «компаниями»
    ¶ком      how a word begins, by 1 to 8 and by 10 letters: the last word of a search is often unfinished
    ·омп      three letters in a row: a part of a word, some digits of a phone

Long texts (letters, notes) have the third kind for their beginning only, and for digits everywhere.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator

import Stemmer

from svyaz.search.words import CYRILLIC, RULES, Word, numbers_of, words_of

BEGINNINGS = (1, 2, 3, 4, 5, 6, 7, 8, 10)
PART = 3
LONGEST_WORD = 64  # letters of a word that are looked at
PARTS_OF_LONG = 500  # characters of a long text in which any part of a word is found
MOST_TEXT = 100_000  # characters of a text that are looked at
FORM = f"{RULES}.1 {Stemmer.version()}"


class Stems:
    """Stems of one thread: the library keeps a state of its own."""

    def __init__(self) -> None:
        self._russian = Stemmer.Stemmer("russian")
        self._english = Stemmer.Stemmer("english")
        self._made: dict[str, tuple[str, ...]] = {}

    def stem(self, word: str) -> str:
        word = word[:LONGEST_WORD]
        if CYRILLIC.search(word):
            return self._russian.stemWord(word) or word
        return self._english.stemWord(word) if word.isascii() and word.isalpha() else word

    def whole(self, word: str) -> tuple[str, ...]:
        """Its stem and how it begins."""
        made = self._made.get(word)
        if made is None:
            if len(self._made) > 50_000:
                self._made.clear()
            starts = [f"¶{word[:length]}" for length in BEGINNINGS if len(word) >= length]
            made = self._made[word] = (f"§{self.stem(word)}", *starts)
        return made


_OF_THREAD = threading.local()


def stems() -> Stems:
    """This thread's; made once, for making one costs more than the stems of a record."""
    found: Stems | None = getattr(_OF_THREAD, "stems", None)
    if found is None:
        found = _OF_THREAD.stems = Stems()
    return found


def tokens_of(texts: Iterable[tuple[str, bool]]) -> set[str]:
    """Tokens of an entry.  texts: each with whether it is a long one."""
    found: set[str] = set()
    make = stems().whole
    for text, long in texts:
        text = text[:MOST_TEXT]
        words = words_of(text)
        for word in words:
            found.update(make(word.text))
            if not long or word.start < PARTS_OF_LONG or word.text.isdigit():
                found.update(parts(word.text))
        for number in numbers_of(text, words):
            found.update(parts(number.digits))
    return found


def parts(word: str) -> Iterator[str]:
    word = word[:LONGEST_WORD]
    return (f"·{word[at : at + PART]}" for at in range(len(word) - PART + 1))


def beginning(word: str) -> str:
    """The longest kept beginning that the word begins with."""
    return f"¶{word[: max(length for length in BEGINNINGS if length <= max(len(word), 1))]}"


def vocabulary(texts: Iterable[str]) -> dict[str, str]:
    """Words a typo may be made in: stem -> a spelling."""
    make = stems().stem
    return {make(word.text): word.text for text in texts for word in words_of(text[:MOST_TEXT]) if is_worded(word)}


def is_worded(word: Word) -> bool:
    return len(word.text) <= LONGEST_WORD and word.text.isalpha()
