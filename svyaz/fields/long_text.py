"""Long text: notes, descriptions, letters.  Found by what it contains, never sorted by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from svyaz.fields.base import Compare, Options, Terms
from svyaz.fields.option import Option, one_of
from svyaz.fields.single import Conversions, Single, same
from svyaz.fields.text import text_of

MOST = 1_000_000


class LongText(Single):
    name = "long_text"
    known: ClassVar[Mapping[str, Option]] = {"format": one_of("plain", "plain")}
    becomes: ClassVar[Conversions] = {"text": same}

    def compare(self, options: Options) -> Compare:
        return Compare(("=", "<>", "contains", "starts", "empty"), sort=None)

    def understand(self, raw: Any, options: Options, terms: Terms) -> str | None:
        return text_of(raw, MOST, lines=True)

    def plain_text(self, options: Options) -> int | None:
        return MOST

    def key(self, value: Any, options: Options) -> str | None:
        return None
