"""Short text: a title, a code, a city.  One line unless the option says otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from svyaz.fields.base import Options, Terms
from svyaz.fields.option import Option, flag, whole
from svyaz.fields.single import Conversions, Single, same
from svyaz.kernel.numbers import BOUND
from svyaz.kernel.text import TextExpected, clean, shown, sort_key, sort_keys

READ_FROM_TEXT = (
    "text long_text integer decimal money percent date datetime duration yes_no choice choices phone email url "
    "rating colour person_name address place barcode inn kpp ogrn bik account"
)  # types that understand what people type


class Text(Single):
    name = "text"
    known: ClassVar[Mapping[str, Option]] = {"max": whole(500, 1, 4000), "multiline": flag(False)}
    becomes: ClassVar[Conversions] = dict.fromkeys(READ_FROM_TEXT.split(), same)

    def understand(self, raw: Any, options: Options, terms: Terms) -> str | None:
        return text_of(raw, options["max"], lines=options["multiline"])

    def key(self, value: Any, options: Options) -> str | None:
        return None if value is None else sort_key(value)

    def key_all(self, values: Sequence[Any], options: Options) -> list[str | None]:
        return sorting_keys(values)

    def plain_text(self, options: Options) -> int | None:
        return int(options["max"])


def sorting_keys(values: Sequence[str | None]) -> list[str | None]:
    """`sort_key` of each; None of nothing."""
    given = [value for value in values if value is not None]
    keys = sort_keys(given)
    if len(given) == len(values):
        return list(keys)
    left = iter(keys)
    return [None if value is None else next(left) for value in values]


def text_of(raw: Any, most: int, *, lines: bool) -> str | None:
    """Clean text or None; a whole number is taken too: article codes come as numbers from spreadsheets."""
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < BOUND:
        raw = str(raw)
    if not isinstance(raw, str):
        raise TextExpected(value=shown(raw))
    return clean(raw, most, lines=lines) or None
