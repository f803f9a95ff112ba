"""A line of text around what was found, with the places to mark: never HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 140  # characters
BEFORE = 40  # of them before the first mark
BREAK = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Snippet:
    """marks: [from, to] of each place, in units of UTF-16, as strings of a browser count."""

    text: str
    marks: tuple[tuple[int, int], ...]


def cut_snippet(text: str, places: Iterable[tuple[int, int]]) -> Snippet:
    places = joined(places)
    text = BREAK.sub(" ", text)
    start, end = 0, len(text)
    if len(text) > WIDTH:
        start = _word_start(text, max(0, (places[0][0] if places else 0) - BEFORE))
        end = _word_end(text, start + WIDTH)
        start = start if end < len(text) else _word_start(text, max(0, len(text) - WIDTH))
    before = "…" if start else ""
    after = "…" if end < len(text) else ""
    shown = before + text[start:end] + after
    shift = len(before) - start
    inside = [(max(first, start) + shift, min(last, end) + shift) for first, last in places]
    return Snippet(shown, tuple((_units(shown, a), _units(shown, b)) for a, b in inside if a < b))


def joined(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order, those that overlap made one."""
    made: list[tuple[int, int]] = []
    for first, last in sorted(places):
        if made and first <= made[-1][1]:
            made[-1] = (made[-1][0], max(last, made[-1][1]))
        else:
            made.append((first, last))
    return made


def _word_start(text: str, at: int) -> int:
    """The beginning of a word not far from here, so that a line does not begin in the middle of it."""
    space = text.find(" ", at, at + 20) if at else -1
    return space + 1 if space >= 0 else at


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", at - 20, at)
    return space if space >= 0 else at


def _units(text: str, at: int) -> int:
    return at if text.isascii() else len(text[:at].encode("utf-16-le")) // 2
