"""Text as every database must compare it: fold for equality, sort_key for order, clean for what may be kept.

fold      equality of text: `=`, contains, in, duplicates.  SQL has the same function (sv_fold; on
          PostgreSQL lower() of ICU), so only steps that both can do alike are here.
sort_key  order of text and unique: compared byte by byte, so that no collation of any database takes part.
clean     what may be stored: anything else makes a driver fail halfway through a write.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from svyaz.kernel.problem import BadValue

KEY_LENGTH = 200
MOST = 2_000_000  # characters that are looked at at all; no field keeps more
AFTER_E = "\u052f"  # the last letter of the Cyrillic blocks: ё = е + this stands after every «е…» and before «ж»

SURROGATE = re.compile("[\ud800-\udfff]")
LINE_BREAK = re.compile("\r\n?|[\v\f\u0085\u2028\u2029]")
INVISIBLE = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
BLANK = re.compile(r"[\s\x00-\x1f\x7f]+")
DIGITS = re.compile("([0-9]+)")
_LENGTHS = [f"{length:02d}" for length in range(99)]


class TextHasNul(BadValue):
    """No database keeps U+0000, and no person types it."""

    code = "text_has_nul"  # facts: value


class TextBroken(BadValue):
    """Half of a surrogate pair: it cannot be written as UTF-8."""

    code = "text_broken"  # facts: value


class TextTooLong(BadValue):
    code = "text_too_long"  # facts: length, max


class TextExpected(BadValue):
    code = "text_expected"  # facts: value


def fold(text: str) -> str:
    """Equal for texts that differ only in case or in how an accent is encoded."""
    return unicodedata.normalize("NFC", text).lower().replace("ß", "ss").replace("ς", "σ")


def sort_key(text: str) -> str:
    """A key whose byte order is the order people expect; equal keys <=> equal folded text.

    ё comes right after е, numbers go by value («Счёт 9» before «Счёт 10»), runs of blanks count as one.
    A run of digits becomes the length of it without leading zeros (two digits), those digits, and
    U+0001 for each leading zero: "007" comes right after "7" and stays different.
    Only the first 200 characters of the key take part.
    """
    folded = fold(text[: KEY_LENGTH * 2])
    if not folded.isprintable() or "  " in folded:  # of blanks, only a lone space is printable
        folded = BLANK.sub(" ", folded)
    spelled = folded.strip().replace(AFTER_E, AFTER_E * 2).replace("ё", "е" + AFTER_E)
    return _by_value(spelled)[:KEY_LENGTH]


def sort_keys(texts: Sequence[str]) -> list[str]:
    """`sort_key` of each: a column of short plain texts is folded as one, which costs a third."""
    joined = "".join(texts)
    if not joined or not joined.isprintable() or "  " in joined or max(map(len, texts)) > KEY_LENGTH * 2:
        return [sort_key(text) for text in texts]
    folded = fold("\n".join(texts)).replace(AFTER_E, AFTER_E * 2).replace("ё", "е" + AFTER_E)
    return [one.strip()[:KEY_LENGTH] for one in _by_value(folded).split("\n")]


def _by_value(text: str) -> str:
    """Runs of digits as sort_key has them."""
    parts = DIGITS.split(text)
    if len(parts) == 1:
        return text
    parts[1::2] = [_LENGTHS[len(run)] + run if run[0] != "0" and len(run) < 99 else _zeros(run) for run in parts[1::2]]
    return "".join(parts)


def _zeros(run: str) -> str:
    digits = run.lstrip("0")
    return f"{min(len(digits), 99):02d}{digits}" + "\x01" * (len(run) - len(digits))


def clean(text: str, most: int = MOST, *, lines: bool = True) -> str:
    """Text as it is kept: NFC, line ends as "\\n", no invisible control characters, no blanks around.

    lines   False: line breaks become spaces (a short text pasted from a letter)

    Raises TextHasNul, TextBroken, TextTooLong.
    """
    if text.isprintable() and len(text) <= most and unicodedata.is_normalized("NFC", text):
        return text.strip(" ")  # most texts: nothing to take out, one line, no blank but the space
    if len(text) > MOST:
        raise TextTooLong(length=len(text), max=most)
    if "\x00" in text:
        raise TextHasNul(value=shown(text))
    if SURROGATE.search(text):
        raise TextBroken(value=shown(text))
    kept = INVISIBLE.sub("", LINE_BREAK.sub("\n", text))
    kept = unicodedata.normalize("NFC", kept).strip()
    if not lines:
        kept = " ".join(line.strip() for line in kept.split("\n") if line.strip())
    if len(kept) > most:
        raise TextTooLong(length=len(kept), max=most)
    return kept


def clean_all(texts: Sequence[str], most: int) -> list[str] | None:
    """`clean` of each when all of them are plain and of one line; None when they must be looked at one by one."""
    joined = "".join(texts)
    if not joined.isprintable() or not unicodedata.is_normalized("NFC", joined):
        return None
    if texts and max(map(len, texts)) > most:
        return None
    return [text.strip(" ") for text in texts]


def shown(raw: Any) -> str:
    """Any value, as short and harmless text for the facts of a problem: at most 60 characters, one line."""
    if isinstance(raw, str):
        told = raw[:200]
    elif isinstance(raw, int) and abs(raw) >= 10**60:
        told = f"{'-' if raw < 0 else ''}10^{int(abs(raw).bit_length() * 0.30103)}"
    elif isinstance(raw, list | tuple | dict):
        told = _shown_composite(raw)
    else:
        told = str(raw)[:200]
    told = BLANK.sub(" ", SURROGATE.sub("\ufffd", told)).strip()
    return told if len(told) <= 60 else told[:59] + "…"


def _shown_composite(raw: Any) -> str:
    try:
        if isinstance(raw, dict):
            raw = {str(key)[:60]: shown(value) for key, value in list(raw.items())[:5]}
        else:
            raw = [shown(value) for value in raw[:5]]
        return json.dumps(raw, ensure_ascii=False)
    except RecursionError:  # nested deeper than anyone can read
        return "[…]"
