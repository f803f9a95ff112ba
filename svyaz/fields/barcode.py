"""What a scanner reads: EAN-13 and EAN-8 of goods, Code 128 of stores, QR of anything.  Kept as its text.

The interface draws it on the card and prints it; a scanner types the same text into a search, and the record is found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from svyaz.fields.base import Options, Terms
from svyaz.fields.digits import CheckDigitsWrong, DigitsCount, DigitsExpected
from svyaz.fields.option import Option, one_of
from svyaz.fields.single import Conversions, Single, same
from svyaz.kernel.problem import BadValue
from svyaz.kernel.text import TextExpected, TextTooLong, clean, shown, sort_key

LENGTHS: Final = {"ean13": 13, "ean8": 8}
MOST: Final = {"code128": 80, "qr": 1000}  # bytes: as much as a phone still reads from paper
ASCII: Final = re.compile("[ -~]+")


class BarcodeNotAscii(BadValue):
    code = "barcode_not_ascii"  # facts: value


class Barcode(Single):
    """kind   of code: "qr", "ean13", "ean8", "code128" """

    name = "barcode"
    known: ClassVar[Mapping[str, Option]] = {"kind": one_of("qr", "qr", "ean13", "ean8", "code128")}
    becomes: ClassVar[Conversions] = {"text": same, "long_text": same}

    def understand(self, raw: Any, options: Options, terms: Terms) -> str | None:
        """Text or a whole number; twelve digits of a UPC are an EAN-13 that begins with a zero."""
        kind = options["kind"]
        if type(raw) is int and 0 <= raw < 10**20:
            raw = str(raw).rjust(LENGTHS.get(kind, 0), "0")
        if not isinstance(raw, str):
            raise TextExpected(value=shown(raw))
        text = clean(raw, lines=False)
        return (_goods(text, LENGTHS[kind]) if kind in LENGTHS else _text(text, kind)) or None

    def key(self, value: Any, options: Options) -> str | None:
        return None if value is None else sort_key(value)


def _goods(text: str, length: int) -> str:
    code = re.sub(r"[\s-]", "", text)
    if not code:
        return ""
    if not (code.isascii() and code.isdigit()):
        raise DigitsExpected(value=shown(text))
    if length == 13 and len(code) == 12:
        code = f"0{code}"
    if len(code) != length:
        raise DigitsCount(value=shown(code), length=len(code), lengths=str(length))
    if not agrees(code) or not code.strip("0"):
        raise CheckDigitsWrong(value=code)
    return code


def _text(text: str, kind: str) -> str:
    if kind == "code128" and text and not ASCII.fullmatch(text):
        raise BarcodeNotAscii(value=shown(text))
    size = len(text.encode())
    if size > MOST[kind]:
        raise TextTooLong(length=size, max=MOST[kind])
    return text


def agrees(code: str) -> bool:
    """Whether the last digit is the check digit of the others: of EAN-13, EAN-8 and UPC alike."""
    weights = (3, 1) * len(code)
    return sum(int(digit) * weight for digit, weight in zip(reversed(code[:-1]), weights, strict=False)) % 10 == (
        -int(code[-1]) % 10
    )
